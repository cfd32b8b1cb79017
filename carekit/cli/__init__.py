"""The command line: `carekit COMMAND`. Thin: every command is a function that can be imported.

Standard output carries the result alone; progress and messages go to standard error. Exit 0 when
done, 2 for bad input or usage, with one message and no traceback.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import carekit
from carekit.cli.guard import guarded, sound_arguments
from carekit.dataset.processes import seldom_searching

DESCRIPTION = (
    "Check, replay and extend published figures about customer service on social networks."
)


def build_parser(command: str = "measure") -> argparse.ArgumentParser:
    """The parser of the whole command line; a command's handler is in `args.run`.

    What must load much to know its options is complete only where its `command` is asked for.
    """
    from carekit.cli import general as commands
    from carekit.cli.benchmarking import add_benchmark_parser
    from carekit.cli.claims import add_claims_parser
    from carekit.cli.coding import add_triage_parser
    from carekit.cli.collecting import add_collect_parser
    from carekit.cli.importing import add_import_parser
    from carekit.cli.measured import add_measured_parser
    from carekit.cli.measuring import add_measure_parser
    from carekit.cli.survey import add_survey_parser

    parser = argparse.ArgumentParser(prog="carekit", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"carekit {carekit.__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_reproduce_parser(subparsers)
    commands.add_notebooks_parser(subparsers)
    add_claims_parser(subparsers)
    add_import_parser(subparsers)
    add_collect_parser(subparsers)
    commands.add_check_parser(subparsers)
    add_measure_parser(subparsers, complete=command == "measure")
    add_benchmark_parser(subparsers)
    add_measured_parser(subparsers)
    add_survey_parser(subparsers)
    add_triage_parser(subparsers)
    commands.add_share_parser(subparsers)
    commands.add_sample_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""

    def run() -> int | None:
        words = sound_arguments(sys.argv[1:] if argv is None else argv)
        parser = build_parser(words[0] if words else "")
        args = parser.parse_args(words)
        if args.command is None:
            parser.print_help()
            return 0
        return args.run(args)

    with seldom_searching():
        return guarded(run)


if __name__ == "__main__":
    sys.exit(main())
