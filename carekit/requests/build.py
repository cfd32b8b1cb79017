"""Posts → requests: one row per customer post that awaits an answer, under a definition.

The brand of a request is that of the first known account it mentions (the importer puts it in
`account` and `brand`), else of its first replier. A request without an answer is still waiting:
it is followed until its thread was last looked at, or until it was deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from carekit.dataset.engine import Engine
from carekit.dataset.schema import AUTOMATIC, CREATED_UNTIL, POSTS, REQUESTS
from carekit.requests.clock import whole_seconds
from carekit.requests.definitions import Definition, check_built, get_definition
from carekit.requests.judging import choose_requests, judge_answers
from carekit.requests.replies import brand_posts, first_answers, last_second, own_answers
from carekit.requests.threads import Threads, dataset_threads, distinct_posts, threads_key

if TYPE_CHECKING:
    import ibis

    from carekit.dataset.folder import Dataset

# Requests of so many posts are kept once built: measuring again then costs a tenth. They take
# about 50 MB a million posts and definition; of larger datasets they are built anew each time.
KEPT_UP_TO = 40_000_000
THREAD_COLUMNS = ("thread_id", "thread_complete", "n_customer_posts")
# Of the posts: what a request is described by, or judged.
ASKED = (
    "post_id thread_id network surface brand account author_id created_at lang rating observed_at "
    "deleted_at"
).split()


@dataclass(frozen=True)
class Built:
    """Requests of a dataset as one definition counts them, before groups and conditions.

    Attributes
    ----------
    table : ibis.Table
        One row per request, the columns of `carekit.dataset.schema.REQUESTS`.
    definition : Definition
    threads : Threads or None
        The reply graph, if the thread columns were asked for.
    n_duplicates : int
        Rows of posts left out because their post_id came before.
    n_orphans : int
        Customer posts that reply to a post outside the dataset: no opening, counted apart.
    apart : ibis.Table or None
        Requests that were not followed for as long as the definition needs, set apart whether
        they were answered or not; None if it needs no follow-up.
    n_apart : int
        Their number.
    is_coarse : bool
        True if some times may name a day only, or be unknown, so that waits have limits only.
    kept : tuple of str
        Columns of the posts beyond their contract, which the table has as well.
    n_perhaps_late : int
        Answers that count, although some time that they may have come at is too late.
    n_other_brand : int
        Requests to one brand of which only another brand's post is an answer: not answered.
    replies : ibis.Table or None
        The brand posts that can answer: post_id, created_at, text, lang and what each answers
        (answer_to: a post, or the start of its thread).
    """

    table: ibis.Table
    definition: Definition
    threads: Threads | None
    n_duplicates: int
    n_orphans: int
    apart: ibis.Table | None = None
    n_apart: int = 0
    replies: ibis.Table | None = None
    n_other_brand: int = 0
    is_coarse: bool = False
    kept: tuple[str, ...] = ()
    n_perhaps_late: int = 0

    @property
    def left_out(self) -> dict[str, int]:
        """What was left out or set apart: words → number."""
        short = f"requests followed for less than {_spell(self.definition.follow_up_minutes)}"
        return {
            "repeated rows": self.n_duplicates,
            "customer posts that reply to a post outside the dataset": self.n_orphans,
            **({} if self.apart is None else {short: self.n_apart}),
            **{
                words: n
                for words, n in (
                    ("answers by another brand than was asked", self.n_other_brand),
                    (
                        "answers that may have come too late for the definition, and count",
                        self.n_perhaps_late,
                    ),
                )
                if n
            },
        }


def build_requests(
    dataset: Dataset,
    *,
    definition: str | Definition = "direct-opening",
    engine: Engine,
    with_threads: bool = True,
) -> Built:
    """Requests of a dataset, and what became of each; built once an engine.

    `with_threads=False` leaves thread_complete and n_customer_posts null and thread_id as stored:
    the reply graph is not built, which saves time where these columns are not needed.

    Answers are brand posts of the definition's visibility; the first is the earliest by
    `created_at`. An answer dated before its request leaves `answered` true and makes
    first_response_seconds negative: such requests are counted, and kept out of every time
    statistic.
    """
    definition = get_definition(definition)
    check_built(definition)
    key = (build_requests, dataset.state, dataset.manifest.observed_until, definition, with_threads)
    return engine.once(key, lambda: _built(dataset, definition, engine, with_threads))


def _built(dataset: Dataset, definition: Definition, engine: Engine, with_threads: bool) -> Built:
    anywhere = definition.answered_by == "anywhere in the thread"
    posts = engine.table(dataset, "posts")
    threads = None
    if with_threads or anywhere:
        threads = dataset_threads(dataset, engine=engine)
    if threads is not None:
        distinct, n_duplicates = threads.posts, threads.n_duplicates
    else:
        distinct, n_duplicates = distinct_posts(posts, engine)
    replies = brand_posts(distinct, threads if anywhere else None, definition)

    few = dataset.manifest.rows("posts") <= KEPT_UP_TO

    def build() -> ibis.Table:
        table = _requests(dataset, distinct, replies, definition)
        table = table if threads is None else _with_threads(table, threads)
        # With all columns where they are kept, so that no later query has to be told of the joins.
        return _with_brands(dataset, table, engine) if few else table

    of = (dataset.state, dataset.manifest.observed_until)
    key = ("requests", *of, definition.rows, threads is not None)
    if few and dataset.tables is None:
        known = engine.keep_once(key, build)
    elif few or definition.follow_up_minutes:
        known = engine.once(key, lambda: engine.keep(build()))
    else:
        known = engine.once(key, build)
    table = known if few else _with_brands(dataset, known, engine)
    kept = [*REQUESTS.names, *(c for c in kept_columns(posts) if c not in REQUESTS.names)]
    apart, n_apart = None, 0
    other = engine.once((*key, "other"), lambda: int(known.by_other.sum().fill_null(0).execute()))
    late = 0
    if definition.window_minutes is not None and CREATED_UNTIL in posts.columns:
        longest = known.wait_at_most_seconds
        beyond = known.filter(known.answered & (longest > 60 * definition.window_minutes))
        late = int(beyond.count().execute())
    if definition.follow_up_minutes:
        apart = _described(table.filter(table.set_apart), kept)
        n_apart = int(known.filter(known.set_apart).count().execute())
        table = table.filter(~table.set_apart)
    found = threads or engine.known(threads_key(dataset))
    lost = (build_requests, posts.op())
    n_orphans = found.n_orphans if found else engine.once(lost, lambda: _count_orphans(distinct))
    return Built(
        engine.view(_described(table, kept)),
        definition,
        threads,
        n_duplicates,
        n_orphans,
        apart,
        n_apart,
        replies,
        other,
        CREATED_UNTIL in posts.columns,
        tuple(kept_columns(posts)),
        late,
    )


def waits_anywhere(dataset: Dataset, definition: Definition, engine: Engine) -> ibis.Table:
    """Openings and the seconds to the first answer anywhere in their thread, and nothing else."""
    threads = dataset_threads(dataset, engine=engine)
    replies = brand_posts(threads.posts, threads, definition)
    table = _requests(dataset, threads.posts, replies, definition)
    return table.select("request_id", "first_response_seconds")


def kept_columns(posts: ibis.Table) -> list[str]:
    """Columns of posts beyond their contract that an import was told to keep."""
    return [c for c in posts.columns if c not in (*POSTS.names, CREATED_UNTIL, AUTOMATIC)]


def _count_orphans(posts: ibis.Table) -> int:
    from ibis import _

    replies = posts.filter((_.author_role == "customer") & _.reply_to.notnull())
    known = posts.select(known=_.post_id)
    return int(replies.anti_join(known, [("reply_to", "known")]).count().execute())


def _candidates(posts: ibis.Table, definition: Definition) -> ibis.Table:
    """Customer posts with the flags that `choose_requests` reads for this unit."""
    import ibis
    from ibis import _

    customers = posts.filter(_.author_role == "customer")
    if definition.visibility != "any":
        customers = customers.filter(_.visibility == definition.visibility)
    flagged = customers.mutate(
        is_opening=_.reply_to.isnull(),
        is_addressed=_.account.notnull(),
        on_page=_.surface == "brand_page",
        is_review=_.surface == "review",
        is_question=_.text.contains("?"),
    )
    if definition.unit == "message that needs an answer":
        from carekit.text.prepare import NOISE_PATTERN
        from carekit.text.questions import QUESTION_PATTERN

        plain = flagged.text.lower().re_replace(NOISE_PATTERN, " ")
        flagged = flagged.mutate(needs_answer=plain.re_search(QUESTION_PATTERN))
    if definition.unit == "conversation start":
        # Only posts to the brand interrupt a silence; an unknown author is always a first one.
        mine = ibis.window(
            group_by=[ibis.coalesce(_.author_id, _.post_id), _.brand, _.is_addressed],
            order_by=[_.created_at, _.post_id],
        )
        before = whole_seconds(_.created_at).lag(1).over(mine)
        flagged = flagged.mutate(silence_seconds=whole_seconds(_.created_at) - before)
    return flagged


def _requests(
    dataset: Dataset,
    posts: ibis.Table,
    replies: ibis.Table,
    definition: Definition,
) -> ibis.Table:
    """What the engine has to join and judge; the rest of the columns is added by `_with_brands`."""
    import ibis
    from ibis import _

    # Few columns, few steps: Ibis pays for each column of each step, as much as small data cost.
    asked = choose_requests(_candidates(posts, definition), definition=definition)
    coarse = CREATED_UNTIL in posts.columns
    asked = asked.select(*ASKED, "is_question", *kept_columns(posts), *[CREATED_UNTIL] * coarse)
    end = _end_of_observation(dataset, posts)
    # Columns first, formulas after: Ibis resolves a later join against plain columns only.
    answers = first_answers(replies)
    given = [name for name in answers.columns if name != "answer_to"]
    joined = asked.left_join(answers, [("post_id", "answer_to")]).select(*asked.columns, *given)
    # An answer is the brand's that was asked; another brand's is none, and is counted.
    own = own_answers(replies, answers)
    chosen = [name for name in own.columns if name not in {"own_to", "own_brand"}]
    joined = joined.left_join(own, [("post_id", "own_to"), ("brand", "own_brand")]).select(
        *joined.columns, *chosen
    )
    strange = ibis.coalesce((_.lowest == _.highest) & (_.brand != _.lowest), False)
    several = ibis.coalesce((_.lowest != _.highest) & _.brand.notnull(), False)
    none = ibis.null("int64")
    answered_at = ibis.cases((strange, none), (several, _.own_at), else_=_.answered_at)
    created = whole_seconds(_.created_at)
    followed_until = ibis.least(
        ibis.coalesce(whole_seconds(_.observed_at), end),
        ibis.coalesce(whole_seconds(_.deleted_at), whole_seconds(_.observed_at), end),
    )
    limits: dict[str, Any] = {}
    if coarse:
        last = last_second()
        until = ibis.cases((strange, none), (several, _.own_until), else_=_.answered_until)
        unsure = (until != answered_at) | (last != created)
        limits = {
            "wait_at_least_seconds": ibis.ifelse(
                unsure, ibis.greatest(answered_at - last, 0), none
            ),
            "wait_at_most_seconds": ibis.ifelse(unsure, until - created, none),
        }
    judged = judge_answers(
        joined.mutate(
            by_other=strange | (several & _.own_at.isnull()),
            replier=ibis.cases(
                (strange, ibis.null("string")), (several, _.own_account), else_=_.replier
            ),
            wait_seconds=answered_at - created,
            followed_seconds=ibis.greatest(followed_until - created, 0),
            **limits,
        ),
        definition=definition,
    )
    more = {name: ibis.ifelse(_.answered, _[name], none) for name in limits}
    if definition.follow_up_minutes:
        more["set_apart"] = _.set_apart
    return judged.select(
        *kept_columns(posts),
        request_id=_.post_id,
        thread_id=ibis.coalesce(_.thread_id, _.post_id),
        network=_.network,
        surface=_.surface,
        post_brand=ibis.coalesce(_.brand, _.replier_brand),
        account=ibis.coalesce(_.account, _.replier),
        author_id=_.author_id,
        created_at=_.created_at,
        lang=_.lang,
        rating=_.rating,
        is_question=_.is_question,
        answered=_.answered,
        by_other=_.by_other.cast("int64"),
        first_response_seconds=_.first_response_seconds,
        observed_seconds=_.observed_seconds,
        **more,
    )


def _spell(minutes: int) -> str:
    """Minutes in the largest whole unit.

    Examples
    --------
    >>> _spell(7 * 24 * 60), _spell(90)
    ('7 days', '90 minutes')
    """
    for size, unit in ((24 * 60, "days"), (60, "hours")):
        if minutes % size == 0 and minutes >= 2 * size:
            return f"{minutes // size} {unit}"
    return f"{minutes} minutes"


def _end_of_observation(dataset: Dataset, posts: ibis.Table) -> ibis.Value:
    """When a post without `observed_at` was last looked at: the manifest's end, else the newest."""
    import ibis
    import pandas as pd

    stated = dataset.manifest.observed_until
    if stated:
        return ibis.literal(int(pd.Timestamp(stated).timestamp()), type="int64")
    newest = posts.agg(n=whole_seconds(posts.created_at).max()).execute().iloc[0, 0]
    return ibis.literal(0 if pd.isna(newest) else int(newest), type="int64")


