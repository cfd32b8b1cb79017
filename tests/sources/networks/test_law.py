"""The law of counts, format by format: one odd item costs one item, and every item is counted.

Rows in = posts + rejected + stated repeats + stated left-outs.
"""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import CarekitError
from carekit.sources.drafts import ARROW_SCHEMA
from carekit.sources.files import import_files
from carekit.sources.files.formats import MODULES, Item, Options, load_format
from carekit.sources.found import STRANGE
from carekit.sources.networks import values

KEY = b"0123456789abcdef"
TIME = "2024-05-01T12:00:00Z"
OPTIONS = Options(brand="acme", network="forum", key=KEY)
N = 6


def x(n: int) -> Any:
    return {"id": f"9{n}", "author_id": "7", "text": "t &amp; u", "created_at": TIME,
            "conversation_id": f"9{n}", "referenced_tweets": [{"type": "replied_to", "id": "2"}],
            "entities": {"mentions": [{"id": "5", "username": "acme"}]},
            "public_metrics": {"reply_count": 2}}  # fmt: skip


def v1(n: int) -> Any:
    return {"id_str": f"9{n}", "user": {"id_str": "7", "screen_name": "ann"}, "full_text": "t",
            "created_at": "Thu Apr 08 19:34:16 +0000 2021", "in_reply_to_status_id": 3}  # fmt: skip


def snscrape(n: int) -> Any:
    return {"_type": "snscrape.modules.twitter.Tweet", "id": 90 + n, "date": TIME, "content": "t",
            "user": {"id": 7, "username": "ann"}, "url": "https://x.test/1", "replyCount": 1}  # fmt: skip


def bluesky(n: int) -> Any:
    return {"uri": f"at://did:plc:u/app.bsky.feed.post/k{n}", "indexedAt": TIME, "replyCount": 1,
            "author": {"did": "did:plc:u", "handle": "u.t"}, "record": {"text": "t",
            "createdAt": TIME, "langs": ["en"], "reply": {"parent": {"uri": "at://did:plc:v/x/k"}}}
            }  # fmt: skip


def mastodon(n: int) -> Any:
    user = {"id": "7", "username": "ann", "acct": "ann", "url": "https://s.test/@ann", "note": ""}
    return {"id": f"9{n}", "created_at": TIME, "account": user, "content": "<p>t <b>u</b></p>",
            "in_reply_to_id": "1", "visibility": "public", "mentions": [user], "language": "fr",
            "replies_count": 1}  # fmt: skip


def outbox(n: int) -> Any:
    note = {"id": f"https://s.test/users/a/statuses/9{n}", "type": "Note", "published": TIME,
            "attributedTo": "https://s.test/users/a", "content": "<p>t</p>", "tag": [],
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "inReplyTo": None}  # fmt: skip
    return {"type": "Create", "object": note}


def reddit(n: int) -> Any:
    return {"kind": "t1", "data": {"name": f"t1_9{n}", "author": "a", "body": "b", "replies": "",
            "parent_id": "t3_p", "link_id": "t3_p", "created_utc": 2}}  # fmt: skip


def youtube(n: int) -> Any:
    snippet = {"textDisplay": "t", "publishedAt": TIME, "authorChannelId": {"value": "UCa"}}
    return {"id": f"9{n}", "snippet": {"channelId": "UC", "totalReplyCount": 2, "topLevelComment": {
            "id": f"9{n}", "snippet": snippet}}}  # fmt: skip


def facebook(n: int) -> Any:
    return {"id": f"1_9{n}", "message": "t", "created_time": TIME, "from": {"id": "1", "name": "A"},
            "message_tags": [{"id": "8", "offset": 0, "length": 1}], "comment_count": 4}  # fmt: skip


