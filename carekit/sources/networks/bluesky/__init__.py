"""Bluesky: feeds, threads and records, as files and from the AppView."""

from carekit.sources.networks.bluesky.live import KIND
from carekit.sources.networks.bluesky.posts import FORMAT, read, recognises

FORMATS = (FORMAT,)

__all__ = ["FORMATS", "KIND", "read", "recognises"]
