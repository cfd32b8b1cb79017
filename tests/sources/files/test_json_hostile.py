"""Hostile JSON: mutated files never raise anything but a count, and nothing is lost silently."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from carekit.sources.drafts import ARROW_SCHEMA
from carekit.sources.files.formats import MODULES, Options, load_format
from carekit.sources.files.json_items import STRANGE

TIME = "2024-05-01T12:00:00Z"
USER = {"id": "7", "username": "ann", "acct": "ann", "url": "https://s.test/@ann", "note": ""}
EXAMPLES: dict[str, Any] = {
    "x": {
        "data": [{"id": "1", "author_id": "7", "text": "t", "created_at": TIME,
                  "referenced_tweets": [{"type": "replied_to", "id": "2"}],
                  "public_metrics": {"reply_count": 2}}],
        "includes": {"users": [USER], "tweets": [{"id": "2", "text": "u", "created_at": TIME}]},
        "errors": [{"resource_type": "tweet", "resource_id": "5"}],
        "meta": {"result_count": 1},
    },
    "twarc": {"statuses": [{"id_str": "1", "user": {"id_str": "7", "screen_name": "ann"},
                            "full_text": "t", "created_at": "Thu Apr 08 19:34:16 +0000 2021"}]},
    "snscrape": {"_type": "snscrape.modules.twitter.Tweet", "id": 1, "date": TIME, "content": "t",
                 "user": USER, "url": "https://twitter.com/ann/status/1", "replyCount": 1},
    "bluesky": {"thread": {"$type": "app.bsky.feed.defs#threadViewPost", "post": {
        "uri": "at://did:plc:u/app.bsky.feed.post/k", "author": {"did": "did:plc:u", "handle": "u.t"},
        "record": {"text": "t", "createdAt": TIME, "langs": ["en"]}, "replyCount": 1}, "replies": [
        {"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x", "blocked": True}]}},
    "mastodon": {"ancestors": [], "descendants": [{"id": "2", "created_at": TIME, "account": USER,
        "in_reply_to_id": "1", "content": "<p>t</p>", "visibility": "public", "mentions": [USER]}]},
    "reddit": [{"kind": "Listing", "data": {"children": [{"kind": "t3", "data": {
        "name": "t3_p", "title": "t", "author": "a", "created_utc": 1, "num_comments": 3}}]}},
        {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": {"name": "t1_c",
         "body": "b", "parent_id": "t3_p", "link_id": "t3_p", "created_utc": 2, "replies": ""}},
         {"kind": "more", "data": {"count": 3, "parent_id": "t3_p", "children": ["x"]}}]}}],
    "youtube": {"items": [{"id": "c", "snippet": {"channelId": "UC", "totalReplyCount": 2,
        "topLevelComment": {"id": "c", "snippet": {"textDisplay": "t", "publishedAt": TIME,
        "authorChannelId": {"value": "UCa"}}}}, "replies": {"comments": [{"id": "c.1", "snippet": {
        "textDisplay": "u", "publishedAt": TIME, "parentId": "c"}}]}}]},
    "facebook": {"data": [{"id": "1_2", "message": "t", "created_time": TIME, "from": {"id": "1",
        "name": "A"}, "message_tags": [{"id": "8", "offset": 0, "length": 1}], "comments": {"data": [
        {"id": "2_3", "message": "u", "created_time": TIME, "comment_count": 4}],
        "paging": {"next": "x"}}}]},
    "zendesk": {"tickets": [{"id": 1, "requester_id": 7, "created_at": TIME, "description": "t",
        "via": {"channel": "web"}, "comments": [{"id": 5, "author_id": 7, "body": "t",
        "created_at": TIME}]}], "audits": [{"id": 8, "ticket_id": 1, "author_id": 9,
        "created_at": TIME, "events": [{"type": "Comment", "id": 6, "body": "u", "public": True}]}],
        "users": [{"id": 9, "role": "agent"}]},
    "telegram": {"name": "A", "type": "public_channel", "id": 4, "messages": [{"id": 1,
        "type": "message", "date": "2024-05-01T12:00:00", "from": "A", "from_id": "channel4",
        "text": ["a", {"type": "mention_name", "text": "B", "user_id": 8}],
        "reply_to_message_id": 1}]},
}  # fmt: skip
EXAMPLES["4cat-ndjson"] = EXAMPLES["bluesky"]["thread"]["post"] | {
    "4CAT_metadata": {"collected_at": 1_717_200_000}
}
ODD = (
    None,
    True,
    -1,
    1.5,
    1e308,
    10**30,
    "",
    "\ud800",
    "\0",
    "x" * 50,
    [],
    {},
    [[]],
    [None],
    "9" * 50,
)


def mutated(value: Any, dice: random.Random) -> Any:
    """The same value with one thing in it exchanged, dropped, doubled or moved."""
    places: list[tuple[Any, Any]] = []
    stack = [value]
    while stack:
        each = stack.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each))
        for key in keys:
            places.append((each, key))
            if isinstance(each[key], dict | list):
                stack.append(each[key])
    if not places:
        return value
    into, key = dice.choice(places)
    what = dice.randrange(4)
    if what == 0:
        into[key] = copy.deepcopy(dice.choice(ODD))
    elif what == 1 and isinstance(into, dict):
        del into[key]
    elif what == 2:
        other, name = dice.choice(places)
        into[key] = json.loads(json.dumps(other[name]))
    elif isinstance(into, list):
        into.append(into[key])
    else:
        into[key] = [into[key]]
    return value


def contents(name: str, dice: random.Random) -> bytes:
    value = json.loads(json.dumps(EXAMPLES[name]))
    for _ in range(dice.randrange(1, 5)):
        value = mutated(value, dice)
    text = json.dumps(value, ensure_ascii=dice.random() < 0.7, indent=dice.choice([None, None, 1]))
    if dice.random() < 0.3:
        text = "\n".join([json.dumps(EXAMPLES[name]), text.replace("\n", " ")])
    data = text.encode("utf-8", "surrogatepass")
    if dice.random() < 0.3:
        data = data[: dice.randrange(len(data) + 1)]
    if data and dice.random() < 0.2:
        at = dice.randrange(len(data))
        data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
    return data


@pytest.mark.parametrize("name", EXAMPLES)
def test_mutated_files_become_posts_or_counts(name: str, tmp_path: Path) -> None:
    dice = random.Random(name)
    path = tmp_path / "file.json"
    strange = 0
    for _ in range(150):
        path.write_bytes(contents(name, dice))
        found = list(load_format(name).items(path, "file.json", Options()))  # type: ignore[misc]
        lines = [item.line for item in found if item.n]
        assert len(lines) == len(set(lines))
        # Whatever the door would refuse to take raises here.
        pa.Table.from_pylist([d for item in found for d in item.drafts], schema=ARROW_SCHEMA)
        strange += sum(item.problem == STRANGE for item in found)
    assert strange == 0, "a mapper met something that it does not expect"


def test_every_format_that_reads_json_has_an_example() -> None:
    readers = {name for name in MODULES if load_format(name).items is not None}
    assert readers == set(EXAMPLES)
