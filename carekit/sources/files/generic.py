"""Any delimited file of posts, whose columns the user names: `carekit import csv --map …`.

A column that already bears our name needs no mapping. A review with its answer in the same row
gives two posts: `reply_text` and `reply_created_at` become a brand post `ID#reply`.
"""

from __future__ import annotations

from collections.abc import Mapping

from carekit.errors import InputError
from carekit.schema import POSTS, SURFACES, VISIBILITIES
from carekit.sources.accounts import network_name
from carekit.sources.drafts import first_problem
from carekit.sources.drafts import text as literal
from carekit.sources.files import cells
from carekit.sources.files.formats import Drafts, Format, Options, Sample
from carekit.sources.files.table import Header, TableFile
from carekit.sources.times import readable_time, time_tallies, time_warnings

REPLY = ("reply_text", "reply_created_at")
OURS = (*POSTS.names, *REPLY)
NEEDED = ("post_id", "created_at")
TIMES = ("created_at", "observed_at", "deleted_at", "reply_created_at")
# Where a file says nothing else: `other`, since a network is part of every post_id.
DEFAULT_NETWORK = "other"
CUSTOMER_WORDS = (
    "customer", "client", "user", "consumer", "end-user", "end_user", "requester", "contact",
    "inbound", "incoming", *cells.TRUE_WORDS,
)  # fmt: skip
BRAND_WORDS = (
    "brand", "company", "agent", "support", "staff", "admin", "team", "business", "page", "owner",
    "developer", "outbound", "outgoing", "marque", "conseiller", *cells.FALSE_WORDS,
)  # fmt: skip
OTHER_WORDS = ("other", "autre", "bot", "system")


def recognises(sample: Sample) -> bool:
    """True if the file has our own columns, so that no mapping is needed."""
    return sample.header is not None and all(
        sample.header.find(name) is not None for name in (*NEEDED, "author_role")
    )


def columns_of(header: Header, mapping: Mapping[str, str], *, file: str) -> dict[str, str]:
    """Our column → SQL name of the column of the file.

    Raises
    ------
    InputError
        If the mapping names a column of ours or of the file that does not exist, or a needed
        column is missing.
    """
    shown = ", ".join(name or "(unnamed)" for name in header.names)[:300]
    unknown = [ours for ours in mapping if ours not in OURS]
    if unknown:
        raise InputError(
            f"`mapping` names {', '.join(map(repr, unknown))}, which is no column of ours; "
            f"expected: {', '.join(OURS)}. Write --map OURS=THEIRS."
        )
    at = {ours: header.find(theirs) for ours, theirs in mapping.items()}
    lost = [mapping[ours] for ours, place in at.items() if place is None]
    if lost:
        raise InputError(
            f"`mapping` names {', '.join(map(repr, lost))}, which {file} does not hold; found: "
            f"{shown}. Correct --map OURS=THEIRS."
        )
    at |= {name: header.find(name) for name in OURS if name not in at}
    missing = [name for name in NEEDED if at[name] is None]
    if missing:
        raise InputError(
            f"{file} has no column {', '.join(map(repr, missing))}; found: {shown}. Say which "
            f"column is which, for example --map {missing[0]}={header.names[0] or 'id'}."
        )
    return {name: f"c{place}" for name, place in at.items() if place is not None}


def drafts(table: TableFile, options: Options) -> Drafts:
    """The rows as drafts; a row with an answer in it gives two."""
    have = columns_of(table.header, options.mapping, file=table.name)
    role, role_problem = _role(have, options, file=table.name)
    network = _network(have, options)
    native = "native"
    prepared = {"native": cells.any_id(have["post_id"])}
    prepared |= {f"at_{n}": options.clock.utc(have[n]) for n in TIMES if n in have}
    fields = {
        "line": "line",
        "native_id": native,
        "network": network,
        "author_role": role,
        "created_at": "at_created_at",
        "reply_to": cells.any_id(have["reply_to"]) if "reply_to" in have else "",
        "thread": cells.any_id(have["thread_id"]) if "thread_id" in have else "",
        "author": _plain(have, "author_id"),
        "brand": _plain(have, "brand") or (literal(options.brand) if options.brand else ""),
        "account": f"ltrim({cells.filled(have['account'])}, '@')" if "account" in have else "",
        "text": have.get("text", ""),
        "lang": f"lower({cells.filled(have['lang'])})" if "lang" in have else "",
        "surface": _surface(have),
        "visibility": f"coalesce(lower({cells.filled(have['visibility'])}), 'public')"
        if "visibility" in have
        else "",
        "rating": cells.whole(have["rating"]) if "rating" in have else "",
        **{n: f"at_{n}" for n in ("observed_at", "deleted_at") if n in have},
    }
    selects = [{k: v for k, v in fields.items() if v}]
    selects[0]["problem"] = first_problem(*_problems(have, fields, role_problem))
    if set(REPLY) & set(have):
        selects.append(_reply(selects[0], have, options))
    times = [have[n] for n in TIMES if n in have]
    free = [have[n] for n in ("text", "reply_text") if n in have]

    def warn(counts: Mapping[str, int]) -> list[str]:
        found = time_warnings(counts, clock=options.clock, file=table.name)
        if "network" not in have and not options.network:
            found.append(
                f"{table.name} does not say which network its posts are from; they are filed under "
                f"{DEFAULT_NETWORK!r}. Name it with --network."
            )
        return found

    tallies = time_tallies(options.clock, times)
    return Drafts(selects, prepared, tallies, free_text=free, warn=warn)


