"""Values as JSON of all kinds writes them: ids, words, numbers, times, HTML.

Nothing here raises: what cannot be read is None, and the mapper says what that means.
"""

from __future__ import annotations

import html as html_module
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import SplitResult, urlsplit

from carekit.sources.found import Found, Problem, guarded, mended
from carekit.sources.json_text import TORN as TORN

CUT = "the file ends, or is broken, inside this item"
_TWITTER = "%a %b %d %H:%M:%S %z %Y"  # Tue Oct 31 22:10:47 +0000 2017
_EXACT = 2**53  # a float beyond it has lost digits of its id
_FRACTION = re.compile(r"(?<=:\d\d)[.,]\d+")
# What sites write in place of a text or an author that is gone.
PLACEHOLDERS = (
    "[deleted]",
    "[removed]",
    "[deleted by user]",
    "[removed by reddit]",
    "[unavailable]",
)
# Names that stand for everybody who hides theirs.
NOBODY = (
    *PLACEHOLDERS, "guest", "guest user", "invité", "gast", "invitado", "convidado", "ospite", "gość",
    "misafir", "ゲスト", "名無し", "anonim", "silinmiş kullanıcı", "silinen kullanıcı", "google kullanıcısı",
    "削除されたユーザー", "退会済みユーザー", "former user",
    "deleted", "deleted user", "deleted account", "[supprimé]", "utilisateur supprimé",
    "compte supprimé", "anonymous", "anonyme", "anonym", "anónimo", "anonimo", "utilisateur anonyme",
    "anonymous user", "facebook user", "utilisateur de facebook", "a google user",
    "un utilisateur de google", "utilisateur de google", "utilisateur google", "google user",
    "ein google-nutzer", "un usuario de google", "um usuário do google", "un utente di google",
    "een google-gebruiker", "użytkownik google", "googleユーザー", "google ユーザー",
    "facebook-nutzer", "facebook-nutzerin", "utilisateur facebook", "usuario de facebook",
    "utente di facebook", "utente facebook", "gebruiker van facebook", "facebook-gebruiker",
    "usuário do facebook", "utilizador do facebook", "użytkownik facebooka", "instagram user",
    "utilisateur instagram", "instagram-nutzer", "twitter user", "x user", "linkedin member",
    "[gelöscht]", "gelöscht", "gelöschter nutzer", "gelöschter benutzer", "gelöschtes konto",
    "[eliminado]", "usuario eliminado", "cuenta eliminada", "utente eliminato", "account eliminato",
    "verwijderde gebruiker", "[verwijderd]", "usuário excluído", "conta excluída", "użytkownik usunięty",
    "usunięty użytkownik", "anonieme gebruiker", "anoniem", "anônimo", "anonimowy", "usuario anónimo",
    "utente anonimo", "anonymer nutzer", "client anonyme", "anonymous customer", "anonymer kunde",
    "匿名", "handle.invalid", "n/a", "unknown", "inconnu", "unbekannt", "desconocido", "sconosciuto",
    "onbekend", "desconhecido", "nieznany",
)  # fmt: skip
_NOBODY = frozenset(NOBODY)
_TAG = re.compile(r"<[^<>]*>")
# A larger number of seconds is one of milliseconds, beyond that of microseconds.
_MILLISECONDS, _MICROSECONDS = 1e11, 1e14


def why_unusable(item: Any) -> str | None:
    """Why something cannot be an item at all: no object, or cut off; None if it may be one."""
    if not isinstance(item, Mapping):
        return "it is no object"
    return CUT if TORN in item else None


def inner(value: Any, *path: str) -> Any:
    """What stands under these keys; None if there is no such thing."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def mapping(value: Any, *path: str) -> Mapping[str, Any]:
    """The object under these keys; an empty one if there is none."""
    found = inner(value, *path)
    return found if isinstance(found, Mapping) else {}


def listed(value: Any, *path: str) -> list[Any]:
    """The list under these keys; an empty one if there is none."""
    found = inner(value, *path)
    return found if isinstance(found, list) else []


def many(value: Any) -> list[Any]:
    """A list, or the one thing that stands instead of a list of one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def ident(value: Any) -> str | None:
    """An id as text, exact at any length; None for none, and for one that has lost digits."""
    if isinstance(value, str):
        return words(value.strip()) or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float):
        return str(int(value)) if abs(value) < _EXACT and value.is_integer() else None
    return str(value)


def first_ident(value: Any, *keys: str) -> str | None:
    """The first id among these keys of an object: `id_str` before `id`."""
    return next((found for key in keys if (found := ident(inner(value, key)))), None)


def words(value: Any) -> str | None:
    """A text without NUL, halves of characters replaced; None for anything else."""
    return mended(value) if isinstance(value, str) else None


