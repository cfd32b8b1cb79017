"""Raw pages without the words of deleted posts: what stays says only that a post was there."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

# Facts without which a reply would lose its place; everything else of a deleted post goes.
KEPT = (
    "created_at createdAt created_utc indexedAt parent_id link_id in_reply_to_id reply replies "
    "conversation_id publishedAt $type"
).split()


def purge_json(
    body: str,
    ids: Collection[str],
    *,
    id_fields: Sequence[str],
    kept: Sequence[str] = (),
    nested: Sequence[str] = (),
    having: str | None = None,
) -> str:
    """A JSON body without the content of some posts.

    Parameters
    ----------
    body : str
        JSON; returned as it is if it holds none of the posts.
    ids : collection of str
        Values of the id fields, whole.
    id_fields : sequence of str
        Keys under which an object states its id.
    kept : sequence of str
        Further keys that stay, beside ids, times and links to other posts.
    nested : sequence of str
        Keys whose object is searched for kept keys as well, such as the record of a post.
    having : str, optional
        Only objects with this key are posts, where other things have ids of the same kind.

    Examples
    --------
    >>> purge_json('[{"id": "1", "text": "Help"}, {"id": "2"}]', {"1"}, id_fields=["id"])
    '[{"id": "1", "purged": true}, {"id": "2"}]'
    """
    wanted = {*KEPT, *id_fields, *kept}

    def emptied(value: dict[str, Any]) -> dict[str, Any]:
        made = {k: walk(v) for k, v in value.items() if k in wanted}
        for name in nested:
            if isinstance(value.get(name), dict):
                made[name] = {k: v for k, v in value[name].items() if k in wanted}
        return made | {"purged": True}

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(v) for v in value]
        if not isinstance(value, dict):
            return value
        is_post = having is None or having in value
        if is_post and any(str(value.get(f)) in ids for f in id_fields):
            return emptied(value)
        return {k: walk(v) for k, v in value.items()}

    if not any(i in body for i in ids):
        return body
    whole = json.loads(body)
    left = walk(whole)
    return body if left == whole else json.dumps(left, ensure_ascii=False)
