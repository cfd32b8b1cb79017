"""Figures about care accounts, what they say and where they send people, replayed on posts."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from carekit.claims.inquiry import Inquiry
from carekit.claims.ledger import Figure
from carekit.claims.replays.registry import Measurement, replays
from carekit.dataset.engine import using
from carekit.errors import CannotAnswer, InputError
from carekit.inference.rates.intervals import wilson
from carekit.measures.first_answers import handoffs, redirects
from carekit.measures.growth import Period, comparable_periods, growth, span
from carekit.measures.waits import count_waits
from carekit.requests.value import Requests

MENTIONS = "simply-measured"
EIGHT_HOURS = 480
DESTINATIONS = ("website", "email", "phone")
TWO_PERIODS = "mentions of care accounts in two periods"
# Part of growth that a figure is about, by its group.
COMPONENTS = {
    "all": "total",
    "active_both_years": "like for like",
    "per_account": "per account",
}


def care_accounts(figure: Figure, inquiry: Inquiry) -> pd.DataFrame:
    """Brands with an account on the figure's network, and whether one of them is for care.

    Returns
    -------
    pandas.DataFrame
        One row per brand: brand, has_care; none where the accounts do not tell their kind.
    """
    accounts = inquiry.dataset.read("accounts")
    if figure.network:
        accounts = accounts[accounts["network"] == figure.network]
    if accounts["account_kind"].isna().all():
        accounts = accounts.iloc[:0]
    care = accounts["account_kind"].eq("care").astype(bool)
    return accounts.assign(has_care=care).groupby("brand", as_index=False)[["has_care"]].any()


@replays("has_care_account")
def has_care_account(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Share of brands with an account for care, of those with an account on the network."""
    brands = care_accounts(figure, inquiry)
    if brands.empty:
        raise CannotAnswer(
            "",
            "a table of accounts with their kind (main or care), of brands that were chosen "
            "without looking at it",
        )
    return _share_of_brands(
        int(brands["has_care"].sum()),
        len(brands),
        "brands with an account for care / brands with an account there, at the end of the dataset",
    )


@replays("average_response_under_8h")
def average_response_under_8h(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Share of brands whose mean wait, over answered mentions of the care account, is below 8 h."""
    brands = care_accounts(figure, inquiry)
    if not brands["has_care"].any():
        raise CannotAnswer(
            "", "posts of brands with a care account, with the times of their answers"
        )
    where = _where(figure)

    def count() -> pd.DataFrame:
        with using() as engine:
            options = {"by": "brand", "where": where, "cluster": None, "engine": engine}
            return count_waits(Requests.of(inquiry.dataset, definition=MENTIONS, **options))

    waits = inquiry.once(("waits of care accounts", where), count)
    answered = waits[waits["events"] > 0]
    total = (answered["seconds"] * answered["events"]).groupby(answered["brand"]).sum()
    mean = total / answered.groupby("brand")["events"].sum() / 60
    of_care = figure.conditions.get("has_care_account") == "yes"
    n = len(mean) if of_care else len(brands)
    if not n:
        raise CannotAnswer("", "answered mentions of care accounts")
    base = "brands whose care account answered" if of_care else "brands with an account there"
    return _share_of_brands(
        int((mean < EIGHT_HOURS).sum()),
        n,
        f"brands whose mean wait over answered mentions is below eight hours / {base}",
        "A mean per brand says nothing of the share of questions answered within eight hours.",
    )


@replays("redirects_reply")
def redirects_reply(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Share of first answers of care accounts that send the customer elsewhere."""
    where = _where(figure)
    measure: Callable[..., pd.DataFrame]
    if figure.group == "private_message":
        measure, column, level = handoffs, "handoff", "requested"
        what = "first answers that ask for a private message, by the rules of carekit.coding"
    elif figure.group in DESTINATIONS:
        measure, column, level = redirects, "destination", figure.group
        what = f"first answers that give a {figure.group} to turn to"
    else:
        raise CannotAnswer(
            "No pattern tells every way of sending a customer elsewhere.",
            "answers coded by hand for where they send the customer (carekit triage sample)",
        )
    frame = inquiry.once(
        (column, where),
        lambda: measure(inquiry.dataset, definition=MENTIONS, where=where, cluster="brand"),
    )
    rows = frame[frame[column] == level]
    if rows.empty or not rows["n"].iloc[0]:
        raise CannotAnswer("", "texts of answers by care accounts")
    return Measurement.of(
        rows.iloc[0],
        f"{what} / first answers to mentions of care accounts",
        "Told by patterns; their errors are not in the interval.",
    )


@replays("mentions_growth", "care_account_growth")
def mentions_growth(figure: Figure, inquiry: Inquiry) -> Measurement:
    """Growth of the mentions of care accounts (in all, per account, like for like), or of their
    number, which is counted and has no interval."""
    component = COMPONENTS.get(figure.group)
    if figure.measure == "care_account_growth":
        component = "accounts"
    if component is None:
        raise CannotAnswer("", TWO_PERIODS)
    where = _where(figure)
    before, after = _periods(figure, inquiry, where)

    def measure() -> pd.DataFrame:
        first, second = ((str(p.start), str(p.end)) for p in (before, after))
        return growth(inquiry.dataset, definition=MENTIONS, where=where, before=first, after=second)

    frame = inquiry.once(("growth", where, before, after), measure).set_index("component")
    row = frame.loc[component]
    if pd.isna(row["estimate"]):
        raise CannotAnswer("", f"{TWO_PERIODS}, with the date on which each account was opened")
    return Measurement.of(
        row,
        f"{MENTIONS}, care accounts, {component}",
        f"Before: {before}; after: {after} (UTC).",
        n=int(frame.loc["total", "before"] + frame.loc["total", "after"]),
    )


def _periods(figure: Figure, inquiry: Inquiry, where: str) -> tuple[Period, Period]:
    """The figure's window and the same a year before, if the dataset covers both; else its own."""

    def ends_of(condition: str | None) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        with using() as engine:
            options = {"where": condition, "cluster": None, "engine": engine}
            return span(Requests.of(inquiry.dataset, definition=MENTIONS, **options))

    year, slack = pd.DateOffset(years=1), pd.Timedelta(days=2)
    ends = inquiry.once(("span", None), lambda: ends_of(None))
    if ends and figure.period_start and figure.period_end:
        start = pd.Timestamp(str(figure.period_start), tz="UTC")
        end = pd.Timestamp(str(figure.period_end), tz="UTC") + pd.Timedelta(days=1)
        if start - year >= ends[0] - slack and end <= ends[1] + slack:
            return Period(start - year, end - year), Period(start, end)
    there = inquiry.once(("span", where), lambda: ends_of(where))
    if there is None:
        raise CannotAnswer("The dataset holds no mention of a care account.", TWO_PERIODS)
    return comparable_periods(*there)


def _where(figure: Figure) -> str:
    network = f"network = '{figure.network}' and " if figure.network else ""
    country = ""
    if figure.country and figure.country != "world":
        country = f"country = '{figure.country}' and "
    if "'" in f"{figure.network or ''}{figure.country or ''}":
        raise InputError(f"`figure` {figure.figure_id} names a network or country with a quote.")
    return f"{network}{country}account_kind = 'care'"


def _share_of_brands(k: int, n: int, definition: str, why: str = "") -> Measurement:
    low, high = wilson(k, n)
    row = {"estimate": k / n, "ci_low": low, "ci_high": high, "n": n}
    sample = "The brands are those of the dataset, a sample of none in particular."
    return Measurement.of(row, definition, f"{sample} {why}".strip())
