"""What the networks read in a JSON file → items of an import: every one is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from carekit.sources.files.formats import Item, Options
from carekit.sources.files.json_documents import JsonFile
from carekit.sources.found import Draft, Found, Gone, LeftOut, Problem, Remark, sound
from carekit.sources.gaps import Gap

# One line may hold a whole collection: line and place in it make the number of an item.
PER_LINE = 1_000_000
GONE = "a post that the source calls deleted or withheld"
STRANGE = "an item built in a way that the format does not know"
_TIMES = ("created_at", "observed_at", "deleted_at")
Mapper = Callable[[Any, Options], Iterator[Found]]


def place(line: int) -> str:
    """The number of an item as a reader finds it: the line, and which item of that line.

    Examples
    --------
    >>> place(12_000_000), place(1_000_004)
    ('12', '1, item 5')
    """
    number, nth = divmod(line, PER_LINE)
    return f"{number}, item {nth + 1}" if nth else str(number)


def json_items(mapper: Mapper) -> Callable[[Path, str, Options], Iterator[Item]]:
    """A reader of JSON files for `Format.items`.

    Parameters
    ----------
    mapper : callable
        One value of the file and the options → what is found in it, in its order.
    """

    def items(path: Path, name: str, options: Options) -> Iterator[Item]:
        file = JsonFile(path, name=name)
        zone = ZoneInfo(options.clock.tz)
        remarks: Counter[str] = Counter()
        for document in file:
            first = document.line * PER_LINE
            if document.problem is not None:
                last = document.last * PER_LINE
                yield Item(first, [], document.problem, document.n, last)
                continue
            for nth, item in enumerate(_items(mapper, document.value, options, remarks)):
                drafts = [_complete(sound(draft), zone, options) for draft in item.drafts]
                yield item._replace(line=first + nth, drafts=drafts)
        for sentence in [f"{n:,} posts of {name}: {what}." for what, n in remarks.items()]:
            yield Item(0, [], n=0, warning=sentence)
        for sentence in file.warnings:
            yield Item(0, [], n=0, warning=sentence)

    return items


def _items(mapper: Mapper, value: Any, options: Options, remarks: Counter[str]) -> Iterator[Item]:
    """Everything that is found in one value, an item each; an answer inside stays with its post."""
    held: Item | None = None
    try:
        for found in mapper(value, options):
            if isinstance(found, Remark):
                remarks[found.what] += 1
            elif isinstance(found, Gap):
                yield Item(0, [], n=0, gaps=(found,))
            elif isinstance(found, dict) and found.get("nested") and held is not None:
                held.drafts.append(found)
            else:
                if held is not None:
                    yield held
                held = _item(found)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, OverflowError):
        # A file may hold anything at any place: what a mapper cannot take is counted, not raised.
        if held is not None:
            yield held
        held = Item(0, [], STRANGE)
    if held is not None:
        yield held


def _item(found: Found) -> Item:
    if isinstance(found, Problem):
        return Item(0, [], found.reason)
    if isinstance(found, LeftOut):
        return Item(0, [], left_out=found.reason)
    if isinstance(found, Gone):
        return Item(0, [], left_out=GONE)
    if isinstance(found, dict):
        return Item(0, [found])
    raise TypeError(f"a mapper yields no {type(found).__name__}")


def _complete(draft: Draft, zone: ZoneInfo, options: Options) -> Draft:
    """Times without a zone get that of the options; the brand of the options fills a gap."""
    for name in _TIMES:
        time = draft.get(name)
        if isinstance(time, datetime) and time.tzinfo is None:
            try:
                draft[name] = time.replace(tzinfo=zone).astimezone(UTC)
            except OverflowError:
                draft[name] = None
    if draft.get("brand") is None and options.brand is not None:
        draft["brand"] = options.brand
    return draft
