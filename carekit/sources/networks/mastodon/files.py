"""Mastodon in files: contexts, timelines and statuses, also as programs in Python write them down,
and the archive that an account takes of its own posts (outbox.json)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from carekit.sources.files.formats import Format, Item, Options, Sample
from carekit.sources.files.json_documents import JsonFile
from carekit.sources.files.json_items import json_format, json_items, place
from carekit.sources.found import Found, LeftOut, Problem, attempted
from carekit.sources.networks.mastodon.posts import (
    BOOST,
    NETWORK,
    PRIVATE,
    context,
    instance_of,
    plain_text,
    statuses,
)
from carekit.sources.networks.selections import OWN_POSTS
from carekit.sources.networks.values import (
    CUT,
    TORN,
    address,
    any_inside,
    ident,
    inner,
    language,
    listed,
    many,
    mapping,
    moment,
    read_item,
    utc,
    why_unusable,
    words,
)

_LISTS = ("statuses", "data", "items", "posts", "results", "timeline", "toots")
_WRAPPERS = ("json", "content", "_mastopy_data", "context", "status")
UNKNOWN = "unknown"
OTHER = "an activity that is no post"
PUBLIC = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")


def items(path: Path, name: str, options: Options) -> Iterator[Item]:
    """The items of a file: ids mean something on one server, so all of it is searched for its name."""
    values = (d.value for d in JsonFile(path, name=name) if d.problem is None)
    server = next((s for value in values if (s := server_of(value))), None)
    yield from json_items(partial(read, server=server))(path, name, options)
    if server is None:
        why = (
            f"{name} does not tell which server it was asked from; its ids are kept under {UNKNOWN!r}, "
            "and do not fit those of other files."
        )
        yield Item(0, [], n=0, warning=why)


def server_of(value: Any) -> str | None:
    """The server that some statuses were asked from, in whatever they are wrapped; or None."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
        elif isinstance(each, Mapping):
            if known := _asked_server(each) or attempted(instance_of, each):
                return known
            names = (*_LISTS, *_WRAPPERS, "ancestors", "descendants", "reblog")
            stack += [each[k] for k in names if isinstance(each.get(k), Mapping | list)]
    return None


def read(value: Any, options: Options, *, server: str | None = None) -> Iterator[Found]:
    """The statuses and contexts of a value, in whatever they are wrapped."""
    stack: list[tuple[Any, str | None, str | None]] = [(value, server, None)]
    while stack:
        each, server, asked = stack.pop()
        if isinstance(each, list):
            stack += [(item, server, None) for item in reversed(each)]
            continue
        if not isinstance(each, Mapping):
            yield Problem("it is no object")
            continue
        server = _asked_server(each) or server
        if isinstance(each.get("descendants"), list) or isinstance(each.get("ancestors"), list):
            yield from _context(each, server or UNKNOWN, asked)
        elif "account" in each and "id" in each and ("content" in each or "reblog" in each):
            yield from statuses(_plain(each), instance=server or UNKNOWN, seen_at=None)
        else:
            inside = [k for k in _LISTS if isinstance(each.get(k), list)]
            inside += [k for k in _WRAPPERS if isinstance(each.get(k), Mapping | list)]
            stack += [(each[k], server, _asked_status(each)) for k in reversed(inside)]
            if not inside:
                yield Problem(CUT if TORN in each else "it is neither a status nor a context")


def _asked_server(value: Mapping[str, Any]) -> str | None:
    """The server in the address that a program kept beside the answer."""
    instance, asked = value.get("instance"), value.get("uri")
    if isinstance(instance, str) and instance:
        return address(instance).netloc or instance
    return address(asked).netloc or None if "json" in value else None


def _asked_status(value: Mapping[str, Any]) -> str | None:
    parts = str(value.get("uri") or "").split("/")
    return parts[-2] if len(parts) > 2 and parts[-1].startswith("context") else None


