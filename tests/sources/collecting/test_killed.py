"""A collection that is killed again and again ends like one that was left alone."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from carekit.dataset.folder import open_dataset
from carekit.sources.collecting.collect import collect

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

ROOT = Path(__file__).resolve().parents[3]
KILLS = 50
WHILE_ASKING = 35  # the others fall on the last pages and on making posts of them


@pytest.fixture
def runner(login: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment["XDG_CONFIG_HOME"] = str(tmp_path / "config")  # the table of ids of the owner
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killed.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def run(runner: subprocess.Popen[str], kill: Any = None, **options: Any) -> int:
    """One child; `kill` gets its process id. Returns its exit code, below 0 if it was killed."""
    assert runner.stdin is not None
    assert runner.stdout is not None
    runner.stdin.write(json.dumps(options) + "\n")
    runner.stdin.flush()
    child = json.loads(runner.stdout.readline())
    if kill is not None:
        kill(child)
    return json.loads(runner.stdout.readline())


class Killer:
    """Kills a child at a moment drawn beforehand: around a request, or while posts are made."""

    def __init__(self, fake: Any, rng: random.Random) -> None:
        self.fake, self.rng = fake, rng
        self.child: int | None = None
        self.kills = 0
        self._started = threading.Event()
        fake.before, fake.after = self._before, self._after

    def __call__(self, child: int) -> None:
        self.child = child
        self._started.set()

    def plan(self) -> None:
        self._started.clear()
        # The first requests of a run log in and resolve the account; pages come after them.
        self.left = self.rng.randint(0, 4)
        self.moment = self.rng.choice(["before", "after", "later", "later", "later"])
        self.delay = self.rng.choice([0.0, 0.001, 0.003, 0.01, 0.03])

    def _before(self) -> None:
        if self.left == 0 and self.moment == "before":
            self._kill()

    def _after(self) -> None:
        if self.left == 0 and self.moment == "after":
            self._kill()
        elif self.left == 0 and self.moment == "later":
            threading.Timer(self.delay, self._kill).start()
        self.left -= 1

    def _kill(self) -> None:
        self._started.wait(5)
        if self.child is not None:
            try:
                os.kill(self.child, signal.SIGKILL)
            except ProcessLookupError:
                return
            self.kills += 1


def posts_of(folder: Path) -> pd.DataFrame:
    frame = open_dataset(folder).read("posts").sort_values("post_id", ignore_index=True)
    assert frame["post_id"].is_unique
    return frame.drop(columns="observed_at")  # the clock of the wall differs between two runs


def test_fifty_kills_lose_nothing_and_double_nothing(bluesky, login, runner, tmp_path) -> None:
    bluesky.page = 1
    bluesky.talk(60, answered=40)
    options = {"targets": ["acme.test"], "base_url": bluesky.url, "pace": 0}
    collect("bluesky", out=tmp_path / "calm", **options)
    calm = Counter(bluesky.asked)
    bluesky.asked.clear()

    killer = Killer(bluesky, random.Random(7))
    began = time.monotonic()
    while killer.kills < WHILE_ASKING:
        killer.plan()
        resume = (tmp_path / "killed" / "collection.sqlite").is_file()
        code = run(runner, killer, out=str(tmp_path / "killed"), resume=resume, **options)
        killer.child = None
        if code == 0:
            break
    while_asking = killer.kills
    # On a busy machine a collection gets further between two kills, and may end before the last.
    assert while_asking > 0.8 * WHILE_ASKING
    while killer.kills < KILLS:
        killer.left = -1
        delay = killer.rng.uniform(0.05, 0.9)
        run(runner, lambda child, d=delay: _kill_after(child, d, killer),
            out=str(tmp_path / "killed"), resume=True, **options)  # fmt: skip
    bluesky.before = bluesky.after = lambda: None
    assert run(runner, out=str(tmp_path / "killed"), resume=True, **options) == 0
    print(
        f"{killer.kills} kills, {while_asking} of them while asking, in {time.monotonic() - began:.1f} s"
    )

    pd.testing.assert_frame_equal(posts_of(tmp_path / "killed"), posts_of(tmp_path / "calm"))
    pd.testing.assert_frame_equal(
        open_dataset(tmp_path / "killed").read("threads"),
        open_dataset(tmp_path / "calm").read("threads"),
    )
    killed = Counter(a for a in bluesky.asked if "getProfile" not in a)
    extra = killed - calm
    assert set(killed) == {a for a in calm if "getProfile" not in a}
    assert sum(extra.values()) <= killer.kills
    assert not list(tmp_path.glob(".*.partial"))


def _kill_after(child: int, delay: float, killer: Killer) -> None:
    time.sleep(delay)
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        return
    killer.kills += 1
