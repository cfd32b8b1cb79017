"""Fragments from which the texts of the sample are composed: en.json and fr.json, to be edited."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from types import SimpleNamespace


@cache
def fragments(lang: str) -> SimpleNamespace:
    """The fragments of a language ("en" or "fr"), by name: lists, or lists by category or tone."""
    text = resources.files(__name__).joinpath(f"{lang}.json").read_text("utf-8")
    return SimpleNamespace(**json.loads(text))
