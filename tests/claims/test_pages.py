"""The index: rows a person reads, links that lead somewhere, nothing fetched."""

from __future__ import annotations

import re

import pytest

import carekit
from carekit.claims.audit import audit
from carekit.claims.ledger import load_ledger
from carekit.claims.pages import index_page
from carekit.claims.reproduce import Reproduction


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    dataset, ledger = carekit.open_dataset(), load_ledger()
    ids = ["C001", "C035", "C070", "P116", "C020", "C005"]
    verdicts = carekit.replay_all(dataset, ledger=ledger, only=ids)
    judged = carekit.judge_hypotheses(dataset, ledger=ledger, only=["H09", "H22"])
    out = tmp_path_factory.mktemp("out")
    return index_page(Reproduction(out, dataset, ledger, verdicts, judged, audit(ledger), ()))


def test_every_link_inside_leads_somewhere(page):
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
    assert ".ipynb" not in page


def test_links_go_in_both_directions(page):
    row = page[page.index('<tr id="C070"') :].split("</tr>")[0]
    assert '<a href="#F02">F02</a>' in row
    finding = page[page.index('id="F02"') :].split("</details>")[0]
    assert '<a href="#C070">C070</a>' in finding


def test_a_row_has_claim_who_where_when_base_numbers_verdict_why_then_id(page):
    row = re.sub(r"<[^>]+>|\s+", " ", page[page.index('<tr id="C035"') :].split("</tr>")[0])
    order = ["Questions answered", "PR blog, Québec, 2015", "Facebook", "questions put to",
             "74.0", "73.5", "95 % interval", "undecided", "Measured less published", "C035"]  # fmt: skip
    places = [row.index(word) for word in order]
    assert places == sorted(places)


def test_figures_stand_under_their_article_and_others_after_them(page):
    heads = re.findall(r"<h3>([^<]+)</h3>", page)
    assert heads == [
        "Seraiocco 2013",
        "PR blog, Québec, 2015",
        "WordPress blog 2013",
        "Other studies",
    ]


def test_hypotheses_findings_version_and_untested_figures_are_there(page):
    assert f"with carekit {carekit.__version__}." in page
    assert 'data-verdict="recovered (synthetic)"' in page
    assert "Rule for readers, against the claim" in page
    assert "1 figures that this dataset cannot test" in page
    assert "no rate of trust follows from it" in page
    assert "chance alone would still make up to 5 % of them differ" in page


def test_real_counts_stand_in_the_row_of_their_figure(page):
    row = page[page.index('<tr id="C035"') :].split("</tr>")[0]
    assert "Real counts: 52.8\u00a0% (42.3 to 63.4\u00a0%): not comparable</span>" in row
    assert "not comparable. atlas/a_app_reviews: share answered of reviews" in row
    assert "Other quantity: the figure is of questions put to tracked brand profiles" in row
    assert "real counts" not in page[page.index('<tr id="C070"') :].split("</tr>")[0].lower()
    assert "Real counts that come with carekit touch 2 of 6: 2 not comparable" in page
    assert 'href="real_counts.csv"' in page


def test_rows_can_be_found_and_nothing_is_fetched(page, external_references):
    assert 'type="search"' in page
    assert page.count('data-kind="figure"') == 6
    assert page.count('data-kind="hypothesis"') == 2
    assert page.count('data-kind="finding"') == 28
    assert external_references(page) == []
