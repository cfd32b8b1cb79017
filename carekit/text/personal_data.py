"""Personal data in posts: found, named by kind, redacted.

Rules and checksums, no model: e-mail addresses, phone numbers, IBAN, payment cards, order and
account numbers, postal addresses where they are certain, handles. Names of people are *not* found:
no tool does it on such posts without more harm than good, so a redacted text may still hold names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from carekit.errors import InputError, MissingExtraError
from carekit.text.personal_checks import (
    all_visible,
    iban_end,
    is_card,
    is_date,
    is_nir,
    is_no_id,
    is_rib,
    visible,
)
from carekit.text.personal_patterns import (
    ADDRESS,
    CARD,
    EMAIL,
    HANDLE,
    IBAN,
    KEYED,
    LOOKS,
    NAMED,
    NIR,
    NO_DIGITS,
    NOT_LOOKED_AT,
    PHONE,
    PHONE_PAIRS,
    PHONE_WORDS,
    RIB,
    TRACKING,
    TRAILING,
)
from carekit.text.prepare import as_texts

KINDS = ("email", "iban", "phone", "card", "order", "account", "address")
"""Kinds of personal data, in the order in which they claim a stretch of text."""

PHONE_METHODS = ("patterns", "both")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BOUND = re.compile(r"\{0,\d+\}")
_REGIONS = ("FR", "GB", "US", "BE", "CH", "CA")


class Finding(NamedTuple):
    """One stretch of a text: what it is, where it starts and ends."""

    kind: str
    start: int
    end: int


def find_personal_data(texts: Iterable[Any], *, phones: str = "patterns") -> pd.DataFrame:
    """Where posts hold personal data.

    Parameters
    ----------
    texts : Series or list of str
        Posts; missing allowed.
    phones : {"patterns", "both"}
        "patterns": number plans of France, Belgium, Switzerland, the United Kingdom and North
        America, and any number with a country code. "both": also what the phonenumbers package
        finds for these countries (extra `triage`).

    Returns
    -------
    DataFrame
        One row per finding: `post` (index label of the post), `kind` (one of `KINDS` or "handle"),
        `start`, `end` (positions in the text). The data themselves are not copied.

    Raises
    ------
    InputError
        `texts` holds something else than text, or unknown `phones`.
    MissingExtraError
        `phones="both"` without the phonenumbers package.

    Examples
    --------
    >>> find_personal_data(["write to jo.doe@example.org, order 12345678"]).kind.to_list()
    ['email', 'order']
    """
    _check_phones(phones)
    series = as_texts(texts)
    rows = [
        {"post": label, "kind": f.kind, "start": f.start, "end": f.end}
        for label, text in series.items()
        if text is not None
        for f in find_in(text, phones=phones, handles=True)
    ]
    frame = pd.DataFrame(rows, columns=["post", "kind", "start", "end"])
    return frame.astype({"kind": "string", "start": int, "end": int})


def redact(
    texts: Iterable[Any],
    *,
    kinds: Collection[str] = KINDS,
    pseudonymise: Callable[[str], str] | None = None,
    keep_handles: Collection[str] = (),
    phones: str = "patterns",
) -> pd.Series:
    """Posts with their personal data replaced by the kind in brackets: "[phone]".

    Parameters
    ----------
    texts : Series or list of str
        Posts; missing stays missing.
    kinds : collection of str, default `KINDS`
        What to replace.
    pseudonymise : callable, optional
        Handle without "@" → pseudonym. Given, each handle becomes "@" and its pseudonym, so that
        conversations still link; a keyed hash, never a plain one. Not given, handles stay.
    keep_handles : collection of str
        Handles left as they are, case ignored: the accounts of brands.
    phones : {"patterns", "both"}
        As in `find_personal_data`.

    Returns
    -------
    Series of str
        With the index of `texts`. Redacting twice changes nothing more.

    Raises
    ------
    InputError
        Unknown kind or `phones`, or `texts` holds something else than text.
    MissingExtraError
        `phones="both"` without the phonenumbers package.

    Examples
    --------
    >>> redact(["call me on 06 12 34 56 78 @acme"], pseudonymise=lambda h: "u1").to_list()
    ['call me on [phone] @u1']
    """
    import pyarrow as pa

    _check_phones(phones)
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise InputError(
            f"`kinds` holds {', '.join(map(repr, unknown))}; expected among {', '.join(KINDS)}. "
            "Handles are replaced by giving `pseudonymise`."
        )
    series = as_texts(texts)
    kept = {h.lower().lstrip("@") for h in keep_handles}

    texts_ = [None if t is None else _SURROGATE.sub("\ufffd", t) for t in series.to_numpy()]
    plain = all_visible([t or "" for t in texts_])
    families = _look(pa.array(plain, type=pa.string()))

    def one(text: str, families: list[str]) -> str:
        found = find_in(text, phones=phones, handles=pseudonymise is not None, families=families)
        out, at = [], 0
        for finding in found:
            if finding.kind != "handle":
                if finding.kind not in kinds:
                    continue
                new = f"[{finding.kind}]"
            else:
                handle = text[finding.start + 1 : finding.end]
                if handle.lower() in kept or pseudonymise is None:
                    continue
                new = "@" + pseudonymise(handle)
            out += [text[at : finding.start], new]
            at = finding.end
        return "".join([*out, text[at:]])

    values = [None if t is None else one(t, families.get(i, [])) for i, t in enumerate(texts_)]
    return pd.Series(values, index=series.index, dtype="string")


def find_in(
    text: str,
    *,
    phones: str = "patterns",
    handles: bool = False,
    families: Collection[str] = tuple(LOOKS),
) -> list[Finding]:
    """Personal data of one text, in order, without overlap.

    Zero-width characters inside a number do not hide it. `families`: keys of
    `personal_patterns.LOOKS` to search for; the default is all.
    """
    plain, place = visible(text)
    found: list[Finding] = []
    taken = bytearray(len(plain))
    for kind, start, end in _candidates(plain, families, phones=phones, handles=handles):
        if any(taken[start:end]):
            continue
        taken[start:end] = b"\x01" * (end - start)
        found.append(Finding(kind, start, end))
    if place is not None:
        found = [Finding(k, int(place[s]), int(place[e - 1]) + 1) for k, s, e in found]
    return sorted(found, key=lambda f: f.start)


def kinds_of(cleaned: list[str]) -> list[str]:
    """For each text the kinds found, joined by `|`; handles are not counted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not cleaned:
        return []
    cleaned = all_visible(cleaned)
    array = pc.replace_substring_regex(
        pa.array(cleaned, type=pa.string()), pattern=NOT_LOOKED_AT, replacement=" "
    )
    out = [""] * len(cleaned)
    for i, families in _look(array).items():
        kinds = {f.kind for f in find_in(cleaned[i], families=families)}
        out[i] = "|".join(k for k in KINDS if k in kinds)
    return out


