"""CFPB: complaints of consumers to the American regulator → drafts.

A complaint names the company and how it responded, in one word of a list: that is no reply, and
makes no post. The consumer's own words are there only if he agreed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any

from carekit.sources.collecting.limits import QueryFailed
from carekit.sources.collecting.purging import Purged
from carekit.sources.collecting.source import (
    Estimate,
    JsonSource,
    Page,
    Query,
    StoredPage,
    in_a_row,
)
from carekit.sources.collecting.web import Answer
from carekit.sources.found import Found, Problem
from carekit.sources.networks.selections import COMPLAINTS
from carekit.sources.networks.values import (
    first_ident,
    inner,
    listed,
    mapping,
    moment,
    number,
    read_item,
    words,
)

NETWORK = "cfpb"


def read(value: Any, *, seen_at: datetime | None = None) -> Iterator[Found]:
    """The complaints of an answer of the search API, or of a list of complaints."""
    hits = value if isinstance(value, list) else listed(value, "hits", "hits")
    if not isinstance(value, list) and not isinstance(inner(value, "hits", "hits"), list):
        yield Problem("the page holds no complaints")
        return
    for hit in hits:
        yield from read_item(_draft, hit, seen_at)


def _draft(hit: Mapping[str, Any], seen_at: datetime | None) -> Iterator[Found]:
    source = mapping(hit, "_source") or hit
    native = first_ident(source, "complaint_id") or first_ident(hit, "_id")
    yield {
        "native_id": native,
        "network": NETWORK,
        "surface": "regulator",
        "author_role": "customer",
        "brand": words(source.get("company")),
        "created_at": moment(source.get("date_received")),
        "text": words(source.get("complaint_what_happened")) or None,
        "lang": "en" if source.get("complaint_what_happened") else None,
        "thread": native,
        "observed_at": seen_at,
    }


PATH = "/data-research/consumer-complaints/search/api/v1/"
SIZE, DEEPEST = 100, 10_000
FIRST_DAY = date(2011, 12, 1)


class Cfpb(JsonSource):
    """The search API. Targets: names of companies, as the database writes them."""

    name = network = "cfpb"
    what = "complaints to the American regulator of financial firms"
    targets = "names of companies, as the database writes them"
    base = "https://www.consumerfinance.gov"
    terms = "Public domain; the narratives are by consumers who agreed to their publication."
    purged = Purged(("complaint_id", "_id"), kept=("date_received",))
    selection = COMPLAINTS
    pace = 1.0

    def queries(self) -> Sequence[Query]:
        days = list(_months(*self._range()))
        return [
            Query("complaints", f"{first}/{last}/{company}")
            for company in self.ask.targets
            for first, last in days
        ]

    def _range(self) -> tuple[date, date]:
        until = self.ask.until or datetime.now(UTC)
        return (self.ask.since.date() if self.ask.since else FIRST_DAY), until.date()

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        first, last, company = query.key.split("/", 2)
        yield from in_a_row(lambda at: self._page(company, first, last, at), cursor)

    def _page(self, company: str, first: str, last: str, cursor: str | None) -> Page:
        n, after = (1, None) if cursor is None else _cursor(cursor)
        answer = self._call(company, first, last, n=n, after=after)
        body = answer.json()
        total = number(inner(body, "hits", "total", "value")) or 0
        n_items = len(listed(body, "hits", "hits"))
        if total > DEEPEST and first < last and n == 1:
            # The search cannot show all of it: ask for each half.
            return Page.of(answer, n_items=n_items, follow=_halves(first, last, company))
        points = listed(body, "_meta", "break_points", str(n + 1))
        more = n * SIZE < min(total, DEEPEST) and points and n_items
        following = self.cursor(f"{n + 1}:{'_'.join(map(str, points))}") if more else None
        return Page.of(answer, n_items=n_items, next_cursor=following)

    def _call(self, company: str, first: str, last: str, *, n: int, after: str | None) -> Answer:
        params: dict[str, Any] = {
            "company": company,
            "date_received_min": first,
            "date_received_max": last,
            "size": SIZE,
            "frm": (n - 1) * SIZE,
            "sort": "created_date_desc",
            "no_aggs": "true",
            "search_after": after,
        }
        answer = self.web.get(self.base_url + PATH, params=params)
        if not isinstance(inner(answer.json(), "hits"), dict):
            raise QueryFailed(f"{self.host} answered without complaints")
        return answer

    def found(self, page: StoredPage, body: Any) -> Iterable[Found]:
        return read(body, seen_at=page.fetched_at)

    def estimate(self) -> Estimate:
        first, last = self._range()
        total = 0
        for company in self.ask.targets:
            answer = self._call(company, str(first), str(last), n=1, after=None)
            total += number(inner(answer.json(), "hits", "total", "value")) or 0
        months = len(list(_months(first, last))) * len(self.ask.targets)
        pages = ceil(total / SIZE) + months
        return Estimate(pages, pages * self.pace, 0.0, f"{total:,} complaints in {months} slices.")


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    start = first
    while start <= last:
        following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield start, min(following - timedelta(days=1), last)
        start = following


def _halves(first: str, last: str, company: str) -> tuple[Query, ...]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    middle = start + (end - start) // 2
    return (
        Query("complaints", f"{start}/{middle}/{company}"),
        Query("complaints", f"{middle + timedelta(days=1)}/{end}/{company}"),
    )


def _cursor(cursor: str) -> tuple[int, str | None]:
    n, _, after = cursor.partition(":")
    return (int(n) if n.isdecimal() else 1), after or None


KIND = Cfpb
