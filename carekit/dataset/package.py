"""data/measured as a Frictionless Data Package: what each table and each column holds, for machines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.dataset import atomic as files
from carekit.dataset.measured import list_measured, load_measured, measured_card
from carekit.dataset.resources import data_folder

if TYPE_CHECKING:
    import pandas as pd

FILE = "datapackage.json"


def describe_measured() -> dict[str, Any]:
    """The descriptor of data/measured, after the Data Package standard (version 1).

    Titles and the meaning of columns come from the cards, types from the tables.

    Examples
    --------
    >>> package = describe_measured()
    >>> [r["path"] for r in package["resources"]][:2]
    ['app_reviews_answers.csv', 'app_reviews_waits.csv']
    """
    folder = data_folder("measured")
    return {
        "profile": "tabular-data-package",
        "name": "carekit-measured",
        "title": "Real counts on customer service on social networks",
        "description": "Counts only: no text, no person, no post id. The card of each table says "
        "what is counted, how it was drawn, and what that biases.",
        "resources": [_resource(folder, name) for name in list_measured()],
    }


def write_package() -> Path:
    """Write the descriptor beside the tables; returns its path."""
    path = data_folder("measured") / FILE
    files.write_json(path, describe_measured())
    return path


def _resource(folder: Path, name: str) -> dict[str, Any]:
    table, card = load_measured(name), measured_card(name)
    meaning = dict(re.findall(r"^\| (\w+) \| (.+?) \|$", card, re.M))
    path = folder / f"{name}.csv"
    return {
        "profile": "tabular-data-resource",
        "name": name.replace("/", "-").replace("_", "-"),
        "title": card.partition("\n")[0].removeprefix("# "),
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{files.checksum(path)}",
        "schema": {
            "fields": [
                {"name": c, "type": _type(table[c]), "description": meaning.get(c, "")}
                for c in table.columns
            ],
            "missingValues": [""],
        },
    }


def _type(column: pd.Series) -> str:
    kinds = {"i": "integer", "f": "number", "b": "boolean"}
    return kinds.get(getattr(column.dtype, "kind", "O"), "string")
