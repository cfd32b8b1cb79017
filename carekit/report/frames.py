"""Dataset → frames: every number of the report is measured here or in the small modules it calls.

Frames hold raw numbers under the brands' own names; `sections` shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.coding.categories import categories
from carekit.coding.flagged import flag_requests
from carekit.errors import CannotAnswer, SelectionError
from carekit.measures.waits import count_waits, first_response, wait_curve, waits_within
from carekit.report import gaps, norms, score, trend
from carekit.report.actions import useful_actions
from carekit.report.asked import MIN_N, SMALL_CELL, Asked
from carekit.report.handoffs import handoffs_of
from carekit.report.peers import Compared
from carekit.report.requests_table import (
    RECONTACT,
    asked_again,
    counted_waits,
    followed_for,
    listed,
    local_time,
    of_brands,
    period_condition,
    quoted,
    read_requests,
    requests_of,
    threads_of,
)
from carekit.report.satisfaction import satisfaction
from carekit.text.rules import COMMENT_CLASSES

if TYPE_CHECKING:
    from carekit.dataset.engine import Engine
    from carekit.dataset.folder import Dataset
    from carekit.report.preflight import Found
    from carekit.requests.value import Requests

MOST_TEXTS = 20_000  # of the client whose texts are sorted; a seeded draw beyond
UNSORTED = 0.98  # of texts in which the rules sort nothing: subject lines, not messages
SEED = 2026
CURVE_STEPS = 400
TORN = 0.02  # share of torn threads from which bounds are shown
KNOWN = 0.5  # of authors below which nothing is said of who asks again


@dataclass
class Frames:
    """What was measured: frames by name, facts by name, and why a part is missing."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    requests: pd.DataFrame = field(default_factory=pd.DataFrame)
    texts: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """True if the frame was measured and holds rows."""
        return name in self.tables and len(self.tables[name]) > 0


def measure(
    dataset: Dataset,
    engine: Engine,
    asked: Asked,
    compared: Compared,
    found: Found,
    told: Callable[[str], object] = lambda _step: None,
) -> Frames:
    """All frames of the report; `told` hears which step begins."""
    made = Frames()
    limits = period_condition(asked, compared.zone)
    requests = requests_of(dataset, engine, asked, of_brands(compared), *limits)
    own = requests_of(dataset, engine, asked, f"brand = {quoted(compared.brand)}", *limits, by="")
    told("requests")
    table = read_requests(requests, compared.brand)
    table = table[table["brand"].isin(compared.all)].reset_index(drop=True)
    end = pd.Timestamp(found.observed_until).tz_convert("UTC")
    local = local_time(table, compared.zone)
    days = local.dt.tz_localize(None).dt.normalize()
    made.facts.update(n=int((table["brand"] == compared.brand).sum()), n_all=len(table))
    made.facts.update(first=days.min(), last=days.max(), end=end)
    made.facts["left_out"] = dict(requests.left_out)
    closed = "answer-rate" in dataset.selection.cannot_answer and not asked.allow_selected
    made.facts["closed"] = closed
    if closed:
        made.missing.update(dict.fromkeys(("rates", "score", "trend", "definitions"), "selection"))
    else:
        told("rates")
        _rates(made, table, compared)
        _bounds(made, table, compared.brand)
    told("waits")
    _waits(made, requests, table, compared, found, closed=closed)
    if not found.midnight and not closed:
        _heat(made, table, local, compared.brand)
    elif found.midnight:
        made.missing["heat"] = "midnight"
    told("repeats")
    _contacts(made, table, end, compared.brand, closed=closed)
    if found.texts:
        n = int(table["answered"].sum())
        made.tables["handoffs"], made.facts["unread"] = handoffs_of(requests, n)
    if not made.has("handoffs"):
        made.missing["handoffs"] = "texts"
    told("categories")
    _reasons(made, own, table, asked, found, closed=closed)
    made.facts["private_too"] = found.private_too
    made.tables["csat"], made.missing["csat"] = satisfaction(own)
    if not closed:
        told("score")
        timed = not found.midnight and not found.coarse
        weights = dict(asked.weights)
        points = score.points_of(
            table, end, repeats="repeats" in made.tables and table["known"].mean() > KNOWN
        )
        if not timed:
            points[["within_1h", "within_24h"]] = np.nan
        scored = score.score(points, weights, compared.brand)
        made.tables.update(scored)
        if not scored:
            made.missing["score"] = "weight" if len(points) else "follow-up"
        told("trend")
        span = (days.min(), days.max())
        rows, about = trend.trend(table, local, compared.brand, span)
        made.tables["trend"], made.facts["trend"] = rows, about
        if compared.zone_known and timed:
            made.tables["actions"] = useful_actions(
                table[table["brand"] == compared.brand], local[table["brand"] == compared.brand],
                asked.hours,
            )  # fmt: skip
        told("definitions")
        made.tables["published"], same = norms.against_published(
            own.but(dataset=threads_of(requests, compared.brand, table["request_id"].dropna())),
            table[table["brand"] == compared.brand],
        )
        if not found.private_too:  # the others count public posts alone: not the same posts
            made.tables["definitions"] = same
    made.requests = listed(table, local, compared.brand, made.facts)
    return made


