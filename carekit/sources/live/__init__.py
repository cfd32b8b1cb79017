"""One collector a network, and how the command line finds it.

A module here has a `KIND` (`carekit.sources.collecting.source.SourceKind`) and is listed in MODULES.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from carekit.errors import InputError

if TYPE_CHECKING:
    from carekit.sources.collecting.source import SourceKind

MODULES = {
    "bluesky": "carekit.sources.live.bluesky",
    "mastodon": "carekit.sources.live.mastodon",
    "reddit": "carekit.sources.live.reddit",
    "x": "carekit.sources.live.x",
    "youtube": "carekit.sources.live.youtube",
    "google-play": "carekit.sources.live.google_play",
    "cfpb": "carekit.sources.live.cfpb",
    "telegram": "carekit.sources.live.telegram",
    "snscrape": "carekit.sources.live.snscrape",
}


def load_source(name: str) -> SourceKind:
    """The source of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in MODULES:
        raise InputError(
            f"`source` is {name!r}; expected one of: {', '.join(MODULES)}. Choose one of these; for "
            "files that you have, use `carekit import`."
        )
    return importlib.import_module(MODULES[name]).KIND
