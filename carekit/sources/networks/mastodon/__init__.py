"""Mastodon and servers that speak its API: statuses and contexts, as files and live."""

from carekit.sources.networks.mastodon.files import FORMATS, read, recognises
from carekit.sources.networks.mastodon.live import Mastodon as KIND

__all__ = ["FORMATS", "KIND", "read", "recognises"]
