"""Tidy frames → figures. The table comes first: a figure draws it and computes only positions.

Every plot takes a frame and returns its Axes; `title`, `footer` and `ax` are explained at
`carekit.show.style.styled`. Units, interval level, language and the mark of synthetic data come
from the facts of the frame.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.show.facts import Facts, facts_of
from carekit.show.numbers import interval, known, number, say
from carekit.show.style import (
    ACCENT,
    MARKERS,
    MUTED,
    ORDERED,
    PALETTE,
    PUBLISHED,
    legend_above,
    needs,
    new_axes,
    note_drawn,
    styled,
    unit_axis,
    write_values,
)
from carekit.show.wording import folded, heading, label, unit_name, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMED_IN_ALT = 12


@styled
def plot_estimates(
    table: pd.DataFrame,
    *,
    name: str = "",
    series: str = "",
    reference: str = "",
    reference_as: str = "published",
    hollow: str = "",
    accent: Collection[str] = (),
    order: str = "",
    counts: str = "n",
    lines: Mapping[str, float] | None = None,
    unit: str = "",
    from_zero: bool = True,
    xlabel: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Estimates with their intervals, values and counts, one line per group.

    Parameters
    ----------
    table : DataFrame
        One row per group (and series): `name`, estimate, and where there are any ci_low, ci_high
        and `counts`. An estimate without limits is drawn hollow.
    name : str
        Column that names the groups; the first of the facts' `by` otherwise.
    series : str
        Column that splits each group: a colour and a marker each.
    reference, reference_as : str
        Column of values to compare with, drawn as black bars (`reference`_low and `reference`_high
        as a black line, where only a range was published), and what the legend calls them. Nothing
        is drawn where the table lacks the column.
    hollow : str
        Column of booleans: estimates that are drawn hollow, such as differences not established.
    accent : collection of str
        Groups drawn in the accent colour.
    order : {"", "value", "given"}
        By default by value, unless the groups have an order of their own (ages, dates, stars).
    counts : str
        Column of the numbers written beside the values; "" for none.
    lines : mapping of str to float
        Vertical lines and what they are called.
    from_zero : bool
        Whether an axis of shares, counts or times starts at 0.
    unit, xlabel : str
        Instead of those of the facts.
    """
    facts = facts_of(table)
    name = name or next((c for c in facts.by if c != series), str(table.columns[0]))
    unit = unit or facts.unit
    counts = counts if counts in table.columns else ""
    reference = reference if reference in table.columns else ""
    needs(table, name, "estimate", series, reference, hollow, counts)
    table = _complete(table)
    groups = _groups(table, name, series, order)
    kinds = list(dict.fromkeys(table[series].astype(str))) if series else [""]
    # Where each group has one series only, there is nothing to set apart.
    beside = len(kinds) if table.duplicated(name).any() else 1
    ax = ax or new_axes(1.35 + len(groups) * (0.16 + 0.17 * beside))
    at = table[name].astype(str).map({g: i for i, g in enumerate(groups)}).to_numpy(float)
    step, places = 0.72 / beside, at.copy()
    if unit in {"points", "ratio"}:
        ax.axvline(1 if unit == "ratio" else 0, color=MUTED, linewidth=1)
    for k, kind in enumerate(kinds):
        mine = (table[series].astype(str) == kind).to_numpy() if series else at >= 0
        part, y = table[mine], at[mine] + (k - (beside - 1) / 2) * step * (beside > 1)
        empty = (part["ci_low"].isna() & part["ci_high"].isna()).to_numpy()
        empty = part[hollow].to_numpy(bool) if hollow else empty & (not empty.all())
        picked = part[name].astype(str).isin(accent).to_numpy()
        colours = np.where(picked, ACCENT, "#7d8b98" if accent else PALETTE[k % len(PALETTE)])
        _draw(ax, part, y, colours, empty, MARKERS[k % len(MARKERS)],
              label(series, kind, facts.lang) if series else "")  # fmt: skip
        places[mine] = y
        write_values(ax, _beside(part, unit, counts, facts), y)
    if reference:
        ranges = facts.say("range", reference_as)
        _draw_reference(ax, table, places, reference, reference_as, ranges, step)
    for k, (called, where) in enumerate((lines or {}).items()):
        ax.axvline(where, color=PALETTE[(k + 1) % 8], linestyle="--", linewidth=1.2, label=called)
    drawn = [c for c in table if c in {"estimate", "ci_low", "ci_high", reference}
             or (reference and c in {f"{reference}_low", f"{reference}_high"})]  # fmt: skip
    unit_axis(ax, [*table[drawn].to_numpy(float).ravel(), *(lines or {}).values()], unit,
              facts.lang, from_zero=from_zero)  # fmt: skip
    _name_lines(ax, groups, name, facts, accent)
    ax.set_xlabel(xlabel or axis_label(facts, unit, bounded=bool(table["ci_low"].notna().any())))
    legend_above(ax)
    kept = [name, series, counts, hollow, *drawn]
    shown = table.assign(_at=at).sort_values("_at", kind="stable")
    shown = shown[list(dict.fromkeys(c for c in kept if c))]
    alt = words_of(shown, name, series, unit, facts, reference, reference_as)
    return note_drawn(ax, shown, alt)


