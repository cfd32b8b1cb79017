"""Reddit: listings, trees of comments and dumps as files; and the API, through praw.

A stub ("load more comments") names how many comments it hides, and some of them; "continue this
thread" names none. Names of people in texts (u/name) are marked with an @, so that they become
pseudonyms as others do. Live it needs an app: praw does the login, the pace and the retries; stubs
are not followed, because each costs a request: they are counted as gaps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carekit.dataset.manifest import NOTHING_LEFT_OUT
from carekit.errors import InputError, MissingExtraError
from carekit.sources.collecting.exchange import KEPT_HEADERS, LARGEST_BODY, TooLong, within
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
    secret,
)
from carekit.sources.collecting.web import LONGEST_WAIT, Blocked
from carekit.sources.files.formats import Options, Sample
from carekit.sources.files.json_items import json_format
from carekit.sources.found import Draft, Found, LeftOut, Problem, guarded
from carekit.sources.gaps import Gap
from carekit.sources.json_text import loads
from carekit.sources.networks.selections import BRAND_THREADS, FOUND
from carekit.sources.networks.values import (
    PLACEHOLDERS,
    address,
    first_item,
    ident,
    inner,
    listed,
    many,
    mapping,
    moment,
    number,
    plain_text,
    read_item,
    somebody,
    why_unusable,
    words,
)

if TYPE_CHECKING:
    import praw

    from carekit.sources.collecting.web import Web

NETWORK = "reddit"
STUB = "a stub for comments that were not fetched"
OTHER = "a user, a subreddit or another thing that is no post"
KINDS = ("Listing", "t1", "t3", "more")
_PREFIXES = ("t1_", "t3_")
_PERSON = re.compile(r"(?<![\w@])(/?u/)(?=[A-Za-z0-9_-]{2,})")


def read(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The posts and comments of a listing, a pair of listings, more comments, or of archives.

    In the order of the page, replies after what they answer. A stub is left out and makes a gap; so
    does a post that counts more comments than come, from this value or another.
    """
    stack: list[Any] = [value]
    link: str | None = None  # a stub does not say which post it stands under
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
            continue
        kind, data = _thing(each)
        if kind == "more":
            yield from guarded(_stub, data, link)
            continue
        if kind in ("t1", "t3"):
            for found in read_item(_post, data, kind, seen_at):
                link = found["thread"] or link if isinstance(found, dict) else link
                yield found
            stack += _below(data, "replies", "comments")
            continue
        inside = _below(data, "children", "things")
        stack += inside
        if kind != "Listing" and not inside:
            problem = why_unusable(each)
            if problem is None and kind is None:
                problem = "it is neither a post nor a comment"
            yield LeftOut(OTHER) if problem is None else Problem(problem)


def _below(data: Mapping[str, Any], *names: str) -> list[Any]:
    """What stands below a thing, to be put on the stack; "" stands for no replies."""
    found = [data.get(name) for name in names]
    return [f for f in found if isinstance(f, list | Mapping) and f][:1]


def _thing(value: Any) -> tuple[str | None, Mapping[str, Any]]:
    """The kind of a thing and its data, also for one that came without its wrapper."""
    if not isinstance(value, Mapping):
        return None, {}
    kind, data = value.get("kind"), value.get("data")
    if isinstance(kind, str) and isinstance(data, Mapping):
        return "Listing" if kind.lower() == "listing" else kind, data
    if kind in ("t1", "t3"):
        return None, {}  # a post or comment without its data
    if isinstance(value.get("json"), Mapping):
        return "Listing", mapping(value, "json", "data")
    if "children" in value and "count" in value and "body" not in value:
        return "more", value
    for name in ("data", "posts", "submission", "link"):
        wrapped = value.get(name)
        if isinstance(wrapped, list | Mapping) and "created_utc" not in value:
            return "Listing", {"children": [*many(wrapped), *many(value.get("comments"))]}
    if isinstance(value.get("children"), list) and "id" not in value:
        return "Listing", value
    if {"body", "body_html", "parent_id"} & set(value):
        return "t1", value
    if {"title", "selftext", "num_comments"} & set(value):
        return "t3", value
    return ("other", value) if "id" in value else (None, value)