def _context(value: Mapping[str, Any], server: str, asked: str | None) -> Iterator[Found]:
    body = {name: [_plain(s) for s in listed(value, name)] for name in ("ancestors", "descendants")}
    everybody = [*body["ancestors"], *body["descendants"]]
    if asked is None:
        # The status that was asked about is what the others answer, if it is not among them.
        ids = {attempted(ident, inner(s, "id")) for s in everybody}
        answered = [attempted(ident, inner(s, "in_reply_to_id")) for s in everybody]
        asked = next((a for a in answered if a and a not in ids), "")
    own = {"status": _plain(value["status"])} if isinstance(value.get("status"), Mapping) else {}
    yield from context(body | own, status_id=asked, instance=server, seen_at=None)


def _plain(status: Any) -> Any:
    """A status without the wrapper of a program; times in ISO form."""
    inside = inner(status, "_mastopy_data")
    made = inside if isinstance(inside, Mapping) else status
    time = moment(inner(made, "created_at"))
    return {**made, "created_at": time.isoformat()} if time is not None else made


def recognises(sample: Sample) -> bool:
    """True for a status or a context, in whatever they are wrapped."""
    return any_inside(sample.json, (*_LISTS, *_WRAPPERS), _is_known)


def _is_known(value: Mapping[str, Any]) -> bool:
    account = mapping(value, "account")
    return "acct" in account or "username" in account or isinstance(value.get("descendants"), list)


def read_outbox(value: Any, options: Options) -> Iterator[Found]:
    """The posts of an archive: activities of one account, in the words of ActivityPub."""
    whole = value if isinstance(value, list) else listed(value, "orderedItems")
    if not whole and not isinstance(inner(value, "orderedItems"), list):
        yield Problem(why_unusable(value) or "it is no outbox")
    for activity in whole:
        yield from read_item(_activity, activity)


def _activity(activity: Any) -> Iterator[Found]:
    note = mapping(activity, "object")
    problem = why_unusable(note)
    if problem:
        yield Problem(problem)
        return
    if activity.get("type") == "Announce":
        yield LeftOut(BOOST)
        return
    if activity.get("type") != "Create" or note.get("type") not in ("Note", "Question"):
        yield LeftOut(OTHER)
        return
    if not any(to in PUBLIC for field in ("to", "cc") for to in many(note.get(field))):
        yield LeftOut(PRIVATE)
        return
    author = _actor(note.get("attributedTo") or activity.get("actor"))
    languages = list(mapping(note, "contentMap"))
    mentions = {
        str(tag.get("href")): str(tag.get("name")).removeprefix("@")
        for tag in listed(note, "tag")
        if inner(tag, "type") == "Mention" and words(inner(tag, "name"))
    }
    content, warning = words(note.get("content")), words(note.get("summary"))
    text = None if content is None else plain_text(content, mentions)
    yield {
        "native_id": _native(words(note.get("id"))),
        "network": NETWORK,
        "author": author,
        "author_handle": author.partition("@")[0] if author else None,
        "created_at": utc(note.get("published")),
        "text": f"{warning}\n{text}" if warning else text,
        "lang": language(languages[0]) if len(languages) == 1 else None,
        "reply_to": _native(words(note.get("inReplyTo"))),
    }


def _actor(url: Any) -> str | None:
    """https://SERVER/users/NAME → NAME@SERVER."""
    parts = address(url)
    name = parts.path.rstrip("/").rsplit("/", 1)[-1].removeprefix("@")
    return f"{name}@{parts.netloc}" if name and parts.netloc else None


def _native(url: str | None) -> str | None:
    """The id that a post has on its own server; another address stays as it is."""
    parts = address(url)
    last = parts.path.rstrip("/").rsplit("/", 1)[-1]
    return f"{parts.netloc}:{last}" if parts.netloc and last.isdecimal() else url


FORMATS = (
    Format(
        "mastodon",
        "Mastodon statuses and contexts (JSON)",
        recognises,
        items=items,
        title="Mastodon statuses",
        network=NETWORK,
        place=place,
    ),
    json_format(
        "mastodon-outbox",
        "outbox.json of a Mastodon archive: what one account wrote",
        lambda sample: isinstance(inner(sample.json, "orderedItems"), list),
        read_outbox,
        title="Posts of a Mastodon account",
        network=NETWORK,
        selection=OWN_POSTS,
    ),
)
