"""Bluesky: feeds, threads and records, as files and from the AppView."""

from carekit.sources.networks.bluesky.live import Bluesky as KIND
from carekit.sources.networks.bluesky.posts import FORMATS, read, recognises

__all__ = ["FORMATS", "KIND", "read", "recognises"]
