"""Mutated files of every network through its reader: items and counts, never anything else.

    python bench/hostile_json.py --files 100000

Each file is a sound one of six items (tests/sources/networks/test_law.py) in which values were
exchanged, dropped, doubled or moved, bytes were changed, or the end was cut off. Of each the reader
must count every item once, hand on what a table can hold, and lose none of the items that were left
as they are. Prints one line a format; a file that breaks this is saved (the first of each kind), and
the exit is 1. The importers around the readers have a bench of their own: hostile_input.py.
"""

from __future__ import annotations

import argparse
import copy
import importlib.util
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
from hostile_input import note_fault, told

from carekit.sources.drafts import ARROW_SCHEMA
from carekit.sources.files.formats import load_format
from carekit.sources.found import STRANGE

LAW = Path(__file__).parents[1] / "tests" / "sources" / "networks" / "test_law.py"
ODD = (None, True, -1, 1.5, 1e308, 10**30, "", "\ud800", "\0", "https://[", "&#" + "9" * 5000,
       "<![x[ y", "9" * 50, [], {}, [[]], [None], [{}], {"id": []}, "0001-01-01T00:00:00Z",
       "99999-01-01", "at://", "\u2028", "=1+1", "[deleted]")  # fmt: skip


def law() -> ModuleType:
    """The sound items, and how files are made of them."""
    spec = importlib.util.spec_from_file_location("law", LAW)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def mutated(item: Any, rng: random.Random, places: Any) -> Any:
    """An item with some things in it exchanged, dropped, doubled or moved."""
    for _ in range(rng.randrange(1, 5)):
        found = places(item)
        if not found:
            return item
        into, key = rng.choice(found)
        what = rng.randrange(5)
        if what == 0 and isinstance(into, dict):
            del into[key]
        elif what == 1:
            other, name = rng.choice(found)
            into[key] = copy.deepcopy(other[name])
        elif what == 2:
            into[key] = [into[key]]
        else:
            into[key] = copy.deepcopy(rng.choice(ODD))
    return item


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Bytes that were changed, or whose end is missing."""
    at = rng.randrange(len(content) // 2, len(content))
    if rng.random() < 0.5:
        return content[:at]
    return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]


def outcome(name: str, content: bytes, keep: set[Any], path: Path, options: Any) -> str:
    """Read one file: `whole`, `some rejected` or `nothing`; AssertionError if a law breaks."""
    path.write_bytes(content)
    found = [i for i in load_format(name).items(path, "file", options) if i.n]  # type: ignore[misc]
    assert len({i.line for i in found}) == len(found), "two items have one number"
    drafts = [d for i in found for d in i.drafts]
    pa.Table.from_pylist(drafts, schema=ARROW_SCHEMA)
    assert keep <= {d["native_id"] for d in drafts}, "a sound item was lost"
    assert not any(i.problem == STRANGE for i in found), "a reader stumbled"
    if not drafts:
        return "nothing"
    return "some rejected" if any(i.problem for i in found) else "whole"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after")
    args = parser.parse_args()
    rules, rng, began = law(), random.Random(args.seed), time.monotonic()
    total: Counter[tuple[str, str]] = Counter()
    broken: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        path = Path(folder) / "file"
        for nth in range(args.files):
            if time.monotonic() - began > args.seconds:
                break
            name = rng.choice(list(rules.SEEDS))
            make, around = rules.SEEDS[name]
            items = [make(n) for n in range(rules.N)]
            at = rng.randrange(rules.N)
            alone = rules.written(items[:at] + items[at + 1 :], around)
            path.write_bytes(alone)
            read = load_format(name).items
            keep = {d["native_id"] for i in read(path, "f", rules.OPTIONS) for d in i.drafts}  # type: ignore[misc]
            items[at] = mutated(items[at], rng, rules.places)
            content = rules.written(items, around)
            if rng.random() < 0.3:
                content, keep = damaged(content, rng), set()
            try:
                total[name, outcome(name, content, keep, path, rules.OPTIONS)] += 1
            except Exception as error:  # the point of this script: anything else is a failure
                note_fault(broken, name, error, content, f"hostile-{name}-{args.seed}-{nth}")
    print(f"{time.monotonic() - began:.0f} s")
    return told(rules.SEEDS, total, broken, none="nothing")


if __name__ == "__main__":
    raise SystemExit(main())