def plot_differences(table: pd.DataFrame, *, established: str = "", **options: Any) -> Axes:
    """Differences in points against zero; `established` (booleans): the others are hollow."""
    if established:
        table = table.assign(_open=~table[established].astype(bool))
        options["hollow"] = "_open"
    return plot_estimates(table, **{"unit": "points", **options})


def plot_definitions(table: pd.DataFrame, *, published: str = "published", **options: Any) -> Axes:
    """One rate under several definitions, in the order given; black bars at published values."""
    reference = published if published in table.columns else ""
    asked = {"name": "definition", "order": "given", "reference": reference}
    return plot_estimates(table, **{**asked, **options})


@styled
def plot_rank_sets(
    table: pd.DataFrame,
    *,
    name: str = "brand",
    accent: Collection[str] = (),
    xlabel: str = "",
    ax: Axes | None = None,
) -> Axes:
    """The ranks that each group may hold: a bar from best_rank to worst_rank, a dot at rank."""
    needs(table, name, "rank", "best_rank", "worst_rank")
    facts = facts_of(table)
    table = table.sort_values(["rank", "best_rank", "worst_rank"], kind="stable")
    groups, y = list(table[name].astype(str)), np.arange(len(table), dtype=float)
    ax = ax or new_axes(1.35 + 0.33 * len(table))
    picked = table[name].astype(str).isin(accent).to_numpy()
    colours = np.where(picked, ACCENT, "#7d8b98" if accent else PALETTE[0])
    for low, high, at, colour in zip(
        table["best_rank"], table["worst_rank"], y, colours, strict=True
    ):
        ax.plot([low, high], [at, at], color=colour, linewidth=7, alpha=0.35,
                solid_capstyle="round")  # fmt: skip
        ax.plot([low, high], [at, at], linestyle="none", marker="|", color=colour, markersize=8)
    for place, at, colour in zip(table["rank"], y, colours, strict=True):
        ax.plot([place], [at], "o", color=colour, markersize=7)
    said = [interval(a, b, "rank", lang=facts.lang) if a != b else say(a, "rank", lang=facts.lang)
            for a, b in zip(table["best_rank"], table["worst_rank"], strict=True)]  # fmt: skip
    write_values(ax, said, y)
    unit_axis(ax, [1, len(table), *table["worst_rank"]], "rank", facts.lang)
    _name_lines(ax, groups, name, facts, accent)
    ax.set_xlabel(xlabel or f"{unit_name('rank', facts.lang)}, {facts.level}")
    shown = table[[name, "rank", "best_rank", "worst_rank"]]
    alt = "; ".join(f"{g} {s}" for g, s in zip(groups, said, strict=True))
    return note_drawn(ax, shown, f"{heading('rank', facts.lang)}: {alt}.")