def _look(array: Any) -> dict[int, list[str]]:
    """Position of each text of an Arrow array worth a search → families to search for."""
    import pyarrow.compute as pc

    found: dict[int, list[str]] = {}
    digits = pc.match_substring_regex(array, pattern="[0-9]").to_numpy(zero_copy_only=False)
    places = np.flatnonzero(digits)
    with_digits = array.take(places)
    for family, pattern in LOOKS.items():
        texts, at = with_digits, places
        if family in NO_DIGITS:
            texts, at = array, np.arange(len(array))
        # Bounds are dear: most texts hold nothing even without them.
        for look in (_BOUND.sub("*", pattern), pattern):
            hit = pc.match_substring_regex(texts, pattern=look).to_numpy(zero_copy_only=False)
            texts, at = texts.filter(hit), at[hit]
        for i in at:
            found.setdefault(int(i), []).append(family)
    return found


def _candidates(
    text: str, families: Collection[str], *, phones: str, handles: bool
) -> Iterator[tuple[str, int, int]]:
    """What may be personal data, the surest kinds first."""
    if "email" in families:
        for match in EMAIL.finditer(text):
            yield "email", match.start(), match.end()
    if "number" in families:
        for match in IBAN.finditer(text):
            end = iban_end(match.group())
            if end:
                yield "iban", match.start(), match.start() + end
        for match in RIB.finditer(text):
            if is_rib(*match.groups()):
                yield "iban", match.start(), match.end()
        for match in NIR.finditer(text):
            # In its seven groups it needs no proof.
            if match[0].count(" ") == 6 or is_nir(match[1], match[2]):
                yield "account", match.start(), match.end()
        for match in TRACKING.finditer(text):
            yield "order", match.start(), match.end()
    if "named" in families or "secret" in families:
        for kind, pattern in NAMED:
            for match in pattern.finditer(text):
                yield kind, match.start("id"), match.end("id")
    if "keyed" in families:
        yield from _keyed(text)
    if "number" in families:
        yield from _phones(text, phones)
        for match in CARD.finditer(text):
            if is_card(match.group()):
                yield "card", match.start(), match.end()
    if "address" in families:
        for pattern in ADDRESS:
            for match in pattern.finditer(text):
                tail = TRAILING.search(match[0])
                start = match.start("where") if "where" in pattern.groupindex else match.start()
                yield "address", start, match.end() - (len(tail[0]) if tail else 0)
    if handles:
        for match in HANDLE.finditer(text):
            yield "handle", match.start(), match.end()


