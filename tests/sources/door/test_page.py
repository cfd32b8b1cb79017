"""The page on importing: its Python runs, and it names every format."""

from __future__ import annotations

import re
from pathlib import Path

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
