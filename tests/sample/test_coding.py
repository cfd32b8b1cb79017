"""The two coders: their posts, their weights, their errors."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.sample import coding


@pytest.fixture(scope="module")
def sheets(committed) -> dict[str, pd.DataFrame]:
    return {c: pd.read_csv(committed.path / "coding" / f"coder_{c}.csv") for c in coding.CODERS}


def test_both_coders_read_the_same_posts(sheets):
    a, b = sheets["a"], sheets["b"]
    shared = ["post_id", "text", "lang", "network", "brand", "stratum", "weight"]
    assert a[shared].equals(b[shared])
    assert not a["post_id"].duplicated().any()
    assert a["lang"].value_counts().to_dict() == {"en": 300, "fr": 300}


def test_weights_stand_for_all_openings_with_a_text(sheets, posts, labels):
    first = posts.drop_duplicates("post_id").merge(labels, on="post_id")
    frame = first[first["kind"].eq("opening") & first["text"].notna()]
    by_language = sheets["a"].groupby("lang")["weight"].sum()
    for lang, n in frame["lang"].value_counts().items():
        assert by_language[lang] == pytest.approx(n, rel=1e-4)


def test_coders_err_as_often_as_planted(sheets, labels):
    for coder, sheet in sheets.items():
        both = sheet.merge(labels, on="post_id", suffixes=("", "_true"))
        n = len(both)
        error = coding.TONE_ERROR[coder]
        wrong = (both["tone"] != both["tone_true"]).mean()
        assert wrong == pytest.approx(error, abs=4 * (error / n) ** 0.5)
        for name, errors in coding.FLAG_ERROR.items():
            wrong = (both[name].eq("yes") != both[f"{name}_true"]).mean()
            assert wrong == pytest.approx(errors[coder], abs=4 * (errors[coder] / n) ** 0.5)


def test_agreement_comes_out_near_the_expected_kappa(sheets):
    a, b = sheets["a"]["tone"], sheets["b"]["tone"]
    agree = (a == b).mean()
    chance = sum((a == k).mean() * (b == k).mean() for k in set(a) | set(b))
    assert (agree - chance) / (1 - chance) == pytest.approx(coding.expected_kappa("tone"), abs=0.1)


def test_expected_kappa_of_perfect_coders_is_one(monkeypatch):
    monkeypatch.setattr(coding, "TONE_ERROR", {"a": 0.0, "b": 0.0})
    assert coding.expected_kappa("tone") == pytest.approx(1)
