"""YouTube: comments and their replies, as files and through the Data API."""

from carekit.sources.networks.youtube.live import KIND
from carekit.sources.networks.youtube.posts import FORMAT, TABLE, read, recognises

FORMATS = (FORMAT, TABLE)

__all__ = ["FORMATS", "KIND", "read", "recognises"]
