"""Trends of a share over ordered groups, such as ages: Cochran-Armitage, logistic, weighted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, ndtr, stdtr

from carekit.errors import InputError
from carekit.inference.rates.counts import check_conf_level, require_columns, sum_counts
from carekit.inference.rates.intervals import wald_interval
from carekit.inference.rates.rate_model import quiet_fit
from carekit.inference.surveys.design import Design, Floats, Sample, read_sample
from carekit.inference.surveys.linearisation import cell_covariance
from carekit.inference.surveys.ordered_groups import score_groups
from carekit.inference.surveys.respondents import read_answers, read_groups


@dataclass(frozen=True)
class TrendTest:
    """Slope of a share over scored groups, in `unit`, and the test that it is zero.

    `statistic` is z (`df` NaN) or t, two-sided; `chi2` its square; `n_missing`: without an answer or a
    group; `scores`: (group, score) of the groups with respondents, in order.
    """

    estimate: float
    std_error: float
    ci_low: float
    ci_high: float
    conf_level: float
    unit: str
    statistic: float
    df: float
    p_value: float
    chi2: float
    n: int
    n_missing: int
    scores: tuple[tuple[Any, float], ...]
    method: str

    def __str__(self) -> str:
        name = "z" if np.isnan(self.df) else f"t({self.df:g})"
        return (
            f"Slope {self.estimate:+.4g} {self.unit} ({self.conf_level * 100:g} % interval "
            f"{self.ci_low:+.4g} to {self.ci_high:+.4g}) over {len(self.scores)} groups, "
            f"n = {self.n}: {name} = {self.statistic:.3f}, p = {self.p_value:.3g} ({self.method})."
        )


def trend_statistic(n_yes: npt.ArrayLike, n: npt.ArrayLike, scores: npt.ArrayLike) -> Floats:
    """Cochran-Armitage z, along the last axis; NaN where all or none said yes, or one group counts.

    >>> trend_statistic([37, 35, 31, 26, 24, 17], [100] * 6, range(6)).round(3).item()
    -3.66
    """
    n_yes, n, scores = (np.asarray(x, dtype=float) for x in (n_yes, n, scores))
    total = n.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = (n_yes.sum(axis=-1, keepdims=True) / total)[..., 0]
        off = scores - (n * scores).sum(axis=-1, keepdims=True) / total
        spread = p * (1 - p) * (n * off**2).sum(axis=-1)
        return np.where(spread > 0, (off * n_yes).sum(axis=-1) / np.sqrt(spread), np.nan)


def logistic_trend(
    table: pd.DataFrame,
    *,
    group: str,
    scores: Mapping[Any, float] | None = None,
    n: str = "n",
    n_yes: str = "n_yes",
    conf_level: float = 0.95,
) -> TrendTest:
    """Logistic slope of independent yes/no units over ordered groups, by maximum likelihood.

    `table`: one row per group with whole counts, groups sorted or in the order of their categories;
    `scores`: group → position; 1, 2, 3 … without it. `estimate` is the change of the logit per score
    unit, `statistic` Wald's z. NaN where the likelihood has no maximum: everybody or nobody said yes,
    or yes and no do not overlap.

    >>> table = pd.DataFrame({"age": ["18-34", "35-54", "55+"], "n": [100, 100, 100],
    ...                       "n_yes": [37, 30, 20]})
    >>> round(logistic_trend(table, group="age").estimate, 3)
    -0.42
    """
    check_conf_level(conf_level)
    labels, of, yes = _counted(table, group, n, n_yes)
    points = score_groups(labels, scores, group)
    fitted = _fit_logit(points, yes, of - yes)
    slope, error = float("nan"), float("nan")
    if fitted is not None:
        slope, error = float(fitted[0][1]), float(np.sqrt(np.linalg.inv(fitted[1])[1, 1]))
    return _logit_test(
        slope, error, float("nan"), int(of.sum()), 0, _scored(labels, points, of > 0), conf_level,
        "logistic regression",
    )  # fmt: skip


def survey_trend(
    frame: pd.DataFrame,
    question: str,
    *,
    by: str,
    answer: Any,
    scores: Mapping[Any, float] | None = None,
    missing: Sequence[Any] = (),
    conf_level: float = 0.95,
    **design: Unpack[Design],
) -> TrendTest:
    """Logistic slope of a weighted share over ordered groups, with its design-based error.

    `answer`: the one whose share is followed, all others count as no; `by`, `scores` as in
    `logistic_trend`; `missing`, `**design` as in `carekit.inference.surveys.survey.share`. The
    pseudo-maximum-likelihood slope; its variance linearises the score, and Student's t has
    clusters - strata - 1 degrees of freedom, as R's `svyglm`. Binder 1983, Int. Stat. Rev. 51, 279-292.

    >>> frame = pd.DataFrame({"age": ["18-34", "35-54", "55+"] * 20, "weight": [1.0, 2.0] * 30,
    ...                       "prefers": ["yes", "no", "no"] * 12 + ["no", "yes", "yes"] * 8})
    >>> found = survey_trend(frame, "prefers", by="age", answer="yes", weight="weight")
    >>> found.n, found.df, round(found.estimate, 3)
    (60, 58.0, -0.407)
    """
    check_conf_level(conf_level)
    sample = read_sample(frame, **design)
    said = read_answers(frame, question, missing=missing)
    if answer not in said.labels:
        raise InputError(
            f"`answer` is {answer!r}; the answers to {question!r} are: "
            f"{', '.join(map(str, said.labels)) or 'none'}. Name one of them."
        )
    groups, group = read_groups(frame, [by])
    known = groups[by].notna().to_numpy()
    labels = list(groups[by][known])
    size = len(labels)
    base = (group < size) & (said.codes >= 0) & (sample.weight > 0)
    yes = said.codes == said.labels.index(answer)
    points = score_groups(labels, scores, by)
    cell = np.where(base, 2 * group + yes, -1)
    totals = np.zeros(2 * size)
    np.add.at(totals, cell[base], sample.weight[base])
    mass = totals.reshape(size, 2)
    df = float(sample.free_in(base)[1] - 1)
    slope, error = float("nan"), float("nan")
    fitted = _fit_logit(points, mass[:, 1], mass[:, 0])
    if fitted is not None:
        slope = float(fitted[0][1])
        error = _design_error(sample, cell, points, *fitted) if df >= 1 else float("nan")
    n = int(base.sum())
    lost = int((sample.weight > 0).sum()) - n
    return _logit_test(
        slope, error, df, n, lost, _scored(labels, points, mass.sum(axis=1) > 0), conf_level,
        "weighted logistic regression, linearised",
    )  # fmt: skip


def _counted(table: pd.DataFrame, group: str, n: str, n_yes: str) -> tuple[list, Floats, Floats]:
    require_columns(table, [group, n, n_yes])
    if (lost := table[group].isna()).any():
        raise InputError(
            f"`group` {group!r} is missing in {int(lost.sum())} row(s); an ordered group was "
            "expected in each. Leave these rows out and say so."
        )
    groups, _, counts = sum_counts(table, by=[group], cluster=None, n=n, parts=[n_yes])
    return list(groups[group]), counts[n].to_numpy(), counts[n_yes].to_numpy()


def _scored(labels: list, points: Floats, used: npt.NDArray) -> tuple[tuple[Any, float], ...]:
    return tuple((label, float(p)) for label, p, u in zip(labels, points, used, strict=True) if u)


def _fit_logit(points: Floats, yes: Floats, no: Floats) -> tuple[Floats, Floats] | None:
    """Intercept and slope, and the information matrix; None where no finite maximum exists."""
    said, not_said = points[yes > 0], points[no > 0]
    if not len(said) or not len(not_said):
        return None
    # A finite slope needs yes and no to overlap in both directions (Albert and Anderson 1984).
    if said.max() <= not_said.min() or not_said.max() <= said.min():
        return None
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    of = yes + no
    used = of > 0
    x = np.column_stack([np.ones(used.sum()), points[used]])
    model = GLM(yes[used] / of[used], x, family=Binomial(), var_weights=of[used])
    with quiet_fit():
        beta = np.asarray(model.fit(tol=1e-13, maxiter=200).params)
    mean = expit(x @ beta)
    return beta, x.T @ (x * (of[used] * mean * (1 - mean))[:, None])


def _design_error(
    sample: Sample, cell: npt.NDArray, points: Floats, beta: Floats, information: Floats
) -> float:
    """Standard error of the slope: information⁻¹ · covariance of the score · information⁻¹."""
    x = np.column_stack([np.ones(len(points)), points])
    mean = expit(x @ beta)
    score = np.stack([-mean[:, None] * x, (1 - mean)[:, None] * x], axis=1).reshape(-1, 2)
    covariance = cell_covariance(sample, cell, len(score))
    bread = np.linalg.inv(information)
    return float(np.sqrt((bread @ score.T @ covariance @ score @ bread)[1, 1]))


def _logit_test(
    slope: float,
    error: float,
    df: float,
    n: int,
    n_missing: int,
    scores: tuple[tuple[Any, float], ...],
    conf_level: float,
    method: str,
) -> TrendTest:
    usable = error > 0
    statistic = slope / error if usable else float("nan")
    tested = None if np.isnan(df) else df
    low, high = wald_interval(slope, error if usable else np.nan, df=tested, conf_level=conf_level)
    tail = ndtr(-abs(statistic)) if tested is None else stdtr(df, -abs(statistic))
    if np.isnan(slope):
        method = "none: no finite slope"
    elif not usable:
        method = "none: clusters do not vary"
    return TrendTest(
        estimate=slope,
        std_error=error,
        ci_low=float(low),
        ci_high=float(high),
        conf_level=conf_level,
        unit="logit per score",
        statistic=statistic,
        df=df,
        p_value=float(2 * tail),
        chi2=statistic**2,
        n=n,
        n_missing=n_missing,
        scores=scores,
        method=method,
    )