def ticket(n: int) -> Any:
    comment = {"id": 500 + n, "author_id": 7, "body": "t", "created_at": TIME, "public": True}
    return {"id": 90 + n, "requester_id": 7, "created_at": TIME, "description": "t",
            "via": {"channel": "web"}, "comments": [comment], "subject": "s"}  # fmt: skip


def telegram(n: int) -> Any:
    return {"id": 90 + n, "type": "message", "date": "2024-05-01T12:00:00", "from": "A",
            "from_id": "user4", "text": ["a", {"type": "mention_name", "text": "B", "user_id": 8}],
            "reply_to_message_id": 1}  # fmt: skip


def chatwoot(n: int) -> Any:
    return {"id": 90 + n, "content": "t", "message_type": 0, "created_at": 1_709_276_400 + n,
            "private": False, "sender": {"id": 1, "type": "contact"}, "conversation_id": 5}  # fmt: skip


def intercom(n: int) -> Any:
    source = {"type": "facebook", "author": {"type": "user", "id": "a"}, "body": "<p>t</p>"}
    return {"type": "conversation", "id": f"9{n}", "created_at": 1_709_276_400, "source": source,
            "conversation_parts": {"conversation_parts": [], "total_count": 0}}  # fmt: skip


def slack(n: int) -> Any:
    return {"type": "message", "user": "U1", "text": "hi <@U2>", "ts": f"170927640{n}.000100",
            "thread_ts": "1709276400.000100", "reply_count": 1}  # fmt: skip


def discord(n: int) -> Any:
    return {"id": f"9{n}", "type": "Default", "timestamp": TIME, "content": "hi @b", "author": {
            "id": "5"}, "mentions": [{"id": "6", "name": "b"}], "reference": {"messageId": "1"}}  # fmt: skip


def convokit(n: int) -> Any:
    return {"id": f"u{n}", "conversation_id": "u0", "text": "t", "speaker": "s", "reply-to": None,
            "timestamp": 1_709_276_400, "meta": {}}  # fmt: skip


def apple_feed(n: int) -> Any:
    return {"id": {"label": f"9{n}"}, "author": {"name": {"label": "Ann"}}, "title": {"label": "t"},
            "content": {"label": "u"}, "updated": {"label": TIME}, "im:rating": {"label": "2"}}  # fmt: skip


def google(n: int) -> Any:
    return {"reviewId": f"r{n}", "reviewer": {"displayName": "A"}, "starRating": "ONE",
            "comment": "t", "createTime": TIME, "reviewReply": {"comment": "u", "updateTime": TIME}
            }  # fmt: skip


def rows(head: str, row: str) -> Callable[[int], Any]:
    names = head.split(";")
    return lambda n: dict(zip(names, row.format(n=n).split(";"), strict=True))


