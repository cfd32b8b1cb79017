"""The checks of `carekit.dataset.check` that read every post: DuckDB, a few passes over the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from carekit.dataset.check import Finding, Level
from carekit.dataset.engine import hide_progress
from carekit.dataset.schema import POSTS

if TYPE_CHECKING:
    import duckdb
    import numpy as np

    from carekit.dataset.folder import Dataset

_IMPORT = "Correct the source and import it again."
_MEASURES = "Nothing to mend; measures count them apart."


class _Test(NamedTuple):
    level: Level
    what: str
    condition: str
    remedy: str


def check_posts(dataset: Dataset) -> list[Finding]:
    """Findings about the posts of a dataset whose files are whole.

    Returns
    -------
    list of Finding
    """
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        hide_progress(con)
        names = ", ".join(_literal(str(p)) for p in dataset.files("posts"))
        con.execute(f"CREATE TEMP VIEW posts AS SELECT * FROM read_parquet([{names}])")
        n_posts = con.execute("SELECT count(*) FROM posts").fetchall()[0][0]
        if not n_posts:
            remedy = "Import or collect posts."
            return [Finding("warning", "posts", "there is no post", 0, "", remedy)]
        found = _each_post(con, [*_contract(), *_plausible(), *_personal(dataset)])
        found += _closed(con)
        found += _threads(con)
        found += _brands(con, dataset)
    return found


def _contract() -> list[_Test]:
    tests = []
    for column in POSTS.columns:
        if column.required:
            what = f"{column.name} is empty, but every post needs it"
            tests.append(_Test("error", what, f"{column.name} IS NULL", _IMPORT))
        if column.values:
            listed = ", ".join(map(_literal, column.values))
            what = f"{column.name} is none of: {', '.join(column.values)}"
            bad = f"NOT list_contains([{listed}], {column.name})"
            tests.append(_Test("error", what, bad, _IMPORT))
    tests += [
        _Test(
            "error",
            "post_id does not begin with its network",
            "NOT starts_with(post_id, network || ':')",
            "Write ids as network:native-id.",
        ),
        _Test("error", "rating is not from 1 to 5", "rating NOT BETWEEN 1 AND 5", _IMPORT),
    ]
    return tests


def _plausible() -> list[_Test]:
    return [
        _Test(
            "warning",
            "created_at lies in the future",
            "created_at > now() + INTERVAL 1 DAY",
            "Check the time zone and the order of day and month of the source.",
        ),
        _Test(
            "warning",
            "created_at lies before 1990",
            "created_at < TIMESTAMPTZ '1990-01-01 00:00:00+00'",
            "The source sets a false time; look at these posts before using waits.",
        ),
        _Test(
            "warning",
            "observed_at lies before created_at: these requests were never followed",
            "observed_at < created_at",
            "Import again with --observed-at, the time of the collection.",
        ),
        _Test(
            "warning",
            "deleted_at lies before created_at",
            "deleted_at < created_at",
            "Check the clock of the collection.",
        ),
        _Test(
            "note",
            "texts look like UTF-8 read as Windows-1252",
            "contains(text, 'â€') OR contains(text, 'Ã©') OR contains(text, 'ðŸ')",
            "The source is damaged; triage of these posts is unreliable.",
        ),
        _Test("note", "posts were found deleted", "deleted_at IS NOT NULL", _MEASURES),
        _Test(
            "note",
            "customer posts name no brand; measures take that of the first replier",
            "author_role = 'customer' AND brand IS NULL",
            "List more accounts of the brands (--accounts), if there are any.",
        ),
        _Test(
            "warning",
            "posts of a brand do not say which",
            "author_role = 'brand' AND brand IS NULL",
            "Import again with --accounts or --brand.",
        ),
    ]


def _personal(dataset: Dataset) -> list[_Test]:
    if dataset.is_sample:
        return []
    return [
        _Test(
            "error",
            "author_id of a customer is no pseudonym",
            "author_role = 'customer' AND NOT regexp_full_match(author_id, 'a_[0-9a-f]{16}')",
            "Do not pass this dataset on. Import the source again with carekit.",
        )
    ]


def _each_post(con: duckdb.DuckDBPyConnection, tests: list[_Test]) -> list[Finding]:
    """All tests of single posts in one pass; examples are looked up only where there are any."""
    counts = ", ".join(f"count(*) FILTER ({t.condition})" for t in tests)
    found = []
    for test, n in zip(
        tests, con.execute(f"SELECT {counts} FROM posts").fetchall()[0], strict=True
    ):
        if n:
            ids = _examples(
                con, f"SELECT post_id FROM posts WHERE {test.condition} ORDER BY 1 LIMIT 3"
            )
            found.append(Finding(test.level, "posts", test.what, n, ids, test.remedy))
    return found


def _closed(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    """What empty columns close."""
    everything, customers = "TRUE", "author_role = 'customer'"
    closes = {
        "text": (everything, "questions, hand-offs, triage and reply length leave these out"),
        "author_id": (customers, "repeated contacts leave these out"),
        "observed_at": (
            customers,
            "how long these requests were followed is unknown; if unanswered, waits leave them out",
        ),
        "lang": (everything, "nothing by language, unless it is detected"),
        "surface": (customers, "nothing by surface for these"),
        "rating": (f"{customers} AND surface = 'review'", "nothing by rating for these"),
        "account": (customers, "nothing by account for these"),
    }
    asked = ", ".join(
        f"count(*) FILTER ({whose}), count(*) FILTER ({whose} AND {column} IS NULL)"
        for column, (whose, _) in closes.items()
    )
    counts = con.execute(f"SELECT {asked} FROM posts").fetchall()[0]
    found = []
    for (column, (whose, why)), of, n in zip(
        closes.items(), counts[::2], counts[1::2], strict=True
    ):
        if n:
            kind = "posts" if whose == everything else "customer posts"
            share = "all" if n == of else f"{n / of:.0%} of the"
            what = f"{column} is empty in {share} {kind}: {why}"
            found.append(Finding("note", "posts", what, n, "", "Nothing to mend if it is unknown."))
    return found


def _threads(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Duplicates, parents that are missing, replies before their posts, circles."""
    import numpy as np

    con.execute(
        "CREATE TEMP TABLE p AS SELECT post_id, reply_to, created_at, author_role FROM posts"
    )
    found = []
    n_ids = con.execute("SELECT count(DISTINCT post_id), count(post_id) FROM p").fetchall()[0]
    if n_ids[0] != n_ids[1]:
        ids = "SELECT post_id FROM p GROUP BY post_id HAVING count(*) > 1 ORDER BY 1 LIMIT 3"
        what = "rows repeat the id of another; measures keep the one looked at last"
        n = n_ids[1] - n_ids[0]
        remedy = "Nothing to mend, unless you expected none."
        found.append(Finding("warning", "posts", what, n, _examples(con, ids), remedy))
        con.execute("CREATE OR REPLACE TEMP TABLE p AS SELECT DISTINCT ON (post_id) * FROM p")
    con.execute(
        """CREATE TEMP TABLE edges AS SELECT c.rowid AS child, q.rowid AS parent, c.post_id,
        c.author_role AS role, q.author_role AS parent_role,
        c.created_at < q.created_at AS backwards
        FROM p c LEFT JOIN p q ON q.post_id = c.reply_to WHERE c.reply_to IS NOT NULL"""
    )
    tests: list[tuple[Level, str, str, str]] = [
        (
            "warning",
            "replies to a post that is not in the dataset: these threads are incomplete",
            "parent IS NULL",
            "Nothing to mend; measures count them apart and give bounds.",
        ),
        ("warning", "posts reply to themselves", "parent = child", _IMPORT),
        (
            "note",
            "answers of a brand are dated before the request",
            "backwards AND role = 'brand' AND parent_role = 'customer'",
            "Nothing to mend: they count as answers and are left out of every wait.",
        ),
    ]
    for level, what, condition, remedy in tests:
        n = con.execute(f"SELECT count(*) FROM edges WHERE {condition}").fetchall()[0][0]
        if n:
            ids = _examples(con, f"SELECT post_id FROM edges WHERE {condition} ORDER BY 1 LIMIT 3")
            found.append(Finding(level, "posts", what, n, ids, remedy))
    known = con.execute("SELECT child, parent FROM edges WHERE parent IS NOT NULL").fetchnumpy()
    n_posts = con.execute("SELECT count(*) FROM p").fetchall()[0][0]
    child, parent = np.asarray(known["child"]), np.asarray(known["parent"])
    lost = without_root(n_posts, child, parent)
    if len(lost):
        rows = ", ".join(str(int(i)) for i in lost[:3])
        ids = _examples(con, f"SELECT post_id FROM p WHERE rowid IN ({rows}) ORDER BY post_id")
        what = "posts hang on replies that run in a circle: their threads have no beginning"
        found.append(Finding("warning", "posts", what, len(lost), ids, _MEASURES))
    return found


