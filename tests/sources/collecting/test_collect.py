"""A whole collection against a server on loopback."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from carekit.cli import main
from carekit.dataset import open_dataset
from carekit.errors import CarekitError, InputError
from carekit.estimates.answer_rate import measure_answer_rate
from carekit.sources.collecting.collect import collect, estimate


def gather(fake: Any, out: Path, *targets: str, **options: Any) -> Any:
    return collect(
        "bluesky", targets or ("acme.test",), out=out, base_url=fake.url, pace=0, **options
    )


def test_with_a_login_the_planted_answer_rate_comes_back(bluesky, login, tmp_path) -> None:
    bluesky.talk(20, answered=13)
    report = gather(bluesky, tmp_path / "d")
    assert report.stopped is None
    assert report.n_posts == 20 + 13 + 5
    rate = measure_answer_rate(open_dataset(tmp_path / "d"))
    assert (rate.n[0], rate.n_answered[0]) == (20, 13)


def test_without_a_login_the_selection_says_what_is_missing(bluesky, tmp_path) -> None:
    bluesky.talk(20, answered=13)
    gather(bluesky, tmp_path / "d")
    dataset = open_dataset(tmp_path / "d")
    assert dataset.selection.kind == "brand_threads"
    assert dataset.manifest.rows("posts") == 13 * 2 + 5
