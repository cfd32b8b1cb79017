"""Figures of the notebooks until they speak the new names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from carekit.dataset.schema import require_columns
from carekit.errors import InputError
from carekit.show.style import HINT, MARKERS, PALETTE, PUBLISHED, new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def plot_rates(
    table: pd.DataFrame,
    *,
    label: str,
    series: str | None = None,
    published: str | None = None,
    published_as: str = "published",
    xlabel: str = "share of requests answered (95 % interval)",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Rates with their intervals and n, one line a group.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a group: `label`, n, estimate, ci_low, ci_high (0 to 1), and the columns named
        below. Drawn from top to bottom in the order of the rows.
    label : str
        Column that names the groups.
    series : str, optional
        Column that splits each group (such as the network): a colour and a marker each.
    published : str, optional
        Column of published values, drawn as black bars to compare with.
    published_as : str
        What the legend calls them, such as "planted truth".
    xlabel, title : str
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
    """
    needed = [label, "n", "estimate", "ci_low", "ci_high"]
    needed += [c for c in (series, published) if c]
    require_columns(table, needed, what="table", hint=HINT)
    if table.empty:
        raise InputError("`table` has no rows; a figure needs at least one group to draw.")
    groups = list(dict.fromkeys(table[label].astype(str)))
    kinds = list(dict.fromkeys(table[series].astype(str))) if series else [""]
    if ax is None:
        ax = new_axes(height=1.5 + 0.32 * len(groups) * min(len(kinds), 2))
    step = 0.6 / max(len(kinds), 1)
    rows = table[label].astype(str).map({g: i for i, g in enumerate(groups)}).to_numpy(float)
    for k, kind in enumerate(kinds):
        mine = (
            (table[series].astype(str) == kind).to_numpy() if series else np.full(len(table), True)
        )
        part, y = table[mine], rows[mine] + (k - (len(kinds) - 1) / 2) * step
        colour = PALETTE[k % len(PALETTE)]
        for low, high, at in zip(part["ci_low"], part["ci_high"], y, strict=True):
            ax.plot([low, high], [at, at], color=colour, linewidth=2, solid_capstyle="butt")
        ax.plot(
            part["estimate"],
            y,
            linestyle="none",
            marker=MARKERS[k % len(MARKERS)],
            markersize=6,
            color=colour,
            label=kind,
        )
        _write_n(ax, part["n"], y)
        if published:
            ax.plot(
                part[published],
                y,
                linestyle="none",
                marker="|",
                markersize=13,
                markeredgewidth=2,
                color=PUBLISHED,
                label=published_as if k == len(kinds) - 1 else "_",
            )
    ax.set(xlim=(0, 1), ylim=(len(groups) - 0.4, -0.6), xlabel=xlabel, title=title)
    ax.set_yticks(range(len(groups)), groups)
    ax.grid(visible=False, axis="y")
    if series or published:
        ax.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.06 if title else 1.0), ncols=5, frameon=False
        )
    return ax


def _write_n(ax: Axes, counts: pd.Series, y: np.ndarray) -> None:
    for n, at in zip(counts, y, strict=True):
        text = f"n = {int(n):,}".replace(",", " ")
        ax.annotate(
            text,
            (1.01, at),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
            color="#444444",
        )


