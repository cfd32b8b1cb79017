"""Links to profiles name people as mentions do."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from carekit.sources import door
from carekit.sources.files import loading

from .conftest import Load, lines

HEADER = "post_id,created_at,author_role,author_id,text\n"


def posts(load: Any, *given: str, **options: Any) -> pd.DataFrame:
    rows = (f'{n},2026-03-0{n} 10:00,customer,ann_b,"{t}"\n' for n, t in enumerate(given, 1))
    return load(HEADER + "".join(rows), network="x", **options).posts


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/ann_b/status/1",
        "twitter.com/Ann_B?s=20",
        "https://www.facebook.com/ann_b",
        "instagram.com/stories/ann_b/31",
        "https://www.linkedin.com/in/ann_b/",
        "https://bsky.app/profile/ann_b/post/3k",
        "https://www.reddit.com/user/ann_b",
        "t.me/ann_b.",
    ],
)
def test_a_profile_link_holds_a_pseudonym(load: Any, link: str) -> None:
    post = posts(load, f"See {link} and help").iloc[0]
    assert "ann_b" not in post.text.lower()
    assert post.author_id in post.text


def test_a_longer_name_that_begins_alike_is_another_person(load: Any) -> None:
    post = posts(load, "x.com/ann_b and x.com/ann_bel").iloc[0]
    first, second = (part.removeprefix("x.com/") for part in post.text.split(" and "))
    assert first == post.author_id
    assert second.startswith("a_")
    assert second not in (first, first + "el")


def test_accounts_of_brands_and_pages_without_a_person_stay(load: Any) -> None:
    kept = ["x.com/Zelt/status/9", "x.com/search?q=a", "facebook.com/groups/12", "no a/b link"]
    made = posts(load, *kept, accounts="account,network,brand\nzelt,x,Zelt\n")
    assert list(made.text) == kept


@pytest.mark.parametrize("network", ["x", "mastodon", "reddit"])
def test_whom_many_mention_is_called_as_by_one(
    load: Load, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "post_id,author_role,author_id,created_at,text"
    said = ["@Nobody help", "hi @nobody and @zelt", "u/nobody too", "@nobody@far.example", "a@b.c",
            "＠nobody", "@zelt", "x.com/nobody", "@ida, @nobody"]  # fmt: skip
    rows = [
        *(
            [i, "customer", f"u{i % 4}", "2025-05-01 10:00", text]
            for i, text in enumerate(said * 3)
        ),
        [99, "brand", "zelt", "2025-05-01 11:00", "@u1 here"],
    ]
    alone = load(lines(header, *rows), network=network, out="alone").posts
    for module in (door, loading):
        monkeypatch.setattr(module, "HEARD", 5)
    heard = load(lines(header, *rows), network=network, out="heard").posts
    pd.testing.assert_frame_equal(alone.sort_index(), heard.sort_index())
    assert not heard.text.str.lower().str.contains("@nobody").any()
