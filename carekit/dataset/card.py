"""CARD.md: what a reader must know about a dataset before using a number from it."""

from __future__ import annotations

from carekit.dataset.manifest import Manifest
from carekit.dataset.schema import TABLES


def card_text(manifest: Manifest) -> str:
    """The card of a dataset in Markdown, from its manifest alone."""
    selection = manifest.selection
    lines = [f"# {manifest.title}", ""]
    if manifest.synthetic:
        lines += ["**Synthetic.** Results on it recover a planted truth; they are no evidence.", ""]
    lines += [
        f"- Licence: {manifest.licence}",
        f"- Created: {manifest.created_at}",
        f"- Observed until: {manifest.observed_until or 'not stated'}",
        f"- Selection: {selection.kind}. {selection.why}".rstrip(),
        f"- Refused because of it: {', '.join(selection.cannot_answer) or 'nothing'}",
        "- Personal data: author ids are keyed pseudonyms"
        + (f" (key {manifest.pseudonym_key_id})." if manifest.pseudonym_key_id else "."),
        "",
        "## How it came",
        "",
        "| file | rows | source | read | rejected | finished |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {p.file} | {p.rows} | {p.source} | {'' if p.n_read is None else p.n_read} "
        f"| {p.n_rejected} | {p.finished_at or ''} |"
        for p in manifest.parts
    ]
    if manifest.notes:
        lines += ["", "## Notes", "", *(f"- {note}" for note in manifest.notes)]
    for name in dict.fromkeys(p.table for p in manifest.parts):
        table = TABLES[name]
        lines += ["", f"## Columns of {name}", "", f"One row per: {table.row}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        lines += [f"| {c.name} | {c.type} | {c.meaning} |" for c in table.columns]
    return "\n".join(lines) + "\n"
