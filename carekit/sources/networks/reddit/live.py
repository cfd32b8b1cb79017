"""Reddit: posts of a subreddit, a search or a user, with their trees of comments. Needs an app.

praw does the login, the pace and the retries; the pages are kept as they came. Stubs for further
comments are not followed, because each costs a request: they are counted as gaps.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from carekit.dataset.manifest import NOTHING_LEFT_OUT, Selection
from carekit.errors import InputError, MissingExtraError
from carekit.sources.collecting.budget import Stopped
from carekit.sources.collecting.purging import purge_json
from carekit.sources.collecting.source import (
    LOOKUP,
    Ask,
    Estimate,
    LiveSource,
    Page,
    Query,
    SourceKind,
    StoredPage,
    secret,
)
from carekit.sources.collecting.web import KEPT_HEADERS, Blocked, QueryFailed
from carekit.sources.found import Found, Gone, Problem
from carekit.sources.networks.reddit.posts import read
from carekit.sources.networks.values import (
    ident,
    inner,
    listed,
    number,
)

if TYPE_CHECKING:
    import praw

    from carekit.sources.collecting.web import Web

BASE = "https://oauth.reddit.com"
ID, SECRET = "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"
SIZE, BATCH = 100, 100
SEARCHED = Selection(kind="search", why="Posts that match a search, with their threads.")
BY_USER = Selection(
    kind="brand_threads",
    why="Threads in which the user wrote; requests that it never answered are not among them.",
    cannot_answer=("answer-rate", "repeats", "definitions"),
)


class Reddit(LiveSource):
    """The API, through praw.

    Parameters
    ----------
    ask : Ask
        Targets: r/NAME, u/NAME, or words to search for.
    web : Web
        Not used for requests; praw makes them.
    base_url : str
    client_id, client_secret : str
    """

    name = network = "reddit"
    auth = "app"
    terms = (
        "Access needs prior approval; deleted posts must be deleted here too (run --refresh); no "
        "training of models."
    )
    pace = 0.0  # praw keeps the limits of the server
    versions: tuple[str, ...] = ("praw",)

    def __init__(
        self, ask: Ask, *, web: Web, client_id: str, client_secret: str, base_url: str = BASE
    ) -> None:
        super().__init__(ask, web=web, base_url=base_url)
        self._id, self._secret = client_id, client_secret
        self._praw: praw.Reddit | None = None
        self._last: Any = None
        kinds = {t[:2] for t in ask.targets}
        if kinds <= {"r/"}:
            self.selection = NOTHING_LEFT_OUT
        else:
            self.selection = BY_USER if kinds <= {"u/"} else SEARCHED

    def accounts(self) -> Sequence[str]:
        return [t[2:] for t in self.ask.targets if t.startswith("u/")]

    def queries(self) -> Sequence[Query]:
        made = []
        for target in self.ask.targets:
            kind = {"r/": "subreddit", "u/": "user"}.get(target[:2], "search")
            made.append(Query(kind, target if kind == "search" else target[2:]))
        return made

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        if query.kind == "thread":
            path = f"/comments/{query.key.removeprefix('t3_')}"
            yield self._page(path, {"limit": 500, "sort": "old"}, ())
            return
        if query.kind == LOOKUP:
            yield self._page("/api/info", {"id": query.key}, ())
            return
        path, params = {
            "subreddit": (f"/r/{query.key}/new", {}),
            "user": (f"/user/{query.key}/overview", {"sort": "new"}),
            "search": ("/search", {"q": query.key, "sort": "new", "type": "link"}),
        }[query.kind]
        while True:
            page = self._page(path, {**params, "limit": SIZE, "after": cursor}, ("thread",))
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return

    def _page(self, path: str, params: Mapping[str, Any], follow: Collection[str]) -> Page:
        body, status, headers = self._call(path, params)
        children = listed(body, "data", "children") if isinstance(body, dict) else []
        things = [c["data"] for c in children if isinstance(inner(c, "data"), Mapping)]
        after = ident(inner(body, "data", "after")) if things and follow else None
        times = [number(t.get("created_utc")) or 0 for t in things]
        since = self.ask.since
        if since and times and times[-1] < since.timestamp():  # the newest come first
            after = None
        wanted = [t for t in things if self._in_range(t)] if follow else []
        # A post without comments is whole as it is.
        threads = [_thread_of(t) for t in wanted if t.get("num_comments") != 0]
        return Page(
            json.dumps(body, ensure_ascii=False) if self._last is None else self._last,
            {"method": "GET", "url": self.base_url + path, "params": _given(params)},
            status,
            headers,
            next_cursor=after,
            follow=tuple(Query("thread", t) for t in dict.fromkeys(threads) if t),
            n_items=max(len(things), 1),
        )

    def _in_range(self, thing: Mapping[str, Any]) -> bool:
        time = number(thing.get("created_utc"))
        if time is None:
            return True
        since, until = self.ask.since, self.ask.until
        return not (since and time < since.timestamp()) and not (until and time > until.timestamp())

    def _call(self, path: str, params: Mapping[str, Any]) -> tuple[Any, int, dict[str, str]]:
        """One answer as it came: body, status, headers."""
        import prawcore

        client, self._last = self._client(), None
        try:
            body = client.request(method="GET", path=path, params=_given(params))
        except (prawcore.Forbidden, prawcore.InvalidToken, prawcore.OAuthException) as error:
            raise Blocked(f"{self.host} refuses the request ({type(error).__name__})") from None
        except prawcore.NotFound:
            raise QueryFailed(f"{self.host} does not know {path}") from None
        except prawcore.ResponseException as error:
            status = error.response.status_code
            if status in (401, 403):
                raise Blocked(f"{self.host} refuses the login (status {status})") from None
            raise QueryFailed(f"{self.host} answered {path} with status {status}") from None
        except prawcore.RequestException as error:
            kind = type(error.original_exception).__name__
            raise Stopped(f"{self.host} cannot be reached ({kind})") from None
        status, headers = self._status
        return body, status, headers

    def _client(self) -> praw.Reddit:
        if self._praw is None:
            try:
                import praw
            except ImportError as error:
                raise MissingExtraError("praw", "reddit", "Collecting from Reddit") from error
            import requests

            import carekit

            session = requests.Session()
            session.hooks["response"].append(self._keep)
            usual = self.base_url == BASE
            self._praw = praw.Reddit(
                client_id=self._id,
                client_secret=self._secret,
                user_agent=f"python:carekit:{carekit.__version__} (research)",
                oauth_url=self.base_url,
                reddit_url="https://www.reddit.com" if usual else self.base_url,
                requestor_kwargs={"session": session},
                check_for_updates=False,
                ratelimit_seconds=900,
            )
        return self._praw

    def _keep(self, response: Any, *args: Any, **kwargs: Any) -> None:
        """Take the body of every answer, but never that of a login."""
        if "access_token" in urlsplit(response.url).path:
            return
        self._last = response.text
        kept = {n: response.headers[n] for n in KEPT_HEADERS if n in response.headers}
        self._status = (response.status_code, kept)

    def read(self, page: StoredPage) -> Iterable[Found]:
        try:
            body = json.loads(page.body)
        except ValueError:
            return [Problem("the page is no JSON")]
        seen = page.fetched_at
        if page.query.kind == LOOKUP:
            found = [f for f in read(body, seen_at=seen) if isinstance(f, dict)]
            there = {f["native_id"] for f in found if f["author"] is not None or f["text"]}
            gone = [Gone("reddit", i) for i in page.query.key.split(",") if i not in there]
            return [*(f for f in found if f["native_id"] in there), *gone]
        found_all = list(read(body, seen_at=seen))
        if page.query.kind == "thread":
            return found_all
        # A list does not show the threads: they are asked for, and say themselves what is missing.
        return [f for f in found_all if isinstance(f, dict) and self._in_time(f)]

    def _in_time(self, draft: Mapping[str, Any]) -> bool:
        time, ask = draft["created_at"], self.ask
        if time is None:
            return True
        return not (ask.since and time < ask.since) and not (ask.until and time > ask.until)

    def lookup(self, ids: Sequence[str]) -> Sequence[Query]:
        return [Query(LOOKUP, ",".join(ids[at : at + BATCH])) for at in range(0, len(ids), BATCH)]

    def purge(self, body: str, ids: Collection[str]) -> str:
        kept = ("id", "children", "kind", "data")
        return purge_json(body, ids, id_fields=("name",), kept=kept, having="author")

    def estimate(self) -> Estimate:
        why = "A list holds 1,000 posts at most, and every thread takes a request of its own."
        return Estimate(None, None, 0.0, why)


def _thread_of(thing: Mapping[str, Any]) -> str | None:
    link = ident(thing.get("link_id"))
    return link if link else ident(thing.get("name"))


def _given(params: Mapping[str, Any]) -> dict[str, str | int]:
    return {k: str(v) for k, v in params.items() if v is not None}


def make(ask: Ask, web: Web) -> Reddit:
    """The source, with the app that the environment or the keyring holds."""
    client_id, client_secret = secret(ID), secret(SECRET)
    if not client_id or not client_secret:
        raise InputError(
            f"Reddit needs an app of type script: {ID} and {SECRET} are neither in the environment "
            "nor in the system keyring. Ask Reddit for access, then set both."
        )
    return Reddit(
        ask,
        web=web,
        client_id=client_id,
        client_secret=client_secret,
        base_url=ask.base_url or BASE,
    )


KIND = SourceKind(
    name="reddit",
    what="posts of a subreddit, a user or a search, with their comments",
    targets="r/NAME, u/NAME, or words to search for",
    network="reddit",
    make=make,
    secrets=(ID, SECRET),
)
