"""Commands that have no package of their own: reproduce, notebooks, check, share, sample."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from carekit.errors import InputError
from carekit.show.text import FORMATS, format_frame

Subparsers = Any  # argparse gives no public name to what add_subparsers returns


def add_format(parser: argparse.ArgumentParser) -> None:
    """The option --format, the same for every command that prints a table."""
    parser.add_argument(
        "--format", choices=FORMATS, default="table", help="how the result is printed"
    )


def add_dataset(parser: argparse.ArgumentParser, help: str = "a dataset folder") -> None:
    """The argument DIR, the same for every command that reads one dataset."""
    whose = "default: that of CAREKIT_DATASET, else the sample"
    parser.add_argument("dir", nargs="?", metavar="DIR", help=f"{help} ({whose})")


def chosen(given: str | None) -> str:
    """The folder that DIR names; where it was left out, standard error says what is read."""
    from carekit.dataset.folder import DATASET_VARIABLE
    from carekit.dataset.resources import data_folder

    if given is not None:
        return given
    if named := os.environ.get(DATASET_VARIABLE):
        print(f"No DIR is given: the dataset of {DATASET_VARIABLE}, {named}.", file=sys.stderr)
        return named
    print("No DIR is given: the sample that comes with carekit.", file=sys.stderr)
    return str(data_folder("sample"))


def add_reproduce_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "reproduce",
        help="run the notebooks, write figures and pages, print the table of verdicts",
        description="Audit and replay the published figures, execute the notebooks, write "
        "figures, an HTML page a notebook, index.html and verdicts.csv.",
    )
    parser.add_argument("--only", metavar="ID|NOTEBOOK", help="one figure, or one notebook")
    parser.add_argument("--dataset", metavar="DIR", help="instead of the sample")
    parser.add_argument("--out", metavar="DIR", help="where results go (default: out)")
    parser.add_argument(
        "-p", "--parameter", dest="parameters", metavar="NAME=VALUE", action="append", default=[],
        help="a value for the cell of parameters of the notebooks, such as CONF_LEVEL=0.9",
    )  # fmt: skip
    parser.set_defaults(run=run_reproduce)


def run_reproduce(args: argparse.Namespace) -> None:
    from carekit.claims.reproduce import reproduce

    parameters = dict(parameter(text) for text in args.parameters)
    result = reproduce(only=args.only, dataset=args.dataset, out=args.out, parameters=parameters)
    print(result.summary())


def parameter(text: str) -> tuple[str, Any]:
    """`CONF_LEVEL=0.9` → ("CONF_LEVEL", 0.9); what is no Python value is a text."""
    import ast

    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier():
        raise InputError(f"`-p` is {text!r}; expected NAME=VALUE, such as CONF_LEVEL=0.9.")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def add_notebooks_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "notebooks",
        help="copy the notebooks to a folder of yours, to run and change them there",
        description="Copy the notebooks. What you changed in an earlier copy is kept; a newer "
        "original then stands beside it as NAME.new.ipynb.",
    )
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.set_defaults(run=run_notebooks)


def run_notebooks(args: argparse.Namespace) -> None:
    from pathlib import Path

    from carekit.show.notebooks import find_notebooks
    from carekit.show.notebooks.workplace import copy_notebooks

    for line in copy_notebooks(Path(args.out)):
        print(line, file=sys.stderr)
    print(os.path.join(args.out, find_notebooks()[0].name))


def add_check_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "check",
        help="what is wrong or missing in a dataset, and what it cannot answer",
    )
    add_dataset(parser)
    parser.add_argument(
        "--clean", action="store_true", help="first delete what killed imports left behind"
    )
    add_format(parser)
    parser.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    from carekit.dataset.check import check_dataset

    folder = chosen(args.dir)
    if args.clean:
        from carekit.dataset.leftovers import clean_dataset

        done = clean_dataset(folder)
        print(f"Deleted: {', '.join(done) or 'nothing was left over'}.", file=sys.stderr)
        if not os.path.exists(folder):  # there were only the preparations for a dataset
            return 0
    problems = check_dataset(folder)
    print(format_frame(problems, format=args.format))
    n_errors = int((problems["level"] == "error").sum())
    print(f"{n_errors} errors, {len(problems) - n_errors} remarks.", file=sys.stderr)
    return 2 if n_errors else 0


def add_share_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "share",
        help="counts without people: small tables of a dataset that can be given away",
    )
    add_dataset(parser)
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument(
        "--min-cell", type=int, default=5, metavar="N", help="fewest people of a count (default 5)"
    )
    parser.add_argument(
        "--min-people",
        type=int,
        default=10,
        metavar="N",
        help="fewest customers of a brand that is named (default 10)",
    )
    parser.set_defaults(run=run_share)


def run_share(args: argparse.Namespace) -> None:
    from carekit.dataset.folder import open_dataset
    from carekit.measures.sharing import share_counts

    shared = share_counts(
        open_dataset(chosen(args.dir)),
        out=args.out,
        min_cell=args.min_cell,
        min_people=args.min_people,
    )
    print(shared)


def add_sample_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "sample", help="write the synthetic sample dataset, with its truth"
    )
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument("--posts", type=int, metavar="N", help="about how many posts")
    parser.add_argument("--seed", type=int, metavar="S")
    parser.set_defaults(run=run_sample)


def run_sample(args: argparse.Namespace) -> None:
    from carekit.dataset.folder import open_dataset
    from carekit.sample import generate_sample

    chosen = {"n_posts": args.posts, "seed": args.seed}
    options = {k: v for k, v in chosen.items() if v is not None}
    generate_sample(args.out, **options)
    print(open_dataset(args.out))
