"""Texts → legal names of questions."""

from __future__ import annotations

import re
import unicodedata


def identifier(text: str) -> str:
    """A name as it is if Python could use it, else its slug."""
    return text if text.isidentifier() and text.isascii() else slug(text)


def slug(text: str) -> str:
    """Text as a legal, lower-case name of at most 60 characters."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60].rstrip("_")
    return f"n{made}" if made[:1].isdigit() else made or "question"


def unique(name: str, taken: set[str]) -> str:
    """`name`, or with the first number that is free."""
    made, number = name, 2
    while made in taken:
        made, number = f"{name}_{number}", number + 1
    return made
