"""Google Play reviews from a fake of the store's pages."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.errors import InputError
from carekit.measures.answers import answer_rate
from carekit.sources.collecting.collect import collect
from carekit.sources.networks.google_play import answer_of, read_reviews

NOON = 1_714_564_800  # 2024-05-01 12:00 UTC
APP = "com.acme.app"


def review(
    n: int, *, answer: str | None = None, answered: int | None = None, name: str = ""
) -> Any:
    made: list[Any] = [f"gp:{n}", [name or f"Ann {n}", [None, 2, None, [None, None, "img"]]], 1 + n % 5,
                       None, f"text {n}", [NOON - n * 3600, 0], 0, None, None, None, "1.0"]  # fmt: skip
    if answer is not None:
        made[7] = ["Acme", answer, [answered or NOON - n * 3600 + 600, 0]]
    return made


def page(reviews: list[Any], token: str | None) -> str:
    inside = json.dumps([reviews, None, [None, token] if token else []])
    outer = json.dumps([["wrb.fr", "UsvDTd", inside, None, None, None, "generic"], ["di", 12]])
    return f')]}}\'\n\n{len(outer)}\n{outer}\n25\n[["e",4,null,null,137]]\n'


ALL = [review(n, answer="Sorry" if n < 6 else None) for n in range(8)]


def store(asked: Any) -> Any:
    assert asked.method == "POST"
    assert asked.path == "/_/PlayStoreUi/data/batchexecute"
    (((call, inside, _, _),),) = json.loads(asked.params["f.req"])
    (_, _, (_, sort, paging, *_), (app, seven)) = json.loads(inside)
    assert (call, app, sort, seven) == ("UsvDTd", APP, 2, 7)
    if (asked.params["hl"], asked.params["gl"]) != ("fr", "be"):
        return page([], None)
    at = int(paging[2][1:]) if len(paging) > 1 else 0
    return page(ALL[at : at + 3], f"t{at + 3}" if at + 3 < len(ALL) else None)


def gather(fake: Any, out: Path, **options: Any) -> Any:
    fake.answer = store
    options = {"countries": ["BE", "us"], "langs": ["fr"], "brand": "Acme"} | options
    return collect("google-play", [APP], out=out, base_url=fake.url, pace=0, **options)


def test_reviews_and_answers_of_every_edition(fake: Any, tmp_path: Path) -> None:
    report = gather(fake, tmp_path / "d")
    assert (report.stopped, dict(report.rejected)) == (None, {})
    dataset = open_dataset(tmp_path / "d")
    posts = dataset.read("posts").set_index("post_id")
    assert len(posts) == 8 + 6
    assert posts.reply_to["google_play:gp:0#reply"] == "google_play:gp:0"
    assert posts.rating["google_play:gp:3"] == 4
    assert set(posts.lang.dropna()) == {"fr"}
    assert set(posts.brand) == {"Acme"}
    rate = answer_rate(dataset)
    assert (rate.n[0], rate.n_answered[0]) == (8, 6)


def test_an_older_page_ends_the_range_and_answers_stay_with_their_review(
    fake: Any, tmp_path: Path
) -> None:
    gather(fake, tmp_path / "d", since="2024-05-01T11:30:00", countries=["be"])
    posts = open_dataset(tmp_path / "d").read("posts")
    assert sorted(posts.post_id) == ["google_play:gp:0", "google_play:gp:0#reply"]
    assert len(fake.asked) == 2


def test_names_that_stand_for_many_have_no_pseudonym_and_broken_reviews_are_counted() -> None:
    bad_answer = review(3, answer="Sorry")
    bad_answer[7][2] = None
    no_stars = review(4)
    no_stars[2] = 9
    body = page([review(1, name="A Google user"), bad_answer, no_stars, 7, [None]], None)
    found = list(read_reviews(body, brand="Acme"))
    assert found[0]["author"] is None
    assert [f.reason for f in found[1:]] == [
        "the answer has no time that can be read",
        "rating is no whole number from 1 to 5",
        "a review has no id",
        "a review has no id",
    ]


@pytest.mark.parametrize(
    "body", ["", "<html>", ")]}'\n\n[]", ')]}\'\n\n[["wrb.fr","UsvDTd",5]]', "[[[["]
)
def test_any_other_answer_is_a_problem(body: str) -> None:
    assert answer_of(body) is None or answer_of(body) == ([], None)


def test_a_deleted_review_leaves_the_raw_page() -> None:
    from carekit.sources.collecting.source import Ask
    from carekit.sources.collecting.web import Web
    from carekit.sources.networks.google_play import GooglePlay

    with Web() as web:
        source = GooglePlay(Ask((APP,)), web=web, base_url="https://play.test")
        purged = source.purge(page(ALL, "t1"), {"gp:2", "gp:3#reply"})
    kept, token = answer_of(purged) or ([], None)
    assert [r[0] for r in kept] == ["gp:0", "gp:1", "gp:4", "gp:5", "gp:6", "gp:7"]
    assert token == "t1"
    assert "text 2" not in purged


def test_wrong_targets_and_editions_are_refused(fake: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected the id of an app, such as com"):
        collect("google-play", ["Acme"], out=tmp_path / "d", base_url=fake.url)
    with pytest.raises(InputError, match=r"`country` is 'France'; expected a code of two letters"):
        collect("google-play", [APP], out=tmp_path / "d", base_url=fake.url, countries=["France"])


def test_certificates_stay_checked() -> None:
    # google-play-scraper switches this off for the whole process as soon as it is imported.
    code = "import ssl, carekit.sources.networks.google_play, sys;"
    code += "assert 'google_play_scraper' not in sys.modules;"
    code += "assert ssl._create_default_https_context is ssl.create_default_context"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert ssl._create_default_https_context is ssl.create_default_context
