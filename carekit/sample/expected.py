"""What the plan implies: rates, mixes and waits that follow from the planted numbers.

Closed forms and bisection only; nothing here draws a random number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from carekit.sample import plan
from carekit.sample.roster import brands


def solve(function: Callable[[float], float], low: float, high: float) -> float:
    """Root of an increasing function by bisection, to the last bit."""
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if function(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def question_rate(network: str, country: str) -> float:
    """Planted answered share of questions put to an account, all brands of a country."""
    if network in plan.OTHER_NETWORK_RATE:
        return plan.OTHER_NETWORK_RATE[network]
    known = plan.PUBLISHED_RATE[network].get(country)
    if known:
        return float(known[0])
    return expit(logit(plan.OUR_RATE[network][country]) + _level(network))


@cache
def _level(network: str) -> float:
    """Shift of our countries (logits) that gives the published world rate."""

    def excess(shift: float) -> float:
        world = 0.0
        for country, share in plan.COUNTRY_SHARE.items():
            known = plan.PUBLISHED_RATE[network].get(country)
            ours = plan.OUR_RATE[network].get(country, 0.5)
            world += share * (known[0] if known else expit(logit(ours) + shift))
        return world - plan.WORLD_RATE[network][0]

    return solve(excess, -5.0, 5.0)


def world_rate(network: str) -> float:
    """The same over all countries."""
    return sum(s * question_rate(network, c) for c, s in plan.COUNTRY_SHARE.items())


def sector_rate(network: str, telecom: bool) -> float:
    """The same over all countries, telecom brands or the others."""
    return sum(s * group_rate(network, c, telecom) for c, s in plan.COUNTRY_SHARE.items())


def group_rate(network: str, country: str, telecom: bool) -> float:
    """The same for the telecom brands of a country, or for its other brands."""
    pooled = question_rate(network, country)
    if network != "facebook":
        return pooled
    other = _other_rate(pooled, telecom_gap())
    return expit(logit(other) + telecom_gap()) if telecom else other


def _other_rate(pooled: float, gap: float) -> float:
    share = plan.TELECOM_QUESTION_SHARE
    return expit(
        solve(lambda a: share * expit(a + gap) + (1 - share) * expit(a) - pooled, -20.0, 20.0)
    )


@cache
def telecom_gap() -> float:
    """Log odds ratio, telecom against other brands, that gives P070d on Facebook."""

    def excess(gap: float) -> float:
        answers = 0.0
        for country, share in plan.COUNTRY_SHARE.items():
            other = _other_rate(question_rate("facebook", country), gap)
            answers += share * plan.TELECOM_QUESTION_SHARE * expit(logit(other) + gap)
        return answers / plan.WORLD_RATE["facebook"][0] - plan.TELECOM_ANSWER_SHARE

    return solve(excess, 0.0, 8.0)


@cache
def open_share() -> float:
    """Share of openings written within opening hours."""
    days = sum(plan.WEEKDAY_WEIGHT[:5]) / sum(plan.WEEKDAY_WEIGHT)
    first, last = plan.OPENING_HOURS
    hours = sum(plan.HOUR_WEIGHT[first:last]) / sum(plan.HOUR_WEIGHT)
    return days * hours


def fast_share() -> float:
    return plan.FAST_SHARE["open"] * open_share() + plan.FAST_SHARE["closed"] * (1 - open_share())


@dataclass(frozen=True)
class Cell:
    """One kind of opening and its probability on a network."""

    share: float
    category: str
    tone: str
    angry: bool
    question: bool
    marked: bool  # the text holds a question mark
    addressed: bool

    @property
    def mood(self) -> str:
        """The tone, with anger told apart."""
        return "angry" if self.angry else self.tone

    @property
    def answer_factor(self) -> float:
        if self.category == "troll":
            return plan.ANSWER_FACTOR["troll"]
        if self.question or self.marked:
            return plan.ANSWER_FACTOR["question"]
        return plan.ANSWER_FACTOR["negative" if self.tone == "negative" else "other"]


def question_share(category: str, mood: str) -> float:
    """Share of openings of that category and mood that ask something."""
    return plan.QUESTION_SHARE.get(category, plan.QUESTION_SHARE_ELSE.get(mood, 0.0))


def unaddressed_share(network: str, angry: bool) -> float:
    """Share of openings that name no account of the brand."""
    share = plan.UNADDRESSED_SHARE[network]
    if not share or not angry:
        return share
    return expit(logit(share) + math.log(plan.ANGER_ODDS))


@cache
def cells(network: str) -> tuple[Cell, ...]:
    """Every kind of opening on a network; the shares add up to 1."""
    made = []
    for category, of_network in zip(plan.CATEGORIES, plan.CATEGORY_SHARE[network], strict=True):
        for tone, of_category in zip(plan.TONES, plan.TONE_SHARE[category], strict=True):
            rage = 0.0 if tone != "negative" else 1.0 if category == "troll" else plan.ANGRY_SHARE
            for angry in (False, True):
                of_tone = rage if angry else 1 - rage
                asks = question_share(category, "angry" if angry else tone)
                away = unaddressed_share(network, angry)
                for question in (False, True):
                    rhetorical = tone == "negative" and category != "troll"
                    marks = plan.MARK_ON_QUESTION if question else plan.MARK_ON_OTHER * rhetorical
                    for marked in (False, True):
                        for addressed in (False, True):
                            share = of_network * of_category * of_tone
                            share *= asks if question else 1 - asks
                            share *= marks if marked else 1 - marks
                            share *= 1 - away if addressed else away
                            if share:
                                made.append(
                                    Cell(share, category, tone, angry, question, marked, addressed)
                                )
    return tuple(made)


@cache
def answered_share(network: str) -> float:
    """Planted share of openings of a network that get an answer, all brands together."""
    rate = world_rate(network)
    return sum(
        cell.share * (rate * cell.answer_factor if cell.addressed else plan.UNADDRESSED_RATE)
        for cell in cells(network)
    )


@cache
def answered_mix() -> dict[str, float]:
    """Share of each network in the answered openings."""
    raw = {n: share * answered_share(n) for n, share in plan.NETWORK_SHARE.items()}
    return {n: value / sum(raw.values()) for n, value in raw.items()}


@cache
def day_weights() -> tuple[float, ...]:
    """Expected openings of each day of the period, up to a factor: week and growth."""
    first, last = date.fromisoformat(plan.START[:10]), date.fromisoformat(plan.END[:10])
    days = (last - first).days  # the last half day is left out
    return tuple(
        plan.WEEKDAY_WEIGHT[(first.weekday() + d) % 7] * (1 + plan.YEARLY_GROWTH) ** (d / 365)
        for d in range(days)
    )


def time_share(start: str, end: str) -> float:
    """Share of the period's openings expected between two days (the end left out)."""
    first = date.fromisoformat(plan.START[:10])
    low = max(0, (date.fromisoformat(start[:10]) - first).days)
    high = (date.fromisoformat(end[:10]) - first).days
    weights = day_weights()
    return sum(weights[low:high]) / sum(weights)


