"""Frames and findings → the report: what stands in which section, in reading order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from carekit.report import around
from carekit.report import findings as say
from carekit.report.about import limits, method
from carekit.report.actions import framed_hours
from carekit.report.asked import MIN_N, SMALL_CELL
from carekit.report.model import (
    Block,
    Bullets,
    Callout,
    Chart,
    Finding,
    Kind,
    Message,
    Meta,
    Paragraph,
    Quotes,
    Report,
    Section,
    Table,
    Terms,
    Tiles,
    Value,
)  # fmt: skip
from carekit.report.preflight import Found
from carekit.report.tables import Book, count, interval, plain, span

TERMS = "request answer rate interval points established places median repeat handoff".split()


def compose(book: Book, found: Found, meta: Meta) -> Report:
    """The report. Nothing is measured here, and no word is chosen but by a finding."""
    parts = [_waits, _contacts, _reasons]
    if not book.frames.facts["closed"]:
        parts = [_rate, _gaps, _networks, _waits, _hours, _contacts, _reasons, _score, _trend,
                 _published]  # fmt: skip
    if book.frames.missing["csat"] != "none":
        parts.insert(parts.index(_reasons) + 1, _satisfaction)
    made = [
        _main(book, found), *(part(book) for part in parts), _section("limits", [limits(book, found)]),
        _section("method", [method(book, meta)]), _section("glossary", [terms(book, TERMS)]),
    ]  # fmt: skip
    shown = {b.id for s in made for b in s.blocks if isinstance(b, Table)}
    others = []
    for name in ("definitions", "curves", "criteria", "heat", "actions", "shrunk", "funnel"):
        if name in book.shown and book.has(name):
            table = book.table(name)
            if name not in shown and len(table.frame) <= 60:
                others.append(table)
    if others:
        made.append(_section("tables", others))
    listed = None if book.asked.no_ids else book.frames.requests
    return Report(meta, found.sentences, tuple(made), dict(book.tables), listed)


def terms(book: Book, names: Iterable[str]) -> Terms:
    """The glossary."""
    return Terms(tuple((Message(f"term.{n}"), Message(book.worded(f"term.{n}.is"))) for n in names))


def _section(name: str, blocks: Iterable[Block | None]) -> Section:
    return Section(name, Message(f"h.{name}"), tuple(b for b in blocks if b is not None))


def _lines(messages: list[Any]) -> Paragraph | None:
    return Paragraph(tuple(messages)) if messages else None


def _main(book: Book, found: Found) -> Section:
    blocks: list[Block | None] = []
    if found.sentences:
        grave = ("pre.rejected", "selection", "pre.midnight", "pre.synthetic")
        serious = any(f.key.startswith(grave) for f in found.sentences)
        blocks.append(Callout(found.sentences, "warning" if serious else "note"))
    if book.frames.facts["closed"]:
        points = [*say.wait_answered(book), *say.handoff(book)[:1]]
        return _section("main", [*blocks, Bullets(tuple(points))])
    blocks.append(_tiles(book))
    points = [
        say.rate(book), *say.rank(book), *say.best_gap(book), *say.wait(book),
        *say.score(book)[:1], *around.action(book),
    ]  # fmt: skip
    return _section("main", [*blocks, Bullets(tuple(points)), Paragraph((Message("census"),))])


def _tiles(book: Book) -> Tiles:
    row, _ = book.mine("rates")
    items = [(Message("tile.rate"), interval("share", row))]
    if book.has("waits"):
        wait, _ = book.mine("waits")
        if plain(wait["median_minutes"]) is not None:
            value = interval("minutes", {**wait, "estimate": wait["median_minutes"]})
            items.append((Message("tile.wait"), value))
        elif plain(wait.get("within_1440")) is not None:
            ends = (plain(wait["within_1440_low"]), plain(wait["within_1440_high"]))
            items.append(
                (Message("tile.within"), Value("share", plain(wait["within_1440"]), *ends))
            )
    if book.has("scores"):
        score, _ = book.mine("scores")
        items.append((Message("tile.score"), interval("score", score)))
    return Tiles(tuple(items))


def _caption(book: Book, n: int, key: str = "") -> Message:
    key = key or book.frames.facts.get("caption", "caption")
    source = Value("text", book.frames.facts["source"])
    return Message(key, {"source": source, "n": count(n)})


def _alt(book: Book, frame: pd.DataFrame, kind: Kind = "share") -> Message:
    """The text alternative of rows with the client among them, or of the client's own rows."""
    known = frame[frame["estimate"].notna()]
    if known.empty:
        return Message("alt.rows", {"k": count(0), "least": Value("text", ""),
                                    "most": Value("text", "")})  # fmt: skip
    ends = {
        "k": count(len(known)),
        "least": Value(kind, float(known["estimate"].min())),
        "most": Value(kind, float(known["estimate"].max())),
    }
    mine = known[known["brand"] == book.brand] if "brand" in known else known.head(0)
    if mine.empty:
        return Message("alt.rows", ends)
    value = interval(kind, dict(mine.iloc[0]))
    return Message("alt.estimates", {**ends, "brand": book.client, "value": value})


