"""The files that say what is installed agree with one another."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# conda-forge's name → the name on the Python package index
CONDA_NAMES = {
    "ibis-duckdb": "ibis-framework",
    "matplotlib-base": "matplotlib",
    "python-duckdb": "duckdb",
}


def specifiers(requirements: list[str]) -> dict[str, str]:
    """Name → version specifier, both in canonical form; extras of carekit itself left out."""
    parsed = [Requirement(text) for text in requirements]
    return {
        canonicalize_name(r.name): ",".join(sorted(map(str, r.specifier)))
        for r in parsed
        if r.name != "carekit"
    }


def constraints() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="ascii").splitlines()
    return [Requirement(line) for line in lines]


def test_environment_yml_agrees_with_pyproject() -> None:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pip = listed.pop()["pip"]
    assert listed[:2] == ["python=3.11", "pip"]
    found = specifiers(listed[2:] + pip)
    found = {CONDA_NAMES.get(name, name): versions for name, versions in found.items()}
    # What the notebooks and the commands need: every extra of `all`, and snscrape.
    (every,) = EXTRAS["all"]
    extras = re.findall(r"[a-z]+", every.partition("[")[2])
    needed = [*PROJECT["dependencies"], *EXTRAS["snscrape"]]
    for extra in extras:
        needed += EXTRAS[extra]
    needed += [text for text in EXTRAS["test"] if text.startswith("nbval")]
    assert found == specifiers(needed)


def test_constraints_hold_no_address() -> None:
    assert "://" not in (ROOT / "constraints.txt").read_text(encoding="ascii")


def test_every_requirement_is_locked_within_its_bounds() -> None:
    locked: dict[str, list[Version]] = {}
    for line in constraints():
        assert [s.operator for s in line.specifier] == ["=="], line
        version = Version(next(iter(line.specifier)).version)
        locked.setdefault(canonicalize_name(line.name), []).append(version)
    for text in sum(EXTRAS.values(), PROJECT["dependencies"]):
        required = Requirement(text)
        if required.name != "carekit":
            versions = locked[canonicalize_name(required.name)]
            assert all(required.specifier.contains(v) for v in versions), (text, versions)


def test_continuous_integration_runs_every_python_we_name() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]["include"]
    linux = [entry["python"] for entry in matrix if entry["os"].startswith("ubuntu")]
    named = [c.rpartition(" ")[2] for c in PROJECT["classifiers"] if ":: 3." in c]
    assert linux == named
    assert workflow["permissions"] == {"contents": "read"}
    weekly = workflow["jobs"].pop("mutation")
    assert "schedule" in weekly["if"]
    assert all(job["timeout-minutes"] <= 30 for job in workflow["jobs"].values())


def test_actions_are_pinned_by_the_hash_of_a_named_release() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)@(\S+)(.*)", text)
    by_version = {name for name, ref, _ in used if not re.fullmatch(r"[0-9a-f]{40}", ref)}
    assert by_version == {"mamba-org/setup-micromamba"}
    for name in {name for name, *_ in used} - by_version:
        assert len({(ref, said) for one, ref, said in used if one == name}) == 1, name
        assert all(said.startswith(" # v") for one, _, said in used if one == name)


def test_ci_installs_the_system_packages_of_marked_tests_and_no_others() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    installed = {tuple(line.split()[1:]) for line in re.findall(r"^need .+$", script, re.M)}
    needed = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for mark in re.findall(
            r"^[^\n#]*mark\.needs_system\(([^)]*)\)", path.read_text("utf-8"), re.M
        ):
            *programs, package = re.findall(r'"([^"]+)"', mark)
            needed.add((package, *programs))
    assert needed - {("no-such-package", "no-such-program", "nor-this-one")} == installed
