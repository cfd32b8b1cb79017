"""Forty headline values are the same in the five files of one report."""

import html.parser
import io
import json
import re
import shutil
import subprocess
import unicodedata
import zipfile

import openpyxl
import pytest

import carekit
from carekit.report import pdf
from carekit.report.format import cell
from carekit.report.model import from_json

from . import planted

ASKED = (
    ("rates", "share", ("estimate", "ci_low", "ci_high")),
    ("differences", "points", ("estimate", "ci_low", "ci_high")),
    ("scores", "score", ("estimate", "ci_low", "ci_high")),
)


@pytest.fixture(scope="module", params=["fr", "en"])
def folder(request, tmp_path_factory):
    there = tmp_path_factory.mktemp("same")
    dataset = carekit.open_dataset(planted.plant(there / "d"))
    made = carekit.benchmark(dataset, brand=planted.BANKS[0].name, lang=request.param)
    made.write(there / "out")
    return there / "out"


@pytest.fixture(scope="module")
def report(folder):
    return from_json((folder / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def headline(report):
    """(table, kind, raw) of forty values, taken in turn from the tables."""
    columns = []
    for name, kind, wanted in ASKED:
        frame = report.tables[name].frame
        columns.append([(name, kind, float(row[c])) for row in frame.to_dict("records")
                        for c in wanted if row[c] is not None])  # fmt: skip
    found = [one for column in columns for one in column[:15]]
    assert len(found) >= 40
    return found[:40]


def plain(text):
    """Spaces of all kinds are one; raised letters are letters."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text))


def missing(headline, said, lang):
    return [one for one in headline if plain(cell(one[1], one[2], lang)) not in said]


def test_json(folder, headline):
    tree = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    for name, _, raw in headline:
        numbers = {n for row in tree["tables"][name]["frame"]["rows"] for n in row}
        assert raw in numbers


def test_page(folder, report, headline):
    pieces = []

    class Reader(html.parser.HTMLParser):
        def handle_data(self, data):
            pieces.append(data)

    Reader().feed((folder / "report.html").read_text(encoding="utf-8"))
    assert not missing(headline, plain("".join(pieces)), report.meta.lang)


def test_pdf(folder, report, headline):
    if shutil.which("pdftotext"):
        said = subprocess.run(
            ["pdftotext", "-layout", folder / "report.pdf", "-"], capture_output=True, check=True
        ).stdout.decode("utf-8")
    else:  # what typst is given to print, piece by piece
        said = str(pdf.tree(report)["sections"])
    assert not missing(headline, plain(said), report.meta.lang)


def test_workbook(folder, headline):
    book = openpyxl.load_workbook(folder / "report.xlsx", data_only=True)
    for name, _, raw in headline:
        sheet = next(s for s in book if f"t_{name}" in s.tables)
        cells = [
            c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, float | int)
        ]
        assert any(value == pytest.approx(raw, rel=1e-12) for value in cells)


def test_slides(folder, report, headline):
    with zipfile.ZipFile(folder / "report.pptx") as made:
        texts, numbers = [], []
        for name in made.namelist():
            content = made.read(name) if name.endswith((".xml", ".xlsx")) else b""
            if "charts/chart" in name:
                found = re.findall(r"<c:v>([^<]*)</c:v>", content.decode("utf-8"))
                texts += found
            elif "slides/slide" in name:
                texts += re.findall(r"<a:t>([^<]*)</a:t>", content.decode("utf-8"))
            elif name.endswith(".xlsx"):
                book = openpyxl.load_workbook(io.BytesIO(content))
                numbers += [c.value for row in book["Sheet1"].iter_rows() for c in row
                            if isinstance(c.value, float | int)]  # fmt: skip
    assert not missing(headline, plain("\n".join(texts)), report.meta.lang)
    estimates = [float(r["estimate"]) for r in report.tables["rates"].frame.to_dict("records")]
    for value in estimates:
        assert any(n == pytest.approx(value, rel=1e-9) for n in numbers)
