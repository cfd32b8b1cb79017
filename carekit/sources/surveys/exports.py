"""How survey tools lay out their files: rows of the header, blocks of options, columns of the tool.

Known: Qualtrics (names, wordings, ImportId), SurveyMonkey (questions over options), Google Forms,
LimeSurvey, Sphinx, Microsoft Forms, Typeform, Jotform, KoboToolbox. What is recognised is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from carekit.sources.files.headers import Header, options_below
from carekit.sources.files.headings import folded

# Columns that a tool adds: when, from where and how somebody answered, never what.
BOOKKEEPING = frozenset(
    folded(n)
    for n in (
        "StartDate", "EndDate", "Start Date", "End Date", "Status", "Progress", "Finished", "RecordedDate",
        "Duration (in seconds)", "ResponseId", "Response ID", "DistributionChannel", "UserLanguage",
        "ExternalReference", "ExternalDataReference", "Respondent ID", "Collector ID", "Date Created",
        "Date Modified", "Custom Data 1", "Horodateur", "Timestamp", "Zeitstempel", "Marca temporal",
        "submitdate", "lastpage", "startlanguage", "startdate", "datestamp", "refurl", "seed",
        "interviewtime", "DATE_SAISIE", "TEMPS_SAISIE", "ORIGINE_SAISIE", "LANG_SAISIE",
        "APPAREIL_SAISIE", "DERNIERE_QUESTION_SAISIE", "DATE_ENREG", "DATE_MODIF", "CLE", "N°",
        "PROGRESSION", "Start time", "Completion time", "Heure de début", "Heure de fin",
        "Score", "Total score", "Identifiant de réponse", "ID de la réponse", "Date de début",
        "Date de fin", "Last modified time", "Response Type", "Response Status", "Date submitted",
        "Last page", "Start language", "Date started", "Date last action", "Referrer URL",
        "Date de soumission", "Dernière page", "Langue de départ", "Date de lancement",
        "Date de la dernière action", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache",
        "Datum gestartet", "Datum letzte Aktivität", "Antwort ID", "Heure de la dernière modification",
        "Uhrzeit der letzten Änderung", "Startzeit", "Fertigstellungszeit",
        "Identifiant du répondant", "ID du répondant", "Collecteur", "ID du collecteur", "Collector",
        "Befragten-ID", "Teilnehmer-ID", "Kollektor-ID", "Anfangsdatum", "Enddatum", "Startdatum",
        "ID de encuestado", "ID del recopilador", "Fecha de inicio", "Fecha de finalización",
        "Hora de inicio", "Hora de finalización", "Submission Date", "Submission ID",
        "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID", "Fecha de envío",
        "Data de envio", "Data di invio", "Ora di inizio", "Ora di completamento", "Begintijd",
        "Tijd van voltooien", "Hora de conclusão", "Carimbo de data/hora", "Informazioni cronologiche",
        "Tijdstempel", "Sygnatura czasowa", "タイムスタンプ", "Fecha de envio de la respuesta",
        "_uuid", "_submission_time", "_validation_status", "_submitted_by", "__version__", "formhub/uuid",
        "Última página", "Lengua de inicio", "Data di invio della risposta",
    )
)  # fmt: skip
_OTHER = re.compile(
    r"(other|autres?|sonstige[sr]?|otros?|altro|andere[sr]?|overig)\b.*|.*\((please specify|préciser|"
    r"veuillez préciser|bitte angeben)\)",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"\s+-\s+(?:Selected Choice\s+-\s+)?", re.IGNORECASE)
_SINGLE = frozenset(
    {"response", "réponse", "antwort", "open-ended response", "réponse ouverte", ""}
)

_SUBMITTED = {
    "submitdate", "date submitted", "date de soumission", "datum abgeschickt", "fecha de envio",
    "fecha de envio de la respuesta", "data di invio", "data de envio",
}  # fmt: skip
_LAST_PAGE = {
    "lastpage", "id", "last page", "derniere page", "letzte seite", "ultima pagina",
}  # fmt: skip
# First column of Google Forms; both of Microsoft Forms.
_STAMPS = {
    folded(n)
    for n in (
        "Horodateur", "Timestamp", "Zeitstempel", "Marca temporal", "Carimbo de data/hora",
        "Informazioni cronologiche", "Tijdstempel", "Sygnatura czasowa", "タイムスタンプ",
    )
}  # fmt: skip
_FORMS = tuple(
    {folded(n) for n in pair}
    for pair in (
        ("Start time", "Completion time"), ("Heure de début", "Heure de fin"),
        ("Startzeit", "Fertigstellungszeit"), ("Hora de inicio", "Hora de finalización"),
        ("Ora di inizio", "Ora di completamento"), ("Begintijd", "Tijd van voltooien"),
        ("Hora de início", "Hora de conclusão"),
    )
)  # fmt: skip
# q1[SQ001]. Which channels? [Phone]: code, wording and option of LimeSurvey; a wording may lack.
_CODED = re.compile(r"(\w+)(?:\[(\w+)\])?(?:\. (.+?)(?: \[([^\[\]]+)\])?)?", re.DOTALL)


@dataclass(frozen=True)
class Structure:
    """What the header of an export says of its columns."""

    tool: str  # whose export it is, '' if nothing tells
    names: tuple[str, ...]  # of the columns, each once
    wordings: Mapping[str, str] = field(default_factory=dict)
    # Columns that are options of one question, if their cells tick.
    blocks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def structure(header: Header) -> Structure:
    """The structure of an export, from its header alone."""
    rows = header.rows or (header.names,)
    if len(rows) > 1 and any("ImportId" in cell for cell in rows[-1]):
        return _qualtrics(rows)
    if len(rows) == 2 and (
        any(cell.casefold() in _SINGLE - {""} for cell in rows[1]) or options_below(*rows)
    ):
        return _surveymonkey(rows)
    plain = {folded(n) for n in header.names}
    if plain & _SUBMITTED and plain & _LAST_PAGE:
        return _limesurvey(header.names)
    elif {folded("DATE_SAISIE"), folded("ORIGINE_SAISIE")} & plain:
        tool = "Sphinx"
    elif folded(header.names[0]) in _STAMPS:
        tool = "Google Forms"
    elif any(pair <= plain for pair in _FORMS):
        tool = "Microsoft Forms"
    elif {"network id", "submit date utc"} <= plain:
        tool = "Typeform"
    elif folded(header.names[0]) == "submission date":
        tool = "Jotform"
    elif {"submission time", "uuid"} <= plain:
        tool = "KoboToolbox"
    else:
        tool = ""
    return Structure(tool, _once(header.names))


def _once(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, each once; a column without one gets its number."""
    made: list[str] = []
    for at, name in enumerate(names, 1):
        own, number = name or f"column_{at}", 2
        while own in made:
            own, number = f"{name} ({number})", number + 1
        made.append(own)
    return tuple(made)


