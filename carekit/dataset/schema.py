"""The contracts of the tables: names, types, allowed values and meaning of every column.

A table that carekit writes has exactly these columns, in this order (a survey adds one column a
question). `check_frame` tells what breaks a contract; nothing here opens a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from carekit.errors import SchemaError

if TYPE_CHECKING:
    import pandas as pd

ColumnType = Literal["text", "time", "integer", "number", "boolean"]

ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "time": pa.timestamp("us", tz="UTC"),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}

NETWORKS = (
    "x facebook instagram youtube linkedin bluesky mastodon reddit telegram google_play app_store "
    "blog forum cfpb zendesk"
).split()
SURFACES = (
    "brand_page personal_page mention no_mention brand_blog external_blog review regulator"
).split()
AUTHOR_ROLES = ("customer", "brand", "other")
ACCOUNT_KINDS = ("main", "care")
VISIBILITIES = ("public", "private")


@dataclass(frozen=True)
class Column:
    """One column: its name, type, whether every row needs a value, the values allowed."""

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    values: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Table:
    """The contract of one table: what a row is, its key and its columns."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    open_columns: bool = False

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise SchemaError(
            f"`{self.name}` has no column {name!r}; its columns are: {', '.join(self.names)}."
        )

    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema of a Parquet file that holds this table."""
        return pa.schema([pa.field(c.name, ARROW[c.type]) for c in self.columns])


def _table(name: str, row: str, key: str, *columns: Column, open_columns: bool = False) -> Table:
    return Table(name, row, tuple(key.split()), columns, open_columns)


POSTS = _table(
    "posts",
    "one public post, message or review",
    "post_id",
    Column("post_id", "text", "unique within the dataset, `network:native-id`", required=True),
    Column("network", "text", f"site, such as {', '.join(NETWORKS)}", required=True),
    Column("surface", "text", "where on that site, seen from the brand", values=tuple(SURFACES)),
    Column("author_id", "text", "keyed pseudonym of the writer"),
    Column("author_role", "text", "who writes", required=True, values=AUTHOR_ROLES),
    Column("brand", "text", "firm addressed, or writing"),
    Column("account", "text", "handle of that firm addressed, or writing"),
    Column("created_at", "time", "time posted, UTC", required=True),
    Column("text", "text", "what was written; null in an ids-only dataset"),
    Column("lang", "text", "language code (ISO 639-1) as given or detected"),
    Column("reply_to", "text", "post_id of the post answered"),
    Column("thread_id", "text", "post_id of the first post known of the thread"),
    Column("visibility", "text", "who could read it", required=True, values=VISIBILITIES),
    Column("rating", "integer", "1 to 5 for a review, else null"),
    Column("observed_at", "time", "when the thread was last looked at, UTC; clock of censoring"),
    Column("deleted_at", "time", "when it was found deleted, UTC, or null"),
)

# A posts file may have these too, and after them the columns that an import was told to keep.
CREATED_UNTIL, AUTOMATIC = "created_until", "automatic"
NEVER_SAID = "2200-01-01"  # as created_until: an answer of which no time is known at all
EXTRA_OF_POSTS = (
    Column(
        CREATED_UNTIL,
        "time",
        "the post was written between created_at and this, UTC: its source gives a day only, or an "
        f"answer without a time ({NEVER_SAID}: no limit is known); null if created_at is exact",
    ),
    Column(AUTOMATIC, "boolean", "an automatic first answer of the brand"),
)

ACCOUNTS = _table(
    "accounts",
    "one account of a brand on a network",
    "network account",
    Column("account", "text", "handle", required=True),
    Column("network", "text", "site", required=True),
    Column("brand", "text", "firm that writes under it", required=True),
    Column("account_kind", "text", "main, or care only", values=ACCOUNT_KINDS),
    Column("opened_at", "time", "when it was opened, UTC"),
)

BRANDS = _table(
    "brands",
    "one firm",
    "brand",
    Column("brand", "text", "name of the firm", required=True),
    Column("country", "text", "ISO 3166-1 alpha-2 code of its market"),
    Column("sector", "text", "line of business"),
    Column("timezone", "text", "IANA zone of its customer service, such as Europe/Paris"),
)

THREADS = _table(
    "threads",
    "one thread whose source says whether posts of it are missing; silence makes no row",
    "thread_id",
    Column(
        "thread_id",
        "text",
        "post_id of the thread's first post, or of any post in it",
        required=True,
    ),
    Column(
        "thread_complete",
        "boolean",
        "false if the source says that posts of the thread are missing from it",
        required=True,
    ),
    Column("n_missing", "integer", "how many at least; null if nobody says"),
    Column(
        "reason",
        "text",
        "why: stub, reply_count, federation, paging, export, withheld; several joined by a space",
    ),
)

SURVEY = _table(
    "survey",
    "one respondent; then one column a question, described in questions.json",
    "respondent_id",
    Column("respondent_id", "text", "unique within the dataset", required=True),
    Column("weight", "number", "sampling weight, 0 or more", required=True),
    Column("stratum", "text", "sampling stratum"),
    Column("psu", "text", "primary sampling unit"),
    Column("country", "text", "ISO 3166-1 alpha-2 code"),
    Column("age", "integer", "years"),
    Column("age_group", "text", "age in classes"),
    open_columns=True,
)

REQUESTS = _table(
    "requests",
    "one customer request under a definition; derived from posts, never stored",
    "request_id",
    Column("request_id", "text", "post_id of the request", required=True),
    Column("thread_id", "text", "post_id of the first post known of the thread", required=True),
    Column("network", "text", "site"),
    Column("surface", "text", "where on that site, seen from the brand"),
    Column("brand", "text", "first known account mentioned, else first replier"),
    Column("account", "text", "handle of that brand"),
    Column("account_kind", "text", "main or care, null if the account is unknown"),
    Column("country", "text", "market of the brand"),
    Column("sector", "text", "line of business of the brand"),
    Column("author_id", "text", "keyed pseudonym of the customer"),
    Column("created_at", "time", "when it was posted, UTC"),
    Column("lang", "text", "language code of the request"),
    Column("rating", "integer", "1 to 5 for a review, else null"),
    Column("is_question", "boolean", "the text holds a question mark; null without a text"),
    Column("answered", "boolean", "a brand post answers it, as the definition says"),
    Column("first_response_seconds", "integer", "wait for the first answer; below 0 if backdated"),
    Column("observed_seconds", "integer", "time it was followed, for an unanswered request"),
    Column(
        "wait_at_least_seconds",
        "integer",
        "shortest wait that the times allow, where one of them names a day only, or none is known; "
        "null if the wait is known",
    ),
    Column("wait_at_most_seconds", "integer", "the longest such wait"),
    Column("first_response_minutes", "number", "the same in minutes; null if not answered"),
    Column("observed_minutes", "number", "time followed, minutes; null if answered"),
    Column("thread_complete", "boolean", "no post of the thread is known to be missing"),
    Column("n_customer_posts", "integer", "customer posts in the thread"),
)

TABLES = {t.name: t for t in (POSTS, ACCOUNTS, BRANDS, THREADS, SURVEY, REQUESTS)}
STORED = ("posts", "accounts", "brands", "threads", "survey")


def require_columns(frame: pd.DataFrame, names: list[str], *, what: str, hint: str) -> None:
    """Raise unless `frame` has every column of `names`.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.
    names : list of str
        Columns that must be there.
    what, hint : str
        How the message names the table, and what it tells the user to do.

    Raises
    ------
    SchemaError
        Naming the first missing column and all that were found.

    Examples
    --------
    >>> import pandas as pd
    >>> require_columns(pd.DataFrame({"id": [1]}), ["id"], what="posts", hint="Rename it.")
    """
    missing = [n for n in names if n not in frame.columns]
    if missing:
        found = ", ".join(map(str, frame.columns)) or "no column"
        raise SchemaError(
            f"`{what}` has no column {', '.join(map(repr, missing))}; found: {found}. {hint}"
        )


def to_arrow(frame: pd.DataFrame, table: Table) -> pa.Table:
    """One pandas frame → an Arrow table that fulfils the contract, columns in its order.

    Columns that are absent and not required become null. Values outside a closed list, nulls in
    a required column and duplicate keys raise.

    Raises
    ------
    SchemaError
        With the number of bad rows and the first three keys; never the text of a post.

    Examples
    --------
    >>> import pandas as pd
    >>> to_arrow(pd.DataFrame({"brand": ["acme"], "country": ["FR"]}), BRANDS).num_rows
    1
    """
    hint = f"The columns are in carekit.dataset.schema.{table.name.upper()}."
    require_columns(
        frame, [c.name for c in table.columns if c.required], what=table.name, hint=hint
    )
    extra = [str(c) for c in frame.columns if c not in table.names]
    if extra and not table.open_columns:
        raise SchemaError(
            f"`{table.name}` has columns that its contract does not know: {', '.join(extra)}; "
            f"expected only: {', '.join(table.names)}. Drop or rename them. {hint}"
        )
    arrays: dict[str, pa.Array] = {}
    for column in table.columns:
        arrays[column.name] = _array(frame, column, table)
    for name in extra:
        arrays[name] = pa.array(frame[name], from_pandas=True)
    made = pa.table(arrays)
    _check_keys(frame, table)
    return made


_NOT_OF_TYPE = (pa.ArrowException, OverflowError, UnicodeEncodeError)


def _array(frame: pd.DataFrame, column: Column, table: Table) -> pa.Array:
    if column.name not in frame.columns:
        return pa.nulls(len(frame), ARROW[column.type])
    values, kind = frame[column.name], ARROW[column.type]
    what = f"holds values that are not of type {column.type}"
    try:
        array = pa.array(values, type=kind, from_pandas=True)
    except _NOT_OF_TYPE:  # its own words quote the value, which may be a post
        wrong = [not _converts(value, kind) for value in values]
        raise _bad(frame, table, column, wrong, what) from None
    if column.type == "integer" and values.dtype == object:
        # Arrow cuts a fraction off among objects, and nowhere else.
        wrong = [_is_fraction(value) for value in values]
        if any(wrong):
            raise _bad(frame, table, column, wrong, what)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if column.required and array.null_count:
        raise _bad(frame, table, column, [v is None for v in array.to_pylist()], "is empty")
    if column.values:
        wrong = [v is not None and v not in column.values for v in array.to_pylist()]
        if any(wrong):
            seen = sorted({v for v, bad in zip(array.to_pylist(), wrong, strict=True) if bad})[:5]
            allowed = ", ".join(column.values)
            raise _bad(frame, table, column, wrong, f"holds {seen}; allowed: {allowed}")
    return array


def _converts(value: Any, kind: pa.DataType) -> bool:
    try:
        pa.array([value], type=kind, from_pandas=True)
    except _NOT_OF_TYPE:
        return False
    return not (pa.types.is_integer(kind) and _is_fraction(value))


def _is_fraction(value: Any) -> bool:
    return isinstance(value, float) and isfinite(value) and value % 1 != 0


def _check_keys(frame: pd.DataFrame, table: Table) -> None:
    doubled = frame.duplicated(subset=list(table.key)).to_numpy()
    if doubled.any():
        raise _bad(frame, table, table.column(table.key[-1]), doubled, "repeats a key")


def _bad(frame: pd.DataFrame, table: Table, column: Column, wrong: Any, what: str) -> SchemaError:
    rows = [i for i, bad in enumerate(wrong) if bad]
    key = table.key[0] if table.key[0] in frame.columns else None
    ids = [str(frame[key].iloc[i]) if key else f"row {i}" for i in rows[:3]]
    shown = ", ".join(ids).encode("utf-8", "backslashreplace").decode()
    return SchemaError(
        f"`{table.name}`, column {column.name!r} {what} in {len(rows)} of {len(frame)} rows "
        f"(first: {shown}). Correct or drop these rows. "
        f"The columns are in carekit.dataset.schema.{table.name.upper()}."
    )
