"""Columns of a survey that say who answered: they become no question, however few people answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from carekit.sources.files.headings import folded

if TYPE_CHECKING:
    import pandas as pd

_NAMES = frozenset(
    folded(n)
    for n in (
        "ip", "ip address", "ipaddress", "ipaddr", "adresse ip", "ip-adresse", "email", "e-mail",
        "email address", "e-mail address", "adresse e-mail", "adresse email", "adresse mail",
        "adresse électronique", "courriel", "mail", "e-mail-adresse", "nom d'utilisateur", "username",
        "user name", "recipientemail", "recipient email", "recipientfirstname",
        "recipient first name", "recipientlastname", "recipient last name", "first name", "firstname",
        "last name", "lastname", "full name", "fullname", "name", "nom", "prénom", "prenom",
        "nom de famille", "nom et prénom", "nom complet", "votre nom", "vorname", "nachname",
        "phone", "phone number", "telephone", "téléphone", "numéro de téléphone", "mobile", "portable",
        "telefon", "telefonnummer", "address", "adresse", "adresse postale", "street", "rue",
        "locationlatitude", "location latitude", "latitude", "locationlongitude",
        "location longitude", "longitude", "token", "cookie", "social security number",
        "numéro de sécurité sociale", "iban", "numéro client", "customer id", "numéro de client",
        "date de naissance", "birthdate", "date of birth", "geburtsdatum",
    )
)  # fmt: skip
_VALUES = (
    re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),
    re.compile(r"(\d{1,3}\.){3}\d{1,3}|([0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}"),
    re.compile(r"\+?\d{1,3}?[ .-]?\(?\d{1,4}\)?([ .-]?\d{2,4}){3,5}"),
    re.compile(r"[A-Z]{2}\d{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?"),
)
# A heading that asks for a name, and not for that of a brand; cells that may be names of people.
_ASKS_NAME = re.compile(
    r"\b(names?|surname|noms?|prenoms?|nombres?|apellidos?|nome|cognome|sobrenome|naam|voornaam|"
    r"achternaam|vorname|nachname|familienname|imie|nazwisko|heissen|heisst|appelez|llama|chiama)\b|"
    r"氏名|名前"
)
_OF_FIRMS = re.compile(
    r"brand|compan|firm|marque|entreprise|enseigne|marke|unternehm|empresa|marca|azienda|merk|bedrijf|"
    r"produ[ck]t|shop|store|network|app\b|site|channel"
)
_PERSON = re.compile(r"[^\W\d_][\w'’.-]*([ ,]+[\w'’.-]+){0,4}")
_PHONE = re.compile(r"phone|tel|mobile|portable|handy|fax", re.IGNORECASE)


def is_identifier(column: str, cells: pd.Series) -> bool:
    """True if a column says who somebody is, by its name or by what most of its cells hold."""
    filled = cells.dropna().astype(str)
    if not len(filled):
        return False
    name = folded(column)
    if name in _NAMES and not _says_only_yes(filled):
        return True
    if _ASKS_NAME.search(name) and not _OF_FIRMS.search(name) and _are_names(filled):
        return True
    for at, pattern in enumerate(_VALUES):
        share = filled.map(lambda v, p=pattern: p.fullmatch(v.strip()) is not None).mean()
        # Eight digits may be an amount: a phone number needs more than its form.
        if share >= 0.5 and (
            at != 2 or _PHONE.search(name) or filled.str.contains(r"^0|\+|[ .]").mean() > 0.5
        ):
            return True
    return False


def _says_only_yes(filled: pd.Series) -> bool:
    """True for a column such as "Téléphone" that ticks an option."""
    return filled.str.casefold().nunique() <= 2


def _are_names(filled: pd.Series) -> bool:
    """True for short texts of which hardly two are alike."""
    like = filled.map(lambda v: _PERSON.fullmatch(v.strip()) is not None).mean()
    return len(filled) > 2 and filled.nunique() > 0.7 * len(filled) and bool(like > 0.5)
