"""`import_survey`: a file of respondents → the survey table and the questions of a dataset."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from carekit.dataset.folder import append_dataset, create_dataset, now, open_dataset, versions
from carekit.dataset.locking import one_writer
from carekit.dataset.manifest import FILE, MOST_REJECTED
from carekit.dataset.schema import SURVEY
from carekit.errors import InputError
from carekit.sources.files.opening import Reading
from carekit.sources.report import counted
from carekit.sources.surveys.ages import (
    AGE_GROUPS,
    first_of,
    group_ages,
    missing_codes,
    read_ages,
)
from carekit.sources.surveys.codebook import Codebook, read_codebook
from carekit.sources.surveys.headings import by_heading
from carekit.sources.surveys.identifiers import is_identifier
from carekit.sources.surveys.questions import Questions, build_questions, read_numbers
from carekit.sources.surveys.survey_file import STATISTICS, SurveyFile, read_survey_file

if TYPE_CHECKING:
    import pandas as pd

PathLike = str | os.PathLike[str]
FIXED = tuple(SURVEY.names)


@dataclass(frozen=True)
class SurveyReport:
    """What an import of a survey did; reads as a few sentences."""

    file: str
    out: Path
    n_read: int  # rows of the file
    n_respondents: int  # respondents written
    n_rejected: int  # rows that could not be read (rejected.csv)
    n_questions: int
    # Cells that held a missing code, by reason; the count of each question is in questions.json.
    n_missing: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what a user must know before the first estimate, a sentence each

    @property
    def summary(self) -> str:
        """What was read and written, without the notes."""
        lines = [
            f"{counted(self.n_respondents, 'respondent')} and {counted(self.n_questions, 'question')} are in "
            f"{self.out}, from {counted(self.n_read, 'row')} of {self.file}."
        ]
        if self.n_rejected:
            lines.append(f"{counted(self.n_rejected, 'row')} could not be read (rejected.csv).")
        if self.n_missing:
            each = "; ".join(f"{n:,} × {why}" for why, n in self.n_missing.items())
            lines.append(f"Cells with a missing code, now empty: {each}.")
        return "\n".join(lines)

    def __str__(self) -> str:
        return "\n".join([self.summary, *self.notes])


@one_writer
def import_survey(
    file: PathLike,
    *,
    out: PathLike,
    codebook: PathLike | None = None,
    mapping: Mapping[str, str] | None = None,
    age_groups: str | None = None,
    strict: bool = False,
    redact: bool = False,
    accept_rejected: bool = False,
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    title: str | None = None,
    licence: str | None = None,
) -> SurveyReport:
    """Import a survey: a table (CSV, XLSX, ODS), SPSS (.sav) or Stata (.dta).

    Exports of Qualtrics, SurveyMonkey, Google Forms, Microsoft Forms, LimeSurvey and Sphinx are
    recognised. Columns that say who answered (e-mail, IP address, names) become no question.

    Parameters
    ----------
    file : path
        One row per respondent.
    out : path
        A path for a new dataset, or a dataset without a survey.
    codebook : path, optional
        JSON or CSV, see `carekit.sources.surveys.codebook`. Without it the labels of the file (SPSS,
        Stata), else the codes as they are; several answers are recognised in three layouts, see
        `carekit.sources.surveys.ticks`.
    mapping : mapping of str to str, optional
        Fixed column (respondent_id, weight, stratum, psu, country, age, age_group) → column of the
        file. One of the same name needs none. Without a weight every respondent weighs 1, without
        an id respondents are numbered.
    age_groups : str, optional
        Bands that `age` is put into, such as ``"18-29,30-49,50-64,65+"``, which is the default; an
        age outside of all bands has no group, and is counted.
    strict : bool
        True makes any row that cannot be read an error.
    redact : bool
        True replaces personal data in the answers (`redact`), and every respondent_id
        of the file by a keyed pseudonym. Open answers are left out in any case.
    accept_rejected : bool
        True goes on where more than 1 % of the rows cannot be read.
    encoding, sheet, header_row
        As in `carekit.import_files`.
    title, licence : str, optional
        Of a new dataset.

    Returns
    -------
    SurveyReport

    Notes
    -----
    Ages of 98 and 99 are read as missing codes where more respondents have them than two years
    between 90 and 97 hold on average; the report counts them. A codebook that names them, either
    way, decides.

    Raises
    ------
    InputError
        If the file or the codebook cannot be read, or they do not fit; if a weight is negative,
        missing or no number, or all are 0; if an age is no whole number up to 120 and no missing
        code; if bands overlap; if the dataset has a survey. Nothing is written then.
    SchemaError
        If a respondent_id is missing or comes twice.
    MissingExtraError
        For SPSS and Stata files without pyreadstat.
    """
    path = Path(file)
    folder = Path(out).absolute()
    old = open_dataset(folder) if (folder / FILE).is_file() else None
    if old is not None and old.has("survey"):
        raise InputError(
            f"`out`: {folder} holds a survey already; expected a new dataset, or one without a "
            "survey. Choose another --out."
        )
    started = now()
    book = read_codebook(Path(codebook)) if codebook is not None else Codebook()
    read = read_survey_file(path, Reading(encoding, sheet, header_row))
    _check_rows(read, strict, accept_rejected)
    notes = list(read.warnings)
    fixed = _mapped(read, mapping or {}, book, notes)
    read = _without_names(read, fixed, notes)
    notes += _previews(read)
    if redact:
        read = _redacted(read, fixed)
    frame = _fixed_columns(read, fixed, book, notes)
    group_ages(frame, fixed, age_groups, notes)
    rest = [c for c in read.cells.columns if c not in fixed.values()]
    made = build_questions(read, rest, codebook=book, taken=set(FIXED))
    import pandas as pd

    frame = pd.concat([frame, pd.DataFrame(made.columns, index=frame.index)], axis=1)
    notes += _question_notes(made)
    writer = (
        append_dataset(folder)
        if old
        else create_dataset(
            folder,
            title=title or f"Survey of {path.name}",
            licence=licence or "not stated",
        )
    )
    used = ("pyarrow", "pyreadstat") if path.suffix.lower() in STATISTICS else ("pyarrow",)
    n_rejected = sum(r.n for r in read.rejected)
    with writer:
        writer.set_table(
            "survey",
            frame,
            source="survey",
            query={
                "file": path.name,
                "map": dict(fixed),
                "age_groups": age_groups or AGE_GROUPS,
                "redact": redact,
            },
            input_sha256=read.sha256,
            n_read=read.n_read,
            n_rejected=n_rejected,
            started_at=started,
            finished_at=now(),
            versions=versions(*used),
        )
        writer.set_json("questions.json", made.described)
        writer.reject(read.rejected)
    return SurveyReport(
        path.name,
        Path(out),
        read.n_read,
        len(frame),
        n_rejected,
        len(made.described),
        made.n_missing,
        tuple(notes),
    )


def _redacted(read: SurveyFile, fixed: Mapping[str, str]) -> SurveyFile:
    """The file without personal data: ids as pseudonyms, answers redacted."""
    from carekit.dataset.privacy import load_key, pseudonym
    from carekit.text.personal_data import redact

    cells = read.cells.copy()
    for column in cells.columns:
        values = cells[column]
        if column == fixed.get("respondent_id"):
            key = load_key()
            cells[column] = values.map(lambda v, k=key: pseudonym(k, "survey", str(v)), "ignore")
        elif column not in fixed.values():
            texts = values.map(lambda v: isinstance(v, str)).to_numpy(bool)
            new = redact(values[texts].astype(object)).astype(object)
            if not new.equals(values[texts].astype(object)):
                cells[column] = values.astype(object).where(~texts, new.reindex(values.index))
    return replace(read, cells=cells)


def _without_names(read: SurveyFile, fixed: Mapping[str, str], notes: list[str]) -> SurveyFile:
    """The file with pseudonyms in place of ids that say who somebody is."""
    from carekit.dataset.privacy import load_key, pseudonym

    column = fixed.get("respondent_id")
    if column is None or not is_identifier(column, read.cells[column]):
        return read
    key, cells = load_key(), read.cells.copy()
    cells[column] = cells[column].map(lambda v: pseudonym(key, "survey", str(v)), "ignore")
    notes.append(f"{column!r} says who somebody is: each respondent_id is a keyed pseudonym.")
    return replace(read, cells=cells)


def _previews(read: SurveyFile) -> list[str]:
    """Answers that were given to try the questionnaire out, as Qualtrics marks them."""
    if read.tool != "Qualtrics" or "Status" not in read.cells:
        return []
    status = read.cells["Status"].astype("string")
    n = int(status.str.contains("Preview|Test|Spam", case=False).fillna(False).sum())
    if not n:
        return []
    return [
        f"{n:,} of the answers {'is' if n == 1 else 'are'} marked as preview, test or spam in 'Status', and "
        f"{'is' if n == 1 else 'are'} counted."
    ]


def _check_rows(read: SurveyFile, strict: bool, accept: bool) -> None:
    if read.cells.empty:
        raise InputError(
            f"`file`: {read.name} holds no respondent ({read.n_read} rows); expected one row each. "
            "Check that this is the right file."
        )
    n = sum(r.n for r in read.rejected)
    if not accept and n > MOST_REJECTED * read.n_read:
        reasons = ", ".join(dict.fromkeys(r.reason for r in read.rejected[:20]))
        raise InputError(
            f"`file`: {n:,} of {read.n_read:,} rows of {read.name} cannot be read ({reasons[:300]}; "
            f"first in line {read.rejected[0].line}). Expected 1 % at most, because who is lost may "
            "differ from who is left. Correct these rows; or add --accept-rejected to go on without "
            "them. Nothing was written."
        )
    if strict and read.rejected:
        first = read.rejected[0]
        raise InputError(
            f"`file`: {sum(r.n for r in read.rejected)} rows of {read.name} cannot be read (first: "
            f"line {first.line}, {first.reason}); --strict allows none. Correct them, or leave "
            "--strict out."
        )


def _mapped(
    read: SurveyFile, mapping: Mapping[str, str], book: Codebook, notes: list[str]
) -> dict[str, str]:
    """Fixed column → column of the file: as asked for, of the same name, or by its heading."""
    unknown = [ours for ours in mapping if ours not in FIXED]
    if unknown:
        raise InputError(
            f"`--map` names {unknown[0]!r}, which a survey does not have; expected one of: "
            f"{', '.join(FIXED)}. Every other column becomes a question by itself."
        )
    held = list(read.cells.columns)
    lower = {c.casefold(): c for c in reversed(held)}
    asked = {lower.get(theirs.casefold()) for theirs in mapping.values()}
    free = [c for c in held if c not in asked and book.for_column(c) is None]
    made = {}
    for ours in FIXED:
        theirs = mapping.get(ours)
        if theirs is None:
            theirs = ours if ours in held else lower.get(ours)
            if theirs is None:
                theirs = by_heading(read.cells[free], ours, notes)
            if theirs is not None and theirs not in mapping.values():
                made[ours] = theirs
        elif theirs in held or theirs.casefold() in lower:
            made[ours] = theirs if theirs in held else lower[theirs.casefold()]
        else:
            raise InputError(
                f"`--map` names the column {theirs!r} for {ours!r}, which {read.name} does not "
                f"have; found: {', '.join(held[:20])}{', …' if len(held) > 20 else ''}. Correct "
                "the name."
            )
    return made


def _fixed_columns(
    read: SurveyFile, fixed: Mapping[str, str], book: Codebook, notes: list[str]
) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(index=read.cells.index)
    if "respondent_id" in fixed:
        frame["respondent_id"] = read.cells[fixed["respondent_id"]]
    else:
        width = len(str(len(frame)))
        frame["respondent_id"] = [f"r{i:0{width}d}" for i in range(1, len(frame) + 1)]
        notes.append("No column was named as respondent_id: respondents are numbered.")
    if "weight" in fixed:
        frame["weight"] = _weights(read, fixed["weight"], frame["respondent_id"])
        if unweighted := int((frame["weight"] == 0).sum()):
            who = "1 respondent has" if unweighted == 1 else f"{unweighted:,} respondents have"
            notes.append(f"{who} weight 0: kept in the table, outside every estimate.")
    else:
        frame["weight"] = 1.0
        notes.append("No column was named as weight: every respondent weighs 1.")
    for name in ("stratum", "psu", "country", "age_group"):
        if name in fixed:
            frame[name] = _labelled(read, fixed[name], book)
    if "age" in fixed:
        frame["age"] = read_ages(read, fixed["age"], book, frame["respondent_id"], notes)
    return frame


def _weights(read: SurveyFile, column: str, ids: pd.Series) -> pd.Series:
    cells = read.cells[column]
    numbers = read_numbers(cells)
    wrong = numbers.isna() | (numbers < 0)
    if wrong.any():
        raise InputError(
            f"`weight`: column {column!r} of {read.name} is negative, missing or no number in "
            f"{first_of(ids, wrong)}; numbers from 0 on were expected. Give these respondents a "
            "weight, or leave them out of the file and say so."
        )
    if not (numbers > 0).any():
        raise InputError(
            f"`weight`: column {column!r} of {read.name} is 0 in all {len(numbers)} rows; some "
            "weight above 0 was expected. Check that this is the right column."
        )
    return numbers


def _labelled(read: SurveyFile, column: str, book: Codebook) -> pd.Series:
    """Text of a fixed column: the label of a code where the file has one; missing codes empty."""
    cells = read.cells[column]
    gone = missing_codes(read, column, book)
    labels = read.labels.get(column, {})
    return cells.map(lambda v: None if v is None or v in gone else labels.get(v, v))


def _question_notes(made: Questions) -> list[str]:
    notes = list(made.notes)
    unsure = made.unsure

    def some(names: list[str]) -> str:
        return ", ".join(names[:10]) + (", …" if len(names) > 10 else "")

    if made.identifiers:
        notes.append(
            f"Left out, because they say who somebody is: {some(made.identifiers)}. Personal data "
            "become no question, whatever a codebook says."
        )
    if made.bookkeeping:
        notes.append(f"Left out as columns of the tool: {some(made.bookkeeping)}.")
    if made.left_out:
        notes.append(
            f"Left out as open answers, which may name people: {some(made.left_out)}. Describe a "
            "column in the codebook to keep it."
        )
    if unsure:
        notes.append(
            f"{counted(len(unsure), 'question keeps', 'questions keep')} an answer such as don't know, "
            f"refused or the code 99 in the base (first: {', '.join(unsure[:3])}). Name it under `missing` "
            "in a codebook, or pass --missing to `carekit survey`, to leave it out."
        )
    return notes
