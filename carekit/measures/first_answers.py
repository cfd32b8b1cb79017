"""First answers of the brand: where they send the customer, and how long they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carekit.inference.rates.means import estimate_mean
from carekit.measures.registry import Told, measure
from carekit.requests.clock import whole_seconds
from carekit.requests.value import Requests
from carekit.text.handoffs import HANDOFF_PATTERN, HANDOFF_PATTERNS
from carekit.text.prepare import NOISE_PATTERN, URL_PATTERN

if TYPE_CHECKING:
    import ibis
    import pandas as pd

NO_TEXT = "no text"
HANDOFFS = {
    "requested": ("requested",),
    "announced": ("announced",),
    "requested or announced": ("requested", "announced"),
}
# Kept to what RE2 and Java's regular expressions have in common.
DESTINATIONS = {
    "website": "(?i)" + URL_PATTERN,
    "email": "(?i)[a-z0-9._%+-]+@[a-z0-9-]+[.][a-z0-9.-]+",
    "phone": "(?:^|[^A-Za-z0-9_])(?:[+]?[0-9][ .()-]?){8,15}(?:$|[^A-Za-z0-9_])",
}
SHARE = "n n_yes estimate ci_low ci_high conf_level n_missing method flags definition"


def first_answers(requests: Requests) -> ibis.Table:
    """One row per answered request: its columns, answer_id, answer_text, answer_lang.

    Of several answers in the same second it is the one whose post_id comes first.
    """
    from ibis import _

    table, replies = requests.rows(), requests.built().replies
    assert replies is not None
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


def handoff(answers: ibis.Table) -> ibis.Value:
    """What an answer says of private messages: announced, requested, none, no text."""
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


def destinations(answers: ibis.Table) -> dict[str, ibis.Value]:
    """Whether an answer gives a web address, an e-mail address or a phone number."""
    text = answers.answer_text
    # Digits inside a link or a handle are no number to call.
    plain = text.re_replace("(?i)" + NOISE_PATTERN, " ")
    linkless = text.re_replace("(?i)" + URL_PATTERN, " ")
    read = {"website": text, "email": linkless, "phone": plain}
    return {name: read[name].re_search(pattern) for name, pattern in DESTINATIONS.items()}


def count_handoffs(requests: Requests) -> pd.DataFrame:
    """First answers by what they say of private messages: one row per group, unit and handoff, n."""
    answers = first_answers(requests)
    return requests.count(answers.mutate(handoff=handoff(answers)), "handoff")


@measure("handoffs", "how often does a first answer turn to private messages", f"handoff {SHARE}")
def handoffs(requests: Requests) -> Told:
    """Share of first answers that ask for a private message, or say that one was sent.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options; `allow_selected` has no effect, since the
        share is one of answers, which every dataset holds.

    Returns
    -------
    pandas.DataFrame
        Three rows a group: the `by` columns; handoff ("requested", "announced", "requested or
        announced"; an answer that does both is "announced"); n (first answers with a text, the
        denominator), n_yes, estimate, ci_low, ci_high, conf_level; n_missing (first answers without
        a text); method, flags, definition.

    Notes
    -----
    Told by the patterns of `carekit.text.handoffs`, French and English: precision 0.94 and recall
    0.99 on 200 English answers, unknown on others. For a share that corrects their errors, code a
    sample (`carekit triage sample`).

    Examples
    --------
    >>> import carekit
    >>> carekit.handoffs(carekit.open_dataset()).handoff.tolist()
    ['requested', 'announced', 'requested or announced']
    """
    counts = count_handoffs(requests)
    made = requests.shares(counts, "handoff", HANDOFFS, unknown=NO_TEXT)
    return _of_texts(made, requests, counts[counts["handoff"] == NO_TEXT])


def _of_texts(frame: pd.DataFrame, requests: Requests, lost: pd.DataFrame) -> Told:
    """A result on first answers that hold a text; those without are counted."""
    of = f"first answers with a text, to {requests.definition.denominator}"
    return Told(frame, of, {"first answers without a text": int(lost["n"].sum())})


@measure("redirects", "where do first answers send the customer", f"destination {SHARE}")
def redirects(requests: Requests) -> Told:
    """Share of first answers that give a web address, an e-mail address or a phone number.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.handoffs`, with its options.

    Returns
    -------
    pandas.DataFrame
        Three rows a group, as in `carekit.handoffs`, with destination ("website", "email", "phone")
        in place of handoff. An answer may give several.

    Examples
    --------
    >>> import carekit
    >>> carekit.redirects(carekit.open_dataset()).destination.tolist()
    ['website', 'email', 'phone']
    """
    answers = first_answers(requests)
    counts = requests.count(answers.mutate(**destinations(answers)), *DESTINATIONS)
    known = counts["website"].notna()
    parts = {
        name: requests.rates(
            counts[known].assign(n_yes=counts["n"].where(counts[name].eq(True), 0)), n_yes="n_yes"
        )
        for name in DESTINATIONS
    }
    made = requests.stacked(parts, "destination")
    made["n_missing"] = requests.sums(counts[~known], made, "n")
    return _of_texts(made, requests, counts[~known])


@measure("elsewhere", "how often does a first answer send the customer elsewhere", SHARE)
def elsewhere(requests: Requests) -> Told:
    """Share of first answers that send the customer elsewhere, in any of the ways told apart above.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.handoffs`, with its options.

    Returns
    -------
    pandas.DataFrame
        One row per group: the `by` columns, n (first answers with a text, the denominator), n_yes
        (those that give a web, mail or phone address, or ask for or announce a private message),
        and the rest as in `carekit.handoffs`.

    Examples
    --------
    >>> import carekit
    >>> any_way = carekit.elsewhere(carekit.open_dataset()).estimate[0]
    >>> bool(any_way >= carekit.redirects(carekit.open_dataset()).estimate[0])
    True
    """
    answers = first_answers(requests)
    found = destinations(answers)
    any_way = found["website"] | found["email"] | found["phone"]
    any_way |= handoff(answers).isin(["requested", "announced"])
    marked = answers.mutate(away=answers.answer_text.notnull().ifelse(any_way, None))
    counts = requests.count(marked, "away")
    made = requests.shares(counts, "away", {"elsewhere": (True,)})
    return _of_texts(made, requests, counts[counts["away"].isna()])


@measure(
    "reply-length",
    "how long are first answers",
    "n n_missing mean_characters ci_low ci_high conf_level median_characters median_ci_low "
    "median_ci_high method flags definition",
    unit="number",
)
def reply_length(requests: Requests) -> Told:
    """Length of first answers in characters, as posted (names and links included).

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.handoffs`, with its options.

    Returns
    -------
    pandas.DataFrame
        One row per group: the `by` columns; n (first answers with a text), n_missing (those without);
        mean_characters with ci_low and ci_high; conf_level; median_characters with median_ci_low
        and median_ci_high; method, flags, definition.

    Examples
    --------
    >>> import carekit
    >>> lengths = carekit.reply_length(carekit.open_dataset(), by="network")
    >>> bool((lengths.mean_characters > 20).all())
    True
    """
    answers = first_answers(requests)
    lengths = answers.mutate(characters=answers.answer_text.length().cast("int64"))
    counts = requests.count(lengths, "characters")
    known = counts["characters"].notna()
    mean, median = (
        requests.estimate(estimate_mean, counts[known], value="characters", statistic=name)
        for name in ("mean", "median")
    )
    made = mean.rename(columns={"estimate": "mean_characters"}).assign(
        median_characters=median["estimate"],
        median_ci_low=median["ci_low"],
        median_ci_high=median["ci_high"],
        method=mean["method"] + "; median, woodruff",
        n_missing=requests.sums(counts[~known], mean, "n"),
    )
    return _of_texts(made, requests, counts[~known])
