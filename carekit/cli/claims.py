"""`carekit claims list | show ID | audit | replay | hypotheses | judge`: the ledger on the command
line."""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import carekit
from carekit.errors import InputError
from carekit.show.text import FORMATS, format_frame

if TYPE_CHECKING:
    import pandas as pd

    from carekit.claims.ledger import Figure, Ledger
    from carekit.dataset.folder import Dataset

_READ = "claim where when published evidence measured n verdict why id".split()
_FILTERS = ("measure", "status", "article", "study", "country", "network")


def add_claims_parser(subparsers: Any) -> None:
    """Add the command `claims` to the command line; handlers print their result."""
    claims = subparsers.add_parser(
        "claims",
        help="the ledger of published figures: list, show, audit, replay; hypotheses, judge",
        description="The ledger of published figures. Without a further word: list.",
    )
    _add_ledger_and_format(claims, first=True)
    claims.set_defaults(run=run_list, corrected=None, **dict.fromkeys(_FILTERS))
    actions = claims.add_subparsers(
        dest="action", metavar="list | show ID | audit | replay | hypotheses | judge"
    )

    listing = actions.add_parser("list", help="the figures, one a row")
    for name in _FILTERS:
        listing.add_argument(f"--{name}", metavar="WORD", help=f"only this {name}")
    listing.add_argument(
        "--corrected",
        choices=("yes", "no"),
        help="only figures that another one replaces, or only those that stand",
    )
    _add_ledger_and_format(listing)
    listing.set_defaults(run=run_list)

    show = actions.add_parser(
        "show", help="one figure with its study, base and correction; a finding; a hypothesis"
    )
    show.add_argument("id", metavar="ID", help="such as C023, F08 or H15")
    _add_ledger_and_format(show, more=("bibtex",))
    show.set_defaults(run=run_show)

    auditing = actions.add_parser("audit", help="each finding with its arithmetic")
    _add_ids(auditing, "F08 F16")
    _add_ledger_and_format(auditing)
    auditing.set_defaults(run=run_audit)

    replaying = actions.add_parser(
        "replay", help="measure the figures again on a dataset and beside real counts"
    )
    _add_ids(replaying, "C033 C035")
    replaying.add_argument(
        "--across",
        metavar="WORD,WORD",
        default="",
        help="compare figures of another period, country or sector than the data all the same",
    )
    replaying.add_argument(
        "--deff", type=float, default=1.0, help="design effect of the published shares (default 1)"
    )
    replaying.add_argument("--dataset", metavar="DIR", help="instead of the sample")
    _add_ledger_and_format(replaying)
    replaying.set_defaults(run=run_replay)

    hypotheses = actions.add_parser(
        "hypotheses", help="what the articles put forward, and what a test needs"
    )
    _add_ledger_and_format(hypotheses)
    hypotheses.set_defaults(run=run_hypotheses)

    judging = actions.add_parser(
        "judge", help="test hypotheses on figures, real counts and a dataset"
    )
    judging.add_argument("ids", nargs="*", metavar="ID", help="such as H09 (default: all)")
    judging.add_argument("--dataset", metavar="DIR", help="instead of the sample")
    judging.add_argument("--conf", type=float, default=0.95, help="confidence level (default 0.95)")
    _add_ledger_and_format(judging)
    judging.set_defaults(run=run_judge)


def _add_ids(parser: argparse.ArgumentParser, example: str) -> None:
    parser.add_argument("ids", nargs="*", metavar="ID", help=f"such as {example} (default: all)")
    parser.add_argument("--only", metavar="ID,ID", help="the same, separated by commas")


def _add_ledger_and_format(
    parser: argparse.ArgumentParser, *, first: bool = False, more: tuple[str, ...] = ()
) -> None:
    # Only the outer parser sets defaults: an inner one would undo what was said before its name.
    missing = None if first else argparse.SUPPRESS
    parser.add_argument(
        "--ledger",
        metavar="DIR",
        default=missing,
        help="a ledger folder instead of the one that comes with carekit",
    )
    parser.add_argument(
        "--format",
        choices=(*FORMATS, *more),
        default="table" if first else missing,
        help="how the result is printed",
    )


