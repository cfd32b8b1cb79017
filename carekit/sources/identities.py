"""Ids that hold an identity → pseudonyms that keep threads, and the table that leads back.

The address of a Bluesky post holds its author's DID, a web address a handle: whoever reads such an
id knows who wrote. It becomes a keyed pseudonym, the same wherever it stands, so that replies still
find what they answer. The way back is a table beside the pseudonym key, for the owner of the key
only: a refresh needs it, and nothing of it is in a dataset.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from carekit.dataset.privacy import PREFIX, key_file, pseudonym, pseudonym_sql

ID_PREFIX = "p_"
# A regular expression that Python and DuckDB read alike.
HOLDS_IDENTITY = r"://|^did:|@|^/?(u|user|users|profile|people|in)/"
_ID_FIELDS = ("native_id", "reply_to", "thread")
_HOLDS = re.compile(HOLDS_IDENTITY)


def safe_id(key: bytes, network: str, native_id: str | None) -> str | None:
    """A native id, or its pseudonym if it holds an identity."""
    if native_id is None or not _HOLDS.search(native_id):
        return native_id
    return ID_PREFIX + pseudonym(key, f"{network} id", native_id).removeprefix(PREFIX)


def rename_draft(draft: dict[str, Any], key: bytes) -> dict[str, str]:
    """Put pseudonyms in place of the ids of a draft that hold an identity: pseudonym → native id."""
    pairs = {}
    for name in _ID_FIELDS:
        native = draft.get(name)
        if isinstance(native, str) and _HOLDS.search(native):
            draft[name] = safe_id(key, str(draft.get("network")), native)
            pairs[draft[name]] = native
    return pairs


def safe_id_sql(key: bytes, network: str, native_id: str) -> str:
    """The same as a DuckDB SQL expression of two others; it holds the key: never log or store it."""
    made = pseudonym_sql(key, f"({network}) || ' id'", native_id)
    holds = f"regexp_matches({native_id}, '{HOLDS_IDENTITY}')"
    renamed = f"'{ID_PREFIX}' || substr({made}, {len(PREFIX) + 1})"
    return f"(CASE WHEN {holds} THEN {renamed} ELSE {native_id} END)"


def ids_file() -> Path:
    """The table of the owner: beside the pseudonym key, readable by its owner only."""
    return key_file().with_name("ids.sqlite")


def keep_ids(pairs: Mapping[str, str], *, forget: Collection[str] = ()) -> bool:
    """Keep pseudonym → native id, forget those of deleted posts; False if there is no place for it."""
    if not pairs and not forget:
        return True
    path = ids_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(path, timeout=30)) as con, con:
            con.execute("PRAGMA secure_delete = ON")
            con.execute("CREATE TABLE IF NOT EXISTS ids (post_id TEXT PRIMARY KEY, native TEXT)")
            con.executemany("INSERT OR REPLACE INTO ids VALUES (?, ?)", pairs.items())
            con.executemany("DELETE FROM ids WHERE post_id = ?", [(i,) for i in forget])
    except (OSError, sqlite3.Error):
        return False
    return True


def native_ids(pseudonyms: Collection[str]) -> dict[str, str]:
    """Pseudonym → native id, as far as the table of the owner knows them."""
    path = ids_file()
    if not pseudonyms or not path.is_file():
        return {}
    try:
        with closing(sqlite3.connect(path, timeout=30)) as con:
            wanted = set(pseudonyms)
            return {p: n for p, n in con.execute("SELECT * FROM ids") if p in wanted}
    except sqlite3.Error:
        return {}
