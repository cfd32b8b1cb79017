"""TrainedTriage: learns, tells its card, saves plain numbers, takes any classifier."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from carekit.coding.trained import TrainedTriage
from carekit.errors import InputError

pytest.importorskip("sklearn")

GOOD = ["great help thanks", "love the new app", "merci à toute l'équipe", "very kind crew"]
BAD = ["lost my bag again", "two hours on hold", "colis jamais arrivé", "the app keeps crashing"]
ASK = ["what time do you open", "où est le guichet", "do you fly to Rome", "how do I pay"]
TEXTS = pd.Series([f"{t} {w}" for w in ("now", "today", "here") for t in GOOD + BAD + ASK])
LABELS = pd.Series((["positive"] * 4 + ["negative"] * 4 + ["neutral"] * 4) * 3)


@pytest.fixture(scope="module")
def model():
    return TrainedTriage().fit(TEXTS, LABELS, source="own sentences", date="2026-01-02")


def test_it_learns_what_it_is_shown(model):
    new = ["thanks for the kind help", "my bag is lost and I am on hold", "what time do you fly"]
    assert model.predict(new).to_list() == ["positive", "negative", "neutral"]
    weights = model.predict_proba(new)
    assert list(weights.columns) == ["negative", "neutral", "positive"]
    assert weights.sum(axis=1).to_numpy() == pytest.approx(1)


def test_probabilities_equal_scikit_learn(model):
    theirs = model._model.predict_proba(model.features.transform(TEXTS))
    np.testing.assert_allclose(model.predict_proba(TEXTS), theirs, atol=1e-12)


def test_two_classes_equal_scikit_learn_too():
    two = TrainedTriage().fit(TEXTS[:8], LABELS[:8])
    theirs = two._model.predict_proba(two.features.transform(TEXTS))
    np.testing.assert_allclose(two.predict_proba(TEXTS), theirs, atol=1e-12)


def test_the_card_tells_what_it_was_trained_on(model):
    assert model.card["n"] == 36
    assert model.card["classes"] == {"negative": 12, "neutral": 12, "positive": 12}
    assert (model.card["source"], model.card["date"]) == ("own sentences", "2026-01-02")
    assert {"python", "numpy", "scikit-learn"} <= set(model.card["versions"])
    assert model.card["few_posts"]
    assert repr(model) == "TrainedTriage(logistic regression, n=36)"


def test_a_saved_model_predicts_the_same_and_holds_no_pickle(model, tmp_path):
    path = model.save(tmp_path / "tone.carekit")
    loaded = TrainedTriage.load(path)
    pd.testing.assert_frame_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert loaded.card == model.card
    with zipfile.ZipFile(path) as file:
        names = file.namelist()
    assert {n.rsplit(".", 1)[1] for n in names} == {"json", "npy"}
    assert [p.name for p in tmp_path.iterdir()] == ["tone.carekit"]


def test_a_file_with_objects_inside_is_refused(model, tmp_path):
    path = model.save(tmp_path / "a.carekit")
    evil = tmp_path / "evil.carekit"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(evil, "w") as new:
        for name in old.namelist():
            if name == "coef.npy":
                with new.open(name, "w") as out:
                    np.lib.format.write_array(out, np.array([print], dtype=object))
            else:
                new.writestr(name, old.read(name))
    with pytest.raises(InputError, match="could not be read as a saved classifier"):
        TrainedTriage.load(evil)


@pytest.mark.parametrize("fault", ["format", "vocabulary", "missing", "no zip"])
def test_broken_files_are_refused(model, tmp_path, fault):
    path = model.save(tmp_path / "a.carekit")
    broken = tmp_path / "b.carekit"
    if fault == "no zip":
        broken.write_bytes(b"nothing")
    else:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if fault == "format" and name == "card.json":
                    data = json.dumps({**json.loads(data), "format": 99}).encode()
                if fault == "vocabulary" and name == "vocabulary.json":
                    terms = json.loads(data)
                    data = json.dumps({**terms, "words": terms["words"][1:]}).encode()
                if fault == "missing" and name == "coef.npy":
                    continue
                new.writestr(name, data)
    with pytest.raises(InputError, match=r"expected a file that TrainedTriage\.save wrote"):
        TrainedTriage.load(broken)


def test_a_scikit_learn_estimator_fits_on_the_features_or_on_text():
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import RidgeClassifier
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    ridge = TrainedTriage(RidgeClassifier()).fit(TEXTS, LABELS)
    assert (ridge.predict(TEXTS) == LABELS.to_numpy()).mean() > 0.9
    with pytest.raises(InputError, match="RidgeClassifier has no predict_proba"):
        ridge.predict_proba(TEXTS)
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB())
    text = TrainedTriage(pipeline, reads="text").fit(TEXTS, LABELS)
    assert text.predict_proba(TEXTS).shape == (36, 3)
    assert not hasattr(pipeline[-1], "classes_"), "the caller's estimator stays unfitted"
    with pytest.raises(InputError) as error:
        ridge.save("x")
    assert str(error.value) == (
        "`TrainedTriage` is not carekit's default one; expected the trained default classifier, "
        "which is saved as plain numbers. Save another estimator with its own library."
    )


def test_a_callable_is_used_as_it_is():
    labels = TrainedTriage(lambda texts: ["negative" if "lost" in t else "other" for t in texts])
    assert labels.fit(TEXTS, LABELS).predict(["lost", None]).to_list() == ["negative", pd.NA]
    weights = TrainedTriage(lambda texts: np.tile([0.9, 0.1], (len(texts), 1)), classes=["a", "b"])
    assert weights.predict(["x"]).to_list() == ["a"]
    with pytest.raises(InputError, match="returned 1 rows for 2 texts"):
        TrainedTriage(lambda texts: ["a"]).predict(["x", "y"])


def test_missing_posts_are_left_out_of_training_and_predicted_missing(model):
    texts = pd.concat([TEXTS, pd.Series([None, "good"])], ignore_index=True)
    labels = pd.concat([LABELS, pd.Series(["positive", None])], ignore_index=True)
    trained = TrainedTriage().fit(texts, labels)
    assert trained.card["n"] == 36
    assert trained.card["n_missing"] == 2
    found = model.predict(pd.Series(["thanks", None], index=[5, 6]))
    assert found.isna().to_dict() == {5: False, 6: True}
    assert model.predict([]).empty


def test_errors_name_what_came_what_was_expected_and_what_to_do(model):
    with pytest.raises(InputError) as error:
        TrainedTriage().fit(["a", "b"], ["x", "x"])
    assert str(error.value) == (
        "`labels` holds 'x': 2; expected two classes or more with two posts or more "
        "each. Code more "
        "posts, or merge classes."
    )
    with pytest.raises(InputError) as error:
        TrainedTriage().fit(["a", "b"], ["x"])
    assert str(error.value) == (
        "`labels` has 1 values for 2 posts; expected one a post. Give two columns of the "
        "same frame."
    )
    with pytest.raises(InputError) as error:
        TrainedTriage().predict_proba(["a"])
    assert str(error.value) == (
        "`TrainedTriage` is not trained; expected a fitted or a loaded one. Call fit first."
    )
    with pytest.raises(InputError) as error:
        TrainedTriage(reads="images")
    assert str(error.value) == (
        "`reads` is 'images'; expected 'features' or 'text'. Use 'text' for a pipeline that starts "
        "from posts."
    )
