"""An attacker on shared counts: everything that can be found by adding and subtracting them.

What is known to everybody: the shared folder, which requests exist in which network, and which
brands and months were pooled. Unknown are the atoms: how many requests there are of each
combination of all that the tables count by. Each shared number is a sum of atoms. A small cell is
found if its own sum is a combination of shared sums.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.dataset.engine import connect
from carekit.measures.contacts import count_contacts
from carekit.measures.first_answers import count_handoffs
from carekit.measures.shared_tables import MOST_CONTACTS
from carekit.requests.value import Requests

DEFINITIONS = {"o": "direct-opening", "m": "direct-message", "q": "socialbakers-2015"}


def requests_of(dataset) -> pd.DataFrame:
    """One row a customer post: what it is under each definition, and what is counted of it."""
    with connect() as engine:
        made = None
        for flag, name in DEFINITIONS.items():
            asked = Requests.of(
                dataset, definition=name, by="month", cluster="request_id", engine=engine
            )
            frame = asked.rows().execute().set_index("request_id")
            if made is None:
                made = frame
                made["contacts"] = _of(count_contacts(asked.grouped()), "contacts")
                made["contacts"] = made["contacts"].clip(upper=MOST_CONTACTS).astype(str)
                made["handoff"] = _of(count_handoffs(asked.grouped()), "handoff")
                made["o"] = made["answered"]
            else:
                new = frame.loc[frame.index.difference(made.index)].drop(columns="answered")
                made = pd.concat([made, new])
                made[flag] = frame["answered"]
    made["brand"] = made["brand"].fillna("?")
    made["surface"] = made["surface"].fillna("unknown")
    made["early"] = made["first_response_seconds"] < 0
    seconds = made["first_response_seconds"].fillna(made["observed_seconds"])
    made["minute"] = np.maximum(seconds.astype("float"), 0) // 60
    return made.reset_index()


def _of(counts: pd.DataFrame, column: str) -> pd.Series:
    return counts.set_index("unit")[column]


def shared_sums(shared, posts: pd.DataFrame) -> list[np.ndarray]:
    """Each shared number as the requests that it counts: what the attacker can add and subtract."""
    sums = []

    def network(row) -> pd.Series:
        named = set(shared.read("waits").network) | set(shared.read("surfaces").network)
        here = posts.network.isin(named)
        return ~here if row.network == "(other networks)" else posts.network == row.network

    def within(row, rows: pd.DataFrame, column: str) -> pd.Series:
        here = network(row)
        label = row[column]
        if str(label).startswith("(other"):
            return here & ~posts[column].isin(rows[rows.network == row.network][column].astype(str))
        return here & (posts[column] == str(label))

    for name in shared.tables():
        table = shared.read(name)
        groups = table.groupby("definition") if name == "answers" else [("direct-opening", table)]
        for definition, rows in groups:
            flag = {v: k for k, v in DEFINITIONS.items()}[definition]
            yes, no = posts[flag].eq(True), posts[flag].eq(False)
            column = {"answers": "brand", "waits": "brand", "answers_by_month": "month",
                      "contacts": "contacts", "handoffs": "handoff", "surfaces": "surface"}[name]  # fmt: skip
            last = {}
            for _, row in rows.iterrows():
                here = within(row, rows, column)
                if name == "waits":
                    key = (row.network, row.brand)
                    span = (posts.minute > last.get(key, -1)) & (posts.minute <= row.minute)
                    last[key] = row.minute
                    early = here & yes & posts.early
                    few = posts[early].author_id.nunique() < shared.manifest["min_cell"]
                    sums += [here & yes & span & (~posts.early | few), here & no & span]
                    assert row.events == sums[-2].sum(), (name, dict(row))
                    assert row.censored == sums[-1].sum(), (name, dict(row))
                elif "n_answered" in rows:
                    sums += [here & yes, here & no]
                    assert row.n_answered == sums[-2].sum(), (name, dict(row))
                elif name == "handoffs":
                    sums.append(here & yes)
                    assert row.n == sums[-1].sum(), (name, dict(row))
                else:
                    sums.append(here & (yes | no))
                    assert row.n == sums[-1].sum(), (name, dict(row))
    return [np.asarray(s, dtype=float) for s in sums]


def small_cells(posts: pd.DataFrame, min_cell: int) -> dict[str, np.ndarray]:
    """Every count of a few people that somebody might want to know."""
    made = {}
    places = {"brand": "omq", "month": "o", "contacts": "o", "handoff": "o", "surface": "o"}
    for column, flags in places.items():
        for (network, label), rows in posts.groupby(["network", column]):
            here = posts.index.isin(rows.index)
            wanted = {f"{f} {word}": here & posts[f].eq(word == "answered")
                      for f in flags for word in ("answered", "open")}  # fmt: skip
            wanted["early"] = here & posts.o.eq(True) & posts.early
            wanted["no opening, answered"] = here & posts.o.isna() & posts.m.eq(True)
            wanted["no opening, open"] = here & posts.o.isna() & posts.m.eq(False)
            wanted["opening, no question"] = here & posts.o.notna() & posts.q.isna()
            wanted["answered in the thread only"] = here & posts.o.eq(False) & posts.q.eq(True)
            for what, cell in wanted.items():
                people = posts.author_id[cell].fillna("nobody").nunique()
                if 0 < people < min_cell:
                    made[f"{network} {label}: {what}"] = np.asarray(cell, dtype=float)
    return made


def found(shared, posts: pd.DataFrame, min_cell: int | None = None) -> list[str]:
    """The small cells that are a combination of shared numbers."""
    sums = np.array(shared_sums(shared, posts))
    cells = small_cells(posts, min_cell or shared.manifest["min_cell"])
    # Requests that every sum and cell treats alike are one atom.
    atoms = np.unique(np.vstack([sums, *cells.values()]), axis=1)
    known, wanted = atoms[: len(sums)], atoms[len(sums) :]
    combination = np.linalg.lstsq(known.T, wanted.T, rcond=None)[0]
    off = np.abs(known.T @ combination - wanted.T).max(axis=0, initial=0)
    return [name for name, distance in zip(cells, off, strict=True) if distance < 1e-8]


def thin(shared, posts: pd.DataFrame) -> int:
    """Shared numbers behind which stand some people, but too few."""
    people = [posts.author_id[s > 0].fillna("nobody").nunique() for s in shared_sums(shared, posts)]
    return sum(0 < n < shared.manifest["min_cell"] for n in people)
