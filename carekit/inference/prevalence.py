"""Shares from an imperfect classifier, corrected by a coded sample: PPI++ and what goes with it.

A share counted on machine labels carries the machine's errors, and no interval shows them. A random
sample of posts coded by people measures these errors; prediction-powered inference (Angelopoulos,
Duchi and Zrnic 2023, "PPI++") adds the machine's labels of all other posts to it. The result is
unbiased whatever the classifier, and narrower than the coded sample alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from carekit.errors import InputError

# Below these the coverage of PPI++ leaves 93.5-96.5 % (bench/coverage_prevalence.py): the coded
# sample alone is then reported. METHODS names the first three rules; the last guards very good
# classifiers, whose few errors say little about their number.
MIN_CODED, MIN_EACH, MIN_DISAGREEMENTS = 60, 15, 5

INTERVALS = ("wilson", "normal")
RG_MIN = 1.05
"""Rogan-Gladen needs sensitivity + specificity above this; else it divides by almost nothing."""


@dataclass(frozen=True)
class _Part:
    """One stratum of one group: codes, machine values of coded and of other posts."""

    y: np.ndarray
    f: np.ndarray
    rest: np.ndarray
    times: np.ndarray
    coded_cluster: np.ndarray | None = None
    rest_cluster: np.ndarray | None = None

    @property
    def n(self) -> int:
        return len(self.y)

    @property
    def n_rest(self) -> int:
        return int(self.times.sum())

    @property
    def total(self) -> int:
        return self.n + self.n_rest


@dataclass(frozen=True)
class _Estimate:
    value: float
    std_error: float
    low: float
    high: float
    df: float
    lam: float
    method: str
    flags: list[str] = field(default_factory=list)


def corrected_prevalence(
    frame: pd.DataFrame,
    *,
    code: str,
    machine: str | Mapping[Any, str],
    group: str | None = None,
    categories: Sequence[Any] | None = None,
    count: str | None = None,
    stratum: str | None = None,
    cluster: str | None = None,
    interval: str = "wilson",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Share of each category by group, from a coded random sample and a classifier's labels.

    Parameters
    ----------
    frame : DataFrame
        One row a post (or, with `count`, one row for so many posts that are not coded).
    code : str
        Column of the human codes: 0/1 or names of categories; missing where a post was not coded.
        The coded posts must be a random sample of each group (of each stratum of it): a sample
        chosen by the classifier's doubt is not.
    machine : str or dict
        Column of the machine's labels (same categories as `code`), or of its probability when codes
        are 0/1; or a dict category → column of probabilities. No missing value.
    group : str, optional
        Column: one estimate for each of its values.
    categories : sequence, optional
        Categories to report; default: those in `code`, and only 1 for 0/1 codes.
    count : str, optional
        Column: number of posts that an uncoded row stands for.
    stratum : str, optional
        Column of the strata in which the sample was drawn; each counts by its share of posts.
    cluster : str, optional
        Column of what was drawn as a whole (thread): posts of one cluster are dependent.
    interval : {"wilson", "normal"}
        "wilson": Wilson's interval on the number of coded posts that the estimate is worth, with
        Student's t; keeps its coverage in small samples. "normal": estimate ± z × standard error,
        as in the paper.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row a group and category:

        - `group` column (under its own name) where given; `category`;
        - `estimate`, `std_error`, `ci_low`, `ci_high`, `conf_level`, `df`: share 0-1 of the group's
          posts, corrected; `method`: "PPI++ ..." or "coded sample only, Wilson";
        - `n`: posts in the group; `n_coded`; `n_eff`: coded posts the estimate is worth;
          `clusters`;
        - `ppi_lambda`: weight given to the machine, 0 to 1;
        - `human_estimate`, `human_ci_low`, `human_ci_high`: the coded sample alone, Wilson;
        - `naive`: share of machine labels among the uncoded posts, uncorrected: never rank on it;
        - `rogan_gladen`, `rogan_gladen_se`: for comparison; NaN unless the machine gives labels and
          does better than chance; `sensitivity`, `specificity` on the coded sample;
        - `flags`: joined by `|`: `small_n` (fewer than 60 coded), `rare` (fewer than 15 with or
          without the category), `few_errors` (fewer than 5 disagreements), `no_rest` (no uncoded
          posts) explain why the coded sample alone is used; `boundary`: Rogan-Gladen was clipped;
          `n0`: nothing coded.

    Raises
    ------
    InputError
        A column is missing, machine values are missing or not in 0-1, codes hold other values, or a
        stratum has fewer than two coded posts.

    Notes
    -----
    With n codes y and machine values f, N further machine values F:
    λ = clip(cov(y, f) / ((1 + n/N) var(f ∪ F)), 0, 1), θ = ȳ + λ(F̄ - f̄),
    se² = λ² var(F)/N + var(y - λf)/n. Strata share one λ and their variances divide by n - 1.
    Simulated coverage is in `bench/coverage_prevalence.py`.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> truth = rng.random(3000) < 0.3
    >>> machine = np.where(rng.random(3000) < 0.85, truth, ~truth).astype(int)
    >>> code = pd.Series(truth.astype(float)).where(np.arange(3000) < 200)
    >>> out = corrected_prevalence(
    ...     pd.DataFrame({"code": code, "machine": machine}), code="code", machine="machine"
    ... )
    >>> out[["n_coded", "method"]].values.tolist()
    [[200, 'PPI++, Wilson on n_eff']]
    """
    groups, names = _prepare(
        frame, code, machine, group, categories, count, stratum, cluster, interval
    )
    rows = []
    for value, by_category in groups:
        for category, parts in by_category:
            row: dict[str, Any] = {} if group is None else {group: value}
            row["category"] = category
            row |= _row(parts, interval, conf_level)
            rows.append(row)
    return pd.DataFrame(rows, columns=[*([group] if group else []), *names])


