"""snscrape: items of all its modules, as files; and what of it still lives."""

from carekit.sources.networks.snscrape.live import KIND
from carekit.sources.networks.snscrape.posts import FORMAT, read

FORMATS = (FORMAT,)

__all__ = ["FORMATS", "KIND", "read"]
