"""Recorded answers of a server, played back: a collection that runs offline and always the same.

A recording is a JSON Lines file, one answer a line: path, parameters, status, headers, body. A
question that was asked twice has two lines, and is answered in their order; the last one stays.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from carekit.dataset.resources import data_folder
from carekit.errors import InputError

if TYPE_CHECKING:
    import httpx

_KEPT = ("content-type", "link")


def play(path: str | os.PathLike[str]) -> httpx.Client:
    """A client that asks a recording instead of a server, for the argument `client` of `collect`.

    Logins are answered as well, with a token that opens nothing.
    """
    import httpx

    file = Path(path)
    if not file.is_file():
        raise InputError(
            f"There is no recording at {file}. Expected a file of recorded answers, one JSON "
            "object a line. Check the path."
        )
    left: dict[str, list[dict[str, Any]]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        answer = json.loads(line)
        left.setdefault(_key(answer["path"], answer["params"]), []).append(answer)

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, json={"accessJwt": "recorded"})
        parts = urlsplit(str(request.url))
        found = left.get(_key(parts.path, parse_qsl(parts.query)))
        if not found:
            return httpx.Response(404, json={"error": "NotRecorded"})
        answer = found.pop(0) if len(found) > 1 else found[0]
        return httpx.Response(
            answer["status"], headers=answer["headers"], content=answer["body"].encode()
        )

    return httpx.Client(transport=httpx.MockTransport(respond))


@contextmanager
def record(path: str | os.PathLike[str]) -> Iterator[httpx.Client]:
    """A client whose answers are written to a recording when the block ends; logins are not."""
    import httpx

    from carekit.dataset.atomic import write_text

    lines: list[str] = []

    def keep(response: httpx.Response) -> None:
        request = response.request
        if request.method != "GET":
            return
        response.read()
        parts = urlsplit(str(request.url))
        line = {
            "path": parts.path,
            "params": sorted(parse_qsl(parts.query)),
            "status": response.status_code,
            "headers": {n: response.headers[n] for n in _KEPT if n in response.headers},
            "body": response.text,
        }
        lines.append(json.dumps(line, ensure_ascii=False))

    with httpx.Client(timeout=60, event_hooks={"response": [keep]}) as client:
        yield client
    write_text(Path(path), "".join(f"{line}\n" for line in lines))


def _key(path: str, params: Any) -> str:
    return json.dumps([path, sorted(map(list, params))])


def recording(network: str) -> dict[str, Any]:
    """The recording that comes with carekit, as options of `collect`: it asks no network.

    Examples
    --------
    >>> sorted(recording("bluesky"))
    ['accounts', 'base_url', 'client', 'key', 'pace']
    """
    folder = data_folder("recorded")
    return {
        "client": play(folder / f"{network}.jsonl"),
        "pace": 0,
        "base_url": "https://recorded.example",
        "key": b"for this recording only",
        "accounts": folder / "accounts.csv",
    }
