"""Evaluation: no model is scored on what it saw, duplicates do not leak, codes are mapped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.coding.evaluation import _scores, evaluate, rule_labels
from carekit.coding.trained import TrainedTriage
from carekit.errors import InputError

pytest.importorskip("sklearn")

GOOD = ["great help thanks", "love the new app", "very kind crew", "best flight ever"]
BAD = ["lost my bag again", "two hours on hold", "never arrived", "the app keeps crashing"]
ASK = ["what time do you open", "i am at gate 4", "do you fly to Rome", "how do I pay"]
WORDS = ["now", "today", "here", "monday", "friday", "london"]


@pytest.fixture
def posts():
    rows = [
        {"post": f"{text} {word}", "tone": tone, "brand": "abc"[i % 3], "lang": "en"}
        for i, word in enumerate(WORDS)
        for tone, texts in (("pos", GOOD), ("neg", BAD), ("neu", ASK))
        for text in texts
    ]
    return pd.DataFrame(rows)


def test_one_record_a_model_in_the_agreed_order(posts):
    found = evaluate(posts, text="post", label="tone")
    assert list(found.columns)[:7] == [
        "model",
        "n",
        "accuracy",
        "macro_f1",
        "f1_negative",
        "f1_neutral",
        "f1_positive",
    ]
    assert found["model"].to_list() == ["rules", "trained"]
    assert (found["n"] == 72).all()
    assert (found["macro_f1"] > 0.8).all()
    assert found["macro_f1"].to_numpy() == pytest.approx(
        found[["f1_negative", "f1_neutral", "f1_positive"]].mean(axis=1).to_numpy()
    )


def test_scores_equal_scikit_learn():
    from sklearn.metrics import f1_score

    rng = np.random.default_rng(0)
    truth, predicted = (rng.choice(["a", "b", "c"], 200).astype(object) for _ in range(2))
    found = _scores(truth, predicted, ["a", "b", "c"])
    assert found["macro_f1"] == pytest.approx(f1_score(truth, predicted, average="macro"))
    assert found["accuracy"] == pytest.approx((truth == predicted).mean())


def test_a_group_is_scored_by_a_model_that_never_saw_it(posts):
    # In each group the class is told by a word that occurs in that group alone: a model that has
    # seen the group is always right, one that has not cannot be.
    rng = np.random.default_rng(1)
    rows = []
    for group in "abcd":
        for i in range(40):
            tone = "pos" if rng.random() < 0.5 else "neg"
            rows.append({"post": f"zz{group}{tone} number {i} {group}", "tone": tone, "g": group})
    frame = pd.DataFrame(rows)
    inside = evaluate(frame, text="post", label="tone").set_index("model")
    outside = evaluate(frame, text="post", label="tone", group="g").set_index("model")
    classifier = TrainedTriage()
    classifier.features.letters = None
    strict = evaluate(frame, text="post", label="tone", group="g", classifier=classifier)
    assert inside.loc["trained", "accuracy"] > 0.95
    assert strict.set_index("model").loc["trained", "accuracy"] < 0.7
    assert outside.loc["trained", "n_folds"] == 4


def test_duplicates_do_not_leak_between_parts():
    rng = np.random.default_rng(2)
    distinct = pd.DataFrame(
        {
            "post": [f"{''.join(rng.choice(list('bcdfgh'), 8))} {i}x" for i in range(60)],
            "tone": rng.choice(["pos", "neg"], 60),
        }
    )
    copies = pd.concat([distinct.assign(post=f"@u{i} " + distinct["post"]) for i in range(5)])
    found = evaluate(copies, text="post", label="tone").set_index("model")
    assert found.loc["trained", "n"] == 60
    assert found.loc["trained", "n_duplicates"] == 240
    # The codes are noise: only a leak could make them predictable.
    assert found.loc["trained", "accuracy"] < 0.75


def test_of_duplicates_with_different_codes_the_most_frequent_is_kept(posts):
    more = pd.DataFrame(
        {"post": ["same text"] * 3, "tone": ["pos", "neg", "neg"], "brand": "a", "lang": "en"}
    )
    found = evaluate(pd.concat([posts, more]), text="post", label="tone")
    assert (found["n"] == 73).all()
    assert (found["n_duplicates"] == 2).all()


def test_rows_without_text_or_code_are_counted(posts):
    more = pd.DataFrame({"post": [None, " ", "good"], "tone": ["pos", "neg", None]})
    found = evaluate(pd.concat([posts, more]), text="post", label="tone")
    assert (found["n_missing"] == 3).all()


def test_questions_and_complaints_are_scored_by_their_flags():
    texts = [f"{t} {w}" for w in WORDS for t in ("what time is it", "i like it", "are you there")]
    frame = pd.DataFrame({"text": texts, "class": ["whQuestion", "Statement", "ynQuestion"] * 6})
    found = evaluate(frame, text="text", label="class").set_index("model")
    assert found.loc["rules", "f1_question"] == 1
    assert "f1_other" in found.columns
    assert found.loc["rules", "task"] == "question"
    zero_one = frame.assign(label=(frame["class"] != "Statement").astype(int))
    guessed = evaluate(zero_one, text="text", label="label").set_index("model")
    assert guessed.loc["rules", "task"] == "question"
    assert guessed.loc["rules", "how"].startswith("agreement with the rules (kappa 1.00)")


def test_by_adds_rows_from_the_same_predictions(posts):
    posts.loc[:10, "lang"] = "fr"
    found = evaluate(posts, text="post", label="tone", by="lang")
    assert found["lang"].to_list() == ["all", "all", "en", "en", "fr", "fr"]
    assert found.loc[2, "n"] + found.loc[4, "n"] == found.loc[0, "n"]


def test_same_seed_same_scores_and_input_unchanged(posts):
    before = posts.copy(deep=True)
    a = evaluate(posts, text="post", label="tone", seed=3)
    pd.testing.assert_frame_equal(a, evaluate(posts, text="post", label="tone", seed=3))
    pd.testing.assert_frame_equal(posts, before)


def test_errors_name_what_came_what_was_expected_and_what_to_do(posts):
    with pytest.raises(InputError) as error:
        evaluate(posts, text="tweet", label="tone")
    assert str(error.value) == (
        "`text` is 'tweet', which is no column; found: post, tone, brand, lang. Name one of these."
    )
    with pytest.raises(InputError) as error:
        evaluate(posts.assign(brand="a"), text="post", label="tone", group="brand")
    assert str(error.value) == (
        "`group` holds one value, 'a'; expected two groups or more to hold one out. Leave `group` "
        "out to cross-validate over random parts."
    )
    with pytest.raises(InputError) as error:
        evaluate(posts.head(6), text="post", label="tone")
    assert str(error.value) == (
        "`folds` is 5 for 6 distinct posts; expected 2 or more, with two posts each at least. Code "
        "more posts, or ask for fewer folds."
    )
    with pytest.raises(InputError, match="holds yes/no codes, and neither they nor the column say"):
        evaluate(posts.assign(label=np.arange(len(posts)) % 2), text="post", label="label")


def test_without_neutral_codes_the_rules_choose_between_two_tones(posts):
    two = posts[posts["tone"] != "neu"]
    found = evaluate(two, text="post", label="tone")
    assert "f1_neutral" not in found
    rules = found[found["model"] == "rules"].iloc[0]
    assert rules["macro_f1"] == pytest.approx((rules["f1_negative"] + rules["f1_positive"]) / 2)
    assert rules["macro_f1"] > 0.8


@pytest.mark.parametrize("kept", [("pos", "neg", "neu"), ("pos", "neg")])
def test_posts_that_the_rules_cannot_read_count_as_wrong_and_are_said(posts, kept):
    some = posts[posts["tone"].isin(kept)]
    foreign = [
        "Todavía no ha llegado mi pedido y nadie responde, qué desastre",
        "посылка не пришла",
    ]
    added = pd.DataFrame({"post": foreign, "tone": "neg", "brand": "a"})
    alone, found = (
        evaluate(frame, text="post", label="tone").set_index("model")
        for frame in (some, pd.concat([some, added]))
    )
    assert found["n_unread"].to_dict() == {"rules": 2, "trained": 0}
    right = alone.loc["rules", "accuracy"] * len(some)
    assert found.loc["rules", "accuracy"] == pytest.approx(right / (len(some) + 2))


@pytest.mark.parametrize("task", ["tone", "complaint", "question"])
def test_rules_say_nothing_of_posts_that_they_cannot_read(task):
    assert rule_labels(pd.Series(["посылка не пришла"]), task).tolist() == [""]


@pytest.mark.parametrize(
    ("chosen", "task"), [("pos", "tone"), ("neg", "complaint"), ("neu", "question")]
)
def test_yes_and_no_without_a_name_are_told_from_the_texts(posts, chosen, task):
    # Only questions among the neutral posts; tones need both praise and blame.
    kept = posts if task != "tone" else posts[posts["tone"] != "neu"]
    if task == "question":
        kept = posts[~posts["post"].str.startswith("i am at gate")]
    kept = kept.assign(y=(kept["tone"] == chosen).astype(int))
    found = evaluate(kept, text="post", label="y")
    assert found["task"].unique().tolist() == [task]
    assert "give `task` to be sure" in found["how"].iloc[0]


def test_a_mapping_gives_codes_their_meaning_and_drops_the_others(posts):
    renamed = posts.assign(tone=posts["tone"].map({"pos": "yay", "neg": "boo", "neu": "spam"}))
    mapping = {"yay": "positive", "boo": "negative", "spam": ""}
    found = evaluate(renamed, text="post", label="tone", mapping=mapping)
    assert (found["n"] == 48).all()
    assert (found["n_missing"] == 24).all()


def test_train_reads_codes_as_evaluate_does(posts):
    from carekit.coding.evaluation import train

    model = train(posts, text="post", label="tone", source="here")
    assert model.card["classes"] == {"negative": 24, "neutral": 24, "positive": 24}
    assert (model.card["task"], model.card["source"]) == ("tone", "here")