def _rates(made: Frames, table: pd.DataFrame, compared: Compared) -> None:
    rates = gaps.rates_of(table, ["brand"])
    ordered = rates.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)
    enough = ordered[ordered["n"] >= MIN_N].reset_index(drop=True)
    small = ["estimate", "std_error", "ci_low", "ci_high"]
    ordered.loc[ordered["n"] < MIN_N, small] = np.nan
    made.tables["rates"] = ordered
    used = table[table["brand"].isin(enough["brand"])]
    if len(enough) > 1:
        made.tables["differences"] = gaps.differences(enough, used, compared.brand)
    if len(enough) >= 3:
        made.tables["ranks"] = gaps.ranks(enough, compared.brand)
        made.tables.update(gaps.many(enough, compared.brand))
    nets = gaps.rates_of(table, ["brand", "network"])
    made.tables["networks"] = gaps.against_peers(
        nets, compared.brand, "network", MIN_N, compared.peers
    )
    made.facts["mix"] = gaps.equal_mix(nets[nets["brand"].isin(enough["brand"])], compared.brand)


def _bounds(made: Frames, table: pd.DataFrame, brand: str) -> None:
    """The lowest and the highest rate: none, or all, of the requests that are unsure answered."""
    sums = table.groupby("brand", observed=True)[["answered", "unsure"]].sum()
    n = table.groupby("brand", observed=True).size()
    low, high = sums["answered"] / n, (sums["answered"] + sums["unsure"]) / n
    made.facts["bounds"] = {
        "n": int(sums["unsure"][brand]), "share": float(sums["unsure"][brand] / n[brand]),
        "low": float(low[brand]), "high": float(high[brand]),
    }  # fmt: skip
    torn = (sums["unsure"] / n > TORN) & (n >= MIN_N)
    if torn.any():
        rates = made.tables["rates"]
        for name, ends in (("bound_low", low), ("bound_high", high)):
            rates[name] = rates["brand"].map(ends.where(torn).to_dict()).astype(float)


