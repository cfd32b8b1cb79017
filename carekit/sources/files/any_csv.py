"""Any table of posts or reviews: which of its columns is which, the user says or their names do.

Columns that bear our names (carekit.dataset.schema.POSTS), or one that tools write, need no
mapping; `post_id=id` maps another. An answer in the row of its review is mapped with `reply_text`
and `reply_created_at` (or how long it took, `first_response_hours`) and becomes a post of its own,
`ID#reply`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from carekit.dataset.privacy import pseudonym_sql
from carekit.dataset.schema import SURFACES, VISIBILITIES
from carekit.errors import InputError
from carekit.sources.drafts import ONLY_CUSTOMERS, first_problem, strings, text
from carekit.sources.durations import seconds
from carekit.sources.files import cells
from carekit.sources.files.answers import NO_TIME_KNOWN, answer, answer_tallies, answered, until
from carekit.sources.files.columns import (
    ANSWER,
    ANSWERED,
    DURATIONS,
    TIMES,
    UNANSWERED,
    Columns,
    Preset,
    find_columns,
    unknown_roles,
)
from carekit.sources.files.doubts import doubts
from carekit.sources.files.formats import ZONELESS, Drafts, Format, Options, Sample
from carekit.sources.files.frequent import by_word
from carekit.sources.files.headings import KNOWN, folded
from carekit.sources.files.keeping import kept_columns
from carekit.sources.files.kinds import below_seeds, no_post, other_header
from carekit.sources.files.languages import language_sql
from carekit.sources.files.networks import network_of
from carekit.sources.files.notes import NOTES, says_hidden
from carekit.sources.files.roles import NO, YES, ask_who, key_sql, role_sql
from carekit.sources.files.table import TableFile
from carekit.sources.files.waiting import Wait, find_wait, wait_columns
from carekit.sources.identities import safe_id_sql
from carekit.sources.sites import (
    plain,
    plain_sql,
    private_kind_sql,
)
from carekit.sources.times import readable_time, time_tallies, time_warnings

__all__ = ["FORMAT", "Preset", "plan", "table_format"]
NO_TIME = "created_at is no time that can be read"
_IDS = ("post_id", "reply_to", "thread_id")


def plan(table: TableFile, options: Options, preset: Preset, *, format: str) -> Drafts:
    """How the rows of a table become drafts, under a preset."""
    columns = find_columns(table, options, preset, format=format)
    at = columns.at
    warnings: list[str] = []
    if options.clock.dayfirst is None and columns.day_first:
        options = replace(options, clock=replace(options.clock, dayfirst=True))
        warnings.append(
            f"Dates of {table.name} are read day first: some only make sense so (such as "
            "31/12/2017), and none the other way round."
        )
    network, private, strange = network_of(columns, options, preset, table, warnings)
    if "kind" in at:
        private = f"({private} OR {private_kind_sql(plain_sql(at['kind']))})"
    role, asked = _role(columns, options, preset, table)
    clocks = {n: columns.clock(options.clock, n) for n in TIMES if n in at}
    prepared = {f"f_{n}": clock.form(at[n]) for n, clock in clocks.items()}
    prepared |= {f"t_{n}": clock.utc(at[n], form=f"f_{n}") for n, clock in clocks.items()}
    looks, time_counts = time_tallies({n: (c, at[n]) for n, c in clocks.items()}, form="f_{}")
    prepared |= looks | {"net": network}
    prepared |= {f"simple_{n}": cells.is_simple_id(at[n]) for n in _IDS if n in at}
    prepared["id"] = _own_id(at, options, preset)
    for unit in DURATIONS:
        if unit in at:
            sign = columns.groups.get(unit, "")
            prepared["waited"] = seconds(at[unit], unit.rpartition("_")[2], groups=sign)
    brand = _filled(at, "brand", text(options.brand) if options.brand else "NULL::VARCHAR")
    if brand == "NULL::VARCHAR" and preset.surface == "review":
        warnings.append(
            f"{table.name} does not say which brand it is about: no column "
            f"{' or '.join(preset.columns.get('brand', ('brand',))[:3])}. Give --brand NAME, or --map "
            "brand=COLUMN."
        )
    surface = text(preset.surface) if preset.surface else "NULL::VARCHAR"
    has_answers = bool({*ANSWER, *DURATIONS} & set(at))
    if "post_id" not in at:
        alike = ", ".join(columns.named[n] for n in preset.id_from if n in at)
        warnings.append(
            f"{table.name} has no column of ids: rows that are alike in {alike} count once."
        )
    visibility, is_note = _visibility(columns, private)
    prepared["u_created_at"] = until(columns, options, "created_at")
    prepared |= {"role": role, "is_note": is_note}
    kept = kept_columns(table, options, preset)
    main = {
        "line": "line",
        "native_id": "id",
        "network": "net",
        "surface": f"lower({_filled(at, 'surface', surface)})",
        "author": _author(at, preset),
        "author_handle": f"ltrim({_filled(at, 'author_handle')}, '@')",
        "author_role": "CASE WHEN is_note THEN 'other' ELSE role END",
        "brand": brand,
        "account": f"ltrim({_filled(at, 'account')}, '@')",
        "created_at": f"CASE WHEN {readable_time('t_created_at')} THEN t_created_at END",
        "created_until": "u_created_at",
        "text": at.get("text", "NULL::VARCHAR"),
        "lang": language_sql(_filled(at, "lang")) if "lang" in at else "NULL::VARCHAR",
        "reply_to": below_seeds(table, _reply_to(columns, options)),
        "thread": _id(at, "thread_id", options, "id" if has_answers else "NULL::VARCHAR"),
        "visibility": visibility,
        "rating": cells.stars(at["rating"]) if "rating" in at else "NULL::BIGINT",
        "observed_at": "t_observed_at" if "observed_at" in at else NO_TIME_KNOWN,
        "deleted_at": "t_deleted_at" if "deleted_at" in at else NO_TIME_KNOWN,
        "problem": _problem(at, role),
        "left_out": no_post(table, at, has_answer=answered(at) if has_answers else "FALSE"),
    }
    if kept:
        pairs = ", ".join(f"{text(name)}, {cells.filled(sql)}" for name, sql in kept.items())
        main["kept"] = f"json_object({pairs})::VARCHAR"
    if "n_replies" in at:
        main["n_replies"] = cells.whole(at["n_replies"])
    nested = answer(columns, main, options) if has_answers else None
    # A row that has a time is no header.
    again = f"CASE WHEN t_created_at IS NULL THEN {other_header(table)} ELSE FALSE END"
    tallies = {
        **time_counts,
        **asked,
        "strange": f"({strange})::INT",
        **_blanks(at, options),
        "other_header": f"({again})::INT",
        # Forms of a time without its zone.
        ZONELESS: "0" if "created_at" in columns.zones else "(f_created_at IN (1, 3))::INT",
    }
    if nested is not None:
        is_post = f"({main['left_out']}) IS NULL"
        tallies |= {
            name: f"CASE WHEN {is_post} THEN {sql} ELSE 0 END"
            for name, sql in answer_tallies(at).items()
        }

    def warn(counts: Mapping[str, int]) -> list[str]:
        ask_who(counts, column=columns.named.get("author_role", ""), file=table.name)
        told = warnings + time_warnings(counts, clock=options.clock, file=table.name)
        return told + doubts(counts, columns, table, options.clock)

    return Drafts(
        main,
        nested,
        nested_if=answered(at),
        prepared=prepared,
        tallies=tallies,
        free_text=table.columns,
        warn=warn,
        derived=preset.derived,
        # Beside a column of accounts, or as agents, authors of a brand's posts are people.
        authors_are_accounts="account" not in at and not columns.by_people,
        kept=tuple(kept),
        columns=columns.named,
        clock=options.clock,
        by_thread="thread_id" in at and "reply_to" not in at and nested is None,
    )


def table_format(
    name: str, what: str, recognises: Callable[[Sample], bool], preset: Preset, **rest: Any
) -> Format:
    """A format of tables of which a preset says everything."""

    def drafts(table: TableFile, options: Options) -> Drafts:
        return plan(table, options, preset, format=name)

    return Format(name, what, recognises, drafts=drafts, **rest)


def _filled(at: Mapping[str, str], name: str, otherwise: str = "NULL::VARCHAR") -> str:
    if name not in at:
        return otherwise
    cell = cells.filled(at[name])
    return cell if otherwise == "NULL::VARCHAR" else f"coalesce({cell}, {otherwise})"


def _blanks(at: Mapping[str, str], options: Options) -> dict[str, str]:
    """SQL counts of rows that leave out whom or where, which other rows name."""
    given = {"network": options.network, "brand": options.brand}
    return {
        f"no_{n}": f"({cells.filled(at[n])} IS NULL)::INT"
        for n in given
        if n in at and not given[n]
    }


def _visibility(columns: Columns, private: str) -> tuple[str, str]:
    """SQL of visibility, and of whether the row is a note among colleagues."""
    by_site = f"CASE WHEN {private} THEN 'private' ELSE 'public' END"
    if "visibility" not in columns.at:
        return by_site, "FALSE"
    cell = f"lower({cells.filled(columns.at['visibility'])})"
    means_hidden = says_hidden(plain(columns.named["visibility"]))
    hidden = cells.TRUE_WORDS if means_hidden else cells.FALSE_WORDS
    open_ = cells.FALSE_WORDS if means_hidden else cells.TRUE_WORDS
    note = (
        f"coalesce(list_contains({strings(NOTES)}, {key_sql(cell)}) OR list_contains({strings(hidden)}, "
        f"{cell}), FALSE)"
    )
    made = (
        f"CASE WHEN {note} THEN 'private' WHEN list_contains({strings(open_)}, {cell}) "
        f"THEN {by_site} ELSE coalesce({cell}, {by_site}) END"
    )
    # What a customer writes is no note, even where others cannot read it.
    return made, f"({note} AND coalesce(role, 'brand') <> 'customer')"


def _role(
    columns: Columns, options: Options, preset: Preset, table: TableFile
) -> tuple[str, dict[str, str]]:
    """SQL of author_role, null where the known accounts decide; and counts of doubtful words."""
    at = columns.at
    if "author_role" in at:
        name = columns.named["author_role"]
        role, counts = role_sql(at["author_role"], column=name, roles=options.roles)
        role, *said = by_word(at["author_role"], columns.rows, role, *counts.values())
        return role, dict(zip(counts, said, strict=True))
    if preset.role:
        return text(preset.role), {}
    if preset.by_account:
        return "NULL::VARCHAR", {}
    if options.lists_accounts and "author_id" in at:
        return "NULL::VARCHAR", {}
    if {*ANSWER, *DURATIONS} & set(at) or "rating" in at:
        if not {"author_id", "account"} <= set(at):
            return "'customer'", {}  # reviews: the brand speaks in the answers only
        names = [f"lower(ltrim({cells.filled(at[n])}, '@'))" for n in ("author_id", "account")]
        own = f"coalesce({' = '.join(names)}, FALSE)"
        return f"CASE WHEN {own} THEN 'brand' ELSE 'customer' END", {"own": f"{own}::INT"}
    raise InputError(
        f"{table.name} does not say who writes: no column 'author_role'; found: "
        f"{table.header.shown}.{unknown_roles(table)} Map a column that says "
        "customer or brand (true or false count as inbound: --map author_role=inbound), or list "
        "the accounts of the brands (--accounts CSV) and map author_id."
    )


def _author(at: Mapping[str, str], preset: Preset) -> str:
    if "author_id" not in at:
        return _filled(at, "author_id")
    nobody = strings([*cells.EMPTY_WORDS, *preset.anonymous])
    name = f"trim({at['author_id']})"
    return f"CASE WHEN NOT list_contains({nobody}, lower({name})) THEN ltrim({name}, '@') END"


def _id(
    at: Mapping[str, str], name: str, options: Options, otherwise: str = "NULL::VARCHAR"
) -> str:
    """SQL of an id without the prefix of its network, which a dataset of ours would have."""
    if name not in at:
        return otherwise
    cell = cells.any_id(at[name])
    bare = (
        f"CASE WHEN starts_with({cell}, net || ':') THEN substr({cell}, strlen(net) + 2) "
        f"ELSE {cell} END"
    )
    number = f"regexp_extract({bare}, '(?:twitter|x)\\.com/.*/status(?:es)?/([0-9]+)', 1)"
    made = f"coalesce(nullif({number}, ''), {safe_id_sql(options.key, 'net', f'({bare})')})"
    made = f"CASE WHEN simple_{name} THEN {at[name]} ELSE {made} END"
    return made if otherwise == "NULL::VARCHAR" else f"coalesce({made}, {otherwise})"


def _reply_to(columns: Columns, options: Options) -> str:
    """SQL of what a row answers; some tools write 0, -1 or its own id where it is nothing."""
    at = columns.at
    made = _id(at, "reply_to", options)
    if "reply_to" not in at:
        return made
    words = ["-1", "-1.0", *([] if columns.zero_is_id else ["0", "0.0"])]
    nothing = f"list_contains({strings(words)}, trim({at['reply_to']}))"
    return f"CASE WHEN NOT {nothing} THEN nullif({made}, id) END"


def _own_id(at: Mapping[str, str], options: Options, preset: Preset) -> str:
    if "post_id" in at:
        return _id(at, "post_id", options)
    parts = ", chr(31), ".join(f"coalesce({at[n]}, '')" for n in preset.id_from if n in at)
    # Keyed: without the key, nobody can try names until the id fits.
    made = pseudonym_sql(options.key, "'review'", f"concat({parts})")
    return f"'r_' || substr({made}, 3)"


def _problem(at: Mapping[str, str], role: str) -> str:
    checks: list[tuple[str, str] | tuple[str, str, str]] = []
    for name in _IDS:
        if name in at:
            rounded = f"CASE WHEN NOT simple_{name} THEN {cells.is_rounded_number(at[name])} END"
            reason = f"{name} in scientific notation: its last digits are lost"
            checks.append((rounded, reason, at[name]))
    checks.append(("coalesce(id, '') = ''", "post_id is empty"))
    if "post_id" not in at:
        tells = [_filled(at, name) for name in ("text", "author_id", "rating")]
        nothing = f"coalesce({', '.join(tells)}) IS NULL"
        checks.append((nothing, "no id, and neither a text nor an author to tell it from others"))
    if role != "NULL::VARCHAR" and "author_role" in at:
        reason = "author_role says neither customer nor brand"
        checks.append(("role IS NULL", reason, at["author_role"]))
    unread = f"NOT {readable_time('t_created_at')}"
    if "reply_to" in at:
        answers = (
            f"{cells.filled(at['reply_to'])} IS NOT NULL AND coalesce(role, 'brand') = 'brand'"
        )
        late = f"CASE WHEN {unread} THEN {answers} END"
        checks.append((late, ONLY_CUSTOMERS + NO_TIME, at["created_at"]))
    checks.append((unread, NO_TIME, at["created_at"]))
    for name in ("observed_at", "deleted_at"):
        if name in at:
            bad = f"{cells.filled(at[name])} IS NOT NULL AND NOT {readable_time(f't_{name}')}"
            checks.append((bad, f"{name} is no time that can be read", at[name]))
    if "surface" in at:
        bad = f"NOT list_contains({strings(SURFACES)}, lower({cells.filled(at['surface'])}))"
        checks.append((bad, f"surface is none of: {', '.join(SURFACES)}", at["surface"]))
    if "visibility" in at:
        known = [*VISIBILITIES, *cells.TRUE_WORDS, *cells.FALSE_WORDS]
        cell = f"lower({cells.filled(at['visibility'])})"
        note = f"list_contains({strings(NOTES)}, {key_sql(cell)})"
        bad = f"NOT list_contains({strings(known)}, {cell}) AND NOT {note}"
        checks.append((bad, f"visibility is none of: {', '.join(VISIBILITIES)}", at["visibility"]))
    if "answered" in at:
        word = key_sql(at["answered"])
        states = strings([*ANSWERED, *UNANSWERED, *YES, *NO])
        bad = f"{cells.filled(at['answered'])} IS NOT NULL AND NOT list_contains({states}, {word})"
        checks.append((bad, "the word of `answered` says neither yes nor no", at["answered"]))
    if "rating" in at:
        stars = f"coalesce({cells.stars(at['rating'])}, 0)"
        bad = f"{cells.filled(at['rating'])} IS NOT NULL AND {stars} NOT BETWEEN 1 AND 5"
        checks.append((bad, "rating is no whole number from 1 to 5", at["rating"]))
    for name in ("text", "reply_text"):
        if name in at:
            bad = f"strlen({at[name]}) > {cells.LONGEST_TEXT}"
            checks.append((bad, "the text is too long to be a post"))
    return first_problem(*checks)


PLAIN = Preset(
    columns={},
    id_from=tuple("network brand account thread_id author_id created_at rating text".split()),
    headings=True,
)


def recognises(sample: Sample) -> bool:
    """True if the columns needed bear our names, or those that tools write."""
    if sample.header is None:
        return False
    names = {folded(n) for n in sample.header.names}
    known = {n for n in KNOWN if sample.header.find(n) is not None or names & set(KNOWN[n])}
    in_row = {"reply_created_at", "reply_text", "answered"} & known or wait_columns(sample.header)
    linked = {"post_id"} if not in_row or "reply_to" in known else {"text", "author_id"}
    return "created_at" in known and bool(linked & known)


def drafts(table: TableFile, options: Options) -> Drafts:
    """The rows as drafts; how long the first answer took counts where nothing else tells of it."""
    links = {*KNOWN["reply_to"], *KNOWN["thread_id"], *KNOWN["reply_created_at"]}
    found = [n for n in table.header.names if folded(n) in links]
    said = {"reply_to", "thread_id", *ANSWER, *DURATIONS} & {*options.mapping, *table.header.names}
    wait = find_wait(table) if not found and not said else Wait()
    ours, theirs = "reply_created_at", wait.time or wait.only_that
    if wait.duration is not None:
        theirs, ours = wait.duration[0], f"first_response_{wait.duration[1]}"
    if theirs is not None:
        mapping = {**options.mapping, ours: theirs}
        options = replace(options, mapping=mapping, guessed=frozenset({ours}))
    made = plan(table, options, PLAIN, format="csv")
    return replace(made, warn=lambda counts: [*made.warn(counts), *wait.told])


FORMAT = Format(
    name="csv",
    what="any table with columns of your own (--map)",
    recognises=recognises,
    drafts=drafts,
)
