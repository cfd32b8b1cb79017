"""Mastodon: contexts, timelines and statuses, also as programs in Python write them down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from carekit.sources.files.formats import Format, Item, Options, Sample
from carekit.sources.files.json_documents import JsonFile
from carekit.sources.files.json_items import json_items, place
from carekit.sources.found import Found, LeftOut, Problem, Remark
from carekit.sources.networks.mastodon import posts as mastodon
from carekit.sources.networks.values import CUT, TORN, ident, listed, moment

BOOST = "a boost, no post of its own"
PRIVATE = "a private or direct message"
_LISTS = ("statuses", "data", "items", "posts", "results", "timeline", "toots")
_WRAPPERS = ("json", "content", "_mastopy_data", "context", "status")
UNKNOWN = "unknown"


def items(path: Path, name: str, options: Options) -> Iterator[Item]:
    """The items of a file: ids mean something on one server, so all of it is searched for its name."""
    values = (d.value for d in JsonFile(path, name=name) if d.problem is None)
    server = next((s for value in values if (s := server_of(value))), None)
    yield from json_items(partial(read, server=server))(path, name, options)
    if server is None:
        yield Item(
            0,
            [],
            n=0,
            warning=f"{name} does not tell which server it was asked from; its ids are "
            f"kept under {UNKNOWN!r}, and do not fit those of other files.",
        )


def server_of(value: Any) -> str | None:
    """The server that some statuses were asked from, in whatever they are wrapped; or None."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
        elif isinstance(each, Mapping):
            if known := _asked_server(each) or mastodon.instance_of([_plain(each)]):
                return known
            names = (*_LISTS, *_WRAPPERS, "ancestors", "descendants", "reblog")
            stack += [each[k] for k in names if isinstance(each.get(k), Mapping | list)]
    return None


def read(value: Any, options: Options, *, server: str | None = None) -> Iterator[Found]:
    """What one value of the file holds."""
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
            yield from _context(each, server, asked)
        elif _is_status(each):
            yield from _status(each, server)
        else:
            inside = [k for k in _LISTS if isinstance(each.get(k), list)]
            inside += [k for k in _WRAPPERS if isinstance(each.get(k), Mapping | list)]
            stack += [(each[k], server, _asked_status(each)) for k in reversed(inside)]
            if not inside:
                yield Problem(CUT if TORN in each else "it is neither a status nor a context")


def _is_status(value: Mapping[str, Any]) -> bool:
    return "account" in value and "id" in value and ("content" in value or "reblog" in value)


def _asked_server(value: Mapping[str, Any]) -> str | None:
    """The server in the address that a program kept beside the answer."""
    instance, address = value.get("instance"), value.get("uri")
    if isinstance(instance, str):
        return urlsplit(instance).netloc or instance
    return urlsplit(address).netloc if isinstance(address, str) and "json" in value else None


def _asked_status(value: Mapping[str, Any]) -> str | None:
    parts = str(value.get("uri") or "").split("/")
    return parts[-2] if len(parts) > 2 and parts[-1].startswith("context") else None


def _context(value: Mapping[str, Any], server: str | None, asked: str | None) -> Iterator[Found]:
    body = {
        "ancestors": [_plain(s) for s in listed(value, "ancestors")],
        "descendants": [_plain(s) for s in listed(value, "descendants")],
    }
    if isinstance(value.get("status"), Mapping):
        body["status"] = _plain(value["status"])
    everybody = [*body["ancestors"], *body["descendants"]]
    known = [s for s in everybody if isinstance(s, Mapping)]
    instance = server or UNKNOWN
    if asked is None:
        # The status that was asked about is what the others answer, if it is not among them.
        ids = {ident(s.get("id")) for s in known}
        answered = [ident(s.get("in_reply_to_id")) for s in known]
        asked = next((a for a in answered if a and a not in ids), "")
    now = datetime.now(UTC)
    for each in mastodon.context(body, status_id=asked, instance=instance, seen_at=now):
        yield from _counted(each, now)
    for status in everybody:
        yield from _why_left_out(status)


def _status(value: Mapping[str, Any], server: str | None) -> Iterator[Found]:
    status = _plain(value)
    left_out = list(_why_left_out(status))
    if TORN in value:
        yield Problem(CUT)
        return
    if left_out:
        yield from left_out
        return
    instance = server or UNKNOWN
    now = datetime.now(UTC)
    for each in mastodon.statuses([status], instance=instance, seen_at=now):
        yield from _counted(each, now)


def _counted(each: Found, now: datetime) -> Iterator[Found]:
    if isinstance(each, Remark):
        yield LeftOut(each.what.removeprefix("left out: "))
    elif isinstance(each, dict) and each.get("observed_at") == now:
        yield each | {"observed_at": None}
    else:
        yield each


def _why_left_out(status: Any) -> Iterator[Found]:
    if isinstance(status, Mapping) and status.get("id") not in (None, ""):
        if status.get("reblog"):
            yield LeftOut(BOOST)
        elif status.get("visibility", "public") not in mastodon.SHOWN:
            yield LeftOut(PRIVATE)


def _plain(status: Any) -> Any:
    """A status as the API writes it: ids as text, times in ISO form, no wrapper around it."""
    if not isinstance(status, Mapping):
        return status
    inside = status.get("_mastopy_data")
    made = dict(inside if isinstance(inside, Mapping) else status)
    for key in ("id", "in_reply_to_id"):
        if key in made:
            made[key] = ident(made[key])
    made["mentions"] = listed(made, "mentions")
    time = moment(made.get("created_at"))
    if time is not None:
        made["created_at"] = time.isoformat()
    return made


def recognises(sample: Sample) -> bool:
    """True for a status or a context, in whatever they are wrapped."""
    stack, looked = [sample.json], 0
    while stack and looked < 50:
        each = stack.pop(0)
        looked += 1
        if isinstance(each, list):
            stack += each[:1]
        elif isinstance(each, Mapping):
            account = each.get("account")
            if isinstance(account, Mapping) and ("acct" in account or "username" in account):
                return True
            if isinstance(each.get("descendants"), list):
                return True
            stack += [
                each[k] for k in (*_LISTS, *_WRAPPERS) if isinstance(each.get(k), Mapping | list)
            ]
    return False


FORMAT = Format(
    name="mastodon",
    what="Mastodon statuses and contexts (JSON)",
    recognises=recognises,
    items=items,
    title="Mastodon statuses",
    network="mastodon",
    place=place,
)
