"""A suite whose system part is absent skips with its name; where CI=true, that is a failure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import pytest

@pytest.mark.parametrize("marked", [
    pytest.param("absent", marks=pytest.mark.needs_system(
        "no-such-program", "nor-this-one", package="no-such-package")),
    pytest.param("present", marks=pytest.mark.{present}),
])
def test_suite(marked):
    pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, tmp_path: Path) -> pytest.Pytester:
    pytester.makeini("[pytest]\nmarkers = needs_system(program, package): needs a program")
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text(encoding="utf-8"))
    present = f"needs_system('no-such-program', {sys.executable!r}, package='python3')"
    pytester.makepyfile(SUITE.format(present=present))
    return pytester


def test_absent_program_skips_and_names_the_package(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    result = suite.runpytest_inprocess("-rs")
    result.assert_outcomes(passed=1, skipped=1)
    reason = "needs no-such-program or nor-this-one; install the system package no-such-package"
    result.stdout.fnmatch_lines([f"SKIPPED*{reason}"])


def test_absent_program_fails_in_continuous_integration(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    result = suite.runpytest_inprocess()
    # A fixture's place: pytest counts it as an error of the set-up.
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*install the system package no-such-package*"])
