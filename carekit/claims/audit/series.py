"""Series over years that change their base, their mode or their labels on the way."""

from __future__ import annotations

from carekit.claims.audit.arithmetic import total
from carekit.claims.audit.finding import Working, finding, ids

# Social networks in the French observatory, 2012 to 2017 and 2020.
_SOCIAL = ("P087", "P095", "C046", "P097", "P105", "P107", "P116")


def _modes(t: Working, figures: tuple[str, ...]) -> list[str]:
    return [t.figure(key).study.mode or "mode not stated" for key in figures]


def _years(t: Working, figures: tuple[str, ...]) -> str:
    starts = (t.figure(key).period_start for key in figures)
    return ", ".join("no year" if start is None else str(start.year) for start in starts)


@finding(
    "F16",
    "BVA changed base and mode",
    claim="Use of social networks for service fell from 2012 to 2014.",
    figures="P080 P087 P090 P095 C046 P097 P105 P107 P116 D001:D004 D033 D034",
)
def base_and_mode(t: Working) -> tuple[str, str]:
    in_2012, in_2013 = t("P087") * t("P080"), t("P095") * t("P090")
    printed = [t(key) for key in _SOCIAL]
    rebased = [in_2012, in_2013, *printed[2:]]
    t.show("social networks 2012, of all French", in_2012, places=4, against="D001")
    t.show("social networks 2013, of all French", in_2013, places=4, against="D002")
    t.show("phone 2012, of all French", t("P081") * t("P080"), places=4, against="D003")
    t.show("phone 2013, of all French", t("P091") * t("P090"), places=4, against="D004")
    t.compare("phone 2013 against all who contacted anyone", t("P091"), t("P090"))
    base_of_2012 = t.show(
        "sum of the shares of 2012, against channels per user",
        total(t(key) for key in ids("P081:P089")),
        places=2,
        against="P140 D033",
    )
    sum_2020 = total(t(key) for key in ids("P110:P120"))
    t.show("sum of the shares of 2020", sum_2020, places=2)
    t.show("the same per user", sum_2020.as_known(2) / t("P109"), places=2, against="P142 D034")
    t.compare(
        "the share presented as a first in 2017, against that printed for 2012",
        t("P107"),
        t("P087"),
    )
    as_printed = ", ".join(term.text for term in printed)
    t.note(f"as printed, {_years(t, _SOCIAL)}", as_printed, _SOCIAL)
    t.note(
        "on one base",
        ", ".join(f"{term.value:.3f}" for term in rebased),
        (*_SOCIAL, "P080", "P090"),
        rebased[2].value - rebased[0].value,
    )
    t.note("mode of each year", "; ".join(_modes(t, _SOCIAL)), _SOCIAL)
    fell_as_printed = printed[2].value < printed[0].value
    fell_on_one_base = rebased[2].value < rebased[0].value
    text = (
        f"On one base the share goes from {rebased[0].value:.3f} in 2012 to "
        f"{rebased[2].value:.3f} in 2014."
    )
    if fell_as_printed and not base_of_2012.checks[0].agrees:
        return "undecided", (
            "The shares of 2012 do not add up to the channels per user: base not shown."
        )
    if fell_as_printed and not fell_on_one_base:
        return "artefact", (
            f"The fall from {printed[0].text} to {printed[2].text} is an artefact of the base. "
            f"{text} Rebase, then mark the break of mode."
        )
    if fell_on_one_base:
        return "consistent", f"The share fell on one base too. {text}"
    return "contradicted", f"There is no fall, printed or rebased. {text}"


@finding(
    "F19",
    "Two swapped channels",
    claim="In 2023 click-to-call led e-mail, as relayed.",
    figures="P125a P125b P125c P125d P110 P112",
)
def swapped(t: Working) -> tuple[str, str]:
    used = ("P125a", "P125c", "P110", "P112")

    def distance(label: str, email: str, click: str) -> float:
        value = abs(t(email).value - t("P110").value) + abs(t(click).value - t("P112").value)
        text = (
            f"|{t(email).text} - {t('P110').text}| + |{t(click).text} - {t('P112').text}| = "
            f"{value:.2f}"
        )
        t.note(label, text, used, value)
        return value

    as_printed = "distance from 2020 as printed, e-mail and click-to-call"
    printed = distance(as_printed, "P125a", "P125c")
    exchanged = distance("distance from 2020 with the two swapped", "P125c", "P125a")
    t.compare("e-mail deduced by undoing the swap", t("P125b"), t("P125c"))
    t.compare("click-to-call deduced by undoing the swap", t("P125d"), t("P125a"))
    # Ten points a channel in three years would be an unusual change in this observatory.
    if printed > 0.2 and exchanged < printed / 2:
        return "implausible", (
            "Very likely swapped: with the two exchanged, the year is "
            f"{exchanged:.2f} from 2020 instead of {printed:.2f}. P125b and P125d are deductions."
        )
    if printed <= exchanged:
        return "consistent", (
            "As printed, 2023 is closer to 2020 than with the two channels exchanged."
        )
    return "undecided", "The distances do not tell a swap from a change."


@finding(
    "F24",
    "Breaks of mode",
    claim="Complaints on social media from 2011 to 2023 form one series.",
    figures="L029a L029b L030a L030b L031a L031b L038a L038b L038c L038d L038e L039a L039b L039c "
    "L039d P080 P097",
)
def breaks_of_mode(t: Working) -> tuple[str, str]:
    series = ("L029a", "L029b", "L030b", "L030a")
    modes = _modes(t, series)
    printed = [t.figure(k).published if t.figure(k).value is None else t(k).text for k in series]
    t.note(_years(t, series), ", ".join(printed), series, t("L030a").value - t("L029a").value)
    t.note("mode of each year", "; ".join(modes), series, float(len(set(modes))))
    t.show(
        "2020, at most, since 2023 is more than twice as much",
        t("L030a") / 2,
        places=2,
        against="L030b",
        end="high",
    )
    for label, pair in (
        ("mode at Pew, 2012 and 2021", ("L038e", "L039a")),
        ("mode at BVA, 2012 and 2015", ("P080", "P097")),
    ):
        t.note(label, "; ".join(_modes(t, pair)), pair)
    t.show("digital as main channel, 2023 against 2013", t("L031b") / t("L031a"), places=0)
    if len(set(modes)) > 1:
        verdict, conclusion = (
            "not_comparable",
            "Mark the break: the mode changes inside the series.",
        )
    else:
        verdict = "consistent"
        conclusion = "One mode throughout: the series can be read as one."
    if t.figure("L031a").verified != "yes":
        conclusion += " Outlets even disagree on the year of L031a."
    return verdict, conclusion
