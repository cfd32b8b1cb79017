"""Who is compared: the client and its peers, and how peers are named where they must not be."""

from __future__ import annotations

import difflib
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carekit.errors import InputError
from carekit.report.asked import MIN_N, Asked

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

FEWEST = 5  # people of a peer without its name below whom no count is shown
WORDS = {"fr": "Concurrent", "en": "Peer"}


@dataclass(frozen=True)
class Compared:
    """The client, its peers with requests, and why these; `names` are those that are shown."""

    brand: str
    peers: tuple[str, ...]
    how: str  # sector, country, all, named
    names: Mapping[str, str]
    small: tuple[str, ...] = ()  # peers below MIN_N requests: in tables, not ranked
    zone: str = "UTC"
    zone_known: bool = False

    @property
    def all(self) -> tuple[str, ...]:
        return (self.brand, *self.peers)

    @property
    def ranked(self) -> tuple[str, ...]:
        """The client and the peers with enough requests, under the names shown."""
        return tuple(self.names[b] for b in self.all if b not in self.small)


def choose(dataset: Dataset, sizes: Mapping[str, int], asked: Asked) -> Compared:
    """Who is compared; `sizes`: brand → its requests of the period.

    Raises InputError where the brand is not known (with the nearest names), has too few requests,
    or peers are named that are not there.
    """
    brand = _known(asked.brand, sizes, "brand")
    if (n := sizes[brand]) < MIN_N:
        raise InputError(
            f"`brand` {brand!r} has {n} request{'s' if n != 1 else ''} in the period; at least "
            f"{MIN_N} are needed for a report. Choose a longer period or another brand."
        )
    about = dataset.read("brands").drop_duplicates("brand").set_index("brand")
    others = sorted(b for b in sizes if b != brand and sizes[b] > 0)
    peers, how = _peers(asked.peers, brand, others, sizes, about)
    zone = zone_of(dataset, brand)
    names = {b: b for b in (brand, *peers)}
    if asked.anonymise_peers:
        names.update(_letters(dataset, peers, asked.lang))
    small = tuple(b for b in peers if sizes[b] < MIN_N)
    return Compared(brand, peers, how, names, small, zone or "UTC", bool(zone))


def zone_of(dataset: Dataset, brand: str) -> str:
    """The time zone of a brand, else that of the dataset; empty where neither is known."""
    about = dataset.read("brands")
    named = about.loc[about["brand"] == brand, "timezone"].dropna()
    return str(named.iloc[0] if len(named) and named.iloc[0] else dataset.manifest.timezone or "")


def _known(name: str, sizes: Mapping[str, int], option: str) -> str:
    if name in sizes:
        return name
    near = difflib.get_close_matches(name, list(sizes), n=5, cutoff=0.4)
    fold = {b.casefold(): b for b in sizes}
    near = list(
        dict.fromkeys([*([fold[name.casefold()]] if name.casefold() in fold else []), *near])
    )
    listed = near or sorted(sizes, key=lambda b: -sizes[b])[:5]
    raise InputError(
        f"`{option}` is {name!r}, of which the dataset holds no request. "
        f"{'Nearest names' if near else 'Its largest brands'}: {', '.join(listed)}. Name one of "
        "its brands, as it is written there."
    )


def _peers(
    wanted: str | Sequence[str],
    brand: str,
    others: list[str],
    sizes: Mapping[str, int],
    about: object,
) -> tuple[tuple[str, ...], str]:
    import pandas as pd

    assert isinstance(about, pd.DataFrame)
    if not isinstance(wanted, str) or wanted not in {"auto", "sector", "country", "all"}:
        listed = wanted.split(",") if isinstance(wanted, str) else list(wanted)
        named = [_known(name.strip(), sizes, "peers") for name in listed if name.strip()]
        return tuple(sorted(set(named) - {brand})), "named"
    if wanted == "all":
        return tuple(others), "all"
    column = "sector" if wanted == "auto" else wanted
    value = about[column].get(brand) if brand in about.index else None
    same = [b for b in others if b in about.index and about[column].get(b) == value]
    if isinstance(value, str) and same:
        return tuple(same), column
    if wanted == "auto":
        return tuple(others), "all"
    raise InputError(
        f"`peers` is {wanted!r}, but no other brand is known to share the {column} of {brand!r}"
        f"{f' ({value})' if isinstance(value, str) else ', which is not known'}. Name the peers, "
        "or write all."
    )


def _letters(dataset: Dataset, peers: Sequence[str], lang: str) -> dict[str, str]:
    """Peer A, Peer B … in an order that tells nothing of the names or the numbers."""
    key = "".join(dataset.state[1:]).encode()

    def mixed(name: str) -> str:
        return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()

    return {peer: f"{WORDS[lang]} {_letter(i)}" for i, peer in enumerate(sorted(peers, key=mixed))}


def _letter(i: int) -> str:
    """A, B … Z, AA, AB …"""
    return (_letter(i // 26 - 1) if i >= 26 else "") + chr(ord("A") + i % 26)


def rounded(n: float) -> float:
    """A count to two figures, as it is shown of a peer without its name; none below five.

    >>> rounded(1234), rounded(87), rounded(3)
    (1200, 87, nan)
    """
    n = int(n)
    if n < FEWEST:
        return float("nan")
    size = 10 ** max(len(str(abs(n))) - 2, 0)
    return round(n / size) * size
