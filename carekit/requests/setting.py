"""What every estimate on posts shares: requests under a definition, groups, clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carekit.dataset.engine import Engine
from carekit.errors import InputError
from carekit.requests.build import THREAD_COLUMNS, Requests, build_requests, with_groups
from carekit.requests.definitions import Definition

if TYPE_CHECKING:
    import ibis
    import pandas as pd

    from carekit.dataset.folder import Dataset

# Columns that the counting of answers and waits reads.
COUNTED = ("request_id", "answered", "first_response_seconds", "observed_seconds")
AUTO = "auto"
NONE = "none"


@dataclass(frozen=True)
class Setting:
    """Requests ready to be counted: the rows asked for, their groups, their independent unit."""

    requests: Requests
    table: ibis.Table
    by: tuple[str, ...]
    cluster: str | None

    @property
    def definition(self) -> Definition:
        return self.requests.definition

    @property
    def note(self) -> str:
        """The denominator in words, and what was left out of it."""
        return f"Denominator: {self.definition.denominator}. {self.requests.count_note()}"

    def name_methods(self, results: pd.DataFrame) -> pd.Series:
        """`method` of each row: with the name of the independent unit, and the flags raised."""
        words = results["method"]
        if self.cluster:
            words = words.str.replace("clustered by cluster", f"clustered by {self.cluster}")
            words = words.str.replace(
                r"every cluster holds one (unit|request)",
                f"each {self.cluster} has one request",
                regex=True,
            )
        else:
            words = words + ", requests independent"
        return words + results["flags"].map(lambda flags: f" [{flags}]" if flags else "")


def column_tuple(by: str | Sequence[str]) -> tuple[str, ...]:
    """`"brand"`, `"brand,country"` or a sequence of names → a tuple of names.

    Examples
    --------
    >>> column_tuple("brand, country")
    ('brand', 'country')
    """
    parts = by.split(",") if isinstance(by, str) else by
    return tuple(p.strip() for p in parts if p.strip())


def prepare(
    dataset: Dataset,
    *,
    by: str | Sequence[str],
    definition: str | Definition,
    cluster: str | None,
    where: str | None,
    engine: Engine,
    keep: Sequence[str] = (),
) -> Setting:
    """Build the requests and settle what the independent unit is.

    `cluster` is a column of the requests, `"none"` (or None: every request is independent), or
    `"auto"`: the author where each group is one brand (grouped by brand or account, or a single
    brand in all), else the brand. `keep` names further columns of the requests that the measure
    reads.
    """
    columns = column_tuple(by)
    asked = f"{','.join([*columns, *keep])} {cluster} {where or ''}"
    with_threads = any(name in asked for name in THREAD_COLUMNS)
    requests = build_requests(
        dataset, definition=definition, engine=engine, with_threads=with_threads
    )
    table = with_groups(requests.table, columns, where=where)
    unit = independent_unit(table, columns, cluster)
    clock = ("brand", "created_at") if requests.definition.clock == "business hours" else ()
    needed = [*COUNTED, *clock, *keep, *columns, *([unit] if unit else [])]
    return Setting(requests, table.select(*dict.fromkeys(needed)), columns, unit)


def independent_unit(table: ibis.Table, by: tuple[str, ...], cluster: str | None) -> str | None:
    """What was drawn independently; see `prepare`. None: every request."""
    if cluster in (None, NONE):
        return None
    if cluster == AUTO:
        one_brand = {"brand", "account"} & set(by) or int(table.brand.nunique().execute()) <= 1
        return "author_id" if one_brand else "brand"
    if cluster not in table.columns:
        raise InputError(
            f"`cluster` is {cluster!r}; expected a column of the requests, 'auto' or 'none'. "
            f"Columns: {', '.join(table.columns)}."
        )
    return cluster
