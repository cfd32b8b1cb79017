"""CFPB complaints against a search that goes only so deep, as the real one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.errors import SelectionError
from carekit.measures.answers import answer_rate
from carekit.sources.collecting.collect import collect, estimate
from carekit.sources.networks import cfpb

COMPANY = "ACME / BANK, N.A."


def database(n: int, *, deep: int = 10_000) -> Callable[[Any], Any]:
    """`n` complaints a day from the first of March 2023, newest first."""
    days = [date(2023, 3, 1) + timedelta(days=d) for d in range(45)]
    rows = [(day, f"{day:%m%d}{i}") for day in days for i in range(n)]

    def answer(asked: Any) -> Any:
        p = asked.params
        assert asked.path == "/data-research/consumer-complaints/search/api/v1/"
        mine = [
            r
            for r in sorted(rows, reverse=True)
            if p["company"] == COMPANY
            and p["date_received_min"] <= str(r[0]) <= p["date_received_max"]
        ]
        start, size = int(p["frm"]), int(p["size"])
        if start:
            # A page beyond the first is found by the sort key of the last one before it.
            assert p["search_after"] == "_".join(map(str, mine[start - 1]))
        hits = [
            {
                "_id": name,
                "_source": {
                    "complaint_id": name,
                    "company": COMPANY,
                    "date_received": f"{day}T12:00:00-05:00",
                    "complaint_what_happened": f"story {name}" if name.endswith("0") else "",
                    "company_response": "Closed with explanation",
                },
            }
            for day, name in mine[start : start + size]
        ]
        points = {
            str(page): [str(x) for x in mine[(page - 1) * size - 1]]
            for page in range(2, min(len(mine), deep) // size + 2)
            if (page - 1) * size <= len(mine)
        }
        return {
            "hits": {"total": {"value": len(mine)}, "hits": hits},
            "_meta": {"break_points": points},
        }

    return answer


def gather(fake: Any, out: Path, **options: Any) -> Any:
    options = {"since": "2023-03-01", "until": "2023-04-14"} | options
    return collect("cfpb", [COMPANY], out=out, base_url=fake.url, pace=0, **options)


def test_every_complaint_of_every_slice_comes_once(fake: Any, tmp_path: Path) -> None:
    fake.answer = database(7)
    report = gather(fake, tmp_path / "d")
    assert report.stopped is None
    frame = open_dataset(tmp_path / "d").read("posts")
    assert len(frame) == 7 * 45
    assert frame.post_id.is_unique
    assert set(frame.surface) == {"regulator"}
    assert set(frame.brand) == {COMPANY}
    assert frame.text.notna().sum() == 45  # those who agreed to it
    assert frame.author_id.isna().all()
    assert set(frame.author_role) == {"customer"}
    # March has 217 complaints: three pages; April 98: one.
    assert len(fake.asked) == 4


def test_a_slice_that_is_too_deep_is_halved(
    fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cfpb, "DEEPEST", 40)
    monkeypatch.setattr(cfpb, "SIZE", 10)
    fake.answer = database(7, deep=40)
    gather(fake, tmp_path / "d")
    frame = open_dataset(tmp_path / "d").read("posts")
    assert len(frame) == 7 * 45
    assert frame.post_id.is_unique


def test_the_estimate_counts_complaints_without_reading_them(fake: Any) -> None:
    fake.answer = database(7)
    made = estimate(
        "cfpb", [COMPANY], base_url=fake.url, since="2023-03-01", until="2023-04-14", pace=0
    )
    assert str(made) == "Estimate: about 6 pages, 6 s, no fee. 315 complaints in 2 slices."
    assert len(fake.asked) == 1


def test_answer_rates_are_refused_because_a_category_is_no_answer(
    fake: Any, tmp_path: Path
) -> None:
    fake.answer = database(1)
    gather(fake, tmp_path / "d")
    with pytest.raises(SelectionError, match="'complaints_only'"):
        answer_rate(open_dataset(tmp_path / "d"))


def test_a_page_that_is_no_search_result_stops_nothing_else(fake: Any, tmp_path: Path) -> None:
    good = database(1)
    fake.answer = lambda asked: (
        {"message": "odd"} if asked.params["date_received_min"] > "2023-04" else good(asked)
    )
    report = gather(fake, tmp_path / "d")
    assert report.failures
    assert open_dataset(tmp_path / "d").manifest.rows("posts") == 31
