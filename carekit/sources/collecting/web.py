"""Asking a server politely: one client, waits between requests, retries after what can pass.

Only GET is retried, and only after 429, 5xx, a broken connection, or a body that is not what it
says it is. Keys and tokens go into requests to the host that was asked, and nowhere else. Whatever
a server does, a request ends: within a time, and within a size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from random import random
from typing import TYPE_CHECKING, Any

from carekit.errors import MissingExtraError
from carekit.sources.collecting.exchange import (
    LARGEST_BODY,
    Moved,
    TooLong,
    Unreadable,
    exchange,
    new_client,
    within,
)
from carekit.sources.collecting.limits import Budget, Limiter, QueryFailed, Stopped, asked_wait
from carekit.sources.collecting.secrets import Secrets
from carekit.sources.json_text import loads
from carekit.sources.networks.values import address

if TYPE_CHECKING:
    import httpx

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
ATTEMPTS = 6
LONGEST_WAIT, LONGEST_PAUSE = 900.0, 60.0
LONGEST_ANSWER = 120.0  # seconds from a request to the end of its answer


class Blocked(Stopped):
    """The server refuses us."""


class _Again(Exception):
    """Worth another attempt; `wait` in seconds if the server says so."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.wait = wait


@dataclass(frozen=True)
class Answer:
    """What a server answered: `request` without secrets, `headers` only those that may be kept."""

    body: str
    status: int
    headers: Mapping[str, str]
    request: Mapping[str, Any]

    def json(self) -> Any:
        """The body, read; any value, and None for what is no JSON."""
        try:
            return loads(self.body)
        except ValueError:
            return None


