"""Notes among colleagues: which column tells them from what customers can read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from carekit.dataset.schema import VISIBILITIES
from carekit.sources.drafts import strings
from carekit.sources.files import cells
from carekit.sources.files.roles import CUSTOMER, key_sql, word_key
from carekit.sources.files.table import TableFile

if TYPE_CHECKING:
    from carekit.sources.files.columns import Columns

NOTES = tuple(
    "note notes internal interne internal_note internal_notes internal_comment note_interne private_note "
    "private_comment note_privee commentaire_interne nota nota_interna nota_privada comentario_interno "
    "commento_interno notiz interne_notiz interner_kommentar notitie interne_notitie interne_opmerking "
    "notatka notatka_wewnetrzna komentarz_wewnetrzny dahili_not 社内メモ 内部メモ メモ 内部备注".split()
)
_HIDES = re.compile("priv|intern|not[aei]|wewn|dahili|社内|内部|メモ|非公開")
_MOST_KINDS = 12


def is_visibility(value: str) -> bool:
    """True for a cell that says who can read a post."""
    low = value.strip().lower()
    return low in (*VISIBILITIES, *cells.TRUE_WORDS, *cells.FALSE_WORDS) or word_key(value) in NOTES


def says_hidden(heading: str) -> bool:
    """True if yes means below this heading (a plain name) that customers cannot read a row."""
    return _HIDES.search(heading) is not None


def find_notes(table: TableFile, found: Columns, rows: list[list[str]], used: set[int]) -> None:
    """A column of which some cells name notes among colleagues says who can read a post.

    Where its other words are of any kind (reply, forward), no customer may write what it calls a note.
    """
    role = re.fullmatch(r"c(\d+)", found.at.get("author_role", ""))
    for place, name in enumerate(table.header.names):
        values = {v for row in rows if (v := row[place].strip())} if place not in used else set()
        named = {v for v in values if word_key(v) in NOTES}
        if not named or len(values) < 2:
            continue
        cell = f"c{place}"
        if not all(map(is_visibility, values)):
            writers = (
                {word_key(r[int(role[1])]) for r in rows if r[place].strip() in named}
                if role
                else set()
            )
            if len(values) > _MOST_KINDS or not writers or writers & {*CUSTOMER}:
                continue
            is_note = f"list_contains({strings(NOTES)}, {key_sql(cell)})"
            cell = f"(CASE WHEN {is_note} THEN 'note' ELSE '' END)"
        found.at["visibility"], found.named["visibility"] = cell, name
        found.guessed.add("visibility")
        return
