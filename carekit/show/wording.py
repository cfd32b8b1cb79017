"""Words around numbers, in English and in French: words.json, which a translator can edit."""

from __future__ import annotations

import json
import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

from carekit.show.numbers import duration
from carekit.show.safe import clean

# Columns that hold values of any other column.
ANY = frozenset("group group_a group_b item other place reference".split())
NAMES = frozenset("brand account author_id post_id request_id figure_id study_id text".split())
LONGEST = 34  # signs of a name beside a figure


@cache
def words() -> dict[str, Any]:
    """The whole of words.json: flags, units, columns, values of columns, and what is said."""
    path = Path(__file__).with_name("words.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def glossary(lang: str = "en") -> dict[str, str]:
    """Every flag that a result may carry, in one sentence each.

    >>> glossary()["n0"]
    'Nothing was counted here, so there is no estimate.'
    """
    return {flag: said[lang] for flag, said in words()["flags"].items()}


def said(key: str, lang: str, *values: Any) -> str:
    """A phrase of words.json with its gaps filled."""
    return str(words()["said"][lang][key]).format(*values)


def heading(column: str, lang: str = "en") -> str:
    """A column as a reader calls it; its own name where there is no other.

    >>> heading("n_answered"), heading("share_leaving")
    ('answered', 'share leaving')
    """
    if found := re.fullmatch(r"within_(\d+)_minutes", column):
        return said("within", lang, duration(float(found[1]), lang=lang).replace(".0", ""))
    known = words()["columns"].get(column, {})
    return str(known.get(lang) or known.get("en") or column.replace("_", " "))


def label(column: str, value: Any, lang: str = "en") -> str:
    """A value of a column as a reader calls it: networks, countries, places.

    >>> label("network", "x"), label("brand", "x"), label("country", "BE", "fr")
    ('X (Twitter)', 'x', 'Belgique')
    """
    if value is None or value != value:
        return said("unknown", lang)
    values = words()["values"]
    sections = values.values() if column in ANY else [values.get(column, {})]
    known = next((found[str(value)] for found in sections if str(value) in found), None)
    if known:
        return str(known[lang])
    text = clean(value)
    # Words of our own, such as those of a ledger or a survey; a name keeps its signs.
    own = column not in NAMES and re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", text)
    return text.replace("_", " ") if own else text


def short(name: str, longest: int = LONGEST) -> str:
    """A name that fits beside a figure: its middle gives way.

    >>> short("The Very Long Name of a Company of Somewhere")
    'The Very Long Nam…any of Somewhere'
    """
    if len(name) <= longest:
        return name
    half = longest // 2
    return f"{name[:half].rstrip()}…{name[-(longest - half - 1) :].lstrip()}"


def folded(name: str) -> str:
    """A name beside a figure: a long one on two lines, a longer one shortened.

    >>> folded("population x internet x social networks")
    'population x internet x\\nsocial networks'
    """
    lines = textwrap.wrap(name, 26) if len(name) > LONGEST else [name]
    return "\n".join(lines) if len(lines) < 3 else short(name)


def unit_name(unit: str, lang: str = "en") -> str:
    """What a value of this unit is, for an axis."""
    return str(words()["units"][unit][lang])
