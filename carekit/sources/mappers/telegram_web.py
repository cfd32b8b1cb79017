"""Telegram: the public preview of a channel (t.me/s/NAME) → drafts.

The channel itself writes, so every post is the brand's. What readers comment is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carekit.errors import MissingExtraError
from carekit.sources.found import Draft, Found, LeftOut, Problem
from carekit.sources.mappers.values import moment, words

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

NETWORK = "telegram"
SERVICE = "a service message, no post"


def soup(html: str) -> BeautifulSoup:
    """The page, read.

    Raises
    ------
    MissingExtraError
        If beautifulsoup4 is not installed.
    """
    try:
        from bs4 import BeautifulSoup
    except ImportError as error:
        raise MissingExtraError("beautifulsoup4", "collect", "Reading Telegram") from error
    return BeautifulSoup(html, "html.parser")


def numbers(page: BeautifulSoup) -> list[int]:
    """The numbers of the messages on a page."""
    found = (str(m["data-post"]).rsplit("/", 1)[-1] for m in page.select("[data-post]"))
    return [int(n) for n in found if n.isdecimal()]


def posts(html: str, *, seen_at: datetime | None = None) -> Iterator[Found]:
    """The messages of a page, the oldest first, as the page has them.

    Parameters
    ----------
    html : str
        As t.me sent it.
    seen_at : datetime, optional
        When it was fetched.
    """
    for message in soup(html).select("[data-post]"):
        channel, _, number = str(message["data-post"]).rpartition("/")
        if not channel or not number.isdecimal():
            yield Problem("a message has no number")
        elif "service_message" in (message.get("class") or []):
            yield LeftOut(SERVICE)
        else:
            yield _draft(message, channel, number, seen_at)


def _draft(message: Tag, channel: str, number: str, seen_at: datetime | None) -> Draft:
    time = message.select_one("time[datetime]")
    # A message that answers another shows a piece of that one's text first.
    text = next((t for t in message.select(".tgme_widget_message_text")
                 if t.find_parent(class_="tgme_widget_message_reply") is None), None)  # fmt: skip
    answered = message.select_one("a.tgme_widget_message_reply[href]")
    return {
        "native_id": f"{channel}/{number}",
        "network": NETWORK,
        "surface": "brand_page",
        "author": channel,
        "author_role": "brand",
        "account": channel,
        "created_at": moment(str(time["datetime"])) if time is not None else None,
        "text": _words(text),
        "reply_to": _answered(str(answered["href"])) if answered is not None else None,
        "observed_at": seen_at,
    }


def _words(text: Any) -> str | None:
    if text is None:
        return None
    for line_end in text.find_all("br"):
        line_end.replace_with("\n")
    return words(text.get_text())


def _answered(address: str) -> str | None:
    """https://t.me/CHANNEL/NUMBER → CHANNEL/NUMBER."""
    parts = address.split("?")[0].rstrip("/").split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 and parts[-1].isdecimal() else None
