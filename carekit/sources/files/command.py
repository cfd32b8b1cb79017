"""`carekit import`: the command line of the importers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from carekit.errors import InputError


def add_import_parser(subparsers: Any) -> None:
    """Add `import` to the commands."""
    parser = subparsers.add_parser(
        "import",
        help="turn files into a dataset",
        description="Turn files into a dataset, or append them to one. Rows that cannot be read "
        "go to rejected.csv with their line and the reason.",
    )
    parser.add_argument("format", metavar="FORMAT", help="auto, csv, twcs, …")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--out", required=True, metavar="DIR", help="a new dataset, or one to add to"
    )
    parser.add_argument("--accounts", metavar="CSV", help="account, network, brand, …")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OURS=THEIRS,…",
        help="which of your columns is which, such as post_id=id,created_at=time",
    )
    parser.add_argument("--tz", default="UTC", metavar="ZONE", help="zone of times without one")
    parser.add_argument("--dayfirst", action="store_true", help="1/2/2017 is the first of February")
    parser.add_argument("--network", help="for files that do not say it")
    parser.add_argument("--brand", help="for files that do not say it")
    parser.add_argument("--observed-at", metavar="TIME", help="when the files were collected")
    parser.add_argument("--title", help="of a new dataset")
    parser.add_argument("--licence", help="of a new dataset")
    parser.add_argument(
        "--strict", action="store_true", help="write nothing if any row cannot be read"
    )
    parser.set_defaults(run=run_import)


def read_mapping(texts: list[str]) -> dict[str, str]:
    """`["post_id=id,created_at=time"]` → `{"post_id": "id", "created_at": "time"}`.

    Raises
    ------
    InputError
        If a part is not OURS=THEIRS, or one of ours comes twice.

    Examples
    --------
    >>> read_mapping(["post_id=id,created_at=time"])
    {'post_id': 'id', 'created_at': 'time'}
    """
    mapping: dict[str, str] = {}
    for part in (p for text in texts for p in text.split(",") if p.strip()):
        ours, equals, theirs = (piece.strip() for piece in part.partition("="))
        if not equals or not ours or not theirs:
            raise InputError(
                f"`--map` holds {part.strip()!r}; expected OURS=THEIRS, such as post_id=id. "
                "Separate several by commas."
            )
        if ours in mapping:
            raise InputError(
                f"`--map` names {ours!r} twice ({mapping[ours]!r} and {theirs!r}). Name it once."
            )
        mapping[ours] = theirs
    return mapping


def run_import(args: argparse.Namespace) -> None:
    """Import, and print what was read and what was not."""
    from carekit.sources.files import import_files

    report = import_files(
        args.format,
        [Path(file) for file in args.files],
        out=args.out,
        accounts=args.accounts,
        mapping=read_mapping(args.map),
        tz=args.tz,
        dayfirst=args.dayfirst,
        network=args.network,
        brand=args.brand,
        observed_at=args.observed_at,
        strict=args.strict,
        title=args.title,
        licence=args.licence,
        progress=lambda sentence: print(sentence, file=sys.stderr),
    )
    print(report)
