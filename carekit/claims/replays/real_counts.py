"""Published figures beside the real counts that come with carekit: evidence of the kind `measured`.

A function under `@beside(measure, …)` says what its table counts nearest to a figure, or that it
counts nothing like it (None). What sets the two apart (quantity, people, place, time) is a sentence
each, and leaves no verdict but *not comparable*; where nothing does, the difference is judged as in
a replay. Files that people happened to publish are the rate of no country.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pandas as pd

from carekit.claims import atlas, atlas_channels
from carekit.claims.comparable import PART_OF_POSTS, other_period
from carekit.claims.ledger import Figure, Ledger, load_ledger
from carekit.claims.published import minutes_of
from carekit.claims.replays.registry import Measurement
from carekit.claims.replays.verdict import Verdict, verdict_frame, verdict_on
from carekit.dataset.measured import load_measured
from carekit.inference.rates.intervals import wilson
from carekit.inference.rates.means import estimate_mean
from carekit.inference.rates.populations import estimate_targets
from carekit.inference.rates.proportions import estimate_rate
from carekit.show.wording import label

REVIEWS, WAITS = "atlas/a_app_reviews", "twcs_head_waits"
CASES, COMPLAINTS = "atlas/c_channels", "atlas/d_cfpb_age_tag_by_channel"
ACCOUNTS, USE = "atlas/e_care_accounts", "pew_2018_use_by_age"


@dataclass(frozen=True)
class Counted:
    """What a table counts nearest to a figure: estimate and rows in words, of when and of where.

    `apart` holds what sets it apart from the figure beyond years, countries and networks.
    """

    table: str
    row: Any
    rows: str
    years: frozenset[int]
    countries: tuple[str, ...]
    networks: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    notes: str = "Real counts, of a file that somebody published."


Beside = Callable[[Figure], Counted | None]
BESIDE: Final[dict[str, Beside]] = {}


def beside(*measures: str) -> Callable[[Beside], Beside]:
    """Register the function below for these measures of the ledger."""

    def register(function: Beside) -> Beside:
        BESIDE.update(dict.fromkeys(measures, function))
        return function

    return register


def counted_beside(figure: Figure) -> Counted | None:
    """What real counts hold nearest to a figure; None where they hold nothing of the kind."""
    function = BESIDE.get(figure.measure)
    return None if function is None else function(figure)


def real_counts(only: Sequence[str] | None = None, *, ledger: Ledger | None = None) -> pd.DataFrame:
    """Published figures beside the real counts that come with carekit, with a verdict each.

    Parameters
    ----------
    only : sequence of str, optional
        Ids of the figures wanted; by default all.
    ledger : Ledger, optional
        By default the ledger that comes with carekit.

    Returns
    -------
    DataFrame
        One row per figure that real counts touch, in the order of the ledger, with the columns of
        `carekit.replay_all`: `evidence` is "measured", `table` a name for `carekit.load_measured`,
        `definition` says which of its rows were counted and what they are clustered by, `why` what
        keeps figure and counts apart, or how far apart they are. Figures without a row have nothing
        in these tables that is like them.

    Raises
    ------
    InputError
        If an id of `only` is not in the ledger.

    Examples
    --------
    >>> rows = real_counts(["C035", "L007b", "C020"])
    >>> rows[["figure_id", "table", "verdict"]].values.tolist()
    [['C035', 'atlas/a_app_reviews', 'not_comparable'], ['L007b', 'twcs_head_waits', 'undecided']]
    """
    read = load_ledger() if ledger is None else ledger
    wanted = read.figures["figure_id"].tolist() if only is None else only
    found = [(f, counted) for f in map(read.figure, wanted) if (counted := counted_beside(f))]
    return verdict_frame([_verdict(*one) for one in found], [figure for figure, _ in found])


def _verdict(figure: Figure, counted: Counted) -> Verdict:
    made = Measurement.of(counted.row, f"{counted.table}: {counted.rows}", counted.notes)
    return verdict_on(
        figure, made, differences(figure, counted), evidence="measured", table=counted.table
    )


def differences(figure: Figure, counted: Counted) -> list[str]:
    """What sets a figure and real counts apart, a sentence each; empty where nothing is known to."""
    found = [*counted.apart]
    if counted.networks and figure.network not in (None, *counted.networks):
        network = "several" if figure.network == "multiple" else label("network", figure.network)
        names = " and ".join(label("network", name) for name in counted.networks)
        found.append(f"Other network: the figure is of {network}, the counts are of {names}.")
    found += other_period(figure, counted.years, "counts")
    several = len(counted.countries) > 1
    if figure.country not in (None, *counted.countries) and not (
        figure.country == "world" and several
    ):
        mine = "several" if figure.country == "world" else label("country", figure.country)
        names = f"{len(counted.countries)} markets" if several else label(
            "country", counted.countries[0]
        )  # fmt: skip
        found.append(f"Other country: the figure is of {mine}, the counts are of {names}.")
    return found


def _years(counts: pd.DataFrame, column: str) -> frozenset[int]:
    """The years that hold a twentieth of what is counted, or more."""
    each = counts.groupby(column)["n"].sum()
    return frozenset(map(int, each.index[each >= PART_OF_POSTS * each.sum()]))


def _of(figure: Figure, what: str) -> str:
    return f"Other quantity: the figure is of {figure.base_in_words}; counted are {what}."


# ---------------------------------------------------------------------------------- who is answered


@cache
def _brands() -> pd.DataFrame:
    return atlas.brands().frame


@cache
def _brand_years(brands: tuple[str, ...]) -> frozenset[int]:
    sources = load_measured("atlas/ab_sources")
    mine = sources.loc[sources["brand"].isin(brands), "source_id"]
    years = load_measured("atlas/ab_by_year")
    return _years(years[years["source_id"].isin(mine)], "year")


@cache
def _mean_of_brands(brands: tuple[str, ...]) -> pd.Series:
    kept = _brands()[_brands()["brand"].isin(brands)]
    return estimate_targets(kept[["brand", "n", "n_answered"]], target="like-these").iloc[0]


@beside("question_response_rate", "post_response_rate", "mention_response_rate")
@beside("message_response_rate", "complaint_response_rate", "never_answered")
def reviews_answered(figure: Figure) -> Counted | None:
    """Low-star reviews in stores with (or without) an answer: mean of brands of a market or sector."""
    if figure.unit != "proportion":  # no rank of countries is made of files that people chose
        return None
    kept, of, apart = _brands(), "", [_of(figure, "store reviews of one and two stars")]
    if figure.country in set(kept["country"]):
        kept = kept[kept["country"] == figure.country]
        of = f" (home market: {label('country', figure.country)})"
    if figure.group_dim == "sector":
        telecom = kept["sector"] == "telecom"
        if figure.group in ("telecom", "all_but_telecom"):
            kept = kept[telecom if figure.group == "telecom" else ~telecom]
            of += f" of the sector {figure.group.replace('_', ' ')}"
        elif figure.group not in set(kept["sector"]):
            apart.append(f"Other sector: none of the brands counted are {figure.group}.")
    names, which = tuple(kept["brand"]), "answered"
    row = dict(_mean_of_brands(names))
    if figure.measure == "never_answered":
        low, high, which = row["ci_low"], row["ci_high"], "without an answer"
        row |= {"estimate": 1 - row["estimate"], "ci_low": 1 - high, "ci_high": 1 - low}
    return Counted(
        REVIEWS, row, f"share {which} of reviews of one and two stars, {len(names)} brands{of}; "
        "mean of brands, each counting once",
        _brand_years(names), tuple(kept["country"].unique()), apart=tuple(apart),
        notes=f"{atlas.CHOSEN} A mean of these brands, and the rate of no country.",
    )  # fmt: skip


# ------------------------------------------------------------------------------------ how fast


@cache
def _waits(market: str | None) -> pd.DataFrame:
    """Answered openings by account and minute; of accounts of one market, or of all."""
    accounts = load_measured(ACCOUNTS).set_index("account")["market"]
    waits = load_measured(WAITS).assign(market=lambda t: t["account"].map(accounts))
    return waits[waits["market"] == market] if market else waits


def _on_twitter(figure: Figure, row: Any, rows: str, *apart: str, part: bool = True) -> Counted:
    """Counts of accounts that answer on Twitter, of the figure's country where there are some."""
    market = _market(figure) if part else None
    of = f" ({label('country', market)})" if market else ""
    accounts = _waits(market)
    markets = (market,) if market else tuple(accounts["market"].replace("global", "world").unique())
    return Counted(
        WAITS, row, f"openings on Twitter with an answer, {accounts['account'].nunique()} support "
        f"accounts{of}; {rows}", frozenset([2017]), markets, ("x",), apart,
        notes="Real counts: the head of a public file, almost one day (31 October 2017). It holds "
        "answered conversations alone, of accounts that support there. What customers opened, whatever "
        f"the figure's own base: {figure.base_in_words}.",
    )  # fmt: skip


