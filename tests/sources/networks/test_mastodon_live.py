"""Mastodon against mastodon-mock: its paging, its faults, its deletions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from carekit.cli import main
from carekit.dataset.folder import open_dataset
from carekit.errors import InputError
from carekit.measures.answers import answer_rate
from carekit.sources.collecting.collect import collect, estimate

BRAND = "bob@mock.local"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def gather(server: Any, out: Path, *targets: str, **options: Any) -> Any:
    return collect(
        "mastodon", targets or (BRAND,), out=out, base_url=server.base_url, pace=0, **options
    )


def posts(folder: Path) -> pd.DataFrame:
    return open_dataset(folder).read("posts").set_index("post_id").sort_index()


def talk(server: Any, n: int, *, answered: int) -> list[Any]:
    alice, bob = server.client("alice"), server.client("bob")
    made = []
    for number in range(n):
        request = alice.status_post(f"@bob parcel {number} is late #parcel")
        made.append(request)
        if number < answered:
            bob.status_reply(request, f"Sorry about {number}")
    return made


def test_a_hashtag_gives_the_planted_rate(mastodon, tmp_path) -> None:
    talk(mastodon, 9, answered=4)
    accounts = tmp_path / "accounts.csv"
    accounts.write_text(f"account,network,brand\n{BRAND},mastodon,Bob Ltd\n")
    gather(mastodon, tmp_path / "d", "#parcel", accounts=accounts)
    dataset = open_dataset(tmp_path / "d")
    assert dataset.selection.kind == "hashtag"
    rate = answer_rate(dataset, by="brand")
    assert (rate.brand[0], rate.n[0], rate.n_answered[0]) == ("Bob Ltd", 9, 4)
    made = posts(tmp_path / "d")
    assert all(i.startswith("mastodon:mock.local:") for i in made.index)
    assert made["text"].str.contains("@bob@mock.local").sum() == 9


def test_mentions_of_ones_own_account_need_its_token(mastodon, tmp_path, monkeypatch) -> None:
    requests = talk(mastodon, 5, answered=2)
    mastodon.client("carol").status_post("nothing to do with it #parcel")
    with pytest.raises(InputError, match="needs the token of the account that is mentioned"):
        gather(mastodon, tmp_path / "d", BRAND, "mentions")
    monkeypatch.setenv("MASTODON_TOKEN", mastodon._resolve_token("bob"))
    gather(mastodon, tmp_path / "d", BRAND, "mentions")
    dataset = open_dataset(tmp_path / "d")
    assert dataset.selection.kind == "none"
    rate = answer_rate(dataset)
    assert (rate.n[0], rate.n_answered[0]) == (len(requests), 2)
    files = [p for p in (tmp_path / "d").rglob("*") if p.is_file()]
    token = mastodon._resolve_token("bob").encode()
    assert not [p for p in files if token in p.read_bytes()]


def test_an_account_gives_its_own_threads_and_says_so(mastodon, tmp_path) -> None:
    talk(mastodon, 5, answered=2)
    news = mastodon.client("bob").status_post("Open on Sunday")
    mastodon.client("carol").status_reply(news, "At last")
    gather(mastodon, tmp_path / "d")
    assert open_dataset(tmp_path / "d").selection.kind == "brand_threads"
    made = posts(tmp_path / "d")
    assert len(made) == 2 + 2 + 1 + 1
    comment = made[made["text"] == "@bob@mock.local At last"].iloc[0]
    assert (comment["surface"], comment["account"]) == ("brand_page", BRAND)
    assert "carol" not in made.to_csv()


def test_pages_go_on_below_the_last_id_until_one_is_empty(mastodon, tmp_path) -> None:
    bob = mastodon.client("bob")
    for number in range(45):
        bob.status_post(f"notice {number}")
    report = gather(mastodon, tmp_path / "d")
    assert report.n_posts == 45
    assert report.n_pages == 3  # 40 + 5, and an empty one


@pytest.mark.parametrize("kind", ["ratelimit", "malformed", "status"])
def test_faults_of_the_server_pass(mastodon, tmp_path, kind) -> None:
    talk(mastodon, 4, answered=2)
    options: dict[str, Any] = {"type": kind, "count": 2}
    if kind == "ratelimit":
        options["headers"] = {"Retry-After": "1"}
    if kind == "status":
        options["status"] = 503
    with mastodon.fault(path_regex="timelines/tag", **options):
        report = gather(mastodon, tmp_path / "d", "#parcel")
    assert report.n_posts == 6
    query = next(p for p in open_dataset(tmp_path / "d").manifest.parts if p.n_read).query
    expected = {"ratelimit": ("429", 2), "status": ("503", 2), "malformed": ("200", 6)}[kind]
    assert query["statuses"][expected[0]] >= expected[1]


def test_a_refresh_finds_deleted_and_edited_statuses(mastodon, tmp_path) -> None:
    requests = talk(mastodon, 4, answered=2)
    alice = mastodon.client("alice")
    gather(mastodon, tmp_path / "d", "#parcel")
    alice.status_delete(requests[3])
    alice.status_update(requests[2], "@bob it came #parcel")
    gather(mastodon, tmp_path / "d", "#parcel", refresh=True)
    made = posts(tmp_path / "d")
    gone = made[made["deleted_at"].notna()]
    assert list(gone.index) == [f"mastodon:mock.local:{requests[3]['id']}"]
    assert gone["text"].isna().all()
    edited = made.loc[f"mastodon:mock.local:{requests[2]['id']}", "text"]
    assert edited.endswith(" it came #parcel")
    assert "bob" not in edited  # nobody said that this account is a brand's
    assert "parcel 3 is late" not in raw_text(tmp_path / "d")


def raw_text(folder: Path) -> str:
    import gzip

    return "".join(
        gzip.decompress(p.read_bytes()).decode() for p in (folder / "raw").rglob("pages-*")
    )


def test_private_statuses_and_boosts_are_no_posts(mastodon, tmp_path) -> None:
    alice, bob = mastodon.client("alice"), mastodon.client("bob")
    shown = alice.status_post("#parcel one")
    alice.status_post("#parcel two", visibility="direct")
    alice.status_post("#parcel three", visibility="private")
    bob.status_reblog(shown)
    gather(mastodon, tmp_path / "d", "#parcel")
    assert list(posts(tmp_path / "d")["text"]) == ["#parcel one"]


def test_a_dry_run_counts_statuses(mastodon) -> None:
    bob = mastodon.client("bob")
    for number in range(3):
        bob.status_post(f"notice {number}")
    made = estimate("mastodon", [BRAND], base_url=mastodon.base_url)
    assert made.pages == 1 + 1 + 2 * 3


def test_what_cannot_be_asked_is_one_sentence(mastodon, tmp_path, capsys) -> None:
    with pytest.raises(InputError, match=r"`targets`: 127\.0\.0\.1:\d+ knows no account 'nobody@"):
        gather(mastodon, tmp_path / "d", "nobody@mock.local")
    assert main(["collect", "mastodon", "#parcel", "--out", str(tmp_path / "d")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("carekit: `targets` name 0 servers; expected accounts of one")
    assert said.count("\n") == 1
