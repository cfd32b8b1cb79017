"""The site holds every public name, and fetches nothing from elsewhere."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import carekit

from .scripts import load_script

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def build() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "docs")  # where it finds its parts
        return load_script("docs/build.py")


@pytest.fixture(scope="module")
def sources(build: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    build.sources(folder)
    return folder


def test_every_public_name_stands_on_a_page_of_its_topic(sources: Path) -> None:
    text = "".join(path.read_text("utf-8") for path in sources.glob("api-*.md"))
    named = re.findall(r"\.\. auto\w+:: carekit\.([\w.]+)(?:\(|\n)", text)
    wanted = set(carekit.__all__) - {"__version__", *carekit._NAMESPACES}
    face = {id(getattr(carekit, name)) for name in wanted}
    for room in ("claims", "coding", "dataset", "measures", "survey"):
        inside = import_module(f"carekit.{room}")
        names = [name for name in inside.__all__ if callable(getattr(inside, name))]
        wanted |= {f"{room}.{name}" for name in names if id(getattr(inside, name)) not in face}
    assert set(named) >= wanted
    assert len(named) == len(set(named))


def test_every_page_is_in_the_contents(sources: Path) -> None:
    pages = {path.stem for path in sources.glob("*.md")}
    trees = "\n".join(path.read_text("utf-8") for path in sources.glob("*.md"))
    listed = set(re.findall(r"^[\w-]+$", trees, re.M))
    assert pages - listed == {"index"}


def test_the_ledger_has_a_row_a_figure_with_what_was_found(sources: Path) -> None:
    text = (sources / "ledger.md").read_text("utf-8")
    assert text.count("<tr data-") == len(carekit.claims.load_ledger().figures)
    row = next(row for row in text.split("<tr ") if 'data-head="id">C023</td>' in row)
    assert "F08 contradicted" in row


PAGE = """
const rows = ["C035 waits", "C036 answers"].map(textContent => ({ textContent, dataset: {} }));
const words = { value: "", addEventListener() {} }, count = {};
const ids = { "ledger-words": words, "ledger-count": count, "the-ledger": {} };
globalThis.location = { hash: process.argv[1] };
globalThis.document = {
  addEventListener: (_, start) => { globalThis.start = start; },
  querySelector: () => ({ tBodies: [{ rows }] }),
  querySelectorAll: () => [],
  getElementById: id => ids[id] ?? null,
};
"""


@pytest.mark.parametrize(
    ("part", "shown"), [("", 2), ("#C035", 1), ("#the-ledger", 2), ("#50%", 2)]
)
def test_a_link_into_the_ledger_chooses_rows_and_one_to_a_heading_none(
    part: str, shown: int
) -> None:
    if shutil.which("node") is None:
        pytest.skip("needs node")
    filters = (ROOT / "docs" / "site" / "ledger.js").read_text("utf-8")
    code = f"{PAGE}{filters}start(); console.log(count.textContent);"
    done = subprocess.run(["node", "-e", code, part], capture_output=True, text=True)
    assert done.stdout == f"{shown} of 2 figures\n", done.stderr


def test_the_page_on_real_counts_names_what_there_is(build: ModuleType) -> None:
    """The list is the one that the registry makes; hypotheses with a row of real counts are named."""
    text = (ROOT / "docs" / "measured.md").read_text("utf-8")
    made = text.partition("compares. -->\n")[2].partition("<!-- End")[0]
    assert made.strip() == sys.modules[build.ledger_page.__module__].real_counts_table().strip()
    figures = carekit.claims.load_ledger().figures
    listed = re.findall(r"\b[CPLD]\d{3}[a-z]?\b", made)
    beside = carekit.claims.real_counts()
    assert sorted(listed) == sorted(beside["figure_id"])
    others = [int(n) for n in re.findall(r"^(\d+) have ", made, re.M)]
    assert len(listed) + sum(others) == len(figures)
    import_module("carekit.claims.hypotheses.judge")  # loads every test
    every = import_module("carekit.claims.hypotheses.registry").TESTS
    real = {name for name, tests in every.items() if any(one.on == "measured" for one in tests)}
    assert f"{len(figures)} published figures and {len(real)} of the {len(every)} hypo" in text
    named = text.partition("## Hypotheses")[2].partition("\n## ")[0]
    assert set(re.findall(r"\bH\d\d\b", named)) == real


def test_the_ledger_says_what_evidence_there_is_beside_each_figure(sources: Path) -> None:
    text = (sources / "ledger.md").read_text("utf-8")
    kinds = dict.fromkeys(re.findall(r'data-evidence="([^"]+)"', text))
    counted = {kind: text.count(f'data-evidence="{kind}"') for kind in kinds}
    assert set(kinds) == {"real counts", "recovery at most", "none yet"}
    assert counted["real counts"] == len(carekit.claims.real_counts())
    row = next(row for row in text.split("<tr ") if 'data-head="id">C035</td>' in row)
    assert "(42.3 to 63.4\u00a0%): not comparable (other quantity, period)</td>" in row
    assert "<option>real counts</option>" in text


def test_links_lead_to_pages_or_are_words(build: ModuleType) -> None:
    text = "[a](docs/surveys.md) [b](run.py) [c](https://c.example) [d](notebooks/04-x.ipynb#e)"
    assert build.relinked(text, "README.md") == (
        "[a](surveys.md) b [c](https://c.example) [d](notebooks/04-x.ipynb)"
    )


def test_example_reports_are_linked_where_a_reader_looks(sources: Path, build: ModuleType) -> None:
    for page in ("index", "benchmark"):
        text = (sources / f"{page}.md").read_text("utf-8")
        links = re.findall(r'href="examples/([\w-]+)/report\.(\w+)"', text)
        reports = [f"{name}-{lang}" for name in build.EXAMPLES for lang in ("fr", "en")]
        kinds = ("html", "pdf", "xlsx", "pptx")
        assert links == [(report, kind) for report in reports for kind in kinds]


def test_figures_of_notebooks_keep_their_words(sources: Path) -> None:
    book = (sources / "notebooks" / "04-who-gets-an-answer.ipynb").read_text("utf-8")
    assert '"mystnb": {"image": {"alt": "' in book


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, with the demo; a warning is an error."""
    for package in (
        *("sphinx", "myst_nb", "numpydoc", "pydata_sphinx_theme", "sphinx_design"),
        *("jupyterlite_core", "jupyterlite_pyodide_kernel"),
    ):
        pytest.importorskip(package, reason="needs the extra docs; `python run.py docs` brings it")
    out = tmp_path_factory.mktemp("built") / "site"
    command = [sys.executable, str(ROOT / "docs" / "build.py"), "--lite", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    if "No matching distribution found" in done.stderr:
        pytest.skip("the wheels of the demo cannot be had from here")
    assert done.returncode == 0, done.stderr[-3000:]
    return out


def pages_of(site: Path) -> list[Path]:
    """The pages of our own making: the demo and the theme bring others."""
    others = {site / "lite", site / "_static"}
    return [page for page in site.rglob("*.html") if not others & set(page.parents)]


@pytest.mark.slow
def test_the_site_fetches_nothing(
    site: Path, external_references: Callable[[str], list[str]]
) -> None:
    pages = pages_of(site)
    examples = re.findall(r'href="(examples/[^"]+)"', (site / "benchmark.html").read_text("utf-8"))
    assert examples
    assert all((site / link).is_file() for link in examples)
    assert len(pages) > 50
    for page in pages:
        found = external_references(page.read_text("utf-8"))
        assert not [one for one in found if re.match(r"(https?:)?//", one)], page
    assert 'alt="questions answered (synthetic data)' in (
        site / "notebooks" / "04-who-gets-an-answer.html"
    ).read_text("utf-8")


@pytest.mark.slow
def test_example_reports_are_made_in_both_languages(site: Path, build: ModuleType) -> None:
    for name in build.EXAMPLES:
        for lang in ("fr", "en"):
            folder = site / "examples" / f"{name}-{lang}"
            page = (folder / "report.html").read_text("utf-8")
            assert f'lang="{lang}-' in page
            assert (folder / "report.pdf").stat().st_size > 10_000
    sample = site / "examples" / "sample-en" / "report.html"
    assert "SYNTHETIC" in sample.read_text("utf-8").upper()


class Page(HTMLParser):
    """Where a page leads, and the places inside it to which others may lead."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places = {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = dict(attrs)
        self.places |= {had.get("id") or "", (tag == "a" and had.get("name")) or ""}
        self.links += [link for name in ("href", "src") if (link := had.get(name))]


@pytest.mark.slow
def test_every_link_inside_the_site_leads_somewhere(site: Path) -> None:
    """Links to elsewhere are well formed; whether they are answered is not asked."""
    pages = {page.resolve(): Page(page) for page in pages_of(site)}
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in {"data", "mailto"}:
                continue
            if parts.scheme or parts.netloc:
                if not (parts.scheme in {"http", "https"} and "." in parts.netloc):
                    broken.append((path.name, link))
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment) if target in pages else ""
            rows = target.stem == "ledger"  # its script reads the place: #C035 chooses a row
            if not target.exists() or not (
                rows or target not in pages or place in pages[target].places
            ):
                broken.append((path.name, link))
    assert broken == []


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM)))
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


NEEDS = pytest.mark.needs_system(
    "chromium", "chromium-browser", "google-chrome", package="chromium"
)


@NEEDS
@pytest.mark.slow
def test_the_search_finds_without_a_network(served: str, browser: Any) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served}/search.html?q=denominator")
    page.wait_for_selector("#search-results li")
    assert page.locator("#search-results li").count() > 3
    assert [url for url in asked if not url.startswith((served, "data:"))] == []
    page.close()


@NEEDS
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["index", "how-to", "in-your-browser", "ledger", "notebooks/04-who-gets-an-answer"]
)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_has_no_serious_barrier_and_no_sideways_scroll(
    name: str, width: int, served: str, browser: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(f"{served}/{name}.html")
    page.wait_for_timeout(400)
    found = Axe().run(page).response["violations"]
    serious = [one["id"] for one in found if one["impact"] in {"serious", "critical"}]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@NEEDS
@pytest.mark.slow
def test_the_demo_opens_a_notebook_and_asks_only_pyodide_elsewhere(
    served: str, browser: Any
) -> None:
    context = browser.new_context()
    elsewhere: list[str] = []

    def stopped(route: Any) -> None:
        if route.request.url.startswith(served):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    context.route("**/*", stopped)
    page = context.new_page()
    page.goto(f"{served}/in-your-browser.html")
    page.get_by_role("link", name="00-start-here").last.click()
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_function("document.body.innerText.includes('carekit[figures]')", timeout=60_000)
    page.wait_for_timeout(3_000)  # what it asks for when it starts
    kernel = import_module("jupyterlite_pyodide_kernel.constants")
    assert [url for url in elsewhere if not url.startswith(kernel.PYODIDE_CDN_URL)] == []
    assert elsewhere
    context.close()


def test_a_folder_that_is_no_site_is_not_replaced(build: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit):
        build.main(["--out", str(tmp_path)])
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"
