"""Datasets from strangers: manifests of other shapes and damaged tables, through every command.

    python bench/hostile_dataset.py --tries 2000

Each try changes one file of a sound dataset: a value of its manifest to another of any type, or
bytes of a table (with the checksum in the manifest made to agree). Then `check`, a measure, `share`
or an append runs, in a process of its own with bounds on time and memory. It must end with exit 0
or 2: a traceback or a signal is a failure. Prints counts by kind; exits with 1 at any failure,
after saving the file. Needs os.fork.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import hashlib
import io
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from carekit.cli import main as carekit
from carekit.dataset.folder import append_dataset, create_dataset

ODD: list[Any] = [
    None, True, -1, 1.5, 10**30, "", "x", "../x", "/etc/passwd", "posts/*.parquet", "\0", "a\nb",
    "\ud800", "\x1b[2J", "posts", "x" * 10_000, [], {}, [1], {"a": 1}, ["answer-rate"],
]  # fmt: skip
COMMANDS = ("check", "measure", "share", "append")


def sound(folder: Path) -> None:
    """A small dataset with every table."""
    n = 120
    frame = pd.DataFrame(
        {
            "post_id": [f"x:{i}" for i in range(n)],
            "network": "x",
            "author_id": [f"a_{i % 7:016x}" for i in range(n)],
            "author_role": ["brand" if i % 3 == 1 else "customer" for i in range(n)],
            "brand": "Acme",
            "account": "acme",
            "created_at": pd.date_range("2021-03-04", periods=n, freq="h", tz="UTC"),
            "observed_at": pd.Timestamp("2021-05-01", tz="UTC"),
            "reply_to": [f"x:{i - 1}" if i % 3 == 1 else None for i in range(n)],
            "text": [f"where is it ? {i}" for i in range(n)],
            "visibility": "public",
            "surface": "mention",
        }
    )
    with create_dataset(folder, title="T", licence="CC0", notes=["n"]) as out:
        out.add_posts(frame, source="t", query={"a": [1]}, left_out={"b": 1}, n_read=2)
        accounts = {"account": ["acme"], "network": "x", "brand": "Acme", "account_kind": "care"}
        out.set_table("accounts", pd.DataFrame(accounts), source="t")
        out.set_table("brands", pd.DataFrame({"brand": ["Acme"], "country": "FR"}), source="t")
        threads = {"thread_id": ["x:0"], "thread_complete": [False], "reason": "stub"}
        out.set_table("threads", pd.DataFrame(threads), source="t")
        survey = pd.DataFrame({"respondent_id": ["1"], "weight": [1.0], "q": ["a"]})
        out.set_table("survey", survey, source="t")
        out.set_json("questions.json", {"q": {"wording": "?"}})
    with append_dataset(folder) as out:  # so that the manifest names later versions
        out.set_table("brands", pd.DataFrame({"brand": ["Acme"], "country": "DE"}), source="t")


def places(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    made: list[tuple[Any, ...]] = []
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        made.append((*before, key))
        if isinstance(value[key], dict | list):
            made += places(value[key], (*before, key))
    return made


def change_manifest(folder: Path, rng: random.Random) -> Path:
    path = folder / "manifest.json"
    raw = json.loads(path.read_text("utf-8"))
    for _ in range(rng.randrange(1, 3)):
        *above, last = rng.choice(places(raw))
        at = raw
        for key in above:
            at = at[key]
        if rng.random() < 0.1:
            del at[last]
        else:
            at[last] = copy.deepcopy(rng.choice(ODD))
    path.write_text(json.dumps(raw), "utf-8")
    return path


def change_bytes(path: Path, rng: random.Random) -> None:
    made = bytearray(path.read_bytes())
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(made))
        if rng.random() < 0.5:  # the end of a Parquet file says how to read it
            at = len(made) - 1 - rng.randrange(min(1800, len(made)))
        match rng.randrange(4):
            case 0:
                made[at] = rng.randrange(256)
            case 1:
                made[at] ^= 1 << rng.randrange(8)
            case 2:
                del made[at : at + rng.randrange(1, 9)]
            case _:
                made[at:at] = rng.randbytes(rng.randrange(1, 5))
    path.write_bytes(made)


def change_table(folder: Path, rng: random.Random) -> Path:
    """A table whose bytes are damaged, and whose checksum agrees all the same."""
    path = folder / "manifest.json"
    raw = json.loads(path.read_text("utf-8"))
    # Most often the posts, which most is read of.
    part = rng.choice([*raw["parts"], *[p for p in raw["parts"] if p["table"] == "posts"] * 3])
    table = folder / part["file"]
    change_bytes(table, rng)
    part["sha256"] = hashlib.sha256(table.read_bytes()).hexdigest()
    path.write_text(json.dumps(raw), "utf-8")
    return table


def change_beside(folder: Path, rng: random.Random) -> Path:
    path = folder / rng.choice(["questions.json", "rejected.csv", "CARD.v2.md", "manifest.json"])
    change_bytes(path, rng)
    return path


KINDS = {"manifest": change_manifest, "table": change_table, "beside": change_beside}


def run(command: str, folder: Path) -> int:
    if command == "append":
        with append_dataset(folder) as out:
            brands = pd.DataFrame({"brand": ["Acme"], "country": "FR"})
            out.set_table("brands", brands, source="t")
        return 0
    argv = {
        "check": ["check", str(folder)],
        "measure": ["measure", "answer-rate", str(folder), "--by", "brand"],
        "share": ["share", str(folder), "--out", str(folder.parent / "s")],
    }[command]
    return carekit(argv)


def ended(command: str, folder: Path) -> str:
    """How a command ends in a child: its exit code, the last lines of a traceback, a signal."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(120)
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        told = ""
        try:
            out = io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                from carekit.cli.guard import guarded

                code = guarded(lambda: run(command, folder))
            told = f"exit {code}" if code in (0, 2) else f"FAILED: exit {code}"
        except BaseException as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            told = f"FAILED: {type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
        finally:
            os.write(writer, told.encode())
            os._exit(0)
    os.close(writer)
    told = os.read(reader, 4000).decode()
    os.close(reader)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return told if code == 0 else f"FAILED: signal {-code}"


def attack(seed: int, tries: int) -> Counter[tuple[str, str, str]]:
    rng, found = random.Random(seed), Counter[tuple[str, str, str]]()
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        sound(Path(name) / "sound")
        for n in range(tries):
            kind, command = rng.choice(list(KINDS)), rng.choice(COMMANDS)
            folder = Path(name) / "d"
            for old in (folder, Path(name) / "s"):
                shutil.rmtree(old, ignore_errors=True)
            shutil.copytree(Path(name) / "sound", folder)
            changed = KINDS[kind](folder, rng)
            told = ended(command, folder)
            found[kind, command, told] += 1
            if told.startswith("FAILED"):
                saved = Path(f"hostile-{kind}-{seed}-{n}{changed.suffix}").absolute()
                shutil.copy(changed, saved)
                print(f"{kind}, {command}: {told} ({saved})", file=sys.stderr, flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tries", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    os.environ.setdefault("CAREKIT_PSEUDONYM_KEY", "00" * 32)
    found = attack(args.seed, args.tries)
    for (kind, command, told), n in sorted(found.items()):
        print(kind, command, told, n, sep="  ")
    return 1 if any(told.startswith("FAILED") for _, _, told in found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
