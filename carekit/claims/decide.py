"""The two rules that turn an interval into a verdict.

`decide_verdict` holds a published figure against what was measured. `decide_claim` asks whether a
hypothesis holds: it claims a direction on a quantity, such as a difference above 0, and sometimes
an extent: "common practice" claims more than that it grows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

from carekit.errors import InputError
from carekit.inference.rates.intervals import wilson
from carekit.show.numbers import NO_BREAK, digits, interval, number, points, say

REPLAY_VERDICTS: Final[dict[str, str]] = {
    "equivalent": "published and measured differ by less than the margin, whatever the errors",
    "differs_slightly": "they differ, and by less than the margin",
    "differs": "they differ by more than the margin",
    "contradicted": "the figure claims a direction and the whole interval lies on the other side",
    "undecided": "with these errors the difference may be smaller or larger than the margin",
    "not_comparable": "the data are of another period, country, sector, population or quantity",
    "untestable": "the dataset does not hold what the figure is about",
}

Claim = Literal["above", "below"]

# Five points is what the surveys of the ledger print as their own margin for a few hundred people.
# A small share, a duration and a count may differ by a quarter of themselves.
SHARE_MARGIN: Final = 0.05
LEAST_MARGIN: Final = 0.01
RELATIVE_MARGIN: Final = 0.25
SAME_RANK: Final = 0.5
# Size of the base of a published share where nobody says one.
ASSUMED_N: Final = 1000
MIN_N: Final = 30


@dataclass(frozen=True)
class Decision:
    """A verdict and the reason in a sentence.

    `told` is its first half, the difference without the verdict. `difference` is measured less
    published (less the nearest end of a bracket), `low` and `high` the limits that both errors and
    the rounding leave; NaN where there are none.
    """

    verdict: str
    why: str
    told: str = ""
    difference: float = math.nan
    low: float = math.nan
    high: float = math.nan


def decide_verdict(
    *,
    published: float | None = None,
    published_low: float | None = None,
    published_high: float | None = None,
    published_n: float | None = None,
    deff: float = 1.0,
    estimate: float,
    ci_low: float,
    ci_high: float,
    margin: float,
    n: int | None = None,
    min_n: int = MIN_N,
    rounding: float = 0.0,
    reference: float | None = None,
    unit: str = "proportion",
    conf_level: float = 0.95,
) -> Decision:
    """Decide what a measurement says of a published figure.

    Both have errors. The difference, measured less published, gets an interval from the two
    (limits joined as in MOVER: Zou and Donner 2008), widened by the rounding of the figure; then,
    in this order:

    1. *undecided* when fewer than `min_n` cases were measured, or no interval came with the
       estimate;
    2. *contradicted* when a `reference` is given (0 for a change or a difference), the figure lies
       wholly on one side of it, its own error counted, and the measured interval on the other;
    3. *differs* when the interval of the difference lies wholly beyond the margin;
    4. *differs_slightly* when it leaves out 0, and the difference is shown to be within the margin;
    5. *equivalent* when it holds 0, and the difference is shown to be within the margin;
    6. *undecided* otherwise.

    Within the margin is shown by two one-sided tests (Schuirmann 1987): by an interval of the level
    2 `conf_level` - 1, 90 % beside the usual 95 %. So where nothing changed, 3 and 4 together are
    said of at most 1 - `conf_level` of the figures, whatever the sizes; and where the truth is off
    by the margin, 4 and 5 together of no more than that.

    Parameters
    ----------
    published, published_low, published_high : float, optional
        What was published, at least one of them; a bracket may be open on one side ("more than
        0.70") and takes the place of the value.
    published_n : float, optional
        Size of the base of a published share; without it `ASSUMED_N`. A figure in another unit is
        taken to be as unsure as the measurement.
    deff : float
        Design effect of the published figure: its variance over that of a simple random sample.
    estimate, ci_low, ci_high : float
        What was measured, in the unit of the figure; a limit that is NaN counts as open.
    margin : float
        Largest difference that does not matter, in the unit of the figure.
    n : int, optional
        Cases measured; None skips rule 1.
    min_n : int
        Fewest cases for a verdict.
    rounding : float
        Half a unit of the last printed place.
    reference : float, optional
        Value that separates the two directions of the claim.
    unit : str
        Of the figure, for the words of the reason.
    conf_level : float
        Of the measured interval, and of the published one that is computed here.

    Returns
    -------
    Decision

    Raises
    ------
    InputError
        If nothing was published, the interval does not hold its estimate, `margin` is negative or
        `deff` below 1.

    Examples
    --------
    >>> from carekit.claims.decide import decide_verdict
    >>> measured = dict(estimate=0.31, ci_low=0.29, ci_high=0.33, n=2000)
    >>> decide_verdict(published=0.30, published_n=2000, **measured, margin=0.05).verdict
    'equivalent'
    >>> decide_verdict(published=0.30, published_n=100, **measured, margin=0.05).verdict
    'undecided'
    >>> decide_verdict(published=0.43, published_n=2000, **measured, margin=0.05).verdict
    'differs'
    """
    first, last = _region(published, published_low, published_high, rounding)
    start, end = _limits(estimate, ci_low, ci_high)
    for name, value, least in (("margin", margin, 0.0), ("deff", deff, 1.0)):
        if value < least:
            raise InputError(
                f"`{name}` is {value}; expected {least:g} or more. Pass the largest difference that "
                "does not matter, in the unit of the figure, and a design effect of 1 or more."
            )
    if n is not None and n < min_n:
        return Decision("undecided", f"Only {n} cases, fewer than {min_n}.")
    if math.isinf(start) and math.isinf(end):
        return Decision("undecided", "The estimate came without an interval.")
    reach = (estimate - start, end - estimate)

    def error(value: float) -> tuple[float, float]:
        """How far below and above a published value the truth may lie."""
        if unit != "proportion":
            return reach
        n_eff, value = (published_n or ASSUMED_N) / deff, min(max(value, 0.0), 1.0)
        low, high = wilson(value * n_eff, n_eff, conf_level=conf_level)
        return value - float(low), float(high) - value

    bracket = published_low is not None or published_high is not None
    if reference is not None:
        # A bracket states its direction; a value does so as far as its own error allows.
        low = first if bracket else first - error(first)[0]
        high = last if bracket else last + error(last)[1]
        if (low >= reference and end < reference) or (high <= reference and start > reference):
            shown = "share" if unit == "proportion" else "points"
            ends = interval(start, end, shown) if unit in _POINTS else f"{start:.4g} to {end:.4g}"
            where = say(reference, "share") if unit == "proportion" else f"{reference:g}"
            told = f"The figure lies on one side of {where}, the interval {ends} on the other."
            return Decision("contradicted", told, told)
    # Limits of the difference from the upper and from the lower end of what was published.
    above = _joined(estimate - last, reach, error(last))
    below = _joined(estimate - first, reach, error(first))
    differ = above[0] > 0 or below[1] < 0
    beyond = above[0] > margin or below[1] < -margin
    # The same at the level of a one-sided test. A rounded value may lie anywhere in its region, a
    # bracket is meant as a whole.
    part = NormalDist().inv_cdf(conf_level) / NormalDist().inv_cdf((1 + conf_level) / 2)
    lowest = estimate - first + part * (below[0] - (estimate - first))
    highest = estimate - last + part * (above[1] - (estimate - last))
    inside = margin if bracket else margin - (last - first)
    within = not (highest > inside or lowest < -inside)
    nearest = min(max(estimate, first), last)
    gap = estimate - (nearest if bracket or published is None else published)
    limits = (above[0], below[1])
    level = conf_level
    if within and not bracket:
        level, limits = 2 * conf_level - 1, (lowest - (last - first), highest + (last - first))
    told = (
        f"Measured less published: {_amount(gap, unit)} ({100 * level:g} % interval "
        f"{_ends(*limits, unit)})"
    )
    if bracket:
        off = max(above[1], -below[0], 0.0)
        where = (
            f"misses what was published by {_amount(gap, unit)}"
            if gap
            else "fits what was published"
        )
        apart = f"with both errors the two may be {_amount(off, unit, signed=False)} apart"
        told = f"The measured value {where}; {apart if off else 'its whole interval does'}"
    size = f"the margin of {_amount(margin, unit, signed=False)}"
    size = "the margin, which is less than one rank" if unit == "rank" else size
    if beyond:
        verdict, reason = "differs", f"{told}: more than {size}."
    elif differ and within:
        verdict, reason = "differs_slightly", f"{told}: a difference, within {size}."
    elif within:
        verdict, reason = "equivalent", f"{told}: within {size}."
    else:
        doubt = "a difference, within" if differ else "it may be none, or more than"
        tail = " or beyond it" if differ else ""
        verdict, reason = "undecided", f"{told}: {doubt} {size}{tail}."
    return Decision(verdict, reason, f"{told}.", gap, above[0], below[1])


def _joined(
    gap: float, measured: tuple[float, float], published: tuple[float, float]
) -> tuple[float, float]:
    """Limits of a difference of two independent estimates, from how far each may be off."""
    if math.isinf(gap):
        return gap, gap
    below = math.hypot(measured[0], published[1])
    return gap - below, gap + math.hypot(measured[1], published[0])


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


_POINTS = ("proportion", "proportion_change")


def _amount(value: float, unit: str, *, signed: bool = True) -> str:
    """A difference in the unit of the figure: "+2.0 points", "-35.0 min"."""
    if unit in _POINTS:
        return points(value) if signed else f"{digits(100 * value, 1)}{NO_BREAK}points"
    sign = "+" if signed and value > 0 else ""
    if unit == "minutes":
        return sign + say(value, "minutes")
    words = {"rank": f"{NO_BREAK}rank" + "s" * (abs(value) != 1), "score_20": f"{NO_BREAK}of 20"}
    return f"{sign}{number(value)}{words.get(unit, '')}"


def _ends(low: float, high: float, unit: str) -> str:
    """Limits of a difference; the unit is left to the number before them where it is the same."""
    known = [None if math.isinf(end) else _amount(end, unit) for end in (low, high)]
    same = unit != "minutes"
    ends = ["open" if end is None else end.partition(NO_BREAK)[0] if same else end for end in known]
    return " to ".join(ends)


def default_margin(unit: str, published: float | None) -> float:
    """The margin used when none is asked for: the largest difference that does not matter.

    Five points for a share, or a quarter of it (of its complement) where that is less, and one
    point at the least; five points for a change; one of 20 for a score; a quarter for durations
    and counts; less than one place for a rank.

    >>> default_margin("proportion", 0.3), default_margin("proportion", 0.08)
    (0.05, 0.02)
    >>> default_margin("minutes", 480.0)
    120.0
    """
    if unit == "proportion" and published is not None:
        part = RELATIVE_MARGIN * min(published, 1 - published)
        return max(LEAST_MARGIN, min(SHARE_MARGIN, part))
    if unit in {"proportion", "proportion_change"}:
        return SHARE_MARGIN
    if unit == "score_20":
        return 20 * SHARE_MARGIN
    if unit == "rank":
        return SAME_RANK
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
    ends = " to ".join("open" if math.isinf(v) else f"{v:.3g}" for v in (start, end))
    interval = f"The interval {ends}"
    side, other = claim, "below" if claim == "above" else "above"
    if far < sign * reference:
        return Decision("contradicted", f"{interval} lies wholly {other} {reference:.3g}.")
    if near > sign * goal:
        return Decision("holds", f"{interval} lies wholly {side} {goal:.3g}.")
    if near > sign * reference and far < sign * goal:
        return Decision(
            "differs",
            f"{interval} lies between {reference:.3g} and {goal:.3g}: the direction is as claimed, "
            "the extent is not.",
        )
    missed = goal if near > sign * reference else reference
    return Decision("undecided", f"{interval} does not exclude {missed:.3g}.")
