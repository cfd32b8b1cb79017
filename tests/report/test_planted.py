"""What the report finds in data whose truth is known."""

import importlib.util
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
from carekit.report import gaps, score, trend
from carekit.report.model import from_json, messages_of, to_json
from carekit.report.words import say

HERE = Path(__file__)
SHARED = HERE.resolve().parents[2].parent / "shared/report/prototype/make_client.py"


def load(name):
    spec = importlib.util.spec_from_file_location(name, HERE.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


planted = load("planted")
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


def frame_of_months(rates, n=200, seed=3):
    rng = np.random.default_rng(seed)
    rows = []
    for i, rate in enumerate(rates):
        month = pd.Timestamp("2024-01-01") + pd.DateOffset(months=i)
        days = pd.to_timedelta(rng.integers(0, 28, n), unit="D")
        rows.append(pd.DataFrame({"created_at": (month + days), "answered": rng.random(n) < rate}))
    table = pd.concat(rows, ignore_index=True)
    local = table["created_at"].dt.tz_localize("Europe/Paris")
    span = (
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-01-01") + pd.DateOffset(months=len(rates)),
    )
    return table.assign(brand="A", unit=np.arange(len(table))), local, span


def test_trend_one_month_apart_is_found_and_steady_ones_are_not():
    rates = [0.7] * 14
    rows, about = trend.trend(*frame_of_months(rates)[:2], "A", frame_of_months(rates)[2])
    assert about["kind"] == "limits"
    assert (rows["signal"] == "").all()
    rates[6] = 0.35
    table, local, span = frame_of_months(rates)
    rows, _ = trend.trend(table, local, "A", span)
    assert rows.loc[rows["signal"] == "outside", "period"].tolist() == ["2024-07"]


def test_trend_of_few_months_is_one_test():
    table, local, span = frame_of_months([0.7] * 8)
    _, about = trend.trend(table, local, "A", span)
    assert about["kind"] == "equal"
    assert about["p_value"] > 0.01
    table, local, span = frame_of_months([0.7] * 7 + [0.4])
    assert trend.trend(table, local, "A", span)[1]["p_value"] < 0.001


def test_the_last_month_is_left_out_while_it_runs():
    table, local, _ = frame_of_months([0.7] * 8)
    last = pd.Timestamp("2024-08-20")
    rows, _ = trend.trend(table, local, "A", (pd.Timestamp("2024-01-01"), last))
    assert rows["period"].iloc[-1] == "2024-07"


def test_equal_periods_hold_their_level_with_repeated_authors():
    rng = np.random.default_rng(8)
    found = []
    for _ in range(200):
        unit = rng.integers(0, 150, 900)
        level = rng.beta(3, 2, 150)[unit]
        rows = pd.DataFrame({"unit": unit, "period": rng.integers(0, 6, 900).astype(str),
                             "answered": rng.random(900) < level})  # fmt: skip
        found.append(trend.equal_periods(rows, list("012345")) < 0.05)
    assert 0.01 < np.mean(found) < 0.10


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


def test_peers_get_letters_and_rounded_counts(banks):
    made = carekit.benchmark(banks, brand=BRAND, lang="fr", anonymise_peers=True)
    text = to_json(made.report)
    for bank in planted.BANKS[1:]:
        assert bank.name not in text
    rates = made.frame("rates")
    assert rates["brand"].tolist() == [BRAND, *(f"Concurrent {c}" for c in "ABCD")]
    assert all(str(n).rstrip("0").__len__() <= 2 for n in rates["n"][1:])
    assert not any(part.sha256 in text for part in banks.manifest.parts)  # the key of the letters


def test_few_people_of_a_peer_without_its_name_are_not_counted(tmp_path):
    banks = (*planted.BANKS[:2], planted.Bank("Rare", 40, 0.05), planted.Bank("Minime", 3))
    dataset = carekit.open_dataset(planted.plant(tmp_path / "d", banks))
    made = carekit.benchmark(dataset, brand=BRAND, lang="en", anonymise_peers=True)
    rates = made.frame("rates").iloc[1:]
    counts = rates[["n", "n_answered"]].to_numpy(float)
    assert np.isnan(counts).sum() == 3
    assert not (counts < 5).any()
    assert "df" not in rates.columns
    np.testing.assert_array_equal(rates["estimate"], rates["estimate"].round(3))
    said = [say(f, "en") for f in made.report.findings() if f.key == "pre.small"]
    assert len(said) == 1
    assert "–" in said[0]
    made.write(tmp_path / "out", formats="html,xlsx")


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


def test_equal_brands_are_seldom_told_apart_and_a_gap_of_two_points_is_not_called_level():
    bench = _bench("no_overclaim")
    rng = np.random.default_rng(5)
    for row in (bench.EQUAL[2], bench.EQUAL[3], bench.EQUAL[5]):
        found = bench.equal(rng, 60, row, ranked=15)
        # Of 60 draws at 5 % eight or more would come in one of 70 such tests.
        assert found["established"].sum() < 8
        assert found["placed"].sum() < 5
    name, n, rate, gap = bench.APART[0]
    level = [bench.claims(bench.drawn(rng, [n, n], [rate, rate + gap], 0.0, 0.0))["level"]
             for _ in range(40)]  # fmt: skip
    assert sum(level) < 6, name


def test_scores_and_places_hold_the_truth_with_nested_criteria_and_repeated_authors():
    bench = _bench("coverage_score")
    rng = np.random.default_rng(6)
    row = bench.SITUATIONS[1]
    scores, rates = bench.truth(row[2], row[3])
    held = pd.DataFrame([bench.one(rng, row, scores, rates, i < 10) for i in range(60)])
    assert 0.91 < held["score"].mean() < 0.985  # of 420 intervals, five errors either way
    assert held[["places by score", "places by rate", "own place"]].mean().min() >= 0.8


def _bench(name):
    import importlib.util
    from pathlib import Path

    path = Path(__file__).parents[2] / "bench" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_on_a_network_of_one_or_two_peers_no_median_of_theirs_is_shown(tmp_path):
    alone = planted.Bank("Seule", 400, 0.8, networks=("tiktok", "x"))
    both = replace(planted.BANKS[0], networks=("tiktok", "x"))
    banks = (both, alone, *(replace(b, networks=("x",)) for b in planted.BANKS[1:4]))
    dataset = carekit.open_dataset(planted.plant(tmp_path / "d", banks))
    rows = {
        hidden: carekit.benchmark(dataset, brand=BRAND, lang="en", peers="all",
                                  anonymise_peers=hidden).frame("networks").set_index("network")
        for hidden in (False, True)
    }  # fmt: skip
    assert rows[False].loc["tiktok", "n_peers"] == 1
    assert rows[True].loc["tiktok", ["n_peers", "peers_median"]].isna().all()
    assert rows[True].loc["x", "n_peers"] == 4


def test_a_share_of_few_people_of_a_hidden_peer_is_not_shown(tmp_path):
    banks = (*planted.BANKS[:2], planted.Bank("Rare", 60, 0.6, again=0.03))
    dataset = carekit.open_dataset(planted.plant(tmp_path / "d", banks))
    rows = carekit.benchmark(dataset, brand=BRAND, lang="en", anonymise_peers=True).frame("repeats")
    hidden = rows[(rows["brand"] != BRAND) & rows["n_yes"].isna()]
    assert len(hidden)
    assert hidden["estimate"].isna().all()


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
