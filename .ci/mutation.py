"""How many small faults would the tests catch? A random sample of mutants, by room.

`python .ci/mutation.py --n 60 --out FOLDER` needs cosmic-ray, works in a clone of its own and takes
hours: a mutant is one run of the tests of its room, stopped at the first that fails (of measures,
where that takes minutes, those of its own module and of the registry: a lower bound). Written are
score.md (a table) and survivors.diff (the mutants that no test caught). A mutant whose tests take
far longer than those of the sound code is caught, and counted apart. Exit code 1 below 80 %.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {
    "inference/rates": "tests/inference/rates",
    "inference/waits": "tests/inference/waits tests/inference/test_survival_laws.py",
    "requests": "tests/requests",
    "measures": "tests/measures/test_registry.py",
}
# Modules whose tests have another name.
NAMED = {"contacts": "contact_estimates", "shared_tables": "sharing", "targets": "waits"}
PYTEST = "-m pytest -n 0 -x -m 'not slow' -q -p no:cacheprovider --doctest-modules --no-header"
PASS = 0.8
HEAD = (
    "| room | mutants | tried | caught | of them by time | score | 95 % interval |\n"
    + "|---" * 7
    + "|"
)


def silent(path: Path) -> set[int]:
    """The lines of annotations and of `if TYPE_CHECKING`: nothing runs there."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        parts: list[Any] = []
        if isinstance(node, ast.FunctionDef):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            parts = [node.returns, *(one.annotation for one in every)]
        elif isinstance(node, ast.AnnAssign):
            parts = [node.annotation]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            parts = [node]
        for part in filter(None, parts):
            lines |= set(range(part.lineno, part.end_lineno + 1))
    return lines


def mutants(room: str) -> list[Any]:
    """All that cosmic-ray can think of in the room, but those where nothing runs."""
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import WorkDB, use_db

    paths = sorted(Path("carekit", room).rglob("*.py"))
    with use_db(":memory:", WorkDB.Mode.create) as db:
        init(paths, db, {})
        every = [item.mutations[0] for item in db.work_items]
    quiet = {path: silent(path) for path in paths}
    kept = [one for one in every if one.start_pos[0] not in quiet[Path(one.module_path)]]
    return sorted(kept, key=lambda m: (str(m.module_path), m.operator_name, m.occurrence))


def tests_of(room: str, module: Path) -> str:
    """The tests of the module first, then those of its room, with the examples of the module."""
    name = NAMED.get(module.stem, module.stem)
    own = [str(path) for path in Path("tests", room).rglob(f"test_{name}.py")]
    return f"{sys.executable} {PYTEST} {' '.join(own)} {module} {ROOMS[room]}"


def sound(room: str) -> float:
    """How many seconds the tests of the room take; they have to pass as long as nothing is changed."""
    started = time.monotonic()
    command = f"{sys.executable} {PYTEST} carekit/{room} {ROOMS[room]}"
    if subprocess.call(shlex.split(command), stdout=sys.stderr) != 0:
        sys.exit(f"mutation.py: the tests of {room} fail without a mutant, so they would catch all")
    return time.monotonic() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=", ".join(ROOMS))
    parser.add_argument("--n", type=int, default=60, help="mutants a room")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "mutation")
    args = parser.parse_args()
    out = args.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    from cosmic_ray.mutating import mutate_and_test
    from cosmic_ray.work_item import TestOutcome

    from carekit.inference.rates.intervals import wilson

    rows: list[str] = []
    survivors: list[str] = []
    total = [0, 0]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), folder], check=True)
        os.chdir(folder)
        os.environ["PYTHONPATH"] = folder
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        os.environ["CI"] = "1"  # the same examples each time
        for room in args.rooms or ROOMS:
            limit = 60 + 5 * sound(room)
            every = mutants(room)
            drawn = random.Random(args.seed).sample(every, min(args.n, len(every)))
            killed = slow = 0
            for tried, one in enumerate(drawn, 1):
                done = mutate_and_test([one], tests_of(room, one.module_path), limit)
                if done.test_outcome not in {TestOutcome.KILLED, TestOutcome.SURVIVED}:
                    sys.exit(f"mutation.py: {one} could not be tried: {done.output}")
                killed += done.test_outcome is TestOutcome.KILLED
                slow += done.output == "timeout"
                if done.test_outcome is TestOutcome.SURVIVED:
                    survivors.append(str(done.diff))
                    (out / "survivors.diff").write_text("\n".join(survivors), encoding="utf-8")
                print(room, one.module_path, one.start_pos, one.operator_name, done.test_outcome)
                sys.stdout.flush()
                low, high = wilson(killed, tried)
                row = (
                    f"{tried} | {killed} | {slow} | {killed / tried:.0%} | {low:.0%} to {high:.0%}"
                )
                table = "\n".join([HEAD, *rows, f"| {room} | {len(every):,} | {row} |"])
                (out / "score.md").write_text(f"{table}\n", encoding="utf-8")
            rows.append(table.splitlines()[-1])
            total = [total[0] + killed, total[1] + len(drawn)]
    return int(total[0] < PASS * total[1])


if __name__ == "__main__":
    sys.exit(main())
