"""Judge the hypotheses of the articles on published figures, real counts and a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pandas as pd

from carekit.claims.hypothesis_evidence import Evidence, HypothesisVerdict, combine_evidence
from carekit.claims.hypothesis_tests.registry import (
    Finding,
    HypothesisTest,
    Inquiry,
    Lacking,
    registered_tests,
)
from carekit.claims.ledger import Ledger, load_ledger
from carekit.claims.replay import PLANTED
from carekit.claims.survey_measurers import Unanswerable
from carekit.errors import InputError, MissingExtraError, SelectionError

if TYPE_CHECKING:
    from carekit.dataset.engine import Engine
    from carekit.dataset.folder import Dataset
    from carekit.show.tables import ReadableTable

COLUMNS = (
    "hypothesis_id statement evidence test unit estimate ci_low ci_high conf_level p_value n verdict "
    "why needs synthetic overall decided_by"
).split()
_NUMBERS = "estimate ci_low ci_high conf_level p_value".split()


def judge_hypothesis(
    hypothesis_id: str,
    dataset: Dataset,
    *,
    ledger: Ledger | None = None,
    conf_level: float = 0.95,
) -> HypothesisVerdict:
    """Make every test of one hypothesis and say whether it holds.

    Parameters
    ----------
    hypothesis_id : str
        Such as ``"H09"``.
    dataset : Dataset
        What to test it on, beside the ledger and the real counts that come with carekit.
    ledger : Ledger, optional
        By default the ledger that comes with carekit.
    conf_level : float
        Nominal coverage of the intervals.

    Returns
    -------
    HypothesisVerdict
        With one `Evidence` a test; reads as a sentence.

    Raises
    ------
    InputError
        If the ledger has no such hypothesis.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> judge_hypothesis("H01", open_dataset()).verdict
    'untestable'
    """
    from carekit.dataset.engine import sharing

    read = load_ledger() if ledger is None else ledger
    statements = _statements(read)
    _check_ids([hypothesis_id], statements)
    inquiry = Inquiry(dataset, read, conf_level)
    with sharing():
        return _judge(hypothesis_id, statements[hypothesis_id], inquiry)


def judge_hypotheses(
    dataset: Dataset,
    *,
    only: Sequence[str] | None = None,
    ledger: Ledger | None = None,
    conf_level: float = 0.95,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Test the hypotheses of the articles.

    Parameters
    ----------
    dataset : Dataset
        What to test them on, beside the ledger and the real counts that come with carekit.
    only : sequence of str, optional
        Ids of the hypotheses wanted; by default all.
    ledger : Ledger, optional
        By default the ledger that comes with carekit.
    conf_level : float
        Nominal coverage of the intervals.
    engine : Engine, optional
        An open one, such as that of a notebook, which knows the requests already.

    Returns
    -------
    DataFrame
        One row per hypothesis and test, in the order of the ledger: `hypothesis_id`, `statement`;
        `evidence` (figures: the ledger; measured: real counts that come with carekit; posts and
        survey: the dataset); `test` (what was measured, in which unit, and what the claim is taken
        to mean), `unit` (of the estimate); `estimate`, `ci_low`, `ci_high`, `conf_level`,
        `p_value`, `n` (missing where there is none); `verdict` (holds, differs, undecided,
        contradicted, untestable: see
        `carekit.claims.hypothesis_evidence.decide_claim`), `why` (denominator and reason), `needs`
        (data that would decide); `synthetic` (the row comes from a generated dataset: it recovers a
        planted truth and is no evidence); `overall`, `decided_by` (the verdict of all rows of the
        hypothesis together, repeated in each: see `combine_evidence`). P-values are not adjusted
        over hypotheses.

    Raises
    ------
    InputError
        If an id of `only` is not in the ledger.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = judge_hypotheses(open_dataset(), only=["H06", "H20"])
    >>> table.groupby("hypothesis_id")["overall"].first().tolist()
    ['untestable', 'contradicted']
    """
    from carekit.dataset.engine import sharing

    read = load_ledger() if ledger is None else ledger
    statements = _statements(read)
    wanted = list(statements) if only is None else list(only)
    _check_ids(wanted, statements)
    inquiry = Inquiry(dataset, read, conf_level)
    with sharing(engine):
        verdicts = [_judge(key, statements[key], inquiry) for key in wanted]
    return verdict_table(verdicts)


def verdict_table(verdicts: Sequence[HypothesisVerdict]) -> pd.DataFrame:
    """The rows of `judge_hypotheses` from verdicts: one row a hypothesis and test."""
    names = [field.name for field in fields(Evidence)]
    rows = [
        {name: getattr(row, name) for name in names}
        | {"overall": verdict.verdict, "decided_by": verdict.decided_by}
        for verdict in verdicts
        for row in verdict.evidence
    ]
    frame = pd.DataFrame(rows, columns=[*names, "overall", "decided_by"])[COLUMNS]
    words = [c for c in COLUMNS if c not in (*_NUMBERS, "n", "synthetic")]
    types = {**dict.fromkeys(_NUMBERS, "float64"), "n": "Int64", "synthetic": "bool"}
    return frame.astype({**types, **dict.fromkeys(words, "string")})


