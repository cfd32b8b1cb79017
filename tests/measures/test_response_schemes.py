"""Response schemes: a factor that was put in is found, and none where there is none."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from carekit.dataset.folder import open_dataset
from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.dataset.resources import data_folder
from carekit.errors import InputError
from carekit.measures.response_schemes import LOG, RESTRICTED, response_schemes

MONTHS = 8
ADOPTED = {f"b{i}": pd.Timestamp(f"2024-0{6 + i % 3}-10", tz="UTC") for i in range(6)}
BRANDS = [*ADOPTED, *(f"c{i}" for i in range(8))]
EVENTS = pd.DataFrame(
    {"brand": list(ADOPTED), "event": "response_scheme_adopted", "at": list(ADOPTED.values())}
)
NOON = pd.Timestamp("2024-03-01 12:00", tz="UTC")
END = int((pd.Timestamp("2024-11-30", tz="UTC") - NOON).total_seconds() // 60)


def corpus(factor: float) -> list[dict]:
    """Five openings a brand and month, four of them answered after waits that differ by brand;
    once a scheme is adopted they are `factor` times as long."""
    rng = np.random.default_rng(4)
    rows = []
    for b, brand in enumerate(BRANDS):
        for month in range(MONTHS):
            for i in range(5):
                at = pd.Timestamp(2024, 3 + month, 12 + 2 * i, tz="UTC")
                minute = int((at - NOON).total_seconds() // 60)
                name = f"{brand}-{month}-{i}"
                rows.append(
                    {"id": name, "at": minute, "account": brand, "brand": brand,
                     "author_id": name, "observed_at": END}
                )  # fmt: skip
                if i == 4:
                    continue
                wait = (30 + 5 * b) * math.exp(0.3 * rng.standard_normal())
                wait *= factor if brand in ADOPTED and at >= ADOPTED[brand] else 1.0
                rows.append(
                    {"id": f"{name}r", "at": minute + max(round(wait), 1), "reply_to": name,
                     "account": brand, "brand": brand, "author_role": "brand"}
                )  # fmt: skip
    return rows


def analyses(dataset, outcome=LOG, **options):
    made = response_schemes(dataset, events=EVENTS, **options)
    return made[made["outcome"] == outcome].set_index("analysis")


def test_a_planted_factor_is_found_and_none_is_not(make_dataset):
    for factor in (0.6, 1.0):
        made = analyses(make_dataset(corpus(factor)))
        for name in ("each brand-month alike", "each request alike"):
            row = made.loc[name]
            assert row["ratio_low"] <= factor <= row["ratio_high"]
            assert (row["ratio_high"] < 1) == (factor < 1)
        assert (made.loc["permutation", "p_value"] < 0.05) == (factor < 1)
        trend = made.loc["pre-trend"]
        assert trend["ratio_low"] <= 1 <= trend["ratio_high"]
        assert (made["treated"].iloc[0], made["controls"].iloc[0]) == (6, 8)


def test_waits_of_all_requests_count_the_unanswered_up_to_the_cut(make_dataset):
    dataset = make_dataset(corpus(0.6))
    made = analyses(dataset, RESTRICTED, until=480)
    row = made.loc["each request alike"]
    # one request of five is never answered: it counts 480 minutes before and after
    assert -40 < row["estimate"] < -5
    assert row["ci_high"] < 0
    assert np.isnan(row["ratio"])
    # 14 brands, 8 months, 5 requests, less the month of the event for six brands
    assert row["n_requests"] == 14 * 8 * 5 - 6 * 5
    assert analyses(dataset).loc["permutation", "n_requests"] == (14 * 8 - 6) * 4


def test_requests_that_were_not_followed_long_enough_are_set_apart(make_dataset):
    rows = [{**r, "observed_at": r["at"] + 100} if r["id"] == "c0-0-4" else r for r in corpus(1.0)]
    made = response_schemes(make_dataset(rows), events=EVENTS)
    assert made.facts.left_out["requests followed for less than 8 hours"] == 1


def test_answered_conversations_alone_have_no_wait_of_all(make_dataset):
    dataset = make_dataset(corpus(0.6), selection=ANSWERED_ONLY)
    made = response_schemes(dataset, events=EVENTS)
    assert made["outcome"].unique().tolist() == [LOG]
    assert made.attrs["note"].endswith(
        "Waits over all requests are left out: the dataset holds answered ones only."
    )
    assert len(response_schemes(dataset, events=EVENTS, allow_selected=True)) == 8


def test_few_brands_have_no_limits(make_dataset):
    made = response_schemes(make_dataset(corpus(0.6)), events=EVENTS.head(2))
    assert made["ci_low"].isna().all()
    assert made["flags"].str.contains("few_treated").all()


def test_brands_without_a_before_or_without_requests_are_counted(make_dataset):
    dates = pd.concat(
        [
            EVENTS,
            pd.DataFrame(
                {
                    "brand": ["c0", "nobody"],
                    "event": "response_scheme_adopted",
                    "at": [pd.Timestamp("2024-01-05", tz="UTC")] * 2,
                }
            ),
        ]
    )
    lost = response_schemes(make_dataset(corpus(0.6)), events=dates).facts.left_out
    assert lost["brands whose event came before their first request"] == 1
    assert lost["brands with an event and without a request"] == 1


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"events": EVENTS.assign(at=pd.Timestamp("2030-01-01", tz="UTC"))},
            "`event` is 'response_scheme_adopted': within the dataset no brand has one with months "
            "before and after it, or no brand is left to compare with. Check the dates, or collect "
            "longer.",
        ),
        (
            {"events": EVENTS.assign(network="x")},
            "`events` has events 'response_scheme_adopted' on one network only (x), and `where` is "
            "None; requests of other networks would count as changed. Pass for example "
            "`where=\"network = 'x'\"` with the events of that network.",
        ),
        (
            {"events": EVENTS, "until": 0},
            "`until` is 0; expected minutes, 1 or more, such as 480. Name the wait at which requests "
            "are cut.",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(make_dataset, options, text):
    with pytest.raises(InputError) as caught:
        response_schemes(make_dataset(corpus(1.0)[:400]), **options)
    assert str(caught.value) == text


def test_the_factor_planted_in_the_sample_lies_in_its_interval():
    folder = data_folder("sample")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    planted = next(q["value"] for q in truth["quantities"] if q["name"] == "response_scheme_factor")
    made = response_schemes(open_dataset(folder))
    rows = made[made["outcome"] == LOG].set_index("analysis")
    for name in ("each brand-month alike", "each request alike"):
        assert rows.loc[name, "ratio_low"] <= planted <= rows.loc[name, "ratio_high"]
    assert (rows["treated"].iloc[0], rows["controls"].iloc[0]) == (12, 48)
