"""Mastodon and servers that speak its API: statuses and contexts → drafts.

The id of a status means something on one server only, so `instance:id` is its native id. A server
shows what reached it: a thread that began elsewhere may have replies that it never saw.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from carekit.sources.accounts import fold
from carekit.sources.found import Draft, Found, LeftOut, Problem, attempted, guarded
from carekit.sources.gaps import Gap
from carekit.sources.networks.values import (
    CUT,
    TORN,
    Words,
    address,
    ident,
    inner,
    language,
    listed,
    mapping,
    number,
    unmarked,
    utc,
    words,
)

NETWORK = "mastodon"
SHOWN = ("public", "unlisted")
BOOST = "a boost, no post of its own"
PRIVATE = "a private or direct message"
OPTED_OUT = "its author asks not to be collected (noindex or #nobot)"
# What a server shows of a context to somebody who is not logged in.
ANONYMOUS_ANCESTORS, ANONYMOUS_DESCENDANTS = 40, 60
# A mention without its server: neither an e-mail address nor a whole handle.
_SHORT = re.compile(r"(?<![\w@/.])@([A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)(?![\w@])")
OPT_OUTS = ("#nobot", "#<span>nobot")


def statuses(
    body: Any,
    *,
    instance: str,
    seen_at: datetime | None,
    brands: Collection[str] = (),
    watched: bool = False,
) -> Iterator[Found]:
    """The statuses of a page: an account's, a hashtag's, or one alone.

    Boosts are no posts of their own and are left out; so are private and direct messages, and the
    posts of people who ask not to be collected (noindex, #nobot), unless they are a brand's (`brands`:
    handles in lower case). `instance` is the server that was asked. Only with `watched`, if the replies
    were fetched at the same time, or if a status says that it has none, was it watched for answers.
    """
    for each in body if isinstance(body, list) else [body]:
        yield from guarded(_status, each, instance, seen_at, brands, in_thread=watched)


def context(
    body: Any,
    *,
    status_id: str,
    instance: str,
    seen_at: datetime | None,
    brands: Collection[str] = (),
    logged_in: bool = False,
) -> Iterator[Found]:
    """The posts around a status, with what may be missing: ancestors, perhaps the status, descendants.

    `status_id` is the status that was asked about, as its server writes the id. Servers cut a context
    short if it was asked for without a token. The rest is as for `statuses`.
    """
    if not isinstance(inner(body, "descendants"), list):
        yield Problem("the page is no context of a status")
        return
    above, below = listed(body, "ancestors"), body["descendants"]
    asked = [body["status"]] if isinstance(body.get("status"), Mapping) else []
    top = mapping(next(iter([*above, *asked]), None))
    root = f"{instance}:{attempted(ident, top.get('id')) or status_id}"
    acct = attempted(words, inner(top, "account", "acct"))
    page = full_handle(acct, instance) if acct and _is_known(acct, instance, brands) else None
    for each in [*above, *asked, *below]:
        for found in guarded(_status, each, instance, seen_at, brands, in_thread=True):
            if isinstance(found, dict):
                found |= {"thread": root}
                if page is not None:
                    found |= {"surface": "brand_page", "account": page}
            elif isinstance(found, Gap):
                found = found._replace(thread=root)
            yield found
    if not logged_in and (len(above) >= ANONYMOUS_ANCESTORS or len(below) >= ANONYMOUS_DESCENDANTS):
        yield Gap(NETWORK, root, "paging")
    if acct and full_handle(acct, instance).rsplit("@", 1)[1] != instance:
        yield Gap(NETWORK, root, "federation")


def full_handle(acct: str, instance: str) -> str:
    """The handle of an account with its server, as it is known everywhere."""
    plain = acct.removeprefix("@")
    return plain if "@" in plain else f"{plain}@{instance}"


def instance_of(status: Any) -> str | None:
    """The server that a status was asked from, if its author lives there."""
    acct = words(inner(status, "account", "acct"))
    here = acct is not None and acct != "" and "@" not in acct
    return address(inner(status, "account", "url")).netloc or None if here else None


def _status(
    status: Any,
    instance: str,
    seen_at: datetime | None,
    brands: Collection[str],
    *,
    in_thread: bool = False,
) -> Iterator[Found]:
    number_of = ident(inner(status, "id"))
    if number_of is None or TORN in status:
        yield Problem(CUT if TORN in mapping(status) else "a status has no id")
        return
    native, parent = f"{instance}:{number_of}", ident(status.get("in_reply_to_id"))
    account = mapping(status, "account")
    acct = words(account.get("acct")) or ""
    if status.get("reblog"):
        yield LeftOut(BOOST)
        return
    if status.get("visibility", "public") not in SHOWN:
        yield LeftOut(PRIVATE)
        return
    if not _is_known(acct, instance, brands) and _opted_out(account):
        yield LeftOut(OPTED_OUT)
        # The reply may have been an answer, or the post that was answered.
        if parent:
            yield Gap(NETWORK, native, "withheld", 1)
        return
    created, count = utc(status.get("created_at")), number(status.get("replies_count"))
    made: Draft = {
        "native_id": native,
        "network": NETWORK,
        "author": full_handle(acct, instance) if acct else None,
        "author_handle": acct if acct and "@" not in acct else None,
        "created_at": created,
        "text": _text(status, instance),
        "lang": language(status.get("language")),
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


def _is_known(acct: str, instance: str, brands: Collection[str]) -> bool:
    """True if an account is listed as a brand's, with its server or without."""
    names = {acct, full_handle(acct, instance)} if acct else ()
    return any(fold(NETWORK, name) in brands for name in names)


def _text(status: Mapping[str, Any], instance: str) -> str | None:
    """The words of a status, below its warning; mentions with their servers."""
    content, warning = words(status.get("content")), words(status.get("spoiler_text"))
    if content is None:
        return None
    handles, names = {}, {}
    for mention in listed(status, "mentions"):
        if acct := words(inner(mention, "acct")):
            whole = full_handle(acct, instance)
            handles[str(mention.get("url"))] = whole
            names[acct.lower()] = names[str(mention.get("username") or acct).lower()] = whole
    # Not every server makes links of mentions.
    plain = _SHORT.sub(
        lambda match: f"@{names.get(match[1].lower(), match[1])}", plain_text(content, handles)
    )
    return f"{warning}\n{plain}" if warning else plain


class _Status(Words):
    """Words of the HTML of a status; a mention becomes the whole handle."""

    breaks = frozenset({"p", "li", "blockquote", "pre"})

    def __init__(self, handles: Mapping[str, str]) -> None:
        super().__init__()
        self._handles, self._skip = handles, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        handle = self._handles.get(dict(attrs).get("href") or "") if tag == "a" else None
        if handle:
            self.parts.append(f"@{handle}")
            self._skip = True

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        self._skip = self._skip and tag != "a"

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.parts.append(data)


def plain_text(html: str, handles: Mapping[str, str]) -> str:
    """The words of a status: `<br>` and `</p>` become line ends, mentions whole handles.

    `handles` maps the address of a mentioned account to its handle with its server, without which
    the text shows it.
    """
    return unmarked(html, _Status(handles)).strip()
