"""`carekit survey`: the command line of the survey estimates."""

from __future__ import annotations

import argparse
import sys
from typing import Any, NamedTuple

from carekit.cli.general import Subparsers, add_dataset, add_format, chosen
from carekit.errors import InputError
from carekit.show.text import format_frame


class _Estimate(NamedTuple):
    function: str  # of carekit.survey
    options: tuple[str, ...]
    help: str


ESTIMATES = {
    "share": _Estimate(
        "answers", ("by", "missing"), "share of each answer to a question with one answer"
    ),
    "multi": _Estimate(
        "ticked",
        ("by", "base"),
        "share of respondents and of mentions, for a question with several answers",
    ),
    "trend": _Estimate(
        "trend",
        ("by", "answer", "missing"),
        "does the share of an answer rise or fall over ordered groups",
    ),
    "mean": _Estimate("mean", ("by", "missing"), "mean of a number, or of the points of a scale"),
    "nps": _Estimate("nps", ("by", "missing"), "net promoter score of points from 0 to 10"),
    "compare": _Estimate(
        "differences",
        ("by", "reference", "missing"),
        "differences between groups, or between options that the same people ticked",
    ),
    "pairs": _Estimate(
        "pairs", ("other",), "difference between two yes/no questions that the same people answered"
    ),
}


def add_survey_parser(subparsers: Subparsers) -> None:
    """Add `survey` to the commands."""
    parser = subparsers.add_parser(
        "survey",
        help="shares, trends and comparisons of survey questions, with weights and design",
        description="; ".join(f"{name}: {what.help}" for name, what in ESTIMATES.items()) + ".",
    )
    names = list(ESTIMATES)
    parser.add_argument("name", metavar="NAME", choices=names, help=", ".join(names))
    add_dataset(parser, "a dataset folder with a survey")
    parser.add_argument(
        "question", metavar="QUESTION", help="a question of questions.json, or one of its options"
    )
    parser.add_argument("--by", metavar="COL,COL", help="columns that define groups")
    parser.add_argument("--where", metavar="CONDITION", help="only respondents for whom this holds")
    parser.add_argument("--answer", metavar="ANSWER", help="trend: the answer that is followed")
    parser.add_argument("--reference", metavar="GROUP", help="compare: against this group alone")
    parser.add_argument("--other", metavar="QUESTION", help="pairs: the question compared with")
    parser.add_argument(
        "--missing",
        action="append",
        metavar="ANSWER",
        help='an answer to leave out of the base, such as "don\'t know"; may come several times',
    )
    parser.add_argument("--base", choices=("asked", "all"), help="multi: whom the shares are of")
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
    from carekit import survey
    from carekit.dataset.folder import open_dataset

    dataset = open_dataset(chosen(args.dir))
    estimate = ESTIMATES[args.name]
    shared: dict[str, Any] = {"where": args.where, "lonely": args.lonely, "conf_level": args.conf}
    given = {
        name: getattr(args, name)
        for name in ("by", "answer", "reference", "other", "missing", "base")
        if getattr(args, name) is not None
    }
    foreign = [name for name in given if name not in estimate.options]
    if foreign:
        raise InputError(
            f"`--{foreign[0]}` is given, and `carekit survey {args.name}` does not take it; "
            f"expected only: --{', --'.join(sorted([*estimate.options, *shared]))}. Leave it out."
        )
    needed = {"trend": "by", "pairs": "other"}.get(args.name)
    if needed and needed not in given:
        raise InputError(
            f"`--{needed}` is missing; `carekit survey {args.name}` needs it. Pass one, such as "
            f"--{needed} {'age_group' if needed == 'by' else 'QUESTION'}."
        )
    frame = getattr(survey, estimate.function)(dataset, args.question, **given, **shared)
    if frame.facts.synthetic:
        print(
            "Synthetic data: the result recovers a planted truth and is no evidence.",
            file=sys.stderr,
        )
    print(frame.facts.note, file=sys.stderr)
    print(format_frame(frame, format=args.format))
