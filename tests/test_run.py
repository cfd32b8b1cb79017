"""run.py: what it does before, and instead of, what the commands do."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from .scripts import load_script

RUN = Path(__file__).resolve().parent.parent / "run.py"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, on a small project of its own in place of this one."""
    module = load_script("run.py")
    (tmp_path / "constraints.txt").write_text("pandas==3.1.1\n")
    (tmp_path / "setup.py").touch()
    (tmp_path / "pyproject.toml").write_text(
        "[build-system]\n[project]\nname = 'small'\n[tool.setuptools]\n[tool.ruff]\n"
    )
    venv = tmp_path / ".venv"
    places = {"ROOT": tmp_path, "VENV": venv, "STAMP": venv / "carekit-stamp.json"}
    for name, place in places.items():
        monkeypatch.setattr(module, name, place)
    monkeypatch.setattr(module, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    return module


def library(run: ModuleType) -> Path:
    place = "Lib" if os.name == "nt" else "lib/python3.x"
    return run.VENV / place / "site-packages"


@pytest.fixture
def installs(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Installs one package without a network; the list holds what each call was given."""
    calls: list[object] = []

    def install(uv: object) -> bool:
        calls.append(uv)
        (library(run) / "pandas-3.1.1.dist-info").mkdir(parents=True)
        return True

    monkeypatch.setattr(run, "install", install)
    return calls


def test_old_python_is_told_which_one_to_get() -> None:
    code = f"import sys; sys.version_info = (3, 10, 4); exec(open({str(RUN)!r}).read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"carekit needs Python 3.11 or newer; this is Python 3.10 ({sys.executable}).\n"
        "Install a newer one and use it by name, for example: python3.13 run.py test\n"
    )


def test_old_python_can_read_the_file_as_far_as_that_message() -> None:
    tree = ast.parse(RUN.read_text(encoding="utf-8"), feature_version=(3, 7))
    first = next(node for node in tree.body if not isinstance(node, ast.Expr | ast.Import))
    assert isinstance(first, ast.If)


def test_environment_is_made_once(run: ModuleType, installs: list[object]) -> None:
    run.ensure_environment()
    run.ensure_environment()
    assert installs == [None]
    assert run.fault() is None


def test_interrupted_installation_is_made_again(
    run: ModuleType, installs: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = run.install

    def interrupted(uv: object) -> bool:
        complete(uv)
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.ensure_environment()
    assert run.fault() == "its installation was interrupted"
    (library(run) / "half-a-package").mkdir()
    monkeypatch.setattr(run, "install", complete)
    run.ensure_environment()
    assert run.fault() is None
    assert not (library(run) / "half-a-package").exists()


def test_interruption_while_the_old_one_is_removed_is_survived(
    run: ModuleType, installs: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    run.ensure_environment()
    (run.ROOT / "constraints.txt").write_text("pandas==3.1.2\n")
    remove = run.shutil.rmtree

    def interrupted(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run.shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.ensure_environment()
    monkeypatch.setattr(run.shutil, "rmtree", remove)
    run.ensure_environment()
    assert run.fault() is None


def test_damaged_stamp_counts_as_an_interruption(run: ModuleType, installs: list[object]) -> None:
    run.ensure_environment()
    run.STAMP.write_text("{")
    assert run.fault() == "its installation was interrupted"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("constraints.txt", "pandas==3.1.2\n"),
        ("setup.py", "setup()\n"),
        ("pyproject.toml", "[build-system]\n[project]\nname = 'other'\n[tool.setuptools]\n"),
    ],
)
def test_changed_recipe_makes_the_environment_anew(
    run: ModuleType, installs: list[object], file: str, text: str
) -> None:
    run.ensure_environment()
    (run.ROOT / file).write_text(text)
    run.ensure_environment()
    assert len(installs) == 2


def test_settings_of_tools_do_not_make_it_anew(run: ModuleType, installs: list[object]) -> None:
    run.ensure_environment()
    with (run.ROOT / "pyproject.toml").open("a") as file:
        file.write("line-length = 100\n")
    run.ensure_environment()
    assert len(installs) == 1


def test_moved_project_makes_it_anew(
    run: ModuleType, installs: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run.recipe()
    (run.ROOT / "elsewhere").mkdir()
    for name in ("constraints.txt", "setup.py", "pyproject.toml"):
        (run.ROOT / name).rename(run.ROOT / "elsewhere" / name)
    monkeypatch.setattr(run, "ROOT", run.ROOT / "elsewhere")
    assert run.recipe() != before


def test_missing_package_is_noticed_and_an_added_one_is_welcome(
    run: ModuleType, installs: list[object]
) -> None:
    run.ensure_environment()
    (library(run) / "extra-1.0.dist-info").mkdir()
    assert run.fault() is None
    (library(run) / "pandas-3.1.1.dist-info").rmdir()
    assert run.fault() == "packages are gone from it or changed: 1, such as pandas-3.1.1.dist-info"


def test_python_that_does_not_start_is_noticed(
    run: ModuleType, installs: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    run.ensure_environment()
    monkeypatch.setattr(run, "PYTHON", run.VENV / "bin" / "gone")
    assert run.fault() == "its Python does not start"


def test_environment_of_somebody_else_is_left_alone(
    run: ModuleType, installs: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    run.VENV.mkdir()
    (run.VENV / "pyvenv.cfg").write_text("home = somewhere\n")
    assert run.main(["check"]) == 2
    assert installs == []
    assert (run.VENV / "pyvenv.cfg").exists()
    assert capsys.readouterr().err == (
        f"run.py: {run.VENV} was not made by run.py, so it is left alone. Rename or delete that "
        "folder, and run the command again.\n"
    )


def test_pip_steps_in_when_uv_fails(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []

    def install(uv: object) -> bool:
        tried.append(uv)
        return uv is None

    monkeypatch.setattr(run, "install", install)
    monkeypatch.setattr(run.shutil, "which", lambda _: "uv")
    run.ensure_environment()
    assert tried == ["uv", None]


def test_failed_installation_says_what_it_needs(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "install", lambda uv: False)
    assert run.main(["test"]) == 2
    assert "the environment could not be made; the reason is above." in capsys.readouterr().err
    assert run.fault() == "its installation was interrupted"


@pytest.mark.parametrize("uv", [None, "uv"])
@pytest.mark.parametrize("unwritten", [False, True])
def test_both_installers_take_the_locked_versions(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, uv: str | None, unwritten: bool
) -> None:
    steps: list[list[str]] = []
    monkeypatch.setattr(run.subprocess, "call", lambda step, **_: steps.append(step) or 0)
    monkeypatch.setattr(run.sys, "dont_write_bytecode", unwritten)
    assert run.install(uv)
    made, filled, *compiled = steps
    at = filled.index("-c")
    assert filled[at : at + 4] == ["-c", "constraints.txt", "-e", ".[test]"]
    assert all((step[0] == "uv") == (uv == "uv") for step in (made, filled))
    # Where Python may not write what it compiles, every start would compile everything again.
    assert [step[-1] for step in compiled] == ["carekit"] * unwritten
    assert ("--compile-bytecode" in filled) == (unwritten and uv is not None)


def test_help_lists_every_command(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[2] for line in out.splitlines()] == list(run.COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["tset"]])
def test_unknown_command_shows_the_known_ones(
    run: ModuleType, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "python run.py reproduce" in said.err
    assert not run.VENV.exists()


class Inside:
    """Stands for `inside`: writes the reports that pytest would, and gives the exit codes."""

    def __init__(self, *codes: int) -> None:
        self.codes, self.calls = list(codes), list[tuple[str, ...]]()
        self.variables: list[set[str]] = []

    def __call__(self, *command: str, cwd: object = None, **variables: str) -> int:
        self.calls.append(command)
        self.variables.append(set(variables))
        code = self.codes.pop(0)
        if command[1] == "pytest":
            report = next(c for c in command if c.startswith("--junitxml=")).partition("=")[2]
            suite = f'<testsuite tests="5" failures="{int(code == 1)}" errors="0" skipped="2"/>'
            Path(report).write_text(f"<testsuites>{suite}</testsuites>")
        return code


@pytest.mark.parametrize(
    ("codes", "exit_code", "last_line"),
    [
        ((0, 0, 0), 0, "tests: 6 passed, 0 failed, 4 skipped"),
        ((1, 0, 0), 1, "tests: 5 passed, 1 failed, 4 skipped"),
        ((0, 1, 0), 1, "tests: 5 passed, 1 failed, 4 skipped"),
        ((0, 0, 1), 1, "tests: 6 passed, 1 failed, 4 skipped"),
        ((0, 4, 0), 1, "tests: 6 passed, 1 failed, 4 skipped"),
        ((2,), 1, "tests: 3 passed, 1 failed, 2 skipped"),
    ],
)
def test_tests_fail_if_any_part_does(
    run: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    codes: tuple[int, ...],
    exit_code: int,
    last_line: str,
) -> None:
    (run.ROOT / "notebooks").mkdir()
    (run.ROOT / "notebooks" / "00.ipynb").write_text("{}")
    fake = Inside(*codes)
    monkeypatch.setattr(run, "inside", fake)
    assert run.tests([]) == exit_code
    assert capsys.readouterr().out.splitlines()[-1] == last_line
    assert len(fake.calls) == len(codes)
    assert "--doctest-modules" in fake.calls[0]
    if len(codes) == 3:
        assert "--nbval" in fake.calls[1]
        assert fake.calls[1][-3:] == ("--dist", "loadscope", "--no-loadscope-reorder")
        assert fake.calls[2][:3] == ("-m", "carekit.show.notebooks", "figures")
        assert fake.variables == [set(), {"CAREKIT_FIGURES"}, set()]


def test_a_crash_without_a_report_is_a_failure(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "inside", lambda *command, **variables: 139)
    assert run.tests([]) == 1
    assert capsys.readouterr().out == "tests: 0 passed, 1 failed, 0 skipped\n"


def test_check_runs_everything_and_names_what_failed(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def inside(*step: str, program: str) -> bool:
        ran.append(program if program != "python" else step[1])
        return ran[-1] == "ruff"

    monkeypatch.setattr(run, "inside", inside)
    assert run.check([]) == 1
    assert ran == ["ruff", "ruff", "mypy", "typos", "zizmor"]
    assert "not clean: format, lint\n" in capsys.readouterr().err
    assert run.check(["spelling"]) == 0
    with pytest.raises(run.Failure, match="no check 'beauty'; there are: format, lint, types"):
        run.check(["beauty"])


def test_hooks_run_the_checks_of_run_py(run: ModuleType) -> None:
    hooks = (RUN.parent / ".pre-commit-config.yaml").read_text("utf-8")
    named = [line.split()[-1] for line in hooks.splitlines() if "entry: python run.py" in line]
    assert named == list(run.CHECKS)
    assert "repo: local" in hooks
    assert hooks.count("- repo:") == 1


def test_bench_needs_a_name_that_exists(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (run.ROOT / "bench").mkdir()
    (run.ROOT / "bench" / "speed.py").touch()
    monkeypatch.setattr(run, "ensure_environment", lambda: None)
    assert run.main(["bench", "sped"]) == 2
    assert capsys.readouterr().err == "run.py: `bench` needs the name of a benchmark: speed\n"


def test_commands_see_the_environment_and_not_the_users_paths(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    assert run.inside("-c", code) == 0
    seen = json.loads(capfd.readouterr().out)
    assert "PYTHONPATH" not in seen
    assert seen["VIRTUAL_ENV"] == str(run.VENV)
