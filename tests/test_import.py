"""`import carekit` is light: names are loaded when they are first used."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ["duckdb", "ibis", "matplotlib", "numpy", "pandas", "pyarrow", "scipy", "statsmodels"]


def loaded(code: str) -> list[str]:
    code += f"\nimport sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_import_loads_no_heavy_package() -> None:
    assert loaded("import carekit") == []


def test_heavy_packages_would_be_noticed() -> None:
    assert "pandas" in loaded("import carekit, pandas")


def test_running_notebooks_needs_little_until_one_is_run() -> None:
    assert set(loaded("import carekit.show.notebooks")) <= {"numpy"}


def test_names_are_found_when_used_and_listed_before() -> None:
    import carekit

    for name in carekit.__all__:
        assert getattr(carekit, name) is not None
    assert set(carekit.__all__) <= set(dir(carekit))


def test_unknown_name_is_an_attribute_error() -> None:
    import carekit

    with pytest.raises(AttributeError, match="module 'carekit' has no attribute 'answers'"):
        carekit.answers  # noqa: B018
