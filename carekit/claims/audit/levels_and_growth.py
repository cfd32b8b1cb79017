"""Growth printed beside the levels it should follow from."""

from __future__ import annotations

import re

from carekit.claims.audit.arithmetic import Term, Terms
from carekit.claims.audit.finding import (
    Finding,
    build_finding,
    comparison,
    register_finding,
    remark,
    result,
)
from carekit.claims.ledger import Ledger
from carekit.errors import InputError


def _ranked_countries(ledger: Ledger, study_id: str, network: str) -> Term:
    """Number of ranked countries, which the ledger states in the population of the study."""
    found = re.search(
        rf"(\d+) (?:countries )?on {network}", ledger.study(study_id).population or ""
    )
    if found is None:
        raise InputError(
            f"the audit needs the number of countries ranked on {network} in the population of "
            f"study {study_id!r}, which does not state it; expected words like "
            f"'37 countries on {network}'. Correct `population` in studies.csv."
        )
    return Term(float(found[1]), found[1])


@register_finding
def f12(ledger: Ledger) -> Finding:
    """Do the growth rates of Socialbakers follow from its levels?"""
    t = Terms(ledger)
    growths = [
        result(
            "rise on the first quarter of 2015",
            t("P070a") / t("P069a") - 1,
            against=t.figures("P070e", "D024"),
        ),
        result(
            "rise on Twitter in a quarter",
            t("P065a") / t("P064") - 1,
            against=t.figures("P065b", "D026"),
        ),
        result(
            "rise of questions in a year",
            t("P063c") / t("P062b") - 1,
            against=t.figures("P063e", "D027"),
        ),
        result(
            "answered in the second quarter of 2012",
            t("P062c") / t("P062b"),
            against=t.figures("P061", "P062a"),
        ),
    ]
    ranked = _ranked_countries(ledger, t.figure("P068b").study_id, "Twitter")
    below = ranked - t("P068b")
    steps = [
        *growths,
        result(
            "first quarter of 2015, if the printed rise were right",
            t("P070a") / (1 + t("P070e")),
            against=t.figures("D025", "P069a"),
        ),
        result("countries below the United States on Twitter", below, places=0),
    ]
    # The first figure of each line is the printed number, the second follows from the levels.
    wrong = [step for step in growths if not step.checks[0].agrees]
    if wrong:
        verdict = "contradicted"
        conclusion = (
            f"{len(wrong)} of {len(growths)} printed numbers do not follow from the levels: "
            "use the levels with care, the growth rates not at all. "
        )
    else:
        verdict = "consistent"
        conclusion = "The printed growth rates follow from the levels. "
    conclusion += (
        f"The value printed as if it were the lowest (C033) has {below.value:.0f} countries below "
        "it. "
    )
    canadian = [t.figure(key) for key in ("C032", "C036")]
    if all(figure.verified == "no" for figure in canadian):
        conclusion += "The Canadian values (C032, C036) rest on the article alone."
    return build_finding(
        "F12",
        title="Socialbakers against itself",
        claim="The printed growth rates follow from the printed levels.",
        figures=(
            "C033",
            "P068b",
            "P069b",
            "P061",
            "P062a",
            "P063e",
            "P065b",
            "P070e",
            "D024",
            "D025",
            "D026",
            "D027",
            "C032",
            "C036",
        ),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f14(ledger: Ledger) -> Finding:
    """What was the mystery score of the year before?"""
    t = Terms(ledger)
    score, change = t("C040"), t("C041")
    # 1.56 of 100 points is 0.0156 of the scale of 20; 1.56 points of 20 are 100 times the cell.
    readings = [
        ("a relative change", score / (1 + change), "D028"),
        ("points of 100", score - change * 20, "D029"),
        ("points of 20", score - change * 100, "D030"),
    ]
    values = [term.value for _, term, _ in readings]
    spread = max(values) - min(values)
    steps = [
        *(
            result(
                f"score of the year before, the fall read as {label}",
                term,
                places=2,
                against=t.figures(derived),
            )
            for label, term, derived in readings
        ),
        remark(
            "between the readings",
            f"{max(values):.2f} - {min(values):.2f} = {spread:.2f}",
            ("C040", "C041"),
            spread,
        ),
        comparison("the best firm against the mean", t("C043"), score),
        comparison("the mean against the bar to win", score, t("P130b")),
        result("testers, on a scale of 1", score / 20, places=2),
        result("users who are satisfied", t("C045"), places=2),
    ]
    if spread > t.figure("C040").rounding * 2:
        verdict = "undecided"
        conclusion = "Do not compute with C041: three readings, three scores of the year before. "
    else:
        verdict = "consistent"
        conclusion = "All readings of the change give the same score of the year before. "
    conclusion += "A change over a year shows that the channel existed the year before. "
    if t("C043").value > score.value:
        conclusion += f"{score.text} is a mean and no ceiling, with {t('C043').text} above it. "
    conclusion += (
        f"Testers ({score.value / 20:.2f}) and users ({t('C045').text}) are two instruments, not "
        "a paradox."
    )
    return build_finding(
        "F14",
        title="A new channel with a past",
        claim="The printed fall tells the score of the year before.",
        figures=("C040", "C041", "C042", "C043", "P130b", "D028", "D029", "D030"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )
