"""How long `carekit benchmark` takes, beside its measures alone, and which file costs how much.

    python bench/benchmark_report.py data/sample "Aerolind Airways"
    python bench/benchmark_report.py planted 60 100000      (brands, requests)

Prints processor seconds, the peak of memory, and ratios, which travel from machine to machine:
the whole to the measures alone, each writer to the whole.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import carekit
from carekit.dataset.folder import Dataset, create_dataset

TEXTS = np.array(["Bonjour, où est ma carte ?", "Toujours rien, honteux !", "Merci, bravo"])
PLAIN, PRIVATE = "Bonjour, c'est possible.", "Merci de nous envoyer un message privé."


def plant(folder: Path, brands: int, requests: int) -> Dataset:
    """Brands of equal size with rates from 0.3 to 0.9, half a year, seven authors in ten new."""
    random = np.random.default_rng(1)
    names = np.array([f"Marque {i:03d}" for i in range(brands)])
    which = np.arange(requests) % brands
    start = pd.Timestamp("2026-01-01", tz="UTC")
    asked = start + pd.to_timedelta(random.integers(0, 181 * 86_400, requests), unit="s")
    ids = np.array([f"x:{i}" for i in range(requests)])
    people = random.integers(0, int(0.7 * requests) + 1, requests)
    shared = {"network": "x", "surface": "brand_page", "lang": "fr", "visibility": "public"}
    customer = pd.DataFrame(
        {
            "post_id": ids,
            "author_id": [f"a_{i:016x}" for i in people],
            "author_role": "customer",
            "brand": names[which],
            "created_at": asked,
            "reply_to": None,
            "thread_id": None,
            "text": TEXTS[random.integers(0, len(TEXTS), requests)],
        }
    )
    answered = random.random(requests) < np.linspace(0.3, 0.9, brands)[which]
    wait = pd.to_timedelta(np.exp(random.normal(4.0, 1.2, requests)), unit="min")
    private = random.random(requests) < 0.3
    brand = pd.DataFrame(
        {
            "post_id": [f"x:a{i}" for i in np.flatnonzero(answered)],
            "author_id": None,
            "author_role": "brand",
            "brand": names[which[answered]],
            "created_at": (asked + wait)[answered],
            "reply_to": ids[answered],
            "thread_id": ids[answered],
            "text": np.where(private[answered], PRIVATE, PLAIN),
        }
    )
    posts = pd.concat([customer, brand], ignore_index=True).assign(
        **shared, account=None, observed_at=pd.NaT, deleted_at=pd.NaT, rating=pd.NA
    )
    posts["created_at"] = posts["created_at"].dt.floor("s")
    with create_dataset(folder, title="planted", licence="CC0-1.0", synthetic=True) as writer:
        writer.add_posts(posts, source="planted")
        about = {"brand": names, "country": "FR", "sector": "bank", "timezone": "Europe/Paris"}
        writer.set_table("brands", pd.DataFrame(about), source="planted")
        writer.describe(observed_until="2026-07-08T00:00:00Z")
    return carekit.open_dataset(folder)


def measures(dataset: Dataset, brand: str) -> None:
    """What the report measures, called one after the other."""
    own = f"brand = '{brand}'"
    carekit.answer_rate(dataset, by="brand")
    carekit.answer_rate(dataset, by="brand,network")
    carekit.answer_rate(dataset, by="month", where=own)
    carekit.answer_rate(dataset, by="weekday,hour", where=own)
    carekit.first_response(dataset, by="brand")
    carekit.wait_curve(dataset, by="brand")
    carekit.waits_within(dataset, by="brand")
    carekit.repeats(dataset, by="brand")
    carekit.handoffs(dataset, by="brand")
    carekit.categories(dataset, where=own)
    carekit.definitions(dataset, where=own)


def took(what: str, run: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds of a step, printed with the peak of memory."""
    start, cpu = time.perf_counter(), time.process_time()
    made = run()
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:<10} {used:6.1f} processor seconds, {seconds:6.1f} s, peak {peak:,} MB")
    return used, made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("data", help="a dataset, or the word planted")
    parser.add_argument("what", nargs="+", help="the brand; or brands and requests")
    parser.add_argument("--lang", default="fr")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.data == "planted":
            brands, requests = map(int, args.what)
            dataset, brand = plant(Path(folder) / "d", brands, requests), "Marque 000"
        else:
            dataset, brand = carekit.open_dataset(args.data), " ".join(args.what)
        alone, _ = took("measures", lambda: measures(dataset, brand))
        model, made = took(
            "report", lambda: carekit.benchmark(dataset, brand=brand, lang=args.lang)
        )
        written = {
            name: took(name, lambda name=name: made.write(Path(folder) / name, formats=name))[0]
            for name in ("html", "pdf", "xlsx", "pptx")
        }
    whole = model + sum(written.values())
    print(f"whole      {whole:6.1f} processor seconds; to the measures alone: {whole / alone:.2f}")
    parts = ", ".join(f"{name} {used / whole:.2f}" for name, used in written.items())
    print(f"parts of the whole: measuring and finding {model / whole:.2f}, {parts}")


if __name__ == "__main__":
    main()
