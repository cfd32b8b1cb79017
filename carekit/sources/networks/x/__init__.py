"""X: posts of all versions of its interfaces, as files and from API v2."""

from carekit.sources.networks.x.live import KIND
from carekit.sources.networks.x.posts import FORMAT, TWARC, read, recognises

FORMATS = (FORMAT, TWARC)

__all__ = ["FORMATS", "KIND", "read", "recognises"]
