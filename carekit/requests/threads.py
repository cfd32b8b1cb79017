"""Posts → threads: which post each one goes back to, from `reply_to` alone.

Real reply graphs hold posts that came twice, parents that were never fetched and cycles. Nothing
of it is dropped silently: duplicates are removed from the graph and counted, a missing parent
makes the thread incomplete, a post that runs into a cycle becomes a thread of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from carekit.dataset.engine import SORTED_UP_TO, Engine, all_differ
from carekit.errors import InputError
from carekit.requests.clock import whole_seconds

if TYPE_CHECKING:
    import ibis

    from carekit.dataset.folder import Dataset

# 2 ** 40 posts deep is deeper than any thread can be.
MOST_ROUNDS = 40
# Of posts with repeats so many are kept without them; of more, each query leaves them out anew.
POSTS_KEPT = 1_000_000
# Numbers of posts and threads, and what makes their tables.
Found = tuple[dict[str, int], Callable[[], Any], Callable[[], Any]]


@dataclass(frozen=True)
class Threads:
    """The reply graph of a set of posts.

    Parameters
    ----------
    posts : ibis.Table
        The posts, one row per `post_id`.
    n_rows, n_posts, n_duplicates, n_missing_parents, n_orphans, n_cycle_posts, n_threads : int
        Rows that came; posts kept; rows dropped as repeats of a post_id; posts whose parent is
        not among the posts, and those of customers among them; posts that run into a cycle;
        threads.
    find_members, find_table : callable
        What `members` and `table` are made by, when they are first asked for.
    """

    posts: ibis.Table
    n_rows: int
    n_posts: int
    n_duplicates: int
    n_missing_parents: int
    n_orphans: int
    n_cycle_posts: int
    n_threads: int
    find_members: Callable[[], ibis.Table] = field(repr=False, compare=False)
    find_table: Callable[[Threads], ibis.Table] = field(repr=False, compare=False)

    @cached_property
    def members(self) -> ibis.Table:
        """One row per post: post_id, thread_id (post_id of the first post known of its thread),
        in_cycle, customer, missing (its parent is not among the posts).
        """
        return self.find_members()

    @cached_property
    def table(self) -> ibis.Table:
        """One row per thread: thread_id, n_posts, n_customer_posts, thread_complete (no post of it,
        and none that is stored under its thread_id, has lost its parent or runs into a cycle; and
        no source says that posts of it are missing).
        """
        return self.find_table(self)

    def __str__(self) -> str:
        return (
            f"{self.n_posts} posts in {self.n_threads} threads; {self.n_duplicates} repeated rows "
            f"left out, {self.n_missing_parents} posts reply to a post that is not in the data, "
            f"{self.n_cycle_posts} posts run into a cycle."
        )


def distinct_posts(posts: ibis.Table, engine: Engine) -> tuple[ibis.Table, int]:
    """One row per `post_id`, and the number of rows that were left out.

    Of several rows the one looked at last stays (latest `observed_at`, then latest `deleted_at`,
    then the first in the order of all other columns, so that the choice is the same on every
    engine and for every order of the rows).
    """
    return engine.once((distinct_posts, posts.op()), lambda: _distinct(posts, engine))


def _ids_differ(posts: ibis.Table, engine: Engine) -> bool:
    """Hashes that all differ prove that the ids do, at a fraction of the cost."""
    from ibis import _

    hashes = posts.select(hash=_.post_id.hash())
    if engine.kind == "duckdb" and int(posts.count().execute()) <= SORTED_UP_TO:
        return all_differ(hashes.to_pyarrow())
    counts = hashes.agg(n=_.count(), distinct=_.hash.nunique()).execute().iloc[0]
    return int(counts["n"]) == int(counts["distinct"])


def _distinct(posts: ibis.Table, engine: Engine) -> tuple[ibis.Table, int]:
    import ibis
    from ibis import _

    if _ids_differ(posts, engine):
        return posts, 0
    again = posts.group_by("post_id").having(_.count() > 1).agg(n=_.count())
    twice = engine.keep(again.select(twice=_.post_id, more=_.n - 1))
    extra = int(twice.more.sum().fill_null(0).execute())
    if not extra:
        return posts, 0
    # Only those that came again are put in order: of millions of rows a few, as a rule.
    rows = posts.semi_join(twice, [("post_id", "twice")])
    others = [rows[c] for c in rows.columns if c not in {"post_id", "observed_at", "deleted_at"}]
    order = [
        ibis.coalesce(whole_seconds(rows.observed_at), -1).desc(),
        ibis.coalesce(whole_seconds(rows.deleted_at), -1).desc(),
        *(ibis.coalesce(c.cast("string"), "").asc() for c in others),
    ]
    window = ibis.window(group_by=rows.post_id, order_by=order)
    first = rows.mutate(_place=ibis.row_number().over(window)).filter(_._place == 0)
    chosen = engine.keep(first.drop("_place")).cast(posts.schema())
    distinct = posts.anti_join(twice, [("post_id", "twice")]).union(chosen)
    kept = int(posts.count().execute()) <= POSTS_KEPT
    return (engine.keep if kept else engine.view)(distinct), extra


def dataset_threads(dataset: Dataset, *, engine: Engine) -> Threads:
    """Threads of a dataset, built once an engine; what its sources say is missing counts."""
    from ibis import _

    def build() -> Threads:
        torn = None
        if dataset.has("threads"):
            torn = engine.table(dataset, "threads").filter(~_.thread_complete)
        return build_threads(engine.table(dataset, "posts"), engine=engine, torn=torn)

    return engine.once(threads_key(dataset), build)


def threads_key(dataset: Dataset) -> Hashable:
    """Under which an engine knows the threads of a dataset."""
    return dataset_threads, dataset.state


def build_threads(
    posts: ibis.Table, *, engine: Engine, way: str = "auto", torn: ibis.Table | None = None
) -> Threads:
    """Thread of every post.

    `posts` has at least post_id, reply_to, author_role and the two clocks observed_at and
    deleted_at; a post_id may come several times. `way` is how roots are found: "arrays" (row
    numbers of DuckDB in numpy), "jumping" (joins, on every engine) or "auto"; the result is the
    same. `torn` names threads of which posts are missing, whatever the replies show: a column
    thread_id, the id of any post in the thread, or one under which posts are stored.

    Examples
    --------
    >>> import ibis, pandas as pd
    >>> from carekit.dataset.engine import connect
    >>> frame = pd.DataFrame({"post_id": ["a", "b", "c"], "reply_to": [None, "a", "gone"],
    ...     "author_role": ["customer", "brand", "customer"]})
    >>> for clock in ("observed_at", "deleted_at"):
    ...     frame[clock] = pd.Series([pd.NaT] * 3, dtype="datetime64[us, UTC]")
    >>> with connect() as engine:
    ...     print(build_threads(ibis.memtable(frame), engine=engine))
    3 posts in 2 threads; 0 repeated rows left out, 1 posts reply to a post that is not in the \
