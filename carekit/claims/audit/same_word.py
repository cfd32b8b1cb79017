"""One word or one number for several measures: response rate, preference, a third, a mean."""

from __future__ import annotations

import math

from carekit.claims.audit.arithmetic import Term, Terms
from carekit.claims.audit.finding import (
    Finding,
    Step,
    agree,
    build_finding,
    comparison,
    register_finding,
    remark,
    result,
)
from carekit.claims.ledger import Ledger


@register_finding
def f07(ledger: Ledger) -> Finding:
    """Is complaining about a brand the same as asking it for help?"""
    t = Terms(ledger)
    more = t("C068") - t("C001")
    steps = [
        result("complain at least monthly, minus ever used social care", more, places=2),
        result("compliment at least monthly, minus complain", t("C069") - t("C068"), places=2),
        result("learn about brands at least monthly", t("C067"), places=2),
    ]
    if more.value > 0:
        verdict = "not_comparable"
        praise = "as frequent as" if t("C069").value >= t("C068").value else "rarer than"
        conclusion = (
            "More people complain about brands every month than have ever used social care: "
            "complaining about a brand is not asking it for help, and praise is "
            f"{praise} complaint. The study counts acts done at least monthly."
        )
    else:
        verdict = "undecided"
        conclusion = "All who complain may also have asked for help: the figures do not tell."
    return build_finding(
        "F07",
        title="A lost qualifier",
        claim="Those who complain about brands are those who use social care.",
        figures=("C067", "C068", "C069", "C001"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f11(ledger: Ledger) -> Finding:
    """Are the two thirds of one report the same people?"""
    t = Terms(ledger)
    classes = t("P044a") + t("P044b") + t("P044c")
    left = t("C028") - t("C031")
    whole = agree(classes.value, 1.0, rounding=0.015)
    steps = [
        result("below, met and above expectations", classes, places=2),
        comparison("below expectations, and never answered", t("C028"), t("C031")),
        result("answered and still disappointed, if the base were one", left, places=2),
        comparison("two contacts or more, and four or more", t("C030"), t("P047")),
        comparison("two contacts or more, as printed and in the report", t("C030"), t("P052")),
    ]
    if left.value <= 0.01:
        verdict = "not_comparable"
        conclusion = (
            "If a third was never answered yet only a third was let down, the questions differ in "
            "base or time frame. Do not merge."
        )
        if not whole:
            conclusion += " The three classes of expectation do not add up to 1 either."
    else:
        verdict = "undecided"
        conclusion = "The two shares can be of the same people: the figures do not tell."
    return build_finding(
        "F11",
        title="Two different 33 %",
        claim="A third disappointed and a third never answered are one group on one base.",
        figures=("C028", "C031", "C030", "P044a", "P044b", "P044c", "P047", "P052"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


_RESPONSE_RATES = (
    ("messages judged to need an answer", ("L010", "L011a", "L012", "L013a")),
    ("all posts by fans", ("L009",)),
    ("complaint threads, 34 US firms", ("L001a",)),
    ("detected questions, Facebook", ("P063a", "P069a", "P070a")),
    ("detected questions, Twitter", ("P064", "P065a", "P066a", "P068a")),
    ("mentions of care accounts", ("P026b", "P028a")),
    ("test questions answered correctly, Twitter", ("L003a", "L004a", "L005a", "L007a")),
)
_NEVER_ANSWERED = ("C031", "P050", "P051")


def _spread(t: Terms, label: str, figures: tuple[str, ...]) -> Step:
    """Lowest and highest of some figures; the value is the distance between them."""
    terms = sorted((t(key) for key in figures), key=lambda term: term.value)
    low, high = terms[0], terms[-1]
    text = low.text if low.value == high.value else f"{low.text} to {high.text}"
    return remark(label, text, figures, high.value - low.value)


@register_finding
def f20(ledger: Ledger) -> Finding:
    """Can rates called "response rate" be compared?"""
    t = Terms(ledger)
    steps = [_spread(t, label, figures) for label, figures in _RESPONSE_RATES]
    steps.append(_spread(t, "customers who say never answered", _NEVER_ANSWERED))
    values = [[t(key).value for key in figures] for _, figures in _RESPONSE_RATES]
    highest_low = max(min(rates) for rates in values)
    lowest_high = min(max(rates) for rates in values)
    measures = {t.figure(key).measure for _, figures in _RESPONSE_RATES for key in figures}
    low, high = min(map(min, values)), max(map(max, values))
    ratio = high / low if low else math.inf
    every = tuple(key for _, figures in _RESPONSE_RATES for key in figures)
    steps.append(
        remark("largest against smallest", f"{high:.2f} / {low:.2f} = {ratio:.1f}", every, ratio)
    )
    if highest_low > lowest_high:
        verdict = "not_comparable"
        conclusion = (
            f"{len(measures)} measures carry one name, and no single rate lies in all their "
            "ranges. Never compare across rows; name the denominator in every output."
        )
    else:
        verdict = "undecided"
        conclusion = "One rate lies in all ranges: the figures do not show that measures differ."
    return build_finding(
        "F20",
        title='"Response rate"',
        claim="Published response rates measure one thing.",
        figures=(*every, *_NEVER_ANSWERED),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


_PREFERENCES = (
    ("choice between two", ("P133",)),
    ("people already writing to brands on Twitter", ("P033",)),
    ("several answers", ("L024g",)),
    ("open lists, three surveys", ("P043", "L025c", "L026c")),
    ("before any other channel, by age", ("L024a", "L024b", "L024c")),
    ("simple requests, by generation", ("L019a", "L019b")),
    ("opinion of managers, by generation", ("L022c", "L023a", "L023b")),
)


@register_finding
def f21(ledger: Ledger) -> Finding:
    """Can shares "preferring social media" be read as a trend?"""
    t = Terms(ledger)
    steps = [_spread(t, label, figures) for label, figures in _PREFERENCES]
    open_lists = _PREFERENCES[3][1]
    smallest = min((t(key) for key in open_lists), key=lambda term: term.value)
    ratio = t("P133") / smallest
    choice, listed = t.figure("P133"), t.figure(smallest.figures[0])
    # The least that rounding leaves of the ratio.
    least = (choice.low - choice.rounding) / (listed.high + listed.rounding)
    steps += [
        result("choice between two against an open list", ratio, places=1),
        remark("the same, at least, after rounding", f"{least:.1f}", ratio.figures, least),
    ]
    if least > 1:
        verdict = "not_comparable"
        conclusion = (
            f"Wording and base explain a factor of {ratio.value:.0f}; no trend can be read from "
            "mixed questions."
        )
    else:
        verdict = "consistent"
        conclusion = "Wording makes no difference beyond rounding."
    return build_finding(
        "F21",
        title='"Prefers social media"',
        claim="Shares preferring social media form one trend.",
        figures=tuple(key for _, figures in _PREFERENCES for key in figures),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f22(ledger: Ledger) -> Finding:
    """Does a mean wait describe the typical wait?"""
    t = Terms(ledger)
    ratio = t("L001b") / t("L001c")
    eight_hours = Term(480.0, "480")
    steps = [
        result("mean against median, minutes, same data", ratio, places=1),
        comparison("the mean against eight hours", t("L001b"), eight_hours),
        comparison("the median against eight hours", t("L001c"), eight_hours),
        result("brands whose mean is under eight hours", t("P020"), places=2),
    ]
    # A skewed wait easily doubles its median; beyond that the mean speaks of the slowest answers.
    if ratio.value > 2:
        verdict = "contradicted"
        conclusion = (
            f"The mean is {ratio.value:.0f} times the median. A brand's mean under eight hours "
            "does not say how fast its answers come. Report the median and the unanswered share; "
            "treat unanswered posts as still waiting."
        )
    else:
        verdict = "consistent"
        conclusion = "Mean and median are within a factor of two of each other."
    return build_finding(
        "F22",
        title="Mean or median",
        claim="The mean wait describes the typical wait.",
        figures=("L001b", "L001c", "P020"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f23(ledger: Ledger) -> Finding:
    """Did complaints on social media rise eightfold?"""
    t = Terms(ledger)
    ratio = t("L028a") / t("L028b")
    now, then = t.figure("L028a"), t.figure("L028b")
    steps = [
        result("ratio as announced", ratio, places=1),
        remark("base of L028a", now.base, ("L028a",)),
        remark("base of L028b", then.base, ("L028b",)),
    ]
    if now.base != then.base:
        verdict = "not_comparable"
        conclusion = (
            f"The ratio of {ratio.value:.1f} divides a share of one base by a share of another. "
            "Refuse ratios when bases differ."
        )
    else:
        verdict = "consistent"
        conclusion = f"One base: the share is {ratio.value:.1f} times what it was."
    return build_finding(
        "F23",
        title="Base switch in an announcement",
        claim="Complaints on social media rose eightfold.",
        figures=("L028a", "L028b"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f25(ledger: Ledger) -> Finding:
    """Does one report give one value for one cell?"""
    t = Terms(ledger)
    pairs = (("L022b", "L022e"), ("L022f", "L022g"))
    differences = [t(regional) - t(whole) for whole, regional in pairs]
    steps = [
        result(f"{t.figure(whole).group}, one cut minus another", difference)
        for (whole, _), difference in zip(pairs, differences, strict=True)
    ]
    steps.append(remark("base", t.figure("L022b").base, ("L022b",)))
    steps.append(remark("base of the other cut", t.figure("L022e").base, ("L022e",)))
    if any(abs(difference.value) > 0.001 for difference in differences):
        verdict = "not_comparable"
        conclusion = (
            "A figure without its region is incomplete. These are managers' opinions, not "
            "customers'."
        )
    else:
        verdict = "consistent"
        conclusion = "Both cuts give the same values."
    return build_finding(
        "F25",
        title="Regional cuts",
        claim="The report has one value for each generation.",
        figures=("L022b", "L022e", "L022f", "L022g"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )
