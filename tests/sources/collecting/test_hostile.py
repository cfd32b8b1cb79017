"""Servers and folders that mean harm, or are broken: a collection ends, and tells nothing away."""

from __future__ import annotations

import copy
import gzip
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.dataset.folder import open_dataset
from carekit.errors import CarekitError, DatasetError, InputError
from carekit.sources.collecting import exchange
from carekit.sources.collecting.collect import collect, estimate
from carekit.sources.collecting.purging import purge_json
from carekit.sources.collecting.secrets import Secrets
from carekit.sources.json_text import dumps, loads

KEY = b"0123456789abcdef"
TIME = "2024-05-01T08:00:00Z"
TOKEN = "token-91d2/never+written"


def post(n: int, text: str = "hello", to: int | None = None, **more: Any) -> dict[str, Any]:
    record: dict[str, Any] = {"$type": "app.bsky.feed.post", "text": text, "createdAt": TIME}
    if to is not None:
        record["reply"] = {"root": {"uri": uri(0)}, "parent": {"uri": uri(to)}}
    author = {"did": f"did:plc:u{n}", "handle": f"u{n}.test"}
    made = {"uri": uri(n), "author": author, "record": record, "replyCount": 0, "indexedAt": TIME}
    return made | more


def uri(n: int) -> str:
    return f"at://did:plc:u{n}/app.bsky.feed.post/k{n}"


def bluesky(
    feed: Callable[[dict[str, str]], Any], thread: Any = None, posts: Any = None
) -> Callable[[httpx.Request], httpx.Response]:
    """A server whose feed is what a function of the parameters says."""

    def answer(request: httpx.Request) -> httpx.Response:
        method = request.url.path.rsplit(".", 1)[-1]
        if method == "getProfile":
            profile = {"did": "did:plc:acme", "handle": "acme.test", "postsCount": 3}
            return httpx.Response(200, json=profile)
        made = {
            "getAuthorFeed": lambda: feed(dict(request.url.params)),
            "getPostThread": lambda: thread,
            "getPosts": lambda: posts,
        }.get(method, lambda: None)()
        if isinstance(made, httpx.Response):
            return made
        if made is None:
            return httpx.Response(400, json={"error": "NotFound"})
        text = made if isinstance(made, str) else dumps(made)
        return httpx.Response(200, text=text, headers={"content-type": "application/json"})

    return answer


def gather(
    out: Path, answer: Any, name: str = "bluesky", target: str = "acme.test", **more: Any
) -> Any:
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        options = {"base_url": "http://a.test", "pace": 0, "key": KEY} | more
        return collect(name, [target] if target else [], out=out, client=client, **options)


