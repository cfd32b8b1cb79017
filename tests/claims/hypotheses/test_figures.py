"""Hypotheses on the published figures: the numbers by hand, and other numbers, other verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from carekit.claims.hypotheses.judge import judge_hypotheses
from carekit.claims.hypotheses.printed import (
    ASSUMED_N,
    assumption,
    difference_row,
    find_figure,
    percent,
    selected,
    share_row,
    value_of,
)
from carekit.claims.inquiry import Inquiry
from carekit.dataset.folder import Dataset
from carekit.dataset.manifest import Manifest
from carekit.errors import CannotAnswer
from carekit.inference.rates.intervals import newcombe, wilson

NO_POSTS = Dataset(Path("empty"), Manifest("Empty", "CC0-1.0", "2026-01-01T00:00:00Z"))


def judged(ledger, *keys, evidence="figures"):
    table = judge_hypotheses(NO_POSTS, only=keys, ledger=ledger)
    return table[table["evidence"] == evidence].reset_index(drop=True)


def test_a_printed_share_has_wilson_limits_widened_by_its_rounding(ledger):
    row = share_row(Inquiry(NO_POSTS, ledger), "P133")
    assert (row["estimate"], row["n"]) == (0.30, 2000)
    assert row["ci_low"] == pytest.approx(wilson(0.295 * 2000, 2000)[0])
    assert row["ci_high"] == pytest.approx(wilson(0.305 * 2000, 2000)[1])


def test_a_size_that_nobody_published_is_assumed_and_said(ledger):
    inquiry = Inquiry(NO_POSTS, ledger)
    sizes = [share_row(inquiry, key)["n"] for key in ("P133", "L035a", "P027f")]
    assert sizes == [2000, 216, ASSUMED_N]  # published, assumed in the ledger, assumed for all
    assert assumption(inquiry, "P133") == ""
    assert assumption(inquiry, "P133", "L035a", "P027f") == (
        " Not published, and assumed: n of L035a and P027f (216 and 1,000)."
    )


def test_differences_of_printed_shares_are_newcombes(ledger):
    row = difference_row(Inquiry(NO_POSTS, ledger), "L006a", "L005a")
    low, high = newcombe(45, 100, 48, 100)
    assert row["estimate"] == pytest.approx(-0.03)
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(low), pytest.approx(high))
    assert row["n"] == 200
    assert difference_row(Inquiry(NO_POSTS, ledger), "P045a", "P044a")["n"] == 500 + 100


def test_what_the_ledger_lacks_is_named(ledger):
    inquiry = Inquiry(NO_POSTS, ledger)
    with pytest.raises(CannotAnswer, match=r"^The ledger has no figure C999\.$"):
        find_figure(inquiry, "C999")
    with pytest.raises(
        CannotAnswer, match=r"^The figure P030 of the ledger has no single value\.$"
    ):
        value_of(inquiry, "P030")
    with pytest.raises(CannotAnswer, match=r"^The ledger has no figure of nothing\.$"):
        selected(inquiry, measure="nothing")


def test_shares_in_words():
    assert percent(0.3333) == "33.3 %"


def test_care_accounts_grow_and_are_not_shown_to_be_common(ledger):
    row = judged(ledger, "H05").iloc[0]
    assert (row["estimate"], row["n"], row["verdict"]) == (0.43, 100, "undecided")
    assert (row["ci_low"], row["ci_high"]) == (
        pytest.approx(wilson(43, 100)[0]),
        pytest.approx(wilson(43, 100)[1]),
    )
    assert "23 % in 2012, 30 % in 2013, 32 % in 2013, 36.1 % in 2014, 43 % in 2015" in row["why"]
    assert row["p_value"] < 0.01


def test_pairs_of_networks_leave_the_world_out_where_its_countries_stand(ledger):
    row = judged(ledger, "H08").iloc[0]
    gaps = [0.69 - 0.26, 0.59 - 0.18, 0.62 - 0.38, 0.70 - 0.40]
    assert row["estimate"] == pytest.approx(sum(gaps) / 4)
    assert (row["n"], row["verdict"]) == (4, "holds")
    assert "sign test p = 0.12" in row["why"]


def test_the_gap_of_test_questions_is_the_mean_of_two_years(ledger):
    row = judged(ledger, "H08").iloc[1]
    assert row["estimate"] == pytest.approx((-0.03 + 0.01) / 2)
    one_year = newcombe(45, 100, 48, 100)
    # half the length of one year times the root of two, about
    assert row["ci_high"] - row["ci_low"] == pytest.approx(
        (one_year[1] - one_year[0]) / 2**0.5, rel=0.03
    )


def test_two_bases_make_no_test(ledger):
    row = judged(ledger, "H09").iloc[0]
    assert (row["verdict"], round(row["estimate"], 2)) == ("hint", 0.19)
    assert row[["ci_low", "ci_high", "p_value"]].isna().all()


def test_an_unknown_weight_bounds_the_change_of_a_mean(ledger):
    row = judged(ledger, "H18").iloc[0]
    weight = 35 / 225
    assert row["ci_low"] == pytest.approx(weight * (11.57 - 20))
    assert row["ci_high"] == pytest.approx(weight * 11.57)
    assert row["verdict"] == "hint"


@pytest.mark.parametrize(
    ("key", "place", "figure", "value", "before", "after"),
    [
        ("H03", 0, "P116", 0.60, "contradicted", "holds"),
        ("H03", 1, "L034e", 0.60, "contradicted", "holds"),
        ("H05", 0, "C022", 0.75, "undecided", "holds"),
        ("H15", 0, "P027f", 0.99, "undecided", "holds"),
        ("H19", 1, "P044a", 0.05, "contradicted", "undecided"),
        ("H19", 1, "P044a", 0.01, "contradicted", "holds"),
        ("H20", 0, "P116", 0.95, "contradicted", "holds"),
        ("H21", 0, "P133", 0.10, "holds", "contradicted"),
        ("H21", 1, "P043", 0.40, "contradicted", "holds"),
        ("H22", 0, "C074", 0.80, "holds", "undecided"),
        ("H30", 1, "P027b", 0.05, "holds", "contradicted"),
    ],
)
def test_another_number_in_the_ledger_gives_another_verdict(
    ledger, key, place, figure, value, before, after
):
    assert judged(ledger, key).iloc[place]["verdict"] == before
    other = ledger.with_figure(figure, value=value)
    assert judged(other, key).iloc[place]["verdict"] == after


def test_growth_with_time_is_not_growth_with_users(ledger):
    row = judged(ledger, "H02").iloc[0]
    assert row["verdict"] == "hint"
    assert row["ci_low"] > 0
    assert row["needs"].startswith("the number of users of social networks by year")


def test_waves_of_one_mode_alone_make_a_trend(ledger):
    """H02: 9, 10 and 13 % online in 2015, 2017 and 2020; of the phone two waves say their mode."""
    row = judged(ledger, "H02").iloc[0]
    assert row["n"] == 1001 + 1000 + 1000
    assert "3 waves on one base and of one mode, online survey" in row["why"]
    phone = judged(ledger, "H04").iloc[0]
    assert (phone["verdict"], phone["why"]) == (
        "untestable",
        "Of 7 waves on the phone 2 say how people were asked, and no three were asked in the same "
        "way: no trend can be read from them.",
    )
    studies = ledger.studies
    studies.loc[studies["study_id"].str.startswith("bva"), "mode"] = "online survey"
    known = judged(ledger.replace(studies=studies), "H04").iloc[0]
    assert (known["verdict"], known["unit"]) == ("contradicted", "log odds a year")


def test_a_lower_bound_contradicts_nothing(ledger):
    row = judged(ledger, "H15").iloc[0]
    assert row["ci_high"] < 0.1
    assert row["verdict"] == "undecided"
    assert row["why"].endswith("A lower bound contradicts nothing.")


def test_rows_that_disagree_decide_nothing(ledger):
    table = judge_hypotheses(NO_POSTS, only=["H08", "H19"], ledger=ledger)
    real = table[table["evidence"] == "figures"]
    assert real[["hypothesis_id", "verdict"]].values.tolist() == [
        ["H08", "holds"],
        ["H08", "undecided"],
        ["H19", "undecided"],
        ["H19", "contradicted"],
    ]
    assert set(real["overall"]) == {"undecided"}


def test_generations_are_taken_for_a_quarter_of_four_countries(ledger):
    row = judged(ledger, "H11").iloc[0]
    assert (row["n"], row["verdict"]) == (4 * 156, "holds")


def test_real_counts_are_called_so(ledger):
    table = judged(ledger, "H11", "H12", "H14", evidence="measured")
    assert len(table) == 6
    assert table["why"].str.startswith("Real counts").all()
    assert not table["synthetic"].any()


def test_the_mix_of_a_city_is_counted_by_hand(ledger):
    """Witness: total variation of two columns of shares."""
    from carekit.dataset.measured import load_measured

    cases = load_measured("sf311_days_to_close")
    cases["n"] = cases["events"] + cases["censored"]
    wide = cases.pivot_table(
        index="category", columns="channel", values="n", aggfunc="sum", fill_value=0
    )[["Twitter", "Voice In"]]
    shares = wide / wide.sum()
    row = judged(ledger, "H12", evidence="measured").iloc[0]
    assert row["estimate"] == pytest.approx(
        (shares["Twitter"] - shares["Voice In"]).abs().sum() / 2
    )
    assert (row["n"], row["verdict"]) == (int(wide.to_numpy().sum()), "hint")  # one city, no firm


def test_rows_of_the_atlas_are_counted_by_hand(ledger):
    """Cases of one city by social networks and phone; complaints by phone and age tag."""
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

    from carekit.dataset.measured import load_measured

    cases = load_measured("atlas/c_channels").query("place == 'San Francisco US'")
    social, phone = (int(cases.loc[cases["channel"] == c, "n"].sum()) for c in ("social", "phone"))
    row = judged(ledger, "H21", evidence="measured").iloc[0]
    assert (row["n"], row["verdict"]) == (social + phone, "hint")
    assert row["estimate"] == pytest.approx(social / (social + phone))
    ends = proportion_confint(social, social + phone, method="wilson")
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(ends)
    citizens = cases[~cases["channel"].isin(["staff", "api", "other"])]
    row = judged(ledger, "H20", evidence="measured").iloc[0]
    assert row["estimate"] == pytest.approx(social / citizens["n"].sum())

    tags = load_measured("atlas/d_cfpb_age_tag_by_channel")
    counts = tags.groupby(["older_american_tag", tags["submitted_via"] == "Phone"])["n"].sum()
    older, others = (counts[tag] for tag in ("yes", "no"))
    row = judged(ledger, "H22", evidence="measured").iloc[0]
    assert (row["n"], row["verdict"]) == (older.sum() + others.sum(), "hint")
    assert row["estimate"] == pytest.approx(older[True] / older.sum() - others[True] / others.sum())
    ends = confint_proportions_2indep(
        older[True], older.sum(), others[True], others.sum(), method="newcomb"
    )
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(ends)
    assert "Social networks are no channel there" in row["why"]
