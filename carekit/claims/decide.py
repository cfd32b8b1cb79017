"""The two rules that turn an interval into a verdict.

`decide_verdict` holds a published figure against what was measured. `decide_claim` asks whether a
hypothesis holds: it claims a direction on a quantity, such as a difference above 0, and sometimes
an extent: "common practice" claims more than that it grows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from carekit.errors import InputError

REPLAY_VERDICTS: Final[dict[str, str]] = {
    "holds": "the published value lies in the interval, and the interval is narrow enough to say",
    "differs": "the published value lies outside the interval",
    "undecided": "the interval is too wide, or too few cases were measured, to say",
    "contradicted": "the figure claims a direction and the whole interval lies on the other side",
    "untestable": "the dataset does not hold what the figure is about",
}

Claim = Literal["above", "below"]

# Half-width that still counts as an answer. Five points is what the surveys of the ledger print as
# their own margin for a few hundred people; durations and counts get a quarter of the figure.
SHARE_MARGIN: Final = 0.05
RELATIVE_MARGIN: Final = 0.25
MIN_N: Final = 30


@dataclass(frozen=True)
class Decision:
    """A verdict of `REPLAY_VERDICTS` and the reason in a sentence."""

    verdict: str
    why: str


def decide_verdict(
    *,
    published: float | None = None,
    published_low: float | None = None,
    published_high: float | None = None,
    estimate: float,
    ci_low: float,
    ci_high: float,
    margin: float,
    n: int | None = None,
    min_n: int = MIN_N,
    rounding: float = 0.0,
    reference: float | None = None,
) -> Decision:
    """Decide whether a published figure holds, given what was measured.

    The published figure is a region: the value give or take its rounding, or its bracket as it
    stands; an open bracket ("more than 0.70") is open on that side. In this order:

    1. *undecided* when fewer than `min_n` cases were measured, or no interval came with the
       estimate;
    2. *contradicted* when a `reference` is given (0 for a change or a difference), the region lies
       wholly on one side of it and the interval wholly on the other;
    3. *differs* when interval and region have no point in common;
    4. *holds* when they have one and the interval is informative: its half-width is at most
       `margin`, or, for a bracket, the interval lies wholly inside the region. For an open bracket
       only the second counts, since every interval that reaches far enough would touch it;
    5. *undecided* otherwise.

    Parameters
    ----------
    published, published_low, published_high : float, optional
        What was published; at least one of them.
    estimate, ci_low, ci_high : float
        What was measured, in the unit of the figure. A limit that was not reached (NaN) counts as
        open: it can decide for *differs* and never for *holds*.
    margin : float
        Largest informative half-width, in the unit of the figure.
    n : int, optional
        Cases measured; None skips rule 1.
    min_n : int
        Fewest cases for a verdict.
    rounding : float
        Half a unit of the last printed place.
    reference : float, optional
        Value that separates the two directions of the claim.

    Returns
    -------
    Decision

    Raises
    ------
    InputError
        If nothing was published, the interval does not hold its estimate, or `margin` is negative.

    Examples
    --------
    >>> from carekit.claims.decide import decide_verdict
    >>> measured = dict(estimate=0.31, ci_low=0.28, ci_high=0.34, n=900)
    >>> decide_verdict(published=0.30, **measured, margin=0.05).verdict
    'holds'
    >>> decide_verdict(published=0.30, **measured, margin=0.01).verdict
    'undecided'
    >>> decide_verdict(published=0.43, **measured, margin=0.05).verdict
    'differs'
    """
    low, high = _region(published, published_low, published_high, rounding)
    start, end = _limits(estimate, ci_low, ci_high)
    if margin < 0:
        raise InputError(
            f"`margin` is {margin}; expected 0 or more, in the unit of the figure. "
            "Pass the largest half-width that still answers the question."
        )
    interval = f"{_short(start)} to {_short(end)}"
    if n is not None and n < min_n:
        return Decision("undecided", f"Only {n} cases, fewer than {min_n}.")
    if math.isinf(start) and math.isinf(end):
        return Decision("undecided", "The estimate came without an interval.")
    if reference is not None and (
        (low >= reference and end < reference) or (high <= reference and start > reference)
    ):
        return Decision(
            "contradicted",
            f"The figure lies on one side of {_short(reference)}, the interval {interval} on the "
            "other.",
        )
    if end < low or start > high:
        return Decision("differs", f"The published value is outside the interval {interval}.")
    inside = low <= start and end <= high
    half_width = (end - start) / 2
    is_open = math.isinf(low) or math.isinf(high)
    if inside and low < high:
        return Decision("holds", f"The whole interval {interval} fits what was published.")
    if is_open:
        return Decision("undecided", f"The interval {interval} reaches beyond the published limit.")
    if half_width <= margin:
        return Decision("holds", f"The published value is in the interval {interval}.")
    return Decision(
        "undecided",
        f"The published value is in the interval {interval}, whose half-width exceeds "
        f"{_short(margin)}.",
    )


def _region(
    value: float | None, low: float | None, high: float | None, rounding: float
) -> tuple[float, float]:
    if value is None and low is None and high is None:
        raise InputError(
            "`published`, `published_low` and `published_high` are all empty; expected a value or "
            "one end of a bracket. Pass what was published."
        )
    if value is not None and low is None and high is None:
        return value - rounding, value + rounding
    if value is not None:
        # A printed value with a bracket: the bracket says how sure the figure is.
        low = value if low is None else low
        high = value if high is None else high
    return -math.inf if low is None else low, math.inf if high is None else high


def _short(value: float) -> str:
    if math.isinf(value):
        return "open"
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def default_margin(unit: str, published: float | None) -> float:
    """The margin used when none is asked for: see `SHARE_MARGIN` and `RELATIVE_MARGIN`.

    >>> default_margin("proportion", 0.3), default_margin("minutes", 480.0)
    (0.05, 120.0)
    """
    if unit in {"proportion", "proportion_change"}:
        return SHARE_MARGIN
    if unit == "score_20":
        return 20 * SHARE_MARGIN
    return RELATIVE_MARGIN * abs(published) if published is not None else math.inf


def decide_claim(
    *,
    estimate: float,
    ci_low: float,
    ci_high: float,
    claim: Claim,
    reference: float = 0.0,
    extent: float | None = None,
    n: int | None = None,
    min_n: int = MIN_N,
) -> Decision:
    """Decide whether a claimed direction holds, given what was measured.

    In this order:

    1. *undecided* when fewer than `min_n` cases were measured, or no limit is known;
    2. *contradicted* when the whole interval lies on the other side of `reference`;
    3. *holds* when the whole interval lies on the claimed side of `extent`, or of `reference` where
       the claim has no extent;
    4. *differs* when the whole interval lies between the two: the direction is right, the extent is
       not reached;
    5. *undecided* otherwise.

    Parameters
    ----------
    estimate, ci_low, ci_high : float
        What was measured; a limit that is NaN counts as open.
    claim : {"above", "below"}
        On which side of the reference the quantity is claimed to lie.
    reference : float
        Where the claim turns into its opposite.
    extent : float, optional
        How far the quantity must lie for the words of the claim; beyond `reference`.
    n, min_n : int
        Cases measured, and the fewest for a verdict; None skips rule 1.

    Returns
    -------
    Decision

    Raises
    ------
    InputError
        If the interval does not hold its estimate, `claim` is another word, or `extent` lies on the
        wrong side of `reference`.

    Examples
    --------
    >>> share = dict(estimate=0.43, ci_low=0.34, ci_high=0.49, n=100)
    >>> decide_claim(**share, claim="above", reference=0.25, extent=0.5).verdict
    'differs'
    >>> decide_claim(**share, claim="above", reference=0.5).verdict
    'contradicted'
    """
    start, end = _limits(estimate, ci_low, ci_high)
    if claim not in ("above", "below"):
        raise InputError(f"`claim` is {claim!r}; expected 'above' or 'below'. Choose one of them.")
    sign = 1 if claim == "above" else -1
    goal = reference if extent is None else extent
    if sign * goal < sign * reference:
        raise InputError(
            f"`extent` is {extent} and `reference` {reference}; for a claim {claim!r} the extent "
            "lies beyond the reference. Swap them, or leave `extent` out."
        )
    if n is not None and n < min_n:
        return Decision("undecided", f"Only {n} cases, fewer than {min_n}.")
    if math.isinf(start) and math.isinf(end):
        return Decision("undecided", "The estimate came without an interval.")
    # The end of the interval nearest to the claim's opposite, and the farthest one.
    near, far = sorted((sign * start, sign * end))
    interval = f"The interval {_short(start)} to {_short(end)}"
    side, other = claim, "below" if claim == "above" else "above"
    if far < sign * reference:
        return Decision("contradicted", f"{interval} lies wholly {other} {_short(reference)}.")
    if near > sign * goal:
        return Decision("holds", f"{interval} lies wholly {side} {_short(goal)}.")
    if near > sign * reference and far < sign * goal:
        return Decision(
            "differs",
            f"{interval} lies between {_short(reference)} and {_short(goal)}: the direction is as "
            "claimed, the extent is not.",
        )
    missed = goal if near > sign * reference else reference
    return Decision("undecided", f"{interval} does not exclude {_short(missed)}.")


def _limits(estimate: float, ci_low: float, ci_high: float) -> tuple[float, float]:
    """The ends of an interval, an unknown one open."""
    start = -math.inf if math.isnan(ci_low) else ci_low
    end = math.inf if math.isnan(ci_high) else ci_high
    if not start <= estimate <= end:
        raise InputError(
            f"`estimate` is {estimate} and its interval {ci_low} to {ci_high}; expected an "
            "interval that holds its estimate. Check the measurement."
        )
    return start, end
