"""Figures about care accounts, what they say and where they send people, measured on posts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.claims.figure import Figure
from carekit.claims.measurement import Measurement
from carekit.errors import InputError
from carekit.inference.rates.intervals import wilson

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

MENTIONS = "simply-measured"
EIGHT_HOURS = 480
DESTINATIONS = {"website": "website", "email": "email", "phone": "phone"}
MOST_KEPT = 12
_KEPT: dict[tuple[object, ...], Any] = {}
CODED = "answers coded by hand for where they send the customer (carekit triage sample)"


def _once(dataset: Dataset, key: tuple[object, ...], compute: Callable[[], Any]) -> Any:
    """What `compute` gives for a dataset, computed once for all figures of a replay."""
    full = (dataset.state, *key)
    if full not in _KEPT:
        while len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[full] = compute()
    return _KEPT[full]


def care_accounts(figure: Figure, dataset: Dataset) -> pd.DataFrame | None:
    """Brands with an account on the figure's network, and whether one of them is for care.

    Returns
    -------
    pandas.DataFrame or None
        One row a brand: brand, has_care. None without a table of accounts that tells their kind.
    """
    if not dataset.has("accounts"):
        return None
    accounts = dataset.read("accounts")
    if figure.network:
        accounts = accounts[accounts["network"] == figure.network]
    if accounts.empty or accounts["account_kind"].isna().all():
        return None
    care = accounts["account_kind"].eq("care").astype(bool)
    return accounts.assign(has_care=care).groupby("brand", as_index=False)[["has_care"]].any()


def has_care_account(figure: Figure, dataset: Dataset) -> Measurement:
    """Share of brands with an account for care, of those with an account on the network."""
    brands = care_accounts(figure, dataset)
    if brands is None:
        return Measurement.untestable(
            needs="a table of accounts with their kind (main or care), of brands that were chosen "
            "without looking at it"
        )
    return _share_of_brands(
        int(brands["has_care"].sum()),
        len(brands),
        "brands with an account for care / brands with an account there, at the end of the dataset",
    )


def average_response_under_8h(figure: Figure, dataset: Dataset) -> Measurement:
    """Share of brands whose mean wait, over answered mentions of the care account, is below 8 h."""
    from carekit.dataset.engine import using
    from carekit.measures.waits import count_waits
    from carekit.requests.value import Requests

    brands = care_accounts(figure, dataset)
    if brands is None or not brands["has_care"].any():
        return Measurement.untestable(
            needs="posts of brands with a care account, with the times of their answers"
        )
    where = _where(figure)

    def count() -> pd.DataFrame:
        with using() as engine:
            options = {"by": "brand", "where": where, "cluster": None, "engine": engine}
            return count_waits(Requests.of(dataset, definition=MENTIONS, **options))

    waits = _once(dataset, ("waits", where), count)
    answered = waits[waits["events"] > 0]
    total = (answered["seconds"] * answered["events"]).groupby(answered["brand"]).sum()
    mean = total / answered.groupby("brand")["events"].sum() / 60
    of_all = "ranking" in (figure.base or "")
    n = len(brands) if of_all else len(mean)
    if not n:
        return Measurement.untestable(needs="answered mentions of care accounts")
    base = "brands with an account there" if of_all else "brands whose care account answered"
    return _share_of_brands(
        int((mean < EIGHT_HOURS).sum()),
        n,
        f"brands whose mean wait over answered mentions is below eight hours / {base}",
        "A mean per brand says nothing of the share of questions answered within eight hours.",
    )


def redirects_reply(figure: Figure, dataset: Dataset) -> Measurement:
    """Share of first answers of care accounts that send the customer elsewhere."""
    from carekit.measures.first_answers import handoffs as measure_handoffs
    from carekit.measures.first_answers import redirects as measure_redirects

    options: dict[str, Any] = {"definition": MENTIONS, "where": _where(figure), "cluster": "brand"}
    if figure.group == "private_message":
        key = ("handoffs", options["where"])
        frame = _once(dataset, key, lambda: measure_handoffs(dataset, **options))
        rows = frame[frame["handoff"] == "requested"]
        what = "first answers that ask for a private message, by the rules of carekit.coding"
    elif figure.group in DESTINATIONS:
        key = ("redirects", options["where"])
        frame = _once(dataset, key, lambda: measure_redirects(dataset, **options))
        rows = frame[frame["destination"] == DESTINATIONS[figure.group]]
        what = f"first answers that give a {figure.group} to turn to"
    else:
        return Measurement.untestable(
            needs=CODED,
            why="No pattern tells every way of sending a customer elsewhere.",
        )
    if rows.empty or not rows["n"].iloc[0]:
        return Measurement.untestable(needs="texts of answers by care accounts")
    row = rows.iloc[0]
    return Measurement(
        estimate=float(row["estimate"]),
        ci_low=float(row["ci_low"]),
        ci_high=float(row["ci_high"]),
        n=int(row["n"]),
        definition=f"{what} / first answers to mentions of care accounts",
        why="Told by patterns; their errors are not in the interval.",
    )


def mentions_growth(figure: Figure, dataset: Dataset) -> Measurement:
    """Growth of the mentions of care accounts, in all, per account or like for like."""
    component = {
        "all": "total",
        "active_both_years": "like for like",
        "per_account": "per account",
    }.get(figure.group or "all")
    if component is None:
        return Measurement.untestable(needs="mentions of care accounts in two periods")
    return _growth(figure, dataset, component)


def care_account_growth(figure: Figure, dataset: Dataset) -> Measurement:
    """Growth of the number of care accounts; counted, so without an interval."""
    return _growth(figure, dataset, "accounts")


def _growth(figure: Figure, dataset: Dataset, component: str) -> Measurement:
    from carekit.measures.growth import growth as measure_growth

    periods: dict[str, Any] = _own_periods(figure, dataset)
    where = _where(figure)
    key = ("growth", where, *sorted(periods.items()))
    frame = _once(
        dataset, key, lambda: measure_growth(dataset, definition=MENTIONS, where=where, **periods)
    )
    row = frame[frame["component"] == component].iloc[0]
    if pd.isna(row["estimate"]):
        return Measurement.untestable(
            needs="mentions of care accounts in two periods, with the date on which each account "
            "was opened"
        )
    counted = frame[frame["component"] == "total"].iloc[0]
    when = frame.attrs["note"].rpartition("Before: ")[2]
    return Measurement(
        estimate=float(row["estimate"]),
        ci_low=None if pd.isna(row["ci_low"]) else float(row["ci_low"]),
        ci_high=None if pd.isna(row["ci_high"]) else float(row["ci_high"]),
        n=int(counted["before"] + counted["after"]),
        definition=f"{MENTIONS}, care accounts, {component}",
        why=f"Before: {when}",
    )


def _own_periods(figure: Figure, dataset: Dataset) -> dict[str, Any]:
    """The figure's window and the same a year before, if the dataset covers both."""
    from carekit.dataset.engine import using
    from carekit.measures.growth import span
    from carekit.requests.value import Requests

    if not figure.period_start or not figure.period_end:
        return {}

    def ends_of() -> tuple[pd.Timestamp, pd.Timestamp] | None:
        with using() as engine:
            return span(Requests.of(dataset, definition=MENTIONS, cluster=None, engine=engine))

    ends = _once(dataset, ("span",), ends_of)
    start = pd.Timestamp(str(figure.period_start), tz="UTC")
    end = pd.Timestamp(str(figure.period_end), tz="UTC") + pd.Timedelta(days=1)
    year = pd.DateOffset(years=1)
    slack = pd.Timedelta(days=2)
    if ends is None or start - year < ends[0] - slack or end > ends[1] + slack:
        return {}
    days = [t.strftime("%Y-%m-%d") for t in (start - year, end - year, start, end)]
    return {"before": (days[0], days[1]), "after": (days[2], days[3])}


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
    return Measurement(
        estimate=k / n,
        ci_low=float(low),
        ci_high=float(high),
        n=n,
        definition=definition,
        why=f"The brands are those of the dataset, a sample of none in particular. {why}".strip(),
    )