def compare_groups(
    frame: pd.DataFrame,
    *,
    code: str,
    machine: str | Mapping[Any, str],
    group: str,
    reference: Any = None,
    categories: Sequence[Any] | None = None,
    count: str | None = None,
    stratum: str | None = None,
    cluster: str | None = None,
    interval: str = "wilson",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Differences between groups in corrected shares.

    Parameters
    ----------
    frame, code, machine, group, categories, count, stratum, cluster, interval, conf_level
        As in `corrected_prevalence`.
    reference : optional
        Compare every group with this one; default: all pairs.

    Returns
    -------
    DataFrame
        One row a pair and category: `category`, `group_1`, `group_2`, `estimate` (share in group 1
        minus share in group 2), `std_error`, `ci_low`, `ci_high`, `conf_level`, `statistic`,
        `p_value` (two-sided normal), `p_adjusted` (Holm, over all rows), `n_family`, `estimate_1`,
        `estimate_2`, `naive` (the uncorrected difference), `method`, `flags`. Groups are sampled
        and corrected apart, so variances add; with `interval="wilson"` the limits join those of the
        groups by Newcombe's square-and-add, else they are estimate ± z × std_error.

    Raises
    ------
    InputError
        As `corrected_prevalence`; fewer than two groups; `reference` is no group.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "brand": ["a"] * 80 + ["b"] * 80, "code": [1, 0] * 40 + [1, 0, 0, 0] * 20,
    ...     "machine": [1, 0] * 40 + [1, 0, 0, 0] * 20,
    ... })
    >>> out = compare_groups(frame, code="code", machine="machine", group="brand")
    >>> out[["group_1", "group_2", "estimate"]].values.tolist()
    [['a', 'b', 0.25]]
    """
    shares = corrected_prevalence(
        frame,
        code=code,
        machine=machine,
        group=group,
        categories=categories,
        count=count,
        stratum=stratum,
        cluster=cluster,
        interval=interval,
        conf_level=conf_level,
    )
    values = list(dict.fromkeys(shares[group]))
    if len(values) < 2 or (reference is not None and reference not in values):
        raise InputError(
            f"`group` {group!r} holds {values}; expected two groups or more"
            + ("" if reference is None else f", {reference!r} among them")
            + ". Choose another column"
            + ("." if reference is None else " or `reference`.")
        )
    pairs = (
        list(itertools.combinations(values, 2))
        if reference is None
        else [(v, reference) for v in values if v != reference]
    )
    rows = [
        _difference(shares, group, category, first, second, interval, conf_level)
        for category in dict.fromkeys(shares["category"])
        for first, second in pairs
    ]
    out = pd.DataFrame(rows)
    out["p_adjusted"] = _holm(out["p_value"].to_numpy())
    out["n_family"] = int(out["p_value"].notna().sum())
    order = ["category", "group_1", "group_2", "estimate", "std_error", "ci_low", "ci_high"]
    order += ["conf_level", "statistic", "p_value", "p_adjusted", "n_family"]
    return out[[*order, "estimate_1", "estimate_2", "naive", "method", "flags"]]


def _difference(
    shares: pd.DataFrame,
    group: str,
    category: Any,
    first: Any,
    second: Any,
    interval: str,
    level: float,
) -> dict[str, Any]:
    from scipy.special import ndtr, ndtri

    mine = shares[shares["category"] == category].set_index(group)
    a, b = mine.loc[first], mine.loc[second]
    difference = a["estimate"] - b["estimate"]
    error = float(np.hypot(a["std_error"], b["std_error"]))
    if interval == "wilson":
        low = difference - np.hypot(a["estimate"] - a["ci_low"], b["ci_high"] - b["estimate"])
        high = difference + np.hypot(a["ci_high"] - a["estimate"], b["estimate"] - b["ci_low"])
        method = "difference, square-and-add"
    else:
        z = ndtri((1 + level) / 2)
        low, high, method = difference - z * error, difference + z * error, "difference, normal"
    statistic = difference / error if error > 0 else np.nan
    flags = [f"{v}:{f}" for v, f in ((first, a["flags"]), (second, b["flags"])) if f]
    return {
        "category": category,
        "group_1": first,
        "group_2": second,
        "estimate": difference,
        "std_error": error,
        "ci_low": max(low, -1.0),
        "ci_high": min(high, 1.0),
        "conf_level": level,
        "statistic": statistic,
        "p_value": 2 * float(ndtr(-abs(statistic))) if error > 0 else np.nan,
        "estimate_1": a["estimate"],
        "estimate_2": b["estimate"],
        "naive": a["naive"] - b["naive"],
        "method": f"{method}; {a['method']} v {b['method']}",
        "flags": "; ".join(flags),
    }


def _holm(p_values: np.ndarray) -> np.ndarray:
    from statsmodels.stats.multitest import multipletests

    out = np.full(len(p_values), np.nan)
    known = ~np.isnan(p_values)
    if known.any():
        out[known] = multipletests(p_values[known], method="holm")[1]
    return out


_COLUMNS = [
    "category",
    "estimate",
    "std_error",
    "ci_low",
    "ci_high",
    "conf_level",
    "df",
    "n",
    "n_coded",
    "n_eff",
    "clusters",
    "method",
    "ppi_lambda",
    "human_estimate",
    "human_ci_low",
    "human_ci_high",
    "naive",
    "rogan_gladen",
    "rogan_gladen_se",
    "sensitivity",
    "specificity",
    "flags",
]


def _prepare(
    frame: pd.DataFrame,
    code: str,
    machine: str | Mapping[Any, str],
    group: str | None,
    categories: Sequence[Any] | None,
    count: str | None,
    stratum: str | None,
    cluster: str | None,
    interval: str,
) -> tuple[list[tuple[Any, list[tuple[Any, list[_Part]]]]], list[str]]:
    """(group, [(category, strata)]) and the names of the result columns."""
    machines = list(machine.values()) if isinstance(machine, Mapping) else [machine]
    for column in [code, *machines, group, count, stratum, cluster]:
        if column is not None and column not in frame.columns:
            raise InputError(
                f"`frame` has no column {column!r}; found: {', '.join(map(str, frame.columns))}. "
                "Name one of these."
            )
    if interval not in INTERVALS:
        raise InputError(
            f"`interval` is {interval!r}; expected one of {', '.join(INTERVALS)}. "
            "Use 'wilson', the default."
        )
    for column in machines:
        missing = int(frame[column].isna().sum())
        if missing:
            raise InputError(
                f"`machine` column {column!r} lacks {missing} values; expected one for every post. "
                "Classify all posts, or leave these out."
            )
    codes = frame[code]
    numeric = pd.api.types.is_numeric_dtype(codes) or pd.api.types.is_bool_dtype(codes)
    if numeric:
        wrong = sorted(set(codes.dropna().astype(float)) - {0.0, 1.0})
        if wrong:
            raise InputError(
                f"`code` column {code!r} holds {wrong[:5]}; expected 0, 1 or missing, or names of "
                "categories. Recode it."
            )
    if categories is None:
        categories = [1] if numeric else sorted(codes.dropna().unique(), key=str)
    values = [None] if group is None else sorted(frame[group].dropna().unique(), key=str)
    out = []
    for value in values:
        mine = frame if group is None else frame[frame[group] == value]
        by_category = [
            (c, _parts(mine, code, machine, c, count, stratum, cluster)) for c in categories
        ]
        out.append((value, by_category))
    return out, _COLUMNS


def _parts(
    frame: pd.DataFrame,
    code: str,
    machine: str | Mapping[Any, str],
    category: Any,
    count: str | None,
    stratum: str | None,
    cluster: str | None,
) -> list[_Part]:
    strata = [frame] if stratum is None else [part for _, part in frame.groupby(stratum, sort=True)]
    parts = []
    for part in strata:
        coded = part[code].notna().to_numpy()
        y = _indicator(part[code][coded], category)
        f = _machine(part, machine, category)
        times = np.ones(int((~coded).sum()))
        if count is not None:
            times = part[count].to_numpy(dtype=float)[~coded]
        clusters = part[cluster].to_numpy() if cluster is not None else None
        parts.append(
            _Part(
                y,
                f[coded],
                f[~coded],
                times,
                None if clusters is None else clusters[coded],
                None if clusters is None else clusters[~coded],
            )
        )
        if stratum is not None and len(part) > 0 and len(y) < 2:
            raise InputError(
                f"`stratum` {part[stratum].iloc[0]!r} has {len(y)} coded posts; expected "
                "two or more in each, to see how they vary. Code more posts there, or merge strata."
            )
    return parts


def _indicator(values: pd.Series, category: Any) -> np.ndarray:
    return (values == category).to_numpy(dtype=float)


def _machine(part: pd.DataFrame, machine: str | Mapping[Any, str], category: Any) -> np.ndarray:
    """The machine's value for `category`: 0/1 from labels, or its probability."""
    column = machine[category] if isinstance(machine, Mapping) else machine
    values = part[column]
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        numbers = values.to_numpy(dtype=float)
        if len(numbers) and (numbers.min() < 0 or numbers.max() > 1):
            raise InputError(
                f"`machine` column {column!r} runs from {numbers.min():g} to {numbers.max():g}; "
                "expected labels, or probabilities from 0 to 1. Rescale it."
            )
        return numbers
    return _indicator(values, category)


