"""Before any number: what is wrong with the data, and what it closes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.dataset.schema import NETWORKS
from carekit.errors import CannotAnswer
from carekit.report.model import Finding, Value
from carekit.requests.clock import whole_seconds
from carekit.requests.definitions import DEFAULT, get_definition

if TYPE_CHECKING:
    from carekit.dataset.engine import Engine
    from carekit.dataset.folder import Dataset
    from carekit.report.asked import Asked
    from carekit.report.peers import Compared

SAID_FROM, REFUSED_FROM = 0.01, 0.10  # rejected rows: said, refused
MIDNIGHT = 0.95  # share of times at midnight from which they name days only


@dataclass(frozen=True)
class Found:
    """What the look found: facts that close sections, and sentences for the box on page 2."""

    observed_until: str
    midnight: bool = False
    coarse: bool = False
    texts: bool = True
    private_too: bool = False  # private messages are requests
    sentences: tuple[Finding, ...] = field(default=())


def look(dataset: Dataset, engine: Engine, asked: Asked, compared: Compared) -> Found:
    """Look at the data of a report.

    Raises CannotAnswer where there are no posts of customers, or where so many rows were not read
    that a report would look cleaner than its data.
    """
    parts = [p for p in dataset.manifest.parts if p.table == "posts"]
    read = sum((p.n_read or p.rows) - sum(p.left_out.values()) for p in parts)
    rejected = sum(p.n_rejected for p in parts)
    own = sum(p.rejected.get(f"brand={compared.brand}", 0) for p in parts)
    answers = sum(p.rejected.get("role=brand", 0) for p in parts)
    facts = _facts(dataset, engine, compared)
    refuse_rejected(rejected, read, own, facts["own_posts"], compared.brand)
    if not facts["customers"]:
        raise CannotAnswer(
            "None of the posts is by a customer: without their requests there is nothing to answer.",
            "Import again and say who writes (`--roles`).",
        )
    stated = dataset.manifest.observed_until
    end = pd.Timestamp(stated) if stated else pd.Timestamp(facts["newest"], unit="s")
    end = end.tz_localize("UTC") if end.tzinfo is None else end.tz_convert("UTC")
    timed = facts["posts"]
    midnight = bool(timed) and max(facts["midnight"], facts["midnight_local"]) >= MIDNIGHT * timed
    strange = tuple(sorted(set(facts["networks"]) - set(NETWORKS)))
    private_too = get_definition(dataset.manifest.definition or DEFAULT).visibility != "public"
    said: list[Finding] = []

    def say(key: str, **values: Value) -> None:
        said.append(Finding(key, values))

    if dataset.manifest.synthetic:
        say("pre.synthetic")
    if dataset.selection.kind != "none":
        closed = "answer-rate" in dataset.selection.cannot_answer
        say("selection" if closed and not asked.allow_selected else "pre.selected",
            kind=Value("code", dataset.selection.kind))  # fmt: skip
    if rejected and rejected > SAID_FROM * max(read, 1):
        values = {"n": Value("count", rejected), "share": Value("share", rejected / read)}
        if own:
            say("pre.rejected", **values, k=Value("count", own))
        elif answers:
            say("pre.rejected.answers", **values, k=Value("count", answers))
        else:
            say("pre.rejected.unknown", **values)
    if midnight:
        say("pre.midnight")
    elif timed and facts["whole_minutes"] == timed:
        say("pre.minute")
    if not compared.zone_known:
        say("pre.zone")
    if facts["private"]:
        say("pre.private.any" if private_too else "pre.private", n=Value("count", facts["private"]))
    if strange and not private_too:  # channels of a help desk have names of its own
        say("pre.networks", names=Value("text", ", ".join(strange[:5])))
    if not stated:
        say("pre.end", end=Value("date", end.tz_convert(compared.zone).strftime("%Y-%m-%d")))
    if not facts["texts"]:
        say("pre.texts")
    return Found(end.isoformat(), midnight, facts["coarse"], bool(facts["texts"]), private_too,
                 tuple(said))  # fmt: skip


def refuse_rejected(rejected: int, read: int, own: int, own_posts: int, brand: str) -> None:
    """Raise where more than a tenth of the rows, or of the brand's, could not be read."""
    share = max(rejected / max(read, 1), own / max(own_posts + own, 1))
    if rejected and share > REFUSED_FROM:
        raise CannotAnswer(
            f"{rejected:,} of {read:,} rows of the source could not be read"
            f"{f', {own:,} of them about {brand}' if own else ''}: a report on the rest would look "
            "cleaner than its data.",
            "rejected.csv beside the dataset says why; correct the source, or import it with "
            "--map, --roles or --encoding",
        )


def _facts(dataset: Dataset, engine: Engine, compared: Compared) -> dict[str, Any]:
    import ibis
    from ibis import _

    posts = engine.table(dataset, "posts")
    seconds = whole_seconds(posts.created_at)
    customer = (posts.author_role == "customer").cast("int64")
    row = posts.agg(
        posts=posts.count(),
        customers=customer.sum(),
        midnight=(seconds % 86_400 == 0).cast("int64").sum(),
        whole_minutes=(seconds % 60 == 0).cast("int64").sum(),
        texts=posts.text.notnull().cast("int64").sum(),
        private=(posts.visibility == "private").cast("int64").sum(),
        newest=seconds.max(),
        own_posts=(posts.brand == compared.brand).cast("int64").sum(),
    ).execute().iloc[0]  # fmt: skip
    facts = {name: 0 if pd.isna(v) else int(v) for name, v in row.items()}
    # Days of a zone are midnights of that zone: two offsets, of winter and summer, at most.
    hours = (
        posts.filter(seconds % 3600 == 0).group_by(hour=(whole_seconds(_.created_at) // 3600) % 24)
        .agg(n=_.count()).execute()
    )  # fmt: skip
    offsets = {
        pd.Timestamp(f"2025-{month}-01", tz=compared.zone).tz_convert("UTC").hour
        for month in ("01", "07")
    }
    facts["midnight_local"] = int(hours.loc[hours["hour"].isin(offsets), "n"].sum())
    named = posts.select("network").distinct().order_by(ibis.asc("network")).execute()
    facts["networks"] = named["network"].dropna().tolist()
    facts["coarse"] = "created_until" in posts.columns
    return facts
