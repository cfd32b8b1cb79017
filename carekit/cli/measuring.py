"""`carekit measure NAME [DIR]`: one command for each measure, made from its declaration."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import asdict
from inspect import Parameter, formatannotation
from typing import TYPE_CHECKING, Any

from carekit.cli.general import Subparsers, add_dataset, add_format, chosen
from carekit.dataset.folder import open_dataset
from carekit.show.text import format_frame

if TYPE_CHECKING:
    from carekit.measures.registry import Measure

HELP = "estimate a measure on a dataset, with its interval"
# Options that every measure knows in Python → how the command line reads them.
COMMON: dict[str, dict[str, Any]] = {
    "by": {"metavar": "COL,COL", "help": "columns that define groups"},
    "definition": {"metavar": "NAME", "help": "what a request and an answer are"},
    "cluster": {
        "metavar": "COL",
        "help": "independent unit: a column, none, or auto (author for these brands, brand for "
        "brands like these)",
    },
    "target": {
        "choices": ("auto", "these", "like-these", "both"),
        "help": "of which brands the limits speak; auto: of these, where there are fewer than 30",
    },
    "where": {"metavar": "EXPR", "help": "condition, such as \"network = 'x'\""},
    "conf_level": {"type": float, "help": "confidence level (default 0.95)"},
    "allow_selected": {
        "action": "store_true",
        "help": "compute it although the selection of the posts makes it meaningless",
    },
}
WORDS = {"conf_level": "--conf"}
REQUIRED = Parameter.empty


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def _numbers(text: str) -> list[float]:
    return [float(word) for word in _words(text)]


# Options of a single measure: the type as it is written → how a word is read. Others (frames,
# collections of posts, opening hours) are for Python.
READ: dict[str, dict[str, Any]] = {
    "float": {"type": float, "metavar": "X"},
    "int": {"type": int, "metavar": "N"},
    "str": {"metavar": "WORD"},
    "Any": {"metavar": "VALUE"},
    "Sequence[float]": {"type": _numbers, "metavar": "X,X"},
    "Sequence[str | Definition]": {"type": _words, "metavar": "NAME,NAME"},
    "str | Sequence[str]": {"type": _words, "metavar": "NAME,NAME"},
    "tuple[str, str]": {"type": _words, "metavar": "DATE,DATE"},
    "str | os.PathLike[str] | pd.DataFrame": {"metavar": "FILE"},
}


def add_measure_parser(subparsers: Subparsers, *, complete: bool) -> None:
    """`complete`: with every measure, for which all of them are loaded."""
    parser = subparsers.add_parser(
        "measure", help=HELP, description="Each measure has options of its own: NAME --help."
    )
    if not complete:
        return
    from carekit.measures.registry import measures

    names = parser.add_subparsers(dest="name", metavar="NAME", required=True)
    for measure in measures().values():
        _add_measure(names, measure)


def _add_measure(names: Subparsers, measure: Measure) -> None:
    summary = (measure.function.__doc__ or "").partition("\n")[0]
    parser = names.add_parser(measure.name, help=measure.question, description=summary)
    add_dataset(parser)
    for name, option in COMMON.items():
        if name in measure.options:
            needed = {"required": True} if measure.options[name] is REQUIRED else {}
            parser.add_argument(
                WORDS.get(name, f"--{name.replace('_', '-')}"),
                dest=name,
                default=argparse.SUPPRESS,
                **option,
                **needed,
            )
    for name, own in measure.own.items():
        written = own.annotation
        kind = written if isinstance(written, str) else formatannotation(written)
        read = READ.get(kind.removesuffix(" | None"))
        if read is not None:
            parser.add_argument(
                f"--{name.replace('_', '-')}",
                dest=name,
                default=argparse.SUPPRESS,
                required=own.default is REQUIRED,
                help=_told(measure, name),
                **read,
            )
    add_format(parser)
    parser.add_argument(
        "--facts",
        action="store_true",
        help="with --format json: an object with the rows and what is known of them, such as the "
        "numbers of rows left out",
    )
    parser.set_defaults(run=run_measure, measure=measure)


def _told(measure: Measure, option: str) -> str:
    """The first sentence that the documentation of a measure says of an option."""
    found = re.search(
        rf"\n    (?:\w+, )*{option}(?:, \w+)* : [^\n]*\n((?:        [^\n]*\n)+)",
        measure.function.__doc__ or "",
    )
    text = " ".join(found[1].split()) if found else ""
    return re.split(r"(?<=[.;:]) ", text)[0].rstrip(".;:").replace("%", "%%")


def run_measure(args: argparse.Namespace) -> None:
    given = vars(args)
    measure: Measure = given["measure"]
    known = [*measure.options, *measure.own]
    options = {name: given[name] for name in known if name in given}
    dataset = open_dataset(chosen(args.dir))
    if dataset.is_sample:
        print(
            "Synthetic data: the result recovers a planted truth and is no evidence.",
            file=sys.stderr,
        )
    from carekit.show.result import Facts, Result

    made = measure.function(dataset, **options)
    if not isinstance(made, Result):
        made = Result([asdict(made)], facts=Facts(measure.name, measure.question))
    if args.facts and args.format == "json":
        print(made.as_json(), end="")
    else:
        print(made.attrs.get("note", ""), file=sys.stderr)
        print(format_frame(made, format=args.format))
