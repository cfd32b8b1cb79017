"""Posts in plain signs, and numbers that prove themselves: cards, IBAN, social security."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import numpy as np

from carekit.text.personal_patterns import IBAN_LENGTHS
from carekit.text.prepare import INVISIBLE

_INVISIBLE = re.compile(f"[{INVISIBLE}]|(?<= ) ")
# Signs that stand for a plain one, one for one: spaces and line ends, dashes, the full width.
_PLAIN = str.maketrans(
    dict.fromkeys("\t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000", " ")
    | dict.fromkeys(map(chr, range(0x2000, 0x200B)), " ")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63", "-")
    | {chr(c + 0xFEE0): chr(c) for c in range(0x21, 0x7F)}
    | {"\ufe6b": "@", "\ufe52": "."}
)
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
# What may be otherwise in plain signs, in RE2 syntax: all but letters, signs and emoji in use.
_ODD = "[^ -~¡-¬®-ɏ‘-‟…€☀-➿\U0001f300-\U0001faff]|  "


def all_visible(texts: list[str]) -> list[str]:
    """Each text in plain signs, invisible ones left out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    odd = pc.match_substring_regex(pa.array(texts, type=pa.string()), pattern=_ODD)
    return [visible(t)[0] if o else t for t, o in zip(texts, odd.to_pylist(), strict=True)]


def visible(text: str) -> tuple[str, np.ndarray | None]:
    """The text in plain signs, invisible ones left out, and where each that is kept stood."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text, None
    text = text.translate(_PLAIN)
    if not text.isascii():
        text = _OTHER_DIGIT.sub(lambda m: str(unicodedata.decimal(m[0])), text)
    gone = [m.start() for m in _INVISIBLE.finditer(text)]
    if not gone:
        return text, None
    return _INVISIBLE.sub("", text), np.delete(np.arange(len(text)), gone)


# Lengths by issuer: else one number in ten of a phone's serial or a company's register would pass.
_ISSUER = re.compile(
    r"(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|35\d{14}|3[068]\d{12}|"
    r"6(?:011|4|5|2)\d{12,16})$"
)


def is_card(number: str) -> bool:
    """Whether digits have an issuer's beginning and length, and pass the Luhn check.

    >>> is_card("4111 1111 1111 1111"), is_card("4111 1111 1111 1112")
    (True, False)
    """
    plain = "".join(c for c in number if c.isdigit())
    if not _ISSUER.match(plain) or len(set(plain)) < 2:
        return False
    digits = [int(c) for c in plain]
    doubled = [d * 2 - 9 * (d > 4) if i % 2 else d for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def is_iban(number: str) -> bool:
    """Whether an account number has its country's length and passes the mod-97 check.

    >>> is_iban("GB82 WEST 1234 5698 7654 32"), is_iban("GB83 WEST 1234 5698 7654 32")
    (True, False)
    """
    bare = "".join(c for c in number if c.isalnum()).upper()
    if not bare.isascii() or IBAN_LENGTHS.get(bare[:2]) != len(bare):
        return False
    return int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1


def iban_end(candidate: str) -> int:
    """Length of the IBAN at the start of `candidate`, 0 when there is none."""
    length = IBAN_LENGTHS.get(candidate.replace(" ", "")[:2].upper(), 0)
    seen = 0
    for i, char in enumerate(candidate):
        seen += char.isalnum()
        if length and seen == length:
            return i + 1 if is_iban(candidate[: i + 1]) else 0
    return 0


def is_rib(bank: str, office: str, account: str, key: str) -> bool:
    """Whether French bank details fit their key.

    >>> is_rib("30006", "00001", "12345678901", "89")
    True
    """
    return (89 * int(bank) + 15 * int(office) + 3 * int(account)) % 97 + int(key) == 97


def is_nir(number: str, key: str) -> bool:
    """Whether a French number of social security fits its key; Corsica's 2A and 2B count too.

    >>> is_nir("1 85 05 78 006 084", "91"), is_nir("1 85 05 78 006 084", "92")
    (True, False)
    """
    plain = number.replace(" ", "").replace("2A", "19").replace("2B", "18")
    return int(plain) % 97 + int(key) == 97


_DATE = re.compile(
    r"(?:\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})|\d{4}[-./]\d{1,2}[-./]\d{1,2}|(?:19|20)\d\d)$"
)

# Years in a row, norms and versions: "policy 2021/2022", "reference ISO27001", "dossier Covid19".
_NO_ID = re.compile(
    rf"{_DATE.pattern}|(?:19|20)\d\d(?:[ /-](?:19|20)\d\d)+$|Q[1-4](?:19|20)\d\d$|"
    r"(?:covid|iso|iec|rfc|http|mysql|boeing|airbus|iphone|windows)-?\d{1,5}$|\d+x$",
    re.IGNORECASE,
)


def is_no_id(token: str) -> bool:
    """Whether a token is a date, years or numbers in a row, a norm or a version."""
    groups = token.split(" ")
    in_a_row = len(groups) > 2 and all(int(b) == int(a) + 1 for a, b in pairwise(groups))
    return in_a_row or _NO_ID.match(token) is not None


def is_date(token: str) -> bool:
    """Whether a token is a day or a year."""
    return _DATE.match(token) is not None
