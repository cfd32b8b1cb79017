"""Verdicts as a person reads them: the claim in words first, why in each row, the id last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.claims.hypotheses import Evidence, judge_hypotheses
from carekit.claims.hypotheses.judge import evidence_of
from carekit.claims.ledger import Ledger, load_ledger
from carekit.claims.ledger.columns import measures
from carekit.claims.published import IN_POINTS, UNITS, source_name
from carekit.claims.replays import replay_all, summary
from carekit.claims.replays.real_counts import real_counts
from carekit.claims.replays.verdict import PLANTED
from carekit.show.facts import Facts
from carekit.show.numbers import interval, known, say
from carekit.show.result import Result
from carekit.show.wording import label

if TYPE_CHECKING:
    from carekit.claims.ledger import Figure
    from carekit.dataset.engine import Engine
    from carekit.dataset.folder import Dataset

READ = [*"claim who where when base published measured interval n verdict".split(), "real counts",
        "why", "id"]  # fmt: skip
UNTESTABLE = "untestable"


def verdicts(
    dataset: Dataset,
    *,
    only: Sequence[str] | None = None,
    ledger: Ledger | None = None,
    engine: Engine | None = None,
    **conditions: Any,
) -> Result:
    """Published figures measured again on a dataset, for reading.

    Parameters
    ----------
    dataset : Dataset
    only : sequence of str, optional
        Ids of the ledger; otherwise what the conditions leave.
    ledger : Ledger, optional
    engine : Engine, optional
    **conditions
        Of `Ledger.select`: measure, status, article, study, country, network, corrected.

    Returns
    -------
    Result
        One row per figure that could be measured, all cells in words: claim, who (printed it), where,
        when, base, published, measured, interval, n, verdict, real counts (what those that come
        with carekit hold beside it, and their verdict; where they touch a figure), why, id. Its
        facts count the others by reason, and say how many would differ by chance.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> verdicts(open_dataset(), only=["C035"])[["claim", "published"]].values.tolist()
    [['Questions answered', '74.0\\xa0%']]
    """
    ledger = ledger or load_ledger()
    if only is None:
        only = ledger.select(**conditions)["figure_id"].tolist()
    return shown_verdicts(
        replay_all(dataset, ledger=ledger, only=list(only), engine=engine), dataset, ledger
    )


def shown_verdicts(replayed: pd.DataFrame, dataset: Dataset, ledger: Ledger) -> Result:
    """What `carekit.replay_all` gives, for reading."""
    synthetic = dataset.is_sample
    replayed = replayed.assign(
        why=replayed["why"].str.replace(str(dataset.path), "it", regex=False)
    )
    tested = replayed[replayed["verdict"] != UNTESTABLE]
    counts = real_counts(replayed["figure_id"].tolist(), ledger=ledger)
    beside = {r["figure_id"]: r for r in counts.to_dict("records")}
    rows = [
        row_in_words(ledger.figure(r["figure_id"]), r, ledger)
        | {"real counts": beside_in_words(ledger.figure(r["figure_id"]), beside)}
        for r in tested.to_dict("records")
    ]
    rest = replayed[replayed["verdict"] == UNTESTABLE]
    reasons = rest["why"].str.rstrip(".").value_counts(sort=False)
    facts = Facts(
        "verdicts on published figures",
        denominator="the base of each figure, as its row says",
        unit="number",
        left_out={f"cannot be tested: {why}": int(n) for why, n in reasons.items()},
        notes=(*summary(replayed).splitlines(), counts_in_words(counts, len(replayed)),
               *([PLANTED] if synthetic else [])),
        synthetic=synthetic,
        source=dataset.manifest.title,
        last_date=(dataset.manifest.observed_until or "")[:10],
    )  # fmt: skip
    columns = [name for name in READ if len(counts) or name != "real counts"]
    return Result(pd.DataFrame(rows, columns=columns), facts=facts)


def claim_in_words(figure: Figure) -> str:
    """What a figure is about, as a reader says it: "Used social media for … (18-24)"."""
    group = "" if figure.group_dim == "total" or figure.group == "all" else figure.group
    # A figure by country says it in another column.
    group = "" if figure.group_dim == "country" else group
    parts = [label("group", part).replace("_", " ") for part in group.split(":") if part]
    name = measures()[figure.measure].label
    said = f"{name} ({', '.join(parts)})" if parts else name
    return said[:1].upper() + said[1:]


def unit_of(figure: Figure) -> str:
    """The unit of a figure as results call it."""
    return "points" if figure.measure in IN_POINTS else UNITS.get(figure.unit, "number")


def published_in_words(figure: Figure) -> str:
    """What was published: a value in its unit, or a range."""
    unit = unit_of(figure)
    if known(figure.value):
        return say(figure.value, unit)
    if figure.value_low is not None and figure.value_high is not None:
        return interval(figure.low, figure.high, unit)
    more = figure.value_low is not None
    return f"{'more' if more else 'less'} than {say(figure.low if more else figure.high, unit)}"


def place_in_words(figure: Figure) -> str:
    """Country and network of a figure, as far as they are stated."""
    stated = (("country", figure.country), ("network", figure.network))
    return ", ".join(label(name, value) for name, value in stated if value) or "not stated"


def row_in_words(figure: Figure, row: dict[Any, Any], ledger: Ledger) -> dict[str, Any]:
    """One row of `replay_all` with its figure, all cells in words."""
    unit = unit_of(figure)
    when = figure.period_start.year if figure.period_start else figure.study.year
    verdict = str(row["verdict"]).replace("_", " ")
    return {
        "claim": claim_in_words(figure),
        "who": source_name(ledger, figure),
        "where": place_in_words(figure),
        "when": str(when or "not stated"),
        "base": figure.base_in_words,
        "published": published_in_words(figure),
        "measured": say(row["estimate"], unit),
        "interval": interval(row["ci_low"], row["ci_high"], unit),
        "n": say(row["n"], "count"),
        "verdict": f"{verdict} (synthetic)" if row["synthetic"] else verdict,
        "why": row["why"],
        "id": figure.figure_id,
    }


def beside_in_words(figure: Figure, beside: Mapping[str, Mapping[Any, Any]]) -> str:
    """What real counts hold beside a figure, and the verdict: a cell; `beside` by id."""
    row = beside.get(figure.figure_id)
    if row is None:
        return "–"
    unit = unit_of(figure)
    ends = interval(row["ci_low"], row["ci_high"], unit)
    return f"{say(row['estimate'], unit)} ({ends}): {row['verdict'].replace('_', ' ')}"


def counts_in_words(counts: pd.DataFrame, figures: int) -> str:
    """How many figures real counts touch, with which verdicts, in a sentence."""
    if counts.empty:
        return "No real counts that come with carekit touch them."
    words = counts["verdict"].str.replace("_", " ").value_counts()
    told = ", ".join(f"{n} {word}" for word, n in words.items())
    return (
        f"Real counts that come with carekit touch {len(counts)} of {figures}: {told} "
        "(why: carekit.claims.real_counts)."
    )


def judged(
    dataset: Dataset,
    only: Sequence[str] | None = None,
    *,
    ledger: Ledger | None = None,
    conf_level: float = 0.95,
    engine: Engine | None = None,
) -> Result:
    """Hypotheses of the articles tested on figures, real counts and a dataset, for reading.

    Returns
    -------
    Result
        One row per test: hypothesis (in words), evidence, test, measured, n, verdict, why, overall,
        id. A verdict from generated data says so.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> judged(open_dataset(), ["H01"])["verdict"].tolist()
    ['untestable']
    """
    rows = judge_hypotheses(dataset, only=only, ledger=ledger, conf_level=conf_level, engine=engine)
    return shown_judgements(rows, dataset)


def shown_judgements(rows: pd.DataFrame, dataset: Dataset) -> Result:
    """What `carekit.judge_hypotheses` gives, for reading."""
    rows = rows.assign(why=rows["why"].fillna("").str.replace(str(dataset.path), "it", regex=False))
    made = [
        _judgement(one, row)
        for one, row in zip(evidence_of(rows), rows.to_dict("records"), strict=True)
    ]
    facts = Facts(
        "verdicts on hypotheses",
        denominator="as each test says",
        unit="number",
        conf_level=float(rows["conf_level"].iloc[0]) if len(rows) else None,
        notes=("Evidence: figures of the ledger, real counts that come with carekit, and this "
               "dataset; all rows that test a statement must agree, hints decide nothing.",),
        synthetic=bool(rows["synthetic"].any()),
        source=dataset.manifest.title,
    )  # fmt: skip
    return Result(pd.DataFrame(made), facts=facts)


def _judgement(one: Evidence, row: dict[Any, Any]) -> dict[str, Any]:
    mark = " (synthetic)" if one.synthetic else ""
    return {
        "hypothesis": one.statement,
        "evidence": f"{one.evidence}{mark}",
        "test": one.test,
        "measured": one.result or "–",
        "n": say(one.n, "count"),
        "verdict": f"{one.verdict}{mark}",
        "why": one.why or one.needs,
        "overall": row["overall"],
        "id": one.hypothesis_id,
    }
