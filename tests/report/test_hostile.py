"""Names that attack are text in all four formats, and in the workbooks inside the slides."""

import io
import json
import zipfile
from html.parser import HTMLParser

import pikepdf
import pytest

from carekit.report import html, pdf
from carekit.report.format import clean
from carekit.report.model import to_json

LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


@pytest.fixture(params=["fr", "en"])
def lang(request):
    return request.param


@pytest.fixture
def report(handmade, hostile_names, lang):
    return handmade(lang, names=hostile_names)


@pytest.fixture
def content(written, hostile_names, lang):
    """`content(kind)`: the bytes of the file."""
    return lambda kind: written(kind, lang, hostile_names)


def parts(content):
    made = zipfile.ZipFile(io.BytesIO(content))
    return {name: made.read(name) for name in made.namelist()}


def check_workbook(content):
    """No formula, no link, no macro, and texts as shared strings."""
    found = parts(content)
    assert not [n for n in found if "vba" in n.lower() or "externalLink" in n]
    for name, data in found.items():
        text = data.decode("utf-8", errors="ignore")
        if "worksheets/" in name:
            assert "<f>" not in text, name
            assert "<f " not in text, name
            assert "hyperlink" not in text.lower(), name
        if name.endswith(".rels"):
            assert LINK not in text, name
            assert 'TargetMode="External"' not in text, name


def test_workbook(content):
    check_workbook(content("xlsx"))
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content("xlsx")))
    cells = {c.value: c.data_type for sheet in book for row in sheet.iter_rows() for c in row
             if isinstance(c.value, str)}  # fmt: skip
    assert set(cells.values()) == {"s"}
    assert {"@SUM(1)", "+1", clean('=HYPERLINK("http://evil.example","x")')} <= set(cells)


def test_slides_and_the_workbooks_inside(report, content):
    found = parts(content("pptx"))
    embedded = [data for name, data in found.items() if name.endswith(".xlsx")]
    assert len(embedded) == len([c for c in report.charts() if c.native])
    for data in embedded:
        check_workbook(data)
    for name, data in found.items():
        if name.endswith(".xml"):
            text = data.decode("utf-8")
            assert "hlinkClick" not in text, name
            assert "<script" not in text, name
        elif name.endswith(".rels"):
            assert 'TargetMode="External"' not in data.decode(), name


def test_pdf(content):
    document = pikepdf.open(io.BytesIO(content("pdf")))
    for page in document.pages:
        for note in page.get("/Annots", []):
            assert "/A" not in note or note["/A"].get("/S") != pikepdf.Name("/URI")
    assert "/OpenAction" not in document.Root
    assert "/JavaScript" not in str(document.Root.get("/Names", ""))


def test_text_of_the_pdf_is_data_never_source(report):
    text = json.dumps(pdf.tree(report), ensure_ascii=False)
    assert "{{7*7}}" in text
    assert "\x00" not in text
    assert "\u202e" not in text


def test_page(report):
    page = html.page(report)
    seen = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append((tag, dict(attrs)))

    Reader().feed(page)
    assert sum(tag == "script" for tag, _ in seen) == 1
    assert not [a for _, attrs in seen for a in attrs if a.startswith("on")]
    assert not [a for tag, a in seen if tag == "img" and not a.get("src", "").startswith("data:")]
    links = [a["href"] for tag, a in seen if tag == "a"]
    assert all(link.startswith("#") for link in links)
    assert "default-src 'none'" in page


def test_json(report):
    text = to_json(report)
    assert json.loads(text)["format"] == "carekit-benchmark-1"
    assert "\x00" not in text
