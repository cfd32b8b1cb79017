"""Mastodon and servers that speak its API: statuses and contexts → drafts.

The id of a status means something on one server only, so `instance:id` is its native id. A server
shows what reached it: a thread that began elsewhere may have replies that it never saw.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from carekit.sources.accounts import fold
from carekit.sources.found import Draft, Found, Gone, Problem, Remark
from carekit.sources.gaps import Gap
from carekit.sources.networks.bluesky.posts import time_of

NETWORK = "mastodon"
SHOWN = ("public", "unlisted")
# What a server shows of a context to somebody who is not logged in.
ANONYMOUS_ANCESTORS, ANONYMOUS_DESCENDANTS = 40, 60
# A mention without its server: neither an e-mail address nor a whole handle.
_SHORT = re.compile(r"(?<![\w@/.])@([A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)(?![\w@])")
OPT_OUTS = ("#nobot", "#<span>nobot")


def statuses(
    body: Any,
    *,
    instance: str,
    seen_at: datetime,
    brands: Collection[str] = (),
    watched: bool = False,
) -> Iterator[Found]:
    """The statuses of a page: an account's, a hashtag's, or one alone.

    Boosts are no posts of their own and are left out; so are private and direct messages, and the
    posts of people who ask not to be collected (noindex, #nobot).

    Parameters
    ----------
    body : object
        The decoded page: a list of statuses, or one status.
    instance : str
        The server that was asked; see `instance_of` for files.
    seen_at : datetime
        When it was fetched.
    brands : collection of str
        Handles of known accounts, in lower case; they cannot opt out.
    watched : bool
        True if the replies to these statuses were fetched at the same time; otherwise one counts
        as watched for answers only if it says that it has no reply.
    """
    listed = body if isinstance(body, list) else [body]
    for status in listed:
        yield from _status(
            status, instance=instance, seen_at=seen_at, brands=brands, in_thread=watched
        )


def context(
    body: Any,
    *,
    status_id: str,
    instance: str,
    seen_at: datetime,
    brands: Collection[str] = (),
    logged_in: bool = False,
) -> Iterator[Found]:
    """The posts around a status, with what may be missing.

    Parameters
    ----------
    body : object
        The decoded page: ancestors and descendants, and perhaps `status`, the status itself.
    status_id : str
        The status that was asked about, as its server writes the id.
    instance, seen_at, brands
        As for `statuses`.
    logged_in : bool
        False if the context was asked for without a token: servers then cut it short.
    """
    if not isinstance(body, Mapping) or not isinstance(body.get("descendants"), list):
        yield Problem("the page is no context of a status")
        return
    above = [s for s in body.get("ancestors") or [] if isinstance(s, Mapping)]
    below = [s for s in body["descendants"] if isinstance(s, Mapping)]
    own = body.get("status")
    asked = [own] if isinstance(own, Mapping) else []
    top = (above or asked or [{}])[0]
    root = f"{instance}:{top.get('id') or status_id}"
    page = _page_of(top, instance, brands)
    for status in [*above, *asked, *below]:
        for found in _status(
            status, instance=instance, seen_at=seen_at, brands=brands, in_thread=True
        ):
            if isinstance(found, dict):
                found |= {"thread": root}
                if page is not None:
                    found |= {"surface": "brand_page", "account": page}
            elif isinstance(found, Gap):
                found = found._replace(thread=root)
            yield found
    if not logged_in and (len(above) >= ANONYMOUS_ANCESTORS or len(below) >= ANONYMOUS_DESCENDANTS):
        yield Gap(NETWORK, root, "paging")
    if top and _server(top, instance) != instance:
        yield Gap(NETWORK, root, "federation")


def not_found(native_id: str) -> Iterator[Found]:
    """A status that its server says is not there."""
    yield Gone(NETWORK, native_id)


def full_handle(acct: str, instance: str) -> str:
    """The handle of an account with its server, as it is known everywhere.

    Examples
    --------
    >>> full_handle("ann", "social.example"), full_handle("@Bob@other.example", "social.example")
    ('ann@social.example', 'Bob@other.example')
    """
    plain = acct.removeprefix("@")
    return plain if "@" in plain else f"{plain}@{instance}"


def instance_of(statuses: Collection[Any]) -> str | None:
    """The server that some statuses were asked from: that of any author without a server's name.

    Examples
    --------
    >>> instance_of([{"account": {"acct": "ann", "url": "https://social.example/@ann"}}])
    'social.example'
    """
    for status in statuses:
        account = _of(status, "account") if isinstance(status, Mapping) else {}
        acct, url = account.get("acct"), account.get("url")
        if isinstance(acct, str) and acct and "@" not in acct and isinstance(url, str):
            return urlsplit(url).netloc or None
    return None


def _status(
    status: Any,
    *,
    instance: str,
    seen_at: datetime,
    brands: Collection[str],
    in_thread: bool = False,
) -> Iterator[Found]:
    if not isinstance(status, Mapping) or status.get("id") in (None, ""):
        yield Problem("a status has no id")
        return
    native = f"{instance}:{status['id']}"
    account = _of(status, "account")
    acct = account.get("acct")
    if status.get("reblog") or status.get("visibility", "public") not in SHOWN:
        return
    if not _is_known(acct, instance, brands) and _opted_out(account):
        yield Remark("left out: its author asks not to be collected (noindex or #nobot)")
        # The reply may have been an answer, or the post that was answered.
        if status.get("in_reply_to_id"):
            yield Gap(NETWORK, native, "withheld", 1)
        return
    created = time_of(status.get("created_at"))
    parent = status.get("in_reply_to_id")
    count = status.get("replies_count")
    count = count if isinstance(count, int) and not isinstance(count, bool) else None
    lang = status.get("language")
    made: Draft = {
        "native_id": native,
        "network": NETWORK,
        "author": full_handle(acct, instance) if isinstance(acct, str) and acct else None,
        "author_handle": acct if isinstance(acct, str) and acct and "@" not in acct else None,
        "created_at": created,
        "text": _text(status, instance),
        "lang": lang.split("-")[0].lower() if isinstance(lang, str) and lang else None,
        "reply_to": f"{instance}:{parent}" if parent else None,
        "thread": None if parent else native,
        "observed_at": seen_at if in_thread or count == 0 else created,
        "n_replies": count,
        "problem": None if created else "created_at is no time that can be read",
    }
    yield made


def _opted_out(account: Mapping[str, Any]) -> bool:
    note = str(account.get("note") or "").lower()
    return account.get("noindex") is True or any(word in note for word in OPT_OUTS)


def _is_known(acct: Any, instance: str, brands: Collection[str]) -> bool:
    if not isinstance(acct, str) or not acct:
        return False
    names = {acct, full_handle(acct, instance)}
    return any(fold(NETWORK, name) in brands for name in names)


def _page_of(top: Mapping[str, Any], instance: str, brands: Collection[str]) -> str | None:
    acct = _of(top, "account").get("acct")
    known = isinstance(acct, str) and _is_known(acct, instance, brands)
    return full_handle(str(acct), instance) if known else None


def _server(status: Mapping[str, Any], instance: str) -> str:
    acct = _of(status, "account").get("acct")
    name = full_handle(acct, instance) if isinstance(acct, str) and acct else f"@{instance}"
    return name.rsplit("@", 1)[1]


def _text(status: Mapping[str, Any], instance: str) -> str | None:
    content, warning = status.get("content"), status.get("spoiler_text")
    if not isinstance(content, str):
        return None
    mentions = [
        m
        for m in status.get("mentions") or []
        if isinstance(m, Mapping) and isinstance(m.get("acct"), str) and m["acct"]
    ]
    handles = {str(m.get("url")): full_handle(m["acct"], instance) for m in mentions}
    names = {
        str(name).lower(): full_handle(m["acct"], instance)
        for m in mentions
        for name in (m["acct"], m.get("username") or m["acct"])
    }
    # Not every server makes links of mentions.
    plain = _SHORT.sub(
        lambda match: f"@{names.get(match[1].lower(), match[1])}",
        plain_text(content, handles=handles),
    )
    return f"{warning}\n{plain}" if isinstance(warning, str) and warning else plain


class _Plain(HTMLParser):
    """Words of the HTML of a status; a mention becomes the whole handle."""

    def __init__(self, handles: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._handles, self._skip = handles, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.words.append("\n")
        elif tag == "a":
            handle = self._handles.get(dict(attrs).get("href") or "")
            if handle:
                self.words.append(f"@{handle}")
                self._skip = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._skip = False
        elif tag in ("p", "li", "blockquote", "pre"):
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.words.append(data)


def plain_text(html: str, *, handles: Mapping[str, str]) -> str:
    """The words of a status: `<br>` and `</p>` become line ends, mentions whole handles.

    Parameters
    ----------
    html : str
    handles : mapping of str to str
        Address of a mentioned account → its handle with its server; the text shows it without.

    Examples
    --------
    >>> plain_text('<p><a href="u">@<span>ann</span></a> one<br>two &amp; three</p>',
    ...            handles={"u": "ann@social.example"})
    '@ann@social.example one\\ntwo & three'
    """
    parser = _Plain(handles)
    parser.feed(html)
    parser.close()
    return "".join(parser.words).strip()


def _of(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, Mapping) else {}
