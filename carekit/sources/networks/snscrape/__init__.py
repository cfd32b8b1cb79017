"""snscrape: items of all its modules, as files; and what of it still lives."""

from carekit.sources.networks.snscrape.live import Snscrape as KIND
from carekit.sources.networks.snscrape.posts import FORMATS, read

__all__ = ["FORMATS", "KIND", "read"]
