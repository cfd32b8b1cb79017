"""Means and net promoter scores: counted by hand, by another library, and refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from carekit.cli import main
from carekit.dataset.folder import create_dataset, open_dataset
from carekit.errors import CannotAnswer, InputError
from carekit.survey.points import mean, nps

LIKELY = {
    "kind": "single",
    "wording": "Would you recommend us?",
    "base": "customers",
    "answers": [str(n) for n in range(11)],
    "points": list(range(11)),
}
QUESTIONS = {
    "likely": LIKELY,
    "stars": {**LIKELY, "answers": ["one", "two", "three"], "points": [1, 2, 30]},
    "waited": {"kind": "number", "wording": "How many days?", "base": "all", "answers": []},
    "user": {"kind": "single", "wording": "Do you?", "base": "all", "answers": ["yes", "no"]},
}
# Promoters 9, 10, 10; passive 7, 8; detractors 6, 0; one gives no answer.
SAID = ["9", "10", "10", "7", "8", "6", "0", None]
WEIGHTS = [1.0, 2.0, 1.0, 1.0, 2.0, 1.0, 2.0, 5.0]


def survey(tmp_path, **columns):
    frame = pd.DataFrame({"respondent_id": [f"r{n}" for n in range(8)], "likely": SAID})
    frame = frame.assign(weight=1.0, stars="two", waited=[1, 2, 3, 4, 5, 6, 7, None], user="yes")
    with create_dataset(tmp_path / "d", title="Test", licence="CC0-1.0") as out:
        out.set_table("survey", frame.assign(**columns), source="test")
        out.set_json("questions.json", QUESTIONS)
    return open_dataset(tmp_path / "d")


def error(values):
    """Of the mean of seven of eight who were asked: those who answer are a domain of the sample."""
    return math.sqrt(8 / 7 * ((values - values.mean()) ** 2).sum()) / 7


def test_a_mean_of_equal_weights_is_the_ordinary_one(tmp_path):
    row = mean(survey(tmp_path), "likely").iloc[0]
    points = np.array([9, 10, 10, 7, 8, 6, 0])
    assert (row["n"], row["n_missing"], row["flags"]) == (7, 1, "small_n")
    assert row["estimate"] == pytest.approx(points.mean())
    assert row["std_error"] == pytest.approx(error(points))
    reach = stats.t.ppf(0.975, row["df"]) * row["std_error"]
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(
        (row["estimate"] - reach, row["estimate"] + reach)
    )


def test_weights_and_groups_enter_the_mean(tmp_path):
    dataset = survey(tmp_path, weight=WEIGHTS, age_group=["young"] * 4 + ["old"] * 4)
    rows = mean(dataset, "likely", by="age_group").set_index("age_group")
    assert rows.loc["young", "estimate"] == pytest.approx((9 + 20 + 10 + 7) / 5)
    assert rows.loc["old", "estimate"] == pytest.approx((16 + 6 + 0) / 5)
    assert rows["n_missing"].to_dict() == {"young": 0, "old": 1}


def test_a_score_counts_promoters_and_detractors(tmp_path):
    row = nps(survey(tmp_path), "likely").iloc[0]
    assert (row["n"], row["n_promoters"], row["n_detractors"]) == (7, 3, 2)
    assert row["estimate"] == pytest.approx(1 / 7)
    weighted = nps(survey(tmp_path / "w", weight=WEIGHTS), "likely").iloc[0]
    assert weighted["estimate"] == pytest.approx((4 - 3) / 10)
    assert (weighted["n_promoters"], weighted["n_detractors"]) == (3, 2)  # people


def test_the_limits_of_a_score_are_those_of_its_scores(tmp_path):
    row = nps(survey(tmp_path), "likely", conf_level=0.9).iloc[0]
    side = np.array([1, 1, 1, 0, 0, -1, -1])
    assert row["std_error"] == pytest.approx(error(side))
    assert row["conf_level"] == 0.9


def test_a_number_has_a_mean_and_cells_without_one_are_missing(tmp_path):
    row = mean(survey(tmp_path), "waited").iloc[0]
    assert (row["n"], row["n_missing"], row["estimate"]) == (7, 1, 4.0)


def test_nobody_and_one_have_no_limits(tmp_path):
    dataset = survey(tmp_path, likely=["9", *[None] * 7], age_group=["a", "b"] * 4)
    rows = mean(dataset, "likely", by="age_group").set_index("age_group")
    assert rows.loc["b", "flags"] == "n0"
    assert math.isnan(rows.loc["b", "estimate"])
    assert rows.loc["a", "estimate"] == 9
    assert math.isnan(rows.loc["a", "ci_low"])
    assert "one_cluster" in rows.loc["a", "flags"]


def test_answers_that_are_no_points_are_refused(tmp_path):
    dataset = survey(tmp_path)
    with pytest.raises(CannotAnswer, match="'user' has answers that are no points: yes, no"):
        mean(dataset, "user")
    with pytest.raises(CannotAnswer, match="'stars' has points other than 0 to 10"):
        nps(survey(tmp_path / "s", stars="three"), "stars")
    with pytest.raises(InputError, match="`conf_level` is 2"):
        mean(dataset, "likely", conf_level=2)


def test_the_command_says_the_same(tmp_path, capsys):
    dataset = survey(tmp_path)
    assert main(["survey", "nps", str(dataset.path), "likely", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["n"], row["n_promoters"]) == (7, 3)
    assert row["estimate"] == pytest.approx(1 / 7)
