"""The small table of waits behind every estimate of the time to the first answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from carekit.dataset.engine import Engine
from carekit.measures.answers import count_waits
from carekit.requests.business_waits import brand_hours, count_business_waits
from carekit.requests.definitions import Definition, get_definition
from carekit.requests.setting import Setting, column_tuple, prepare

if TYPE_CHECKING:
    import pandas as pd

    from carekit.dataset.folder import Dataset


@dataclass(frozen=True, eq=False)
class Waits:
    """Waits of the requests asked for, in whole seconds of the definition's clock.

    Attributes
    ----------
    setting : Setting
    counts : DataFrame
        As `carekit.measures.answers.count_waits` gives; shared, never changed.
    clock : str
        What the business clock left out; empty on elapsed time.
    """

    setting: Setting
    counts: pd.DataFrame
    clock: str

    @property
    def forward(self) -> pd.DataFrame:
        """The rows with a usable time: without answers dated before their request."""
        return self.counts[self.counts["events"] + self.counts["censored"] > 0]

    @property
    def unit(self) -> str | None:
        """The column of the independent units, as the functions of carekit.inference take it."""
        return "cluster" if self.setting.cluster else None


def prepare_waits(
    dataset: Dataset,
    *,
    by: str | Sequence[str],
    definition: str | Definition,
    cluster: str | None,
    where: str | None,
    engine: Engine,
) -> Waits:
    """Count the waits of a dataset; once for all estimates that one engine is asked for."""
    columns, used = column_tuple(by), get_definition(definition)

    def count() -> Waits:
        setting = prepare(
            dataset, by=columns, definition=used, cluster=cluster, where=where, engine=engine
        )
        if used.clock != "business hours":
            counts = count_waits(setting.table, by=setting.by, cluster=setting.cluster)
            return Waits(setting, counts, "")
        counts, n_without = count_business_waits(
            setting.table, hours=brand_hours(dataset), by=setting.by, cluster=setting.cluster
        )
        return Waits(
            setting,
            counts,
            f" Business hours of the brand; {n_without} requests to brands without opening hours "
            "are left out.",
        )

    return engine.once(("waits", dataset.state, columns, used, cluster, where), count)
