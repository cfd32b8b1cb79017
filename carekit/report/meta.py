"""What the cover and the method of a report say of the report itself."""

from __future__ import annotations

import sys
from typing import Any

import carekit
from carekit.report.model import Message, Meta, Value
from carekit.report.preflight import Found
from carekit.report.tables import Book, count, span


def meta_of(book: Book, found: Found, dataset: Any, command: str) -> Meta:
    """What the cover and the method say of the report itself."""
    from carekit.dataset.folder import versions

    asked, compared, facts = book.asked, book.compared, book.frames.facts
    n = len(compared.peers)
    about = {"n": count(n), "span": span(book)}
    title = (
        Message("plain", {"text": Value("text", asked.title)})
        if asked.title
        else Message(book.worded("title"), {"brand": book.client})
    )
    first, last = (facts[k].strftime("%Y-%m-%d") if k in facts else "" for k in ("first", "last"))
    used = dict(versions("duckdb", "numpy", "pandas", "scipy"))
    # Checksums are the key by which peers without a name get their letters.
    known = () if asked.anonymise_peers else dataset.manifest.parts
    parts = [p for p in known if p.table == "posts"]
    return Meta(
        brand=compared.brand,
        peers=tuple(sorted(compared.names[p] for p in compared.peers)),
        lang=asked.lang,
        title=title,
        subtitle=Message("subtitle" if n else "subtitle.alone", about),
        first=first,
        last=last,
        zone=compared.zone,
        zone_known=compared.zone_known,
        observed_until=found.observed_until,
        author=asked.author,
        synthetic=dataset.manifest.synthetic,
        dataset=facts["source"],
        accent=asked.accent,
        logo="" if asked.anonymise_peers else asked.logo,
        anonymised=asked.anonymise_peers,
        versions={
            "carekit": carekit.__version__,
            "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
            **{k: v for k, v in used.items() if k != "carekit"},
        },
        seeds={"ranks": 1, "weights": 1, "texts": 2026},
        checksums={f"posts {i}": p.sha256 for i, p in enumerate(parts, 1)},
        command=command,
        weights_name=asked.weights_name,
    )


def made_with(meta: Meta) -> list[Message]:
    """Versions, data and command of a report, for its method."""
    versions = ", ".join(f"{name} {number}" for name, number in meta.versions.items())
    sums = ", ".join(f"{name} {value[:12]}…" for name, value in meta.checksums.items())
    said = [Message("method.versions", {"text": Value("text", versions)})]
    if sums:
        said.append(Message("method.data", {"text": Value("text", sums)}))
    return [*said, Message("method.command", {"text": Value("text", meta.command)})]
