"""One channel over the years of a survey that changed its base: every wave on one base."""

from __future__ import annotations

import pandas as pd

from carekit.claims.ledger import Ledger
from carekit.errors import InputError
from carekit.inference.rates.intervals import wilson

# The base of the first waves: those who contacted any service.
_NARROW = {"contacted_any_service": "yes"}


def channel_series(
    ledger: Ledger,
    *,
    channel: str,
    country: str = "FR",
    assumed_n: int = 1000,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Published use of one channel by year, on the base of all people.

    A share of those who contacted a service times the share of people who did is a share of all
    people: 0.12 × 0.46 = 0.055. Shares of different bases never stand in one column here.

    Parameters
    ----------
    ledger : Ledger
    channel : str
        Such as ``"social_media"``, a group of the figures of `used_channel`.
    country : str
    assumed_n : int
        Sample size of the waves that do not publish theirs; `n_source` says which.
    conf_level : float
        Nominal coverage.

    Returns
    -------
    DataFrame
        One row per wave, by year: year, study_id, figure_id, mode (how people were asked), base
        ("contacted a service" or "all"), printed (0 to 1), contacted (share of all who contacted a
        service; NaN for base "all"), estimate (share of all people), n (whole sample), n_source
        ("published" or "assumed"), ci_low, ci_high (Wilson; the surveys are quota samples whose
        design effect is not published), conf_level.

    Raises
    ------
    InputError
        If the ledger has no such series.

    Examples
    --------
    >>> from carekit import load_ledger
    >>> series = channel_series(load_ledger(), channel="social_media")
    >>> series.loc[series.year == 2012, ["printed", "estimate"]].round(4).values.tolist()
    [[0.12, 0.0552]]
    """
    figures = ledger.figures
    wanted = figures[
        (figures["measure"] == "used_channel")
        & (figures["group_dim"] == "channel")
        & (figures["group"] == channel)
        & (figures["country"] == country)
        & (figures["status"] != "derived")
        & figures["corrected_by"].isna()
    ]
    if wanted.empty:
        known = figures[(figures["measure"] == "used_channel") & (figures["country"] == country)]
        raise InputError(
            f"`channel` is {channel!r} for {country!r}; expected one of: "
            f"{', '.join(sorted(known['group'].unique())) or 'none'}. Choose one of these."
        )
    rows = [_wave(ledger, str(key), assumed_n) for key in wanted["figure_id"]]
    made = pd.DataFrame(rows).sort_values("year", ignore_index=True)
    made["ci_low"], made["ci_high"] = wilson(
        made["estimate"] * made["n"], made["n"], conf_level=conf_level
    )
    return made.assign(conf_level=conf_level)


def _wave(ledger: Ledger, figure_id: str, assumed_n: int) -> dict[str, object]:
    figure = ledger.figure(figure_id)
    narrow = figure.conditions == _NARROW
    contacted = _contacted(ledger, figure.study_id) if narrow else float("nan")
    printed = float(figure.value if figure.value is not None else "nan")
    size = figure.study.sample_size
    return {
        "year": figure.study.year,
        "study_id": figure.study_id,
        "figure_id": figure_id,
        "mode": figure.study.mode or "not seen",
        "base": "contacted a service" if narrow else "all",
        "printed": printed,
        "contacted": contacted,
        "estimate": printed * contacted if narrow else printed,
        "n": size or assumed_n,
        "n_source": "published" if size else "assumed",
    }


def _contacted(ledger: Ledger, study_id: str) -> float:
    rows = ledger.figures.query("measure == 'contacted_any_service' and study_id == @study_id")
    if len(rows) != 1:
        raise InputError(
            f"`ledger` has {len(rows)} figures of contacted_any_service for {study_id!r}; one was "
            "expected, the share of all people who contacted a service. Add it to the ledger."
        )
    return float(rows["value"].iloc[0])
