"""The wait for the first answer as a curve: shares answered by a time, times by a share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.inference.waits.horizons import within_columns
from carekit.inference.waits.survival import estimate_waits, survival_curve
from carekit.inference.waits.wait_quantiles import wait_quantiles
from carekit.measures.wait_counts import Waits, prepare_waits
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.setting import AUTO

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

# Waits over all requests need the unanswered ones: what closes the rate closes them.
NAME = "answer-rate"


def measure_wait_curve(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Share of requests still waiting at every observed time, unanswered ones censored.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.

    Returns
    -------
    pandas.DataFrame
        As `carekit.inference.waits.survival.survival_curve` (one row a group and time), with definition;
        `carekit.plot_waits` draws it.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> curve = measure_wait_curve(open_dataset(), where="network = 'x'")
    >>> bool(curve.survival.is_monotonic_decreasing)
    True
    """
    waits, note = _counted(dataset, by, definition, cluster, where, allow_selected, engine)
    curve = survival_curve(
        waits.forward, by=list(waits.setting.by), cluster=waits.unit, conf_level=conf_level
    )
    curve["definition"] = waits.setting.definition.name
    curve.attrs["note"] = note
    return curve


def measure_waits_within(
    dataset: Dataset,
    *,
    within: Sequence[float] = (60, 120, 480, 1440),
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Share of all requests answered within given times, with intervals.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.
    within : sequence of float
        Times in minutes.

    Returns
    -------
    pandas.DataFrame
        One row a group and time: the `by` columns; limit_minutes; n (requests with a usable
        time), n_answered; estimate (1 minus Kaplan-Meier at that time; NaN beyond the last
        follow-up), ci_low, ci_high, conf_level; method, definition.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> shares = measure_waits_within(open_dataset(), within=[60, 480])
    >>> bool(shares.estimate[0] < shares.estimate[1])
    True
    """
    names = within_columns(within)
    waits, note = _counted(dataset, by, definition, cluster, where, allow_selected, engine)
    groups = list(waits.setting.by)
    wide = estimate_waits(
        waits.forward, by=groups, cluster=waits.unit, within=within, conf_level=conf_level
    )
    wide["method"] = waits.setting.name_methods(wide)
    kept = [*groups, "n", "n_answered", "conf_level", "method"]
    parts = [
        wide[kept].assign(
            place=range(len(wide)),
            limit_minutes=minutes,
            estimate=wide[name],
            ci_low=wide[f"{name}_low"],
            ci_high=wide[f"{name}_high"],
        )
        for name, minutes in names.items()
    ]
    long = pd.concat(parts).sort_values(["place"], kind="stable", ignore_index=True)
    long["definition"] = waits.setting.definition.name
    columns = (
        "limit_minutes n n_answered estimate ci_low ci_high conf_level method definition"
    ).split()
    long = long[[*groups, *columns]]
    long.attrs["note"] = note
    return long


def measure_wait_quantiles(
    dataset: Dataset,
    *,
    shares: Sequence[float] = (0.1, 0.25, 0.5),
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """By when was a given share of all requests answered?

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.
    shares : sequence of float
        Shares of requests, above 0 and below 1; 0.5 is the median.

    Returns
    -------
    pandas.DataFrame
        One row a group and share, as `carekit.inference.waits.wait_quantiles.wait_quantiles`, with
        definition: wait_minutes with ci_low and ci_high, NaN where not reached.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> times = measure_wait_quantiles(open_dataset(), shares=[0.1, 0.2])
    >>> bool(times.wait_minutes[0] < times.wait_minutes[1])
    True
    """
    curve = measure_wait_curve(
        dataset, by=by, definition=definition, cluster=cluster, conf_level=conf_level,
        where=where, allow_selected=allow_selected, engine=engine,
    )  # fmt: skip
    groups = list(curve.columns[: list(curve.columns).index("minutes")])
    result = wait_quantiles(curve, by=groups, shares=shares)
    result["definition"] = curve["definition"].iloc[0] if len(curve) else ""
    result.attrs["note"] = curve.attrs["note"]
    return result


def _counted(
    dataset: Dataset,
    by: str | Sequence[str],
    definition: str | Definition,
    cluster: str | None,
    where: str | None,
    allow_selected: bool,
    engine: Engine | None,
) -> tuple[Waits, str]:
    """The waits, and the denominator in words with what was left out."""
    dataset.refuse(NAME, allow_selected=allow_selected)
    with using(engine) as opened:
        waits = prepare_waits(
            dataset, by=by, definition=definition, cluster=cluster, where=where, engine=opened
        )
    return waits, (
        f"{waits.setting.note} {int(waits.counts['backwards'].sum())} answers are dated before "
        f"their request: left out of every time.{waits.clock}"
    )
