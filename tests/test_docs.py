"""The site holds every public name, and fetches nothing from elsewhere."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import carekit

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_docs", ROOT / "docs" / "build.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "docs")  # where it finds its parts
        spec.loader.exec_module(made)
    return made


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


def test_the_page_on_real_counts_counts_what_there_is() -> None:
    """Each measure of the ledger once, with its figures; the hypotheses with a row of real counts."""
    text = (ROOT / "docs" / "measured.md").read_text("utf-8")
    beside = re.findall(r"^\| (\w+) \| (\d+) \|", text, re.M)
    without = re.findall(r"(\w+) \((\d+)\)", text.partition("at most: ")[2].partition("\n")[0])
    figures = carekit.claims.load_ledger().figures["measure"].value_counts()
    assert {name: int(n) for name, n in [*beside, *without]} == figures.to_dict()
    sums = [sum(int(n) for _, n in part) for part in (beside, without)]
    assert f"{sums[0]} figures have real counts beside them. The other {sums[1]} " in text
    import_module("carekit.claims.hypotheses.judge")  # loads every test
    every = import_module("carekit.claims.hypotheses.registry").TESTS
    real = {name for name, tests in every.items() if any(one.on == "measured" for one in tests)}
    assert f"{sum(sums)} published figures and {len(real)} of the {len(every)} hypotheses" in text
    named = text.partition("## Hypotheses")[2].partition("\n## ")[0]
    assert set(re.findall(r"\bH\d\d\b", named)) == real


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


@pytest.mark.slow
def test_example_reports_are_made_in_both_languages(build: ModuleType, tmp_path: Path) -> None:
    build.main(["--examples", str(tmp_path)])
    for name in build.EXAMPLES:
        for lang in ("fr", "en"):
            page = (tmp_path / f"{name}-{lang}" / "report.html").read_text("utf-8")
            assert f'lang="{lang}-' in page
            assert (tmp_path / f"{name}-{lang}" / "report.pdf").stat().st_size > 10_000
    assert "SYNTHETIC" in (tmp_path / "sample-en" / "report.html").read_text("utf-8").upper()


def test_figures_of_notebooks_keep_their_words(sources: Path) -> None:
    book = (sources / "notebooks" / "04-who-gets-an-answer.ipynb").read_text("utf-8")
    assert '"mystnb": {"image": {"alt": "' in book


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_fetches_nothing(
    tmp_path: Path, external_references: Callable[[str], list[str]]
) -> None:
    for package in ("sphinx", "myst_nb", "numpydoc", "pydata_sphinx_theme", "sphinx_design"):
        pytest.importorskip(package, reason="needs the extra docs; `python run.py docs` brings it")
    out = tmp_path / "site"
    command = [sys.executable, str(ROOT / "docs" / "build.py"), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    for link in re.findall(r'href="(examples/[^"]+)"', (out / "benchmark.html").read_text("utf-8")):
        assert (out / link).is_file()
    pages = list(out.rglob("*.html"))
    assert len(pages) > 50
    for page in pages:
        found = external_references(page.read_text("utf-8"))
        assert not [one for one in found if re.match(r"(https?:)?//", one)], page
    assert 'alt="questions answered (synthetic data)' in (
        out / "notebooks" / "04-who-gets-an-answer.html"
    ).read_text("utf-8")


def test_a_folder_that_is_no_site_is_not_replaced(build: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit):
        build.main(["--out", str(tmp_path)])
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"