def _waits(
    made: Frames, requests: Requests, table: pd.DataFrame, compared: Compared, found: Found,
    *, closed: bool,
) -> None:  # fmt: skip
    if found.midnight:
        made.missing["waits"] = "midnight"
        return
    known = not found.coarse and requests.definition.clock == "elapsed"
    if known:
        requests = requests.told(count_waits, counted_waits(table))
    first = first_response(requests).frame
    first["brand"] = first["brand"].astype(object)
    kept = "brand n n_answered median_minutes ci_low ci_high answered_median_minutes".split()
    waits = first[[*kept, "n_negative"]].copy()
    answered = waits["n_answered"] >= MIN_N
    waits["answered_median_minutes"] = waits["answered_median_minutes"].where(answered)
    small = waits["n"] < MIN_N
    waits.loc[small, ["median_minutes", "ci_low", "ci_high"]] = np.nan
    made.facts["backwards"] = int(table["backwards"].sum())
    if closed:
        made.missing["waits_all"] = "selection"
        made.tables["waits"] = waits
        return
    within = waits_within(requests, within=(60, 480, 1440)).frame
    for minutes in (60, 480, 1440):
        part = within[within["limit_minutes"] == minutes].set_index("brand")
        for column, name in (("estimate", ""), ("ci_low", "_low"), ("ci_high", "_high")):
            values = part[column].reindex(waits["brand"]).to_numpy(float)
            waits[f"within_{minutes}{name}"] = np.where(small, np.nan, values)
    order = ["median_minutes", "within_1440"]
    made.tables["waits"] = waits.sort_values(
        order, ascending=[True, False], na_position="last", kind="stable", ignore_index=True
    )
    enough = waits.loc[~small, "brand"]
    if "rates" in made.tables:
        drawn = gaps.nearest(made.tables["rates"].set_index("brand")["estimate"], compared.brand)
        enough = enough[enough.isin(drawn)]
    if known:
        requests = requests.told(count_waits, counted_waits(table[table["brand"].isin(enough)]))
    try:
        curve = wait_curve(requests).frame
    except CannotAnswer:
        return
    curve = curve[curve["brand"].isin(enough) & (curve["minutes"] > 0)]
    curve["brand"] = curve["brand"].astype(object)
    parts = [thinned(part) for _, part in curve.groupby("brand", sort=True)]
    if parts:
        steps = pd.concat(parts, ignore_index=True)
        made.tables["curves"] = pd.DataFrame(
            {
                "brand": steps["brand"],
                "minutes": steps["minutes"],
                "estimate": 1 - steps["survival"],
                "ci_low": 1 - steps["ci_high"],
                "ci_high": 1 - steps["ci_low"],
            }
        )


def thinned(curve: pd.DataFrame) -> pd.DataFrame:
    """At most 400 steps, evenly on the axis of log time."""
    curve = curve[curve["minutes"] <= 14_400]
    if len(curve) <= CURVE_STEPS:
        return curve
    at = np.log(curve["minutes"].to_numpy(float))
    wanted = np.linspace(at[0], at[-1], CURVE_STEPS)
    places = np.unique(np.clip(np.searchsorted(at, wanted), 0, len(at) - 1))
    return curve.iloc[places]


def _heat(made: Frames, table: pd.DataFrame, local: pd.Series, brand: str) -> None:
    mine = (table["brand"] == brand).to_numpy()
    cells = (
        pd.DataFrame(
            {
                "weekday": local[mine].dt.day_of_week + 1,
                "hour": local[mine].dt.hour,
                "answered": table.loc[mine, "answered"].astype(int),
            }
        )
        .groupby(["weekday", "hour"])["answered"]
        .agg(n="size", n_answered="sum")
        .reset_index()
    )
    rate = cells["n_answered"] / cells["n"]
    cells["estimate"] = rate.where(cells["n"] >= SMALL_CELL)
    made.tables["heat"] = cells
    hours = cells.groupby("hour")["n"].sum().reindex(range(24), fill_value=0)
    made.tables["hours"] = hours.rename("n").reset_index()


def _contacts(
    made: Frames, table: pd.DataFrame, end: pd.Timestamp, brand: str, *, closed: bool
) -> None:
    """Who asks again before an answer, at any time, and in a new thread within a week."""
    share = table.groupby("brand", observed=True)["known"].mean()
    made.facts["known"] = float(share[brand])
    if share[brand] < KNOWN and not closed:
        made.missing["repeats"] = "authors"
        return
    told = table["brand"].isin(share.index[share >= KNOWN])
    known = table[told & table["known"] & table["again"].notna()]
    if not len(known) or closed or not (known["again"] > 0).any():
        made.missing["repeats"] = "selection" if closed else "repeats"
        return
    rows = known.assign(before=asked_again(known), ever=known["again"] > 0)
    parts = {
        "before": gaps.rates_of(rows, ["brand"], "before"),
        "any": gaps.rates_of(rows, ["brand"], "ever"),
    }
    ordered = known.sort_values(["brand", "unit", "created_at"], kind="stable")
    following = ordered.groupby(["brand", "unit"], observed=True)["created_at"].shift(-1)
    gap = (following - ordered["created_at"]).dt.total_seconds()
    ordered = ordered.assign(new=gap <= RECONTACT)
    watched = ordered[followed_for(ordered.assign(followed=np.nan), RECONTACT, end)]
    if len(watched):
        parts["new_thread"] = gaps.rates_of(watched, ["brand"], "new")
    made.tables["repeats"] = _stacked(parts, "repeat")