@cache
def scheme_share() -> float:
    """Share of openings written to a brand after it adopted a written response scheme."""
    return sum(b.share * time_share(b.scheme_at, plan.END) for b in brands() if b.scheme_at)


def _components(fast: float, slow: float, network: str | None) -> list[tuple[float, float, float]]:
    """(share, median, sigma) of the lognormals whose mixture is the wait over all brands."""
    mix = {network: 1.0} if network else answered_mix()
    made = []
    for name, weight in mix.items():
        for part, median, sigma in (
            (fast_share(), fast, plan.FAST_SIGMA),
            (1 - fast_share(), slow, plan.SLOW_SIGMA),
        ):
            spread = math.hypot(sigma, plan.BRAND_SIGMA)
            for state, factor in ((1 - scheme_share(), 1.0), (scheme_share(), plan.SCHEME_FACTOR)):
                made.append(
                    (weight * part * state, median * plan.NETWORK_PACE[name] * factor, spread)
                )
    return made


def _mean(parts: list[tuple[float, float, float]]) -> float:
    return sum(w * m * math.exp(s * s / 2) for w, m, s in parts)


def _within(parts: list[tuple[float, float, float]], minutes: float) -> float:
    return sum(w * normal_cdf(math.log(minutes / m) / s) for w, m, s in parts)


