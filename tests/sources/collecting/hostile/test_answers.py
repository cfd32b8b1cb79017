"""Answers of any shape, length and pace: a collection ends with a count or a sentence."""

from __future__ import annotations

import copy
import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.dataset.folder import open_dataset
from carekit.errors import CarekitError
from carekit.sources.collecting import exchange
from carekit.sources.collecting.collect import collect, estimate

from .conftest import TIME, bluesky, gather, post, uri

# Lists without end


def test_a_list_that_goes_round_in_a_circle_ends(tmp_path: Path) -> None:
    asked = []

    def feed(params: dict[str, str]) -> Any:
        asked.append(params.get("cursor"))
        following = "B" if params.get("cursor") == "A" else "A"
        return {"feed": [{"post": post(len(asked))}], "cursor": following}

    report = gather(tmp_path / "d", bluesky(feed))
    assert (report.stopped, asked) == (None, [None, "A", "B"])
    assert report.n_posts == 3


def test_the_same_page_under_ever_new_places_ends(tmp_path: Path) -> None:
    asked = []

    def feed(params: dict[str, str]) -> Any:
        asked.append(params)
        return {"feed": [{"post": post(1)}], "cursor": f"place {len(asked)}"}

    report = gather(tmp_path / "d", bluesky(feed))
    assert (report.n_posts, len(asked)) == (1, 2)


@pytest.mark.parametrize("cursor", [{"a": 1}, [1], "x" * 10_000, "\ud800", 1e308, True])
def test_a_place_that_cannot_be_sent_back_is_a_counted_failure(cursor: Any, tmp_path: Path) -> None:
    calls = []

    def feed(params: dict[str, str]) -> Any:
        calls.append(params)
        body = {"feed": [{"post": post(len(calls))}], "cursor": "1" if len(calls) == 1 else cursor}
        return json.dumps(body).encode("utf-8", "surrogatepass").decode("utf-8", "replace")

    report = gather(tmp_path / "d", bluesky(feed))
    assert report.n_posts >= 1
    assert len(calls) <= 3


# Bodies


def test_a_body_is_read_up_to_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "LARGEST_BODY", 1_000_000)
    packed = gzip.compress(b"[" + b" " * 3_000_000)
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    bomb = httpx.Response(200, content=packed, headers=headers)
    with pytest.raises(CarekitError, match=r"answered .* with more than 64 MB"):
        gather(tmp_path / "d", bluesky(lambda params: bomb))
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("charset", ["zlib", "hex", "rot13", "idna", "undefined", "utf-7", "x y"])
def test_letters_of_any_kind_are_read_as_they_can_be(charset: str, tmp_path: Path) -> None:
    kind = {"content-type": f"application/json; charset={charset}"}
    body = json.dumps({"feed": [{"post": post(1)}]}).encode()
    report = gather(
        tmp_path / "d", bluesky(lambda params: httpx.Response(200, content=body, headers=kind))
    )
    assert report.n_posts == 1


def test_a_page_of_html_is_the_reason_that_is_told(tmp_path: Path) -> None:
    page = httpx.Response(200, html="<html><body>Please wait</body></html>")
    with pytest.raises(CarekitError, match=r"a body that is no JSON, text/html in 2 attempts"):
        gather(tmp_path / "d", bluesky(lambda params: page))


# Time


class Dripping:
    """A server that sends a byte a second, of its headers or of its body."""

    def __init__(self, sent_first: bytes) -> None:
        self._first, self._socket = sent_first, socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._drip, args=(connection,), daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        with connection, closing(connection.makefile("rb")):
            try:
                connection.recv(4096)
                connection.sendall(self._first)
                for _ in range(60):
                    time.sleep(0.3)
                    connection.sendall(b"x")
            except OSError:
                return

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 200 OK\r\nx-slow: ", b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"]
)
def test_no_server_makes_a_run_longer_than_its_cap(first: bytes, tmp_path: Path) -> None:
    server = Dripping(first)
    began = time.monotonic()
    with pytest.raises(CarekitError, match="the cap of 1 seconds is reached"):
        collect(
            "x", ["search words"], out=tmp_path / "d", base_url=server.url, max_seconds=1, pace=0
        )
    assert time.monotonic() - began < 6
    server.close()


# Shapes