def _chart(
    book: Book, ident: str, kind: Any, frame: pd.DataFrame, headline: Finding, caption: Message,
    *, alt: Message | None = None, subtitle: Message | None = None, native: Any = None,
    unit: Kind = "share", **encoding: Any,
) -> Chart:  # fmt: skip
    """A chart whose options and sentences follow from its name where nothing else is said."""
    about = {"brand": book.client, "zone": say.zone(book), "span": span(book)}
    order = {"order": "given"} if book.asked.anonymise_peers else {}
    shown = {"name": "brand", "unit": unit, "accent": (book.brand,), **order, **encoding}
    if kind != "funnel" and "brand" in frame:
        frame = frame[frame["brand"].isin(book.near)]
    sub = subtitle or Message(book.worded(f"sub.{ident}"), about)
    alt = alt or _alt(book, frame, unit)
    return Chart(
        ident, kind, frame.reset_index(drop=True), shown, headline, sub, caption, alt, native
    )


def _rest(chart: Chart | None, text: list[Any]) -> list[Any]:
    """The sentences that are not the headline of the chart above them."""
    return text[1:] if chart is not None else text


def _enough(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[(frame["n"] >= MIN_N) & frame["estimate"].notna()]


def _rate(book: Book) -> Section:
    frame = _enough(book.frame("rates"))
    chart = _chart(
        book, "rate", "estimates", frame, say.rate_head(book),
        _caption(book, int(frame["n"].sum())), native="bars",
    )  # fmt: skip
    text = [say.rate(book), *say.peers_range(book), *say.bounds(book), *say.small(book)]
    if len(book.near) < len(frame):
        values = {"brand": book.client, "n": count(len(book.near) - 1)}
        text.append(Finding("nearest", values))
    return _section("rate", [chart, _lines(text), book.table("rates")])


def _gaps(book: Book) -> Section:
    if not book.has("differences"):
        return _section("gaps", [Paragraph((Finding("no.peers"),))])
    blocks: list[Block | None] = []
    frame = book.frame("differences").assign(established=lambda f: f["level"] == "established")
    base = _caption(book, int(_enough(book.frame("rates"))["n"].sum()))
    blocks.append(
        _chart(book, "diff", "differences", frame, say.gap_count(book)[0], base, unit="points",
               alt=_alt(book, frame, "points"), accent=(), native="bars")
    )  # fmt: skip
    m = count(len(frame))
    together = [Message("interval.alone")] if len(frame) > 1 else []
    blocks.append(Paragraph((Finding("family", {"m": m}), *together)))
    listed = say.gaps(book)
    near = sorted(listed, key=lambda f: abs(float(f.values["d"].value or 0)))[:10]
    blocks.append(Bullets(tuple(f for f in listed if f in near)))
    blocks.append(book.table("differences"))
    if book.has("ranks"):
        places = book.frame("ranks")
        row, _ = book.mine("ranks")
        alt = Message("alt.ranks", {
            "k": count(len(places)), "brand": book.client,
            "rank": Value("count", int(row["rank"])), "best": count(row["best_rank"]),
            "worst": count(row["worst_rank"]),
        })  # fmt: skip
        place = [*say.rank(book), *say.together(book), *say.top3(book)]
        blocks.append(_chart(book, "rank", "rank_sets", places, place[0], base, alt=alt,
                             unit="rank", native="ranges"))  # fmt: skip
        blocks += [_lines(place[1:]), book.table("ranks")]
    else:
        blocks.append(_lines(say.rank(book)))
    if book.has("funnel"):
        table = book.frame("funnel")
        outside = count((table["outside"] == "outer").sum())
        said = Finding("funnel", {"k": outside, "m": count(len(table))})
        blocks.append(_chart(book, "funnel", "funnel", table, said, base))
    return _section("gaps", blocks)


def _networks(book: Book) -> Section:
    text = say.networks(book)
    if not book.has("networks"):
        return _section("networks", [_lines(text)])
    frame = book.frame("networks")
    chart = against_peers(book, "networks", "network", text[0]) if len(_known(frame)) else None
    return _section("networks", [chart, _lines(_rest(chart, text)), book.table("networks")])


def _known(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["estimate"].notna()]


def against_peers(book: Book, table: str, column: str, headline: Finding) -> Chart:
    """The client by network (or another column) beside the median of its peers."""
    known = _known(book.frame(table))
    own = known.assign(who=book.brand)[[column, "who", "n", "estimate", "ci_low", "ci_high"]]
    peers = known[known["peers_median"].notna()]
    lines = [own]
    if len(peers):
        called = Value("code", "peers_median")
        other = peers.assign(estimate=peers["peers_median"], who=str(called.value))
        other = other.assign(ci_low=float("nan"), ci_high=float("nan"))
        lines.append(other[own.columns])
    alone = Message(f"sub.{table}.alone", {"brand": book.client})
    both = pd.concat(lines, ignore_index=True)
    return _chart(
        book, table, "estimates", both, headline, _caption(book, int(known["n"].sum())),
        alt=_alt(book, known.drop(columns="brand")), name=column, series="who",
        series_kind="code", native="clusters", subtitle=None if len(peers) else alone,
    )  # fmt: skip


def _waits(book: Book) -> Section:
    text = [*say.wait(book), *say.wait_answered(book)]
    if not book.has("waits"):
        return _section("waits", [_lines(text)])
    chart = None
    if book.has("curves"):
        row, _ = book.mine("waits")
        alt = Message("alt.curves", {
            "k": count(book.frame("curves")["brand"].nunique()), "brand": book.client,
            "h1": Value("share", plain(row["within_60"])),
            "h24": Value("share", plain(row["within_1440"])),
        })  # fmt: skip
        chart = _chart(
            book, "curves", "curves", book.frame("curves"), text[0],
            _caption(book, int(_enough(book.frame("rates"))["n"].sum())), alt=alt, series="brand",
        )  # fmt: skip
    return _section("waits", [chart, _lines(_rest(chart, text)), book.table("waits")])


def _hours(book: Book) -> Section:
    text = say.hours(book)
    if not book.has("heat"):
        return _section("hours", [_lines(text)])
    frame = book.frame("heat")
    alt = Message("alt.heat", {"start": text[0].values["start"]})
    framed: dict[str, Any] = {}
    if book.asked.hours:
        framed["framed"] = framed_hours(book.asked.hours)
    chart = _chart(
        book, "heat", "heat", frame, text[0], _caption(book, int(frame["n"].sum()), "caption.plain"), alt=alt,
        **framed,
    )  # fmt: skip
    cells = Message("hours.cells", {"min": count(SMALL_CELL)})
    return _section("hours", [chart, Paragraph((*text[1:], cells))])


def _contacts(book: Book) -> Section:
    text, more = say.repeats(book), say.handoff(book)
    blocks: list[Block | None] = []
    if book.has("repeats"):
        rows = book.frame("repeats")
        before = _enough(rows[rows["repeat"] == "before"])
        blocks.append(_chart(book, "repeats", "estimates", before, text[0],
                             _caption(book, int(before["n"].sum())), native="bars"))  # fmt: skip
    blocks.append(_lines(text[1:] if blocks else text))
    if book.has("repeats"):
        blocks.append(book.table("repeats"))
    if book.has("handoffs"):
        rows = _enough(book.frame("handoffs"))
        drawn = len(rows) > 0
        if drawn:
            caption = _caption(book, int(rows["n"].sum()), "caption.answers")
            blocks.append(_chart(book, "handoffs", "estimates", rows, more[0], caption,
                                 native="bars"))  # fmt: skip
        blocks += [_lines(more[1:] if drawn else more), book.table("handoffs")]
    else:
        blocks.append(_lines(more))
    return _section("contacts", blocks)


def _reasons(book: Book) -> Section:
    if book.frames.missing.get("categories") == "unsorted":
        n, share = book.frames.facts["unsorted"]
        values = {"n": Value("count", n), "share": Value("share", share)}
        return _section("reasons", [Paragraph((Finding("texts.unsorted", values),))])
    if not book.has("categories"):
        why = book.frames.missing.get("categories", "texts")
        return _section("reasons", [Paragraph((Finding(say.NO_TEXTS[why]),))])
    text = say.categories(book)
    frame = book.frame("categories")
    raw = not book.frames.facts.get("n_coded")
    caption = _caption(book, int(frame["n"].iloc[0]), "caption.raw" if raw else "caption")
    blocks: list[Block | None] = [
        _chart(book, "categories", "estimates", frame.assign(hollow=raw), text[0], caption,
               name="category", accent=(), native="bars"),
        _lines(text[1:]), book.table("categories"),
    ]  # fmt: skip
    if book.has("category_rates"):
        blocks += [Paragraph((Message("cat.rates"),)), book.table("category_rates")]
    if book.frames.texts:
        blocks.append(Quotes(Message("h.quotes"), book.frames.texts))
    return _section("reasons", blocks)


def _satisfaction(book: Book) -> Section:
    if not book.has("csat"):
        return _section("csat", [Paragraph((Finding("csat.scale"),))])
    text, frame = say.csat(book), book.frame("csat")
    parts = frame[(frame["split"] != "all") & frame["estimate"].notna()]
    chart = None
    if len(parts) > 1:
        whole = int(frame.loc[frame["split"] == "all", "n"].iloc[0])
        chart = _chart(
            book, "csat", "estimates", parts, text[0], _caption(book, whole), name="part",
            name_kind="code", accent=(), order="given", native="bars",
        )  # fmt: skip
    return _section("csat", [chart, _lines(_rest(chart, text)), book.table("csat")])


def _score(book: Book) -> Section:
    text = say.score(book)
    if not book.has("scores"):
        return _section("score", [_lines(text)])
    frame = book.frame("scores")
    chart = _chart(
        book, "scores", "estimates", frame, say.score_head(book),
        _caption(book, int(frame["n"].sum())), unit="number", written="score",
        alt=_alt(book, frame, "score"), native="bars",
    )  # fmt: skip
    name = book.asked.weights_name
    there = set(book.frame("criteria")["criterion"])
    left = [Message("score.left", {"name": Value("criterion", c)})
            for c in book.asked.weights if c not in there]  # fmt: skip
    about = Paragraph((Message("score.what", {"name": Value("text", name)}), *left,
                       Message("score.handoff")))  # fmt: skip
    tables = (book.table("scores"), about, book.table("criteria"))
    return _section("score", [chart, _lines(text), *tables])


def _trend(book: Book) -> Section:
    text = around.trend(book)
    if not book.has("trend"):
        return _section("trend", [_lines(text)])
    frame = book.frame("trend")
    unit = book.frames.facts["trend"]["unit"]
    ends = {
        "n": count(len(frame)),
        "least": Value("share", float(frame["estimate"].min())),
        "most": Value("share", float(frame["estimate"].max())),
    }
    chart = _chart(
        book, "trend", "trend", frame, text[0], _caption(book, int(frame["n"].sum())),
        alt=Message("alt.trend", ends), native="line", name="period", period="period",
        subtitle=Message(f"sub.trend.{unit}", {"brand": book.client}),
    )  # fmt: skip
    return _section("trend", [chart, _lines(text[1:]), book.table("trend")])


def _published(book: Book) -> Section:
    text, spread = around.published(book), around.definitions(book)
    blocks: list[Block | None] = [Paragraph((text[0],))]
    if spread:
        frame = book.frame("definitions")
        blocks.append(
            _chart(book, "definitions", "estimates", frame, spread[0],
                   _caption(book, int(book.frames.facts["n"])), name="definition", accent=(),
                   order="given")
        )  # fmt: skip
        blocks.append(book.table("definitions"))
    if len(text) > 1:
        blocks += [Bullets(tuple(text[1:])), book.table("published")]
    return _section("published", blocks)
