"""Bluesky: feeds, search results and threads of the AppView → drafts.

Post ids are AT URIs, authors are DIDs; their handles only tell brands from customers. `createdAt`
is set by the writer's program and may be anything, `indexedAt` is when the network saw the post.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from carekit.sources.accounts import fold
from carekit.sources.found import Draft, Found, Gone, Problem, Remark
from carekit.sources.gaps import Gap, whole

NETWORK = "bluesky"
NOBODY = "handle.invalid"
POST = "app.bsky.feed.post"
LARGEST_LAG = timedelta(days=1)
# Posts carried over from older networks keep their date; nothing of the kind is older than this.
EARLIEST = datetime(2006, 3, 1, tzinfo=UTC)
DEEPEST = 3_000  # views inside views; the AppView itself stops at 1,000 ancestors


def feed(body: Any, *, seen_at: datetime) -> Iterator[Found]:
    """The posts of a page of `getAuthorFeed`, `searchPosts` or `getPosts`, reposts left out.

    Parameters
    ----------
    body : object
        The decoded page.
    seen_at : datetime
        When it was fetched.

    Yields
    ------
    Found
        A list does not show replies: a post counts as watched for answers until `seen_at` only if
        it says that it has none.
    """
    if not isinstance(body, Mapping):
        yield Problem("the page is no object")
        return
    entries = body.get("feed", body.get("posts"))
    if not isinstance(entries, list):
        yield Problem("the page holds neither a feed nor posts")
        return
    for entry in entries:
        if not isinstance(entry, Mapping):
            yield Problem("an entry is no object")
            continue
        if "reason" in entry and "Repost" in str(_of(entry, "reason").get("$type")):
            continue  # a repost is no post of its own, and its author is not who is asked about
        view = entry["post"] if isinstance(entry.get("post"), Mapping) else entry
        yield from _draft(view, seen_at=seen_at)


def records(body: Any, *, seen_at: datetime) -> Iterator[Found]:
    """The posts of a page of `listRecords`: what the account itself wrote, as its server keeps it.

    Records know nothing of replies: none of these posts counts as watched for answers.
    """
    listed = body.get("records") if isinstance(body, Mapping) else None
    if not isinstance(listed, list):
        yield Problem("the page holds no records")
        return
    for entry in listed:
        if not isinstance(entry, Mapping):
            yield Problem("a record is no object")
            continue
        view = {"uri": entry.get("uri"), "record": entry.get("value")}
        yield from _draft(view, seen_at=seen_at)


def thread(body: Any, *, seen_at: datetime, brands: Collection[str] = ()) -> Iterator[Found]:
    """The posts of a page of `getPostThread`, with what is missing from it.

    Parameters
    ----------
    body : object
        The decoded page: `{"thread": …}`, or the thread view itself.
    seen_at : datetime
        When it was fetched.
    brands : collection of str
        Handles of known accounts, in lower case: replies under their posts are on a brand's page.

    Yields
    ------
    Found
        Ancestors first, then the post, then its replies in depth. A post that is not found is
        Gone; one that is blocked leaves a gap; one that claims more replies than it shows has
        `n_replies` above the replies that came.
    """
    view = body.get("thread", body) if isinstance(body, Mapping) else None
    if not isinstance(view, Mapping):
        yield Problem("the page holds no thread")
        return
    root = _root(view)
    page = _page_of(root, brands)
    complete = True
    for each in views(view):
        kind = str(each.get("$type", ""))
        if each.get("notFound") is True or kind.endswith("#notFoundPost"):
            if isinstance(each.get("uri"), str):
                yield Gone(NETWORK, each["uri"])
            continue
        if each.get("blocked") is True or kind.endswith("#blockedPost"):
            complete = False
            yield Gap(NETWORK, _root_id(root, each), "withheld", 1)
            continue
        post = each.get("post")
        if not isinstance(post, Mapping):
            yield Problem("a view of the thread holds no post")
            continue
        yield from _draft(post, seen_at=seen_at, in_thread=True, page=page)
    start = _of(root, "post").get("uri")
    if complete and isinstance(start, str) and view is root:
        yield whole(NETWORK, start)


def not_found(uri: str) -> Iterator[Found]:
    """A post or thread that the network says is not there."""
    yield Gone(NETWORK, uri)


def views(view: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every view of a thread once: ancestors from the top, then the view, then replies."""
    chain = [view]
    while isinstance(chain[-1].get("parent"), Mapping) and len(chain) < DEEPEST:
        chain.append(chain[-1]["parent"])
    stack = list(chain)  # the top ancestor is taken first
    while stack:
        each = stack.pop()
        yield each
        replies = each.get("replies")
        if isinstance(replies, list):
            stack += [r for r in reversed(replies) if isinstance(r, Mapping)]


