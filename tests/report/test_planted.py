"""What the report finds in data whose truth is known."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import carekit
from carekit.errors import CannotAnswer, InputError
from carekit.report import gaps, score
from carekit.report.model import from_json, messages_of, to_json
from carekit.report.words import say

from . import planted

SHARED = Path(__file__).resolve().parents[2].parent / "shared/report/prototype/make_client.py"
BRAND = planted.BANKS[0].name


@pytest.fixture(scope="module")
def banks(tmp_path_factory):
    return carekit.open_dataset(planted.plant(tmp_path_factory.mktemp("banks") / "d"))


@pytest.fixture(scope="module")
def made(banks):
    return carekit.benchmark(banks, brand=BRAND, lang="fr")


def own(frame, **keys):
    rows = frame[frame["brand"] == BRAND]
    for key, value in keys.items():
        rows = rows[rows[key] == value]
    return rows.iloc[0]


def test_rates_are_those_of_the_measure(banks, made):
    measured = carekit.answer_rate(banks, by="brand").frame.set_index("brand")
    shown = made.frame("rates").set_index("brand").loc[measured.index]
    for column in ("n", "n_answered", "estimate", "ci_low", "ci_high"):
        np.testing.assert_allclose(shown[column], measured[column], rtol=1e-12)


def test_gaps_agree_with_the_comparison_of_rates(banks, made):
    compared = carekit.compare_answer_rates(banks, by="brand", cluster="author_id", reference=BRAND)
    table = compared.frame.assign(
        peer=lambda f: f["group_a"].where(f["group_a"] != BRAND, f["group_b"])
    )
    shown = made.frame("differences").set_index("brand").loc[table["peer"]]
    np.testing.assert_allclose(shown["std_error"], table["std_error"], rtol=0.02)
    np.testing.assert_allclose(shown["estimate"].abs(), table["estimate"].abs(), rtol=1e-9)


def test_waits_repeats_and_hand_offs_are_those_of_the_measures(banks, made):
    waits = carekit.first_response(banks, by="brand").frame
    asked = carekit.repeats(banks, by="brand").frame
    asked = asked[asked["repeat"] == "asked again"]
    sent = carekit.handoffs(banks, by="brand").frame
    sent = sent[sent["handoff"] == "requested or announced"]
    assert own(made.frame("waits"))["median_minutes"] == own(waits)["median_minutes"]
    shown = own(made.frame("repeats"), repeat="before")
    assert (shown["n"], shown["n_yes"]) == (own(asked)["n"], own(asked)["n_yes"])
    assert own(made.frame("handoffs"))["n_yes"] == own(sent)["n_yes"]


def test_the_hour_is_local(made):
    heat = made.frame("heat").groupby("hour")["n"].sum()
    assert heat.idxmax() == 9


def test_evidence_leads_to_the_row_and_to_the_requests(made):
    report = made.report
    for finding in report.findings():
        for evidence in finding.evidence:
            assert 0 <= evidence.row < len(report.tables[evidence.table].frame)
    table = report.tables["networks"]
    for row in table.frame.to_dict("records"):
        rows = report.requests
        for key in table.keys:
            rows = rows[rows[key].astype(str) == str(row[key])]
        assert len(rows) == row["n"]
        assert int(rows["answered"].sum()) == row["n_answered"]


def test_json_holds_the_whole_report(made):
    text = to_json(made.report)
    again = from_json(text)
    assert to_json(again) == text
    assert [say(f, "fr") for f in again.findings()] == [
        say(f, "fr") for f in made.report.findings()
    ]
    assert "NaN" not in text


def test_the_score_is_the_mean_of_points_and_its_error_that_of_authors(made, banks):
    row = own(made.frame("scores"))
    criteria = made.frame("criteria")
    assert row["estimate"] == pytest.approx(criteria["contribution"].sum())
    apart = 20 * np.sqrt((criteria["weight"] ** 2 * criteria["std_error"] ** 2).sum())
    assert row["std_error"] > 1.2 * apart  # criteria that hold together are not independent


def test_score_error_against_a_bootstrap_of_authors():
    rng = np.random.default_rng(5)
    unit = np.repeat(np.arange(300), rng.integers(1, 5, 300))
    kind = rng.random(300)[unit]
    answered = rng.random(len(unit)) < 0.3 + 0.5 * kind
    quick = answered & (rng.random(len(unit)) < 0.5)
    points = pd.DataFrame(
        {"brand": "A", "unit": unit, "answered": answered * 1.0, "within_1h": quick * 1.0,
         "within_24h": answered * 1.0, "not_again": rng.random(len(unit)) < 0.8}
    ).astype({"not_again": float})  # fmt: skip
    weights = {"answered": 0.4, "within_1h": 0.2, "within_24h": 0.2, "not_again": 0.2}
    found = score.score(points, weights, "A")["scores"].iloc[0]
    total = 20 * sum(w * points[c] for c, w in weights.items())
    sums = np.array([np.bincount(unit, total), np.bincount(unit)])
    drawn = rng.integers(0, 300, (2000, 300))
    means = sums[0][drawn].sum(axis=1) / sums[1][drawn].sum(axis=1)
    assert found["std_error"] == pytest.approx(means.std(), rel=0.08)


def test_shared_authors_are_judged_jointly():
    rng = np.random.default_rng(2)
    unit = np.tile(np.arange(400), 2)
    level = np.tile(rng.random(400), 2)  # one person meets both brands with one luck
    table = pd.DataFrame({"brand": np.repeat(["A", "B"], 400), "unit": unit,
                          "answered": rng.random(800) < level})  # fmt: skip
    found = gaps.differences(gaps.rates_of(table, ["brand"]), table, "A").iloc[0]
    rates = gaps.rates_of(table, ["brand"])
    assert found["joint"]
    assert found["std_error"] < np.sqrt((rates["std_error"] ** 2).sum())


def test_a_level_gap_needs_the_whole_interval():
    rng = np.random.default_rng(1)
    n = 30_000
    table = pd.DataFrame({"brand": np.repeat(["A", "B"], n), "unit": np.arange(2 * n),
                          "answered": rng.random(2 * n) < 0.9})  # fmt: skip
    assert gaps.differences(gaps.rates_of(table, ["brand"]), table, "A")["level"].item() == "level"
    few = table.groupby("brand").head(500)
    assert gaps.differences(gaps.rates_of(few, ["brand"]), few, "A")["level"].item() == "undecided"


def test_an_unknown_brand_gets_the_nearest_names(banks):
    with pytest.raises(InputError, match="Banque du Ruisseau"):
        carekit.benchmark(banks, brand="Banque Ruisseau")
    with pytest.raises(InputError, match="Mutuelle Orbec"):
        carekit.benchmark(banks, brand=BRAND, peers="Mutuelle Orbek")


def test_too_few_requests_are_refused_and_small_peers_are_not_ranked(tmp_path):
    small = planted.Bank("Petite", 12)
    path = planted.plant(tmp_path / "d", (*planted.BANKS[:3], small))
    dataset = carekit.open_dataset(path)
    with pytest.raises(InputError, match="12 requests"):
        carekit.benchmark(dataset, brand="Petite")
    made = carekit.benchmark(dataset, brand=BRAND, lang="en")
    assert "Petite" in made.frame("rates")["brand"].tolist()
    row = made.frame("rates").set_index("brand").loc["Petite"]
    assert row["n"] == 12
    assert row[["estimate", "std_error", "ci_low", "ci_high"]].isna().all()
    for name in ("ranks", "scores", "differences", "curves"):
        assert "Petite" not in made.frame(name)["brand"].tolist()
    assert any(f.key == "pre.small" for f in made.report.findings())


def test_the_days_of_a_period_are_those_of_the_brand(tmp_path):
    path = planted.plant(tmp_path / "d", planted.BANKS[:2], days=1, zone="Pacific/Auckland")
    made = carekit.benchmark(
        carekit.open_dataset(path), brand=BRAND, period="2026-01-02:", lang="fr"
    )
    assert set(made.report.requests["created_at"].str[:10]) == {"2026-01-02"}
    said = [m.key for b in made.report.section("method").blocks for m in messages_of(b)]
    assert "method.peers.sector" in said


def test_what_the_data_do_not_tell_of_repeats_is_no_point_of_the_score(tmp_path):
    banks = tuple(replace(bank, again=0) for bank in planted.BANKS[:2])
    made = carekit.benchmark(
        carekit.open_dataset(planted.plant(tmp_path / "d", banks)), brand=BRAND, lang="en"
    )
    assert any(f.key == "repeat.none" for f in made.report.findings())
    assert "not_again" not in made.frame("criteria")["criterion"].tolist()


@pytest.mark.skipif(not SHARED.exists(), reason="the shared prototype is not beside this checkout")
def test_the_shared_banks_give_what_was_planted(tmp_path):
    (tmp_path / "client").mkdir()
    shutil.copy(SHARED, tmp_path / "make.py")
    subprocess.run([sys.executable, "make.py"], cwd=tmp_path, check=True, capture_output=True)
    from carekit.cli import main

    client = tmp_path / "client"
    assert main([
        "import", "auto", str(client / "export_boite_sociale_2026S1.csv"),
        "--accounts", str(client / "comptes.csv"), "--tz", "Europe/Paris", "--dayfirst",
        "--encoding", "cp1252", "--observed-at", "2026-07-01T06:00:00Z",
        "--out", str(tmp_path / "d"), "--title", "t", "--licence", "private",
    ]) == 0  # fmt: skip
    made = carekit.benchmark(carekit.open_dataset(tmp_path / "d"), brand="Crédit Côtier", lang="fr")
    mine = {n: made.frame(n)[made.frame(n)["brand"] == "Crédit Côtier"].iloc[0]
            for n in ("rates", "ranks", "scores", "waits")}  # fmt: skip
    assert round(mine["rates"]["estimate"], 4) == 0.7443
    assert (mine["ranks"]["own_best"], mine["ranks"]["own_worst"]) == (2, 3)
    score_ = mine["scores"]
    assert score_["estimate"] == pytest.approx(14.38, abs=0.01)
    assert (score_["ci_high"] - score_["ci_low"]) / 2 == pytest.approx(0.26, abs=0.01)
    waits = mine["waits"]
    assert [round(waits[c]) for c in ("median_minutes", "ci_low", "ci_high")] == [89, 83, 98]
    ponant = made.frame("differences").set_index("brand").loc["Caisse Régionale du Ponant"]
    assert ponant["level"] == "undecided"
    assert [round(ponant[c], 3) for c in ("estimate", "ci_low", "ci_high")] == [
        -0.023,
        -0.057,
        0.012,
    ]
    assert made.frame("heat").groupby("hour")["n"].sum().idxmax() in {9, 18}
    lines = {f.key: say(f, "fr") for f in made.report.findings() if f.key.startswith("rank")}
    assert lines["rank.set"] == "2e sur 7\u202f; les données permettent les rangs 2 à 3."
    undecided = [say(f, "fr") for f in made.report.findings() if f.key == "diff.undecided"]
    assert undecided == [
        "Entre Crédit Côtier et Caisse Régionale du Ponant, l’écart n’est pas établi\u00a0: "
        "−2,3\u00a0points, de −5,7 à +1,2. S’il existe, il ne dépasse pas 5,7\u00a0points."
    ]


def test_answered_only_data_give_a_report_without_rates(tmp_path):
    from carekit.dataset.manifest import ANSWERED_ONLY

    path = planted.plant(tmp_path / "d", planted.BANKS[:3], selection=ANSWERED_ONLY)
    made = carekit.benchmark(carekit.open_dataset(path), brand=BRAND, lang="fr")
    keys = {f.key for f in made.report.findings()}
    assert "selection" in keys
    assert not keys & {"rate", "rate.head", "rank.set", "rank.one", "score", "wait.median"}
    assert not {"rates", "ranks", "scores", "differences", "trend"} & set(made.report.tables)
    text = json.loads(to_json(made.report))["sections"]
    assert [s["id"] for s in text][:3] == ["main", "waits", "contacts"]


def test_midnight_data_give_no_waits_and_no_hours(tmp_path):
    path = planted.plant(tmp_path / "d", planted.BANKS[:3], midnight=True)
    made = carekit.benchmark(carekit.open_dataset(path), brand=BRAND, lang="fr")
    keys = {f.key for f in made.report.findings()}
    assert {"pre.midnight", "wait.midnight", "hours.none", "rate"} <= keys
    assert not {"waits", "curves", "heat", "actions"} & set(made.report.tables)
    assert "score" not in keys  # two criteria of four are times: more than a third of the weight


def test_rejected_rows_are_said_and_many_are_refused(tmp_path):
    path = planted.plant(tmp_path / "a", planted.BANKS[:3], rejected=60, rejected_own=40)
    made = carekit.benchmark(carekit.open_dataset(path), brand=BRAND, lang="fr")
    assert any(f.key == "pre.rejected" for f in made.report.preflight)
    path = planted.plant(tmp_path / "c", planted.BANKS[:1], rejected=60)
    made = carekit.benchmark(carekit.open_dataset(path), brand=BRAND, lang="fr")
    told = [f for f in made.report.preflight if f.key.startswith("pre.rejected")]
    assert [f.key for f in told] == ["pre.rejected.unknown"]  # of whom they are is not known
    path = planted.plant(tmp_path / "b", planted.BANKS[:3], rejected=400, rejected_own=400)
    with pytest.raises(CannotAnswer, match="could not be read"):
        carekit.benchmark(carekit.open_dataset(path), brand=BRAND)


def test_without_texts_zone_or_peers_the_sections_say_so(tmp_path):
    path = planted.plant(tmp_path / "d", planted.BANKS[:1], texts=False, zone=None)
    made = carekit.benchmark(carekit.open_dataset(path), brand=BRAND, lang="en")
    keys = {f.key for f in made.report.findings()}
    assert {"pre.texts", "pre.zone", "texts.none", "no.peers"} <= keys
    assert not {"categories", "handoffs", "differences"} & set(made.report.tables)
    assert any("UTC" in say(f, "en") for f in made.report.findings())


def test_who_asks_again_is_not_told_from_few_known_authors(tmp_path):
    path = planted.plant(tmp_path / "d")
    dataset = carekit.open_dataset(path)
    posts = dataset.read("posts")
    own = (posts["brand"] == BRAND) & (posts["author_role"] == "customer")
    unknown = own & (np.random.default_rng(1).random(len(posts)) < 0.7)
    posts.loc[unknown, "author_id"] = None
    from dataclasses import replace as with_

    import pyarrow as pa

    dataset = with_(dataset, path=dataset.path.with_name("d#"), tables={
        "posts": pa.Table.from_pandas(posts, preserve_index=False),
        **{n: pa.Table.from_pandas(dataset.read(n), preserve_index=False)
           for n in ("accounts", "brands")}})  # fmt: skip
    made = carekit.benchmark(dataset, brand=BRAND, lang="en")
    keys = [f.key for f in made.report.findings()]
    assert "repeat.authors" in keys
    assert "repeats" not in made.report.tables
    limits = [m.key for b in made.report.section("limits").blocks for m in messages_of(b)]
    assert "limit.authors" in limits