def _market(figure: Figure) -> str | None:
    return figure.country if figure.country in ("GB", "US") else None


@beside("first_response_time")
def minutes_to_answer(figure: Figure) -> Counted | None:
    """Mean or median minutes of answered openings on Twitter, accounts as clusters."""
    row = estimate_mean(
        _waits(_market(figure)), value="minute", n="events", cluster="account",
        statistic=figure.group,
    ).iloc[0]  # fmt: skip
    apart = () if figure.network else (_of(figure, "openings on Twitter"),)
    return _on_twitter(figure, row, f"{figure.group} minutes, accounts as clusters", *apart)


@beside("average_response_under_8h")
def quick_accounts(figure: Figure) -> Counted | None:
    """Share of accounts whose mean wait on Twitter is below eight hours, each account a unit."""
    waits = _waits(None)
    total = waits.assign(total=waits["minute"] * waits["events"]).groupby("account")
    mean = total["total"].sum() / total["events"].sum()
    row = _share(int((mean < 8 * 60).sum()), len(mean))
    apart = f"Other brands: the figure is of {figure.base_in_words}; the counts are of accounts in "
    return _on_twitter(
        figure, row, "share whose mean is below eight hours", f"{apart}a file of support.", part=False
    )  # fmt: skip


@beside("expects_answer_within", "waits_longer_than")
def answered_by(figure: Figure) -> Counted | None:
    """Share of answered openings on Twitter that had their answer by the figure's delay."""
    minutes = minutes_of(figure.group)
    if minutes is None:  # "immediately", "minutes": no delay that can be counted
        return None
    later = figure.measure == "waits_longer_than"
    waits = _waits(_market(figure))
    hit = (waits["minute"] > minutes) if later else (waits["minute"] <= minutes)
    counts = waits.assign(n=waits["events"], n_yes=waits["events"].where(hit, 0))
    row = estimate_rate(counts, cluster="account", n_yes="n_yes").iloc[0]
    words = f"share answered {'later than' if later else 'within'} {minutes:g} minutes"
    says = "say that they usually wait" if later else "expect"
    return _on_twitter(
        figure, row, f"{words}, accounts as clusters",
        f"Other quantity: the figure is of what people {says}; counted is what accounts did.",
    )  # fmt: skip


