"""Google Play: the answer of the store's own pages → reviews, with the developer's answers.

The store writes a review as a list in which everything has its place, and no names; what the places
mean was found out by looking. A review whose answer cannot be read is rejected whole, because
without it an answered review would look unanswered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from carekit.dataset.manifest import NOTHING_LEFT_OUT
from carekit.errors import InputError
from carekit.sources.collecting.limits import QueryFailed
from carekit.sources.collecting.source import (
    Ask,
    Estimate,
    Page,
    Query,
    Source,
    StoredPage,
    in_a_row,
)
from carekit.sources.files.any_csv import Preset, table_format
from carekit.sources.files.formats import Options, has_columns
from carekit.sources.files.json_items import row_format
from carekit.sources.found import Found, Problem, guarded
from carekit.sources.json_text import decode_deep, loads
from carekit.sources.networks.reviews import BRAND_COLUMNS, made_id, review, titled
from carekit.sources.networks.values import ident, language, moment, number, words

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

NETWORK = "google_play"
_REVIEW = re.compile(r"[?&#]review-?id=([^&\s]+)", re.IGNORECASE)
MARK = "UsvDTd"  # the call that lists reviews


def answer_of(body: str) -> tuple[list[Any], str | None] | None:
    """The reviews in an answer and the token of the next page; None if it holds none of the kind."""
    start = body.find("[")
    if start < 0:
        return None
    try:
        # Several values may follow each other, each after a line with its length.
        outer = decode_deep(body, start).value
        inside = next(
            c[2] for c in outer if isinstance(c, list) and len(c) > 2 and c[:2] == ["wrb.fr", MARK]
        )
        value = loads(inside) if isinstance(inside, str) else []
    except (ValueError, TypeError, StopIteration):
        return None
    if not isinstance(value, list):
        return None
    reviews = value[0] if value and isinstance(value[0], list) else []
    token = _at(value, -2, -1)
    token = token if token is not None else _at(value, -1, -1)
    return reviews, token if isinstance(token, str) and token else None


def read_reviews(
    body: str, *, brand: str, lang: str | None = None, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The reviews of an answer as the store sent it, each followed by the developer's answer.

    `brand` is the firm whose app it is, `lang` the language that was asked for.
    """
    found = answer_of(body)
    if found is None:
        yield Problem("the page holds no list of reviews")
        return
    for item in found[0]:
        yield from guarded(_review, item, brand, lang, seen_at)


def _review(item: Any, brand: str, lang: str | None, seen_at: datetime | None) -> Iterator[Found]:
    yield from review(
        NETWORK,
        ident(_at(item, 0)),
        author=_at(item, 1, 0),
        at=_at(item, 5, 0),
        text=words(_at(item, 4)),
        stars=number(_at(item, 2)),
        answer=words(_at(item, 7, 1)),
        answered_at=_at(item, 7, 2, 0),
        brand=brand,
        lang=lang,
        seen_at=seen_at,
        timed=True,
    )


def _at(value: Any, *places: int) -> Any:
    """What stands at a place of lists in lists; None if there is nothing."""
    for at in places:
        if not isinstance(value, list) or not -len(value) <= at < len(value):
            return None
        value = value[at]
    return value


PRESET = Preset(
    columns={
        "post_id": ("reviewId",),
        "author_id": ("userName",),
        "text": ("content",),
        "rating": ("score",),
        "created_at": ("at",),
        "reply_text": ("replyContent",),
        "reply_created_at": ("repliedAt",),
        "brand": BRAND_COLUMNS,
    },
    needed=("post_id", "created_at", "rating", "reply_text", "reply_created_at"),
    network="google_play",
    surface="review",
    role="customer",
    id_from=("brand", "author_id", "created_at", "rating", "text"),
)


def read_row(row: Mapping[str, str], options: Options) -> Iterator[Found]:
    """A row of the monthly report of the Play Console; ratings without a text have no link."""
    at = row.get("review submit date and time") or row.get("review submit millis since epoch")
    text = titled(row.get("review title"), row.get("review text"))
    answer = row.get("developer reply text") or None
    answered_at = row.get("developer reply date and time")
    stars, link = row.get("star rating"), _REVIEW.search(row.get("review link", ""))
    package = row.get("package name") or None
    yield from review(
        NETWORK,
        unquote(link[1])
        if link
        else made_id(options.key, package, at, stars, row.get("device"), text),
        author=None,
        at=at,
        text=text,
        stars=number(stars),
        answer=answer,
        answered_at=answered_at or row.get("developer reply millis since epoch"),
        brand=options.brand or package,
        lang=language(row.get("reviewer language")),
    )


PATH = "/_/PlayStoreUi/data/batchexecute"
SIZE, NEWEST = 100, 2


