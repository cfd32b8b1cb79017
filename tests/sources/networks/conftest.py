"""Servers on loopback: one that answers as a test says, and a Mastodon with faults on request."""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

# Files of networks are imported as all files are: with the fixtures of tests/sources/files.
from ..files.conftest import imported as imported
from ..files.conftest import shared_file as shared_file

SECRETS = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "X_BEARER_TOKEN", "YOUTUBE_API_KEY")


@dataclass(frozen=True)
class Asked:
    """One request: its path, its parameters (of a form too), its headers in lower case."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass
class Fake:
    """Answers: `answer(asked)` gives a body, or a status and a body; text is sent as it is."""

    answer: Callable[[Asked], Any] = lambda asked: (404, {})
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [a.path for a in self.asked]


class _Server(ThreadingHTTPServer):
    daemon_threads = True


@pytest.fixture
def fake() -> Iterator[Fake]:
    made = Fake()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None: ...

        def do_GET(self) -> None:
            self.handle_one("GET", "")

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            self.handle_one("POST", self.rfile.read(length).decode())

        def handle_one(self, method: str, form: str) -> None:
            parts = urlsplit(self.path)
            params = dict(parse_qsl(parts.query)) | dict(parse_qsl(form))
            headers = {k.lower(): v for k, v in self.headers.items()}
            asked = Asked(method, parts.path, params, headers)
            made.asked.append(asked)
            found = made.answer(asked)
            status, body = found if isinstance(found, tuple) else (200, found)
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            kind = "text/html" if isinstance(body, str) else "application/json"
            self.send_header("content-type", f"{kind}; charset=utf-8")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = _Server(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the tokens of the user."""
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def mastodon_server() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own packages
        from mastodon_mock.testing import MockServer

        with MockServer() as server:
            yield server


@pytest.fixture
def mastodon(mastodon_server: Any) -> Any:
    mastodon_server.reset()
    return mastodon_server
