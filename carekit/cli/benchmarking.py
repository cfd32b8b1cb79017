"""`carekit benchmark DIR --brand B --out OUT`: one brand beside its peers, as a report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import Any

from carekit.cli.general import Subparsers, add_dataset, chosen

OF_COUNTS = "waits where peers lang title author logo accent anonymise_peers no_ids".split()
OPTIONS = (
    "peers lang period title author logo accent hours coded weights anonymise_peers quotes no_ids "
    "allow_selected"
).split()
STEPS = 10  # before the files
EARLY = "preflight"  # the step from which on the engine has work


def add_benchmark_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "benchmark",
        help="one brand beside its peers: a report to hand over, in French or English",
        description="Writes OUT/report.html, .pdf, .xlsx, .pptx and .json, with data and figures.",
    )
    add_dataset(parser)
    parser.add_argument("--counts", metavar="TABLE", help="counts instead of a dataset: a measured "
                        "table, a CSV file, or a folder of `carekit share`")  # fmt: skip
    parser.add_argument("--brand", required=True, help="the client, as the dataset writes it")
    parser.add_argument("--out", metavar="OUT", required=True, help="the folder of the report")

    def add(name: str, **about: Any) -> None:
        parser.add_argument(name, default=argparse.SUPPRESS, **about)

    add("--peers", metavar="WHO", help="sector, country, all, or names separated by commas")
    add("--lang", choices=("fr", "en"), help="default: French where the locale is French")
    add("--period", metavar="FIRST:LAST", help="local dates, such as 2026-01-01:2026-06-30")
    parser.add_argument(
        "--formats", default="html,pdf,xlsx,pptx", help="default: html,pdf,xlsx,pptx"
    )
    add("--where", metavar="CONDITION", help="with --counts: rows, such as \"country = 'IN'\"")
    add("--waits", metavar="TABLE", help="with --counts: a table of waits")
    add("--title", help="of the report")
    add("--author", help="of the report")
    add("--logo", metavar="FILE", help="SVG or PNG")
    add("--accent", metavar="COLOUR", help="of the client, such as #0b5cad; 4.5:1 on white")
    add("--hours", metavar="WEEK", help="opening hours, such as '1-5 09:00-18:00'")
    add("--coded", metavar="SHEET", help="coded sheet that corrects the categories")
    add("--weights", metavar="FILE", help="CSV of criterion and weight")
    for name, told in (
        ("--anonymise-peers", "letters for peers, their counts rounded"),
        ("--no-ids", "no list of the client's requests"),
        ("--allow-selected", "rates although the selection makes them meaningless"),
    ):
        add(name, action="store_true", help=told)
    add("--quotes", metavar="N", type=int, help="so many posts of customers, redacted")
    parser.set_defaults(run=run_benchmark)


def teller(steps: int) -> Callable[[str], None]:
    """One line that says which step runs, where somebody looks on; an empty step clears it."""
    done = [0]

    def told(step: str) -> None:
        if sys.stderr.isatty():
            done[0] += 1
            line = f"benchmark: {step} ({done[0]} of {steps})" if step else ""
            print(f"\r{line:<60}\r{line}", end="", file=sys.stderr, flush=True)

    return told


def load_early(formats: Sequence[str]) -> None:
    """Load what the writers need beside the engine, which counts without Python."""
    needed = ["matplotlib.backends.backend_svg", "babel.messages.pofile"]
    needed += [
        {"html": "jinja2", "pdf": "typst", "pptx": "pptx"}.get(f, "xlsxwriter") for f in formats
    ]

    def load() -> None:
        for name in needed:
            with suppress(Exception):  # whoever needs it says what is wrong with it
                import_module(name)

    Thread(target=load).start()


def report_of(args: argparse.Namespace, told: Callable[[str], None]) -> Any:
    """The report on a dataset, or on a table of counts."""
    from carekit.dataset.folder import open_dataset
    from carekit.errors import InputError
    from carekit.report.command import benchmark

    names = [*OPTIONS, *OF_COUNTS]
    given = {name: getattr(args, name) for name in dict.fromkeys(names) if hasattr(args, name)}
    known = OF_COUNTS if args.counts else OPTIONS
    if other := [name for name in given if name not in known]:
        remedy = "Leave it out." if args.counts else "Give such a table, or leave it out."
        lacks = "posts, and a table of counts has none" if args.counts else "`--counts TABLE`"
        raise InputError(f"`--{other[0].replace('_', '-')}` needs {lacks}. {remedy}")
    if not args.counts:
        return benchmark(open_dataset(chosen(args.dir)), brand=args.brand, told=told, **given)
    from carekit.report.counts_sections import benchmark_counts

    if args.dir:
        raise InputError(
            f"Both a dataset ({args.dir}) and `--counts {args.counts}` were given; expected one. "
            "Leave out the other."
        )
    given.pop("no_ids", None)  # a table of counts has no ids
    return benchmark_counts(args.counts, brand=args.brand, told=told, **given)


def run_benchmark(args: argparse.Namespace) -> int:
    from pathlib import Path

    from carekit.report.command import check_formats, check_replaceable
    from carekit.report.words import say

    formats = check_formats(args.formats)
    check_replaceable(Path(args.out))
    shown = teller(STEPS + len(formats))

    def told(step: str) -> None:
        shown(step)
        if step == EARLY:
            load_early(formats)

    try:
        made = report_of(args, told)
        paths = made.write(args.out, formats=formats, told=told)
    finally:
        told("")
    print("\n".join(map(str, paths)))
    meta = made.report.meta
    if meta.peers and not meta.anonymised:
        print("The report names the peers; --anonymise-peers gives them letters.", file=sys.stderr)
    lost = [say(f, meta.lang) for f in made.report.preflight]
    small = [say(f, meta.lang) for f in made.report.findings() if f.key == "pre.small"]
    for line in [*lost, *small]:
        print(line, file=sys.stderr)
    return 0
