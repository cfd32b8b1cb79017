"""Google Play: reviews of apps with the developers' answers, by country and language.

The store has no public interface for this; its pages ask themselves, and so does this source. What
it asks may change without notice: then a page "holds no list of reviews", and nothing is made up.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from carekit.dataset.manifest import NOTHING_LEFT_OUT
from carekit.errors import InputError
from carekit.sources.collecting.source import (
    Ask,
    Estimate,
    LiveSource,
    Page,
    Query,
    SourceKind,
    StoredPage,
)
from carekit.sources.collecting.web import QueryFailed
from carekit.sources.found import Found
from carekit.sources.mappers import google_play as mapper
from carekit.sources.mappers.values import moment

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

BASE = "https://play.google.com"
PATH = "/_/PlayStoreUi/data/batchexecute"
SIZE, NEWEST = 100, 2


class GooglePlay(LiveSource):
    """The web pages of the store.

    Parameters
    ----------
    ask : Ask
        Targets: app ids (com.acme.app). `countries` and `langs`: which editions to read.
    web : Web
    base_url : str
    """

    name = "google-play"
    network = "google_play"
    terms = (
        "No interface is offered for this; owners of an app have an official one. Ask slowly, and "
        "check what the terms of the store allow you."
    )
    selection = NOTHING_LEFT_OUT
    pace = 2.0

    def __init__(self, ask: Ask, *, web: Web, base_url: str = BASE) -> None:
        super().__init__(ask, web=web, base_url=base_url)

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
        while True:
            answer = self.web.get(
                self.base_url + PATH,
                params={"hl": lang, "gl": country},
                form={"f.req": _request(app, cursor)},
                expect="text",
            )
            found = mapper.answer_of(answer.body)
            if found is None:
                raise QueryFailed(f"{self.host} answered without a list of reviews for {app}")
            reviews, cursor = found
            if not reviews or self._is_before(reviews):
                cursor = None
            yield Page(
                answer.body,
                answer.request,
                answer.status,
                answer.headers,
                next_cursor=cursor,
                n_items=len(reviews),
            )
            if cursor is None:
                return

    def _is_before(self, reviews: Sequence[Any]) -> bool:
        """The newest come first: a page that is older than the range ends it."""
        times = [_time(r) for r in reviews]
        since = self.ask.since
        return since is not None and all(t is not None and t < since for t in times)

    def read(self, page: StoredPage) -> Iterable[Found]:
        _, lang, app = page.query.key.split("/", 2)
        found = mapper.reviews(
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
        time, ask = draft["created_at"], self.ask
        if time is None:
            return True
        return not (ask.since and time < ask.since) and not (ask.until and time > ask.until)

    def purge(self, body: str, ids: Collection[str]) -> str:
        """The body without the reviews of these ids."""
        plain = {i.removesuffix("#reply") for i in ids}
        found = mapper.answer_of(body)
        if found is None or not any(i in body for i in plain):
            return body
        kept = [r for r in found[0] if not (isinstance(r, list) and r and r[0] in plain)]
        inside = json.dumps([kept, None, [None, found[1]]], ensure_ascii=False)
        return ")]}'\n\n" + json.dumps([["wrb.fr", mapper.MARK, inside]], ensure_ascii=False)


def _time(review: Any) -> Any:
    return (
        moment(review[5][0]) if isinstance(review, list) and len(review) > 5 and review[5] else None
    )


def _request(app: str, token: str | None) -> str:
    """What the pages of the store send to get reviews of an app, the newest first."""
    page = [SIZE, None, token] if token else [SIZE]
    inside = json.dumps([None, None, [2, NEWEST, page, None, []], [app, 7]], separators=(",", ":"))
    return json.dumps([[[mapper.MARK, inside, None, "generic"]]], separators=(",", ":"))


def make(ask: Ask, web: Web) -> GooglePlay:
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
    return GooglePlay(ask, web=web, base_url=ask.base_url or BASE)


KIND = SourceKind(
    name="google-play",
    what="reviews of apps with the developers' answers, by --country and --lang",
    targets="app ids, such as com.example.app",
    network="google_play",
    make=make,
)
