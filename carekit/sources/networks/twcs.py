"""Customer Support on Twitter (Thought Vector, 2017): posts of customers and support accounts."""

from __future__ import annotations

from collections.abc import Mapping

from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.sources.drafts import first_problem
from carekit.sources.files import cells
from carekit.sources.files.formats import Drafts, Format, Options, has_columns, need_columns
from carekit.sources.files.table import TableFile
from carekit.sources.report import counted
from carekit.sources.times import readable_time, time_tallies, time_warnings

NEEDED = ("tweet_id", "author_id", "inbound", "created_at", "text", "in_response_to_tweet_id")
# A missing quotation mark lets a text run on over the rows that follow it.
_NEXT_ROW = r"\n[0-9]+(\.0)?,[^,\n]*,(?i:true|false),"


def drafts(table: TableFile, options: Options) -> Drafts:
    """The rows as drafts. `response_tweet_id` is not used: replies are known by their parent."""
    post, author, inbound, time, text, parent = need_columns(
        table.header, NEEDED, file=table.name, format="twcs"
    )
    number = cells.is_number_id(post)
    looks, counts = time_tallies({"created": (options.clock, time)})
    prepared = {"created": options.clock.utc(time), "customer": cells.yes_no(inbound), **looks}
    fields = {
        "line": "line",
        "native_id": cells.number_id(post),
        "network": "'x'",
        "author": author,
        "author_role": "CASE WHEN customer THEN 'customer' ELSE 'brand' END",
        "created_at": "created",
        "text": text,
        "reply_to": f"CASE WHEN {cells.is_number_id(parent)} THEN {cells.number_id(parent)} END",
        "problem": first_problem(
            (
                f"NOT {number} AND {cells.is_rounded(post)}",
                "tweet_id in scientific notation: its last digits are lost",
            ),
            (f"NOT {number}", "tweet_id is no whole number"),
            (cells.is_blank(author), "author_id is empty"),
            ("customer IS NULL", "inbound is neither true nor false"),
            (f"NOT {readable_time('created')}", "created_at is no time that can be read"),
            (
                f"{parent} <> '' AND NOT {cells.is_number_id(parent)} "
                f"AND NOT {cells.among(parent, cells.EMPTY_WORDS)}",
                "in_response_to_tweet_id is no whole number",
            ),
            (f"strlen({text}) > {cells.LONGEST_TEXT}", "the text is too long to be a post"),
            (
                f"contains({text}, chr(10)) AND regexp_matches({text}, '{_NEXT_ROW}')",
                "the text runs on over the next row: a quotation mark is missing",
            ),
        ),
    }
    rounded = cells.is_long_decimal(parent)
    tallies = {"rounded": rounded, **counts}

    def warn(counts: Mapping[str, int]) -> list[str]:
        found = time_warnings(counts, clock=options.clock, file=table.name)
        if counts["rounded"]:
            found.append(
                f"{counted(counts['rounded'], 'id', 'ids')} of {table.name} beyond 2^53 "
                f"{'is' if counts['rounded'] == 1 else 'are'} written as decimals; a "
                "program may have rounded them, so replies may miss their parents."
            )
        return found

    return Drafts(
        fields,
        prepared=prepared,
        tallies=tallies,
        free_text=[text],
        warn=warn,
    )


FORMATS = (
    Format(
        "twcs",
        "Customer Support on Twitter (CSV)",
        has_columns(*NEEDED),
        drafts=drafts,
        title="Customer Support on Twitter",
        licence="CC BY-NC-SA 4.0",
        selection=ANSWERED_ONLY,
        network="x",
    ),
)
