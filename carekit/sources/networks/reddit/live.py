"""Reddit: posts of a subreddit, a search or a user, with their trees of comments. Needs an app.

praw does the login, the pace and the retries; the pages are kept as they came. Stubs for further
comments are not followed, because each costs a request: they are counted as gaps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from carekit.dataset.manifest import NOTHING_LEFT_OUT
from carekit.errors import InputError, MissingExtraError
from carekit.sources.collecting.exchange import KEPT_HEADERS, LARGEST_BODY, TooLong, within
from carekit.sources.collecting.limits import QueryFailed, Stopped
from carekit.sources.collecting.purging import purge_json
from carekit.sources.collecting.source import (
    LOOKUP,
    Ask,
    Estimate,
    JsonSource,
    Page,
    Query,
    SourceKind,
    StoredPage,
    in_a_row,
    secret,
)
from carekit.sources.collecting.web import LONGEST_WAIT, Blocked
from carekit.sources.found import Found, Gone
from carekit.sources.json_text import loads
from carekit.sources.networks.reddit.posts import read
from carekit.sources.networks.selections import BRAND_THREADS, FOUND
from carekit.sources.networks.values import address, ident, inner, listed, mapping, moment, number

if TYPE_CHECKING:
    import praw

    from carekit.sources.collecting.web import Web

BASE = "https://oauth.reddit.com"
ID, SECRET = "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"
SIZE, BATCH = 100, 100


class Reddit(JsonSource):
    """The API, through praw. Targets: r/NAME, u/NAME, or words to search for."""

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
        web.secrets.know(client_secret)
        self._praw: praw.Reddit | None = None
        self._last: tuple[str, int, dict[str, str]] = ("", 0, {})
        kinds = {t[:2] for t in ask.targets}
        if kinds <= {"r/"}:
            self.selection = NOTHING_LEFT_OUT
        else:
            self.selection = BRAND_THREADS if kinds <= {"u/"} else FOUND

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
            yield self._page(path, {"limit": 500, "sort": "old"}, follow=False)
        elif query.kind == LOOKUP:
            yield self._page("/api/info", {"id": query.key}, follow=False)
        else:
            path, params = {
                "subreddit": (f"/r/{query.key}/new", {}),
                "user": (f"/user/{query.key}/overview", {"sort": "new"}),
                "search": ("/search", {"q": query.key, "sort": "new", "type": "link"}),
            }[query.kind]
            yield from in_a_row(
                lambda at: self._page(path, {**params, "limit": SIZE, "after": at}, follow=True),
                cursor,
            )

    def _page(self, path: str, params: Mapping[str, Any], *, follow: bool) -> Page:
        given = {k: str(v) for k, v in params.items() if v is not None}
        text, status, headers = self._call(path, given)
        body = loads(text)
        things = [mapping(child, "data") for child in listed(body, "data", "children")]
        after = self.cursor(inner(body, "data", "after")) if things and follow else None
        if self.all_before(moment(number(t.get("created_utc"))) for t in things[-1:]):
            after = None  # the newest come first
        wanted = [
            t for t in things if follow and self.in_range(moment(number(t.get("created_utc"))))
        ]
        # A post without comments is whole as it is.
        threads = [_thread_of(t) for t in wanted if t.get("num_comments") != 0]
        return Page(
            text,
            {"method": "GET", "url": self.base_url + path, "params": given},
            status,
            headers,
            next_cursor=after,
            follow=tuple(Query("thread", t) for t in dict.fromkeys(threads) if t),
            n_items=max(len(things), 1),
        )

    def _call(self, path: str, params: Mapping[str, str]) -> tuple[str, int, dict[str, str]]:
        """One answer as it came, without any secret: body, status, headers."""
        import prawcore

        client, self._last = self._client(), ("", 0, {})
        try:
            within(
                min(LONGEST_WAIT, self.web.budget.left),
                lambda: client.request(method="GET", path=path, params=dict(params)),
            )
        except TooLong:
            self._praw = None
            self.web.budget.check_time()
            raise QueryFailed(f"{self.host} answered {path} without end") from None
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
        except prawcore.PrawcoreException as error:
            raise QueryFailed(f"{self.host} answered {path} with {type(error).__name__}") from None
        text, status, headers = self._last
        clean = self.web.secrets
        return clean.without(text), status, clean.without_values(headers)

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
        """Take the body of every answer, within its size; of a login its token alone, to know it."""
        pieces, size = [], 0
        for piece in response.iter_content(1 << 16):
            size += len(piece)
            if size > LARGEST_BODY:
                raise QueryFailed(
                    f"{self.host} answered with more than {LARGEST_BODY / 1e6:,.0f} MB"
                )
            pieces.append(piece)
        response._content = b"".join(pieces)  # what requests itself keeps once a body is read
        text = response._content.decode("utf-8", "replace")
        if "access_token" in address(response.url).path:
            with suppress(ValueError):
                self.web.secrets.know(ident(inner(loads(text), "access_token")))
            return
        kept = {n: response.headers[n] for n in KEPT_HEADERS if n in response.headers}
        self._last = (text, response.status_code, kept)

    def found(self, page: StoredPage, body: Any) -> Iterable[Found]:
        found = list(read(body, seen_at=page.fetched_at))
        if page.query.kind == "thread":
            return found
        drafts = [f for f in found if isinstance(f, dict)]
        if page.query.kind == LOOKUP:
            there = {f["native_id"] for f in drafts if f["author"] is not None or f["text"]}
            gone = (Gone("reddit", i) for i in page.query.key.split(",") if i not in there)
            return [*(f for f in drafts if f["native_id"] in there), *gone]
        # A list does not show the threads: they are asked for, and say themselves what is missing.
        return self.wanted(drafts)

    def lookup(self, ids: Sequence[str]) -> Sequence[Query]:
        return [Query(LOOKUP, ",".join(ids[at : at + BATCH])) for at in range(0, len(ids), BATCH)]

    def purge(self, body: str, ids: Collection[str]) -> str:
        kept = ("id", "children", "kind", "data")
        return purge_json(body, ids, id_fields=("name",), kept=kept, having="author")

    def estimate(self) -> Estimate:
        why = "A list holds 1,000 posts at most, and every thread takes a request of its own."
        return Estimate(None, None, 0.0, why)


def _thread_of(thing: Mapping[str, Any]) -> str | None:
    return ident(thing.get("link_id")) or ident(thing.get("name"))


def make(ask: Ask, web: Web) -> Reddit:
    """The source, with the app that the environment or the keyring holds."""
    client_id, client_secret = secret(ID), secret(SECRET)
    if not client_id or not client_secret:
        raise InputError(
            f"Reddit needs an app of type script: {ID} and {SECRET} are neither in the environment "
            "nor in the system keyring. Ask Reddit for access, then set both."
        )
    base_url = ask.base_url or BASE
    return Reddit(ask, web=web, client_id=client_id, client_secret=client_secret, base_url=base_url)


KIND = SourceKind(
    name="reddit",
    what="posts of a subreddit, a user or a search, with their comments",
    targets="r/NAME, u/NAME, or words to search for",
    network="reddit",
    make=make,
    secrets=(ID, SECRET),
)
