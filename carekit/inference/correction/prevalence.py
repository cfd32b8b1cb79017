"""Shares from an imperfect classifier, corrected by a coded sample: PPI++ and what goes with it.

A share counted on machine labels carries the machine's errors, and no interval shows them. A random
sample of posts coded by people measures these errors; prediction-powered inference (Angelopoulos,
Duchi and Zrnic 2023, "PPI++") adds the machine's labels of all other posts to it. The result is
unbiased whatever the classifier, and narrower than the coded sample alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from carekit.errors import InputError
from carekit.inference.correction.prevalence_estimators import (
    Part,
    coded_only,
    fallback_flags,
    n_clusters,
    ppi,
    rogan_gladen,
    weighted_mean,
)
from carekit.inference.rates.multiplicity import adjust_p_values

INTERVALS = ("wilson", "normal")


class Coded(TypedDict, total=False):
    """How the posts were coded: what both functions take behind their columns.

    Attributes
    ----------
    categories : sequence
        Categories to report; default: those in `code`, and only 1 for 0/1 codes.
    count : str
        Column: number of posts that an uncoded row stands for.
    stratum : str
        Column of the strata in which the sample was drawn; each counts by its share of posts.
    cluster : str
        Column of what was drawn as a whole (thread): posts of one cluster are dependent.
    interval : {"wilson", "normal"}
        "wilson": Wilson's interval on the number of coded posts that the estimate is worth, with
        Student's t; keeps its coverage in small samples. "normal": estimate ± z × standard error,
        as in the paper.
    """

    categories: Sequence[Any] | None
    count: str | None
    stratum: str | None
    cluster: str | None
    interval: str


def corrected_prevalence(
    frame: pd.DataFrame,
    *,
    code: str,
    machine: str | Mapping[Any, str],
    group: str | None = None,
    conf_level: float = 0.95,
    **how: Unpack[Coded],
) -> pd.DataFrame:
    """Share of each category by group, from a coded random sample and a classifier's labels.

    Parameters
    ----------
    frame : DataFrame
        One row per post (or, with `count`, one row for so many posts that are not coded).
    code : str
        Column of the human codes: 0/1 or names of categories; missing where a post was not coded.
        The coded posts must be a random sample of each group (of each stratum of it): a sample
        chosen by the classifier's doubt is not.
    machine : str or dict
        Column of the machine's labels (same categories as `code`), or of its probability when codes
        are 0/1; or a dict category → column of probabilities. No missing value.
    group : str, optional
        Column: one estimate for each of its values.
    **how
        See `Coded`.

    Returns
    -------
    DataFrame
        One row per group and category: the group, category; estimate (share 0-1 of the group's posts,
        corrected), std_error, ci_low, ci_high, conf_level, df; n (posts), n_coded, n_eff (coded
        posts the estimate is worth), clusters; method; ppi_lambda (weight given to the machine, 0
        to 1); human_estimate and its limits (the coded sample alone, Wilson); naive (share of
        machine labels among the uncoded posts: never rank on it); rogan_gladen, rogan_gladen_se
        (stratum by stratum; NaN unless the machine gives labels and beats chance), sensitivity,
        specificity; flags: `small_n` (fewer than 60 coded), `rare` (fewer than 15 with or without
        the category), `few_errors` (fewer than 5 disagreements), `no_rest` (no uncoded posts) say
        why the coded sample alone is used; `boundary`: Rogan-Gladen was clipped; `n0`.

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
    groups = _prepare(frame, code, machine, group, **how)
    rows = []
    for value, by_category in groups:
        for category, parts in by_category:
            row: dict[str, Any] = {} if group is None else {group: value}
            row["category"] = category
            row |= _row(parts, how.get("interval", "wilson"), conf_level)
            rows.append(row)
    return pd.DataFrame(rows, columns=[*([group] if group else []), *_COLUMNS])


def compare_groups(
    frame: pd.DataFrame,
    *,
    code: str,
    machine: str | Mapping[Any, str],
    group: str,
    reference: Any = None,
    conf_level: float = 0.95,
    **how: Unpack[Coded],
) -> pd.DataFrame:
    """Differences between groups in corrected shares; every other with `reference`, or all pairs.

    Parameters are those of `corrected_prevalence`. One row per pair and category: category, group_1,
    group_2, estimate (share in group 1 minus share in group 2), std_error, ci_low, ci_high,
    conf_level, statistic, p_value (two-sided normal), p_adjusted (Holm, over all rows), n_family,
    estimate_1, estimate_2, naive (the uncorrected difference), method, flags. Groups are sampled
    and corrected apart, so variances add; with `interval="wilson"` the limits join those of the
    groups by Newcombe's square-and-add.

    >>> frame = pd.DataFrame({
    ...     "brand": ["a"] * 80 + ["b"] * 80, "code": [1, 0] * 40 + [1, 0, 0, 0] * 20,
    ...     "machine": [1, 0] * 40 + [1, 0, 0, 0] * 20,
    ... })
    >>> out = compare_groups(frame, code="code", machine="machine", group="brand")
    >>> out[["group_1", "group_2", "estimate"]].values.tolist()
    [['a', 'b', 0.25]]
    """
    shares = corrected_prevalence(
        frame, code=code, machine=machine, group=group, conf_level=conf_level, **how
    )
    interval = how.get("interval", "wilson")
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
    adjusted = adjust_p_values(out)
    out["p_adjusted"], out["n_family"] = adjusted["p_adjusted"], adjusted["family_size"]
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
    flags = [f"{v}: {f}" for v, f in ((first, a["flags"]), (second, b["flags"])) if f]
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


_COLUMNS = [
    *("category", "estimate", "std_error", "ci_low", "ci_high", "conf_level", "df", "n", "n_coded"),
    *("n_eff", "clusters", "method", "ppi_lambda", "human_estimate", "human_ci_low"),
    *("human_ci_high", "naive", "rogan_gladen", "rogan_gladen_se", "sensitivity", "specificity"),
    "flags",
]


def _prepare(
    frame: pd.DataFrame,
    code: str,
    machine: str | Mapping[Any, str],
    group: str | None,
    *,
    categories: Sequence[Any] | None = None,
    count: str | None = None,
    stratum: str | None = None,
    cluster: str | None = None,
    interval: str = "wilson",
) -> list[tuple[Any, list[tuple[Any, list[Part]]]]]:
    """Each group with its categories, each of these with its strata."""
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
    return out


def _parts(
    frame: pd.DataFrame,
    code: str,
    machine: str | Mapping[Any, str],
    category: Any,
    count: str | None,
    stratum: str | None,
    cluster: str | None,
) -> list[Part]:
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
            Part(
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


def _row(parts: list[Part], interval: str, level: float) -> dict[str, Any]:
    n, total = sum(p.n for p in parts), sum(p.total for p in parts)
    clusters = n_clusters(parts)
    shared: dict[str, Any] = {"conf_level": level, "n": total, "n_coded": n, "clusters": clusters}
    human = coded_only(parts, level)
    found = ppi(parts, interval, level)
    flags = fallback_flags(parts)
    if flags:
        found = human
    share = found.value
    n_eff = share * (1 - share) / found.std_error**2 if found.std_error > 0 else float(n)
    errors = rogan_gladen(parts)
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
        "naive": weighted_mean(
            np.concatenate([p.rest for p in parts]), np.concatenate([p.times for p in parts])
        ),
        **{k: v for k, v in errors.items() if k != "flag"},
        "flags": ", ".join([*flags, *errors["flag"]]),
        **shared,
    }
