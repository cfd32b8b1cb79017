"""The policy's workload: who has how much to answer, and how much must leave the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from carekit.coding.flagged import FlaggedRequests, flag_requests
from carekit.dataset.engine import Engine
from carekit.inference.rates.proportions import estimate_rate
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.setting import AUTO

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset


def measure_workload(
    dataset: Dataset,
    *,
    policy: pd.DataFrame | None = None,
    by: str = "owner",
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    flagged: FlaggedRequests | None = None,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Requests by owner under a policy, and the share that must leave the network.

    Parameters
    ----------
    dataset, definition, cluster, conf_level, where, engine
        As in `carekit.measure_answer_rate`.
    policy : DataFrame, optional
        As `carekit.coding.load_policy` returns it; default: the shipped one, in English.
    by : {"owner", "action", "rule_id"}
        What to count by.
    flagged : FlaggedRequests, optional
        These requests with their flags, where they were flagged before; `definition` and `where`
        are then its own.

    Returns
    -------
    pandas.DataFrame
        The columns of `carekit.coding.summarise_workload` (one row a value of `by`, most requests
        first, then "all"), and `ci_low`, `ci_high`, `conf_level`, `method` of `share_leaving`. It
        is counted by the rules of triage, uncorrected: it says what the policy would do with what
        the rules see.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = measure_workload(open_dataset(), where="network = 'x'")
    >>> table.owner.to_list()[-1]
    'all'
    """
    from carekit.coding.policy import (
        CATEGORIES,
        LEAVES_NETWORK,
        apply_policy,
        load_policy,
        summarise_workload,
    )

    rules = load_policy(lang="en") if policy is None else policy
    if flagged is None:
        flagged = flag_requests(
            dataset, definition=definition, cluster=cluster, where=where, engine=engine
        )
    else:
        flagged = flagged.regrouped((), cluster=cluster)
    flagged.with_text()
    frame = flagged.frame
    applied = apply_policy(frame, policy=rules)
    table = summarise_workload(applied, by=by, category=frame["comment_class"])
    to_do = applied["rule_id"].notna() & (applied["action"] != "leave").fillna(False)
    posts = applied[to_do].assign(
        n=1,
        n_yes=applied["action"].isin(LEAVES_NETWORK).astype(int),
        cluster=flagged.units(),
    )
    twice = pd.concat([posts, posts.assign(**{by: "all"})], ignore_index=True)
    counts = twice.groupby([by, "cluster"], as_index=False, dropna=False)[["n", "n_yes"]].sum()
    rates = estimate_rate(
        counts,
        by=[by],
        cluster="cluster" if flagged.cluster else None,
        n_yes="n_yes",
        conf_level=conf_level,
    )
    limits = rates[[by, "ci_low", "ci_high", "conf_level"]].assign(
        method=flagged.setting.name_methods(rates) + "; rules, uncorrected"
    )
    result = table.merge(limits, on=by, how="left")
    order = [c for c in result.columns if not c.startswith("n_") or c[2:] not in CATEGORIES]
    result = result[[*order, *[c for c in result.columns if c not in order]]]
    without = int((applied["rule_id"].isna()).sum())
    note = (
        f"{flagged.note} share_leaving is of what is to be done (n_to_do). Category and risk are "
        "told by the rules, uncorrected."
    )
    if without:
        note += f" {without:,} requests have no rule: no text, or an unknown surface."
    result.attrs["note"] = note
    return result
