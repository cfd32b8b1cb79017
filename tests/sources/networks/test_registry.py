"""One list of networks: formats, choices of the command line and docs come from it."""

from __future__ import annotations

import argparse
from pathlib import Path

from carekit.cli.collecting import add_collect_parser
from carekit.sources.files.formats import MODULES, load_format
from carekit.sources.networks import FORMATS, NETWORKS, SOURCES, load_source

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "carekit" / "sources" / "networks"
# What several networks share is no network.
SHARED = {"__init__", "selections", "values"}


def test_every_module_of_the_folder_is_listed() -> None:
    found = {p.stem for p in FOLDER.iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()}
    assert {n.module for n in NETWORKS} == found - SHARED


def test_every_format_is_found_under_its_name_once() -> None:
    names = [name for network in NETWORKS for name in network.formats]
    assert len(names) == len(set(names))
    assert [*FORMATS, "tickets", "csv"] == list(MODULES)
    for name in MODULES:
        made = load_format(name)
        assert (made.name, bool(made.what)) == (name, True)
        assert (made.drafts is None) is not (made.items is None)


def test_every_source_is_a_choice_and_has_its_page_in_the_docs() -> None:
    parser = add_collect_parser(argparse.ArgumentParser().add_subparsers())
    docs = (ROOT / "docs" / "collecting.md").read_text(encoding="utf-8")
    for name in SOURCES:
        kind = load_source(name)
        assert kind.name == name
        assert name in parser.format_help().replace("\n", " ")
        assert f"## {name.replace('-', ' ')}" in docs.lower()
        assert all(secret in docs for secret in kind.secrets)
