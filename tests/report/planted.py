"""Invented banks with planted rates, waits, repeats and hand-offs, as a dataset."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from carekit.dataset.folder import create_dataset
from carekit.dataset.manifest import NOTHING_LEFT_OUT, Selection

ZONE = "Europe/Paris"
LANG: str | None = "fr"
END = pd.Timestamp("2026-07-01T06:00:00Z")
NETWORKS = ("facebook", "x", "instagram")
TEXTS = (
    "Bonjour, comment faire pour débloquer ma carte ?",
    "Toujours aucune nouvelle de mon virement, c'est inadmissible !!",
    "Merci à votre équipe, problème réglé, bravo",
    "J'ai envoyé les documents hier.",
)
PLAIN = "Bonjour, cela est possible sous 48 h."
PRIVATE = "Bonjour, merci de nous envoyer un message privé."


@dataclass(frozen=True)
class Bank:
    """What is planted: requests, answer rate, median wait (minutes), shares of the rest."""

    name: str
    n: int = 400
    rate: float = 0.7
    wait: float = 60.0
    again: float = 0.15
    private: float = 0.3
    networks: tuple[str, ...] = NETWORKS
    sector: str = "bank"


BANKS = (
    Bank("Banque du Ruisseau", 600, 0.74, 55, 0.14, 0.32),
    Bank("Crédit des Dunes", 500, 0.72, 60, 0.13, 0.30),
    Bank("Caisse d'Arvel", 450, 0.62, 140, 0.2, 0.2),
    Bank("Nordane", 450, 0.90, 18, 0.08, 0.45),
    Bank("Mutuelle Orbec", 400, 0.32, 600, 0.33, 0.08),
)


@dataclass
class Rows:
    posts: list[dict[str, object]] = field(default_factory=list)

    def add(self, **row: object) -> str:
        post_id = f"{row['network']}:{len(self.posts) + 1:07d}"
        self.posts.append({"post_id": post_id, **row})
        return post_id


def plant(
    path: Path, banks: tuple[Bank, ...] = BANKS, *, seed: int = 1, days: int = 181,
    selection: Selection = NOTHING_LEFT_OUT, midnight: bool = False, texts: bool = True,
    zone: str | None = ZONE, rejected: int = 0, rejected_own: int = 0, authors: float = 0.7,
    synthetic: bool = True,
) -> Path:  # fmt: skip
    """Write the dataset; every bank has requests of `days` days from January 2026 on."""
    rng, rows = np.random.default_rng(seed), Rows()
    start = pd.Timestamp("2026-01-01", tz=ZONE)
    for bank in banks:
        people = max(int(bank.n * authors), 1)
        for _ in range(bank.n):
            _request(rows, rng, bank, start, days, people, midnight=midnight)
    posts = pd.DataFrame(rows.posts).assign(observed_at=pd.NaT, deleted_at=pd.NaT, rating=pd.NA)
    if selection.kind == "answered_only":
        answered = set(posts["reply_to"].dropna())
        kept = posts["post_id"].isin(answered) | posts["reply_to"].notna()
        posts = posts[kept].reset_index(drop=True)
    if not texts:
        posts["text"] = None
    names = [b.name for b in banks]
    with create_dataset(
        path, title="Banques inventées", licence="CC0-1.0", selection=selection,
        synthetic=synthetic,
    ) as writer:  # fmt: skip
        about = {"n_read": len(posts) + rejected, "n_rejected": rejected} if rejected else {}
        if rejected_own:
            about["rejected"] = {f"brand={names[0]}": rejected_own}
        writer.add_posts(posts, source="planted", **about)
        accounts = [(f"compte{i}", net, b.name) for i, b in enumerate(banks) for net in NETWORKS]
        table = pd.DataFrame(accounts, columns=["account", "network", "brand"])
        writer.set_table(
            "accounts", table.assign(account_kind="main", opened_at=pd.NaT), source="planted"
        )
        brands = pd.DataFrame({"brand": names, "country": "FR", "sector": [b.sector for b in banks],
                               "timezone": zone})  # fmt: skip
        writer.set_table("brands", brands, source="planted")
        writer.describe(observed_until=END.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return path


def _request(
    rows: Rows, rng: np.random.Generator, bank: Bank, start: pd.Timestamp, days: int, people: int,
    *, midnight: bool,
) -> None:  # fmt: skip
    hour = int(rng.choice([9, 9, 9, 10, 11, 13, 15, 18, 21]))
    minute, second = (int(rng.integers(60)) for _ in range(2))
    clock = pd.Timedelta(days=int(rng.integers(days)), hours=hour, minutes=minute, seconds=second)
    at = (start.tz_localize(None) + clock).tz_localize(ZONE)
    network = str(rng.choice(bank.networks))
    person = f"a_{bank.n}{int(rng.integers(people)):05d}"
    place = {"network": network, "surface": "brand_page", "brand": bank.name, "lang": LANG,
             "account": None, "visibility": "public"}  # fmt: skip

    def when(moment: pd.Timestamp) -> pd.Timestamp:
        return (moment.normalize() if midnight else moment.floor("s")).tz_convert("UTC")

    asked = rows.add(
        **place, author_id=person, author_role="customer", created_at=when(at),
        text=str(rng.choice(TEXTS)), reply_to=None, thread_id=None,
    )  # fmt: skip
    wait = pd.Timedelta(minutes=float(np.exp(rng.normal(np.log(bank.wait), 1.2))))
    if rng.random() < bank.again:
        again = at + pd.Timedelta(minutes=float(np.exp(rng.normal(np.log(300), 0.8))))
        if again < END:
            rows.add(**place, author_id=person, author_role="customer", created_at=when(again),
                     text="Une réponse svp ?", reply_to=asked, thread_id=asked)  # fmt: skip
    if rng.random() < bank.rate and at + wait < END:
        said = PRIVATE if rng.random() < bank.private else PLAIN
        rows.add(**place, author_id=None, author_role="brand", created_at=when(at + wait), text=said,
                 reply_to=asked, thread_id=asked)  # fmt: skip
