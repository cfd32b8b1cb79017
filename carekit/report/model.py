"""The report as plain data. One pure function fills it; the writers show it and compute nothing.

Every number of a sentence is a `Value`; every sentence is a `Message` (key of the catalogue and
values); a `Finding` is a message that carries its evidence: rows of the report's tables. Tables
hold raw numbers. Text is made by `carekit.report.words.say(message, lang)` alone.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

# share 0..1, points = a difference of shares (0.05 is five points), score of 20, minutes, places
# of a rank; date and month are ISO text, dates two of them with a slash;
# the last line are codes, named by `words.code`.
Kind = Literal[
    "share", "points", "minutes", "count", "score", "rank", "number", "date", "month", "text",
    "network", "category", "definition", "weekday", "hour", "criterion", "rating", "code", "dates",
]  # fmt: skip
Level = Literal["established", "undecided", "level", "none"]


@dataclass(frozen=True)
class Value:
    """One number, name or date of a sentence, with both ends of its interval where it has one.

    In a pattern, `{rate}` is the value, `{rate_low}` and `{rate_high}` are the ends.
    """

    kind: Kind
    value: float | int | str | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Message:
    """A sentence: its key in the catalogues and the values of its placeholders."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """Where a number comes from: row `row` (from 0) of the table `table` of the report."""

    id: str
    table: str
    row: int


@dataclass(frozen=True)
class Finding(Message):
    """A sentence that states a result, with its evidence and how well it is established."""

    evidence: tuple[Evidence, ...] = ()
    level: Level = "none"


@dataclass(frozen=True)
class Paragraph:
    """Sentences that follow one another."""

    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Bullets:
    """Sentences in a list."""

    items: tuple[Message, ...]


@dataclass(frozen=True)
class Tiles:
    """At most three headline numbers: `heading` names it, `value` has its interval."""

    items: tuple[tuple[Message, Value], ...]


@dataclass(frozen=True)
class Callout:
    """A box that must not be overlooked."""

    messages: tuple[Message, ...]
    tone: Literal["note", "warning"] = "note"


@dataclass(frozen=True)
class Terms:
    """A glossary: term and what it means."""

    items: tuple[tuple[Message, Message], ...]


@dataclass(frozen=True)
class Quotes:
    """Posts of customers, redacted (`--quotes`): what they wrote, never who."""

    heading: Message
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table: `heading` is a key of the catalogue, `kind` says how it is written."""

    name: str
    kind: Kind
    heading: str
    align: Literal["left", "right"] = "right"


@dataclass(frozen=True, eq=False)
class Table:
    """Raw numbers with their columns; `data/<id>.csv` holds the same frame.

    `highlight`: the value of the first column whose row is the client's. `keys`: the columns that
    select, in `Report.requests`, the requests behind a row.
    """

    id: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    caption: Message
    highlight: str = ""
    keys: tuple[str, ...] = ()


# What each kind of chart finds in its frame (`encoding` names columns where they differ):
#   estimates    <name>, estimate, ci_low, ci_high, n [, <series>] [, hollow]; `unit`
#   differences  <name>, estimate, ci_low, ci_high, established (False: hollow marker)
#   rank_sets    <name>, rank, best_rank, worst_rank
#   curves       <series>, minutes, estimate, ci_low, ci_high
#   heat         weekday 1..7, hour 0..23, n, estimate (missing where n < 10)
#   trend        <period>, estimate, ci_low, ci_high, limit_low, limit_high, peers
#   definitions  <name>, estimate, ci_low, ci_high, published
#   funnel       <name>, n, estimate, low_95, high_95, low_998, high_998
ChartKind = Literal[
    "estimates", "differences", "rank_sets", "curves", "heat", "trend", "definitions", "funnel"
]
Native = Literal["bars", "ranges", "clusters", "line"]


@dataclass(frozen=True, eq=False)
class Chart:
    """A drawing: headline (a finding), subtitle (what, whom, when), caption (source, base, zone).

    `encoding`: options of the plot of that kind: name, series, unit, period, accent (names drawn in
    the accent colour) … `native`: how PowerPoint draws it itself; None: as a picture.
    """

    id: str
    kind: ChartKind
    frame: pd.DataFrame
    encoding: Mapping[str, Any]
    headline: Finding
    subtitle: Message
    caption: Message
    alt: Message
    native: Native | None = None


Block = Paragraph | Finding | Bullets | Tiles | Chart | Table | Callout | Terms | Quotes


@dataclass(frozen=True)
class Section:
    """A section that stands alone: its heading and its blocks, in reading order."""

    id: str
    heading: Message
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Meta:
    """What the cover and the method say of the report itself."""

    brand: str
    peers: tuple[str, ...]
    lang: Literal["fr", "en"]
    title: Message
    subtitle: Message
    first: str  # ISO date, local, first day of the period
    last: str  # last day
    zone: str
    zone_known: bool
    observed_until: str  # ISO date and time
    author: str = ""
    synthetic: bool = False
    dataset: str = ""
    accent: str = "#0b5cad"
    logo: str = ""  # data: address of the picture
    anonymised: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, int] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    weights_name: str = "carekit-2026"