data, 0 posts run into a cycle.
    """
    from ibis import _

    allowed = ("auto", "arrays", "jumping")
    if way not in allowed:
        raise InputError(f"`way` is {way!r}; expected one of: {', '.join(allowed)}.")
    if way == "arrays" and engine.kind != "duckdb":
        raise InputError(f"`way` is 'arrays' on {engine.kind}; it needs DuckDB. Use 'jumping'.")
    distinct, n_duplicates = distinct_posts(posts, engine)
    nodes = engine.keep(
        distinct.select("post_id", "reply_to", customer=_.author_role == "customer")
    )
    jumps = way == "jumping" or engine.kind != "duckdb"
    totals, members, table = (_by_jumping if jumps else _by_arrays)(nodes, engine)

    def complete(threads: Threads) -> ibis.Table:
        return engine.keep(_with_complete(threads, table(), torn))

    return Threads(
        posts=distinct,
        n_rows=totals["n_posts"] + n_duplicates,
        n_duplicates=n_duplicates,
        find_members=members,
        find_table=complete,
        **totals,
    )


def _with_complete(threads: Threads, table: ibis.Table, torn: ibis.Table | None) -> ibis.Table:
    """Which threads are complete: `table` tells which hold a post that is broken."""
    from ibis import _

    posts, complete = threads.posts, ~_.broken
    if threads.n_missing_parents and "thread_id" in posts.columns:
        # A post whose parent is lost may still say which thread it stood in: that one is
        # incomplete too.
        claims = (
            threads.members.filter(_.missing)
            .select("post_id")
            .inner_join(posts.select("post_id", claimed=_.thread_id), "post_id")
            .filter(_.claimed.notnull())
            .select("claimed")
            .distinct()
        )
        table = table.left_join(claims, [("thread_id", "claimed")]).select(
            *table.columns, "claimed"
        )
        complete = complete & _.claimed.isnull()
    if torn is not None:
        marked = _torn_roots(posts, threads.members, torn)
        table = table.left_join(marked, [("thread_id", "torn_root")]).select(
            *table.columns, "torn_root"
        )
        complete = complete & _.torn_root.isnull()
    return table.select("thread_id", "n_posts", "n_customer_posts", thread_complete=complete)


def _torn_roots(posts: ibis.Table, members: ibis.Table, torn: ibis.Table) -> ibis.Table:
    """First posts of the threads that are named in `torn`: one column, torn_root."""
    from ibis import _

    named = torn.select(named=_.thread_id).distinct()
    roots = members.select("post_id", torn_root=_.thread_id)
    found = roots.semi_join(named, [("post_id", "named")]).select("torn_root")
    if "thread_id" in posts.columns:
        stored = posts.select(stored_id=_.post_id, stored=_.thread_id)
        under = stored.semi_join(named, [("stored", "named")])
        found = found.union(roots.inner_join(under, [("post_id", "stored_id")]).select("torn_root"))
    return found.distinct()


def _by_arrays(nodes: ibis.Table, engine: Engine) -> Found:
    """Roots by the row numbers of posts, in numpy: a few bytes per post instead of its ids."""
    name = nodes.get_name()
    n = int(nodes.count().execute())
    kind = "INTEGER" if n < 2**31 else "BIGINT"
    up = np.empty(n, np.int32 if kind == "INTEGER" else np.int64)
    top, missing, customer = (np.empty(n, bool) for _ in range(3))
    edges = engine.con.con.execute(
        f"SELECT c.rowid::{kind}, coalesce(p.rowid, c.rowid)::{kind}, p.rowid IS NULL,"
        " p.rowid IS NULL AND c.reply_to IS NOT NULL, coalesce(c.customer, FALSE)"
        f" FROM {name} c LEFT JOIN {name} p ON p.post_id = c.reply_to"
    )
    for batch in edges.to_arrow_reader():
        node, *held = (c.to_numpy(zero_copy_only=False) for c in batch.columns)
        for array, values in zip((up, top, missing, customer), held, strict=True):
            array[node] = values
    for column in ("reply_to", "customer"):  # a post is known by its place from here on
        engine.con.raw_sql(f"ALTER TABLE {name} DROP COLUMN {column}")
    root, steps = up, 1
    del up  # such arrays lie beside the engine's own limit of memory
    # So many steps up, doubled each round, lead out of every chain; what still moves is a cycle.
    while steps < 2 * n and not np.array_equal(further := root[root], root):
        root, steps = further, 2 * steps
    further = None
    in_cycle = ~top[root]
    node = np.arange(n, dtype=root.dtype)
    if in_cycle.any():
        root = np.where(in_cycle, node, root)
    totals = {
        "n_posts": n,
        "n_missing_parents": int(missing.sum()),
        "n_orphans": int((missing & customer).sum()),
        "n_cycle_posts": int(in_cycle.sum()),
        "n_threads": int((root == node).sum()),
    }
    posts = engine.keep_arrays(
        node=node, root=root, in_cycle=in_cycle, missing=missing, customer=customer
    ).get_name()
    return (
        totals,
        lambda: engine.keep_sql(
            "SELECT n.post_id, r.post_id AS thread_id, m.in_cycle, m.customer, m.missing"
            f" FROM {posts} m JOIN {name} n ON n.rowid = m.node JOIN {name} r ON r.rowid = m.root"
        ),
        lambda: engine.keep_sql(
            "SELECT n.post_id AS thread_id, t.* EXCLUDE root FROM (SELECT root, count(*) AS n_posts,"
            " count(*) FILTER (customer) AS n_customer_posts, bool_or(missing OR in_cycle) AS broken"
            f" FROM {posts} GROUP BY root) t JOIN {name} n ON n.rowid = t.root"
        ),
    )


def _by_jumping(nodes: ibis.Table, engine: Engine) -> Found:
    """Every post points to its parent, then to its grandparent, then four up, until all stop."""
    import ibis
    from ibis import _

    ids = nodes.select(known=_.post_id)
    edges = nodes.left_join(ids, [("reply_to", "known")]).select(
        "post_id",
        "customer",
        parent=_.known,
        missing=_.reply_to.notnull() & _.known.isnull(),
    )
    step = engine.keep(
        edges.select(
            "post_id",
            "customer",
            "missing",
            ancestor=ibis.coalesce(_.parent, _.post_id),
            stopped=_.parent.isnull(),
        )
    )
    left = None
    for _round in range(MOST_ROUNDS):
        up = step.view().select(known=_.post_id, next=_.ancestor, end=_.stopped)
        joined = step.join(up, [("ancestor", "known")])
        kept = ("post_id", "customer", "missing")
        new = engine.keep(joined.select(*kept, ancestor=_.next, stopped=_.stopped | _.end))
        engine.drop(step)
        step = new
        now = int(step.filter(~_.stopped).count().execute())
        # The shallowest post that has not stopped stops in the next round, unless it runs into a
        # cycle: no change means that only cycles are left.
        if now in (0, left):
            break
        left = now
    in_cycle = ~_.stopped
    thread = ibis.ifelse(_.stopped, _.ancestor, _.post_id)
    members = step.select("post_id", "customer", "missing", thread_id=thread, in_cycle=in_cycle)
    engine.drop(nodes)
    table = engine.keep(
        members.group_by("thread_id").agg(
            n_posts=_.count(),
            n_customer_posts=_.customer.cast("int64").sum().cast("int64"),
            broken=(_.missing | _.in_cycle).any(),
        )
    )
    counted = {
        "n_missing_parents": _.missing,
        "n_orphans": _.missing & _.customer,
        "n_cycle_posts": _.in_cycle,
    }
    sums = {k: ibis.coalesce(v.cast("int64").sum(), 0) for k, v in counted.items()}
    totals = members.agg(n_posts=_.count(), **sums).execute().iloc[0]
    numbers = {str(k): int(v) for k, v in totals.items()}
    numbers["n_threads"] = int(table.count().execute())
    return numbers, lambda: members, lambda: table
