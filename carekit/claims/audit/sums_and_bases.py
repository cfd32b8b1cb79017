"""Lists that cannot be shares of a whole, classes that hide others, and shares of whom."""

from __future__ import annotations

from carekit.claims.audit.arithmetic import Term, Terms, constant, total
from carekit.claims.audit.finding import (
    Finding,
    agree,
    build_finding,
    comparison,
    register_finding,
    remark,
    result,
)
from carekit.claims.ledger import Ledger

# The eight places of the Nielsen list, in the printed order.
_PLACES = ("C009a", "C010a", "P008", "C012b", "C013a", "C014b", "C015b", "C080")


def _places(t: Terms) -> tuple[Term, Term]:
    """Lowest and highest sum that the printed order of the list allows."""
    return total(t.low(place) for place in _PLACES), total(t.high(place) for place in _PLACES)


@register_finding
def f03(ledger: Ledger) -> Finding:
    """Can the list of places be shares of all complaints?"""
    t = Terms(ledger)
    lowest, highest = _places(t)
    derived = t.figure("D010")
    # Each share may have been rounded by half a per cent.
    slack = 0.005 * len(_PLACES)
    steps = [
        result("at least", lowest, places=2, against=(derived,), end="low"),
        result("at most", highest, places=2, against=(derived,), end="high"),
        comparison("against a whole, rounding taken off", lowest.as_known(2) - slack, constant(1)),
    ]
    if lowest.value - slack > 1:
        verdict = "contradicted"
        conclusion = (
            "People, several answers allowed. Shares of complaints would add up to 1; never draw "
            "a pie."
        )
    elif highest.value + slack >= 1:
        verdict = "consistent"
        conclusion = "The shares can add up to 1: the sum does not exclude shares of complaints."
    else:
        verdict = "undecided"
        conclusion = "The shares stay below 1: they may be complaints with places left out."
    return build_finding(
        "F03",
        title="Shares of complaints?",
        claim="The list gives the shares of complaints by place.",
        figures=("C009a", "C010a", "C012b", "C013a", "C014b", "C015b", "C080", "P008", "D010"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f04(ledger: Ledger) -> Finding:
    """Is the list of places a share of all users or of social-care users?"""
    t = Terms(ledger)
    low, high = (term.as_known(2) for term in _places(t))
    derived = t.figure("D011")
    users_low, users_high = low / t("C001"), high / t("C001")
    most = len(_PLACES)
    steps = [
        result(
            "places per social-care user if the base is all users, at least",
            users_low,
            places=2,
            against=(derived,),
            end="low",
        ),
        result(
            "places per social-care user if the base is all users, at most",
            users_high,
            places=2,
            against=(derived,),
            end="high",
        ),
        remark(
            "places per social-care user if the base is social-care users",
            f"{low.text} to {high.text}",
            low.figures,
            high.value - low.value,
        ),
        remark("what is possible", f"1 to {most} places, the length of the list"),
    ]
    # A social-care user used one place at least and the eight of the list at most.
    all_users = users_high.value >= 1 and users_low.value <= most
    care_users = high.value >= 1 and low.value <= most
    if all_users and care_users:
        verdict = "undecided"
        conclusion = "Both bases are possible. Make the base an explicit argument."
    elif all_users:
        verdict = "consistent"
        conclusion = "Only all social media users can be the base."
    elif care_users:
        verdict = "contradicted"
        conclusion = "Only social-care users can be the base."
    else:
        verdict = "contradicted"
        conclusion = "Neither base is possible: the list is of something else."
    return build_finding(
        "F04",
        title="Which people?",
        claim="The list of places is of all social media users.",
        figures=("D010", "D011", "C001"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f06(ledger: Ledger) -> Finding:
    """What does the class "monthly" hold?"""
    t = Terms(ledger)
    several = t("P010") - t("C002") - t("C003")
    less = 1 - t("P010")
    steps = [
        result("the three printed classes", t("C002") + t("C003") + t("C004"), places=2),
        result("a few times a month", several, places=2, against=t.figures("D012")),
        result("once a month or less", less, places=2, against=t.figures("D013")),
        result(
            "these two together, against the printed monthly class",
            several.as_known(2) + less.as_known(2),
            places=2,
            against=t.figures("C004"),
        ),
    ]
    residual = agree(several.value + less.value, t("C004").value, rounding=0.015)
    if residual and less.value > 0.015:
        verdict = "contradicted"
        conclusion = (
            f"Daily {t('C002').text}, weekly {t('C003').text}, a few times a month "
            f"{several.value:.2f}, less {less.value:.2f}: the monthly class is what was left over. "
            "Some outlets give P010 a wrong base (all users)."
        )
    elif residual:
        verdict = "consistent"
        conclusion = "Nobody is left beyond a few times a month: the class is what it says."
    else:
        verdict = "undecided"
        conclusion = "The printed class is not the remainder of the other figures."
    return build_finding(
        "F06",
        title='"Monthly" is a residual',
        claim="Seven social-care users in ten use it monthly.",
        figures=("C002", "C003", "C004", "P010", "D012", "D013"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f08(ledger: Ledger) -> Finding:
    """Do all brands with a care account answer within eight hours on average?"""
    t = Terms(ledger)
    both = t("C022") * t("P020")
    brands = t("C021")
    granted = t("C022") * t("C023")
    steps = [
        result(
            "ranked brands with a care account and a mean under eight hours",
            both,
            against=t.figures("D006"),
        ),
        result("in brands", both.as_known() * brands, places=0),
        result("in brands, as the article has it", granted * brands, places=0),
        comparison("days studied, as printed and in the study", t("C020"), t("P018")),
    ]
    if agree(t("C023").value, t("P020").value, rounding=t.figure("P020").rounding):
        verdict = "consistent"
        conclusion = "Every brand with a care account averages under eight hours."
    else:
        verdict = "contradicted"
        conclusion = (
            f"About {steps[1].value:.0f} brands of {brands.text} do what the article grants to all "
            f"{steps[2].value:.0f}. The window is {t('P018').text} days, not a month of "
            f"{t('C020').text}."
        )
    return build_finding(
        "F08",
        title="Two figures merged",
        claim="All brands with a care account answer in under eight hours on average.",
        figures=("C020", "C022", "C023", "P018", "P020", "D006"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f10(ledger: Ledger) -> Finding:
    """Of whom is the share that expects an answer within the hour?"""
    t = Terms(ledger)
    derived = t.figure("D009")
    of_all = t("P029a") * t.low("P030")
    any_message, complaint = t.figure("C025"), t.figure("C026")
    steps = [
        result(
            "of all, if the share counts only those who expect an answer (at least)",
            of_all,
            against=(derived,),
            end="low",
        ),
        comparison("of all, if everyone was counted", t("P029a"), of_all.as_known()),
        comparison("what another outlet prints", t("P029b"), t("P029a")),
        remark("base of C025", any_message.base, ("C025",)),
        remark("base in the study", t.figure("P029a").base, ("P029a",)),
        remark("base of C026", complaint.base, ("C026",)),
    ]
    rounding = t.figure("P029a").rounding
    if t("P029a").value - of_all.value <= 2 * rounding:
        verdict = "consistent"
        conclusion = "Nearly everyone expects an answer: both bases give the same share."
    else:
        verdict = "undecided"
        conclusion = f"Quote {of_all.value:.2f} to {t('P029a').text} with its base."
        if any_message.base != complaint.base:
            conclusion += " C026 has another base: no two-sample test."
    return build_finding(
        "F10",
        title="Whose 53 %?",
        claim="The share expecting an answer within the hour is of all users.",
        figures=("C025", "C026", "P029a", "P029b", "P030", "D009"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )
