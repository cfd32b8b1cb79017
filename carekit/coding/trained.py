"""TrainedTriage: a classifier trained on coded posts, with its card; saved without pickle."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from carekit.coding.features import TfidfFeatures
from carekit.errors import InputError, MissingExtraError
from carekit.text.prepare import as_texts
from carekit.text.tone import BATCH

FORMAT = 1
FEW_POSTS = 200
"""Below so many coded posts the rules are usually as good; the card says so."""

DEFAULT_STRENGTH = 1.5


class TrainedTriage:
    """A text classifier trained on coded posts.

    Default: TF-IDF of words 1-2 and of letter groups 2-5, features of carekit's lexicons, and a
    logistic regression with balanced classes.

    Parameters
    ----------
    classifier : scikit-learn estimator or callable, optional
        An estimator is fitted on the features (`reads="features"`) or on the list of texts
        (`reads="text"`, for pipelines). A callable takes a list of texts and returns one label
        each, or an array with one column of probabilities a class of `classes`; it is not fitted.
    reads : {"features", "text"}
        What an estimator is given.
    classes : sequence of str, optional
        Needed with a callable that returns probabilities.
    features : TfidfFeatures, optional
        The features, if not the default ones.
    lang : str, default "und"
        Language of the posts; "und" tells it for each post.

    Attributes
    ----------
    classes_ : array of str
    card : dict
        The training card: number of posts and of each class, source, date, versions, scores.

    Notes
    -----
    A classifier trained on one brand loses on the next, and one trained on English is poor on
    French: code both, and test with `evaluate(..., group=...)`. Never publish a share counted on
    its labels alone: `carekit.inference.correction.prevalence.corrected_prevalence`.

    Examples
    --------
    >>> texts = ["great help, thanks", "love the crew", "late again", "lost my bag"] * 5
    >>> model = TrainedTriage().fit(texts, ["positive", "positive", "negative", "negative"] * 5)
    >>> model.predict(["thanks for the help", "my bag is late"]).to_list()
    ['positive', 'negative']
    """

    def __init__(
        self,
        classifier: Any = None,
        *,
        reads: str = "features",
        classes: Iterable[str] | None = None,
        features: TfidfFeatures | None = None,
        lang: str = "und",
    ) -> None:
        if reads not in ("features", "text"):
            raise InputError(
                f"`reads` is {reads!r}; expected 'features' or 'text'. Use 'text' for a pipeline "
                "that starts from posts."
            )
        self.classifier, self.reads, self.lang = classifier, reads, lang
        self.features = features if features is not None else TfidfFeatures()
        self.card: dict[str, Any] = {}
        self.classes_: np.ndarray = np.array(list(classes or []), dtype=object)
        self._linear: tuple[np.ndarray, np.ndarray] | None = None
        self._model: Any = None

    def __repr__(self) -> str:
        what = "logistic regression" if self.classifier is None else repr(self.classifier)
        return f"TrainedTriage({what}, n={self.card.get('n', 0)})"

    @property
    def is_callable(self) -> bool:
        """Whether the classifier is a plain callable, used as it is."""
        return callable(self.classifier) and not hasattr(self.classifier, "fit")

    def fit(
        self,
        texts: Iterable[Any],
        labels: Iterable[Any],
        *,
        source: str = "",
        date: str | None = None,
    ) -> TrainedTriage:
        """Train on coded posts, one code a post, and write the card.

        Missing posts and codes are left out and counted in the card; `source` says there where
        posts and codes come from, `date` (ISO 8601; default today) when.
        """
        series = as_texts(texts)
        codes = pd.Series(labels if isinstance(labels, pd.Series) else list(labels), dtype=object)
        if len(codes) != len(series):
            raise InputError(
                f"`labels` has {len(codes)} values for {len(series)} posts; expected one a post. "
                "Give two columns of the same frame."
            )
        codes.index = series.index
        keep = (series.notna() & codes.notna()).to_numpy()
        n_missing = int((~keep).sum())
        series, codes = series[keep], codes[keep].astype(str)
        counts = codes.value_counts().sort_index()
        if len(counts) < 2 or counts.min() < 2:
            raise InputError(
                f"`labels` holds {_shown(counts)}; expected two classes or more with two posts or "
                "more each. Code more posts, or merge classes."
            )
        self.card = {
            "n": len(series),
            "n_missing": n_missing,
            "classes": {str(k): int(v) for k, v in counts.items()},
            "source": source,
            "date": date or dt.datetime.now(dt.UTC).date().isoformat(),
            "lang": self.lang,
            "versions": _versions(),
            "few_posts": len(series) < FEW_POSTS,
            "scores": {},
        }
        if self.is_callable:
            return self
        self._fit(series, codes.to_numpy(dtype=object))
        return self

    def _fit(self, series: pd.Series, codes: np.ndarray) -> None:
        model = logistic_model() if self.classifier is None else _copy(self.classifier)
        if self.reads == "text" and self.classifier is not None:
            model.fit(series.to_list(), codes)
        else:
            rows = self.features.fit_transform(series, lang=self.lang)
            model = _fitted(model, rows, codes)
        self.classes_ = np.array(model.classes_, dtype=object)
        self._model = model
        if self.classifier is None:
            self._linear = (np.asarray(model.coef_), np.asarray(model.intercept_))

    def predict_proba(self, texts: Iterable[Any]) -> pd.DataFrame:
        """Probability of each class: one column per class, one row per post; missing text gives NaN."""
        series = as_texts(texts)
        values = self._batched(series, self._probabilities, len(self.classes_))
        frame = pd.DataFrame(values, index=series.index, columns=list(map(str, self.classes_)))
        frame[series.isna().to_numpy()] = np.nan
        return frame

    def predict(self, texts: Iterable[Any]) -> pd.Series:
        """The most likely class of each post; missing for missing text."""
        series = as_texts(texts)
        if self._linear is None and self._labels_only():
            out = self._predict_labels(series)
        else:
            values = self._batched(series, self._probabilities, len(self.classes_))
            out = self.classes_[values.argmax(axis=1)] if len(values) else np.array([], object)
        found = pd.Series(out, index=series.index, dtype="string", name="label")
        return found.mask(series.isna().to_numpy())

    def _labels_only(self) -> bool:
        if self.is_callable:
            return len(self.classes_) == 0
        return self._model is not None and not hasattr(self._model, "predict_proba")

    def _predict_labels(self, series: pd.Series) -> np.ndarray:
        texts = [t or "" for t in series]
        if self.is_callable:
            return np.asarray(self._called(texts), dtype=object).astype(str)
        given = texts if self.reads == "text" else self.features.transform(series, lang=self.lang)
        return np.asarray(self._model.predict(given), dtype=object)

    def _called(self, texts: list[str]) -> Any:
        out = self.classifier(texts)
        if len(out) != len(texts):
            raise InputError(
                f"`classifier` returned {len(out)} rows for {len(texts)} texts; expected one a "
                "text. Mend the callable."
            )
        return out

    def _batched(
        self, series: pd.Series, step: Callable[[pd.Series], np.ndarray], width: int
    ) -> np.ndarray:
        if len(series) == 0:
            return np.zeros((0, width))
        return np.vstack([step(series[i : i + BATCH]) for i in range(0, len(series), BATCH)])

    def _probabilities(self, series: pd.Series) -> np.ndarray:
        if self.is_callable:
            values = np.asarray(self._called([t or "" for t in series]), dtype=float)
            if values.ndim != 2 or values.shape[1] != len(self.classes_):
                raise InputError(
                    f"`classifier` returned an array of shape {values.shape}; expected one column "
                    f"for each of {len(self.classes_)} `classes`. Name the classes, or return "
                    "labels."
                )
            return values
        if self._linear is not None:
            coef, intercept = self._linear
            rows = self.features.transform(series, lang=self.lang)
            return _softmax(np.asarray(rows @ coef.T) + intercept)
        if self._model is None:
            raise InputError(
                "`TrainedTriage` is not trained; expected a fitted or a loaded one. Call fit first."
            )
        if not hasattr(self._model, "predict_proba"):
            raise InputError(
                f"`classifier` {type(self._model).__name__} has no predict_proba; expected one "
                "with probabilities. Use predict, or another estimator."
            )
        text = [t or "" for t in series]
        given = text if self.reads == "text" else self.features.transform(series, lang=self.lang)
        return np.asarray(self._model.predict_proba(given))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the trained default classifier to one file, with its card; no pickle inside.

        The file is a zip of `card.json`, `vocabulary.json` and plain arrays: reading it runs no
        code. Written to a temporary file first, then renamed.

        Raises
        ------
        InputError
            Not trained, or another classifier than the default: carekit cannot write those without
            pickle, which runs code when it is read.
        """
        if self._linear is None:
            what = "not trained" if self.classifier is None else "not carekit's default one"
            raise InputError(
                f"`TrainedTriage` is {what}; expected the trained default classifier, which is "
                "saved as plain numbers. Save another estimator with its own library."
            )
        target = Path(path)
        state = self.features.state_
        vocabulary = {k: v["terms"] for k, v in state.items() if "terms" in v}
        head = {
            "format": FORMAT,
            "card": self.card,
            "classes": list(map(str, self.classes_)),
            "lang": self.lang,
            "features": self.features.settings(),
        }
        arrays = {"coef": self._linear[0], "intercept": self._linear[1]}
        for block, value in state.items():
            arrays[block] = value["idf"] if "idf" in value else value["scale"]
        temporary = target.with_name(target.name + ".part")
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("card.json", json.dumps(head, ensure_ascii=False, indent=1))
            file.writestr("vocabulary.json", json.dumps(vocabulary, ensure_ascii=False))
            for name, array in arrays.items():
                with file.open(f"{name}.npy", "w") as out:
                    np.lib.format.write_array(out, np.asarray(array, float), allow_pickle=False)
        os.replace(temporary, target)
        return target

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> TrainedTriage:
        """Read what `save` wrote."""
        try:
            with zipfile.ZipFile(path) as file:
                head = json.loads(file.read("card.json"))
                vocabulary = json.loads(file.read("vocabulary.json"))
                arrays = {}
                for name in [n for n in file.namelist() if n.endswith(".npy")]:
                    with file.open(name) as part:
                        arrays[name[:-4]] = np.lib.format.read_array(part, allow_pickle=False)
            if head["format"] != FORMAT:
                raise ValueError(f"format {head['format']}, this version reads {FORMAT}")
            settings = head["features"]
            groups = {n: tuple(v) for n, v in settings.items() if isinstance(v, list)}
            features = TfidfFeatures(**{**settings, **groups})
            for block, terms in vocabulary.items():
                number = {t: i for i, t in enumerate(terms)}
                if len(arrays[block]) != len(terms):
                    raise ValueError(f"{len(terms)} terms but {len(arrays[block])} weights")
                features.state_[block] = {"terms": terms, "number": number, "idf": arrays[block]}
            if settings["lexicon"]:
                features.state_["lexicon"] = {"scale": arrays["lexicon"]}
            width = sum(len(arrays[block]) for block in features.state_)
            rows = len(head["classes"]) if len(head["classes"]) > 2 else 1
            if arrays["coef"].shape != (rows, width) or len(arrays["intercept"]) != rows:
                raise ValueError(f"weights of shape {arrays['coef'].shape} for {width} features")
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise InputError(
                f"`path` {os.fspath(path)!r} could not be read as a saved classifier ({error}); "
                "expected a file that TrainedTriage.save wrote. Train and save it again."
            ) from None
        model = cls(features=features, lang=head["lang"])
        model.card = head["card"]
        model.classes_ = np.array(head["classes"], dtype=object)
        model._linear = (arrays["coef"], arrays["intercept"])
        return model


