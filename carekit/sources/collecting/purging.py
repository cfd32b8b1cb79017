"""Raw pages without the words of deleted posts: what stays says only that a post was there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from carekit.sources.json_text import dumps, loads
from carekit.sources.networks.values import ident

# Facts without which a reply would lose its place; everything else of a deleted post goes.
KEPT = (
    "created_at createdAt created_utc indexedAt parent_id link_id in_reply_to_id reply replies "
    "conversation_id publishedAt $type"
).split()


class Purged(NamedTuple):
    """How posts are known in a body, and what stays of those that are deleted."""

    id_fields: tuple[str, ...]  # keys under which an object states its id
    kept: tuple[str, ...] = ()  # keys that stay beside ids, times and links to other posts
    nested: tuple[str, ...] = ()  # keys whose object is searched for kept keys as well
    having: str | None = None  # only objects with this key are posts, where others have such ids


def purge_json(
    body: str,
    ids: Collection[str],
    *,
    id_fields: Sequence[str],
    kept: Sequence[str] = (),
    nested: Sequence[str] = (),
    having: str | None = None,
) -> str:
    """A JSON body without the content of some posts, at any depth and in any spelling of their ids."""
    # A backslash may spell an id in another way.
    if "\\" not in body and not any(i in body for i in ids):
        return body
    try:
        whole = loads(body)
    except ValueError:
        return body
    wanted = {*KEPT, *id_fields, *kept}
    changed, stack = False, [whole]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += each
        elif isinstance(each, dict):
            is_post = having is None or having in each
            if is_post and any(ident(each.get(f)) in ids for f in id_fields):
                changed = _empty(each, wanted, nested) or changed
            stack += each.values()
    return dumps(whole) if changed else body


def _empty(post: dict[str, Any], wanted: Collection[str], nested: Sequence[str]) -> bool:
    """Take out of a post what is not wanted; False if there is nothing of the kind.

    What only names a post, such as the link of a reply, has nothing to take out.
    """
    changed = False
    for name in nested:
        if isinstance(post.get(name), dict):
            kept = {k: v for k, v in post[name].items() if k in wanted}
            changed = changed or len(kept) < len(post[name])
            post[name] = kept
    for key in [k for k in post if k not in wanted and k != "purged"]:
        if key not in nested or not isinstance(post[key], dict):
            del post[key]
            changed = True
    if changed:
        post["purged"] = True
    return changed
