"""CARD.md: what a reader must know about a dataset before using a number from it."""

from __future__ import annotations

import re

from carekit.dataset.manifest import Manifest
from carekit.dataset.schema import TABLES


def plain_markdown(text: str) -> str:
    """A text of somebody else inside our Markdown: one line, no heading, link, tag or formula.

    Examples
    --------
    >>> plain_markdown("a\\n# b [c](javascript:d) <e>")
    'a \\\\# b \\\\[c\\\\](javascript:d) \\\\<e\\\\>'
    """
    line = "".join(c if c.isprintable() else " " for c in text)
    return re.sub(r"([\\`*\[\]<>#|!&$])", r"\\\1", " ".join(line.split()))


def card_text(manifest: Manifest) -> str:
    """The card of a dataset in Markdown, from its manifest alone."""
    plain = plain_markdown
    selection = manifest.selection
    lines = [f"# {plain(manifest.title)}", ""]
    if manifest.synthetic:
        lines += ["**Synthetic.** Results on it recover a planted truth; they are no evidence.", ""]
    lines += [
        f"- Licence: {plain(manifest.licence)}",
        f"- Created: {plain(manifest.created_at)}",
        f"- Observed until: {plain(manifest.observed_until or 'not stated')}",
        f"- Selection: {plain(selection.kind)}. {plain(selection.why)}".rstrip(),
        f"- Refused because of it: {plain(', '.join(selection.cannot_answer)) or 'nothing'}",
        "- Personal data: author ids are keyed pseudonyms"
        + (f" (key {plain(manifest.pseudonym_key_id)})." if manifest.pseudonym_key_id else "."),
        "",
        "## How it came",
        "",
        "| file | rows | source | read | rejected | finished |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {p.file} | {p.rows} | {plain(p.source)} | {'' if p.n_read is None else p.n_read} "
        f"| {p.n_rejected} | {plain(p.finished_at or '')} |"
        for p in manifest.parts
    ]
    if manifest.notes:
        lines += ["", "## Notes", "", *(f"- {plain(note)}" for note in manifest.notes)]
    for name in dict.fromkeys(p.table for p in manifest.parts):
        table = TABLES[name]
        lines += ["", f"## Columns of {name}", "", f"One row per: {table.row}.", ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        lines += [f"| {c.name} | {c.type} | {c.meaning} |" for c in table.columns]
    return "\n".join(lines) + "\n"