TWARC = rows(
    "id;conversation_id;referenced_tweets.replied_to.id;author_id;created_at;text;author.username",
    f"9{{n}};9{{n}};2;7;{TIME};hello;ann",
)
ACADEMIC = rows(
    "tweet_id;user_username;text;created_at;conversation_id;author_id;sourcetweet_type;sourcetweet_id",
    f"9{{n}};ann;hello;{TIME};9{{n}};7;quoted;4",
)
FACEPAGER = rows(
    "id;parent_id;object_id;object_type;query_status;query_type;message;created_time;from.id;from.name",
    f"{{n}};;1_9{{n}};data;fetched (200);Facebook:/<page>/posts;hello;{TIME};1;A",
)
YTDT = rows(
    "id;replyCount;publishedAt;authorName;text;authorChannelId;isReply;isReplyTo",
    f"9{{n}};1;{TIME};@a;hello;UCa;1;8",
)
CONSOLE = rows(
    "Package Name;Reviewer Language;Review Submit Date and Time;Star Rating;Review Text;"
    "Developer Reply Date and Time;Developer Reply Text;Review Link",
    f"com.a;fr;{TIME};1;bad;{TIME};sorry;https://p.test/?reviewId=r{{n}}",
)
# Format → an item, and what stands around several of them. A callable item of rows makes a table.
SEEDS: dict[str, tuple[Callable[[int], Any], Callable[[list[Any]], Any] | str]] = {
    "x": (x, lambda items: {"data": items, "meta": {"result_count": len(items)}}),
    "twarc": (v1, lambda items: {"statuses": items}),
    "x-archive": (lambda n: {"tweet": v1(n)}, lambda items: items),
    "twarc-csv": (TWARC, ","),
    "academictwitter": (ACADEMIC, ","),
    "snscrape": (snscrape, lambda items: items),
    "bluesky": (lambda n: {"post": bluesky(n)}, lambda items: {"feed": items}),
    "4cat-ndjson": (lambda n: bluesky(n) | {"4CAT_metadata": {"collected_at": 1_717_200_000}},
                    lambda items: items),
    "mastodon": (mastodon, lambda items: {"ancestors": [], "descendants": items}),
    "mastodon-outbox": (outbox, lambda items: {"orderedItems": items}),
    "reddit": (reddit, lambda items: {"kind": "Listing", "data": {"children": items}}),
    "youtube": (youtube, lambda items: {"items": items}),
    "youtube-data-tools": (YTDT, "\t"),
    "facebook": (facebook, lambda items: {"data": items}),
    "facepager": (FACEPAGER, ";"),
    "zendesk": (ticket, lambda items: {"tickets": items}),
    "telegram": (telegram, lambda items: {"type": "public_supergroup", "id": 4, "messages": items}),
    "chatwoot": (chatwoot, lambda items: {"payload": items}),
    "intercom": (intercom, lambda items: {"conversations": items}),
    "slack": (slack, lambda items: items),
    "discord": (discord, lambda items: {"guild": {}, "channel": {}, "messages": items}),
    "convokit": (convokit, lambda items: items),
    "reviews-json": (google, lambda items: {"reviews": items}),
    "app-store-rss": (apple_feed, lambda items: {"feed": {"entry": items}}),
    "play-console": (CONSOLE, ","),
}  # fmt: skip
ODD = st.sampled_from([
    None, True, -1, 1.5, 1e308, 10**30, "", "\ud800", "\0", "https://[", "&#" + "9" * 5000, "<![x[ y",
    "9" * 50, [], {}, [[]], [None], [{}], {"id": []}, "0001-01-01T00:00:00Z", "99999-01-01", "at://",
])  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place inside a value that something else can be put at."""
    found, stack = [], [value]
    while stack:
        each = stack.pop()
        for key in list(each) if isinstance(each, dict) else range(len(each)):
            found.append((each, key))
            if isinstance(each[key], dict | list):
                stack.append(each[key])
    return found


def written(items: list[Any], around: Any) -> bytes:
    """A file of these items: JSON with something around them, or a table."""
    if not isinstance(around, str):
        return json.dumps(around(items)).encode("utf-8", "surrogatepass")
    head = list(dict.fromkeys(k for item in items if isinstance(item, dict) for k in item))
    out = io.StringIO(newline="")
    made = csv.writer(out, delimiter=around)
    made.writerow(head)
    for item in items:
        given = item if isinstance(item, dict) else {head[0]: item}
        cells = [str(given.get(k, "")).replace("\0", "") for k in head]
        made.writerow([c if any(cells) else "?" for c in cells])
    return out.getvalue().encode("utf-8", "replace")


def found_in(name: str, content: bytes) -> list[Item]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        found = list(load_format(name).items(path, "file", OPTIONS))  # type: ignore[misc]
    counted = [item for item in found if item.n]
    assert len({item.line for item in counted}) == len(counted)
    # Whatever the door would refuse to take raises here.
    pa.Table.from_pylist([d for item in found for d in item.drafts], schema=ARROW_SCHEMA)
    for item in counted:
        assert bool(item.drafts) + (item.problem is not None) + (item.left_out is not None) == 1
    return counted


def ids(found: list[Item]) -> set[Any]:
    return {(d["network"], d["native_id"]) for item in found for d in item.drafts}


def test_every_format_of_items_has_a_seed() -> None:
    readers = {name for name in MODULES if load_format(name).items is not None}
    assert readers == set(SEEDS)


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_one_odd_item_costs_one_item(name: str, data: st.DataObject) -> None:
    make, around = SEEDS[name]
    whole = [make(n) for n in range(N)]
    base = found_in(name, written(whole, around))
    assert len(ids(base)) >= N
    at = data.draw(st.integers(0, N - 1), label="item")
    rest = ids(found_in(name, written(whole[:at] + whole[at + 1 :], around)))
    items = copy.deepcopy(whole)
    if not isinstance(around, str) and data.draw(st.integers(0, 5)) == 0:
        items[at] = data.draw(ODD.filter(lambda o: o != [] and o != {}), label="in its place")
    else:
        into, key = data.draw(st.sampled_from(places(items[at])), label="place")
        into[key] = data.draw(ODD, label="odd")
    found = found_in(name, written(items, around))
    # Nothing of the others is lost, and the odd one is a post, a problem or left out.
    assert rest <= ids(found)
    other = len(found_in(name, written(whole[:at] + whole[at + 1 :], around)))
    assert sum(item.n for item in found) > other or items[at] in ([[]], [None], [{}])


@pytest.mark.parametrize("name", SEEDS)
def test_an_item_that_a_reader_stumbles_over_costs_one_item(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mended(text: str) -> str:
        if text == "stumble":
            raise ValueError("a fault of the reader")
        return text

    monkeypatch.setattr(values, "mended", mended)
    make, around = SEEDS[name]
    whole = [make(n) for n in range(N)]
    rest = ids(found_in(name, written(whole[:2] + whole[3:], around)))
    stumbled = 0
    for n in range(len(places(whole[2]))):
        items = copy.deepcopy(whole)
        into, key = places(items[2])[n]
        into[key] = "stumble"
        found = found_in(name, written(items, around))
        assert rest <= ids(found)
        stumbled += sum(item.problem == STRANGE for item in found)
    assert stumbled or name == "play-console"  # which takes its cells as they are


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_file_that_is_cut_or_damaged_is_read(name: str, data: st.DataObject) -> None:
    make, around = SEEDS[name]
    content = written([make(n) for n in range(N)], around)
    whole = ids(found_in(name, content))
    at = data.draw(st.integers(len(content) // 2, len(content) - 1))
    if data.draw(st.booleans()):
        content = content[:at]
    else:
        content = content[:at] + bytes([data.draw(st.integers(0, 255))]) + content[at + 1 :]
    found = found_in(name, content)
    assert len(ids(found) & whole) >= N // 2 - 1


def import_of(name: str, contents: list[bytes]) -> Iterator[Any]:
    with TemporaryDirectory() as folder:
        paths = []
        for number, content in enumerate(contents):
            paths.append(Path(folder) / f"file-{number}")
            paths[-1].write_bytes(content)
        try:
            yield import_files(
                name, paths, out=Path(folder) / "d", key=KEY, brand="acme", network="forum",
                accept_rejected=True,
            )  # fmt: skip
        except CarekitError:
            return


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_the_law_holds_for_whole_imports(name: str, data: st.DataObject) -> None:
    make, around = SEEDS[name]
    items = [make(n) for n in range(N)]
    for _ in range(data.draw(st.integers(1, 3))):
        into, key = data.draw(st.sampled_from(places(items)))
        into[key] = data.draw(ODD)
    items.append(make(0))  # a repeat
    for report in import_of(name, [written(items, around)]):
        repeats = report.n_again + report.n_withdrawn
        assert report.n_read + report.n_nested == (
            report.n_posts + report.n_rejected + report.n_left_out + repeats
        )
