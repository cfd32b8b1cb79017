"""How well the rules and a trained classifier do on coded posts, never scored on what they saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from carekit.coding.features import TfidfFeatures
from carekit.coding.labels import CLASSES, TASKS, map_labels, yes_no
from carekit.coding.trained import TrainedTriage
from carekit.errors import InputError
from carekit.inference.rates.agreement import kappa_of
from carekit.text.checks import one_of
from carekit.text.prepare import as_texts, duplicate_key
from carekit.text.rules import RuleTriage

MAX_FOLDS = 10
"""More groups than this are put together into so many folds; each still holds whole groups."""

# Yes/no codes without a name are taken for the flag that agrees with them clearly best.
KAPPA_AT, KAPPA_LEAD = 0.1, 0.05


def evaluate(
    frame: pd.DataFrame,
    *,
    text: str,
    label: str,
    group: str | None = None,
    by: str | None = None,
    lang: str | None = None,
    task: str | None = None,
    mapping: Mapping[str, str] | None = None,
    classifier: TrainedTriage | None = None,
    folds: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Scores of the rules and of a trained classifier on coded posts.

    Parameters
    ----------
    frame : DataFrame
        One row per coded post.
    text, label : str
        Columns: the post, and its code. Codes may be tones (negative / neutral / positive and their
        usual spellings in English and French, -1/0/1, 0/1/2, stars), complaint or not, question or
        not; see `labels.map_labels`.
    group : str, optional
        Column of what should be held out whole: brand or thread. Each group is scored by a model
        that never saw it, nor any post with the same text. Without it: cross-validation over
        `folds` random parts.
    by : str, optional
        Column (language, network): further rows, one for each of its values, from the same
        predictions.
    lang : str, optional
        Language of all posts; default: told for each post.
    task : {"tone", "complaint", "question"}, optional
        What was coded, where the codes do not say.
    mapping : dict, optional
        Code → class, for codes that `labels.map_labels` does not know; "" leaves rows out.
    classifier : TrainedTriage, optional
        What to train; default `TrainedTriage()`.
    folds, seed : int
        Number of random parts, and the seed that draws them.

    Returns
    -------
    DataFrame
        One row per model ("rules", "trained") and, with `by`, a value of that column:

        - `model`; `n`: posts scored, duplicates left out; `accuracy`; `macro_f1`: mean over the
          classes that occur in the codes;
        - `f1_<class>` for each class of the task;
        - `f1_neutral` is left out where no post is coded neutral: the rules then say negative or
          positive;
        - `task`; `how`: what told the task; `n_duplicates`: posts with the same text as another
          (handles, links and case aside) in the same group, left out; `n_missing`: rows without
          text or code;
        - `n_unread`: posts of which the model says nothing, in a language that the rules do not
          read; each counts as wrong;
        - `n_folds`; with `by`, that column first ("all" for all posts).

    Raises
    ------
    InputError
        A column is missing, codes fit no task, one group only, or too few posts to split.
    MissingExtraError
        scikit-learn is not installed.

    Notes
    -----
    Duplicates must go before a split: one public set of 20,001 rows holds 14,643 distinct texts.
    Of duplicates with different codes the most frequent code is kept.

    Examples
    --------
    >>> posts = pd.DataFrame({
    ...     "post": ["thanks, great help", "lost my bag", "what time do you open"] * 8,
    ...     "tone": ["pos", "neg", "neutral"] * 8,
    ... })
    >>> posts["post"] += [f" {w}" for w in "abcdefghijklmnopqrstuvwx"]
    >>> evaluate(posts, text="post", label="tone")[["model", "n", "n_duplicates"]].values.tolist()
    [['rules', 24, 0], ['trained', 24, 0]]
    """
    _check_columns(frame, text=text, label=label, group=group, by=by)
    posts, counts, how, task = _prepare(frame, text, label, group, by, lang, task, mapping)
    # Codes without neutral posts: a classifier that may not say neutral is what they ask for.
    coded = set(posts["label"])
    two_tones = task == "tone" and coded <= {"negative", "positive"}
    classes = [c for c in CLASSES[task] if c in coded or not two_tones]
    folds_of = _folds(posts, group is not None, folds, seed)
    predictions = {
        "rules": rule_labels(posts["text"], task, lang=lang, neutral=not two_tones),
        "trained": _held_out(posts, folds_of, classifier, lang),
    }
    subsets: list[tuple[Any, np.ndarray]] = [("all", np.ones(len(posts), dtype=bool))]
    if by is not None:
        values = posts["by"].astype(object).where(posts["by"].notna(), None)
        subsets += [(v, (values == v).to_numpy()) for v in sorted(set(values.dropna()), key=str)]
    rows = []
    for value, mine in subsets:
        for model, predicted in predictions.items():
            row: dict[str, Any] = {} if by is None else {by: value}
            row |= {"model": model}
            row |= _scores(posts["label"].to_numpy(object)[mine], predicted[mine], classes)
            row |= {"task": task, "how": how, **counts, "n_folds": len(np.unique(folds_of))}
            row |= {"n_unread": int((predicted[mine] == "").sum())}
            rows.append(row)
    return pd.DataFrame(rows)


