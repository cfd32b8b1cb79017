"""Bluesky, through the AppView: the feed of an account, search results, and every thread of them.

Feeds and threads are public. Search needs a login: with one, the posts that mention an account are
collected too, without it only conversations that the account began or joined.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carekit.dataset.manifest import NOTHING_LEFT_OUT
from carekit.errors import InputError
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
from carekit.sources.collecting.web import Answer, Blocked
from carekit.sources.found import Found, Gone
from carekit.sources.json_text import dumps
from carekit.sources.networks.bluesky import posts
from carekit.sources.networks.selections import BRAND_THREADS, FOUND
from carekit.sources.networks.values import inner, listed, mapping, number, stamp, words

if TYPE_CHECKING:
    from carekit.sources.collecting.web import Web

PUBLIC, LOGIN = "https://public.api.bsky.app", "https://bsky.social"
HANDLE, PASSWORD = "BLUESKY_HANDLE", "BLUESKY_APP_PASSWORD"
PAGE, LOOKED_UP = 100, 25  # the most that one call gives
DEEP = 1000
SEARCH, REPO = "search:", "repo:"
EXPIRED = ("ExpiredToken", "InvalidToken")


class Bluesky(JsonSource):
    """One AppView, or a PDS that passes questions on to one.

    Targets: handles or DIDs of accounts; `search:WORDS`; `repo:HANDLE` for an account's own posts
    from its own server, without threads. `login` is a handle and an app password.
    """

    name = network = "bluesky"
    what = "posts and threads of an account; with a login also posts that mention it, and search"
    targets = "handles or DIDs, search:WORDS, repo:HANDLE"
    purged = Purged(("uri",), kept=("replyCount",), nested=("record", "value"))
    secrets = (HANDLE, PASSWORD)
    terms = (
        "Public posts; the network asks that deletions are honoured (run --refresh) and that a "
        "client keeps to its rate limits."
    )
    pace = 0.1  # 3,000 calls in 5 minutes

    @classmethod
    def make(cls, ask: Ask, web: Web) -> Bluesky:
        """The source, with the login that the environment or the keyring holds."""
        handle, password = secret(HANDLE), secret(PASSWORD)
        if bool(handle) != bool(password):
            given, missing = (HANDLE, PASSWORD) if handle else (PASSWORD, HANDLE)
            raise InputError(
                f"{given} is set and {missing} is not; expected both, or none. Set {missing}."
            )
        login = (handle, password) if handle and password else None
        targets = tuple(t.removeprefix("@") for t in ask.targets)
        for target in targets:
            plain = target.removeprefix(REPO)
            if target.startswith(SEARCH) and target != SEARCH:
                continue
            if not plain or " " in plain or not (plain.startswith("did:") or "." in plain):
                raise InputError(
                    f"`targets` holds {target!r}; expected a handle such as name.bsky.social, a DID, "
                    "search:WORDS or repo:HANDLE. Correct it."
                )
        return cls(replace(ask, targets=targets), web=web, base_url=ask.base_url, login=login)

    def __init__(
        self,
        ask: Ask,
        *,
        web: Web,
        base_url: str | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(ask, web=web, base_url=base_url or (LOGIN if login else PUBLIC))
        self._login, self._token = login, ""
        self.auth = "app password" if login else "none"
        self._profiles: dict[str, Mapping[str, Any]] = {}
        accounts = [t for t in ask.targets if not t.startswith((SEARCH, REPO))]
        self._records_only = all(t.startswith(REPO) for t in ask.targets)
        lists_own = any(t.startswith(REPO) for t in ask.targets)
        if lists_own or (accounts and not login):
            self.selection = BRAND_THREADS
        else:
            self.selection = NOTHING_LEFT_OUT if accounts else FOUND

    # What is asked

    def accounts(self) -> Sequence[str]:
        named = [t.removeprefix(REPO) for t in self.ask.targets if not t.startswith(SEARCH)]
        return [t for t in named if not t.startswith("did:")]

    def queries(self) -> Sequence[Query]:
        made: list[Query] = []
        for target in self.ask.targets:
            if target.startswith(SEARCH):
                made.append(Query("search", target.removeprefix(SEARCH).strip()))
            elif target.startswith(REPO):
                made.append(Query("records", self._resolved(target.removeprefix(REPO))))
            else:
                profile = self._profile(target)
                made.append(Query("feed", profile["did"]))
                if self._login:
                    made.append(Query("mentions", f"{profile['did']} {profile['handle']}"))
        return made

    def estimate(self) -> Estimate:
        """From the number of posts on each profile; a thread each is the most there can be."""
        accounts = [t for t in self.ask.targets if not t.startswith((SEARCH, REPO))]
        counts = [number(self._profile(t).get("postsCount")) or 0 for t in accounts]
        pages = len(accounts) + sum(-(-n // PAGE) + n for n in counts) if accounts else None
        return Estimate(
            pages,
            None if pages is None else pages * max(self.web.limiter.pace, 0.2),
            0.0,
            f"{sum(counts):,} posts of the accounts asked for: their feeds, and at most a thread for "
            "each post. Search results come on top; their number is not told before.",
        )

    def _profile(self, actor: str) -> Mapping[str, Any]:
        if actor not in self._profiles:
            answer = self._call("app.bsky.actor.getProfile", {"actor": actor})
            profile = mapping(answer.json())
            did, handle = words(profile.get("did")), words(profile.get("handle"))
            if answer.status != 200 or not did or not handle:
                raise InputError(
                    f"`targets`: {self.host} knows no account {actor!r}. Expected a handle such as "
                    "name.bsky.social, or a DID. Check the spelling."
                )
            self._profiles[actor] = profile
        return self._profiles[actor]

    def _resolved(self, actor: str) -> str:
        if actor.startswith("did:"):
            return actor
        answer = self._call("com.atproto.identity.resolveHandle", {"handle": actor})
        did = words(inner(answer.json(), "did"))
        if answer.status != 200 or not did:
            raise InputError(
                f"`targets`: {self.host} knows no account {actor!r}. Expected a handle or a DID "
                "that lives on this server. Check --base-url."
            )
        return did

    # Pages

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        if query.kind == "thread":
            yield self._thread_page(query)
        elif query.kind == LOOKUP:
            yield self._lookup_page(query)
        else:
            yield from in_a_row(lambda at: self._list_page(query, at), cursor)

    def _list_page(self, query: Query, cursor: str | None) -> Page:
        method, params = _list_call(query, self.ask)
        answer = self._call(method, params | {"limit": PAGE, "cursor": cursor})
        if answer.status != 200:
            raise QueryFailed(f"{self.host} refused {method} ({_error(answer)})")
        body = answer.json()
        entries = next((e for k in ("feed", "posts", "records") if (e := listed(body, k))), [])
        # The last page of records still has a cursor: only an empty page is the end.
        following = self.cursor(inner(body, "cursor")) if entries else None
        drafts = [f for f in _listed(query, body, None) if isinstance(f, dict)]
        # Lists come newest first; a pinned post does not.
        if following and self.all_before(d["created_at"] for d in drafts if d["created_at"]):
            following = None
        follow = () if query.kind == "records" else self._threads(query, body)
        return Page.of(answer, next_cursor=following, follow=follow, n_items=len(entries))

    def _threads(self, query: Query, body: Any) -> tuple[Query, ...]:
        """The threads of the posts of a list, but not of posts that say nobody replied."""
        roots = [
            found["thread"]
            for found in self._wanted(query, body, None)
            if isinstance(found, dict) and (found["reply_to"] or found["n_replies"] != 0)
        ]
        return tuple(Query("thread", root) for root in dict.fromkeys(roots))

    def _thread_page(self, query: Query) -> Page:
        params = {"uri": query.key, "depth": DEEP, "parentHeight": DEEP}
        answer = self._call("app.bsky.feed.getPostThread", params)
        if answer.status != 200:
            if _error(answer) == "NotFound":
                return Page.of(answer)
            raise QueryFailed(f"{self.host} refused a thread ({_error(answer)})")
        cut = [uri for uri in _cut_short(inner(answer.json(), "thread")) if uri != query.key]
        return Page.of(answer, follow=tuple(Query("thread", uri) for uri in cut), n_items=1)

    def lookup(self, ids: Sequence[str]) -> Sequence[Query]:
        size = 1 if self._records_only else LOOKED_UP
        groups = [ids[n : n + size] for n in range(0, len(ids), size)]
        return [Query(LOOKUP, json.dumps(list(group))) for group in groups]

    def _lookup_page(self, query: Query) -> Page:
        ids = json.loads(query.key)
        if self._records_only:
            parts = ids[0].split("/")
            params = {"repo": parts[2], "collection": parts[3], "rkey": parts[-1]}
            answer = self._call("com.atproto.repo.getRecord", params)
            if answer.status == 200 or _error(answer) == "RecordNotFound":
                return Page.of(answer)
        else:
            answer = self._call("app.bsky.feed.getPosts", {"uris": ids})
            if answer.status == 200:
                follow = self._threads(query, answer.json())
                return Page.of(answer, follow=follow, n_items=len(ids))
        raise QueryFailed(f"{self.host} refused to look posts up ({_error(answer)})")

    def _call(self, method: str, params: Mapping[str, Any]) -> Answer:
        """One call of the protocol; with a login, logged in. Errors of status 400 come back."""
        url = f"{self.base_url}/xrpc/{method}"
        accept = (200, 400, 401) if self._login else (200, 400)
        for _ in range(2):
            try:
                answer = self.web.get(url, params=params, headers=self._headers(), accept=accept)
            except Blocked as error:
                if "search" in method.lower() and not self._login:
                    why = f"{error}: search needs a login; set {HANDLE} and {PASSWORD}"
                    raise Blocked(why) from None
                raise
            if not self._login or (answer.status != 401 and _error(answer) not in EXPIRED):
                return answer
            self._token = ""  # it has expired: log in once more
        raise Blocked(f"{self.host} refuses the login of {HANDLE}")

    def _headers(self) -> dict[str, str]:
        if not self._login:
            return {}
        if not self._token:
            handle, password = self._login
            status, made = self.web.post(
                f"{self.base_url}/xrpc/com.atproto.server.createSession",
                json={"identifier": handle, "password": password},
                secret_names=("password",),
            )
            token = words(inner(made, "accessJwt"))
            if status != 200 or not token or not token.isascii():
                raise Blocked(
                    f"{self.host} refuses the login of {HANDLE} (status {status}); check {HANDLE} "
                    f"and {PASSWORD}"
                )
            self._token = token
        return {"authorization": f"Bearer {self._token}"}

    # Reading

    def found(self, page: StoredPage, body: Any) -> Iterable[Found]:
        if page.query.kind == "thread":
            if page.status != 200:
                return [Gone(self.network, page.query.key)]
            return posts.thread(body, seen_at=page.fetched_at, brands=self.ask.brands)
        if page.query.kind == LOOKUP:
            return self._looked_up(page, body)
        return self._wanted(page.query, body, page.fetched_at)

    def _looked_up(self, page: StoredPage, body: Any) -> Iterator[Found]:
        asked = json.loads(page.query.key)
        if page.status != 200:
            yield Gone(self.network, asked[0])
            return
        single = "value" in mapping(body)
        wrapped = {"records": [body]} if single else body
        kind = Query("records" if single else "posts", "")
        yield from self.looked_up(_listed(kind, wrapped, page.fetched_at), asked)

    def _wanted(self, query: Query, body: Any, seen_at: datetime | None) -> Iterator[Found]:
        """The posts of a list that were asked for: servers need not honour every filter."""
        found = _listed(query, body, seen_at)
        if query.kind == "mentions":
            named = _naming(body, query.key)
            found = (f for f in found if not isinstance(f, dict) or f["native_id"] in named)
        return found if query.kind == LOOKUP else self.wanted(found)


def _list_call(query: Query, ask: Ask) -> tuple[str, dict[str, Any]]:
    if query.kind == "feed":
        return "app.bsky.feed.getAuthorFeed", {
            "actor": query.key,
            "filter": "posts_with_replies",
        }
    if query.kind == "records":
        return "com.atproto.repo.listRecords", {"repo": query.key, "collection": posts.POST}
    params: dict[str, Any] = {
        "sort": "latest",
        "since": stamp(ask.since),
        "until": stamp(ask.until),
        "lang": ask.langs[0] if len(ask.langs) == 1 else None,
    }
    if query.kind == "mentions":
        did, handle = query.key.split(" ")
        return "app.bsky.feed.searchPosts", params | {"q": f"@{handle}", "mentions": did}
    return "app.bsky.feed.searchPosts", params | {"q": query.key}


def _listed(query: Query, body: Any, seen_at: datetime | None) -> Iterator[Found]:
    read = posts.records if query.kind == "records" else posts.feed
    return read(body, seen_at=seen_at)


def _naming(body: Any, key: str) -> frozenset[str]:
    """URIs of the posts of a page that name an account: its DID in a facet, or its handle.

    A post that was purged has named it before.
    """
    did, handle = key.split(" ")
    return frozenset(
        str(post.get("uri"))
        for post in listed(body, "posts")
        if isinstance(post, Mapping)
        and (
            post.get("purged") is True
            or did in dumps(listed(post, "record", "facets"))
            or f"@{handle}".lower() in str(inner(post, "record", "text")).lower()
        )
    )


def _cut_short(view: Any) -> Iterator[str]:
    """Posts of a thread that have replies, of which none is shown: the view ends there."""
    if not isinstance(view, Mapping):
        return
    # Ancestors never show their other replies.
    for each in posts.views({**view, "parent": None}):
        uri = words(inner(each, "post", "uri"))
        if uri and number(inner(each, "post", "replyCount")) and not listed(each, "replies"):
            yield uri


def _error(answer: Answer) -> str:
    return str(inner(answer.json(), "error") or "no reason")[:80]
