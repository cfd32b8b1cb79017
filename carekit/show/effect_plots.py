"""Figures of differences and effects, which have a zero where rates have an axis from 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from carekit.dataset.schema import require_columns
from carekit.errors import InputError
from carekit.show.style import HINT, MARKERS, PALETTE, PUBLISHED, new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_effects(
    table: pd.DataFrame,
    *,
    label: str,
    series: str | None = None,
    planted: str | None = None,
    count: str = "n",
    count_of: str = "n",
    xlabel: str,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Differences with their intervals against zero, one line a group.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a group: `label`, estimate, ci_low, ci_high, `count`. An estimate without limits is
        drawn hollow. From top to bottom in the order of the rows.
    label : str
        Column that names the groups.
    series : str, optional
        Column that splits each group: a colour and a marker each.
    planted : str, optional
        Column of true values of a generated dataset, drawn as black bars to compare with.
    count, count_of : str
        Column of the numbers written at the right, and what they count.
    xlabel, title : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    needed = [label, count, "estimate", "ci_low", "ci_high"]
    needed += [c for c in (series, planted) if c]
    require_columns(table, needed, what="table", hint=HINT)
    if table.empty:
        raise InputError("`table` has no rows; a figure needs at least one difference to draw.")
    groups = list(dict.fromkeys(table[label].astype(str)))
    kinds = list(dict.fromkeys(table[series].astype(str))) if series else [""]
    ax = ax or new_axes(height=1.5 + 0.36 * len(groups) * min(len(kinds), 2))
    step = 0.6 / len(kinds)
    lines = table[label].astype(str).map({g: i for i, g in enumerate(groups)}).to_numpy(float)
    ax.axvline(0, color="#444444", linewidth=1)
    for k, kind in enumerate(kinds):
        mine = (
            (table[series].astype(str) == kind).to_numpy() if series else np.full(len(table), True)
        )
        part, y = table[mine], lines[mine] + (k - (len(kinds) - 1) / 2) * step
        colour = PALETTE[k % len(PALETTE)]
        bounded = part["ci_low"].notna().to_numpy()
        for low, high, at in zip(part["ci_low"], part["ci_high"], y, strict=True):
            ax.plot([low, high], [at, at], color=colour, linewidth=2, solid_capstyle="butt")
        look: dict[str, Any] = {
            "linestyle": "none",
            "marker": MARKERS[k % len(MARKERS)],
            "markersize": 6,
        }
        ax.plot(part["estimate"][bounded], y[bounded], color=colour, label=kind, **look)
        if not bounded.all():
            ax.plot(
                part["estimate"][~bounded],
                y[~bounded],
                color=colour,
                markerfacecolor="white",
                label="too few for limits",
                **look,
            )
        if planted:
            ax.plot(
                part[planted],
                y,
                linestyle="none",
                marker="|",
                markersize=13,
                markeredgewidth=2,
                color=PUBLISHED,
                label="planted" if k == len(kinds) - 1 else "_",
            )
        for number, at in zip(part[count], y, strict=True):
            ax.annotate(
                f"{count_of} = {int(number):,}".replace(",", " "),
                (1.01, at),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=8,
                color="#444444",
            )
    ax.set(ylim=(len(groups) - 0.4, -0.6), xlabel=xlabel, title=title)
    ax.set_yticks(range(len(groups)), groups)
    ax.grid(visible=False, axis="y")
    if series or planted or table["ci_low"].isna().any():
        handles, names = ax.get_legend_handles_labels()
        shown = {name: handle for handle, name in zip(handles, names, strict=True) if name}
        ax.legend(
            shown.values(),
            shown.keys(),
            loc="lower center",
            bbox_to_anchor=(0.5, 1.06 if title else 1.0),
            ncols=5,
            frameon=False,
        )
    return ax


def describe_effects(frame: pd.DataFrame, *, label: str) -> str:
    """Differences of shares in words, for the alternative text of a figure.

    Examples
    --------
    >>> import pandas as pd
    >>> effects = pd.DataFrame({"group": ["a", "b"], "estimate": [-0.18, 0.02],
    ...                         "ci_low": [-0.25, None], "ci_high": [-0.12, None]})
    >>> describe_effects(effects, label="group")
    'a -18.0 points (-25.0 to -12.0), b +2.0 points (no limits)'
    """
    words = []
    for row in frame.to_dict("records"):
        low, high = row["ci_low"], row["ci_high"]
        known = low == low and high == high and low is not None
        limits = f"{100 * low:+.1f} to {100 * high:+.1f}" if known else "no limits"
        words.append(f"{row[label]} {100 * row['estimate']:+.1f} points ({limits})")
    return ", ".join(words)


def plot_event_time(
    table: pd.DataFrame,
    *,
    effect: float | None = None,
    xlabel: str = "months since the start",
    ylabel: str,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Effects period by period around a start, against the period before it.

    Parameters
    ----------
    table : pandas.DataFrame
        As `carekit.inference.panels.staggered.event_time` gives it: event_time, estimate, ci_low,
        ci_high, n. The reference (event time -1) is drawn hollow, at 0.
    effect : float, optional
        True effect of a generated dataset, drawn from the start on.
    xlabel, ylabel, title : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    require_columns(table, ["event_time", "estimate", "ci_low", "ci_high"], what="table", hint=HINT)
    if table.empty:
        raise InputError("`table` has no rows; a figure needs at least one period to draw.")
    ax = ax or new_axes()
    ax.axhline(0, color="#444444", linewidth=1)
    ax.axvline(-0.5, color="#444444", linewidth=1, linestyle=":")
    times = table["event_time"].to_numpy(int)
    for k, (mine, name) in enumerate(((times < 0, "before"), (times >= 0, "from the start on"))):
        part = table[mine]
        for x, low, high in zip(part["event_time"], part["ci_low"], part["ci_high"], strict=True):
            ax.plot([x, x], [low, high], color=PALETTE[k], linewidth=2, solid_capstyle="butt")
        known = part[part["ci_low"].notna()]
        look: dict[str, Any] = {
            "linestyle": "none",
            "marker": MARKERS[k],
            "markersize": 7,
            "color": PALETTE[k],
        }
        ax.plot(known["event_time"], known["estimate"], label=name, **look)
        without = part[part["ci_low"].isna()]
        if len(without):
            ax.plot(without["event_time"], without["estimate"], markerfacecolor="white", **look)
    if effect is not None:
        ax.plot(
            [-0.5, times.max() + 0.5],
            [effect, effect],
            color=PUBLISHED,
            linewidth=2,
            label="planted",
        )
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.set_xticks(times)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    return ax
