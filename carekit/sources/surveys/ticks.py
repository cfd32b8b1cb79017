"""Several answers to one question, in the three layouts that survey tools export.

- *columns*: one column per option; a cell holds the option, or anything, where it was ticked, and
  is empty where not. A respondent whose cells are all empty gave no answer: nobody can tell.
- *list*: one column; a cell holds the options ticked, separated.
- *block*: one column per option; a cell says yes or no (1/0, yes/no, true/false, checked/unchecked).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from carekit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

YES = frozenset(
    "1 yes y true t x oui o vrai checked selected ticked quoted mentioned ja wahr sí si sì sim tak ✓ ✔ ☑ "
    "genannt gewählt ausgewählt angekreuzt coché cité marcado selezionato aangevinkt".split()
)
NO = frozenset(
    "0 no n false f non faux unchecked unselected unticked nein nee falsch não nie ☐".split()
) | {
    *(f"not {word}" for word in ("checked", "selected", "ticked", "quoted", "mentioned")),
    *(f"nicht {word}" for word in ("genannt", "gewählt", "ausgewählt", "angekreuzt")),
    *("non coché", "non cité", "no marcado", "não marcado", "non selezionato", "niet aangevinkt"),
}
SEPARATORS = (";", "|", "\n", " / ", ",")
MOST_OPTIONS = 30
_TOGETHER = 3  # pieces that stand together so often, and never apart, are one option
_STEM = re.compile(
    r"(?P<stem>.+?)(?:__(?P<a>.+)|\s*\[(?P<b>.+)\]|/(?P<c>.+)|\s*:\s+(?P<d>.+)|\s+[-–]\s+(?P<e>.+))"
)


def find_blocks(cells: pd.DataFrame, columns: Sequence[str]) -> dict[str, dict[str, str]]:
    """Columns that name one question and an option each: stem → column → option.

    Recognised names are `Q__option`, `Q[option]`, `Q/option`, `Q: option` and `Q - option`, for two
    columns or more whose cells tick or do not tick.
    """
    found: dict[str, dict[str, str]] = {}
    for column in columns:
        if match := _STEM.fullmatch(column):
            option = next(v for k, v in match.groupdict().items() if k != "stem" and v)
            found.setdefault(match["stem"].strip(), {})[column] = option.strip()
    return {
        stem: block
        for stem, block in found.items()
        if len(block) > 1
        and len(set(block.values())) == len(block)
        and layout_of(as_ticks(cells, block)) is not None
    }


def are_joined(cells: pd.Series, block: Mapping[str, str]) -> bool:
    """True for a column whose cells hold nothing but the options of a block, one after the other."""
    options = "|".join(sorted(map(re.escape, block.values()), key=len, reverse=True))
    return bool(cells.dropna().astype(str).str.fullmatch(rf"(?:(?:{options})[\s;,|/]*)+").all())


def as_ticks(cells: pd.DataFrame, block: Mapping[str, str]) -> pd.DataFrame:
    """The columns of a block; where people wrote an answer of their own, a tick stands for it."""
    from carekit.sources.surveys.exports import is_other

    frame = cells[list(block)].copy()
    said = {
        str(v).casefold() for c, o in block.items() if not is_other(o) for v in frame[c].dropna()
    }
    for column, option in block.items():
        filled = frame[column].notna()
        texts = set(frame[column][filled].astype(str).str.casefold())
        if not is_other(option) or not texts or texts <= YES | NO | said:
            continue
        tick = "1" if said & NO else min(said) if said and said <= YES else option
        ticked = filled.map({True: tick, False: "0" if said & NO else None})
        frame[column] = ticked.astype("object").where(ticked.notna(), None)
    return frame


def layout_of(cells: pd.DataFrame) -> str | None:
    """ "block" or "columns" for columns that tick or do not tick, else None."""
    values = [{str(v).casefold() for v in cells[c].dropna().unique()} for c in cells.columns]
    everything = set().union(*values)
    if not everything:
        return None
    if everything <= YES | NO and everything & NO:
        return "block"
    return "columns" if all(len(v) <= 1 for v in values) else None


def read_ticks(cells: pd.DataFrame, *, question: str, argument: str) -> tuple[pd.DataFrame, str]:
    """Columns of options → true, false or missing, and the layout they had."""
    import pandas as pd

    layout = layout_of(cells)
    filled = cells.notna()
    if layout is None:
        if not filled.to_numpy().any():
            return cells.isna().astype("boolean").mask(cells.isna()), "block"
        column, value = _odd_cell(cells)
        raise InputError(
            f"`{argument}`: column {column!r} of the question {question!r} holds {value!r}; "
            "expected yes or no (1 or 0, true or false), or the option where it is ticked and nothing where "
            "not. Name the codes in `answers` and `missing`, or make it a question of its own."
        )
    if layout == "columns":
        anyone = filled.any(axis=1).to_numpy()
        ticked = filled.astype("boolean")
        ticked.loc[~anyone] = pd.NA
        return ticked, layout
    made = {}
    for name in cells.columns:
        codes = cells[name].map(lambda v: None if v is None else str(v).casefold())
        values = codes.isin(YES).astype("boolean")
        made[name] = values.mask(codes.isna())
    return pd.DataFrame(made, index=cells.index), layout


def _odd_cell(cells: pd.DataFrame) -> tuple[str, str]:
    for column in cells.columns:
        for value in cells[column].dropna().unique():
            if str(value).casefold() not in YES | NO:
                return column, str(value)
    return str(cells.columns[0]), "only yes"


def guess_separator(cells: pd.Series) -> str | None:
    """The separator of a column of lists; None if its cells do not read like lists.

    They do if some cells split into options that few and short texts cover: a sentence with a
    comma does not.
    """
    texts = cells.dropna()
    distinct = texts.unique()
    for separator in SEPARATORS:
        lists = [_split(t, separator) for t in texts]
        several = [x for x in lists if len(x) > 1]
        if len(several) < max(2, 0.02 * len(texts)):
            continue
        options = {option for x in lists for option in x}
        alone = {x[0] for x in lists if len(x) == 1}
        if (
            len(options) <= min(MOST_OPTIONS, len(distinct) + 1)
            and max(map(len, options)) <= 60
            and all(len(set(x)) == len(x) for x in several)
            and len({len(x) for x in lists}) > 1
            and alone & {option for x in several for option in x}
        ):
            return separator
    return None


def most_likely_separator(cells: pd.Series) -> str:
    """For a column known to hold lists: the separator that most cells have, ';' if none has any."""
    texts = cells.dropna()
    counts = {s: sum(s in t for t in texts) for s in SEPARATORS}
    return max(counts, key=lambda s: counts[s]) if any(counts.values()) else ";"


def read_lists(
    cells: pd.Series,
    *,
    separator: str,
    answers: Mapping[str, str] | None,
    question: str,
) -> pd.DataFrame:
    """A column of lists → one true/false column an option; missing where the cell is empty."""
    import pandas as pd

    known = None if answers is None else {**{v: v for v in answers.values()}, **answers}
    whole = {} if known is not None else whole_options(cells, separator)
    split: dict[str, list[str]] = {}
    odd: dict[str, int] = {}
    for text, count in cells.value_counts().items():
        pieces = _split(str(text), separator)
        if whole:
            pieces = _joined(pieces, separator, whole)[0] or pieces
        if known is not None:
            pieces, strange = _joined(pieces, separator, known)
            for piece in strange:
                odd[piece] = odd.get(piece, 0) + int(count)
        split[str(text)] = pieces
    if odd:
        first = ", ".join(map(repr, sorted(odd)[:3]))
        listed = ", ".join(dict.fromkeys((answers or {}).values()))
        raise InputError(
            f"`codebook`: {question!r} holds {first} in {sum(odd.values())} cells; its answers are "
            f"{listed}. Add them to `answers`, or name them in `missing`."
        )
    options = (
        list(dict.fromkeys((answers or {}).values()))
        if known is not None
        else sorted({p for pieces in split.values() for p in pieces})
    )
    place = {option: i for i, option in enumerate(options)}
    codes, texts = pd.factorize(cells, use_na_sentinel=True)
    table = np.zeros((len(texts) + 1, len(options)), dtype=bool)
    for row, text in enumerate(texts):
        table[row, [place[p] for p in split[str(text)]]] = True
    empty = codes < 0
    made = {}
    for option, k in place.items():
        values = pd.array(table[codes, k], dtype="boolean")
        values[empty] = pd.NA
        made[option] = values
    return pd.DataFrame(made, index=cells.index)


def whole_options(cells: pd.Series, separator: str) -> dict[str, str]:
    """Options that hold the separator themselves: every option, each to itself; empty if none does.

    Two pieces are one option if neither ever stands without the other beside it, or if the first
    opens a bracket that the second closes.
    """
    lists = [_split(str(t), separator) for t in cells.dropna()]
    merged, again = False, True
    while again:
        again = False
        after: dict[str, set[str]] = {}
        before: dict[str, set[str]] = {}
        n: dict[str, int] = {}
        for pieces in lists:
            for at, piece in enumerate(pieces):
                n[piece] = n.get(piece, 0) + 1
                after.setdefault(piece, set()).add(pieces[at + 1] if at + 1 < len(pieces) else "")
                before.setdefault(piece, set()).add(pieces[at - 1] if at else "")
        for first, nexts in after.items():
            second = next(iter(nexts))
            open_ = first.count("(") > first.count(")")
            together = len(nexts) == 1 and second and before[second] == {first}
            if together and (open_ or n[first] >= _TOGETHER):
                lists = [_glued(p, first, second, separator) for p in lists]
                merged = again = True
                break
    if not merged:
        return {}
    return {option: option for pieces in lists for option in pieces}


def _glued(pieces: list[str], first: str, second: str, separator: str) -> list[str]:
    made: list[str] = []
    for piece in pieces:
        if made and made[-1] == first and piece == second:
            made[-1] = f"{first}{separator} {second}"
        else:
            made.append(piece)
    return made


def _split(text: str, separator: str) -> list[str]:
    return [piece.strip() for piece in str(text).split(separator) if piece.strip()]


def _joined(
    pieces: list[str], separator: str, known: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Labels of the pieces; a label that holds the separator itself is put together again."""
    made, strange, at = [], [], 0
    while at < len(pieces):
        for end in range(len(pieces), at, -1):
            option = f"{separator} ".join(pieces[at:end])
            tight = separator.join(pieces[at:end])
            if option in known or tight in known:
                made.append(known[option if option in known else tight])
                at = end
                break
        else:
            strange.append(pieces[at])
            at += 1
    return made, strange
