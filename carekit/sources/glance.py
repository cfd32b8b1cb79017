"""A first look at who is answered: automatic first answers, extracts of answered requests only.

Both make an answer rate say something else than it seems to, and the posts themselves show them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from carekit.dataset.manifest import ANSWERED_ONLY, Selection
from carekit.dataset.schema import AUTOMATIC, CREATED_UNTIL
from carekit.sources.drafts import text
from carekit.sources.looks import every, rewrite
from carekit.sources.report import counted

if TYPE_CHECKING:
    import duckdb

# The same words again and again, within seconds, are no person's.
AGAIN = 5
WITHIN_SECONDS = 60
SHARE_WITHIN = 0.8
# So many requests that are all answered are hardly all the requests there were.
ALL_ANSWERED_FROM = 30
# Answers to posts that are not here: so many, and such a share of all, are worth a word.
LOST_FROM, LOST_SHARE = 5, 0.2
# Answers before what they answer: so many, and such a share, are no slips of two clocks.
BACK_FROM, BACK_SHARE = 3, 0.02
# Answers without their texts that came so soon, and such a share of all with a time.
HASTY_SECONDS, HASTY_SHARE = 10, 0.2
_GREETED = (
    r"^(@\S+ )*(bonjour|bonsoir|hello|hi|hey|dear|hallo|hola|ciao|cher|chère|guten tag|liebe[r]?)"
    r"[^,!.\n:]{0,40}[,!.:]"
)


@dataclass(frozen=True)
class Glance:
    """Requests that reply to nothing, and how many have a reply of a brand.

    `n_by_people` are those whose reply is not an automatic one; `n_automatic` are automatic
    replies; `seconds` is their median wait; `n_private` openings are; `n_brand` posts are by
    brands, `n_replies` of them reply to something, `n_lost` to posts that are not here. Of
    `n_timed` replies both times are known, `n_back` are dated before what they answer.
    `n_later` openings have a reply below a later post of their author only. `n_stray` replies are to
    posts by neither customers nor brands, `n_other_brand` to requests of another brand; `brands`
    names two such. `n_hasty` replies whose texts are not here came within seconds.
    """

    n: int = 0
    n_answered: int = 0
    n_by_people: int = 0
    n_automatic: int = 0
    seconds: float | None = None
    n_private: int = 0
    n_brand: int = 0
    n_replies: int = 0
    n_lost: int = 0
    n_timed: int = 0
    n_back: int = 0
    n_later: int = 0
    n_stray: int = 0
    n_other_brand: int = 0
    brands: str = ""
    n_hasty: int = 0

    @property
    def silence(self) -> str:
        """What it means if no post is by a brand, or if answers do not fit requests; else empty."""
        if self.n_brand and self.n and not self.n_replies:
            return (
                f"None of the {counted(self.n_brand, 'post')} by a brand says what it answers: an "
                "answer rate of 0 says nothing here (--map reply_to=COLUMN or thread_id=COLUMN)."
            )
        many = self.n_lost >= LOST_FROM and self.n_lost > LOST_SHARE * self.n_replies
        if many or (self.n_lost and self.n_lost == self.n_replies):
            return (
                f"{self.n_lost:,} of {counted(self.n_replies, 'answer')} of brands "
                f"{'answers a post that is' if self.n_lost == 1 else 'answer posts that are'} not here: "
                "requests are missing, or ids are written in two ways, and then the answer rate "
                "is too low."
            )
        if self.n_brand or not self.n:
            return ""
        return (
            "No post here is by a brand: an answer rate of 0 says only that the brand's posts are "
            "missing, or that its accounts are not listed (--accounts CSV)."
        )

    @property
    def backwards(self) -> str:
        """What it means if answers come before what they answer; else empty."""
        many = self.n_back >= BACK_FROM and self.n_back > BACK_SHARE * self.n_timed
        if not many and not self.n_back == self.n_timed > 0:
            return ""
        return (
            f"{self.n_back:,} of {counted(self.n_timed, 'answer')} "
            f"{'is' if self.n_back == 1 else 'are'} dated before what they answer: they count as "
            "answers without a wait. If two columns are of different zones, or a clock of twelve hours "
            "lacks AM and PM, the other waits are too short or too long as well."
        )

    @property
    def misplaced(self) -> tuple[str, ...]:
        """What it means if many answers count for no request, or were hardly written by a person."""
        of, told = f"of {counted(self.n_replies, 'answer')} of brands", []

        def many(n: int) -> bool:
            return n > LOST_SHARE * self.n_replies

        if many(self.n_later):
            told.append(
                f"{counted(self.n_later, 'request is', 'requests are')} answered below a later post of "
                "the same customer only: where direct replies count (direct-opening), the answer rate is too "
                "low for them; --definition zendesk counts answers anywhere in the thread."
            )
        if many(self.n_stray):
            told.append(
                f"{self.n_stray:,} {of} {'answers a post' if self.n_stray == 1 else 'answer posts'} by "
                "neither a customer nor a brand (bots, notes, third persons) and count for no request: the "
                "answer rate is too low if these stand between a customer and the brand. Say so: "
                "--roles 'bot=brand'."
            )
        if many(self.n_other_brand):
            told.append(
                f"{self.n_other_brand:,} {of} {'is' if self.n_other_brand == 1 else 'are'} by another brand "
                f"than was asked ({self.brands}) and count for no request: the answer rate is too low if "
                "both are one company. List the accounts of both under one brand (--accounts CSV)."
            )
        if self.n_hasty >= max(AGAIN, HASTY_SHARE * self.n_timed):
            told.append(
                f"{self.n_hasty:,} of {counted(self.n_timed, 'answer')} came within {HASTY_SECONDS} seconds, "
                "and what they say is not here: if they are automatic, too many requests count as answered, "
                "and waits are too short. Export the first answer of a person."
            )
        return tuple(told)

    @property
    def sentence(self) -> str:
        """What automatic answers do to the answer rate; empty without any."""
        if not self.n_automatic:
            return ""
        answers = counted(self.n_automatic, "answer is", "answers are")
        return (
            f"{answers} one text within {self.seconds or 0:.0f} seconds, again "
            f"and again: automatic. With them {self.n_answered:,} of {counted(self.n, 'request')} are "
            f"answered ({self.n_answered / self.n:.1%}), by people {self.n_by_people:,} "
            f"({self.n_by_people / self.n:.1%})."
        )

    @property
    def all_answered(self) -> bool:
        """True if every one of many requests is answered, and not by a machine."""
        return self.n >= ALL_ANSWERED_FROM and self.n == self.n_by_people

    def selection(self) -> Selection:
        """The selection that posts show in which every request is answered."""
        return replace(
            ANSWERED_ONLY,
            why=f"Every one of its {self.n:,} requests is answered, as in an extract of answered ones "
            "only. If nothing was left out, import it with --selection none.",
            detected=True,
        )


def glance_at(con: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> Glance:
    """Count requests and replies; the table `automatic` holds the ids of automatic replies."""
    # Of a reply whose time names a day, nobody can say that it came within seconds.
    coarse = any(CREATED_UNTIL in pq.read_schema(f).names for f in files)
    exact = f"{CREATED_UNTIL} IS NULL" if coarse else "TRUE"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE replies AS SELECT r.post_id, r.reply_to,
        CASE WHEN r.exact AND q.exact THEN epoch_us(r.created_at) - epoch_us(q.created_at) END
        AS waited,
        r.text IS NULL AS silent, r.brand AS brand,
        q.is_opening, q.is_stray, q.asked, q.above, q.author_id
        FROM (SELECT *, {exact} AS exact FROM {every(files, rows=False)}
        WHERE author_role = 'brand' AND reply_to IS NOT NULL) r
        JOIN (SELECT post_id, created_at, {exact} AS exact, reply_to IS NULL AND author_role = 'customer'
        AS is_opening, author_role = 'other' AS is_stray, brand AS asked,
        CASE WHEN author_role = 'customer' THEN reply_to END AS above, author_id
        FROM {every(files, rows=False)}) q ON q.post_id = r.reply_to"""
    )
    _find_automatic(con, files)
    counted = con.execute(
        f"""WITH openings AS (SELECT post_id, visibility = 'private' AS hidden FROM
        {every(files, rows=False)} WHERE author_role = 'customer' AND reply_to IS NULL),
        answered AS (SELECT DISTINCT reply_to FROM replies WHERE is_opening),
        people AS (SELECT DISTINCT reply_to FROM replies ANTI JOIN automatic USING (post_id)
        WHERE is_opening)
        SELECT (SELECT count(*) FROM openings), (SELECT count(*) FROM answered),
        (SELECT count(*) FROM people), (SELECT count(*) FROM automatic),
        (SELECT median(waited) / 1e6 FROM automatic),
        (SELECT count(*) FROM openings WHERE hidden),
        (SELECT count(*) FROM {every(files, rows=False)} WHERE author_role = 'brand'),
        (SELECT count(*) FROM {every(files, rows=False)} WHERE author_role = 'brand'
        AND reply_to IS NOT NULL),
        (SELECT count(*) FROM {every(files, rows=False)} r ANTI JOIN (SELECT post_id AS id FROM
        {every(files, rows=False)}) q ON q.id = r.reply_to WHERE author_role = 'brand'
        AND reply_to IS NOT NULL),
        (SELECT count(waited) FROM replies WHERE is_opening),
        (SELECT count(*) FROM replies WHERE is_opening AND waited < 0),
        (SELECT count(DISTINCT above) FROM replies r JOIN (SELECT post_id AS id, author_id AS first FROM
        {every(files, rows=False)} WHERE author_role = 'customer' AND reply_to IS NULL) q ON id = above
        WHERE first = author_id AND NOT EXISTS (SELECT 1 FROM answered a WHERE a.reply_to = above)),
        (SELECT count(*) FROM replies WHERE is_stray),
        (SELECT count(*) FROM replies WHERE is_opening AND brand <> asked),
        (SELECT coalesce(min(brand || ', and not ' || asked), '') FROM replies
        WHERE is_opening AND brand <> asked),
        (SELECT count(*) FROM replies WHERE is_opening AND silent AND waited > 0
        AND waited <= {HASTY_SECONDS}000000)"""
    ).fetchall()[0]
    return Glance(*counted)


