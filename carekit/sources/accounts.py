"""The accounts of brands, as a user lists them: account, network, brand, account_kind, opened_at.

The file may also hold country, sector and timezone, which fill the brands table, the opening hours
of the brand, and the id under which a network knows the account. Headings, kinds and countries may
be in English, French or German.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from carekit.dataset.privacy import fold_name
from carekit.dataset.schema import ACCOUNT_KINDS, ACCOUNTS, BRANDS
from carekit.errors import InputError
from carekit.sources.found import Person
from carekit.sources.sites import site_of

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (*ACCOUNTS.names, *BRANDS.names[1:])
HEADINGS = {
    "account": ("account", "compte", "handle", "account name", "nom du compte", "identifiant", "konto",
                "pseudo", "username", "screen name", "page", "page name", "nom de la page", "seite",
                "profile", "profil"),
    "network": ("network", "réseau", "réseau social", "plateforme", "platform", "netzwerk", "canal"),
    "brand": ("brand", "marque", "enseigne", "entreprise", "société", "company", "marke", "firma"),
    "account_kind": ("account_kind", "kind", "account type", "type de compte", "type", "kontotyp"),
    "opened_at": ("opened_at", "opened", "ouvert le", "date d'ouverture", "créé le", "eröffnet am"),
    "country": ("country", "pays", "land"),
    "sector": ("sector", "secteur", "secteur d'activité", "branche", "industry"),
    "timezone": ("timezone", "time zone", "fuseau", "fuseau horaire", "zeitzone", "tz"),
    "account_id": ("account id", "user id", "author id", "page id", "profile id", "id du compte",
                   "id compte", "id de la page", "konto-id", "seiten-id", "did"),
    "hours": ("hours", "opening hours", "horaires", "heures d'ouverture", "öffnungszeiten",
              "business hours"),
}  # fmt: skip
KINDS = {
    "main": "main", "principal": "main", "principale": "main", "general": "main", "corporate": "main",
    "marque": "main", "haupt": "main", "hauptkonto": "main", "officiel": "main", "official": "main",
    "care": "care", "support": "care", "service client": "care", "sav": "care", "aide": "care",
    "relation client": "care", "help": "care", "customer care": "care", "customer service": "care",
    "kundenservice": "care",
}  # fmt: skip
# Networks on which @Acme and @acme are the same account.
FOLDED = ("x", "facebook", "instagram", "bluesky", "mastodon", "reddit", "telegram", "other")


COUNTRIES = {
    "france": "FR", "belgique": "BE", "belgium": "BE", "suisse": "CH", "switzerland": "CH",
    "luxembourg": "LU", "canada": "CA", "allemagne": "DE", "germany": "DE", "deutschland": "DE",
    "espagne": "ES", "spain": "ES", "italie": "IT", "italy": "IT", "pays-bas": "NL",
    "netherlands": "NL", "portugal": "PT", "royaume-uni": "GB", "united kingdom": "GB", "uk": "GB",
    "great britain": "GB", "irlande": "IE", "ireland": "IE", "états-unis": "US", "etats-unis": "US",
    "united states": "US", "usa": "US", "maroc": "MA", "morocco": "MA", "autriche": "AT",
    "austria": "AT", "österreich": "AT", "schweiz": "CH", "tunisie": "TN", "algérie": "DZ",
    "sénégal": "SN", "côte d'ivoire": "CI", "australia": "AU", "australie": "AU",
    "pologne": "PL", "poland": "PL",
}  # fmt: skip


@dataclass(frozen=True)
class KnownAccounts:
    """Accounts and brands that a user listed: one row each, columns as in carekit.dataset.schema.

    `hours` are the opening hours of brands, such as `1-5 09:00-18:00`; `ids` say which id stands for
    an account in files that hold no name.
    """

    accounts: pd.DataFrame
    brands: pd.DataFrame
    hours: Mapping[str, str] = field(default_factory=dict)
    ids: Sequence[Person] = ()


def fold(network: str, handle: str) -> str:
    """A handle as its network compares it."""
    return fold_name(handle) if network in FOLDED else handle


def network_name(name: str) -> str:
    """The name of a network as carekit writes it."""
    return site_of(name)[0]


def read_accounts(path: str | os.PathLike[str], *, network: str | None = None) -> KnownAccounts:
    """Read a table of accounts: CSV in any encoding, or a workbook."""
    from carekit.sources.files.table import read_small

    file = Path(path)
    return read_rows(read_small(file, what="accounts"), file=file.name, network=network)


def read_rows(
    read: Sequence[tuple[int, dict[str, str]]], *, file: str, network: str | None
) -> KnownAccounts:
    """The accounts of rows that are read already: line, and cells by heading in lower case."""
    import pandas as pd

    found = list(read[0][1]) if read else []
    called = _called(found)
    rows = [(line, {called.get(k, k): v for k, v in row.items()}) for line, row in read]
    found = [called.get(name, name) for name in found]
    needed = ["account", "brand"] + ([] if network else ["network"])
    missing = [n for n in needed if n not in found]
    if missing:
        raise InputError(
            f"`accounts` {file} has no column {', '.join(map(repr, missing))}; found: "
            f"{', '.join(found) or 'no row'}. Expected the columns: {', '.join(COLUMNS)}. "
            "Rename the columns of that file."
        )
    hours: dict[str, str] = {}
    ids: dict[tuple[str, str], Person] = {}
    made: dict[tuple[str, str], dict[str, object]] = {}
    brands: dict[str, dict[str, object]] = {}
    wrong: list[tuple[int, str]] = []
    for line, row in rows:
        try:
            account = _account(row, network)
            key = (str(account["network"]), fold(str(account["network"]), str(account["account"])))
            if key in made:
                raise ValueError("the account comes twice")
            made[key] = account
            if native := (row.get("account_id") or "").strip():
                known_as = Person(key[0], native, str(account["account"]))
                if ids.setdefault((key[0], native), known_as) != known_as:
                    raise ValueError("its id is that of another account, too")
            _add_brand(brands, row)
            if schedule := (row.get("hours") or "").strip():
                hours[row["brand"].strip()] = schedule
        except ValueError as error:
            wrong.append((line, str(error)))
    if wrong:
        shown = "; ".join(f"line {line}: {why}" for line, why in wrong[:3])
        raise InputError(
            f"`accounts` {file} has {len(wrong)} of {len(rows)} rows that cannot be used "
            f"({shown}). Expected account, network, brand, account_kind (one of: "
            f"{', '.join(ACCOUNT_KINDS)}, or empty) and opened_at (such as 2014-03-01, or empty). "
            "Correct these lines."
        )
    frame = pd.DataFrame(list(made.values()), columns=ACCOUNTS.names)
    frame["opened_at"] = pd.to_datetime(frame["opened_at"], utc=True).astype("datetime64[us, UTC]")
    known = pd.DataFrame(list(brands.values()), columns=BRANDS.names)
    if not set(found) & set(BRANDS.names[1:]):
        known = known.iloc[:0]
    return KnownAccounts(frame, known, hours, tuple(ids.values()))


def _called(found: list[str]) -> dict[str, str]:
    """Headings of the file → our names; a name of ours that is there is taken first."""
    from carekit.sources.files.headings import folded

    made: dict[str, str] = {}
    for ours, names in HEADINGS.items():
        if ours in found:
            continue
        known = [folded(n) for n in names]
        fitting = sorted(
            (n for n in found if folded(n) in known and n not in made),
            key=lambda n: known.index(folded(n)),
        )
        if fitting:
            made[fitting[0]] = ours
    return made


def _account(row: dict[str, str], network: str | None) -> dict[str, object]:
    handle = row["account"].strip().removeprefix("@")
    brand = row["brand"].strip()
    site = network_name(row.get("network") or network or "")
    if not handle or not brand or not site:
        raise ValueError("account, network or brand is empty")
    given = (row.get("account_kind") or "").strip().lower()
    kind = KINDS.get(given.replace("é", "e").removeprefix("compte ").removesuffix(" account"))
    if given and kind is None:
        raise ValueError(f"account_kind is {given!r}")
    opened = _time((row.get("opened_at") or "").strip())
    return dict(zip(ACCOUNTS.names, (handle, site, brand, kind, opened), strict=True))


def _time(value: str) -> datetime | None:
    if not value:
        return None
    try:
        made = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"opened_at is {value!r}") from None
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def _add_brand(brands: dict[str, dict[str, object]], row: dict[str, str]) -> None:
    name = row["brand"].strip()
    brand = brands.setdefault(name, dict.fromkeys(BRANDS.names))
    brand["brand"] = name
    for column in BRANDS.names[1:]:
        value = (row.get(column) or "").strip() or None
        if column == "country" and value and len(value) > 2:
            value = COUNTRIES.get(value.casefold(), value)
        if value and brand[column] not in (value, None):
            raise ValueError(f"{column} of the brand differs from an earlier line")
        brand[column] = value or brand[column]
