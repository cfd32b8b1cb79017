"""The policy's workload: who has how much to answer, and how much must leave the network."""

from __future__ import annotations

import pandas as pd

from carekit.coding.categories import UNCORRECTED
from carekit.coding.flagged import FlaggedRequests, flagged_as
from carekit.coding.policy import (
    CATEGORIES,
    LEAVES_NETWORK,
    apply_policy,
    load_policy,
    summarise_workload,
)
from carekit.measures.registry import Told, measure
from carekit.requests.value import Requests


@measure(
    "workload",
    "who has how much to answer under a policy, and what must leave the network",
    "n share n_to_do n_leaving share_leaving median_deadline_minutes ci_low ci_high conf_level "
    f"method flags {' '.join(f'n_{c}' for c in CATEGORIES)}",
    units={"share_leaving": "share"},
    by=("owner",),
)
def workload(
    requests: Requests,
    *,
    policy: pd.DataFrame | None = None,
    flagged: FlaggedRequests | None = None,
) -> Told:
    """Requests by owner under a policy, and the share that must leave the network.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options; `by` is one of owner (by default), action and
        rule_id.
    policy : DataFrame, optional
        As `carekit.coding.load_policy` returns it; default: the shipped one, in English.
    flagged : FlaggedRequests, optional
        These requests with their flags, where they were flagged before; `definition` and `where`
        are then its own.

    Returns
    -------
    pandas.DataFrame
        The columns of `carekit.coding.summarise_workload` (one row per value of `by`, most requests
        first, then "all"), and `ci_low`, `ci_high`, `conf_level`, `method`, `flags` of `share_leaving`. It
        is counted by the rules of triage, uncorrected: it says what the policy would do with what
        the rules see.

    Examples
    --------
    >>> import carekit
    >>> table = carekit.workload(carekit.open_dataset(), where="network = 'x'")
    >>> table.owner.to_list()[-1]
    'all'
    """
    rules = load_policy(lang="en") if policy is None else policy
    flagged = flagged_as(requests.but(by=()), flagged)
    flagged.with_text()
    by, frame = ",".join(requests.by), flagged.frame
    applied = apply_policy(frame, policy=rules)
    table = summarise_workload(applied, by=by, category=frame["comment_class"])
    to_do = applied[applied["rule_id"].notna() & (applied["action"] != "leave").fillna(False)]
    counts = flagged.count(to_do, by, n_yes=to_do["action"].isin(LEAVES_NETWORK))
    asked = flagged.requests.but(by=(by,), conf_level=requests.conf_level)
    rates = asked.rates(pd.concat([counts, counts.assign(**{by: "all"})]), n_yes="n_yes")
    limits = rates[[by, "ci_low", "ci_high", "conf_level", "flags"]].assign(
        method=rates["method"] + f"; {UNCORRECTED}"
    )
    without = int(applied["rule_id"].isna().sum())
    return Told(
        table.merge(limits, on=by, how="left"),
        left_out={"requests without a rule (no text, or an unknown surface)": without},
        notes=(
            "share_leaving is of what is to be done (n_to_do).",
            "Category and risk come from the rules, uncorrected.",
        ),
        requests=flagged.requests,
    )
