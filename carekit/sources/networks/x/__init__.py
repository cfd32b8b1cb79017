"""X: posts of all versions of its interfaces, as files and from API v2."""

from carekit.sources.networks.x.files import (
    ACADEMIC,
    ARCHIVE,
    FORMAT,
    TWARC,
    TWARC_CSV,
    recognises,
)
from carekit.sources.networks.x.live import KIND
from carekit.sources.networks.x.posts import read

FORMATS = (FORMAT, TWARC, ARCHIVE, TWARC_CSV, ACADEMIC)

__all__ = ["FORMATS", "KIND", "read", "recognises"]
