"""Verdicts as a person reads them: the claim in words first, why in each row, the id last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.claims.hypotheses import judge_hypotheses
from carekit.claims.ledger import Ledger, load_ledger
from carekit.claims.published import UNITS, source_name
from carekit.claims.replays import replay_all
from carekit.claims.replays.verdict import PLANTED
from carekit.show.facts import Facts
from carekit.show.numbers import interval, known, say
from carekit.show.result import Result
from carekit.show.wording import label

if TYPE_CHECKING:
    from carekit.claims.ledger import Figure
    from carekit.dataset.engine import Engine
    from carekit.dataset.folder import Dataset

# What the cells of a row say already.
SAID = ("The published value is in the interval", "The published value is outside the interval",
        "The figure's own base:", "Replayed as printed;")  # fmt: skip
SHORT = {"holds": "In the interval.", "differs": "Outside the interval.",
         "undecided": "The interval is too wide to tell."}  # fmt: skip
READ = "claim where when base published measured interval n verdict why id".split()
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
        One row a figure that could be tested, all cells in words: claim, where, when, base,
        published, measured, interval, n, verdict, why, id. Its facts count the others by reason.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> verdicts(open_dataset(), only=["C035"])[["claim", "published"]].values.tolist()
    [['question response rate, all', '74.0\\xa0%']]
    """
    ledger = ledger or load_ledger()
    if only is None:
        only = ledger.select(**conditions)["figure_id"].tolist()
    return shown_verdicts(
        replay_all(dataset, ledger=ledger, only=list(only), engine=engine), dataset, ledger
    )


def shown_verdicts(replayed: pd.DataFrame, dataset: Dataset, ledger: Ledger) -> Result:
    """What `carekit.replay_all` gives, for reading."""
    synthetic = dataset.manifest.synthetic
    replayed = replayed.assign(
        why=replayed["why"].str.replace(str(dataset.path), "it", regex=False)
    )
    tested = replayed[replayed["verdict"] != UNTESTABLE]
    rows = [_row(ledger.figure(r["figure_id"]), r, synthetic) for r in tested.to_dict("records")]
    rest = replayed[replayed["verdict"] == UNTESTABLE]
    reasons = rest["why"].str.rstrip(".").value_counts(sort=False)
    facts = Facts(
        "verdicts on published figures",
        denominator="the base of each figure, as its row says",
        unit="number",
        left_out={f"cannot be tested: {why}": int(n) for why, n in reasons.items()},
        notes=(PLANTED,) if synthetic else (),
        synthetic=synthetic,
        source=dataset.manifest.title,
        last_date=(dataset.manifest.observed_until or "")[:10],
    )
    return Result(pd.DataFrame(rows, columns=READ), facts=facts)


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
        One row a test: hypothesis (in words), evidence, test, measured, n, verdict, why, overall,
        id. A verdict from generated data says so.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> judged(open_dataset(), ["H01"])["verdict"].tolist()
    ['untestable']
    """
    rows = judge_hypotheses(dataset, only=only, ledger=ledger, conf_level=conf_level, engine=engine)
    rows = rows.assign(why=rows["why"].fillna("").str.replace(str(dataset.path), "it", regex=False))
    made = [_judgement(row) for row in rows.to_dict("records")]
    facts = Facts(
        "verdicts on hypotheses",
        denominator="as each test says",
        unit="number",
        conf_level=conf_level,
        notes=("Evidence: figures of the ledger, real counts that come with carekit, and this "
               "dataset; overall goes by real evidence first.",),
        synthetic=bool(rows["synthetic"].any()),
        source=dataset.manifest.title,
    )  # fmt: skip
    return Result(pd.DataFrame(made), facts=facts)


def _row(figure: Figure, row: dict[Any, Any], synthetic: bool) -> dict[str, Any]:
    unit = UNITS.get(figure.unit, "number")
    place = [label("country", figure.country), label("network", figure.network)]
    when = figure.period_start or (f"{figure.study.year}" if figure.study.year else "")
    said = (
        say(figure.value, unit) if known(figure.value) else interval(figure.low, figure.high, unit)
    )
    told = re.split(r"(?<=[.)]) (?=[A-Z])", str(row["why"] or "").replace(PLANTED, "").strip())
    told = [sentence for sentence in told if sentence and not sentence.startswith(SAID)]
    if figure.corrections:
        told.append(f"The ledger corrects it to {figure.current.figure_id}.")
    return {
        "claim": f"{figure.measure.replace('_', ' ')}, {label('group', figure.group)}",
        "where": ", ".join(p for p in place if p not in {"None", "", "<NA>"}),
        "when": str(when)[:4],
        "base": figure.base,
        "published": said,
        "measured": say(row["estimate"], unit),
        "interval": interval(row["ci_low"], row["ci_high"], unit),
        "n": say(row["n"], "count"),
        "verdict": f"{row['verdict']} (synthetic)" if synthetic else row["verdict"],
        "why": " ".join([SHORT.get(row["verdict"], ""), *told]).strip(),
        "id": f"{source_name(load_ledger(), figure)}, {figure.figure_id}",
    }


def _judgement(row: dict[Any, Any]) -> dict[str, Any]:
    unit = UNITS.get(str(row["unit"]), "number")
    value = say(row["estimate"], unit)
    if known(row["ci_low"]) or known(row["ci_high"]):
        value = f"{value} ({interval(row['ci_low'], row['ci_high'], unit)})"
    mark = " (synthetic)" if row["synthetic"] else ""
    return {
        "hypothesis": row["statement"],
        "evidence": f"{row['evidence']}{mark}",
        "test": row["test"],
        "measured": value,
        "n": say(row["n"], "count"),
        "verdict": f"{row['verdict']}{mark if known(row['estimate']) else ''}",
        "why": str(row["why"] or row["needs"] or ""),
        "overall": row["overall"],
        "id": row["hypothesis_id"],
    }
