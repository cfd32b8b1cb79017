"""The networks and the files of their tools: one module each, all of them listed here.

A module recognises its files (`FORMATS`), reads what they hold (`read`: a value → drafts, gaps,
problems; pure), and has, where the network can be asked, a live source (`KIND`). Formats, the
choices of the command line and the tables of the docs come from this list.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple

from carekit.errors import InputError

if TYPE_CHECKING:
    from carekit.sources.collecting.source import Source


class Network(NamedTuple):
    """A module here: the names of the formats that it reads, and of its live source."""

    module: str
    formats: tuple[str, ...] = ()
    source: str | None = None


# `auto` asks in this order.
NETWORKS = (
    Network("twcs", ("twcs",)),
    Network("google_play", ("google-play", "play-console"), "google-play"),
    Network("app_store", ("app-store", "app-store-rss")),
    Network("reviews", ("reviews", "reviews-json")),
    Network("fourcat", ("4cat", "4cat-ndjson")),
    Network("crowdtangle", ("crowdtangle",)),
    Network("snscrape", ("snscrape",), "snscrape"),
    Network("chats", ("convokit", "slack", "discord")),
    Network("helpdesks", ("chatwoot", "intercom")),
    Network("x", ("x", "twarc", "x-archive", "twarc-csv", "academictwitter"), "x"),
    Network("bluesky", ("bluesky",), "bluesky"),
    Network("mastodon", ("mastodon", "mastodon-outbox"), "mastodon"),
    Network("reddit", ("reddit",), "reddit"),
    Network("youtube", ("youtube", "youtube-data-tools"), "youtube"),
    Network("zendesk", ("zendesk",)),
    Network("telegram", ("telegram",), "telegram"),
    Network("facebook", ("facebook", "facepager")),
    Network("cfpb", (), "cfpb"),
)
FORMATS = {name: f"{__name__}.{n.module}" for n in NETWORKS for name in n.formats}
SOURCES = {n.source: f"{__name__}.{n.module}" for n in NETWORKS if n.source}


def load_source(name: str) -> type[Source]:
    """The live source of that name."""
    if name not in SOURCES:
        raise InputError(
            f"`source` is {name!r}; expected one of: {', '.join(SOURCES)}. Choose one of these; for "
            "files that you have, use `carekit import`."
        )
    kind: type[Source] = importlib.import_module(SOURCES[name]).KIND
    return kind
