"""Answers that are points of a scale, and codes beside it that stand for no answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

_RECOMMENDS = re.compile(
    r"recomm|recomen|empfehl|weiterempf|conseilleri|consigli|raccomand|aanbevel|polec|\bnps\b|推奨|おすすめ",
    re.IGNORECASE,
)
_OPEN_END = re.compile(r"more|plus|mehr|más|mas\b|più|meer|mais|over|above|\+", re.IGNORECASE)
STRAY = frozenset(
    {-1, -2, -7, -8, -9, -97, -98, -99, 9, 77, 88, 97, 98, 99, 777, 888, 997, 998, 999, 9999}
)


def holds_a_stray_code(answers: list[str]) -> bool:
    """True for 1 to 5 and 99, or -1: a code that usually stands for no answer."""
    codes = sorted(int(a) for a in answers if re.fullmatch(r"-?\d{1,4}", a))
    stray = [c for c in codes if c in STRAY]
    rest = [c for c in codes if c not in STRAY]
    if len(codes) < len(answers) or len(rest) < 3 or not 1 <= len(stray) <= 3:
        return False
    return rest[-1] - rest[0] == len(rest) - 1 and all(
        c < min(rest[0], 0) or c > rest[-1] + 1 for c in stray
    )


def points_of(
    answers: list[str], labels: Mapping[str, str] | None, *, asks: str = ""
) -> list[float] | None:
    """The numbers of a scale, in the order of its answers; None if the answers are none.

    Five points or more that follow each other, from 0 or 1 or up to 10 (or labelled at their ends),
    are one; so are any from 0 to 10 where a question asks for a recommendation.
    """
    codes = {label: code for code, label in (labels or {}).items()}
    given = [leading(codes.get(a, a)) for a in answers]
    if not given or not all(g is not None for g in given):
        return None
    numbers = [float(g) for g in given if g is not None]
    if _RECOMMENDS.search(asks) and all(n % 1 == 0 and 0 <= n <= 10 for n in numbers):
        return numbers if len(set(numbers)) == len(numbers) > 2 else None
    steps = {b - a for a, b in pairwise(numbers)}
    ends = numbers[0] in (0.0, 1.0) or numbers[-1] == 10.0
    if len(numbers) < 5 or steps != {1.0} or not ends:
        return None
    return numbers


def leading(code: str) -> float | None:
    """The number that an answer is or begins with (10 - very likely); not that of a range (1 - 2 h)."""
    if is_number(code):
        return float(code.replace(",", "."))
    told = re.fullmatch(r"(-?\d{1,2}) ?[-–—=:.)(/ ] ?(\D+)", code.strip())
    if told is None or _OPEN_END.search(told[2]):
        return None
    return float(told[1])


def are_decimals(texts: list[str]) -> bool:
    """True for numbers such as 0,5 and 2,25; 1,2 and 1,3 and 2 may be codes of several answers."""
    pairs = [t.split(",") for t in texts if t.count(",") == 1]
    if not pairs or not all(re.fullmatch(r"-?\d+([.,]\d+)?", t) for t in texts):
        return False
    return any(len(b) > 2 or int(a) >= int(b) or a.lstrip("-") == "0" for a, b in pairs)


def is_number(code: str) -> bool:
    """True for a number alone."""
    return re.fullmatch(r"-?\d+([.,]\d+)?", code) is not None
