"""Reviews with the answers of owners: one way to make drafts of them, and the tables of many tools.

A rating without a text is no post where it cannot be answered (stores); it is counted under that
name. On Google Maps its owner can answer it, and it counts as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from carekit.dataset.privacy import pseudonym
from carekit.sources.files.any_csv import Preset, plan
from carekit.sources.files.formats import Derived, Drafts, Format, Options, Sample
from carekit.sources.files.json_items import json_format
from carekit.sources.files.table import Header, TableFile
from carekit.sources.found import Draft, Found, LeftOut, NoPost, Problem, Remark
from carekit.sources.networks.values import (
    first_item,
    ident,
    inner,
    language,
    listed,
    mapping,
    moment,
    number,
    read_item,
    records,
    somebody,
    words,
)

BARE = "a rating without a text, which cannot be answered"
UNTIMED = "its answer has no time that can be read: it counts as an answer, its wait is unknown"
ANSWERED_BARE = ("google_maps",)
_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
BRAND_COLUMNS = (
    "brand", "company", "firm", "app", "app_name", "appName", "app_id", "appId", "package",
    "package_name",
)  # fmt: skip


def review(
    network: str,
    native: str | None,
    *,
    author: Any,
    at: Any,
    text: str | None,
    stars: int | None,
    answer: str | None = None,
    answered_at: Any = None,
    brand: str | None = None,
    lang: str | None = None,
    seen_at: datetime | None = None,
    timed: bool = False,
) -> Iterator[Found]:
    """A review and its answer, which stays with it: without it, it would look unanswered.

    An answer without a time is one, and its wait is unknown; not so if answers are always `timed`.
    """
    created, reply = moment(at), moment(answered_at)
    if native is None:
        yield Problem("a review has no id")
        return
    if stars is None or not 1 <= stars <= 5:
        yield Problem("rating is no whole number from 1 to 5")
        return
    silent = answer is None and reply is None
    if network not in ANSWERED_BARE and not (text or "").strip() and silent:
        yield LeftOut(BARE)
        return
    if answer is not None and reply is None and timed:
        yield Problem("the answer has no time that can be read")
        return
    same: Draft = {
        "network": network,
        "surface": "review",
        "brand": brand,
        "thread": native,
        "observed_at": seen_at,
    }
    yield same | {
        "native_id": native,
        "author": somebody(author),
        "author_role": "customer",
        "created_at": created,
        "text": text,
        "lang": lang,
        "rating": stars,
    }
    if answer is not None and reply is None:
        yield Remark(UNTIMED)
    if answer is not None or reply is not None:
        yield same | {
            "nested": True,
            "native_id": f"{native}#reply",
            "author_role": "brand",
            "created_at": reply,
            "text": answer,
            "reply_to": native,
        }


def made_id(key: bytes, *parts: str | None) -> str:
    """An id from what a review says, for files without ids: equal rows are one review."""
    return "r_" + pseudonym(key, "review", "\x1f".join(p or "" for p in parts))[2:]


def titled(title: str | None, text: str | None) -> str | None:
    """A title and a text as one text."""
    return "\n".join(t for t in (title, text) if t and t.strip()) or None


# Tables

TABLE = Preset(
    columns={
        "post_id": ("review id", "review_id", "reviewid", "id"),
        "author_id": (
            "review consumer user id", "author_id", "author_title", "author", "authorname",
            "reviewer_name", "reviewer", "username", "user_name", "consumer", "auteur",
        ),
        "created_at": (
            "review created (utc)", "review_created_utc", "review_datetime_utc", "publishedatdate",
            "publisheddate", "published_date", "datepublished", "dates.publisheddate", "review_date",
            "review date", "createdat", "created_at", "date",
        ),
        "rating": ("review stars", "review_stars", "review_rating", "stars", "ratingvalue", "rating",
                   "score", "note"),
        "lang": ("review language", "review_language", "language", "lang"),
        "reply_text": (
            "company reply", "company_reply", "company_reply_text", "company_reply_content",
            "companyreply", "replymessage", "reply.message", "owner_answer", "responsefromownertext",
            "response_from_owner_text", "developer response", "developer_response", "reply", "answer",
            "response", "owner reply", "réponse",
        ),
        "reply_created_at": (
            "company reply date (utc)", "company_reply_date_utc", "company_reply_date",
            "companyreplydate", "replypublisheddate", "reply.publisheddate",
            "owner_answer_timestamp_datetime_utc", "responsefromownerdate", "response_from_owner_date",
            "developer response date", "reply date", "reply_date", "answered at", "answer date",
            "response date", "response_date", "date de réponse",
        ),
        "network": ("network", "store"),
        "brand": (*BRAND_COLUMNS, "webshop name", "domain url", "domain_url", "company_name", "place"),
    },
    needed=("created_at", "rating", "reply_created_at"),
    surface="review",
    role="customer",
    id_from=("brand", "author_id", "created_at", "rating", "text"),
)  # fmt: skip
_TITLES = ("review title", "review_title", "title", "headline", "titre")
_TEXTS = (
    "review content", "review_content", "review_text", "review text", "text", "reviewbody", "body",
    "review", "content", "comment", "verbatim", "avis", "commentaire",
)  # fmt: skip
# Columns that only one site's tables have, and what its tables call the brand.
_SITES = (
    ("google_maps", ("owner_answer",), ("name",)),
    ("google_maps", ("responseFromOwnerText", "response_from_owner_text"), ("title",)),
    ("trustpilot", ("review stars", "review_stars", "company reply date (utc)", "company_reply",
                    "company_reply_text", "company_reply_content", "company_reply_date"), ()),
)  # fmt: skip


def _site(header: Header) -> tuple[str | None, tuple[str, ...]]:
    found = (s for s in _SITES if any(header.find(n) is not None for n in s[1]))
    site, _, brand = next(found, (None, (), ()))
    return site, brand


def drafts(table: TableFile, options: Options) -> Drafts:
    """The rows as drafts; reviews without an id get one from what they say."""
    header = table.header
    site, brand = _site(header)
    columns = dict(TABLE.columns)
    columns["brand"] = (*columns["brand"], *brand)
    names = {n.strip().casefold() for n in header.names}
    title = next((n for n in _TITLES if n in names and n not in brand), "")
    body = next((n for n in _TEXTS if n in names), "")
    replies = [n for key in ("reply_text", "reply_created_at") for n in columns[key] if n in names]

    def derive(row: Mapping[str, str]) -> tuple[str]:
        text = titled(row.get(title), row.get(body)) or ""
        if (
            site not in ANSWERED_BARE
            and not text
            and not any(row.get(n, "").strip() for n in replies)
        ):
            raise NoPost(BARE)
        return (text,)

    preset = replace(TABLE, columns=columns, network=site, derived=Derived(("text",), derive))
    return plan(table, options, preset, format="reviews")


def recognises(sample: Sample) -> bool:
    """True for a table with stars, a time, and the time of an answer, of a site that is known."""
    header = sample.header
    if header is None or _site(header)[0] is None:
        return False
    return all(header.find(*TABLE.columns[name]) is not None for name in TABLE.needed)


# JSON of the owners' own interfaces


def read(value: Any, options: Options) -> Iterator[Found]:
    """Reviews of owners' interfaces (Google, Apple, Trustpilot) or of the scrapers of Google Play."""
    answers = {}
    for other in listed(value, "included"):
        whose = ident(inner(other, "relationships", "review", "data", "id"))
        answers[whose or ident(inner(other, "id"))] = mapping(other, "attributes")
    for each in records(value, "reviews", "data"):
        yield from read_item(_one, each, answers)


