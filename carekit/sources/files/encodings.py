"""Which encoding a text file without any mark has: told from the words that it gives.

Every candidate decodes the lines that are no ASCII; the one whose words look most like words wins:
one script a word, no capital inside, few symbols between letters. charset-normalizer is asked where
none does.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

from carekit.errors import InputError
from carekit.sources.files.text import CHUNK, encoding

# In the order in which they are preferred where they read a file equally well.
CANDIDATES = (
    "cp1252", "mac_roman", "cp1250", "cp850", "cp1251", "koi8_r", "cp866", "mac_cyrillic", "cp1253",
    "cp1254", "cp1255", "cp1256", "cp949", "cp932", "euc_jp", "gb18030", "big5",
)  # fmt: skip
NAMES = {
    "cp1252": "Windows-1252", "mac_roman": "Mac Roman", "cp1250": "Windows-1250",
    "cp1251": "Windows-1251", "koi8_r": "KOI8-R", "mac_cyrillic": "Mac Cyrillic",
    "cp949": "CP949 (Korean)", "cp932": "Shift JIS", "euc_jp": "EUC-JP", "gb18030": "GB 18030",
    "big5": "Big5", "cp850": "CP850 (DOS)", "cp866": "CP866 (DOS)",
}  # fmt: skip
GOOD_ENOUGH = 0.6
_SAMPLE = 400  # lines
_SCRIPTS = (
    "LATIN",
    "CYRILLIC",
    "GREEK",
    "HANGUL",
    "CJK",
    "HIRAGANA",
    "KATAKANA",
    "HEBREW",
    "ARABIC",
)
_TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA"})
# Signs of ordinary text; anything else that is no letter speaks against a reading.
_SIGNS = frozenset(
    "«»“”„‘’‚‹›–—…€£°©®™·•№§¿¡ªº±½¼¾²³´、。！？：；「」『』（）・～ー　，" + "\u00a0\u202f"
)
# Letters, and what stands between two of them that is no ordinary sign.
_WORD = re.compile(
    r"[^\W\d_]+(?:[^\w\s,;:.!?()\"'/|<>@#*=&%" + re.escape("".join(_SIGNS)) + r"-][^\W\d_]+)*"
)
# The letters that European languages write with a mark, and those that Latin readings of other
# alphabets turn up.
_MARKED = frozenset("àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßąćęłńśźżčďěňřšťůžőűăîșțğış")
_COMMON_HAN = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去"
    "法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日请货买单钱服务客户退款收很麼來個們這說時會對學樣裡"
)
_COMMON_HANGUL = frozenset(
    "이다는을를가에의고하지도한로은기사어시아자나라대서그리해인들수있일만거요정부보면제니까원주오전여상안우세모비내소신장경조과게마무음으동"
    "공구습담너느환불탁립드려했않좋감합문네분답배송객품질빠늦"
)


def file_encoding(path: Path) -> str:
    """The encoding of a text file: by its marks, else UTF-8 if it is that, else by its words.

    A file of which some line beyond ASCII is valid UTF-8 counts as UTF-8; its broken lines are
    mended one by one.
    """
    with path.open("rb") as file:
        marked = encoding(file.read(4096))
    if marked != "utf-8":
        return marked
    lines = list(islice(_beyond_ascii(path), _SAMPLE))
    if not lines or any(_is_utf8(line) for line in lines):
        return "utf-8"
    return guess(b"\n".join(lines))


def checked_encoding(name: str) -> str:
    """The name of an encoding as Python knows it."""
    plain = {"macintosh": "mac_roman", "mac": "mac_roman", "ansi": "cp1252"}.get(
        name.strip().lower().replace("-", "_").replace(" ", "_"), name.strip().replace(" ", "_")
    )
    try:
        return codecs.lookup(plain).name
    except LookupError:
        from difflib import get_close_matches

        close = get_close_matches(
            plain.lower(), [*CANDIDATES, "utf_8", "utf_16", "latin_1"], 1, 0.5
        )
        hint = f" Did you mean {close[0]}?" if close else ""
        raise InputError(
            f"`encoding` is {name!r}, which is no encoding that Python knows; expected a name such "
            f"as utf-8, cp1252, mac_roman, cp1251 or cp949.{hint} Correct --encoding, or leave it "
            "out to have it told from the file."
        ) from None


def guess(sample: bytes) -> str:
    """The encoding under which lines read most like words; cp1252 if none does."""
    scores = {name: _score(sample, name) for name in CANDIDATES}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= GOOD_ENOUGH:
        return best
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return best if scores[best] > 0 else "cp1252"
    found = from_bytes(sample).best()
    return found.encoding if found is not None else "cp1252"


def _score(sample: bytes, name: str) -> float:
    """From -1 to 1: good less bad, among the words and signs beyond ASCII."""
    try:
        text = sample.decode(name)
    except (UnicodeDecodeError, LookupError):
        return -1.0
    good = bad = 0.0
    for word in _WORD.findall(text):
        if not word.isascii():
            verdict = _judge(word)
            good += verdict > 0 and verdict
            bad += verdict < 0 and -verdict
    for sign in text:
        if not sign.isascii() and not sign.isalpha() and not unicodedata.combining(sign):
            if unicodedata.category(sign) in ("Cc", "Co", "Cn", "Cf"):
                bad += 2
            elif sign not in _SIGNS:
                bad += 0.5
    return (good - bad) / (good + bad) if good + bad else 0.0


def _judge(word: str) -> float:
    """1 for a word of one script as people write it, -1 for none, less where one cannot tell."""
    letters = [c for c in word if c.isalpha()]
    scripts = {_script(c) for c in letters}
    if len(letters) < len(word) or (len(scripts) > 1 and not scripts <= _TOGETHER):
        # A symbol between letters, or two scripts in one word.
        return -1.0
    if any(a.islower() and b.isupper() for a, b in pairwise(word)):
        return -1.0
    beyond = sum(not c.isascii() for c in letters)
    if scripts == {"LATIN"}:
        strange = sum(not c.isascii() and c.lower() not in _MARKED for c in letters)
        return -1.0 if strange or (beyond > 2 and beyond > len(letters) / 2) else 1.0
    if "CJK" in scripts and len(scripts) == 1:
        return 1.0 if sum(c in _COMMON_HAN for c in letters) * 5 >= len(letters) else -0.2
    if scripts & {"HIRAGANA", "KATAKANA"}:
        halfwidth = sum("\uff61" <= c <= "\uff9f" for c in letters)
        return -1.0 if halfwidth else 1.0
    if scripts == {"HANGUL"}:
        return 1.0 if sum(c in _COMMON_HANGUL for c in letters) * 5 >= len(letters) else -0.2
    return 1.0 if scripts <= set(_SCRIPTS) else -1.0


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return next((s for s in _SCRIPTS if name.startswith(s)), name.split(" ")[0])


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _beyond_ascii(path: Path) -> Iterator[bytes]:
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if chunk.isascii() and rest.isascii():
                rest = b""
                continue
            *lines, rest = re.split(rb"[\r\n]", (rest + chunk)[: 2 * CHUNK])
            yield from (line for line in lines if not line.isascii())
    if not rest.isascii():
        yield rest
