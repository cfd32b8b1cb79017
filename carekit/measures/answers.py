"""What share of requests did the brand answer, and what do torn threads leave open?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carekit.inference.rates.bounds import rate_bounds
from carekit.measures.registry import Told, measure
from carekit.measures.targets import COLUMNS, UNITS, rates_of_targets
from carekit.requests.value import Requests

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = ("n_incomplete", "n_deleted")


def count_answers(requests: Requests) -> pd.DataFrame:
    """One row per group and unit: n (requests), n_answered."""
    from ibis import _

    return requests.count(requests.rows(), n_answered=_.answered)


@measure(
    "answer-rate",
    "what share of requests was answered",
    f"n n_answered estimate ci_low ci_high {COLUMNS} conf_level method flags definition",
    units=UNITS,
    refused_as="answer-rate",
)
def answer_rate(requests: Requests) -> Told:
    """Share of requests that the brand answered, with its interval.

    Parameters
    ----------
    dataset : Dataset or Requests
        A dataset with the options of `carekit.requests` (by, where, definition, cluster,
        conf_level, allow_selected, engine, target), or the requests that it gives.

    Returns
    -------
    pandas.DataFrame
        One row per group, with ``target="both"`` two: the `by` columns, then

        - n (requests, the denominator), n_answered; estimate, ci_low, ci_high, conf_level
        - target: of which brands the limits speak. "these brands": n_answered / n of these very
          brands. "brands like these": with 30 brands or more n_answered / n, brands as clusters;
          where it is asked for by `target`, the mean rate of such brands, each counting once, with
          limits that hold for few brands as well
        - brands, brand_sd: how many, and how much their rates differ (standard deviation)
        - next_low, next_high: limits of the rate of one more such brand
        - other_target, other_estimate, other_low, other_high: the same for the other target
        - method, flags, definition

        Where each group is one brand, there is nothing to say of others.

    Raises
    ------
    SelectionError
        If the dataset holds only answered conversations, unless `allow_selected`.
    CannotAnswer
        If `target` asks for brands like these, and each group is one brand.
    InputError
        If a column, a definition or the condition is not known.

    Examples
    --------
    >>> import carekit
    >>> rates = carekit.answer_rate(carekit.open_dataset(), by="network")
    >>> bool(rates.estimate.between(rates.ci_low, rates.ci_high).all())
    True
    """
    from ibis import _

    return rates_of_targets(requests, n_answered=_.answered)


def count_unknown(requests: Requests) -> pd.DataFrame:
    """One row per group and unit: n, n_answered, and unanswered requests that may have been answered.

    n_incomplete: a post of the thread is missing; n_deleted: deleted by the last look, the thread
    complete; n_unknown: their sum.
    """
    import ibis
    from ibis import _

    threads, table = requests.built(threads=True).threads, requests.rows(threads=True)
    assert threads is not None
    gone = threads.posts.filter(_.deleted_at.notnull()).select(gone=_.post_id)
    whole = ibis.coalesce(_.thread_complete, True)
    flagged = table.left_join(gone, [("request_id", "gone")]).select(*table.columns, "gone")
    counts = requests.count(
        flagged,
        n_answered=_.answered,
        n_incomplete=~_.answered & ~whole,
        n_deleted=~_.answered & whole & _.gone.notnull(),
    )
    return counts.assign(n_unknown=counts["n_incomplete"] + counts["n_deleted"])


@measure(
    "answer-bounds",
    "between which limits does the answer rate lie when threads are torn",
    "n n_answered n_incomplete n_deleted n_unknown estimate lower_bound upper_bound ci_low ci_high "
    "conf_level method flags definition",
    refused_as="answer-rate",
)
def answer_bounds(requests: Requests) -> pd.DataFrame:
    """Answer rate with the bounds that missing and deleted posts leave open.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options.

    Returns
    -------
    pandas.DataFrame
        One row per group: the `by` columns; n, n_answered; n_incomplete (unanswered requests in a
        thread of which a post is missing) and n_deleted (unanswered requests that were deleted);
        n_unknown, their sum; estimate (the rate among the others, NaN where more than 2 % are
        unknown); lower_bound and upper_bound (if none or all unknown ones were answered); ci_low,
        ci_high (which cover both bounds), conf_level; method, flags, definition.

    Examples
    --------
    >>> import carekit
    >>> row = carekit.answer_bounds(carekit.open_dataset()).iloc[0]
    >>> bool(row.lower_bound <= row.n_answered / row.n <= row.upper_bound)
    True
    """
    counts = count_unknown(requests)
    made = requests.estimate(rate_bounds, counts)
    return made.assign(**{name: requests.sums(counts, made, name) for name in UNKNOWN})
