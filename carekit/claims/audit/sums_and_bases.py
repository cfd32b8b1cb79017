"""Lists that cannot be shares of a whole, classes that hide others, and shares of whom."""

from __future__ import annotations

from carekit.claims.audit.arithmetic import Term, constant, total
from carekit.claims.audit.finding import Working, agree, finding

# The eight places of the Nielsen list, in the printed order.
_PLACES = ("C009a", "C010a", "P008", "C012b", "C013a", "C014b", "C015b", "C080")


def _places(t: Working) -> tuple[Term, Term]:
    """Lowest and highest sum that the printed order of the list allows."""
    return total(t.low(place) for place in _PLACES), total(t.high(place) for place in _PLACES)


@finding(
    "F03",
    "Shares of complaints?",
    claim="The list gives the shares of complaints by place.",
    figures="C009a C010a C012b C013a C014b C015b C080 P008 D010",
    numbers="study",
)
def shares_of_complaints(t: Working) -> tuple[str, str]:
    lowest, highest = _places(t)
    # Each share may have been rounded by half a per cent.
    slack = 0.005 * len(_PLACES)
    t.show("at least", lowest, places=2, against="D010", end="low")
    t.show("at most", highest, places=2, against="D010", end="high")
    t.compare("against a whole, rounding taken off", lowest.as_known(2) - slack, constant(1))
    if lowest.value - slack > 1:
        return "contradicted", (
            "People, several answers allowed. Shares of complaints would add up to 1; never draw "
            "a pie."
        )
    if highest.value + slack >= 1:
        return "consistent", (
            "The shares can add up to 1: the sum does not exclude shares of complaints."
        )
    return "undecided", "The shares stay below 1: they may be complaints with places left out."


@finding(
    "F04",
    "Which people?",
    claim="The list of places is of all social media users.",
    figures="D010 D011 C001",
)
def which_people(t: Working) -> tuple[str, str]:
    low, high = (term.as_known(2) for term in _places(t))
    users_low, users_high = low / t("C001"), high / t("C001")
    most = len(_PLACES)
    label = "places per social-care user if the base is"
    t.show(f"{label} all users, at least", users_low, places=2, against="D011", end="low")
    t.show(f"{label} all users, at most", users_high, places=2, against="D011", end="high")
    spread = high.value - low.value
    t.note(f"{label} social-care users", f"{low.text} to {high.text}", low.figures, spread)
    t.note("what is possible", f"1 to {most} places, the length of the list")
    # A social-care user used one place at least and the eight of the list at most.
    all_users = users_high.value >= 1 and users_low.value <= most
    care_users = high.value >= 1 and low.value <= most
    if all_users and care_users:
        return "undecided", "Both bases are possible. Make the base an explicit argument."
    if all_users:
        return "consistent", "Only all social media users can be the base."
    if care_users:
        return "contradicted", "Only social-care users can be the base."
    return "contradicted", "Neither base is possible: the list is of something else."


@finding(
    "F06",
    '"Monthly" is a residual',
    claim="Seven social-care users in ten use it monthly.",
    figures="C002 C003 C004 P010 D012 D013",
    numbers="study",
)
def monthly(t: Working) -> tuple[str, str]:
    several = t("P010") - t("C002") - t("C003")
    less = 1 - t("P010")
    t.show("the three printed classes", t("C002") + t("C003") + t("C004"), places=2)
    t.show("a few times a month", several, places=2, against="D012")
    t.show("once a month or less", less, places=2, against="D013")
    t.show(
        "these two together, against the printed monthly class",
        several.as_known(2) + less.as_known(2),
        places=2,
        against="C004",
    )
    if not agree(several.value + less.value, t("C004").value, rounding=0.015):
        return "undecided", "The printed class is not the remainder of the other figures."
    if less.value <= 0.015:
        return "consistent", (
            "Nobody is left beyond a few times a month: the class is what it says."
        )
    return "contradicted", (
        f"Daily {t('C002').text}, weekly {t('C003').text}, a few times a month "
        f"{several.value:.2f}, less {less.value:.2f}: the monthly class is what was left over. "
        "Some outlets give P010 a wrong base (all users)."
    )


@finding(
    "F08",
    "Two figures merged",
    claim="All brands with a care account answer in under eight hours on average.",
    figures="C020 C022 C023 P018 P020 D006",
    numbers="study",
)
def merged(t: Working) -> tuple[str, str]:
    both, granted = t("C022") * t("P020"), t("C022") * t("C023")
    brands = t("C021")
    t.show("ranked brands with a care account and a mean under eight hours", both, against="D006")
    found = t.show("in brands", both.as_known() * brands, places=0)
    printed = t.show("in brands, as the article has it", granted * brands, places=0)
    t.compare("days studied, as printed and in the study", t("C020"), t("P018"))
    if agree(t("C023").value, t("P020").value, rounding=t.figure("P020").rounding):
        return "consistent", "Every brand with a care account averages under eight hours."
    return "contradicted", (
        f"About {found.value:.0f} brands of {brands.text} do what the article grants to all "
        f"{printed.value:.0f}. The window is {t('P018').text} days, not a month of "
        f"{t('C020').text}."
    )


@finding(
    "F10",
    "Whose 53 %?",
    claim="The share expecting an answer within the hour is of all users.",
    figures="C025 C026 P029a P029b P030 D009",
)
def whose_share(t: Working) -> tuple[str, str]:
    of_all = t("P029a") * t.low("P030")
    t.show(
        "of all, if the share counts only those who expect an answer (at least)",
        of_all,
        against="D009",
        end="low",
    )
    t.compare("of all, if everyone was counted", t("P029a"), of_all.as_known())
    t.compare("what another outlet prints", t("P029b"), t("P029a"))
    t.note("base of C025", t.figure("C025").base, ("C025",))
    t.note("base in the study", t.figure("P029a").base, ("P029a",))
    t.note("base of C026", t.figure("C026").base, ("C026",))
    if t("P029a").value - of_all.value <= 2 * t.figure("P029a").rounding:
        return "consistent", "Nearly everyone expects an answer: both bases give the same share."
    return "undecided", (
        f"Quote {of_all.value:.2f} to {t('P029a').text} with its base. C026 has another base: no "
        "two-sample test."
    )