def plot_waits(
    curves: pd.DataFrame,
    *,
    series: str,
    hours: float = 72,
    xlabel: str = "hours since the request",
    ylabel: str = "share of requests answered",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Share answered as time goes by (1 minus Kaplan-Meier), with interval bands.

    Parameters
    ----------
    curves : pandas.DataFrame
        As `carekit.inference.waits.survival.survival_curve` gives: `series`, minutes, survival, ci_low,
        ci_high; one row a time.
    series : str
        Column with one value a curve; the most that can be told apart is eight.
    hours : float
        Where the time axis ends.

    Returns
    -------
    Axes
    """
    needed = [series, "minutes", "survival", "ci_low", "ci_high"]
    require_columns(curves, needed, what="curves", hint=HINT)
    names = list(dict.fromkeys(curves[series].astype(str)))
    if len(names) > len(PALETTE):
        raise InputError(
            f"`curves` has {len(names)} values of {series!r}; at most {len(PALETTE)} curves can be "
            "told apart. Choose fewer groups."
        )
    ax = ax or new_axes()
    styles = ("-", "--", "-.", ":")
    for k, name in enumerate(names):
        part = curves[(curves[series].astype(str) == name) & (curves["minutes"] <= hours * 60)]
        x = np.append(0, part["minutes"] / 60)
        y = np.append(0, 1 - part["survival"])
        low = np.append(0, 1 - part["ci_high"])
        high = np.append(0, 1 - part["ci_low"])
        x, y = np.append(x, hours), np.append(y, y[-1])
        low, high = np.append(low, low[-1]), np.append(high, high[-1])
        style = styles[k // 2 % len(styles)]
        ax.step(x, y, where="post", color=PALETTE[k], linestyle=style, label=name)
        ax.fill_between(x, low, high, step="post", color=PALETTE[k], alpha=0.15, linewidth=0)
    ticks = [t for t in (0, 1, 8, 24, 48, 72, 96, 120, 144, 168) if t <= hours]
    ax.set(xlim=(0, hours), ylim=(0, 1), xlabel=xlabel, ylabel=ylabel, title=title)
    ax.set_xticks(ticks)
    if len(names) > 1:
        ax.legend(loc="lower right", frameon=False)
    return ax


def plot_weightings(
    table: pd.DataFrame, *, label: str, value: str, lines: dict[str, float], xlabel: str
) -> Axes:
    """One computed value a row as dots, against published values as named vertical lines."""
    require_columns(table, [label, value], what="table", hint=HINT)
    ax = new_axes(height=1.6 + 0.35 * len(table))
    rows = np.arange(len(table))
    ax.plot(table[value], rows, "o", color=PALETTE[0], markersize=7)
    for share, at in zip(table[value], rows, strict=True):
        ax.annotate(
            f"{share:.3f}", (share, at), (0, 7), textcoords="offset points", ha="center", fontsize=9
        )
    for k, (name, where) in enumerate(lines.items()):
        dash = "--" if k else "-"
        ax.axvline(where, color=PALETTE[k + 1], linestyle=dash, label=f"{name}: {where:g}")
    drawn = [*table[value], *lines.values()]
    room = 0.35 * (max(drawn) - min(drawn))
    ax.set(
        ylim=(len(table) - 0.5, -0.6), xlabel=xlabel, xlim=(min(drawn) - room, max(drawn) + room)
    )
    ax.set_yticks(rows, table[label])
    ax.grid(visible=False, axis="y")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
    return ax


def plot_sums(
    parts: pd.DataFrame, *, bar: str, part: str, value: str, whole: float = 1.0, xlabel: str
) -> Axes:
    """Stacked bars whose length is the question: do the parts add up to the whole?"""
    require_columns(parts, [bar, part, value], what="parts", hint=HINT)
    bars = list(dict.fromkeys(parts[bar].astype(str)))
    ax = new_axes(height=1.7 + 0.45 * len(bars))
    for y, name in enumerate(bars):
        left = 0.0
        for k, row in enumerate(parts[parts[bar].astype(str) == name].itertuples(index=False)):
            width = float(getattr(row, value))
            shade = PALETTE[k % 6]
            ax.barh(y, width, left=left, height=0.6, color=shade, edgecolor="white", linewidth=1.5)
            if width > 0.04:
                ax.text(
                    left + width / 2,
                    y,
                    f"{width:.2f}".lstrip("0"),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if k % 6 < 3 else "black",
                )
            left += width
        ax.annotate(f"{left:.2f}", (left, y), (5, 0), textcoords="offset points", va="center")
    ax.axvline(whole, color=PUBLISHED, linestyle="--", linewidth=1.2)
    ax.annotate(
        f"a whole: {whole:g}", (whole, -0.55), (4, 0), textcoords="offset points", fontsize=8
    )
    ax.set(ylim=(len(bars) - 0.5, -0.7), xlim=(0, None), xlabel=xlabel)
    ax.set_yticks(range(len(bars)), bars)
    ax.grid(visible=False, axis="y")
    return ax
