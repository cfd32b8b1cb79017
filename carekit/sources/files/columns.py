"""Which column of a table is which of ours: the user says, or the headings do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from carekit.dataset.schema import POSTS, VISIBILITIES
from carekit.errors import InputError, did_you_mean
from carekit.sources.files import cells
from carekit.sources.files.formats import Derived, Options
from carekit.sources.files.headers import Header
from carekit.sources.files.headings import KNOWN, SAYS_ANSWERED, STATES, folded
from carekit.sources.files.roles import ASK, BRAND, CUSTOMER, NO, OTHER, PEOPLE, YES, word_key
from carekit.sources.files.table import TableFile
from carekit.sources.networks.values import NOBODY
from carekit.sources.sites import is_kind, is_private, plain, site_of

ANSWER = ("reply_text", "reply_created_at", "answered")
DURATIONS = tuple(f"first_response_{unit}" for unit in ("minutes", "hours", "days", "seconds"))
OURS = (*POSTS.names, *ANSWER, "author_handle", "n_replies", *DURATIONS)
TIMES = ("created_at", "observed_at", "deleted_at", "reply_created_at")
ANSWERED = (
    "repondu", "repondue", "answered", "replied", "responded", "beantwortet", "respondido",
    "contestado", "contestada", "risposto", "beantwoord", "reponse_envoyee", "reply_sent",
)  # fmt: skip
UNANSWERED = (
    "non_repondu", "sans_reponse", "a_traiter", "en_cours", "en_attente", "nouveau", "nouvelle",
    "unanswered", "not_answered", "not_replied", "no_reply", "open", "new", "pending", "to_do", "todo",
    "in_progress", "assigned", "waiting", "ouvert", "ouverte", "offen", "neu", "unbeantwortet",
    "nicht_beantwortet", "sin_responder", "abierto", "aperto", "non_risposto", "onbeantwoord",
)  # fmt: skip
NOTES = (
    "note",
    "internal",
    "interne",
    "internal_note",
    "note_interne",
    "private_note",
    "note_privee",
)
# Over customers, and in other tables over brands or channels.
_CUSTOMERS = ("client", "customer", "kunde", "contact", "customer name", "nom du client")
# Over brands and their accounts alone.
_OF_BRANDS = re.compile("page|brand|marque|marke|enseigne")
# Over other things too: not read where the user says the same of all rows.
_VAGUE = {"network": "source", "brand": "app"}
_CLOCK_HEADINGS = (
    "heure",
    "hour",
    "time",
    "uhrzeit",
    "time of day",
    "heure de publication",
    "zeit",
)
_CLOCK = re.compile(r"\d{1,2} ?[:hH] ?\d{2}([:'mM ]\d{2})?( ?[aApP]\.?[mM]\.?)?( ?(s|min|mn))?")
_NUMBER = re.compile(r"\d+|\d{5}[.,]\d+")  # of seconds, or of days with their part, as Excel counts
_DAY = re.compile(r"(?!.*\d[:hH]\d)(?!.*\d ?[aApP][mM]\b).*\d.*")
# A date of which only one order of day and month makes sense.
_DAY_FIRST = re.compile(r"\s*(1[3-9]|[23]\d)[/-]\d{1,2}[/-]\d")
_MONTH_FIRST = re.compile(r"\s*\d{1,2}[/-](1[3-9]|[23]\d)[/-]\d")
_MIDNIGHT = re.compile(r".*[T ]0?0[:hH]00(:00(\.0+)?)?(Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class Preset:
    """What a format knows beforehand about its tables."""

    columns: Mapping[str, tuple[str, ...]]  # our name → names that the column may have
    # Our names without which a file is not of this format.
    needed: tuple[str, ...] = ("post_id", "created_at")
    network: str | None = None  # the same for all rows
    surface: str | None = None
    role: str | None = None  # `customer` if all rows are written by customers
    # Author names in lower case that stand for many people: no pseudonym.
    anonymous: tuple[str, ...] = NOBODY
    id_from: tuple[str, ...] = ()  # our names whose values make an id if there is no column of ids
    derived: Derived | None = None  # columns to be made in Python
    by_account: bool = False  # true if the list of accounts alone tells who is the brand
    headings: bool = False  # true if headings that many tools write are taken as well
    # Name of a column to keep → names that it may have in the file.
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    loose: bool = False  # true if accents, blanks and signs in a heading do not matter

    def place(self, header: Header, names: Sequence[str]) -> int | None:
        """Position of the first of these columns that a table has."""
        at = header.find(*names)
        if at is None and self.loose:
            found = (_folded(header, name) for name in names)
            at = next((place for place in found if place is not None), None)
        return at


@dataclass
class Columns:
    """The columns of a table that are read.

    `at` gives SQL, `named` the headings, `guessed` those that nobody named, `daily` the times
    whose column holds days; `missing_clock` is a column of times of day that is not used,
    `other_time` one that may be `created_at` as well;
    `by_people` says that whoever writes for a brand is named, as in a help desk.
    """

    at: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)
    daily: set[str] = field(default_factory=set)
    missing_clock: str | None = None
    other_time: str | None = None
    zero_is_id: bool = False  # a post has the id 0
    day_first: bool = False  # some dates only make sense so, and none the other way round
    by_people: bool = False


def find_columns(table: TableFile, options: Options, preset: Preset, *, format: str) -> Columns:
    """Our names → columns of a table."""
    header, found = table.header, Columns()
    for ours, theirs in options.mapping.items():
        if ours not in OURS:
            hint = did_you_mean(ours, OURS)
            raise InputError(
                f"`mapping` names {ours!r}, which is none of our columns; expected: "
                f"{', '.join(OURS)}.{hint} Write --map OURS=THEIRS, for example post_id=id."
            )
        found.at[ours], found.named[ours] = _given(table, ours, theirs)
    derived = preset.derived.names if preset.derived else ()
    for ours in OURS:
        names = preset.columns.get(ours, (ours,))
        made = [f"d{i}" for i, name in enumerate(derived) if name == ours]
        at = preset.place(header, names)
        # A column `answered` may hold a date: its cells decide, as those of a heading do.
        if ours not in found.at and ours != "answered" and (made or at is not None):
            found.at[ours] = made[0] if made else f"c{at}"
            found.named[ours] = ours if at is None else header.names[at]
    rows = table.peek() if preset.headings or set(TIMES) & set(found.at) else []
    if preset.headings:
        _by_headings(table, found, rows, options)
    if {*ANSWER, *DURATIONS} & set(found.at):
        _find_state(table, found, rows)
    _look_at_times(table, found, rows)
    found.day_first = _is_day_first(found, rows)
    if re.fullmatch(r"c\d+", ids := found.at.get("post_id", "")):
        found.zero_is_id = any(row[int(ids[1:])].strip() in ("0", "0.0") for row in rows)
    if re.fullmatch(r"c\d+", found.at.get("author_role", "")):
        place = int(found.at["author_role"][1:])
        words = {word_key(row[place]) for row in rows or table.peek()}
        found.by_people = bool(words & {*PEOPLE, *ASK})
    missing = [n for n in preset.needed if n not in found.at]
    timed = "author_id" in found.at and "created_at" not in found.daily
    apart = not preset.headings or "text" in found.at or timed
    if missing == ["post_id"] and preset.id_from and "reply_to" not in found.at and apart:
        missing = []
    if missing:
        remedy = ",".join(f"{n}=THEIRS" for n in missing)
        raise InputError(
            f"{table.name} has no column {', '.join(map(repr, missing))}, which the format "
            f"{format!r} needs; found: {header.shown}. Say which column it is: --map {remedy}."
        )
    return found


def _given(table: TableFile, ours: str, theirs: str) -> tuple[str, str]:
    """SQL and heading of a column that the user names, or of two joined by `+`."""
    header = table.header
    at = header.find(theirs)
    if at is None:
        at = _folded(header, theirs)
    if at is not None:
        return f"c{at}", header.names[at]
    parts = [p.strip() for p in theirs.split("+")]
    places = [header.find(p) if header.find(p) is not None else _folded(header, p) for p in parts]
    if len(parts) > 1 and None not in places:
        return joined([f"c{p}" for p in places], is_time=ours in TIMES), theirs
    lost = parts[places.index(None)] if len(parts) > 1 else theirs
    hint = did_you_mean(lost, header.names, cutoff=0.5)
    raise InputError(
        f"`mapping`: {table.name} has no column {lost!r} for {ours}; found: {header.shown}."
        f"{hint} Correct --map."
    )


def joined(columns: Sequence[str], *, is_time: bool) -> str:
    """SQL of several cells as one, a blank between them; a day and its clock make a time."""
    first, *rest = columns
    if is_time:  # a spreadsheet writes midnight behind a day, and a day before a clock
        first = f"regexp_replace({first}, '[T ]0?0:00(:00(\\.0+)?)?$', '')"
        rest = [
            f"regexp_replace({c}, '^(1899-12-3[01]|1900-01-0[01]|1904-01-01)[T ]', '')"
            for c in rest
        ]
    filled = [
        f"CASE WHEN {cells.filled(c)} IS NOT NULL THEN ' ' || trim({c}) ELSE '' END" for c in rest
    ]
    return f"(trim({first}) || {' || '.join(filled)})"


def _folded(header: Header, name: str) -> int | None:
    """A column whose heading differs by accents, blanks or signs only."""
    wanted = folded(name)
    places = [i for i, n in enumerate(header.names) if n and folded(n) == wanted]
    return places[0] if len(places) == 1 and wanted else None


def _by_headings(table: TableFile, found: Columns, rows: list[list[str]], options: Options) -> None:
    """Columns that nobody named, by what tools call them; only where their cells fit."""
    headings = [folded(n) for n in table.header.names]
    used = {int(n) for sql in found.at.values() for n in re.findall(r"\bc(\d+)\b", sql)}
    for ours, names in KNOWN.items():
        if ours in found.at or (ours == "answered" and {"reply_to", "thread_id"} & set(found.at)):
            continue
        for name in names:
            places = [i for i, h in enumerate(headings) if h == name and i not in used]
            if len(places) != 1 or (getattr(options, ours, None) and name == _VAGUE.get(ours)):
                continue
            if not _fits(ours, name, _filled(rows, places[0])):
                continue
            found.at[ours], found.named[ours] = f"c{places[0]}", table.header.names[places[0]]
            found.guessed.add(ours)
            used.add(places[0])
            break
    if "created_at" in found.guessed:
        found.other_time = _other_time(table, found, rows, used)
    if "visibility" not in found.at:
        _find_notes(table, found, rows, used)
        _find_private(table, found, rows, used)
    # An answer in the row belongs to a review, or comes with its date.
    if "reply_text" in found.guessed and not {"rating", "reply_created_at"} & set(found.at):
        del found.at["reply_text"], found.named["reply_text"]
        found.guessed.discard("reply_text")


def _other_time(
    table: TableFile, found: Columns, rows: list[list[str]], used: set[int]
) -> str | None:
    """A second column that may say when a post was written, and says something else."""
    taken = int(found.at["created_at"][1:])
    for place, name in enumerate(table.header.names):
        if place in used or folded(name) not in KNOWN["created_at"]:
            continue
        times = _filled(rows, place)
        is_clock = folded(name) in _CLOCK_HEADINGS or all(map(_CLOCK.fullmatch, times))
        differs = any(row[place].strip() not in ("", row[taken].strip()) for row in rows)
        if differs and not is_clock and _fits("created_at", "", times):
            return name
    return None


def _find_notes(table: TableFile, found: Columns, rows: list[list[str]], used: set[int]) -> None:
    """A column of which some cells name notes among colleagues says who can read a post."""
    for place, name in enumerate(table.header.names):
        values = {v for row in rows if (v := row[place].strip())} if place not in used else set()
        notes = any(word_key(v) in NOTES for v in values)
        if notes and len(values) > 1 and all(map(is_visibility, values)):
            found.at["visibility"], found.named["visibility"] = f"c{place}", name
            found.guessed.add("visibility")
            return


def _find_private(table: TableFile, found: Columns, rows: list[list[str]], used: set[int]) -> None:
    """A column of kinds of posts (comment, mention, private message) says which are private."""
    for place, name in enumerate(table.header.names):
        kinds = {plain(v) for v in _filled(rows, place)} if place not in used else set()
        if any(is_private("", k) for k in kinds) and all(map(is_kind, kinds)):
            found.at["kind"], found.named["kind"] = f"c{place}", name
            return


def _find_state(table: TableFile, found: Columns, rows: list[list[str]]) -> None:
    """Beside answers in the rows: a column that says yes or no to them, and one of their state."""
    headings = [folded(n) for n in table.header.names]
    for ours, names in (("answered", SAYS_ANSWERED), ("state", STATES)):
        for place in (i for i, h in enumerate(headings) if h in names):
            words = {word_key(v) for v in _filled(rows, place)}
            plain_answer = words and all(map(is_state, words))
            fits = plain_answer if ours == "answered" else words & {*UNANSWERED}
            if fits and ours not in found.at and f"c{place}" not in found.at.values():
                found.at[ours], found.named[ours] = f"c{place}", table.header.names[place]


def _filled(rows: list[list[str]], place: int) -> list[str]:
    """The cells of a column that are not empty, nor say so."""
    return [v for row in rows if (v := row[place].strip()) and v.lower() not in cells.EMPTY_WORDS]


def _fits(ours: str, heading: str, values: list[str]) -> bool:
    """True if the first cells of a column can be what its heading says."""
    if not values:
        return ours not in ("post_id", "created_at")
    tests: dict[str, Callable[[str], bool]] = {
        "rating": lambda v: re.fullmatch("[1-5]([.,]0+)?", v) is not None,
        "visibility": is_visibility,
        "author_role": is_role,
        "lang": lambda v: len(v) <= 20 and not any(c.isdigit() for c in v),
        "network": lambda v: len(v) <= 40 and (heading != "source" or site_of(v)[2]),
        "created_at": lambda v: any(c.isdigit() for c in v),
        "reply_created_at": lambda v: any(c.isdigit() for c in v),
        "observed_at": lambda v: any(c.isdigit() for c in v),
        "deleted_at": lambda v: any(c.isdigit() for c in v),
        "answered": is_state,
        "brand": lambda v: len(v) <= 80 and any(c.isalpha() for c in v),
        "account": lambda v: len(v) <= 80,
    }
    if ours == "post_id" and len(set(values)) < len(values) * 0.9:
        return False  # whatever it is, it does not tell posts apart
    n, n_names = len(values), len(set(values))
    few = ours in ("account", "brand") and not _OF_BRANDS.search(heading)
    if few and n_names > max(3, n / 3):
        return False  # brands are few: these are people
    if heading in _CUSTOMERS and (n_names == 1 < n - 1 or n_names < n / 20):
        return False  # customers are many: these are brands, or channels
    test = tests.get(ours)
    said = any(word_key(v) in ANSWERED for v in values)
    if ours == "answered" and not said and heading not in SAYS_ANSWERED:
        return False
    if ours == "author_role" and len({word_key(v) for v in values}) < 2:
        return False  # one word for everybody tells nobody apart
    return test is None or all(test(v) for v in values)


def is_visibility(value: str) -> bool:
    """True for a cell that says who can read a post."""
    low = value.strip().lower()
    return low in (*VISIBILITIES, *cells.TRUE_WORDS, *cells.FALSE_WORDS) or word_key(value) in NOTES


def is_state(value: str) -> bool:
    """True for a cell that says whether a request was answered."""
    return word_key(value) in (*ANSWERED, *UNANSWERED, *YES, *NO)


def is_role(value: str) -> bool:
    """True for a cell that says who wrote a post."""
    return word_key(value) in (*CUSTOMER, *BRAND, *OTHER, *ASK, *YES, *NO)


def _look_at_times(table: TableFile, found: Columns, rows: list[list[str]]) -> None:
    """Join a day and its time of day; note columns that hold days alone."""
    for ours in TIMES:
        sql = found.at.get(ours, "")
        if not re.fullmatch(r"c\d+", sql):
            continue
        values = [v for row in rows if (v := row[int(sql[1:])].strip())]
        days = [
            bool(_DAY.fullmatch(v)) and len(v) <= 30 and not _NUMBER.fullmatch(v) for v in values
        ]
        midnights = [bool(_MIDNIGHT.fullmatch(v)) for v in values]
        if not values or not all(d or m for d, m in zip(days, midnights, strict=True)):
            continue
        clock = _clock_beside(table, found, rows) if ours == "created_at" else None
        if clock is not None and ours in found.guessed:
            found.at[ours] = joined([sql, f"c{clock}"], is_time=True)
            found.named[ours] += f"+{table.header.names[clock]}"
            continue
        if clock is not None:
            found.missing_clock = table.header.names[clock]
        if ours in ("created_at", "reply_created_at") and (len(values) >= 3 or all(days)):
            found.daily.add(ours)


def _is_day_first(found: Columns, rows: list[list[str]]) -> bool:
    """What the dates that fit one order only say of those that fit both."""
    times = " ".join(found.at.get(ours, "") for ours in TIMES)
    places = {int(n) for n in re.findall(r"\bc(\d+)\b", times)}
    dates = [row[place] for row in rows for place in places]
    return any(map(_DAY_FIRST.match, dates)) and not any(map(_MONTH_FIRST.match, dates))


def _clock_beside(table: TableFile, found: Columns, rows: list[list[str]]) -> int | None:
    """A column of times of day that nothing else reads."""
    used = {int(n) for sql in found.at.values() for n in re.findall(r"\bc(\d+)\b", sql)}
    for at, name in enumerate(table.header.names):
        if at in used or folded(name) not in _CLOCK_HEADINGS:
            continue
        values = [v for row in rows if (v := row[at].strip())]
        if values and all(
            _CLOCK.fullmatch(v.split(" ", 1)[-1] if v[:4] in ("1899", "1900") else v)
            for v in values
        ):
            return at
    return None
