"""Posts → requests: one row a customer post that awaits an answer, under a definition.

The brand of a request is that of the first known account it mentions (the importer puts it in
`account` and `brand`), else of its first replier. A request without an answer is still waiting:
it is followed until its thread was last looked at, or until it was deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from carekit.engine import Engine
from carekit.errors import InputError
from carekit.measures.definitions import Definition, get_definition
from carekit.measures.threads import Threads, build_threads, distinct_posts
from carekit.measures.where import condition

if TYPE_CHECKING:
    import ibis

    from carekit.dataset import Dataset

BUILT = (
    ("opening", "direct reply"),
    ("message", "direct reply"),
    ("question", "direct reply"),
    ("opening", "anywhere in the thread"),
    ("question", "anywhere in the thread"),
)
TIME_UNITS = {
    "year": "%Y",
    "quarter": None,
    "month": "%Y-%m",
    "week": "%G-W%V",
    "day": "%Y-%m-%d",
    "weekday": "%u",
    "hour": "%H",
}
THREAD_COLUMNS = ("thread_id", "thread_complete", "n_customer_posts")


@dataclass(frozen=True)
class Requests:
    """Requests of a dataset under one definition.

    Parameters
    ----------
    table : ibis.Table
        One row a request, the columns of `carekit.schema.REQUESTS`.
    definition : Definition
    threads : Threads or None
        The reply graph, if the thread columns were asked for.
    n_duplicates : int
        Rows of posts left out because their post_id came before.
    n_orphans : int
        Customer posts that reply to a post outside the dataset: no opening, counted apart.
    """

    table: ibis.Table
    definition: Definition
    threads: Threads | None
    n_duplicates: int
    n_orphans: int

    def count_note(self) -> str:
        """What was left out or set apart, in one sentence."""
        return (
            f"{self.n_duplicates} repeated rows left out; {self.n_orphans} customer posts reply to "
            "a post outside the dataset"
            + (" and are no openings." if self.definition.unit == "opening" else ".")
        )


def build_requests(
    dataset: Dataset,
    *,
    definition: str | Definition = "direct-opening",
    engine: Engine,
    with_threads: bool = True,
) -> Requests:
    """Requests of a dataset, and what became of each.

    Parameters
    ----------
    dataset : Dataset
    definition : str or Definition
        What a request and an answer are; see `carekit.measures.definitions`.
    engine : Engine
    with_threads : bool
        False leaves thread_complete and n_customer_posts null and thread_id as stored: the reply
        graph is not built, which saves time where these columns are not needed.

    Returns
    -------
    Requests

    Notes
    -----
    Answers are public brand posts; the first is the earliest by `created_at`. An answer dated
    before its request leaves `answered` true and makes first_response_seconds negative: such
    requests are counted, and kept out of every time statistic.
    """
    definition = get_definition(definition)
    if (definition.unit, definition.answered_by) not in BUILT:
        known = "; ".join(f"{unit} and {how}" for unit, how in BUILT)
        raise InputError(
            f"`definition` is {definition.name!r}, by {definition.unit} and "
            f"{definition.answered_by}; requests can be built by: {known}."
        )
    anywhere = definition.answered_by == "anywhere in the thread"
    posts = engine.table(dataset, "posts")
    threads = None
    if with_threads or anywhere:
        threads = engine.once(
            ("threads", dataset.state), lambda: build_threads(posts, engine=engine)
        )
    if threads is not None:
        distinct, n_duplicates = threads.posts, threads.n_duplicates
    else:
        distinct, n_duplicates = engine.once(
            ("distinct posts", dataset.state), lambda: distinct_posts(posts, engine)
        )
    answers = _answers(distinct, threads if anywhere else None)
    table = _requests(dataset, distinct, answers, definition, engine)
    if threads is not None:
        table = _with_threads(table, threads)
    n_orphans = engine.once(("orphans", dataset.state), lambda: _count_orphans(distinct))
    from carekit.schema import REQUESTS

    return Requests(table.select(*REQUESTS.names), definition, threads, n_duplicates, n_orphans)


def _count_orphans(posts: ibis.Table) -> int:
    from ibis import _

    replies = posts.filter((_.author_role == "customer") & _.reply_to.notnull())
    known = posts.select(known=_.post_id)
    return int(replies.anti_join(known, [("reply_to", "known")]).count().execute())


def _answers(posts: ibis.Table, threads: Threads | None) -> ibis.Table:
    """Public brand posts by what they answer: a post, or with `threads` the start of a thread."""
    from ibis import _

    answers = posts.filter(
        (_.author_role == "brand") & (_.visibility == "public") & _.reply_to.notnull()
    ).select("post_id", "created_at", "account", "brand", answer_to=_.reply_to)
    if threads is not None:
        members = threads.members.select(member=_.post_id, root=_.thread_id)
        answers = answers.inner_join(members, [("post_id", "member")]).select(
            "created_at", "account", "brand", answer_to=_.root
        )
    seconds = _.created_at.epoch_seconds()
    return answers.group_by("answer_to").agg(
        answered_at=seconds.min(),
        n_answers=_.count(),
        replier=_.account.argmin(seconds),
        replier_brand=_.brand.argmin(seconds),
    )


def _requests(
    dataset: Dataset,
    posts: ibis.Table,
    answers: ibis.Table,
    definition: Definition,
    engine: Engine,
) -> ibis.Table:
    import ibis
    from ibis import _

    asked = posts.filter((_.author_role == "customer") & (_.visibility == "public"))
    if definition.unit in {"opening", "question"}:
        asked = asked.filter(_.reply_to.isnull())
    if definition.unit == "question":
        asked = asked.filter(_.text.contains("?") & _.account.notnull())
    end = _end_of_observation(dataset, posts)
    # Columns first, formulas after: Ibis resolves a later join against plain columns only.
    joined = asked.left_join(answers, [("post_id", "answer_to")]).select(
        *asked.columns, "answered_at", "n_answers", "replier", "replier_brand"
    )
    followed_until = ibis.least(
        ibis.coalesce(_.observed_at.epoch_seconds(), end),
        ibis.coalesce(_.deleted_at.epoch_seconds(), _.observed_at.epoch_seconds(), end),
    )
    followed = ibis.greatest(followed_until - _.created_at.epoch_seconds(), 0)
    answered = _.n_answers.notnull()
    wait = _.answered_at - _.created_at.epoch_seconds()
    requests = joined.select(
        request_id=_.post_id,
        thread_id=ibis.coalesce(_.thread_id, _.post_id),
        network=_.network,
        surface=_.surface,
        post_brand=ibis.coalesce(_.brand, _.replier_brand),
        account=ibis.coalesce(_.account, _.replier),
        author_id=_.author_id,
        created_at=_.created_at,
        is_question=_.text.contains("?"),
        answered=answered,
        first_response_seconds=wait,
        observed_seconds=ibis.ifelse(answered, ibis.null("int64"), followed),
        first_response_minutes=wait / 60,
        observed_minutes=ibis.ifelse(answered, ibis.null("int64"), followed) / 60,
        thread_complete=ibis.null("boolean"),
        n_customer_posts=ibis.null("int64"),
    )
    return _with_brands(dataset, requests, engine)


def _end_of_observation(dataset: Dataset, posts: ibis.Table) -> ibis.Value:
    """When a post without `observed_at` was last looked at: the manifest's end, else the newest."""
    import ibis
    import pandas as pd

    stated = dataset.manifest.observed_until
    if stated:
        return ibis.literal(int(pd.Timestamp(stated).timestamp()), type="int64")
    newest = posts.agg(n=posts.created_at.epoch_seconds().max()).execute().iloc[0, 0]
    return ibis.literal(0 if pd.isna(newest) else int(newest), type="int64")


