"""Pages that `carekit reproduce` writes: the index from which a reader finds every number."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.errors import MissingExtraError
from carekit.show.tables import percent

if TYPE_CHECKING:
    import pandas as pd

    from carekit.claims.reproduce import Reproduction

TEMPLATES = Path(__file__).parent
VERDICT_MARKS = {
    "holds": "✓",
    "differs": "≠",
    "contradicted": "✗",
    "undecided": "?",
    "untestable": "–",
}


@dataclass(frozen=True)
class NotebookCard:
    """What the index shows of a notebook: its question, its answer, its first figure."""

    file: str
    title: str
    answer: str
    image: str
    alt: str
    failed: str
    seconds: float


def index_page(made: Reproduction) -> str:
    """index.html of a reproduction: verdicts, notebooks, the audit with its arithmetic.

    Parameters
    ----------
    made : Reproduction

    Returns
    -------
    str
        One page that fetches nothing; every text in it is escaped.
    """
    try:
        from jinja2 import Environment, FileSystemLoader
    except ImportError as error:
        raise MissingExtraError("jinja2", "notebooks", "The index page") from error
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    reached = made.verdicts[made.verdicts["verdict"] != "untestable"]
    counts = made.verdicts["verdict"].value_counts().to_dict()
    return environment.get_template("index.html.j2").render(
        dataset=made.dataset.manifest,
        synthetic=made.dataset.is_sample,
        counts=[(v, VERDICT_MARKS[v], counts[v]) for v in VERDICT_MARKS if v in counts],
        verdicts=[_verdict_row(row) for row in _records(reached)],
        audit=made.audit,
        cards=[_card(run) for run in made.runs],
        marks=VERDICT_MARKS,
    )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(c) for c in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def _verdict_row(row: dict[str, Any]) -> dict[str, Any]:
    from carekit.show.text import plain

    cells = {k: plain(v) for k, v in row.items()}
    if cells["published"] is not None:
        published = _value(cells["published"], cells["unit"])
    else:
        ends = [cells["published_low"], cells["published_high"]]
        published = " to ".join("…" if e is None else _value(e, cells["unit"]) for e in ends)
    limits = [cells["ci_low"], cells["ci_high"]]
    return {
        **cells,
        "published_text": published,
        "estimate_text": _value(cells["estimate"], cells["unit"]),
        "interval_text": "–"
        if None in limits
        else " to ".join(_value(v, cells["unit"]) for v in limits),
        "measure_text": cells["measure"].replace("_", " "),
    }


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit in {"proportion", "proportion_change"}:
        return percent(value)
    if unit == "minutes":
        return f"{value:,.0f} min".replace(",", "\u202f")
    return f"{value:,.4g}"


def _card(run: Any) -> NotebookCard:
    from carekit.show.notebooks import notebook_title

    cells = run.notebook.cells
    image, alt = _first_figure(cells)
    return NotebookCard(
        file=f"{run.path.stem}.html",
        title=notebook_title(run.notebook, run.path.stem),
        answer=_answer(cells),
        image=image,
        alt=alt,
        failed=run.error or "",
        seconds=run.seconds,
    )


def _answer(cells: Any) -> str:
    """The line of the first prose cell that starts with **Answer**, without its markup."""
    first = next((c.source for c in cells if c.cell_type == "markdown"), "")
    found = re.search(r"\*\*Answer\.?\*\*\s*(.+?)(?:\n\s*\n|\Z)", first, re.S)
    return html.unescape(re.sub(r"[*`_]|\[([^]]*)\]\([^)]*\)", r"\1", found[1])) if found else ""


def _first_figure(cells: Any) -> tuple[str, str]:
    for cell in cells:
        for output in cell.get("outputs", []):
            png = output.get("data", {}).get("image/png")
            if png:
                data = base64.b64encode(base64.b64decode(png)).decode()
                alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
                return f"data:image/png;base64,{data}", alt
    return "", ""