@cache
def wait_medians() -> tuple[float, float]:
    """Medians (minutes, on X) of fast and slow answers that give the planted mean and median."""

    # the mean is linear in both medians
    of_fast, of_slow = (_mean(_components(*pair, None)) for pair in ((1.0, 0.0), (0.0, 1.0)))
    slowest = plan.MEAN_WAIT / of_slow  # where fast answers would take no time at all

    def fast_for(slow: float) -> float:
        return (slowest - slow) * of_slow / of_fast

    slow = solve(
        lambda s: _within(_components(fast_for(s), s, None), plan.MEDIAN_WAIT) - 0.5,
        slowest / 2,
        slowest * (1 - 1e-9),
    )
    return fast_for(slow), slow


def wait_mean(network: str | None = None) -> float:
    """Mean wait in minutes of an answered opening."""
    return _mean(_components(*wait_medians(), network))


def wait_within(minutes: float, network: str | None = None) -> float:
    """Share of answers that come within so many minutes."""
    return _within(_components(*wait_medians(), network), minutes)


def wait_quantile(p: float, network: str | None = None) -> float:
    return math.exp(solve(lambda x: wait_within(math.exp(x), network) - p, -10.0, 20.0))


def wait_mean_without_scheme(network: str) -> float:
    """Mean wait in minutes over brands, if none had adopted a response scheme."""
    return wait_mean(network) / (1 - scheme_share() * (1 - plan.SCHEME_FACTOR))


def brand_mean_under(minutes: float, network: str) -> float:
    """Share of brands whose expected wait on a network is below so many minutes, no scheme."""
    # the mean of a brand is lognormal around the mean of the network
    centre = math.log(wait_mean_without_scheme(network)) - plan.BRAND_SIGMA**2 / 2
    return normal_cdf((math.log(minutes) - centre) / plan.BRAND_SIGMA)


@cache
def redirect_first() -> dict[str, float]:
    """Chances of the first redirection, so that with a second one the shares are the planted."""
    second = sum(plan.REDIRECT_SHARE.values()) / plan.REDIRECT_ANY - 1
    wanted = {k: v / plan.REDIRECT_ANY for k, v in plan.REDIRECT_SHARE.items()}
    first = {k: v / (1 + second) for k, v in wanted.items()}
    for _ in range(200):
        got = {
            k: first[k]
            + second * sum(first[j] * first[k] / (1 - first[j]) for j in first if j != k)
            for k in first
        }
        first = {k: first[k] * wanted[k] / got[k] for k in first}
        total = sum(first.values())
        first = {k: v / total for k, v in first.items()}
    return first


def second_redirect_share() -> float:
    return sum(plan.REDIRECT_SHARE.values()) / plan.REDIRECT_ANY - 1


def share_of(network: str, **wanted: object) -> float:
    """Share of the openings of a network whose cell has these values."""
    return sum(
        c.share for c in cells(network) if all(getattr(c, k) == v for k, v in wanted.items())
    )


def negative_share_on_main(network: str, effect: str | None) -> float:
    """Negative share of openings put to the main account; effect None is before the opening."""
    negative = total = 0.0
    for cell in cells(network):
        if cell.addressed:
            stays = 1.0 - (plan.CARE_SHARE[effect][cell.mood] if effect else 0.0)
            total += cell.share * stays
            negative += cell.share * stays * (cell.tone == "negative")
    return negative / total


def care_volume(network: str, effect: str) -> float:
    """Share of a brand's openings on a network that go to its care account, once it is open."""
    return sum(c.share * plan.CARE_SHARE[effect][c.mood] for c in cells(network) if c.addressed)


def growth_windows() -> tuple[tuple[str, str], tuple[str, str]]:
    """The 45 days from 1 January of both years, as in P018 and P019."""
    return ("2014-01-01", "2014-02-15"), ("2015-01-01", "2015-02-15")


def care_growth() -> dict[str, float]:
    """Expected growth of openings put to care accounts on X, and what it is made of."""
    before, after = (time_share(*window) for window in growth_windows())
    old = sum(b.share for b in brands() if b.care_x_since) * care_volume("x", "displaced")
    new = sum(b.share * care_volume("x", b.care_effect) for b in brands() if b.care_network == "x")
    n_old = sum(1 for b in brands() if b.care_x_since)
    n_new = sum(1 for b in brands() if b.care_network == "x")
    return {
        "total": after * (old + new) / (before * old) - 1,
        "like_for_like": after / before - 1,
        "accounts": n_new / n_old,
    }
