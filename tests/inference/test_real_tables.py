"""Every function that takes counts takes the tables of real counts as they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest

import carekit.inference
from carekit.dataset.measured import load_measured

APPS, CASES = "atlas/a_app_reviews", "atlas/c_channels"
BANKS, ANSWERED = "app_reviews_waits", "twcs_head_waits"
HOURS = {"time": "hour", "unit": "hours"}
MINUTES = {"time": "minute", "unit": "minutes"}
# Function → a table, and what of it is asked for.
TAKES: dict[str, tuple[str, dict[str, Any]]] = {
    "measure_overdispersion": (APPS, {}),
    "funnel": (APPS, {}),
    "shrink_rates": (APPS, {}),
    "draw_rates": (APPS, {"draws": 100, "seed": 1}),
    "interrupted_rate": ("atlas/ab_by_year", {"time": "year", "start": 2022, "draws": 20}),
    "sum_counts": (APPS, {"by": ["brand"], "cluster": None, "n": "n", "parts": ["n_answered"]}),
    "compare_rates": (APPS, {"by": "sector", "cluster": "brand"}),
    "estimate_mean": (ANSWERED, {"value": "minute", "n": "events", "cluster": "account"}),
    "compare_mixes": (CASES, {"category": "channel", "by": "place", "reference": "Boston US",
                              "draws": 20}),
    "estimate_targets": (APPS, {"by": "country"}),
    "estimate_rate": ("atlas/d_cfpb_age_tag_by_channel", {"by": "submitted_via", "n_yes": "n_timely",
                                                          "cluster": "source"}),
    "mean_of_rates": ("atlas/b_other_networks", {"cluster": "brand", "by": "network"}),
    "model_rates": (APPS, {"predictors": "rating", "cluster": "brand"}),
    "logistic_trend": (APPS, {"group": "rating", "n_yes": "n_answered"}),
    "answered_waits": (ANSWERED, MINUTES),
    "fastest_mean": (ANSWERED, MINUTES),
    "compare_waits": (BANKS, {"group": "network", "cluster": "brand"} | HOURS),
    "restricted_mean": ("sf311_days_to_close", {"by": "channel", "time": "day", "unit": "days"}),
    "read_waits": (BANKS, {"by": ["network"], "causes": ["events"], "censored": "censored",
                           "cluster": None} | HOURS),
    "estimate_waits": (BANKS, {"by": "network", "cluster": "brand"} | HOURS),
    "survival_curve": (BANKS, {"by": "network", "cluster": "brand"} | HOURS),
}  # fmt: skip
# Counts that no table holds: answers unknown, or two periods beside each other.
ELSEWHERE = {"rate_bounds", "compare_rate_changes"}


def takers() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Public functions of a table with columns of counts: units or events."""
    for found in walk_packages(carekit.inference.__path__, "carekit.inference."):
        module = import_module(found.name)
        for name, item in vars(module).items():
            if inspect.isfunction(item) and item.__module__ == found.name and name[0] != "_":
                first, *rest = [*inspect.signature(item).parameters, ""]
                counts = {"n", "events", "censored", "n_unknown", "n_before"}
                if first == "table" and counts & set(rest) and name != "check_parts":
                    yield name, item


FOUND = dict(takers())


def test_none_is_left_out():
    assert set(FOUND) == set(TAKES) | ELSEWHERE


@pytest.mark.parametrize("name", TAKES)
def test_it_takes_a_table_of_real_counts(name):
    table, asked = TAKES[name]
    given = load_measured(table)
    if name == "interrupted_rate":  # one row a period
        given = given.groupby("year", as_index=False)[["n", "n_answered"]].sum()
    made = FOUND[name](given.copy(), **asked)
    assert made is not None
    rows = made if hasattr(made, "columns") else getattr(made, "frame", None)
    if rows is not None and "estimate" in rows:
        assert rows["estimate"].notna().any()
