"""Which column of a table is which of ours: the user says, or the headings do."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from carekit.dataset.schema import POSTS
from carekit.errors import InputError, did_you_mean
from carekit.sources.drafts import text
from carekit.sources.durations import UNITS, thousands
from carekit.sources.files import cells
from carekit.sources.files.formats import Derived, Options
from carekit.sources.files.headers import Header
from carekit.sources.files.headings import KNOWN, N_ANSWERS, SAYS_ANSWERED, STATES, folded
from carekit.sources.files.notes import find_notes, is_visibility
from carekit.sources.files.roles import ASK, BRAND, CUSTOMER, NO, OTHER, PEOPLE, YES, word_key
from carekit.sources.files.table import TableFile
from carekit.sources.files.time_columns import (
    TIMES,
    find_zones,
    is_day_first,
    is_half_day,
    joined,
    look_at_times,
    other_time,
)
from carekit.sources.files.unsent import find_unsent
from carekit.sources.files.zones import zone_cells, zone_in, zone_sql
from carekit.sources.networks.values import NOBODY
from carekit.sources.sites import is_kind, is_private, plain, site_of
from carekit.sources.times import Clock

ANSWER = ("reply_text", "reply_created_at", "answered")
DURATIONS = tuple(f"first_response_{unit}" for unit in UNITS)
OURS = (*POSTS.names, *ANSWER, "author_handle", "n_replies", *DURATIONS)
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
_ROUNDED = re.compile(r"\d[.,]\d+[eE]\+?\d+|\d+[eE]\+\d+")  # ids that a spreadsheet spoiled
# Over customers, and in other tables over brands or channels.
_CUSTOMERS = ("client", "customer", "kunde", "contact", "customer name", "nom du client")
# Over brands and their accounts alone.
_OF_BRANDS = re.compile("page|brand|marque|marke|enseigne")
# Over other things too: not read where the user says the same of all rows.
_VAGUE = {"network": "source", "brand": "app"}


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
    half_day: bool = False  # no time of day is after 12:59, and some are of the night
    zones: dict[str, str] = field(default_factory=dict)  # times in a zone of their own → its SQL
    groups: dict[str, str] = field(default_factory=dict)  # durations → the sign between thousands
    unclear: bool = False  # that sign is a guess
    rows: list[list[str]] = field(default_factory=list)  # the first of the table, if they were seen

    def clock(self, clock: Clock, ours: str) -> Clock:
        """How to read the times of a column."""
        return replace(clock, zone=self.zones[ours]) if ours in self.zones else clock


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
        found.at[ours], found.named[ours] = _given(table, ours, theirs, found)
    derived = preset.derived.names if preset.derived else ()
    for ours in OURS:
        names = preset.columns.get(ours, (ours,))
        made = [f"d{i}" for i, name in enumerate(derived) if name == ours]
        at = preset.place(header, names)
        # A column `answered` may hold a date: its cells decide, as those of a heading do.
        if ours not in found.at and ours != "answered" and (made or at is not None):
            found.at[ours] = made[0] if made else f"c{at}"
            found.named[ours] = ours if at is None else header.names[at]
    peeks = preset.headings or preset.role == "customer" or set(TIMES) & set(found.at)
    rows = found.rows = table.peek() if peeks else []
    if preset.headings:
        _by_headings(table, found, rows, options)
    if {*ANSWER, *DURATIONS} & set(found.at) or preset.role == "customer":
        _find_state(table, found, rows)
    for ours in (n for n in DURATIONS if re.fullmatch(r"c\d+", found.at.get(n, ""))):
        values = cells.filled_cells(rows or table.peek(), int(found.at[ours][1:]))
        found.groups[ours], found.unclear = thousands(values, ours.rpartition("_")[2])
    look_at_times(table, found, rows, options)
    if preset.headings or preset.loose:
        find_zones(table, found, rows, options)
    found.day_first = is_day_first(found, rows)
    found.half_day = is_half_day(found, rows)
    if re.fullmatch(r"c\d+", ids := found.at.get("post_id", "")):
        found.zero_is_id = any(row[int(ids[1:])].strip() in ("0", "0.0") for row in rows)
    if re.fullmatch(r"c\d+", found.at.get("author_role", "")):
        place = int(found.at["author_role"][1:])
        words = {word_key(row[place]) for row in rows or table.peek()}
        found.by_people = bool(words & {*PEOPLE, *ASK})
    used = {int(n) for sql in found.at.values() for n in re.findall(r"\bc(\d+)\b", sql)}
    find_unsent(table, found, rows, used, in_row=bool({*ANSWER, *DURATIONS} & set(found.at)))
    _read_odd_signs(found, rows or table.peek())
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
            f"{header.twins}"
        )
    return found


def _read_odd_signs(found: Columns, rows: list[list[str]]) -> None:
    """Read digits of other scripts as digits, and leave invisible signs out, where cells hold them."""
    numbers = {*TIMES, *DURATIONS, "rating", "n_answers", "n_replies"}
    for ours, sql in found.at.items():
        is_id = ours in ("post_id", "reply_to", "thread_id", "author_id")
        if not (is_id or ours in numbers):
            continue
        places = [int(n) for n in re.findall(r"\bc(\d+)\b", sql)]
        signs = {c for row in rows for p in places for c in row[p] if not c.isascii()}
        hidden = "".join(sorted(c for c in signs if unicodedata.category(c) == "Cf"))
        digits = "" if is_id else "".join(sorted(c for c in signs if c.isdecimal()))
        if hidden or digits:
            plain = "".join(str(unicodedata.decimal(c)) for c in digits)
            found.at[ours] = f"translate({sql}, {text(digits + hidden)}, '{plain}')"


def _given(table: TableFile, ours: str, theirs: str, found: Columns) -> tuple[str, str]:
    """SQL and heading of a column that the user names, or of two joined by `+`."""
    header = table.header
    at = header.find(theirs)
    if at is None:
        at = _folded(header, theirs)
    if at is not None:
        return f"c{at}", header.names[at]
    parts = [p.strip() for p in theirs.split("+")]
    places = [header.find(p) if header.find(p) is not None else _folded(header, p) for p in parts]
    known = [p for p in places if p is not None]
    if len(parts) > 1 and len(known) == len(parts):
        zones = cells.filled_cells(table.peek(), known[-1]) if ours in TIMES else []
        if zone_cells(zones):
            found.zones[ours] = zone_sql(f"c{known.pop()}", zones)
        return joined([f"c{p}" for p in known], is_time=ours in TIMES), theirs
    lost = parts[places.index(None)] if len(parts) > 1 else theirs
    hint = did_you_mean(lost, header.names, cutoff=0.5)
    raise InputError(
        f"`mapping`: {table.name} has no column {lost!r} for {ours}; found: {header.shown}."
        f"{hint} Correct --map."
    )


def _folded(header: Header, name: str) -> int | None:
    """A column whose heading differs by accents, blanks or signs only."""
    wanted = folded(name)
    places = [i for i, n in enumerate(header.names) if n and folded(n) == wanted]
    places = places or [i for i, n in enumerate(header.names) if folded(zone_in(n)[0]) == wanted]
    return places[0] if len(places) == 1 and wanted else None


def _by_headings(table: TableFile, found: Columns, rows: list[list[str]], options: Options) -> None:
    """Columns that nobody named, by what tools call them; only where their cells fit."""
    headings = [folded(n) for n in table.header.names]
    zoneless = [folded(zone_in(n)[0]) for n in table.header.names]
    used = {int(n) for sql in found.at.values() for n in re.findall(r"\bc(\d+)\b", sql)}
    for ours, names in KNOWN.items():
        if ours in found.at or (ours == "answered" and {"reply_to", "thread_id"} & set(found.at)):
            continue
        for name in names:
            places = [i for i, h in enumerate(headings) if h == name and i not in used]
            if not places and ours in TIMES:
                places = [i for i, h in enumerate(zoneless) if h == name and i not in used]
            if len(places) != 1 or (getattr(options, ours, None) and name == _VAGUE.get(ours)):
                continue
            if not _fits(ours, name, cells.filled_cells(rows, places[0])):
                continue
            found.at[ours], found.named[ours] = f"c{places[0]}", table.header.names[places[0]]
            found.guessed.add(ours)
            used.add(places[0])
            break
    if "created_at" in found.guessed:
        found.other_time = other_time(table, found, rows, used)
    if "visibility" not in found.at:
        find_notes(table, found, rows, used)
        _find_private(table, found, rows, used)
    # An answer in the row belongs to a review, or comes with its date.
    bare = len(folded(found.named.get("reply_text", "")).split()) == 1
    if (
        "reply_text" in found.guessed
        and bare
        and not {"rating", "reply_created_at"} & set(found.at)
    ):
        del found.at["reply_text"], found.named["reply_text"]
        found.guessed.discard("reply_text")


def _find_private(table: TableFile, found: Columns, rows: list[list[str]], used: set[int]) -> None:
    """A column of kinds of posts (comment, mention, private message) says which are private."""
    for place, name in enumerate(table.header.names):
        kinds = {plain(v) for v in cells.filled_cells(rows, place)} if place not in used else set()
        if any(is_private("", k) for k in kinds) and all(map(is_kind, kinds)):
            found.at["kind"], found.named["kind"] = f"c{place}", name
            return


def _find_state(table: TableFile, found: Columns, rows: list[list[str]]) -> None:
    """Beside answers in the rows: a column that says yes or no to them, and one of their state."""
    headings = [folded(n) for n in table.header.names]
    for place in (i for i, h in enumerate(headings) if h in N_ANSWERS):
        numbers = cells.filled_cells(rows, place)
        if numbers and all(re.fullmatch(r"\d+([.,]0+)?", v) for v in numbers):
            found.at["n_answers"], found.named["n_answers"] = f"c{place}", table.header.names[place]
    for ours, names in (("answered", SAYS_ANSWERED), ("state", STATES)):
        for place in (i for i, h in enumerate(headings) if h in names):
            words = {word_key(v) for v in cells.filled_cells(rows, place)}
            plain_answer = bool(words) and all(map(is_state, words))
            fits = plain_answer if ours == "answered" else bool(words & {*UNANSWERED})
            if fits and ours not in found.at and f"c{place}" not in found.at.values():
                found.at[ours], found.named[ours] = f"c{place}", table.header.names[place]
    if "n_answers" in found.at and not {*ANSWER, *DURATIONS} & set(found.at):
        n = f"try_cast(replace({found.at['n_answers']}, ',', '.') AS DOUBLE)"
        found.at["answered"] = f"CASE WHEN {n} > 0 THEN 'yes' WHEN {n} = 0 THEN 'no' END"
        found.named["answered"] = found.named["n_answers"]


def _fits(ours: str, heading: str, values: list[str]) -> bool:
    """True if the first cells of a column can be what its heading says."""
    if not values:
        return ours not in ("post_id", "created_at")
    tests: dict[str, Callable[[str], bool]] = {
        "rating": lambda v: (
            re.fullmatch(f"{cells.STARS}|{cells.DRAWN}", v.lower()) is not None
            or v.lower() in cells.NUMBERS
        ),
        "visibility": is_visibility,
        "author_role": is_role,
        "lang": lambda v: len(v) <= 20 and not any(c.isdigit() for c in v),
        "network": lambda v: len(v) <= 40 and (heading != "source" or site_of(v)[2]),
        "created_at": lambda v: any(c.isdigit() for c in v),
        "reply_created_at": lambda v: any(c.isdigit() for c in v),
        "observed_at": lambda v: any(c.isdigit() for c in v),
        "deleted_at": lambda v: any(c.isdigit() for c in v),
        "answered": is_state,
        "brand": lambda v: len(v) <= 200 and any(c.isalpha() for c in v),
        "account": lambda v: len(v) <= 80,
    }
    repeats = len(set(values)) < len(values) * 0.9
    if ours == "post_id" and repeats and not all(map(_ROUNDED.fullmatch, values)):
        return False  # whatever it is, it does not tell posts apart
    if ours == "thread_id" and "ticket" in heading and not repeats:
        return False  # a row is a ticket, not one message of it
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
    if test is None:
        return True
    # What stands below a table is no time: its rows are rejected one by one.
    most = n - n // 10 if ours == "created_at" else n
    return sum(map(test, values)) >= most


def unknown_roles(table: TableFile) -> str:
    """A sentence on a column headed as one of roles, of whose few words some are not known."""
    rows = table.peek()
    for place, name in enumerate(table.header.names):
        values = cells.filled_cells(rows, place) if folded(name) in KNOWN["author_role"] else []
        strange = Counter(v for v in values if not is_role(v))
        if strange and len(set(values)) <= 12 and not _are_names(values):
            words = ", ".join(f"{word!r} ({n:,})" for word, n in strange.most_common(8))
            pairs = ",".join(f"{word}=customer" for word in list(strange)[:2])
            return (
                f" {name!r} holds words that carekit does not know: {words}. If they say who writes: "
                f"--map 'author_role={name}' --roles '{pairs}' (or =brand, =other)."
            )
    return ""


def _are_names(values: list[str]) -> bool:
    return len(values) >= 4 and len(set(values)) * 2 > len(values)


def is_state(value: str) -> bool:
    """True for a cell that says whether a request was answered."""
    return word_key(value) in (*ANSWERED, *UNANSWERED, *YES, *NO)


def is_role(value: str) -> bool:
    """True for a cell that says who wrote a post."""
    return word_key(value) in (*CUSTOMER, *BRAND, *OTHER, *ASK, *YES, *NO)