def everything(folder: Path) -> bytes:
    """All that was written, raw pages unpacked, and the state as its tables hold it."""
    found = b""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += gzip.decompress(data) if path.suffix == ".gz" else data
    return found


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two attempts, no waits between them."""
    from carekit.sources.collecting.web import Web

    defaults = dict(Web.__init__.__kwdefaults__ or {})
    monkeypatch.setattr(Web.__init__, "__kwdefaults__", defaults | {"attempts": 2, "first_wait": 0})


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


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("X_BEARER_TOKEN", "YOUTUBE_API_KEY", "MASTODON_TOKEN"):
        monkeypatch.setenv(name, TOKEN)


# Logins


def test_a_password_goes_to_no_other_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUESKY_HANDLE", "us.test")
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", TOKEN)
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.content.decode()))
        return httpx.Response(307, headers={"location": "http://thief.test/take"})

    with pytest.raises(CarekitError):
        gather(tmp_path / "d", answer)
    assert {host for host, _ in seen} == {"a.test"}


@pytest.mark.parametrize("name", ["x", "youtube"])
def test_a_token_follows_no_redirect_to_another_host(name: str, tmp_path: Path) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"location": f"http://thief.test{request.url.path}"})

    with pytest.raises(CarekitError, match="sends the login on to another host"):
        gather(tmp_path / "d", answer, name, "words" if name == "x" else "UCacme")
    assert set(seen) == {"a.test"}


def test_a_redirect_without_a_login_is_followed_but_not_for_ever(tmp_path: Path) -> None:
    plain = bluesky(lambda params: {"feed": [{"post": post(1)}]})

    def moved(request: httpx.Request) -> httpx.Response:
        if request.url.host == "a.test":
            where = str(request.url.copy_with(host="b.test"))
            return httpx.Response(301, headers={"location": where})
        return plain(request)

    assert gather(tmp_path / "d", moved).n_posts == 1
    again = {"location": "http://a.test/round"}
    with pytest.raises(CarekitError, match="one redirect after the other in 2 attempts"):
        gather(tmp_path / "e", lambda request: httpx.Response(302, headers=again))


def spellings(secret: str) -> list[str]:
    return [
        secret,
        secret.replace("/", "\\/"),
        secret.replace("t", "\\u0074"),
        secret.replace("/", "%2F").replace("+", "%2B"),
        secret.replace("/", "&#47;"),
    ]


@pytest.mark.parametrize("nth", range(5))
def test_a_token_that_comes_back_is_kept_and_shown_nowhere(
    nth: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spelled = spellings(TOKEN)[nth]
    good = (
        f'{{"data": [{{"id": "1", "author_id": "7", "created_at": "{TIME}", "text": "see {spelled}",'
        f' "conversation_id": "1"}}], "meta": {{"result_count": 1, "next_token": "n"}}}}'
    )
    bad = f'{{"errors": [{{"message": "no such token: {spelled}"}}]}}'

    def answer(request: httpx.Request) -> httpx.Response:
        is_second = "next_token" in dict(request.url.params)
        headers = {"content-type": "application/json", "etag": TOKEN}
        return httpx.Response(
            400 if is_second else 200, text=bad if is_second else good, headers=headers
        )

    report = gather(tmp_path / "d", answer, "x", "words", tell=print)
    assert report.failures
    text = open_dataset(tmp_path / "d").read("posts").text[0]
    assert text == "see [secret]"
    said = capsys.readouterr()
    told = f"{report} {report.warnings} {said.out} {said.err}".encode()
    for hidden in spellings(TOKEN):
        assert hidden.encode() not in everything(tmp_path / "d") + told


def test_a_token_that_cannot_be_sent_is_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", "clé")
    with pytest.raises(InputError, match="X_BEARER_TOKEN holds characters that no key"):
        collect("x", ["words"], out="nowhere", key=KEY)


@given(st.text(min_size=6, max_size=20).filter(lambda t: len(t.strip()) == len(t)), st.text())
def test_secrets_are_taken_out_of_any_text(secret: str, around: str) -> None:
    made = Secrets()
    made.know(secret)
    assert secret not in made.without(around + secret + around).replace("[secret]", "")


# Deletions


def test_a_deleted_post_leaves_a_thread_of_any_depth(tmp_path: Path) -> None:
    def view(depth: int, replies: list[Any]) -> dict[str, Any]:
        return {"post": post(depth, f"words {depth}.", to=depth - 1 if depth else None, replyCount=1),
                "replies": replies}  # fmt: skip

    def tree(without: int) -> Any:
        made: list[Any] = []
        for n in reversed(range(420)):
            made = [view(n, made)] if n != without else made
        return {"thread": made[0]}

    state = {"without": -1}
    server = lambda request: bluesky(  # noqa: E731
        lambda params: {"feed": [{"post": post(0, "words 0.", replyCount=1)}]},
        tree(state["without"]),
        {"posts": []},
    )(request)
    assert gather(tmp_path / "d", server).n_posts == 420
    assert b"words 390." in everything(tmp_path / "d" / "raw")
    state["without"] = 390
    report = gather(tmp_path / "d", server, target="", refresh=True)
    assert report.n_deleted == 1
    kept = everything(tmp_path / "d" / "raw")
    assert b"words 390." not in kept
    assert b"words 389." in kept
    assert gather(tmp_path / "d", server, target="", refresh=True).n_purged == 0


@pytest.mark.parametrize(
    "spell", [lambda t: t.replace("/", "\\/"), lambda t: t.replace("a", "\\u0061")]
)
def test_a_deleted_post_leaves_pages_that_spell_its_id_otherwise(
    spell: Any, tmp_path: Path
) -> None:
    state = {"posts": [{"post": post(1, "stays")}, {"post": post(2, "goes away")}]}

    def feed(params: dict[str, str]) -> str:
        return spell(json.dumps({"feed": state["posts"]}))

    gather(tmp_path / "d", bluesky(feed, posts={"posts": []}))
    state["posts"] = state["posts"][:1]
    assert (
        gather(
            tmp_path / "d", bluesky(feed, posts={"posts": []}), target="", refresh=True
        ).n_deleted
        == 1
    )
    raw = everything(tmp_path / "d" / "raw").replace(b"\\u0061", b"a").replace(b"\\\\u0061", b"a")
    assert b"goes away" not in raw
    assert b"stays" in raw


def test_purging_keeps_what_a_reply_hangs_on() -> None:
    body = json.dumps({"uri": "at://a/1", "record": {"text": "x", "reply": {"parent": {"uri": "p"}}},
                       "embed": {"record": {"uri": "at://a/1", "value": {"text": "x"}}}})  # fmt: skip
    left = loads(purge_json(body, {"at://a/1"}, id_fields=("uri",), nested=("record", "value")))
    assert left == {
        "uri": "at://a/1",
        "record": {"reply": {"parent": {"uri": "p"}}},
        "purged": True,
    }


# Folders


def test_state_raw_and_drafts_are_for_their_owner_alone(tmp_path: Path) -> None:
    server = bluesky(lambda params: {"feed": [{"post": post(1)}]})
    gather(tmp_path / "d", server)
    (tmp_path / "d" / "raw").chmod(0o755)
    (tmp_path / "d" / "raw" / ".gitignore").unlink()
    (tmp_path / "d" / "collection.sqlite").chmod(0o644)
    gather(tmp_path / "d", server, target="", refresh=True)
    for path in [tmp_path / "d" / "collection.sqlite", *(tmp_path / "d" / "raw").rglob("*")]:
        if path.is_dir() or path.suffix == ".sqlite":
            assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "d" / "raw").stat().st_mode & 0o077 == 0
    assert (tmp_path / "d" / "raw" / ".gitignore").read_text() == "*\n"
    assert not (tmp_path / "d" / "raw" / "bluesky" / "drafts").exists()


@pytest.mark.parametrize("stage", ["_write", "redact_posts"])
def test_drafts_go_also_when_making_posts_fails(
    stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **options: Any) -> Any:
        raise OSError(28, "No space left on device")

    server = bluesky(lambda params: {"feed": [{"post": post(1)}]})
    with monkeypatch.context() as patched:
        patched.setattr(f"carekit.sources.collecting.build.{stage}", broken)
        with pytest.raises(OSError, match="No space"):
            gather(tmp_path / "d", server, redact=True)
    assert not (tmp_path / "d" / "raw" / "bluesky" / "drafts").exists()
    assert gather(tmp_path / "d", server, target="", resume=True).n_posts == 1


@pytest.mark.parametrize(
    "file", ["../victim/posts/part-00001.parquet", "victim.parquet", "posts/../../v.parquet"]
)
def test_no_manifest_makes_a_collection_touch_a_file_outside(file: str, tmp_path: Path) -> None:
    server = bluesky(lambda params: {"feed": [{"post": post(1)}]})
    gather(tmp_path / "victim", server)
    gather(tmp_path / "d", server)
    victim = tmp_path / "victim" / "posts" / "part-00001.parquet"
    kept = victim.read_bytes()
    for other in (tmp_path / "v.parquet", tmp_path / "d" / "victim.parquet"):
        other.write_bytes(kept)
    manifest = tmp_path / "d" / "manifest.json"
    content = json.loads(manifest.read_text())
    part = next(p for p in content["parts"] if p["table"] == "posts")
    content["parts"].append(part | {"file": file, "query": {"runs": []}})
    manifest.write_text(json.dumps(content))
    with suppress(CarekitError):  # refused, or refreshed without the file
        gather(tmp_path / "d", server, target="", refresh=True)
    assert victim.read_bytes() == kept
    assert (tmp_path / "v.parquet").read_bytes() == kept


def test_a_raw_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    server = bluesky(lambda params: {"feed": [{"post": post(1)}]})
    gather(tmp_path / "d", server, raw=False)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "d" / "raw").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DatasetError, match="is a link to another place"):
        gather(tmp_path / "d", server, target="", refresh=True)
    assert not any((tmp_path / "elsewhere").iterdir())


def test_a_state_that_names_files_elsewhere_is_refused(tmp_path: Path) -> None:
    server = bluesky(lambda params: {"feed": [{"post": post(1)}]})
    gather(tmp_path / "d", server)
    with closing(sqlite3.connect(tmp_path / "d" / "collection.sqlite")) as con, con:
        con.execute("UPDATE pages SET file = '../../../victim'")
    with pytest.raises(DatasetError, match="none of its own"):
        gather(tmp_path / "d", server, target="", refresh=True)


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
