"""The report made by hand (handmade.py), and the words that it brings along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from . import handmade as handmade_module

# What a brand, a post or a title may hold, and no writer may obey.
HOSTILE = {
    "formula": '=HYPERLINK("http://evil.example","x")',
    "at": "@SUM(1)",
    "plus": "+1",
    "link": "https://evil.example/x",
    "script": "<script>window.pwned = 1</script>",
    "image": '"><img src=x onerror="window.pwned=1">',
    "template": '{{7*7}} ${7*7} #import "x" $x^2$ *b* _i_ @ref <lab> \\u{41} // c',
    "long": "X" * 10_000,
    "rtl": "شركة الاتصالات \u202eevil\u202c חברה",
    "signs": "Marque 🇫🇷🇧🇪 👩\u200d👩\u200d👧 日本語",
    "control": "a\x00b\x07c",
    "excel": "_x0041_ \t=1",
    "accents": "e\u0301\u0302" * 60,
}


@pytest.fixture(scope="session")
def handmade() -> Iterator[Callable[..., Any]]:
    """`handmade(lang, names=…)`: a report whose sentences stand in it, not in the catalogues."""
    from carekit.report import words

    real = words.say

    def say(message: Any, lang: str) -> str:
        own = message.key == "handmade"
        return handmade_module.say(message, lang) if own else real(message, lang)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "say", say)
        yield handmade_module.report


@pytest.fixture(scope="session")
def written(handmade: Callable[..., Any]) -> Callable[..., bytes]:
    """`written("pdf", "fr")`: the bytes of a file, made once; `names` as of `handmade`."""
    from carekit.report import pdf, pptx, xlsx

    ways = {"pdf": pdf.compiled, "xlsx": xlsx.workbook_of, "pptx": pptx.presented}

    @cache
    def made(kind: str, lang: str = "fr", names: tuple[str, ...] = ()) -> bytes:
        return bytes(ways[kind](handmade(lang, **({"names": names} if names else {}))))

    return made


@pytest.fixture(scope="session")
def hostile_names() -> tuple[str, ...]:
    return tuple(HOSTILE.values())


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty picture for every chart, where a test is about words and files."""
    from carekit.report import charts

    empty = '<svg viewBox="0 0 1 1"></svg>'
    monkeypatch.setattr(charts, "_drawn", lambda *asked: empty)