# -------------------------------------------------------------------------------- which channel

# Group of the ledger → channel of the cases; the other groups are no channel there.
_CASES: Final = {
    **dict.fromkeys(("phone", "phone_in", "call_centre"), "phone"),
    "email": "email", "website": "web", "mobile_app": "app", "mail": "post", "social_media": "social",
}  # fmt: skip
_COMPLAINTS: Final = {"phone": ["Phone"], "email": ["Email"], "any_digital": ["Web", "Email"]}


@cache
def _shares(table: str, channels: tuple[str, ...]) -> pd.Series:
    """Share of channels in the cases of three cities, or in the complaints of three extracts."""
    counts, unit, column = load_measured(table), "source", "submitted_via"
    if table == CASES:
        unit, column = "place", "channel"
        counts = counts[~counts[column].isin(atlas_channels.NOT_CHANNELS)]
    counts["n_yes"] = counts["n"].where(counts[column].isin(channels), 0)
    return estimate_targets(counts, brand=unit, n_yes="n_yes", target="like-these").iloc[0]


@beside("used_channel", "share_of_contacts")
def cases_by_channel(figure: Figure) -> Counted | None:
    """Share of a channel in cases that citizens brought to three cities; mean of the cities."""
    channel = _CASES.get(figure.group)
    if channel is None:
        return None
    what = "cases that citizens brought to a city, each by one channel"
    cities = load_measured(CASES)
    return Counted(
        CASES, _shares(CASES, (channel,)),
        f"share of the channel {channel} in cases of three cities; mean of cities, each counting once",
        _years(cities, "year"), ("US",), apart=(_of(figure, what),),
    )  # fmt: skip


