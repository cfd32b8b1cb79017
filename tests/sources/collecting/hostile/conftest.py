"""Servers that mean harm, or are broken."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from carekit.sources.collecting.collect import collect
from carekit.sources.json_text import dumps

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


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("X_BEARER_TOKEN", "YOUTUBE_API_KEY", "MASTODON_TOKEN"):
        monkeypatch.setenv(name, TOKEN)
