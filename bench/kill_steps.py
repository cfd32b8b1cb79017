"""Die, or find the disk full, at every step of every command that writes a dataset.

    python bench/kill_steps.py [--commands create,append,…] [--modes kill,full]

A step is a write, fsync, replace, unlink, rmdir, mkdir or the opening of a file. After each, the
folder must hold the old state or the new one, nothing that `check` calls an error, and the same
command run again must end as if nothing had happened. Prints one line a command and mode; exits
with 1 if any of it is false. Needs os.fork.
"""

from __future__ import annotations

import argparse
import errno
import io
import json
import os
import re
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow.parquet as pq

from carekit.cli import main as carekit
from carekit.dataset.check import check_dataset
from carekit.dataset.folder import Rejected, append_dataset, create_dataset, open_dataset
from carekit.dataset.leftovers import clean_dataset

STEPS = ("replace", "rename", "fsync", "unlink", "remove", "rmdir", "mkdir", "open")
HEAD = "post_id,author_id,author_role,created_at,text,reply_to,brand,observed_at\n"


class Command(NamedTuple):
    """What is run, on which state before, and what somebody reads afterwards."""

    run: Callable[[Path], None]
    before: Callable[[Path], None]
    state: Callable[[Path], Any]


def posts(name: str, n: int = 3) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "post_id": [f"x:{name}{i}" for i in range(n)],
            "network": "x",
            "author_role": "customer",
            "visibility": "public",
            "created_at": pd.to_datetime("2024-01-01", utc=True),
            "text": f"text of {name}",
        }
    )


def tables(out: Any, brand: str) -> None:
    accounts = pd.DataFrame({"account": [brand], "network": "x", "brand": brand})
    out.set_table("accounts", accounts, source="t")
    out.set_table("brands", pd.DataFrame({"brand": [brand]}), source="t")
    threads = pd.DataFrame({"thread_id": ["x:1"], "thread_complete": [False]})
    out.set_table("threads", threads, source="t")
    survey = pd.DataFrame({"respondent_id": ["1"], "weight": [1.0], "q": ["a"]})
    out.set_table("survey", survey, source="t")
    out.set_json("questions.json", {"q": {"wording": brand}})
    out.reject([Rejected("7", f"no date of {brand}", 1, f"{brand}.csv")])


def create(folder: Path) -> None:
    with create_dataset(folder / "d", title="T", licence="CC0", created_at="2024-01-01") as out:
        out.add_posts(posts("a"), source="t")
        tables(out, "Acme")


def append(folder: Path) -> None:
    with append_dataset(folder / "d") as out:
        out.add_posts(posts("b"), source="t")
        tables(out, "Brix")


def refresh(folder: Path) -> None:
    """A part is replaced by a better one without texts, as a collection does."""
    with append_dataset(folder / "d") as out:
        out.drop_part("posts/part-00001.parquet")
        out.add_posts(posts("a").assign(text=None), source="t")
        out.reject([Rejected("8", "gone", 1, "Acme.csv")], instead_of="Acme.csv")


def rows(name: str) -> str:
    """Requests of a brand, each of another customer, half of them answered."""
    made = ""
    for i in range(40):
        at = f"2024-01-0{i % 9 + 1} 10:00"
        made += f"{name}{i},u{name}{i},customer,{at},where is it ?,,{name},2024-02-01\n"
        if i % 2:
            made += f"{name}{i}r,{name},brand,{at}:30,on its way,{name}{i},{name},2024-02-01\n"
    return HEAD + made + "bad\n"


