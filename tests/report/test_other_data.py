"""Other sectors, languages and brands than those of the sample: what a report may say of them."""

from __future__ import annotations

import io
import zipfile

import pikepdf
import pytest

import carekit
from carekit.report import charts, pdf, pptx_charts, shown
from carekit.report.model import Message, Value, messages_of
from carekit.report.words import say

from . import planted
from .planted import Bank, plant
from .test_html import LEAKS

GERMAN = ("Seit gestern ist mein Internet weg, was ist da los?", "Wann kommt denn der Techniker?")
ANSWERS = {"PLAIN": "Das tut uns leid, wir schauen uns das an.",
           "PRIVATE": "Bitte schicken Sie uns eine private Nachricht mit der Kundennummer."}  # fmt: skip
ARABIC = "اتصالات الواحة"


def said(made, section):
    blocks = made.report.section(section).blocks
    return " ".join(say(m, made.report.meta.lang) for b in blocks for m in messages_of(b))


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """Two German firms, and one that answers nobody; nothing says in which language they write."""
    with pytest.MonkeyPatch.context() as patch:
        for name, text in {"TEXTS": GERMAN, "LANG": None, **ANSWERS}.items():
            patch.setattr(planted, name, text)
        banks = (Bank("Funk & Söhne", 120, networks=("x",)), Bank(ARABIC, 90, networks=("x",)),
                 Bank("Stumm AG", 60, rate=0.0, networks=("x", "facebook")))  # fmt: skip
        path = plant(tmp_path_factory.mktemp("german") / "d", banks, days=30, synthetic=False)
    return carekit.benchmark(carekit.open_dataset(path), brand="Funk & Söhne", lang="en")


@pytest.fixture(scope="module")
def silent(tmp_path_factory):
    """A client that answered nobody, beside one that answered everybody; nobody asks again."""
    banks = (Bank("Muette", 80, rate=0.0, again=0.0, networks=("x", "facebook")),
             Bank("Toujours S.A.", 80, rate=1.0, wait=5, again=0.0))  # fmt: skip
    path = plant(tmp_path_factory.mktemp("silent") / "d", banks, days=60)
    return carekit.benchmark(carekit.open_dataset(path), brand="Muette", lang="fr")


def test_a_language_that_the_patterns_do_not_read_is_no_share_of_none(reported):
    assert "handoffs" not in reported.report.tables
    told = Message("handoff.language", {"brand": Value("text", "Funk & Söhne")})
    assert say(told, "en") in said(reported, "contacts")
    assert ARABIC in said(reported, "contacts")  # whose answers are not counted either
    assert say(Message("texts.language"), "en") in said(reported, "reasons")


def test_names_from_right_to_left_are_drawn_and_turn_nothing_around_them(reported):
    chart = next(c for c in reported.report.charts() if c.id == "rate")
    assert "LastResort" not in charts.svg(chart, "en")
    assert "DejaVu" in charts.svg(chart, "en")
    names = Message("cover.peers", {"names": Value("text", f"{ARABIC}, Stumm AG")})
    assert f"\u2068{ARABIC}\u2069, Stumm AG" in say(names, "en")
    labels = pptx_charts._bars(chart, "en").categories
    assert [one[0] == "\u2068" for one in labels] == [ARABIC in one for one in labels]


def test_a_client_without_an_answer_has_texts_but_no_first_answer(silent):
    told = Message("handoff.unanswered", {"brand": Value("text", "Muette")})
    assert said(silent, "contacts").count(say(told, "fr")) == 1
    assert say(Message("texts.none"), "fr") not in said(silent, "contacts")
    assert "0 %" in said(silent, "networks").replace("\xa0", " ")
    keys = [m.key for b in silent.report.section("networks").blocks for m in messages_of(b)]
    assert "networks.same" in keys
    assert "networks.range" not in keys


def test_no_gap_is_larger_than_everybody(silent):
    row = silent.frame("differences").iloc[0]
    assert row["estimate"] == 1
    assert row["ci_high"] == 1
    assert row["ci_low"] > 0.9


def test_what_the_score_lacks_is_named(silent):
    assert set(silent.frame("criteria")["criterion"]) == {"answered", "within_1h", "within_24h"}
    assert say(Message("score.left", {"name": Value("criterion", "not_again")}), "fr") in said(
        silent, "score"
    )


def test_one_peer_is_one_and_its_full_stop_ends_the_sentence(silent):
    lines = [say(m, "fr").replace("\xa0", " ") for m in shown.cover_lines(silent.report)]
    assert "Marque comparée : Toujours S.A." in lines
    gaps_said = [m.key for b in silent.report.section("gaps").blocks for m in messages_of(b)]
    assert "interval.alone" not in gaps_said


def test_a_chart_that_holds_for_all_at_once_says_so(reported):
    row = reported.frame("ranks").set_index("brand").loc["Funk & Söhne"]
    wider = (row["own_best"], row["own_worst"]) != (row["best_rank"], row["worst_rank"])
    assert wider == (say(Message("rank.together"), "en") in said(reported, "gaps"))


def test_waits_of_all_brands_are_estimated_once(monkeypatch):
    from carekit.inference.waits import survival

    asked, real = [], survival.read_waits
    monkeypatch.setattr(survival, "read_waits", lambda *a, **k: asked.append(1) or real(*a, **k))
    requests = carekit.requests(carekit.open_dataset(), by="brand")
    requests = requests.but(engine=requests.on)
    first = carekit.first_response(requests)
    within = carekit.waits_within(requests, within=(60, 480, 1440))
    assert len(asked) == 1
    at_once = within[within["limit_minutes"] == 480]["estimate"].tolist()
    assert at_once == pytest.approx(first["within_480_minutes"].tolist(), nan_ok=True)


def unpacked(content):
    """The files inside a file, those of workbooks inside slides too."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return b"\n".join(unpacked(parts.read(name)) for name in parts.namelist())
    return content


def test_no_path_pseudonym_or_text_of_a_post_is_inside_any_file(silent, tmp_path):
    silent.write(tmp_path / "r")
    document = pikepdf.open(tmp_path / "r" / "report.pdf")
    for told in (str(dict(document.docinfo)), str(pdf.tree(silent.report)["sections"])):
        assert not LEAKS.search(told)  # letters of a page are numbers of glyphs: what is printed
        assert not any(text in told for text in planted.TEXTS)
    for name in ("html", "xlsx", "pptx", "json"):
        said = unpacked((tmp_path / "r" / f"report.{name}").read_bytes()).decode("latin-1")
        assert len(said) > 1000
        assert not LEAKS.search(said), name
        assert str(tmp_path) not in said
        for text in planted.TEXTS:
            assert text.encode().decode("latin-1") not in said, name