def run_list(args: argparse.Namespace) -> None:
    ledger = carekit.claims.load_ledger(args.ledger)
    chosen = {name: getattr(args, name) for name in _FILTERS}
    corrected = None if args.corrected is None else args.corrected == "yes"
    figures = ledger.select(**chosen, corrected=corrected)
    print(f"{len(figures)} of {len(ledger)} figures.", file=sys.stderr)
    if args.format == "table":
        print(format_frame(short_list(ledger, figures["figure_id"].tolist())))
    else:
        print(format_frame(with_plain_dates(figures), format=args.format))


def run_show(args: argparse.Namespace) -> None:
    ledger = carekit.claims.load_ledger(args.ledger)
    shown = _claims("text")
    (key,) = _ids([args.id]) or [""]
    if args.format == "bibtex":
        print(_claims("cite").bibtex(key, ledger))
        return
    if key[:1] == "F":
        report = carekit.audit(ledger, only=[key])
        text, frame = shown.finding_text(report.findings[0], width=_width()), report.table
    elif key[:1] == "H":
        table = _claims("hypotheses").hypotheses_table(ledger)
        frame = table[table["hypothesis_id"] == key].reset_index(drop=True)
        if frame.empty:
            raise InputError(
                f"`ID` is {args.id!r}, which is not a hypothesis of the ledger; expected one of: "
                f"{', '.join(table['hypothesis_id'])}. Figures start with C, P, L or D, findings "
                "with F."
            )
        lines = [(str(name).replace("_", " "), str(frame.loc[0, name])) for name in frame]
        text = shown.labelled_text(lines, width=_width())
    else:
        figure = ledger.figure(key)
        counts = carekit.claims.real_counts([key], ledger=ledger)
        text, frame = shown.figure_text(figure, counts, width=_width()), figure_frame(figure)
        for name in ("verdict", "estimate", "ci_low", "ci_high", "n", "table", "definition", "why"):
            frame[f"real_counts_{name}"] = counts[name].astype(object) if len(counts) else None
    print(text if args.format == "table" else format_frame(frame, format=args.format))


def run_audit(args: argparse.Namespace) -> None:
    report = carekit.audit(carekit.claims.load_ledger(args.ledger), only=_ids(args.ids, args.only))
    if args.format == "table":
        print(_claims("text").audit_text(report, width=_width()))
    else:
        print(format_frame(report.table, format=args.format))


def run_replay(args: argparse.Namespace) -> None:
    dataset = _open(args)
    ledger = carekit.claims.load_ledger(args.ledger)
    verdicts = carekit.replay_all(
        dataset,
        ledger=ledger,
        only=_ids(args.ids, args.only),
        deff=args.deff,
        across=_words(args.across),
    )
    print(_claims("replays").summary(verdicts), file=sys.stderr)
    counts = carekit.claims.real_counts(verdicts["figure_id"].tolist(), ledger=ledger)
    print(_claims("shown").counts_in_words(counts, len(verdicts)), file=sys.stderr)
    verdicts = rows_together(verdicts, counts)
    if args.format == "table":
        verdicts = short_verdicts(verdicts, ledger)
    print(format_frame(verdicts, format=args.format))


def run_hypotheses(args: argparse.Namespace) -> None:
    table = _claims("hypotheses").hypotheses_table(carekit.claims.load_ledger(args.ledger))
    print(f"{len(table)} hypotheses; test them with `carekit claims judge`.", file=sys.stderr)
    if args.format == "table":
        table = table[["hypothesis_id", "statement", "needs", "current_view", "figures"]]
    print(format_frame(table, format=args.format))


def run_judge(args: argparse.Namespace) -> None:
    rows = carekit.claims.judge_hypotheses(
        _open(args),
        only=_ids(args.ids),
        ledger=carekit.claims.load_ledger(args.ledger),
        conf_level=args.conf,
    )
    overall = rows.drop_duplicates("hypothesis_id")["overall"].value_counts()
    told = ", ".join(f"{n} {word}" for word, n in overall.items())
    print(f"All evidence together: {told}.", file=sys.stderr)
    if args.format == "table":
        rows = short_judgements(rows)
    print(format_frame(rows, format=args.format))


def _claims(module: str) -> Any:
    """A module of the claims, loaded when a command needs it."""
    return importlib.import_module(f"carekit.claims.{module}")