def _one(item: Any, answers: Mapping[str | None, Mapping[str, Any]]) -> Iterator[Found]:
    if "starRating" in item:
        yield from review(
            "google_maps",
            ident(item.get("reviewId"))
            or (words(item.get("name")) or "").rsplit("/", 1)[-1]
            or None,
            author=inner(item, "reviewer", "displayName"),
            at=item.get("createTime"),
            text=words(item.get("comment")),
            stars=_STARS.get(str(item["starRating"])) or number(item["starRating"]),
            answer=words(inner(item, "reviewReply", "comment")),
            answered_at=inner(item, "reviewReply", "updateTime"),
        )
    elif item.get("type") == "customerReviews":
        told, native = mapping(item, "attributes"), ident(item.get("id"))
        whose = ident(inner(item, "relationships", "response", "data", "id"))
        answer = answers.get(native) or answers.get(whose) or {}
        yield from review(
            "app_store",
            native,
            author=told.get("reviewerNickname"),
            at=told.get("createdDate"),
            text=titled(words(told.get("title")), words(told.get("body"))),
            stars=number(told.get("rating")),
            answer=words(answer.get("responseBody")),
            answered_at=answer.get("lastModifiedDate"),
        )
    elif "stars" in item and "consumer" in item:
        yield from review(
            "trustpilot",
            ident(item.get("id")),
            author=inner(item, "consumer", "id") or inner(item, "consumer", "displayName"),
            at=item.get("createdAt") or inner(item, "dates", "publishedDate"),
            text=titled(words(item.get("title")), words(item.get("text"))),
            stars=number(item["stars"]),
            answer=words(inner(item, "companyReply", "text"))
            or words(inner(item, "reply", "message")),
            answered_at=inner(item, "companyReply", "createdAt")
            or inner(item, "reply", "publishedDate"),
            lang=language(item.get("language")),
        )
    elif play := _played(item):
        native, at, text, answer, answered_at = (item.get(name) for name in play)
        yield from review(
            "google_play",
            ident(native),
            author=item.get("userName"),
            at=at,
            text=titled(words(item.get("title")), words(text)),
            stars=number(item.get("score")),
            answer=words(answer),
            answered_at=answered_at,
            brand=next((found for name in BRAND_COLUMNS if (found := words(item.get(name)))), None),
        )
    else:
        yield Problem("it is no review of a kind that is known")


# What the scrapers of Google Play call the id, time and text of a review, and the answer with its time.
_PLAY = (
    ("reviewId", "at", "content", "replyContent", "repliedAt"),  # of Python
    ("id", "date", "text", "replyText", "replyDate"),  # of Node
)


def _played(item: Mapping[str, Any]) -> tuple[str, ...] | None:
    return next((p for p in _PLAY if "score" in item and all(name in item for name in p)), None)


def recognises_json(sample: Sample) -> bool:
    """True for the first review of any of these interfaces."""
    first = first_item(sample.json, "reviews", "data")
    consumer = "stars" in first and isinstance(first.get("consumer"), Mapping)
    owners = consumer or "starRating" in first or first.get("type") == "customerReviews"
    return owners or _played(first) is not None


FORMATS = (
    Format(
        "reviews",
        "reviews with owners' answers: tables of Trustpilot, Google Maps, App Store (CSV)",
        recognises,
        drafts=drafts,
        title="Reviews with answers",
    ),
    json_format(
        "reviews-json",
        "reviews of Google Business Profile, App Store Connect, Trustpilot, Google Play (JSON)",
        recognises_json,
        read,
        title="Reviews with answers",
    ),
)
