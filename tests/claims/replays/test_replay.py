"""Every figure gets a verdict; measurers decide what can be measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from carekit.claims.replays.chance import summary
from carekit.claims.replays.registry import REPLAYS, Measurement, replays
from carekit.claims.replays.verdict import (
    Verdict,
    replay,
    replay_all,
)
from carekit.dataset.folder import Dataset
from carekit.dataset.manifest import Manifest
from carekit.errors import CannotAnswer, InputError, SelectionError


def empty(*, synthetic=False):
    """A dataset without rows: what a replay itself asks is answered, measurers ask for more."""
    about = {"title": "Empty", "licence": "CC0-1.0", "created_at": "2026-01-01T00:00:00Z"}
    return Dataset(Path("empty"), Manifest(**about, synthetic=synthetic))


@pytest.fixture
def measurers(monkeypatch):
    """Register measurers for one test, starting from none."""
    for name in list(REPLAYS):
        monkeypatch.delitem(REPLAYS, name)
    return lambda measure, function: monkeypatch.setitem(REPLAYS, measure, function)


def found(estimate, low, high, n=1000):
    return lambda figure, inquiry: Measurement(estimate, low, high, n, "as asked")


def test_every_figure_gets_a_verdict_and_says_what_it_needs(ledger, measurers):
    frame = replay_all(empty(), ledger=ledger)
    assert frame["figure_id"].tolist() == ledger.figures["figure_id"].tolist()
    assert set(frame["verdict"]) == {"untestable"}
    assert frame["needs"].str.len().min() > 20
    assert frame["estimate"].isna().all()


def test_needs_are_sentences(ledger):
    for key in ledger.figures["figure_id"]:
        text = ledger.figure(key).needs
        assert "{" not in text
        assert text.endswith(".")


def test_needs_name_question_base_network_and_country(ledger):
    assert ledger.figure("C033").needs == (
        "posts: questions to brands, answered or not, with the answers, on x in US."
    )
    assert ledger.figure("P087").needs == (
        "survey: a question with several answers on the channels used to contact a service, "
        "social media among them, asked of: French people who contacted a service, last 12 months."
    )


def test_a_measured_figure_is_decided(ledger, measurers):
    measurers("question_response_rate", found(0.27, 0.25, 0.29))
    verdict = replay("C032", empty(), ledger=ledger)
    assert (verdict.verdict, verdict.published, verdict.estimate) == ("equivalent", 0.26, 0.27)
    assert verdict.why == (
        "Measured less published: +1.0 points (90 % interval −1.3 to +3.3): within the margin of "
        "5.0 points."
    )
    assert verdict.notes == "The figure's own error is that of its 10,000."
    assert (verdict.margin, verdict.published_n) == (0.05, 10_000)
    assert str(verdict) == (
        "C032 equivalent: measured 0.27 (95 % interval 0.25 to 0.29, n = 1,000) against 0.26. "
        f"{verdict.why} {verdict.notes}"
    )


def test_what_is_supposed_of_the_figures_own_error_is_said(ledger, measurers):
    measurers("question_response_rate", found(0.31, 0.29, 0.33))
    measurers("prefers_social_over_phone", found(0.36, 0.33, 0.39))
    measurers("first_response_time", found(500.0, 450.0, 550.0))
    notes = {key: replay(key, empty(), ledger=ledger).notes for key in ("C034", "C075", "L001b")}
    assert notes == {
        "C034": "Nobody published the size of the figure's base; 1,000 is assumed.",
        "C075": "Nobody published the size of the figure's base; 338 is assumed.",
        "L001b": "The figure's own error is not known; it is taken to be that of the measurement.",
    }
    widened = replay("C075", empty(), ledger=ledger, deff=2)
    plain = replay("C075", empty(), ledger=ledger)
    assert widened.diff_high > plain.diff_high
    assert "338 is assumed and a design effect of 2" in widened.notes


def test_the_measurer_sees_figure_and_dataset(ledger, measurers):
    seen = []

    def measure(figure, inquiry):
        seen.append((figure.figure_id, figure.country, figure.network, inquiry.dataset))
        return Measurement(0.5, 0.4, 0.6, 50, "d")

    measurers("question_response_rate", measure)
    dataset = empty()
    replay("C037", dataset, ledger=ledger)
    assert seen == [("C037", "US", "facebook", dataset)]


def test_a_corrected_figure_is_replayed_as_printed_and_says_so(ledger, measurers):
    measurers("average_response_under_8h", found(0.62, 0.60, 0.64))
    verdict = replay("C023", empty(), ledger=ledger)
    assert (verdict.verdict, verdict.published) == ("differs", 1.0)
    assert verdict.why.endswith(
        "Replayed as printed; the ledger corrects it to P020 (0.63, base: brands with a care "
        "account)."
    )


def test_the_sample_is_no_evidence(ledger, measurers):
    measurers("question_response_rate", found(0.27, 0.25, 0.29))
    assert replay("C032", empty(synthetic=True), ledger=ledger).synthetic
    assert not replay("C032", empty(), ledger=ledger).synthetic


def test_a_choice_between_two_can_be_contradicted(ledger, measurers):
    measurers("prefers_phone_over_social", found(0.70, 0.68, 0.72))
    assert replay("C005", empty(), ledger=ledger).verdict == "contradicted"


def test_a_growth_can_be_contradicted(ledger, measurers):
    measurers("mentions_growth", found(-0.2, -0.3, -0.1))
    assert replay("P019", empty(), ledger=ledger).verdict == "contradicted"


def test_a_bracket_is_replayed_as_a_bracket(ledger, measurers):
    measurers("expects_any_answer", found(0.80, 0.75, 0.85))
    verdict = replay("P030", empty(), ledger=ledger)
    found_it = ("equivalent", None, 0.7)
    assert (verdict.verdict, verdict.published, verdict.published_low) == found_it
    assert "against 0.7 to any" in str(verdict)


def test_an_estimate_without_interval_decides_nothing(ledger, measurers):
    measurers("first_response_time", lambda f, i: Measurement(500.0, None, None, 900, "mean"))
    assert str(replay("L001b", empty(), ledger=ledger)) == (
        "L001b undecided: measured 500 (n = 900) against 504. The estimate came without an "
        "interval. The figure's own error is not known; it is taken to be that of the measurement."
    )


def test_few_cases_decide_nothing(ledger, measurers):
    measurers("question_response_rate", found(0.9, 0.8, 1.0, n=12))
    verdict = replay("C032", empty(), ledger=ledger)
    assert (verdict.verdict, verdict.why) == ("undecided", "Only 12 cases, fewer than 30.")
    assert replay("C032", empty(), ledger=ledger, min_n=10).verdict == "differs"


def test_a_refused_selection_is_untestable_with_its_reason(ledger, measurers):
    def refuse(figure, inquiry):
        raise SelectionError("the dataset holds answered conversations only.")

    measurers("question_response_rate", refuse)
    verdict = replay("C032", empty(), ledger=ledger)
    assert verdict.verdict == "untestable"
    assert verdict.why == "the dataset holds answered conversations only."
    assert verdict.needs == ledger.figure("C032").needs


def test_a_measurer_may_say_what_it_needs(ledger, measurers):
    def lacks(figure, inquiry):
        raise CannotAnswer("None here.", "posts of Canada.")

    measurers("question_response_rate", lacks)
    verdict = replay("C032", empty(), ledger=ledger)
    assert str(verdict) == "C032 untestable. None here. Needs posts of Canada."
    assert replay("C021", empty(), ledger=ledger).why == (
        "No replay of this measure is known to carekit."
    )


def test_the_frame_keeps_every_field_of_the_verdicts(ledger, measurers):
    measurers("question_response_rate", found(0.27, 0.25, 0.29))
    frame = replay_all(empty(), ledger=ledger, only=["C032", "C005", "P030"])
    assert frame.columns.tolist() == [
        "figure_id", "published", "estimate", "ci_low", "ci_high", "verdict", "why", "notes",
        "needs", "published_low", "published_high", "n", "definition", "conf_level", "difference",
        "diff_low", "diff_high", "margin", "published_n", "synthetic", "evidence", "table",
        "measure", "unit", "country", "network",
    ]  # fmt: skip
    assert frame["verdict"].tolist() == ["equivalent", "untestable", "untestable"]
    assert frame["n"].tolist()[0] == 1000
    assert frame["n"].isna().tolist() == [False, True, True]
    assert isinstance(replay("C032", empty(), ledger=ledger), Verdict)


def test_replaying_nothing_gives_an_empty_frame(ledger, measurers):
    frame = replay_all(empty(), ledger=ledger, only=[])
    assert frame.empty
    assert "verdict" in frame.columns


def test_an_unknown_measure_cannot_be_registered(measurers):
    with pytest.raises(InputError) as caught:
        replays("answer_rate")
    text = str(caught.value)
    assert text.startswith("`measure` is 'answer_rate'; expected one of: used_social_care, ")
    assert text.endswith(". Register the function under one of these words.")


def test_an_unknown_figure_is_refused(ledger):
    with pytest.raises(InputError, match="`figure_id` is 'C999', which is not in the ledger"):
        replay("C999", empty(), ledger=ledger)


def test_every_row_says_why(ledger, measurers):
    measurers("question_response_rate", found(0.27, 0.25, 0.29))
    assert (replay_all(empty(), ledger=ledger)["why"].str.len() > 10).all()


def test_a_summary_counts_what_chance_would_give_and_who_shares_an_estimate(ledger, measurers):
    measurers("question_response_rate", found(0.285, 0.28, 0.29))
    made = replay_all(empty(), ledger=ledger, only=["C032", "C034", "P068a", "P060", "C021"])
    assert summary(made).splitlines() == [
        "5 figures: 2 equivalent, 1 differs slightly, 1 differs, 1 untestable.",
        "4 were compared, on 1 estimate. Had nothing changed, chance alone would still make up to 5 % "
        "of them differ, 0.2 on average; 2 do.",
        "One estimate decides 4 figures at once: C032, C034, P068a, P060. They stand or fall together.",
    ]
    assert summary(made[made["verdict"] == "untestable"]) == "1 figures: 1 untestable."
