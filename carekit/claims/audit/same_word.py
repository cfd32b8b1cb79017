"""One word or one number for several measures: response rate, preference, a third, a mean."""

from __future__ import annotations

import math

from carekit.claims.audit.arithmetic import constant, root
from carekit.claims.audit.finding import Step, Working, agree, finding


@finding(
    "F07",
    "A lost qualifier",
    claim="Those who complain about brands are those who use social care.",
    figures="C067 C068 C069 C001",
)
def lost_qualifier(t: Working) -> tuple[str, str]:
    complain, used, n = t("C068"), t("C001"), t.size("C001")
    more = complain - used
    t.show("complain at least monthly, minus ever used social care", more, places=2)
    # The same people answered both: the error depends on how many are among both.
    lows = {}
    for words, both in (("most", min(complain.value, used.value)), ("least", 0.0)):
        error = root((complain + used - more * more - 2 * constant(both)) / n)
        lows[words] = t.show(
            f"the same, at the lower 95 % limit, with the {words} overlap of the two groups",
            more - constant(1.96) * error,
        )
    t.show("compliment at least monthly, minus complain", t("C069") - t("C068"), places=2)
    t.show("learn about brands at least monthly", t("C067"), places=2)
    if more.value <= 0:
        return (
            "undecided",
            "All who complain may also have asked for help: the figures do not tell.",
        )
    praise = "as frequent as" if t("C069").value >= t("C068").value else "rarer than"
    told = f"The study counts acts done at least monthly; praise is {praise} complaint."
    if (lows["least"].value or 0.0) <= 0:
        return "undecided", (
            "As printed, more people complain about brands every month than ever used social care. "
            "Whether that is beyond sampling error depends on how many do both, which was not "
            f"published. {told}"
        )
    return "not_comparable", (
        "More people complain about brands every month than have ever used social care, whatever "
        f"the overlap: complaining about a brand is not asking it for help. {told}"
    )


@finding(
    "F11",
    "Two different 33 %",
    claim="A third disappointed and a third never answered are one group on one base.",
    figures="C028 C031 C030 P044a P044b P044c P047 P052",
)
def two_thirds(t: Working) -> tuple[str, str]:
    classes = t("P044a") + t("P044b") + t("P044c")
    left = t("C028") - t("C031")
    t.show("below, met and above expectations", classes, places=2)
    t.compare("below expectations, and never answered", t("C028"), t("C031"))
    t.show("answered and still disappointed, if the base were one", left, places=2)
    t.compare("two contacts or more, and four or more", t("C030"), t("P047"))
    t.compare("two contacts or more, as printed and in the report", t("C030"), t("P052"))
    if left.value > 0.01:
        return "undecided", "The two shares can be of the same people: the figures do not tell."
    conclusion = (
        "If a third was never answered yet only a third was let down, the questions differ in "
        "base or time frame. Do not merge."
    )
    if not agree(classes.value, 1.0, rounding=0.015):
        conclusion += " The three classes of expectation do not add up to 1 either."
    return "not_comparable", conclusion


_RESPONSE_RATES = (
    ("messages judged to need an answer", ("L010", "L011a", "L012", "L013a")),
    ("all posts by fans", ("L009",)),
    ("complaint threads, 34 US firms", ("L001a",)),
    ("detected questions, Facebook", ("P063a", "P069a", "P070a")),
    ("detected questions, Twitter", ("P064", "P065a", "P066a", "P068a")),
    ("mentions of care accounts", ("P026b", "P028a")),
    ("test questions answered correctly, Twitter", ("L003a", "L004a", "L005a", "L007a")),
)


def _spread(t: Working, label: str, figures: tuple[str, ...]) -> Step:
    """Lowest and highest of some figures; the value is the distance between them."""
    terms = sorted((t(key) for key in figures), key=lambda term: term.value)
    low, high = terms[0], terms[-1]
    text = low.text if low.value == high.value else f"{low.text} to {high.text}"
    return t.note(label, text, figures, high.value - low.value)


