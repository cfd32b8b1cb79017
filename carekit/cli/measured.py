"""`carekit measured`: tables of real counts, their cards, and the check of a new one."""

from __future__ import annotations

import argparse
import sys

from carekit.cli.general import Subparsers, add_format
from carekit.show.text import format_frame


def add_measured_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("measured", help="tables of real counts that come with carekit")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="the tables, with what each counts")
    add_format(listed)
    listed.set_defaults(run=run_list)
    shown = actions.add_parser("show", help="a table and its card")
    shown.add_argument("name", metavar="NAME", help="such as atlas/a_app_reviews")
    add_format(shown)
    shown.set_defaults(run=run_show)
    checked = actions.add_parser(
        "check", help="whether a table of yours is ready to be contributed"
    )
    checked.add_argument(
        "file",
        metavar="FILE",
        help="a CSV of counts, its card NAME.md beside it; or the name of a table here",
    )
    checked.set_defaults(run=run_check)


def run_list(args: argparse.Namespace) -> None:
    import pandas as pd

    from carekit.dataset.measured import list_measured, load_measured, measured_card

    rows = [
        (name, measured_card(name).partition("\n")[0].removeprefix("# "), len(load_measured(name)))
        for name in list_measured()
    ]
    print(format_frame(pd.DataFrame(rows, columns=["name", "what", "rows"]), format=args.format))


def run_show(args: argparse.Namespace) -> None:
    from carekit.dataset.measured import load_measured, measured_card

    table = load_measured(args.name)
    print(measured_card(args.name), file=sys.stderr)
    print(format_frame(table, format=args.format))


def run_check(args: argparse.Namespace) -> int:
    from carekit.dataset.contributed import check_contributed
    from carekit.dataset.measured import list_measured
    from carekit.dataset.resources import data_folder

    named = args.file in list_measured()
    found = check_contributed(data_folder("measured") / f"{args.file}.csv" if named else args.file)
    print("\n".join(found) or "Nothing is wrong: sums close, no row repeats, the card is complete.")
    return 2 if any(not sentence.startswith("Note:") for sentence in found) else 0
