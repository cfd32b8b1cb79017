"""Sentences: a message and a language give text. Every word stands in the catalogues.

`locales/fr.po` and `locales/en.po` are read as they are (no compiled file to forget). A pattern is
picked by its key; its placeholders are values, `{rate}`, and the ends of their intervals,
`{rate_low}`, `{rate_high}`; `_abs` after a name leaves out the sign.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from carekit.errors import InputError
from carekit.report import format as fmt
from carekit.report.model import Message, Value

LOCALES = Path(__file__).with_name("locales")
LANGUAGES = ("fr", "en")
# Kinds whose values are codes: their names stand in the catalogues under `<kind>.<value>`.
CODES = frozenset(("network", "category", "definition", "criterion", "rating", "code"))
# Placeholders that hold the name of a brand: cut where it is too long for a sentence.
NAMES = frozenset(("brand", "peer", "name"))
LONGEST_NAME = 44
# What separates names from the words around them where a name runs from right to left.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_PLACE = re.compile(r"\{(\w+)\}")


@cache
def catalogue(lang: str) -> dict[str, tuple[str, ...]]:
    """Key → its pattern, or its patterns for one and for many."""
    if lang not in LANGUAGES:
        raise InputError(
            f"`lang` is {lang!r}; {' or '.join(LANGUAGES)} was expected. Write one of these."
        )
    from babel.messages.pofile import read_po

    with (LOCALES / f"{lang}.po").open("rb") as file:
        entries = read_po(file, locale=lang)
    made: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if entry.id:
            text = entry.string
            several = text if isinstance(text, tuple | list) else (text,)
            made[str(entry.context)] = tuple(map(str, several))
    return made


def say(message: Message, lang: str) -> str:
    """A message as text, typography included.

    Examples
    --------
    >>> say(Message("rate.head", {"brand": Value("text", "Acme"), "rate": Value("share", 0.74)}), "en")
    'Acme answers 74% of requests'
    """
    patterns = catalogue(lang)[message.key]
    pattern = patterns[0]
    if len(patterns) > 1:
        counted = message.values.get(_counted(patterns[1]))
        pattern = patterns[0 if counted is not None and _is_one(counted.value, lang) else 1]
    first = _PLACE.match(pattern)
    text = _PLACE.sub(lambda found: _written(found[1], message, lang), pattern)
    if first and first[1] in message.values and message.values[first[1]].kind != "text":
        text = text[:1].upper() + text[1:]
    # A name that ends in a full stop ends the sentence as well.
    return text[:-1] if pattern.endswith("}.") and text.endswith("..") else text


def code(kind: str, value: Any, lang: str) -> str:
    """The name of a code; a code that the catalogues do not know as it is."""
    known = catalogue(lang).get(f"{kind}.{value}")
    return known[0] if known else fmt.label(value)


def heading(key: str, lang: str) -> str:
    """The heading of a column."""
    known = catalogue(lang).get(f"col.{key}")
    return known[0] if known else fmt.label(key)


def ui(key: str, lang: str, **values: str) -> str:
    """A fixed word of the writers; `values` fill its placeholders."""
    known = catalogue(lang).get(f"ui.{key}")
    text = known[0] if known else key
    return _PLACE.sub(lambda found: values.get(found[1], ""), text)


def placeholders(pattern: str) -> set[str]:
    """The placeholders of a pattern."""
    return set(_PLACE.findall(pattern))


def apart(name: str) -> str:
    """A name that runs from right to left, kept from turning the words around it."""
    return f"\u2068{name}\u2069" if _RIGHT_TO_LEFT.search(name) else name


def _counted(pattern: str) -> str:
    """The placeholder that decides between one and many: the first count that is named so."""
    names = _PLACE.findall(pattern)
    return next((n for n in ("n", "m", "k") if n in names), names[0])


def _is_one(value: Any, lang: str) -> bool:
    number = abs(float(value or 0))
    return number < 2 if lang == "fr" else number == 1


def _written(name: str, message: Message, lang: str) -> str:
    plain = name.removesuffix("_abs")
    value, kind = _raw(plain, message)
    if kind in CODES:
        return code(kind, value, lang)
    if kind == "points" and plain != name:
        return fmt.points(value, lang, signed=False) if value is not None else "–"
    if kind == "text":
        text = fmt.clean(value)
        text = fmt.label(text, LONGEST_NAME) if name in NAMES else text
        return ", ".join(map(apart, text.split(", ")))  # each name of a list by itself
    if kind == "dates":
        start, end = str(value).split("/")
        return fmt.days(start, end, lang)
    if kind == "share" and value is not None:
        whole = plain if plain in message.values else plain.rpartition("_")[0]
        return fmt.share(value, lang, places=fmt.decimals(message.values[whole]))
    return fmt.write(Value(kind, value), lang)


def _raw(name: str, message: Message) -> tuple[Any, Any]:
    """What a placeholder stands for, and its kind."""
    if name in message.values:
        return message.values[name].value, message.values[name].kind
    stem, _, end = name.rpartition("_")
    if stem in message.values and end in {"low", "high"}:
        value = message.values[stem]
        return (value.low if end == "low" else value.high), value.kind
    raise KeyError(f"{message.key}: no value for {{{name}}}")