@finding(
    "F20",
    '"Response rate"',
    claim="Published response rates measure one thing.",
    figures=" ".join(" ".join(figures) for _, figures in _RESPONSE_RATES) + " C031 P050 P051",
)
def response_rate(t: Working) -> tuple[str, str]:
    for label, figures in _RESPONSE_RATES:
        _spread(t, label, figures)
    _spread(t, "customers who say never answered", ("C031", "P050", "P051"))
    values = [[t(key).value for key in figures] for _, figures in _RESPONSE_RATES]
    every = tuple(key for _, figures in _RESPONSE_RATES for key in figures)
    low, high = min(map(min, values)), max(map(max, values))
    ratio = high / low if low else math.inf
    t.note("largest against smallest", f"{high:.2f} / {low:.2f} = {ratio:.1f}", every, ratio)
    if max(map(min, values)) <= min(map(max, values)):
        return "undecided", (
            "One rate lies in all ranges: the figures do not show that measures differ."
        )
    measures = {t.figure(key).measure for key in every}
    return "not_comparable", (
        f"{len(measures)} measures carry one name, and no single rate lies in all their "
        "ranges. Never compare across rows; name the denominator in every output."
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


@finding(
    "F21",
    '"Prefers social media"',
    claim="Shares preferring social media form one trend.",
    figures=" ".join(" ".join(figures) for _, figures in _PREFERENCES),
)
def prefers_social(t: Working) -> tuple[str, str]:
    for label, figures in _PREFERENCES:
        _spread(t, label, figures)
    smallest = min((t(key) for key in _PREFERENCES[3][1]), key=lambda term: term.value)
    ratio = t("P133") / smallest
    choice, listed = t.figure("P133"), t.figure(smallest.figures[0])
    # The least that rounding leaves of the ratio.
    least = (choice.low - choice.rounding) / (listed.high + listed.rounding)
    t.show("choice between two against an open list", ratio, places=1)
    t.note("the same, at least, after rounding", f"{least:.1f}", ratio.figures, least)
    if least > 1:
        return "not_comparable", (
            f"Wording and base explain a factor of {ratio.value:.0f}; no trend can be read from "
            "mixed questions."
        )
    return "consistent", "Wording makes no difference beyond rounding."


@finding(
    "F22",
    "Mean or median",
    claim="The mean wait describes the typical wait.",
    figures="L001b L001c P020",
    is_claim=False,
)
def mean_or_median(t: Working) -> tuple[str, str]:
    ratio = t.show("mean against median, minutes, same data", t("L001b") / t("L001c"), places=1)
    t.compare("the mean against eight hours", t("L001b"), constant(480))
    t.compare("the median against eight hours", t("L001c"), constant(480))
    t.show("brands whose mean is under eight hours", t("P020"), places=2)
    # A skewed wait easily doubles its median; beyond that the mean speaks of the slowest answers.
    if (ratio.value or 0.0) <= 2:
        return "consistent", "Mean and median are within a factor of two of each other."
    return "reading_rule", (
        f"The mean is {ratio.value:.0f} times the median. A brand's mean under eight hours "
        "does not say how fast its answers come. Report the median and the unanswered share; "
        "treat unanswered posts as still waiting."
    )


@finding(
    "F23",
    "Base switch in an announcement",
    claim="Complaints on social media rose eightfold.",
    figures="L028a L028b",
)
def base_switch(t: Working) -> tuple[str, str]:
    ratio = t("L028a") / t("L028b")
    now, then = t.figure("L028a"), t.figure("L028b")
    t.show("ratio as announced", ratio, places=1)
    t.note("base of L028a", now.base, ("L028a",))
    t.note("base of L028b", then.base, ("L028b",))
    if now.conditions != then.conditions:
        return "not_comparable", (
            f"The ratio of {ratio.value:.1f} divides a share of one base by a share of another. "
            "Refuse ratios when bases differ."
        )
    return "consistent", f"One base: the share is {ratio.value:.1f} times what it was."


@finding(
    "F25",
    "Regional cuts",
    claim="The report has one value for each generation.",
    figures="L022b L022e L022f L022g",
)
def regional_cuts(t: Working) -> tuple[str, str]:
    differences = [
        t.show(f"{t.figure(whole).group}, one cut minus another", t(regional) - t(whole))
        for whole, regional in (("L022b", "L022e"), ("L022f", "L022g"))
    ]
    t.note("base", t.figure("L022b").base, ("L022b",))
    t.note("base of the other cut", t.figure("L022e").base, ("L022e",))
    if any(abs(step.value or 0.0) > 0.001 for step in differences):
        return "not_comparable", (
            "A figure without its region is incomplete. These are managers' opinions, not "
            "customers'."
        )
    return "consistent", "Both cuts give the same values."