def _row(parts: list[_Part], interval: str, level: float) -> dict[str, Any]:
    n, total = sum(p.n for p in parts), sum(p.total for p in parts)
    clusters = _n_clusters(parts)
    shared: dict[str, Any] = {"conf_level": level, "n": total, "n_coded": n, "clusters": clusters}
    human = _human(parts, level)
    found = _ppi(parts, interval, level)
    flags = _fallback_flags(parts)
    if flags:
        found = human
    share = found.value
    n_eff = share * (1 - share) / found.std_error**2 if found.std_error > 0 else float(n)
    errors = _rogan_gladen(parts)
    return {
        "estimate": share,
        "std_error": found.std_error,
        "ci_low": found.low,
        "ci_high": found.high,
        "df": found.df,
        "n_eff": n_eff if n else np.nan,
        "method": found.method,
        "ppi_lambda": found.lam,
        "human_estimate": human.value,
        "human_ci_low": human.low,
        "human_ci_high": human.high,
        "naive": _weighted_mean(
            np.concatenate([p.rest for p in parts]), np.concatenate([p.times for p in parts])
        ),
        **{k: v for k, v in errors.items() if k != "flag"},
        "flags": "|".join([*flags, *errors["flag"]]),
        **shared,
    }


def _fallback_flags(parts: list[_Part]) -> list[str]:
    """Why PPI++ is not used, or nothing."""
    y = np.concatenate([p.y for p in parts])
    f = np.concatenate([p.f for p in parts])
    if not len(y):
        return ["n0"]
    flags = []
    if len(y) < MIN_CODED:
        flags.append("small_n")
    if min(y.sum(), len(y) - y.sum()) < MIN_EACH:
        flags.append("rare")
    if (np.abs(y - f) >= 0.5).sum() < MIN_DISAGREEMENTS:
        flags.append("few_errors")
    if sum(p.n_rest for p in parts) < 1:
        flags.append("no_rest")
    return flags


