"""Tidy frames → tables that people read. A table formats; it never calculates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

from carekit.dataset.schema import require_columns
from carekit.show import safe
from carekit.show.facts import Facts, facts_of, flags_of
from carekit.show.numbers import MISSING, duration, interval, percent, say
from carekit.show.text import draw_table, plain, readable
from carekit.show.wording import heading, label, said

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReadableTable", "column_unit", "duration", "percent", "table_estimates", "table_result"]

# In the unit of the estimate, whatever that is.
AS_ESTIMATE = frozenset(
    "estimate measured ci_low ci_high published published_low published_high planted truth naive "
    "uncorrected human_estimate lower_bound upper_bound".split()
)
SHARES = frozenset("share unweighted weighted share_first share_second share_leaving".split())
# Estimates in minutes: their interval is one of times.
IN_MINUTES = frozenset({"median_minutes", "wait_minutes", "restricted_mean_minutes"})
WIDE = 0.9  # of all that a share can be
BESIDE = (
    "position:sticky;left:.6em;max-width:calc(100vw - 3em)"  # what stands below a row, on a phone
)
BELOW = frozenset({"why", "real counts"})
LONG = 100  # characters: a column with such a cell stands below its row, not in a narrow column
# In the frame, and in a table if asked for.
DETAIL = frozenset(
    "conf_level std_error statistic df deff n_eff clusters critical_value adjustment family_size "
    "draws seed n_b".split()
)
# Said below the table where rows have few different ones.
# column → so many different texts
SAID_BELOW = {"method": 4, "definition": 1, "comparable": 1, "target": 1, "other_target": 1}
# Further limits → their upper ends, in one cell under the name of the lower.
ENDS = {"next_low": "next_high", "other_low": "other_high"}
# Not shown where no row has a value.
IF_KNOWN = ("brand_sd", "other_estimate", *ENDS)


@dataclass(frozen=True)
class ReadableTable:
    """A formatted table: HTML in a notebook, plain text elsewhere, Markdown and LaTeX on demand.

    `caption` stands above, `notes` (one sentence each) below; `text` is the table alone as text. In
    HTML, long cells (such as why) stand in a line of their own below their row.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    text: str
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        said, below = _html(self.caption), _html(" ".join(self.notes))
        sides = [_side(right) for right in self.numeric]
        long = {
            i
            for i, cells in enumerate(zip(*self.rows, strict=True))
            if self.headings[i] in BELOW or max(map(len, cells)) > LONG
        }
        short = [i for i in range(len(sides)) if i not in long]
        head = "".join(
            f'<th scope="col" style="text-align:{sides[i]}">{_html(self.headings[i])}</th>'
            for i in short
        )
        body = ""
        for row in self.rows:
            below_it = [
                f"<em>{_html(self.headings[i])}:</em> {_html(row[i])}"
                for i in sorted(long)
                if row[i] not in ("", MISSING)
            ]
            line = ";border-bottom:0" if below_it else ""
            cells = (f'<td style="text-align:{sides[i]}{line}">{_html(row[i])}</td>' for i in short)
            body += f"<tr>{''.join(cells)}</tr>"
            if below_it:  # as wide as the screen at most, and in sight when the table is scrolled
                text = f'<div style="{BESIDE}">{"<br>".join(below_it)}</div>'
                body += f'<tr><td colspan="{len(short)}" style="text-align:left">{text}</td></tr>'
        # The caption is no <caption>, which would be as narrow as the table. `$` is no maths.
        foot = f'<p style="max-width:60em;margin:.3em 0;font-size:smaller">{below}</p>'
        return (
            '<div class="tex2jax_ignore">'
            f'<p style="max-width:52em;margin:.3em 0"><em>{said}</em></p>'
            f'<table aria-label="{said}"><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table>{foot if below else ''}</div>"
        )

    def __repr__(self) -> str:
        return "\n".join(p for p in (self.caption, self.text, " ".join(self.notes)) if p)

    def markdown(self) -> str:
        """A pipe table between its caption and its notes."""
        line = ["---:" if right else "---" for right in self.numeric]
        rows = [[safe.markdown(cell) for cell in row] for row in (self.headings, *self.rows)]
        table = "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], line, *rows[1:]))
        parts = [safe.markdown(self.caption), table, safe.markdown(" ".join(self.notes))]
        return "\n\n".join(part for part in parts if part) + "\n"

    def latex(self) -> str:
        """A table environment with the rules of booktabs; notes below in small type."""
        lines = [[safe.latex(cell) for cell in row] for row in (self.headings, *self.rows)]
        body = [" & ".join(row) + r" \\" for row in lines]
        sides = "".join("r" if right else "l" for right in self.numeric)
        note = safe.latex(" ".join(self.notes))
        below = [rf"\par\smallskip\parbox{{\linewidth}}{{\small {note}}}"] if note else []
        return "\n".join([
            r"\begin{table}", r"\centering", rf"\caption{{{safe.latex(self.caption)}}}",
            rf"\begin{{tabular}}{{{sides}}}", r"\toprule", body[0], r"\midrule", *body[1:],
            r"\bottomrule", r"\end{tabular}", *below, r"\end{table}", "",
        ])  # fmt: skip