def _find_automatic(con: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """The table `automatic`, from `replies`; words are compared where a brand was quick often enough."""
    quick = f"coalesce(waited BETWEEN 0 AND {WITHIN_SECONDS}000000, FALSE)"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE quick AS SELECT brand FROM replies WHERE NOT silent
        GROUP BY brand HAVING count(*) FILTER ({quick}) >= {SHARE_WITHIN} * {AGAIN}"""
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE automatic (post_id VARCHAR, reply_to VARCHAR, waited BIGINT)"
    )
    if not con.execute("SELECT count(*) FROM quick").fetchall()[0][0]:
        return
    con.execute(
        f"""INSERT INTO automatic WITH told AS (SELECT r.*, hash(regexp_replace(regexp_replace(
        lower(left(text, 400)), '{_GREETED}', ''), '@\\S+|\\d+', '', 'g')) AS words
        FROM replies r JOIN quick k ON r.brand IS NOT DISTINCT FROM k.brand
        JOIN (SELECT post_id, text FROM {every(files, rows=False)} WHERE author_role = 'brand'
        AND reply_to IS NOT NULL) t ON t.post_id = r.post_id WHERE NOT silent),
        same AS (SELECT brand, words FROM told GROUP BY ALL
        HAVING count(*) >= {AGAIN} AND avg({quick}::INT) >= {SHARE_WITHIN})
        SELECT post_id, t.reply_to, t.waited FROM told t JOIN same s ON t.words = s.words
        AND t.brand IS NOT DISTINCT FROM s.brand WHERE t.waited <= {WITHIN_SECONDS}000000"""
    )


def mark_automatic(
    con: duckdb.DuckDBPyConnection, files: Sequence[Path], *, leave_out: bool
) -> dict[Path, int]:
    """Mark the posts of the table `automatic` in the files that hold some, or leave them out."""
    found: dict[Path, int] = {}
    ids = "(SELECT post_id FROM automatic)"
    for file in files:
        source = f"read_parquet({text(str(file))}, file_row_number=true)"
        n = con.execute(f"SELECT count(*) FROM {source} WHERE post_id IN {ids}").fetchall()[0][0]
        if not n:
            continue
        found[file] = n
        names = con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        other = [name for name, *_ in names if name not in ("file_row_number", AUTOMATIC)]
        listed = ", ".join(f'"{name}"' for name in other)
        mark = "" if leave_out else f", post_id IN {ids} AS {AUTOMATIC}"
        where = f"WHERE post_id NOT IN {ids}" if leave_out else ""
        rows = f"SELECT {listed}{mark} FROM {source} {where} ORDER BY file_row_number"
        rewrite(con, file, rows)
    return found


def bounds_of(glance: Glance, n_rejected: int) -> tuple[float, float]:
    """The lowest and the highest answer rate if the rejected rows were there, whatever they hold."""
    low = glance.n_answered / (glance.n + n_rejected) if glance.n + n_rejected else 0.0
    high = min(glance.n_answered + n_rejected, glance.n) / glance.n if glance.n else 1.0
    both = (glance.n_answered + n_rejected) / (glance.n + n_rejected) if glance.n else 1.0
    return low, max(high, both)
