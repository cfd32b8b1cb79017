"""Does a dedicated care account draw complaints away from the main account?

A brand that opened one is compared with brands that have not (yet): the negative share on its main
account after the opening less before it, less the same for the others over the same months.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.errors import CannotAnswer
from carekit.inference.panels.interrupted import interrupted_rate
from carekit.inference.panels.staggered import event_time
from carekit.inference.rates.counts import check_conf_level
from carekit.measures.brand_months import ANALYSES, before_and_after, with_start
from carekit.measures.registry import Told, measure
from carekit.requests.value import Requests
from carekit.text.rules import RuleTriage

if TYPE_CHECKING:
    import ibis

    from carekit.dataset.folder import Dataset


@measure(
    "care-accounts",
    "does a care account draw complaints away from the main account",
    " ".join(["network", *ANALYSES]),
    unit="points",
    independent="brand",
    without="by where definition cluster allow_selected",
)
def care_accounts(
    requests: Requests,
    *,
    network: str | Sequence[str],
    negative: Collection[str] | None = None,
    brands: Collection[str] | None = None,
    seed: int = 1,
) -> Told:
    """Change of the negative share on main accounts after a care account opened.

    Parameters
    ----------
    dataset : Dataset or Requests
        With accounts, their account_kind and opened_at. Of the options of `carekit.requests` it
        takes conf_level and engine.
    network : str or sequence of str
        Where the accounts are. With several, a brand is one unit all the same: its months on the
        networks where it opened its first care account, or on all of them if it never had one on
        any network (a brand that had one elsewhere is no control).
    negative : collection of str, optional
        post_ids of the negative openings; by default those that the rules of
        `carekit.text.rules.RuleTriage` call negative. Errors of a classifier that hit all brands alike
        pull the effect towards 0.
    brands : collection of str, optional
        Of the brands that opened a care account, only these; the others are left out. Brands that
        never opened one are the controls in any case.
    seed : int
        Of the permutation.

    Returns
    -------
    pandas.DataFrame
        Four rows: network, analysis, then

        - "each brand-month alike": difference-in-differences against brands that have not started
          yet, limits from a jackknife of brands
        - "permutation": the same effect, p-value from start dates dealt anew to brands
        - "each request alike": the effect on a request. Brand and month effects, weighted by
          requests, are fitted where no care account is open yet, and foretell the other months
          (Borusyak, Jaravel and Spiess 2024); limits from a jackknife of brands
        - "pre-trend": a placebo. The months before the opening are cut in two halves and the second
          is compared with the first in the same way; far from 0, the brands moved apart before
          there was anything to cause it

        estimate (change of the negative share, -1 to 1), std_error, ci_low, ci_high, conf_level,
        p_value; treated, controls (brands), n (brand-months), n_requests; method, flags.

    Raises
    ------
    CannotAnswer
        If no brand opened a care account within the dataset, or none can be compared.

    Notes
    -----
    The month of the opening itself is left out for its brand, since it is neither. Brands whose
    care account was open before the first post, or at an unknown date, are left out: they have no
    "before". A share can fall because complaints go elsewhere or because praise comes in; volumes
    are in `count_main_openings`.

    Examples
    --------
    >>> import carekit
    >>> effects = carekit.care_accounts(carekit.open_dataset(), network="facebook")
    >>> effects.analysis.tolist()
    ['each brand-month alike', 'permutation', 'each request alike', 'pre-trend']
    """
    panel = care_panel(
        requests.dataset, network=network, negative=negative, brands=brands, engine=requests.on
    )
    names = ", ".join(_networks(network))
    effects = care_effects(panel, conf_level=requests.conf_level, seed=seed)
    return Told(
        effects.assign(network=names),
        f"openings put to main accounts on {names}, by brand and month",
        notes=("The month of the opening is left out for its brand.",),
    )


def care_effects(
    panel: pd.DataFrame,
    *,
    brands: Collection[str] | None = None,
    conf_level: float = 0.95,
    seed: int = 1,
) -> pd.DataFrame:
    """The effects of `carekit.care_accounts`, from a panel that was counted before.

    `brands` keeps these of the brands that opened a care account, named as in the panel.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> panel = care_panel(open_dataset(), network="facebook")
    >>> some = sorted(panel.loc[panel.start.notna(), "brand"].unique())[:6]
    >>> care_effects(panel, brands=some).treated.tolist()
    [6, 6, 6, 6]
    """
    check_conf_level(conf_level)
    if brands is not None:
        panel = panel[panel["start"].isna() | panel["brand"].isin(list(brands))]
    return before_and_after(
        panel, outcome="share", size="n_requests", conf_level=conf_level, seed=seed
    )


def care_event_study(
    dataset: Dataset,
    *,
    network: str | Sequence[str],
    negative: Collection[str] | None = None,
    brands: Collection[str] | None = None,
    conf_level: float = 0.95,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """The effect month by month around the opening, against brands that have not opened one.

    One row per month, as `carekit.inference.panels.staggered.event_time`: event_time 0 is the month in
    which it opened, -1 the last month before it and the reference; p-values of the months before,
    adjusted as a family, are the check of the pre-trend. Options are those of
    `carekit.care_accounts`.
    """
    panel = care_panel(
        dataset,
        network=network,
        negative=negative,
        brands=brands,
        opening_month=True,
        engine=engine,
    )
    return event_time(panel, outcome="share", conf_level=conf_level)


def care_series(
    dataset: Dataset,
    *,
    network: str | Sequence[str],
    negative: Collection[str] | None = None,
    brands: Collection[str] | None = None,
    conf_level: float = 0.95,
    seed: int = 1,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Interrupted series: weeks around the opening, all brands that opened one added up.

    One row per term, as `carekit.inference.panels.interrupted.interrupted_rate` (log odds and odds
    ratios of a negative opening); week 0 starts at the opening. Only weeks in which every brand was
    observed are used, so that the mix of brands stays the same. There are no controls: what changed
    for everybody at the time is taken for an effect. Read it beside `carekit.care_accounts`.
    """
    parts = []
    with using(engine) as opened:
        for one in _networks(network):
            marked = _negative(dataset, one, negative, opened)
            counted = count_main_openings(
                dataset, network=one, negative=marked, unit="day", engine=opened
            )
            starts = _starts(dataset, one, brands, counted["period"].min())
            parts.append(counted.merge(starts, on="brand"))
    days = pd.concat(parts, ignore_index=True)
    if days.empty:
        raise _nothing(network)
    date = pd.to_datetime(days["period"], utc=True)
    opened_on = days["opened_at"].dt.floor("D")
    days["week"] = (date - opened_on).dt.days // 7
    first = int(np.ceil((date.min() - opened_on.min()).days / 7))
    last = int((date.max() - opened_on.max()).days // 7) - 1
    weeks = days[days["week"].between(first, last)].groupby("week")[["n", "n_negative"]].sum()
    weeks = weeks.reindex(range(first, last + 1), fill_value=0)
    # A week without any opening holds no share; the series must be whole.
    if (empty := weeks["n"] == 0).any():
        raise CannotAnswer(
            f"`network` is {network!r}, where {int(empty.sum())} of {len(weeks)} weeks around the "
            "openings hold no request to a main account; an interrupted series needs one in each. "
            "Use care_accounts, which needs none."
        )
    return interrupted_rate(
        weeks.reset_index(),
        time="week",
        start=0,
        n_yes="n_negative",
        conf_level=conf_level,
        seed=seed,
    )


def care_panel(
    dataset: Dataset,
    *,
    network: str | Sequence[str],
    negative: Collection[str] | None = None,
    brands: Collection[str] | None = None,
    opening_month: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """The table that the study is about: one row per brand and month.

    brand, period ("2014-05"), start (first month with a care account; null: never), n_requests
    (openings put to the main account), n_negative, share. With several networks a brand is one unit,
    as `carekit.care_accounts` tells. `opening_month` keeps the month of the opening, and lets the
    time with a care account start with it; else it is left out for its brand, since it is neither
    before nor after.
    Raises CannotAnswer as `carekit.care_accounts` does.
    """
    networks = _networks(network)
    parts = []
    with using(engine) as opened:
        for one in networks:
            marked = _negative(dataset, one, negative, opened)
            months = count_main_openings(dataset, network=one, negative=marked, engine=opened)
            parts.append(_panel_of(dataset, one, months, brands, opening_month))
    # A network where nobody opened one, or nobody is left to compare with, says nothing.
    parts = [part for part in parts if part["start"].isna().nunique() == 2]
    if len(networks) > 1 and parts:
        parts = [_one_unit_a_brand(dataset, parts)]
    if not parts or parts[0]["start"].notna().all():
        raise _nothing(network)
    return parts[0]


def _one_unit_a_brand(dataset: Dataset, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The panels of several networks as one, a row a brand and month."""
    panel = pd.concat(parts, ignore_index=True)
    first = panel.groupby("brand")["start"].min()
    begun = panel["brand"].map(first)
    accounts = dataset.read("accounts")
    had = accounts.loc[accounts["account_kind"].eq("care"), "brand"]
    clean = begun.isna() & ~panel["brand"].isin(had)
    kept = panel[clean | (panel["start"].notna() & (panel["start"] == begun))]
    counts = ["n_requests", "n_negative"]
    made = kept.groupby(["brand", "period"], as_index=False)[counts].sum()
    made = made.assign(start=made["brand"].map(first))
    made["share"] = made["n_negative"] / made["n_requests"]
    return made[["brand", "period", "start", *counts, "share"]]


def _networks(network: str | Sequence[str]) -> list[str]:
    return [network] if isinstance(network, str) else list(network)


def _panel_of(
    dataset: Dataset,
    network: str,
    months: pd.DataFrame,
    brands: Collection[str] | None,
    opening_month: bool,
) -> pd.DataFrame:
    """Months of one network with the start of each brand; brands without a "before" left out."""
    months = months[months["brand"].notna()]
    care = care_openings(dataset, network=network)
    starts = _starts(dataset, network, brands, months["period"].min())
    left_out = set(care["brand"]) - set(starts["brand"])
    months = months[~months["brand"].isin(left_out)]
    panel = with_start(months, starts.set_index("brand")["opened_at"], starting_month=opening_month)
    panel = panel.assign(share=panel["n_negative"] / panel["n"]).rename(columns={"n": "n_requests"})
    columns = ["brand", "period", "start", "n_requests", "n_negative", "share"]
    return panel[columns].reset_index(drop=True)


def _nothing(network: str | Sequence[str]) -> CannotAnswer:
    return CannotAnswer(
        f"`network` is {network!r}, where no brand opened a care account within the dataset, or no "
        "brand is left to compare with; accounts need account_kind and opened_at. Choose another "
        "network, or complete the table of accounts."
    )


def _starts(
    dataset: Dataset, network: str, brands: Collection[str] | None, first: str | None
) -> pd.DataFrame:
    """Brands that opened a care account after the first posts, and when."""
    care = care_openings(dataset, network=network).dropna(subset="opened_at")
    if first is not None and isinstance(first, str):
        care = care[care["opened_at"] > pd.Timestamp(first, tz="UTC")]
    return care if brands is None else care[care["brand"].isin(list(brands))]


def _negative(
    dataset: Dataset, network: str, negative: Collection[str] | None, engine: Engine
) -> Collection[str]:
    if negative is not None:
        return negative
    openings = opening_texts(dataset, network=network, engine=engine)
    tone = RuleTriage().flag(openings["text"], lang=openings["lang"])["tone"]
    return openings.loc[(tone == "negative").fillna(False), "request_id"].tolist()


def opening_texts(dataset: Dataset, *, network: str, engine: Engine) -> pd.DataFrame:
    """Openings put to an account of a brand on a network: request_id, text, lang; for triage."""
    from ibis import _

    posts = engine.table(dataset, "posts").filter(
        (_.network == network)
        & (_.author_role == "customer")
        & _.reply_to.isnull()
        & _.account.notnull()
    )
    frame = posts.select(request_id=_.post_id, text=_.text, lang=_.lang).execute()
    return frame.drop_duplicates("request_id", ignore_index=True)


def count_main_openings(
    dataset: Dataset,
    *,
    network: str,
    negative: Collection[str],
    unit: str = "month",
    engine: Engine,
) -> pd.DataFrame:
    """Openings put to main accounts: brand, period ("2014-05" or "2014-05-17", UTC), n, n_negative.

    `negative` holds the post_ids of the negative ones; `unit` of a period is month or day.
    """
    import ibis
    from ibis import _

    flagged = ibis.memtable(pd.DataFrame({"marked": pd.Series(sorted(set(negative)), dtype="str")}))
    layout = "%Y-%m" if unit == "month" else "%Y-%m-%d"
    counted = (
        _main_openings(dataset, engine)
        .filter(_.network == network)
        .left_join(flagged, [("request_id", "marked")])
        .mutate(
            period=_.created_at.cast("timestamp").strftime(layout),
            is_negative=_.marked.notnull().cast("int64"),
        )
        .group_by(["brand", "period"])
        .agg(n=_.count(), n_negative=_.is_negative.sum())
        .execute()
    )
    return counted.sort_values(["brand", "period"], ignore_index=True)


def _main_openings(dataset: Dataset, engine: Engine) -> ibis.Table:
    """Openings put to main accounts."""
    from ibis import _

    named = (
        engine.table(dataset, "posts")
        .filter(_.account.notnull() & _.reply_to.isnull())
        .select(named=_.post_id)
        .distinct()
    )
    rows = Requests(dataset, cluster=None, engine=engine).rows()
    return rows.filter(_.account_kind == "main").semi_join(named, [("request_id", "named")])


def care_openings(dataset: Dataset, *, network: str) -> pd.DataFrame:
    """When each brand opened its first care account on a network: brand, opened_at (null: unknown)."""
    accounts = dataset.read("accounts")
    care = accounts[(accounts["network"] == network) & (accounts["account_kind"] == "care")]
    return care.groupby("brand", as_index=False)[["opened_at"]].min()
