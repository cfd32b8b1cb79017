"""Columns that an import keeps beside the contract, to group by and to show.

Names of people are no groups that may leave an office: a column of agents is kept as keyed
pseudonyms, and one that holds addresses of people is refused.
"""

from __future__ import annotations

import re

from carekit.dataset.privacy import pseudonym_sql
from carekit.dataset.schema import EXTRA_OF_POSTS, POSTS, REQUESTS
from carekit.errors import InputError, did_you_mean
from carekit.sources.files import cells
from carekit.sources.files.columns import Preset
from carekit.sources.files.formats import Options
from carekit.sources.files.headings import folded
from carekit.sources.files.table import TableFile
from carekit.sources.sites import plain

_TAKEN = frozenset([*POSTS.names, *REQUESTS.names, *(c.name for c in EXTRA_OF_POSTS)])
_AGENTS = re.compile(
    r"agent|assignee|assigned|owner|operat|advisor|conseiller|charge_de|responsable|attribue|"
    r"teammate|bearbeiter|mitarbeiter|user_name|username|agent_name"
)
_ADDRESS = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+|https?://|^\+?\d[\d ().-]{8,}$|^\d{1,3}(\.\d{1,3}){3}$"
)


def kept_columns(table: TableFile, options: Options, preset: Preset) -> dict[str, str]:
    """Name in the dataset → SQL of the cell."""
    made: dict[str, str] = {}
    rows = table.peek() if options.keep or preset.kept else []
    for ours, names in preset.kept.items():
        at = preset.place(table.header, names)
        if at is not None and ours not in made:
            made[ours] = _cell(at, ours, options)
    for wanted in options.keep:
        name, _, theirs = (part.strip() for part in wanted.partition("="))
        theirs = theirs or name
        at = table.header.find(theirs)
        if at is None:
            places = [i for i, n in enumerate(table.header.names) if folded(n) == folded(theirs)]
            at = places[0] if len(places) == 1 else None
        if at is None:
            hint = did_you_mean(theirs, table.header.names, cutoff=0.5)
            raise InputError(
                f"`keep` names the column {theirs!r}, which {table.name} does not have; found: "
                f"{table.header.shown}.{hint} Correct --keep."
            )
        ours = plain(name) or f"column_{at + 1}"
        if ours in _TAKEN:
            raise InputError(
                f"`keep` would call a column {ours!r}, as one that posts have already; expected a "
                f"name of its own. Give it one: --keep {ours}_kept={theirs!r}, or map it with --map."
            )
        cells_ = [row[at] for row in rows if row[at].strip()]
        if any(_ADDRESS.search(c) for c in cells_[:500]) and not _AGENTS.search(ours):
            raise InputError(
                f"`keep`: the column {theirs!r} of {table.name} holds addresses of people (e-mail, "
                "phone, IP) or links; expected a column to group by. Personal data do not enter a "
                "dataset: leave it out."
            )
        made[ours] = _cell(at, ours, options)
    return made


def _cell(at: int, name: str, options: Options) -> str:
    """SQL of a cell; of an agent, who is a person, a pseudonym."""
    cell = cells.filled(f"c{at}")
    if not _AGENTS.search(name):
        return cell
    return pseudonym_sql(options.key, "'agent'", f"lower({cell})")
