"""From counts to a report: `benchmark_counts`, and its sections."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from carekit.dataset.measured import list_measured
from carekit.report import findings as say
from carekit.report import sections
from carekit.report.about import limits
from carekit.report.asked import ACCENT, Asked, call_of, check_accent, read_logo, word
from carekit.report.command import Benchmark, check_lang, need_extra
from carekit.report.counts import OPEN, Counted, measure, read_counts
from carekit.report.meta import made_with, meta_of
from carekit.report.model import (
    Bullets,
    Callout,
    Finding,
    Message,
    Meta,
    Paragraph,
    Report,
    Section,
    Table,
    Value,
)
from carekit.report.peers import choose
from carekit.report.preflight import Found
from carekit.report.tables import Book, count, end_of, interval, row_at

TERMS = "request answer rate interval points established places".split()


def benchmark_counts(
    counts: str | os.PathLike[str] | pd.DataFrame,
    *,
    brand: str,
    waits: str | os.PathLike[str] | pd.DataFrame | None = None,
    where: str = "",
    peers: str | Sequence[str] = "auto",
    lang: str = "",
    title: str = "",
    author: str = "",
    logo: str | os.PathLike[str] | None = None,
    accent: str = ACCENT,
    anonymise_peers: bool = False,
    told: Callable[[str], object] = lambda _step: None,
) -> Benchmark:
    """One brand beside its peers, from a table of counts: with the sections that counts can answer.

    Parameters
    ----------
    counts : str, path or DataFrame
        Name of a measured table, a CSV file, a folder that `carekit share` wrote, or a frame such
        as `carekit.load_measured` gives. Columns brand, n (requests) and n_answered; where there
        are any, network, rating (stars), country, sector, the classes of waits of the atlas, and
        definition (then one is taken: direct-opening, or the only one).
    brand : str
        The client, as the table writes it; 30 requests or more.
    waits : str, path or DataFrame, optional
        Counts of waits: brand, events, censored, and minute, hour or day; hours and days stand at
        their end. A folder of shared counts brings its own.
    where : str
        Which rows are counted, such as ``"country = 'IN' and rating <= 2"``.
    peers, lang, title, author, logo, accent, anonymise_peers
        As in `carekit.benchmark`.

    Returns
    -------
    Benchmark
        Every request is taken as independent: counts do not say who wrote. A section names what
        the table leaves open.

    Raises
    ------
    InputError
        The table lacks a column, holds no whole numbers, or does not know the brand.
    CannotAnswer
        A folder of shared counts of answered conversations only.

    Examples
    --------
    >>> import carekit
    >>> made = carekit.benchmark_counts("app_reviews_answers", brand="Toss", lang="en")
    >>> print(made.main_points[1])
    3rd of 8; the data allow places 1 to 5.
    """
    need_extra("")
    asked = Asked(brand=brand, peers=peers, lang=check_lang(lang), title=title, author=author,
                  logo=read_logo(logo), accent=check_accent(accent),
                  anonymise_peers=anonymise_peers)  # fmt: skip
    told("counts")
    counted = read_counts(counts, waits, where)
    dataset: Any = counted
    sizes = {str(b): int(n) for b, n in counted.answers.groupby("brand")["n"].sum().items()}
    compared = choose(dataset, sizes, asked)
    told("rates")
    book = Book(measure(counted, compared), asked, compared)
    found = _found(counted, where)
    given = f"--counts {_named(counts)}"
    given += "" if waits is None else f" --waits {_named(waits)}"
    given += f" --where {word(where)}" if where else ""
    meta = _meta(book, found, counted, call_of(asked, given))
    return Benchmark(_compose(book, found, meta))


def _found(counted: Counted, where: str) -> Found:
    said = [Finding("pre.synthetic")] if counted.synthetic else []
    unit = {"unit": Value("text", counted.unit)} if counted.unit else {}
    said.append(Finding("pre.counts" if unit else "pre.counts.plain", unit))
    if where:
        said.append(Finding("pre.where", {"text": Value("text", where)}))
    if counted.pooled:
        said.append(Finding("pre.pooled", {"n": count(counted.pooled)}))
    return Found(counted.observed_until, texts=False, sentences=tuple(said))


def _named(table: Any) -> str:
    """A measured table by its name; a file or a frame has none that others could use."""
    return word(table) if isinstance(table, str) and table in list_measured() else "TABLE"


def _meta(book: Book, found: Found, counted: Counted, call: str) -> Meta:
    meta = meta_of(book, found, counted, call)
    n = len(book.compared.peers)
    subtitle = Message("subtitle.counts" if n else "subtitle.counts.alone", {"n": count(n)})
    sums = {} if book.asked.anonymise_peers else {"counts": counted.state[1]}
    if not book.asked.title:
        meta = replace(meta, title=Message("title.any", {"brand": book.client}))
    return replace(meta, subtitle=subtitle, checksums=sums, seeds={"ranks": 1})


# -------------------------------------------------------------------------------- the sections


def _compose(book: Book, found: Found, meta: Meta) -> Report:
    made = [_main(book, found), sections._rate(book), sections._gaps(book)]
    made += [sections._networks(book)] if book.has("networks") else []
    made += [_stars(book)] if book.has("stars") else []
    made += [_waits(book)] if book.has("waits") else []
    made += [_cannot(book), sections._section("limits", [limits(book, found)]), _method(book, meta),
             sections._section("glossary", [sections.terms(book, TERMS)])]  # fmt: skip
    shown = {b.id for s in made for b in s.blocks if isinstance(b, Table)}
    rest = [name for name in ("curves", "shrunk", "funnel") if book.has(name) and name not in shown]
    others = [t for t in map(book.table, rest) if len(t.frame) <= 60]
    made += [sections._section("tables", others)] if others else []
    return Report(meta, found.sentences, tuple(made), dict(book.tables), None)


def _main(book: Book, found: Found) -> Section:
    points = [say.rate(book), *say.rank(book), *say.best_gap(book)]
    points += say.wait(book) if book.has("waits") else []
    return sections._section("main", [
        Callout(found.sentences, "warning" if found.sentences[0].key == "pre.synthetic" else "note"),
        sections._tiles(book), Bullets(tuple(points)), Paragraph((Message("census.counts"),)),
    ])  # fmt: skip


def _stars(book: Book) -> Section:
    """The client star by star, and its rate with the stars of all."""
    book.table("stars")
    known = book.frame("stars").dropna(subset=["estimate"])
    if known.empty:
        said = Finding("stars.none")
    elif len(known) == 1:
        name = Value("rating", str(known["rating"].iloc[0]))
        said = Finding("stars.one", {"name": name}, (row_at("stars", known.index[0]),))
    else:
        low, high = (end_of(known["estimate"], least) for least in (True, False))
        said = Finding("stars.range", {
            "least": interval("share", dict(known.loc[low])),
            "most": interval("share", dict(known.loc[high])),
            "low_name": Value("rating", str(known.loc[low, "rating"])),
            "high_name": Value("rating", str(known.loc[high, "rating"])),
        }, (row_at("stars", low), row_at("stars", high)))  # fmt: skip
    mix, text = book.frames.facts.get("mix_stars"), []
    if mix and len(known) > 1:
        moved = abs(mix["rate"] - mix["raw"]) > say.MIX_FROM
        rate = Value("share", mix["rate"], mix["low"], mix["high"])
        values = {"rate": rate, "raw": Value("share", mix["raw"])} if moved else {}
        text.append(Finding("stars.mix" if moved else "stars.mix.same", values))
    chart = sections.against_peers(book, "stars", "rating", said) if len(known) else None
    lines = text if chart else [said, *text]
    return sections._section("stars", [chart, sections._lines(lines), book.table("stars")])


def _waits(book: Book) -> Section:
    table = book.table("waits")
    known = [c for c in table.columns if table.frame[c.name].notna().any()]
    book.tables["waits"] = replace(table, columns=tuple(known))  # classes have no medians
    made, facts = sections._waits(book), book.frames.facts
    said = [Finding("wait.classes")] if facts.get("classes") else []
    said += [Finding("wait.hours")] if facts.get("whole_hours") else []
    if untimed := facts.get("untimed"):
        said.append(Finding("wait.untimed", {"n": count(untimed)}))
    if mature := facts.get("mature"):
        values = {"n": count(mature["n"]), "rate": interval("share", mature)}
        said.append(Finding("counts.mature", values))
    return replace(made, blocks=(*made.blocks, *([Paragraph(tuple(said))] if said else [])))


def _cannot(book: Book) -> Section:
    missing = book.frames.missing
    named = [missing[name] for name in ("networks", "waits") if missing.get(name)]
    keys = [f"counts.no.{name}" for name in [*named, *OPEN]]
    return sections._section("cannot", [Bullets(tuple(Finding(key) for key in keys))])


def _method(book: Book, meta: Meta) -> Section:
    facts = book.frames.facts
    words = {name: Value("text", facts[name]) for name in ("unit", "answered")}
    if facts["definition"]:
        definition = Value("definition", facts["definition"])
        said = [Message("method.request", {"definition": definition})]
    elif facts["unit"] and facts["answered"]:
        said = [Message("method.request.counts", words)]
    else:
        said = [Message("method.request.plain")]
    if book.compared.peers:
        said.append(Message(f"method.peers.{book.compared.how}"))
    said += [Message(f"method.{name}") for name in ("unit.counts", "gaps", "ranks")]
    if book.has("waits"):
        said.append(Message("method.classes" if facts.get("classes") else "method.waits"))
    return sections._section("method", [Bullets((*said, *made_with(meta)))])
