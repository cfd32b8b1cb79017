"""Telegram Desktop: the chats of an exported `result.json` → drafts.

A text may be a list of fragments. In a channel the channel itself writes: the brand. Messages about
the chat (somebody joined, a title changed) are no posts. `date` is local time of the machine that
exported; `date_unixtime`, where it is there, is exact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from carekit.errors import InputError, MissingExtraError
from carekit.sources.collecting.limits import QueryFailed
from carekit.sources.collecting.source import (
    LOOKUP,
    Ask,
    Estimate,
    Page,
    Query,
    Source,
    StoredPage,
    in_a_row,
)
from carekit.sources.collecting.web import Answer
from carekit.sources.files.formats import Options, Sample
from carekit.sources.files.json_items import json_format
from carekit.sources.found import Draft, Found, LeftOut, Problem, guarded
from carekit.sources.networks.selections import CHANNEL_POSTS
from carekit.sources.networks.values import (
    TORN,
    first_ident,
    first_item,
    ident,
    inner,
    listed,
    moment,
    read_item,
    somebody,
    why_unusable,
    words,
)

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

    from carekit.sources.collecting.web import Web

NETWORK = "telegram"
SERVICE = "a service message, no post"
OTHER = "a part of the export that is no chat"
_CHANNEL = "channel"


def read(value: Any, options: Options) -> Iterator[Found]:
    """The messages of an exported chat, or of all chats of an export.

    A channel that the export holds, or that is listed among the accounts (`channel123`), is the brand's
    wherever it writes: also in the group where its readers discuss, whose posts open a thread each
    there.
    """
    chats: list[Mapping[str, Any]] = []
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
        elif isinstance(inner(each, "messages"), list):
            chats.append(each)
        elif any(isinstance(inner(each, name), Mapping) for name in ("chats", "left_chats")):
            lists = (listed(each, name, "list") for name in ("left_chats", "chats"))
            stack += [chat for some in lists for chat in reversed(some)]
        elif isinstance(each, Mapping) and each.get("type") in ("message", "service"):
            chats.append({"messages": [each]})
        else:
            problem = None if isinstance(each, Mapping) and TORN in each else why_unusable(each)
            yield Problem(problem) if problem else LeftOut(OTHER)
    brands = {
        f"{_CHANNEL}{ident(chat.get('id'))}": words(chat.get("name")) or ""
        for chat in chats
        if _CHANNEL in str(chat.get("type"))
    }
    brands |= {a: a for n, a in options.accounts if n == NETWORK}
    for chat in chats:
        announced: dict[str, str] = {}  # post of a channel in a group → that channel
        for message in chat["messages"]:
            yield from read_item(_message, message, chat, brands, announced)


def _message(
    message: Any,
    chat: Mapping[str, Any],
    brands: Mapping[str, str],
    announced: dict[str, str],
) -> Iterator[Found]:
    if message.get("type", "message") != "message":
        yield LeftOut(SERVICE)
        return
    chat_id, kind = ident(chat.get("id")), str(chat.get("type") or "")
    native = _native(chat_id, ident(message.get("id")))
    author, name = first_ident(message, "from_id", "actor_id"), words(message.get("from"))
    is_chat = author is not None and chat_id is not None and author == _CHANNEL + chat_id
    is_chat = is_chat or (_CHANNEL in kind and author is None)
    account = brands.get(_CHANNEL + (chat_id or "") if is_chat else author or "")
    if is_chat:
        account = account or words(chat.get("name"))
    elsewhere = ident(message.get("reply_to_peer_id"))
    peer = elsewhere.removeprefix(_CHANNEL) if elsewhere else chat_id
    answered = _native(peer, ident(message.get("reply_to_message_id")))
    if account and native and not is_chat:
        announced[native] = account
    below = None if account else announced.get(answered or "")
    made: Draft = {
        "native_id": native,
        "network": NETWORK,
        "surface": "brand_page" if kind.startswith("public_") else None,
        # A name is anybody's; only an id tells who writes.
        "author": author or account or somebody(name),
        "author_handle": account,
        "author_role": "brand" if account else None,
        "account": account or below,
        "created_at": moment(message.get("date_unixtime")) or moment(message.get("date")),
        "text": text_of(message.get("text")) or text_of(message.get("caption")),
        "reply_to": None if below else answered,
        "visibility": "public" if kind.startswith("public_") else "private",
    }
    yield made


def _native(chat: str | None, number: str | None) -> str | None:
    return number if number is None or chat is None else f"{chat}/{number}"


def text_of(value: Any) -> str | None:
    """A text or a list of fragments as one text; people named without a handle get their id."""
    if not isinstance(value, list):
        return words(value)
    parts = []
    for fragment in value:
        who = ident(inner(fragment, "user_id"))
        if inner(fragment, "type") == "mention_name" and who is not None:
            parts.append(f"@user{who}")
        else:
            plain = inner(fragment, "text") if isinstance(fragment, Mapping) else fragment
            parts.append(words(plain) or "")
    return "".join(parts)


def recognises(sample: Sample) -> bool:
    """True for a chat with its messages, or an export that lists chats."""
    first = first_item(sample.json)
    chats = inner(first, "chats", "list") or inner(first, "left_chats", "list")
    return isinstance(chats, list) or (
        isinstance(first.get("messages"), list) and "type" in first and "id" in first
    )


def soup(html: str) -> BeautifulSoup:
    """The page, read."""
    try:
        from bs4 import BeautifulSoup
    except ImportError as error:
        raise MissingExtraError("beautifulsoup4", "collect", "Reading Telegram") from error
    return BeautifulSoup(html, "html.parser")


def numbers(page: BeautifulSoup) -> list[int]:
    """The numbers of the messages on a page."""
    found = (str(m["data-post"]).rsplit("/", 1)[-1] for m in page.select("[data-post]"))
    return [int(n) for n in found if n.isdecimal() and len(n) < 16]


def read_preview(html: str, *, seen_at: datetime | None = None) -> Iterator[Found]:
    """The messages of a page as t.me sent it, the oldest first."""
    for message in soup(html).select("[data-post]"):
        channel, _, number = str(message["data-post"]).rpartition("/")
        if not channel or not number.isdecimal() or len(number) > 15:
            yield Problem("a message has no number")
        elif "service_message" in (message.get("class") or []):
            yield LeftOut(SERVICE)
        else:
            yield from guarded(_preview_draft, message, channel, number, seen_at)


def _preview_draft(
    message: Tag, channel: str, number: str, seen_at: datetime | None
) -> Iterator[Found]:
    time = message.select_one("time[datetime]")
    # A message that answers another shows a piece of that one's text first.
    text = next((t for t in message.select(".tgme_widget_message_text")
                 if t.find_parent(class_="tgme_widget_message_reply") is None), None)  # fmt: skip
    answered = message.select_one("a.tgme_widget_message_reply[href]")
    yield {
        "native_id": f"{channel}/{number}",
        "network": NETWORK,
        "surface": "brand_page",
        "author": channel,
        "author_role": "brand",
        "account": channel,
        "created_at": moment(str(time["datetime"])) if time is not None else None,
        "text": _preview_words(text),
        "reply_to": _answered(str(answered["href"])) if answered is not None else None,
        "observed_at": seen_at,
    }


def _preview_words(text: Any) -> str | None:
    if text is None:
        return None
    for line_end in text.find_all("br"):
        line_end.replace_with("\n")
    return words(text.get_text())


def _answered(address: str) -> str | None:
    """https://t.me/CHANNEL/NUMBER → CHANNEL/NUMBER."""
    parts = address.split("?")[0].rstrip("/").split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 and parts[-1].isdecimal() else None


