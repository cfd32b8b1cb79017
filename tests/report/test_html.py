"""The page: inert text, nothing that leaks, the same twice, and usable by everybody."""

import hashlib
import json
import re
import shutil
from dataclasses import replace

import pytest

import carekit
from carekit.cli import main
from carekit.errors import InputError
from carekit.report import html
from carekit.report.asked import Asked

from . import planted

BRAND = planted.BANKS[0].name
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
LEAKS = re.compile(r"/home/|/tmp/|/Users/|C:\\|\ba_[0-9a-f]{16}\b|\ba_\d{5,}")


@pytest.fixture(scope="module")
def banks(tmp_path_factory):
    return carekit.open_dataset(planted.plant(tmp_path_factory.mktemp("banks") / "d"))


@pytest.fixture(scope="module")
def made(banks):
    return carekit.benchmark(banks, brand=BRAND, lang="fr", author="Cabinet d'essai")


@pytest.fixture(scope="module")
def folder(made, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "r"
    made.write(out, formats="html")
    return out


def test_the_page_loads_nothing_and_says_its_language(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<html lang="fr-FR">' in page
    assert "default-src 'none'" in page
    outside = re.findall(r'(?:src|href)="(?!#|data:)([^"]+)"', page)
    assert not outside
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    import base64

    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page


def test_synthetic_data_say_so_on_the_page(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("synthétiques") >= 2


def test_a_second_run_gives_the_same_bytes(banks, folder, tmp_path):
    again = carekit.benchmark(banks, brand=BRAND, lang="fr", author="Cabinet d'essai")
    again.write(tmp_path / "r", formats="html")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            other = tmp_path / "r" / path.relative_to(folder)
            assert path.read_bytes() == other.read_bytes(), path.name


def test_nothing_leaks(folder):
    texts = [*planted.TEXTS, planted.PLAIN, planted.PRIVATE]
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        said = path.read_text(encoding="utf-8")
        assert not LEAKS.search(said), path.name
        for text in texts:
            assert text not in said, path.name
    listed = (folder / "data/requests.csv").read_text(encoding="utf-8-sig")
    peers = [b.name for b in planted.BANKS[1:]]
    assert not any(name in listed for name in peers)


def test_without_ids_no_request_is_listed(made, tmp_path):
    bare = replace(made, report=replace(made.report, requests=None))
    bare.write(tmp_path / "r", formats="html")
    assert not (tmp_path / "r/data/requests.csv").exists()
    assert "facebook:0" not in (tmp_path / "r/report.json").read_text(encoding="utf-8")


def test_quotes_only_where_asked_and_redacted(tmp_path, monkeypatch, undrawn):
    monkeypatch.setattr(planted, "TEXTS", ("Ma carte est bloquée, appelez le 06 12 34 56 78 svp",))
    path = planted.plant(tmp_path / "d", planted.BANKS[:2])
    dataset = carekit.open_dataset(path)
    plain = html.page(carekit.benchmark(dataset, brand=BRAND, lang="fr").report)
    assert "Ma carte est bloquée" not in plain
    page = html.page(carekit.benchmark(dataset, brand=BRAND, lang="fr", quotes=2).report)
    assert page.count("Ma carte est bloquée") == 2
    assert "06 12 34 56 78" not in page


def test_hostile_names_are_text(handmade, hostile_names):
    page = html.page(handmade("fr", names=("Marque", *hostile_names)))
    assert "<script>window.pwned" not in page
    assert "<img" not in page
    assert "{{7*7}}" in page
    assert "49 $" not in page
    assert "\u202e" not in page
    assert "X" * 100 not in page


def test_hostile_names_all_the_way_from_the_data(tmp_path, hostile_names):
    names = [n for n in hostile_names if "\x00" not in n][:6]
    hostile = tuple(planted.Bank(n, 60, 0.5) for n in names)
    path = planted.plant(tmp_path / "d", (*planted.BANKS[:1], *hostile))
    made = carekit.benchmark(
        carekit.open_dataset(path), brand=BRAND, lang="fr",
        title='<script>alert(1)</script> =1+1', author='"><img src=x onerror=alert(1)>',
    )  # fmt: skip
    made.write(tmp_path / "out", formats="html")
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<img" not in page
    rates = (tmp_path / "out/data/rates.csv").read_text(encoding="utf-8-sig")
    assert not re.search(r"(?m)^[=+@]", rates)


def test_a_folder_of_others_is_not_replaced(made, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(InputError, match="no report of carekit"):
        made.write(tmp_path / "mine", formats="html")
    made.write(tmp_path / "ours", formats="html")
    made.write(tmp_path / "ours", formats="html")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "ours"]


def test_command_line(banks, tmp_path, capsys, undrawn):
    path, out = str(banks.path), tmp_path / "r"
    assert main(["benchmark", path, "--brand", "Banque Ruisseau", "--out", str(out)]) == 2
    assert BRAND in capsys.readouterr().err
    assert not out.exists()
    asked = ["benchmark", path, "--brand", BRAND, "--out", str(out), "--lang", "en"]
    assert main([*asked, "--formats", "html", "--no-ids"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [str(out / "report.html"), str(out / "report.json")]
    assert "synthetic" in said.err
    tree = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert tree["requests"] is None
    assert main([*asked, "--formats", "docx"]) == 2
    assert "docx" in capsys.readouterr().err


def test_a_missing_extra_is_one_sentence_before_any_work(monkeypatch):
    from carekit.report import command

    monkeypatch.setattr(command, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"carekit\[report\]"):
        carekit.benchmark(carekit.open_dataset(), brand="Aerolind Airways")


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [("accent", "#ffd400", "contrast"), ("accent", "blue", "hexadecimal"),
     ("period", "2026", "two dates"), ("period", "2026-02-31:", "two dates"),
     ("quotes", -1, "number of posts"), ("weights", {"answered": float("nan")}, "criteria"),
     ("lang", "de", "fr or en"),
     ("weights", {"answered": 0.5, "kindness": 0.5}, "criteria"), ("logo", "x.bmp", "SVG or PNG")],
)  # fmt: skip
def test_options_that_cannot_be_read(banks, option, value, told):
    with pytest.raises(InputError, match=told):
        carekit.benchmark(banks, brand=BRAND, **{option: value})


def test_the_command_that_repeats_a_report_is_whole_and_obeys_no_name():
    from carekit.report.asked import call_of

    asked = Asked('A"; rm -rf "$HOME', coded="s.csv", weights_name="own", quotes=3, no_ids=True)
    assert call_of(asked) == (
        """carekit benchmark DIR --brand 'A"; rm -rf "$HOME' --weights FILE --coded SHEET """
        "--quotes 3 --no-ids --lang en --out OUT"
    )


def test_weights_are_versioned():
    assert Asked(brand="A").weights_name == "carekit-2026"
    assert sum(Asked(brand="A").weights.values()) == pytest.approx(1)


@pytest.mark.browser
@pytest.mark.needs_system("chromium", "chromium-browser", "google-chrome", package="chromium")
def test_the_page_in_a_browser(folder):
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    program = next(p for p in map(shutil.which, CHROMIUM) if p)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for width in (1280, 390, 320):
            page = browser.new_page(viewport={"width": width, "height": 800})
            asked, said = [], []
            page.on("request", lambda r, asked=asked: asked.append(r.url))
            page.on("console", lambda m, said=said: said.append(m.text))
            page.goto((folder / "report.html").as_uri())
            assert len(asked) == 1
            assert page.evaluate("document.documentElement.scrollWidth") == width
            shown = page.evaluate(
                "[...document.querySelectorAll('figure')].map(f => [...f.querySelectorAll('svg')]"
                ".filter(s => s.checkVisibility()).map(s => [s.getAttribute('class'),"
                " s.getBoundingClientRect().right]))"
            )
            # One drawing a chart, whole within the page; of the two that for this width.
            assert shown
            for drawings in shown:
                ((kind, right),) = drawings
                assert kind == ("wide" if width > 640 else "narrow")
                assert right <= width
            button = page.locator("table[data-sort]").first.locator("thead button").nth(1)
            button.focus()
            page.keyboard.press("Enter")
            cells = page.evaluate(
                "[...document.querySelector('table[data-sort]').tBodies[0].rows]"
                ".map(r => +r.cells[1].dataset.v)"
            )
            assert cells == sorted(cells)
            assert page.locator("#sorted").text_content()
            found = Axe().run(page).response["violations"]
            assert [(v["id"], v["impact"]) for v in found] == []
            assert not said
            page.close()
        browser.close()
