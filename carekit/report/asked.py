"""What was asked of the report: the options of `carekit.benchmark`, checked once."""

from __future__ import annotations

import base64
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from carekit.errors import InputError

FORMATS = ("html", "pdf", "xlsx", "pptx")
ACCENT = "#0b5cad"
MIN_N = 30  # requests below which nothing is said of a brand
SMALL_CELL = 10  # of a cell of the heat map
MOST_ACCENT_LIGHT = 4.5  # contrast with white
WEIGHTS = {"answered": 0.40, "within_1h": 0.20, "within_24h": 0.20, "not_again": 0.20}
WEIGHTS_NAME = "carekit-2026"
LOGO_KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
LARGEST_LOGO = 500_000  # bytes


@dataclass(frozen=True)
class Asked:
    """The options, each as `carekit.benchmark` says."""

    brand: str
    peers: str | Sequence[str] = "auto"
    lang: Literal["fr", "en"] = "en"
    period: str = ""
    title: str = ""
    author: str = ""
    logo: str = ""  # a data: address
    accent: str = ACCENT
    hours: str = ""
    coded: Any = None
    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    weights_name: str = WEIGHTS_NAME
    anonymise_peers: bool = False
    quotes: int = 0
    no_ids: bool = False
    allow_selected: bool = False

    @property
    def dates(self) -> tuple[str, str]:
        """First and last local day of the period; empty where it is open."""
        first, _, last = self.period.partition(":")
        return first.strip(), last.strip()


def check_period(period: str) -> str:
    """A period such as 2026-01-01:2026-06-30; either end may be left open."""
    first, colon, last = period.partition(":")
    ends = [end for end in (first, last) if end]
    if period and (not colon or not all(map(_is_day, ends)) or ends != sorted(ends)):
        raise InputError(
            f"`period` is {period!r}; two dates in order were expected, the first and the last "
            "day. Write 2026-01-01:2026-06-30; either may be left out."
        )
    return period


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_quotes(quotes: int) -> int:
    """A number of posts, 0 for none."""
    if int(quotes) < 0:
        raise InputError(
            f"`quotes` is {quotes!r}; a number of posts was expected. Write 0 for none."
        )
    return int(quotes)


def check_accent(accent: str) -> str:
    """A colour that can be read on white."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        raise InputError(
            f"`accent` is {accent!r}; a colour of six hexadecimal digits was expected. Write, for "
            f"example, {ACCENT}."
        )
    if (ratio := contrast(accent)) < MOST_ACCENT_LIGHT:
        raise InputError(
            f"`accent` is {accent!r}, whose contrast with white is {ratio:.1f}; at least "
            f"{MOST_ACCENT_LIGHT} was expected, or names and numbers in it are hard to read. "
            "Choose a darker one."
        )
    return accent.lower()


def contrast(colour: str) -> float:
    """Contrast of a colour with white, 1 to 21 (WCAG 2).

    >>> round(contrast("#0b5cad"), 1), round(contrast("#ffffff"), 1)
    (6.7, 1.0)
    """
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    light = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 1.05 / (0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] + 0.05)


def read_logo(path: str | os.PathLike[str] | None) -> str:
    """A picture as a data: address; empty without one."""
    if not path:
        return ""
    file = Path(path)
    kind = LOGO_KINDS.get(file.suffix.lower())
    content = file.read_bytes() if kind and file.is_file() else b""
    if not content or len(content) > LARGEST_LOGO:
        raise InputError(
            f"`logo` is {str(path)!r}; an SVG or PNG file of at most {LARGEST_LOGO // 1000} KB was "
            "expected. Give the path of such a file."
        )
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def read_weights(
    path: str | os.PathLike[str] | Mapping[str, float] | None,
) -> tuple[dict[str, float], str]:
    """Weights of the criteria and their name; those of carekit without a file."""
    if not path:
        return dict(WEIGHTS), WEIGHTS_NAME
    if isinstance(path, Mapping):
        given, name = dict(path), "own"
    else:
        import pandas as pd

        table = pd.read_csv(path)
        if not {"criterion", "weight"} <= set(table.columns):
            raise InputError(
                f"`weights` {str(path)!r} has the columns {', '.join(map(str, table.columns))}; "
                "criterion and weight were expected. Write a CSV with these two."
            )
        numbers = pd.to_numeric(table["weight"], errors="coerce").astype(float)
        given = dict(zip(table["criterion"].astype(str), numbers, strict=True))
        name = Path(path).name
    unknown = [c for c in given if c not in WEIGHTS]
    whole = all(w > 0 for w in given.values()) and abs(sum(given.values()) - 1) <= 1e-9
    if unknown or not whole:
        raise InputError(
            f"`weights` are {given!r}; positive numbers that sum to 1 for criteria among "
            f"{', '.join(WEIGHTS)} were expected. Leave out what should not count."
        )
    return {c: float(given[c]) for c in WEIGHTS if c in given}, name


def call_of(asked: Asked, given: str = "DIR") -> str:
    """How the report is made again, but for its title, author and colour; without paths."""
    parts = [f"carekit benchmark {given} --brand {word(asked.brand)}"]
    peers = asked.peers if isinstance(asked.peers, str) else ",".join(asked.peers)
    parts += [f"--peers {word(peers)}"] if peers != "auto" and not asked.anonymise_peers else []
    parts += [f"--period {asked.period}"] if asked.period else []
    parts += [f"--hours {word(asked.hours)}"] if asked.hours else []
    parts += ["--weights FILE"] if asked.weights_name != WEIGHTS_NAME else []
    parts += ["--coded SHEET"] if asked.coded is not None else []
    parts += [f"--quotes {asked.quotes}"] if asked.quotes else []
    for name in ("anonymise_peers", "no_ids", "allow_selected"):
        parts += [f"--{name.replace('_', '-')}"] if getattr(asked, name) else []
    return " ".join([*parts, f"--lang {asked.lang}", "--out OUT"])


def word(text: str) -> str:
    """One word of a command line, whatever is in it."""
    return shlex.quote(text) if set(text) & set('"$`\\!') else f'"{text}"'