def _with_brands(dataset: Dataset, requests: ibis.Table, engine: Engine) -> ibis.Table:
    """The columns that are cheap to add: what is known of accounts and brands."""
    import ibis
    from ibis import _

    accounts = engine.table(dataset, "accounts").select(
        on_network=_.network, handle=_.account, account_brand=_.brand, account_kind=_.account_kind
    )
    brands = engine.table(dataset, "brands").select(
        known_brand=_.brand, country=_.country, sector=_.sector
    )
    joined = requests.left_join(accounts, [("network", "on_network"), ("account", "handle")])
    plain = joined.select(*requests.columns, "account_brand", "account_kind")
    brand = ibis.coalesce(_.account_brand, _.post_brand)
    named = plain.mutate(brand=brand).drop("account_brand", "post_brand")
    return named.left_join(brands, [("brand", "known_brand")]).select(
        *named.columns, "country", "sector"
    )


def _described(table: ibis.Table, columns: list[str]) -> ibis.Table:
    """The requests with all columns: what can be told from others is not kept beside them."""
    import ibis
    from ibis import _

    told = {
        "wait_at_least_seconds": ibis.null("int64"),
        "wait_at_most_seconds": ibis.null("int64"),
        "first_response_minutes": _.first_response_seconds / 60,
        "observed_minutes": _.observed_seconds / 60,
        "thread_complete": ibis.null("boolean"),
        "n_customer_posts": ibis.null("int64"),
    }
    return table.select(
        **{name: _[name] if name in table.columns else told[name] for name in columns}
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
    kept = [name for name in table.columns if name not in THREAD_COLUMNS]
    return known.select(
        *kept, thread_id=_.root, thread_complete=_.complete, n_customer_posts=_.customers
    )