PAGE = 20


class Telegram(Source):
    """The public preview of channels. Targets: their names."""

    name = network = "telegram"
    what = "what public channels announce"
    targets = "names of public channels"
    base = "https://t.me"
    terms = "Public channels only; ask slowly, honour deletions (run --refresh)."
    selection = CHANNEL_POSTS
    pace = 1.5
    versions: tuple[str, ...] = ("httpx", "beautifulsoup4")

    @classmethod
    def make(cls, ask: Ask, web: Web) -> Telegram:
        """The source; it needs no key."""
        targets = tuple(
            t.removeprefix("https://t.me/").removeprefix("s/").removeprefix("@")
            for t in ask.targets
        )
        wrong = [t for t in targets if not t.replace("_", "").isalnum()]
        if wrong:
            raise InputError(
                f"`targets` holds {wrong[0]!r}; expected the name of a public channel, such as acmenews."
                " Correct it."
            )
        return cls(replace(ask, targets=targets), web=web, base_url=ask.base_url or cls.base)

    def accounts(self) -> Sequence[str]:
        return self.ask.targets

    def queries(self) -> Sequence[Query]:
        return [Query("channel", target) for target in self.ask.targets]

    def estimate(self) -> Estimate:
        """The number of the latest message tells how many there were at most."""
        latest = 0
        for target in self.ask.targets:
            latest += max(numbers(soup(self._get(target, None).body)), default=0)
        pages = -(-latest // PAGE)
        return Estimate(pages, pages * self.pace, 0.0, f"{latest:,} messages at most.")

    def pages(self, query: Query, cursor: str | None) -> Iterator[Page]:
        if query.kind == LOOKUP:
            channel, _, number = query.key.rpartition("/")
            yield self._page(channel, str(int(number) + 1))
            return
        yield from in_a_row(lambda at: self._page(query.key, at), cursor)

    def _get(self, channel: str, before: str | None) -> Answer:
        return self.web.get(
            f"{self.base_url}/s/{channel}", params={"before": before}, expect="text"
        )

    def _page(self, channel: str, before: str | None) -> Page:
        answer = self._get(channel, before)
        page = soup(answer.body)
        found = numbers(page)
        if not found and before is None:
            raise QueryFailed(
                f"{self.host} shows no messages of {channel!r}: there is no such public channel, or "
                "it allows no preview"
            )
        lowest = min(found, default=1)
        # Paging may loop: only a page that goes further down is worth asking for.
        goes_on = lowest > 1 and (before is None or lowest < int(before))
        times = (moment(str(t["datetime"])) for t in page.select("time[datetime]"))
        following = str(lowest) if goes_on and not self.all_before(times) else None
        return Page.of(answer, next_cursor=following, n_items=len(found))

    def read(self, page: StoredPage) -> Iterable[Found]:
        found = list(read_preview(page.body, seen_at=page.fetched_at))
        if page.query.kind == LOOKUP:
            return self.looked_up(found, [page.query.key])
        return self.wanted(found)

    def lookup(self, ids: Sequence[str]) -> Sequence[Query]:
        return [Query(LOOKUP, i) for i in ids if i.rpartition("/")[2].isdecimal()]

    def purge(self, body: str, ids: Collection[str]) -> str:
        """The page without the messages of these ids."""
        page = soup(body)
        gone = [m for m in page.select("[data-post]") if str(m["data-post"]) in ids]
        for message in gone:
            message.clear()
        return str(page) if gone else body


KIND = Telegram

FORMATS = (
    json_format(
        "telegram",
        "Telegram Desktop export (result.json)",
        recognises,
        read,
        title="Telegram messages",
        network="telegram",
    ),
)
