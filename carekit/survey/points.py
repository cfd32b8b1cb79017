"""Means and net promoter scores of questions whose answers are points of a scale, or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.errors import CannotAnswer, InputError
from carekit.inference.rates.intervals import critical_value
from carekit.inference.surveys.design import read_sample
from carekit.inference.surveys.linearisation import totals_covariance
from carekit.inference.surveys.respondents import read_groups
from carekit.requests.value import column_tuple
from carekit.show.result import Result
from carekit.survey.questions import Question, asked_respondents, find_question

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

MEAN = "n n_missing estimate std_error ci_low ci_high conf_level df method flags".split()
NPS = [*MEAN[:2], "n_promoters", "n_detractors", *MEAN[2:]]


def mean(
    dataset: Dataset,
    question: str,
    *,
    by: str | Sequence[str] = (),
    where: str | None = None,
    missing: Sequence[str] = (),
    lonely: str = "error",
    conf_level: float = 0.95,
) -> Result:
    """Weighted mean of the points or numbers given, in each group.

    Parameters
    ----------
    dataset, question, by, where, missing, lonely, conf_level
        As in `carekit.survey.answers`; the question is a number, or a scale whose points the import
        recognised.

    Returns
    -------
    Result
        One row per group: the `by` columns, n (respondents with points, unweighted), n_missing (asked,
        without), estimate (Σw·points / Σw, in points), std_error (linearised over strata and sampling
        units), ci_low, ci_high (Student's t), conf_level, df, method, flags.

    Raises
    ------
    CannotAnswer
        If the answers are no points.

    Examples
    --------
    >>> import carekit
    >>> mean(carekit.open_dataset(), "prefers_social_over_phone")
    Traceback (most recent call last):
    carekit.errors.CannotAnswer: `question` 'prefers_social_over_phone' has answers that are no \
points: yes, no. A mean needs a number, or a scale of points such as 0 to 10; use \
`carekit survey share`.
    """
    found, survey, values, groups_by = _asked(
        dataset, question, by=by, where=where, missing=missing, lonely=lonely
    )
    made = _means(survey, values, groups_by, conf_level)
    return survey.result(
        made[[*groups_by, *MEAN]],
        "mean",
        question=f"what was said on average to “{found.wording}”",
        unit="number",
        by=groups_by,
        conf_level=conf_level,
    )


def nps(
    dataset: Dataset,
    question: str,
    *,
    by: str | Sequence[str] = (),
    where: str | None = None,
    missing: Sequence[str] = (),
    lonely: str = "error",
    conf_level: float = 0.95,
) -> Result:
    """Net promoter score: weighted share of 9 and 10 less share of 0 to 6, in each group.

    Parameters
    ----------
    dataset, question, by, where, missing, lonely, conf_level
        As in `mean`; the points go from 0 to 10.

    Returns
    -------
    Result
        As `mean`, with n_promoters and n_detractors (unweighted); estimate, ci_low and ci_high are
        differences of shares (-1 to 1; times 100 is the usual score).

    Raises
    ------
    CannotAnswer
        If the points do not go from 0 to 10.
    """
    found, survey, values, groups_by = _asked(
        dataset, question, by=by, where=where, missing=missing, lonely=lonely
    )
    known = values[~np.isnan(values)]
    if not np.isin(known, range(11)).all():
        raise CannotAnswer(
            f"`question` {found.name!r} has points other than 0 to 10, as a net promoter score is asked.",
            "Use `carekit survey mean` for another scale.",
        )
    # Of a scale from 1 to 5 or 7 everybody would be a detractor.
    if found.kind == "scale" and len(known) and known.max() <= 7 and len(found.answers) <= 7:
        raise CannotAnswer(
            f"`question` {found.name!r} has points from {known.min():g} to {known.max():g}; a net promoter "
            "score is asked from 0 to 10.",
            "Use `carekit survey mean`; if the scale goes on to 10, list its answers in a codebook.",
        )
    side = np.where(np.isnan(values), np.nan, (values >= 9) * 1.0 - (values <= 6) * 1.0)
    made = _means(survey, side, groups_by, conf_level)
    return survey.result(
        made[[*groups_by, *NPS]],
        "net promoter score",
        question=f"how many more would recommend than advise against: “{found.wording}”",
        unit="points",
        by=groups_by,
        conf_level=conf_level,
    )


def _asked(
    dataset: Dataset, question: str, *, by: str | Sequence[str], **options: Any
) -> tuple[Question, Any, np.ndarray, list[str]]:
    """The question, its respondents, the points of each (NaN without), and the columns of groups."""
    found = find_question(dataset, question)
    groups_by = list(column_tuple(by))
    survey = asked_respondents(dataset, found, by=groups_by, **options)
    cells = survey.frame[found.columns[0]]
    if found.kind == "number":
        return found, survey, pd.to_numeric(cells, errors="coerce").to_numpy(float), groups_by
    points = dataset.questions().get(found.name, {}).get("points")
    if found.kind == "multiple" or not points or len(points) != len(found.answers):
        raise CannotAnswer(
            f"`question` {found.name!r} has answers that are no points: {', '.join(found.answers[:6])}.",
            "A mean needs a number, or a scale of points such as 0 to 10; use `carekit survey share`.",
        )
    scale = dict(zip(found.answers, map(float, points), strict=True))
    values = cells.astype("object").map(scale).to_numpy(float)
    return found, survey, values, groups_by


def _means(
    survey: Any, values: np.ndarray, groups_by: list[str], conf_level: float
) -> pd.DataFrame:
    if not 0 < conf_level < 1:
        raise InputError(f"`conf_level` is {conf_level!r}; expected a number between 0 and 1.")
    sample = read_sample(survey.frame, **survey.design)
    groups, group = read_groups(survey.frame, groups_by)
    rows = []
    for code in range(len(groups)):
        inside = (group == code) & (sample.weight > 0)
        said = inside & ~np.isnan(values)
        w = np.where(said, sample.weight, 0.0)
        total = w.sum()
        clusters, df = sample.free_in(said)
        estimate = float((w * np.nan_to_num(values)).sum() / total) if total else np.nan
        around = w * (np.nan_to_num(values) - np.nan_to_num(estimate)) / (total or 1.0)
        variance = float(totals_covariance(sample, around[:, None])[0, 0])
        error = np.sqrt(max(variance, 0.0)) if df > 0 else np.nan
        reach = float(critical_value(conf_level, df)) * error if df > 0 else np.nan
        n = int(said.sum())
        flags = [
            name
            for name, raised in (
                ("n0", n == 0),
                ("one_cluster", n > 0 and df < 1),
                ("few_clusters", sample.clustered and 0 < clusters < 30),
                ("small_n", 0 < n < 30),
            )
            if raised
        ]
        rows.append(
            {
                "n": n,
                "n_missing": int((inside & np.isnan(values)).sum()),
                "n_promoters": int((said & (values > 0)).sum()),
                "n_detractors": int((said & (values < 0)).sum()),
                "estimate": estimate,
                "std_error": error,
                "ci_low": estimate - reach,
                "ci_high": estimate + reach,
                "conf_level": conf_level,
                "df": float(df),
                "method": "mean, linearised, t",
                "flags": ", ".join(flags),
            }
        )
    return groups.join(pd.DataFrame(rows))
