"""Growth of a volume, and how much of it comes from more accounts rather than more demand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from carekit.inference.rates.counts import (
    FEW_CLUSTERS,
    check_conf_level,
    check_counts,
    column_names,
    require_columns,
)
from carekit.inference.rates.intervals import critical_value
from carekit.inference.rates.uneven_clusters import bias_reduced_variance, satterthwaite_df

COMPONENTS = ("total", "accounts", "per account", "like for like")
_RESULT = (
    "component before after estimate ci_low ci_high conf_level df log_share method flags"
).split()


def split_growth(
    table: pd.DataFrame, *, by: str | Sequence[str] = (), conf_level: float = 0.95
) -> pd.DataFrame:
    """Growth of the total, of the number of accounts, per account, and like for like.

    `table`: one row per group and account that got a request in either period: n_before, n_after (whole
    counts), open_before, open_after, open_throughout (booleans). Four rows per group: the `by` columns,
    component; before, after (requests; open accounts; requests per open account; requests of accounts
    open throughout), estimate (after / before - 1; NaN where before is 0), ci_low, ci_high, conf_level,
    df (on the log scale, accounts as clusters, bias-reduced variance with Satterthwaite's degrees of
    freedom: accounts are uneven, and Student's t on accounts - 1 covers 85 to 91 %; the number of
    accounts is counted and has none), log_share (of the log growth of the total; accounts and per
    account add up to 1), method, flags (`zero_var`: every account grew alike, no limits).

    Total = accounts × per account holds exactly. New accounts are smaller or larger than old ones, so
    "per account" and "like for like" differ: the second is demand, the first demand mixed with who
    joined.

    >>> table = pd.DataFrame({"n_before": [50, 50, 0], "n_after": [60, 60, 21],
    ...     "open_before": [True, True, False], "open_after": True,
    ...     "open_throughout": [True, True, False]})
    >>> out = split_growth(table)
    >>> out[["component", "estimate"]].round(2).to_numpy().tolist()
    [['total', 0.41], ['accounts', 0.5], ['per account', -0.06], ['like for like', 0.2]]
    """
    check_conf_level(conf_level)
    groups_by = column_names(by)
    flags = ["open_before", "open_after", "open_throughout"]
    require_columns(table, [*groups_by, "n_before", "n_after", *flags])
    counts = check_counts(table, ["n_before", "n_after"])
    frame = table[[*groups_by, *flags]].assign(
        n_before=counts["n_before"], n_after=counts["n_after"]
    )
    parts = []
    pieces: Iterable[tuple[Any, pd.DataFrame]] = [((), frame)]
    if groups_by:
        pieces = frame.groupby(groups_by, dropna=False, sort=True)
    for key, rows in pieces:
        made = _components(rows, conf_level)
        for name, value in zip(groups_by, key, strict=True):
            made[name] = value
        parts.append(made)
    if not parts:
        return pd.DataFrame(columns=[*groups_by, *_RESULT])
    return pd.concat(parts, ignore_index=True)[[*groups_by, *_RESULT]]


def _components(rows: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    old = rows[rows["open_throughout"].astype(bool)]
    before, after = float(rows["n_before"].sum()), float(rows["n_after"].sum())
    accounts = float(rows["open_before"].sum()), float(rows["open_after"].sum())
    values = {
        "total": (before, after),
        "accounts": accounts,
        "per account": (_ratio(before, accounts[0]), _ratio(after, accounts[1])),
        "like for like": (float(old["n_before"].sum()), float(old["n_after"].sum())),
    }
    whole = _log(after, before)
    made = []
    for name, (first, second) in values.items():
        limits = (np.nan, np.nan, np.nan)
        flags, method = [], "counted"
        if name != "accounts":
            used = old if name == "like for like" else rows
            method = "ratio, t on the log scale, clustered by account, CR2"
            if name == "per account":
                used = used[used["open_before"].astype(bool) | used["open_after"].astype(bool)]
            used = used[(used["n_before"] > 0) | (used["n_after"] > 0)]
            limits = _limits(used, _log(second, first), conf_level, per=name == "per account")
            flags += ["one_cluster"] if len(used) == 1 else []
            flags += ["zero_var"] if len(used) > 1 and np.isnan(limits[0]) else []
            flags += ["few_clusters"] if len(used) < FEW_CLUSTERS else []
        if first == 0:
            flags, method = ["n0"], "none: nothing before"
        change = _log(second, first)
        made.append(
            {
                "component": name,
                "before": first,
                "after": second,
                "estimate": _ratio(second, first) - 1,
                "ci_low": limits[0],
                "ci_high": limits[1],
                "conf_level": conf_level,
                "df": limits[2],
                "log_share": change / whole if whole else np.nan,
                "method": method,
                "flags": ", ".join(flags),
            }
        )
    return pd.DataFrame(made)


def _limits(
    rows: pd.DataFrame, change: float, conf_level: float, *, per: bool
) -> tuple[float, float, float]:
    """Limits of the growth and their degrees of freedom."""
    k = len(rows)
    first, second = rows["n_before"].to_numpy(float), rows["n_after"].to_numpy(float)
    if k < 2 or not first.sum() or not second.sum():
        return np.nan, np.nan, np.nan
    influence = second / second.sum() - first / first.sum()
    if per:
        # The number of accounts varies with the accounts that are drawn.
        was, now = (rows[f"open_{name}"].to_numpy(float) for name in ("before", "after"))
        if not was.sum() or not now.sum():
            return np.nan, np.nan, np.nan
        influence = influence - now / now.sum() + was / was.sum()
    # What an account takes away from the residuals is its share of both periods.
    share = (second / second.sum() + first / first.sum()) / 2
    one = np.zeros(k, dtype=np.int64)
    error = float(np.sqrt(bias_reduced_variance(influence, share, one, 1)[0]))
    df = float(satterthwaite_df(share, one, 1)[0])
    if error < 1e-12:  # every account grew alike: no variation to judge by
        return np.nan, np.nan, df
    reach = float(critical_value(conf_level, df)) * error
    return float(np.expm1(change - reach)), float(np.expm1(change + reach)), df


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom else np.nan


def _log(top: float, bottom: float) -> float:
    return float(np.log(top / bottom)) if top > 0 and bottom > 0 else np.nan
