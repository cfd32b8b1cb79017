"""Runs one scraper of snscrape and prints its items, a JSON object a line.

Always a process of its own, started by carekit.sources.networks.snscrape.live: snscrape is never imported
anywhere else. This file imports nothing of carekit.

    python -P worker.py SCRAPER TARGET LIMIT [BASE_URL]
"""

from __future__ import annotations

import sys
import warnings
from importlib.machinery import FileFinder
from typing import Any
from urllib.parse import urlsplit, urlunsplit

SCRAPERS = {
    "telegram-channel": ("snscrape.modules.telegram", "TelegramChannelScraper"),
    "weibo-user": ("snscrape.modules.weibo", "WeiboUserScraper"),
}
NOT_INSTALLED, FAILED = 3, 4


def mend_imports() -> None:
    """Give FileFinder the method that snscrape calls and that Python 3.12 took away."""
    if not hasattr(FileFinder, "find_module"):

        def find_module(self: FileFinder, name: str, path: object = None) -> object:
            spec = self.find_spec(name)
            return spec.loader if spec is not None else None

        setattr(FileFinder, "find_module", find_module)  # noqa: B010 - no type checker knows it
    # What it does with the loaders was deprecated when it still worked.
    warnings.simplefilter("ignore", DeprecationWarning)


def redirect(session: Any, base_url: str) -> None:
    """Send every request of a session to another server, paths as they are."""
    import requests.adapters

    scheme, netloc = urlsplit(base_url)[:2]

    class Elsewhere(requests.adapters.HTTPAdapter):
        def send(self, request, *args, **kwargs):
            parts = urlsplit(request.url)
            request.url = urlunsplit((scheme, netloc, parts.path, parts.query, ""))
            return super().send(request, *args, **kwargs)

    for prefix in ("https://", "http://"):
        session.mount(prefix, Elsewhere())


def main(scraper: str, target: str, limit: str, base_url: str | None = None) -> int:
    """Print up to `limit` items; 0, or what went wrong."""
    mend_imports()
    module, name = SCRAPERS[scraper]
    try:
        from importlib import import_module

        made = getattr(import_module(module), name)(target)
    except ModuleNotFoundError as error:
        print(error.name, file=sys.stderr)
        return NOT_INSTALLED
    if base_url:
        redirect(made._session, base_url)
    try:
        for number, item in enumerate(made.get_items(), start=1):
            print(item.json(), flush=True)
            if number >= int(limit):
                break
    except Exception as error:
        # Whatever a page that changed does to it: the kind is enough, a text may hold a name.
        print(type(error).__name__, file=sys.stderr)
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