def _ppi(parts: list[_Part], interval: str, level: float) -> _Estimate:
    """PPI++ over strata with one λ; one part without strata is the textbook case."""
    from scipy.special import ndtri, stdtrit

    live = [p for p in parts if p.total]
    if not live or min(p.n for p in live) < 2 or sum(p.n_rest for p in live) < 1:
        return _Estimate(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, "")
    share = np.array([p.total for p in live]) / sum(p.total for p in live)
    top = bottom = 0.0
    for w, p in zip(share, live, strict=True):
        if p.n_rest:
            cov = np.mean(p.y * p.f) - p.y.mean() * p.f.mean()
            scale = w**2 / p.n
            top += scale * cov
            bottom += scale * (1 + p.n / p.n_rest) * _pooled_variance(p)
    lam = float(np.clip(top / bottom, 0, 1)) if bottom > 0 else 0.0
    value = variance = 0.0
    strata = len(live) > 1
    for w, p in zip(share, live, strict=True):
        # A stratum coded whole has no machine value to add: its codes are its share.
        use = lam if p.n_rest else 0.0
        rest = _weighted_mean(p.rest, p.times) if p.n_rest else 0.0
        value += w * (p.y.mean() + use * (rest - p.f.mean()))
        variance += w**2 * _part_variance(p, use, rest, strata or interval == "wilson")
    error = float(np.sqrt(variance))
    df = (_n_clusters(live) or sum(p.n for p in live)) - len(live)
    if interval == "normal":
        z = ndtri((1 + level) / 2)
        low, high, how = value - z * error, value + z * error, "normal"
    else:
        low, high = _wilson(value, error, float(stdtrit(df, (1 + level) / 2)))
        how = "Wilson on n_eff"
    method = f"PPI++, {how}" + (", strata" if strata else "")
    method += ", clusters" if live[0].coded_cluster is not None else ""
    return _Estimate(float(value), error, float(low), float(high), float(df), lam, method)


