"""X: what was written to accounts and by them in the last seven days, through API v2. It costs.

Every post and every user that an answer holds is paid for, so users are asked for by name once and
not expanded in every page. The newer specification says `post.fields` where the older one says
`tweet.fields`: the older is tried first, the newer if the server does not know it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from carekit.dataset.manifest import NOTHING_LEFT_OUT
from carekit.errors import InputError
from carekit.sources.collecting.limits import QueryFailed, Stopped
from carekit.sources.collecting.purging import Purged
from carekit.sources.collecting.source import (
    LOOKUP,
    Ask,
    Estimate,
    JsonSource,
    Page,
    Query,
    StoredPage,
    in_a_row,
    needed,
)
from carekit.sources.collecting.web import Answer
from carekit.sources.found import Found, Gone, LeftOut, Problem
from carekit.sources.networks.selections import LAST_WEEK
from carekit.sources.networks.values import ident, inner, listed, number, stamp
from carekit.sources.networks.x.posts import NOTE, read

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

TOKEN = "X_BEARER_TOKEN"
POST_PRICE, USER_PRICE = 0.005, 0.010  # dollars, as of 2026
SIZE = 100
DIALECTS = ("tweet", "post")
FIELDS = "author_id,conversation_id,created_at,lang,note_tweet,public_metrics,referenced_tweets"
# What each dialect calls the fields and the long text.
_WORDS = {
    "tweet": FIELDS,
    "post": FIELDS.replace("note_tweet", "note_post").replace("_tweets", "_posts"),
}


class X(JsonSource):
    """API v2. Targets: @accounts (what they wrote and who named them), or a search in X's words."""

    name = network = "x"
    auth = "bearer token"
    what = "the last seven days of what was written to and by accounts; paid by the post"
    targets = "@accounts, or a search in the words of X"
    base = "https://api.x.com"
    secrets = (TOKEN,)
    purged = Purged(("id",), kept=("referenced_tweets", "referenced_posts"), having="author_id")
    batch = SIZE
    terms = "No scraping; honour deletions and edits (run --refresh); pass on ids, not texts."
    dearest_page = SIZE * POST_PRICE
    pace = 1.0

    def __init__(self, ask: Ask, *, web: Web, base_url: str) -> None:
        how = "Make one at the developer portal of X, load credits, and set it."
        self._token = needed(TOKEN, "X needs a bearer token", how)
        super().__init__(ask, web=web, base_url=base_url)
        self._dialect = DIALECTS[0]
        self._users: dict[str, str] = {}
        self._paid = 0.0
        only_accounts = all(t.startswith("@") for t in ask.targets)
        self.selection = NOTHING_LEFT_OUT if only_accounts else LAST_WEEK

    def accounts(self) -> Sequence[str]:
        return [t[1:] for t in self.ask.targets if t.startswith("@")]

    def queries(self) -> Sequence[Query]:
        made = []
        for target in self.ask.targets:
            if not target.startswith("@"):
                made.append(Query("search", f"/{target}"))
                continue
            # The number stands in the query, so that a page can be read without asking again.
            number_of = self._user(target[1:])
            made.append(Query("search", f"{target[1:]}={number_of}/{_about(target[1:])}"))
        return made

    def _user(self, handle: str) -> str:
        if handle not in self._users:
            answer = self._call(f"/2/users/by/username/{handle}", {})
            found = ident(inner(answer.json(), "data", "id"))
            if found is None:
                raise InputError(f"`targets`: X knows no account '@{handle}'. Check the spelling.")
            self._users[handle] = found
            self._paid += USER_PRICE
        return self._users[handle]

    def estimate(self) -> Estimate:
        """Counts are free: posts of the last seven days, times their price."""
        n = 0
        for target in self.ask.targets:
            words = _about(target[1:]) if target.startswith("@") else target
            answer = self._call("/2/tweets/counts/recent", {"query": words, "granularity": "day"})
            n += (
                number(inner(answer.json(), "meta", "total_tweet_count"))
                or number(inner(answer.json(), "meta", "total_post_count"))
                or 0
            )
        users = len(self.accounts())
        pages = ceil(n / SIZE)
        cost = n * POST_PRICE + users * USER_PRICE
        why = f"{n:,} posts at ${POST_PRICE} and {users:,} users at ${USER_PRICE:.3f}."
        return Estimate(pages, pages * self.pace, cost, why)

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        if query.kind == LOOKUP:
            answer = self._fields("/2/tweets", {"ids": query.key})
            yield self._page(answer)
            return
        yield from in_a_row(lambda at: self._search(query.key.partition("/")[2], at), cursor)

    def _search(self, words: str, cursor: str | None) -> Page:
        params = {
            "query": words,
            "max_results": SIZE,
            "next_token": cursor,
            "start_time": stamp(self.ask.since),
            "end_time": stamp(self.ask.until),
        }
        answer = self._fields("/2/tweets/search/recent", params)
        following = self.cursor(inner(answer.json(), "meta", "next_token"))
        return self._page(answer, next_cursor=following)

    def _page(self, answer: Answer, **rest: Any) -> Page:
        body = answer.json()
        data = listed(body, "data")
        n_users = len(listed(body, "includes", "users"))
        n_more = len(listed(body, "includes", "tweets")) + len(listed(body, "includes", "posts"))
        cost = (len(data) + n_more) * POST_PRICE + n_users * USER_PRICE + self._paid
        self._paid = 0.0
        return Page.of(answer, n_items=len(data), cost=cost, **rest)

    def _fields(self, path: str, params: Mapping[str, Any]) -> Answer:
        """Ask in the dialect that was understood last, in the other one if it is not."""
        others = [d for d in DIALECTS if d != self._dialect]
        for dialect in (self._dialect, *others):
            asked = {**params, f"{dialect}.fields": _WORDS[dialect]}
            answer = self._call(path, asked, accept=(200, 400))
            if answer.status == 200:
                self._dialect = dialect
                return answer
        why = inner((listed(answer.json(), "errors") or [{}])[0], "message")
        raise QueryFailed(f"{self.host} answered {path} with status 400 ({_short(why)})")

    def _call(
        self, path: str, params: Mapping[str, Any], accept: Collection[int] = (200,)
    ) -> Answer:
        headers = {"authorization": f"Bearer {self._token}"}
        answer = self.web.get(
            self.base_url + path, params=params, headers=headers, accept=(*accept, 402)
        )
        if answer.status == 402:
            raise Stopped("the credits of the X account are spent")
        return answer

    def found(self, page: StoredPage, body: Any) -> Iterable[Found]:
        known = read(body, seen_at=page.fetched_at)
        if page.query.kind == LOOKUP:
            there = {ident(inner(p, "id")) for p in listed(body, "data")}
            gone = [Gone("x", i) for i in page.query.key.split(",") if i not in there]
            return [*(f for f in known if isinstance(f, dict | Problem)), *gone]
        return self._named(known, _handles(page.query.key))

    def _named(self, known: Iterable[Found], handles: Mapping[str, str]) -> Iterator[Found]:
        for each in known:
            if isinstance(each, dict) and each.get("author") in handles:
                each |= {"author_handle": handles[each["author"]]}
            if each != LeftOut(NOTE):
                yield each


def _about(handle: str) -> str:
    """What an account wrote, and what was written to it or with its name."""
    return f"(from:{handle} OR to:{handle} OR @{handle}) -is:retweet"


def _handles(key: str) -> dict[str, str]:
    handle, _, rest = key.partition("/")[0].partition("=")
    return {rest: handle} if rest else {}


def _short(why: Any) -> str:
    return str(why)[:120] if why else "it does not say why"
