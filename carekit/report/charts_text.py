"""The letters of a drawing once it is drawn: for a phone, for long names, for English readers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from textwrap import fill
from typing import TYPE_CHECKING, Any

from carekit.show.numbers import NARROW, NO_BREAK
from carekit.show.wording import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PHONE = 3.5  # inches


def narrowed(made: Figure, kind: str) -> None:
    """The same drawing for a phone: names and numbers in two lines, every third place of time."""
    height = made.get_size_inches()[1]
    lines = kind in {"estimates", "differences", "definitions", "rank_sets"}
    made.set_size_inches(PHONE, height * 1.35 if lines else max(height * 0.9, 3.0))
    for ax in made.axes:
        crowded = kind == "heat" and len(ax.get_xticks()) > 12
        for text in ax.texts:
            big = float(text.get_fontsize()) > 15  # the mark of generated data
            text.set_text(text.get_text().replace("  (", "\n("))
            text.set_fontsize(13 if big else 4.8 if crowded else 7)
        if lines:
            named = [fill(t.get_text(), 15) for t in ax.get_yticklabels()]
            ax.set_yticks(ax.get_yticks(), named)
        for label_ in [*ax.get_yticklabels(), *ax.get_xticklabels()]:
            label_.set_fontsize(7.5)
        every = {"trend": 3, "curves": 2}.get(kind, 1)
        for i, tick in enumerate(ax.get_xticklabels()):
            tick.set_visible(i % every == 0)
        for axis in (ax.xaxis, ax.yaxis):
            axis.label.set_fontsize(7.5)
        if legend := ax.get_legend():
            for text in legend.get_texts():
                text.set_fontsize(7)


def whole_names(ax: Axes, names: Iterable[str]) -> None:
    whole = {short(name): fill(name, 30) for name in names}
    said = [whole.get(t.get_text(), t.get_text()) for t in ax.get_yticklabels()]
    ax.set_yticks(ax.get_yticks(), said)


def british(made: Figure) -> None:
    """Thousands and per cents as the English report writes them elsewhere."""
    from matplotlib.ticker import FixedFormatter, FuncFormatter

    axis: Any
    for ax in made.axes:
        for axis in (ax.xaxis, ax.yaxis):
            form = axis.get_major_formatter()
            if isinstance(form, FuncFormatter) and form.func is not None:
                axis.set_major_formatter(FuncFormatter(partial(_formed, form.func)))
            elif isinstance(form, FixedFormatter):
                form.seq = [_mended(text) for text in form.seq]
        for text in [*ax.texts, ax.xaxis.label, ax.yaxis.label]:
            text.set_text(_mended(text.get_text()))


def _mended(text: str) -> str:
    text = re.sub(rf"(?<=\d){NARROW}(?=\d)", ",", text)
    return text.replace(f"{NO_BREAK}%", "%")


def _formed(form: Any, value: float, position: int | None = None) -> str:
    """At the top of the module, so that a figure can be copied with its axes."""
    return _mended(form(value, position))
