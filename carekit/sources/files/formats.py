"""The formats that carekit imports: what each is called, how it is told, how it is read.

A format is a value. A text table says in SQL how its columns become drafts; any other file yields
items, each with its drafts as dictionaries. Both end in the same table of drafts.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from carekit.dataset.manifest import NOTHING_LEFT_OUT, Selection
from carekit.errors import InputError
from carekit.sources.drafts import select, union
from carekit.sources.files.cells import line_breaks
from carekit.sources.files.json_documents import peek
from carekit.sources.files.opening import Reading
from carekit.sources.files.table import Header, TableFile, read_header
from carekit.sources.files.text import Lines
from carekit.sources.files.unknown import looks_like
from carekit.sources.found import Person
from carekit.sources.gaps import Gap
from carekit.sources.networks import FORMATS
from carekit.sources.times import Clock

ZONELESS = "zoneless"  # the tally of times of a frequent form that carry no zone
# Every format that is known, in the order in which `auto` asks; any table comes last.
MODULES = {
    **FORMATS,
    "tickets": "carekit.sources.files.tickets",
    "csv": "carekit.sources.files.any_csv",
}


@dataclass(frozen=True)
class Options:
    """What the user says about the files, as `import_files` takes it."""

    clock: Clock = field(default_factory=Clock)
    mapping: Mapping[str, str] = field(default_factory=dict)
    network: str | None = None
    brand: str | None = None
    lists_accounts: bool = False
    accounts: frozenset[tuple[str, str]] = frozenset()  # (network, handle as it compares it)
    key: bytes = field(default=b"", repr=False)
    roles: Mapping[str, str] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)
    guessed: frozenset[str] = frozenset()  # of `mapping`, what the table told
    staff: Mapping[str, str] = field(default_factory=dict)  # user → role, as any of the files says

    @property
    def told(self) -> frozenset[str]:
        """Our names that the user maps."""
        return frozenset(self.mapping) - self.guessed


@dataclass(frozen=True)
class Asked:
    """What was asked of an import beyond how to read its files."""

    observed_at: int | None = None
    strict: bool = False
    redact: bool = False
    accept_rejected: bool = False
    without_automatic: bool = False
    said_selection: bool = False
    tell: Callable[[str], None] = lambda sentence: None


@dataclass(frozen=True)
class Derived:
    """Columns that Python makes from a row: names, and a function that gives their values.

    The function gets the row by column name in lower case; a ValueError rejects the row, its
    message is the reason; NoPost leaves it out. In SQL the columns are called d0, d1, …
    """

    names: tuple[str, ...]
    make: Callable[[Mapping[str, str]], Sequence[str]]


class Caution(str):
    """A warning that stands beside every number."""


@dataclass(frozen=True)
class Drafts:
    """How the rows of a table become drafts."""

    main: Mapping[str, str]  # draft fields as SQL expressions over the columns c0, c1, … and `line`
    # The same for an answer inside the row, made where `nested_if` holds.
    nested: Mapping[str, str] | None = None
    nested_if: str = "FALSE"
    # Name → SQL expression over the columns, computed once; `main` and `nested` may use it.
    prepared: Mapping[str, str] = field(default_factory=dict)
    # Name → SQL integer expression, summed over the rows for `warn`.
    tallies: Mapping[str, str] = field(default_factory=dict)
    free_text: Sequence[str] = ()  # columns that may hold line breaks
    # Tallies → warnings; may raise InputError.
    warn: Callable[[Mapping[str, int]], list[str]] = lambda tallies: []
    derived: Derived | None = None  # columns to be made in Python first
    # False if the author of a brand's post may be a person who works for it.
    authors_are_accounts: bool = True
    kept: tuple[str, ...] = ()  # columns that the field `kept` of the drafts holds
    # Our names → headings that were read, for the report.
    columns: Mapping[str, str] = field(default_factory=dict)
    clock: Clock | None = None  # how times are read, where the table told it
    by_thread: bool = False  # true if the rows say in which thread they stand, not what they answer

    def relation(self, rows: str) -> str:
        """SQL of the drafts of some rows, in brackets."""
        for name, sql in self.prepared.items():
            rows = f"(SELECT *, {sql} AS {name} FROM {rows})"
        counted = dict(self.tallies)
        counted["breaks"] = _sum([line_breaks(c) for c in self.free_text])
        made = [select(self.main, rows, tallies=counted)]
        if self.nested is not None:
            answers = f"{rows} WHERE {self.nested_if}"
            made.append(select(self.nested, answers, tallies=dict.fromkeys(counted, "0")))
        return union(made)


def _sum(terms: Sequence[str]) -> str:
    """SQL of a sum; in groups, because an expression of a thousand steps is too deep for DuckDB."""
    groups = [" + ".join(terms[at : at + 100]) for at in range(0, len(terms), 100)]
    return " + ".join(f"({g})" for g in groups) or "0"


class Item(NamedTuple):
    """One item of a file that is no plain table: where it starts, its drafts, or why it has none.

    `line` is unique among the items. All drafts but the first count as answers inside the item. A
    run of `n` equal problems up to the line `last` may come as one. An item that is no post by its
    nature (a service message, a stub) says so in `left_out`: it is counted, and no fault. `gaps`
    are what the item says is missing from its thread. An item without drafts whose `n` is 0 counts
    as none: it carries gaps, a `warning` for the user (which stands beside every number if it
    `biases` them), or `people` whose id and handle belong together.
    """

    line: int
    drafts: list[dict[str, Any]]
    problem: str | None = None
    n: int = 1
    last: int = 0
    left_out: str | None = None
    gaps: Sequence[Gap] = ()
    warning: str | None = None
    people: Sequence[Person] = ()
    biases: bool = False


@dataclass(frozen=True)
class Sample:
    """The beginning of a file, for recognising its format: `json` if it begins as JSON does."""

    path: Path
    header: Header | None
    head: str
    json: Any = None


@dataclass(frozen=True)
class Format:
    """One file format."""

    name: str  # as the command line writes it
    what: str  # for a list
    recognises: Callable[[Sample], bool]
    # (TableFile, Options) → Drafts, for a text table; raises InputError if columns are missing.
    drafts: Callable[[TableFile, Options], Drafts] | None = None
    # (path, name, Options) → items, for anything else.
    items: Callable[[Path, str, Options], Iterator[Item]] | None = None
    title: str = ""
    licence: str = "not stated"
    selection: Selection = NOTHING_LEFT_OUT
    network: str | None = None
    # For items: False if the author of a brand's post may be a person who works for it.
    authors_are_accounts: bool = True
    place: Callable[[int], str] = str  # the line of an item → how a reader finds it in the file
    # A value of a JSON file → user → role, which holds for every file of the import.
    staff: Callable[[Any], Mapping[str, str]] | None = None


def has_columns(*names: str) -> Callable[[Sample], bool]:
    """Recognises a table by columns: it has all of these."""
    return lambda sample: (
        sample.header is not None and all(sample.header.find(n) is not None for n in names)
    )


def load_format(name: str) -> Format:
    """The format of that name."""
    if name not in MODULES:
        raise InputError(
            f"`format` is {name!r}; expected one of: auto, {', '.join(MODULES)}. Choose one of "
            "these, or `csv` with --map for any other table."
        )
    module = importlib.import_module(MODULES[name])
    formats: Sequence[Format] = module.FORMATS if name in FORMATS else (module.FORMAT,)
    return next(f for f in formats if f.name == name)


def recognise(path: Path, *, name: str | None = None, header: int | None = None) -> Format:
    """The format of a file, by its beginning."""
    head = "".join(line or "" for line, _ in zip(Lines(path), range(20), strict=False))
    begun = peek(path)
    found = read_header(path, at_line=header) if begun is None else None
    sample = Sample(path, found, head[:20_000], begun)
    for each in MODULES:
        candidate = load_format(each)
        if candidate.recognises(sample):
            return candidate
    if guess := looks_like(path, head=sample.head, value=begun):
        what, remedy = guess
        raise InputError(
            f"The format of {name or path.name} is not recognised: it looks like {what}. Known "
            f"formats: {', '.join(MODULES)}. {remedy}"
        )
    columns = sample.header.shown if sample.header else "none"
    raise InputError(
        f"The format of {name or path.name} is not recognised; columns found: {columns}. "
        f"Known formats: {', '.join(MODULES)}. Name the format, or use `csv` with "
        "--map OURS=THEIRS,… to say which column is which."
    )


def need_columns(header: Header, names: Sequence[str], *, file: str, format: str) -> list[str]:
    """SQL names of the columns that a format needs."""
    found = {name: header.find(name) for name in names}
    missing = [name for name, at in found.items() if at is None]
    if missing:
        raise InputError(
            f"{file} has no column {', '.join(map(repr, missing))}, which the format {format!r} "
            f"needs; found: {header.shown}. Check the "
            f"format, or import it with `carekit import csv {file} --map OURS=THEIRS,…`."
        )
    return [f"c{at}" for at in found.values()]
