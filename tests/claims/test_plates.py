"""Three plates: published and measured in one look, on anybody's data, in two languages."""

from __future__ import annotations

import pytest

import carekit
from carekit.claims.ledger import load_ledger
from carekit.claims.plates import plate_ages, plate_countries, plate_places
from carekit.claims.published import published, source_name

PLATES = [plate_places, plate_ages, plate_countries]
TWO_BRANDS = [
    {"id": f"{brand}{i}", "at": i, "brand": brand, "author_id": f"u{i}", "text": "why?"}
    for brand in ("acme", "brix")
    for i in range(40)
]


@pytest.fixture(scope="module")
def sample():
    return carekit.open_dataset()


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("plate", PLATES)
def test_a_plate_says_published_measured_and_who_said_so(plate, lang, sample):
    made = plate(sample, lang=lang)
    told = made.result
    lines = told.dropna(subset=["published_low"])
    assert (lines["published_low"] <= lines["published_high"]).all()
    assert lines["estimate"].notna().all()
    assert (lines["figures"] != "").all()
    assert (lines["article"] != "").all()
    known = set(load_ledger().figures["figure_id"])
    assert {i for ids in lines["figures"] for i in ids.split(", ")} <= known
    mark = {"en": "synthetic", "fr": "synthétiques"}[lang]
    for text in (made.says, made.table()._repr_html_(), made.picture().caption):
        assert mark in text
    figure = made.picture().figure
    assert len(figure.carekit_table) == len(told)


def test_a_plate_by_its_name(sample):
    assert carekit.plate(sample, "ages").title == plate_ages(sample).title
    with pytest.raises(carekit.CarekitError) as error:
        carekit.plate(sample, "pies")
    assert (
        str(error.value) == "`which` is 'pies'; expected one of: places, ages, countries. Use one."
    )


def test_published_ranges_stay_ranges(sample):
    table = plate_places(sample).table()
    cells = {row[0]: row[1] for row in table.rows}
    assert cells["YouTube: one's own channel"] == "11.0 to 13.0\u00a0%"
    assert cells["Facebook: the company's page"] == "29.0\u00a0%"


def test_ages_are_six_in_order_and_the_fall_is_said(sample):
    made = plate_ages(sample)
    assert made.result["published"].tolist() == [0.37, 0.35, 0.31, 0.26, 0.24, 0.17]
    assert made.says.startswith("Measured, the preference falls with age: −0.2")
    assert "p <0.001" in made.says


def test_countries_have_the_six_published_values_and_real_counts_beside_them(sample):
    made = plate_countries(sample)
    table = made.result
    published = table.dropna(subset=["published"])
    assert sorted(published["published"]) == [0.18, 0.26, 0.3, 0.59, 0.69, 0.74]
    real = table[table["data"].str.startswith("real")]
    assert real["n"].tolist() == [640, 1323]
    assert not real["data"].str.contains("synthetic").any()
    assert table.loc[table["published"].notna(), "data"].str.contains("synthetic").all()


@pytest.mark.parametrize("plate", PLATES)
def test_a_plate_stands_on_data_that_cannot_answer(plate, make_dataset):
    made = plate(make_dataset(TWO_BRANDS))
    assert made.result["published_low"].notna().any()
    assert "synthetic" not in made.says.lower()
    assert "carekit sample" not in made.table()._repr_html_()
    if plate is not plate_countries:
        assert made.says.startswith("No line could be measured on these data. Not measured: ")
        assert made.result["estimate"].isna().all()
    assert made.picture().figure


def test_articles_have_names():
    ledger = load_ledger()
    names = {source_name(ledger, ledger.figure(i)) for i in ("C009a", "C080", "C035", "P008")}
    assert names == {
        "Seraiocco 2013", "WordPress blog 2013", "PR blog, Québec, 2015", "Nielsen 2012",
    }  # fmt: skip


def test_published_figures_are_a_result():
    made = published(measure="uses_platform_for_care", status="as_printed")
    assert made.facts.synthetic is False
    assert "Seraiocco 2013" in made.facts.source
    assert made.facts.unit == "number", "shares and ranks are not one unit"
    one = published(["C035", "C014b"])
    assert one["estimate"].isna().tolist() == [False, True]
    assert one[["low", "high"]].values.tolist() == [[0.74, 0.74], [0.11, 0.13]]
    assert "11.0\u00a0%" in one._repr_html_()
