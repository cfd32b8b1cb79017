"""Rows of a table that are no posts by their nature, and are counted under their own names."""

from __future__ import annotations

from collections.abc import Mapping

from carekit.sources.drafts import strings, text
from carekit.sources.files import cells
from carekit.sources.files.headings import folded
from carekit.sources.files.table import OUTSIDE, TableFile
from carekit.sources.files.unsent import REASON, is_unsent

RETWEET = "a retweet, no post of its own"
BARE = "a bare rating without a text, which nobody can answer"
SEED = "a row of the collecting tool that holds no post"
HEADER = "the header of the table, again"
TOTALS = "a row of totals"
# Columns that are filled in the rows of retweets only.
_RETWEETED = (
    "referenced_tweets.retweeted.id", "retweeted_user_id", "retweeted_status_id", "retweeted_status.id",
    "retweeted_id", "retweeted_tweet_id", "sourcetweet_id", "twitter retweet of", "retweet of",
    "retweeted from",
)  # fmt: skip
_TYPES = (
    "sourcetweet_type", "tweet_type", "post_type", "referenced_tweet_type", "type_of_tweet",
    "thread entry type",
)  # fmt: skip
# Over kinds of posts in any tool, among them words for what only passes on.
_ANY_TYPE = (
    "type", "typ", "tipo", "kind", "message type", "content type", "interaction type", "engagement type",
    "type de message", "type de contenu", "nachrichtentyp", "beitragstyp", "tipo de mensaje", "rodzaj",
)  # fmt: skip
_PASSED_ON = (
    "retweet", "retweeted", "retweets", "repost", "reposted", "reblog", "boost", "retuit", "retweeten",
    "re-tweet", "rt",
)  # fmt: skip
_BY_DEVICE = ("google_play", "app_store")


def no_post(table: TableFile, at: Mapping[str, str], *, has_answer: str) -> str:
    """SQL: why a row is no post; null for a post."""
    header = table.header
    cases = []

    def column(*names: str) -> str | None:
        place = header.find(*names)
        return None if place is None else f"c{place}"

    kind = column("object_type")
    if kind is not None and column("query_status") is not None:
        cases.append((f"lower(trim({kind})) NOT IN ('data', 'unpacked', '')", SEED))
        if "text" in at:
            nothing = f"{cells.is_blank(at['text'])} AND {cells.is_blank(at['created_at'])}"
            cases.append((nothing, SEED))
    for nth, heading in enumerate(header.names):
        if folded(heading) in _ANY_TYPE:
            cases.append((f"coalesce({cells.among(f'c{nth}', _PASSED_ON)}, FALSE)", RETWEET))
    said = column("is_retweet", "retweet", "is retweet")
    if said is not None:
        cases.append((f"coalesce({cells.yes_no(said)}, FALSE)", RETWEET))
    types = column(*_TYPES)
    for name in _RETWEETED:
        if (place := column(name)) is not None:
            is_quote = f" AND coalesce(lower(trim({types})), '') NOT LIKE 'quote%'" if types else ""
            cases.append((f"{cells.filled(place)} IS NOT NULL{is_quote}", RETWEET))
    if types is not None:
        cases.append(
            (f"lower(trim({types})) IN ('retweet', 'retweeted', 'repost', 'share')", RETWEET)
        )
    if "text" in at:
        shown = f"regexp_matches({at['text']}, '^RT @[A-Za-z0-9_]+:')"
        cases.append((f"net = 'x' AND {shown}", RETWEET))
        if "rating" in at:
            stores = ", ".join(f"'{n}'" for n in _BY_DEVICE)
            empty = cells.is_blank(at["text"])
            cases.append((f"net IN ({stores}) AND {empty} AND NOT ({has_answer})", BARE))
    if "unsent" in at and has_answer == "FALSE":
        cases.append((f"{is_unsent(at['unsent'])} AND coalesce(role, 'brand') = 'brand'", REASON))
    cases += _around(table, at)
    told = " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason in cases)
    return f"CASE {told} END"


def _around(table: TableFile, at: Mapping[str, str]) -> list[tuple[str, str]]:
    """SQL of rows that spreadsheets and reports add to a table, and why they are no posts."""
    cases = []
    again = header_again(table)
    if again != "FALSE":
        cases.append((again, HEADER))
    # DuckDB computes both sides of an AND, of a CASE only what is needed: times are longer.
    time = at.get("created_at", "'no time is read'")
    short = f"coalesce(strlen({time}), 0) <= {max(map(len, cells.EMPTY_WORDS))}"
    words = {at[n] for n in ("post_id",) if n in at} | {"c0"}
    said = " OR ".join(
        f"regexp_full_match(lower(strip_accents(trim({w}))), '{cells.TOTALS}')"
        for w in sorted(words)
    )
    told = [(f"coalesce({said}, FALSE)", TOTALS)]
    if len(table.columns) >= 4:
        others = ", ".join(f"nullif(trim({c}), '')" for c in table.columns[1:])
        told.append((f"nullif(trim(c0), '') IS NOT NULL AND coalesce({others}) IS NULL", OUTSIDE))
    for condition, reason in told:
        timeless = f"({cells.filled(time)} IS NULL AND {condition})"
        cases.append((f"CASE WHEN {short} THEN {timeless} ELSE FALSE END", reason))
    return cases


def header_again(table: TableFile) -> str:
    """SQL: the row repeats the header, as where one export was appended to another."""
    named = [(c, n) for c, n in zip(table.columns, table.header.names, strict=True) if n][:3]
    if len(named) < 2 or table.header.further:
        return "FALSE"
    same = " AND ".join(f"trim({c}, ' ' || chr(65279)) = {text(n)}" for c, n in named)
    first, name = named[0]
    return f"CASE WHEN contains({first}, {text(name)}) THEN coalesce({same}, FALSE) ELSE FALSE END"


def other_header(table: TableFile) -> str:
    """SQL: the row names columns of the table, in another order than its header."""
    named = [(c, n) for c, n in zip(table.columns, table.header.names, strict=True) if n]
    if len({n for _, n in named}) < 3:
        return "FALSE"
    names = strings([n for _, n in named])
    all_ = " AND ".join(
        f"list_contains({names}, trim({c}, ' ' || chr(65279)))" for c, _ in named[:3]
    )
    other = f"(coalesce({all_}, FALSE) AND NOT ({header_again(table)}))"
    known = f"list_contains({names}, trim({named[0][0]}, ' ' || chr(65279)))"
    return f"CASE WHEN {known} THEN {other} ELSE FALSE END"


def below_seeds(table: TableFile, reply_to: str) -> str:
    """SQL of what a row answers: in a table of Facepager nothing, if it hangs on a seed."""
    level = table.header.find("level")
    if level is None or table.header.find("query_status") is None:
        return reply_to
    return f"CASE WHEN trim(c{level}) NOT IN ('0', '1') THEN {reply_to} END"
