"""Columns of a survey file → the questions of a dataset: answers, ticks, numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from carekit.errors import InputError
from carekit.sources.durations import thousands
from carekit.sources.surveys.codebook import Asked, Codebook
from carekit.sources.surveys.exports import is_bookkeeping
from carekit.sources.surveys.identifiers import is_identifier
from carekit.sources.surveys.naming import identifier, slug, unique
from carekit.sources.surveys.scales import (
    STRAY,
    are_decimals,
    holds_a_stray_code,
    is_number,
    leading,
    points_of,
)
from carekit.sources.surveys.survey_file import SurveyFile
from carekit.sources.surveys.ticks import (
    are_joined,
    as_ticks,
    find_blocks,
    guess_separator,
    layout_of,
    most_likely_separator,
    read_lists,
    read_ticks,
)

if TYPE_CHECKING:
    import pandas as pd

EMPTY = "empty"
MOST_ANSWERS = 50  # more different texts are open answers, which may name people
MOST_CODES = 20  # more different whole numbers are a number, not codes
_UNSURE = re.compile(
    r"don['’]?t know|do not know|refus|no answer|not asked|no opinion|unsure|ne sai[st] pas|"
    r"sans (?:opinion|réponse)|ne se prononce|préf[èe]re ne pas|prefer not|\bnsp\b|\bdk\b|"
    r"wei(?:ß|ss) (?:ich )?nicht|keine (?:angabe|antwort|meinung|auskunft)|^k\. ?a\.?$|no (?:lo )?s[eé]\b|"
    r"no sabe|no contesta|\bns ?/ ?nc\b|prefiero no|non (?:lo )?so\b|nessuna (?:opinione|risposta)|"
    r"preferisco non|weet (?:ik |het )?niet|geen (?:mening|antwoord)|n[ãa]o se[i]\b|n[ãa]o sabe|prefiro não|"
    r"sem (?:opini|resposta)|nie wiem|trudno powiedzie|brak odpowiedzi|わからない|無回答",
    re.IGNORECASE,
)


@dataclass
class Questions:
    """What was made of the columns: the table so far, questions.json, and what to tell the user."""

    file: SurveyFile
    codebook: Codebook
    taken: set[str]
    columns: dict[str, pd.Series] = field(default_factory=dict)
    described: dict[str, dict[str, Any]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    bookkeeping: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    n_missing: dict[str, int] = field(default_factory=dict)

    def add(self, asked: Asked) -> None:
        """A question of the codebook, or of the file."""
        name = unique(identifier(asked.name), self.taken)
        first = next(iter(asked.columns))
        wording = asked.wording or self.file.wordings.get(first, "") or asked.name
        entry: dict[str, Any] = {
            "wording": wording,
            "base": asked.base or "all respondents with an answer",
            "kind": asked.kind or "single",
            "asked_if": {},
            "ordered": asked.ordered,
            **asked.rest,
        }
        missing: dict[str, int] = {}
        if any(asked.columns.values()):
            block = {c: self._answered(c, asked, missing) for c in asked.columns}
            if not asked.answers:
                import pandas as pd

                ticks = as_ticks(pd.DataFrame(dict(block)), asked.columns)
                block = {c: ticks[c] for c in ticks.columns}
            self._ticks(entry, name, asked, block)
        else:
            cells = self._answered(first, asked, missing)
            if asked.kind == "multiple" or (
                asked.kind is None and self._looks_listed(first, cells)
            ):
                separator = (
                    asked.separator or guess_separator(cells) or most_likely_separator(cells)
                )
                ticks = read_lists(
                    cells, separator=separator, answers=asked.answers, question=asked.name
                )
                if asked.answers is None and (glued := [t for t in ticks if separator in str(t)]):
                    self.notes.append(
                        f"{first!r} holds options with {separator!r} inside, told by pieces that always "
                        f"come together: {', '.join(map(repr, glued[:5]))}. If they are several options, "
                        "list the options in a codebook."
                    )
                self._write_ticks(entry, name, {str(t): str(t) for t in ticks}, ticks)
                entry["layout"] = "list"
            elif not self._one_answer(entry, name, first, asked, cells):
                self.left_out.append(first)
                return
        blank = sum(1 for c in asked.columns if self.file.cells[c].isna().any())
        if blank:
            empty = self.file.cells[list(asked.columns)].isna().all(axis=1)
            if count := int(empty.sum()):
                missing[EMPTY] = count
        entry["n_missing"] = missing
        for reason, count in missing.items():
            if reason != EMPTY:
                self.n_missing[reason] = self.n_missing.get(reason, 0) + count
        self.taken.add(name)
        self.described[name] = entry

    def _answered(self, column: str, asked: Asked, counts: dict[str, int]) -> pd.Series:
        """The cells without those that hold a missing code; these are counted by reason."""
        cells = self.file.cells[column]
        answers = asked.answers or {}
        missing = {**self.codebook.missing, **self.file.declared.get(column, {})}
        missing = {code: why for code, why in missing.items() if code not in answers}
        missing |= dict(asked.missing)
        if not missing:
            return cells
        labels = self.file.labels.get(column, {})
        # A missing code may be named by its label too, as in files that hold labels.
        by_label = {c: missing[label] for c, label in labels.items() if label in missing}
        reasons = cells.map({**missing, **by_label})
        for reason, count in reasons.value_counts().items():
            counts[str(reason)] = counts.get(str(reason), 0) + int(count)
        return cells.where(reasons.isna(), None)

    def _ticks(
        self, entry: dict[str, Any], name: str, asked: Asked, block: Mapping[str, pd.Series]
    ) -> None:
        import pandas as pd

        frame = pd.DataFrame(dict(block))
        if asked.answers:
            words = dict(asked.answers)
            frame = frame.map(lambda v: None if v is None else words.get(v, v))
            frame = frame.astype("object").where(frame.notna(), None)
        ticks, layout = read_ticks(frame, question=asked.name, argument="codebook")
        self._write_ticks(entry, name, {item: c for c, item in asked.columns.items()}, ticks)
        entry["layout"] = layout

    def _write_ticks(
        self, entry: dict[str, Any], name: str, items: Mapping[str, str], ticks: pd.DataFrame
    ) -> None:
        entry["kind"], entry["answers"], entry["columns"] = "multiple", [], []
        for item, column in items.items():
            own = unique(f"{name}__{slug(item)}", self.taken)
            self.taken.add(own)
            self.columns[own] = ticks[column]
            entry["answers"].append(item)
            entry["columns"].append(own)

    def _looks_listed(self, column: str, cells: pd.Series) -> bool:
        if column in self.file.labels or are_decimals([str(v) for v in cells.dropna().unique()]):
            return False
        return guess_separator(cells) is not None

    def _one_answer(
        self, entry: dict[str, Any], name: str, column: str, asked: Asked, cells: pd.Series
    ) -> bool:
        """One answer a respondent, or a number; False for open answers that nobody asked to keep."""
        labels = asked.answers if asked.answers is not None else self.file.labels.get(column)
        sign, unclear = thousands([str(v) for v in cells.dropna()], "minutes")
        grouped = sign and not unclear
        numbers = read_numbers(
            cells.astype("string").str.replace(sign, "", regex=False) if grouped else cells
        )
        known = cells.notna()
        all_numbers = bool(known.any()) and bool(numbers[known].notna().all())
        # Labels on missing codes alone do not make a number a choice.
        if labels is not None and asked.answers is None and all_numbers:
            labels = labels if cells[known].isin(list(labels)).any() else None
        if asked.kind == "number" or (
            asked.kind is None and labels is None and all_numbers and _is_measure(numbers[known])
        ):
            if not all_numbers and known.any():
                odd = known & numbers.isna()
                raise InputError(
                    f"`codebook` says that {asked.name!r} is a number, and {int(odd.sum())} cells are "
                    f"none (first: {_some(list(cells[odd].unique()))}). Name them in `missing`, or "
                    "change the kind."
                )
            entry.update(kind="number", answers=[], columns=[name])
            self.columns[name] = numbers
            self._say_doubts(name, column, numbers, cells if sign and unclear else None)
            return True
        if labels is None and asked.kind is None and _is_open(cells, all_numbers=all_numbers):
            return False
        found = list(cells[known].unique())
        if labels is not None:
            texts = {**{v: v for v in labels.values()}, **labels}
            strange = [c for c in found if c not in texts]
            if strange and asked.answers is not None:
                count = int(cells.isin(strange).sum())
                raise InputError(
                    f"`codebook` lists the codes {_some(list(labels))} for {asked.name!r}, and "
                    f"{self.file.name} holds {_some(sorted(strange, key=_natural))} too, in {count} rows. "
                    "Add them to `answers`, or name them in `missing`."
                )
            cells = cells.map(lambda v: None if v is None else texts.get(v, v))
            order = [*labels.values(), *sorted(strange, key=_natural)]
            if strange and all(is_number(c) for c in (*labels, *strange)):
                # A scale whose ends alone are labelled: by its points, not labels first.
                ends = sorted({*labels, *strange}, key=_natural)
                order = [labels.get(c, c) for c in ends]
            used = set(cells.dropna().unique())
            keep_all = asked.answers is not None
            answers = [a for a in dict.fromkeys(order) if keep_all or a in used]
        else:
            ends = [leading(str(c)) for c in found]
            led = len({e for e in ends if e is not None}) == len(found)
            answers = sorted(found, key=(lambda c: (leading(c) or 0.0, c)) if led else _natural)
        if any(_UNSURE.search(a) for a in answers) or holds_a_stray_code(answers):
            self.unsure.append(name)
        points = points_of(
            answers,
            labels if asked.answers is None or labels is None else asked.answers,
            asks=f"{column} {entry['wording']}",
        )
        is_scale = asked.kind == "scale" or (asked.kind is None and points is not None)
        entry.update(kind="scale" if is_scale else "single", answers=answers, columns=[name])
        if points is not None and is_scale:
            entry.update(ordered=True, points=points)
        if len(answers) == 1 and int(known.sum()) < len(cells):
            self.notes.append(
                f"{column!r} holds one answer only ({answers[0]!r}), and nothing otherwise: its share is "
                "100 % of those who have it. If it is an option that people ticked, describe the question "
                "with all its columns in a codebook."
            )
        self.columns[name] = cells
        return True

    def _say_doubts(
        self, name: str, column: str, numbers: pd.Series, unclear: pd.Series | None
    ) -> None:
        """Say what is doubtful of a number: its thousands, and a code far beyond the rest.

        `unclear`: its cells, if nothing tells whether their signs stand between thousands.
        """
        if unclear is not None:
            self.notes.append(
                f"Whether {column!r} holds thousands or decimals ({unclear.dropna().iloc[0]}), nothing "
                "tells: read as decimals. If they are thousands, every number of it is too small by a factor "
                "of 1,000: write them without a sign between."
            )
        rest = numbers[~numbers.isin(STRAY)]
        far = numbers[numbers.isin(STRAY) & ((numbers > 1.5 * rest.max()) | (numbers < 0))]
        if len(rest) and len(far) > 1 and rest.min() >= 0:
            self.unsure.append(name)


def build_questions(
    file: SurveyFile, columns: list[str], *, codebook: Codebook, taken: set[str]
) -> Questions:
    """Every column in `columns` as a question or an option of one."""
    _check_columns(file, codebook)
    made = Questions(file, codebook, taken)
    columns = _without_people(made, columns)
    free = [c for c in columns if codebook.for_column(c) is None]
    blocks = {
        stem: dict(block)
        for stem, block in file.blocks.items()
        if set(block) <= set(free) and layout_of(as_ticks(file.cells, block)) is not None
    }
    said = {c for block in blocks.values() for c in block}
    blocks |= find_blocks(file.cells, [c for c in free if c not in file.labels and c not in said])
    block_of = {column: stem for stem, block in blocks.items() for column in block}
    done: set[tuple[str, ...]] = set()
    for column in columns:
        asked = codebook.for_column(column)
        if asked is None and column in blocks and are_joined(file.cells[column], blocks[column]):
            made.notes.append(
                f"{column!r} holds the answers of its {len(blocks[column])} columns of options once more: "
                "these are read."
            )
            continue
        if asked is None and column in block_of:
            stem = block_of[column]
            asked = Asked(stem, blocks[stem], "multiple", wording=file.wordings.get(stem, stem))
        asked = asked or Asked(column, {column: ""})
        if tuple(asked.columns) in done:
            continue
        done.add(tuple(asked.columns))
        made.add(asked)
    return made


def _without_people(made: Questions, columns: list[str]) -> list[str]:
    """The columns that ask something: not those that say who answered, nor those of the tool."""
    kept, file = [], made.file
    for column in columns:
        if is_identifier(column, file.cells[column]):
            made.identifiers.append(column)
        elif (
            is_bookkeeping(column)
            and (file.tool or made.codebook.for_column(column) is None)
            and (file.tool or _is_open(file.cells[column], all_numbers=False))
        ):
            made.bookkeeping.append(column)
        else:
            kept.append(column)
    return kept


def _check_columns(file: SurveyFile, codebook: Codebook) -> None:
    held = list(file.cells.columns)
    lost = [(q.name, c) for q in codebook.questions for c in q.columns if c not in held]
    if lost:
        name, column = lost[0]
        raise InputError(
            f"`codebook` names {len(lost)} column(s) that {file.name} does not have (first: "
            f"{column!r} of the question {name!r}); its columns are: {_some(held)}. Correct "
            "the names, or use the codebook of this file."
        )


def _is_measure(numbers: pd.Series) -> bool:
    return bool((numbers % 1 != 0).any()) or numbers.nunique() > MOST_CODES


def _is_open(cells: pd.Series, *, all_numbers: bool) -> bool:
    texts = cells.dropna()
    distinct = texts.nunique()
    if all_numbers or not distinct:
        return False
    return bool(
        distinct > MOST_ANSWERS
        or (len(texts) >= 20 and distinct > len(texts) / 2)
        or (len(texts) >= 8 and distinct > 0.8 * len(texts))
        or texts.str.len().mean() > 60
    )


def read_numbers(cells: pd.Series) -> pd.Series:
    """Text as numbers, with a point or a comma; NaN where it is none."""
    import pandas as pd

    plain = cells.astype("string").str.replace(r"^(-?\d*),(\d+)$", r"\1.\2", regex=True)
    numbers = pd.to_numeric(plain, errors="coerce").astype("float64")
    return numbers.mask(numbers.abs() == float("inf"))


def _natural(code: str) -> tuple[int, float, str]:
    """Numbers first and by size; then yes before no, the rest by the alphabet."""
    try:
        return (0, float(code), "")
    except ValueError:
        return (1, {"yes": 0.0, "oui": 0.0, "no": 1.0, "non": 1.0}.get(code.casefold(), 2.0), code)


def _some(values: list[str]) -> str:
    shown = ", ".join(map(str, values[:8]))
    return shown + (", …" if len(values) > 8 else "")
