"""`carekit import`: arguments in, report out; everything else is `import_files`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from carekit.errors import InputError
from carekit.sources.files.formats import MODULES

_VALUES = (
    ("accounts", "CSV", "the brands' accounts: account, network, brand, account_kind, opened_at; also "
                        "country, sector, timezone of the brand"),
    ("tz", "ZONE", "zone of times without an offset (UTC)"),
    ("network", "NAME", "where all the posts are from"),
    ("brand", "NAME", "whom all the posts are about"),
    ("observed-at", "TIME", "when the files were collected (ISO date or time)"),
    ("encoding", "NAME", "of a text that is no UTF-8"),
    ("sheet", "NAME|N", "which sheet of a workbook"),
    ("selection", "NAME", "how the posts were selected: none (nothing left out), answered_only, "
                          "brand_threads, search, complaints_only"),
    ("title", "TITLE", "of a new dataset"),
    ("licence", "LICENCE", "of a new dataset"),
    ("memory-limit", "SIZE", "for the engine, such as 1GB"),
    ("codebook", "FILE", "survey: what the columns ask and the codes mean"),
    ("age-groups", "BAND,…", "survey: classes of age (default 18-29,30-49,50-64,65+)"),
)  # fmt: skip
_LISTS = (
    ("map", "OURS=THEIRS,…", "which column of the file is which of ours, for example "
                             "post_id=id,created_at=time"),
    ("roles", "WORD=ROLE,…", "what words of the column of roles mean, such as 'Community "
                             "manager=brand,Fan=customer'"),
    ("keep", "COL,…", "further columns to keep, to group by and to show; NAME=COL gives one another "
                      "name"),
)  # fmt: skip
_SWITCHES = (
    ("dayfirst", "1/2/2017 is the first of February"),
    ("accept-rejected", "go on where more than 1 %% of the rows of a file cannot be read; every number "
                        "says so"),
    ("without-automatic", "leave out automatic first answers: one text within seconds, again and "
                          "again"),
    ("strict", "any unreadable row is an error"),
    ("redact", "replace personal data in texts: [email], [phone], … (handles become pseudonyms "
               "anyway)"),
)  # fmt: skip
_SHARED = "out strict redact accept_rejected encoding sheet header_row title licence"
_OF_POSTS = (
    "accounts tz dayfirst network brand observed_at selection without_automatic memory_limit"
)
_OF_SURVEYS = "codebook age_groups"


def add_import_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add the subcommand `import` to the subparsers of the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "import",
        help="files that people have → a dataset",
        description="Read files of one format into a new dataset, or append them to one. Rows that "
        "cannot be read go to rejected.csv with line and reason.",
    )
    names = ", ".join([*MODULES, "survey"])
    parser.add_argument("format", metavar="FORMAT", help=f"auto, or one of: {names}")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--out", required=True, metavar="DIR", help="the dataset to make or extend")
    parser.add_argument(
        "--header-row", type=int, metavar="N", help="the line in which the header stands"
    )
    for name, metavar, what in _VALUES:
        parser.add_argument(f"--{name}", metavar=metavar, help=what)
    for name, metavar, what in _LISTS:
        parser.add_argument(f"--{name}", action="append", default=[], metavar=metavar, help=what)
    for name, what in _SWITCHES:
        parser.add_argument(f"--{name}", action="store_true", default=None, help=what)
    parser.set_defaults(tz="UTC", run=run_import)
    return parser


def run_import(args: argparse.Namespace) -> None:
    """Import, print the report; steps and warnings go to standard error."""
    if args.format == "survey":
        return _run_survey(args)
    _refuse(args, ("codebook", "age_groups"), "surveys alone have it; the format")
    from carekit.sources.files.importing import import_files

    report = import_files(
        args.format,
        args.files,
        mapping=read_mapping(args.map),
        roles=read_mapping(
            args.roles, option="--roles", expected="WORD=ROLE,… such as Agent=brand"
        ),
        keep=read_names(args.keep),
        progress=lambda sentence: print(sentence, file=sys.stderr),
        **_given(args, _SHARED, _OF_POSTS),
    )
    for warning in report.warnings:
        print(f"Warning: {warning}", file=sys.stderr)
    print(report.summary)


def _run_survey(args: argparse.Namespace) -> None:
    from carekit.sources.surveys.survey import import_survey

    foreign = ("accounts", "network", "brand", "observed_at", "memory_limit", "selection")
    _refuse(args, foreign, "posts alone have it; the format")
    if len(args.files) > 1:
        raise InputError(
            f"`files` names {len(args.files)} files; expected one, a survey has one row per "
            "respondent. Join the files first, or import each into a dataset of its own."
        )
    mapping = read_mapping(args.map)
    report = import_survey(args.files[0], mapping=mapping, **_given(args, _SHARED, _OF_SURVEYS))
    for note in report.notes:
        print(note, file=sys.stderr)
    print(report.summary)


def _given(args: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Options that go on under their own names."""
    given = {name: getattr(args, name) for some in names for name in some.split()}
    return {name: value for name, value in given.items() if value is not None}


def _refuse(args: argparse.Namespace, options: tuple[str, ...], why: str) -> None:
    for option in options:
        if getattr(args, option) is not None:
            raise InputError(
                f"`--{option.replace('_', '-')}` is given, and {why} here is {args.format!r}. "
                "Leave the option out."
            )


def read_names(values: list[str]) -> list[str]:
    """The names of `--keep COL,…`, given once or several times.

    Examples
    --------
    >>> read_names(["category, agent", "csat=Note"])
    ['category', 'agent', 'csat=Note']
    """
    return [n.strip() for value in values for n in value.split(",") if n.strip()]


def read_mapping(
    values: list[str],
    *,
    option: str = "--map",
    expected: str = "OURS=THEIRS,… such as post_id=id,created_at=time",
) -> dict[str, str]:
    """The pairs of `--map OURS=THEIRS,…`, given once or several times.

    Raises
    ------
    InputError
        If a pair lacks a side, or a name of ours comes twice.

    Examples
    --------
    >>> read_mapping(["post_id=id,created_at=time, local", "text=body"])
    {'post_id': 'id', 'created_at': 'time, local', 'text': 'body'}
    """
    pairs: list[str] = []
    for piece in (p for value in values for p in value.split(",")):
        if "=" not in piece and pairs:
            pairs[-1] += f",{piece}"  # their name holds a comma
        else:
            pairs.append(piece)
    made: dict[str, str] = {}
    for pair in pairs:
        ours, _, theirs = (side.strip() for side in pair.partition("="))
        if not ours or not theirs or ours in made:
            why = "names it twice" if ours in made else "lacks a side"
            raise InputError(
                f"`{option}` got {pair!r}, which {why}; expected {expected}. Correct {option}."
            )
        made[ours] = theirs
    return made
