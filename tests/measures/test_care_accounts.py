"""Dedicated care accounts: an effect that was put in is found, one that was not is not."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from carekit.dataset.resources import data_folder
from carekit.errors import CannotAnswer, InputError
from carekit.measures.care_accounts import (
    care_accounts,
    care_event_study,
    care_panel,
    care_series,
)

MONTHS = range(8)
OPENED = {f"b{i}": pd.Timestamp(f"2024-0{6 + i % 2}-10", tz="UTC") for i in range(5)}
BRANDS = [*OPENED, *(f"c{i}" for i in range(6))]


def minutes(month: int, day: int) -> int:
    at = pd.Timestamp(2024, 3 + month, day, tz="UTC") - pd.Timestamp("2024-03-01 12:00", tz="UTC")
    return int(at.total_seconds() // 60)


def corpus(lost: int) -> tuple[list[dict], list[dict], set[str]]:
    """Ten openings a brand and month, five of them negative; `lost` of these leave the main account
    once a care account is open, and as many neutral posts come instead."""
    rows, negative = [], set()
    for b, brand in enumerate(BRANDS):
        for month in MONTHS:
            for i in range(10):
                name = f"{brand}-{month}-{i}"
                at = minutes(month, 12 + i % 16)
                after = brand in OPENED and at >= minutes(OPENED[brand].month - 3, 10)
                # one post more or less, so that brands and months differ
                limit = 5 - (lost if after else 0) + (b * month + b) % 3 - 1
                if i < limit:
                    negative.add(name)
                rows.append({"id": name, "at": at, "account": brand, "author_id": name})
        # names nobody, answered by the brand: was not put to the account
        rows.append({"id": f"{brand}-loose", "at": 5})
        reply = {"id": f"{brand}-r", "at": 6, "reply_to": f"{brand}-loose", "account": brand}
        rows.append({**reply, "author_role": "brand"})
    accounts = [
        {"account": b, "network": "x", "brand": b, "account_kind": "main", "opened_at": None}
        for b in BRANDS
    ]
    accounts += [
        {"account": f"{b}-care", "network": "x", "brand": b, "account_kind": "care",
         "opened_at": at}
        for b, at in OPENED.items()
    ]  # fmt: skip
    return rows, accounts, negative


@pytest.fixture
def study(make_dataset):
    def make(lost: int = 3):
        rows, accounts, negative = corpus(lost)
        return make_dataset(rows, accounts=accounts), negative

    return make


def test_the_panel_counts_what_was_put_to_main_accounts(study):
    dataset, negative = study()
    panel = care_panel(dataset, network="x", negative=negative)
    assert set(panel.n_requests) == {10}
    assert panel[panel.brand == "b0"].start.unique().tolist() == ["2024-07"]
    assert "2024-06" not in set(panel[panel.brand == "b0"].period)  # the month of the opening
    assert panel[panel.brand == "c1"].start.isna().all()
    kept = care_panel(dataset, network="x", negative=negative, opening_month=True)
    assert kept[kept.brand == "b0"].start.unique().tolist() == ["2024-06"]
    assert len(kept) == len(panel) + len(OPENED)


def test_a_planted_displacement_is_found_and_none_is_not(study):
    for lost, effect in ((3, -0.3), (0, 0.0)):
        dataset, negative = study(lost)
        table = care_accounts(dataset, network="x", negative=negative)
        got = table.set_index("analysis")
        for analysis in ("each brand-month alike", "each request alike"):
            row = got.loc[analysis]
            assert row.ci_low <= effect <= row.ci_high
            assert row.ci_high - row.ci_low < 0.4
        assert (got.p_value["permutation"] < 0.05) == (lost > 0)
        pre = got.loc["pre-trend"]
        assert pre.ci_low <= 0 <= pre.ci_high
        assert (table.treated[0], table.controls[0]) == (5, 6)


def test_brands_can_be_chosen_and_few_of_them_have_no_limits(study):
    dataset, negative = study()
    table = care_accounts(dataset, network="x", negative=negative, brands=["b0", "b1"])
    assert (table.treated[0], table.controls[0]) == (2, 6)
    assert table.ci_low.isna().all()
    assert table["flags"].str.contains("few_treated").all()
    assert table.p_value.notna().tolist() == [False, True, False, False]


def test_the_event_study_starts_in_the_month_of_the_opening(study):
    dataset, negative = study()
    table = care_event_study(dataset, network="x", negative=negative).set_index("event_time")
    assert table.estimate[-1] == 0
    assert table.estimate[0] < -0.1
    assert table.index.min() == -4


def test_the_series_of_weeks_falls_at_the_opening(make_dataset):
    rows, accounts, negative = [], corpus(0)[1], set()
    for brand in OPENED:
        for day in range(230):
            name, at = f"{brand}-{day}", (day + 1) * 1440
            after = at >= minutes(OPENED[brand].month - 3, 10)
            rows.append({"id": name, "at": at, "account": brand})
            if (day * 7 + ord(brand[1])) % 10 < (2 if after else 6):
                negative.add(name)
    dataset = make_dataset(rows, accounts=accounts)
    table = care_series(dataset, network="x", negative=negative).set_index("term")
    assert table.ci_high["level_change"] < 0
    # odds of 0.2 against odds of 0.6
    assert table.odds_ratio["level_change"] == pytest.approx(0.25 / 1.5, rel=0.5)


def test_without_a_care_account_there_is_nothing_to_study(study, make_dataset):
    rows, accounts, negative = corpus(0)
    dataset = make_dataset(rows, accounts=[a for a in accounts if a["account_kind"] == "main"])
    with pytest.raises(InputError) as error:
        care_accounts(dataset, network="x", negative=negative)
    assert str(error.value) == (
        "`network` is 'x', where no brand opened a care account within the dataset, or no brand is "
        "left to compare with; accounts need account_kind and opened_at. Choose another network, "
        "or complete the table of accounts."
    )


def test_rules_tell_negative_openings_where_none_are_named(make_dataset):
    rows, accounts, negative = corpus(3)
    texts = {True: "This is terrible, my order is broken and late!", False: "Thank you, great!"}
    told = [{**r, "text": texts[r["id"] in negative], "lang": "en"} for r in rows]
    dataset = make_dataset(told, accounts=accounts)
    by_rule = care_panel(dataset, network="x")
    assert by_rule.equals(care_panel(dataset, network="x", negative=negative))


def test_the_displacement_planted_in_the_sample_lies_in_its_interval():
    from carekit.dataset.folder import open_dataset

    folder = data_folder("sample")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    labels = pd.read_parquet(folder / "labels.parquet", columns=["post_id", "tone"])
    negative = set(labels.post_id[labels.tone == "negative"])
    for kind, planted in (("displaced", (-0.193, -0.183)), ("none", (0.0, 0.0))):
        brands = [b["brand"] for b in truth["brands"] if b["care_effect"] == kind]
        table = care_accounts(
            open_dataset(folder), network=["facebook", "x"], negative=negative, brands=brands
        )
        row = table.iloc[0]
        assert row.ci_low <= planted[0] <= planted[1] <= row.ci_high
        assert (row.ci_high < 0) == (kind == "displaced")


def test_a_brand_on_two_networks_is_one_unit():
    """Each brand counts once, and a brand with a care account elsewhere is no control."""
    from carekit.dataset.folder import open_dataset

    dataset, networks = open_dataset(data_folder("sample")), ["facebook", "x"]
    apart = [care_panel(dataset, network=n, negative=[]) for n in networks]
    panel = care_panel(dataset, network=networks, negative=[])
    assert not panel.duplicated(["brand", "period"]).any()
    treated = set().union(*(p.loc[p.start.notna(), "brand"] for p in apart))
    assert set(panel.loc[panel.start.notna(), "brand"]) == treated
    accounts = dataset.read("accounts")
    had = set(accounts.loc[accounts.account_kind == "care", "brand"])
    controls = set(panel.loc[panel.start.isna(), "brand"])
    assert controls
    assert not controls & had
    never = [p[p.brand.isin(controls)] for p in apart]
    assert panel[panel.brand.isin(controls)].n_requests.sum() == sum(
        p.n_requests.sum() for p in never
    )


def test_networks_whose_controls_opened_one_elsewhere_hold_nothing_to_compare_with(make_dataset):
    rows = [
        {"id": f"{n}-{b}-{month}", "at": minutes(month, 12), "network": n, "account": b,
         "author_id": f"{n}-{b}-{month}"}
        for n in ("x", "facebook") for b in ("b0", "b1") for month in MONTHS
    ]  # fmt: skip
    accounts = [
        {"account": b, "network": n, "brand": b, "account_kind": "main", "opened_at": None}
        for n in ("x", "facebook") for b in ("b0", "b1")
    ] + [
        {"account": f"{b}-care", "network": n, "brand": b, "account_kind": "care",
         "opened_at": OPENED[b]}
        for n, b in (("x", "b0"), ("facebook", "b1"))
    ]  # fmt: skip
    dataset = make_dataset(rows, accounts=accounts)
    assert care_panel(dataset, network="x", negative=[]).start.isna().any()
    with pytest.raises(CannotAnswer, match="no brand is left to compare with"):
        care_panel(dataset, network=["x", "facebook"], negative=[])
