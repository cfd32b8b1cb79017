"""The refresh pass: ask again, and look for known posts that no longer come.

A new round opens every query again. Posts of the dataset that no page of the round shows are then
looked up by their ids: found ones get a later `observed_at`, the others count as deleted. The
state alone says what is left to do, so a killed refresh goes on like any other run.
"""

from __future__ import annotations

import json

from carekit.dataset.folder import Dataset
from carekit.sources.collecting.source import LOOKUP, Query, Source
from carekit.sources.collecting.store import Store
from carekit.sources.found import Gone


def known_ids(dataset: Dataset, source: Source) -> list[str]:
    """Native ids of the posts of a source that are not known to be deleted, in order."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    ids: list[str] = []
    prefix = f"{source.network}:"
    for part in dataset.manifest.parts:
        if part.table == "posts" and part.source == source.name:
            table = pq.read_table(dataset.path / part.file, columns=["post_id", "deleted_at"])
            kept = table.filter(pa.compute.is_null(table["deleted_at"]))
            ids += [p.removeprefix(prefix) for p in kept["post_id"].to_pylist()]
    return ids


def missing_lookups(store: Store, source: Source, dataset: Dataset) -> list[Query]:
    """Queries for known posts that this round has neither shown nor looked up yet."""
    settled: set[str] = set()
    for page in store.pages(round=store.round):
        if page.query.kind == LOOKUP:
            settled |= asked_ids(source, page.query)
        for found in source.read(page):
            if isinstance(found, Gone):
                settled.add(found.native_id)
            elif isinstance(found, dict) and found.get("native_id"):
                settled.add(found["native_id"])
    left = [i for i in known_ids(dataset, source) if i not in settled]
    asked = set(store.asked(LOOKUP))
    return [q for q in source.lookup(left) if q not in asked]


def asked_ids(source: Source, query: Query) -> set[str]:
    """The ids that a lookup asked about: a JSON list, or one id as the source writes it."""
    try:
        ids = json.loads(query.key)
    except ValueError:
        return {query.key}
    return set(map(str, ids)) if isinstance(ids, list) else {query.key}
