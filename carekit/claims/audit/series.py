"""Series over years that change their base, their mode or their labels on the way."""

from __future__ import annotations

from carekit.claims.audit.arithmetic import Terms, total
from carekit.claims.audit.finding import (
    Finding,
    build_finding,
    comparison,
    register_finding,
    remark,
    result,
    span,
)
from carekit.claims.ledger import Ledger

# Social networks in the French observatory, 2012 to 2017 and 2020.
_SOCIAL = ("P087", "P095", "C046", "P097", "P105", "P107", "P116")


def _modes(t: Terms, figures: tuple[str, ...]) -> list[str]:
    return [t.figure(key).study.mode or "mode not stated" for key in figures]


def _years(t: Terms, figures: tuple[str, ...]) -> str:
    starts = (t.figure(key).period_start for key in figures)
    return ", ".join("no year" if start is None else str(start.year) for start in starts)


@register_finding
def f16(ledger: Ledger) -> Finding:
    """Did the use of social networks for service fall between 2012 and 2014?"""
    t = Terms(ledger)
    in_2012, in_2013 = t("P087") * t("P080"), t("P095") * t("P090")
    phone_2012, phone_2013 = t("P081") * t("P080"), t("P091") * t("P090")
    sum_2012 = total(t(key) for key in span("P", 81, 89))
    sum_2020 = total(t(key) for key in span("P", 110, 120))
    printed = [t(key) for key in _SOCIAL]
    rebased = [in_2012, in_2013, *printed[2:]]
    base_of_2012 = result(
        "sum of the shares of 2012, against channels per user",
        sum_2012,
        places=2,
        against=t.figures("P140", "D033"),
    )
    steps = [
        result("social networks 2012, of all French", in_2012, places=4, against=t.figures("D001")),
        result("social networks 2013, of all French", in_2013, places=4, against=t.figures("D002")),
        result("phone 2012, of all French", phone_2012, places=4, against=t.figures("D003")),
        result("phone 2013, of all French", phone_2013, places=4, against=t.figures("D004")),
        comparison("phone 2013 against all who contacted anyone", t("P091"), t("P090")),
        base_of_2012,
        result("sum of the shares of 2020", sum_2020, places=2),
        result(
            "the same per user",
            sum_2020.as_known(2) / t("P109"),
            places=2,
            against=t.figures("P142", "D034"),
        ),
        comparison(
            "the share presented as a first in 2017, against that printed for 2012",
            t("P107"),
            t("P087"),
        ),
        remark(
            f"as printed, {_years(t, _SOCIAL)}", ", ".join(term.text for term in printed), _SOCIAL
        ),
        remark(
            "on one base",
            ", ".join(f"{term.value:.3f}" for term in rebased),
            (*_SOCIAL, "P080", "P090"),
            rebased[2].value - rebased[0].value,
        ),
        remark("mode of each year", "; ".join(_modes(t, _SOCIAL)), _SOCIAL),
    ]
    fell_as_printed = printed[2].value < printed[0].value
    fell_on_one_base = rebased[2].value < rebased[0].value
    text = (
        f"On one base the share goes from {rebased[0].value:.3f} in 2012 to "
        f"{rebased[2].value:.3f} in 2014."
    )
    if fell_as_printed and not base_of_2012.checks[0].agrees:
        verdict = "undecided"
        conclusion = "The shares of 2012 do not add up to the channels per user: base not shown."
    elif fell_as_printed and not fell_on_one_base:
        verdict = "artefact"
        conclusion = (
            f"The fall from {printed[0].text} to {printed[2].text} is an artefact of the base. "
            f"{text} Rebase, then mark the break of mode."
        )
    elif fell_on_one_base:
        verdict = "consistent"
        conclusion = f"The share fell on one base too. {text}"
    else:
        verdict = "contradicted"
        conclusion = f"There is no fall, printed or rebased. {text}"
    return build_finding(
        "F16",
        title="BVA changed base and mode",
        claim="Use of social networks for service fell from 2012 to 2014.",
        figures=(
            "P080",
            "P087",
            "P090",
            "P095",
            "C046",
            "P097",
            "P105",
            "P107",
            "P116",
            *span("D", 1, 4),
            "D033",
            "D034",
        ),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f19(ledger: Ledger) -> Finding:
    """Were two channels swapped in 2023?"""
    t = Terms(ledger)

    def distance(email: str, click: str) -> float:
        return abs(t(email).value - t("P110").value) + abs(t(click).value - t("P112").value)

    def shown(email: str, click: str) -> str:
        return (
            f"|{t(email).text} - {t('P110').text}| + |{t(click).text} - {t('P112').text}| = "
            f"{distance(email, click):.2f}"
        )

    printed, swapped = distance("P125a", "P125c"), distance("P125c", "P125a")
    steps = [
        remark(
            "distance from 2020 as printed, e-mail and click-to-call",
            shown("P125a", "P125c"),
            ("P125a", "P125c", "P110", "P112"),
            printed,
        ),
        remark(
            "distance from 2020 with the two swapped",
            shown("P125c", "P125a"),
            ("P125a", "P125c", "P110", "P112"),
            swapped,
        ),
        comparison("e-mail deduced by undoing the swap", t("P125b"), t("P125c")),
        comparison("click-to-call deduced by undoing the swap", t("P125d"), t("P125a")),
    ]
    # Ten points a channel in three years would be an unusual change in this observatory.
    if printed > 0.2 and swapped < printed / 2:
        verdict = "implausible"
        conclusion = (
            "Very likely swapped: with the two exchanged, the year is "
            f"{swapped:.2f} from 2020 instead of {printed:.2f}. P125b and P125d are deductions."
        )
    elif printed <= swapped:
        verdict = "consistent"
        conclusion = "As printed, 2023 is closer to 2020 than with the two channels exchanged."
    else:
        verdict = "undecided"
        conclusion = "The distances do not tell a swap from a change."
    return build_finding(
        "F19",
        title="Two swapped channels",
        claim="In 2023 click-to-call led e-mail, as relayed.",
        figures=("P125a", "P125b", "P125c", "P125d", "P110", "P112"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f24(ledger: Ledger) -> Finding:
    """Can complaints on social media be followed through a change of mode?"""
    t = Terms(ledger)
    series = ("L029a", "L029b", "L030b", "L030a")
    modes = _modes(t, series)
    before = t("L030a") / 2
    steps = [
        remark(
            _years(t, series),
            ", ".join(
                t.figure(key).published if t.figure(key).value is None else t(key).text
                for key in series
            ),
            series,
            t("L030a").value - t("L029a").value,
        ),
        remark("mode of each year", "; ".join(modes), series, float(len(set(modes)))),
        result(
            "2020, at most, since 2023 is more than twice as much",
            before,
            places=2,
            against=t.figures("L030b"),
            end="high",
        ),
        remark(
            "mode at Pew, 2012 and 2021",
            "; ".join(_modes(t, ("L038e", "L039a"))),
            ("L038e", "L039a"),
        ),
        remark(
            "mode at BVA, 2012 and 2015", "; ".join(_modes(t, ("P080", "P097"))), ("P080", "P097")
        ),
        result("digital as main channel, 2023 against 2013", t("L031b") / t("L031a"), places=0),
    ]
    if len(set(modes)) > 1:
        verdict = "not_comparable"
        conclusion = "Mark the break: the mode changes inside the series. "
    else:
        verdict = "consistent"
        conclusion = "One mode throughout: the series can be read as one. "
    if t.figure("L031a").verified != "yes":
        conclusion += "Outlets even disagree on the year of L031a."
    return build_finding(
        "F24",
        title="Breaks of mode",
        claim="Complaints on social media from 2011 to 2023 form one series.",
        figures=(
            "L029a",
            "L029b",
            "L030a",
            "L030b",
            "L031a",
            "L031b",
            "L038a",
            "L038b",
            "L038c",
            "L038d",
            "L038e",
            "L039a",
            "L039b",
            "L039c",
            "L039d",
            "P080",
            "P097",
        ),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion.strip(),
    )
