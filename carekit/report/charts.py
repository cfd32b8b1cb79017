"""A chart of the report as SVG or PNG: the drawings of carekit.show, at the width of the page.

Nothing is computed here: columns get the names that the plots know, names get short enough.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.report import words
from carekit.report.charts_text import british, narrowed, whole_names
from carekit.report.format import cell, day, interval, label, month
from carekit.report.model import Chart
from carekit.show import plots, plots_many, plots_time
from carekit.show.facts import Facts
from carekit.show.numbers import MISSING
from carekit.show.result import Result
from carekit.show.style import ACCENT, PALETTE, figure_of, legend_above, style_sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FONTS = Path(__file__).with_name("fonts")
WIDTH = 6.7  # inches: the text of an A4 page
HIGHEST = 8.8  # of a page, with the words around it
LEVEL = 0.95
PEER = "#7d8b98"
_CODES = frozenset("network category definition weekday criterion rating code".split())
_FUNNEL = {
    "low_95": "inner_low",
    "high_95": "inner_high",
    "low_998": "outer_low",
    "high_998": "outer_high",
}


def svg(
    chart: Chart, lang: str = "fr", accent: str = ACCENT, *, synthetic: bool = False,
    narrow: bool = False,
) -> str:  # fmt: skip
    """The chart as SVG without prologue: letters are paths, ids start with that of the chart.

    `narrow`: as a phone can show it without shrinking its letters.
    """
    return _drawn(chart, lang, accent, synthetic, narrow)


@lru_cache(maxsize=128)  # of positions: an option left out and its default are one drawing
def _drawn(chart: Chart, lang: str, accent: str, synthetic: bool, narrow: bool) -> str:
    """Page, PDF and figures want the same drawing: it is made once."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    made = figure(chart, lang, accent, synthetic=synthetic)
    if narrow:
        narrowed(made, chart.kind)
    with _page(chart.id):
        _laid_out(made, FigureCanvasSVG, 72)
        made.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format")))
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    prefix = re.sub(r"[^A-Za-z0-9_-]", "-", chart.id) + ("-narrow" if narrow else "")
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{prefix}-", text)


def png(
    chart: Chart,
    lang: str = "fr",
    accent: str = ACCENT,
    *,
    synthetic: bool = False,
    dpi: int = 220,
    size: tuple[float, float] | None = None,
) -> bytes:
    """The chart as PNG: the same bytes for the same numbers; `size` in inches for a slide."""
    buffer = io.BytesIO()
    made = figure(chart, lang, accent, synthetic=synthetic)
    if size:
        made.set_size_inches(*size)
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with _page(chart.id):
        _laid_out(made, FigureCanvasAgg, dpi)
        made.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def figure(
    chart: Chart, lang: str = "fr", accent: str = ACCENT, *, synthetic: bool = False
) -> Figure:
    """The drawing, without headline and caption: those are text beside it."""
    options = dict(chart.encoding)
    name = options.get("name") or options.get("series") or ""
    unit = options.get("unit", "share")
    facts = Facts(
        unit="share" if chart.kind == "heat" else unit,
        by=(name,) if name else (),
        conf_level=None if chart.kind in {"heat", "funnel"} else LEVEL,
        lang=lang,
        synthetic=synthetic,
    )
    frame, options = _named(chart.frame.reset_index(drop=True), options, lang)
    ax = _WAYS[chart.kind](Result(frame, facts=facts), options)
    made = figure_of(ax)
    made.set_size_inches(WIDTH, min(made.get_size_inches()[1], HIGHEST))
    if name == "definition":  # sentences rather than names: two lines hold them whole
        whole_names(made.axes[0], frame[name])
    # Without a group in accent what is drawn is the client's, but for points and gaps of peers.
    all_of_client = PEER if chart.kind in {"funnel", "differences"} else accent
    _recolour(made, {ACCENT: accent, PALETTE[0]: all_of_client})
    if lang == "en":
        british(made)
    return made


def _laid_out(made: Figure, canvas: Any, dpi: int) -> None:
    """Places everything as the file will have it: `savefig` would draw the whole twice for that."""
    from matplotlib import rc_context

    canvas(made)
    made.set_dpi(dpi)
    if engine := made.get_layout_engine():
        engine.execute(made)
        with rc_context({"figure.constrained_layout.use": False}):
            made.set_layout_engine(None)


def labels(names: Collection[Any], kind: str = "text", lang: str = "fr") -> dict[Any, str]:
    """Each name → what is written beside its mark; two names never get the same."""
    said: dict[Any, str] = {}
    for name in dict.fromkeys(names):
        text = words.code(kind, name, lang) if kind in _CODES else label(name)
        again, first = 1, text
        while text in said.values():
            again += 1
            text = f"{first} ({again})"
        said[name] = text
    return said


