"""CrowdTangle: posts of pages (or of Instagram accounts) as CSV; comments are counted, never given.

The header varies between exports. Times end in EST or EDT, whatever the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from carekit.sources.files.any_csv import Preset, table_format
from carekit.sources.files.formats import Derived, Sample
from carekit.sources.networks.selections import PAGE_POSTS
from carekit.sources.networks.values import address

ZONES = {"EST": "-05:00", "EDT": "-04:00", "UTC": "+00:00", "GMT": "+00:00"}
_ZONE = re.compile(r"\s+([A-Z]{3,4})$")
NAMES = ("Page Name", "Group Name", "Account", "Name")


def derive(row: Mapping[str, str]) -> tuple[str, str, str, str]:
    """Network, id, time and number of comments of a row, whose column names are in lower case."""
    link = address(row.get("url", "").strip())
    parts = [p for p in link.path.split("/") if p]
    query = dict(p.split("=", 1) for p in link.query.split("&") if "=" in p)
    native = query.get("story_fbid") or query.get("fbid") or (parts[-1] if parts else "")
    if not native:
        raise ValueError("URL does not end in the id of a post")
    network = "instagram" if link.netloc.endswith("instagram.com") else "facebook"
    time = (row.get("post created") or row.get("created") or "").strip()
    zone = _ZONE.search(time)
    if zone is not None:
        if zone[1] not in ZONES:
            raise ValueError("Post Created names a time zone other than EST and EDT")
        time = time[: zone.start()] + ZONES[zone[1]]
    comments = row.get("comments", "").replace(",", "").strip()
    return network, native, time, comments


PRESET = Preset(
    columns={
        "text": ("Message", "Description"),
        "brand": NAMES,
        "account": ("User Name", *NAMES),
        "author_id": ("Facebook Id", "User Name", *NAMES),
    },
    needed=("post_id", "created_at"),
    surface="brand_page",
    role="brand",
    derived=Derived(("network", "post_id", "created_at", "n_replies"), derive),
)


def recognises(sample: Sample) -> bool:
    """True if the header holds the time of a post, its address and the interactions."""
    if sample.header is None:
        return False
    total = any(n.casefold().startswith("total interactions") for n in sample.header.names)
    return total and sample.header.find("URL") is not None


FORMATS = (
    table_format(
        "crowdtangle",
        "CrowdTangle posts of pages (CSV)",
        recognises,
        PRESET,
        title="CrowdTangle posts",
        selection=PAGE_POSTS,
        network="facebook",
    ),
)