@styled
def plot_sums(
    table: pd.DataFrame,
    *,
    bar: str,
    part: str,
    value: str,
    whole: float = 1.0,
    whole_as: str = "a whole",
    xlabel: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Stacked bars whose length is the question: do the parts add up to the whole?"""
    needs(table, bar, part, value)
    facts = facts_of(table)
    bars = list(dict.fromkeys(table[bar].astype(str)))
    ax = ax or new_axes(1.5 + 0.45 * len(bars))
    lengths = table.groupby(table[bar].astype(str), sort=False)[value].sum()
    for y, stack in enumerate(bars):
        left = 0.0
        for k, width in enumerate(table.loc[table[bar].astype(str) == stack, value].astype(float)):
            ax.barh(y, width, left=left, height=0.6, color=PALETTE[k % 6], edgecolor="white",
                    linewidth=1.5)  # fmt: skip
            if width > 0.07 * max(whole, lengths.max()):
                ink = "white" if k % 6 < 3 else "black"
                ax.text(left + width / 2, y, f"{100 * width:.0f}", ha="center", va="center",
                        fontsize=8, color=ink)  # fmt: skip
            left += width
    write_values(ax, [say(v, facts.unit, lang=facts.lang) for v in lengths], range(len(bars)))
    ax.axvline(whole, color=PUBLISHED, linestyle="--", linewidth=1.2,
               label=f"{whole_as}: {say(whole, facts.unit, lang=facts.lang)}")  # fmt: skip
    unit_axis(ax, [0, whole, *lengths], facts.unit, facts.lang)
    _name_lines(ax, bars, bar, facts)
    ax.set_xlabel(xlabel or axis_label(facts, facts.unit, bounded=False))
    legend_above(ax)
    sums = "; ".join(f"{b}: {say(v, facts.unit, lang=facts.lang)}" for b, v in lengths.items())
    return note_drawn(ax, table[[bar, part, value]], f"{heading('sum', facts.lang)}: {sums}.")


def axis_label(facts: Facts, unit: str, *, bounded: bool) -> str:
    """What an axis of estimates shows, with its unit and the level of its intervals."""
    kind = unit_name(unit, facts.lang)
    named = words()["axes"].get(facts.measure, {}).get(facts.lang, facts.measure)
    told = {"share": "share|rate|part|taux|people|qui ", "minutes": "wait|time|délai"}.get(
        unit, "."
    )
    if unit == "points" or not re.search(told, named or "share rate wait"):
        kind = f"{named}, {kind}" if named else kind
    else:
        kind = named or kind
    return f"{kind} ({facts.level})" if bounded else kind


def words_of(
    table: pd.DataFrame,
    name: str,
    series: str,
    unit: str,
    facts: Facts,
    reference: str = "",
    reference_as: str = "published",
) -> str:
    """A figure in words: what is drawn, then values from top to bottom."""
    rows = []
    for row in table.head(NAMED_IN_ALT).to_dict("records"):
        who = " ".join(label(c, row[c], facts.lang) for c in (name, series) if c)
        value = say(row["estimate"], unit, lang=facts.lang)
        if known(row.get("ci_low")) or known(row.get("ci_high")):
            limits = interval(row["ci_low"], row["ci_high"], unit, lang=facts.lang)
            value = f"{value} ({limits})"
        if reference and known(row[reference]):
            value += f", {reference_as} {say(row[reference], unit, lang=facts.lang)}"
        rows.append(f"{who} {value}")
    if more := len(table) - len(rows):
        rows.append(facts.say("more", more))
    mark = f" ({facts.say('synthetic')})" if facts.synthetic else ""
    what = facts.measure or unit_name(unit, facts.lang)
    return f"{facts.say('named', f'{what}{mark}', '; '.join(rows))}."


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    """With columns for limits, empty where there are none."""
    lacks = {c: np.nan for c in ("ci_low", "ci_high") if c not in table.columns}
    return table.assign(**lacks) if lacks else table


def _groups(table: pd.DataFrame, name: str, series: str, order: str) -> list[str]:
    """The lines from top to bottom."""
    ordered = name in ORDERED or isinstance(table[name].dtype, pd.CategoricalDtype)
    if order == "given" or (order != "value" and ordered):
        return list(dict.fromkeys(table[name].astype(str)))
    first = table[table[series] == table[series].iloc[0]] if series else table
    by_value = first.sort_values("estimate", ascending=False, kind="stable", na_position="last")
    both = [*by_value[name].astype(str), *table[name].astype(str)]
    return list(dict.fromkeys(both))


def _draw(ax: Axes, part: pd.DataFrame, y: np.ndarray, colours: Any, empty: Any, marker: str,
          called: str) -> None:  # fmt: skip
    for low, high, at, colour in zip(part["ci_low"], part["ci_high"], y, colours, strict=True):
        ax.plot([low, high], [at, at], color=colour, linewidth=2, solid_capstyle="butt")
    for hollow in (False, True):
        for colour in dict.fromkeys(colours):
            these = (empty == hollow) & (colours == colour)
            if these.any():
                face = "white" if hollow else colour
                ax.plot(part["estimate"].to_numpy(float)[these], y[these], linestyle="none",
                        marker=marker, markersize=6.5, color=colour, markerfacecolor=face,
                        label=called)  # fmt: skip
                called = ""


def _draw_reference(ax: Axes, part: pd.DataFrame, y: np.ndarray, column: str, called: str,
                    as_range: str, step: float) -> None:  # fmt: skip
    values = part[column].to_numpy(float)
    ax.plot(values, y, linestyle="none", marker="|", markersize=max(9, 17 * step),
            markeredgewidth=2.2, color=PUBLISHED, label=called, zorder=4)  # fmt: skip
    if f"{column}_low" in part.columns:
        ends = zip(part[f"{column}_low"], part[f"{column}_high"], y, strict=True)
        for low, high, at in ends:
            ax.plot([low, high], [at, at], color=PUBLISHED, linewidth=5, alpha=0.35, zorder=1,
                    label=as_range if low < high else "")  # fmt: skip


def _beside(part: pd.DataFrame, unit: str, counts: str, facts: Facts) -> list[str]:
    sizes = part[counts] if counts else [None] * len(part)
    called = "n" if counts in {"n", ""} else heading(counts, facts.lang)
    return [
        f"{say(value, unit, lang=facts.lang)}"
        + (f"   {called} = {number(n, facts.lang)}" if known(n) else "")
        for value, n in zip(part["estimate"], sizes, strict=True)
    ]


def _name_lines(ax: Axes, groups: list[str], column: str, facts: Facts,
                accent: Collection[str] = ()) -> None:  # fmt: skip
    ax.set_ylim(len(groups) - 0.4, -0.6)
    ax.set_yticks(range(len(groups)), [folded(label(column, g, facts.lang)) for g in groups])
    for tick, group in zip(ax.get_yticklabels(), groups, strict=True):
        if group in accent:
            tick.set(color=ACCENT, fontweight="bold")
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
