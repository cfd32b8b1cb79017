"""A report from counts: the numbers of the table, what it cannot say, and nothing else."""

import json

import pandas as pd
import pytest

import carekit
from carekit.errors import CannotAnswer, InputError
from carekit.inference.rates.intervals import wilson
from carekit.report.counts import read_counts
from carekit.report.model import from_json, messages_of, to_json
from carekit.report.words import say

INDIA = "country = 'IN' and rating <= 2"


@pytest.fixture(scope="module")
def banks():
    return carekit.benchmark_counts(
        "app_reviews_answers", brand="Toss", waits="app_reviews_waits", lang="en"
    )


@pytest.fixture(scope="module")
def payments():
    return carekit.benchmark_counts("atlas/a_app_reviews", brand="PhonePe", where=INDIA, lang="fr")


def keys(made, section):
    blocks = made.report.section(section).blocks
    return [m.key for block in blocks for m in messages_of(block)]


def test_rates_are_sums_of_the_table_with_wilson_intervals(banks):
    table = carekit.load_measured("app_reviews_answers").frame
    sums = table.groupby("brand")[["n", "n_answered"]].sum()
    shown = banks.frame("rates").set_index("brand").loc[sums.index]
    assert shown[["n", "n_answered"]].to_numpy().tolist() == sums.to_numpy().tolist()
    low, high = wilson(sums["n_answered"], sums["n"])
    assert shown["ci_low"].to_numpy() == pytest.approx(low)
    assert shown["ci_high"].to_numpy() == pytest.approx(high)


def test_gaps_are_those_of_two_shares_and_holm_is_over_all_of_them(banks):
    # Toss 195 of 280, Woori 120 of 235 (counted by hand in the file).
    row = banks.frame("differences").set_index("brand").loc["Woori"]
    p, q = 195 / 280, 120 / 235
    assert row["estimate"] == pytest.approx(q - p)
    error = (p * (1 - p) / 279 + q * (1 - q) / 234) ** 0.5
    assert row["std_error"] == pytest.approx(error)
    found = banks.frame("differences").sort_values("p_value")
    assert found["p_adjusted"].iloc[0] == pytest.approx(7 * found["p_value"].iloc[0])


def test_waits_are_kaplan_meier_over_all_reviews_and_hours_stand_at_their_end(banks):
    row = banks.frame("waits").set_index("brand").loc["Hana"]
    hours = carekit.load_measured("app_reviews_waits").query("brand == 'Hana'")
    # Nobody was lost in the first hour: 1 minus Kaplan-Meier is the share of all.
    first = hours[hours["hour"] == 0]
    assert not first["censored"].any()
    n = int(hours[["events", "censored"]].sum().sum())
    assert row["n"] == n
    assert row["within_60"] == pytest.approx(first["events"].sum() / n)
    assert row["median_minutes"] == 31 * 60
    assert "wait.hours" in keys(banks, "waits")


def test_shares_within_classes_are_of_all_requests(payments):
    table = carekit.load_measured("atlas/a_app_reviews").query("brand == 'PhonePe' and rating <= 2")
    within = table[["wait_lt1h", "wait_h1_8", "wait_h8_24"]].sum().cumsum() / table["n"].sum()
    row = payments.frame("waits").set_index("brand").loc["PhonePe"]
    shown = [row[f"within_{m}"] for m in (60, 480, 1440)]
    assert shown == pytest.approx(within.tolist())
    said = keys(payments, "waits")
    assert {"wait.within", "wait.classes", "wait.untimed"} <= set(said)
    assert not {"wait.unknown", "wait.median", "wait.answered"} & set(said)
    columns = [c.name for c in payments.report.tables["waits"].columns]
    assert "median_minutes" not in columns
    untimed = table[["n_negative", "wait_unknown"]].sum().sum()
    (told,) = [m for block in payments.report.section("waits").blocks for m in messages_of(block)
               if m.key == "wait.untimed"]  # fmt: skip
    assert told.values["n"].value == untimed


def test_peers_are_those_of_the_sector_and_the_condition_is_said(payments):
    table = carekit.load_measured("atlas/a_app_reviews").frame
    wanted = set(table[(table["country"] == "IN") & (table["sector"] == "payments")]["brand"])
    assert set(payments.frame("rates")["brand"]) == wanted
    assert any(INDIA in say(f, "fr") for f in payments.report.preflight)


def test_by_stars_the_client_stands_beside_the_median_of_its_peers(banks):
    row = banks.frame("stars").set_index("rating").loc["1"]
    table = carekit.load_measured("app_reviews_answers").query("rating == 1")
    sums = table.groupby("brand")[["n", "n_answered"]].sum()
    rates = sums["n_answered"] / sums["n"]
    assert (row["n"], row["n_answered"]) == (99, 90)
    assert row["peers_median"] == pytest.approx(rates.drop("Toss").median())


def test_what_a_table_leaves_open_is_named_and_never_computed(banks):
    assert keys(banks, "cannot") == [
        f"counts.no.{n}" for n in ("hours", "contacts", "reasons", "score", "trend", "published")
    ]
    assert {s.id for s in banks.report.sections}.isdisjoint(
        {"hours", "contacts", "reasons", "score", "trend", "published"}
    )
    assert banks.report.requests is None
    plain = carekit.benchmark_counts("app_reviews_answers", brand="Toss", lang="en")
    assert keys(plain, "cannot")[0] == "counts.no.waits"
    assert plain.draw("curves").why