def _keyed(text: str) -> Iterator[tuple[str, int, int]]:
    """Numbers that a word names: "commande n° 123456", "booking ref AB12CD"."""
    for kind, pattern in KEYED:
        for match in pattern.finditer(text):
            token = match["id"].rstrip("-./_")
            digits = sum(c.isdigit() for c in token)
            if digits and (digits >= 4 or len(token) >= 6) and not is_no_id(token):
                # "phone order: 06 12 ..." names a phone; a card is found by its checksum.
                if _phone_kind(token, named=False) or is_card(token):
                    continue
                yield kind, match.start("id"), match.start("id") + len(token)


def _phones(text: str, method: str) -> Iterator[tuple[str, int, int]]:
    for match in PHONE.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        named = PHONE_WORDS.search(before) is not None
        if _phone_kind(match.group(), named=named):
            yield "phone", match.start(), match.end()
    for match in PHONE_PAIRS.finditer(text):
        yield "phone", match.start(), match.end()
    if method == "both":
        yield from _library_phones(text)


_TOLL_FREE = ("800", "888", "877", "866", "855", "844", "833", "900")


def _phone_kind(number: str, *, named: bool) -> str:
    """The number plan that `number` fits, or "": a company's toll-free or premium line has none."""
    digits = "".join(c for c in number if c.isdigit())
    if is_date(number.strip()) or digits in ("0123456789", "123456789"):
        return ""
    if number.lstrip(" (").startswith(("+", "00")):
        bare = digits[2:] if digits.startswith("00") else digits
        if bare.startswith("33"):
            national = bare[2:].lstrip("0")
            return "FR" if len(national) == 9 and national[0] != "8" else ""
        if bare.startswith("44"):
            national = bare[2:].lstrip("0")
            return "GB" if len(national) in (9, 10) and national[0] in "127" else ""
        if bare.startswith("1"):
            return "US" if len(bare) == 11 and bare[1:4] not in _TOLL_FREE else ""
        return "international" if 9 <= len(bare) <= 15 and not bare.startswith("800") else ""
    groups = [g for g in re.split(r"[^\d]+", number.strip(" ()")) if g]
    if len(digits) == 10 and digits[0] == "0":
        paired = len(groups) == 1 or [len(g) for g in groups] in (
            [2] * 5,
            [4, 2, 2, 2],
            [3, 3, 2, 2],
            [4, 3, 3],
            [3, 3, 4],
            [4, 6],
            [2, 8],
            [2, 4, 4],
            [2, 2, 2, 2, 1, 1],
        )
        return "FR" if digits[1] in "1234567 9" and paired else ""
    if [len(g) for g in groups] == [1, 2, 2, 2, 2] and digits[0] in "67":
        return "FR"
    if len(groups) == 1 and re.fullmatch("33[67]\\d{8}", digits):
        return "FR"
    if len(digits) == 11 and digits[0] == "0":
        return "GB" if digits[1] in "127" and len(groups) <= 4 else ""
    if len(digits) in (10, 11) and digits[-10] in "23456789" and digits[-7] in "23456789":
        if len(digits) == 11 and digits[0] != "1":
            return ""
        sizes = [len(g) for g in groups]
        written = sizes in ([3, 3, 4], [1, 3, 3, 4]) or (
            sizes == [3, 7] and number.lstrip().startswith("(")
        )
        ok = digits[-10:-7] not in _TOLL_FREE and (written or (named and len(groups) == 1))
        return "US" if ok else ""
    alike = len(groups) > 1 and len(set(groups)) == 1  # "the number 42 42 42 42"
    if (
        named
        and not alike
        and 8 <= len(digits) <= 12
        and not digits.startswith(("08", "800", "0800"))
    ):
        return "named"
    return ""


def _library_phones(text: str) -> Iterator[tuple[str, int, int]]:
    try:
        import phonenumbers
    except ImportError:
        raise MissingExtraError("phonenumbers", "triage", "Finding phone numbers with it") from None
    # The matcher is slow and was made for mails: give it the stretches that hold digits only.
    free = {phonenumbers.PhoneNumberType.TOLL_FREE, phonenumbers.PhoneNumberType.PREMIUM_RATE}
    for stretch in PHONE.finditer(text):
        for region in _REGIONS:
            for match in phonenumbers.PhoneNumberMatcher(stretch.group(), region):
                if phonenumbers.number_type(match.number) not in free:
                    yield "phone", stretch.start() + match.start, stretch.start() + match.end


def _check_phones(phones: str) -> None:
    if phones not in PHONE_METHODS:
        raise InputError(
            f"`phones` is {phones!r}; expected one of {', '.join(PHONE_METHODS)}. "
            "Use 'patterns', which needs no extra."
        )
