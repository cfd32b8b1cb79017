"""Keys and tokens that come back in an answer: taken out before anything is kept or shown."""

from __future__ import annotations

import re
from collections.abc import Mapping

MARK = "[secret]"
SHORTEST = 6  # characters; less is a word of any text
# Signs of a spelling other than the plain one: \u0061, \/, %61, &#97;
_SPELLED = re.compile(r"\\[u/]|%[0-9A-Fa-f]{2}|&#")


class Secrets:
    """The keys and tokens of a run, in every spelling of an answer."""

    def __init__(self) -> None:
        self._known: dict[str, re.Pattern[str]] = {}

    def know(self, *values: str | None) -> None:
        """Remember secrets; a header such as `Bearer TOKEN` counts as its last word as well."""
        for value in values:
            for word in {value or "", (value or "").rsplit(" ", 1)[-1]}:
                if len(word) >= SHORTEST and word not in self._known:
                    self._known[word] = re.compile("".join(map(_spelling, word)))

    def without(self, text: str) -> str:
        """A text without them."""
        spelled = bool(self._known) and bool(_SPELLED.search(text))
        for word in sorted(self._known, key=len, reverse=True):
            text = text.replace(word, MARK)
            if spelled:
                text = self._known[word].sub(MARK, text)
        return text

    def without_values(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers without them."""
        return {name: self.without(value) for name, value in headers.items()}


def _spelling(sign: str) -> str:
    code = ord(sign)
    ways = [re.escape(sign), rf"\\u(?i:{code:04x})", rf"%(?i:{code:02x})", rf"&#{code};"]
    ways.append(rf"&#[xX](?i:{code:x});")
    if sign == "/":
        ways.append(r"\\/")
    return f"(?:{'|'.join(ways)})"