def _qualtrics(rows: Sequence[Sequence[str]]) -> Structure:
    names, said = _once(rows[0]), rows[1]
    wordings = {n: w for n, w in zip(names, said, strict=True) if w}
    groups: dict[str, dict[str, str]] = {}
    for name in names:
        if match := re.fullmatch(r"(.+?)_(\d+)", name):
            groups.setdefault(match[1], {})[name] = wordings.get(name, name)
    blocks = {}
    for stem, columns in groups.items():
        parts = {c: _CHOICE.split(text) for c, text in columns.items()}
        if len(columns) < 2 or any(len(p) < 2 for p in parts.values()):
            continue
        blocks[stem] = {c: p[-1].strip() for c, p in parts.items()}
        wordings[stem] = next(iter(parts.values()))[0].strip()
    return Structure("Qualtrics", names, wordings, blocks)


def _limesurvey(columns: Sequence[str]) -> Structure:
    names = _once(columns)
    wordings: dict[str, str] = {}
    blocks: dict[str, dict[str, str]] = {}
    for name in names:
        told = _CODED.fullmatch(name)
        if told is None or told[3] is None or is_bookkeeping(name):
            continue
        wordings[told[1] if told[2] else name] = told[3] if told[2] or told[4] is None else name
        if told[2] and told[4]:
            blocks.setdefault(told[1], {})[name] = told[4]
    blocks = {stem: options for stem, options in blocks.items() if len(options) > 1}
    return Structure("LimeSurvey", names, wordings, blocks)


def _surveymonkey(rows: Sequence[Sequence[str]]) -> Structure:
    questions: list[str] = []
    for question, option in zip(rows[0], rows[1], strict=True):
        carried = questions[-1] if questions and not question and option else ""
        questions.append(question or carried)
    names, options = [], []
    for question, option in zip(questions, rows[1], strict=True):
        single = option.casefold() in _SINGLE
        names.append(question if single else f"{question} - {option}")
        options.append("" if single else option)
    once = _once(names)
    blocks: dict[str, dict[str, str]] = {}
    for name, question, option in zip(once, questions, options, strict=True):
        if option:
            blocks.setdefault(question, {})[name] = option
    blocks = {q: columns for q, columns in blocks.items() if len(columns) > 1}
    wordings = dict(zip(once, questions, strict=True)) | {q: q for q in blocks}
    return Structure("SurveyMonkey", once, wordings, blocks)


def is_bookkeeping(column: str) -> bool:
    """True for a column that the tool adds."""
    return folded(column) in BOOKKEEPING


def is_other(option: str) -> bool:
    """True for the option under which people write an answer of their own."""
    return _OTHER.fullmatch(option.strip()) is not None
