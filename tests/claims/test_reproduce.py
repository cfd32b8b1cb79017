"""`carekit reproduce`: verdicts, notebooks, pages; what fails is said and the rest is kept."""

from __future__ import annotations

import json
import re

import nbformat
import pandas as pd
import pytest

from carekit.claims.reproduce import reproduce
from carekit.errors import CarekitError, InputError
from carekit.show.notebooks import execution

DRAW = """
from carekit.show.result import Facts, Result
rates = Result({"network": ["x"], "n": [9], "estimate": [0.5], "ci_low": [0.2], "ci_high": [0.8]},
               facts=Facts("one <rate>", denominator="a test"))
rates.plot("rates")
"""
ROWS = [
    {"id": "q", "account": "acme", "brand": "acme", "text": "why?"},
    {"id": "r", "at": 5, "reply_to": "q", "author_role": "brand", "brand": "acme"},
]


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(execution, "NOTEBOOKS", folder)

    def write(name, *cells):
        notebook = nbformat.v4.new_notebook()
        notebook.cells = [nbformat.v4.new_markdown_cell(f"# Is <{name}> so?\n\n**Answer.** *Yes*.")]
        notebook.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(notebook, folder / f"{name}.ipynb")

    return write


def test_a_run_writes_verdicts_pages_and_figures(notebooks, make_dataset, tmp_path, capsys):
    notebooks("00-first", "1 + 1", DRAW)
    made = reproduce(dataset=make_dataset(ROWS).path, out=tmp_path / "out")
    names = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*")}
    assert names == {
        "00-first.html",
        "audit.csv",
        "figures/rates.csv",
        "figures/rates.svg",
        "hypotheses.csv",
        "index.html",
        "real_counts.csv",
        "verdicts.csv",
    }
    verdicts = pd.read_csv(tmp_path / "out" / "verdicts.csv")
    assert len(verdicts) == 440
    counts = pd.read_csv(tmp_path / "out" / "real_counts.csv")
    assert set(counts["evidence"]) == {"measured"}
    assert set(counts["figure_id"]) < set(verdicts["figure_id"])
    assert "untestable" in made.summary()
    assert capsys.readouterr().out == ""


def test_the_index_escapes_what_it_shows_and_fetches_nothing(notebooks, make_dataset, tmp_path):
    notebooks("00-first", DRAW)
    reproduce(dataset=make_dataset(ROWS).path, out=tmp_path / "out", quiet=True)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Is &lt;00-first&gt; so?" in page
    assert "<p>Yes.</p>" in page
    assert 'alt="one &lt;rate&gt;: X (Twitter) 50.0' in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "F28" in page


def test_a_cell_that_fails_is_named_and_the_rest_is_kept(notebooks, make_dataset, tmp_path):
    notebooks("00-first", "1 + 1")
    notebooks("01-second", "1 / 0")
    with pytest.raises(CarekitError, match=r"1 of 2 notebooks failed: 01-second.ipynb failed"):
        reproduce(dataset=make_dataset(ROWS).path, out=tmp_path / "out", quiet=True)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Stopped: " in page
    assert (tmp_path / "out" / "00-first.html").is_file()


def test_one_figure_is_replayed_without_notebooks(make_dataset, tmp_path):
    dataset = make_dataset(ROWS)
    made = reproduce(only="C035", dataset=dataset.path, out=tmp_path / "out", quiet=True)
    assert list(made.verdicts.figure_id) == ["C035"]
    assert made.runs == ()


def test_an_unknown_name_lists_what_there_is(notebooks, make_dataset, tmp_path):
    notebooks("00-first", "1 + 1")
    with pytest.raises(InputError) as error:
        reproduce(only="17", dataset=make_dataset(ROWS).path, out=tmp_path / "out", quiet=True)
    assert str(error.value) == (
        "`only` is '17'; expected the id of a figure (`carekit claims list` shows all 440) or a "
        "notebook: 00-first."
    )
    assert json.dumps(str(error.value))
