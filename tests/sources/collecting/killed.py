"""Runs collections in children that can be killed: `python killed.py`, commands on standard input.

A command is a JSON list of arguments of `collect`. The packages are loaded once, each child is a
fork: starting Python anew for every kill would take most of the time of the test.
"""

from __future__ import annotations

import json
import os
import sys

import duckdb  # noqa: F401
import httpx  # noqa: F401
import pandas  # noqa: F401

from carekit.sources.collecting import build, collect  # noqa: F401


def main() -> None:
    for line in sys.stdin:
        options = json.loads(line)
        child = os.fork()
        if child == 0:
            done = 3
            try:
                report = collect.collect("bluesky", options.pop("targets"), **options)
                done = 0 if report.stopped is None else 4
            finally:
                os._exit(done)
        print(json.dumps(child), flush=True)
        _, ended = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(ended)), flush=True)


if __name__ == "__main__":
    main()
