"""Any table of posts or reviews: which of its columns is which, the user says or their names do.

Columns that bear our names (carekit.dataset.schema.POSTS) need no mapping; `post_id=id` maps another. An
answer in the row of its review is mapped with `reply_text` and `reply_created_at` and becomes a
post of its own, `ID#reply`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from carekit.dataset.privacy import pseudonym_sql
from carekit.dataset.schema import POSTS, SURFACES, VISIBILITIES
from carekit.errors import InputError
from carekit.sources.accounts import SAME_NETWORK
from carekit.sources.drafts import first_problem, strings, text
from carekit.sources.files import cells
from carekit.sources.files.formats import Derived, Drafts, Format, Options, Sample
from carekit.sources.files.table import TableFile
from carekit.sources.networks.values import NOBODY
from carekit.sources.times import readable_time, time_tallies, time_warnings

ANSWER = ("reply_text", "reply_created_at")
OURS = (*POSTS.names, *ANSWER, "author_handle", "n_replies")
CUSTOMER_WORDS = (
    "customer", "customers", "client", "clients", "consumer", "user", "end_user", "end-user",
    "inbound", "incoming", "in", *cells.TRUE_WORDS,
)  # fmt: skip
BRAND_WORDS = (
    "brand", "company", "business", "agent", "agents", "support", "staff", "advisor", "employee",
    "marque", "conseiller", "outbound", "outgoing", "out", *cells.FALSE_WORDS,
)  # fmt: skip
OTHER_WORDS = ("other", "bot", "third_party", "third party", "autre")
# A column such as is_agent says true of the brand; any other one says true of the customer.
_ABOUT_BRAND = re.compile(r"brand|agent|company|business|staff|support|outbound|employee", re.I)


@dataclass(frozen=True)
class Preset:
    """What a format knows beforehand about its tables.

    Parameters
    ----------
    columns : mapping
        Our name → names that the column may have.
    needed : tuple of str
        Our names without which a file is not of this format.
    network, surface : str, optional
        The same for all rows.
    role : str, optional
        `customer` if all rows are written by customers.
    anonymous : tuple of str
        Author names in lower case that stand for many people: no pseudonym.
    id_from : tuple of str
        Our names whose values make an id if there is no column of ids.
    derived : Derived, optional
        Columns to be made in Python.
    by_account : bool
        True if the list of accounts alone tells who is the brand.
    """

    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...] = ("post_id", "created_at")
    network: str | None = None
    surface: str | None = None
    role: str | None = None
    anonymous: tuple[str, ...] = NOBODY
    id_from: tuple[str, ...] = ()
    derived: Derived | None = None
    by_account: bool = False


def find_columns(
    table: TableFile, options: Options, preset: Preset, *, format: str
) -> dict[str, str]:
    """Our names → SQL names of the columns of a table.

    Raises
    ------
    InputError
        If the mapping names something unknown, or a column that is needed is missing.
    """
    header, found = table.header, {}
    shown = ", ".join(n or "(unnamed)" for n in header.names)[:300]
    for ours, theirs in options.mapping.items():
        if ours not in OURS:
            raise InputError(
                f"`mapping` names {ours!r}, which is none of our columns; expected: "
                f"{', '.join(OURS)}. Write --map OURS=THEIRS, for example post_id=id."
            )
        at = header.find(theirs)
        if at is None:
            raise InputError(
                f"`mapping`: {table.name} has no column {theirs!r} for {ours}; found: {shown}. "
                "Correct --map."
            )
        found[ours] = f"c{at}"
    derived = preset.derived.names if preset.derived else ()
    for ours in OURS:
        names = preset.columns.get(ours, (ours,))
        made = [f"d{i}" for i, name in enumerate(derived) if name == ours]
        at = header.find(*names)
        if ours not in found and (made or at is not None):
            found[ours] = made[0] if made else f"c{at}"
    missing = [n for n in preset.needed if n not in found]
    if missing:
        remedy = ",".join(f"{n}=THEIRS" for n in missing)
        raise InputError(
            f"{table.name} has no column {', '.join(map(repr, missing))}, which the format "
            f"{format!r} needs; found: {shown}. Say which column it is: --map {remedy}."
        )
    return found


def plan(table: TableFile, options: Options, preset: Preset, *, format: str) -> Drafts:
    """How the rows of a table become drafts, under a preset."""
    at = find_columns(table, options, preset, format=format)
    warnings: list[str] = []
    network = _network(at, options, preset, table, warnings)
    role = _role(at, options, preset, table)
    prepared = {
        f"t_{n}": options.clock.utc(at[n])
        for n in ("created_at", "observed_at", "deleted_at", "reply_created_at")
        if n in at
    }
    prepared["net"] = network
    prepared["id"] = _own_id(at, options, preset)
    brand = _filled(at, "brand", text(options.brand) if options.brand else "NULL::VARCHAR")
    if brand == "NULL::VARCHAR" and preset.surface == "review":
        warnings.append(
            f"{table.name} does not say which brand it is about: no column "
            f"{' or '.join(preset.columns.get('brand', ('brand',))[:3])}. Give --brand NAME, or --map "
            "brand=COLUMN."
        )
    surface = text(preset.surface) if preset.surface else "NULL::VARCHAR"
    main = {
        "line": "line",
        "native_id": "id",
        "network": "net",
        "surface": f"lower({_filled(at, 'surface', surface)})",
        "author": _author(at, preset),
        "author_handle": f"ltrim({_filled(at, 'author_handle')}, '@')",
        "author_role": role,
        "brand": brand,
        "account": f"ltrim({_filled(at, 'account')}, '@')",
        "created_at": "t_created_at",
        "text": at.get("text", "NULL::VARCHAR"),
        "lang": _filled(at, "lang"),
        "reply_to": _id(at, "reply_to"),
        "thread": _id(at, "thread_id", "id" if set(ANSWER) & set(at) else "NULL::VARCHAR"),
        "visibility": f"coalesce(lower({_filled(at, 'visibility')}), 'public')",
        "rating": cells.whole(at["rating"]) if "rating" in at else "NULL::BIGINT",
        "observed_at": "t_observed_at" if "observed_at" in at else "NULL::TIMESTAMPTZ",
        "deleted_at": "t_deleted_at" if "deleted_at" in at else "NULL::TIMESTAMPTZ",
        "problem": _problem(at, main_role=role),
    }
    if "n_replies" in at:
        main["n_replies"] = cells.whole(at["n_replies"])
    times = [
        at[n] for n in ("created_at", "observed_at", "deleted_at", "reply_created_at") if n in at
    ]

    def warn(counts: Mapping[str, int]) -> list[str]:
        return warnings + time_warnings(counts, clock=options.clock, file=table.name)

    nested = _answer(at, main) if set(ANSWER) & set(at) else None
    return Drafts(
        main,
        nested,
        nested_if=_answered(at),
        prepared=prepared,
        tallies=time_tallies(options.clock, times),
        free_text=table.columns,
        warn=warn,
        derived=preset.derived,
        authors_are_accounts="account" not in at and not options.lists_accounts,
    )


def _filled(at: Mapping[str, str], name: str, otherwise: str = "NULL::VARCHAR") -> str:
    if name not in at:
        return otherwise
    cell = cells.filled(at[name])
    return cell if otherwise == "NULL::VARCHAR" else f"coalesce({cell}, {otherwise})"


def _network(
    at: Mapping[str, str], options: Options, preset: Preset, table: TableFile, warnings: list[str]
) -> str:
    given = options.network or preset.network
    if "network" not in at and given is None:
        warnings.append(
            f"{table.name} does not say of which network its posts are; they were put under "
            "'other'. Give --network NAME."
        )
    otherwise = text(given or "other")
    if "network" not in at:
        return otherwise
    name = f"regexp_replace(lower({cells.filled(at['network'])}), '[ -]', '_', 'g')"
    same = " ".join(f"WHEN {text(a)} THEN {text(b)}" for a, b in SAME_NETWORK.items())
    return f"coalesce(CASE {name} {same} ELSE {name} END, {otherwise})"


def _role(at: Mapping[str, str], options: Options, preset: Preset, table: TableFile) -> str:
    """SQL of author_role; null where the known accounts decide."""
    if "author_role" in at:
        word = f"lower(trim({at['author_role']}))"
        name = table.header.names[int(at["author_role"][1:])]
        yes: tuple[str, ...] = CUSTOMER_WORDS
        no: tuple[str, ...] = BRAND_WORDS
        if _ABOUT_BRAND.search(name):
            yes = tuple(w for w in yes if w not in cells.TRUE_WORDS) + cells.FALSE_WORDS
            no = tuple(w for w in no if w not in cells.FALSE_WORDS) + cells.TRUE_WORDS
        return (
            f"CASE WHEN list_contains({strings(yes)}, {word}) THEN 'customer' "
            f"WHEN list_contains({strings(no)}, {word}) THEN 'brand' "
            f"WHEN list_contains({strings(OTHER_WORDS)}, {word}) THEN 'other' END"
        )
    if preset.role:
        return text(preset.role)
    if preset.by_account:
        return "NULL::VARCHAR"
    if options.lists_accounts and "author_id" in at:
        return "NULL::VARCHAR"
    if set(ANSWER) & set(at) or "rating" in at:
        return "'customer'"  # reviews: the brand speaks in the answers only
    raise InputError(
        f"{table.name} does not say who writes: no column 'author_role'; found: "
        f"{', '.join(n or '(unnamed)' for n in table.header.names)[:300]}. Map a column that says "
        "customer or brand (true or false count as inbound: --map author_role=inbound), or list "
        "the accounts of the brands (--accounts CSV) and map author_id."
    )


def _author(at: Mapping[str, str], preset: Preset) -> str:
    cell = _filled(at, "author_id")
    if "author_id" not in at:
        return cell
    nobody = f"list_contains({strings(preset.anonymous)}, lower(trim({cell})))"
    return f"CASE WHEN NOT {nobody} THEN ltrim({cell}, '@') END"


def _id(at: Mapping[str, str], name: str, otherwise: str = "NULL::VARCHAR") -> str:
    """SQL of an id without the prefix of its network, which a dataset of ours would have."""
    if name not in at:
        return otherwise
    cell = cells.any_id(at[name])
    bare = f"CASE WHEN starts_with({cell}, net || ':') THEN substr({cell}, strlen(net) + 2)"
    return (
        f"{bare} ELSE {cell} END"
        if otherwise == "NULL::VARCHAR"
        else (f"coalesce({bare} ELSE {cell} END, {otherwise})")
    )


def _own_id(at: Mapping[str, str], options: Options, preset: Preset) -> str:
    if "post_id" in at:
        return _id(at, "post_id")
    parts = ", chr(31), ".join(f"coalesce({at[n]}, '')" for n in preset.id_from if n in at)
    # Keyed: without the key, nobody can try names until the id fits.
    made = pseudonym_sql(options.key, "'review'", f"concat({parts})")
    return f"'r_' || substr({made}, 3)"


def _answered(at: Mapping[str, str]) -> str:
    return " OR ".join(f"{cells.filled(at[n])} IS NOT NULL" for n in ANSWER if n in at) or "FALSE"


def _answer(at: Mapping[str, str], main: Mapping[str, str]) -> dict[str, str]:
    same = ("line", "network", "surface", "brand", "account", "visibility", "observed_at")
    time = "t_reply_created_at" if "reply_created_at" in at else "NULL::TIMESTAMPTZ"
    return {name: main[name] for name in same} | {
        "nested": "TRUE",
        "native_id": "id || '#reply'",
        "author_role": "'brand'",
        "created_at": time,
        "text": at.get("reply_text", "NULL::VARCHAR"),
        "reply_to": "id",
        "thread": main["thread"],
        "problem": first_problem(
            (f"NOT {readable_time(time)}", "the answer has no time that can be read")
        ),
    }


def _problem(at: Mapping[str, str], *, main_role: str) -> str:
    checks = []
    for name in ("post_id", "reply_to", "thread_id"):
        if name in at:
            rounded = cells.is_rounded_number(at[name])
            checks.append((rounded, f"{name} in scientific notation: its last digits are lost"))
    checks += [
        ("coalesce(id, '') = ''", "post_id is empty"),
        (f"NOT {readable_time('t_created_at')}", "created_at is no time that can be read"),
    ]
    if main_role != "NULL::VARCHAR":
        checks.append((f"({main_role}) IS NULL", "author_role says neither customer nor brand"))
    for name in ("observed_at", "deleted_at"):
        if name in at:
            bad = f"{cells.filled(at[name])} IS NOT NULL AND NOT {readable_time(f't_{name}')}"
            checks.append((bad, f"{name} is no time that can be read"))
    for name, allowed in (("surface", SURFACES), ("visibility", VISIBILITIES)):
        if name in at:
            bad = f"NOT list_contains({strings(allowed)}, lower({cells.filled(at[name])}))"
            checks.append((bad, f"{name} is none of: {', '.join(allowed)}"))
    if "rating" in at:
        stars = f"coalesce({cells.whole(at['rating'])}, 0)"
        bad = f"{cells.filled(at['rating'])} IS NOT NULL AND {stars} NOT BETWEEN 1 AND 5"
        checks.append((bad, "rating is no whole number from 1 to 5"))
    for name in ("text", "reply_text"):
        if name in at:
            bad = f"strlen({at[name]}) > {cells.LONGEST_TEXT}"
            checks.append((bad, "the text is too long to be a post"))
    return first_problem(*checks)


PLAIN = Preset(columns={})


def recognises(sample: Sample) -> bool:
    """True if the columns needed bear our names."""
    return sample.header is not None and all(
        sample.header.find(name) is not None for name in PLAIN.needed
    )


def drafts(table: TableFile, options: Options) -> Drafts:
    """The rows as drafts."""
    return plan(table, options, PLAIN, format="csv")


FORMAT = Format(
    name="csv",
    what="any table with columns of your own (--map)",
    recognises=recognises,
    drafts=drafts,
)
