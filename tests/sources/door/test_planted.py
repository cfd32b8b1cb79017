"""A year of posts with known answer rates, written as offices export them, goes in at once."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

import carekit

from .conftest import Load, lines

NETWORKS = {"Page Facebook": "facebook", "X (Twitter)": "x", "Instagram": "instagram",
            "LinkedIn Company Page": "linkedin"}  # fmt: skip
BRANDS = {"Zelt & Söhne": "zelt", "L'Orée": "loree", "Crédit Nord": "creditnord"}
PRIVATE = ("E-mail", "Chat", "Instagram DM")


def planted() -> tuple[list[dict[str, Any]], dict[tuple[str, str], tuple[int, int]]]:
    """Posts in the order of their times; answered requests and all of each brand and network."""
    random_ = random.Random(11)
    posts: list[dict[str, Any]] = []
    truth = {}

    def add(**post: Any) -> str:
        posts.append(post | {"id": f"{10**15 + len(posts) * 7}"})
        return str(posts[-1]["id"])

    for b, (brand, account) in enumerate(BRANDS.items()):
        for k, (label, network) in enumerate(NETWORKS.items()):
            n, n_answered = 14 + 3 * k, 4 + 2 * b + k
            truth[brand, network] = n_answered, n
            place = {"net": label, "brand": brand, "account": account}
            for i in range(n):
                when = datetime(2025, 3, 1) + timedelta(minutes=random_.randrange(130_000))
                asked = {**place, "who": f"Élise {b}{k}{i}", "role": "Client"}
                first = add(**asked, at=when, text="Bonjour, où en est ma demande ?", to="")
                if i % 4 == 0:
                    again = when + timedelta(minutes=5)
                    add(**asked, at=again, text="Toujours rien ; déçu", to=first)
                if i < n_answered:
                    later = when + timedelta(minutes=random_.randrange(20, 900))
                    add(**place, who=account, role="Conseiller", at=later, to=first,
                        text=f"Bonjour, c'est réglé ({i})")  # fmt: skip
            add(**place, who=account, role="Conseiller", at=when, text="Bon week-end !", to="")
    return sorted(posts, key=lambda p: (p["at"], p["id"])), truth


POSTS, TRUTH = planted()
ACCOUNTS = "Compte;Réseau;Marque;Pays\n" + "".join(
    f"{account};{label};{brand};France\n" for brand, account in BRANDS.items() for label in NETWORKS
)


def table(head: str, row: Callable[[dict[str, Any]], list[object]]) -> str:
    return lines(head, *map(row, POSTS), delimiter=";")


def place(p: dict[str, Any]) -> list[object]:
    return [p["net"], p["account"], p["brand"], p["who"], p["text"], p["to"]]


HEAD = "Réseau;Compte;Marque;Auteur;Message;En réponse à"
ONE_TIME = table(
    f"ID message;Date;{HEAD};Rôle",
    lambda p: [p["id"], f"{p['at']:%d/%m/%Y %H:%M}", *place(p), p["role"]],
)
TWO_TIMES = table(
    f"ID message;Date;Heure;{HEAD};Rôle",
    lambda p: [p["id"], f"{p['at']:%d/%m/%Y}", f"{p['at']:%H:%M:%S}", *place(p), p["role"]],
)
BY_ACCOUNT = table(
    f"ID message;Date;{HEAD}", lambda p: [p["id"], f"{p['at']:%d/%m/%Y %Hh%M}", *place(p)]
)
OWN_WORDS = ONE_TIME.replace(";Conseiller\n", ";Pôle relation\n")


def workbook() -> bytes:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Export")
        time = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for column, name in enumerate(f"ID message;Date;{HEAD};Rôle".split(";")):
            sheet.write_string(0, column, name)
        for number, p in enumerate(POSTS, 1):
            sheet.write_string(number, 0, p["id"])
            sheet.write_datetime(number, 1, p["at"], time)
            for column, cell in enumerate([*place(p), p["role"]], 2):
                sheet.write_string(number, column, str(cell))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "options"),
    [
        pytest.param(lambda: ONE_TIME, {}, id="one time"),
        pytest.param(lambda: TWO_TIMES.encode("cp1252"), {}, id="day and hour, letters of Windows"),
        pytest.param(lambda: BY_ACCOUNT, {}, id="no roles, the accounts tell"),
        pytest.param(lambda: OWN_WORDS, {"roles": {"Pôle relation": "brand"}}, id="own words"),
        pytest.param(workbook, {"name": ".xlsx"}, id="workbook"),
    ],
)
def test_every_brand_and_network_has_its_rate(
    load: Load, content: Callable[[], Any], options: dict[str, Any]
) -> None:
    made = load(content(), accounts=ACCOUNTS, dayfirst=True, tz="Europe/Paris", **options)
    rates = carekit.answer_rate(made.dataset, by="brand,network")
    got = {(r.brand, r.network): (r.n_answered, r.n) for r in rates.itertuples()}
    assert got == TRUTH
    assert made.report.n_rejected == 0
    assert made.dataset.manifest.timezone == "Europe/Paris"


def test_the_tickets_of_the_same_office(load: Load) -> None:
    content = lines(
        "Ticket;Créé le;Première réponse le;Agent;Canal;Demandeur;Objet;CSAT;Statut",
        *([f"CC-{i}", f"{1 + i % 28:02d}/03/2025 10:00",
           f"{1 + i % 28:02d}/03/2025 10:42" if i % 5 else "", "Léa", PRIVATE[i % 3], f"Client {i}",
           "ma carte", 1 + i % 5 if i % 5 else "", "Clos"] for i in range(60)), delimiter=";",
    )  # fmt: skip
    made = load(content, format="auto", brand="Zelt", dayfirst=True, tz="Europe/Paris")
    assert made.report.format == "tickets"
    assert made.rate() == (48, 60)
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 42
    by_channel = carekit.answer_rate(made.dataset, by="network")
    assert set(by_channel.network) == {"email", "chat", "instagram"}
    satisfied = carekit.csat(made.dataset)
    assert (satisfied.n[0], satisfied.n_satisfied[0], satisfied.n_missing[0]) == (48, 24, 12)
