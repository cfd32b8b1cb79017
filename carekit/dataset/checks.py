"""The table of checks: what may be wrong in each table, as conditions that DuckDB counts.

To add one, add a row. Its rows are those of `rows` (a table of the dataset, or one of `VIEWS`)
that fulfil `where`; examples are up to three values of `example`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from carekit.dataset.schema import POSTS

Level = Literal["error", "warning", "note"]


class Check(NamedTuple):
    """One thing that may be wrong: how bad, in which table, in which words, and what to do.

    Each row counts 1, unless `counts` says how many.
    """

    level: Level
    table: str
    rows: str
    what: str
    where: str
    example: str
    remedy: str
    counts: str = "1"


class Empty(NamedTuple):
    """What an empty column of the posts closes; `whose` are the posts that should have it."""

    column: str
    whose: str
    why: str


def literal(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


_IMPORT = "Correct the source and import it again."
_LISTED = "Import again with these columns in --accounts."
_ACCOUNTS = "Import again with --accounts."
_APART = "Nothing to do; measures count them apart."
_ID = "post_id"
_CUSTOMER, _BRAND = "author_role = 'customer'", "author_role = 'brand'"

# What some checks look at instead of a table, made of the tables; `ids` has one row per id.
VIEWS = {
    "ids": "SELECT post_id, reply_to, created_at, author_role FROM posts",
    "repeats": "SELECT post_id, count(*) - 1 AS more FROM ids WHERE post_id IS NOT NULL "
    "GROUP BY post_id HAVING count(*) > 1",
    "edges": "SELECT c.rowid AS child, q.rowid AS parent, c.post_id, c.author_role AS role, "
    "q.author_role AS parent_role, c.created_at < q.created_at AS backwards "
    "FROM ids c LEFT JOIN ids q ON q.post_id = c.reply_to WHERE c.reply_to IS NOT NULL",
    "brands_used": "SELECT DISTINCT brand FROM posts WHERE brand <> ''",
    "accounts_used": "SELECT DISTINCT network, account, network || ':' || account AS name "
    f"FROM posts WHERE {_BRAND} AND account IS NOT NULL",
}
ONCE = "CREATE OR REPLACE TEMP TABLE ids AS SELECT DISTINCT ON (post_id) * FROM ids"


def _contract() -> list[Check]:
    """What the schema says of every post."""
    made = []
    for column in POSTS.columns:
        name = column.name
        if column.required:
            what, where = f"{name} is empty, but every post needs it", f"{name} IS NULL"
            made.append(Check("error", "posts", "posts", what, where, _ID, _IMPORT))
        if column.values:
            what = f"{name} is none of: {', '.join(column.values)}"
            where = f"NOT list_contains([{', '.join(map(literal, column.values))}], {name})"
            made.append(Check("error", "posts", "posts", what, where, _ID, _IMPORT))
    return made


# fmt: off
CHECKS: tuple[Check, ...] = (
    Check("error", "brands", "brands", "brands whose timezone is no IANA zone",
          "NOT list_contains(getvariable('zones'), timezone)", "brand", "Write names such as Europe/Paris."),
    Check("error", "brands", "brands", "brands whose country is no ISO 3166-1 alpha-2 code",
          "NOT regexp_full_match(country, '[A-Z]{2}')", "brand", "Write codes such as FR."),
    Check("warning", "brands", "brands",
          "brands without a timezone: business hours cannot be computed",
          "timezone IS NULL", "brand", _LISTED),
    Check("note", "brands", "brands", "brands without a country: no rates by country",
          "country IS NULL", "brand", _LISTED),
    Check("note", "brands", "brands", "brands without a sector: no rates by sector",
          "sector IS NULL", "brand", _LISTED),
    Check("error", "survey", "survey", "weights are missing or below 0",
          "weight IS NULL OR NOT weight >= 0 OR isnan(weight)", "respondent_id",
          "Correct the weights."),
    *_contract(),
    Check("error", "posts", "posts", "post_id does not begin with its network",
          "NOT starts_with(post_id, network || ':')", _ID, "Write ids as network:native-id."),
    Check("error", "posts", "posts", "rating is not from 1 to 5",
          "rating NOT BETWEEN 1 AND 5", _ID, _IMPORT),
    Check("warning", "posts", "posts", "created_at lies in the future",
          "created_at > now() + INTERVAL 1 DAY", _ID,
          "Check the time zone and the order of day and month of the source."),
    Check("warning", "posts", "posts", "created_at lies before 1990",
          "created_at < TIMESTAMPTZ '1990-01-01 00:00:00+00'", _ID,
          "The source sets a false time; look at these posts before using waits."),
    Check("warning", "posts", "posts",
          "observed_at lies before created_at: these requests were never followed",
          "observed_at < created_at", _ID,
          "Import again with --observed-at, the time of the collection."),
    Check("warning", "posts", "posts", "deleted_at lies before created_at",
          "deleted_at < created_at", _ID, "Check the clock of the collection."),
    Check("note", "posts", "posts", "texts look like UTF-8 read as Windows-1252",
          "contains(text, 'â€') OR contains(text, 'Ã©') OR contains(text, 'ðŸ')", _ID,
          "The source is damaged; triage of these posts is unreliable."),
    Check("note", "posts", "posts", "posts were found deleted",
          "deleted_at IS NOT NULL", _ID, _APART),
    Check("note", "posts", "posts",
          "customer posts name no brand; measures take that of the first replier",
          f"{_CUSTOMER} AND brand IS NULL", _ID,
          "List more accounts of the brands (--accounts), if there are any."),
    Check("warning", "posts", "posts", "posts of a brand do not say which",
          f"{_BRAND} AND brand IS NULL", _ID, "Import again with --accounts or --brand."),
    Check("error", "posts", "posts", "author_id of a customer is no pseudonym",
          f"NOT getvariable('synthetic') AND {_CUSTOMER} "
          "AND NOT regexp_full_match(author_id, 'a_[0-9a-f]{16}')",
          _ID, "Do not pass this dataset on. Import the source again with carekit."),
    Check("warning", "posts", "repeats",
          "rows repeat the id of another; measures keep the one looked at last",
          "TRUE", _ID, "Nothing to do, unless you expected none.", "more"),
    Check("warning", "posts", "edges",
          "replies to a post that is not in the dataset: these threads are incomplete",
          "parent IS NULL", _ID, "Nothing to do; measures count them apart and give bounds."),
    Check("warning", "posts", "edges", "posts reply to themselves",
          "parent = child", _ID, _IMPORT),
    Check("note", "posts", "edges", "answers of a brand are dated before the request",
          "backwards AND role = 'brand' AND parent_role = 'customer'", _ID,
          "Nothing to do: they count as answers and are left out of every wait."),
    Check("warning", "brands", "brands_used",
          "brands of the posts have no row in the table of brands: nothing by country, sector or "
          "business hours", "brand NOT IN (SELECT brand FROM brands WHERE brand IS NOT NULL)", "brand",
          "Import again with country, sector and timezone in --accounts."),
    Check("warning", "accounts", "accounts_used",
          "accounts write in the posts but are not in the table of accounts",
          "name NOT IN (SELECT network || ':' || account FROM accounts WHERE account IS NOT NULL)",
          "name",
          _ACCOUNTS),
    Check("note", "accounts", "accounts",
          "accounts without account_kind: no study of dedicated accounts",
          "account_kind IS NULL", "account",
          "Import again with account_kind (main, care) in --accounts."),
)
# fmt: on

EMPTY = (
    Empty("text", "TRUE", "questions, hand-offs, triage and reply length leave these out"),
    Empty("author_id", _CUSTOMER, "repeated contacts leave these out"),
    Empty(
        "observed_at",
        _CUSTOMER,
        "how long these requests were followed is unknown; if unanswered, waits leave them out",
    ),
    Empty("lang", "TRUE", "nothing by language, unless it is detected"),
    Empty("surface", _CUSTOMER, "nothing by surface for these"),
    Empty("rating", f"{_CUSTOMER} AND surface = 'review'", "nothing by rating for these"),
    Empty("account", _CUSTOMER, "nothing by account for these"),
)
