"""Figures of many groups at once: hours by weekdays, funnels, one point a brand."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.show.facts import facts_of
from carekit.show.numbers import digits, known, number, say
from carekit.show.plots import axis_label
from carekit.show.style import (
    ACCENT,
    MUTED,
    PALETTE,
    PUBLISHED,
    legend_above,
    needs,
    new_axes,
    note_drawn,
    styled,
    tick_of,
    unit_axis,
)
from carekit.show.wording import heading, label, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME_WIDE, NAME_HIGH = 0.7, 0.05  # decades of n, and share, that a name takes in a funnel
LEAST = 10  # a cell of a heat map with fewer has no rate


@styled
def plot_heat(
    table: pd.DataFrame,
    *,
    rows: str = "weekday",
    columns: str = "hour",
    counts: str = "n",
    value: str = "estimate",
    least: int = LEAST,
    frame: Collection[tuple[Any, Any]] = (),
    xlabel: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Counts as colour, a rate as the digits in each cell; no digits below `least` counts.

    `frame` names cells (row, column) that get a border, such as the opening hours.
    """
    needs(table, rows, columns, counts, value)
    facts = facts_of(table)
    ys, xs = (list(dict.fromkeys(table.sort_values(c, kind="stable")[c])) for c in (rows, columns))
    ax = ax or new_axes(1.3 + 0.34 * len(ys))
    grid = table.pivot_table(index=rows, columns=columns, values=counts, aggfunc="sum")
    grid = grid.reindex(index=ys, columns=xs).fillna(0)
    top = max(float(grid.to_numpy().max()), 1.0)
    ax.imshow(grid.to_numpy(float), cmap="Blues", vmin=0, vmax=top * 1.25, aspect="auto")
    for row in table.to_dict("records"):
        if row[counts] >= least and known(row[value]):
            ink = "white" if row[counts] > 0.6 * top else "#1b2733"
            ax.text(xs.index(row[columns]), ys.index(row[rows]), f"{100 * row[value]:.0f}",
                    ha="center", va="center", fontsize=7.5, color=ink)  # fmt: skip
    for row_name, column_name in frame:
        if row_name in ys and column_name in xs:
            from matplotlib.patches import Rectangle

            corner = (xs.index(column_name) - 0.5, ys.index(row_name) - 0.5)
            ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=PUBLISHED, linewidth=0.8))
    every = max(1, -(-len(xs) // 12))
    ax.set_xticks(range(0, len(xs), every), [str(x) for x in xs[::every]])
    ax.set_yticks(range(len(ys)), [short(label(rows, y, facts.lang)) for y in ys])
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.set_xlabel(
        xlabel or f"{heading(columns, facts.lang)} ({axis_label(facts, 'share', bounded=False)}, %)"
    )
    best = table.nlargest(1, counts).to_dict("records")[0]
    most = f"{number(best[counts], facts.lang)} ({label(rows, best[rows], facts.lang)}, "
    alt = facts.say("named", axis_label(facts, "share", bounded=False),
                    f"{heading(rows, facts.lang)} × {heading(columns, facts.lang)}; max n = "
                    f"{most}{best[columns]})")  # fmt: skip
    return note_drawn(ax, table[[rows, columns, counts, value]], f"{alt}.")


@styled
def plot_funnel(
    table: pd.DataFrame,
    *,
    name: str = "brand",
    limits: pd.DataFrame | None = None,
    accent: Collection[str] = (),
    xlabel: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Each group's rate at its number of requests, between the limits of ordinary variation.

    Parameters
    ----------
    table : DataFrame
        As `carekit.inference.benchmark.funnel` gives: `name`, n, estimate, target, inner_low,
        inner_high, outer_low, outer_high and outside.
    limits : DataFrame, optional
        n and the four limits where curves are drawn; those of the groups otherwise.
    """
    ends = ("inner_low", "inner_high", "outer_low", "outer_high")
    needs(table, name, "n", "estimate", "target", *ends)
    facts = facts_of(table)
    ax = ax or new_axes(3.8)
    curve = (table if limits is None else limits).sort_values("n")
    for column, dash in zip(ends, ("--", "--", "-", "-"), strict=True):
        called = {"inner_low": "inner", "outer_low": "outer"}.get(column, "")
        level = table[called].iloc[0] if called in table.columns else None
        places = 0 if level is None or round(1000 * level) % 10 == 0 else 1
        text = f"{digits(100 * level, places, facts.lang)}\u00a0%" if level is not None else called
        ax.plot(curve["n"], curve[column], color=MUTED, linestyle=dash, linewidth=1, label=text)
    ax.axhline(table["target"].iloc[0], color=MUTED, linewidth=1)
    picked = table[name].astype(str).isin(accent).to_numpy()
    beyond = (table["estimate"] < table["inner_low"]) | (table["estimate"] > table["inner_high"])
    for these, face in ((~beyond.to_numpy(), "white"), (beyond.to_numpy(), PALETTE[0])):
        ax.plot(table["n"][these], table["estimate"][these], "o", color=PALETTE[0],
                markerfacecolor=face, markersize=5.5)  # fmt: skip
    ax.plot(table["n"][picked], table["estimate"][picked], "o", color=ACCENT, markersize=8)
    far = (table["estimate"] - table["target"]).abs().nlargest(5).index
    wanted = table.assign(_first=picked)[table.index.isin(far) & beyond | picked]
    named: list[tuple[float, float]] = []
    for row in wanted.sort_values("_first", ascending=False, kind="stable").to_dict("records"):
        at = (float(np.log10(row["n"])), row["estimate"])
        # A name over another can be read no more than none: the words of the figure have it.
        if any(abs(at[0] - x) < NAME_WIDE and abs(at[1] - y) < NAME_HIGH for x, y in named):
            continue
        named.append(at)
        ax.annotate(short(str(row[name]), 20), (row["n"], row["estimate"]), (6, 3), fontsize=8,
                    textcoords="offset points", color=MUTED)  # fmt: skip
    ax.set_xscale("log")
    from matplotlib.ticker import FuncFormatter, NullFormatter

    ax.xaxis.set_major_formatter(FuncFormatter(partial(tick_of, "count", facts.lang)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    unit_axis(ax, [*table["estimate"], 1.0 if table["outer_high"].max() > 0.9 else 0],
              "share", facts.lang, along="y")  # fmt: skip
    ax.set(xlabel=xlabel or heading("n", facts.lang),
           ylabel=axis_label(facts, "share", bounded=False))  # fmt: skip
    legend_above(ax)
    said = "; ".join(
        f"{row[name]} {say(row['estimate'], 'share', lang=facts.lang)}, "
        f"n {number(row['n'], facts.lang)}"
        for row in table[beyond].head(12).to_dict("records")
    )
    alt = facts.say("named", axis_label(facts, "share", bounded=False),
                    f"{heading(name, facts.lang)}, {int(beyond.sum())} / {len(table)}: {said}")  # fmt: skip
    return note_drawn(ax, table[[name, "n", "estimate", "target", *ends]], alt)


@styled
def plot_against(
    table: pd.DataFrame,
    *,
    x: str,
    y: str,
    name: str = "brand",
    counts: str = "n",
    units: tuple[str, str] = ("minutes", "share"),
    lines: dict[str, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """One point a group, its area by `counts`: two of its numbers against each other."""
    needs(table, x, y, counts)
    facts = facts_of(table)
    ax = ax or new_axes(3.6)
    sizes = 4 + 9 * np.sqrt(table[counts] / max(table[counts].max(), 1))
    for at, height, size in zip(table[x], table[y], sizes, strict=True):
        ax.plot([at], [height], "o", color=PALETTE[0], markersize=size, alpha=0.65)
    ax.plot([], [], "o", color=PALETTE[0], alpha=0.65,
            label=facts.say("larger", heading(name, facts.lang)))  # fmt: skip
    for called, where in (lines or {}).items():
        ax.axvline(where, color=PUBLISHED, linestyle="--", linewidth=1.2, label=called)
    unit_axis(ax, [*table[x], *(lines or {}).values()], units[0], facts.lang)
    unit_axis(ax, table[y], units[1], facts.lang, along="y")
    ax.set(xlabel=heading(x, facts.lang), ylabel=heading(y, facts.lang))
    legend_above(ax)
    ends = table.sort_values(x, kind="stable").iloc[[0, -1]].to_dict("records")
    said = "; ".join(
        f"{row.get(name, '')} {say(row[x], units[0], lang=facts.lang)}, "
        f"{say(row[y], units[1], lang=facts.lang)}" for row in ends
    )  # fmt: skip
    what = f"{heading(y, facts.lang)} × {heading(x, facts.lang)}, {len(table)} {heading(name)}"
    kept = [c for c in (name, x, y, counts) if c in table.columns]
    return note_drawn(ax, table[kept], f"{facts.say('named', what, said)}.")
