"""Judge the hypotheses of the articles on published figures, real counts and a dataset."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import pandas as pd

from carekit.claims.decide import decide_claim

# Importing a module of tests registers them.
from carekit.claims.hypotheses import (  # noqa: F401
    answering,
    care_accounts,
    channels,
    contents,
    expectations,
    handing_over,
    preferences,
    real_counts,
    satisfaction,
)
from carekit.claims.hypotheses.evidence import Evidence, HypothesisVerdict, combine_evidence
from carekit.claims.hypotheses.registry import Row, Test, tests_of
from carekit.claims.inquiry import Inquiry
from carekit.claims.ledger import Ledger, load_ledger
from carekit.claims.ledger.columns import split_words
from carekit.dataset.engine import sharing
from carekit.errors import InputError, MissingExtraError, SelectionError
from carekit.show.progress import steps
from carekit.show.tables import table_estimates

if TYPE_CHECKING:
    from carekit.dataset.engine import Engine
    from carekit.dataset.folder import Dataset
    from carekit.show.tables import ReadableTable

COLUMNS = (
    "hypothesis_id statement evidence test unit estimate ci_low ci_high conf_level p_value n verdict "
    "why needs synthetic overall decided_by"
).split()
_NUMBERS = "estimate ci_low ci_high conf_level p_value".split()
DATA = {"posts": "The dataset holds no posts.", "survey": "The dataset holds no survey."}


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
        With one `Evidence` per test; reads as a sentence.

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
    return _judge_all([hypothesis_id], dataset, ledger, conf_level, None)[0]


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
        `p_value`, `n` (missing where there is none); `verdict` (a word of
        `carekit.claims.hypotheses.evidence.VERDICTS`), `why` (denominator and reason), `needs`
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
    verdicts = _judge_all(only, dataset, ledger, conf_level, engine)
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


def hypotheses_table(ledger: Ledger | None = None) -> pd.DataFrame:
    """The hypotheses with the test that decides each and the figures that bear on it.

    Parameters
    ----------
    ledger : Ledger, optional
        By default the ledger that comes with carekit.

    Returns
    -------
    DataFrame
        One row per hypothesis: `hypothesis_id`, `article_id`, `statement` (a paraphrase), `test`,
        `needs` (kinds of data, separated by commas: posts, survey, figures, calls),
        `known_evidence`, `current_view` (supported, contradicted, mixed or open), `figures` (ids
        that the evidence names, separated by commas) and `n_figures`.

    Examples
    --------
    >>> table = hypotheses_table()
    >>> table.loc[table.hypothesis_id == "H22", ["current_view", "n_figures"]]
       current_view  n_figures
    21    supported          7
    """
    read = load_ledger() if ledger is None else ledger
    frame, known = read.hypotheses, set(read.figures["figure_id"])
    figures = [[f for f in split_words(cell) if f in known] for cell in frame.pop("figures")]
    needs = [", ".join(split_words(cell)) for cell in frame["needs"]]
    return frame.assign(
        needs=pd.array(needs, dtype="string"),
        figures=pd.array([", ".join(ids) for ids in figures], dtype="string"),
        n_figures=[len(ids) for ids in figures],
    )


def _judge_all(
    only: Sequence[str] | None,
    dataset: Dataset,
    ledger: Ledger | None,
    conf_level: float,
    engine: Engine | None,
) -> list[HypothesisVerdict]:
    read = load_ledger() if ledger is None else ledger
    frame = read.hypotheses
    statements = dict(zip(frame["hypothesis_id"], frame["statement"], strict=True))
    wanted = list(statements) if only is None else list(only)
    unknown = [key for key in wanted if key not in statements]
    if unknown:
        raise InputError(
            f"`hypothesis_id` is {unknown[0]!r}, which is not a hypothesis of the ledger; expected "
            f"one of: {', '.join(statements)}. List them with `carekit claims hypotheses`."
        )
    inquiry = Inquiry(dataset, read, conf_level)
    with sharing(engine):
        return [_judge(key, statements[key], inquiry) for key in steps(wanted, "hypotheses")]


def _judge(hypothesis_id: str, statement: str, inquiry: Inquiry) -> HypothesisVerdict:
    found = tests_of(hypothesis_id) or [
        Test(
            hypothesis_id,
            on="figures",
            measured="No test of this hypothesis is known to carekit",
            needs="a test, declared with carekit.claims.hypotheses.tests",
        )
    ]
    return combine_evidence([_evidence(test, statement, inquiry) for test in found])


def _evidence(test: Test, statement: str, inquiry: Inquiry) -> Evidence:
    """One test made: its row decided, or the reason why it cannot be made."""
    row: Row = {}
    verdict, needs = "untestable", test.needs
    # A dataset of any kind may lack what an estimate needs, and the estimate then says what. The
    # figures and counts that come with carekit may not: there the same error is a fault.
    refusals: tuple[type[Exception], ...] = (SelectionError,)
    if test.on in DATA:
        refusals = (SelectionError, InputError, MissingExtraError)
    if test.run is None:
        why = test.why
    elif test.on in DATA and not inquiry.dataset.has(test.on):
        why = DATA[test.on]
    else:
        try:
            row, why = test.run(inquiry)
            verdict, reason = _decide(test, row)
            why = f"{why} {reason}".strip()
            needs = test.needs if verdict in ("undecided", "hint") else ""
        except refusals as refusal:
            row, why = {}, str(refusal)
    numbers = {name: float(row.get(name, math.nan)) for name in _NUMBERS if name != "conf_level"}
    n = row.get("n")
    return Evidence(
        hypothesis_id=test.hypothesis_id,
        statement=statement,
        evidence=test.on,
        test=test.text,
        **numbers,
        conf_level=inquiry.conf_level,
        n=None if n is None or pd.isna(n) else int(n),
        verdict=verdict,
        why=why,
        needs=needs,
        synthetic=verdict != "untestable" and test.on in DATA and inquiry.dataset.is_sample,
        part=test.part,
        unit=test.unit,
    )


def _decide(test: Test, row: Row) -> tuple[str, str]:
    """The verdict on a row, and the sentence that says so; a hint where nothing is claimed."""
    if test.claim is None:
        return "hint", ""
    if math.isnan(float(row["estimate"])):
        raise SelectionError("No estimate can be made of these.")
    made = decide_claim(
        estimate=float(row["estimate"]),
        ci_low=float(row["ci_low"]),
        ci_high=math.nan if test.at_least else float(row["ci_high"]),
        n=int(row["n"]),
        claim=test.claim,
        reference=test.reference,
        extent=test.extent,
        min_n=test.min_n,
    )
    if doubt := row.get("doubt"):
        return "undecided", f"{made.why} {doubt}"
    bound = " A lower bound contradicts nothing." if test.at_least else ""
    return made.verdict, made.why + bound * (made.verdict == "undecided")
