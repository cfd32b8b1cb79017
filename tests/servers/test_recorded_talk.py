"""The recording that notebook 13 plays: made on the real servers, with invented people and texts.

`CAREKIT_RECORD=1 python -m pytest tests/servers/test_recorded_talk.py` writes data/recorded anew.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.measures.answers import answer_rate
from carekit.sources.collecting.collect import collect
from carekit.sources.collecting.recorded import play, record

pytestmark = [
    pytest.mark.servers,
    pytest.mark.slow,
    pytest.mark.needs_system("redis-server", package="redis-server"),
    pytest.mark.needs_system("pg_ctlcluster", "initdb", package="postgresql"),
    pytest.mark.needs_system("c++", package="g++"),
    pytest.mark.needs_system("make", package="make"),
]

COMMITTED = Path(__file__).resolve().parents[2] / "data" / "recorded" / "bluesky.jsonl"
DAY = "2026-03-{:02d}T{:02d}:{:02d}:00.000Z"
BRANDS = ("lumen-energy", "north-rail")
PEOPLE = tuple(f"resident{n:02d}" for n in range(9))
# Requests to each brand, and how many of them it answered.
PLANTED = {"lumen-energy": (18, 11), "north-rail": (14, 5)}
WORDS = (
    "my bill doubled, can you explain?",
    "no power in our street since noon",
    "the app rejects my meter reading",
    "how do I move my contract?",
    "thirty minutes on hold, then cut off",
)
TRAINS = (
    "is the 8.12 running today?",
    "my refund has not come yet",
    "no announcement, no train, no idea",
    "the ticket machine kept my card",
)


def script(stack: Any) -> tuple[dict[str, str], list[tuple[str, Any]]]:
    """The whole talk; the handles of the brands, and the requests nobody answered."""
    handles = {name: stack.account(name) for name in (*BRANDS, *PEOPLE)}
    open_requests: list[tuple[str, Any]] = []
    for b, brand in enumerate(BRANDS):
        n, answered = PLANTED[brand]
        texts = WORDS if b == 0 else TRAINS
        for k in range(n):
            who = handles[PEOPLE[(3 * k + b) % len(PEOPLE)]]
            at = DAY.format(2 + k // 6, 8 + k % 6, 7 * b + k)
            request = stack.post(who, f"@{handles[brand]} {texts[k % len(texts)]}", at=at)
            if k >= answered:
                open_requests.append((who, request))
                continue
            wait = (5, 12, 20, 35, 50)[k % 5]
            reply_at = DAY.format(2 + k // 6, 9 + k % 6, (7 * b + k + wait) % 60)
            reply = stack.post(
                handles[brand], "Sorry about that, we are looking into it.", at=reply_at, to=request
            )
            if k % 4 == 1:
                thanks_at = DAY.format(2 + k // 6, 16, k)
                stack.post(who, "Thanks, solved.", at=thanks_at, to=reply)
    news = stack.post(handles["north-rail"], "Line 4 is open again.", at=DAY.format(6, 9, 0))
    stack.post(handles["resident03"], "And line 5?", at=DAY.format(6, 9, 30), to=news)
    stack.catch_up()
    return handles, open_requests


@pytest.fixture(scope="module")
def recording(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recording")
    handles, waiting = script(stack)
    path = folder / "bluesky.jsonl"
    targets = [handles[b] for b in BRANDS]
    with pytest.MonkeyPatch.context() as patch, record(path) as client:
        patch.setenv("BLUESKY_HANDLE", handles["resident00"])
        patch.setenv("BLUESKY_APP_PASSWORD", "pw-of-resident00")
        options: dict[str, Any] = {"out": folder / "d", "client": client, "pace": 0}
        collect("bluesky", targets, base_url=stack.pds, **options)
        who, request = waiting[0]
        stack.delete(who, request)
        _, later = waiting[1]
        stack.post(handles[BRANDS[0]], "Found it, sorry.", at=DAY.format(7, 9, 0), to=later)
        stack.catch_up()
        collect("bluesky", refresh=True, **options)
    if os.environ.get("CAREKIT_RECORD") == "1":
        COMMITTED.parent.mkdir(parents=True, exist_ok=True)
        COMMITTED.write_bytes(path.read_bytes())
    return path


def played(path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Requests and answers of each brand, before and after the refresh."""
    monkeypatch.setenv("BLUESKY_HANDLE", "reader.test")
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", "recorded")
    made = []
    with play(path) as client:
        targets = [f"{b}.test" for b in BRANDS]
        options: dict[str, Any] = {"out": out, "client": client, "pace": 0}
        collect("bluesky", targets, base_url="https://recorded.example", **options)
        for refresh in (False, True):
            if refresh:
                collect("bluesky", refresh=True, **options)
            rates = answer_rate(open_dataset(out), by="brand").sort_values("brand")
            made += [(int(n), int(k)) for n, k in zip(rates.n, rates.n_answered, strict=True)]
    return made


def test_the_committed_recording_says_what_the_servers_say_today(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = played(recording, tmp_path / "now", monkeypatch)
    assert now[:2] == [PLANTED["lumen-energy"], PLANTED["north-rail"]]
    assert now[2:] == [(18, 12), PLANTED["north-rail"]]
    assert played(COMMITTED, tmp_path / "committed", monkeypatch) == now
