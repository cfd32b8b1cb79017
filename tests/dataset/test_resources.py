"""The data of carekit are found in a checkout and in an installed package, and nowhere else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from carekit.dataset import resources
from carekit.errors import DatasetError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder that holds a package `carekit`, such as site-packages."""
    (tmp_path / "carekit").mkdir()
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "carekit")
    return tmp_path


def test_a_checkout_keeps_its_data_beside_the_package():
    assert resources.data_folder("claims") == ROOT / "data" / "claims"
    assert resources.data_folder("measured") == ROOT / "data" / "measured"


def test_an_installed_package_carries_its_data(site):
    (site / "carekit" / "_data" / "claims").mkdir(parents=True)
    assert resources.data_folder("claims") == site / "carekit" / "_data" / "claims"


def test_a_stranger_s_data_folder_does_not_count(site):
    (site / "data" / "claims").mkdir(parents=True)
    with pytest.raises(DatasetError) as caught:
        resources.data_folder("claims")
    assert str(caught.value) == (
        "The data folder 'claims' is not part of this installation of carekit. Install carekit "
        "again, or run it from a checkout."
    )
    (site / "pyproject.toml").touch()
    assert resources.data_folder("claims") == site / "data" / "claims"


def test_a_missing_sample_can_be_written(site):
    with pytest.raises(DatasetError, match="Write it with `carekit sample --out DIR`"):
        resources.data_folder("sample")


@pytest.mark.parametrize("name", ["", ".", "..", "claims/../claims", "claims/README.md"])
def test_only_bare_names_of_folders_are_accepted(name):
    with pytest.raises(DatasetError):
        resources.data_folder(name)


def test_the_wheel_ships_folders_that_exist():
    tree = ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))
    (shipped,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "SHIPPED"
    )
    assert all((ROOT / folder).is_dir() for folder in shipped.values())
