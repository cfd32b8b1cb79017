"""Word lists → the forms that the rules look up. The lists are in `lexicons/`, with a README."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

_SECTION = re.compile(r"\[(-?\d+(?:\.\d+)?)(?: (word|noun|adj|verb|verb2))?((?: [a-z]+)*)\]$")
_NAMED = re.compile(r"\{([A-Z_]+)\}")
_VOWELS = "aeiouyàâäéèêëîïôöùûüœ"


@dataclass(frozen=True)
class Entry:
    """One form: its score (-4 to 4), and whether it is a fault or an expectation of the service."""

    form: str
    score: float
    issue: bool
    expect: bool


def read_text(name: str) -> str:
    """A file of `lexicons/`."""
    return resources.files("carekit.text").joinpath("lexicons", name).read_text("utf-8")


@lru_cache(maxsize=8)
def load_tone(lang: str) -> tuple[Entry, ...]:
    """All forms of the tone lexicon of `lang` ("en", "fr"), phrases included.

    When a form is listed twice, the entry of the first section that names it as it stands wins over
    forms that were derived. Forms of an `expect` section are kept apart: a word may be both praise
    ("worked") and an expectation that counts when negated ("hasn't worked").
    """
    inflect = {"en": english_forms, "fr": french_forms}[lang]
    listed: dict[tuple[str, bool], Entry] = {}
    derived: dict[tuple[str, bool], Entry] = {}
    for score, kind, tags, words in _sections(read_text(f"tone_{lang}.txt")):
        expect = "expect" in tags
        for word in words:
            entry = Entry(word, score, "issue" in tags or expect, expect)
            listed.setdefault((word, expect), entry)
            if kind != "word" and " " not in word:
                for form in inflect(word, kind):
                    derived.setdefault((form, expect), Entry(form, score, entry.issue, expect))
    entries = {**derived, **listed}
    if lang == "fr":
        # Half of the posts are typed without accents: accept that, unless it makes another word.
        for (form, expect), entry in list(entries.items()):
            bare = strip_accents(form)
            if bare != form and bare not in _BARE_TRAPS:
                entries.setdefault(
                    (bare, expect), Entry(bare, entry.score, entry.issue, entry.expect)
                )
    return tuple(entries.values())


# Without their accent these are other, common words.
_BARE_TRAPS = frozenset(
    "a ou la tue tues marche passe sale mur peche sur outre prime serre coupe style vole voles levee "
    "brise".split()
)


def _sections(text: str) -> list[tuple[float, str, tuple[str, ...], list[str]]]:
    sections: list[tuple[float, str, tuple[str, ...], list[str]]] = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("# "):
            continue
        head = _SECTION.match(line)
        if head:
            tags = tuple((head[3] or "").split())
            sections.append((float(head[1]), head[2] or "word", tags, []))
        else:
            words = [w.strip() for w in line.split(",")]
            sections[-1][3].extend(w for w in words if w)
    return sections


@lru_cache(maxsize=1)
def load_emoji() -> dict[str, float]:
    """Emoji and emoticons → score."""
    scores: dict[str, float] = {}
    for line in read_text("emoji.txt").splitlines():
        head = _SECTION.match(line.strip())
        if head:
            score = float(head[1])
        elif line.strip() and not line.startswith("# "):
            for mark in line.split():
                scores.setdefault(mark, score)
    return scores


@lru_cache(maxsize=8)
def load_cues(name: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """A cue list (`lexicons/<name>.csv`: lang, cue, words) → {(lang, cue): words}."""
    rows = csv.DictReader(read_text(f"{name}.csv").splitlines())
    return {(r["lang"], r["cue"]): tuple(r["words"].split("|")) for r in rows}


def read_patterns(name: str, **known: str) -> dict[str, list[str]]:
    """The sections of a file of patterns: alternatives, the names in braces filled in."""
    parts = {part: [pattern] for part, pattern in known.items()}
    text = re.sub(r"^# .*\n", "", read_text(name), flags=re.MULTILINE)
    for section in re.split(r"^\[(?=[A-Z_]+\]$)", text, flags=re.MULTILINE)[1:]:
        head, _, body = section.partition("]\n")
        lines = re.sub(r"\n +", "", body.strip("\n")).split("\n")
        parts[head] = [_NAMED.sub(lambda found: "|".join(parts[found[1]]), li) for li in lines]
    return parts


def load_patterns(name: str, **known: str) -> dict[str, str]:
    """The same, the alternatives of each section joined."""
    return {part: "|".join(lines) for part, lines in read_patterns(name, **known).items()}


def strip_accents(text: str) -> str:
    """`text` without accents; œ becomes oe.

    >>> strip_accents("déçu, cœur")
    'decu, coeur'
    """
    text = text.replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def english_forms(word: str, kind: str) -> set[str]:
    """Forms of a regular English word."""
    forms = {word}
    if kind == "adj":
        if word.endswith("le") and word[-3] not in _VOWELS:
            forms.add(word[:-1] + "y")
        elif word.endswith("ic"):
            forms.add(word + "ally")
        elif word.endswith("y"):
            forms.add(word[:-1] + "ily")
        else:
            forms.add(word + "ly")
        return forms
    ies = word.endswith("y") and word[-2] not in _VOWELS
    es = word.endswith(("s", "x", "z", "ch", "sh"))
    forms.add(word[:-1] + "ies" if ies else word + ("es" if es else "s"))
    if kind == "verb":
        stem = word[:-1] if word.endswith("e") else word
        forms.add(word[:-1] + "ied" if ies else stem + "ed")
        forms.add(stem + "ing")
    return forms


_ER = ("er", "e", "es", "ons", "ez", "ent", "é", "ée", "és", "ées", "ant", "ais", "ait", "aient")
_ER_FUTURE = ("erai", "eras", "era", "erons", "erez", "eront", "erait", "eraient")
_IR = ("ir", "is", "it", "issons", "issez", "issent", "i", "ie", "ies", "issant", "issait", "ira")


def french_forms(word: str, kind: str) -> set[str]:
    """Forms of a regular French word: gender and number, adverb, common tenses."""
    if kind == "noun":
        return {word, word if word.endswith(("s", "x", "z")) else word + "s"}
    if kind == "verb":
        stem = word[:-2]
        soft = {"g": "ge", "c": "ç"}.get(stem[-1])
        forms = {stem + ending for ending in _ER + _ER_FUTURE}
        if soft:
            forms |= {stem[:-1] + soft + e for e in ("ons", "ant", "ais", "ait", "aient")}
        return forms
    if kind == "verb2":
        return {word[:-2] + ending for ending in _IR}
    feminine = _french_feminine(word)
    plural = word if word.endswith(("s", "x")) else word + "s"
    if word.endswith("al"):
        plural = word[:-2] + "aux"
    elif word.endswith("eau"):
        plural = word + "x"
    forms = {word, plural, feminine, feminine + "s"}
    if word.endswith("ant"):
        forms.add(word[:-3] + "amment")
    elif word.endswith("ent") and word != "content":
        forms.add(word[:-3] + "emment")
    elif word.endswith("é"):
        forms.add(word + "ment")
    else:
        forms.add(feminine + "ment")
    return forms


def _french_feminine(word: str) -> str:
    """The feminine of a regular French adjective."""
    if word.endswith("e"):
        return word
    if word.endswith("eux"):
        return word[:-1] + "se"
    if word.endswith("eur"):
        return word[:-1] + "se"
    if word.endswith("f"):
        return word[:-1] + "ve"
    if word.endswith("er"):
        return word[:-2] + "ère"
    if word.endswith(("el", "en", "on", "il")):
        return word + word[-1] + "e"
    if word.endswith("et"):
        return word[:-2] + "ète"
    return word + "e"
