"""Asking a server politely: one client, waits between requests, retries after what can pass.

Only GET is retried, and only after 429, 5xx, a broken connection, or a body that is not what it
says it is. Keys and tokens go into requests and nowhere else.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from carekit.errors import CarekitError, MissingExtraError
from carekit.sources.collecting.budget import Budget, Stopped
from carekit.sources.collecting.limits import Limiter, asked_wait

if TYPE_CHECKING:
    import httpx

# Everything else in a header is noise, or could name somebody.
KEPT_HEADERS = (
    "date content-type link retry-after etag ratelimit-limit ratelimit-remaining ratelimit-reset "
    "x-ratelimit-limit x-ratelimit-remaining x-ratelimit-reset x-rate-limit-limit "
    "x-rate-limit-remaining x-rate-limit-reset"
).split()
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
ATTEMPTS = 6
LONGEST_WAIT = 900.0

# stamina tells of each retry; without a handler Python would print that to standard error.
logging.getLogger("stamina").addHandler(logging.NullHandler())


class QueryFailed(CarekitError):
    """One query cannot be answered; others may be."""


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
        """The body, read."""
        return json.loads(self.body)


class Web:
    """A polite HTTP client.

    Parameters
    ----------
    client : httpx.Client, optional
        By default one with a time limit of 30 s that follows redirects.
    limiter : Limiter, optional
    budget : Budget, optional
        Waits beyond its end stop the run.
    tell : callable, optional
        Called with a sentence when a wait of more than 5 s begins.
    attempts : int
        How often a request is made before it counts as failed.
    first_wait : float
        Seconds before the second attempt where the server does not say; it doubles each time.

    Raises
    ------
    MissingExtraError
        If httpx or stamina is not installed.
    """

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
        import carekit

        try:
            import httpx
            import stamina  # noqa: F401 - say it now, not at the first error of a server
        except ImportError as error:
            raise MissingExtraError(error.name or "httpx", "collect", "Collecting") from error
        self._owns = client is None
        self._client = client or httpx.Client(
            timeout=30.0,
            follow_redirects=True,
            headers={"user-agent": f"carekit/{carekit.__version__} (research; polite)"},
        )
        self.limiter = limiter or Limiter()
        self.budget = budget or Budget()
        self._tell, self._attempts, self._first_wait = tell, attempts, first_wait
        self.statuses: Counter[str] = Counter()

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *error: object) -> None:
        if self._owns:
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
        """One GET, repeated where that can help.

        Parameters
        ----------
        url : str
        params : mapping, optional
            Of the query; they are kept with the page. None values are left out.
        secret_params, headers : mapping, optional
            Keys and tokens: sent, never kept.
        accept : collection of int
            Statuses that are answers, beside errors of the server.
        expect : {"json", "text"}
            What the body is; a JSON body that cannot be read is asked for again.
        form : mapping, optional
            Sent as a POST: for sites that answer a question only so. It must change nothing there,
            because it is repeated as a GET is; it is kept with the page.

        Returns
        -------
        Answer

        Raises
        ------
        Stopped
            If the server asks for a wait that is too long, or cannot be reached.
        Blocked
            On 401 and 403 that are not in `accept`.
        QueryFailed
            On any other status, or if the answers stay unreadable.
        """
        import stamina

        host, path = urlsplit(url).netloc, urlsplit(url).path
        asked = {k: v for k, v in (params or {}).items() if v is not None}

        def hook(error: Exception) -> bool | float:
            if not isinstance(error, _Again):
                return False
            wait = error.wait
            return True if wait is None else wait

        last: _Again | None = None
        try:
            for attempt in stamina.retry_context(
                on=hook,
                attempts=self._attempts,
                timeout=None,
                wait_initial=self._first_wait,
                wait_max=60.0,
                wait_jitter=self._first_wait / 4,
            ):
                with attempt:
                    return self._once(
                        url, host, path, asked, secret_params, headers, accept, expect, form
                    )
        except _Again as error:
            last = error
        raise _failure(last, host, path, self._attempts)

    def post(
        self, url: str, *, json: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """One POST, for logins: status and body, which are never kept.

        Repeated only after 429, when the server asks to wait: it has done nothing then.

        Raises
        ------
        Stopped
            If the server cannot be reached, or asks for a wait that is too long.
        """
        import httpx

        host = urlsplit(url).netloc
        for _ in range(self._attempts):
            self._wait(host)
            try:
                made = self._client.post(url, json=dict(json), headers=dict(headers or {}))
            except httpx.TransportError as error:
                raise Stopped(f"{host} cannot be reached ({type(error).__name__})") from None
            kept = _kept(made.headers)
            self.statuses[str(made.status_code)] += 1
            self.limiter.learn(host, kept)
            if made.status_code != 429:
                break
            wait = asked_wait(kept, made.text, now=self.limiter.clock())
            self.limiter.hold(host, 30.0 if wait is None else wait)
        try:
            return made.status_code, made.json()
        except ValueError:
            return made.status_code, None

    def _once(
        self,
        url: str,
        host: str,
        path: str,
        params: Mapping[str, Any],
        secret_params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        accept: Collection[int],
        expect: str,
        form: Mapping[str, str] | None,
    ) -> Answer:
        import httpx

        self._wait(host)
        try:
            made = self._client.request(
                "GET" if form is None else "POST",
                url,
                params={**params, **(secret_params or {})},
                headers=dict(headers or {}),
                data=None if form is None else dict(form),
            )
            body = made.text
        except (httpx.TransportError, httpx.DecodingError) as error:
            self.statuses[type(error).__name__] += 1
            self.limiter.learn(host, {})
            # `from None`: the text of the error may hold the address with a key in it.
            raise _Again(f"{type(error).__name__}") from None
        kept = _kept(made.headers)
        self.statuses[str(made.status_code)] += 1
        self.limiter.learn(host, kept, body)
        asked: dict[str, Any] = {"method": "GET", "url": url, "params": dict(params)}
        if form is not None:
            asked |= {"method": "POST", "form": dict(form)}
        answer = Answer(body, made.status_code, kept, asked)
        if made.status_code in accept:
            if expect == "json" and not _is_json(body):
                raise _Again("a body that is no JSON" + _as_what(kept))
            return answer
        if made.status_code in RETRIED:
            wait = asked_wait(kept, body, now=self.limiter.clock())
            if wait is not None:
                self._check_wait(wait, host)
            raise _Again(f"status {made.status_code}", wait)
        if made.status_code in (401, 403):
            why = "needs a login or key" if made.status_code == 401 else "blocked the request"
            raise Blocked(f"{host} {why} ({path}: status {made.status_code}{_as_what(kept)})")
        raise QueryFailed(f"{host} answered {path} with status {made.status_code}")

    def _wait(self, host: str) -> None:
        wait = self.limiter.wait_for(host)
        if wait > 0:
            self._check_wait(wait, host)
            self.limiter.wait(host)

    def _check_wait(self, wait: float, host: str) -> None:
        if wait > LONGEST_WAIT:
            raise Stopped(f"{host} asks to wait {wait / 60:,.0f} minutes")
        self.budget.check_wait(wait, host=host)
        if wait > 5:
            self._tell(f"Waiting {wait:,.0f} s, as {host} asks.")


def _kept(headers: httpx.Headers) -> dict[str, str]:
    return {name: headers[name] for name in KEPT_HEADERS if name in headers}


def _is_json(body: str) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _as_what(headers: Mapping[str, str]) -> str:
    kind = headers.get("content-type", "").split(";")[0]
    return f", {kind}" if kind and "json" not in kind else ""


def _failure(last: _Again | None, host: str, path: str, attempts: int) -> CarekitError:
    what = str(last) if last else "nothing"
    return QueryFailed(f"{host} answered {path} with {what} in {attempts} attempts")
