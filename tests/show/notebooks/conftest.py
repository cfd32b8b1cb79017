"""A small notebook with committed outputs, for the tests of what guards the real ones."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from carekit.show.notebooks import clean, execute_notebooks

CELLS = [
    new_markdown_cell("# What is a third of one?"),
    new_code_cell("share = 1 / 3\nshare"),
    new_code_cell("print('brands:', 60);"),
    new_code_cell(
        "from PIL import Image, ImageDraw\n"
        "figure = Image.new('RGB', (60, 40), 'white')\n"
        "ImageDraw.Draw(figure).rectangle((10, 10, 30, 40), fill='navy')\n"
        "display(figure, metadata={'image/png': {'alt': 'One navy bar.'}})"
    ),
]


@pytest.fixture(scope="session")
def executed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The small notebook after a run, as JSON."""
    path = tmp_path_factory.mktemp("toy") / "toy.ipynb"
    nbformat.write(new_notebook(cells=CELLS), path)
    run = execute_notebooks([path])[0]
    assert run.error is None, run.traceback
    return nbformat.writes(clean(run.notebook))


@pytest.fixture
def toy(executed: str) -> Any:
    """A copy of the small notebook, to be doctored."""
    return nbformat.reads(executed, as_version=4)


@pytest.fixture
def toy_path(executed: str, tmp_path: Path) -> Path:
    path = tmp_path / "00-toy.ipynb"
    path.write_text(executed, encoding="utf-8")
    return path


@pytest.fixture
def two_brands(make_dataset: Any) -> Path:
    """A real-looking dataset: two brands, no survey, no coding, 240 posts."""
    dice, rows = random.Random(3), []
    for n in range(120):
        brand, at = ("acme", "brio")[n % 2], 60 * n
        ask = {"id": f"x:q{n}", "at": at, "author_id": f"a{n % 50}", "brand": brand}
        rows.append(ask | {"text": f"Where is my order {n}?", "lang": "en"})
        if dice.random() < 0.5:
            answer = {"id": f"x:r{n}", "at": at + dice.randint(1, 900), "reply_to": f"x:q{n}"}
            rows.append(
                answer
                | {"author_role": "brand", "brand": brand, "text": "We are on it.", "lang": "en"}
            )
    return make_dataset(rows).path