def _part_variance(p: _Part, lam: float, rest: float, unbiased: bool) -> float:
    """Variance of θ in one stratum: machine values of all posts, and what the codes add."""
    residual = p.y - lam * p.f
    if p.coded_cluster is not None and p.rest_cluster is not None:
        coded = _cluster_variance(residual, np.ones(p.n), p.coded_cluster)
        other = _cluster_variance(p.rest, p.times, p.rest_cluster) if p.n_rest else 0.0
        return lam**2 * other + coded
    coded = residual.var() / p.n
    if unbiased:
        coded *= p.n / (p.n - 1)
    spread = _weighted_mean((p.rest - rest) ** 2, p.times) / p.n_rest if p.n_rest else 0.0
    return float(lam**2 * spread + coded)


def _cluster_variance(values: np.ndarray, times: np.ndarray, clusters: np.ndarray) -> float:
    """Variance of a mean whose values come in clusters: K/(K-1) Σ (sum of influences)²."""
    mean = _weighted_mean(values, times)
    codes, labels = pd.factorize(clusters)
    sums = np.bincount(codes, weights=times * (values - mean) / times.sum())
    k = len(labels)
    return float(k / (k - 1) * (sums**2).sum()) if k > 1 else float("nan")


def _pooled_variance(p: _Part) -> float:
    """var(f ∪ F) with n + N - 1, as the authors' package has it."""
    values = np.concatenate([p.f, p.rest])
    times = np.concatenate([np.ones(p.n), p.times])
    mean = _weighted_mean(values, times)
    return float((times * (values - mean) ** 2).sum() / (times.sum() - 1))


