"""X: posts of API v2 (pages, or flat as twarc writes them), of v1.1, and of its web pages → drafts.

The newer specification of v2 says post where the older one says tweet; both come. Authors are
known by their number, their handle tells brands from customers. A retweet is no post of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.files.formats import Options
from carekit.sources.found import Draft, Found, Gone, LeftOut, Person, Problem, attempted, guarded
from carekit.sources.networks.values import (
    first_ident,
    ident,
    inner,
    language,
    listed,
    mapping,
    moment,
    number,
    read_item,
    unescaped,
    words,
)

NETWORK = "x"
RETWEET = "a retweet, no post of its own"
CONTEXT = "a post that is quoted or retweeted, shown beside the others"
USER = "a user, no post"
NOTE = "a note of the source on something that is no post"
_LISTS = ("statuses", "tweets", "results", "posts")
_REFERENCES = ("referenced_tweets", "referenced_posts")


def read(
    value: Any, options: Options | None = None, *, seen_at: datetime | None = None
) -> Iterator[Found]:
    """The posts of anything that X or a program around it writes: pages, posts, lists of them.

    twarc says when they were fetched.
    """
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
            continue
        inside = next((k for k in _LISTS if isinstance(inner(each, k), list)), None)
        if isinstance(each, Mapping) and _is_page(each):
            yield from _page(each, seen_at)
        elif _is_list_of_users(each):
            yield from _users(each)
        elif _is_list_of_users(inner(each, "includes")):
            yield from _users(each["includes"])
        elif inside is not None and "id" not in each:
            stack.append(each[inside])
        else:
            yield from read_item(_one, each, seen_at)


def _is_list_of_users(value: Any) -> bool:
    """True for what academictwitteR writes beside its posts: users, and posts quoted there."""
    return isinstance(inner(value, "users"), list) and "id" not in value


def _users(value: Mapping[str, Any]) -> Iterator[Found]:
    for user in value["users"]:
        yield from _person(user)
        yield LeftOut(USER) if isinstance(user, Mapping) else Problem("it is no object")
    for name in ("tweets", "posts"):
        yield from (LeftOut(CONTEXT) for _ in listed(value, name))


def _person(user: Any) -> Iterator[Found]:
    """The id and the handle of an account, wherever they stand beside each other."""
    native = first_ident(user, "id", "id_str")
    handle = words(inner(user, "username")) or words(inner(user, "screen_name"))
    if native and handle:
        yield Person(NETWORK, native, handle)


def _is_page(value: Mapping[str, Any]) -> bool:
    data = value.get("data")
    if isinstance(data, Mapping) and "legacy" in data:
        return False
    return isinstance(data, list | Mapping) or ("meta" in value and "id" not in value)


def _page(page: Mapping[str, Any], seen_at: datetime | None) -> Iterator[Found]:
    """A response of v2: the posts asked for, those they answer, and notes on what is withheld."""
    seen = moment(inner(page, "__twarc", "retrieved_at")) or seen_at
    users = {
        attempted(ident, user.get("id")): user
        for user in listed(page, "includes", "users")
        if isinstance(user, Mapping)
    }
    data = page.get("data")
    asked = data if isinstance(data, list) else [data] if isinstance(data, Mapping) else []
    answered = {attempted(_reference, post, "replied_to") for post in asked} - {None}
    for user in users.values():
        yield from guarded(_person, user)
    for post in asked:
        yield from read_item(_one, post, seen, users)
    for name in ("tweets", "posts"):
        for post in listed(page, "includes", name):
            if attempted(ident, inner(post, "id")) in answered:
                yield from read_item(_one, post, seen, users)
            else:
                yield LeftOut(CONTEXT)
    for error in listed(page, "errors"):
        kind, lost = inner(error, "resource_type"), ident(inner(error, "resource_id"))
        if kind in ("tweet", "post") and lost:
            yield Gone(NETWORK, lost)
        else:
            yield LeftOut(NOTE)


def _one(
    post: Any, seen_at: datetime | None, users: Mapping[str | None, Mapping[str, Any]] = {}
) -> Iterator[Found]:
    data = mapping(post, "data")
    if "legacy" in data or "legacy" in post:
        # The web pages of X wrap a post of v1.1; 4CAT keeps them so.
        yield from _web(data if "legacy" in data else post, seen_at)
    elif "delete" in post or "status_withheld" in post:
        lost = inner(post, "delete", "status") or post.get("status_withheld")
        yield Gone(NETWORK, first_ident(lost, "id_str", "id") or "")
    elif "user" in post or "id_str" in post or "full_text" in post:
        yield from older(post, seen_at)
    elif "text" in post or "note_tweet" in post or "author_id" in post:
        yield from newer(post, seen_at, users)
    elif "username" in post or "screen_name" in post:
        yield from _person(post)
        yield LeftOut(USER)
    elif set(post) and set(post) <= {"id", "edit_history_tweet_ids", "edit_history_post_ids"}:
        yield Problem("it holds an id alone: look the posts up before you import them")
    else:
        yield Problem("it is neither a post nor a page of posts")


def newer(
    post: Mapping[str, Any],
    seen_at: datetime | None,
    users: Mapping[str | None, Mapping[str, Any]],
) -> Iterator[Found]:
    """A post of API v2."""
    if _reference(post, "retweeted"):
        yield LeftOut(RETWEET)
        return
    author = ident(post.get("author_id")) or ident(inner(post, "author", "id"))
    known = users.get(author) or mapping(post, "author") or mapping(post, "author_user")
    seen = moment(inner(post, "__twarc", "retrieved_at")) or seen_at
    for mention in listed(post, "entities", "mentions"):
        yield from _person(mention)
    text = inner(post, "note_tweet", "text") or inner(post, "note_post", "text") or post.get("text")
    made = _draft(post.get("id"), post.get("created_at"))
    made |= {
        "author": author or words(known.get("username")),
        "author_handle": words(known.get("username")) or words(post.get("author_username")),
        "text": _plain(text),
        "lang": language(post.get("lang")),
        "reply_to": _reference(post, "replied_to"),
        "thread": ident(post.get("conversation_id")),
        "observed_at": seen or _collected(post),
        "n_replies": number(inner(post, "public_metrics", "reply_count")),
    }
    yield made
    for other in _references(post):
        # Flat posts carry what they answer in full.
        if other.get("type") == "replied_to" and ("text" in other or "note_tweet" in other):
            yield from newer(other, seen, users)


def older(post: Mapping[str, Any], seen_at: datetime | None) -> Iterator[Found]:
    """A post of API v1.1."""
    if isinstance(post.get("retweeted_status"), Mapping):
        yield LeftOut(RETWEET)
        return
    user = mapping(post, "user")
    text = inner(post, "extended_tweet", "full_text") or post.get("full_text") or post.get("text")
    made = _draft(post.get("id_str") or post.get("id"), post.get("created_at"))
    made |= {
        "author": first_ident(user, "id_str", "id") or words(user.get("screen_name")),
        "author_handle": words(user.get("screen_name")),
        "text": _plain(text),
        "lang": language(post.get("lang")),
        "reply_to": first_ident(post, "in_reply_to_status_id_str", "in_reply_to_status_id"),
        "thread": first_ident(post, "conversation_id_str", "conversation_id"),
        "observed_at": seen_at or _collected(post),
        "n_replies": number(post.get("reply_count")),
    }
    yield made


def _web(post: Mapping[str, Any], seen_at: datetime | None) -> Iterator[Found]:
    """A post as the web pages of X hold it: `legacy` is one of v1.1 without its user."""
    legacy = dict(mapping(post, "legacy"))
    if isinstance(legacy.get("retweeted_status_result"), Mapping):
        yield LeftOut(RETWEET)
        return
    result = mapping(post, "core", "user_results", "result")
    name = inner(result, "legacy", "screen_name") or inner(result, "core", "screen_name")
    legacy["user"] = {"id_str": legacy.get("user_id_str"), "screen_name": name}
    legacy["id_str"] = legacy.get("id_str") or post.get("rest_id")
    long = inner(post, "note_tweet", "note_tweet_results", "result", "text")
    if long:
        legacy["full_text"] = long
    yield from older(legacy, seen_at or _collected(post))


def _draft(native: Any, created: Any) -> Draft:
    made: Draft = {"native_id": ident(native), "network": NETWORK, "created_at": moment(created)}
    if isinstance(native, float) and made["native_id"] is None:
        made["problem"] = "its id is a decimal number that has lost its last digits"
    return made


def _collected(post: Mapping[str, Any]) -> datetime | None:
    """When 4CAT says that it came."""
    for path in (("4CAT_metadata", "collected_at"), ("__import_meta", "timestamp_collected")):
        if found := moment(inner(post, *path)):
            return found
    return None


def _references(post: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [r for name in _REFERENCES for r in listed(post, name) if isinstance(r, Mapping)]


def _reference(post: Any, kind: str) -> str | None:
    if not isinstance(post, Mapping):
        return None
    return next((ident(r.get("id")) for r in _references(post) if r.get("type") == kind), None)


def _plain(text: Any) -> str | None:
    """X writes three characters of a text as HTML does."""
    plain = words(text)
    return unescaped(plain) if plain is not None and "&" in plain else plain
