"""Figures of waits that `carekit.show.plots` does not draw: on a logarithmic axis of time."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from carekit.dataset.schema import require_columns
from carekit.errors import InputError
from carekit.show.style import HINT, MARKERS, PALETTE, PUBLISHED, new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Minutes where a reader looks, and how they are called.
TICKS = {
    1: "1 min",
    10: "10 min",
    60: "1 h",
    120: "2 h",
    480: "8 h",
    1440: "1 day",
    4320: "3 days",
    10080: "7 days",
    43200: "30 days",
}
STEPS = 400  # of a drawn curve
DODGE = 1.05  # points that share a time stand side by side
LINE = 0.03  # height of a line of small type, as a share of the axis


def plot_expectations(
    curves: pd.DataFrame,
    expected: pd.DataFrame,
    *,
    series: str,
    shortest: float = 10,
    longest: float = 10080,
    xlabel: str = "time since the request",
    ylabel: str = "share",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """What people expect against what they get: shares expecting and shares answered by a time.

    Parameters
    ----------
    curves : pandas.DataFrame
        As `carekit.wait_curve` gives: `series`, minutes, survival,
        ci_low, ci_high; drawn as the share answered by that time, with its band.
    expected : pandas.DataFrame
        One row a share of people who expect an answer by a time: source (a marker each), minutes,
        estimate, ci_low, ci_high (missing where none was published) and name (written beside it).
        Points of the same minutes stand side by side: without an interval left of it, with one
        right of it.
    series : str
        Column with one value a curve; at most four, besides the markers.
    shortest, longest : float
        Ends of the axis, minutes.
    xlabel, ylabel, title : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    require_columns(curves, [series, "minutes", "survival", "ci_low", "ci_high"], what="curves",
                    hint=HINT)  # fmt: skip
    needed = ["source", "minutes", "estimate", "ci_low", "ci_high", "name"]
    require_columns(expected, needed, what="expected", hint=HINT)
    names = list(dict.fromkeys(curves[series].astype(str)))
    if len(names) > 4:
        raise InputError(
            f"`curves` has {len(names)} values of {series!r}; at most 4 curves can be told apart "
            "from the points. Choose fewer groups."
        )
    ax = ax or new_axes(height=4.6)
    # More steps than that cannot be seen, and would be written to the files all the same.
    x = np.geomspace(shortest, longest, STEPS)
    for k, name in enumerate(names):
        part = curves[curves[series].astype(str) == name]
        seen = np.searchsorted(part["minutes"], x, side="right")
        curve = [
            np.append(0, 1 - part[c].to_numpy(float))[seen]
            for c in ("survival", "ci_high", "ci_low")
        ]
        style = ("-", "--", "-.", ":")[k]
        ax.step(x, curve[0], where="post", color=PALETTE[k], linestyle=style,
                label=f"answered: {name}")  # fmt: skip
        ax.fill_between(x, curve[1], curve[2], step="post", color=PALETTE[k], alpha=0.15,
                        linewidth=0)  # fmt: skip
    beside, written = _side_by_side(expected)
    for k, source in enumerate(dict.fromkeys(expected["source"])):
        mine = (expected["source"] == source).to_numpy()
        part, at = expected[mine], beside[mine]
        colour = PUBLISHED if k == 0 else PALETTE[4 + k % 2]
        for low, high, x in zip(part["ci_low"], part["ci_high"], at, strict=True):
            ax.plot([x, x], [low, high], color=colour, linewidth=2, solid_capstyle="butt")
        ax.plot(
            at,
            part["estimate"],
            linestyle="none",
            marker=MARKERS[k % len(MARKERS)],
            markersize=6,
            color=colour,
            markerfacecolor=colour if part["ci_low"].notna().any() else "white",
            label=source,
        )
    for row, x, y in zip(expected.itertuples(index=False), beside, written, strict=True):
        right = x > row.minutes
        ax.annotate(
            str(row.name),
            (x, y),
            (6 if right else -6, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=7,
            color="#444444",
        )
    _time_axis(ax, shortest, longest)
    ax.set(ylim=(0, 1), xlabel=xlabel, ylabel=ylabel, title=title)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    return ax


def plot_times(
    table: pd.DataFrame,
    *,
    label: str,
    statistics: Mapping[str, str],
    lines: Mapping[str, float] | None = None,
    xlabel: str = "minutes from request to answer",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Several statistics of the same waits, one line a group: how far a mean is from a median.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a group: `label`, n, and the columns of `statistics`, in minutes above 0.
    label : str
        Column that names the groups, drawn from top to bottom.
    statistics : mapping of str to str
        Column to what the legend calls it; a colour and a marker each.
    lines : mapping of str to float, optional
        Vertical lines: what they are called, and their minutes.
    xlabel, title : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    require_columns(table, [label, "n", *statistics], what="table", hint=HINT)
    if table.empty:
        raise InputError("`table` has no rows; a figure needs at least one group to draw.")
    ax = ax or new_axes(height=1.6 + 0.32 * len(table))
    rows = np.arange(len(table))
    values = table[list(statistics)].to_numpy(float)
    for at, low, high in zip(rows, np.nanmin(values, axis=1), np.nanmax(values, axis=1),
                             strict=True):  # fmt: skip
        ax.plot([low, high], [at, at], color="#BBBBBB", linewidth=1.5, zorder=1)
    for k, (column, name) in enumerate(statistics.items()):
        ax.plot(table[column], rows, linestyle="none", marker=MARKERS[k], markersize=7,
                color=PALETTE[k], label=name)  # fmt: skip
    for name, minutes in (lines or {}).items():
        ax.axvline(minutes, color=PUBLISHED, linestyle="--", linewidth=1)
        ax.annotate(name, (minutes, -0.6), (3, 0), textcoords="offset points", fontsize=8)
    for n, at in zip(table["n"], rows, strict=True):
        ax.annotate(f"n = {int(n):,}".replace(",", " "), (1.01, at),
                    xycoords=("axes fraction", "data"), va="center", fontsize=8,
                    color="#444444")  # fmt: skip
    drawn = [*values[np.isfinite(values)], *(lines or {}).values()]
    _time_axis(ax, min(drawn) / 1.5, max(drawn) * 1.5)
    ax.set(ylim=(len(table) - 0.4, -0.9), xlabel=xlabel, title=title)
    ax.set_yticks(rows, table[label].astype(str))
    ax.grid(visible=False, axis="y")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False)
    return ax


def plot_mean_against_share(
    table: pd.DataFrame,
    *,
    mean: str,
    share: str,
    limit: float,
    size: str = "n",
    xlabel: str,
    ylabel: str,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """One point a brand: its mean wait, and the share that was answered within a limit.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a brand: `mean` (minutes above 0), `share` (0 to 1), `size` (number of requests,
        which sets the area of the point).
    mean, share, size : str
    limit : float
        Minutes of the limit: drawn as a vertical line, brands left of it are filled.
    xlabel, ylabel, title : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    require_columns(table, [mean, share, size], what="table", hint=HINT)
    if table.empty:
        raise InputError("`table` has no rows; a figure needs at least one brand to draw.")
    ax = ax or new_axes(height=4.2)
    largest = float(table[size].max())
    below = (table[mean] < limit).to_numpy()
    kinds = ((below, PALETTE[0], PALETTE[0], "o", "mean below the limit"),
             (~below, "white", PALETTE[1], "s", "mean at the limit or above"))  # fmt: skip
    for mine, face, edge, marker, name in kinds:
        part = table[mine]
        first = True
        for x, y, n in zip(part[mean], part[share], part[size], strict=True):
            ax.plot([x], [y], linestyle="none", marker=marker, color=edge, markerfacecolor=face,
                    markersize=4 + 9 * np.sqrt(n / largest), alpha=0.8,
                    label=f"{name} ({len(part)})" if first else "_")  # fmt: skip
            first = False
    ax.axvline(limit, color=PUBLISHED, linestyle="--", linewidth=1)
    finite = table[mean].dropna()
    _time_axis(ax, min(finite.min(), limit) / 1.5, max(finite.max(), limit) * 1.5)
    ax.set(ylim=(0, 1), xlabel=xlabel, ylabel=ylabel, title=title)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    return ax


def _side_by_side(expected: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Where points of one time stand, and the height of their names: printed ones left of it."""
    at = expected["minutes"].to_numpy(float).copy()
    written = expected["estimate"].to_numpy(float).copy()
    measured = expected["ci_low"].notna().to_numpy()
    for minutes in np.unique(at):
        for side in (measured, ~measured):
            mine = np.flatnonzero(side & (expected["minutes"] == minutes).to_numpy())
            mine = mine[np.argsort(written[mine], kind="stable")]
            step = DODGE if side is measured else 1 / DODGE
            at[mine] = minutes * step ** (1 + np.arange(len(mine)) % 2)
            for below, this in pairwise(mine):
                written[this] = max(written[this], written[below] + LINE)
    return at, written


def _time_axis(ax: Axes, shortest: float, longest: float) -> None:
    ax.set_xscale("log")
    ticks = {m: name for m, name in TICKS.items() if shortest <= m <= longest}
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.set_xticks([], minor=True)
    ax.set_xlim(shortest, longest)
