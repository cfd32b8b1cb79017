"""One exchange with a server, redirects and all: within a time, within a size, a login to one host."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin

from carekit.sources.networks.values import address

if TYPE_CHECKING:
    import httpx

# Everything else in a header is noise, or could name somebody.
KEPT_HEADERS = (
    "date content-type link retry-after etag ratelimit-limit ratelimit-remaining ratelimit-reset "
    "x-ratelimit-limit x-ratelimit-remaining x-ratelimit-reset x-rate-limit-limit "
    "x-rate-limit-remaining x-rate-limit-reset"
).split()
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LARGEST_BODY = 64_000_000  # bytes, unpacked
MOST_REDIRECTS = 5
# What a body may be packed with, and how its letters may be written.
_PACKED = ("", "identity", "gzip", "deflate", "x-gzip")
_LETTERS = {
    "utf-8": "utf-8-sig", "utf8": "utf-8-sig", "us-ascii": "utf-8-sig", "iso-8859-1": "cp1252",
    "latin-1": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252", "cp1252": "cp1252",
    "iso-8859-15": "iso-8859-15", "utf-16": "utf-16",
}  # fmt: skip
_T = TypeVar("_T")


class TooLong(Exception):
    """An answer did not end in its time."""


class Moved(Exception):
    """A redirect would carry a login to another host."""


class Unreadable(Exception):
    """An answer that cannot be used; another attempt may get a better one."""


def within(seconds: float, work: Callable[[], _T]) -> _T:
    """The result of some work, or `TooLong` after that time: no server holds up a run.

    The work goes on in a thread of its own that nobody waits for.
    """
    box: list[tuple[bool, Any]] = []

    def run() -> None:
        try:
            box.append((True, work()))
        except BaseException as error:
            box.append((False, error))

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(None if math.isinf(seconds) else max(seconds, 0.0))
    if not box:
        raise TooLong
    good, made = box[0]
    if good:
        result: _T = made
        return result
    raise made


def new_client() -> httpx.Client:
    import httpx

    import carekit

    return httpx.Client(
        timeout=30.0,
        headers={
            "user-agent": f"carekit/{carekit.__version__} (research; polite)",
            "accept-encoding": "gzip, deflate",
        },
    )


def exchange(
    client: httpx.Client,
    method: str,
    url: str,
    request: Mapping[str, Any],
    *,
    secret: bool,
    follow: bool,
) -> tuple[int, dict[str, str], str, bool]:
    """One exchange with its redirects; a secret goes to no other host than the first."""
    start, host = url, address(url).netloc
    for _ in range(MOST_REDIRECTS + 1):
        made = client.build_request(method, url, **request)
        response = client.send(made, stream=True, follow_redirects=False)
        try:
            target = response.headers.get("location")
            if response.status_code not in REDIRECTS or not target:
                body, too_large = _body(response)
                return response.status_code, _kept(response.headers), body, too_large
        finally:
            response.close()
        url = urljoin(url, target)
        if secret and address(url)[:2] != address(start)[:2]:
            raise Moved(f"{host} sends the login on to another host; it was not followed")
        if not follow:
            return response.status_code, _kept(response.headers), "", False
        # The address of a redirect is whole, but for what is sent with every request.
        kept = {k: v for k, v in (request["params"] or {}).items() if secret}
        request = {**request, "params": kept or None}
    raise Unreadable("one redirect after the other")


def _body(response: httpx.Response) -> tuple[str, bool]:
    """The body as text, and whether it was cut because it is too large."""
    if response.headers.get("content-encoding", "").lower().strip() not in _PACKED:
        raise Unreadable("a body that is packed in a way that was not asked for")
    pieces, size = [], 0
    for piece in response.iter_bytes(1 << 16):
        size += len(piece)
        if size > LARGEST_BODY:
            return "", True
        pieces.append(piece)
    said = (response.charset_encoding or "").lower()
    return b"".join(pieces).decode(_LETTERS.get(said, "utf-8-sig"), "replace"), False


def _kept(headers: httpx.Headers) -> dict[str, str]:
    return {name: headers[name] for name in KEPT_HEADERS if name in headers}