def _human(parts: list[_Part], level: float) -> _Estimate:
    """The coded sample alone: Wilson; with strata or clusters, Wilson on what it is worth."""
    from scipy.special import ndtri, stdtrit
    from statsmodels.stats.proportion import proportion_confint

    live = [p for p in parts if p.n]
    n = sum(p.n for p in live)
    method = "coded sample only, Wilson"
    if not n:
        return _Estimate(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, method)
    plain = len(live) == 1 and live[0].coded_cluster is None
    if plain:
        y = live[0].y
        low, high = proportion_confint(y.sum(), n, alpha=1 - level, method="wilson")
        error = float(np.sqrt(y.mean() * (1 - y.mean()) / n))
        return _Estimate(float(y.mean()), error, float(low), float(high), np.inf, 0.0, method)
    share = np.array([p.total for p in live]) / sum(p.total for p in live)
    value = float(sum(w * p.y.mean() for w, p in zip(share, live, strict=True)))
    variance = 0.0
    for w, p in zip(share, live, strict=True):
        if p.coded_cluster is not None:
            part = _cluster_variance(p.y, np.ones(p.n), p.coded_cluster)
        else:
            part = p.y.var() / max(p.n - 1, 1)
        variance += w**2 * part
    df = (_n_clusters(live) or n) - len(live)
    error = float(np.sqrt(variance))
    quantile = float(stdtrit(df, (1 + level) / 2)) if df > 0 else float(ndtri((1 + level) / 2))
    # Nothing varies: no variance to be worth anything; the plain sample size stands in.
    if error > 0:
        low, high = _wilson(value, error, quantile)
    else:
        low, high = proportion_confint(value * n, n, alpha=1 - level, method="wilson")
    return _Estimate(value, error, float(low), float(high), float(df), 0.0, method + " on n_eff")


def _wilson(share: float, error: float, quantile: float) -> tuple[float, float]:
    """Wilson's limits for the sample size whose standard error is `error`."""
    inside = float(np.clip(share, 1e-9, 1 - 1e-9))
    n = max(inside * (1 - inside) / max(error, 1e-12) ** 2, 1.0)
    middle = (inside + quantile**2 / (2 * n)) / (1 + quantile**2 / n)
    half = quantile / (1 + quantile**2 / n)
    half *= np.sqrt(inside * (1 - inside) / n + quantile**2 / (4 * n**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _rogan_gladen(parts: list[_Part]) -> dict[str, Any]:
    """(q + Sp - 1) / (Se + Sp - 1) with delta error; unstratified samples with labels only."""
    out: dict[str, Any] = {"rogan_gladen": np.nan, "rogan_gladen_se": np.nan}
    out |= {"sensitivity": np.nan, "specificity": np.nan, "flag": []}
    y, f = np.concatenate([p.y for p in parts]), np.concatenate([p.f for p in parts])
    rest, times = np.concatenate([p.rest for p in parts]), np.concatenate([p.times for p in parts])
    labels = np.isin(f, (0, 1)).all() and np.isin(rest, (0, 1)).all()
    if not labels or not 0 < y.sum() < len(y) or not times.sum():
        return out
    se, sp = f[y == 1].mean(), 1 - f[y == 0].mean()
    out |= {"sensitivity": float(se), "specificity": float(sp)}
    if se + sp <= RG_MIN or len(parts) > 1:
        return out
    q, n = _weighted_mean(rest, times), times.sum()
    youden = se + sp - 1
    share = (q + sp - 1) / youden
    variance = q * (1 - q) / n + share**2 * se * (1 - se) / (y == 1).sum()
    variance += (1 - share) ** 2 * sp * (1 - sp) / (y == 0).sum()
    out["rogan_gladen"] = float(np.clip(share, 0, 1))
    out["rogan_gladen_se"] = float(np.sqrt(variance) / youden)
    if not 0 <= share <= 1:
        out["flag"] = ["boundary"]
    return out


def _n_clusters(parts: list[_Part]) -> int:
    """Number of coded clusters; 0 when posts were drawn one by one."""
    return sum(len(set(p.coded_cluster)) for p in parts if p.coded_cluster is not None)


def _weighted_mean(values: np.ndarray, times: np.ndarray) -> float:
    total = times.sum()
    return float((values * times).sum() / total) if total > 0 else float("nan")