def _root(view: Mapping[str, Any]) -> Mapping[str, Any]:
    top = view
    for _ in range(DEEPEST):
        if not isinstance(top.get("parent"), Mapping):
            break
        top = top["parent"]
    return top


def _root_id(root: Mapping[str, Any], blocked: Mapping[str, Any]) -> str:
    return str(_of(root, "post").get("uri") or blocked.get("uri") or "")


def _page_of(root: Mapping[str, Any], brands: Collection[str]) -> str | None:
    """The handle of the brand on whose post the thread hangs, if it is one."""
    handle = _of(_of(root, "post"), "author").get("handle")
    known = isinstance(handle, str) and fold(NETWORK, handle) in brands
    return handle if known else None


def _draft(
    post: Mapping[str, Any], *, seen_at: datetime, in_thread: bool = False, page: str | None = None
) -> Iterator[Found]:
    uri, author, record = post.get("uri"), _of(post, "author"), _of(post, "record")
    if not isinstance(uri, str) or not uri.startswith("at://"):
        yield Problem("a post has no AT URI")
        return
    if record.get("$type") not in (None, POST):
        return  # feeds may hold other kinds of records
    did = author.get("did") or uri.split("/")[2]
    handle = author.get("handle")
    named = isinstance(handle, str) and handle != NOBODY
    created, problem, remark = _created(record.get("createdAt"), post.get("indexedAt"), seen_at)
    if remark:
        yield Remark(remark)
    reply = _of(record, "reply")
    parent, top = _of(reply, "parent").get("uri"), _of(reply, "root").get("uri")
    langs = record.get("langs")
    count = post.get("replyCount")
    count = count if isinstance(count, int) and not isinstance(count, bool) else None
    made: Draft = {
        "native_id": uri,
        "network": NETWORK,
        "author": did,
        "author_handle": handle if named else None,
        "created_at": created,
        "text": record["text"] if isinstance(record.get("text"), str) else None,
        "lang": _lang(langs[0]) if isinstance(langs, list) and langs else None,
        "reply_to": parent if isinstance(parent, str) else None,
        "thread": top if isinstance(top, str) else uri,
        "observed_at": seen_at if in_thread or count == 0 else created,
        "n_replies": count,
        "problem": problem,
    }
    if page is not None:
        made |= {"surface": "brand_page", "account": page}
    yield made


def _lang(value: Any) -> str | None:
    return value.split("-")[0].lower() if isinstance(value, str) and value else None


def _created(
    said: Any, indexed: Any, seen_at: datetime
) -> tuple[datetime | None, str | None, str | None]:
    """When a post was written, why it cannot be told, what is doubtful about it.

    The writer's program says; where that cannot be, the network's own clock does.
    """
    claimed, seen = time_of(said), time_of(indexed)
    latest = seen or seen_at
    if claimed is None and seen is None:
        return None, "createdAt is no time that can be read", None
    if claimed is None or claimed < EARLIEST or claimed > latest + LARGEST_LAG:
        return latest, None, "createdAt cannot be true; indexedAt was taken"
    if seen is not None and seen - claimed > LARGEST_LAG:
        return claimed, None, "createdAt is more than a day before indexedAt"
    return claimed, None, None


def time_of(value: Any) -> datetime | None:
    """A time as the protocol writes it, in UTC; None if it is none.

    Examples
    --------
    >>> time_of("2024-05-01T12:00:00.123456789+02:00")
    datetime.datetime(2024, 5, 1, 10, 0, 0, 123456, tzinfo=datetime.timezone.utc)
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip().upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _of(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, Mapping) else {}
