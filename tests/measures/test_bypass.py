"""Who bypasses the account that a brand prescribes: counted by hand, and as planted."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from carekit.dataset.folder import open_dataset
from carekit.dataset.resources import data_folder
from carekit.errors import InputError
from carekit.measures.bypass import bypass

UNNAMED, MAIN = "names no account", "main account instead of care account"
ACCOUNTS = [
    {"account": "acme", "network": "x", "brand": "Acme", "account_kind": "main", "opened_at": None},
    {"account": "acmecare", "network": "x", "brand": "Acme", "account_kind": "care",
     "opened_at": pd.Timestamp("2024-03-01 12:00", tz="UTC")},
    {"account": "acme", "network": "facebook", "brand": "Acme", "account_kind": "main",
     "opened_at": None},
]  # fmt: skip
# mood: network, openings without an account, to the main account, to the care account
COUNTS = {
    ("angry", "x"): (30, 20, 10),
    ("negative", "x"): (20, 10, 30),
    ("calm", "x"): (20, 40, 20),
    ("angry", "facebook"): (15, 15, 0),
    ("negative", "facebook"): (10, 20, 0),
    ("calm", "facebook"): (10, 20, 0),
    # nobody leaves the account out there
    ("negative", "google_play"): (0, 10, 0),
}


def corpus():
    rows, angry, negative = [], set(), set()
    for (mood, network), counts in COUNTS.items():
        for account, n in zip((None, "acme", "acmecare"), counts, strict=True):
            for i in range(n):
                name = f"{network}{mood}{account}{i}"
                rows.append(
                    {"id": name, "at": 10 + i, "network": network, "brand": "Acme",
                     "author_id": name, "account": account, "text": "?"}
                )  # fmt: skip
                if mood == "angry":
                    angry.add(name)
                if mood != "calm":
                    negative.add(name)
    # before the care account was open, and answered by another account than none
    rows.append({"id": "early", "at": -60, "brand": "Acme", "account": "acme", "text": "?"})
    rows.append({"id": "r", "at": 99, "reply_to": "xangryNone0", "brand": "Acme",
                 "account": "acmecare", "author_role": "brand"})  # fmt: skip
    return rows, angry, negative


@pytest.fixture(scope="module")
def made(make_shared):
    rows, angry, negative = corpus()
    dataset = make_shared(rows, accounts=ACCOUNTS)
    return bypass(dataset, angry=angry, negative=negative)


def test_the_odds_are_those_within_networks(made):
    """By hand: on both networks the odds of an angry opening are twice those of a negative one."""
    row = made[(made.outcome == UNNAMED) & (made.mood == "angry")].iloc[0]
    assert row["odds_ratio"] == pytest.approx((30 / 30) / (20 / 40), rel=0.01)
    assert row["odds_ratio_low"] < 2 < row["odds_ratio_high"]
    assert (row["n"], row["n_reference"]) == (90, 100)
    assert row["rate"] == pytest.approx(45 / 90)
    # google_play is in the rate, and tells nothing about odds
    assert row["rate_reference"] == pytest.approx(30 / 100)
    assert row["clusters"] == 60 + 60 + 80 + 1 + 30 + 30 + 30


def test_an_account_of_the_answer_is_none_of_the_customer(made):
    # the angry opening that an account answered still names none: 45 do, not 44
    row = made[(made.outcome == UNNAMED) & (made.mood == "angry")].iloc[0]
    assert round(row["rate"] * row["n"]) == 45


def test_only_openings_to_brands_with_an_open_care_account_choose_between_two(made):
    row = made[(made.outcome == MAIN) & (made.mood == "angry")].iloc[0]
    assert (row["n"], row["n_reference"]) == (30, 40)
    assert row["odds_ratio"] == pytest.approx((20 / 10) / (10 / 30))
    calm = made[(made.outcome == MAIN) & (made.mood == "not negative")].iloc[0]
    assert calm["n"] == 60
    assert calm["odds_ratio"] == pytest.approx((40 / 20) / (10 / 30))


def test_one_network_alone_is_a_two_by_two_table(make_dataset):
    """Witness: the odds ratio and its standard error of a table with independent openings."""
    rows, angry, negative = corpus()
    dataset = make_dataset(rows, accounts=ACCOUNTS)
    made = bypass(
        dataset, angry=angry, negative=negative, where="network = 'facebook'", cluster="none"
    )
    row = made[(made.outcome == UNNAMED) & (made.mood == "angry")].iloc[0]
    assert row["odds_ratio"] == pytest.approx((15 / 15) / (10 / 20))
    assert row["std_error"] == pytest.approx(np.sqrt(1 / 15 + 1 / 15 + 1 / 10 + 1 / 20), rel=0.03)
    assert row["method"].endswith("openings independent")


def test_groups_have_four_rows_each(make_dataset):
    rows, angry, negative = corpus()
    dataset = make_dataset(rows, accounts=ACCOUNTS)
    table = bypass(dataset, angry=angry, negative=negative, by="network")
    assert table["network"].tolist() == ["facebook"] * 4 + ["google_play"] * 4 + ["x"] * 4
    none = table[table["network"] == "google_play"]
    assert none["odds_ratio"].isna().all()
    assert set(none["method"]) == {"none: nobody or everybody bypasses"}


def test_rules_tell_moods_where_none_are_given(make_dataset):
    texts = {
        "angry": "Worst service ever!!! This is a disgrace, I am furious, liars!!!",
        "negative": "My order is late.",
        "calm": "Thank you, great!",
    }
    rows = [
        {"id": f"{mood}{i}", "at": i, "brand": "Acme", "author_id": f"{mood}{i}", "lang": "en",
         "account": "acme" if i % (2 if mood == "angry" else 4) else None, "text": text}
        for mood, text in texts.items()
        for i in range(40)
    ]  # fmt: skip
    rows.append({"id": "empty", "at": 1, "brand": "Acme", "text": None})
    made = bypass(make_dataset(rows, accounts=ACCOUNTS))
    row = made[(made.outcome == UNNAMED) & (made.mood == "angry")].iloc[0]
    assert (row["n"], row["n_reference"], row["n_missing"]) == (40, 40, 1)
    assert row["odds_ratio"] == pytest.approx((20 / 20) / (10 / 30))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"angry": {"a"}},
            "`angry` and `negative` belong together; only one was given. Give both, or none.",
        ),
        (
            {"definition": "direct-message"},
            "`definition` is 'direct-message', by message; an answer need not name an account "
            "again. Choose a definition by opening, question, page post, review, ticket.",
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(make_dataset, options, text):
    with pytest.raises(InputError) as caught:
        bypass(make_dataset([{"id": "a", "text": "?"}]), **options)
    assert str(caught.value) == text


def test_the_odds_planted_in_the_sample_lie_in_their_intervals():
    folder = data_folder("sample")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    planted = next(q["value"] for q in truth["quantities"] if q["name"] == "anger_odds_ratio")
    labels = pd.read_parquet(folder / "labels.parquet", columns=["post_id", "tone", "angry"])
    made = bypass(
        open_dataset(folder),
        angry=set(labels.loc[labels["angry"], "post_id"]),
        negative=set(labels.loc[labels["tone"] == "negative", "post_id"]),
    )
    rows = made[made["outcome"] == UNNAMED].set_index("mood")
    assert rows.loc["angry", "odds_ratio_low"] <= planted <= rows.loc["angry", "odds_ratio_high"]
    calm = rows.loc["not negative"]
    assert calm["odds_ratio_low"] <= 1 <= calm["odds_ratio_high"]  # anger alone was planted