def train(
    frame: pd.DataFrame,
    *,
    text: str,
    label: str,
    lang: str | None = None,
    task: str | None = None,
    mapping: Mapping[str, str] | None = None,
    classifier: TrainedTriage | None = None,
    source: str = "",
) -> TrainedTriage:
    """A classifier trained on all coded posts, codes read as `evaluate` reads them.

    Parameters
    ----------
    frame, text, label, lang, task, mapping, classifier
        As in `evaluate`.
    source : str
        Where posts and codes come from, for the card.

    Returns
    -------
    TrainedTriage
        Fitted; its card says what it was trained on. Scores come from `evaluate`, never from the
        posts it has seen.

    Raises
    ------
    InputError
        As `evaluate`.
    """
    _check_columns(frame, text=text, label=label)
    posts, counts, how, task = _prepare(frame, text, label, None, None, lang, task, mapping)
    model = _fresh(classifier, lang)
    model.fit(posts["text"], posts["label"], source=source)
    model.card |= {"task": task, "codes_told_from": how, **counts}
    return model


def rule_labels(
    texts: pd.Series, task: str, *, lang: str | None = None, neutral: bool = True
) -> np.ndarray:
    """What `RuleTriage` says of each post, in the classes of `task`.

    Without `neutral`, tones go by the sign of the score, 0 negative: most of what customers write
    without a word of judgement reports a fault. A post that they do not read gets "", no class.
    """
    one_of(task, TASKS, argument="task", hint="Say what was coded.")
    flags = RuleTriage(lang=lang).flag(texts)
    if task == "tone":
        said = flags["tone"].fillna("")
        if not neutral:
            said = said.where(said == "", np.where(flags["tone_score"] > 0, "positive", "negative"))
        return said.to_numpy(object)
    said = flags[f"is_{task}"].map({True: task, False: "other"}).astype(object)
    return said.where(said.notna(), "").to_numpy(object)


def _check_columns(frame: pd.DataFrame, **columns: str | None) -> None:
    for argument, column in columns.items():
        if column is not None and column not in frame.columns:
            raise InputError(
                f"`{argument}` is {column!r}, which is no column; found: "
                f"{', '.join(map(str, frame.columns))}. Name one of these."
            )


def _prepare(
    frame: pd.DataFrame,
    text: str,
    label: str,
    group: str | None,
    by: str | None,
    lang: str | None,
    task: str | None,
    mapping: Mapping[str, str] | None,
) -> tuple[pd.DataFrame, dict[str, int], str, str]:
    """Distinct coded posts: columns text, label, key, group, by; and what was left out."""
    texts = as_texts(frame[text], argument=text).reset_index(drop=True)
    codes = frame[label].reset_index(drop=True)
    codes = codes.where(codes.astype(str).str.strip() != "", None)
    posts = pd.DataFrame({"text": texts, "code": codes.astype(object)})
    posts["group"] = frame[group].reset_index(drop=True) if group else 0
    posts["by"] = frame[by].reset_index(drop=True) if by else None
    present = posts["text"].notna() & posts["code"].notna() & posts["group"].notna()
    present &= posts["text"].fillna("").str.strip() != ""
    n_missing = int((~present).sum())
    posts = posts[present].reset_index(drop=True)
    mapped = map_labels(posts["code"], column=label, task=task, mapping=mapping)
    if mapped is None:
        task, how = _likely_task(posts, label, lang)
        posts["label"] = yes_no(posts["code"], task)
    else:
        task, how = mapped.task, mapped.how
        posts["label"] = mapped.values
    left_out = posts["label"].isna()
    n_missing += int(left_out.sum())
    posts = posts[~left_out].reset_index(drop=True)
    posts["key"] = [duplicate_key(t) for t in posts["text"]]
    # Posts that are only a handle or a link share an empty key without being the same post.
    empty = posts["key"] == ""
    posts.loc[empty, "key"] = posts.loc[empty, "text"]
    n_before = len(posts)
    most = posts.groupby(["group", "key"], sort=False)["label"].agg(lambda c: c.mode().iloc[0])
    posts = posts.drop_duplicates(["group", "key"]).reset_index(drop=True)
    posts["label"] = most.loc[pd.MultiIndex.from_frame(posts[["group", "key"]])].to_numpy()
    counts = {"n_duplicates": n_before - len(posts), "n_missing": n_missing}
    return posts, counts, how, task


