"""A whole collection against a server on loopback."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pyarrow.parquet as pq
import pytest

from carekit.cli import main
from carekit.dataset.check import check_dataset
from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import pseudonym
from carekit.errors import CarekitError, InputError
from carekit.measures.answers import answer_rate
from carekit.sources import identities
from carekit.sources.collecting.collect import collect, estimate
from carekit.sources.collecting.limits import QueryFailed
from carekit.sources.collecting.web import Web
from carekit.sources.identities import native_ids, safe_id


def gather(fake: Any, out: Path, *targets: str, **options: Any) -> Any:
    return collect(
        "bluesky", targets or ("acme.test",), out=out, base_url=fake.url, pace=0, **options
    )


def posts(folder: Path) -> pd.DataFrame:
    return open_dataset(folder).read("posts").set_index("post_id").sort_index()


KEY = ("00" * 32).encode()


def named(uri: str) -> str:
    """The post_id of an address, which holds its author: a pseudonym."""
    return f"bluesky:{safe_id(KEY, 'bluesky', uri)}"


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


def test_redaction_once_asked_for_holds_in_every_later_run(bluesky, login, tmp_path) -> None:
    first = bluesky.post("ann.test", "@acme.test write to ann@mail.example", minute=0)
    bluesky.post("acme.test", "On its way", minute=2, to=first)
    gather(bluesky, tmp_path / "d", redact=True)
    assert posts(tmp_path / "d").loc[named(first), "text"] == "@acme.test write to [email]"
    second = bluesky.post("bob.test", "@acme.test or call 06 12 34 56 78", minute=5)
    collect("bluesky", out=tmp_path / "d", refresh=True, base_url=bluesky.url, pace=0)
    made = posts(tmp_path / "d")
    assert made.loc[named(first), "text"] == "@acme.test write to [email]"
    assert made.loc[named(second), "text"] == "@acme.test or call [phone]"
    part = next(p for p in open_dataset(tmp_path / "d").manifest.parts if p.table == "posts")
    assert part.query["redact"] is True


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


def test_a_refresh_marks_deletions_and_moves_the_clock(bluesky, login, tmp_path) -> None:
    uris = bluesky.talk(6, answered=3)
    gather(bluesky, tmp_path / "d")
    before = posts(tmp_path / "d")
    answer = bluesky.replies(uris[1])[0]["uri"]
    bluesky.delete(answer)  # an answer
    bluesky.delete(uris[5])  # a request that nobody answered
    bluesky.edit(uris[4], "@acme.test it came after all")
    late = bluesky.post("acme.test", "Really?", minute=500, to=uris[4])
    report = gather(bluesky, tmp_path / "d", refresh=True)
    after = posts(tmp_path / "d")
    gone = after[after["deleted_at"].notna()]
    assert set(gone.index) == {named(answer), named(uris[5])}
    assert report.n_deleted == 2
    assert gone["text"].isna().all()
    assert gone["author_id"].notna().all()
    assert set(gone["account"]) == {"acme.test"}  # a deleted request was still a brand's
    assert after.loc[named(uris[4]), "text"] == "@acme.test it came after all"
    assert named(late) in after.index
    kept = after.index.intersection(before.index).difference(gone.index)
    assert (after.loc[kept, "observed_at"] > before.loc[kept, "observed_at"]).all()
    assert (after.loc[gone.index, "deleted_at"] > before.loc[gone.index, "observed_at"]).all()
    raw = raw_text(tmp_path / "d")
    assert "parcel 5 is late" not in raw
    assert "Sorry, parcel 1" not in raw
    assert "parcel 3 is late" in raw
    with sqlite3.connect(tmp_path / "d" / "collection.sqlite") as con:
        purged = con.execute("SELECT count(*) FROM purges").fetchone()[0]
    con.close()
    assert purged == report.n_purged > 0
    again = gather(bluesky, tmp_path / "d", refresh=True)
    assert (again.n_deleted, again.n_purged) == (2, 0)
    third = posts(tmp_path / "d")
    same = [c for c in third.columns if c != "observed_at"]
    pd.testing.assert_frame_equal(third[same], after[same])


def test_a_refresh_without_raw_pages_finds_the_same_deletions(bluesky, login, tmp_path) -> None:
    uris = bluesky.talk(6, answered=3)
    gather(bluesky, tmp_path / "d", raw=False)
    bluesky.delete(uris[5])
    report = gather(bluesky, tmp_path / "d", refresh=True, raw=False)
    after = posts(tmp_path / "d")
    gone = after[after["deleted_at"].notna()]
    assert list(gone.index) == [named(uris[5])]
    # The table of the owner led from the pseudonyms to the posts, and forgets the deleted one.
    known = native_ids([i.removeprefix("bluesky:") for i in after.index])
    assert set(known.values()) == set(bluesky.posts) - {uris[5]}
    assert identities.ids_file().stat().st_mode & 0o077 == 0
    assert list(gone["account"]) == ["acme.test"]
    assert gone["text"].isna().all()
    assert len(after) == 10
    assert report.n_deleted == 1
    assert not (tmp_path / "d" / "raw").exists()


def test_a_deleted_root_does_not_take_its_replies_along(bluesky, login, tmp_path) -> None:
    root = bluesky.post("ann.test", "@acme.test late", minute=0)
    answer = bluesky.post("acme.test", "Sorry", minute=5, to=root)
    gather(bluesky, tmp_path / "d")
    bluesky.delete(root)
    gather(bluesky, tmp_path / "d", refresh=True)
    after = posts(tmp_path / "d")
    assert after["deleted_at"].notna().to_dict() == {
        named(root): True,
        named(answer): False,
    }


def raw_text(folder: Path) -> str:
    import gzip

    return "".join(
        gzip.decompress(p.read_bytes()).decode() for p in (folder / "raw").rglob("pages-*")
    )


def written(folder: Path) -> dict[str, str]:
    """Every file that was written outside raw/, tables decoded."""
    made = {}
    for path in folder.rglob("*"):
        if not path.is_file() or "raw" in path.relative_to(folder).parts:
            continue
        if path.suffix == ".parquet":
            made[path.name] = pq.read_table(path).to_pandas().to_csv()
        else:
            made[path.name] = path.read_bytes().decode("utf-8", "replace")
    return made


@pytest.mark.parametrize("raw", [True, False])
def test_nobody_is_named_outside_raw(bluesky, login, tmp_path, raw, capsys) -> None:
    root = bluesky.post("ann.test", "@acme.test late, cc @bob.test, ＠carl.test", minute=0)
    bluesky.post("acme.test", "Sorry @ann.test", minute=9, to=root)
    bluesky.post("dora.test", "Same here", minute=10, to=root)
    gather(bluesky, tmp_path / "d", raw=raw)
    bluesky.delete(root)
    gather(bluesky, tmp_path / "d", refresh=True, raw=raw)
    found = written(tmp_path / "d")
    assert {"manifest", "CARD", "collection", "accounts"} <= {name.split(".")[0] for name in found}
    # How far every query has come is for the owner alone, as raw/ is: it names what was asked.
    state = found.pop("collection.sqlite")
    assert (tmp_path / "d" / "collection.sqlite").stat().st_mode & 0o077 == 0
    assert not any(secret in state for secret in login.values())
    people = ["ann", "bob", "carl", "dora"]
    forbidden = [f"{p}.test" for p in people] + [f"Name of {p.upper()}" for p in people]
    forbidden += [
        "cdn.invalid",
        "avatar",
        "at://",
        login["password"],
        login["token"],
        "us.test",
        "00" * 32,
    ]
    for name, text in found.items():
        for word in forbidden:
            assert word not in text, f"{word} in {name}"
    said = capsys.readouterr()
    assert not any(word in said.out + said.err for word in forbidden)
    if raw:
        text = raw_text(tmp_path / "d")
        assert login["password"] not in text
        assert login["token"] not in text
        assert "dora.test" in text


def test_raw_is_private_and_never_in_a_repository(bluesky, tmp_path) -> None:
    bluesky.talk(2, answered=1)
    gather(bluesky, tmp_path / "d")
    assert (tmp_path / "d" / "raw").stat().st_mode & 0o077 == 0
    assert (tmp_path / "d" / "raw" / ".gitignore").read_text() == "*\n"


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


def test_a_wrong_password_is_named_and_not_shown(bluesky, login, tmp_path, monkeypatch) -> None:
    bluesky.talk(2, answered=1)
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", "wrong-one-xyz")
    with pytest.raises(CarekitError, match="refuses the login of BLUESKY_HANDLE") as caught:
        gather(bluesky, tmp_path / "d")
    assert "wrong-one-xyz" not in str(caught.value)


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


def test_a_damaged_raw_page_is_found(bluesky, tmp_path) -> None:
    bluesky.talk(2, answered=1)
    gather(bluesky, tmp_path / "d")
    file = next((tmp_path / "d" / "raw" / "bluesky").glob("pages-*"))
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(data)
    with pytest.raises(CarekitError, match="differs from its checksum"):
        gather(bluesky, tmp_path / "d", resume=True)


def test_raw_pages_hold_the_request_and_no_secret(bluesky, login, tmp_path) -> None:
    bluesky.talk(2, answered=1)
    gather(bluesky, tmp_path / "d")
    lines = [json.loads(line) for line in raw_text(tmp_path / "d").splitlines()]
    assert {line["query"]["kind"] for line in lines} == {"feed", "mentions", "thread"}
    assert all(set(line["request"]) == {"method", "url", "params"} for line in lines)
    assert all(line["status"] == 200 for line in lines)
    assert not any("authorization" in {h.lower() for h in line["headers"]} for line in lines)