def _stacked(parts: dict[str, pd.DataFrame], name: str) -> pd.DataFrame:
    rows = []
    for key, part in parts.items():
        kept = part[["brand", "n", "n_answered", "estimate", "ci_low", "ci_high"]].copy()
        kept.loc[kept["n"] < MIN_N, ["estimate", "ci_low", "ci_high"]] = np.nan
        kept.insert(1, name, key)
        rows.append(kept.rename(columns={"n_answered": "n_yes"}))
    return pd.concat(rows, ignore_index=True)


def _reasons(
    made: Frames, own: Requests, table: pd.DataFrame, asked: Asked, found: Found, *, closed: bool
) -> None:
    if not found.texts:
        made.missing["categories"] = "texts"
        return
    mine = table[table["request_id"].notna()]
    if len(mine) > MOST_TEXTS:
        drawn = mine.sample(MOST_TEXTS, random_state=SEED)["request_id"]
        own, made.facts["drawn"] = own.only(drawn), MOST_TEXTS
    try:
        flagged = flag_requests(own, text=asked.quotes > 0)
        shares = categories(own, flagged=flagged, coded=asked.coded).frame
    except SelectionError:
        other = len(mine) and flagged.frame["pii_types"].notna().any()  # texts in other languages
        made.missing["categories"] = "language" if other else "texts"
        return
    made.facts["unread_requests"] = int(shares["n_missing"].max())
    shares = shares[shares["category"].isin(COMMENT_CLASSES)].reset_index(drop=True)
    kept = "category n n_yes estimate ci_low ci_high n_coded".split()
    coded = int(shares["n_coded"].max()) > 0
    plain = shares[shares["category"] == "neutral"].iloc[0]
    if not coded and plain["estimate"] > UNSORTED:
        made.missing["categories"] = "unsorted"
        made.facts["unsorted"] = int(plain["n"]), float(plain["estimate"])
        return
    made.tables["categories"] = shares[kept if coded else kept[:-1]]
    made.facts["n_coded"] = int(shares["n_coded"].max())
    labels = flagged.frame.set_index("request_id")["comment_class"]
    made.facts["labels"] = labels
    if asked.quotes:
        made.texts = _quotes(flagged.frame, asked.quotes)
    if closed:
        return
    sorted_ = mine.assign(category=mine["request_id"].map(labels)).dropna(subset=["category"])
    rates = gaps.rates_of(sorted_, ["category"])
    rates.loc[rates["n"] < MIN_N, ["estimate", "ci_low", "ci_high"]] = np.nan
    order = {name: i for i, name in enumerate(COMMENT_CLASSES)}
    rates = rates.sort_values("category", key=lambda s: s.map(order), ignore_index=True)
    made.tables["category_rates"] = rates[
        ["category", "n", "n_answered", "estimate", "ci_low", "ci_high"]
    ]


def _quotes(frame: pd.DataFrame, n: int) -> tuple[str, ...]:
    """Texts of customers without personal data; those with a risk are left out."""
    from carekit.text.personal_data import redact

    safe = frame[frame["text"].notna() & (frame["comment_class"] != "troll")]
    safe = safe[safe["text"].str.len().between(20, 280)]
    drawn = safe.sample(min(n, len(safe)), random_state=SEED)
    return tuple(redact([str(text) for text in drawn["text"]]))
