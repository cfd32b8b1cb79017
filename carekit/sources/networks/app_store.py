"""App Store reviews: in tables the developer's answer is a Python dictionary in one cell of the row;
the public feed has no answers.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

from carekit.sources.files.any_csv import Preset, plan
from carekit.sources.files.cells import EMPTY_WORDS
from carekit.sources.files.formats import (
    Derived,
    Drafts,
    Format,
    Options,
    Sample,
    has_columns,
    need_columns,
)
from carekit.sources.files.json_items import json_format
from carekit.sources.files.table import TableFile
from carekit.sources.found import Found, LeftOut
from carekit.sources.networks.reviews import BRAND_COLUMNS, review, titled
from carekit.sources.networks.selections import REVIEWS_ALONE
from carekit.sources.networks.values import (
    first_item,
    ident,
    inner,
    mapping,
    number,
    read_item,
    records,
    words,
)

LONGEST_ANSWER = 50_000  # characters; the store allows 5,970 in an answer
_UNREADABLE = "developerResponse is no dictionary with a body and a time"


def answer_of(cell: str) -> dict[str, Any]:
    """The dictionary in a cell `developerResponse`; empty if there is no answer."""
    if cell.strip().lower() in EMPTY_WORDS:
        return {}
    if len(cell) > LONGEST_ANSWER:
        raise ValueError(_UNREADABLE)
    try:
        made = ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        try:
            made = json.loads(cell)
        except (ValueError, RecursionError):
            raise ValueError(_UNREADABLE) from None
    if not isinstance(made, dict) or not made.get("modified"):
        raise ValueError(_UNREADABLE)
    return made


def derive(row: Mapping[str, str]) -> tuple[str, str, str]:
    """Text, answer and time of the answer of a row, whose column names are in lower case."""
    answer = answer_of(row.get("developerresponse", ""))
    title, review = row.get("title", "").strip(), row.get("review", "")
    body = answer.get("body")
    return (
        f"{title}\n{review}" if title and review else title or review,
        body if isinstance(body, str) else "",
        str(answer.get("modified", "")),
    )


PRESET = Preset(
    columns={
        "post_id": ("review_id", "reviewId"),
        "author_id": ("userName",),
        "text": ("review",),
        "created_at": ("date",),
        "brand": BRAND_COLUMNS,
    },
    needed=("created_at", "rating"),
    network="app_store",
    surface="review",
    role="customer",
    id_from=("brand", "author_id", "created_at", "rating", "text"),
    derived=Derived(("text", "reply_text", "reply_created_at"), derive),
)


def drafts(table: TableFile, options: Options) -> Drafts:
    """The rows as drafts; reviews without an id get one from what they say."""
    need_columns(table.header, ("date", "developerResponse"), file=table.name, format="app-store")
    return plan(table, options, PRESET, format="app-store")


def read(value: Any, options: Options) -> Iterator[Found]:
    """Reviews of the public feed (customerreviews/json), which holds no answers."""
    for each in records(value, "feed", "entry"):
        yield from read_item(_entry, each)


def _entry(item: Any) -> Iterator[Found]:
    if "im:name" in item:  # the first entry of older feeds
        yield LeftOut("the app itself, no review")
        return
    said = {name: inner(item, name, "label") for name in ("id", "updated", "title", "content")}
    yield from review(
        "app_store",
        ident(said["id"]),
        author=inner(item, "author", "name", "label"),
        at=said["updated"],
        text=titled(words(said["title"]), words(said["content"])),
        stars=number(inner(item, "im:rating", "label")),
    )


def recognises_feed(sample: Sample) -> bool:
    """True for a feed whose first entries have stars as the store writes them."""
    entries = mapping(first_item(sample.json), "feed").get("entry")
    first = entries if isinstance(entries, list) else [entries]
    return any(isinstance(one, Mapping) and "im:rating" in one for one in first[:2])


FORMATS = (
    Format(
        "app-store",
        "App Store reviews with answers (CSV)",
        has_columns("developerResponse", "review", "rating", "date"),
        drafts=drafts,
        title="App Store reviews",
        network="app_store",
    ),
    json_format(
        "app-store-rss",
        "App Store reviews of the public feed, without answers (JSON)",
        recognises_feed,
        read,
        title="App Store reviews",
        network="app_store",
        selection=REVIEWS_ALONE,
    ),
)