def test_a_fault_of_a_reader_is_one_counted_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from carekit.sources.networks.bluesky.live import Bluesky

    usual = Bluesky.found

    def stumbling(self: Bluesky, page: Any, body: Any) -> Iterator[Any]:
        yield next(iter(usual(self, page, body)))
        raise AssertionError("<![x[ world")

    server = bluesky(lambda params: {"feed": [{"post": post(1)}, {"post": post(2)}]})
    with monkeypatch.context() as patched:
        patched.setattr(Bluesky, "found", stumbling)
        report = gather(tmp_path / "d", server)
    assert report.rejected == {"an item built in a way that the format does not know": 1}
    assert report.n_posts == 1
    assert gather(tmp_path / "d", server, target="", resume=True).n_posts == 2


def test_plain_texts_are_no_html(tmp_path: Path) -> None:
    snippet = {
        "textDisplay": "hello <![x[ world <b>",
        "publishedAt": TIME,
        "authorChannelId": {"value": "UCa"},
    }
    thread = {"id": "c", "snippet": {"channelId": "UCx", "totalReplyCount": 0, "topLevelComment": {
        "id": "c", "snippet": snippet}}}  # fmt: skip

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"items": [thread]})

    gather(tmp_path / "d", answer, "youtube", "video:v")
    assert open_dataset(tmp_path / "d").read("posts").text[0] == "hello <![x[ world <b>"


def test_records_since_a_day_are_read(tmp_path: Path) -> None:
    entry = {"uri": uri(1), "cid": "c", "value": post(1)["record"]}
    pages = iter([{"records": [entry], "cursor": "1"}, {"records": [], "cursor": "2"}])

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=next(pages))

    report = gather(tmp_path / "d", answer, target="repo:did:plc:u1", since="2024-01-01")
    assert report.n_posts == 1


ANSWERS: dict[str, tuple[str, Any]] = {
    "bluesky": ("acme.test", {"feed": [{"post": post(1, replyCount=1)}], "did": "did:plc:a",
                              "handle": "a.test",
                              "thread": {"post": post(1), "replies": [{"post": post(2, to=1)}]},
                              "cursor": "c", "postsCount": 2}),
    "mastodon": ("acme@a.test", [{"id": "1", "created_at": TIME, "content": "<p>t</p>",
                                  "account": {"id": "5", "acct": "acme", "note": ""}, "mentions": [],
                                  "in_reply_to_id": None, "replies_count": 1}]),
    "x": ("words", {"data": [{"id": "1", "author_id": "7", "created_at": TIME, "text": "t"}],
                    "meta": {"next_token": "n", "total_tweet_count": 3}}),
    "youtube": ("UCx", {"items": [{"id": "UCx", "contentDetails": {"relatedPlaylists": {"uploads": "UU"},
                        "videoId": "v", "videoPublishedAt": TIME}, "statistics": {"videoCount": "2"},
                        "snippet": {"totalReplyCount": 3, "topLevelComment": {"id": "c", "snippet": {
                        "textDisplay": "t", "publishedAt": TIME}}}}], "nextPageToken": "n"}),
    "cfpb": ("Acme", {"hits": {"total": {"value": 150}, "hits": [{"_id": "1", "_source": {
             "complaint_id": "1", "date_received": TIME, "company": "Acme"}}]},
             "_meta": {"break_points": {"2": [1, 2]}}}),
}  # fmt: skip


ODD = st.sampled_from([None, True, -1, 1e308, 10**30, "", "\0", "x", [], {}, [[]], [None], [{}], 5,
                       "0001-01-01T00:00:00Z", "99999-01-01", "https://[", "9" * 5000])  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_any_shape_of_an_answer_is_a_count_or_a_sentence(
    name: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    target, good = ANSWERS[name]
    body = copy.deepcopy(good)
    if data.draw(st.integers(0, 6)) == 0:
        body = data.draw(ODD)
    else:
        places, stack = [], [body]
        while stack:
            each = stack.pop()
            for key in each if isinstance(each, dict) else range(len(each)):
                places.append((each, key))
                stack += [each[key]] if isinstance(each[key], dict | list) else []
        into, key = data.draw(st.sampled_from(places))
        into[key] = data.draw(ODD)
    text = json.dumps(body)
    out = tmp_path_factory.mktemp("hostile") / "d"
    answer = lambda request: httpx.Response(200, text=text)  # noqa: E731
    options = {"since": "2024-01-01", "until": "2024-02-01"} if name == "cfpb" else {}
    try:
        with httpx.Client(transport=httpx.MockTransport(answer)) as client:
            estimate(name, [target], client=client, base_url="http://a.test", pace=0, **options)
        gather(out, answer, name, target, max_pages=6, **options)
        gather(out, answer, name, "", max_pages=6, refresh=True)
    except CarekitError:
        return
