"""Pages that `carekit reproduce` writes: the index from which a reader finds every number."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import carekit
from carekit.claims.decide import REPLAY_VERDICTS
from carekit.claims.hypotheses.evidence import VERDICTS as JUDGED
from carekit.claims.hypotheses.judge import evidence_of
from carekit.claims.ledger.columns import split_words
from carekit.claims.replays import summary
from carekit.claims.shown import (
    UNTESTABLE,
    beside_in_words,
    claim_in_words,
    counts_in_words,
    row_in_words,
)
from carekit.errors import MissingExtraError

if TYPE_CHECKING:
    from carekit.claims.reproduce import Reproduction

TEMPLATES = Path(__file__).parent
MARKS = {
    "equivalent": "✓",
    "holds": "✓",
    "differs_slightly": "≈",
    "differs": "≠",
    "contradicted": "✗",
    "undecided": "?",
    "not_comparable": "∥",
    "untestable": "–",
}
_IDS = re.compile(r"\b([CPLDFH]\d{2,3}[a-z]?)\b")
# Studies that no article quotes come after the articles.
OTHERS = "Other studies"


@dataclass(frozen=True)
class NotebookCard:
    """What the index shows of a notebook: its question, its answer, its first figure."""

    file: str
    title: str
    answer: str
    image: str
    alt: str
    failed: str


def index_page(made: Reproduction) -> str:
    """index.html of a reproduction: notebooks, verdicts by article, hypotheses, the audit.

    Parameters
    ----------
    made : Reproduction

    Returns
    -------
    str
        One page that fetches nothing; every text in it is escaped. Its only script hides the rows
        that a search leaves out: without it every row is there.
    """
    try:
        from jinja2 import Environment, FileSystemLoader
    except ImportError as error:
        raise MissingExtraError("jinja2", "notebooks", "The index page") from error
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    links = _links(made)
    beside = {row["figure_id"]: row for row in made.counts.to_dict("records")}
    rows = [_row(made, row, links, beside) for row in made.verdicts.to_dict("records")]
    reached = [row for row in rows if row["word"] != UNTESTABLE]
    counts = made.verdicts["verdict"].value_counts().to_dict()
    articles = list(made.ledger.articles["name"])
    return environment.get_template("index.html.j2").render(
        version=carekit.__version__,
        made_on=datetime.now(UTC).strftime("%d %B %Y").lstrip("0"),
        dataset=made.dataset.manifest,
        synthetic=made.dataset.is_sample,
        counts=[(w, MARKS[w], counts[w], m) for w, m in REPLAY_VERDICTS.items() if w in counts],
        judged_words=JUDGED,
        summary=[*summary(made.verdicts).splitlines()[1:], counts_in_words(made.counts, len(rows))],
        groups=_by_article(reached, articles),
        untested=[row for row in rows if row["word"] == UNTESTABLE],
        hypotheses=_hypotheses(made, links),
        audit=made.audit,
        links=links,
        shown={row["id"] for row in rows},
        cards=[_card(run) for run in made.runs],
        marks=MARKS,
    )


def _links(made: Reproduction) -> dict[str, list[tuple[str, str]]]:
    """Id of a figure, finding or hypothesis → (address, words) of where else it stands."""
    links: dict[str, list[tuple[str, str]]] = {}

    def note(ids: Iterable[str], address: str, words: str) -> None:
        for key in dict.fromkeys(ids):
            if (address, words) not in (known := links.setdefault(key, [])):
                known.append((address, words))

    for finding in made.audit:
        note(finding.figures, f"#{finding.finding_id}", finding.finding_id)
    frame = made.ledger.hypotheses
    frame = frame[frame["hypothesis_id"].isin(made.hypotheses["hypothesis_id"])]
    for key, cell in zip(frame["hypothesis_id"], frame["figures"], strict=True):
        note(split_words(cell), f"#{key}", key)
    for run in made.runs:
        text = " ".join(cell.source for cell in run.notebook.cells)
        note(_IDS.findall(text), f"{run.path.stem}.html", f"notebook {run.path.stem[:2]}")
    return links


def _row(
    made: Reproduction, row: dict[Any, Any], links: dict[str, Any], beside: dict[str, Any]
) -> dict[str, Any]:
    figure = made.ledger.figure(row["figure_id"])
    told = row_in_words(figure, row, made.ledger)
    level = (
        "" if row["conf_level"] != row["conf_level"] else f"{100 * row['conf_level']:g} % interval "
    )
    return {
        **told,
        "claim": claim_in_words(figure),
        "word": row["verdict"],
        "mark": MARKS[row["verdict"]],
        "article": told["who"] if figure.article_id else OTHERS,
        "interval": f"{level}{told['interval']}" if told["interval"] != "–" else "",
        "notes": row["notes"],
        "needs": row["needs"],
        "definition": row["definition"],
        "links": links.get(figure.figure_id, []),
        "counts": beside.get(figure.figure_id),
        "counted": beside_in_words(figure, beside),
    }


def _by_article(rows: list[dict[str, Any]], articles: list[str]) -> list[tuple[str, Any]]:
    """Rows under the article that prints them, in the order of the ledger; other studies last."""
    order = [*articles, OTHERS]
    return [(name, kept) for name in order if (kept := [r for r in rows if r["article"] == name])]


def _hypotheses(made: Reproduction, links: dict[str, Any]) -> list[dict[str, Any]]:
    """Each hypothesis with all evidence together, and its rows."""
    frame = made.hypotheses
    names = made.ledger.articles.set_index("article_id")["name"]
    articles = made.ledger.hypotheses.set_index("hypothesis_id")["article_id"].map(names)
    figures = made.ledger.hypotheses.set_index("hypothesis_id")["figures"]
    found = []
    for key, rows in frame.groupby("hypothesis_id", sort=False):
        overall = str(rows["overall"].iloc[0])
        found.append(
            {
                "id": key,
                "statement": rows["statement"].iloc[0],
                "overall": overall,
                "word": overall.replace(" (synthetic)", "").replace("recovered", "holds"),
                "by": rows["decided_by"].iloc[0],
                "article": articles[key],
                "figures": split_words(figures[key]),
                "evidence": evidence_of(rows),
                "links": links.get(str(key), []),
            }
        )
    return found


def _card(run: Any) -> NotebookCard:
    cells = run.notebook.cells
    image, alt = _first_figure(cells)
    prose = next((c.source for c in cells if c.cell_type == "markdown"), "")
    title = prose.splitlines()[0].removeprefix("# ").strip() if prose else run.path.stem
    found = re.search(r"\*\*Answer\.?\*\*\s*(.+?)(?:\n\s*\n|\Z)", prose, re.S)
    answer = re.sub(r"[*`_]|\[([^]]*)\]\([^)]*\)", r"\1", found[1]) if found else ""
    return NotebookCard(
        f"{run.path.stem}.html", title, html.unescape(answer), image, alt, run.error or ""
    )


def _first_figure(cells: Any) -> tuple[str, str]:
    for cell in cells:
        for output in cell.get("outputs", []):
            png = output.get("data", {}).get("image/png")
            if png:
                data = base64.b64encode(base64.b64decode(png)).decode()
                alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
                return f"data:image/png;base64,{data}", alt
    return "", ""
