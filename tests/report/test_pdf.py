import dataclasses
import io

import pikepdf
import pytest

from carekit.report import pdf, words
from carekit.report.model import Chart


def read(content):
    return pikepdf.open(io.BytesIO(content))


def figures(document):
    """Alternative texts of the figures of a tagged PDF."""
    found = []

    def walk(element):
        if isinstance(element, pikepdf.Array):
            for part in element:
                walk(part)
        elif isinstance(element, pikepdf.Dictionary):
            if element.get("/S") == pikepdf.Name("/Figure"):
                found.append(str(element.get("/Alt", "")))
            if "/K" in element:
                walk(element["/K"])

    walk(document.Root["/StructTreeRoot"]["/K"])
    return found


@pytest.mark.parametrize(("lang", "tag"), [("fr", "fr-FR"), ("en", "en-GB")])
def test_language_tags_and_a_text_for_every_drawing(handmade, written, lang, tag):
    report = handmade(lang)
    document = read(written("pdf", lang))
    assert str(document.Root["/Lang"]) == tag
    assert document.Root["/MarkInfo"]["/Marked"]
    assert str(document.docinfo["/Title"]) == words.say(report.meta.title, lang)
    charts = list(report.charts())
    alts = figures(document)
    assert len(alts) == len(charts)
    for alt, chart in zip(alts, charts, strict=True):
        assert alt == words.say(chart.alt, lang)
        assert alt != words.say(chart.caption, lang)


def test_an_alternative_text_equal_to_the_caption_is_mended(handmade):
    from carekit.report.shown import spoken

    chart = next(handmade("fr").charts())
    same = dataclasses.replace(chart, alt=chart.caption)
    assert spoken(same, "fr") != words.say(same.caption, "fr")


def test_the_same_bytes_twice(handmade, written):
    assert pdf.compiled(handmade("fr")) == written("pdf", "fr")


def test_the_checker_of_pdf_ua_finds_nothing(written, tmp_path):
    pdfua = pytest.importorskip("pdfua")
    assert pdfua is not None
    import subprocess
    import sys
    from pathlib import Path

    path = tmp_path / "report.pdf"
    path.write_bytes(written("pdf", "fr"))
    program = Path(sys.executable).with_name("pdfua")
    if not program.exists():
        pytest.skip("the program pdfua is not installed beside this Python")
    told = subprocess.run([program, "check", path], capture_output=True, text=True, check=False)
    assert "PASS" in told.stdout, told.stdout


def test_a_logo_has_its_text_too(handmade):
    import base64

    box = '<rect width="90" height="30"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">{box}</svg>'
    address = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    alts = figures(read(pdf.compiled(handmade("fr", logo=address))))
    assert alts[0]
    assert len(alts) == 1 + len(list(handmade("fr").charts()))


def test_synthetic_data_are_said_on_the_cover(handmade):
    tree = pdf.tree(handmade("fr", synthetic=True))
    assert tree["synthetic"]
    assert pdf.tree(handmade("fr"))["synthetic"] is None


def test_a_cover_that_cannot_name_all_peers_says_so(handmade):
    from carekit.report.shown import cover_lines

    few, many = (handmade("fr", names=tuple(f"Marque {i}" for i in range(n))) for n in (31, 32))
    said = [words.say(cover_lines(report)[1], "fr") for report in (few, many)]
    assert "…" not in said[0]
    assert said[1].endswith("Marque 30, ….")


def test_every_block_has_its_place(handmade):
    report = handmade("fr")
    for section, made in zip(report.sections, pdf.tree(report)["sections"], strict=True):
        assert len(made["blocks"]) == len(section.blocks)
        drawn = [b for b in section.blocks if isinstance(b, Chart)]
        assert sum(b["kind"] == "chart" for b in made["blocks"]) == len(drawn)


def test_a_long_table_keeps_its_heading_and_every_row(handmade):
    report = handmade("fr", names=tuple(f"Marque {i:03d}" for i in range(120)))
    tables = tuple(
        dataclasses.replace(s, blocks=tuple(b for b in s.blocks if not isinstance(b, Chart)))
        for s in report.sections
    )
    report = dataclasses.replace(report, sections=tables)
    assert "Marque 119" in str(pdf.tree(report)["sections"])
    assert len(read(pdf.compiled(report)).pages) > 8


def test_a_page_that_cannot_be_set_leaves_nothing_behind(handmade, undrawn, monkeypatch, tmp_path):
    from carekit.report import command

    monkeypatch.setattr(pdf, "TEMPLATE", tmp_path / "gone" / "report.typ")
    with pytest.raises(FileNotFoundError):
        command.write_folder(handmade("fr"), tmp_path / "r", ["pdf", "xlsx"], lambda _step: None)
    assert list(tmp_path.iterdir()) == []