def _likely_task(posts: pd.DataFrame, label: str, lang: str | None) -> tuple[str, str]:
    """Which flag yes/no codes without a name mean: the one that clearly agrees with them."""
    kappas = {}
    for task in ("complaint", "question", "tone"):
        codes = yes_no(posts["code"], task).to_numpy(object)
        ruled = rule_labels(posts["text"], task, lang=lang, neutral=False)
        kappas[task] = float(np.nan_to_num(kappa_of(codes, ruled), nan=-1.0))
    best, second, _ = sorted(kappas, key=lambda t: -kappas[t])
    if kappas[best] < KAPPA_AT or kappas[best] - kappas[second] < KAPPA_LEAD:
        shown = ", ".join(f"{t} {k:.2f}" for t, k in kappas.items())
        raise InputError(
            f"`{label}` holds yes/no codes, and neither they nor the column say of what; expected "
            f"complaints, questions or tones (agreement of the rules, kappa: {shown}). Give `task` "
            "(--task complaint), or name the column is_complaint, is_question or sentiment."
        )
    return best, f"agreement with the rules (kappa {kappas[best]:.2f}); give `task` to be sure"


def _folds(posts: pd.DataFrame, grouped: bool, folds: int, seed: int) -> np.ndarray:
    """Fold of each post; a group lies whole in one fold."""
    rng = np.random.default_rng(seed)
    if grouped:
        groups, sizes = np.unique(posts["group"].astype(str), return_counts=True)
        if len(groups) < 2:
            raise InputError(
                f"`group` holds one value, {groups[0]!r}; expected two groups or more to hold one "
                "out. Leave `group` out to cross-validate over random parts."
                if len(groups)
                else "`group` holds no value; expected two groups or more. Check the column."
            )
        load = np.zeros(min(len(groups), MAX_FOLDS))
        fold = {}
        for i in np.argsort(-sizes, kind="stable"):
            lightest = int(load.argmin())
            fold[groups[i]] = lightest
            load[lightest] += sizes[i]
        return posts["group"].astype(str).map(fold).to_numpy()
    if folds < 2 or len(posts) < 2 * folds:
        raise InputError(
            f"`folds` is {folds} for {len(posts)} distinct posts; expected 2 or more, with two "
            "posts each at least. Code more posts, or ask for fewer folds."
        )
    # Each class is dealt out in turn, so that rare classes reach every fold.
    out = np.empty(len(posts), dtype=int)
    start = 0
    for name in sorted(posts["label"].unique()):
        mine = rng.permutation(np.flatnonzero((posts["label"] == name).to_numpy()))
        out[mine] = (start + np.arange(len(mine))) % folds
        start += len(mine)
    return out


def _held_out(
    posts: pd.DataFrame, folds: np.ndarray, classifier: TrainedTriage | None, lang: str | None
) -> np.ndarray:
    """Predictions for each fold by a model trained on the others, without texts of this fold."""
    out = np.empty(len(posts), dtype=object)
    keys = posts["key"].to_numpy(object)
    for fold in np.unique(folds):
        test = folds == fold
        train = ~test & ~np.isin(keys, keys[test])
        model = _fresh(classifier, lang)
        model.fit(posts["text"][train], posts["label"][train])
        out[test] = model.predict(posts["text"][test]).astype(object)
    return out


def _fresh(classifier: TrainedTriage | None, lang: str | None) -> TrainedTriage:
    if classifier is None:
        return TrainedTriage(lang=lang or "und")
    return TrainedTriage(
        classifier.classifier,
        reads=classifier.reads,
        classes=list(classifier.classes_) if classifier.is_callable else None,
        features=TfidfFeatures(**classifier.features.settings()),
        lang=lang or classifier.lang,
    )


def _scores(truth: np.ndarray, predicted: np.ndarray, classes: list[str]) -> dict[str, Any]:
    """n, accuracy, macro_f1 over the classes in `truth`, and the F1 of each class."""
    f1 = {}
    for name in classes:
        hit = int(((truth == name) & (predicted == name)).sum())
        wrong = int(((truth == name) != (predicted == name)).sum())
        f1[f"f1_{name}"] = 2 * hit / (2 * hit + wrong) if hit + wrong else np.nan
    present = [f1[f"f1_{name}"] for name in classes if (truth == name).any()]
    return {
        "n": len(truth),
        "accuracy": float((truth == predicted).mean()) if len(truth) else np.nan,
        "macro_f1": float(np.mean(present)) if present else np.nan,
        **f1,
    }
