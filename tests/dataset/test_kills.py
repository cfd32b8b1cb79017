"""Killed, or out of disk, at any step: the old state or the new one. All steps: bench/kill_steps.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "kill_steps.py"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork is a call of POSIX systems")
@pytest.mark.parametrize("mode", ["kill", "full"])
@pytest.mark.parametrize("command", ["create", "append", "refresh"])
def test_every_state_is_the_old_or_the_new_one_and_a_repeat_ends_as_if_calm(command, mode):
    # In a process of its own: a child of one with threads that wait could stand still.
    code = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('kill_steps', {str(BENCH)!r})\n"
        "bench = importlib.util.module_from_spec(spec)\n"
        "sys.modules['kill_steps'] = bench\n"
        "spec.loader.exec_module(bench)\n"
        f"found = bench.table_of(bench.COMMANDS[{command!r}], {mode!r}, every=13)\n"
        "print(dict(found))\n"
        "bad = [w for w in found if w.isupper() or w.startswith('exit')]\n"
        "sys.exit(bool(bad or found['steps'] < 4))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
