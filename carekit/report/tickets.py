"""Requests of a help desk: how satisfied customers were, and words for requests that may be private."""

from __future__ import annotations

import dataclasses
from typing import Any

from carekit.report.asked import MIN_N
from carekit.report.model import Chart, Finding, Message, Table, Value
from carekit.report.tables import Book, count, interval, plain

# Sentences of public posts that have another wording where private messages are requests as well.
PRIVATE_TOO = frozenset(
    "rate pre.private method.request term.request.is term.answer.is limit.private limit.population "
    "sub.rate".split()
)


def said(book: Book) -> list[Finding]:
    """How many of those who rated were satisfied, and how few rated."""
    frame = book.frame("csat")
    whole, at = book.row("csat", split="all")
    rated, missing = int(whole["n"]), int(whole["n_missing"])
    if plain(whole["estimate"]) is None:
        return [Finding("csat.few", {"n": count(rated), "min": count(MIN_N)}, (at,))]
    values = {
        "n": count(rated), "share": interval("share", whole),
        "rated": Value("share", rated / (rated + missing)),
    }  # fmt: skip
    found = [Finding("csat", values, (at,), "established"), Finding("csat.who")]
    if plain(whole["mean"]) is not None:
        ends = (plain(whole["mean_low"]), plain(whole["mean_high"]))
        found.append(
            Finding("csat.mean", {"m": Value("number", plain(whole["mean"]), *ends)}, (at,))
        )
    if len(frame[(frame["split"] == "visibility") & (frame["n"] > 0)]) > 1:
        found.append(Finding("csat.apart"))
    return found


def private_too(thing: Any) -> Any:
    """The same report, each sentence of public posts in the words of tickets."""
    if isinstance(thing, tuple):
        return tuple(map(private_too, thing))
    if isinstance(thing, Table | type) or not dataclasses.is_dataclass(thing):
        return thing
    if isinstance(thing, Message):
        return (
            dataclasses.replace(thing, key=f"{thing.key}.any")
            if thing.key in PRIVATE_TOO
            else thing
        )
    names = [f.name for f in dataclasses.fields(thing)]
    if isinstance(thing, Chart):
        names = ["headline", "subtitle", "caption", "alt"]
    whole: Any = thing
    return dataclasses.replace(whole, **{n: private_too(getattr(thing, n)) for n in names})
