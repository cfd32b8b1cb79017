"""`carekit survey`: the command line of the survey estimates."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from carekit.cli.general import Subparsers, add_format
from carekit.errors import InputError
from carekit.show.text import format_frame

if TYPE_CHECKING:
    import pandas as pd

NAMES = {
    "share": "share of each answer to a question with one answer",
    "multi": "share of respondents and of mentions, for a question with several answers",
    "trend": "does the share of an answer rise or fall over ordered groups",
    "compare": "differences between groups, or between options that the same people ticked",
}


def add_survey_parser(subparsers: Subparsers) -> None:
    """Add `survey` to the commands."""
    parser = subparsers.add_parser(
        "survey",
        help="shares, trends and comparisons of survey questions, with weights and design",
        description="; ".join(f"{name}: {what}" for name, what in NAMES.items()) + ".",
    )
    parser.add_argument("name", metavar="NAME", choices=list(NAMES), help=", ".join(NAMES))
    parser.add_argument("dir", metavar="DIR", help="a dataset folder with a survey")
    parser.add_argument(
        "question", metavar="QUESTION", help="a question of questions.json, or one of its options"
    )
    parser.add_argument("--by", default="", metavar="COL,COL", help="columns that define groups")
    parser.add_argument("--answer", metavar="ANSWER", help="trend: the answer that is followed")
    parser.add_argument("--reference", metavar="GROUP", help="compare: against this group alone")
    parser.add_argument(
        "--missing",
        action="append",
        default=[],
        metavar="ANSWER",
        help='an answer to leave out of the base, such as "don\'t know"; may come several times',
    )
    parser.add_argument(
        "--base", choices=("asked", "all"), default="asked", help="multi: whom the shares are of"
    )
    parser.add_argument(
        "--lonely",
        choices=("error", "center"),
        default="error",
        help="what to do with a stratum that holds one sampling unit",
    )
    parser.add_argument("--conf", type=float, default=0.95, help="confidence level (default 0.95)")
    add_format(parser)
    parser.set_defaults(run=run_survey)


def run_survey(args: argparse.Namespace) -> None:
    """Estimate, print the table; the denominator goes to standard error."""
    from carekit.dataset.folder import open_dataset
    from carekit.survey import answers as survey

    dataset = open_dataset(args.dir)
    options: dict[str, Any] = {"lonely": args.lonely, "conf_level": args.conf}
    taken: dict[str, tuple[Callable[..., pd.DataFrame], dict[str, Any]]] = {
        "share": (survey.measure_share, {"by": args.by, "missing": args.missing}),
        "multi": (survey.measure_several, {"by": args.by, "base": args.base}),
        "trend": (
            survey.measure_trend,
            {"by": args.by, "answer": args.answer, "missing": args.missing},
        ),
        "compare": (
            survey.measure_differences,
            {"by": args.by or None, "reference": args.reference, "missing": args.missing},
        ),
    }
    measure, own = taken[args.name]
    given = {
        "answer": args.answer,
        "reference": args.reference,
        "missing": args.missing or None,
        "base": None if args.base == "asked" else args.base,
    }
    foreign = [name for name, value in given.items() if value is not None and name not in own]
    if foreign:
        raise InputError(
            f"`--{foreign[0]}` is given, and `carekit survey {args.name}` does not take it; "
            f"expected only: --{', --'.join(sorted([*own, *options]))}. Leave it out."
        )
    frame = measure(dataset, args.question, **own, **options)
    if dataset.is_sample:
        print(
            "Synthetic data: the result recovers a planted truth and is no evidence.",
            file=sys.stderr,
        )
    print(frame.attrs["note"], file=sys.stderr)
    print(format_frame(frame, format=args.format))