def table_result(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    columns: Sequence[str] | None = None,
) -> ReadableTable:
    """A result for reading: each column in its unit, the interval in one cell, the facts below."""
    facts = facts_of(frame)
    found = {c: list(dict.fromkeys(frame[c].dropna())) for c in SAID_BELOW if c in frame.columns}
    constant = [c for c, texts in found.items() if 0 < len(texts) <= SAID_BELOW[c]]
    flags = flags_of(frame)
    if columns is None:
        unknown = [c for c in IF_KNOWN if c in frame.columns and frame[c].isna().all()]
        hidden = {*DETAIL, *constant, *unknown, *([] if flags else ["flags"])}
        hidden |= {"brands"} if "brand_sd" in unknown else set()
        if "target" in found and "target" not in constant:  # a row for each: nothing is beside it
            hidden |= {"other_target", "other_estimate", "other_low", "other_high"}
        columns = [str(c) for c in frame.columns if c not in hidden]
    known = {"definition": facts.definition, "target": facts.target}
    told = [c for c in constant if not known.get(c)]
    said = {c: "; ".join(str(text) for text in found[c]) for c in told}
    below = [facts.say(c, safe.clean(text)) for c, text in said.items() if text]
    made = _table(frame, columns=columns, facts=facts)
    above = " ".join(part for part in (facts.heading, caption) if part)
    below += [*held(frame, "planted", facts), *too_wide(frame, facts)]
    return replace(made, caption=above, notes=(*facts.sentences(flags), *below))


def too_wide(frame: pd.DataFrame, facts: Facts) -> list[str]:
    """Why an interval covers nearly all that is possible, in a sentence; none if none does."""
    if facts.unit != "share" or not {"ci_low", "ci_high"} <= set(frame.columns):
        return []
    widest = (frame["ci_high"] - frame["ci_low"]).max()
    unit = facts.independent_unit or facts.say("units")
    return [facts.say("wide", unit)] if widest > WIDE else []


def held(frame: pd.DataFrame, column: str, facts: Facts) -> list[str]:
    """How many intervals hold the value of a column, in a sentence; none without that column."""
    if not {column, "ci_low", "ci_high"} <= set(frame.columns):
        return []
    bounded = frame.dropna(subset=[column, "ci_low", "ci_high"])
    inside = bounded[column].between(bounded["ci_low"], bounded["ci_high"])
    return [facts.say("held", int(inside.sum()), len(bounded))] if len(bounded) else []


def table_estimates(
    frame: pd.DataFrame,
    *,
    caption: str,
    columns: Sequence[str] | None = None,
    unit: str = "share",
) -> ReadableTable:
    """Estimates of a plain frame for reading: shares in per cent, the interval in one cell.

    Columns are shown by their names: those that end in ``_minutes`` as times, ``estimate``,
    ``share``, ``published`` and ``within_…`` as per cents, ``ci_low`` and ``ci_high`` together
    (``ci_low`` stands for both in `columns`). `caption` says the denominator, the source and the
    date; `unit` what ``estimate`` is.
    """
    known = facts_of(frame)
    facts = Facts(unit=unit, conf_level=known.conf_level)
    return replace(_table(frame, columns=columns, facts=facts), caption=caption)


def _table(frame: pd.DataFrame, *, columns: Sequence[str] | None, facts: Facts) -> ReadableTable:
    lang = facts.lang
    shown = list(columns) if columns is not None else [str(c) for c in frame.columns]
    require_columns(frame, shown, what="frame", hint="Choose among the columns found.")
    paired = "ci_low" in shown and "ci_high" in frame.columns
    if paired:
        shown = [c for c in shown if c != "ci_high"]
    both = {low: high for low, high in ENDS.items() if {low, high} <= {*frame.columns}}
    shown = [c for c in shown if both.get(c.replace("high", "low")) != c]
    if "estimate" not in frame.columns and not IN_MINUTES.isdisjoint(frame.columns):
        facts = replace(facts, unit="minutes")
    headings, cells, numeric = [], [], []
    for name in shown:
        if name in both or (name == "ci_low" and paired):
            headings.append(heading(name, lang) if name in both else facts.level)
            pairs = zip(frame[name], frame[both.get(name, "ci_high")], strict=True)
            ends = [(plain(low), plain(high)) for low, high in pairs]
            cells.append([interval(low, high, facts.unit, lang=lang) for low, high in ends])
            numeric.append(True)
        else:
            headings.append(heading(name, lang))
            unit = column_unit(name, facts.unit, facts.units)
            cells.append([_cell(name, value, unit, lang) for value in frame[name]])
            numeric.append(frame[name].dtype.kind in "iuf")
    rows = tuple(zip(*cells, strict=True)) if cells else ()
    text = draw_table(headings, [list(map(readable, row)) for row in rows], numeric)
    return ReadableTable("", tuple(headings), rows, tuple(numeric), text)


def column_unit(name: str, unit: str, units: Mapping[str, str] | None = None) -> str:
    """The unit of a column: declared, that of the estimate, or told by its name.

    >>> column_unit("ci_low", "points"), column_unit("wait_minutes", "share")
    ('points', 'minutes')
    """
    if units and name in units:
        return units[name]
    if name in AS_ESTIMATE:
        return unit
    if name.endswith("_minutes") and not name.startswith("within_"):
        return "minutes"
    if name in SHARES or name.startswith("within_"):
        return "share"
    if name.endswith("p_value") or name == "p_adjusted":
        return "p"
    return "count" if name == "n" or name.startswith("n_") else "number"


def _side(right: bool) -> str:
    return "right" if right else "left"


def _html(text: str) -> str:
    return escape(safe.clean(text))


def _cell(name: str, value: Any, unit: str, lang: str) -> str:
    value = plain(value)
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return said("yes" if value else "no", lang)
    if isinstance(value, str):
        return label(name, value, lang)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    if name == "conf_level":
        return f"{100 * value:g}\u00a0%"
    return str(value) if name == "year" else say(value, unit, lang=lang)
