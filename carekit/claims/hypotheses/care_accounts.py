"""Accounts for care: how common, and what they draw away (H05, H27)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.hypotheses.evidence import MOST
from carekit.claims.hypotheses.printed import percent, selected
from carekit.claims.hypotheses.registry import Row, tests
from carekit.claims.inquiry import Inquiry
from carekit.claims.labels import negative_posts
from carekit.errors import CannotAnswer
from carekit.inference.rates.intervals import wilson
from carekit.inference.surveys.trends import logistic_trend
from carekit.measures.care_accounts import care_effects, care_panel


@tests(
    "H05",
    on="figures",
    measured="Share of 100 ranked brands with a care account, latest year",
    unit="share",
    means="common practice",
    claim="above",
    reference=MOST,
    needs="shares of ranked brands with a care account, by year",
)
def common_among_ranked_brands(inquiry: Inquiry) -> tuple[Row, str]:
    figures = selected(inquiry, measure="has_care_account")
    start = figures["period_start"].dt
    waves = figures.assign(at=start.year + (start.month - 1) / 12)
    waves = waves.dropna(subset=["value", "sample_size"]).sort_values("at", ignore_index=True)
    if len(waves) < 3:
        raise CannotAnswer("The ledger has fewer than three waves of has_care_account.")
    n = waves["sample_size"].astype(int)
    n_yes = (waves["value"] * n).round().astype(int)
    trend = logistic_trend(
        pd.DataFrame({"at": waves["at"], "n": n, "n_yes": n_yes}),
        group="at",
        scores=dict(zip(waves["at"], waves["at"], strict=True)),
        conf_level=inquiry.conf_level,
    )
    row = _brands(int(n_yes.iloc[-1]), int(n.iloc[-1]), inquiry)
    years = ", ".join(
        f"{percent(v)} in {int(t)}" for v, t in zip(waves["value"], waves["at"], strict=True)
    )
    return {**row, "p_value": trend.p_value}, (
        f"Of the 100 brands of one ranking {years}, taken as a sample of large brands: it grows (p "
        f"of the trend {trend.p_value:.2g}, waves taken for independent though the brands recur)."
    )


def _brands(k: int, n: int, inquiry: Inquiry) -> dict[str, Any]:
    low, high = wilson(k, n, conf_level=inquiry.conf_level)
    return {"estimate": k / n, "ci_low": low, "ci_high": high, "n": n}


@tests(
    "H05",
    on="posts",
    measured="Share of the brands of the dataset with a care account on any network",
    unit="share",
    means="common practice",
    claim="above",
    reference=MOST,
    needs="a table of accounts with their kind (main or care), of large brands that were chosen "
    "without looking at it",
)
def common_in_dataset(inquiry: Inquiry) -> tuple[Row, str]:
    accounts = inquiry.dataset.read("accounts")
    if accounts["account_kind"].isna().all():
        raise CannotAnswer("The dataset holds no accounts that tell their kind.")
    care = accounts.assign(care=accounts["account_kind"].eq("care").astype(bool))
    has = care.groupby("brand")["care"].any()
    return _brands(int(has.sum()), len(has), inquiry), (
        f"{int(has.sum())} of the {len(has)} brands of the dataset, taken as a sample of brands like "
        "them; whether they are large is not in it."
    )


@tests(
    "H27",
    on="posts",
    measured="Change of the negative share of openings put to main accounts after a care account "
    "opened, less that of brands without one (difference in differences)",
    unit="difference of shares",
    means="drawing away",
    claim="below",
    needs="accounts with account_kind and opened_at, of four brands or more that opened a care "
    "account while they were observed, and of others that did not; the texts of the posts",
)
def care_accounts_draw_away(inquiry: Inquiry) -> tuple[Row, str]:
    networks = _opened_on(inquiry)
    negative, by = negative_posts(inquiry.dataset)
    try:
        panel = care_panel(inquiry.dataset, network=networks, negative=negative)
    except CannotAnswer as reason:
        raise CannotAnswer("No brand opened a care account while it was observed.") from reason
    made: Any = care_effects(panel, conf_level=inquiry.conf_level).set_index("analysis")
    row, trend = made.loc["each brand-month alike"], made.loc["pre-trend"]
    return {**row, "n": int(row["n_requests"])}, (
        f"{int(row['treated'])} brands that opened one, each on the network where it did, against "
        f"{int(row['controls'])} that never had one on {' or '.join(networks)}, by brand and month; "
        f"denominator: openings put to main accounts; tone by {by}. Placebo before the "
        f"opening {trend['estimate']:+.3f} ({trend['ci_low']:+.3f} to {trend['ci_high']:+.3f})."
    )


def _opened_on(inquiry: Inquiry) -> list[str]:
    """Networks on which some brand opened a care account at a known date."""
    accounts = inquiry.dataset.read("accounts")
    care = accounts[accounts["account_kind"].eq("care") & accounts["opened_at"].notna()]
    if care.empty:
        raise CannotAnswer("No account of the dataset is a care account with a known date.")
    return sorted(care["network"].unique())
