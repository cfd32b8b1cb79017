"""A whole collection against a server on loopback."""

from __future__ import annotations

import sqlite3
from typing import Any

import httpx
import pandas as pd
import pytest

from carekit.cli import main
from carekit.dataset.check import check_dataset
from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import pseudonym
from carekit.errors import CarekitError, InputError
from carekit.measures.answers import answer_rate
from carekit.sources.collecting.collect import collect, estimate
from carekit.sources.collecting.limits import QueryFailed
from carekit.sources.collecting.web import Web

from .conftest import gather, named, posts


def test_with_a_login_the_planted_answer_rate_comes_back(bluesky, login, tmp_path) -> None:
    bluesky.talk(20, answered=13)
    report = gather(bluesky, tmp_path / "d")
    assert report.stopped is None
    assert report.n_posts == 20 + 13 + 5
    rate = answer_rate(open_dataset(tmp_path / "d"))
    assert (rate.n[0], rate.n_answered[0]) == (20, 13)
    assert bluesky.logins == {"us.test": 1}


def test_without_a_login_the_selection_says_what_is_missing(bluesky, tmp_path) -> None:
    bluesky.talk(20, answered=13)
    gather(bluesky, tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert dataset.selection.kind == "brand_threads"
    assert dataset.manifest.rows("posts") == 13 * 2 + 5
    with pytest.raises(CarekitError, match="its selection is 'brand_threads'"):
        answer_rate(dataset)


def test_rows_are_those_of_a_hand_written_thread(bluesky, login, tmp_path) -> None:
    root = bluesky.post("ann.test", "@acme.test where is it? ask @bob.test", minute=0)
    answer = bluesky.post("acme.test", "On its way, @ann.test", minute=12, to=root)
    bluesky.post("bob.test", "Mine too", minute=15, to=answer)
    gather(bluesky, tmp_path / "d", brand="Acme")
    made = posts(tmp_path / "d")
    key = ("00" * 32).encode()
    ann, bob = (pseudonym(key, "bluesky", h) for h in ("ann.test", "bob.test"))
    first = made.loc[named(root)]
    assert first["text"] == f"@acme.test where is it? ask @{bob}"
    assert (first["brand"], first["account"], first["surface"]) == ("Acme", "acme.test", "mention")
    second = made.loc[named(answer)]
    assert (second["author_role"], second["brand"]) == ("brand", "Acme")
    assert second["text"] == f"On its way, @{ann}"
    assert second["reply_to"] == second["thread_id"] == named(root)
    assert (made["observed_at"] > pd.Timestamp("2026-01-01", tz="UTC")).all()
    assert (made["created_at"].dt.hour == 8).all()


def test_comments_below_a_post_of_the_brand_are_on_its_page(bluesky, tmp_path) -> None:
    root = bluesky.post("acme.test", "New shop in Lyon", minute=0)
    comment = bluesky.post("ann.test", "And my parcel?", minute=5, to=root)
    gather(bluesky, tmp_path / "d")
    row = posts(tmp_path / "d").loc[named(comment)]
    assert (row["surface"], row["account"], row["brand"]) == (
        "brand_page",
        "acme.test",
        "acme.test",
    )


def test_listed_accounts_give_the_brand_and_its_country(bluesky, login, tmp_path) -> None:
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("account,network,brand,country\nacme.test,bluesky,Acme Ltd,FR\n")
    bluesky.talk(3, answered=2)
    gather(bluesky, tmp_path / "d", accounts=accounts)
    assert set(posts(tmp_path / "d")["brand"].dropna()) == {"Acme Ltd"}
    assert list(open_dataset(tmp_path / "d").read("brands")["country"]) == ["FR"]
    assert list(open_dataset(tmp_path / "d").read("accounts")["account"]) == ["acme.test"]


def test_the_manifest_makes_the_collection_citable(bluesky, login, tmp_path) -> None:
    bluesky.talk(6, answered=3)
    bluesky.faults.append(lambda path, n: _unavailable if n == 6 else None)
    gather(bluesky, tmp_path / "d", max_pages=3)
    gather(bluesky, tmp_path / "d", resume=True)
    part = next(p for p in open_dataset(tmp_path / "d").manifest.parts if p.table == "posts")
    query = part.query
    assert query["targets"] == ["acme.test"]
    assert query["host"] == bluesky.url.removeprefix("http://")
    assert query["auth"] == "app password"
    assert query["n_pages"] == sum(1 for a in bluesky.asked if "getProfile" not in a) - 1
    assert query["statuses"]["503"] == 1
    assert [r["ended"] for r in query["runs"]] == ["the cap of 3 pages is reached", "complete"]
    assert {"carekit", "httpx"} <= set(query["runs"][0]["versions"])
    assert query["raw_kept"] is True
    assert len(query["raw_sha256"]) == 64
    assert "deletions" in query["terms"]
    assert part.rows == part.n_read == 6 + 3 + 1
    assert open_dataset(tmp_path / "d").manifest.observed_until == part.finished_at


def _unavailable(handler: Any) -> None:
    handler.reply(503, {"error": "Busy"}, {"retry-after": "0"})


@pytest.mark.parametrize("raw", [True, False])
def test_a_cap_stops_and_resume_goes_on_to_the_same_posts(bluesky, login, tmp_path, raw) -> None:
    bluesky.talk(12, answered=7)
    gather(bluesky, tmp_path / "whole")
    bluesky.asked.clear()
    report = gather(bluesky, tmp_path / "d", max_pages=4, raw=raw)
    assert (report.n_pages, report.stopped) == (4, "the cap of 4 pages is reached")
    assert report.n_open > 0
    while report.stopped:
        report = gather(bluesky, tmp_path / "d", max_pages=5, resume=True, raw=raw)
    same = [c for c in posts(tmp_path / "d").columns if c != "observed_at"]
    pd.testing.assert_frame_equal(posts(tmp_path / "d")[same], posts(tmp_path / "whole")[same])
    asked = [a for a in bluesky.asked if "getProfile" not in a]
    assert len(asked) == len(set(asked))
    assert (tmp_path / "d" / "raw").exists() is raw


def test_resume_needs_no_targets(bluesky, login, tmp_path) -> None:
    bluesky.talk(5, answered=2)
    gather(bluesky, tmp_path / "d", max_pages=1)
    report = collect("bluesky", out=tmp_path / "d", resume=True, pace=0)
    assert report.stopped is None
    assert report.n_posts == 8


def test_a_dry_run_counts_and_writes_nothing(bluesky, tmp_path, capsys) -> None:
    bluesky.talk(6, answered=5)
    made = estimate("bluesky", ["acme.test"], base_url=bluesky.url, pace=0)
    assert made.pages == 1 + 1 + 5
    assert made.cost == 0
    arguments = ["collect", "bluesky", "acme.test", "--base-url", bluesky.url, "--dry-run"]
    assert main([*arguments, "--out", str(tmp_path / "d")]) == 0
    assert capsys.readouterr().out.startswith("Estimate: about 7 pages")
    assert not (tmp_path / "d").exists()
    assert all("getProfile" in a for a in bluesky.asked)


def test_a_collected_dataset_passes_the_check(bluesky, login, tmp_path) -> None:
    bluesky.talk(6, answered=5)
    gather(bluesky, tmp_path / "d")
    problems = check_dataset(tmp_path / "d")
    assert not (problems["level"] == "error").any()


def test_a_second_collection_adds_to_the_first(bluesky, login, tmp_path) -> None:
    bluesky.talk(3, answered=1)
    bluesky.post("beta.test", "We are open", minute=700)
    gather(bluesky, tmp_path / "d")
    report = gather(bluesky, tmp_path / "d", "beta.test")
    assert report.n_posts == 3 + 1 + 1 + 1
    accounts = set(open_dataset(tmp_path / "d").read("accounts")["account"])
    assert accounts == {"acme.test", "beta.test"}


def test_what_cannot_go_on_is_said_before_anything_is_written(bluesky, tmp_path) -> None:
    bluesky.talk(4, answered=2)
    with pytest.raises(InputError, match=r"knows no account 'nobody\.test'"):
        gather(bluesky, tmp_path / "d", "nobody.test")
    with pytest.raises(InputError, match=r"`resume` is asked for, but .* holds no collection"):
        gather(bluesky, tmp_path / "d", resume=True)
    with pytest.raises(InputError, match="`targets` is empty"):
        collect("bluesky", out=tmp_path / "d", base_url=bluesky.url)
    with pytest.raises(
        InputError, match="`source` is 'orkut'; expected one of: google-play, snscrape"
    ):
        collect("orkut", ["a"], out=tmp_path / "d")
    with pytest.raises(InputError, match="`max_pages` is 0; expected a number of at least 1"):
        gather(bluesky, tmp_path / "d", max_pages=0)
    with pytest.raises(InputError, match="`since` is 'yesterday'; expected an ISO date"):
        gather(bluesky, tmp_path / "d", since="yesterday")
    assert not (tmp_path / "d").exists()
    gather(bluesky, tmp_path / "d", max_pages=1)
    with pytest.raises(InputError, match=r"are open\. Add --resume to go on"):
        gather(bluesky, tmp_path / "d")
    gather(bluesky, tmp_path / "d", resume=True)
    with pytest.raises(InputError, match=r"it is complete\. Add --refresh"):
        gather(bluesky, tmp_path / "d")
    with pytest.raises(InputError, match="The pseudonym key is"):
        gather(bluesky, tmp_path / "d", refresh=True, key=b"another key of enough length")


def test_search_without_a_login_is_reported_as_blocked(bluesky, tmp_path, capsys) -> None:
    bluesky.talk(2, answered=1)
    arguments = ["collect", "bluesky", "search:parcel", "--base-url", bluesky.url, "--pace", "0"]
    code = main([*arguments, "--out", str(tmp_path / "d")])
    assert code == 2
    said = capsys.readouterr().err
    assert "blocked the request (/xrpc/app.bsky.feed.searchPosts: status 403, text/html)" in said
    assert "search needs a login; set BLUESKY_HANDLE and BLUESKY_APP_PASSWORD" in said
    assert "Traceback" not in said
    assert not (tmp_path / "d" / "manifest.json").exists()


def test_an_expired_login_is_renewed_once(bluesky, login, tmp_path) -> None:
    bluesky.talk(4, answered=2)
    bluesky.faults.append(lambda path, n: setattr(bluesky, "expire", n == 4))
    gather(bluesky, tmp_path / "d")
    assert bluesky.logins["us.test"] == 2
    assert len(posts(tmp_path / "d")) == 7


def test_a_server_that_cannot_be_reached_is_one_sentence(tmp_path) -> None:
    client = httpx.Client(transport=httpx.MockTransport(_refuse))
    web = Web(client, attempts=2, first_wait=0)
    with pytest.raises(QueryFailed, match=r"127\.0\.0\.1:9 answered /x with ConnectError in 2"):
        web.get("http://127.0.0.1:9/x")


def _refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def test_two_processes_do_not_share_a_dataset(bluesky, tmp_path) -> None:
    bluesky.talk(2, answered=1)
    gather(bluesky, tmp_path / "d", max_pages=1)
    con = sqlite3.connect(tmp_path / "d" / "collection.sqlite", isolation_level=None)
    con.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CarekitError, match="another process is collecting into this dataset"):
        gather(bluesky, tmp_path / "d", resume=True)
    con.close()
