"""Growth between two periods: more accounts, or more demand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.errors import CannotAnswer, InputError
from carekit.inference.rates.growth import split_growth
from carekit.measures.growth import comparable_periods, growth

DAY = 1440
PERIODS = {"before": ("2024-03-01", "2024-03-03"), "after": ("2024-03-03", "2024-03-05")}


def asked(account: str, day: int, n: int) -> list[dict]:
    return [
        {"id": f"{account}-{day}-{i}", "at": day * DAY + i, "account": account} for i in range(n)
    ]


ROWS = [*asked("old", 0, 4), *asked("old", 2, 5), *asked("steady", 1, 2), *asked("steady", 3, 2),
        *asked("new", 3, 4), *asked("new", 9, 9), {"id": "nobody", "at": 0}]  # fmt: skip
ACCOUNTS = [
    {"account": "old", "network": "x", "brand": "O", "opened_at": pd.Timestamp("2020", tz="UTC")},
    {"account": "new", "network": "x", "brand": "N",
     "opened_at": pd.Timestamp("2024-03-03", tz="UTC")},
    {"account": "steady", "network": "x", "brand": "S"},
]  # fmt: skip


def test_components_are_counted_by_hand(make_dataset):
    table = growth(make_dataset(ROWS, accounts=ACCOUNTS), **PERIODS)
    got = table.set_index("component")
    assert got[["before", "after"]].to_numpy().tolist() == [[6, 11], [2, 3], [3, 11 / 3], [6, 7]]
    assert got.estimate["like for like"] == pytest.approx(1 / 6)
    assert got.log_share["accounts"] + got.log_share["per account"] == pytest.approx(1)
    assert got.isna().ci_low["accounts"]
    assert "Before: 2024-03-01 00:00 to 2024-03-03 00:00" in table.attrs["note"]


def test_the_published_split_of_a_rise_of_41_percent():
    # P019, P023: 43 accounts instead of 36, mentions up by 41 %; half of it on the log scale (F09)
    n = pd.DataFrame({"n_before": [100] * 36 + [0] * 7, "n_after": [118] * 36 + [118] * 7})
    old = np.arange(43) < 36
    table = n.assign(open_before=old, open_after=True, open_throughout=old)
    got = split_growth(table).set_index("component")
    assert got.estimate.round(2).tolist() == [0.41, 0.19, 0.18, 0.18]
    assert got.log_share["accounts"] == pytest.approx(np.log(43 / 36) / np.log(1.4094), abs=1e-4)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=2, max_size=12))
def test_total_is_accounts_times_per_account_and_lies_in_its_interval(pairs):
    counts = np.array(pairs)
    table = pd.DataFrame({"n_before": counts[:, 0], "n_after": counts[:, 1]})
    table = table.assign(open_before=True, open_after=True, open_throughout=True)
    got = split_growth(table).set_index("component")
    ratio = 1 + got.estimate
    assert ratio["total"] == pytest.approx(ratio["accounts"] * ratio["per account"])
    if "zero_var" in got["flags"]["total"]:
        assert got.isna().ci_low["total"]
    else:
        assert got.ci_low["total"] < got.estimate["total"] < got.ci_high["total"]


def test_nothing_before_has_no_growth():
    table = pd.DataFrame({"n_before": [0], "n_after": [5]}).assign(
        open_before=False, open_after=True, open_throughout=False
    )
    got = split_growth(table).iloc[0]
    assert got.isna().estimate
    assert got["flags"] == "n0"


def test_without_a_second_year_the_halves_are_compared():
    first, last = pd.Timestamp("2024-01-01", tz="UTC"), pd.Timestamp("2024-03-01", tz="UTC")
    before, after = comparable_periods(first, last)
    assert (before.start, after.end) == (first, last)
    assert before.end == after.start == pd.Timestamp("2024-01-31", tz="UTC")


def test_half_a_question_is_refused(make_dataset):
    dataset = make_dataset(ROWS)
    with pytest.raises(InputError) as error:
        growth(dataset, before=("2024-01-01", "2024-02-01"))
    assert str(error.value) == (
        "`before` and `after` belong together; only one was given. Give both, or none."
    )
    with pytest.raises(InputError, match=r"`after` is .* expected its first day and the day after"):
        growth(dataset, before=PERIODS["before"], after=("2024-03-05", "2024-03-01"))
    with pytest.raises(InputError, match="growth is clustered by account"):
        growth(dataset, cluster="brand")


def test_without_requests_there_is_nothing_to_compare(make_dataset):
    with pytest.raises(CannotAnswer) as error:
        growth(make_dataset(ROWS, accounts=ACCOUNTS), where="network = 'youtube'")
    assert str(error.value).endswith(
        "holds no customer posts that reply to nothing where network = 'youtube': there are no "
        "periods to compare. Choose other requests, or give `before` and `after`."
    )
