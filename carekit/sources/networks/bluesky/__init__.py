"""Bluesky: feeds, threads and records, as files and from the AppView."""

from carekit.sources.networks.bluesky.files import FORMAT, read, recognises
from carekit.sources.networks.bluesky.live import KIND

FORMATS = (FORMAT,)

__all__ = ["FORMATS", "KIND", "read", "recognises"]
