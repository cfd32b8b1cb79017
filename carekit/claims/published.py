"""Figures of the ledger as a result: what was published, of whom, where, by whom; ready to draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from carekit.claims.channel_series import channel_series
from carekit.claims.ledger import Figure, Ledger, load_ledger
from carekit.show.facts import Facts
from carekit.show.result import Result

# Units of the ledger → units of a result.
UNITS = {"proportion": "share", "proportion_change": "share", "minutes": "minutes", "rank": "rank"}
IN_POINTS = ("age_gap",)  # measures whose change is one of shares
NO_SOURCE = "the ledger of published figures"


def published(
    only: Sequence[str] | None = None, *, ledger: Ledger | None = None, **conditions: Any
) -> Result:
    """Published figures, one row each: for a table, or to draw beside what was measured.

    Parameters
    ----------
    only : sequence of str, optional
        Ids, in the order wanted; otherwise what the conditions leave.
    ledger : Ledger, optional
        The one that comes with carekit by default.
    **conditions
        Of `Ledger.select`: measure, status, article, study, country, network, corrected.

    Returns
    -------
    Result
        measure, group, network, country, year; estimate (as printed; missing where only a range was), low
        and high (the range, else the value); n (the sample's size, where it was published); base
        (of whom, in words), source (who printed it), figure_id.

    Examples
    --------
    >>> published(["C035"])[["network", "country", "estimate", "source"]].values.tolist()
    [['facebook', 'world', 0.74, 'PR blog, Québec, 2015']]
    """
    ledger = ledger or load_ledger()
    ids = only if only is not None else ledger.select(**conditions)["figure_id"].tolist()
    figures = [ledger.figure(i) for i in ids]
    rows = [
        {
            "measure": f.measure,
            "group": f.group,
            "network": f.network,
            "country": f.country,
            "year": f.period_start.year if f.period_start else f.study.year,
            "estimate": f.value,
            "low": f.low,
            "high": f.high,
            "n": f.sample_size,
            "base": f.base,
            "source": source_name(ledger, f),
            "figure_id": f.figure_id,
        }
        for f in figures
    ]
    frame = pd.DataFrame(rows).astype({"estimate": float, "low": float, "high": float})
    return Result(frame, facts=_facts(ledger, figures))


def _facts(ledger: Ledger, figures: Iterable[Figure]) -> Facts:
    measures = dict.fromkeys(f.measure.replace("_", " ") for f in figures)
    units = {UNITS.get(f.unit, "number") for f in figures}
    bases = list(dict.fromkeys(f.base for f in figures))
    sources = list(dict.fromkeys(source_name(ledger, f) for f in figures))
    return Facts(
        "; ".join(measures) if len(measures) < 4 else "published figures",
        denominator=bases[0] if len(bases) == 1 else "the base of each row",
        unit=units.pop() if len(units) == 1 else "number",
        units=dict.fromkeys(("low", "high"), next(iter(units), "share")),
        source=f"{', '.join(sources)}, as printed" if len(sources) < 5 else NO_SOURCE,
    )


def source_name(ledger: Ledger, figure: Figure) -> str:
    """Who printed a figure, as a reader calls it; the study where no article did.

    Examples
    --------
    >>> ledger = load_ledger()
    >>> source_name(ledger, ledger.figure("C009a"))
    'Seraiocco 2013'
    """
    if figure.article_id is None:
        study = figure.study
        publisher = (study.publisher or study.study_id).split(" and ")[0]
        return f"{publisher} {study.year or ''}".strip()
    return str(ledger.articles.set_index("article_id").loc[figure.article_id, "name"])


def minutes_of(group: str) -> float | None:
    """The delay that a group of the ledger names, in minutes; None where it names none.

    >>> minutes_of("any:60_min"), minutes_of("same_day"), minutes_of("immediately")
    (60.0, 1440.0, None)
    """
    delay = group.rpartition(":")[2].replace("same_day", "1440_min")
    return float(delay.removesuffix("_min")) if delay.endswith("_min") else None


def expectation_points(published: Result, *, source: str = "expected, as printed") -> pd.DataFrame:
    """Published shares of people who expect an answer by a time, as `plot_curves` draws them.

    Rows whose group names no time are left out. Returns one row per figure: source, minutes,
    estimate (the lower end where a range was published), ci_low, ci_high (missing), name, and the
    columns that it came with.

    Examples
    --------
    >>> made = expectation_points(published(measure="expects_answer_within"))
    >>> bool(made["minutes"].min() <= 60 <= made["minutes"].max())
    True
    """
    minutes = pd.to_numeric(published["group"].map(minutes_of))
    made = published.assign(
        source=source, minutes=minutes, ci_low=float("nan"), ci_high=float("nan"),
        estimate=published["estimate"].fillna(published["low"]), name=published["source"],
    )  # fmt: skip
    return made.dropna(subset=["minutes"]).sort_values("minutes", ignore_index=True)


def channel_use(channel: str, *, ledger: Ledger | None = None, **options: Any) -> Result:
    """Published use of one channel by year on one base: `channel_series`, as a result.

    Examples
    --------
    >>> len(channel_use("social_media")) > 5
    True
    """
    series = channel_series(ledger or load_ledger(), channel=channel, **options)
    assumed = sorted(series.loc[series["n_source"] == "assumed", "year"])
    notes = (f"n assumed for {', '.join(map(str, assumed))}; no design effect is published.",)
    facts = Facts(
        f"use of the channel {channel.replace('_', ' ')}",
        denominator="all people of the country aged 18 and over",
        units={"printed": "share", "contacted": "share", "n": "count"},
        conf_level=float(series["conf_level"].iloc[0]),
        independent_unit="respondent (Wilson)",
        notes=notes if assumed else (),
        source="BVA, Observatoire des services clients, as printed and rebased",
    )
    return Result(series, facts=facts)