@beside("complaint_channel")
def complaints_by_channel(figure: Figure) -> Counted | None:
    """Share of a channel in complaints to an authority; social networks by cases, as none is there."""
    if figure.group == "social_media":
        return cases_by_channel(figure)
    channels = _COMPLAINTS.get(figure.group)
    if channels is None:
        return None
    return _to_authority(
        figure, _shares(COMPLAINTS, tuple(channels)),
        f"share of {' and '.join(channels)} in three extracts; mean of extracts, each counting once",
    )  # fmt: skip


def _to_authority(figure: Figure, row: Any, rows: str) -> Counted:
    complaints = load_measured(COMPLAINTS)
    what = "complaints about banks to a US authority, where social networks are no channel"
    return Counted(
        COMPLAINTS, row, rows, _years(complaints, "year_received"), ("US",), apart=(_of(figure, what),)
    )  # fmt: skip


@beside("age_gap", "preferred_channel")
def older_by_phone(figure: Figure) -> Counted | None:
    """The phone in complaints of people of 62 and over; for a gap, less its share in all of them."""
    gap = figure.measure == "age_gap" and figure.group == "45+" and figure.counted_answer == "phone"
    if not gap and figure.group != "boomers:phone":
        return None
    tags = atlas_channels.by_tag().set_index("older_american_tag")
    row = _share(int(tags["n_phone"]["yes"]), int(tags["n"]["yes"]))
    rows = "share of Phone in complaints of people who say that they are 62 or older"
    if gap:
        everybody = tags["n_phone"].sum() / tags["n"].sum()
        row |= {key: row[key] - everybody for key in ("estimate", "ci_low", "ci_high")}
        rows += ", less its share in all complaints with a tag, taken as known"
    return _to_authority(figure, row, f"{rows}; each complaint a unit")


# ---------------------------------------------------------------------------- accounts and people


def _share(n_yes: int, n: int) -> dict[str, Any]:
    low, high = wilson(n_yes, n)
    return {"estimate": n_yes / n, "ci_low": float(low), "ci_high": float(high), "n": n}


@beside("has_care_account")
def care_accounts(figure: Figure) -> Counted | None:
    """Share of brands with an account named for care, among those that support on Twitter."""
    accounts = load_measured(ACCOUNTS)
    named = accounts.groupby("brand")["dedicated_care_name"].max()
    return Counted(
        ACCOUNTS, _share(int(named.sum()), len(named)), "brands with an account named for care",
        frozenset([2017]), tuple(accounts["market"].unique()), ("x",),
        (f"Other brands: the figure is of {figure.base_in_words}; the counts are of brands in a file "
         "because they support on Twitter.",),
    )  # fmt: skip


@beside("uses_social_networks")
def facebook_use(figure: Figure) -> Counted | None:
    """Weighted share of US adults of an age who use Facebook, on Kish's number of people."""
    people = load_measured(USE).query("network == 'facebook'")
    if figure.group != "all":
        people = people[people["age_group"] == figure.group]
    if people.empty:
        return None
    weight = people[["weight_sum", "weight_yes", "weight_sq_sum"]].sum()
    share = weight["weight_yes"] / weight["weight_sum"]
    n_eff = weight["weight_sum"] ** 2 / weight["weight_sq_sum"]
    low, high = wilson(share * n_eff, n_eff)
    row = {"estimate": share, "ci_low": low, "ci_high": high, "n": people["n"].sum()}
    return Counted(
        USE, row, f"US adults ({figure.group}) who use Facebook, weighted; Kish's number of people",
        frozenset([2018]), ("US",), apart=(
            "Other quantity: the figure is of any social network; counted is Facebook alone, a "
            "lower bound.",
        ), notes="Real counts, of a survey of 2,002 US adults."
    )  # fmt: skip
