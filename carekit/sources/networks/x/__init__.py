"""X: posts of all versions of its interfaces, as files and from API v2."""

from carekit.sources.networks.x.files import FORMATS, recognises
from carekit.sources.networks.x.live import X as KIND
from carekit.sources.networks.x.posts import read

__all__ = ["FORMATS", "KIND", "read", "recognises"]
