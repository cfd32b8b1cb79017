"""Bluesky: feeds, search results, quotes, threads and records → drafts.

Post ids are AT URIs, authors are DIDs; their handles only tell brands from customers. `createdAt`
is set by the writer's program and may be anything, `indexedAt` is when the network saw the post.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from carekit.sources.accounts import fold
from carekit.sources.files.formats import Options, Sample
from carekit.sources.files.json_items import json_format
from carekit.sources.found import Draft, Found, Gone, LeftOut, Person, Problem, Remark, guarded
from carekit.sources.gaps import Gap, whole
from carekit.sources.networks.values import (
    any_inside,
    ident,
    inner,
    language,
    listed,
    mapping,
    moment,
    number,
    read_item,
    utc,
    why_unusable,
    words,
)

NETWORK = "bluesky"
NOBODY = "handle.invalid"
POST = "app.bsky.feed.post"
REPOST = "a repost, no post of its own"
OTHER = "a record that is no post"
HIDDEN = "a post that its author hides from this reader"
LARGEST_LAG = timedelta(days=1)
# Posts carried over from older networks keep their date; nothing of the kind is older than this.
EARLIEST = datetime(2006, 3, 1, tzinfo=UTC)
DEEPEST = 3_000  # ancestors; the AppView itself stops at 1,000
USER = "an account, no post"
_LISTS = ("feed", "posts", "records", "threads", "data", "items", "profiles", "actors")
_HIDES = ("#blockedPost", "#threadItemBlocked", "#threadItemNoUnauthenticated")
_LACKS = ("#notFoundPost", "#threadItemNotFound")
_SNAKE = re.compile(r"_([a-z])")


def read(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The posts of anything that the AppView, a repository or a program in Python writes down."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
            continue
        if not isinstance(each, Mapping):
            yield Problem("it is no object")
            continue
        inside = [k for k in _LISTS if isinstance(each.get(k), list)]
        if {"did", "handle"} <= set(each):
            yield from guarded(_person, each)
        elif isinstance(each.get("thread"), Mapping | list):
            yield from thread(_camel_tree(each), seen_at=seen_at)
        elif inside and not {"record", "post", "value"} & set(each):
            stack += [each[k] for k in reversed(inside)]
        elif _is_view(each):
            yield from thread({"thread": _camel_tree(each)}, seen_at=seen_at)
        else:
            yield from read_item(_entry, _camel_tree(each), seen_at)


def _person(profile: Mapping[str, Any]) -> Iterator[Found]:
    did, handle = ident(profile["did"]), words(profile["handle"])
    if did and handle and handle != NOBODY:
        yield Person(NETWORK, did, handle)
    yield LeftOut(USER)


def feed(body: Any, *, seen_at: datetime | None) -> Iterator[Found]:
    """The posts of a page of `getAuthorFeed`, `searchPosts`, `getPosts` or `getQuotes`.

    A list does not show replies: a post counts as watched for answers until `seen_at` only if it
    says that it has none.
    """
    entries = inner(body, "feed") if "feed" in mapping(body) else inner(body, "posts")
    yield from _entries(entries, seen_at, "the page holds neither a feed nor posts")


def records(body: Any, *, seen_at: datetime | None) -> Iterator[Found]:
    """The posts of a page of `listRecords`: what the account itself wrote, as its server keeps it.

    Records know nothing of replies: none of these posts counts as watched for answers.
    """
    yield from _entries(inner(body, "records"), seen_at, "the page holds no records")


def _entries(entries: Any, seen_at: datetime | None, otherwise: str) -> Iterator[Found]:
    if not isinstance(entries, list):
        yield Problem(otherwise)
        return
    for entry in entries:
        yield from read_item(_entry, entry, seen_at)


def thread(body: Any, *, seen_at: datetime | None, brands: Collection[str] = ()) -> Iterator[Found]:
    """The posts of a page of `getPostThread` or `getPostThreadV2`, with what is missing from it.

    Ancestors first, then the post, then its replies in depth. A post that is not found is Gone; one
    that is blocked leaves a gap; one that claims more replies than it shows has `n_replies` above the
    replies that came. Replies under the post of a brand (`brands`: handles in lower case) are on its
    page.
    """
    view = inner(body, "thread")
    if isinstance(view, list):
        nodes = [{**item, **mapping(item, "value")} if isinstance(item, Mapping) else item
                 for item in view]  # fmt: skip
        top = next((n for n in nodes if isinstance(n, Mapping) and "post" in n), {})
        is_top = not inner(top, "moreParents") and isinstance(inner(top, "post", "uri"), str)
    elif isinstance(view, Mapping):
        nodes, top = list(views(view)), _chain(view)[-1]
        is_top = view is top
    else:
        yield Problem("the page holds no thread")
        return
    start = inner(top, "post", "uri")
    complete = isinstance(start, str) and is_top
    page = _page_of(top, brands)
    for node in nodes:
        for found in guarded(_node, node, start, seen_at, page):
            complete = complete and not isinstance(found, Gap)
            yield found
    if complete:
        yield whole(NETWORK, start)


def _node(node: Any, start: Any, seen_at: datetime | None, page: str | None) -> Iterator[Found]:
    """One place of a thread: a post, or the sign that one is missing."""
    if not isinstance(node, Mapping):
        yield Problem("it is no object")
        return
    kind, uri = str(node.get("$type", "")), node.get("uri")
    if node.get("notFound") is True or kind.endswith(_LACKS):
        yield Gone(NETWORK, uri) if isinstance(uri, str) else Problem("a post has no AT URI")
    elif node.get("blocked") is True or kind.endswith(_HIDES):
        yield LeftOut(HIDDEN)
        missing = start if isinstance(start, str) else uri
        if isinstance(missing, str):
            yield Gap(NETWORK, missing, "withheld", 1)
    elif isinstance(node.get("post"), Mapping):
        yield from _draft(node["post"], seen_at=seen_at, in_thread=True, page=page)
        more = number(node.get("moreReplies"))
        if more and isinstance(start, str):
            yield Gap(NETWORK, start, "paging", more)
    else:
        yield Problem(why_unusable(node) or "a view of the thread holds no post")


def views(view: Mapping[str, Any]) -> Iterator[Any]:
    """Every node of a thread once: ancestors from the top, then the view, then replies."""
    stack = _chain(view)  # the top ancestor is taken first
    while stack:
        each = stack.pop()
        yield each
        stack += reversed(listed(each, "replies"))


def _chain(view: Mapping[str, Any]) -> list[Any]:
    """A view and its ancestors, the nearest first."""
    chain = [view]
    while isinstance(chain[-1].get("parent"), Mapping) and len(chain) < DEEPEST:
        chain.append(chain[-1]["parent"])
    return chain


def _page_of(top: Any, brands: Collection[str]) -> str | None:
    """The handle of the brand on whose post the thread hangs, if it is one."""
    handle = words(inner(top, "post", "author", "handle"))
    return handle if handle is not None and fold(NETWORK, handle) in brands else None


def _entry(entry: Any, seen_at: datetime | None) -> Iterator[Found]:
    """An entry of a feed, a post as it is shown, or a bare record with its address."""
    if "Repost" in str(inner(entry, "reason", "$type")):
        yield LeftOut(REPOST)  # its author is not who is asked about
        return
    post = entry["post"] if isinstance(entry.get("post"), Mapping) else entry
    if "record" not in post and isinstance(post.get("value"), Mapping):
        # A listing of a repository gives records without their authors: the address names them.
        post = {**post, "record": post["value"]}
    collected = moment(inner(entry, "4CAT_metadata", "collectedAt"))
    for found in _draft(post, seen_at=seen_at):
        if collected and isinstance(found, dict):
            found = found | {"observed_at": collected}
        yield found


def _draft(
    post: Mapping[str, Any],
    *,
    seen_at: datetime | None,
    in_thread: bool = False,
    page: str | None = None,
) -> Iterator[Found]:
    uri, author, record = post.get("uri"), mapping(post, "author"), mapping(post, "record")
    problem = why_unusable(post) or why_unusable(post.get("record", {}))
    if not isinstance(uri, str) or not uri.startswith("at://"):
        problem = problem or "a post has no AT URI"
    if problem:
        yield Problem(problem)
        return
    if record.get("$type") not in (None, POST):
        yield LeftOut(OTHER)
        return
    handle = words(author.get("handle"))
    created, wrong, remark = _created(record.get("createdAt"), post.get("indexedAt"), seen_at)
    if remark:
        yield Remark(remark)
    count = post.get("replyCount")
    count = number(count) if not isinstance(count, str) else None
    made: Draft = {
        "native_id": uri,
        "network": NETWORK,
        "author": ident(author.get("did")) or str(uri).split("/")[2],
        "author_handle": None if handle == NOBODY else handle,
        "created_at": created,
        "text": words(record.get("text")),
        "lang": language(next(iter(listed(record, "langs")), None)),
        "reply_to": words(inner(record, "reply", "parent", "uri")),
        "thread": words(inner(record, "reply", "root", "uri")) or uri,
        "observed_at": seen_at if in_thread or count == 0 else created,
        "n_replies": count,
        "problem": wrong,
    }
    if page is not None:
        made |= {"surface": "brand_page", "account": page}
    yield made


def _created(
    said: Any, indexed: Any, seen_at: datetime | None
) -> tuple[datetime | None, str | None, str | None]:
    """When a post was written, why it cannot be told, what is doubtful about it.

    The writer's program says; where that cannot be, the network's own clock does.
    """
    claimed, seen = utc(said), utc(indexed)
    latest = seen or seen_at
    if claimed is None and seen is None:
        return None, "createdAt is no time that can be read", None
    newest = (latest or datetime.now(UTC)) + LARGEST_LAG
    if claimed is None or claimed < EARLIEST or claimed > newest:
        if latest is None:
            return None, "createdAt cannot be true, and there is no indexedAt", None
        return latest, None, "createdAt cannot be true; indexedAt was taken"
    if seen is not None and seen - claimed > LARGEST_LAG:
        return claimed, None, "createdAt is more than a day before indexedAt"
    return claimed, None, None


# Files


def _is_view(value: Mapping[str, Any]) -> bool:
    """True for a node of a thread; an entry of a feed has a post too, but neither of these."""
    kind = str(value.get("$type") or value.get("py_type") or "")
    in_thread = "replies" in value or "parent" in value or kind.endswith("#threadViewPost")
    missing = value.get("notFound") is True or value.get("blocked") is True
    return in_thread or missing or kind.endswith((*_LACKS, *_HIDES))


def _camel_tree(value: Mapping[str, Any]) -> dict[str, Any]:
    """The same tree with the names of the protocol; programs in Python write reply_count."""
    root: dict[str, Any] = {}
    stack: list[tuple[Any, Any, Any]] = [(root, "", value)]
    while stack:
        into, key, each = stack.pop()
        made: Any = each
        if isinstance(each, Mapping):
            made = {}
            stack += [(made, _camel(k), v) for k, v in reversed(list(each.items()))]
        elif isinstance(each, list):
            made = [None] * len(each)
            stack += [(made, at, item) for at, item in enumerate(each)]
        into[key] = made
    found: dict[str, Any] = root[""]
    return found


def _camel(key: str) -> str:
    if key in ("py_type", "$type"):
        return "$type"
    return _SNAKE.sub(lambda m: m[1].upper(), key) if not key.startswith(("4", "_")) else key


def recognises(sample: Sample) -> bool:
    """True if an address of the protocol stands at the beginning, in whatever it is wrapped."""
    return any_inside(
        sample.json,
        ("thread", "post", "parent", "replies", *_LISTS),
        lambda each: str(each.get("uri")).startswith("at://") and "atUri" not in each,
    )


FORMATS = (
    json_format(
        "bluesky",
        "Bluesky threads, feeds, quotes and posts (JSON)",
        recognises,
        read,
        title="Bluesky posts",
        network=NETWORK,
    ),
)
