"""Text that others wrote, made inert where it is shown: a name is never a command."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# A spreadsheet takes a cell that starts with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SPACES = re.compile("[\n\r\t\v\f]")
# Control signs, lone surrogates, and signs that turn the reading direction of what follows.
_NEVER = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_LATEX = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}
_LATEX_SPACES = {"\u00a0": "~", "\u202f": r"\,", "–": "--", "\u2212": "$-$"}


def clean(text: Any) -> str:
    """Text on one line, without control signs, lone surrogates and turns of direction.

    >>> clean("Acme\\x00\\n\\u202eLtd")
    'Acme Ltd'
    """
    plain = _SPACES.sub(" ", unicodedata.normalize("NFC", str(text)))
    return re.sub(" {2,}", " ", _NEVER.sub("", plain)).strip(" ")


def latex(text: Any) -> str:
    r"""Text as LaTeX prints it: no sign of it is a command.

    >>> print(latex(r"AT&T $x$ \input{a}"))
    AT\&T \$x\$ \textbackslash{}input\{a\}
    """
    signs = _LATEX | _LATEX_SPACES
    return "".join(signs.get(c, c) for c in clean(text))


def markdown(text: Any) -> str:
    """Text as Markdown shows it, in a cell of a table too: no markup, no link, no HTML, no maths.

    >>> print(markdown("a|b <i> [x](y) $z$"))
    a\\|b &lt;i&gt; \\[x\\](y) \\$z\\$
    """
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*\[\]$|~])", r"\\\1", text)
    text = re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", text)
    # An address alone becomes a link in most readers.
    return re.sub(r"(?i)\b(https?|ftp|mailto)(:)", r"\1&#58;", text).replace("www.", "www&#46;")


def no_formula(value: Any) -> Any:
    """A cell of a CSV: text that a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
