"""The tables of `carekit share`: counts of which no combination gives a count of a few people.

All tables of a network count the same requests, or requests whose difference from them is itself
of enough people: sums that somebody else could subtract then give nothing. Networks, brands and
other labels that would break this are pooled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from carekit.dataset.engine import Engine, to_frame
from carekit.dataset.folder import Dataset
from carekit.measures.answers import count_answers
from carekit.measures.contacts import count_contacts
from carekit.measures.first_answers import count_handoffs
from carekit.measures.small_cells import (
    OTHERS,
    coarsen_waits,
    count_people,
    pool_small,
)
from carekit.measures.waits import count_waits
from carekit.requests.build import build_requests
from carekit.requests.value import Requests

if TYPE_CHECKING:
    import ibis

OPENING, MESSAGE, QUESTION = "direct-opening", "direct-message", "socialbakers-2015"
MOST_CONTACTS = 3
_NOBODY = "(no author)"
# Cells of requests that no two share; o, m and q are the three definitions, a answered, u not.
_CELLS = ["oa", "ou", "xa", "xu", "qa", "qu", "nq"]


@dataclass
class Tables:
    """Tables without small cells, and what was left out of them."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    n_withheld: int = 0
    n_networks: int = 0


def shared_tables(dataset: Dataset, *, min_cell: int, min_people: int, engine: Engine) -> Tables:
    """Every table of a dataset that may be given away.

    Parameters
    ----------
    dataset : Dataset
    min_cell : int
        Fewest people behind a count that is shown.
    min_people : int
        Fewest customers of a brand or network that is shown by its name.
    engine : Engine

    Returns
    -------
    Tables
    """
    opening = _ByPerson.of(dataset, definition=OPENING, cluster=None, engine=engine)
    by_brand = _by_brand(dataset, opening.rows(), engine)
    answered_only = "answer-rate" in dataset.selection.cannot_answer
    shown = ["oa"] if answered_only else ["oa", "ou"]
    per_network = count_people(
        by_brand.assign(all="", network=by_brand["network"].astype("object")),
        within="all", label="network", cells=shown,
    )  # fmt: skip
    kept = pool_small(
        per_network, label="network", cells=shown, min_cell=min_cell, min_people=min_people,
        others="(other networks)",
    )  # fmt: skip
    if kept is None:
        return Tables(n_withheld=int(per_network[shown].sum().sum()), n_networks=len(per_network))
    names = set(kept["network"])

    def in_networks(frame: pd.DataFrame) -> pd.DataFrame:
        network = frame["network"].where(frame["network"].isin(names), "(other networks)")
        return frame.assign(network=network)

    made = Tables()

    def add(name: str, counts: pd.DataFrame, label: str, cells: list[str], others: str) -> None:
        parts = []
        for network, rows in _networks(in_networks(counts), label, cells):
            pooled = pool_small(rows, label=label, cells=cells, min_cell=min_cell, others=others)
            assert pooled is not None  # the network would have been pooled
            parts.append(pooled.assign(network=network))
        made.tables[name] = _joined(parts, ["network", label, *cells])

    nameless = _nameless(dataset, engine, min_people)
    layers = {
        network: _layers(rows, shown, nameless, min_cell, min_people)
        for network, rows in _networks(in_networks(by_brand), "brand", _CELLS)
    }
    if not answered_only:
        made.tables["answers"] = _answers(layers, dataset)
        months = _split(count_answers(opening.grouped("network", "month")))
        add("answers_by_month", months, "month", ["n_answered", "n_unanswered"], "(other months)")
        contacts = _contacts(count_contacts(opening.grouped("network")))
        add("contacts", contacts, "contacts", ["n_answered", "n_unanswered"], "(other numbers)")
    waits = count_waits(opening.grouped("network", "brand"))
    if answered_only:
        waits["censored"] = 0
    made.tables["waits"] = _waits(in_networks(waits), layers, min_cell)
    replies = count_handoffs(opening.grouped("network"))
    add("handoffs", _persons(replies), "handoff", ["n"], "(others)")
    asked, rows = opening.grouped("network"), opening.grouped("network").rows()
    places = _persons(asked.count(rows.filter(rows.answered) if answered_only else rows, "surface"))
    places["surface"] = places["surface"].fillna("unknown")
    add("surfaces", places, "surface", ["n"], "(others)")
    for name in {"answers", "answers_by_month"} & set(made.tables):
        made.tables[name]["n"] = made.tables[name][["n_answered", "n_unanswered"]].sum(axis=1)
    return made


class _ByPerson(Requests):
    """Requests whose independent unit is who wrote them, for counting people."""

    def rows(self, *, threads: bool = False) -> ibis.Table:
        made = _with_persons(self._chosen(threads=threads))
        return made.mutate(unit=made.person)


def _with_persons(requests: ibis.Table) -> ibis.Table:
    """The requests with `person`: who wrote each. Those without an author may all be of one."""
    import ibis

    known = requests.author_id.count().execute()
    person = ibis.coalesce(requests.author_id, _NOBODY) if known else requests.request_id
    return requests.mutate(person=person.cast("string"))


def _by_brand(dataset: Dataset, opening: ibis.Table, engine: Engine) -> pd.DataFrame:
    """Requests of each network, brand and person, by what they are under three definitions."""
    import ibis
    from ibis import _

    def judged(name: str, flag: str) -> ibis.Table:
        made = build_requests(dataset, definition=name, engine=engine, with_threads=False).table
        return made.select(**{f"{flag}_id": _.request_id, flag: _.answered})

    messages = build_requests(dataset, definition=MESSAGE, engine=engine, with_threads=False).table
    base = _with_persons(messages).select("request_id", "network", "brand", "person", m="answered")
    openings = opening.select(o_id=_.request_id, o=_.answered)
    joined = base.left_join(openings, [("request_id", "o_id")]).left_join(
        judged(QUESTION, "q"), [("request_id", "q_id")]
    )

    def count(condition: ibis.Value) -> ibis.Value:
        return ibis.coalesce(condition, False).cast("int64").sum()

    rest = _.o.isnull()
    counts = joined.group_by(["network", "brand", "person"]).agg(
        oa=count(_.o), ou=count(~_.o), xa=count(rest & _.m), xu=count(rest & ~_.m),
        qa=count(_.q), qu=count(~_.q), nq=count(_.o.notnull() & _.q.isnull()),
    )  # fmt: skip
    made = to_frame(counts)
    return made.assign(brand=made["brand"].fillna(OTHERS))


def _nameless(dataset: Dataset, engine: Engine, min_people: int) -> set[str]:
    """Brands that may be a person: nobody listed them, and few customers address them.

    An export without accounts takes the writer of an answer for a brand: perhaps Julie of customer
    service.
    """
    from ibis import _

    brands, accounts = dataset.read("brands"), dataset.read("accounts")
    told = accounts[accounts["account_kind"].notna() | accounts["opened_at"].notna()]
    posts = engine.table(dataset, "posts").filter(_.brand.notnull())
    asked = posts.filter(_.author_role == "customer")
    person = asked.post_id if not asked.author_id.count().execute() else asked.author_id
    each = asked.group_by("brand").agg(n=person.nunique())
    addressed = to_frame(each)
    known = {*brands["brand"], *told["brand"], *addressed["brand"][addressed["n"] >= min_people]}
    every = set(to_frame(posts.select("brand").distinct())["brand"])
    return (every - known) | {OTHERS}


def _layers(
    people: pd.DataFrame, shown: Sequence[str], nameless: set[str], min_cell: int, min_people: int
) -> dict[str, pd.DataFrame]:
    """Brands of one network as each definition may show them; each pools what the one before does.

    With the same brands or unions of them, what one definition counts and another does not is a
    count of its own, which must not be small either.
    """
    pooled = pool_small(
        people, label="brand", cells=shown, min_cell=min_cell, min_people=min_people,
        nameless=sorted(nameless),
    )  # fmt: skip
    assert pooled is not None  # the network would have been pooled
    made = {OPENING: pooled}
    if "ou" not in shown:
        return made
    messages = pool_small(pooled, label="brand", cells=["xa", "xu"], min_cell=min_cell)
    differences = {"oa": ["qa"], "ou": ["qu"]}
    if messages is not None:
        made[MESSAGE] = pooled = messages
        pooled = pooled.assign(ma=pooled["oa"] + pooled["xa"], mu=pooled["ou"] + pooled["xu"])
        differences |= {"ma": ["qa"], "mu": ["qu"]}
    questions = pool_small(
        pooled, label="brand", cells=["qa", "qu", "nq"], min_cell=min_cell, differences=differences
    )
    if questions is not None and questions[["qa", "qu"]].to_numpy().any():
        made[QUESTION] = questions
    return made


