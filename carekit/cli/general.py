"""Commands that have no package of their own: reproduce, check, measure, sample."""

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
    parser.set_defaults(run=run_reproduce)


def run_reproduce(args: argparse.Namespace) -> None:
    from carekit.claims.reproduce import reproduce

    result = reproduce(only=args.only, dataset=args.dataset, out=args.out)
    print(result.summary())


def add_check_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "check",
        help="what is wrong or missing in a dataset, and what it cannot answer",
    )
    parser.add_argument("dir", metavar="DIR", help="a dataset folder")
    parser.add_argument(
        "--clean", action="store_true", help="first delete what killed imports left behind"
    )
    add_format(parser)
    parser.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    from carekit.dataset.check import check_dataset

    if args.clean:
        from carekit.dataset.leftovers import clean_dataset

        done = clean_dataset(args.dir)
        print(f"Deleted: {', '.join(done) or 'nothing was left over'}.", file=sys.stderr)
        if not os.path.exists(args.dir):  # there were only the preparations for a dataset
            return 0
    problems = check_dataset(args.dir)
    print(format_frame(problems, format=args.format))
    n_errors = int((problems["level"] == "error").sum())
    print(f"{n_errors} errors, {len(problems) - n_errors} remarks.", file=sys.stderr)
    return 2 if n_errors else 0


def add_measure_parser(subparsers: Subparsers) -> None:
    from carekit.measures.registry import MEASURES

    parser = subparsers.add_parser(
        "measure",
        help="estimate a measure on a dataset, with its interval",
        description="Measures: " + "; ".join(f"{n}: {m.question}" for n, m in MEASURES.items()),
    )
    parser.add_argument("name", metavar="NAME", choices=list(MEASURES), help=", ".join(MEASURES))
    parser.add_argument("dir", metavar="DIR", help="a dataset folder")
    parser.add_argument("--by", default="", metavar="COL,COL", help="columns that define groups")
    parser.add_argument("--definition", default="direct-opening", metavar="NAME")
    parser.add_argument("--conf", type=float, default=0.95, help="confidence level (default 0.95)")
    parser.add_argument(
        "--cluster",
        default="auto",
        metavar="COL",
        help="independent unit: a column, none, or auto (author within a brand, else brand)",
    )
    parser.add_argument("--where", metavar="EXPR", help="condition, such as \"network = 'x'\"")
    parser.add_argument(
        "--allow-selected",
        action="store_true",
        help="compute it although the selection of the posts makes it meaningless",
    )
    parser.add_argument(
        "--coded",
        metavar="FILE",
        help="categories: a coded sheet of a random sample, to correct the shares by",
    )
    add_format(parser)
    parser.set_defaults(run=run_measure)


def run_measure(args: argparse.Namespace) -> None:
    from carekit.dataset.folder import open_dataset
    from carekit.measures.registry import MEASURES

    own: dict[str, Any] = {}
    if args.coded is not None:
        if args.name != "categories":
            raise InputError(
                f"`--coded` is given, and `carekit measure {args.name}` does not take it; only "
                "categories does. Leave it out."
            )
        own["coded"] = args.coded
    dataset = open_dataset(args.dir)
    if dataset.is_sample:
        print(
            "Synthetic data: the result recovers a planted truth and is no evidence.",
            file=sys.stderr,
        )
    frame, note = MEASURES[args.name].run(
        dataset,
        by=args.by,
        definition=args.definition,
        cluster=args.cluster,
        conf_level=args.conf,
        where=args.where,
        allow_selected=args.allow_selected,
        **own,
    )
    print(note, file=sys.stderr)
    print(format_frame(frame, format=args.format))


def add_share_parser(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser(
        "share",
        help="counts without people: small tables of a dataset that can be given away",
    )
    parser.add_argument("dir", metavar="DIR", help="a dataset folder")
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
        open_dataset(args.dir), out=args.out, min_cell=args.min_cell, min_people=args.min_people
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