def _plain(have: Mapping[str, str], name: str) -> str:
    return cells.filled(have[name]) if name in have else ""


def _surface(have: Mapping[str, str]) -> str:
    if "surface" in have:
        return f"lower({cells.filled(have['surface'])})"
    return "'review'" if "rating" in have else ""


def _role(have: Mapping[str, str], options: Options, *, file: str) -> tuple[str, str]:
    """SQL of the role, and of the condition under which a row has none."""
    if "author_role" in have:
        value = have["author_role"]
        customer, brand = (cells.among(value, w) for w in (CUSTOMER_WORDS, BRAND_WORDS))
        other = cells.among(value, OTHER_WORDS)
        cases = f"WHEN {customer} THEN 'customer' WHEN {brand} THEN 'brand' "
        role = f"CASE {cases}WHEN {other} THEN 'other' END"
        return role, f"NOT coalesce({customer} OR {brand} OR {other}, FALSE)"
    if set(REPLY) & set(have):
        return "'customer'", ""
    if options.lists_accounts and "author_id" in have:
        return "", ""  # the door knows the brands' accounts
    raise InputError(
        f"{file} does not say who wrote a post: it has no column 'author_role'. Expected values "
        f"such as {', '.join(CUSTOMER_WORDS[:3])} or {', '.join(BRAND_WORDS[:3])}, or true and "
        "false for inbound. Map it with --map author_role=THEIRS, or list the brands' accounts "
        "with --accounts and map author_id."
    )


def _network(have: Mapping[str, str], options: Options) -> str:
    default = literal(options.network or DEFAULT_NETWORK)
    if "network" not in have:
        return default
    value = f"regexp_replace(lower({cells.filled(have['network'])}), '[^a-z0-9]+', '_', 'g')"
    same = {"twitter": network_name("twitter"), "appstore": network_name("appstore")}
    cases = " ".join(f"WHEN {value} = '{a}' THEN '{b}'" for a, b in same.items())
    return f"coalesce(CASE {cases} ELSE {value} END, {default})"


def _problems(
    have: Mapping[str, str], fields: Mapping[str, str], role_problem: str
) -> list[tuple[str, str]]:
    found = [
        (cells.is_rounded(have["post_id"]), "post_id in scientific notation: its digits are lost"),
        ("native IS NULL", "post_id is empty"),
        (f"NOT {readable_time('at_created_at')}", "created_at is no time that can be read"),
    ]
    if role_problem:
        found.append((role_problem, "author_role is neither customer, brand nor other"))
    for name, allowed in (("surface", tuple(SURFACES)), ("visibility", VISIBILITIES)):
        if name in have:
            words = ", ".join(allowed)
            known = cells.among(fields[name], allowed)
            wrong = f"{fields[name]} IS NOT NULL AND NOT {known}"
            found.append((wrong, f"{name} is none of: {words}"))
    if "rating" in have:
        rating = fields["rating"]
        given = f"NOT {cells.among(have['rating'], cells.EMPTY_WORDS)}"
        found.append(
            (f"{given} AND NOT coalesce({rating} BETWEEN 1 AND 5, FALSE)", "rating is not 1 to 5")
        )
    for name in TIMES[1:]:
        if name in have:
            given = f"NOT {cells.among(have[name], cells.EMPTY_WORDS)}"
            wrong = f"{given} AND NOT {readable_time(f'at_{name}')}"
            found.append((wrong, f"{name} is no time that can be read"))
    if "reply_text" in have:
        given = f"NOT {cells.among(have['reply_text'], cells.EMPTY_WORDS)}"
        time = "at_reply_created_at IS NULL" if "reply_created_at" in have else "TRUE"
        found.append((f"{given} AND {time}", "the answer in the row has no time"))
    if "text" in have:
        found.append(
            (f"strlen({have['text']}) > {cells.LONGEST_TEXT}", "the text is too long to be a post")
        )
    return found


def _reply(post: Mapping[str, str], have: Mapping[str, str], options: Options) -> dict[str, str]:
    """The answer inside a row as a post of the brand; null id where there is none."""
    kept = ("network", "brand", "account", "surface", "visibility", "observed_at", "line")
    given = "at_reply_created_at IS NOT NULL" if "reply_created_at" in have else "FALSE"
    author = post.get("account") or post.get("brand") or "'brand'"
    return {
        **{k: post[k] for k in kept if k in post},
        "nested": "TRUE",
        "native_id": f"CASE WHEN {given} THEN native || '#reply' END",
        "author": f"coalesce({author}, 'brand')",
        "author_role": "'brand'",
        "created_at": "at_reply_created_at",
        "text": have.get("reply_text", "NULL::VARCHAR"),
        "reply_to": "native",
    }


FORMAT = Format(
    name="csv",
    what="any delimited file, its columns named with --map",
    recognises=recognises,
    drafts=drafts,
    title="",
)
