"""What a mapper may find in a raw item: drafts of posts, and things that are none.

A mapper is a pure function that yields these in the order of the source. Importers and collectors
take them apart: drafts go through the door, gaps into the table of threads, problems into
rejected.csv, remarks are counted into warnings.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from carekit.sources.gaps import Gap


class Gone(NamedTuple):
    """The source says that a post is no longer there."""

    network: str
    native_id: str


class Problem(NamedTuple):
    """An item that cannot be read, and why; the reason never holds words of a post."""

    reason: str


class Remark(NamedTuple):
    """Something doubtful about a post that is kept, or why one is left out: to be counted."""

    what: str


class LeftOut(NamedTuple):
    """An item that is no post by its nature (a service message, a stub), and which; counted."""

    reason: str


# A draft holds fields of carekit.sources.drafts.TYPES.
Draft = dict[str, Any]
Found = Draft | Gap | Gone | LeftOut | Problem | Remark
