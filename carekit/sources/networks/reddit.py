"""Reddit: listings and trees of comments → drafts, with the stubs that stand for missing ones.

A stub ("load more comments") names how many comments it hides; "continue this thread" names none.
Names of people in texts (u/name) are marked with an @, so that they become pseudonyms as others do.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
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
from carekit.sources.files.formats import Format, Options, Sample
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Draft, Found, Gone, LeftOut, Problem
from carekit.sources.gaps import Gap
from carekit.sources.networks.values import (
    ident,
    inner,
    listed,
    mapping,
    moment,
    number,
    why_unusable,
    words,
)

if TYPE_CHECKING:
    import praw

    from carekit.sources.collecting.web import Web

NETWORK = "reddit"
STUB = "a stub for comments that were not fetched"
OTHER = "a user, a subreddit or another thing that is no post"
_PREFIXES = {"t1", "t3"}
_GONE = {"[deleted]", "[removed]"}
_PERSON = re.compile(r"(?<![\w@])(/?u/)(?=[A-Za-z0-9_-]{2,})")


def read(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The posts and comments of a listing, a pair of listings, or single things.

    Parameters
    ----------
    value : object
        What Reddit answers, `{"json": {"data": {"things": …}}}` of more comments included, or
        plain posts and comments, as archives keep them.
    seen_at : datetime, optional
        When it was fetched.

    Yields
    ------
    Found
        In the order of the page, replies after what they answer. A stub is left out and makes a
        gap; so does a post that counts more comments than the value holds.
    """
    stack: list[Any] = [value]
    claimed: dict[str, int] = {}  # post → comments that it counts
    came: Counter[str] = Counter()
    link: str | None = None  # a stub does not say which post it stands under
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
            continue
        kind, data = _thing(each)
        if kind == "Listing":
            stack += reversed(listed(data, "children") or listed(data, "things"))
        elif kind == "more":
            yield from _stub(data, link)
        elif kind not in _PREFIXES:
            problem = why_unusable(each)
            if problem is None and kind is None:
                problem = "it is neither a post nor a comment"
            yield LeftOut(OTHER) if problem is None else Problem(problem)
        else:
            problem = why_unusable(data)
            if problem:
                yield Problem(problem)
            else:
                draft = _draft(data, kind, seen_at)
                link = draft["thread"] or link
                if kind == "t3" and draft["native_id"]:
                    claimed[draft["native_id"]] = number(data.get("num_comments")) or 0
                else:
                    came[draft["thread"]] += 1
                yield draft
            replies = data.get("replies") or data.get("comments")
            if isinstance(replies, list | Mapping):
                stack.append(replies)
    for post, n in claimed.items():
        if n > came[post]:
            yield Gap(NETWORK, post, "reply_count", n - came[post])


def _thing(value: Any) -> tuple[str | None, Mapping[str, Any]]:
    """The kind of a thing and its data, also for one that came without its wrapper."""
    if not isinstance(value, Mapping):
        return None, {}
    kind, data = value.get("kind"), value.get("data")
    if isinstance(kind, str) and isinstance(data, Mapping):
        return kind, data
    if isinstance(value.get("json"), Mapping):
        return "Listing", mapping(value, "json", "data")
    if "children" in value and "count" in value and "body" not in value:
        return "more", value
    for name in ("data", "posts", "submission", "link"):
        wrapped = value.get(name)
        if isinstance(wrapped, list | Mapping) and "created_utc" not in value:
            return "Listing", {"children": [*_many(wrapped), *_many(value.get("comments"))]}
    if isinstance(value.get("children"), list) and "id" not in value:
        return "Listing", value
    if "body" in value or "body_html" in value or "parent_id" in value:
        return "t1", value
    if "title" in value or "selftext" in value or "num_comments" in value:
        return "t3", value
    return ("other", value) if "id" in value else (None, value)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _stub(data: Mapping[str, Any], link: str | None) -> Iterator[Found]:
    yield LeftOut(STUB)
    parent = ident(data.get("parent_id"))
    thread = link or parent
    if thread is not None:
        # A count of 0 is a link to a page of its own: it hides an unknown number.
        yield Gap(NETWORK, thread, "stub", number(data.get("count")) or None)


def _draft(data: Mapping[str, Any], kind: str, seen_at: datetime | None) -> Draft:
    native = ident(data.get("name"))
    if native is None or native[:3] not in ("t1_", "t3_"):
        bare = ident(data.get("id"))
        native = bare if bare is None or bare[:3] in ("t1_", "t3_") else f"{kind}_{bare}"
    author = words(data.get("author"))
    link = ident(data.get("link_id"))
    if link is not None and not link.startswith("t3_"):
        link = f"t3_{link}"
    if kind == "t3":
        body = words(data.get("selftext"))
        lines = [words(data.get("title")), None if body in _GONE else body]
        text = "\n".join(line for line in lines if line) or None
    else:
        body = words(data.get("body"))
        text = None if body in _GONE else body
    made: Draft = {
        "native_id": native,
        "network": NETWORK,
        "author": None if author in _GONE else author,
        "created_at": moment(data.get("created_utc") or data.get("created")),
        "text": None if text is None else _PERSON.sub(r"\1@", text),
        "reply_to": _parent(data.get("parent_id"), link) if kind == "t1" else None,
        "thread": link if kind == "t1" else native,
        "observed_at": seen_at or moment(data.get("retrieved_utc") or data.get("retrieved_on")),
    }
    return made


def _parent(value: Any, link: str | None) -> str | None:
    """The thing answered; old archives write a number in base 36 without its kind."""
    parent = ident(value) or link
    return parent if parent is None or parent[:3] in ("t1_", "t3_") else f"t1_{parent}"


KINDS = ("Listing", "t1", "t3", "more")


def recognises(sample: Sample) -> bool:
    """True for a thing of Reddit, wrapped or as archives keep it."""
    first = sample.json
    for _ in range(4):
        if isinstance(first, list) and first:
            first = first[0]
    if not isinstance(first, Mapping):
        return False
    wrapped = first.get("kind") in KINDS and isinstance(first.get("data"), Mapping)
    more = isinstance(inner(first, "json", "data", "things"), list)
    return wrapped or more or ("subreddit" in first and "created_utc" in first)


FORMAT = Format(
    name="reddit",
    what="Reddit posts and comments (JSON)",
    recognises=recognises,
    items=json_items(read),
    title="Reddit posts and comments",
    network="reddit",
    place=place,
)


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

FORMATS = (FORMAT,)
