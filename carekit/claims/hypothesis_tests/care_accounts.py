"""Accounts for care: how common, and what they draw away (H05, H27)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.hypothesis_evidence import MOST
from carekit.claims.hypothesis_tests.printed import percent, selected
from carekit.claims.hypothesis_tests.registry import Finding, Inquiry, Lacking, decided, decides
from carekit.claims.hypothesis_tests.tone_of_posts import negative_posts
from carekit.errors import InputError
from carekit.inference.rates.intervals import wilson
from carekit.inference.surveys.trends import logistic_trend

COMMON = f"common practice means more than {percent(MOST)}"


@decides(
    "H05",
    evidence="figures",
    unit="share",
    test=f"Share of 100 ranked brands with a care account, latest year; {COMMON}.",
    needs="shares of ranked brands with a care account, by year",
)
def common_among_ranked_brands(inquiry: Inquiry) -> Finding:
    figures = selected(inquiry, measure="has_care_account")
    start = figures["period_start"].dt
    waves = figures.assign(at=start.year + (start.month - 1) / 12)
    waves = waves.dropna(subset=["value", "sample_size"]).sort_values("at", ignore_index=True)
    if len(waves) < 3:
        raise Lacking("The ledger has fewer than three waves of has_care_account.")
    counts = pd.DataFrame({"at": waves["at"], "n": waves["sample_size"].astype(int)}).assign(
        n_yes=(waves["value"] * waves["sample_size"]).astype(float).round().astype(int)
    )
    trend = logistic_trend(
        counts,
        group="at",
        scores=dict(zip(waves["at"], waves["at"], strict=True)),
        conf_level=inquiry.conf_level,
    )
    last = counts.iloc[-1]
    low, high = wilson(last["n_yes"], last["n"], conf_level=inquiry.conf_level)
    row = {"estimate": last["n_yes"] / last["n"], "ci_low": low, "ci_high": high,
           "n": last["n"], "p_value": trend.p_value}  # fmt: skip
    years = ", ".join(
        f"{percent(v)} in {int(t)}" for v, t in zip(waves["value"], waves["at"], strict=True)
    )
    return decided(
        row,
        claim="above",
        reference=MOST,
        why=f"Of the 100 brands of one ranking {years}: it grows (p of the trend "
        f"{trend.p_value:.2g}, waves taken for independent though the brands are the same).",
    )


@decides(
    "H05",
    evidence="posts",
    unit="share",
    test=f"Share of the brands of the dataset with a care account on any network; {COMMON}.",
    needs="a table of accounts with their kind (main or care), of large brands that were chosen "
    "without looking at it",
)
def common_in_dataset(inquiry: Inquiry) -> Finding:
    if not inquiry.dataset.has("accounts"):
        raise Lacking("The dataset holds no accounts.")
    accounts = inquiry.dataset.read("accounts")
    if accounts["account_kind"].isna().all():
        raise Lacking("The accounts of the dataset do not tell their kind.")
    care = accounts.assign(care=accounts["account_kind"].eq("care").astype(bool))
    has = care.groupby("brand")["care"].any()
    low, high = wilson(has.sum(), len(has), conf_level=inquiry.conf_level)
    row = {"estimate": has.mean(), "ci_low": low, "ci_high": high}
    return decided(
        row,
        claim="above",
        reference=MOST,
        n=len(has),
        why=f"{int(has.sum())} of the {len(has)} brands of the dataset, a sample of none in "
        "particular; whether they are large is not in it.",
    )


@decides(
    "H27",
    evidence="posts",
    unit="difference of shares",
    test="Change of the negative share of openings put to main accounts after a care account "
    "opened, less that of brands without one (difference in differences of shares); drawing "
    "away means below 0.",
    needs="accounts with account_kind and opened_at, of four brands or more that opened a care "
    "account while they were observed, and of others that did not; the texts of the posts",
)
def care_accounts_draw_away(inquiry: Inquiry) -> Finding:
    from carekit.measures.care_accounts import care_accounts as measure_care_accounts

    networks = _opened_on(inquiry)
    negative, told = negative_posts(inquiry.dataset)
    try:
        made: Any = measure_care_accounts(
            inquiry.dataset, network=networks, negative=negative, conf_level=inquiry.conf_level
        ).set_index("analysis")
    except InputError as reason:
        raise Lacking(str(reason)) from reason
    row, trend = made.loc["each brand-month alike"], made.loc["pre-trend"]
    return decided(
        row,
        claim="below",
        n=int(row["n_requests"]),
        why=f"{int(row['treated'])} brands that opened one against {int(row['controls'])} others on "
        f"{', '.join(networks)}, by brand and month; denominator: openings put to main accounts; "
        f"tone by {told}. Placebo before the opening {trend['estimate']:+.3f} "
        f"({trend['ci_low']:+.3f} to {trend['ci_high']:+.3f}).",
    )


def _opened_on(inquiry: Inquiry) -> list[str]:
    """Networks on which some brand opened a care account at a known date."""
    if not inquiry.dataset.has("accounts"):
        raise Lacking("The dataset holds no accounts.")
    accounts = inquiry.dataset.read("accounts")
    care = accounts[accounts["account_kind"].eq("care") & accounts["opened_at"].notna()]
    if care.empty:
        raise Lacking("No account of the dataset is a care account with a known date.")
    return sorted(care["network"].unique())