def evidence_of(rows: pd.DataFrame) -> list[Evidence]:
    """The rows of `judge_hypotheses` as `Evidence`, in their order."""
    kept = [field.name for field in fields(Evidence) if field.name in rows.columns]
    held = rows[kept].astype({name: "object" for name in kept if name != "synthetic"})
    made = []
    for row in held.to_dict("records"):
        cells = {str(name): value for name, value in row.items()}
        n = None if pd.isna(cells["n"]) else int(cells["n"])
        made.append(Evidence(**{**cells, "n": n}))
    return made


def table_hypotheses(rows: pd.DataFrame, *, caption: str) -> ReadableTable:
    """Judged hypotheses for reading: each estimate with its interval in its own unit.

    Parameters
    ----------
    rows : DataFrame
        As `judge_hypotheses` gives it.
    caption : str
        Above the table.

    Returns
    -------
    ReadableTable
        One row per hypothesis and test: hypothesis, evidence, test, result (a log as the factor
        that it is the log of), n, verdict, overall.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> rows = judge_hypotheses(open_dataset(), only=["H20"])
    >>> table_hypotheses(rows, caption="Verdicts").rows[0][3:]
    ('-43.0 points (-47.4 to -38.6)', '1,000', 'contradicted', 'contradicted')
    """
    from carekit.show.tables import table_estimates

    evidence = evidence_of(rows)
    shown = pd.DataFrame(
        {
            "hypothesis": [one.hypothesis_id for one in evidence],
            "evidence": [
                f"{one.evidence} (synthetic)" if one.synthetic else one.evidence for one in evidence
            ],
            "test": [one.test for one in evidence],
            "result": [one.result or "–" for one in evidence],
            "n": ["–" if one.n is None else f"{one.n:,}" for one in evidence],
            "verdict": [one.verdict for one in evidence],
            "overall": rows["overall"].astype("str").tolist(),
        },
        dtype="str",
    )
    return table_estimates(shown, caption=caption)


def _statements(ledger: Ledger) -> dict[str, str]:
    frame = ledger.hypotheses
    return dict(zip(frame["hypothesis_id"], frame["statement"], strict=True))


def _check_ids(wanted: Sequence[str], statements: dict[str, str]) -> None:
    unknown = [key for key in wanted if key not in statements]
    if unknown:
        raise InputError(
            f"`hypothesis_id` is {unknown[0]!r}, which is not a hypothesis of the ledger; expected "
            f"one of: {', '.join(statements)}. List them with `carekit claims hypotheses`."
        )


def _judge(hypothesis_id: str, statement: str, inquiry: Inquiry) -> HypothesisVerdict:
    found = registered_tests(hypothesis_id)
    if not found:
        found = [
            HypothesisTest(
                hypothesis_id,
                "figures",
                "No test of this hypothesis is known to carekit.",
                "a test, registered with carekit.claims.hypothesis_tests.registry.decides.",
                None,
            )
        ]
    return combine_evidence([_evidence(one, statement, inquiry) for one in found])


def _evidence(one: HypothesisTest, statement: str, inquiry: Inquiry) -> Evidence:
    made = _run(one, inquiry)
    tested = made.verdict != "untestable"
    planted = tested and one.evidence in ("posts", "survey") and inquiry.dataset.is_sample
    part = f"{one.part}: " if one.part else ""
    return Evidence(
        hypothesis_id=one.hypothesis_id,
        statement=statement,
        evidence=one.evidence,
        test=part + one.test,
        estimate=made.estimate,
        ci_low=made.ci_low,
        ci_high=made.ci_high,
        conf_level=inquiry.conf_level,
        p_value=made.p_value,
        n=made.n,
        verdict=made.verdict,
        why=f"{made.why} {PLANTED}" if planted else made.why,
        needs=made.needs,
        synthetic=planted,
        part=one.part,
        unit=one.unit,
    )


def _run(one: HypothesisTest, inquiry: Inquiry) -> Finding:
    if one.run is None:
        return Finding("untestable", one.why, needs=one.needs)
    if one.evidence == "survey" and not inquiry.dataset.has("survey"):
        return Finding("untestable", "The dataset holds no survey.", needs=one.needs)
    if one.evidence == "posts" and not inquiry.dataset.has("posts"):
        return Finding("untestable", "The dataset holds no posts.", needs=one.needs)
    # A dataset of any kind may lack what an estimate needs, and the estimate then says what. The
    # figures and counts that come with carekit may not: there the same error is a fault.
    refusals: tuple[type[Exception], ...] = (Lacking, Unanswerable, SelectionError)
    if one.evidence in ("posts", "survey"):
        refusals = (*refusals, InputError, MissingExtraError)
    try:
        made = one.run(inquiry)
    except refusals as reason:
        return Finding("untestable", str(reason), needs=one.needs)
    return replace(made, needs=made.needs or (one.needs if made.verdict == "undecided" else ""))
