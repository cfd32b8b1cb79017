"""Answer rates of many groups: typical brand beside typical request, small groups, comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carekit.errors import CannotAnswer, InputError
from carekit.inference.benchmark.pooling import shrink_rates
from carekit.inference.rates.comparisons import compare_rates
from carekit.inference.rates.proportions import mean_of_rates
from carekit.inference.waits.logrank import WaitComparison, compare_waits
from carekit.measures.answers import count_answers
from carekit.measures.registry import REQUIRED, Told, measure
from carekit.measures.waits import CLOSED, count_waits, forward, need_several_units
from carekit.requests.value import NONE, Requests

if TYPE_CHECKING:
    import pandas as pd

FEWEST_GROUPS = 5


@measure(
    "typical-brand",
    "how does the answer rate of all requests differ from that of the typical brand",
    "n n_answered estimate ci_low ci_high brand_mean brand_mean_low brand_mean_high brand_median "
    "brands conf_level method flags definition",
    independent="brand",
    refused_as=CLOSED,
    without="cluster",
)
def typical_brand(requests: Requests) -> pd.DataFrame:
    """The pooled answer rate beside the mean of the brands' own rates.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options but `cluster`: brands are the independent
        unit.

    Returns
    -------
    pandas.DataFrame
        One row per group: the `by` columns; n, n_answered; estimate, ci_low, ci_high (pooled: of all
        requests together); brand_mean, brand_mean_low, brand_mean_high (mean over brands with a
        request); brand_median; brands, conf_level, method and flags (of the pooled rate),
        definition.

    Examples
    --------
    >>> import carekit
    >>> table = carekit.typical_brand(carekit.open_dataset(), by="network")
    >>> bool(table.brand_mean.between(0, 1).all())
    True
    """
    requests = requests.but(cluster="brand")
    need_several_units(requests)
    counts = count_answers(requests)
    brands = requests.estimate(mean_of_rates, counts)
    return requests.rates(
        counts,
        brand_mean=brands["estimate"],
        brand_mean_low=brands["ci_low"],
        brand_mean_high=brands["ci_high"],
        brand_median=brands["median_rate"],
        brands=brands["clusters"],
    )


@measure(
    "shrunk-rates",
    "what are the answer rates of small groups, given those of all groups",
    "n n_answered raw shrunk prior_weight estimate std_error ci_low ci_high conf_level method flags "
    "definition",
    units={"raw": "share", "shrunk": "share"},
    independent="request",
    refused_as=CLOSED,
    without="cluster",
    by=("brand",),
)
def shrunk_rates(requests: Requests) -> pd.DataFrame:
    """Answer rates of small groups, pulled towards what groups have in common (beta-binomial).

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options but `cluster`. `by` names five groups or more;
        by default brands.

    Returns
    -------
    pandas.DataFrame
        One row per group, as `carekit.inference.benchmark.pooling.shrink_rates`, with definition.
        Requests of a group count as independent: take groups that are the independent unit, such as
        brands.

    Examples
    --------
    >>> import carekit
    >>> table = carekit.shrunk_rates(carekit.open_dataset(), where="network = 'forum'")
    >>> bool((table.shrunk.max() - table.shrunk.min()) < (table.raw.max() - table.raw.min()))
    True
    """
    requests = requests.but(cluster=NONE)
    counts = count_answers(requests)
    if (groups := len(counts[list(requests.by)].dropna())) < FEWEST_GROUPS:
        raise CannotAnswer(
            f"`by` {', '.join(requests.by)!r} has {groups} group(s) with requests in this dataset; "
            f"what groups have in common needs at least {FEWEST_GROUPS}. Use answer_rate, which "
            "gives each group its own interval."
        )
    made = shrink_rates(counts, by=requests.by, conf_level=requests.conf_level)
    return made.assign(definition=requests.definition.name)


@measure(
    "compare-answer-rates",
    "how do answer rates differ between groups",
    "group_a group_b rate_a rate_b n_a n_b estimate std_error ci_low ci_high conf_level statistic df "
    "p_value n clusters method flags p_adjusted adjustment family_size definition",
    unit="points",
    units={"rate_a": "share", "rate_b": "share"},
    refused_as=CLOSED,
    by=REQUIRED,
    cluster="brand",
)
def compare_answer_rates(requests: Requests, *, reference: Any = None) -> Told:
    """Differences of answer rates between groups, p-values adjusted by Holm's method.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options. `by` names one column; requests without a
        value are left out and counted. `cluster` is the brand by default: one that is in several
        groups is compared with itself.
    reference : optional
        Group that all others are compared with; without it all pairs.

    Returns
    -------
    pandas.DataFrame
        One row per pair, as `carekit.inference.rates.comparisons.compare_rates`, with definition.

    Examples
    --------
    >>> import carekit
    >>> table = carekit.compare_answer_rates(
    ...     carekit.open_dataset(), by="network", reference="x")
    >>> bool((table.p_adjusted >= table.p_value).all())
    True
    """
    need_several_units(requests)
    if requests.unit is None:
        raise InputError(
            f"`cluster` is {requests.cluster!r}; differences of rates need an independent unit. Name "
            "one, such as brand or author_id."
        )
    by, counts = requests.by[0], count_answers(requests)
    missing = counts[by].isna()
    if (groups := counts[by].nunique()) < 2:
        raise CannotAnswer(
            f"`by` {by!r} has {groups} group(s) in this dataset; at least two are needed to compare. "
            "Name another column."
        )
    made = requests.estimate(compare_rates, counts[~missing], by=by, reference=reference)
    lost = {f"requests without {by}": int(counts.loc[missing, "n"].sum())}
    return Told(made, left_out=lost)


@measure(
    "compare-first-response",
    "do groups wait differently",
    "",
    refused_as=CLOSED,
    without="conf_level",
    by=REQUIRED,
    cluster="brand",
)
def compare_first_response(requests: Requests) -> WaitComparison:
    """Do groups wait differently? Log-rank test over all requests, unanswered ones censored.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options. `by` names one column; a missing value is a
        group. `cluster` is the brand by default.

    Returns
    -------
    WaitComparison
        See `carekit.inference.waits.logrank.compare_waits`.

    Examples
    --------
    >>> import carekit
    >>> result = carekit.compare_first_response(carekit.open_dataset(), by="network")
    >>> result.p_value < 0.001
    True
    """
    need_several_units(requests)
    counts, unit = requests.with_unit(forward(requests.once(count_waits)))
    by = requests.by[0]
    if (groups := counts[by].nunique(dropna=False)) < 2:
        raise CannotAnswer(
            f"`by` {by!r} has {groups} group(s) in this dataset; at least two are needed to compare.",
            "Name another column.",
        )
    return compare_waits(counts, group=requests.by[0], cluster=unit)