def _open(args: argparse.Namespace) -> Dataset:
    dataset = carekit.open_dataset(args.dataset)
    if dataset.is_sample:
        print(_claims("replays.verdict").PLANTED, file=sys.stderr)
    return dataset


def _ids(words: Sequence[str], text: str | None = None) -> list[str] | None:
    """Ids as words or separated by commas, `c023` as C023; None without any."""
    parts = [part.strip() for part in ",".join([*words, text or ""]).split(",")]
    return [part[0].upper() + part[1:] for part in parts if part] or None


def _words(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _width() -> int:
    """The terminal's width within what reads well; a file or a pipe gets the usual width."""
    usual = _claims("text").WIDTH
    if not sys.stdout.isatty():
        return usual
    return max(60, min(shutil.get_terminal_size((usual, 24)).columns, 120))


def short_list(ledger: Ledger, figure_ids: list[str]) -> pd.DataFrame:
    """The columns of a list that a person scans: one row per figure, all text."""
    import pandas as pd

    figures = [ledger.figure(key) for key in figure_ids]
    return pd.DataFrame(
        {
            "id": [f.figure_id for f in figures],
            "measure": [f.measure for f in figures],
            "group": [f.group for f in figures],
            "where": [" ".join(p for p in (f.country, f.network) if p) for f in figures],
            "year": ["" if f.period_start is None else str(f.period_start.year) for f in figures],
            "published": [f.published for f in figures],
            "base": [f.base for f in figures],
            "use instead": [f.current.figure_id if f.corrections else "" for f in figures],
        },
        dtype="str",
    )


def rows_together(verdicts: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Rows of a dataset and of real counts; those of one figure beside each other."""
    import pandas as pd

    order = {key: at for at, key in enumerate(verdicts["figure_id"])}
    both = pd.concat([verdicts, counts])
    return both.sort_values(
        "figure_id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True
    )


def short_verdicts(verdicts: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """A replay as a person reads it: the claim in words first, its evidence, its id last.

    That a dataset is synthetic is said once, above the table.
    """
    shown = _claims("shown")
    made: dict[str, list[str]] = {name: [] for name in _READ}
    for row in verdicts.to_dict("records"):
        told = shown.row_in_words(ledger.figure(row["figure_id"]), row, ledger)
        told["evidence"] = row["evidence"]
        told["measured"] += f" ({told['interval']})" if told["interval"] != "–" else ""
        told["verdict"] = told["verdict"].removesuffix(" (synthetic)")
        told["why"] += f" Needs {row['needs']}" if row["needs"] else ""
        for name, cells in made.items():
            cells.append(told[name])
    return verdicts[[]].assign(**made)


def short_judgements(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns of judged hypotheses that a person scans: one row per hypothesis and test."""
    rows = rows.assign(result=[one.result for one in _claims("hypotheses.judge").evidence_of(rows)])
    needs = ("Needs " + rows["needs"].str.rstrip(".") + ".").where(rows["needs"] != "", "")
    told = (rows["why"] + " " + needs).str.strip()
    kept = ["hypothesis_id", "evidence", "test", "result", "n"]
    return rows[[*kept, "verdict", "overall"]].assign(why_and_needs=told)


def figure_frame(figure: Figure) -> pd.DataFrame:
    """One row: the columns of the figure, `study_*` of its study, `use_instead` and its value."""
    import pandas as pd

    row = {key: cell for key, cell in asdict(figure).items() if key not in {"study", "corrections"}}
    study = {
        key if key.startswith("study_") else f"study_{key}": cell
        for key, cell in asdict(figure.study).items()
    }
    instead = figure.current if figure.corrections else None
    row |= study | {
        "use_instead": None if instead is None else instead.figure_id,
        "use_instead_value": None if instead is None else instead.value,
    }
    return pd.DataFrame({key: pd.Series([cell], dtype="object") for key, cell in row.items()})


def with_plain_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Dates as text like 2015-01-31, without a time of day that nobody stated."""
    import pandas as pd

    dates = {
        column: frame[column].dt.strftime("%Y-%m-%d").astype("string")
        for column in frame.columns
        if pd.api.types.is_datetime64_any_dtype(frame[column])
    }
    return frame.assign(**dates)
