"""Mastodon and servers that speak its API: statuses and contexts, as files and live."""

from carekit.sources.networks.mastodon.files import FORMAT, OUTBOX, read, recognises
from carekit.sources.networks.mastodon.live import KIND

FORMATS = (FORMAT, OUTBOX)

__all__ = ["FORMATS", "KIND", "read", "recognises"]