def logistic_model() -> Any:
    """The default classifier, not fitted: logistic regression with balanced classes."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise MissingExtraError("scikit-learn", "triage", "Training a classifier") from None
    # newton-cg reaches the same optimum as the default solver, some three times sooner.
    return LogisticRegression(
        C=DEFAULT_STRENGTH, class_weight="balanced", solver="newton-cg", max_iter=200, tol=1e-6
    )


def _fitted(model: Any, rows: Any, codes: np.ndarray) -> Any:
    """The model, fitted; the default one by its second solver where the first finds no step."""
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(rows, codes)
    stuck = [w for w in caught if "line search" in str(w.message).lower()]
    if stuck and getattr(model, "solver", "") == "newton-cg":
        # Few posts that a line divides without fault: lbfgs gets there, slowly.
        return model.set_params(solver="lbfgs", max_iter=5_000, tol=1e-4).fit(rows, codes)
    for warning in caught:
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    return model


def _copy(estimator: Any) -> Any:
    """An unfitted copy, so that fitting twice never adds up."""
    try:
        from sklearn.base import clone
    except ImportError:
        raise MissingExtraError("scikit-learn", "triage", "Training a classifier") from None
    return clone(estimator)


def _softmax(score: np.ndarray) -> np.ndarray:
    if score.shape[1] == 1:
        score = np.hstack([np.zeros_like(score), score])
    power = np.exp(score - score.max(axis=1, keepdims=True))
    return power / power.sum(axis=1, keepdims=True)


def _versions() -> dict[str, str]:
    from importlib import metadata

    found = {"python": platform.python_version()}
    for name in ("carekit", "numpy", "scipy", "scikit-learn"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _shown(counts: pd.Series) -> str:
    return ", ".join(f"{k!r}: {v}" for k, v in counts.items()) or "no code"
