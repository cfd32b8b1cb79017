"""The commands of this project: `python run.py reproduce`, `python run.py test`, and a few more.

Needs Python and nothing else. The first command makes an environment of its own in `.venv`, from
the versions in constraints.txt; later ones find it there. `python run.py` lists the commands.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this line is for those who run an older one
    sys.exit(
        "carekit needs Python 3.11 or newer; this is Python %d.%d (%s).\n"  # noqa: UP031
        "Install a newer one and use it by name, for example: python3.13 run.py test"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import xml.etree.ElementTree
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "carekit-stamp.json"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
INTERRUPTED = 130
# One more than cores: servers and subprocesses make some of them wait.
WORKERS = [
    *["-n", str(min(5, (os.cpu_count() or 1) + 1))],
    *["--dist", "loadscope", "--no-loadscope-reorder"],
]
# A kernel of this environment, whatever the user has installed; and no plugin that shuffles cells.
NBVAL = [
    *["--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"],
    *["--nbval-sanitize-with", str(ROOT / "tests" / "nbval_sanitize.cfg"), "-p", "no:randomly"],
]


class Failure(Exception):
    """What the person at the keyboard can mend; the message says how."""


def say(text: str) -> None:
    """Messages go to standard error: standard output carries results alone."""
    print(f"run.py: {text}", file=sys.stderr, flush=True)


# ---------------------------------------------------------------- the environment


def recipe() -> str:
    """A hash of all that decides what `.venv` holds; another value means another environment."""
    import tomllib

    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    parts = {
        "constraints": (ROOT / "constraints.txt").read_text(encoding="utf-8"),
        "setup": (ROOT / "setup.py").read_text(encoding="utf-8"),
        # The settings of ruff, mypy and pytest change nothing that is installed.
        "pyproject": [project["build-system"], project["project"], project["tool"]["setuptools"]],
        "python": f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}",
        "folder": str(ROOT),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def installed() -> list[str]:
    """The installed distributions, as the names of their `NAME-VERSION.dist-info` folders."""
    library = "Lib" if os.name == "nt" else "lib/python*"
    return sorted(folder.name for folder in VENV.glob(f"{library}/site-packages/*.dist-info"))


def fault() -> str | None:
    """Why `.venv` cannot be used as it is, or None."""
    if not VENV.exists() or not any(VENV.iterdir()):
        return "it is not there yet"
    if not STAMP.exists():
        raise Failure(
            f"{VENV} was not made by run.py, so it is left alone. Rename or delete that folder, "
            "and run the command again."
        )
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except ValueError:
        stamp = {}
    if not stamp.get("packages"):
        return "its installation was interrupted"
    if stamp.get("recipe") != recipe():
        return "constraints.txt, pyproject.toml, setup.py, the folder or your Python has changed"
    gone = sorted(set(stamp["packages"]) - set(installed()))
    if gone:
        return f"packages are gone from it or changed: {len(gone)}, such as {gone[0]}"
    try:
        subprocess.run([PYTHON, "-c", ""], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return "its Python does not start"
    return None


def empty_environment() -> None:
    """Remove all of `.venv` but the stamp, which says that the folder is ours to remove."""
    VENV.mkdir(exist_ok=True)
    STAMP.write_text("{}", encoding="utf-8")
    for child in VENV.iterdir():
        if child == STAMP:
            continue
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()


def install(uv: str | None) -> bool:
    """Create the environment with uv, or with Python's own venv and pip; False if that fails."""
    # The interpreter behind a virtual environment: the one that runs this may be in `.venv` itself.
    base = getattr(sys, "_base_executable", None) or sys.executable
    what = ["-c", "constraints.txt", "-e", ".[test]"]
    if uv:
        # uv leaves compiling to Python's first imports; where Python may not write what it
        # compiles, every start would compile everything again.
        what += ["--compile-bytecode"] if sys.dont_write_bytecode else []
        steps = [
            [uv, "venv", "--quiet", "--seed", "--allow-existing", "--python", base, str(VENV)],
            [uv, "pip", "install", "--python", str(PYTHON), *what],
        ]
    else:
        steps = [
            [base, "-m", "venv", str(VENV)],
            [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", *what],
        ]
    if sys.dont_write_bytecode:
        steps.append([str(PYTHON), "-m", "compileall", "-q", "carekit"])
    # Installers report on standard output, which is kept for results.
    return all(subprocess.call(step, cwd=ROOT, stdout=sys.stderr) == 0 for step in steps)


def ensure_environment() -> None:
    """Make `.venv` what constraints.txt and pyproject.toml say, if it is not."""
    reason = fault()
    if reason is None:
        return
    started = time.monotonic()
    uv = shutil.which("uv")
    say(f"making the environment in .venv ({reason}).")
    say(f"This takes {'seconds' if uv else 'a minute or two'} and 2 GB of disk, once.")
    try:
        empty_environment()
        done = install(uv)
        if not done and uv:
            say("uv could not do it; trying again with pip.")
            empty_environment()
            done = install(None)
    except OSError as error:
        raise Failure(
            f"{error}. Close the programs that use .venv (an editor, JupyterLab, a shell in "
            "which it is active), and run the command again."
        ) from error
    if not done:
        raise Failure(
            "the environment could not be made; the reason is above. It needs a connection to the "
            "Python package index, 2 GB of disk and, on Debian and Ubuntu without uv, the "
            "package python3-venv. Run the command again once that is mended."
        )
    packages = {"recipe": recipe(), "packages": installed()}
    STAMP.write_text(json.dumps(packages, indent=1), encoding="utf-8")
    say(f"the environment is ready, after {time.monotonic() - started:.0f} s.")


def inside(*command: str, cwd: Path = ROOT, program: str = "python", **variables: str) -> int:
    """Run `python COMMAND`, or another program, in the environment; its exit code."""
    env = {k: v for k, v in os.environ.items() if k not in {"PYTHONHOME", "PYTHONPATH"}}
    env |= variables
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = os.pathsep.join([str(PYTHON.parent), env.get("PATH", os.defpath)])
    start = str(PYTHON if program == "python" else PYTHON.with_name(program))
    process = subprocess.Popen([start, *command], cwd=cwd, env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # Ctrl-C reached the child as well: JupyterLab asks back, pytest reports. Wait for it.
            continue


# ---------------------------------------------------------------- the commands


def reproduce(arguments: list[str]) -> int:
    # In the caller's folder: `--dataset` and `--out` mean what they meant when they were typed.
    return inside("-m", "carekit", "reproduce", *arguments, cwd=Path.cwd())


def command(arguments: list[str]) -> int:
    """The program carekit, in the caller's folder."""
    return inside("-m", "carekit", *arguments, cwd=Path.cwd())


def tests(arguments: list[str]) -> int:
    """Unit tests and doctests, then the committed notebooks against a fresh run of them."""
    calls = {"unit tests and doctests": ["--doctest-modules", *WORKERS, *arguments]}
    # A second call, because its options belong to notebooks; with a selection of tests, only one.
    if any((ROOT / "notebooks").glob("*.ipynb")) and not arguments:
        calls["notebooks"] = ["notebooks", *NBVAL, *WORKERS]
    started = time.monotonic()
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    broken = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, options) in enumerate(calls.items(), 1):
            say(f"{name} ({number} of {len(calls)})")
            report = Path(folder) / f"{number}.xml"
            drawn = str(Path(folder) / "figures")
            # Only for notebooks: what a unit test draws is not among the committed figures.
            variables = {"CAREKIT_FIGURES": drawn} if name == "notebooks" else {}
            command = ["-m", "pytest", f"--junitxml={report}", *options]
            code = inside(*command, cwd=ROOT, **variables)
            if code != 0:
                broken.append(name)
            if report.exists():
                count(report, counts)
            if code in {2, INTERRUPTED}:
                break
            if (
                name == "notebooks"
                and inside("-m", "carekit.show.notebooks", "figures", drawn) != 0
            ):
                broken.append("figures")
    verdict = f"failed: {', '.join(broken)}" if broken else "all is well"
    say(f"{verdict}, after {time.monotonic() - started:.0f} s.")
    # A run can break without a failed test, such as at collection: the last line must not hide it.
    counts["failed"] = max(counts["failed"], len(broken))
    print("tests: " + ", ".join(f"{n} {outcome}" for outcome, n in counts.items()), flush=True)
    return 1 if broken else 0


def count(report: Path, counts: dict[str, int]) -> None:
    """Add the outcomes in one of pytest's XML reports to the counts."""
    for suite in xml.etree.ElementTree.parse(report).iter("testsuite"):
        total, failures, errors, skipped = (
            int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")
        )
        counts["passed"] += total - failures - errors - skipped
        counts["failed"] += failures + errors
        counts["skipped"] += skipped


CHECKS = {
    "format": ("python", "-m", "ruff", "format", "--check", "."),
    "lint": ("python", "-m", "ruff", "check", "."),
    "types": ("python", "-m", "mypy"),
    "spelling": ("typos",),
    "workflows": ("zizmor", "--offline", "--quiet", ".github"),
}


def check(arguments: list[str]) -> int:
    """Format, lint, types, spelling and workflows: all of them, so that one run shows everything."""
    unknown = [name for name in arguments if name not in CHECKS]
    if unknown:
        raise Failure(f"there is no check {unknown[0]!r}; there are: {', '.join(CHECKS)}.")
    broken = []
    for name in arguments or CHECKS:
        program, *step = CHECKS[name]
        say(f"{name}: {' '.join([program, *step])}")
        if inside(*step, program=program) != 0:
            broken.append(name)
    say(f"not clean: {', '.join(broken)}" if broken else "clean")
    return 1 if broken else 0


def docs(arguments: list[str]) -> int:
    """The site, in `site`; a warning is an error. What it needs is installed at its first call."""
    if not any(VENV.glob("[Ll]ib*/**/site-packages/myst_nb")):
        what = ["-c", "constraints.txt", "-e", ".[docs]"]
        if inside("-m", "pip", "install", "--disable-pip-version-check", "--quiet", *what) != 0:
            return 1
    return inside(str(ROOT / "docs" / "build.py"), *arguments)


def quick(arguments: list[str]) -> int:
    """The quick suite on the other Pythons of this machine, or with --lowest or --pyodide."""
    return inside(str(ROOT / ".ci" / "pythons.py"), *arguments)


def lab(arguments: list[str]) -> int:
    # In the caller's folder: a relative CAREKIT_DATASET means what it meant when it was typed.
    return inside("-m", "carekit.show.notebooks", "lab", *arguments, cwd=Path.cwd())


def refresh(arguments: list[str]) -> int:
    return inside("-m", "carekit.show.notebooks", "refresh", *arguments)


def bench(arguments: list[str]) -> int:
    names = sorted(file.stem for file in (ROOT / "bench").glob("*.py"))
    if not arguments or arguments[0] not in names:
        raise Failure(f"`bench` needs the name of a benchmark: {', '.join(names)}")
    return inside(str(ROOT / "bench" / f"{arguments[0]}.py"), *arguments[1:])


COMMANDS: dict[str, tuple[Callable[[list[str]], int], str]] = {
    "reproduce": (reproduce, "run the notebooks; write figures, pages and the table of verdicts"),
    "test": (tests, "run every test, and compare the notebooks with their committed outputs"),
    "carekit": (command, "run carekit, such as: python run.py carekit check mine"),
    "lab": (lab, "open JupyterLab on copies of the notebooks, in the folder work"),
    "check": (check, "check format, style, types, spelling and workflows"),
    "quick": (quick, "run a quick suite on other Pythons, or with --lowest or --pyodide versions"),
    "docs": (docs, "build the site in the folder site"),
    "refresh": (refresh, "run notebooks again and rewrite their committed outputs"),
    "bench": (bench, "run one benchmark: python run.py bench NAME"),
}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        width = max(map(len, COMMANDS))
        lines = [f"  python run.py {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items()]
        asked = bool(arguments) and arguments[0] in {"-h", "--help", "help"}
        if arguments and not asked:
            say(f"there is no command {arguments[0]!r}.")
        print("\n".join(lines), file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    try:
        ensure_environment()
        return COMMANDS[arguments[0]][0](arguments[1:])
    except Failure as failure:
        say(str(failure))
        return 2
    except KeyboardInterrupt:
        say("stopped. The next command picks up from here.")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
