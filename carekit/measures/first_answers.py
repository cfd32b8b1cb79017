"""First answers of the brand: where they send the customer, and how long they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carekit.requests.build import Requests, cluster_of
from carekit.requests.clock import whole_seconds
from carekit.text.handoffs import HANDOFF_PATTERN, HANDOFF_PATTERNS
from carekit.text.prepare import NOISE_PATTERN, URL_PATTERN

if TYPE_CHECKING:
    import ibis
    import pandas as pd

HANDOFFS = ("requested", "announced", "none")
NO_TEXT = "no text"
# Kept to what RE2 and Java's regular expressions have in common.
DESTINATIONS = {
    "website": "(?i)" + URL_PATTERN,
    "email": "(?i)[a-z0-9._%+-]+@[a-z0-9-]+[.][a-z0-9.-]+",
    "phone": "(?:^|[^A-Za-z0-9_])(?:[+]?[0-9][ .()-]?){8,15}(?:$|[^A-Za-z0-9_])",
}
NEEDED = ("request_id", "created_at", "answered", "first_response_seconds")


def first_answers(requests: Requests, table: ibis.Table) -> ibis.Table:
    """The first answer to each answered request.

    Parameters
    ----------
    requests : Requests
    table : ibis.Table
        The rows of `requests.table` to take, with at least the columns `NEEDED`.

    Returns
    -------
    ibis.Table
        One row an answered request: the columns of `table`, answer_id, answer_text, answer_lang.
        Of several answers in the same second it is the one whose post_id comes first.
    """
    from ibis import _

    replies = requests.replies
    assert replies is not None, "first_answers needs requests that were built from posts"
    answered = table.filter(_.answered)
    timed = replies.select(
        "answer_to", answer_id=_.post_id, answered_at=whole_seconds(_.created_at)
    )
    first = (
        answered.mutate(due=whole_seconds(_.created_at) + _.first_response_seconds)
        .inner_join(timed, [("request_id", "answer_to"), ("due", "answered_at")])
        .group_by("request_id")
        .agg(answer_id=_.answer_id.min())
        .select(asked_id=_.request_id, answer_id=_.answer_id)
    )
    texts = replies.select(known=_.post_id, answer_text=_.text, answer_lang=_.lang)
    return (
        answered.inner_join(first, [("request_id", "asked_id")])
        .select(*table.columns, "answer_id")
        .inner_join(texts, [("answer_id", "known")])
        .select(*table.columns, "answer_id", "answer_text", "answer_lang")
    )


def count_handoffs(
    answers: ibis.Table, *, by: tuple[str, ...] = (), cluster: str | None = None
) -> pd.DataFrame:
    """First answers by what they say about private messages.

    Parameters
    ----------
    answers : ibis.Table
        As `first_answers` gives them.
    by : tuple of str
        Columns that define the groups.
    cluster : str, optional
        Column of the independent units.

    Returns
    -------
    pandas.DataFrame
        One row a group, cluster and handoff ("requested", "announced", "none", or "no text"): n.
        An answer that announces is "announced", whatever else it says.
    """
    from ibis import _

    return _count(answers.mutate(handoff=_handoff(answers)), ["handoff"], by, cluster, _)


def _handoff(answers: ibis.Table) -> ibis.Value:
    import ibis

    plain = answers.answer_text.lower().re_replace(URL_PATTERN, " ")

    def says(kind: str) -> ibis.Value:
        return ibis.cases(
            *(
                (answers.answer_lang == lang, plain.re_search(patterns[kind]))
                for lang, patterns in HANDOFF_PATTERNS.items()
            ),
            else_=plain.re_search(HANDOFF_PATTERN[kind]),
        )

    return ibis.cases(
        (answers.answer_text.isnull(), NO_TEXT),
        (says("announced"), "announced"),
        (says("requested"), "requested"),
        else_="none",
    )


def count_redirects(
    answers: ibis.Table, *, by: tuple[str, ...] = (), cluster: str | None = None
) -> pd.DataFrame:
    """First answers by whether they give a web address, an e-mail address or a phone number.

    Parameters
    ----------
    answers, by, cluster
        As in `count_handoffs`.

    Returns
    -------
    pandas.DataFrame
        One row a group, cluster and combination: website, email, phone (null where the answer has
        no text), n.
    """
    from ibis import _

    flags = _destinations(answers)
    return _count(answers.mutate(**flags), list(flags), by, cluster, _)


def _destinations(answers: ibis.Table) -> dict[str, ibis.Value]:
    text = answers.answer_text
    # Digits inside a link or a handle are no number to call.
    plain = text.re_replace("(?i)" + NOISE_PATTERN, " ")
    linkless = text.re_replace("(?i)" + URL_PATTERN, " ")
    read = {"website": text, "email": linkless, "phone": plain}
    return {name: read[name].re_search(pattern) for name, pattern in DESTINATIONS.items()}


def count_elsewhere(
    answers: ibis.Table, *, by: tuple[str, ...] = (), cluster: str | None = None
) -> pd.DataFrame:
    """First answers by whether they send the customer elsewhere in any of these ways.

    Parameters
    ----------
    answers, by, cluster
        As in `count_handoffs`.

    Returns
    -------
    pandas.DataFrame
        One row a group, cluster and value: elsewhere (true where the answer gives a web, mail or
        phone address, or asks for or announces a private message; null where it has no text), n.
    """
    from ibis import _

    flags = _destinations(answers)
    private = _handoff(answers).isin(["requested", "announced"])
    elsewhere = flags["website"] | flags["email"] | flags["phone"] | private
    return _count(
        answers.mutate(elsewhere=answers.answer_text.notnull().ifelse(elsewhere, None)),
        ["elsewhere"],
        by,
        cluster,
        _,
    )


def count_lengths(
    answers: ibis.Table, *, by: tuple[str, ...] = (), cluster: str | None = None
) -> pd.DataFrame:
    """First answers by their length in characters, as posted (names and links included).

    Parameters
    ----------
    answers, by, cluster
        As in `count_handoffs`.

    Returns
    -------
    pandas.DataFrame
        One row a group, cluster and length: characters (null where the answer has no text), n.
    """
    from ibis import _

    counted = answers.mutate(characters=_.answer_text.length().cast("int64"))
    return _count(counted, ["characters"], by, cluster, _)


def _count(
    table: ibis.Table, what: list[str], by: tuple[str, ...], cluster: str | None, _: ibis.Deferred
) -> pd.DataFrame:
    columns = [*by, *(["cluster"] if cluster else []), *what]
    if cluster:
        table = table.mutate(cluster=cluster_of(table, cluster))
    counts = table.group_by(columns).agg(n=_.count()).execute()
    return counts.sort_values(columns, na_position="last", kind="stable", ignore_index=True)
