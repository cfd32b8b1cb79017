"""What the articles put forward as statements that data could decide."""

from __future__ import annotations

import re

import pandas as pd

from carekit.claims.checks import split_needs
from carekit.claims.ledger import Ledger, load_ledger

_IDS = re.compile(r"\b([CPLD]\d{3})([a-z]?)(?: (to) ([CPLD]\d{3})([a-z]?))?\b")


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
        named in the evidence, ranges written out) and `n_figures`.

    Examples
    --------
    >>> from carekit.claims import hypotheses_table
    >>> table = hypotheses_table()
    >>> table.loc[table.hypothesis_id == "H22", ["current_view", "n_figures"]]
       current_view  n_figures
    21    supported          7
    """
    read = load_ledger() if ledger is None else ledger
    known = read.figures["figure_id"].tolist()
    frame = read.hypotheses
    named = [_named_figures(text, known) for text in frame["known_evidence"].fillna("")]
    needs = [", ".join(split_needs(cell)) for cell in frame["needs"]]
    return frame.assign(
        needs=pd.array(needs, dtype="string"),
        figures=pd.array([", ".join(ids) for ids in named], dtype="string"),
        n_figures=[len(ids) for ids in named],
    )


def _named_figures(text: str, known: list[str]) -> list[str]:
    """Ids of the ledger named in a sentence; `L018a to L018d` names all four."""
    found: list[str] = []
    for match in _IDS.finditer(text):
        first = match[1] + match[2]
        last = (match[4] or "") + (match[5] or "")
        if last and first in known and last in known:
            found += known[known.index(first) : known.index(last) + 1]
        elif first in known:
            found.append(first)
    return list(dict.fromkeys(found))
