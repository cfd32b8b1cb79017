"""Which posts a definition counts, and which of them it calls answered.

Both steps are expressions on a table of requests, so that the engine's path over posts and a
handful of rows typed by hand go through the same arithmetic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carekit.requests.definitions import Definition, check_built

if TYPE_CHECKING:
    import ibis

# A customer who was silent for this long starts a new conversation (Facebook's rule).
SILENCE_SECONDS = 24 * 3600
FLAGS = "is_opening is_addressed on_page is_review is_question needs_answer".split()


def choose_requests(candidates: ibis.Table, *, definition: Definition) -> ibis.Table:
    """The customer posts of the definition's unit and visibility.

    `candidates` has one row per customer post: visibility, the flags `FLAGS` (replies to nothing,
    names an account of the brand, stands on a page of the brand, is a review, holds a question
    mark, asks by mark or wording) and silence_seconds since the post before of the same customer to
    the same brand (null for a first one). Only the columns that the unit needs are read.
    """
    from ibis import _

    check_built(definition)
    if definition.visibility != "any":
        candidates = candidates.filter(_.visibility == definition.visibility)
    if definition.unit == "message":
        return candidates
    if definition.unit == "conversation start":
        return candidates.filter(
            _.is_addressed & (_.silence_seconds.isnull() | (_.silence_seconds >= SILENCE_SECONDS))
        )
    wanted = {
        "opening": _.is_opening,
        "ticket": _.is_opening,
        "question": _.is_opening & _.is_addressed & _.is_question,
        "mention": _.is_addressed,
        "mention with a question mark": _.is_addressed & _.is_question,
        "message that needs an answer": _.is_addressed & _.needs_answer,
        "page post": _.is_opening & _.on_page,
        "review": _.is_opening & _.is_review,
    }
    return candidates.filter(wanted[definition.unit])


def judge_answers(
    asked: ibis.Table, *, definition: Definition, enforce_follow_up: bool = True
) -> ibis.Table:
    """Which requests are answered under a definition, after how long, and which cannot be judged.

    `asked` has one row per request: wait_seconds until the first answer (null without one, negative
    if it is dated before the request) and followed_seconds until it was last looked at. Added are
    answered; first_response_seconds (null if not answered in time); observed_seconds (null if
    answered; the window if the answer came after it); set_apart (followed for less than the
    definition needs, whatever became of it). Without `enforce_follow_up` every request is judged,
    as those who published the definitions did: young ones then count as unanswered.
    """
    import ibis
    from ibis import _

    answered = _.wait_seconds.notnull()
    observed = _.followed_seconds
    if definition.window_minutes is not None:
        window = 60 * definition.window_minutes
        observed = ibis.ifelse(answered, window, observed)
        answered = ibis.coalesce(answered & (_.wait_seconds <= window), False)
    follow_up = 60 * definition.follow_up_minutes if enforce_follow_up else 0
    none = ibis.null("int64")
    return asked.mutate(
        answered=answered,
        set_apart=(_.followed_seconds < follow_up) if follow_up else ibis.literal(False),
        first_response_seconds=ibis.ifelse(answered, _.wait_seconds, none),
        observed_seconds=ibis.ifelse(answered, none, observed).cast("int64"),
    )
