"""The quick suite (rates, waits, requests and their measures) on each other Python of this machine.

`python run.py quick` uses every version that pyproject.toml names and that is found under pyenv, on
the path or among Debian's newest packages; what is not to be had is skipped aloud. `--lowest` runs
it on this Python with the lowest versions that pyproject.toml allows (it needs uv). `--pyodide`
runs it, and the notebooks of the demo, with the versions that a browser gets. Environments are kept
in `.pythons`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".pythons"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SUITE = "inference/rates inference/waits requests measures/test_answers.py measures/test_waits.py"
SUITE += " measures/test_first_response.py"
# What these tests need beside carekit itself, with the bounds of the extra `test`.
NEEDED = {"hypothesis", "linearmodels", "packaging", "pillow", "polars", "pytest", "pytest-xdist"}
NEEDED |= {"pyyaml"}
OUR_PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
EXTRAS = "figures,sheets,survey,triage"
PREPARING = threading.Lock()  # setuptools builds for one environment at a time
MINE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def say(text: str) -> None:
    print(f"run.py: {text}", file=sys.stderr, flush=True)


def named() -> list[str]:
    """The Pythons that pyproject.toml names, such as 3.11."""
    found = [re.search(r":: (3\.\d+)$", line) for line in PROJECT["classifiers"]]
    return [match[1] for match in found if match]


def interpreter(version: str) -> str | None:
    """A Python of this version: of pyenv, on the path, or unpacked beside the system."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    places = sorted(pyenv.glob(f"{version}.*/bin/python3"), reverse=True)
    for place in [*map(str, places), shutil.which(f"python{version}")]:
        if place and subprocess.run([place, "-c", ""], capture_output=True).returncode == 0:
            return place
    newer = ROOT / ".ci" / "newer_python"
    if os.name == "nt" or shutil.which("bash") is None:
        return None
    command = ["bash", str(newer), version, str(HOME / f"debian-{version}")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    return done.stdout.split()[-1] if done.returncode == 0 else None


def requirements() -> list[str]:
    tests = PROJECT["optional-dependencies"]["test"]
    return [line for line in tests if re.split(r"[>\[]", line)[0] in NEEDED]


def browser() -> tuple[str, str, str]:
    """The Python nearest to Pyodide's, its version, and a file that pins Pyodide's packages."""
    lock = json.loads((ROOT / "docs" / "pyodide.json").read_text(encoding="utf-8"))
    wanted = tuple(map(int, lock["python"].split(".")[:2]))
    version, found = MINE, sys.executable
    for other in reversed(named()):
        if tuple(map(int, other.split("."))) <= wanted and (python := interpreter(other)):
            version, found = other, python
            break
    HOME.mkdir(exist_ok=True)
    pins = HOME / "pyodide.txt"
    lines = [f"{package}=={pinned}" for package, pinned in lock["packages"].items()]
    pins.write_text("\n".join(lines) + "\n", encoding="utf-8")
    say(f"Pyodide {lock['pyodide']} has Python {lock['python']}; here it is {version}")
    return found, version, str(pins)


def prepare(python: str, name: str, *, lowest: bool, pins: str = "") -> Path | None:
    """An environment of its own; None if its packages cannot be had."""
    folder, uv = HOME / name, shutil.which("uv")
    program = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    what = [f"-e{ROOT}[{EXTRAS}]", *requirements()]
    what += ["nbval", "ipykernel", "jinja2"] if pins else []
    pins = pins or str(ROOT / "constraints.txt")
    what += ["--resolution", "lowest-direct"] if lowest else ["-c", pins]
    ways = [
        [
            [python, "-m", "venv", "--clear", "--without-pip", str(folder)],  # Debian's has none
            [*OUR_PIP, "--python", str(program), "install", "-q", *what],
        ]
    ]
    if uv:
        made = [uv, "venv", "--quiet", "--allow-existing", "--python", python, str(folder)]
        filled = [uv, "pip", "install", "--quiet", "--python", str(program), *what]
        ways = [[made, filled]] if lowest else [[made, filled], *ways]
    for steps in ways:
        if all(subprocess.call(step, cwd=ROOT, stdout=sys.stderr) == 0 for step in steps):
            return program
    return None


def run(python: str, name: str, *, lowest: bool = False, pins: str = "", workers: int = 2) -> str:
    """Run the suite; "passed", "failed" or why it was skipped."""
    with PREPARING:
        program = prepare(python, name, lowest=lowest, pins=pins)
    if program is None:
        return "skipped: its packages cannot be had from here"
    started = time.monotonic()
    options = ["-q", "-p", "no:cacheprovider", "-n", str(workers), "-m", "not slow", "--no-header"]
    env = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    command = [str(program), "-m", "pytest", *options, *(f"tests/{one}" for one in SUITE.split())]
    if pins:  # the same numbers and words as committed; figures only under the locked matplotlib
        books = [str(p) for n in ("00", "02", "03", "04") for p in ROOT.glob(f"notebooks/{n}-*")]
        settings = f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval_sanitize.cfg'}"
        compare = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=120", settings]
        more = subprocess.run([*command[:3], *options[:3], *compare, *books], cwd=ROOT, env=env)
        if more.returncode:
            return "failed: notebooks"
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    lines = done.stdout.strip().splitlines() or ["nothing was said"]
    if done.returncode:
        print(done.stdout)
    outcome = "failed" if done.returncode else "passed"
    return f"{outcome}: {lines[-1].strip('= ')} ({time.monotonic() - started:.0f} s)"


def main(arguments: list[str]) -> int:
    if arguments == ["--lowest"]:
        if shutil.which("uv") is None:
            say("`--lowest` needs uv, which is not here: pip cannot ask for lowest versions.")
            return 2
        outcomes = {"lowest versions": run(sys.executable, "lowest", lowest=True)}
    elif arguments == ["--pyodide"]:
        python, version, pins = browser()
        name = f"Pyodide's versions on Python {version}"
        outcomes = {name: run(python, "pyodide", pins=pins)}
    else:
        outcomes = {}
        found = {}
        for version in arguments or [v for v in named() if v != MINE]:
            place = interpreter(version)
            say(f"Python {version}: {place or 'not to be had here'}")
            outcomes[f"Python {version}"] = "skipped: not to be had on this machine"
            if place:
                found[version] = place
        # Side by side: one core each, and no core waits for a suite's last test.
        workers = 0 if len(found) > 1 else 2
        with ThreadPoolExecutor() as pool:
            started = {
                version: pool.submit(run, place, version, workers=workers)
                for version, place in found.items()
            }
            outcomes |= {f"Python {version}": one.result() for version, one in started.items()}
    for name, outcome in outcomes.items():
        print(f"quick suite, {name}: {outcome}", flush=True)
    return int(any(outcome.startswith("failed") for outcome in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