def somebody(value: Any) -> str | None:
    """A name or handle of one person; None for what sites write instead of many."""
    name = words(value)
    return None if name is None or name.strip().casefold() in _NOBODY else name


def number(value: Any) -> int | None:
    """A count of 0 or more; None for anything else."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 16:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or not 0 <= value < _EXACT:
        return None
    return int(value)


def moment(value: Any) -> datetime | None:
    """A time: ISO 8601, as Twitter writes it, or seconds, milliseconds, microseconds since 1970."""
    try:
        if isinstance(value, datetime):
            made = value
        elif isinstance(value, str):
            made = _spelled(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            made = _counted(float(value))
        else:
            return None
        return made.astimezone(UTC) if made.tzinfo else made
    except (ValueError, OverflowError):
        return None


def utc(value: Any) -> datetime | None:
    """A time as text, in UTC also where it has no zone; None if it is none."""
    made = moment(value.upper()) if isinstance(value, str) else None
    return made.replace(tzinfo=UTC) if made and made.tzinfo is None else made


def _spelled(text: str) -> datetime:
    if text.isdecimal() and len(text) > 8:
        return _counted(float(text))
    try:
        # Python 3.11 takes three or six digits of a second, networks send any number.
        short = _FRACTION.sub(lambda m: (m[0].replace(",", ".") + "00000")[:7], text)
        return datetime.fromisoformat(short.removesuffix(" UTC") + "Z" * text.endswith(" UTC"))
    except ValueError:
        return datetime.strptime(text, _TWITTER)


def stamp(time: datetime | None) -> str | None:
    """A time in UTC as interfaces take it: 2024-05-01T12:00:00Z."""
    return None if time is None else time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _counted(seconds: float) -> datetime:
    if abs(seconds) >= _MICROSECONDS:
        seconds /= 1e6
    elif abs(seconds) >= _MILLISECONDS:
        seconds /= 1e3
    if not math.isfinite(seconds):
        raise ValueError("no number of seconds")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def language(value: Any) -> str | None:
    """A language code of two letters; None for what says none (`und`, `qme`, `en-GB` is `en`)."""
    if not isinstance(value, str):
        return None
    code = re.split("[-_]", value.strip().lower())[0]
    return code if len(code) == 2 and code.isalpha() else None


class Words(HTMLParser):
    """Collects the words of an HTML text; paragraphs and breaks become line ends."""

    breaks = frozenset({"p", "div", "li"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.breaks:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain_text(html: Any) -> str | None:
    """The words of an HTML text."""
    text = words(html)
    if text is None:
        return None
    return unmarked(text, Words()).strip()


def unmarked(html: str, reader: Words) -> str:
    """The words that a reader collects; of HTML that it cannot read, everything but the tags."""
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError):  # a declaration such as <![x[, a number without end
        return unescaped(_TAG.sub("", html))
    return "".join(reader.parts)


def unescaped(text: str) -> str:
    """A text without the characters that HTML writes as numbers or names."""
    try:
        return html_module.unescape(text)
    except ValueError:  # a number of thousands of digits
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def address(url: Any) -> SplitResult:
    """The parts of a URL; empty ones for anything else."""
    try:
        return urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        return urlsplit("")


def records(value: Any, *wrappers: str) -> Iterator[Any]:
    """The items of a file, in its order: out of lists, and of objects with one of these keys."""
    stack = [value]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack += reversed(each)
        elif inside := [k for k in wrappers if isinstance(inner(each, k), list | Mapping)]:
            stack += [each[k] for k in reversed(inside)]
        else:
            yield each


def first_item(value: Any, *wrappers: str) -> Mapping[str, Any]:
    """The first object of a file, out of lists and of these wrappers; an empty one if none is."""
    for _ in range(8):
        inside = next((k for k in wrappers if isinstance(inner(value, k), list | Mapping)), None)
        if isinstance(value, list) and value:
            value = value[0]
        elif inside and value[inside]:
            value = value[inside]
    return mapping(value)


def any_inside(value: Any, names: Sequence[str], test: Callable[[Mapping[str, Any]], bool]) -> bool:
    """True if one of the first objects of a file, below these keys, passes a test."""
    stack, looked = [value], 0
    while stack and looked < 50:
        each = stack.pop(0)
        looked += 1
        if isinstance(each, list):
            stack += each[:1]
        elif isinstance(each, Mapping):
            if test(each):
                return True
            stack += [each[k] for k in names if isinstance(each.get(k), Mapping | list)]
    return False


def read_item(
    read: Callable[..., Iterator[Found]], item: Any, *args: Any, **rest: Any
) -> list[Found]:
    """What a reader finds in one item; what is none, or is cut off, is a problem."""
    problem = why_unusable(item)
    return [Problem(problem)] if problem else guarded(read, item, *args, **rest)
