"""References to what stands behind a figure, a finding or a hypothesis, as BibTeX."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from carekit.claims.audit import audit
from carekit.claims.ledger import Ledger, Study
from carekit.claims.shown import published_in_words
from carekit.errors import InputError

_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def bibtex(key: str, ledger: Ledger) -> str:
    """The studies and articles behind an id of the ledger.

    Parameters
    ----------
    key : str
        A figure (its study, and the article that prints it), a hypothesis (its article), or a
        finding (the studies and articles of all its figures).
    ledger : Ledger

    Returns
    -------
    str
        Entries of BibTeX. A study was seen in the outlets that its note names, seldom itself.

    Raises
    ------
    InputError
        If the ledger has no such id.

    Examples
    --------
    >>> from carekit.claims.ledger import load_ledger
    >>> print(bibtex("H15", load_ledger()).splitlines()[0])
    @misc{jdn-2014,
    """
    articles = ledger.articles.set_index("article_id")
    if key[:1] == "H":
        frame = ledger.hypotheses.set_index("hypothesis_id")
        if key not in frame.index:
            raise InputError(
                f"`ID` is {key!r}, which is not a hypothesis of the ledger; expected one of: "
                f"{', '.join(frame.index)}."
            )
        return _article(str(frame.loc[key, "article_id"]), articles)
    ids = audit(ledger, only=[key]).findings[0].figures if key[:1] == "F" else (key,)
    figures = [ledger.figure(figure_id) for figure_id in ids]
    entries: dict[str, str] = {}
    for figure in figures:
        told = ""
        if key == figure.figure_id:
            told = f"{figure.figure_id}: {published_in_words(figure)}, of {figure.base_in_words}. "
        entries.setdefault(figure.study_id, _study(figure.study, told))
        if figure.article_id:
            entries.setdefault(figure.article_id, _article(figure.article_id, articles))
    return "\n\n".join(entries.values())


def _study(study: Study, told: str) -> str:
    return _entry(
        study.study_id,
        author=f"{{{_plain(study.publisher)}}}" if study.publisher else None,
        title=f"{{{_plain(study.title)}}}" if study.title else None,
        year=None if study.year is None else str(study.year),
        note=_plain(f"{told}{study.how_known or ''}".strip()) or None,
    )


def _article(article_id: str, articles: pd.DataFrame) -> str:
    row = articles.loc[article_id]
    cells: dict[str, Any] = {
        name: None if pd.isna(row[name]) else row[name] for name in articles.columns
    }
    published = cells["published"]
    return _entry(
        article_id,
        author=_plain(cells["author"]) or None,
        title=f"{{{_plain(cells['title'])}}}" if cells["title"] else None,
        howpublished=_plain(cells["outlet_or_site"]) or None,
        year=str(published.year) if published is not None else article_id[-4:],
        language=cells["language"],
        note=_plain(cells["note"]) or None,
    )


def _entry(key: str, **fields: str | None) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _plain(text: object) -> str:
    """Text as LaTeX takes it."""
    return re.sub(
        r"[\\&%$#_{}~^]", lambda m: _SPECIAL.get(m[0], f"\\{m[0]}"), str(text) if text else ""
    )
