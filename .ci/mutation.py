"""How many small faults would the tests catch? A random sample of mutants, by room.

`python .ci/mutation.py --n 60 --out FOLDER` needs cosmic-ray, works in a clone of its own and takes
hours: a mutant is one run of the tests of its room, stopped at the first that fails (of measures,
where that takes minutes, those of its own module and of the registry: a lower bound). Written are
score.md (a table) and survivors.diff (the mutants that no test caught). Exit code 1 below 80 %.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import subprocess
import sys
import tempfile
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
PYTEST = "-m pytest -n 0 -x -q -p no:cacheprovider --doctest-modules --no-header"
PASS = 0.8


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

    from carekit.inference.rates.intervals import wilson

    rows, survivors = [], []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), folder], check=True)
        os.chdir(folder)
        os.environ["PYTHONPATH"] = folder
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        for room in args.rooms or ROOMS:
            every = mutants(room)
            drawn = random.Random(args.seed).sample(every, min(args.n, len(every)))
            killed = 0
            for one in drawn:
                done = mutate_and_test([one], tests_of(room, one.module_path), 300)
                killed += bool(done.is_killed)
                if not done.is_killed:
                    survivors.append(str(done.diff))
                    (out / "survivors.diff").write_text("\n".join(survivors), encoding="utf-8")
                print(room, one.module_path, one.start_pos, one.operator_name, done.test_outcome)
                sys.stdout.flush()
            low, high = wilson(killed, len(drawn))
            interval = f"{low:.0%} to {high:.0%}"
            rows.append((room, len(every), len(drawn), killed, killed / len(drawn), interval))
            head = ["| room | mutants | drawn | caught | score | 95 % interval |", "|---" * 6 + "|"]
            lines = [f"| {r} | {m:,} | {n} | {k} | {s:.0%} | {i} |" for r, m, n, k, s, i in rows]
            (out / "score.md").write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    return int(sum(row[3] for row in rows) < PASS * sum(row[2] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
