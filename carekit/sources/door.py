"""The door: drafts → rows of the posts table, with pseudonyms instead of people.

Native ids get their network as prefix, authors and @mentions become keyed pseudonyms, handles of
known accounts stay and tell which brand a customer addresses. All of it runs inside DuckDB.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carekit.dataset.privacy import pseudonym_sql
from carekit.dataset.schema import ACCOUNTS, AUTHOR_ROLES, NETWORKS, POSTS, SURFACES, VISIBILITIES
from carekit.errors import InputError
from carekit.sources.accounts import fold
from carekit.sources.drafts import TYPES, strings, text
from carekit.sources.found import Person
from carekit.sources.gaps import GapRecord
from carekit.sources.mentions import (
    ACCOUNT_NAMES,
    BRAND_NAMES,
    KEYS,
    LISTED_BRANDS,
    Grammar,
    kept_list,
)

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MANY_ACCOUNTS = 5_000
# Where posts stand in their file, by names that no column of theirs has.
PLACE = {"_line": "line", "_nested": "nested"}
# So many posts of each file tell whom many posts mention: these names are hashed once.
HEARD = 20_000


@dataclass(frozen=True)
class Seen:
    """What a first look at the drafts of one file tells.

    `n_nested` of the `n` drafts are answers inside the row of another; `has_bad`: some cannot be
    read, or are no posts; `has_coarse`: some have no time to the minute; `latest` is the last time
    not after today, in microseconds since 1970, or None; `tallies` are the sums asked for.
    """

    n: int
    n_nested: int
    has_bad: bool
    has_coarse: bool
    latest: int | None
    tallies: Mapping[str, int]


class Door(Grammar):
    """Turns drafts into posts. First `learn` from every file, then `open`, then `posts`.

    `gaps` takes what sources say is missing from their threads.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        key: bytes,
        known: pd.DataFrame,
        *,
        listed: pd.DataFrame | None = None,
    ) -> None:
        super().__init__(key)
        self.con = con
        rows = [] if listed is None else listed.to_dict("records")
        self._listed = {(r["network"], fold(r["network"], r["account"])) for r in rows}
        self.elsewhere: list[tuple[str, str, str, int]] = []
        self._known = {
            (r["network"], fold(r["network"], r["account"])): (r["account"], r["brand"])
            for r in known.to_dict("records")
        }
        con.execute("CREATE TEMP TABLE authors (network VARCHAR, author VARCHAR)")
        self.gaps = GapRecord(con)

    def learn(
        self,
        drafts: str,
        *,
        tallies: Sequence[str] = (),
        scout: duckdb.DuckDBPyConnection | None = None,
        filled: Collection[str] = TYPES,
    ) -> Seen:
        """Look at the drafts of one file: its authors, its brand accounts, its last time.

        Fields that are not among `filled` are null in all of them.
        """
        con = scout or self.con
        keys = ["network", "author", *(k for k in ("author_handle", "account") if k in filled)]
        nulls = {"author_handle", "account"}.difference(keys)
        named = ", ".join([*keys, *(f"NULL::VARCHAR AS {n}" for n in sorted(nulls))])
        listed = ("n_nested", *tallies)
        sums = ", ".join(f'sum("{t}")::BIGINT AS "{t}"' for t in listed)
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE pass AS SELECT {named},
            bool_or(author_role = 'brand') AS is_brand,
            min(CASE WHEN author_role = 'brand' OR account IS NOT NULL THEN brand END) AS brand,
            count(*) AS n, max(created_at) FILTER (created_at < now() + INTERVAL 1 DAY) AS latest,
            bool_or(problem IS NOT NULL OR left_out IS NOT NULL) AS has_bad,
            bool_or(created_until IS NOT NULL OR created_at IS NULL) AS has_coarse,
            {sums} FROM (SELECT *, nested::INT AS n_nested FROM {drafts})
            GROUP BY {", ".join(keys)}"""
        )
        row = con.execute(
            "SELECT sum(n)::BIGINT AS n, bool_or(has_bad), bool_or(has_coarse), "
            f"epoch_us(max(latest)) AS latest, {sums} FROM pass"
        ).fetchall()[0]
        n, bad, coarse, latest, nested, *counts = row
        if scout is not None:
            seen = scout.execute(
                "SELECT network, author, author_handle, account, is_brand, brand FROM pass"
            )
            self.con.register("seen", seen.to_arrow_table())
            self.con.execute("CREATE OR REPLACE TEMP TABLE pass AS SELECT * FROM seen")
            self.con.unregister("seen")
        counted = {t: c or 0 for t, c in zip(tallies, counts, strict=True)}
        return Seen(n or 0, nested or 0, bool(bad), bool(coarse), latest, counted)

    def remember(self, *, authors_are_accounts: bool = True) -> None:
        """Keep the authors and the accounts of the drafts that were learnt last.

        Only if all these drafts are good: the rubble of a broken row must not become a handle.
        """
        self.con.execute("INSERT INTO authors SELECT network, author FROM pass WHERE author <> ''")
        author = (
            "CASE WHEN is_brand THEN coalesce(author_handle, author) END"
            if authors_are_accounts
            else "NULL"
        )
        self.con.execute(
            f"""CREATE OR REPLACE TEMP TABLE handles AS SELECT network, handle, min(brand) AS brand
            FROM (SELECT network, coalesce(account, {author}) AS handle, brand FROM pass)
            WHERE handle <> '' GROUP BY network, handle"""
        )
        (n_handles,) = self.con.execute("SELECT count(*) FROM handles").fetchall()[0]
        authors = "SELECT count(DISTINCT author) FROM pass"
        n_authors = self.con.execute(authors).fetchall()[0][0] if n_handles > MANY_ACCOUNTS else 0
        if n_handles > MANY_ACCOUNTS and n_handles * 2 > n_authors:
            raise InputError(
                f"{n_handles:,} accounts of brands were found beside {n_authors:,} authors; "
                "accounts stay readable, people must not. Check which column says who is the "
                "brand (--map author_role=…)."
            )
        # @Acme and @acme are one account: the spelling that comes with a brand is kept.
        found = self.con.execute("FROM handles ORDER BY network, brand IS NULL, handle").fetchall()
        for network, handle, brand in found:
            self._known.setdefault((network, fold(network, handle)), (handle, brand or handle))
        self._alias()
        networks = self.con.execute("SELECT DISTINCT network FROM pass WHERE network <> ''")
        self._networks.update(n for (n,) in networks.fetchall())
        self.con.execute("DROP TABLE pass")
        self.con.execute("DROP TABLE handles")

    def meets(self, networks: Iterable[str]) -> bool:
        """True if some draft learnt so far is of one of these networks."""
        return not self._networks.isdisjoint(networks)

    def meet(self, people: Iterable[Person]) -> None:
        """Let the ids of accounts stand for the handles under which they are known already."""
        for network, native_id, handle in people:
            known = self._known.get((network, fold(network, handle)))
            if known is not None:
                self._known.setdefault((network, fold(network, native_id)), known)

    def _alias(self) -> None:
        """Let the id of an author stand for the account that its handle is known as."""
        pairs = self.con.execute(
            "SELECT DISTINCT network, author, author_handle FROM pass "
            "WHERE author <> '' AND author_handle <> '' ORDER BY ALL"
        ).fetchall()
        for network, author, handle in pairs:
            known = self._known.get((network, fold(network, handle)))
            if known is not None:
                self._known.setdefault((network, fold(network, author)), known)

    def open(self, *drafts: str) -> None:
        """Give everybody seen so far a pseudonym; no file can be learnt after that.

        Whom the first posts of some drafts mention gets one now, whether they wrote or not: else
        each mention of them would be hashed for itself.
        """
        self.elsewhere = self._listed_elsewhere()
        one, everybody = self._one_network, "".join(["authors", *map(self._heard, drafts)])
        key = "author" if one else "network || ':' || author"
        known = [
            (k if one else f"{n}:{k}", *names, names[1] if (n, k) in self._listed else "")
            for (n, k), names in self._known.items()
            if n in self._networks
        ]
        for at, name in enumerate((KEYS, ACCOUNT_NAMES, BRAND_NAMES, LISTED_BRANDS)):
            self.con.execute(f"SET VARIABLE {name} = {strings([row[at] for row in known])}")
        self.con.execute(
            f"""CREATE TEMP TABLE people AS SELECT key, pseudonym, account, brand, listed
            FROM (SELECT {key} AS key, {pseudonym_sql(self.key, "network", "author")} AS pseudonym
            FROM (SELECT DISTINCT {self._site} AS network, {self._fold("author")} AS author
            FROM (SELECT network, author FROM {everybody})))
            FULL JOIN (SELECT unnest({kept_list(KEYS)}) AS key, unnest({kept_list(ACCOUNT_NAMES)}) AS account,
            unnest({kept_list(BRAND_NAMES)}) AS brand, unnest({kept_list(LISTED_BRANDS)}) AS listed)
            USING (key)"""
        )
        self.con.execute("DROP TABLE authors")

    def _heard(self, drafts: str) -> str:
        """SQL of the people whom the first posts of some drafts mention, to add to others."""
        first = f"(SELECT * FROM {drafts} LIMIT {HEARD})"
        return (
            f" UNION ALL SELECT network, handle AS author FROM ({self._mentions(first, keep='TRUE')})"
            " WHERE handle <> ''"
        )

    def _listed_elsewhere(self) -> list[tuple[str, str, str, int]]:
        """Authors who are listed accounts on other networks only: network, account, where, posts."""
        other = {h.lower(): (n, names[0]) for (n, h), names in self._known.items()}
        if not other or (self._one_network and {n for n, _ in self._known} == self._networks):
            return []
        rows = self.con.execute(
            f"""SELECT network, lower(author) AS handle, count(*) FROM authors
            WHERE list_contains({strings(list(other))}, lower(author)) GROUP BY ALL ORDER BY ALL"""
        ).fetchall()
        return [
            (network, other[handle][1], other[handle][0], n)
            for network, handle, n in rows
            if (network, handle) not in self._known
            and not any(k == network and h.lower() == handle for k, h in self._known)
        ]

    def roles(self, drafts: str) -> str:
        """SQL of drafts with the role and the brand that the door gives them: role, whose."""
        return f"""SELECT d.*, coalesce(d.author_role, CASE WHEN a.account IS NOT NULL
            THEN 'brand' ELSE 'customer' END) AS role, coalesce(d.brand, a.brand) AS whose
            FROM {drafts} d
            LEFT JOIN people a ON a.key = {self._key_of("d.author", "d.network")}"""

    def rename(self, brands: Mapping[str, str]) -> None:
        """Call brands of accounts by the names that were kept of several spellings."""
        self._known = {k: (h, brands.get(brand, brand)) for k, (h, brand) in self._known.items()}

    def accounts(self) -> list[dict[str, str]]:
        """Every known account: account, network, brand."""
        # An id that stands for a handle is no account of its own.
        unique = dict.fromkeys(
            (h, network, brand) for (network, _), (h, brand) in self._known.items()
        )
        return [dict(zip(ACCOUNTS.names, names, strict=False)) for names in unique]

    def posts(
        self,
        drafts: str,
        *,
        keep: str,
        observed_at: int | None,
        extra: Sequence[str] = (),
        kept: Sequence[str] = (),
    ) -> str:
        """SQL of the posts, columns as in carekit.dataset.schema.POSTS, then `extra` and `kept`."""
        role = (
            "coalesce(author_role, CASE WHEN own_account IS NOT NULL "
            "THEN 'brand' ELSE 'customer' END)"
        )
        number = f"list_position({kept_list(KEYS)}, {self._key_of('given_account')})"
        seen = "NULL::TIMESTAMPTZ" if observed_at is None else f"make_timestamptz({observed_at})"
        site = self._site
        columns = {
            "post_id": f"{site} || ':' || native_id",
            "network": site,
            "surface": "coalesce(surface, CASE WHEN role = 'customer' "
            "AND given_account IS NULL AND named_account IS NOT NULL THEN 'mention' END)",
            "author_id": "own_pseudonym",
            "author_role": "role",
            "brand": f"CASE {self._listed_brand(number)} "
            "WHEN given_brand IS NOT NULL THEN given_brand "
            "WHEN role = 'brand' THEN coalesce(own_brand, given_account) "
            f"WHEN given_account IS NOT NULL THEN list_extract({kept_list(BRAND_NAMES)}, {number}) "
            "WHEN role = 'customer' THEN named_brand END",
            "account": "CASE WHEN given_account IS NOT NULL THEN "
            f"coalesce(list_extract({kept_list(ACCOUNT_NAMES)}, {number}), given_account) "
            "WHEN role = 'brand' THEN own_account "
            "WHEN role = 'customer' THEN named_account END",
            "text": self._pseudonymous(),
            "reply_to": f"{site} || ':' || reply_to",
            "thread_id": f"{site} || ':' || thread",
            "observed_at": f"coalesce(observed_at, {seen})",
            **PLACE,
        }
        for name in kept:
            columns[name] = f"json_extract_string(kept, {text(_json_path(name))})"
        listed = ", ".join(f'{columns.get(c, c)} AS "{c}"' for c in (*POSTS.names, *extra, *kept))
        return f"""SELECT {listed} FROM (
            SELECT *, {role} AS role,
            CASE WHEN n_parts = 2 THEN other_account WHEN number > 0
            THEN list_extract({kept_list(ACCOUNT_NAMES)}, number) END AS named_account,
            CASE WHEN n_parts = 2 THEN other_brand WHEN number > 0
            THEN list_extract({kept_list(BRAND_NAMES)}, number) END AS named_brand FROM (
            SELECT d.*, {self._first_known()} AS number, a.pseudonym AS own_pseudonym,
            a.account AS own_account, a.brand AS own_brand, a.listed AS own_listed,
            m.pseudonym AS other_pseudonym, m.account AS other_account, m.brand AS other_brand
            FROM ({self._mentions(drafts, keep=keep)}) d
            LEFT JOIN people a ON a.key = {self._key_of("d.author", "d.network")}
            LEFT JOIN people m ON m.key = {self._key_of("d.handle", "d.network")}))"""

    def coded(self, posts: str, *, without: Sequence[str] = ()) -> str:
        """SQL of posts, `without` some columns, with few values as codes.

        Parquet need not look for codes row by row.
        """
        few = {
            "network": sorted(self._networks) or NETWORKS,
            "surface": SURFACES,
            "author_role": AUTHOR_ROLES,
            "visibility": VISIBILITIES,
        }
        made = []
        for name, values in few.items():
            kind = f"ENUM({', '.join(map(text, values))})"
            known = " ".join(f"WHEN {text(v)} THEN {text(v)}::{kind}" for v in values)
            made.append(f"CASE {name} {known} ELSE {name}::{kind} END AS {name}")
        out = f"EXCLUDE ({', '.join(without)}) " if without else ""
        return f"SELECT * {out}REPLACE ({', '.join(made)}) FROM ({posts})"

    def _mentions(self, drafts: str, *, keep: str) -> str:
        """SQL of drafts with their texts in parts and, where they mention one, that handle."""
        handle = self._handle("parts[2]")
        return f"""SELECT *, CASE WHEN n_parts = 2 AND NOT part_1_is_word THEN {handle} END AS handle FROM (
            SELECT *, len(parts) AS n_parts, {self._ends_in_word("parts[1]")} AS part_1_is_word
            FROM (SELECT * EXCLUDE (text, brand, account), brand AS given_brand,
            account AS given_account, text, string_split({self._split_ready()}, '@') AS parts
            FROM (SELECT * REPLACE ({self._unlinked()} AS text) FROM {drafts} WHERE {keep})))"""

    def _listed_brand(self, number: str) -> str:
        """SQL, branches of a CASE: the brand that the user lists for the account of a post."""
        if not self._listed:
            return ""
        given = f"nullif(list_extract({kept_list(LISTED_BRANDS)}, {number}), '')"
        return (
            f"WHEN given_account IS NOT NULL AND {given} IS NOT NULL THEN {given} "
            "WHEN role = 'brand' AND nullif(own_listed, '') IS NOT NULL THEN own_listed"
        )


def _json_path(name: str) -> str:
    return f'$."{name}"'
