"""Figures of survey estimates that `carekit.show.plots` does not draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carekit.dataset.schema import require_columns
from carekit.errors import InputError
from carekit.show.style import HINT, MARKERS, PALETTE, new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_waves(
    table: pd.DataFrame,
    *,
    year: str = "year",
    mode: str = "mode",
    printed: str | None = "printed",
    ylabel: str = "share of all people (95 % interval)",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """A share over the waves of a survey, each labelled by how people were asked.

    Parameters
    ----------
    table : DataFrame
        One row a wave: `year`, `mode`, estimate, ci_low, ci_high, and `printed` where the value
        as printed had another base. No line joins the waves: a change of mode would look like a
        change of people.
    year, mode : str
        Columns of the year and of the mode; each mode has a colour and a marker.
    printed : str, optional
        Column of the values as printed, drawn as crosses where they differ from `estimate`.
    ylabel, title : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    needed = [year, mode, "estimate", "ci_low", "ci_high", *([printed] if printed else [])]
    require_columns(table, needed, what="table", hint=HINT)
    if table.empty:
        raise InputError("`table` has no rows; a figure needs at least one wave to draw.")
    ax = ax or new_axes()
    for k, name in enumerate(dict.fromkeys(table[mode])):
        part = table[table[mode] == name]
        colour = PALETTE[k % len(PALETTE)]
        for x, low, high in zip(part[year], part["ci_low"], part["ci_high"], strict=True):
            ax.plot([x, x], [low, high], color=colour, linewidth=2, solid_capstyle="butt")
        ax.plot(
            part[year],
            part["estimate"],
            linestyle="none",
            marker=MARKERS[k % len(MARKERS)],
            markersize=7,
            color=colour,
            label=str(name),
        )
    if printed:
        moved = table[(table[printed] - table["estimate"]).abs() > 1e-9]
        if len(moved):
            ax.plot(
                moved[year],
                moved[printed],
                linestyle="none",
                marker="x",
                markersize=8,
                color="#444444",
                label="as printed, on another base",
            )
    top = max(table["ci_high"].max(), table[printed].max() if printed else 0)
    ax.set(ylim=(0, 1.15 * top), ylabel=ylabel, title=title)
    years = sorted({int(y) for y in table[year]})
    ticks = list(range(years[0], years[-1] + 1))
    ax.set_xticks(ticks, [str(t) for t in ticks])
    ax.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    return ax
