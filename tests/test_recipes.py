"""Each recipe of CONTRIBUTING, followed as a newcomer would."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from pathlib import Path

import pytest

import carekit
from carekit.claims.hypotheses.registry import TESTS, tests
from carekit.cli import main
from carekit.dataset.contributed import check_contributed
from carekit.measures import registry
from carekit.measures.registry import measures
from carekit.requests.definitions import DEFINITIONS
from carekit.sources import networks
from carekit.sources.files import formats

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = str(ROOT / "data" / "sample")

MEASURE = '''
from ibis import _

from carekit.measures.registry import measure
from carekit.requests.value import Requests


@measure("rated", "how many requests carry stars", "n n_rated estimate ci_low ci_high conf_level "
         "method flags definition")
def rated(requests: Requests):
    """Share of requests that carry stars."""
    counts = requests.count(requests.rows(), n_rated=_.rating.notnull())
    return requests.rates(counts, "n_rated")
'''

NETWORK = """
from carekit.sources.files.any_csv import Preset, plan
from carekit.sources.files.formats import Format

PRESET = Preset(columns={"text": ("Wortlaut",), "post_id": ("Nummer",), "created_at": ("Zeit",)},
                needed=("post_id", "created_at"), surface="brand_page", role="customer")


def recognises(sample):
    return sample.header is not None and "Nummer" in sample.header.names


def drafts(table, options):
    return plan(table, options, PRESET, format="nest")


FORMATS = (Format(name="nest", what="posts of Nest (CSV)", recognises=recognises, drafts=drafts,
                  title="Nest posts", network="x"),)
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A module of the newcomer's, where Python finds it."""

    def write(name, text):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    return write


def test_a_measure_is_one_function_and_its_name(written, monkeypatch, capsys):
    monkeypatch.setitem(carekit.MEASURES, written("stars_of_mine", MEASURE), "rated")
    measures()  # what is loaded stays, what is added goes
    monkeypatch.setattr(registry, "_KNOWN", dict(registry._KNOWN))
    assert main(["measure", "rated", SAMPLE, "--by", "surface", "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    rows = {row["surface"]: row for row in printed}
    assert rows["review"]["n_rated"] == rows["review"]["n"] > 0
    assert rows["brand_page"]["n_rated"] == 0 < rows["brand_page"]["n"]


def test_a_network_is_one_module_and_its_line(written, monkeypatch, tmp_path):
    name = written("nest", NETWORK)
    for table in (networks.FORMATS, formats.MODULES):
        monkeypatch.setitem(table, "nest", name)
    file = tmp_path / "export.csv"
    file.write_text(
        "Nummer,Zeit,Wortlaut\n1,2026-03-01T10:00:00Z,Wo bleibt es?\n", encoding="utf-8"
    )
    report = carekit.import_files("nest", file, out=tmp_path / "d", key=b"0123456789abcdef")
    assert (report.format, report.n_posts, report.n_rejected) == ("nest", 1, 0)


def test_a_figure_is_a_row_of_the_ledger(tmp_path):
    folder = tmp_path / "claims"
    shutil.copytree(ROOT / "data" / "claims", folder)
    file = folder / "published_figures.csv"
    with file.open(encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    new = next(r for r in rows if r["figure_id"] == "C001") | {"figure_id": "C999", "value": "0.5"}
    with file.open("a", encoding="utf-8", newline="") as f:
        csv.DictWriter(f, list(new), lineterminator="\n").writerow(new)
    ledger = carekit.claims.load_ledger(folder)
    verdict = carekit.replay("C999", carekit.open_dataset(), ledger=ledger)
    assert verdict.published == 0.5
    assert verdict.verdict


def test_a_hypothesis_is_tested_by_one_function(monkeypatch):
    monkeypatch.setitem(TESTS, "H31", list(TESTS["H31"]))

    @tests(
        "H31",
        on="posts",
        measured="Share of requests that are answered",
        unit="share",
        means="most",
        claim="above",
        reference=0.5,
        needs="posts of brands and of customers",
    )
    def most_are_answered(inquiry):
        row = carekit.answer_rate(inquiry.dataset).iloc[0]
        kept = {
            "estimate": row.estimate,
            "ci_low": row.ci_low,
            "ci_high": row.ci_high,
            "n": int(row.n),
        }
        return kept, "All direct openings."

    verdict = carekit.claims.judge_hypothesis("H31", carekit.open_dataset())
    assert "most means more than 50 %" in [row.test for row in verdict.evidence][-1]


def test_a_definition_is_registered_under_its_name():
    mine = {"source": "ours", "year": "2026", "unit": "opening", "window_minutes": 120}
    carekit.register_definition("within-two-hours", **mine)
    try:
        made = carekit.answer_rate(carekit.open_dataset(), definition="within-two-hours")
    finally:
        DEFINITIONS.pop("within-two-hours")
    assert 0 < made.n_answered[0] < carekit.answer_rate(carekit.open_dataset()).n_answered[0]


def test_a_table_of_real_counts_needs_its_card(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("brand,n,n_answered\nAcme,20,25\n", encoding="utf-8")
    said = " ".join(check_contributed(file))
    assert "mine.md" in said
    assert "n_answered" in said
