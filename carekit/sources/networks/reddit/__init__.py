"""Reddit: posts and comments, as files and through praw."""

from carekit.sources.networks.reddit.live import KIND
from carekit.sources.networks.reddit.posts import FORMAT, read

FORMATS = (FORMAT,)

__all__ = ["FORMATS", "KIND", "read"]
