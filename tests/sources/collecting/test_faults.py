"""Servers misbehave: what came is kept, what can pass is asked again, the rest is counted."""

from __future__ import annotations

import sys
from typing import Any

import httpx
import pandas as pd
import pytest

from carekit.dataset.folder import open_dataset
from carekit.errors import MissingExtraError
from carekit.sources.collecting.collect import collect
from carekit.sources.collecting.limits import Budget, Limiter, Stopped
from carekit.sources.collecting.web import Blocked, QueryFailed, Web
from carekit.sources.identities import safe_id

KINDS = ["429", "500", "503", "truncated JSON", "HTML", "reset", "short body"]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries without the second between them; what a server asks for still counts."""
    init = Web.__init__

    def quick(self: Web, *args: Any, **options: Any) -> None:
        init(self, *args, **{"first_wait": 0.0, **options})

    monkeypatch.setattr(Web, "__init__", quick)


def posts(folder: Any) -> pd.DataFrame:
    frame = open_dataset(folder).read("posts").sort_values("post_id", ignore_index=True)
    return frame.drop(columns="observed_at")


@pytest.mark.parametrize("kind", KINDS)
def test_every_third_answer_broken_changes_no_post(
    bluesky, login, faults, hasty, tmp_path, kind
) -> None:
    bluesky.talk(9, answered=5)
    collect("bluesky", ["acme.test"], out=tmp_path / "calm", base_url=bluesky.url, pace=0)
    calm = len(bluesky.asked)
    bluesky.faults.append(lambda path, n: faults[kind] if n % 3 == 0 else None)
    report = collect("bluesky", ["acme.test"], out=tmp_path / "d", base_url=bluesky.url, pace=0)
    assert report.stopped is None
    assert not report.failures
    pd.testing.assert_frame_equal(posts(tmp_path / "d"), posts(tmp_path / "calm"))
    assert len(bluesky.asked) - calm > calm * 1.3
    part = open_dataset(tmp_path / "d").manifest.parts[-1]
    statuses = next(p.query for p in [part] if "statuses" in p.query)["statuses"]
    assert sum(statuses.values()) >= len(bluesky.asked) - calm - 1


def test_one_thread_that_never_comes_is_a_counted_gap(
    bluesky, login, faults, hasty, tmp_path
) -> None:
    uris = bluesky.talk(9, answered=5)
    stem = uris[2].rsplit("/", 1)[1]

    def broken(path: str, n: int) -> Any:
        return faults["500"] if stem in bluesky.asked[n - 1] else None

    bluesky.faults.append(broken)
    report = collect("bluesky", ["acme.test"], out=tmp_path / "d", base_url=bluesky.url, pace=0)
    assert sum(report.failures.values()) == 1
    assert next(iter(report.failures)).endswith("getPostThread with status 500 in 6 attempts")
    threads = open_dataset(tmp_path / "d").read("threads").set_index("thread_id")
    complete = threads["thread_complete"]
    other = f"bluesky:{safe_id(('00' * 32).encode(), 'bluesky', uris[3])}"
    assert not complete[other] or threads.loc[other, "n_missing"] == 0
    assert len(posts(tmp_path / "d")) >= 9 + 5
    bluesky.faults.clear()
    assert not collect("bluesky", out=tmp_path / "d", resume=True, pace=0).failures


def test_a_dead_server_stops_the_run_and_keeps_what_came(
    bluesky, login, faults, hasty, tmp_path
) -> None:
    bluesky.talk(20, answered=10)
    bluesky.faults.append(lambda path, n: faults["reset"] if n > 6 else None)
    report = collect("bluesky", ["acme.test"], out=tmp_path / "d", base_url=bluesky.url, pace=0)
    assert report.trouble
    assert "queries failed in a row" in report.stopped
    assert report.n_posts > 0
    bluesky.faults.clear()
    report = collect("bluesky", out=tmp_path / "d", resume=True, pace=0)
    assert report.stopped is None
    assert report.n_posts == 20 + 10 + 4


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now, self.slept = 1_700_000_000.0, []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def web(answers: list[httpx.Response], **options: Any) -> tuple[Web, Clock]:
    clock = Clock()
    left = iter(answers)
    client = httpx.Client(transport=httpx.MockTransport(lambda request: next(left)))
    limiter = Limiter(pace=0.5, clock=clock, sleep=clock.sleep)
    return Web(client, limiter=limiter, first_wait=0, **options), clock


GOOD = httpx.Response(200, json={})


def test_the_pace_holds_where_a_server_says_nothing() -> None:
    asking, clock = web([GOOD] * 3)
    for _ in range(3):
        asking.get("http://a.test/x")
    asked_elsewhere, _ = web([GOOD])
    asked_elsewhere.get("http://b.test/x")
    assert clock.slept == [0.5, 0.5]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"ratelimit-remaining": "0", "ratelimit-reset": "1700000042"}, [42.0]),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1700000007"}, [7.0]),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2023-11-14T22:13:30Z"}, [10.0]),
        ({"ratelimit-remaining": "12", "ratelimit-reset": "1700000042"}, []),
    ],
)
def test_a_used_up_limit_is_waited_out_before_the_next_request(headers, wait) -> None:
    asking, clock = web([httpx.Response(200, json={}, headers=headers), GOOD])
    asking.get("http://a.test/x")
    asking.get("http://a.test/x")
    assert clock.slept == wait


def test_a_backoff_in_a_good_answer_is_obeyed() -> None:
    asking, clock = web([httpx.Response(200, json={"backoff": 10, "items": []}), GOOD])
    asking.get("http://a.test/x")
    asking.get("http://a.test/x")
    assert clock.slept == [10.0]


def test_retry_after_is_honoured_to_the_second() -> None:
    asking, clock = web([httpx.Response(429, json={}, headers={"retry-after": "3"}), GOOD])
    assert asking.get("http://a.test/x").status == 200
    assert clock.slept == [3.0]


def test_retry_after_counts_more_than_the_end_of_the_window() -> None:
    said = {"retry-after": "1", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000300"}
    asking, clock = web([httpx.Response(200, json={}, headers=said), GOOD])
    asking.get("http://a.test/x")
    asking.get("http://a.test/x")
    assert clock.slept == [1.0]


def test_a_wait_beyond_the_caps_stops_the_run() -> None:
    limited = httpx.Response(429, json={}, headers={"retry-after": "60"})
    asking, _ = web([limited], budget=Budget(seconds=30))
    with pytest.raises(Stopped, match=r"a\.test asks to wait 60 seconds, beyond the cap of 30"):
        asking.get("http://a.test/x")
    asking, _ = web([httpx.Response(429, json={}, headers={"retry-after": "7200"})])
    with pytest.raises(Stopped, match="asks to wait 120 minutes"):
        asking.get("http://a.test/x")


def test_nothing_but_errors_that_can_pass_is_asked_again() -> None:
    asking, _ = web([httpx.Response(404, json={})])
    with pytest.raises(QueryFailed, match=r"a\.test answered /x with status 404"):
        asking.get("http://a.test/x")
    asking, _ = web([httpx.Response(403, text="<html>", headers={"content-type": "text/html"})])
    with pytest.raises(Blocked, match=r"blocked the request \(/x: status 403, text/html\)"):
        asking.get("http://a.test/x")
    asking, _ = web([httpx.Response(401, json={})])
    with pytest.raises(Blocked, match="needs a login or key"):
        asking.get("http://a.test/x")


def test_keys_are_sent_and_neither_kept_nor_told() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if len(sent) < 3:
            raise httpx.ReadTimeout(f"timeout of {request.url}", request=request)
        return httpx.Response(200, json={}, headers={"set-cookie": "sid=hush", "date": "today"})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    asking = Web(client, limiter=Limiter(pace=0), first_wait=0)
    got = asking.get(
        "http://a.test/x",
        params={"q": "parcel", "page": None},
        secret_params={"key": "hush"},
        headers={"authorization": "Bearer hush"},
    )
    assert "key=hush" in str(sent[0].url)
    assert got.request == {"method": "GET", "url": "http://a.test/x", "params": {"q": "parcel"}}
    assert got.headers == {"content-type": "application/json", "date": "today"}
    assert asking.statuses == {"ReadTimeout": 2, "200": 1}
    broken = Web(client, attempts=1, first_wait=0, limiter=Limiter(pace=0))
    sent.clear()
    with pytest.raises(QueryFailed) as caught:
        broken.get("http://a.test/x", secret_params={"key": "hush"})
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_package_is_one_sentence_with_its_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(MissingExtraError) as caught:
        Web()
    assert str(caught.value) == (
        "Collecting needs the package 'httpx', which is not installed. Install it with: "
        "pip install 'carekit[collect]'"
    )
