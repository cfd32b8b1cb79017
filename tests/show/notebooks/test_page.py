"""A notebook as a page: it stands alone, and figures keep their alt text."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest

from carekit.show.notebooks import to_html

External = Callable[[str], list[str]]


class Reader(HTMLParser):
    """What the tests look at: tags with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page_fetches_nothing_and_runs_nothing(toy: Any, external_references: External) -> None:
    toy.cells[0].source += "\n\n$x^2$, and [a link](https://example.org/) that one may follow."
    page = to_html(toy, title="Toy")
    assert external_references(page) == []
    assert "script" not in {tag for tag, _ in Reader(page).tags}
    assert "cdnjs" not in page


def test_external_references_are_found(external_references: External) -> None:
    page = """
        <link href="https://a.example/x.css"><script src="//b.example/x.js"></script>
        <img src="data:image/png;base64,AA"><img src="figure.png" srcset="c.png 2x">
        <style>@import "d.css"; p { background: url('https://e.example/x') }
        q { background: url(data:image/png;base64,AA) }</style>
        <p style="background: url(f.png)"><a href="https://g.example">text</a>
        <object data="h.svg"></object><use href="#here"/><image xlink:href="i.png"/>
    """
    assert external_references(page) == [
        "https://a.example/x.css",
        "//b.example/x.js",
        "figure.png",
        "c.png 2x",
        "d.css",
        "https://e.example/x",
        "f.png",
        "h.svg",
        "i.png",
    ]


def test_figures_keep_their_alt_text(toy: Any) -> None:
    alt = 'A "bar" <b>of 60 & more</b>'
    toy.cells[3].outputs[0].metadata["image/png"]["alt"] = alt
    images = [attrs for tag, attrs in Reader(to_html(toy, title="Toy")).tags if tag == "img"]
    assert [image["alt"] for image in images] == [alt]
    assert (images[0]["src"] or "").startswith("data:image/png;base64,iVBOR")


def test_title_language_prose_code_and_outputs_are_there(toy: Any) -> None:
    page = Reader(to_html(toy, title="Qui répond ?", lang="fr"))
    assert ("html", {"lang": "fr"}) in page.tags
    for text in ["Qui répond ?", "What is a third of one?", "share", "0.3333333333", "brands: 60"]:
        assert text in page.text


def test_a_file_and_an_open_notebook_give_the_same_page(toy: Any, toy_path: Path) -> None:
    before = nbformat.from_dict(toy)
    assert to_html(toy_path, title="Toy") == to_html(toy, title="Toy")
    assert toy == before


def test_links_lead_to_pages_that_are_there(toy: Any) -> None:
    toy.cells[0].source += "\n\n[notebook 06](06-rates.ipynb#why), [notebook 12](12-report.ipynb)."
    page = to_html(toy, title="Toy", pages=["06-rates"])
    assert 'href="06-rates.html#why"' in page
    assert ".ipynb" not in page
    assert "notebook 12" in page
    assert 'href="index.html"' in page


def test_prose_on_the_sample_is_hidden_on_other_data(toy: Any) -> None:
    toy.cells[0].metadata["tags"] = ["sample"]
    assert "What is a third of one?" in to_html(toy, title="Toy")
    assert "What is a third of one?" not in to_html(toy, title="Toy", sample=False)


@pytest.mark.browser
@pytest.mark.needs_system("chromium", "chromium-browser", "google-chrome", package="chromium")
def test_on_a_phone_nothing_scrolls_out_of_reach_of_a_keyboard(toy: Any, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    wide = "".join(f"<td>column_{i}</td>" for i in range(30))
    toy.cells[1].source = f"share = 1 / 3  # {'so long a line ' * 9}"
    toy.cells[1].outputs[0].data = {"text/html": f"<table><tr>{wide}</tr></table>"}
    (tmp_path / "toy.html").write_text(to_html(toy, title="Toy"), encoding="utf-8")
    known = ("chromium", "chromium-browser", "google-chrome")
    program = next(found for found in map(shutil.which, known) if found)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto((tmp_path / "toy.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert [found["id"] for found in Axe().run(page).response["violations"]] == []
        browser.close()
