"""The accounts of brands, as a user lists them: account, network, brand, account_kind, opened_at.

The file may also hold country, sector and timezone, which fill the brands table.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from carekit.dataset.privacy import fold_name
from carekit.dataset.schema import ACCOUNT_KINDS, ACCOUNTS, BRANDS
from carekit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (*ACCOUNTS.names, *BRANDS.names[1:])
SAME_NETWORK = {"twitter": "x", "appstore": "app_store", "googleplay": "google_play"}
# Networks on which @Acme and @acme are the same account.
FOLDED = ("x", "facebook", "instagram", "bluesky", "mastodon", "reddit", "telegram", "other")


@dataclass(frozen=True)
class KnownAccounts:
    """Accounts and brands that a user listed: one row each, columns as in carekit.dataset.schema."""

    accounts: pd.DataFrame
    brands: pd.DataFrame


def fold(network: str, handle: str) -> str:
    """A handle as its network compares it.

    Examples
    --------
    >>> fold("x", "SprintCare"), fold("youtube", "UCxY")
    ('sprintcare', 'UCxY')
    """
    return fold_name(handle) if network in FOLDED else handle


def network_name(name: str) -> str:
    """The name of a network as carekit writes it.

    Examples
    --------
    >>> network_name(" Twitter ")
    'x'
    """
    plain = name.strip().lower().replace(" ", "_").replace("-", "_")
    return SAME_NETWORK.get(plain, plain)


def read_accounts(path: str | os.PathLike[str], *, network: str | None = None) -> KnownAccounts:
    """Read a CSV file of accounts.

    Parameters
    ----------
    path : path
        One row per account. Needed: account, brand, and network unless it is given here. May be
        there: account_kind (main, care), opened_at (ISO date or time, UTC), and of the brand its
        country (ISO 3166-1 alpha-2), sector and timezone (IANA).
    network : str, optional
        For rows, or a file, without a network.

    Raises
    ------
    InputError
        With the lines at fault, if a column is missing, a value is not allowed or an account
        comes twice.
    """
    import pandas as pd

    from carekit.sources.files.table import read_small

    file = Path(path)
    rows = read_small(file, what="accounts")
    found = list(rows[0][1]) if rows else []
    needed = ["account", "brand"] + ([] if network else ["network"])
    missing = [n for n in needed if n not in found]
    if missing:
        raise InputError(
            f"`accounts` {file.name} has no column {', '.join(map(repr, missing))}; found: "
            f"{', '.join(found) or 'no row'}. Expected the columns: {', '.join(COLUMNS)}. "
            "Rename the columns of that file."
        )
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
            _add_brand(brands, row)
        except ValueError as error:
            wrong.append((line, str(error)))
    if wrong:
        shown = "; ".join(f"line {line}: {why}" for line, why in wrong[:3])
        raise InputError(
            f"`accounts` {file.name} has {len(wrong)} of {len(rows)} rows that cannot be used "
            f"({shown}). Expected account, network, brand, account_kind (one of: "
            f"{', '.join(ACCOUNT_KINDS)}, or empty) and opened_at (such as 2014-03-01, or empty). "
            "Correct these lines."
        )
    frame = pd.DataFrame(list(made.values()), columns=ACCOUNTS.names)
    frame["opened_at"] = pd.to_datetime(frame["opened_at"], utc=True).astype("datetime64[us, UTC]")
    known = pd.DataFrame(list(brands.values()), columns=BRANDS.names)
    if not set(found) & set(BRANDS.names[1:]):
        known = known.iloc[:0]
    return KnownAccounts(frame, known)


def _account(row: dict[str, str], network: str | None) -> dict[str, object]:
    handle = row["account"].strip().removeprefix("@")
    brand = row["brand"].strip()
    site = network_name(row.get("network") or network or "")
    if not handle or not brand or not site:
        raise ValueError("account, network or brand is empty")
    kind = (row.get("account_kind") or "").strip().lower() or None
    if kind not in (*ACCOUNT_KINDS, None):
        raise ValueError(f"account_kind is {kind!r}")
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
        if value and brand[column] not in (value, None):
            raise ValueError(f"{column} of the brand differs from an earlier line")
        brand[column] = value or brand[column]
