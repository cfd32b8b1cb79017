"""`carekit collect`: arguments in, report out; everything else is `collect`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from carekit.errors import InputError
from carekit.sources.networks import SOURCES


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
    parser.add_argument("--out", metavar="DIR", help="the dataset to make or extend")
    parser.add_argument("--accounts", metavar="CSV", help="the brands' accounts, as for import")
    parser.add_argument(
        "--dry-run", action="store_true", help="print what it will take, and write nothing"
    )
    parser.add_argument("--resume", action="store_true", help="go on where a run was stopped")
    parser.add_argument(
        "--refresh", action="store_true", help="ask again; mark posts that were deleted since"
    )
    parser.add_argument("--max-pages", type=int, metavar="N", help="stop after N pages")
    parser.add_argument("--max-seconds", type=float, metavar="S", help="stop after S seconds")
    parser.add_argument("--max-cost", type=float, metavar="USD", help="stop before this is spent")
    parser.add_argument(
        "--no-raw", action="store_true", help="keep no page once its posts are in the dataset"
    )
    parser.add_argument(
        "--redact",
        action="store_true",
        help="replace personal data in texts, now and in later runs: [email], [phone], …",
    )
    parser.add_argument("--base-url", metavar="URL", help="another server than the usual one")
    parser.add_argument("--since", metavar="TIME", help="posts from this time on (ISO, UTC)")
    parser.add_argument("--until", metavar="TIME", help="posts up to this time (ISO, UTC)")
    parser.add_argument("--country", action="append", default=[], metavar="CC", help="an edition")
    parser.add_argument("--lang", action="append", default=[], metavar="LL", help="a language")
    parser.add_argument("--brand", metavar="NAME", help="whom the targets are about")
    parser.add_argument("--title", help="of a new dataset")
    parser.add_argument("--licence", help="of a new dataset")
    parser.add_argument(
        "--pace",
        type=float,
        metavar="S",
        help="seconds between requests where the server does not tell its limits",
    )
    parser.set_defaults(run=run_collect)
    return parser


def run_collect(args: argparse.Namespace) -> int:
    """Collect, print the report; progress and warnings go to standard error."""
    from carekit.sources.collecting.collect import collect, estimate

    if args.pace is not None and not args.pace >= 0:
        raise InputError(f"`pace` is {args.pace}; expected seconds, 0 or more. Correct --pace.")
    shared = {
        "base_url": args.base_url,
        "since": args.since,
        "until": args.until,
        "countries": args.country,
        "langs": args.lang,
        "pace": args.pace,
    }
    if args.dry_run:
        print(estimate(args.source, args.targets, **shared))
        return 0
    if not args.out:
        raise InputError("`out` is missing; expected the dataset to make or extend. Add --out DIR.")
    with _bar() as moved:
        report = collect(
            args.source,
            args.targets,
            out=args.out,
            accounts=args.accounts,
            resume=args.resume,
            refresh=args.refresh,
            max_pages=args.max_pages,
            max_seconds=args.max_seconds,
            max_cost=args.max_cost,
            raw=not args.no_raw,
            redact=args.redact,
            brand=args.brand,
            title=args.title,
            licence=args.licence,
            tell=lambda sentence: print(sentence, file=sys.stderr),
            moved=moved,
            **shared,
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
