"""How often must customers ask again, and what became of their request in public?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.bounds import rate_bounds
from carekit.measures.answers import count_answers
from carekit.measures.first_answers import NO_TEXT, count_handoffs
from carekit.measures.registry import Told, measure
from carekit.requests.clock import whole_seconds
from carekit.requests.value import Requests

if TYPE_CHECKING:
    import ibis

    from carekit.requests.threads import Threads

ASKED_AGAIN, NEVER = "asked again", "never answered"
TWO_OR_MORE = "answered after two contacts or more"
IN_PUBLIC, HANDED = "answered in public", "answered, sent to a private message"
UNTOLD, SILENT = "answered, text not known", "no answer"
ANYWHERE = "An answer anywhere in the thread counts."
SHARE = "n n_yes estimate ci_low ci_high conf_level method flags definition"


def count_contacts(requests: Requests) -> pd.DataFrame:
    """How many posts the customer wrote in the thread until the brand answered.

    One row per group, unit and way: contacts (posts of the request's author in its thread, the request
    included, before the first answer, or at all if there is none), answered, complete (no post of
    the thread is known to be missing), n (requests). A post of an unknown author is never a second
    contact. Posts dated before the request are not counted; nor is anything for a request whose
    answer is dated before it, but the request.
    """
    import ibis
    from ibis import _

    threads, table = requests.built(threads=True).threads, requests.rows(threads=True)
    assert threads is not None
    written = customer_posts(threads)
    asked = table.select(
        "request_id", "thread_id", "author_id",
        asked_at=whole_seconds(_.created_at), wait=_.first_response_seconds,
    )  # fmt: skip
    later = (
        asked.inner_join(written, [("thread_id", "root"), ("author_id", "writer")])
        .select("request_id", "asked_at", "wait", "post_id", "written_at")
        .filter(
            (_.post_id != _.request_id)
            & (_.written_at >= _.asked_at)
            & (_.wait.isnull() | (_.written_at - _.asked_at < _.wait))
        )
        .group_by("request_id")
        .agg(again=_.count())
        .select(same="request_id", again=_.again)
    )
    told = table.left_join(later, [("request_id", "same")]).select(*table.columns, "again")
    told = told.mutate(
        contacts=1 + ibis.coalesce(_.again, 0), complete=ibis.coalesce(_.thread_complete, True)
    )
    return requests.count(told, "contacts", "answered", "complete")


def customer_posts(threads: Threads) -> ibis.Table:
    """Posts of known customers: post_id, writer, written_at (seconds), root (of their thread)."""
    from ibis import _

    members = threads.members.select(member=_.post_id, root=_.thread_id)
    return (
        threads.posts.filter((_.author_role == "customer") & _.author_id.notnull())
        .select("post_id", writer=_.author_id, written_at=whole_seconds(_.created_at))
        .inner_join(members, [("post_id", "member")])
        .select("post_id", "writer", "written_at", "root")
    )


@measure(
    "repeats",
    "how often do customers ask again, and how often without any answer",
    "repeat n n_yes estimate ci_low ci_high conf_level n_unknown lower_bound upper_bound "
    "mean_contacts method flags definition",
    refused_as="repeats",
)
def repeats(requests: Requests) -> Told:
    """Shares of requests whose author wrote again, and of those never answered.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options. A request must open a thread. An answer
        anywhere in the thread counts, whatever the definition says: a customer who is answered
        under a second post has been answered.

    Returns
    -------
    pandas.DataFrame
        Three rows a group: the `by` columns, then

        - repeat: "asked again" (wrote again in the thread before the first answer, or before the
          last look if there was none; of all requests), "answered after two contacts or more" (of
          answered requests), "never answered" (by the last look; of all requests)
        - n (the denominator), n_yes, estimate, ci_low, ci_high, conf_level
        - n_unknown: requests in threads of which a post is missing, where it could change the
          outcome; lower_bound, upper_bound: the share if none or all of them would
        - mean_contacts: posts of the customer until the answer, the request included; in the
          second row only
        - method, flags, definition

    Notes
    -----
    Requests are followed for different times: "asked again" and "never answered" describe what was
    seen until the last look. An answer may have come later.

    Examples
    --------
    >>> import carekit
    >>> carekit.repeats(carekit.open_dataset()).repeat.tolist()
    ['asked again', 'answered after two contacts or more', 'never answered']
    """
    asked = requests.answered_anywhere("who asks again is told from")
    counts = count_contacts(asked)
    n, answered = counts["n"], counts["answered"].astype(bool)
    again, whole = counts["contacts"] >= 2, counts["complete"].astype(bool)
    parts = {  # base, yes, unknown
        ASKED_AGAIN: (n.notna(), again, ~again & ~whole),
        TWO_OR_MORE: (answered, answered & again, answered & ~again & ~whole),
        NEVER: (n.notna(), ~answered, ~answered & ~whole),
    }
    made = {}
    for name, masks in parts.items():
        base, yes, unknown = (n.where(mask, 0) for mask in masks)
        table = counts[asked.keys(counts)].assign(n=base, n_yes=yes, n_unknown=unknown)
        # An unanswered request in a torn thread may have been answered: it is no certain "never".
        certain = table.assign(n_yes=yes - unknown) if name == NEVER else table
        limits = asked.estimate(rate_bounds, certain, n_yes="n_yes", n_unknown="n_unknown")
        taken = {c: limits[c] for c in ("n_unknown", "lower_bound", "upper_bound")}
        made[name] = asked.rates(table, n_yes="n_yes", mean_contacts=np.nan, **taken)
    written = counts[answered].assign(written=counts["contacts"] * n)
    total, of = (
        np.asarray(asked.sums(written, made[TWO_OR_MORE], c), float) for c in ("written", "n")
    )
    made[TWO_OR_MORE]["mean_contacts"] = np.divide(
        total, of, out=np.full(np.shape(of), np.nan), where=of > 0
    )
    contact = "Contacts are posts of the request's author in its thread."
    return Told(asked.stacked(made, "repeat"), notes=(ANYWHERE, contact))


@measure("contacts", "how many times did a customer write until the answer", f"contacts {SHARE}")
def contacts(requests: Requests, *, most: int = 4) -> Told:
    """How many posts the customer wrote until the brand answered, of answered requests.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.repeats`, with its options; `allow_selected` has no effect, since the share
        is one of answered requests, which every dataset holds.
    most : int
        The last class is this many contacts or more.

    Returns
    -------
    pandas.DataFrame
        For each group, one row for each number of contacts ("1", "2", … and the last with a plus):
        the `by` columns; contacts (posts of the request's author in its thread until the first
        answer, the request included); n (answered requests, the denominator), n_yes, estimate,
        ci_low, ci_high, conf_level; method, flags, definition.

    Raises
    ------
    InputError
        If the definition does not open a thread, or `most` is below 2.

    Examples
    --------
    >>> import carekit
    >>> made = carekit.contacts(carekit.open_dataset(), most=3)
    >>> made.contacts.tolist(), round(float(made.estimate.sum()), 6)
    (['1', '2', '3+'], 1.0)
    """
    if most < 2:
        raise InputError(
            f"`most` is {most!r}; a whole number of 2 or more was expected. Write 4 to tell apart 1, "
            "2, 3 and 4 or more contacts."
        )
    asked = requests.answered_anywhere("contacts are counted from")
    counts = count_contacts(asked)
    answered = counts[counts["answered"].astype(bool)]
    names = [str(k) for k in range(1, most)] + [f"{most}+"]
    classes = answered["contacts"].clip(upper=most).map(dict(enumerate(names, 1)))
    kept = answered.drop(columns=["answered", "complete"]).assign(contacts=classes)
    return Told(
        asked.shares(kept, "contacts", {name: (name,) for name in names}),
        f"answered ones of {asked.definition.denominator}",
        notes=(ANYWHERE,),
    )


@measure(
    "public-outcomes",
    "what became of a request in public",
    f"outcome {SHARE}",
    refused_as="repeats",
)
def public_outcomes(requests: Requests) -> pd.DataFrame:
    """What became of a request in public, by its first answer.

    Posts do not say whether a problem was solved. They bound it: what got no public answer, or one
    that sends the customer to private messages, was not settled in public by that answer.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options.

    Returns
    -------
    pandas.DataFrame
        Five rows a group: the `by` columns; outcome: "answered in public", "answered, sent to a
        private message" (requested or announced), "answered, text not known", "no answer", and
        "not settled in public" (the second and the fourth: a lower bound); n (all requests, the
        denominator), n_yes, estimate, ci_low, ci_high, conf_level; method, flags, definition.

    Notes
    -----
    Hand-offs are found by the patterns of `carekit.text.handoffs`; see `carekit.handoffs`.

    Examples
    --------
    >>> import carekit
    >>> outcomes = carekit.public_outcomes(carekit.open_dataset()).set_index("outcome").estimate
    >>> bool(outcomes["not settled in public"] > outcomes["no answer"])
    True
    """
    told, every = count_handoffs(requests), count_answers(requests)
    words = {"none": IN_PUBLIC, NO_TEXT: UNTOLD, "requested": HANDED, "announced": HANDED}
    silent = every.assign(n=every["n"] - every["n_answered"], outcome=SILENT)
    counts = pd.concat([told.assign(outcome=told["handoff"].map(words)), silent], ignore_index=True)
    rows: dict[str, tuple[str, ...]] = {n: (n,) for n in (IN_PUBLIC, HANDED, UNTOLD, SILENT)}
    rows["not settled in public"] = (HANDED, SILENT)
    return requests.shares(counts.drop(columns=["handoff", "n_answered"]), "outcome", rows)