def _with_brands(dataset: Dataset, requests: ibis.Table, engine: Engine) -> ibis.Table:
    import ibis
    from ibis import _

    accounts = engine.table(dataset, "accounts").select(
        on_network=_.network, handle=_.account, account_brand=_.brand, account_kind=_.account_kind
    )
    brands = engine.table(dataset, "brands").select(
        known_brand=_.brand, country=_.country, sector=_.sector
    )
    named = (
        requests.left_join(accounts, [("network", "on_network"), ("account", "handle")])
        .select(*requests.columns, "account_brand", "account_kind")
        .mutate(brand=ibis.coalesce(_.account_brand, _.post_brand))
    )
    return named.left_join(brands, [("brand", "known_brand")]).select(
        *named.columns, "country", "sector"
    )


def _with_threads(table: ibis.Table, threads: Threads) -> ibis.Table:
    from ibis import _

    members = threads.members.select(member=_.post_id, root=_.thread_id)
    facts = threads.table.select(
        root_id=_.thread_id, complete=_.thread_complete, customers=_.n_customer_posts
    )
    placed = table.inner_join(members, [("request_id", "member")]).select(*table.columns, "root")
    known = placed.left_join(facts, [("root", "root_id")]).select(
        *placed.columns, "complete", "customers"
    )
    return known.mutate(thread_id=_.root, thread_complete=_.complete, n_customer_posts=_.customers)


def grouping_columns(table: ibis.Table) -> list[str]:
    """Columns that requests can be grouped by: those of the table, and parts of the time (UTC)."""
    return [*table.columns, *TIME_UNITS]


def with_groups(table: ibis.Table, by: tuple[str, ...], *, where: str | None = None) -> ibis.Table:
    """The requests for which `where` holds, with the columns of `by` as plain columns.

    `by` may name the columns of the requests and parts of created_at, UTC: year, quarter, month,
    week, day, weekday (1 is Monday), hour.

    Raises
    ------
    InputError
        If `by` or `where` names a column that does not exist.
    """
    for name in by:
        if name not in grouping_columns(table):
            raise InputError(
                f"`by` names a column {name!r} that does not exist; columns: "
                f"{', '.join(grouping_columns(table))}. Choose among these."
            )
    if len(set(by)) < len(by):
        raise InputError(f"`by` names a column twice: {', '.join(by)}. Name each once.")
    parts = {n: _time_part(table, n) for n in TIME_UNITS if n not in table.columns}
    table = table.mutate(**parts)
    return table.filter(condition(table, where)) if where else table


def _time_part(table: ibis.Table, name: str) -> ibis.Value:
    import ibis

    time = table.created_at.cast("timestamp")
    if name == "quarter":
        return time.year().cast("string") + ibis.literal("-Q") + time.quarter().cast("string")
    if name == "weekday":
        return (time.day_of_week.index() + 1).cast("string")
    if name == "week":
        return time.strftime("%G-W%V")
    return time.strftime(TIME_UNITS[name])
