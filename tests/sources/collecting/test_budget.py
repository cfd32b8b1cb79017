"""Caps on pages, seconds and money."""

from __future__ import annotations

import pytest

from carekit.errors import InputError
from carekit.sources.collecting.limits import Budget, Stopped


def test_pages_stop_after_the_last_one_allowed() -> None:
    budget = Budget(pages=2)
    budget.check()
    budget.spend(cost=0)
    budget.check()
    budget.spend(cost=0)
    with pytest.raises(Stopped, match="the cap of 2 pages is reached"):
        budget.check()


def test_money_stops_before_a_page_could_break_the_cap() -> None:
    budget = Budget(cost=1.0)
    budget.spend(cost=0.5)
    budget.check(dearest_page=0.5)
    budget.spend(cost=0.1)
    with pytest.raises(Stopped, match=r"\$0\.600 of the cap of \$1\.00 is spent, .* \$0\.500"):
        budget.check(dearest_page=0.5)


def test_a_cap_of_no_money_allows_free_pages_only() -> None:
    Budget(cost=0).check(dearest_page=0.0)
    with pytest.raises(Stopped):
        Budget(cost=0).check(dearest_page=0.005)


def test_seconds_count_from_the_beginning() -> None:
    now = iter([100.0, 105.0, 111.0, 112.0])
    budget = Budget(seconds=10, clock=lambda: next(now))
    budget.check()
    with pytest.raises(Stopped, match="the cap of 10 seconds is reached"):
        budget.check()


@pytest.mark.parametrize(
    ("cap", "value"), [("pages", 0), ("seconds", 0.5), ("cost", -1), ("seconds", float("nan"))]
)
def test_a_cap_that_makes_no_sense_is_refused(cap: str, value: float) -> None:
    with pytest.raises(InputError, match=f"`max_{cap}` is {value}; expected a number of at least"):
        Budget(**{cap: value})
