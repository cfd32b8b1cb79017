"""Datasets of an odd shape through `check`, measures and `share`: an answer, or a refusal, in bounds.

    python bench/scale.py chain 1000000
    python bench/scale.py cycle 100000
    python bench/scale.py brands 300000      (100,000 brands)
    python bench/scale.py groups 1000000     (a million brands, one request each)

Prints seconds, processor seconds and the peak of memory of each command.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from carekit import answer_rate, contacts, first_response, repeats
from carekit.dataset.check import check_dataset
from carekit.dataset.folder import create_dataset, open_dataset
from carekit.errors import CarekitError
from carekit.measures.sharing import share_counts


def posts(shape: str, n: int) -> pd.DataFrame:
    """Customer posts that hang on one another in a chain or a circle, or address many brands."""
    numbers = range(n)
    many = shape in ("brands", "groups")
    n_brands = n if shape == "groups" else 100_000
    before = {"chain": lambda i: f"x:{i - 1}" if i else None, "cycle": lambda i: f"x:{(i - 1) % n}"}
    return pd.DataFrame(
        {
            "post_id": [f"x:{i}" for i in numbers],
            "network": "x",
            "author_id": [f"a_{i % 50_000:016x}" for i in numbers],
            "author_role": "customer",
            "brand": [f"brand {i % n_brands}" for i in numbers] if many else "Acme",
            "created_at": pd.date_range("2021-01-01", periods=n, freq="s", tz="UTC"),
            "observed_at": pd.Timestamp("2022-01-01", tz="UTC"),
            "reply_to": [None] * n if many else [before[shape](i) for i in numbers],
            "text": "why?",
            "visibility": "public",
        }
    )


def took(what: str, run: Callable[[], Any]) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    try:
        made = run()
    except CarekitError as error:
        made = f"refused: {error}"
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what}: {seconds:.1f} s, {used:.1f} processor seconds, peak {peak:,} MB. {made}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("shape", choices=["chain", "cycle", "brands", "groups"])
    parser.add_argument("posts", type=int)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top) / "d"
        with create_dataset(folder, title=args.shape, licence="CC0") as writer:
            writer.add_posts(posts(args.shape, args.posts), source="bench")
        took("check", lambda: f"{len(check_dataset(folder))} findings")
        dataset = open_dataset(folder)
        took("answer_rate", lambda: f"{len(answer_rate(dataset))} rows")
        took("answer_rate by brand", lambda: f"{len(answer_rate(dataset, by='brand'))} rows")
        took("first_response by brand", lambda: f"{len(first_response(dataset, by='brand'))} rows")
        took("contacts", lambda: f"{len(contacts(dataset))} rows")
        took("repeats", lambda: f"{len(repeats(dataset))} rows")
        if args.shape in ("brands", "groups"):
            took("share", lambda: share_counts(open_dataset(folder), out=Path(top) / "counts"))


if __name__ == "__main__":
    main()
