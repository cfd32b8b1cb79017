"""A customer and a brand talk on the real Bluesky servers; the collection gives the planted rate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import load_key
from carekit.sources.identities import safe_id

pytestmark = [
    pytest.mark.servers,
    pytest.mark.slow,
    pytest.mark.needs_system("redis-server", package="redis-server"),
    pytest.mark.needs_system("pg_ctlcluster", "initdb", package="postgresql"),
    pytest.mark.needs_system("c++", package="g++"),
    pytest.mark.needs_system("make", package="make"),
]

DAY = "2026-03-02T{:02d}:{:02d}:00.000Z"
N_REQUESTS, N_ANSWERED = 12, 7
BRAND, PEOPLE = "parcels-by-otter", ("annabel", "bertrand", "clemence")


@pytest.fixture(scope="module")
def talk(stack: Any) -> dict[str, Any]:
    """12 requests, 7 answered after (10 + n) minutes; a chat below a post of the brand."""
    brand = stack.account(BRAND)
    people = [stack.account(name) for name in PEOPLE]
    requests, answers = [], []
    for n in range(N_REQUESTS):
        who = people[n % 3]
        request = stack.post(who, f"@{brand} parcel {n} is late, why?", at=DAY.format(8, n))
        requests.append((who, request))
        if n < N_ANSWERED:
            at = DAY.format(8, n + 10 + n)
            answer = stack.post(brand, f"Sorry about parcel {n}.", at=at, to=request)
            answers.append(answer)
            if n == 0:
                stack.post(who, "Thank you", at=DAY.format(9, 0), to=answer)
    news = stack.post(brand, "Open on Sunday", at=DAY.format(10, 0))
    stack.post(people[0], "At last", at=DAY.format(10, 5), to=news)
    stack.catch_up()
    return {"brand": brand, "people": people, "requests": requests, "answers": answers}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("collected") / "d"


def post_id(uri: str) -> str:
    """The id of a post in the dataset: an address holds a person, so it is a pseudonym."""
    return f"bluesky:{safe_id(load_key(), 'bluesky', uri)}"


def login(talk: dict[str, Any]) -> dict[str, str]:
    handle = talk["people"][1]
    return {"BLUESKY_HANDLE": handle, "BLUESKY_APP_PASSWORD": "pw-of-bertrand"}


def rate(command: Any, folder: Path) -> dict[str, Any]:
    done = command("measure", "answer-rate", str(folder), "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)[0]


def test_the_planted_answer_rate_comes_back(stack, talk, folder, command) -> None:
    done = command(
        *("collect", "bluesky", talk["brand"], "--base-url", stack.pds, "--out", str(folder)),
        **login(talk),
    )
    assert done.returncode == 0, done.stderr
    found = rate(command, folder)
    assert (found["n"], found["n_answered"]) == (N_REQUESTS, N_ANSWERED)
    dataset = open_dataset(folder)
    assert dataset.selection.kind == "none"
    assert dataset.manifest.rows("posts") == N_REQUESTS + N_ANSWERED + 1 + 2
    waits = command("measure", "first-response", str(folder), "--format", "json")
    median = json.loads(waits.stdout)[0]["answered_median_minutes"]
    assert median == 10 + (N_ANSWERED - 1) / 2


def test_without_a_login_the_appview_gives_the_brands_own_threads(
    stack, talk, command, tmp_path
) -> None:
    done = command(
        *("collect", "bluesky", talk["brand"], "--base-url", stack.appview),
        *("--out", str(tmp_path / "d")),
    )
    assert done.returncode == 0, done.stderr
    dataset = open_dataset(tmp_path / "d")
    assert dataset.selection.kind == "brand_threads"
    assert dataset.manifest.rows("posts") == 2 * N_ANSWERED + 1 + 2
    refused = command("measure", "answer-rate", str(tmp_path / "d"))
    assert refused.returncode == 2
    assert "'brand_threads'" in refused.stderr


def test_a_refresh_sees_the_deletion_the_edit_and_the_late_answer(
    stack, talk, folder, command
) -> None:
    who, unanswered = talk["requests"][8]
    editor, edited = talk["requests"][9]
    _, waiting = talk["requests"][10]
    stack.delete(who, unanswered)
    stack.edit(editor, edited, f"@{talk['brand']} parcel 9 has come", at=DAY.format(8, 9))
    stack.post(talk["brand"], "Parcel 10 left today.", at=DAY.format(11, 0), to=waiting)
    stack.catch_up()
    done = command("collect", "bluesky", "--refresh", "--out", str(folder), **login(talk))
    assert done.returncode == 0, done.stderr
    posts = open_dataset(folder).read("posts").set_index("post_id")
    gone = posts[posts["deleted_at"].notna()]
    assert list(gone.index) == [post_id(unanswered["uri"])]
    assert gone["text"].isna().all()
    found = rate(command, folder)
    assert (found["n"], found["n_answered"]) == (N_REQUESTS, N_ANSWERED + 1)
    # The AppView keeps the first version of a post that is put again; a collection shows what the
    # network shows.
    text = posts.loc[post_id(edited["uri"]), "text"]
    shown = json.loads(command_thread(stack, edited["uri"]))["thread"]["post"]["record"]["text"]
    assert text == shown


def command_thread(stack: Any, uri: str) -> str:
    import httpx

    made = httpx.get(f"{stack.appview}/xrpc/app.bsky.feed.getPostThread", params={"uri": uri})
    return made.text


def test_the_rate_limit_of_the_real_server_is_waited_for_or_said(
    stack, talk, command, tmp_path
) -> None:
    """30 logins in 300 s are allowed: one more is refused, and the run says how long to wait."""
    import httpx

    body = {"identifier": talk["people"][2], "password": "pw-of-clemence"}
    statuses = [
        httpx.post(f"{stack.pds}/xrpc/com.atproto.server.createSession", json=body).status_code
        for _ in range(40)
    ]
    assert 429 in statuses
    done = command(
        *("collect", "bluesky", talk["brand"], "--base-url", stack.pds),
        *("--out", str(tmp_path / "d"), "--max-seconds", "60"),
        BLUESKY_HANDLE=talk["people"][2],
        BLUESKY_APP_PASSWORD="pw-of-clemence",
    )
    assert done.returncode == 2
    assert "asks to wait" in done.stderr
    assert "Traceback" not in done.stderr


def test_nobody_is_named_outside_raw(talk, folder) -> None:
    forbidden = [*PEOPLE, "pw-of-", "eyJ"]
    for path in folder.rglob("*"):
        if not path.is_file() or "raw" in path.relative_to(folder).parts:
            continue
        if path.suffix == ".parquet":
            text = pq.read_table(path).to_pandas().to_csv()
        else:
            text = path.read_bytes().decode("utf-8", "replace")
        assert not [w for w in forbidden if w in text], path.name
