"""Mastodon: statuses of an account, of a hashtag, mentions of one's own account, and contexts.

One server a collection: ids mean something there only, and it shows only what reached it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from carekit.dataset.manifest import NOTHING_LEFT_OUT
from carekit.errors import InputError
from carekit.sources.accounts import fold
from carekit.sources.collecting.limits import QueryFailed
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
    secret,
)
from carekit.sources.collecting.web import Answer
from carekit.sources.found import Found, Gone
from carekit.sources.networks.mastodon import posts
from carekit.sources.networks.selections import BRAND_THREADS, TAGGED
from carekit.sources.networks.values import (
    address,
    ident,
    inner,
    listed,
    mapping,
    number,
    utc,
    words,
)

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

TOKEN = "MASTODON_TOKEN"
PAGE = 40
MENTIONS = "mentions"
ABSENT = (404, 410)
_MAX_ID = re.compile(r"[?&]max_id=([^&>]+)[^>]*>;\s*rel=\"?next")


class Mastodon(JsonSource):
    """One server that speaks Mastodon's API.

    Targets: accounts (name@server), #hashtags, and `mentions`: of the account whose token it is.
    """

    name = network = "mastodon"
    what = (
        "statuses of an account or a hashtag, with their threads; mentions with the account's token"
    )
    targets = "name@server, #hashtag, mentions"
    secrets = (TOKEN,)
    purged = Purged(("id",), kept=("visibility",), having="in_reply_to_id")
    terms = (
        "Rules of the server; people who opt out (noindex, #nobot) are left out, deletions are to be "
        "honoured (run --refresh)."
    )
    pace = 1.0  # 300 calls in 5 minutes

    @classmethod
    def make(cls, ask: Ask, web: Web) -> Mastodon:
        """The source, with the token that the environment or the keyring holds."""
        token = secret(TOKEN)
        targets = tuple(t.removeprefix("@") for t in ask.targets)
        servers = {t.partition("@")[2] for t in targets if "@" in t}
        if MENTIONS in targets and not token:
            raise InputError(
                f"`targets` holds {MENTIONS!r}, which needs the token of the account that is mentioned. "
                f"Expected {TOKEN} in the environment or the system keyring. Set it."
            )
        if not ask.base_url and len(servers) != 1:
            raise InputError(
                f"`targets` name {len(servers)} servers; expected accounts of one, written name@server, "
                "or --base-url for the server to ask. Add --base-url https://SERVER."
            )
        base_url = ask.base_url or f"https://{servers.pop()}"
        # People list an account by its name, texts and other servers know it with its server.
        brands = set(ask.brands)
        brands |= {fold("mastodon", t) for t in targets if "@" in t}
        made = replace(ask, targets=targets, brands=frozenset(brands))
        return cls(made, web=web, base_url=base_url, token=token)

    def __init__(self, ask: Ask, *, web: Web, base_url: str, token: str | None = None) -> None:
        super().__init__(ask, web=web, base_url=base_url)
        self._token = token
        self.auth = "token" if token else "none"
        self._instance = ""
        if MENTIONS in ask.targets:
            self.selection = NOTHING_LEFT_OUT
        elif any(t.startswith("#") for t in ask.targets):
            self.selection = TAGGED
        else:
            self.selection = BRAND_THREADS

    # What is asked

    def accounts(self) -> Sequence[str]:
        named = [t for t in self.ask.targets if t != MENTIONS and not t.startswith("#")]
        return [posts.full_handle(t, self._server()) for t in named]

    def queries(self) -> Sequence[Query]:
        server = self._server()
        made: list[Query] = []
        for target in self.ask.targets:
            if target == MENTIONS:
                made.append(Query(MENTIONS, f"{server}/"))
            elif target.startswith("#"):
                made.append(Query("hashtag", f"{server}/{target.removeprefix('#')}"))
            else:
                account = self._account(target)
                made.append(Query("account", f"{server}/{account['id']}"))
        return made

    def _server(self) -> str:
        """The name that the server gives itself: it ends the handles of its accounts."""
        if not self._instance:
            answer = self._call("/api/v1/instance")
            said = answer.json() if answer.status == 200 else {}
            name = words(inner(said, "uri")) or ""
            name = address(name).netloc or name
            self._instance = name if name and "/" not in name else self.host
        return self._instance

    def _account(self, target: str) -> Mapping[str, Any]:
        name, _, server = target.partition("@")
        local = server in ("", self._server(), self.host)
        acct = name if local else target
        answer = self._call("/api/v1/accounts/lookup", {"acct": acct})
        body = mapping(answer.json())
        if answer.status != 200 or ident(body.get("id")) is None:
            raise InputError(
                f"`targets`: {self.host} knows no account {target!r}. Expected name@server. Check "
                "the spelling, or name another server with --base-url."
            )
        return body

    def estimate(self) -> Estimate:
        """From the number of statuses on each profile; a thread each is the most there can be."""
        accounts = [t for t in self.ask.targets if t != MENTIONS and not t.startswith("#")]
        if len(accounts) < len(self.ask.targets):
            return super().estimate()
        counts = [number(self._account(t).get("statuses_count")) or 0 for t in accounts]
        pages = sum(-(-n // PAGE) + 1 + 2 * n for n in counts)
        return Estimate(
            pages,
            pages * max(self.web.limiter.pace, 0.2),
            0.0,
            f"{sum(counts):,} posts of the accounts asked for: their lists, and at most two pages of "
            "thread for each post.",
        )

    # Pages

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        server, _, key = query.key.partition("/")
        if query.kind == "context":
            yield self._context_page(server, key)
            return
        if query.kind in ("status", LOOKUP):
            yield self._status_page(server, key)
            return
        yield from in_a_row(lambda at: self._list_page(query.kind, server, key, at), cursor)

    def _list_page(self, kind: str, server: str, key: str, cursor: str | None) -> Page:
        params: dict[str, Any] = {"limit": PAGE, "max_id": cursor}
        if kind == "account":
            path, params["exclude_reblogs"] = f"/api/v1/accounts/{quote(key)}/statuses", "true"
        elif kind == "hashtag":
            path = f"/api/v1/timelines/tag/{quote(key)}"
        else:
            path, params["types[]"] = "/api/v1/notifications", "mention"
        answer = self._call(path, params)
        body = answer.json()
        if answer.status != 200 or not isinstance(body, list):
            raise QueryFailed(f"{self.host} answered {path} with status {answer.status}")
        found = [s for s in map(_status_of, body) if s is not None]
        following = self.cursor(_next(answer, body))
        if self.all_before(utc(s.get("created_at")) for s in found):
            following = None
        wanted = [s for s in found if self.in_range(utc(s.get("created_at")))]
        return Page.of(
            answer,
            next_cursor=following if following != cursor else None,
            follow=tuple(
                Query("context", f"{server}/{ident(s.get('id'))}")
                for s in wanted
                if ident(s.get("id")) and (s.get("in_reply_to_id") or s.get("replies_count") != 0)
            ),
            n_items=len(body),
        )

    def _context_page(self, server: str, key: str) -> Page:
        """A context lacks its own status; a context below the top lacks its sisters."""
        answer = self._call(f"/api/v1/statuses/{quote(key)}/context")
        follow: tuple[Query, ...] = ()
        if answer.status == 200:
            above = listed(answer.json(), "ancestors")
            top = ident(inner(above[0], "id")) if above else None
            follow = (
                Query("context", f"{server}/{top}") if top else Query("status", f"{server}/{key}"),
            )
        return Page.of(answer, follow=follow, n_items=1)

    def _status_page(self, server: str, key: str) -> Page:
        answer = self._call(f"/api/v1/statuses/{quote(key)}")
        return Page.of(answer, n_items=1)

    def lookup(self, ids: Sequence[str]) -> Sequence[Query]:
        return [Query(LOOKUP, "/".join(i.rsplit(":", 1))) for i in ids if ":" in i]

    def _call(self, path: str, params: Mapping[str, Any] | None = None) -> Answer:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        return self.web.get(
            self.base_url + path, params=params, headers=headers, accept=(200, *ABSENT)
        )

    # Reading

    def read(self, page: StoredPage) -> Iterable[Found]:
        if page.status in ABSENT:
            return [Gone(self.network, page.query.key.replace("/", ":", 1))]
        return super().read(page)

    def found(self, page: StoredPage, body: Any) -> Iterable[Found]:
        server, _, key = page.query.key.partition("/")
        if page.query.kind == "context":
            return posts.context(
                body,
                status_id=key,
                instance=server,
                seen_at=page.fetched_at,
                brands=self.ask.brands,
                logged_in=self._token is not None,
            )
        single = page.query.kind in ("status", LOOKUP)
        found = posts.statuses(
            [_status_of(s) or s for s in (body if isinstance(body, list) else [body])],
            instance=server,
            seen_at=page.fetched_at,
            brands=self.ask.brands,
            # Asked for right after its context, which lacks it.
            watched=page.query.kind == "status",
        )
        return found if single else self.wanted(found)

    def purge(self, body: str, ids: Collection[str]) -> str:
        return super().purge(body, {i.rsplit(":", 1)[-1] for i in ids})


def _status_of(item: Any) -> dict[str, Any] | None:
    """A status, also from inside a notification."""
    if isinstance(item, dict) and "status" in item and "content" not in item:
        item = item["status"]
    return item if isinstance(item, dict) else None


def _next(answer: Answer, items: list[Any]) -> str | None:
    """Where the list goes on: what the server says, else below the last id; an empty page ends."""
    if not items:
        return None
    link = _MAX_ID.search(answer.headers.get("link", ""))
    return link[1] if link else ident(inner(items[-1], "id"))
