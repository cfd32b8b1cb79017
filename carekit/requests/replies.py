"""Brand posts → the first answer to each post, of the brand that was asked where several answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carekit.dataset.schema import CREATED_UNTIL
from carekit.requests.clock import whole_seconds
from carekit.requests.definitions import Definition
from carekit.requests.threads import Threads

if TYPE_CHECKING:
    import ibis

# Two handles in one text; an e-mail address is none.
SEVERAL_NAMES = "(?s)(?:^|[ \n.,:;(])@[A-Za-z0-9_].*[ \n.,:;(]@[A-Za-z0-9_]"


def last_second() -> ibis.Value:
    """The last second at which a post can have been written, of posts that say until when."""
    import ibis
    from ibis import _

    return whole_seconds(ibis.coalesce(_[CREATED_UNTIL], _.created_at))


def brand_posts(posts: ibis.Table, threads: Threads | None, definition: Definition) -> ibis.Table:
    """Brand posts and what they answer: a post, or with `threads` the start of a thread."""
    from ibis import _

    replies = posts.filter((_.author_role == "brand") & _.reply_to.notnull())
    if definition.visibility != "any":
        replies = replies.filter(_.visibility == definition.visibility)
    if not definition.names_several:
        replies = replies.filter(_.text.isnull() | ~_.text.re_search(SEVERAL_NAMES))
    columns = ["post_id", "created_at", "account", "brand", "text", "lang"]
    if CREATED_UNTIL in posts.columns:
        replies = replies.mutate(until=last_second())
        columns.append("until")
    answers = replies.select(*columns, answer_to=_.reply_to)
    if threads is not None:
        members = threads.members.select(member=_.post_id, root=_.thread_id)
        answers = answers.inner_join(members, [("post_id", "member")]).select(
            *columns, answer_to=_.root
        )
    return answers


def first_answers(replies: ibis.Table) -> ibis.Table:
    """The first answer to each post that has one."""
    from ibis import _

    seconds = whole_seconds(_.created_at)
    return replies.group_by("answer_to").agg(
        answered_at=seconds.min(),
        **_until(replies, "answered_until"),
        replier=_.account.argmin(seconds),
        replier_brand=_.brand.argmin(seconds),
        lowest=_.brand.min(),
        highest=_.brand.max(),
    )


def own_answers(replies: ibis.Table, answers: ibis.Table) -> ibis.Table:
    """The first answer of each brand to posts that several brands answered."""
    from ibis import _

    several = answers.filter(_.lowest != _.highest).select(several=_.answer_to)
    return (
        replies.semi_join(several, [("answer_to", "several")])
        .group_by("answer_to", "brand")
        .agg(
            own_at=whole_seconds(_.created_at).min(),
            own_account=_.account.argmin(whole_seconds(_.created_at)),
            **_until(replies, "own_until"),
        )
        .rename(own_to="answer_to", own_brand="brand")
    )


def _until(replies: ibis.Table, name: str) -> dict[str, Any]:
    """The last second of a first answer, where times may name a day only."""
    from ibis import _

    return {name: _.until.min()} if "until" in replies.columns else {}
