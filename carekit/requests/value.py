"""Requests of a dataset as one value: under which definition, in which groups, how independent.

Every measure takes this value, so that what changes an answer is said once and in one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from carekit.dataset.engine import Engine, open_engine, to_frame
from carekit.dataset.folder import Dataset, given_dataset
from carekit.errors import CannotAnswer, InputError, did_you_mean
from carekit.inference.rates.populations import TARGETS
from carekit.inference.rates.proportions import estimate_rate
from carekit.requests.build import THREAD_COLUMNS, Built, build_requests
from carekit.requests.clock import clocks, zones_of
from carekit.requests.definitions import (
    DEFAULT,
    NAMING_UNITS,
    OPENING_UNITS,
    Definition,
    get_definition,
)
from carekit.requests.groups import TIME_UNITS, with_groups
from carekit.requests.threads import distinct_posts

if TYPE_CHECKING:
    import ibis


AUTO, NONE = "auto", "none"
HANDFUL = 30  # fewer brands than this were chosen by somebody, unless `target` says otherwise
UNIT = "unit"
# What `Requests.posts` tells of a post, after the columns that it was asked for.
SHOWN = "network brand account surface answered first_response_minutes text".split()


def column_tuple(by: str | Sequence[str]) -> tuple[str, ...]:
    """`"brand"`, `"brand,country"` or a sequence of names → a tuple of names.

    Examples
    --------
    >>> column_tuple("brand, country")
    ('brand', 'country')
    """
    parts = by.split(",") if isinstance(by, str) else by
    return tuple(p.strip() for p in parts if p.strip())


@dataclass(frozen=True, eq=False)
class Requests:
    """Requests under one definition, the groups to report, and their independent unit.

    `carekit.requests` makes it, and says what each field is. Nothing is built before it is needed;
    what is built is kept with the engine, for other groups and other measures as well.
    """

    dataset: Dataset
    definition: Definition = None  # type: ignore[assignment]  # a name becomes a Definition
    by: tuple[str, ...] = ()
    cluster: str | None = AUTO
    where: str | None = None
    conf_level: float = 0.95
    allow_selected: bool = False
    engine: Engine | None = field(default=None, repr=False)
    target: str = AUTO
    ids: tuple[str, ...] | None = field(default=None, repr=False)
    _counted: dict[Any, pd.DataFrame] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        # Without a word on it, that of the dataset: a help desk's requests are its tickets.
        used = self.definition or self.dataset.manifest.definition or DEFAULT
        object.__setattr__(self, "definition", get_definition(used))
        object.__setattr__(self, "by", column_tuple(self.by))
        if self.target not in (AUTO, "both", *TARGETS):
            raise InputError(
                f"`target` is {self.target!r}; expected one of: auto, both, {', '.join(TARGETS)}. "
                "Say of which brands you speak."
            )

    @classmethod
    def of(cls, dataset: Dataset, **options: Any) -> Requests:
        """The requests of a dataset; `by` may be text, and `definition` a name."""
        return cls(given_dataset(dataset), **options)

    # ------------------------------------------------------------- the same requests, otherwise

    def but(self, **changed: Any) -> Requests:
        """The same requests with other options; what is built stays built."""
        changed = {"engine": self.on, **changed}
        if all(getattr(self, name) is value for name, value in changed.items()):
            return self
        return replace(self, **changed)

    def grouped(self, *by: str) -> Requests:
        """The same requests in other groups."""
        return self.but(by=by)

    def answered_anywhere(self, why: str) -> Requests:
        """The same openings, an answer anywhere in the thread counted."""
        self.need_openings(f"{why} the post that opens a thread")
        return self.but(definition=replace(self.definition, answered_by="anywhere in the thread"))

    def need_openings(self, why: str) -> None:
        """Raise unless a request opens a thread."""
        if self.definition.unit not in OPENING_UNITS:
            raise InputError(
                f"`definition` is {self.definition.name!r}, by {self.definition.unit}; {why}. "
                f"Choose a definition by {', '.join(OPENING_UNITS)}."
            )

    def need_accounts(self) -> None:
        """Raise where a request has to name an account, and no post of a customer names one."""
        if self.definition.unit not in NAMING_UNITS:
            return
        posts = self.on.table(self.dataset, "posts")
        asked = posts.filter((posts.author_role == "customer") & posts.account.notnull())
        if not int(asked.limit(1).count().execute()):
            raise CannotAnswer(
                f"Requests of {self.definition.name} are posts that name an account of the brand, "
                "and no post here names one: tickets and reviews never do",
                "Choose a definition by opening or ticket, such as direct-opening or zendesk.",
            )

    def only(self, posts: Collection[str]) -> Requests:
        """Those of the requests whose request_id is among `posts`."""
        return self.but(ids=tuple(sorted(set(posts))))

    # ------------------------------------------------------------- the rows

    @cached_property
    def on(self) -> Engine:
        """Where it is counted: the engine given or shared, else an own one that lives with this."""
        return open_engine(self.engine)

    def built(self, *, threads: bool = False) -> Built:
        """The requests before groups and conditions; `threads` adds the reply graph."""
        asked = f"{','.join(self.by)} {self.cluster} {self.where or ''}"
        threads = threads or any(name in asked for name in THREAD_COLUMNS)
        return build_requests(
            self.dataset, definition=self.definition, engine=self.on, with_threads=threads
        )

    def rows(self, *, threads: bool = False) -> ibis.Table:
        """One row per request for which `where` holds, with the `by` columns and its `unit`.

        The unit is never missing: requests of unknown authors are a unit each, those without a
        brand (or another value) are one together.
        """
        import ibis

        table = self._chosen(threads=threads)
        if self.unit is None:
            return table
        missing = table.request_id if self.unit == "author_id" else ibis.literal("unknown")
        return table.mutate(unit=ibis.coalesce(table[self.unit].cast("string"), missing))

    def in_groups(self, table: ibis.Table) -> ibis.Table:
        """These of some requests, with the columns of `by`; times as the clocks of brands show them."""
        return with_groups(table, self.by, where=self.where, cluster=self.cluster, zones=self.zones)

    @cached_property
    def zones(self) -> dict[str | None, str]:
        """The zones of hours and days, where a question names such."""
        asked = {*self.by, self.cluster, *re.findall(r"\w+", self.where or "")}
        return zones_of(self.dataset) if asked & set(TIME_UNITS) else {}

    def _chosen(self, *, threads: bool = False) -> ibis.Table:
        import ibis

        table = self.in_groups(self.built(threads=threads).table)
        if self.ids is None:
            return table
        wanted = ibis.memtable(pd.DataFrame({"wanted": pd.Series(self.ids, dtype="str")}))
        return table.semi_join(wanted, [("request_id", "wanted")])

    @cached_property
    def unit(self) -> str | None:
        """The column of the independent units; None: every request."""
        if self.cluster in (None, NONE):
            return None
        table = self.grouped().in_groups(self.built().table)
        if self.cluster == AUTO:
            these = self.one_brand or self.target == "these"
            these = these or (self.target != "like-these" and self.all_brands < HANDFUL)
            return "author_id" if these else "brand"
        known = [*table.columns, *TIME_UNITS]
        if self.cluster not in known:
            raise InputError(
                f"`cluster` is {self.cluster!r}; expected a column of the requests, 'auto' or "
                f"'none'. Columns: {', '.join(known)}.{did_you_mean(str(self.cluster), known)}"
            )
        return self.cluster

    @cached_property
    def one_brand(self) -> bool:
        """Whether each group is one brand, so that nothing can be said of others."""
        if {"brand", "account"} & set(self.by):
            return True
        table = self.grouped().in_groups(self.built().table)
        return int(table.brand.nunique().execute()) <= 1

    @cached_property
    def all_brands(self) -> int:
        """Brands with a request, whatever `where` says: how many there were to choose from."""
        return int(self.built().table.brand.nunique().execute())

    def check_target(self) -> None:
        """Raise if `target` and `cluster` speak of different brands."""
        unlike: dict[str, tuple[str | None, ...]] = {
            "these": ("brand",),
            "like-these": ("author_id", NONE, None),
        }
        if self.cluster in unlike.get(self.target, ()):
            raise InputError(
                f"`target` is {self.target!r} and `cluster` is {self.cluster!r}, which speaks of "
                "other brands. Leave one of them out."
            )

    @property
    def speaks_of(self) -> str:
        """Which brands the limits speak of, in words."""
        if self.unit in (None, "author_id", "request_id"):
            return TARGETS["these"]
        return (
            TARGETS["like-these"] if self.unit == "brand" else f"others like these by {self.unit}"
        )

    def posts(self, **row: Any) -> pd.DataFrame:
        """The posts behind a row: the requests that have these values.

        Parameters
        ----------
        **row
            Columns of the requests (or parts of their time) and the value of each, as a result
            shows them: ``network="x", answered=False``. None stands for a missing value.

        Returns
        -------
        pandas.DataFrame
            One row per request, by time: post_id, created_at (UTC), the columns asked for, network,
            brand, account, surface, answered, first_response_minutes, and text if it is held.

        Raises
        ------
        InputError
            If a column does not exist.
        """
        columns = tuple(dict.fromkeys([*self.by, *row]))
        table = self.grouped(*columns)._chosen(threads=bool(set(columns) & set(THREAD_COLUMNS)))
        for name, value in row.items():
            missing = value is None or value != value
            table = table.filter(table[name].isnull() if missing else table[name] == value)
        held, _n = distinct_posts(self.on.table(self.dataset, "posts"), self.on)
        texts = held.select(text_of=held.post_id, text=held.text)
        joined = table.left_join(texts, [("request_id", "text_of")])
        kept = dict.fromkeys(["created_at", *columns, *SHOWN])
        del kept["created_at"]
        frame = to_frame(joined.select("created_at", *kept, post_id="request_id"))
        frame = frame.sort_values(["created_at", "post_id"], kind="stable", ignore_index=True)
        return frame[["post_id", "created_at", *(c for c in kept if c != "post_id")]]

    # ------------------------------------------------------------- counts, and what they estimate

    def once(self, count: Callable[[Requests], pd.DataFrame]) -> pd.DataFrame:
        """The small table that `count` makes of these requests; counted once, never changed."""
        if count not in self._counted:
            self._counted[count] = count(self)
        return self._counted[count]

    def told(self, count: Callable[[Requests], pd.DataFrame], counted: pd.DataFrame) -> Requests:
        """The same requests, of which the table that `count` would make is known already."""
        made = replace(self, engine=self.on)
        made._counted[count] = counted
        return made

    def count(self, table: ibis.Table, *what: str, **sums: ibis.Value) -> pd.DataFrame:
        """Rows of `table` by group, unit and `what`: n, and the sums of further 0/1 values."""
        keys = [*self.by, *([UNIT] if UNIT in table.columns else []), *what]
        return count_rows(table, keys, **sums)

    def estimate(self, function: Callable[..., Any], counts: pd.DataFrame, **options: Any) -> Any:
        """What a function of carekit.inference says of a small table, by group.

        The function is told the groups, the interval level and the independent unit, by its name,
        so that what it says of its method can be read as it stands.
        """
        counts, unit = self.with_unit(counts)
        given = {"by": list(self.by), "conf_level": self.conf_level, "cluster": unit}
        made = function(counts, **{**given, **options})
        if "method" in made and unit is None:
            made["method"] = made["method"] + ", requests independent"
        return made.assign(definition=self.definition.name)

    def with_unit(self, counts: pd.DataFrame) -> tuple[pd.DataFrame, str | None]:
        """A small table whose column of units bears the name of the unit, and that name."""
        if UNIT not in counts or self.unit is None:
            return counts, None
        name = UNIT if self.unit in counts else self.unit
        return counts.rename(columns={UNIT: name}), name

    def rates(self, counts: pd.DataFrame, n_yes: str = "n_answered", **columns: Any) -> Any:
        """Share of `n_yes` in n by group, with its interval; `columns` are added."""
        return self.estimate(estimate_rate, counts, n_yes=n_yes).assign(**columns)

    def shares(
        self,
        counts: pd.DataFrame,
        category: str,
        rows: Mapping[str, Collection[Any]],
        *,
        unknown: Any = None,
    ) -> pd.DataFrame:
        """One row per group and entry of `rows`: the share of those categories among the known.

        `unknown` is the category of requests outside the base; they are counted in n_missing.
        """
        groups = tuple(c for c in self.by if c != category)
        if groups != self.by:
            return self.grouped(*groups).shares(counts, category, rows, unknown=unknown)
        outside = counts[category].isna() if unknown is None else counts[category] == unknown
        known = counts[~outside]
        parts = {
            name: known.drop(columns=category).assign(
                n_yes=known["n"].where(known[category].isin(list(values)), 0)
            )
            for name, values in rows.items()
        }
        made = self.stacked({k: self.rates(v, n_yes="n_yes") for k, v in parts.items()}, category)
        return made.assign(n_missing=self.sums(counts[outside], made, "n"))

    def stacked(self, parts: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
        """Results below each other, by group in the order of `parts`; their keys in column `name`."""
        made = pd.concat(
            [part.assign(_=i).assign(**{name: key}) for i, (key, part) in enumerate(parts.items())],
            ignore_index=True,
        )
        return made.sort_values([*self.by, "_"], kind="stable", ignore_index=True).drop(columns="_")

    def sums(self, counts: pd.DataFrame, result: pd.DataFrame, column: str) -> Any:
        """A column of `counts` added up by group, in the rows of `result`; 0 where there is none."""
        if not self.by:
            return int(counts[column].sum())
        by = list(self.by)
        total = counts.groupby(by, dropna=False, as_index=False)[column].sum()
        return result[by].merge(total, on=by, how="left")[column].fillna(0).astype(int).to_numpy()

    def keys(self, counts: pd.DataFrame) -> list[str]:
        """The columns of groups and units in a small table."""
        return [*self.by, *([UNIT] if UNIT in counts else [])]

    # ------------------------------------------------------------- in words

    @property
    def note(self) -> str:
        """The denominator in words, and what was left out of it."""
        lost = "; ".join(f"{n} {name}" for name, n in self.left_out.items()) or "nothing"
        told = f"Denominator: {self.definition.denominator}. Left out: {lost}."
        return " ".join(filter(None, (told, clocks(self.zones))))

    @property
    def left_out(self) -> dict[str, int]:
        """What was left out of the requests: words → number."""
        return self.built().left_out

    def __str__(self) -> str:
        by = f", by {', '.join(self.by)}" if self.by else ""
        where = f" where {self.where}" if self.where else ""
        return f"Requests of {self.dataset.manifest.title}{where}{by}. {self.note}"


def count_rows(table: ibis.Table, keys: Sequence[str], **sums: ibis.Value) -> pd.DataFrame:
    """A small table: one row for each combination of `keys` that occurs, with n and the sums."""
    import ibis
    from ibis import _

    columns = list(dict.fromkeys(keys))
    grouped = table.group_by(columns) if columns else table
    added = {name: ibis.coalesce(value.cast("int64").sum(), 0) for name, value in sums.items()}
    made = grouped.agg(n=_.count(), **added)
    # The engine sorts on all cores; its order is that of the bytes, which no locale changes.
    order = [ibis.asc(c, nulls_first=False) for c in columns]
    return to_frame(made.order_by(order) if order else made)