@dataclass(frozen=True, eq=False)
class Report:
    """The whole report. `tables`: every table by id, those of the sections included."""

    meta: Meta
    preflight: tuple[Finding, ...]
    sections: tuple[Section, ...]
    tables: Mapping[str, Table]
    requests: pd.DataFrame | None = None  # the client's alone; None with --no-ids

    def blocks(self) -> Iterator[tuple[Section, Block]]:
        """Every block with its section, in reading order."""
        for section in self.sections:
            for block in section.blocks:
                yield section, block

    def charts(self) -> Iterator[Chart]:
        """Every chart, in reading order."""
        for _, block in self.blocks():
            if isinstance(block, Chart):
                yield block

    def findings(self) -> Iterator[Finding]:
        """Every finding, in reading order; headlines of charts included."""
        yield from self.preflight
        for _, block in self.blocks():
            yield from (m for m in messages_of(block) if isinstance(m, Finding))

    def section(self, name: str) -> Section:
        """The section `name`; KeyError where the report has none."""
        for section in self.sections:
            if section.id == name:
                return section
        raise KeyError(name)


def messages_of(block: Block) -> list[Message]:
    """The sentences of a block, in reading order."""
    match block:
        case Message():
            return [block]
        case Paragraph() | Callout():
            return list(block.messages)
        case Bullets():
            return list(block.items)
        case Tiles():
            return [heading for heading, _ in block.items]
        case Terms():
            return [m for pair in block.items for m in pair]
        case Chart():
            return [block.headline, block.subtitle, block.caption, block.alt]
        case Table():
            return [block.caption]
        case Quotes():
            return [block.heading]


_BLOCKS = {
    kind.__name__: kind
    for kind in (Paragraph, Finding, Message, Bullets, Tiles, Chart, Table, Callout, Terms, Quotes,
                 Section, Meta, Value, Evidence, Column)
}  # fmt: skip


def to_json(report: Report) -> str:
    """The tree as JSON, keys in the order of the fields, the same bytes for the same report."""
    tree = {
        "format": "carekit-benchmark-1",
        "meta": _plain(report.meta),
        "preflight": _plain(report.preflight),
        "sections": _plain(report.sections),
        "tables": {name: _plain(table, whole=True) for name, table in report.tables.items()},
        "requests": None if report.requests is None else _plain(report.requests),
    }
    return json.dumps(tree, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def from_json(text: str) -> Report:
    """The report of such JSON."""
    tree = json.loads(text)
    tables = {name: _built(table, {}) for name, table in tree["tables"].items()}
    requests = None if tree["requests"] is None else _built(tree["requests"], tables)
    parts = {key: _built(tree[key], tables) for key in ("meta", "preflight", "sections")}
    return Report(**parts, tables=tables, requests=requests)


def _plain(thing: Any, whole: bool = False) -> Any:
    """A part of the report as JSON; a table inside a section is its id alone."""
    if isinstance(thing, Table) and not whole:
        return {"is": "Table", "id": thing.id}
    if dataclasses.is_dataclass(thing):
        fields = {f.name: _plain(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
        return {"is": type(thing).__name__, **fields}
    if isinstance(thing, pd.DataFrame):
        rows = [[_plain(cell) for cell in row] for row in thing.itertuples(index=False, name=None)]
        return {"is": "frame", "columns": [str(c) for c in thing.columns], "rows": rows}
    if isinstance(thing, Mapping):
        return {str(key): _plain(value) for key, value in thing.items()}
    if isinstance(thing, tuple | list):
        return [_plain(item) for item in thing]
    if thing is None or isinstance(thing, str | bool):
        return thing
    if hasattr(thing, "isoformat"):
        return thing.isoformat() if thing is not pd.NaT else None
    if hasattr(thing, "item"):
        thing = thing.item()
    if thing is pd.NA or (isinstance(thing, float) and not math.isfinite(thing)):
        return None
    return thing


def _built(thing: Any, tables: Mapping[str, Table]) -> Any:
    """The part of a report that `_plain` wrote."""
    if isinstance(thing, list):
        return tuple(_built(item, tables) for item in thing)
    if not isinstance(thing, dict):
        return thing
    if "is" not in thing:
        return {key: _built(value, tables) for key, value in thing.items()}
    kind, fields = thing["is"], {key: value for key, value in thing.items() if key != "is"}
    if kind == "frame":
        made = pd.DataFrame(fields["rows"], columns=fields["columns"], dtype=object)
        whole = [c for c in made if not made[c].map(lambda v: v is None).any()]
        return made.astype({c: made[c].infer_objects().dtype for c in whole})
    if kind == "Table" and set(fields) == {"id"}:
        return tables[fields["id"]]
    return _BLOCKS[kind](**{key: _built(value, tables) for key, value in fields.items()})
