"""The ledger of published figures: load it, look a figure up, select rows.

A ledger is a folder of four CSV files described in `data/claims/README.md`: articles, studies,
published figures and hypotheses. It is validated as a whole when it is loaded, so what is computed
from it later can rely on its ids, words and ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from carekit.claims.ledger.checks import find_faults
from carekit.claims.ledger.columns import COLUMNS, KEYS, read_file, typed
from carekit.claims.ledger.figure import Figure, Study, correction_chain
from carekit.dataset.resources import data_folder
from carekit.errors import InputError, SchemaError


class Ledger:
    """Articles, studies, published figures and hypotheses, checked against each other.

    A ledger never changes: its properties return copies, and `replace` and `with_figure` return a
    new ledger, checked again.

    Parameters
    ----------
    figures, studies, articles, hypotheses : DataFrame
        One row per published figure, study, article and hypothesis, with the columns of
        `carekit.claims.ledger.columns.COLUMNS`; cells may be text or already typed.

    Raises
    ------
    SchemaError
        If a column is missing or any row breaks a rule of the codebook; the message counts the rows
        for each rule and names three.
    """

    def __init__(
        self,
        *,
        figures: pd.DataFrame,
        studies: pd.DataFrame,
        articles: pd.DataFrame,
        hypotheses: pd.DataFrame,
    ) -> None:
        given = {
            "published_figures": figures,
            "studies": studies,
            "articles": articles,
            "hypotheses": hypotheses,
        }
        faults: list[str] = []
        tables: dict[str, pd.DataFrame] = {}
        for name, frame in given.items():
            missing = [column for column in COLUMNS[name] if column not in frame.columns]
            if missing:
                raise SchemaError(
                    f"the frame of {name} has no column {', '.join(map(repr, missing))}; found: "
                    f"{', '.join(map(str, frame.columns))}. Its columns are in "
                    f"carekit.claims.ledger.columns.COLUMNS[{name!r}]."
                )
            tables[name], unreadable = typed(frame.reset_index(drop=True), name)
            faults += unreadable
        # An unreadable cell is missing now: other rules would complain of that again.
        faults = faults or find_faults(tables)
        if faults:
            raise SchemaError(
                f"the ledger breaks {len(faults)} rule{'s' if len(faults) > 1 else ''} of its "
                f"codebook. {'. '.join(faults)}. The codebook (README.md of the ledger) says what "
                "each column may hold: correct these rows."
            )
        self._tables = tables
        self._studies = {
            str(row["study_id"]): Study(**row) for row in _plain_rows(tables["studies"])
        }
        self._rows = {
            str(row["figure_id"]): row for row in _plain_rows(tables["published_figures"])
        }
        self._corrected_by = {
            key: row["corrected_by"] for key, row in self._rows.items() if row["corrected_by"]
        }

    @property
    def figures(self) -> pd.DataFrame:
        """One row per published figure."""
        return self._tables["published_figures"].copy()

    @property
    def studies(self) -> pd.DataFrame:
        """One row per study or wave."""
        return self._tables["studies"].copy()

    @property
    def articles(self) -> pd.DataFrame:
        """One row per article."""
        return self._tables["articles"].copy()

    @property
    def hypotheses(self) -> pd.DataFrame:
        """One row per testable statement."""
        return self._tables["hypotheses"].copy()

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        sizes = {name: len(frame) for name, frame in self._tables.items()}
        corrected = int(self._tables["published_figures"]["corrected_by"].notna().sum())
        return (
            f"<Ledger: {sizes['published_figures']} figures ({corrected} corrected), "
            f"{sizes['studies']} studies, {sizes['articles']} articles, "
            f"{sizes['hypotheses']} hypotheses>"
        )

    def figure(self, figure_id: str) -> Figure:
        """One figure with its study and the figures that correct it.

        Parameters
        ----------
        figure_id : str
            Such as ``"C022"``.

        Raises
        ------
        InputError
            If the ledger has no such figure.

        Examples
        --------
        >>> from carekit import load_ledger
        >>> figure = load_ledger().figure("C023")
        >>> figure.value, figure.base, figure.current.figure_id, figure.current.value
        (1.0, 'printed as: all brands with a care account', 'P020', 0.63)
        """
        if figure_id not in self._rows:
            raise InputError(
                f"`figure_id` is {figure_id!r}, which is not in the ledger; expected one of its "
                f"{len(self)} ids, such as {', '.join(list(self._rows)[:3])}. "
                "List them with `carekit claims list`."
            )
        chain = tuple(self._figure(key) for key in correction_chain(figure_id, self._corrected_by))
        return self._figure(figure_id, chain)

    def _figure(self, figure_id: str, corrections: tuple[Figure, ...] = ()) -> Figure:
        row = self._rows[figure_id]
        return Figure(**row, study=self._studies[row["study_id"]], corrections=corrections)

    def study(self, study_id: str) -> Study:
        """One study.

        Raises
        ------
        InputError
            If the ledger has no such study.
        """
        if study_id not in self._studies:
            raise InputError(
                f"`study_id` is {study_id!r}, which is not in the ledger; expected one of: "
                f"{', '.join(sorted(self._studies))}."
            )
        return self._studies[study_id]

    def select(
        self,
        *,
        measure: str | Sequence[str] | None = None,
        status: str | Sequence[str] | None = None,
        article: str | Sequence[str] | None = None,
        study: str | Sequence[str] | None = None,
        country: str | Sequence[str] | None = None,
        network: str | Sequence[str] | None = None,
        corrected: bool | None = None,
    ) -> pd.DataFrame:
        """The figures that satisfy every condition given.

        Figures appear as printed and as corrected: pass ``corrected=False``, and one `status`,
        before averaging or counting.

        Parameters
        ----------
        measure, status, article, study, country, network : str or sequence of str, optional
            Values to keep; None keeps all rows, also those where the cell is empty.
        corrected : bool, optional
            False keeps the figures that stand, True those that another figure replaces.

        Returns
        -------
        DataFrame
            One row per figure in the order of the file, with the columns of
            `published_figures.csv`.

        Raises
        ------
        InputError
            If a value occurs nowhere in its column; the message lists those that do.

        Examples
        --------
        >>> from carekit import load_ledger
        >>> rates = load_ledger().select(measure="has_care_account", status="primary")
        >>> rates[["figure_id", "value", "sample_size"]]
          figure_id  value  sample_size
        0      P025   0.23          100
        1     P026a   0.30          100
        2     P027a   0.32          100
        """
        frame = self._tables["published_figures"]
        keep = pd.Series(True, index=frame.index)
        for name, column, wanted in (
            ("measure", "measure", measure),
            ("status", "status", status),
            ("article", "article_id", article),
            ("study", "study_id", study),
            ("country", "country", country),
            ("network", "network", network),
        ):
            if wanted is None:
                continue
            values = [wanted] if isinstance(wanted, str) else list(wanted)
            known = sorted(frame[column].dropna().unique())
            unknown = [value for value in values if value not in known]
            if unknown:
                raise InputError(
                    f"`{name}` is {', '.join(map(repr, unknown))}, which no figure has; "
                    f"expected one of: {', '.join(known)}."
                )
            keep &= frame[column].isin(values)
        if corrected is not None:
            keep &= frame["corrected_by"].notna() == corrected
        return frame[keep].reset_index(drop=True)

    def replace(
        self,
        *,
        figures: pd.DataFrame | None = None,
        studies: pd.DataFrame | None = None,
        articles: pd.DataFrame | None = None,
        hypotheses: pd.DataFrame | None = None,
    ) -> Ledger:
        """A new ledger with the given frames in place of the old ones, checked again."""
        return Ledger(
            figures=self.figures if figures is None else figures,
            studies=self.studies if studies is None else studies,
            articles=self.articles if articles is None else articles,
            hypotheses=self.hypotheses if hypotheses is None else hypotheses,
        )

    def with_figure(
        self,
        figure_id: str,
        *,
        value: float | None = None,
        value_low: float | None = None,
        value_high: float | None = None,
    ) -> Ledger:
        """A new ledger where one figure has other numbers: what would the audit say then?

        Numbers left out keep their place. The rest of the ledger stays as it is, so a derived row
        that depended on the old number now disagrees with its inputs, and the audit shows it.

        Examples
        --------
        >>> from carekit import audit, load_ledger
        >>> ledger = load_ledger()
        >>> audit(ledger)["F08"].verdict
        'contradicted'
        >>> audit(ledger.with_figure("P020", value=1.0))["F08"].verdict
        'consistent'
        """
        self.figure(figure_id)
        frame = self.figures
        row = frame["figure_id"] == figure_id
        for column, number in (
            ("value", value),
            ("value_low", value_low),
            ("value_high", value_high),
        ):
            if number is not None:
                frame.loc[row, column] = number
        return self.replace(figures=frame)


def load_ledger(folder: str | Path | None = None) -> Ledger:
    """Load and check a ledger.

    Parameters
    ----------
    folder : str or Path, optional
        Folder with `articles.csv`, `studies.csv`, `published_figures.csv` and `hypotheses.csv`;
        by default the ledger that comes with carekit, which is read once.

    Returns
    -------
    Ledger

    Raises
    ------
    InputError
        If a file is missing or cannot be read.
    SchemaError
        If a column is missing or rows break the codebook; one message for all faults.

    Examples
    --------
    >>> from carekit import load_ledger
    >>> load_ledger()
    <Ledger: 440 figures (21 corrected), 68 studies, 5 articles, 31 hypotheses>
    """
    if folder is not None:
        return _read(Path(folder))
    home = data_folder("claims")
    written = tuple((home / f"{name}.csv").stat().st_mtime_ns for name in KEYS)
    return _read_once(home, written)


@lru_cache(maxsize=1)
def _read_once(home: Path, written: tuple[int, ...]) -> Ledger:
    """The ledger of carekit, read again only after its files changed: a ledger never does."""
    return _read(home)


def _read(home: Path) -> Ledger:
    tables = {name: read_file(home / f"{name}.csv") for name in KEYS}
    return Ledger(
        figures=tables["published_figures"],
        studies=tables["studies"],
        articles=tables["articles"],
        hypotheses=tables["hypotheses"],
    )


def _plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain Python values: missing cells as None, dates as dates."""
    ready = {
        column: [
            None
            if pd.isna(cell)
            else cell.date()
            if isinstance(cell, pd.Timestamp)
            else cell.item()
            if hasattr(cell, "item")
            else cell
            for cell in frame[column]
        ]
        for column in frame.columns
    }
    return [dict(zip(ready, row, strict=True)) for row in zip(*ready.values(), strict=True)]
