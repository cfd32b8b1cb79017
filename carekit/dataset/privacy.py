"""Keyed pseudonyms: one person keeps one pseudonym; without the key nobody can go back.

The key never enters a dataset. It comes from the environment variable CAREKIT_PSEUDONYM_KEY, else
from a file in the user's configuration folder that is made at first use and readable by its owner
only. Losing it costs linkage with earlier collections, nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

import platformdirs

from carekit.errors import InputError

KEY_VARIABLE = "CAREKIT_PSEUDONYM_KEY"
MINIMUM_KEY_LENGTH = 16
PREFIX = "a_"
DIGITS = 16


def key_file() -> Path:
    """Where the key lives when the environment does not give one."""
    return Path(platformdirs.user_config_dir("carekit", appauthor=False)) / "pseudonym.key"


def load_key() -> bytes:
    """The pseudonym key: from the environment, else from the key file, made at first use.

    Returns
    -------
    bytes

    Raises
    ------
    InputError
        If the key is shorter than 16 characters, or the file cannot be read or written.
    """
    given = os.environ.get(KEY_VARIABLE)
    if given is not None:
        return _checked(given, f"environment variable {KEY_VARIABLE}")
    path = key_file()
    try:
        if not path.exists():
            _create(path)
        return _checked(path.read_text(encoding="ascii"), f"file {path}")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The pseudonym key cannot be read from {path} ({type(error).__name__}). carekit "
            f"needs a key of at least {MINIMUM_KEY_LENGTH} characters. Set {KEY_VARIABLE}, or make "
            "the folder writable."
        ) from error


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # O_EXCL: two first uses at once must not end with two keys.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")


def _checked(text: str, origin: str) -> bytes:
    key = text.strip().encode()
    if len(key) < MINIMUM_KEY_LENGTH:
        raise InputError(
            f"The pseudonym key from {origin} has {len(key)} characters; at least "
            f"{MINIMUM_KEY_LENGTH} are needed. Use a longer one, for example 64 random "
            "hexadecimal digits."
        )
    return key


def key_id(key: bytes) -> str:
    """Name of a key that may be published: it tells two keys apart and reveals neither.

    Examples
    --------
    >>> key_id(b"0123456789abcdef")
    'k_7b2d60ed515b'
    """
    return "k_" + hmac.new(key, b"carekit key id", hashlib.sha256).hexdigest()[:12]


def fold_name(name: str) -> str:
    """A name as networks compare it: one case, one spelling of each letter (Unicode NFC).

    Examples
    --------
    >>> fold_name("SprintCare"), fold_name("ΟΔΟΣ") == fold_name("οδος")
    ('sprintcare', True)
    """
    # The engine's normalisation ends at a NUL; such a name stays as it is.
    plain = name if "\0" in name else unicodedata.normalize("NFC", name)
    # Python would make two letters of a Turkish capital I, and a final sigma where one is due.
    return plain.replace("İ", "i").lower().replace("ς", "σ")


def fold_name_sql(name: str) -> str:
    """The same as a DuckDB SQL expression."""
    whole = f"CASE WHEN contains({name}, chr(0)) THEN {name} ELSE nfc_normalize({name}) END"
    made = f"replace(lower({whole}), 'ς', 'σ')"
    if not name.isidentifier():
        return made
    # Bytes as many as letters: plain ASCII, as nearly all handles are.
    return f"CASE WHEN strlen({name}) = length({name}) THEN lower({name}) ELSE {made} END"


def pseudonym(key: bytes, network: str, author: str) -> str:
    """Pseudonym of an author on a network: HMAC-SHA-256, first 16 hexadecimal digits.

    Parameters
    ----------
    key : bytes
        From `load_key`.
    network : str
        The same author name on two networks gives two pseudonyms.
    author : str
        Native id or handle, as the network compares it (`fold_name` where it ignores case).

    Examples
    --------
    >>> pseudonym(b"0123456789abcdef", "x", "115712")
    'a_b4c14269705ee432'
    """
    message = f"{network}:{author}".encode("utf-8", "surrogatepass")
    return PREFIX + hmac.new(key, message, hashlib.sha256).hexdigest()[:DIGITS]


def pseudonym_sql(key: bytes, network: str, author: str) -> str:
    """The same pseudonym as a DuckDB SQL expression, for millions of rows at once.

    Parameters
    ----------
    key : bytes
        From `load_key`.
    network, author : str
        SQL expressions of type VARCHAR.

    Returns
    -------
    str
        An expression; null where `author` is null. It holds the key: never log or store it.
    """
    block = key if len(key) <= 64 else hashlib.sha256(key).digest()
    block = block.ljust(64, b"\0")
    inner, outer = bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
    message = f"encode(({network}) || ':' || ({author}))"
    digest = f"unhex(sha256(unhex('{inner.hex()}') || {message}))"
    return f"('{PREFIX}' || left(sha256(unhex('{outer.hex()}') || {digest}), {DIGITS}))"