def test_from_twenty_brands_on_there_is_a_funnel():
    made = carekit.benchmark_counts(
        "atlas/a_app_reviews", brand="Toss", where="rating <= 2", peers="all", lang="en"
    )
    assert len(made.frame("funnel")) > 20
    assert "funnel" in {chart.kind for chart in made.report.charts()}


def test_every_sentence_is_written_in_both_languages_and_json_holds_the_report(banks, payments):
    for made in (banks, payments):
        for lang in ("fr", "en"):
            assert all(say(f, lang) for f in made.report.findings())
        text = to_json(made.report)
        assert to_json(from_json(text)) == text


def test_letters_hide_the_peers_their_checksum_and_their_names_in_the_command():
    made = carekit.benchmark_counts(
        "app_reviews_answers", brand="Toss", lang="en", anonymise_peers=True, peers="KakaoBank,Hana"
    )
    assert "KakaoBank" not in to_json(made.report)
    assert made.report.meta.checksums == {}
    assert sorted(made.report.meta.peers) == ["Peer A", "Peer B"]


def test_counts_that_were_shared_bring_their_waits_and_their_definition(tmp_path):
    folder = tmp_path / "counts"
    carekit.measures.share_counts(carekit.open_dataset(), out=folder)
    shared = carekit.measures.open_shared(folder)
    answers = shared.read("answers").query("definition == 'direct-opening'")
    named = answers[~answers["brand"].astype(str).str.startswith("(")]
    largest = named.groupby("brand")["n"].sum().idxmax()
    made = carekit.benchmark_counts(folder, brand=largest, lang="en")
    row = made.frame("rates").set_index("brand").loc[largest]
    own = named[named["brand"] == largest]
    assert (row["n"], row["n_answered"]) == (own["n"].sum(), own["n_answered"].sum())
    said = [f.key for f in made.report.preflight]
    assert said[0] == "pre.synthetic"
    assert made.report.meta.synthetic
    assert read_counts(folder / "answers.csv").synthetic
    (pooled,) = [f for f in made.report.preflight if f.key == "pre.pooled"]
    assert pooled.values["n"].value == answers["n"].sum() - named["n"].sum()
    assert "method.request" in keys(made, "method")
    assert made.report.meta.observed_until
    country = own["country"].iloc[0]
    one = carekit.benchmark_counts(folder, brand=largest, where=f"country = '{country}'")
    assert "counts.no.waits.where" in keys(one, "cannot")


def test_a_folder_of_answered_conversations_cannot_be_reported_on(tmp_path):
    folder = tmp_path / "counts"
    carekit.measures.share_counts(carekit.open_dataset(), out=folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    del manifest["tables"]["answers"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(CannotAnswer, match="answered conversations only"):
        carekit.benchmark_counts(folder, brand="Acme")


OWN = pd.DataFrame({"brand": ["A", "B", "(other brands)", None], "n": [60, 50, 9, 2],
                    "n_answered": [30, 40, 1, 1]})  # fmt: skip


def test_a_frame_of_ones_own_is_enough_and_pooled_rows_are_counted_apart():
    made = carekit.benchmark_counts(OWN, brand="A", lang="en")
    assert made.main_points[0] == "Of 60 requests, 30 got a public answer: 50% (38% to 62%)."
    (pooled,) = [f for f in made.report.preflight if f.key == "pre.pooled"]
    assert pooled.values["n"].value == 11
    assert keys(made, "cannot")[:2] == ["counts.no.networks", "counts.no.waits"]
    assert OWN["brand"].isna().sum() == 1  # the input is unchanged


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (OWN.drop(columns="n"), {}, "expected brand, n and n_answered"),
        (
            OWN.assign(n_answered=[70, 40, 1, 1]),
            {},
            "1 of 4 rows whose n and n_answered are not whole",
        ),
        (OWN.assign(n=60.5), {}, "4 of 4 rows whose n"),
        (OWN, {"where": "colour = 'red'"}, "colour"),
        (OWN, {"where": "n > 1000"}, "no row of the table meets it"),
        (OWN, {"brand": "a"}, "Nearest names: A"),
        (OWN, {"waits": OWN}, "expected brand, events, censored"),
        ("nothing", {}, "`counts` is 'nothing'; expected the name of a measured table"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_expected(counts, options, message):
    with pytest.raises(InputError, match=message):
        carekit.benchmark_counts(counts, **{"brand": "A", **options})


def test_a_condition_that_waits_do_not_know_is_an_error_where_they_were_given():
    with pytest.raises(InputError, match="cannot be applied to the table of waits"):
        carekit.benchmark_counts("app_reviews_answers", brand="Toss", where="rating = 1",
                                 waits="app_reviews_waits")  # fmt: skip


def test_the_command_names_measured_tables_and_no_path(tmp_path):
    counts, waits = tmp_path / "own.csv", tmp_path / "waits.csv"
    OWN.to_csv(counts, index=False)
    pd.DataFrame({"brand": ["A"], "hour": [3], "events": [30], "censored": [30]}).to_csv(waits)
    made = carekit.benchmark_counts(str(counts), brand="A", waits=str(waits), lang="en")
    assert made.report.meta.command == (
        'carekit benchmark --counts TABLE --waits TABLE --brand "A" --lang en --out OUT'
    )
    assert str(tmp_path) not in to_json(made.report)
