"""`carekit share`: counts without people, that others can analyse again, pool and check.

A dataset becomes a folder of small integer tables: no text, no author, no post id, no time finer
than a minute, no cell below a smallest size. The functions that take counts take these tables.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from carekit.dataset import atomic as files
from carekit.dataset.engine import Engine, using
from carekit.dataset.folder import Dataset, now
from carekit.errors import DatasetError, InputError
from carekit.measures.answers import count_answers
from carekit.measures.contacts import count_contacts
from carekit.measures.first_answers import NO_TEXT, count_handoffs
from carekit.measures.small_cells import check_min_cell, coarsen_waits, pool_small
from carekit.measures.surfaces import count_surfaces
from carekit.measures.waits import count_waits
from carekit.requests.value import Requests

DEFINITIONS = ("direct-opening", "direct-message", "socialbakers-2015")
MANIFEST = "manifest.json"
MOST_CONTACTS = 3

COLUMNS: dict[str, dict[str, str]] = {
    "answers": {
        "definition": "what a request and an answer are, see carekit.requests.definitions",
        "network": "site",
        "brand": "firm; (other brands) for those with a small cell",
        "country": "market of the brand",
        "sector": "line of business of the brand",
        "n": "requests",
        "n_answered": "answered requests",
    },
    "answers_by_month": {
        "network": "site",
        "month": "month of the request, UTC; (other months) for those with a small cell",
        "n": "requests (direct-opening)",
        "n_answered": "answered requests",
    },
    "waits": {
        "network": "site",
        "brand": "firm; (other brands) for those with a small cell",
        "minute": "longest wait of the class, whole minutes (direct-opening)",
        "events": "requests answered after a wait of this class; backdated answers left out",
        "censored": "requests unanswered when last looked at, after a time of this class",
    },
    "contacts": {
        "network": "site",
        "contacts": "posts of the customer until the first answer or the last look; 3: 3 or more",
        "n_answered": "requests answered after that many",
        "n_unanswered": "requests not answered",
    },
    "handoffs": {
        "network": "site",
        "handoff": "requested, announced, none: what the first answer says of private messages",
        "n": "first answers with a text",
    },
    "surfaces": {
        "network": "site",
        "surface": "where the request stands, seen from the brand",
        "n": "requests (direct-opening)",
    },
}


@dataclass(frozen=True)
class Shared:
    """A folder of shared counts: its tables and its manifest."""

    path: Path
    manifest: Mapping[str, Any]

    def tables(self) -> list[str]:
        """Names of the tables, in alphabetical order."""
        return sorted(self.manifest["tables"])

    def read(self, name: str) -> pd.DataFrame:
        """One table of counts.

        Raises
        ------
        InputError
            If there is no such table.
        DatasetError
            If the file is missing or is not the one that the manifest names.
        """
        if name not in self.manifest["tables"]:
            raise InputError(
                f"`name` is {name!r}; expected one of: {', '.join(self.tables())}. "
                "Choose one of these."
            )
        path = self.path / f"{name}.csv"
        if not path.is_file() or files.checksum(path) != self.manifest["tables"][name]["sha256"]:
            raise DatasetError(
                f"{path} is missing or was changed since it was shared; expected the file that "
                f"{MANIFEST} names. Get the folder again from its source."
            )
        return pd.read_csv(path)

    def __str__(self) -> str:
        rows = ", ".join(f"{n} ({t['rows']} rows)" for n, t in self.manifest["tables"].items())
        return (
            f"Shared counts of {self.manifest['title']}: {rows}; smallest cell "
            f"{self.manifest['min_cell']}, {self.manifest['withheld']} requests withheld."
        )


def share_counts(
    dataset: Dataset,
    *,
    out: str | os.PathLike[str],
    min_cell: int = 5,
    engine: Engine | None = None,
) -> Shared:
    """Write the counts of a dataset to a folder that can be given away.

    Parameters
    ----------
    dataset : Dataset
    out : path
        A new folder, or an empty one.
    min_cell : int
        Smallest count that is shown. Rows with a smaller one are pooled with others, waits are
        joined into longer classes; what stays below is withheld and counted.
    engine : Engine, optional

    Returns
    -------
    Shared
        The folder holds one CSV a table, CARD.md and manifest.json.

    Raises
    ------
    InputError
        If `min_cell` is no whole number from 1 on.
    DatasetError
        If the folder holds anything already.

    Notes
    -----
    On a dataset of answered conversations the tables that its selection makes meaningless
    (answers, contacts) are left out, and waits hold answered requests only.

    Examples
    --------
    >>> import tempfile
    >>> from carekit.dataset.folder import open_dataset
    >>> from carekit.inference.rates.proportions import estimate_rate
    >>> folder = Path(tempfile.mkdtemp()) / "counts"
    >>> shared = share_counts(open_dataset(), out=folder)
    >>> answers = shared.read("answers").query("definition == 'direct-opening'")
    >>> len(estimate_rate(answers, by="network", cluster="brand")) > 3
    True
    """
    check_min_cell(min_cell)
    folder = Path(out).absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DatasetError(
            f"{folder} already exists and is not an empty folder; shared counts need a path of "
            "their own. Choose another --out, or delete it first."
        )
    with using(engine) as opened:
        tables, withheld = _tables(dataset, min_cell, opened)
    return _write(dataset, folder, tables, withheld, min_cell)


def open_shared(path: str | os.PathLike[str]) -> Shared:
    """Open a folder that `share_counts` wrote.

    Raises
    ------
    DatasetError
        If it holds no manifest of shared counts.
    """
    folder = Path(path)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["kind"] != "shared counts":
            raise KeyError("kind")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"{folder} holds no {MANIFEST} of shared counts. Give the folder that `carekit share` "
            "wrote."
        ) from error
    return Shared(folder, manifest)


def _tables(dataset: Dataset, min_cell: int, engine: Engine) -> tuple[dict[str, pd.DataFrame], int]:
    """Every table, without small cells, and how many requests were withheld at most in one."""
    made: dict[str, pd.DataFrame] = {}
    withheld: dict[str, int] = {}

    def pooled(name: str, table: pd.DataFrame, label: str, counts: list[str], **more: Any) -> None:
        within = [c for c in more.pop("within", []) if c in table.columns]
        made[name], withheld[name] = pool_small(
            table, within=within, label=label, counts=counts, min_cell=min_cell, **more
        )

    opening = Requests.of(dataset, by="network", cluster=None, engine=engine)
    if "answer-rate" not in dataset.selection.cannot_answer:
        answers = pd.concat([_answers(opening, name) for name in DEFINITIONS])
        pooled(
            "answers", answers, "brand", ["n_answered", "n_unanswered"],
            within=["definition", "network"],
        )  # fmt: skip
        months = _split(count_answers(opening.grouped("network", "month")))
        pooled(
            "answers_by_month", months, "month", ["n_answered", "n_unanswered"],
            within=["network"], others="(other months)",
        )  # fmt: skip
        pooled(
            "contacts", _contacts(opening), "contacts", ["n_answered", "n_unanswered"],
            within=["network"], others="(other numbers)",
        )  # fmt: skip
    made["waits"], withheld["waits"] = _waits(opening, min_cell)
    replies = count_handoffs(opening)
    told = replies[replies["handoff"] != NO_TEXT].reset_index(drop=True)
    pooled("handoffs", told, "handoff", ["n"], within=["network"], others="(others)")
    places = count_surfaces(opening)
    places = places[places["surface"].notna()].reset_index(drop=True)
    pooled("surfaces", places, "surface", ["n"], within=["network"], others="(others)")
    for name in ("answers", "answers_by_month"):
        if name in made:
            made[name] = made[name].assign(n=lambda t: t["n_answered"] + t["n_unanswered"])
    tidy = {name: t[list(COLUMNS[name])] for name, t in made.items()}
    return {name: tidy[name] for name in COLUMNS if name in tidy}, sum(withheld.values())


def _split(counts: pd.DataFrame) -> pd.DataFrame:
    return counts.assign(n_unanswered=counts["n"] - counts["n_answered"]).drop(columns="n")


def _answers(opening: Requests, name: str) -> pd.DataFrame:
    asked = opening.but(definition=name, by="network,brand,country,sector")
    counts = _split(count_answers(asked))
    counts.insert(0, "definition", asked.definition.name)
    return counts


def _contacts(opening: Requests) -> pd.DataFrame:
    counts = count_contacts(opening)
    counts["contacts"] = counts["contacts"].clip(upper=MOST_CONTACTS)
    wide = counts.assign(
        n_answered=counts["n"].where(counts["answered"].astype(bool), 0),
        n_unanswered=counts["n"].where(~counts["answered"].astype(bool), 0),
    )
    sums = ["n_answered", "n_unanswered"]
    wide = wide.groupby(["network", "contacts"], as_index=False)[sums].sum()
    return wide.astype({"contacts": "object"})


def _waits(opening: Requests, min_cell: int) -> tuple[pd.DataFrame, int]:
    """Waits by brand; brands too small for any class are pooled first."""
    waits = count_waits(opening.grouped("network", "brand"))
    if opening.dataset.selection.kind == "answered_only":
        waits["censored"] = 0
    waits["minute"] = waits["seconds"] // 60
    waits = waits.groupby(["network", "brand", "minute"], dropna=False, as_index=False)[
        ["events", "censored"]
    ].sum()
    totals = waits.groupby(["network", "brand"], dropna=False, as_index=False)[
        ["events", "censored"]
    ].sum()
    kept, withheld = pool_small(
        totals, within=["network"], label="brand", counts=["events", "censored"], min_cell=min_cell
    )
    shown = set(zip(kept["network"], kept["brand"], strict=True))
    pairs = zip(waits["network"], waits["brand"], strict=True)
    waits["brand"] = [b if (n, b) in shown else "(other brands)" for n, b in pairs]
    pairs = zip(waits["network"], waits["brand"], strict=True)
    waits = waits[[pair in shown for pair in pairs]]
    coarse, more = coarsen_waits(waits, by=["network", "brand"], min_cell=min_cell)
    return coarse, withheld + more


def _write(
    dataset: Dataset,
    folder: Path,
    tables: dict[str, pd.DataFrame],
    withheld: int,
    min_cell: int,
) -> Shared:
    """All files into a folder beside `folder`, then one rename."""
    staging = folder.parent / f".{folder.name}.{os.getpid()}.partial"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    try:
        described = {}
        for name, table in tables.items():
            text = table.to_csv(index=False, lineterminator="\n")
            files.write_text(staging / f"{name}.csv", text)
            described[name] = {
                "rows": len(table),
                "columns": list(table.columns),
                "sha256": files.checksum(staging / f"{name}.csv"),
            }
        source = dataset.manifest
        manifest = {
            "kind": "shared counts",
            "title": source.title,
            "licence": source.licence,
            "created_at": now(),
            "synthetic": source.synthetic,
            "observed_until": source.observed_until,
            "selection": {"kind": source.selection.kind, "why": source.selection.why},
            "min_cell": min_cell,
            "withheld": withheld,
            "tables": described,
        }
        files.write_json(staging / MANIFEST, manifest)
        files.write_text(staging / "CARD.md", _card(manifest))
        if folder.is_dir():
            folder.rmdir()
        os.replace(staging, folder)
        files.sync(folder.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Shared(folder, manifest)


def _card(manifest: Mapping[str, Any]) -> str:
    selection = manifest["selection"]
    lines = [f"# Counts of {manifest['title']}", ""]
    if manifest["synthetic"]:
        lines += ["**Synthetic.** Results on it recover a planted truth; they are no evidence.", ""]
    lines += [
        "Counts only: no text, no person, no post id.",
        "",
        f"- Licence: {manifest['licence']}",
        f"- Counted: {manifest['created_at']}",
        f"- Observed until: {manifest['observed_until'] or 'not stated'}",
        f"- Selection: {selection['kind']}. {selection['why']}".rstrip(),
        f"- Smallest cell: {manifest['min_cell']}. Rows with a smaller count are pooled, waits are "
        "joined into longer classes; requests withheld because nothing was left to pool them with: "
        f"{manifest['withheld']} (summed over tables)",
        "- Personal data: none; removed by counting.",
    ]
    for name, table in manifest["tables"].items():
        lines += ["", f"## {name}.csv", "", f"{table['rows']} rows.", ""]
        lines += ["| column | meaning |", "|---|---|"]
        lines += [f"| {c} | {COLUMNS[name][c]} |" for c in table["columns"]]
    lines += [
        "",
        "## Known bias",
        "",
        "- Waits stand at the longest of their class: medians and means lie a little too high.",
        "- Pooled rows mix brands; leave them out of anything that compares brands.",
        "- Requests are not independent within a brand: give the brand as cluster.",
    ]
    return "\n".join(lines) + "\n"