def _answers(layers: dict[str, dict[str, pd.DataFrame]], dataset: Dataset) -> pd.DataFrame:
    parts = []
    for network, made in layers.items():
        for name, rows in made.items():
            answered, not_answered = {
                OPENING: (rows["oa"], rows["ou"]),
                MESSAGE: (rows["oa"] + rows.get("xa", 0), rows["ou"] + rows.get("xu", 0)),
                QUESTION: (rows["qa"], rows["qu"]),
            }[name]
            counts = {"n_answered": answered, "n_unanswered": not_answered}
            parts.append(
                pd.DataFrame({"definition": name, "network": network, **rows[["brand"]], **counts})
            )
    order = {name: place for place, name in enumerate((OPENING, MESSAGE, QUESTION))}
    table = pd.concat(parts, ignore_index=True)
    table = table[table[["n_answered", "n_unanswered"]].sum(axis=1) > 0]
    table = table.sort_values("definition", key=lambda c: c.map(order), kind="stable")
    places = dataset.read("brands")[["brand", "country", "sector"]].drop_duplicates("brand")
    return table.merge(places, on="brand", how="left")


def _waits(
    waits: pd.DataFrame, layers: dict[str, dict[str, pd.DataFrame]], min_cell: int
) -> pd.DataFrame:
    """Waits of the brands that are shown, in classes of whole minutes.

    Answers that are dated before their request have no wait. Where few people have one they stand
    in the first class all the same: left out, their number would be answered requests less waits.
    """
    shown = {n: set(made[OPENING]["brand"]) for n, made in layers.items()}
    pairs = zip(waits["network"], waits["brand"], strict=True)
    brand = [b if b in shown[n] else OTHERS for n, b in pairs]
    waits = waits.assign(brand=brand, minute=waits["seconds"] // 60)
    parts = []
    for key, rows in waits.groupby(["network", "brand"], sort=True):
        network, name = map(str, key)
        early = rows["backwards"] > 0
        if rows.loc[early, "unit"].nunique() < min_cell:
            rows = rows.assign(events=rows["events"] + rows["backwards"])
        rows = rows.sort_values("minute", kind="stable")
        for kind in ("events", "censored"):
            held = rows[kind] > 0
            new = held & ~rows["unit"].where(held).duplicated()
            rows[f"{kind}_people"] = new.astype("int64")
        parts.append(coarsen_waits(rows, min_cell=min_cell).assign(network=network, brand=name))
    return _joined(parts, ["network", "brand", "minute", "events", "censored"])


def _split(counts: pd.DataFrame) -> pd.DataFrame:
    return _persons(counts).assign(n_unanswered=counts["n"] - counts["n_answered"])


def _persons(counts: pd.DataFrame) -> pd.DataFrame:
    return counts.rename(columns={"unit": "person"})


def _contacts(counts: pd.DataFrame) -> pd.DataFrame:
    answered = counts["answered"].astype(bool)
    return _persons(counts).assign(
        contacts=counts["contacts"].clip(upper=MOST_CONTACTS).astype("str"),
        n_answered=counts["n"].where(answered, 0),
        n_unanswered=counts["n"].where(~answered, 0),
    )


def _networks(
    counts: pd.DataFrame, label: str, cells: list[str]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The people of each network by label."""
    people = count_people(counts, label=label, cells=cells)
    for network, rows in people.groupby("network", sort=True):
        yield str(network), rows


def _joined(parts: Iterable[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    held = [p for p in parts if len(p)]
    return pd.concat(held, ignore_index=True)[columns] if held else pd.DataFrame(columns=columns)
