"""`carekit share`: counts without people, that others can analyse again, pool and check.

A dataset becomes a folder of small integer tables: no text, no author, no post id, no time finer
than a minute, no cell below a smallest size. The functions that take counts take these tables.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.dataset import atomic as files
from carekit.dataset.card import plain_markdown
from carekit.dataset.csv_files import csv_text, plain_cell
from carekit.dataset.engine import Engine, using
from carekit.dataset.folder import Dataset, now
from carekit.dataset.locking import staging
from carekit.errors import DatasetError, InputError
from carekit.measures.shared_tables import Tables, shared_tables
from carekit.measures.small_cells import check_min_cell

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"

COLUMNS: dict[str, dict[str, str]] = {
    "answers": {
        "definition": "what a request and an answer are, see carekit.requests.definitions",
        "network": "site",
        "brand": "firm; (other brands) for those with a small cell, or that may be a person",
        "country": "market of the brand",
        "sector": "line of business of the brand",
        "n": "requests",
        "n_answered": "answered requests",
    },
    "answers_by_month": {
        "network": "site",
        "month": "month of the request; (other months) for those with a small cell",
        "n": "requests (direct-opening)",
        "n_answered": "answered requests",
    },
    "waits": {
        "network": "site",
        "brand": "firm; (other brands) for those with a small cell",
        "minute": "longest wait of the class, whole minutes (direct-opening)",
        "events": "requests answered after a wait of this class; backdated answers left out, or "
        "in the first class where few customers have one",
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
        "handoff": "requested, announced, none: what the first answer says of private messages; "
        "no text if it holds none; (others) for those with a small cell",
        "n": "answered requests (direct-opening)",
    },
    "surfaces": {
        "network": "site",
        "surface": "where the request stands, seen from the brand; (others) for small cells",
        "n": "requests (direct-opening); of answered conversations, the answered ones",
    },
}

BIAS = (
    "## Known bias",
    "",
    "- Waits stand at the longest of their class: medians and means lie a little too high.",
    "- Answers dated before their request have no wait: they are left out of waits, or stand in "
    "the first class where few customers have one.",
    "- Pooled rows mix brands; leave them out of anything that compares brands.",
    "- Requests are not independent within a brand: give the brand as cluster.",
)


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
        import pandas as pd

        table = pd.read_csv(path)
        words = table.columns[[kind.kind not in "biufc" for kind in table.dtypes]]
        return table.assign(**{name: table[name].map(plain_cell) for name in words})

    def __str__(self) -> str:
        rows = ", ".join(f"{n} ({t['rows']} rows)" for n, t in self.manifest["tables"].items())
        return (
            f"Shared counts of {self.manifest['title']}: {rows}; smallest cell "
            f"{self.manifest['min_cell']} people, {_at_most(self.manifest['withheld'])} withheld."
        )


def share_counts(
    dataset: Dataset,
    *,
    out: str | os.PathLike[str],
    min_cell: int = 5,
    min_people: int = 10,
    engine: Engine | None = None,
) -> Shared:
    """Write the counts of a dataset to a folder that can be given away.

    Parameters
    ----------
    dataset : Dataset
    out : path
        A new folder, or an empty one.
    min_cell : int
        Fewest people behind a count that is shown, and smallest difference between two counts.
        Rows with fewer are pooled with others, waits are joined into longer classes.
    min_people : int
        Fewest customers of a brand or network that is shown by its name.
    engine : Engine, optional

    Returns
    -------
    Shared
        The folder holds a CSV and a card for each table, CARD.md and manifest.json.

    Raises
    ------
    InputError
        If `min_cell` or `min_people` is no whole number from 1 on.
    DatasetError
        If the folder holds anything already.

    Notes
    -----
    On a dataset of answered conversations the tables that its selection makes meaningless
    (answers, contacts) are left out, and the others hold answered requests only.

    All tables of a network count the same requests, or leave out only what is itself of enough
    people. A definition is pooled at least as far as the one before it, and is left out where its
    difference from that stays small. A brand that nobody listed and that fewer than `min_people`
    customers address by its name may be an employee, and is pooled. Posts without an author count
    as one person of a network, unless no post has an author. What is withheld altogether is told
    as an upper bound, a multiple of `min_cell`.

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
    check_min_cell(min_people, "min_people")
    folder = Path(os.path.realpath(out))
    _check_free(folder)
    with using(engine) as opened:
        made = shared_tables(dataset, min_cell=min_cell, min_people=min_people, engine=opened)
    return _write(dataset, folder, made, min_cell, min_people)