def imported(name: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        file = folder / f"{name}.csv"
        command = ["import", "csv", str(file), "--network", "x", "--out", str(folder / "d")]
        # One row of the file is broken on purpose: rejected.csv has to be written, too.
        if carekit([*command, "--accept-rejected"]):
            raise OSError(errno.ENOSPC, "exit 2")

    return run


def files(folder: Path) -> None:
    for name in "ab":
        (folder / f"{name}.csv").write_text(rows(name), encoding="utf-8")


def one_import(folder: Path) -> None:
    files(folder)
    imported("a")(folder)


def share(folder: Path) -> None:
    if carekit(["share", str(folder / "d"), "--out", str(folder / "s")]):
        raise OSError(errno.ENOSPC, "exit 2")


def sample(folder: Path) -> None:
    if carekit(["sample", "--out", str(folder / "d"), "--posts", "2000"]):
        raise OSError(errno.ENOSPC, "exit 2")


def nothing(folder: Path) -> None:
    pass


def dataset_state(folder: Path) -> Any:
    """Everything that a reader gets; the hours at which it was made left out."""
    if not (folder / "d" / "manifest.json").is_file():
        return None
    dataset = open_dataset(folder / "d")
    held = {
        t: dataset.read(t).to_csv() for t in ("posts", "accounts", "brands", "threads", "survey")
    }
    beside = [dataset.file(n).read_text("utf-8") for n in ("rejected.csv", "CARD.md")]
    found = check_dataset(folder / "d").query("level == 'error'").what
    times = {"started_at": None, "finished_at": None}
    parts = [{**p, **times} for p in dataset.manifest.as_json()["parts"]]
    beside[1] = beside[1].split("## How it came")[1].split("## Columns")[1]
    return held, beside[0], beside[1], dataset.questions(), list(found), parts


def share_state(folder: Path) -> Any:
    if not (folder / "s").exists():
        return None
    made = {p.name: p.read_text("utf-8") for p in (folder / "s").iterdir()}
    manifest = json.loads(made.pop("manifest.json")) | {"created_at": None}
    cards = {n: re.sub(r"Counted: \S+", "", t) for n, t in made.items()}  # each card tells the hour
    return cards | {"manifest": manifest}


COMMANDS = {
    "create": Command(create, nothing, dataset_state),
    "append": Command(append, create, dataset_state),
    "refresh": Command(refresh, create, dataset_state),
    "import": Command(imported("a"), files, dataset_state),
    "import more": Command(imported("b"), one_import, dataset_state),
    "share": Command(share, one_import, share_state),
    "sample": Command(sample, nothing, dataset_state),
}


class Steps:
    """Counts the steps of this process, and dies or fails at one of them."""

    def __init__(self, last: int, mode: str, log: int) -> None:
        self.n, self.last, self.mode, self.log = 0, last, mode, log
        for name in STEPS:
            setattr(os, name, self._counted(getattr(os, name), name))
        io_open, write_table = io.open, pq.write_table

        def opened(file: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
            made = io_open(file, mode, *args, **options)
            return _Written(made, self) if set(mode) & set("wax") else made

        def written(table: Any, where: Any, **options: Any) -> None:
            write_table(table, where, **options)
            half = os.path.getsize(where) // 2
            self.step("write", lambda: os.truncate(where, half))

        io.open, pq.write_table = opened, written

    def step(self, name: str, half: Callable[[], Any] = lambda: None) -> None:
        self.n += 1
        if self.n == self.last:
            half()
            os.write(self.log, name.encode())
            if self.mode == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "somewhere")

    def _counted(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            self.step(name)
            return function(*args, **options)

        return run


class _Written:
    """A file whose writes are steps: the half of what should be written is, then it ends."""

    def __init__(self, file: Any, steps: Steps) -> None:
        self.file, self.steps = file, steps

    def write(self, data: Any) -> int:
        def half() -> None:
            self.file.write(data[: len(data) // 2])
            self.file.flush()

        self.steps.step("write", half)
        return self.file.write(data)

    def __enter__(self) -> _Written:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def stopped(run: Callable[[Path], None], folder: Path, step: int, mode: str) -> tuple[str, str]:
    """Run a command in a child that ends at a step: which step that was, and how it ended."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            Steps(step, mode, writer)
            run(folder)
            code = 0
        except OSError:
            code = 2
        finally:
            os._exit(code)
    os.close(writer)
    name = os.read(reader, 100).decode()
    os.close(reader)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return name, {0: "done", 2: "refused", -signal.SIGKILL: "killed"}.get(code, f"exit {code}")


def table_of(command: Command, mode: str, every: int = 1, most: int = 400) -> Counter[str]:
    """What each (or every n-th) step ends in: old, new or other states, repeats that differ."""
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top) / "here"
        folder.mkdir()
        command.before(folder)
        old = command.state(folder)
        shutil.copytree(folder, Path(top) / "before")
        command.run(folder)
        new = command.state(folder)
        shutil.rmtree(folder)
        for step in range(1, most, every):
            shutil.copytree(Path(top) / "before", folder)
            name, ended = stopped(command.run, folder, step, mode)
            if not name:
                shutil.rmtree(folder)
                break
            found["steps"] += 1
            found[f"at {name}"] += 1
            found[ended] += 1
            state = command.state(folder)
            if state != old and state != new:
                found["OTHER STATE"] += 1
            found["old" if state == old else "new"] += 1
            if state == old:
                _, ended = stopped(command.run, folder, 0, mode)
                if ended != "done" or command.state(folder) != new:
                    found["REPEAT DIFFERS"] += 1
            if (folder / "d").exists():
                clean_dataset(folder / "d")
                if command.state(folder) != new:
                    found["CLEANED STATE DIFFERS"] += 1
            left = [p.name for p in folder.iterdir() if p.name.startswith(".")]
            found["LEFT"] += len([n for n in left if not n.startswith(".s.")])
            shutil.rmtree(folder)
    return +found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commands", default=",".join(COMMANDS))
    parser.add_argument("--modes", default="kill,full")
    args = parser.parse_args()
    os.environ.setdefault("CAREKIT_PSEUDONYM_KEY", "00" * 32)
    bad = 0
    for name in args.commands.split(","):
        for mode in args.modes.split(","):
            found = table_of(COMMANDS[name], mode)
            print(f"{name}, {mode}: {dict(found)}", flush=True)
            bad += sum(n for what, n in found.items() if what.isupper() or what.startswith("exit"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
