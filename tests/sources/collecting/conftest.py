"""What the tests of collections share: a collection, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from carekit.dataset.folder import open_dataset
from carekit.sources.collecting.collect import collect
from carekit.sources.identities import safe_id


def gather(fake: Any, out: Path, *targets: str, **options: Any) -> Any:
    return collect(
        "bluesky", targets or ("acme.test",), out=out, base_url=fake.url, pace=0, **options
    )


def posts(folder: Path) -> pd.DataFrame:
    return open_dataset(folder).read("posts").set_index("post_id").sort_index()


KEY = ("00" * 32).encode()


def named(uri: str) -> str:
    """The post_id of an address, which holds its author: a pseudonym."""
    return f"bluesky:{safe_id(KEY, 'bluesky', uri)}"


def raw_text(folder: Path) -> str:
    import gzip

    return "".join(
        gzip.decompress(p.read_bytes()).decode() for p in (folder / "raw").rglob("pages-*")
    )