class Web:
    """A polite HTTP client."""

    def __init__(
        self,
        client: httpx.Client | None = None,
        *,
        limiter: Limiter | None = None,
        budget: Budget | None = None,
        tell: Callable[[str], None] = lambda sentence: None,
        attempts: int = ATTEMPTS,
        first_wait: float = 1.0,
    ) -> None:
        try:
            self._given, self._client = client, client or new_client()
        except ImportError as error:
            raise MissingExtraError(error.name or "httpx", "collect", "Collecting") from error
        self.limiter = limiter or Limiter()
        self.budget = budget or Budget()
        self.secrets = Secrets()
        self._tell, self._attempts, self._first_wait = tell, attempts, first_wait
        self.statuses: Counter[str] = Counter()

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *error: object) -> None:
        if self._given is None:
            self._client.close()

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        secret_params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (200,),
        expect: str = "json",
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """One GET, repeated where that can help."""
        asked = {k: v for k, v in (params or {}).items() if v is not None}
        self.secrets.know(*(secret_params or {}).values(), *(headers or {}).values())
        last = _Again("nothing")
        for nth in range(self._attempts):
            try:
                return self._once(url, asked, secret_params, headers, accept, expect, form)
            except _Again as error:
                last = error
            if nth + 1 < self._attempts:
                growing = min(self._first_wait * 2**nth, LONGEST_PAUSE) * (1 + random() / 4)
                self._pause(growing if last.wait is None else last.wait, url)
        host, path = address(url).netloc, address(url).path
        raise QueryFailed(f"{host} answered {path} with {last} in {self._attempts} attempts")

    def post(
        self,
        url: str,
        *,
        json: Mapping[str, str],
        secret_names: Collection[str],
    ) -> tuple[int, Any]:
        """One POST, for logins: status and body, which are never kept; it follows no redirect.

        `secret_names` are the keys of `json` that hold a password or token.

        Repeated only after 429, when the server asks to wait: it has done nothing then.
        """
        host = address(url).netloc
        self.secrets.know(*(json[name] for name in secret_names))
        status, body = 429, ""
        for _ in range(self._attempts):
            self._wait(host)
            try:
                status, kept, body, _ = self._exchange("POST", url, {"json": dict(json)})
            except _Again as error:
                raise Stopped(f"{host} cannot be reached ({error})") from None
            self.statuses[str(status)] += 1
            self.limiter.learn(host, kept)
            if status != 429:
                break
            wait = asked_wait(kept, body, now=self.limiter.clock())
            self.limiter.hold(host, 30.0 if wait is None else wait)
        try:
            return status, loads(body)
        except ValueError:
            return status, None

    def _once(
        self,
        url: str,
        params: Mapping[str, Any],
        secret_params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        accept: Collection[int],
        expect: str,
        form: Mapping[str, str] | None,
    ) -> Answer:
        host, path = address(url).netloc, address(url).path
        self._wait(host)
        request: dict[str, Any] = {
            "params": {**params, **(secret_params or {})},
            "headers": dict(headers or {}),
        }
        asked: dict[str, Any] = {"method": "GET", "url": url, "params": dict(params)}
        if form is not None:
            request["data"] = dict(form)
            asked |= {"method": "POST", "form": dict(form)}
        secret = bool(secret_params or headers)
        try:
            status, kept, body, too_large = self._exchange(
                asked["method"], url, request, secret=secret, follow=form is None
            )
        except _Again as error:
            self.statuses[str(error)] += 1
            self.limiter.learn(host, {})
            raise
        self.statuses[str(status)] += 1
        self.limiter.learn(host, kept, body)
        if too_large:
            raise QueryFailed(f"{host} answered {path} with more than {LARGEST_BODY / 1e6:,.0f} MB")
        if status in accept:
            if expect == "json" and not _is_json(body):
                raise _Again("a body that is no JSON" + _as_what(kept))
            return Answer(body, status, kept, asked)
        if status in RETRIED:
            wait = asked_wait(kept, body, now=self.limiter.clock())
            if wait is not None:
                self._check_wait(wait, host)
            raise _Again(f"status {status}", wait)
        if status in (401, 403):
            why = "needs a login or key" if status == 401 else "blocked the request"
            raise Blocked(f"{host} {why} ({path}: status {status}{_as_what(kept)})")
        raise QueryFailed(f"{host} answered {path} with status {status}{_as_what(kept)}")

    def _exchange(
        self,
        method: str,
        url: str,
        request: Mapping[str, Any],
        *,
        secret: bool = True,
        follow: bool = False,
    ) -> tuple[int, dict[str, str], str, bool]:
        """Status, headers, body, and whether the body was too large; without any secret in them."""
        import httpx

        client = self._client
        try:
            status, kept, body, too_large = within(
                min(LONGEST_ANSWER, self.budget.left),
                lambda: exchange(client, method, url, request, secret=secret, follow=follow),
            )
        except TooLong:
            if self._given is None:  # its thread may hang for ever: let it go with its client
                self._client = new_client()
            self.budget.check_time()
            raise _Again("no end of its answer") from None
        except Moved as error:
            raise Blocked(str(error)) from None
        except Unreadable as error:
            raise _Again(str(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            # `from None`: the text of the error may hold the address with a key in it.
            raise _Again(type(error).__name__) from None
        return status, self.secrets.without_values(kept), self.secrets.without(body), too_large

    def _wait(self, host: str) -> None:
        self.budget.check_time()
        wait = self.limiter.wait_for(host)
        if wait > 0:
            self._check_wait(wait, host)
            self.limiter.wait(host)

    def _pause(self, seconds: float, url: str) -> None:
        if seconds > 0:
            self._check_wait(seconds, address(url).netloc)
            self.limiter.sleep(seconds)

    def _check_wait(self, wait: float, host: str) -> None:
        if wait > LONGEST_WAIT:
            raise Stopped(f"{host} asks to wait {wait / 60:,.0f} minutes")
        self.budget.check_wait(wait, host=host)
        if wait > 5:
            self._tell(f"Waiting {wait:,.0f} s, as {host} asks.")


def _is_json(body: str) -> bool:
    try:
        loads(body)
    except ValueError:
        return False
    return True


def _as_what(headers: Mapping[str, str]) -> str:
    kind = headers.get("content-type", "").split(";")[0][:60]
    return f", {kind}" if kind and "json" not in kind and kind.isprintable() else ""
