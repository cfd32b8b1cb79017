"""`carekit collect`: arguments in, report out; everything else is `collect`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from carekit.errors import InputError
from carekit.sources.networks import SOURCES

_VALUES = (
    ("out", str, "DIR", "the dataset to make or extend"),
    ("accounts", str, "CSV", "the brands' accounts, as for import"),
    ("max-pages", int, "N", "stop after N pages"),
    ("max-seconds", float, "S", "stop after S seconds"),
    ("max-cost", float, "USD", "stop before this is spent"),
    ("base-url", str, "URL", "another server than the usual one"),
    ("since", str, "TIME", "posts from this time on (ISO, UTC)"),
    ("until", str, "TIME", "posts up to this time (ISO, UTC)"),
    ("brand", str, "NAME", "whom the targets are about"),
    ("title", str, "TITLE", "of a new dataset"),
    ("licence", str, "LICENCE", "of a new dataset"),
    ("pace", float, "S", "seconds between requests where the server does not tell its limits"),
)
_SWITCHES = (
    ("dry-run", "print what it will take, and write nothing"),
    ("resume", "go on where a run was stopped"),
    ("refresh", "ask again; mark posts that were deleted since"),
    ("no-raw", "keep no page once its posts are in the dataset"),
    ("redact", "replace personal data in texts, now and in later runs: [email], [phone], …"),
)
_OF_A_RUN = "out accounts resume refresh max_pages max_seconds max_cost redact brand title licence"


def add_collect_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the subcommand `collect` to the subparsers of the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "collect",
        help="a network asked page by page → a dataset",
        description="Collect public posts into a new dataset, or more of them into one. Authors "
        "become pseudonyms; the pages as they came stay in raw/, for you only.",
        epilog="What is public, what needs a key and what the terms ask: docs/collecting.md.",
    )
    parser.add_argument("source", metavar="SOURCE", help=f"one of: {', '.join(SOURCES)}")
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="accounts, hashtags, words: see the source"
    )
    for name, kind, metavar, what in _VALUES:
        parser.add_argument(f"--{name}", type=kind, metavar=metavar, help=what)
    for name, what in _SWITCHES:
        parser.add_argument(f"--{name}", action="store_true", help=what)
    parser.add_argument("--country", action="append", default=[], metavar="CC", help="an edition")
    parser.add_argument("--lang", action="append", default=[], metavar="LL", help="a language")
    parser.set_defaults(run=run_collect)
    return parser


def run_collect(args: argparse.Namespace) -> int:
    """Collect, print the report; progress and warnings go to standard error."""
    from carekit.sources.collecting.collect import collect, estimate

    if args.pace is not None and not args.pace >= 0:
        raise InputError(f"`pace` is {args.pace}; expected seconds, 0 or more. Correct --pace.")
    shared = {name: getattr(args, name) for name in ("base_url", "since", "until", "pace")}
    shared |= {"countries": args.country, "langs": args.lang}
    if args.dry_run:
        print(estimate(args.source, args.targets, **shared))
        return 0
    if not args.out:
        raise InputError("`out` is missing; expected the dataset to make or extend. Add --out DIR.")
    with _bar() as moved:
        report = collect(
            args.source,
            args.targets,
            raw=not args.no_raw,
            tell=lambda sentence: print(sentence, file=sys.stderr),
            moved=moved,
            **shared,
            **{name: getattr(args, name) for name in _OF_A_RUN.split()},
        )
    for warning in report.warnings:
        print(f"Warning: {warning}", file=sys.stderr)
    print(report)
    return 2 if report.trouble else 0


@contextmanager
def _bar() -> Iterator[Callable[[Any], None]]:
    """A bar on standard error: queries done of those known so far, and pages."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    # Bars move the cursor, which `carekit.cli.guard` would show instead.
    console = Console(file=sys.__stderr__ or sys.stderr)
    columns = [
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pages]} pages", markup=False),
        TimeElapsedColumn(),
    ]
    # A log file has no use for a bar that is drawn again and again.
    with Bars(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task("queries", total=None, pages=0)

        def moved(progress: Any) -> None:
            bars.update(task, completed=progress.done, total=progress.queries, pages=progress.pages)

        yield moved
