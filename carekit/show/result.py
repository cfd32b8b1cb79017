"""What a measure gives: a frame that knows what it is, and stays a frame for everything else."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.dataset.atomic import replacing, write_text
from carekit.errors import InputError, MissingExtraError
from carekit.show.facts import Facts, facts_of, flags_of
from carekit.show.numbers import number
from carekit.show.pictures import Picture
from carekit.show.plots import (
    plot_definitions,
    plot_differences,
    plot_estimates,
    plot_rank_sets,
    plot_sums,
)
from carekit.show.plots_many import plot_against, plot_funnel, plot_heat
from carekit.show.plots_time import plot_curves, plot_trend
from carekit.show.refused import Refused
from carekit.show.safe import clean
from carekit.show.style import figure_of
from carekit.show.tables import ReadableTable, table_result, too_wide
from carekit.show.text import format_frame, plain
from carekit.show.wording import glossary, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Facts", "Result", "glossary"]
SHOWN = 40  # rows that a notebook shows
SUFFIXES = (".csv", ".html", ".json", ".md", ".png", ".svg", ".tex", ".xlsx")
PLOTS: dict[str, Callable[..., Any]] = {
    "estimates": plot_estimates,
    "differences": plot_differences,
    "definitions": plot_definitions,
    "ranks": plot_rank_sets,
    "sums": plot_sums,
    "trend": plot_trend,
    "curves": plot_curves,
    "heat": plot_heat,
    "funnel": plot_funnel,
    "against": plot_against,
}


class Result(pd.DataFrame):
    """A tidy frame with the facts that its numbers are of.

    Everything that a DataFrame does works; what selects or orders rows and columns keeps the
    facts, what makes other numbers (a merge, a sum of groups) drops them.

    Parameters
    ----------
    data : DataFrame or what makes one
    facts : Facts, optional
        Those of `data` by default, if it has some.

    Attributes
    ----------
    facts : Facts
    frame : pandas.DataFrame
        A plain copy, without facts.

    Examples
    --------
    >>> rates = Result({"network": ["x"], "n": [1200], "estimate": [0.301]},
    ...                facts=Facts("answer rate", denominator="requests", synthetic=True))
    >>> rates.query("n > 100").facts.denominator
    'requests'
    """

    _metadata = ["_facts"]  # noqa: RUF012 - what pandas hands on
    _facts: Facts | None = None

    def __init__(self, data: Any = None, *args: Any, facts: Facts | None = None, **options: Any):
        super().__init__(data, *args, **options)  # type: ignore[call-arg]
        facts = facts if facts is not None else getattr(data, "_facts", None)
        if facts is not None:
            self._facts = facts
            self.attrs["note"] = facts.note

    @property
    def _constructor(self) -> Any:
        return Result

    @property
    def facts(self) -> Facts:
        return facts_of(self)

    def with_facts(self, **changes: Any) -> Result:
        """The same numbers with other facts, such as `measure="share of first answers"`."""
        return Result(self.frame, facts=replace(self.facts, **changes))

    def tally(self, rows: str, columns: str, *, n: str = "", shares: bool = False) -> Result:
        """Counts of the rows by two columns, under the facts of the result.

        Parameters
        ----------
        rows, columns : str
            Columns; a row of the tally for each value of the first, a column for each of the second.
        n : str
            Column of counts to add up; the rows are counted otherwise.
        shares : bool
            Shares of each column instead of counts, the number behind it in its heading.

        Examples
        --------
        >>> made = Result({"a": ["x", "x", "y"], "b": ["u", "v", "u"]}, facts=Facts("posts"))
        >>> made.tally("a", "b").values.tolist()
        [['x', 1, 1], ['y', 1, 0]]
        """
        counted = self.frame.assign(_n=self[n] if n else 1)
        table = counted.pivot_table(index=rows, columns=columns, values="_n", aggfunc="sum",
                                    fill_value=0, dropna=False)  # fmt: skip
        named = {c: label(columns, c, self.facts.lang) for c in table.columns}
        if shares:
            totals = {c: number(table[c].sum(), self.facts.lang) for c in table.columns}
            named = {c: f"{name} (n = {totals[c]})" for c, name in named.items()}
            table = table / table.sum()
        made = table.rename(columns=named).rename_axis(columns=None).reset_index()
        unit = "share" if shares else "count"
        facts = replace(self.facts, unit=unit, conf_level=None, by=(rows, columns),
                        units=dict.fromkeys(named.values(), unit))  # fmt: skip
        return Result(made, facts=facts)

    def pipe(self, step: Callable[..., Any], /, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        """`step(self, ...)`; a frame that comes out of it keeps the facts of this one."""
        made = step(self, *args, **options)
        plain_frame = isinstance(made, pd.DataFrame) and getattr(made, "_facts", None) is None
        return Result(made, facts=self._facts) if plain_frame else made

    @property
    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self, copy=True)

    # ------------------------------------------------------------------------------- for reading

    def table(self, caption: str = "", *, columns: Sequence[str] | None = None) -> ReadableTable:
        """For reading: units said, limits in one cell, the facts below.

        Parameters
        ----------
        caption : str
            Stands before the facts, which are always there.
        columns : sequence of str, optional
            Which, in which order; ``ci_low`` stands for the interval.
        """
        return table_result(self, caption=caption, columns=columns)

    def plot(self, file: str = "", /, **options: Any) -> Any:  # type: ignore[override]
        """Draw it: estimates with their intervals and n, under its caption and words.

        Parameters
        ----------
        file : str
            Name of the files that `CAREKIT_FIGURES` asks for.
        **options
            Of `carekit.show.plots.plot_estimates`.
        """
        return self.draw(plot_estimates, file, **options)

    def draw(self, plot: str | Callable[..., Axes], file: str = "", /, **options: Any) -> Any:
        """Draw it with another plot of carekit, under the same caption and words.

        Parameters
        ----------
        plot : str or callable
            A word of `PLOTS`: differences, definitions, ranks, sums, trend, curves, heat, funnel,
            against; or a function from a frame to Axes.
        file : str
            Name of the files that `CAREKIT_FIGURES` asks for.
        **options
            Of that plot.
        """
        if isinstance(plot, str):
            if plot not in PLOTS:
                raise InputError(
                    f"`plot` is {plot!r}; expected one of: {', '.join(PLOTS)}. Use one."
                )
            plot = PLOTS[plot]
        if self.empty:
            return Refused("there is nothing of this kind to draw.")
        drawn = plot(self, **options)
        figure: Any = figure_of(drawn)
        caption = " ".join([self.facts.caption(flags_of(self)), *too_wide(self, self.facts)])
        return Picture(drawn, getattr(figure, "carekit_alt", caption), caption, file)

    def __repr__(self) -> str:
        if self._facts is None:
            return super().__repr__()
        return repr(self.head(SHOWN)._table_with_the_rest(len(self)))

    def _repr_html_(self) -> str | None:
        if self._facts is None:
            return super()._repr_html_()  # type: ignore[misc]
        return self.head(SHOWN)._table_with_the_rest(len(self))._repr_html_()

    def _table_with_the_rest(self, n_rows: int) -> ReadableTable:
        more = n_rows - len(self)
        return self.table(self.facts.say("rows", len(self), n_rows) if more else "")

    def cite(self) -> str:
        """One sentence for a list of sources: what, of which data, by which version."""
        from carekit import __version__

        facts = self.facts
        defined = f"Definition: {facts.definition}." if facts.definition else ""
        what = [facts.heading, facts.data, defined, f"Computed with carekit {__version__}."]
        return clean(" ".join(part for part in what if part))

    # ----------------------------------------------------------------------------- for other tools

    def to_latex(self, path: str | Path | None = None, **options: Any) -> str:  # type: ignore[override]
        """A LaTeX table (booktabs) with its caption; options as in `table`."""
        return _given(self.table(**options).latex(), path)

    def to_markdown(self, path: str | Path | None = None, **options: Any) -> str:  # type: ignore[override]
        """A Markdown table under its caption; options as in `table`."""
        return _given(self.table(**options).markdown(), path)

    def to_excel(self, path: str | Path) -> None:  # type: ignore[override,misc]
        """A workbook: the numbers in full precision, and a sheet with the facts. Text stays text.

        Raises
        ------
        MissingExtraError
            Without XlsxWriter, of the extra `report`.
        """
        try:
            import xlsxwriter
        except ImportError as error:
            raise MissingExtraError("xlsxwriter", "report", "An Excel file") from error
        plain_text = {f"strings_to_{kind}": False for kind in ("formulas", "urls", "numbers")}
        with replacing(Path(path)) as temporary:
            book = xlsxwriter.Workbook(str(temporary), plain_text)
            _write(book.add_worksheet("result"), [list(self.columns), *self.frame.to_numpy()])
            about = [["about", ""], *self._about()]
            _write(book.add_worksheet("about"), about)
            book.close()

    def _about(self) -> list[list[Any]]:
        facts = self.facts
        rows = [["cite", self.cite()], *([k, _words(v)] for k, v in facts.as_dict().items())]
        return [*rows, *([flag, glossary().get(flag, "")] for flag in flags_of(self))]

    def as_json(self) -> str:
        """The rows and the facts, as one JSON object."""
        flags = {flag: glossary().get(flag, "") for flag in flags_of(self)}
        facts = json.dumps(self.facts.as_dict() | {"flags": flags}, ensure_ascii=False)
        return f'{{"facts": {facts},\n"rows": {format_frame(self, format="json")}}}\n'

    def save(self, path: str | Path, **options: Any) -> Path:
        """Write it as the ending of the name says; a CSV gets its facts in a file beside it.

        Parameters
        ----------
        path : path
            Ends in .csv, .json, .xlsx, .md, .tex, .html, .svg or .png (the last two: `plot`).
        **options
            Of `table` or `plot`.
        """
        path = Path(path)
        kind = path.suffix.lower()
        if kind not in SUFFIXES:
            raise InputError(
                f"`path` is {str(path)!r}, which ends in {kind!r}; expected one of: "
                f"{', '.join(SUFFIXES)}. Choose the ending that you want."
            )
        if kind == ".xlsx":
            self.to_excel(path)
        elif kind in {".svg", ".png"}:
            self.plot(**options).save(path)
        elif kind == ".html":
            body = self.table(**options)._repr_html_()
            title = escape(clean(self.facts.heading))
            head = f'<!doctype html>\n<meta charset="utf-8"><title>{title}</title>\n'
            write_text(path, f"{head}{body}\n")
        elif kind == ".csv":
            write_text(path, format_frame(self, format="csv") + "\n")
            facts = json.dumps(self.facts.as_dict(), ensure_ascii=False, indent=1)
            write_text(path.with_suffix(".facts.json"), facts + "\n")
        else:
            made = {".json": self.as_json, ".md": self.to_markdown, ".tex": self.to_latex}[kind]
            write_text(path, made(**options))
        return path


def _given(text: str, path: str | Path | None) -> str:
    if path is not None:
        write_text(Path(path), text)
    return text


def _write(sheet: Any, rows: Sequence[Sequence[Any]]) -> None:
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            value = plain(value)
            if isinstance(value, bool):
                sheet.write_boolean(y, x, value)
            elif isinstance(value, int | float):
                sheet.write_number(y, x, value)
            elif value is not None:
                sheet.write_string(y, x, clean(_words(value))[:32767])


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{k}: {v}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