def without_root(n: int, child: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """Posts from which no first post can be reached, because replies run in a circle.

    Parameters
    ----------
    n : int
        Number of posts, numbered from 0.
    child, parent : numpy.ndarray of int
        One reply each; a post replies to one other at most.

    Returns
    -------
    numpy.ndarray of int
        Their numbers, ascending; posts that reply to themselves included.

    Examples
    --------
    >>> import numpy as np
    >>> without_root(5, np.array([1, 2, 3, 4]), np.array([0, 3, 2, 2])).tolist()
    [2, 3, 4]
    """
    import numpy as np

    # Each round doubles the distance walked; n steps reach every root.
    up = np.arange(n)
    up[child] = parent
    is_root = np.ones(n, dtype=bool)
    is_root[child] = False
    for _ in range(max(n, 2).bit_length()):
        if is_root[up].all():
            break
        up = up[up]
    return np.flatnonzero(~is_root[up])


def _brands(con: duckdb.DuckDBPyConnection, dataset: Dataset) -> list[Finding]:
    """Brands and accounts of the posts that their tables do not know."""
    found = []
    used = [
        b for (b,) in con.execute("SELECT DISTINCT brand FROM posts ORDER BY 1").fetchall() if b
    ]
    known = set(dataset.read("brands").brand)
    unknown = [b for b in used if b not in known]
    if unknown:
        what = "brands of the posts have no row in the table of brands: nothing by country, "
        what += "sector or business hours"
        remedy = "Import again with country, sector and timezone in --accounts."
        found.append(
            Finding("warning", "brands", what, len(unknown), ", ".join(unknown[:3]), remedy)
        )
    writing = con.execute(
        "SELECT DISTINCT network, account FROM posts WHERE author_role = 'brand' "
        "AND account IS NOT NULL ORDER BY ALL"
    ).fetchall()
    listed = dataset.read("accounts")
    pairs = set(zip(listed.network, listed.account, strict=True))
    strays = [
        f"{network}:{account}" for network, account in writing if (network, account) not in pairs
    ]
    if strays:
        what = "accounts write in the posts but are not in the table of accounts"
        remedy = "Import again with --accounts."
        found.append(
            Finding("warning", "accounts", what, len(strays), ", ".join(strays[:3]), remedy)
        )
    kinds: Any = listed.account_kind.isna()
    if len(listed) and kinds.any():
        what = "accounts without account_kind: no study of dedicated accounts"
        remedy = "Import again with account_kind (main, care) in --accounts."
        names = ", ".join(listed.account[kinds][:3])
        found.append(Finding("note", "accounts", what, int(kinds.sum()), names, remedy))
    return found


def _examples(con: duckdb.DuckDBPyConnection, query: str) -> str:
    return ", ".join(str(i) for (i,) in con.execute(query).fetchall())


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
