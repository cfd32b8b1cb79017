"""Figures along time: series of periods, and the share answered as time goes by."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.show.facts import facts_of
from carekit.show.numbers import MINUS, duration, say
from carekit.show.plots import axis_label, words_of
from carekit.show.style import (
    ACCENT,
    MARKERS,
    MUTED,
    PALETTE,
    PUBLISHED,
    legend_above,
    needs,
    new_axes,
    note_drawn,
    styled,
    tick_text,
    unit_axis,
)
from carekit.show.wording import heading, label, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NAMED = 10  # curves that have their names at their ends
STEPS = 200  # of a drawn curve: more cannot be seen, and would be written all the same
DASHES = ("-", "--", "-.", ":")
FAR = 3  # times as late as a point: then the next leaves room for a name between them
APART = 0.055  # of the height of the axes, between two names at the ends of curves


@styled
def plot_trend(
    table: pd.DataFrame,
    *,
    period: str = "month",
    series: str = "",
    accent: Collection[str] = (),
    band: tuple[str, str] | None = None,
    reference: str = "",
    reference_as: str = "published",
    lines: Mapping[str, float] | None = None,
    joined: bool = True,
    start: float | None = None,
    unit: str = "",
    ylabel: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Estimates period by period with their intervals.

    Parameters
    ----------
    table : DataFrame
        One row per period (and series): `period`, estimate, ci_low, ci_high.
    period : str
        Column of dates, labels or numbers; numbers keep their distances.
    series : str
        Column with a colour and a marker for each of its values.
    accent : collection of str
        Series in the accent colour; the others are grey and without intervals.
    band : pair of str
        Columns of limits of ordinary variation, drawn as a grey band.
    reference, reference_as : str
        Column of values to compare with, drawn as crosses.
    lines : mapping of str to float
        Horizontal lines and what they are called.
    joined : bool
        Whether a line joins the periods: False where they are not of the same people.
    start : float
        Where something began: a dotted vertical line.
    unit, ylabel : str
        Instead of those of the facts.
    """
    facts = facts_of(table)
    unit = unit or facts.unit
    needs(table, period, "estimate", "ci_low", "ci_high", series, reference, *(band or ()))
    places, names = _places(table[period])
    ax = ax or new_axes(3.4)
    kinds = list(dict.fromkeys(table[series].astype(str))) if series else [""]
    if unit == "points":
        ax.axhline(0, color=MUTED, linewidth=1)
    if band:
        one = table.assign(_x=places).drop_duplicates("_x").sort_values("_x")
        ax.fill_between(one["_x"], one[band[0]], one[band[1]], step="mid", color=MUTED, alpha=0.13,
                        linewidth=0)  # fmt: skip
    for k, kind in enumerate(kinds):
        mine = (table[series].astype(str) == kind).to_numpy() if series else np.isfinite(places)
        part, x = table[mine], places[mine]
        quiet = bool(accent) and kind not in accent
        colour = "#a8b3bd" if quiet else ACCENT if accent else PALETTE[k % len(PALETTE)]
        x = x + (0 if quiet or not joined else 0.06 * (k - (len(kinds) - 1) / 2))
        if joined:
            ax.plot(x, part["estimate"], color=colour, linewidth=1 if quiet else 1.6)
        if not quiet:
            for at, low, high in zip(x, part["ci_low"], part["ci_high"], strict=True):
                ax.plot([at, at], [low, high], color=colour, linewidth=2, solid_capstyle="butt")
            _marks(ax, part, x, colour, MARKERS[k % len(MARKERS)],
                   short(label(series, kind, facts.lang)) if series else "")  # fmt: skip
    drawn = ["estimate", "ci_low", "ci_high", *(band or ())]
    if reference:
        moved = (table[reference] - table["estimate"]).abs() > 1e-9
        ax.plot(places[moved], table.loc[moved, reference], linestyle="none", marker="x", markersize=8,
                markeredgewidth=2, color=PUBLISHED, label=reference_as)  # fmt: skip
        drawn.append(reference)
    for called, where in (lines or {}).items():
        ax.axhline(where, color=PUBLISHED, linestyle="--", linewidth=1.2, label=called)
    if start is not None:
        ax.axvline(start, color=MUTED, linewidth=1, linestyle=":")
    values = [*table[drawn].to_numpy(float).ravel(), *(lines or {}).values()]
    unit_axis(ax, values, unit, facts.lang, along="y")
    every = max(1, -(-len(names) // 8))
    ax.set_xticks(list(names)[::every], [names[x] for x in list(names)[::every]])
    ax.grid(visible=False, axis="x")
    said = ylabel or axis_label(facts, unit, bounded=True)
    ax.set_ylabel(textwrap.fill(said, 34), fontsize=9)
    ax.set_xlabel(heading(period, facts.lang))
    legend_above(ax)
    kept = list(dict.fromkeys([period, *([series] if series else []), *drawn]))
    alt = words_of(table, period, series, unit, facts, reference, reference_as)
    return note_drawn(ax, table[kept], alt)


@styled
def plot_curves(
    curves: pd.DataFrame,
    *,
    series: str = "",
    points: pd.DataFrame | None = None,
    accent: Collection[str] = (),
    shortest: float = 5,
    longest: float = 10080,
    ylabel: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Share answered by a time (1 minus Kaplan-Meier), each curve named at its end.

    Parameters
    ----------
    curves : DataFrame
        As `carekit.wait_curve` gives: `series`, minutes, survival, ci_low, ci_high.
    series : str
        Column with one value a curve; at most eight, and at most four beside points.
    points : DataFrame
        What people expect, say: source (a marker each), minutes, estimate, ci_low, ci_high
        (missing where none was published) and name (written beside it).
    accent : collection of str
        Curves in the accent colour, above the others, which are grey, and without names where they
        are more than ten.
    shortest, longest : float
        Ends of the logarithmic axis, minutes.
    """
    needs(curves, series, "minutes", "survival", "ci_low", "ci_high")
    facts = facts_of(curves)
    names = list(dict.fromkeys(curves[series].astype(str))) if series else [""]
    most = 4 if points is not None else len(PALETTE)
    if len(names) > most and not accent:
        raise InputError(
            f"`curves` has {len(names)} values of {series!r}; at most {most} curves can be told "
            "apart. Choose fewer groups, or name some in `accent`."
        )
    ax = ax or new_axes(4.0)
    x = np.geomspace(shortest, longest, STEPS)
    drawn, ends = [], []
    for k, name in enumerate(names):
        part = curves[curves[series].astype(str) == name] if series else curves
        part = part.sort_values("minutes")
        seen = np.searchsorted(part["minutes"], x, side="right")
        share, low, high = (
            np.append(0, 1 - part[c].to_numpy(float))[seen]
            for c in ("survival", "ci_high", "ci_low")
        )
        quiet = bool(accent) and name not in accent
        colour = "#a8b3bd" if quiet else ACCENT if accent else PALETTE[k]
        dash = "-" if accent else DASHES[k // 2 % 4]
        ax.step(x, share, where="post", color=colour, linestyle=dash, linewidth=1 if quiet else 2,
                zorder=2 if quiet else 4)  # fmt: skip
        if not quiet:
            ax.fill_between(x, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
        if not quiet or len(names) <= MOST_NAMED:
            ends.append((share[-1], short(label(series, name, facts.lang), 18), colour))
        moved = np.append(True, np.diff(share) > 0)
        drawn.append(pd.DataFrame({"series": name, "minutes": x[moved], "estimate": share[moved],
                                   "ci_low": low[moved], "ci_high": high[moved]}))  # fmt: skip
    top = max(1e-9, *(part["ci_high"].max() for part in drawn))
    if points is not None:
        top = max(top, points["estimate"].max(), points["ci_high"].max())
        _draw_points(ax, points)
        drawn.append(points.assign(series=points["source"]))
    ax.set_xscale("log")
    unit_axis(ax, [0, top], "share", facts.lang, along="y")
    ticks = [m for m in (1, 5, 15, 60, 240, 480, 1440, 4320, 10080, 43200)
             if shortest <= m <= longest]  # fmt: skip
    ax.set_xticks(ticks, [tick_text(m, "minutes", facts.lang) for m in ticks])
    ax.set_xticks([], minor=True)
    ax.set_xlim(shortest, longest)
    if series:
        _name_ends(ax, ends)
    ax.set_xlabel(heading("time_since_request", facts.lang))
    ax.set_ylabel(ylabel or heading("share_answered", facts.lang))
    legend_above(ax, 2)
    table = pd.concat(drawn, ignore_index=True)
    at = [m for m in (60, 480, 1440) if shortest <= m <= longest]
    said = [
        f"{name} " + ", ".join(
            f"{say(float(part['estimate'][part['minutes'] <= m].max()), 'share', lang=facts.lang)} "
            f"≤ {duration(m, lang=facts.lang)}" for m in at)
        for name, part in zip([short(label(series, n, facts.lang), 18) for n in names], drawn,
                              strict=False)
    ]  # fmt: skip
    what = heading("share_answered", facts.lang)
    mark = f" ({facts.say('synthetic')})" if facts.synthetic else ""
    return note_drawn(ax, table, f"{facts.say('named', what + mark, '; '.join(said))}.")


def _places(period: pd.Series) -> tuple[np.ndarray, dict[float, str]]:
    """Where each period stands, and what stands below it."""
    if period.dtype.kind in "if":
        places = period.to_numpy(float)
        seen = np.unique(places[np.isfinite(places)])
        if (seen % 1).any():  # parts of years: ticks at the whole ones
            seen = np.arange(np.floor(seen.min()), np.ceil(seen.max()) + 1)
        return places, {float(x): f"{x:g}".replace("-", MINUS) for x in seen}
    names = [str(p)[:10] for p in period]
    order = {name: float(i) for i, name in enumerate(sorted(set(names)))}
    return np.array([order[n] for n in names]), {i: name for name, i in order.items()}


def _marks(ax: Axes, part: pd.DataFrame, x: np.ndarray, colour: str, marker: str,
           called: str) -> None:  # fmt: skip
    open_ = (part["ci_low"].isna() & part["ci_high"].isna()).to_numpy()
    for these, face in ((~open_, colour), (open_, "white")):
        if these.any():
            ax.plot(x[these], part["estimate"].to_numpy(float)[these], linestyle="none",
                    marker=marker, markersize=6, color=colour, markerfacecolor=face,
                    label=called)  # fmt: skip
            called = ""


def _draw_points(ax: Axes, points: pd.DataFrame) -> None:
    """Published and surveyed expectations, side by side where they share a time."""
    needs(points, "source", "minutes", "estimate", "ci_low", "ci_high", "name")
    for k, source in enumerate(dict.fromkeys(points["source"])):
        part = points[points["source"] == source]
        colour = PUBLISHED if k == 0 else PALETTE[4 + k % 2]
        at = part["minutes"] * (0.95 if k == 0 else 1.05)
        for low, high, x in zip(part["ci_low"], part["ci_high"], at, strict=True):
            ax.plot([x, x], [low, high], color=colour, linewidth=2, solid_capstyle="butt")
        face = colour if part["ci_low"].notna().any() else "white"
        ax.plot(at, part["estimate"], linestyle="none", marker=MARKERS[k], markersize=6,
                color=colour, markerfacecolor=face, label=source)  # fmt: skip
        _name_points(ax, part.assign(_at=at), left=k == 0)


def _name_points(ax: Axes, points: pd.DataFrame, *, left: bool) -> None:
    """Names beside points: at their right where the next time is far, pushed apart up and down."""
    times = sorted(points["_at"].unique())
    low, high = ax.get_ylim()
    for time, after in zip(times, [*times[1:], np.inf], strict=True):
        part = points[points["_at"] == time].sort_values("estimate")
        right = not left or after / time > FAR
        gap = APART * (max(high, part["estimate"].max()) - min(low, 0))
        for name, at in zip(part["name"], spread(part["estimate"], gap), strict=True):
            ax.annotate(brief(str(name)), (time, at), (7 if right else -7, 0), fontsize=7.5,
                        textcoords="offset points", ha="left" if right else "right", va="center",
                        color=MUTED)  # fmt: skip


def spread(values: Iterable[float], gap: float) -> np.ndarray:
    """Ascending values, those closer than `gap` pushed apart, half the way each.

    >>> spread([0.1, 0.5, 0.52], 0.06).round(2).tolist()
    [0.1, 0.48, 0.54]
    """
    made = np.array(list(values), dtype=float)
    for _ in range(100):
        short_of = np.maximum(gap - np.diff(made), 0) / 2
        if not short_of.any():
            break
        made[:-1] -= short_of
        made[1:] += short_of
    return made


def brief(study: str, longest: int = 20) -> str:
    """A study as it is named beside a point: the first words and the year.

    >>> brief("Lithium Technologies 2013"), brief("PR blog, Québec, 2015")
    ('Lithium 2013', 'PR blog, Québec 2015')
    """
    who, _, year = study.rpartition(" ")
    words = who.rstrip(",").split()
    while len(words) > 1 and len(" ".join([*words, year])) > longest + 1:
        words.pop()
    return " ".join([*words, year]) if words else study


def _name_ends(ax: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Names at the right ends of curves, pushed apart where they would touch."""
    low, high = ax.get_ylim()
    written = -np.inf
    for value, name, colour in sorted(ends):
        place = max((value - low) / (high - low), written + APART)
        written = place
        ax.annotate(name, (1.01, place), xycoords="axes fraction", va="center", fontsize=8.5,
                    color="#53606c" if colour == "#a8b3bd" else colour)  # fmt: skip
