"""Copied out of its page, a figure or a table still says what it is.

Of the committed outputs: the SVG of each figure, and the HTML of each table of results.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FIGURES = sorted((ROOT / "figures").glob("*.svg"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SAYS = {
    "denominator": r"Denominator:|Dénominateur|Base: \d",
    "source": r"Source",
    "level": r"Limits: \d+(\.\d+)? % interval|\d+(\.\d+)? % interval|intervalle à \d+|Intervals at \d+%",
}
# What a figure has none of: shares that only divide a whole, values as printed, times of accounts.
WITHOUT = {
    "01-do-the-parts-make-a-whole": {"level"},
    "01-thirty-per-cent-or-one-third": {"level"},
    "04-atlas-of-answers": {"level"},
    "05-support-accounts-mean-and-median": {"denominator", "level"},
    "07-months-around-the-opening": {"denominator"},
    "11-distance-of-mixes": {"denominator"},
    "12-hours": {"level"},
}
# Figures of real or published numbers: all others are of the sample, and say so.
REAL = re.compile(
    r"01-|02-published|03-(pew|published)|04-(app|atlas)|05-support|06-app|07-brands-with|08-app|"
    r"11-(cfpb|phone|social)"
)


def words(markup: str) -> str:
    markup = re.sub(r"<style.*?</style>", " ", markup, flags=re.S)
    text = html.unescape(re.sub(r"<[^>]+>", " ", markup))
    return re.sub(r"\s+", " ", text)


def is_synthetic(text: str) -> bool:
    return bool(re.search(r"SYNTHETIC|SYNTHÉTIQUE", text, re.I))


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_a_figure_says_what_it_is(path: Path) -> None:
    text = words(path.read_text(encoding="utf-8"))
    lacking = {name for name, said in SAYS.items() if not re.search(said, text)}
    assert lacking <= WITHOUT.get(path.stem, set()), text[-300:]
    # On the sample: a mark inside the drawing, and the sentence below it.
    assert is_synthetic(text) is not bool(REAL.match(path.stem))


def tables() -> list[tuple[str, str]]:
    """Tables of results: where, and the words of the whole output."""
    found = []
    for path in NOTEBOOKS:
        for number, cell in enumerate(json.loads(path.read_text("utf-8"))["cells"], 1):
            for output in cell.get("outputs", []):
                markup = "".join(output.get("data", {}).get("text/html", ""))
                if "<table" in markup and "Source" in words(markup):
                    found.append((f"{path.stem[:5]} cell {number}", words(markup)))
    return found


def test_tables_of_results_name_their_source_and_what_they_count() -> None:
    every = tables()
    assert len(every) > 70
    for where, text in every:
        assert re.search(r"Source ?:", text), where
        if is_synthetic(text):
            assert re.search(r"carekit sample|échantillon", text), where
        elif "carekit sample" in text:
            pytest.fail(f"{where}: a table of the sample that does not say so")
        if re.search(r"\d to \d", text):
            assert re.search(r"\d+ % interval|intervalle", text), where
