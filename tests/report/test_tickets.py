"""A help desk: satisfaction apart by channel and visibility, and words that fit tickets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import carekit
from carekit.report.model import messages_of
from carekit.report.words import heading, say

BRAND = "Nordane"


def tickets(
    path,
    channels=("Email", "Twitter"),
    ratings=("Good", "Bad", "Offered"),
    n=400,
    about="Ma commande ?",
):
    rng = np.random.default_rng(3)
    at = pd.Timestamp("2026-01-05 08:00") + pd.to_timedelta(
        rng.integers(0, 170 * 86400, n), unit="s"
    )
    replied = (at + pd.to_timedelta(np.exp(rng.normal(4.5, 1.2, n)), unit="min")).floor("s")
    answered = rng.random(n) < 0.9
    shown = replied.strftime("%Y-%m-%d %H:%M:%S")
    table = pd.DataFrame(
        {"Ticket ID": np.arange(n) + 1000, "Created at": at.strftime("%Y-%m-%d %H:%M:%S"),
         "First reply at": np.where(answered, shown, ""), "Channel": rng.choice(channels, n),
         "Requester": [f"r{i}@example.org" for i in rng.integers(0, 300, n)],
         "Satisfaction Score": rng.choice(ratings, n), "Subject": about,
         "Assignee": rng.choice(["Anne", "Paul"], n)}
    )  # fmt: skip
    table.to_csv(path / "tickets.csv", index=False)
    from carekit.cli import main

    asked = ["import", "tickets", str(path / "tickets.csv"), "--brand", BRAND,
             "--tz", "Europe/Paris", "--out", str(path / "d")]  # fmt: skip
    assert main(asked) == 0
    return carekit.open_dataset(path / "d"), table


def said(made, lang, *sections):
    blocks = [b for s in made.report.sections if s.id in sections for b in s.blocks]
    return [say(m, lang) for b in blocks for m in messages_of(b)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return tickets(tmp_path_factory.mktemp("desk"))


def test_tickets_are_not_counted_under_definitions_that_leave_most_of_them_out(desk):
    made = carekit.benchmark(desk[0], brand=BRAND, lang="en")
    assert "definitions" not in made.report.tables
    assert "definitions in use" not in " ".join(said(made, "en", "published"))


def test_satisfaction_is_counted_by_hand_apart_by_channel_and_visibility(desk):
    dataset, table = desk
    made = carekit.benchmark(dataset, brand=BRAND, lang="en")
    frame = made.frame("csat")
    headings = [heading(c.heading, "en") for c in made.report.tables["csat"].columns]
    assert len(set(headings)) == len(headings)
    rated = table["Satisfaction Score"] != "Offered"
    for split, part, rows in (
        ("all", "every_request", rated),
        ("channel", "Twitter", rated & (table["Channel"] == "Twitter")),
        ("visibility", "visible_public", rated & (table["Channel"] == "Twitter")),
        ("visibility", "visible_private", rated & (table["Channel"] == "Email")),
    ):
        found = frame[(frame["split"] == split) & (frame["part"] == part)].iloc[0]
        good = (table.loc[rows, "Satisfaction Score"] == "Good").sum()
        assert (found["n"], found["n_yes"]) == (rows.sum(), good)
        assert found["estimate"] == pytest.approx(good / rows.sum())
        assert found["ci_low"] < found["estimate"] < found["ci_high"]
    assert set(frame["split"]) == {"all", "visibility", "channel"}  # never by person


@pytest.mark.parametrize(("lang", "wrong"), [("en", "public answer"), ("fr", "réponse publique")])
def test_private_tickets_are_counted_and_no_sentence_says_otherwise(desk, lang, wrong):
    made = carekit.benchmark(desk[0], brand=BRAND, lang=lang)
    text = " ".join(said(made, lang, "main", "rate", "limits", "method", "glossary"))
    assert wrong not in text
    assert "public posts are counted" not in text
    assert "seules les publications publiques" not in text
    assert "ticket" in text
    title = say(made.report.meta.title, lang)
    assert title in {"Nordane: answers to customers", "Nordane\u00a0: réponses aux clients"}
    before = [f.key for f in made.report.preflight]
    assert "pre.private.any" in before
    (networks,) = [c for c in made.report.charts() if c.id == "networks"]
    assert networks.subtitle.key == "sub.networks.alone"  # there are no peers


def test_ratings_on_an_unknown_scale_and_too_few_ratings_are_said(tmp_path):
    dataset, _ = tickets(tmp_path, ratings=("3", "17", "80"))
    made = carekit.benchmark(dataset, brand=BRAND, lang="en")
    assert said(made, "en", "csat") == [
        "The ratings are on a scale that is not known: nothing is said of satisfaction."
    ]
    (tmp_path / "few").mkdir()
    dataset, _ = tickets(tmp_path / "few", ratings=("5", *["Offered"] * 39), n=200)
    made = carekit.benchmark(dataset, brand=BRAND, lang="en")
    assert "no share below 30" in " ".join(said(made, "en", "csat"))
    assert made.frame("csat")["estimate"].isna().all()


def test_points_have_a_mean_as_well(tmp_path):
    dataset, table = tickets(tmp_path, ratings=("1", "4", "5"))
    made = carekit.benchmark(dataset, brand=BRAND, lang="en")
    mean = table["Satisfaction Score"].astype(float).mean()
    assert made.frame("csat")["mean"].iloc[0] == pytest.approx(mean)
    assert f"points given: {mean:.2f}" in " ".join(said(made, "en", "csat"))


def test_subject_lines_are_not_sorted_into_categories(tmp_path, desk):
    dataset, _ = tickets(tmp_path, about="mon virement")
    made = carekit.benchmark(dataset, brand=BRAND, lang="en")
    assert "categories" not in made.report.tables
    (text,) = said(made, "en", "reasons")
    assert text.startswith("Of 400 texts the rules sort nothing in 100%")
    # A help desk names its channels as it likes.
    assert not [s for s in said(made, "en", "main", "limits") if s.startswith("Some networks")]
    asked = carekit.benchmark(desk[0], brand=BRAND, lang="en")
    assert "categories" in asked.report.tables
