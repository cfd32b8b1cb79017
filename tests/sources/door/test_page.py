"""The page on importing: its Python runs, and it names every format."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from carekit.cli import build_parser
from carekit.cli.importing import read_mapping
from carekit.sources.files.columns import OURS
from carekit.sources.files.formats import MODULES

PAGE = Path(__file__).parents[3] / "docs" / "importing.md"


def test_the_code_of_the_page_runs_and_every_format_is_named(monkeypatch) -> None:
    monkeypatch.setenv("CAREKIT_PSEUDONYM_KEY", "00" * 16)
    page = PAGE.read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(block, {})
    assert not [n for n in MODULES if not re.search(rf"[` ]{n}[` ]", page)]


COMMANDS = re.findall(r"`(carekit import [^`]+)`", PAGE.read_text("utf-8"))


def test_the_page_shows_a_command_for_each_tool() -> None:
    rows = [
        r for r in PAGE.read_text("utf-8").splitlines() if r.startswith("| ") and "---" not in r
    ]
    tools = [r for r in rows if "FILE" in r]
    assert len(tools) >= 20
    assert all("`carekit import " in r for r in tools)


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_each_command_of_the_page_is_one(command: str) -> None:
    words = shlex.split(command)[1:]
    args = build_parser("import").parse_args([*words, "--out", "DIR"])
    assert args.format in {*MODULES, "auto", "survey"}
    assert set(read_mapping(args.map or [])) <= set(OURS)