class GooglePlay(Source):
    """The web pages of the store. Targets: app ids (com.acme.app); `countries` and `langs`: which
    editions to read.
    """

    name = "google-play"
    network = "google_play"
    what = "reviews of apps with the developers' answers, by --country and --lang"
    targets = "app ids, such as com.example.app"
    base = "https://play.google.com"
    terms = (
        "No interface is offered for this; owners of an app have an official one. Ask slowly, and "
        "check what the terms of the store allow you."
    )
    selection = NOTHING_LEFT_OUT
    pace = 2.0

    @classmethod
    def make(cls, ask: Ask, web: Web) -> GooglePlay:
        """The source; it needs no key."""
        wrong = [t for t in ask.targets if "." not in t or "/" in t]
        if wrong:
            raise InputError(
                f"`targets` holds {wrong[0]!r}; expected the id of an app, such as com.example.app. It "
                "stands in the address of its page, after id=."
            )
        for name, values in (("country", ask.countries), ("lang", ask.langs)):
            bad = [v for v in values if not 2 <= len(v) <= 5 or "/" in v]
            if bad:
                raise InputError(
                    f"`{name}` is {bad[0]!r}; expected a code of two letters, such as fr. Correct "
                    f"--{name}."
                )
        return cls(ask, web=web, base_url=ask.base_url or cls.base)

    def queries(self) -> Sequence[Query]:
        countries, langs = self.ask.countries or ("us",), self.ask.langs or ("en",)
        return [
            Query("reviews", f"{country.lower()}/{lang.lower()}/{app}")
            for app in self.ask.targets
            for country in countries
            for lang in langs
        ]

    def estimate(self) -> Estimate:
        n = len(self.queries())
        why = f"{n:,} apps and editions; the store does not say how many reviews there are."
        return Estimate(None, None, 0.0, why)

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        country, lang, app = query.key.split("/", 2)
        yield from in_a_row(lambda at: self._page(country, lang, app, at), cursor)

    def _page(self, country: str, lang: str, app: str, cursor: str | None) -> Page:
        answer = self.web.get(
            self.base_url + PATH,
            params={"hl": lang, "gl": country},
            form={"f.req": _request(app, cursor)},
            expect="text",
        )
        found = answer_of(answer.body)
        if found is None:
            raise QueryFailed(f"{self.host} answered without a list of reviews for {app}")
        reviews, token = found
        is_end = not reviews or self.all_before(moment(_at(r, 5, 0)) for r in reviews)
        following = None if is_end else self.cursor(token)
        return Page.of(answer, next_cursor=following, n_items=len(reviews))

    def read(self, page: StoredPage) -> Iterable[Found]:
        _, lang, app = page.query.key.split("/", 2)
        found = read_reviews(
            page.body, brand=self.ask.brand or app, lang=lang[:2], seen_at=page.fetched_at
        )
        left_out: set[str] = set()
        for each in found:
            if isinstance(each, dict) and not self._wanted(each, left_out):
                left_out.add(str(each["native_id"]))
            else:
                yield each

    def _wanted(self, draft: dict[str, Any], left_out: set[str]) -> bool:
        """A review in the range of time; an answer belongs to its review, whenever it came."""
        if draft.get("nested"):
            return draft["reply_to"] not in left_out
        return self.in_range(draft["created_at"])

    def purge(self, body: str, ids: Collection[str]) -> str:
        """The body without the reviews of these ids."""
        plain = {i.removesuffix("#reply") for i in ids}
        found = answer_of(body)
        kept = [r for r in (found[0] if found else []) if ident(_at(r, 0)) not in plain]
        if found is None or len(kept) == len(found[0]):
            return body
        inside = json.dumps([kept, None, [None, found[1]]], ensure_ascii=False)
        return ")]}'\n\n" + json.dumps([["wrb.fr", MARK, inside]], ensure_ascii=False)


def _request(app: str, token: str | None) -> str:
    """What the pages of the store send to get reviews of an app, the newest first."""
    page = [SIZE, None, token] if token else [SIZE]
    inside = json.dumps([None, None, [2, NEWEST, page, None, []], [app, 7]], separators=(",", ":"))
    return json.dumps([[[MARK, inside, None, "generic"]]], separators=(",", ":"))


KIND = GooglePlay

FORMATS = (
    # `userImage` is left out, names that stand for many people too.
    table_format(
        "google-play",
        "Google Play reviews with answers (CSV)",
        has_columns("content", "score", "replyContent", "repliedAt"),
        PRESET,
        title="Google Play reviews",
        network=NETWORK,
    ),
    row_format(
        "play-console",
        "Google Play reviews of the Play Console, UTF-16 (CSV)",
        ("Star Rating", "Review Submit Date and Time", "Developer Reply Text"),
        read_row,
        title="Google Play reviews",
        network=NETWORK,
    ),
)