def _check_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DatasetError(
            f"{folder} already exists and is not an empty folder; shared counts need a path of "
            "their own. Choose another --out, or delete it first."
        )


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


def _write(dataset: Dataset, folder: Path, made: Tables, min_cell: int, min_people: int) -> Shared:
    """All files into a folder beside `folder`, then one rename."""
    with staging(folder) as private:
        _check_free(folder)
        target = private / "counts"
        described = {}
        for name in COLUMNS:
            if name in made.tables:
                table = made.tables[name][list(COLUMNS[name])]
                files.write_text(target / f"{name}.csv", csv_text(table))
                described[name] = {
                    "rows": len(table),
                    "columns": list(table.columns),
                    "sha256": files.checksum(target / f"{name}.csv"),
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
            "min_people": min_people,
            "withheld": -(-made.n_withheld // min_cell) * min_cell,
            "tables": described,
        }
        files.write_json(target / MANIFEST, manifest)
        files.write_text(target / "CARD.md", _card(manifest))
        for name in described:
            files.write_text(target / f"{name}.md", _card_of(name, manifest))
        files.move_folder(target, folder)
    return Shared(folder, manifest)


def _at_most(n: int) -> str:
    return f"at most {n} requests" if n else "no request"


def _said(manifest: Mapping[str, Any]) -> dict[str, str]:
    """What is to be known of all tables alike, under the words of the cards."""
    selection = manifest["selection"]
    chosen = f"{plain_markdown(selection['kind'])}. {plain_markdown(selection['why'])}"
    least, people = manifest["min_cell"], manifest["min_people"]
    return {
        "Licence": plain_markdown(manifest["licence"]),
        "Counted": manifest["created_at"],
        "Observed until": manifest["observed_until"] or "not stated",
        "Selection": chosen.rstrip(),
        "Smallest cell": f"{least} people, not requests. Rows of fewer are pooled, waits are joined "
        "into longer classes; differences between tables and definitions are 0 or at least "
        f"{least}.",
        "Fewest customers of a brand that is named": f"{people}. A brand that nobody listed and few "
        "customers address may be an employee, and is pooled.",
        "Withheld, because nothing was left to pool it with": f"{_at_most(manifest['withheld'])}.",
        "Personal data": "no count of a few people, however the tables are combined. Who knows all "
        "customers of a pooled brand but one could still learn of that one.",
    }


def _head(title: str, manifest: Mapping[str, Any]) -> list[str]:
    lines = [f"# {title}", ""]
    if manifest["synthetic"]:
        lines += ["**Synthetic.** Results on it recover a planted truth; they are no evidence.", ""]
    return [*lines, "Counts only: no text, no author, no post id.", ""]


def _columns(name: str, columns: Sequence[str]) -> list[str]:
    rows = [f"| {c} | {COLUMNS[name][c]} |" for c in columns]
    return ["| column | meaning |", "|---|---|", *rows, ""]


def _card(manifest: Mapping[str, Any]) -> str:
    """The card of the folder."""
    lines = _head(f"Counts of {plain_markdown(manifest['title'])}", manifest)
    lines += [f"- {label}: {text}" for label, text in _said(manifest).items()]
    for name, table in manifest["tables"].items():
        lines += ["", f"## {name}.csv", "", f"{table['rows']} rows.", ""]
        lines += _columns(name, table["columns"])[:-1]
    return "\n".join([*lines, "", *BIAS]) + "\n"


def _card_of(name: str, manifest: Mapping[str, Any]) -> str:
    """The card of one table, as the tables of data/measured have it."""
    table, said = manifest["tables"][name], _said(manifest)
    title = plain_markdown(manifest["title"])
    kept = {label: said.pop(label) for label in ("Personal data", "Licence")}
    how = " ".join(f"{label}: {text.rstrip('.')}." for label, text in said.items())
    lines = _head(f"Counts of {title}: {name.replace('_', ' ')}", manifest)
    lines += [
        f"- **What**: {title}, {table['rows']} rows; what a row counts is said by its columns.",
        f"- **How**: by `carekit share`. {how}",
        *(f"- **{label}**: {text}" for label, text in kept.items()),
        "- **Corrections**: none so far.",
        "",
    ]
    return "\n".join([*lines, *_columns(name, table["columns"]), *BIAS]) + "\n"