def _stub(data: Mapping[str, Any], link: str | None) -> Iterator[Found]:
    yield LeftOut(STUB)
    thread = link or ident(data.get("parent_id"))
    if thread is not None:
        hidden = tuple(f"t1_{i}" for c in listed(data, "children") if (i := ident(c)))
        # A count of 0 is a link to a page of its own: it hides an unknown number.
        yield Gap(NETWORK, thread, "stub", number(data.get("count")) or None, hidden)


def _post(data: Mapping[str, Any], kind: str, seen_at: datetime | None) -> Iterator[Found]:
    native = ident(data.get("name"))
    if native is None or not native.startswith(_PREFIXES):
        bare = ident(data.get("id"))
        native = bare if bare is None or bare.startswith(_PREFIXES) else f"{kind}_{bare}"
    link = ident(data.get("link_id"))
    if link is not None and not link.startswith("t3_"):
        link = f"t3_{link}"
    names = ("title", "selftext") if kind == "t3" else ("body",)
    lines = [t for name in names if (t := words(data.get(name))) and t not in PLACEHOLDERS]
    text = "\n".join(lines) or (plain_text(data.get("body_html")) if kind == "t1" else None)
    if words(data.get("body")) in PLACEHOLDERS:
        text = None
    draft: Draft = {
        "native_id": native,
        "network": NETWORK,
        "author": somebody(data.get("author")),
        "created_at": moment(data.get("created_utc") or data.get("created")),
        "text": _PERSON.sub(r"\1@", text) if text else None,
        "reply_to": _parent(data.get("parent_id"), link) if kind == "t1" else None,
        "thread": link if kind == "t1" else native,
        "observed_at": seen_at or moment(data.get("retrieved_utc") or data.get("retrieved_on")),
    }
    yield draft
    counted = number(data.get("num_comments"))
    if kind == "t3" and native and counted:
        yield Gap(NETWORK, native, "reply_count", total=counted)


def _parent(value: Any, link: str | None) -> str | None:
    """The thing answered; old archives write a number in base 36 without its kind."""
    parent = ident(value) or link
    return parent if parent is None or parent.startswith(_PREFIXES) else f"t1_{parent}"


def recognises(sample: Sample) -> bool:
    """True for a thing of Reddit, wrapped or as archives keep it."""
    first = first_item(sample.json)
    wrapped = first.get("kind") in KINDS and isinstance(first.get("data"), Mapping)
    more = isinstance(inner(first, "json", "data", "things"), list)
    return wrapped or more or ("subreddit" in first and "created_utc" in first)


FORMATS = (
    json_format(
        "reddit",
        "Reddit posts and comments (JSON)",
        recognises,
        read,
        title="Reddit posts and comments",
        network=NETWORK,
    ),
)


ID, SECRET = "REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"
SIZE = 100


class Reddit(JsonSource):
    """The API, through praw. Targets: r/NAME, u/NAME, or words to search for."""

    name = network = "reddit"
    auth = "app"
    what = "posts of a subreddit, a user or a search, with their comments"
    targets = "r/NAME, u/NAME, or words to search for"
    base = "https://oauth.reddit.com"
    secrets = (ID, SECRET)
    purged = Purged(("name",), kept=("id", "children", "kind", "data"), having="author")
    batch = SIZE
    terms = (
        "Access needs prior approval; deleted posts must be deleted here too (run --refresh); no "
        "training of models."
    )
    pace = 0.0  # praw keeps the limits of the server
    versions: tuple[str, ...] = ("praw",)

    def __init__(self, ask: Ask, *, web: Web, base_url: str) -> None:
        super().__init__(ask, web=web, base_url=base_url)
        self._id, self._secret = secret(ID), secret(SECRET)
        if not self._id or not self._secret:
            raise InputError(
                f"Reddit needs an app of type script: {ID} and {SECRET} are neither in the "
                "environment nor in the system keyring. Ask Reddit for access, then set both."
            )
        web.secrets.know(self._secret)
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
            usual = self.base_url == self.base
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
            there = [f for f in drafts if f["author"] is not None or f["text"]]
            return self.looked_up(there, page.query.key.split(","))
        # A list does not show the threads: they are asked for, and say themselves what is missing.
        return self.wanted(drafts)

    def estimate(self) -> Estimate:
        why = "A list holds 1,000 posts at most, and every thread takes a request of its own."
        return Estimate(None, None, 0.0, why)


def _thread_of(thing: Mapping[str, Any]) -> str | None:
    return ident(thing.get("link_id")) or ident(thing.get("name"))


KIND = Reddit
