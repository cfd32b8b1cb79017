"""How carekit's figures look. Sets no global option: each plot is drawn under the style sheet."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from carekit.dataset.schema import require_columns
from carekit.errors import InputError, MissingExtraError
from carekit.show import numbers
from carekit.show.facts import Facts, facts_of
from carekit.show.safe import clean

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHEET = Path(__file__).with_name("carekit.mplstyle")
# Okabe and Ito 2008, in the order of the style sheet; yellow last, it is pale on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
PUBLISHED, MUTED, ACCENT = "#000000", "#53606c", "#0b5cad"
LONGEST_BASE = 180  # signs
WIDTH = 5.8  # inches: readable when a phone shrinks it
HINT = "Pass the frame that a carekit measure gives."
# Minutes where a reader looks on an axis of time.
_MOMENTS = (1 / 60, 1 / 6, 1, 5, 15, 60, 240, 480, 1440, 4320, 10080, 43200, 129600, 525600)
# The columns that order themselves: a figure never sorts them by value.
ORDERED = frozenset(
    "age age_group year quarter month week day weekday hour period wave rating stars step rank "
    "event_time minutes definition generation".split()
)
Plot = TypeVar("Plot", bound=Callable[..., Any])


@contextmanager
def style_sheet() -> Iterator[None]:
    """Everything drawn or rendered inside looks like carekit; outside nothing changes."""
    try:
        from matplotlib import rc_context
    except ImportError as error:
        raise MissingExtraError("matplotlib", "figures", "A figure") from error
    with rc_context(_read_sheet()):
        yield


@cache
def _read_sheet() -> Any:
    """The style sheet, read once: ten drawings of a report ask for it a hundred times."""
    from matplotlib import rc_params_from_file

    return rc_params_from_file(SHEET, use_default_template=False)


def new_axes(height: float = 3.6) -> Any:
    """The Axes of a figure of its own, in the style of carekit."""
    with style_sheet():
        from matplotlib.figure import Figure

        return Figure(figsize=(WIDTH, height)).subplots()


def figure_of(drawn: Axes | Figure) -> Figure:
    """The figure that an Axes belongs to."""
    figure = drawn if hasattr(drawn, "savefig") else drawn.figure
    return figure  # type: ignore[return-value]


def styled(plot: Plot) -> Plot:
    """A plot of a table: drawn under the style sheet, with a mark where the data are synthetic.

    Adds three options: `title` (a headline above), `footer` (False: nothing below; the caller
    says the source), `ax` (where to draw: then neither is written).
    """

    @wraps(plot)
    def drawing(
        table: pd.DataFrame,
        *args: Any,
        title: str = "",
        footer: bool = True,
        ax: Axes | None = None,
        **options: Any,
    ) -> Axes:
        if not len(table):
            raise InputError("`table` has no rows; a figure needs at least one row to draw.")
        facts = facts_of(table)
        with style_sheet():
            drawn: Axes = plot(table, *args, ax=ax, **options)
            if facts.synthetic:
                look: dict[str, Any] = {
                    "fontsize": 22,
                    "color": MUTED,
                    "alpha": 0.13,
                    "zorder": 3 if drawn.images else 0,
                }
                drawn.text(0.5, 0.5, facts.say("mark"), transform=drawn.transAxes, ha="center",
                           va="center", fontweight="bold", **look)  # fmt: skip
            if ax is None:
                _write_around(figure_of(drawn), facts, title=title, footer=footer)
        return drawn

    return drawing  # type: ignore[return-value]


def _write_around(figure: Figure, facts: Facts, *, title: str, footer: bool) -> None:
    width = figure.get_size_inches()[0]
    if title := clean(title):
        lines = textwrap.fill(title, int(width * 11))
        figure.suptitle(lines, x=0.01, ha="left", fontsize=10.5, fontweight="bold")
    if footer and (below := footer_of(facts)):
        lines = textwrap.fill(below, int(width * 17.5))
        figure.supxlabel(lines, x=0.01, ha="left", fontsize=7, color=MUTED)


def footer_of(facts: Facts) -> str:
    """What a drawing says of itself when it is copied without its caption."""
    long = facts.say("of", facts.denominator) if facts.denominator else " ".join(facts.notes[:1])
    of = textwrap.shorten(long, LONGEST_BASE, placeholder=" …")  # the caption has all of it
    level = facts.say("limits", facts.level) if facts.conf_level is not None else ""
    return clean(" ".join(part for part in (of, level, facts.data) if part))


def needs(table: pd.DataFrame, *columns: str) -> None:
    """Refuse a table that lacks a column, naming those it has."""
    require_columns(table, [c for c in columns if c], what="table", hint=HINT)


def note_drawn(ax: Axes, table: pd.DataFrame, alt: str) -> Axes:
    """Keep with a figure what it draws and its words for those who cannot see it."""
    figure: Any = figure_of(ax)
    figure.carekit_table = table.reset_index(drop=True)
    figure.carekit_alt = alt
    return ax


def write_values(ax: Axes, texts: Iterable[str], y: Iterable[float]) -> None:
    """Texts in the margin at the right of their marks."""
    for text, at in zip(texts, y, strict=True):
        ax.annotate(text, (1.01, at), xycoords=("axes fraction", "data"), va="center", fontsize=8,
                    color=MUTED)  # fmt: skip


def legend_above(ax: Axes, columns: int = 3) -> None:
    """The legend between headline and drawing, each name once; none for a single nameless mark."""
    handles, names = ax.get_legend_handles_labels()
    shown = {name: handle for handle, name in zip(handles, names, strict=True) if name}
    if shown:
        fits = max(1, 52 // (max(map(len, shown)) + 6))
        ax.legend(shown.values(), shown.keys(), loc="lower left", bbox_to_anchor=(0, 1.0),
                  ncols=min(columns, fits, len(shown)), borderaxespad=0.2)  # fmt: skip


def unit_axis(
    ax: Axes,
    values: Iterable[Any],
    unit: str,
    lang: str,
    *,
    along: str = "x",
    from_zero: bool = True,
) -> None:
    """An axis in its unit, as wide as the values need: no mark is cut at its ends."""
    found = np.array([float(v) for v in values if numbers.known(v)])
    low, high = (found.min(), found.max()) if len(found) else (0.0, 1.0)
    axis = ax.xaxis if along == "x" else ax.yaxis
    limit = ax.set_xlim if along == "x" else ax.set_ylim
    if unit == "minutes" and low > 0 and high / low > 20:
        getattr(ax, f"set_{along}scale")("log")
        limit(low / 1.4, high * 1.4)
        ticks = [m for m in _MOMENTS if low / 1.4 <= m <= high * 1.4]
        axis.set_ticks(ticks, [tick_text(m, unit, lang) for m in ticks])
        axis.set_ticks([], minor=True)
        return
    if from_zero and unit in {"share", "count", "minutes"}:
        low = 0.0
    elif unit == "points":
        low, high = min(low, 0.0), max(high, 0.0)
    room = 0.04 * ((high - low) or 1.0)
    limit(low - room, high + room)
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if unit == "rank":
        axis.set_ticks(np.arange(1, high + 1, max(1, round(high / 8))))
    else:
        steps = [1, 2, 5, 10] if unit == "count" else [1, 2, 2.5, 5, 10]
        axis.set_major_locator(MaxNLocator(6, steps=steps, integer=unit == "count"))
    axis.set_major_formatter(FuncFormatter(partial(tick_of, unit, lang)))


def tick_of(unit: str, lang: str, value: float, _position: int = 0) -> str:
    return tick_text(value, unit, lang)


def tick_text(value: float, unit: str, lang: str) -> str:
    """A value on an axis: as short as it can be said."""
    if unit in {"share", "points"}:
        whole = abs(100 * value - round(100 * value)) < 1e-6
        text = numbers.digits(100 * value, 0 if whole else 1, lang)
        sign = "+" if unit == "points" and value > 1e-9 else ""
        return f"{sign}{text}{numbers.NO_BREAK}%" if unit == "share" else f"{sign}{text}"
    if unit == "minutes":
        name = "d" if value >= 1440 else "h" if value >= 60 else "min" if not 0 < value < 1 else "s"
        text = numbers.duration(value, unit=name, lang=lang)
        return text.replace(".0", "").replace(",0", "")
    if unit == "rank":
        return numbers.rank(value, lang) if value >= 1 else ""
    return numbers.number(value, lang) if value else "0"
