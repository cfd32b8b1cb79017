"""Times → whole seconds since 1970, the same on every engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from carekit.dataset.folder import Dataset

if TYPE_CHECKING:
    import ibis


def zones_of(dataset: Dataset) -> dict[str | None, str]:
    """The zone in which hours and days are told: of each brand that has one, and under None of all
    others; empty for a dataset whose import named none (times are UTC).
    """
    zone = dataset.manifest.timezone
    if zone is None:
        return {}
    brands = dataset.read("brands").dropna(subset=["brand", "timezone"])
    own = zip(brands["brand"].astype(str), brands["timezone"].astype(str), strict=True)
    return {None: zone, **{b: z for b, z in own if z != zone}}


def clocks(zones: Mapping[str | None, str]) -> str:
    """A sentence on whose hours and days are told; empty without zones."""
    named = list(dict.fromkeys(zones.values()))
    shown = ", ".join(named[:4]) + (", …" if len(named) > 4 else "")
    whose = f"the brands ({shown})" if len(named) > 1 else shown
    return f"Hours and days are those of {whose}." if named else ""


def local_time(table: ibis.Table, zones: Mapping[str | None, str]) -> Any:
    """`created_at` of the requests without a zone, as the clocks of their brands show it."""
    import ibis

    own = sorted({z for b, z in zones.items() if b is not None})
    cases = [(table.brand.isin([b for b in zones if b and zones[b] == z]), z) for z in own]
    other = zones.get(None, "UTC")
    if not cases and other == "UTC":
        return table.created_at.cast("timestamp")
    zone = ibis.cases(*cases, else_=other) if cases else ibis.literal(other)
    return _shown()(table.created_at, zone)


def whole_seconds(time: ibis.Value | ibis.Deferred) -> Any:
    """Whole seconds since 1970, UTC, of a time; fractions are cut off.

    Parameters
    ----------
    time : ibis.Value
        A column of times with a zone, in a table of an engine that `carekit.dataset.engine.connect` opened.

    Notes
    -----
    Instead of Ibis's `epoch_seconds`, which gives fractions on DuckDB and none on Spark, and which
    on DuckDB goes through the calendar: several times slower than the rest of a count.

    Examples
    --------
    >>> import pandas as pd
    >>> from carekit.dataset.engine import connect
    >>> time = pd.Timestamp("1970-01-02 00:00:00.9", tz="UTC")
    >>> with connect() as engine:
    ...     table = engine.con.create_table("t", pd.DataFrame({"time": [time]}))
    ...     table.select(s=whole_seconds(table.time)).execute().s.tolist()
    [86400]
    """
    return _function()(time)


@cache
def _function() -> Any:
    import ibis
    import ibis.expr.datatypes as dt

    # A function that `carekit.dataset.engine.connect` defines on the engine.
    @ibis.udf.scalar.builtin(name="whole_seconds", signature=((dt.Timestamp("UTC"),), dt.int64))
    def whole_seconds(time): ...

    return whole_seconds


@cache
def _shown() -> Any:
    import ibis
    import ibis.expr.datatypes as dt

    # A function that `carekit.dataset.engine.connect` defines on the engine.
    @ibis.udf.scalar.builtin(
        name="time_in_zone", signature=((dt.Timestamp("UTC"), dt.string), dt.timestamp)
    )
    def time_in_zone(time, zone): ...

    return time_in_zone
