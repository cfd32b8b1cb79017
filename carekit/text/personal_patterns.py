"""Patterns of personal data (lexicons/personal.txt), compiled.

Each starts where a word starts and repeats a bounded number of times: the time they take grows with
the length of the text and no faster.
"""

from __future__ import annotations

import re

from carekit.text.lexicon import read_patterns

_PARTS = read_patterns("personal.txt")


def _one(name: str) -> re.Pattern[str]:
    return re.compile("|".join(_PARTS[name]))


EMAIL, IBAN, RIB, CARD, NIR = map(_one, ("EMAIL", "IBAN", "RIB", "CARD", "NIR"))
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22,
    "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MA": 28, "MC": 27, "MT": 31, "NL": 18,
    "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24,
    "TR": 26,
}  # fmt: skip
PHONE, PHONE_PAIRS, PHONE_WORDS = map(_one, ("PHONE", "PHONE_PAIRS", "PHONE_WORDS"))
TRACKING = _one("TRACKING")
# (kind, pattern): the group `id` is what goes.
NAMED = tuple(
    (kind, re.compile(pattern))
    for kind in ("card", "account")
    for pattern in _PARTS[f"NAMED_{kind.upper()}"]
)
KEYED = tuple((kind, _one(f"KEYED_{kind.upper()}")) for kind in ("account", "order"))
ADDRESS = tuple(re.compile(pattern) for pattern in _PARTS["ADDRESS"])
TRAILING, HANDLE = _one("TRAILING"), _one("HANDLE")
NOT_LOOKED_AT = "|".join(_PARTS["NOT_LOOKED_AT"])
LOOKS = {
    family: "|".join(_PARTS[f"LOOK_{family.upper()}"])
    for family in ("email", "number", "secret", "named", "keyed", "address")
}
# Families of which a text without a digit may hold something.
NO_DIGITS = ("email", "secret")
