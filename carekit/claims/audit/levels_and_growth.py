"""Growth printed beside the levels it should follow from."""

from __future__ import annotations

from carekit.claims.audit.arithmetic import Term
from carekit.claims.audit.finding import Working, finding
from carekit.errors import InputError


@finding(
    "F12",
    "Socialbakers against itself",
    claim="The printed growth rates follow from the printed levels.",
    figures="C033 P068b P069b P061 P062a P063e P065b P070e D024 D025 D026 D027 C032 C036",
)
def growth_and_levels(t: Working) -> tuple[str, str]:
    # The first figure of each line is the printed number, the second follows from the levels.
    growths = [
        t.show(
            "rise on the first quarter of 2015",
            t("P070a") / t("P069a") - 1,
            against="P070e D024",
        ),
        t.show("rise on Twitter in a quarter", t("P065a") / t("P064") - 1, against="P065b D026"),
        t.show("rise of questions in a year", t("P063c") / t("P062b") - 1, against="P063e D027"),
    ]
    t.show("answered in the second quarter of 2012", t("P062c") / t("P062b"), against="P062a")
    t.note("printed for June alone, one month of that quarter", t("P061").text, ("P061",))
    t.show(
        "first quarter of 2015, if the printed rise were right",
        t("P070a") / (1 + t("P070e")),
        against="D025 P069a",
    )
    ranked = t.figure("P068b").out_of
    if ranked is None:
        raise InputError(
            "the audit needs `out_of` of figure P068b, which is empty; expected the number of "
            "countries ranked. Fill the cell in published_figures.csv."
        )
    below = Term(float(ranked), str(ranked)) - t("P068b")
    t.show("countries below the United States on Twitter", below, places=0)
    wrong = [step for step in growths if not step.checks[0].agrees]
    verdict, conclusion = "consistent", "The printed growth rates follow from the levels. "
    if wrong:
        verdict = "contradicted"
        conclusion = (
            f"{len(wrong)} of {len(growths)} printed growth rates do not follow from the levels: "
            "use the levels with care, the growth rates not at all. "
        )
    conclusion += (
        f"The value printed as if it were the lowest (C033) has {below.value:.0f} countries below "
        "it. "
    )
    if all(t.figure(key).verified == "no" for key in ("C032", "C036")):
        conclusion += "The Canadian values (C032, C036) rest on the article alone."
    return verdict, conclusion


@finding(
    "F14",
    "A new channel with a past",
    claim="The printed fall tells the score of the year before.",
    figures="C040 C041 C042 C043 P130b D028 D029 D030",
)
def score_before(t: Working) -> tuple[str, str]:
    score, change = t("C040"), t("C041")
    # 1.56 of 100 points is 0.0156 of the scale of 20; 1.56 points of 20 are 100 times the cell.
    readings = [
        ("a relative change", score / (1 + change), "D028"),
        ("points of 100", score - change * 20, "D029"),
        ("points of 20", score - change * 100, "D030"),
    ]
    for label, term, derived in readings:
        read = f"score of the year before, the fall read as {label}"
        t.show(read, term, places=2, against=derived)
    values = [term.value for _, term, _ in readings]
    spread = max(values) - min(values)
    t.note(
        "between the readings",
        f"{max(values):.2f} - {min(values):.2f} = {spread:.2f}",
        ("C040", "C041"),
        spread,
    )
    t.compare("the best firm against the mean", t("C043"), score)
    t.compare("the mean against the bar to win", score, t("P130b"))
    t.show("testers, on a scale of 1", score / 20, places=2)
    t.show("users who are satisfied", t("C045"), places=2)
    verdict = "consistent"
    conclusion = "All readings of the change give the same score of the year before. "
    if spread > t.figure("C040").rounding * 2:
        verdict = "undecided"
        conclusion = "Do not compute with C041: three readings, three scores of the year before. "
    conclusion += "A change over a year shows that the channel existed the year before. "
    if t("C043").value > score.value:
        conclusion += f"{score.text} is a mean and no ceiling, with {t('C043').text} above it. "
    return verdict, conclusion + (
        f"Testers ({score.value / 20:.2f}) and users ({t('C045').text}) are two instruments, not "
        "a paradox."
    )