def _named(
    frame: pd.DataFrame, options: dict[str, Any], lang: str
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Names and codes of the frame, and of the options that pick some, as they are written."""
    picked = options.get("accent", ())
    options["accent"] = (picked,) if isinstance(picked, str) else tuple(picked)
    for role in ("name", "series"):
        column = options.get(role)
        if column and column in frame.columns:
            kind = options.pop(f"{role}_kind", column if column in _CODES else "text")
            said = labels(list(frame[column]), kind, lang)
            frame[column] = [said[value] for value in frame[column]]
            options["accent"] = tuple(said.get(value, value) for value in options["accent"])
    return frame, options


def _known(options: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those options that are given; never a footer: the caption is text."""
    return {"footer": False} | {name: options[name] for name in names if name in options}


def _estimates(frame: Result, options: Mapping[str, Any]) -> Axes:
    """Estimates; where the accent picks series, these have its colour and the others are grey."""
    given = _known(options, "name", "series", "unit", "order")
    series = options.get("series", "")
    kinds = list(dict.fromkeys(frame[series])) if series else []
    by_series = bool(set(kinds) & set(options["accent"]))
    ax = plots.plot_estimates(
        frame,
        counts="",
        hollow="hollow" if "hollow" in frame.columns else "",
        accent=() if by_series else options["accent"],
        **given,
    )
    if by_series:
        colours = {p: ACCENT if k in options["accent"] else PEER
                   for p, k in zip(PALETTE, kinds, strict=False)}  # fmt: skip
        _recolour(figure_of(ax), colours)
        with style_sheet():
            legend_above(ax)
    _write_limits(ax, frame, series, options.get("written", options.get("unit", "share")))
    if "bound_low" in frame.columns:
        _draw_bounds(ax, frame, options)
    if options.get("written") == "score":
        ax.set_xlim(-0.6, 20.6)
        ax.set_xticks(range(0, 21, 5))
        ax.set_xlabel(words.ui("unit_score", frame.facts.lang))
    return ax


def _draw_bounds(ax: Axes, frame: Result, options: Mapping[str, Any]) -> None:
    """Pale bars as far as what is missing may move a rate."""
    place = {
        text.get_text(): at for text, at in zip(ax.get_yticklabels(), ax.get_yticks(), strict=True)
    }
    for row in frame.to_dict("records"):
        if row["bound_low"] == row["bound_low"]:
            name = row[options["name"]]
            at, mine = place.get(name, -9), name in options["accent"]
            ax.plot([row["bound_low"], row["bound_high"]], [at, at], linewidth=9, alpha=0.28, zorder=1,
                    color=ACCENT if mine else PEER, solid_capstyle="butt",
                    label=words.ui("bounds", frame.facts.lang))  # fmt: skip
    with style_sheet():
        legend_above(ax)
    low, high = ax.get_xlim()
    ax.set_xlim(low, max(high, min(1.0, float(frame["bound_high"].max()) + 0.02)))


def _write_limits(ax: Axes, frame: Result, series: str, unit: str) -> None:
    """Beside each mark its value and both ends of its interval."""
    kinds = list(dict.fromkeys(frame[series])) if series else [None]
    rows = [row for kind in kinds
            for row in frame.to_dict("records") if kind is None or row[series] == kind]  # fmt: skip
    lang, kind_of = frame.facts.lang, "number" if unit == "ratio" else unit
    for text, row in zip(ax.texts, rows, strict=False):
        said = cell(kind_of, row["estimate"], lang)
        limits = interval(kind_of, row.get("ci_low"), row.get("ci_high"), lang, where="table")
        text.set_text(said if limits == MISSING else f"{said}  ({limits})")


def _differences(frame: Result, options: Mapping[str, Any]) -> Axes:
    given = _known(options, "name", "accent", "order")
    ax = plots.plot_differences(frame, established="established", counts="", **given)
    _write_limits(ax, frame, "", "points")
    return ax


def _ranks(frame: Result, options: Mapping[str, Any]) -> Axes:
    return plots.plot_rank_sets(frame, **_known(options, "name", "accent"))


def _curves(frame: Result, options: Mapping[str, Any]) -> Axes:
    table = frame.assign(
        survival=1 - frame["estimate"], ci_low=1 - frame["ci_high"], ci_high=1 - frame["ci_low"]
    )
    return plots_time.plot_curves(table, longest=4320, **_known(options, "series", "accent"))


def _heat(frame: Result, options: Mapping[str, Any]) -> Axes:
    hours = words.heading("hour", frame.facts.lang).lower()
    return plots_many.plot_heat(
        frame, frame=options.get("framed", ()), xlabel=hours, **_known(options)
    )


def _trend(frame: Result, options: Mapping[str, Any]) -> Axes:
    """The client's periods with the limits of ordinary variation; peers as a grey line."""
    drawn = {"limit_low", "limit_high"} & set(frame.columns)
    limits = len(drawn) == 2 and frame[sorted(drawn)].notna().all(axis=None)
    given = _known(options, "period", "unit")
    period = given.get("period", "period")
    frame[period] = frame[period].astype(str)
    ax = plots_time.plot_trend(
        frame,
        band=("limit_low", "limit_high") if limits else None,
        series=options.get("series", ""),
        accent=options["accent"] if options.get("series") else (),
        **{"period": period, **given},
    )
    if limits:
        ax.collections[0].set_label(words.ui("ordinary", frame.facts.lang))
    if "peers" in frame.columns and frame["peers"].notna().any():
        places = {p: i for i, p in enumerate(sorted(set(frame[period])))}
        called = words.ui("peers_median", frame.facts.lang)
        ax.plot(frame[period].map(places), frame["peers"], color=PEER, linewidth=1.2,
                label=called, zorder=1)  # fmt: skip
        low, high = ax.get_ylim()
        room = 0.03 * (high - low)
        ax.set_ylim(min(low, frame["peers"].min() - room), max(high, frame["peers"].max() + room))
    with style_sheet():
        legend_above(ax)
    ax.set_xlabel("")
    ax.set_xticks(ax.get_xticks(), [axis_period(t.get_text(), frame.facts.lang)
                                    for t in ax.get_xticklabels()])  # fmt: skip
    return ax


def axis_period(text: str, lang: str) -> str:
    """A month or the first day of a week, short enough for an axis."""
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return month(text, lang, short=True)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return day(text, lang, year=False, short=True)
    return text


def _definitions(frame: Result, options: Mapping[str, Any]) -> Axes:
    given = _known(options, "name", "accent", "unit")
    called = words.ui("published", frame.facts.lang)
    ax = plots.plot_definitions(frame, reference_as=called, **given)
    _write_limits(ax, frame, "", options.get("unit", "share"))
    return ax


def _funnel(frame: Result, options: Mapping[str, Any]) -> Axes:
    table = frame.rename(columns=_FUNNEL).assign(inner=LEVEL, outer=0.998)
    return plots_many.plot_funnel(table, **_known(options, "name", "accent"))


_WAYS: dict[str, Callable[[Result, Mapping[str, Any]], Any]] = {
    "estimates": _estimates,
    "differences": _differences,
    "rank_sets": _ranks,
    "curves": _curves,
    "heat": _heat,
    "trend": _trend,
    "definitions": _definitions,
    "funnel": _funnel,
}


@contextmanager
def _page(salt: str) -> Iterator[None]:
    """Rendered with the fonts of the report, letters as paths: no reader can replace them."""
    with style_sheet(), warnings.catch_warnings():
        from matplotlib import font_manager, rcParams

        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        seen = {entry.fname for entry in font_manager.fontManager.ttflist}
        for path in sorted(FONTS.glob("*.ttf")):
            if str(path) not in seen:
                font_manager.fontManager.addfont(path)
        finder = logging.getLogger("matplotlib.font_manager")
        level = finder.level
        finder.setLevel(logging.ERROR)  # it says each time that bold is SemiBold
        rcParams["font.family"] = ["Inter", "DejaVu Sans"]
        rcParams["svg.fonttype"] = "path"
        rcParams["svg.hashsalt"] = f"carekit {salt}"
        try:
            yield
        finally:
            finder.setLevel(level)


def _recolour(made: Figure, colours: Mapping[str, str]) -> None:
    """Artists in one of these colours get another, whatever of them has it."""
    from matplotlib.colors import to_hex

    wanted = {old.lower(): new for old, new in colours.items() if old.lower() != new.lower()}
    known: dict[Any, list[tuple[str, str]]] = {}
    for artist in made.findobj() if wanted else ():
        kind = type(artist)
        if kind not in known:
            known[kind] = _painted(kind)
        for get, put in known[kind]:
            found = getattr(artist, get)()
            if isinstance(found, str) and found.startswith("#") and to_hex(found) in wanted:
                getattr(artist, put)(wanted[to_hex(found)])


def _painted(kind: type) -> list[tuple[str, str]]:
    """How artists of a kind are asked for the colours of their parts, and given others."""
    parts = ("color", "markerfacecolor", "markeredgecolor", "facecolor", "edgecolor")
    ways = ((f"get_{part}", f"set_{part}") for part in parts)
    return [way for way in ways if all(hasattr(kind, name) for name in way)]
