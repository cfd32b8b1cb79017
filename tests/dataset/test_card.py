"""The card says what a stranger wrote in its manifest, and nothing else of it."""

from __future__ import annotations

import pytest

from carekit.dataset.card import card_text, plain_markdown
from carekit.dataset.manifest import Manifest, Part, Selection, read_manifest
from carekit.dataset.resources import data_folder

EVIL = [
    "T\n# Heading\n\n- item",
    "[click](javascript:alert(1))",
    "![x](http://x.example/a.png)",
    "<script>alert(1)</script>",
    "<javascript:alert(1)>",
    "a | b |\n|---|---|",
    "`code` **bold** $\\href{javascript:x}{y}$",
    "&lt;script&gt;",
    "\x1b[2J\u2028\r\n===",
]


@pytest.mark.parametrize("evil", EVIL)
def test_a_title_or_licence_is_one_line_of_plain_text(evil):
    markdown = pytest.importorskip("mistune")
    part = Part("posts", "posts/part-00001.parquet", 1, "0" * 64, evil, finished_at=evil)
    manifest = Manifest(evil, evil, evil, Selection(evil, evil, (evil,)), notes=(evil,),
                        parts=(part,), observed_until=evil, pseudonym_key_id=evil)  # fmt: skip
    plain = Manifest("T", "T", "T", Selection("T", "T", ("T",)), notes=("T",),
                     parts=(Part("posts", "posts/part-00001.parquet", 1, "0" * 64, "T",
                                 finished_at="T"),),
                     observed_until="T", pseudonym_key_id="T")  # fmt: skip
    page, usual = (
        markdown.create_markdown(plugins=["table"])(card_text(m)) for m in (manifest, plain)
    )
    assert [t.split(">")[0] for t in page.split("<")[1:]] == [
        t.split(">")[0] for t in usual.split("<")[1:]
    ]
    assert "\x1b" not in page


def test_ordinary_words_stay_as_they_are():
    words = "CC0-1.0, post_id (2 parts); what's 100 % ~ ok: a.csv/é"
    assert plain_markdown(words) == words


def test_the_card_of_the_sample_is_what_its_manifest_says():
    folder = data_folder("sample")
    assert card_text(read_manifest(folder)) == (folder / "CARD.md").read_text(encoding="utf-8")
