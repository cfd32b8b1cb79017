"""`carekit triage`: arguments in, tables out; all else is a function that can be imported."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from carekit.cli.general import add_dataset, chosen
from carekit.errors import InputError
from carekit.show.text import FORMATS, format_frame

if TYPE_CHECKING:
    import pandas as pd

ACTIONS = {
    "flag": "flags of each post: tone, question, complaint, review, hand-off, personal data",
    "sample": "draw posts at random and write a sheet for people to code",
    "agree": "do two coders agree",
    "evaluate": "scores of the rules and of a trained classifier on posts that someone coded",
    "prevalence": "shares corrected by a coded sample, beside the naive ones",
    "policy": "who answers what, how and by when; gaps, conflicts, workload",
}
SYNTHETIC = "Synthetic data: the result recovers a planted truth and is no evidence."


def add_triage_parser(subparsers: Any) -> None:
    """Add the command `triage` to the command line."""
    triage = subparsers.add_parser(
        "triage",
        help="what customers write: flags, coding, agreement, corrected shares, policy",
        description="; ".join(f"{name}: {what}" for name, what in ACTIONS.items()) + ".",
    )
    actions = triage.add_subparsers(dest="action", metavar="ACTION", required=True)
    parsers = {name: actions.add_parser(name, help=what) for name, what in ACTIONS.items()}
    _add_flag(parsers["flag"])
    _add_sample(parsers["sample"])
    _add_agree(parsers["agree"])
    _add_evaluate(parsers["evaluate"])
    _add_prevalence(parsers["prevalence"])
    _add_policy(parsers["policy"])
    for parser in parsers.values():
        parser.add_argument(
            "--format", choices=FORMATS, default="table", help="how the result is printed"
        )


def _add_flag(parser: argparse.ArgumentParser) -> None:
    add_dataset(parser)
    parser.add_argument(
        "--posts",
        choices=("openings", "customer", "brand", "all"),
        default="all",
        help="openings: customer posts that reply to nothing (default: all posts)",
    )
    parser.add_argument("--by", default="", metavar="COL,COL", help="columns that define groups")
    parser.add_argument(
        "--out", metavar="FILE", help="write the flags of each post: .parquet or .csv"
    )
    parser.add_argument("--text", action="store_true", help="with --out: the text too, redacted")
    parser.set_defaults(run=run_flag)


def _add_sample(parser: argparse.ArgumentParser) -> None:
    add_dataset(parser)
    parser.add_argument(
        "--out", required=True, metavar="FILE", help="the sheet to write: .xlsx or .csv"
    )
    parser.add_argument("--n", type=int, default=200, metavar="N", help="posts (default 200)")
    parser.add_argument(
        "--by", default="", metavar="COL,COL", help="strata: each has a sample of its own"
    )
    parser.add_argument(
        "--allocation",
        choices=("proportional", "equal"),
        default="proportional",
        help="equal: as many from each stratum, to compare them",
    )
    parser.add_argument("--where", metavar="EXPR", help="condition, such as \"network = 'x'\"")
    parser.add_argument("--lang", choices=("fr", "en"), default="fr", help="of the codebook")
    parser.add_argument(
        "--coder", action="append", default=[], metavar="NAME", help="a sheet for each coder"
    )
    parser.add_argument(
        "--columns", default="", metavar="COL,COL", help="what to code (default: everything)"
    )
    parser.add_argument("--keep-personal-data", action="store_true", help="do not redact the texts")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.set_defaults(run=run_sample)


def _add_agree(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="coded sheets, one a coder")
    parser.add_argument("--column", metavar="COL", help="one code alone, such as tone")
    parser.add_argument("--conf", type=float, default=0.95, help="confidence level (default 0.95)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the bootstrap")
    parser.set_defaults(run=run_agree)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a table of coded posts (CSV)")
    parser.add_argument("--text", required=True, metavar="COL", help="column of the posts")
    parser.add_argument("--label", required=True, metavar="COL", help="column of the codes")
    parser.add_argument(
        "--group",
        metavar="COL",
        help="brand or thread: each is scored by a model that never saw it",
    )
    parser.add_argument("--by", metavar="COL", help="further rows for each language or network")
    parser.add_argument("--lang", choices=("en", "fr"), help="of all posts (default: told)")
    parser.add_argument(
        "--task", choices=("tone", "complaint", "question"), help="what was coded (default: told)"
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="THEIRS=OURS,…",
        help="what their codes mean: negative, neutral, positive, complaint, question, other; "
        "nothing after = leaves the rows out",
    )
    parser.add_argument("--folds", type=int, default=5, metavar="N", help="parts without --group")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument(
        "--embeddings",
        action="store_true",
        help="train on sentence embeddings too (carekit[embed]): better on few or French posts, slow",
    )
    parser.add_argument(
        "--save", metavar="FILE", help="also train on all posts and save the classifier"
    )
    parser.set_defaults(run=run_evaluate)


def _add_prevalence(parser: argparse.ArgumentParser) -> None:
    add_dataset(parser)
    parser.add_argument(
        "--coded",
        metavar="FILE",
        help="a coded sheet of a random sample of it (default: the first in its folder coding)",
    )
    parser.add_argument("--by", default="", metavar="COL", help="a column that defines groups")
    parser.add_argument(
        "--column",
        default="category",
        metavar="COL",
        help="category, tone, is_question, is_complaint or is_abuse (default: category)",
    )
    parser.add_argument(
        "--compare",
        nargs="?",
        const="",
        metavar="GROUP",
        help="differences of the groups of --by instead: all pairs, or against one",
    )
    parser.add_argument("--stratum", metavar="COL", help="in which the sample was drawn")
    parser.add_argument("--where", metavar="EXPR", help="condition, such as \"network = 'x'\"")
    parser.add_argument("--conf", type=float, default=0.95, help="confidence level (default 0.95)")
    parser.set_defaults(run=run_prevalence)


def _add_policy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "dir", nargs="?", metavar="DIR", help="a dataset: workload by owner under the policy"
    )
    parser.add_argument("--file", metavar="CSV", help="your table instead of the shipped one")
    parser.add_argument("--lang", choices=("fr", "en"), default="fr", help="of the shipped table")
    parser.add_argument("--out", metavar="CSV", help="write the table, to be edited")
    parser.add_argument(
        "--by", choices=("owner", "action", "rule_id"), default="owner", help="workload by"
    )
    parser.add_argument("--where", metavar="EXPR", help="condition, such as \"network = 'x'\"")
    parser.set_defaults(run=run_policy)


def run_flag(args: argparse.Namespace) -> None:
    from carekit.coding.flagging import flag_dataset, summarise_flags, write_flags

    dataset = _open(args.dir)
    if args.text and not args.out:
        raise InputError(
            "`--text` is given without `--out`; expected a file to write it to. Texts are never "
            "printed: name a file, or leave --text out."
        )
    flags = flag_dataset(dataset, posts=args.posts, text=args.text)
    if args.out:
        path = write_flags(flags, args.out)
        print(f"Flags of {len(flags):,} posts written to {path}.", file=sys.stderr)
    _say("Shares counted by the rules, uncorrected: carekit triage prevalence corrects them.")
    _print(summarise_flags(flags, by=args.by), args)


def run_sample(args: argparse.Namespace) -> None:
    from carekit.coding.coding_sheet import CODE_COLUMNS
    from carekit.coding.coding_workflow import draw_sample, write_sheets

    dataset = _open(args.dir)
    drawn = draw_sample(
        dataset,
        n=args.n,
        by=args.by,
        allocation=args.allocation,
        where=args.where,
        redacted=not args.keep_personal_data,
        seed=args.seed,
    )
    columns = [c.strip() for c in args.columns.split(",") if c.strip()] or CODE_COLUMNS
    paths = write_sheets(drawn, args.out, lang=args.lang, coders=args.coder, columns=columns)
    for path in paths:
        _say(f"Written: {path}")
    strata = drawn.groupby("stratum", as_index=False, sort=True).agg(
        n=("post_id", "size"),
        n_posts=("stratum_size", "first"),
        weight=("weight", "first"),
        seed=("seed", "first"),
    )
    _print(strata, args)


def run_agree(args: argparse.Namespace) -> None:
    from carekit.coding.coding_workflow import measure_agreement

    found = measure_agreement(args.files, column=args.column, conf_level=args.conf, seed=args.seed)
    _say(found.attrs["note"])
    _print(found, args)


def run_evaluate(args: argparse.Namespace) -> None:
    from carekit.coding.coded_file import read_coded_file
    from carekit.coding.embeddings import with_embeddings
    from carekit.coding.evaluation import evaluate, train

    if args.embeddings and args.save:
        raise InputError(
            "--save came with --embeddings; expected one of the two: a classifier with embeddings "
            "cannot be saved as plain numbers. Leave --save out, or --embeddings."
        )
    coded = read_coded_file(args.file)
    for note in coded.notes:
        _say(note)
    options = {"text": args.text, "label": args.label, "lang": args.lang, "task": args.task}
    mapping = read_codes(args.map)
    found = evaluate(
        coded.frame,
        **options,
        mapping=mapping,
        classifier=with_embeddings() if args.embeddings else None,
        group=args.group,
        by=args.by,
        folds=args.folds,
        seed=args.seed,
    )
    first = found.iloc[0]
    unread = int(found["n_unread"].iloc[0])
    held = f"groups of {args.group} held out" if args.group else "random parts held out"
    _say(
        f"Codes read as {first['task']} (recognised from {first['how']}). {first['n']:,} posts scored, "
        f"{first['n_duplicates']:,} duplicates and {first['n_missing']:,} rows without text or "
        f"code left out; trained: {first['n_folds']} times, {held}."
        + (
            f" {unread:,} in languages that the rules do not read, wrong for them."
            if unread
            else ""
        )
    )
    if args.save:
        model = train(coded.frame, **options, mapping=mapping, source=args.file)
        _say(f"Trained on all posts and saved: {model.save(args.save)}")
    details = ["task", "how", "n_duplicates", "n_missing", "n_folds", "n_unread"]
    _print(found.drop(columns=details), args)


def run_prevalence(args: argparse.Namespace) -> None:
    from carekit.coding.coded import compare_corrected_shares, corrected_shares

    dataset = _open(args.dir)
    options = {
        "coded": args.coded,
        "column": args.column,
        "by": args.by,
        "stratum": args.stratum,
        "where": args.where,
        "conf_level": args.conf,
    }
    if args.compare is None:
        found = corrected_shares(dataset, **options)
    else:
        found = compare_corrected_shares(dataset, reference=args.compare or None, **options)
    _say(found.attrs["note"])
    shown = found
    if args.format == "table":
        shown = found.drop(columns=[c for c in _DETAILS if c in found.columns])
    _print(shown, args)


# Left to csv and json, so that a table fits a terminal.
_DETAILS = (
    "std_error df n_eff clusters rogan_gladen_se sensitivity specificity statistic n_family "
    "estimate_1 estimate_2"
).split()


def run_policy(args: argparse.Namespace) -> int:
    from carekit.coding.policy import CATEGORIES, check_policy, load_policy, write_policy
    from carekit.coding.workload import workload

    dataset = None if args.dir is None else _open(args.dir)
    policy = load_policy(args.file, lang=args.lang, complete=False)
    if args.out:
        _say(f"Written: {write_policy(policy, args.out)}. Edit it, then --file {args.out}.")
    faults = check_policy(policy)
    if len(faults):
        _say(
            f"{len(faults)} cells of category, surface and risk have no rule (gap) or several that "
            "contradict each other (conflict). Add a general rule, or name more fields in one."
        )
        _print(faults, args)
        return 2
    _say(f"{len(policy)} rules; every category, surface and risk has one rule that fits best.")
    if dataset is None:
        _print(policy, args)
        return 0
    found = workload(dataset, policy=policy, by=args.by, where=args.where)
    _say(found.attrs["note"])
    if args.format == "table":
        found = found.drop(columns=[f"n_{category}" for category in CATEGORIES])
    _print(found, args)
    return 0


def read_codes(values: list[str]) -> dict[str, str]:
    """The pairs of `--map THEIRS=OURS,…`; InputError if one has no =, or a code comes twice.

    >>> read_codes(["angry=negative,irrelevant=", "a=b=neutral"])
    {'angry': 'negative', 'irrelevant': '', 'a=b': 'neutral'}
    """
    made: dict[str, str] = {}
    for pair in (p for value in values for p in value.split(",")):
        theirs, sign, ours = pair.rpartition("=")
        if not sign or not theirs.strip() or theirs.strip() in made:
            why = "names it twice" if theirs.strip() in made else "is no pair"
            raise InputError(
                f"`--map` got {pair!r}, which {why}; expected THEIRS=OURS,… such as "
                "angry=negative,irrelevant=. Correct --map."
            )
        made[theirs.strip()] = ours.strip()
    return made


def _open(path: str | None) -> Any:
    from carekit.dataset.folder import open_dataset

    dataset = open_dataset(chosen(path))
    if dataset.is_sample:
        _say(SYNTHETIC)
    return dataset


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _print(frame: pd.DataFrame, args: argparse.Namespace) -> None:
    print(format_frame(frame, format=args.format))
