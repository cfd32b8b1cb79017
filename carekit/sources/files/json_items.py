"""What the networks read in a file → items of an import: every one is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from carekit.errors import InputError
from carekit.sources.files.formats import Format, Item, Options, Sample, has_columns
from carekit.sources.files.json_documents import Document, JsonFile
from carekit.sources.files.records import read_records
from carekit.sources.files.table import read_header
from carekit.sources.files.text import Lines
from carekit.sources.found import (
    ODD,
    STRANGE,
    Draft,
    Found,
    Gone,
    LeftOut,
    Person,
    Problem,
    Remark,
    sound,
)
from carekit.sources.gaps import Gap
from carekit.sources.identities import rename_draft
from carekit.sources.report import counted as pluralised

# Line and place in it make the number of an item; one line may hold a whole collection.
PER_LINE = 1 << 31
GONE = "a post that the source calls deleted or withheld"
_TIMES = ("created_at", "observed_at", "deleted_at")
Reader = Callable[[Any, Options], Iterator[Found]]


def place(line: int) -> str:
    """The number of an item as a reader finds it: the line, and which item of that line."""
    number, nth = divmod(line, PER_LINE)
    return f"{number}, item {nth + 1}" if nth else str(number)


def json_items(read: Reader) -> Callable[[Path, str, Options], Iterator[Item]]:
    """A reader of JSON files for `Format.items`."""

    def items(path: Path, name: str, options: Options) -> Iterator[Item]:
        file = JsonFile(path, name=name)
        yield from counted(file, read, name, options)
        for sentence in file.warnings:
            yield Item(0, [], n=0, warning=sentence)

    return items


def table_items(read: Reader) -> Callable[[Path, str, Options], Iterator[Item]]:
    """A reader of delimited tables whose rows are read as JSON is: by column name, in lower case.

    For tables of a network of which JSON is read too: what is a post must not depend on the format.
    """

    def items(path: Path, name: str, options: Options) -> Iterator[Item]:
        header = read_header(path)
        if header is None:
            raise InputError(
                f"`files`: {name} has no readable header. Expected a text table whose first row "
                "names its columns. Check that this is the right file."
            )
        names, start = [n.strip().casefold() for n in header.names], header.n_lines
        rows = read_records(
            islice(Lines(path), start, None),
            delimiter=header.delimiter,
            n_fields=len(names),
            start=start,
        )
        documents = (
            Document(
                r.line, r.fields and dict(zip(names, r.fields, strict=True)), r.problem, r.n, r.last
            )
            for r in rows
        )
        yield from counted(documents, read, name, options)

    return items


def json_format(
    name: str, what: str, recognises: Callable[[Sample], bool], read: Reader, **rest: Any
) -> Format:
    """A format of JSON files; `read` takes one value of a file."""
    return Format(name, what, recognises, items=json_items(read), place=place, **rest)


def row_format(name: str, what: str, columns: Sequence[str], read: Reader, **rest: Any) -> Format:
    """A format of tables whose rows are read as JSON is, told by some of its columns."""
    return Format(name, what, has_columns(*columns), items=table_items(read), place=place, **rest)


def counted(
    documents: Iterable[Document], read: Reader, name: str, options: Options
) -> Iterator[Item]:
    """The items of documents, numbered by the line and by their place in it."""
    zone = ZoneInfo(options.clock.tz)
    remarks: Counter[Remark] = Counter()
    line = nth = 0  # the place of the next item, in whatever value of its line it stands
    for document in documents:
        line, nth = document.line, nth if document.line == line else 0
        if document.problem is not None:
            last = document.last * PER_LINE
            yield Item(line * PER_LINE + nth, [], document.problem, document.n, last)
            nth += 1
            continue
        for item in _items(read, document.value, options, remarks):
            drafts = [_complete(sound(draft), zone, options) for draft in item.drafts]
            yield item._replace(line=line * PER_LINE + nth, drafts=drafts)
            nth += 1
    for remark, n in remarks.items():
        sentence = f"{pluralised(n, 'post')} of {name}: {remark.what}."
        yield Item(0, [], n=0, warning=sentence, biases=remark.biases)


def _items(read: Reader, value: Any, options: Options, remarks: Counter[Remark]) -> Iterator[Item]:
    """Everything that is found in one value, an item each; an answer inside stays with its post."""
    held: Item | None = None
    for found in _all(read, value, options):
        if isinstance(found, Remark):
            remarks[found] += 1
        elif isinstance(found, Gap):
            yield Item(0, [], n=0, gaps=(found.renamed(options.key),))
        elif isinstance(found, Person):
            yield Item(0, [], n=0, people=(found,))
        elif isinstance(found, dict) and found.get("nested") and held is not None and held.drafts:
            held.drafts.append(found)
        else:
            if held is not None:
                yield held
            held = _item(found)
    if held is not None:
        yield held


def _all(read: Reader, value: Any, options: Options) -> Iterator[Found]:
    """What a reader finds up to where it stumbles; readers guard each item by themselves."""
    try:
        yield from read(value, options)
    except ODD:
        yield Problem(STRANGE)


def _item(found: Found) -> Item:
    if isinstance(found, Problem):
        return Item(0, [], found.reason)
    if isinstance(found, LeftOut):
        return Item(0, [], left_out=found.reason)
    if isinstance(found, Gone):
        return Item(0, [], left_out=GONE)
    if isinstance(found, dict):
        return Item(0, [found])
    raise AssertionError(f"a reader yields no {type(found).__name__}")


def _complete(draft: Draft, zone: ZoneInfo, options: Options) -> Draft:
    """Times get a zone, ids that hold an identity a pseudonym, posts the brand of the options."""
    for name in _TIMES:
        time = draft.get(name)
        if isinstance(time, datetime) and time.tzinfo is None:
            try:
                draft[name] = time.replace(tzinfo=zone).astimezone(UTC)
            except OverflowError:
                draft[name] = None
    rename_draft(draft, options.key)
    if draft.get("brand") is None and options.brand is not None:
        draft["brand"] = options.brand
    return draft
