"""Every finding reproduces the numbers of data/claims/findings.md, from the rows alone."""

from __future__ import annotations

import re

import pytest

from carekit.claims.audit import REGISTRY, VERDICTS, audit
from carekit.dataset.resources import data_folder

ALL = [f"F{n:02d}" for n in range(1, 29)]

# finding → numbers printed in findings.md, with the places printed there
PRINTED = {
    "F01": [(0.20, 2), (0.07, 2), (-0.13, 2), (-0.04, 2)],
    "F02": [(0.283, 3), (0.280, 3), (0.298, 3), (0.305, 3), (0.673, 3)],
    "F03": [(1.31, 2), (1.37, 2)],
    "F04": [(2.79, 2), (2.91, 2)],
    "F05": [(1, 0), (0, 0)],
    "F06": [(1.0, 2), (0.21, 2), (0.49, 2), (0.70, 2)],
    "F07": [(0.03, 2), (0.023, 3), (-0.013, 3)],
    "F08": [(0.271, 3), (27, 0), (43, 0)],
    "F09": [
        (0.185, 3),
        (0.16, 2),
        (0.361, 3),
        (84.08, 2),
        (0.51, 2),
        (0.489, 3),
        (0.524, 3),
        (0.25, 2),
    ],
    "F10": [(0.371, 3)],
    "F11": [(0.99, 2), (0.0, 2)],
    "F12": [(0.027, 3), (0.476, 3), (0.267, 3), (0.587, 3), (4, 0)],
    "F13": [(0.937, 3), (0.684, 3), (0.689, 3)],
    "F14": [(11.75, 2), (11.88, 2), (13.13, 2), (0.58, 2), (0.87, 2)],
    "F15": [(70, 0), (61, 0), (63, 0), (0.773, 3), (0.931, 3), (0.95, 2)],
    "F16": [(0.0552, 4), (0.0627, 4), (2.70, 2), (2.90, 2), (3.72, 2)],
    "F17": [(0.83, 2), (0.17, 2)],
    "F18": [(0, 0)],
    "F19": [(0.74, 2), (0.06, 2)],
    "F20": [(0.107, 3), (0.14, 2), (0.10, 2), (0.18, 2), (0.12, 2)],
    "F21": [(15, 0)],
    "F22": [(11, 0)],
    "F23": [(8.3, 1)],
    "F24": [(0.16, 2)],
    "F25": [(0.121, 3), (0.102, 3)],
    "F26": [(-0.94, 2), (-0.54, 2)],
    "F27": [(0.020, 3), (108, 0), (171, 0), (0.071, 3), (0.056, 3)],
    "F28": [(0, 0)],
}

VERDICT = {
    "F01": "contradicted",
    "F02": "contradicted",
    "F03": "contradicted",
    "F04": "undecided",
    "F05": "contradicted",
    "F06": "contradicted",
    "F07": "undecided",
    "F08": "contradicted",
    "F09": "artefact",
    "F10": "undecided",
    "F11": "not_comparable",
    "F12": "contradicted",
    "F13": "artefact",
    "F14": "undecided",
    "F15": "unproven",
    "F16": "artefact",
    "F17": "contradicted",
    "F18": "unproven",
    "F19": "implausible",
    "F20": "not_comparable",
    "F21": "not_comparable",
    "F22": "reading_rule",
    "F23": "not_comparable",
    "F24": "not_comparable",
    "F25": "not_comparable",
    "F26": "reading_rule",
    "F27": "undecided",
    "F28": "reading_rule",
}


@pytest.fixture(scope="module")
def report(ledger):
    return audit(ledger)


def documented():
    """Finding id → (title, ids named) of the documentation beside the ledger."""
    text = (data_folder("claims") / "findings.md").read_text(encoding="utf-8")
    found = {}
    for block in re.split(r"\n(?=\*\*F\d\d )", text)[1:]:
        head = block.split("\n")[0]
        number, title, names = re.match(r"\*\*(F\d\d) (.+?)\*\* ?(.*)", head).groups()
        if not names:
            names = " ".join(re.findall(r"\| ([CPLD]\d.+?) \|$", block, flags=re.M))
        found[number] = (title.rstrip("."), names)
    return found


def ids_of(names, known):
    """`C074 to C079, P138` → ids; a range follows the order of the ledger."""
    ids = []
    for part in re.split(r",\s*|\s+(?=[CPLD]\d)(?<!to )", names):
        ends = re.findall(r"[CPLD]\d{3}[a-z]?", part)
        if len(ends) == 2 and " to " in part:
            ids += known[known.index(ends[0]) : known.index(ends[1]) + 1]
        else:
            ids += ends
    return ids


def test_there_are_the_28_documented_findings(report):
    assert [f.finding_id for f in report] == ALL == sorted(REGISTRY) == sorted(documented())


@pytest.mark.parametrize("finding_id", ALL)
def test_finding_reproduces_the_documented_numbers(report, finding_id):
    values = [step.value for step in report[finding_id].arithmetic if step.value is not None]
    for printed, places in PRINTED[finding_id]:
        near = [v for v in values if abs(v - printed) <= 0.5 * 10**-places + 1e-9]
        assert near, f"{printed} is not among {values}"


@pytest.mark.parametrize("finding_id", ALL)
def test_finding_has_the_documented_verdict(report, finding_id):
    assert report[finding_id].verdict == VERDICT[finding_id]


@pytest.mark.parametrize("finding_id", ALL)
def test_finding_names_the_documented_figures(report, ledger, finding_id):
    known = ledger.figures["figure_id"].tolist()
    named = [i for i in ids_of(documented()[finding_id][1], known) if i in known]
    if finding_id not in {"F24", "F26", "F28"}:  # L038 and L039 are families, H15 no figure
        assert named
    assert set(named) <= set(report[finding_id].figures)


@pytest.mark.parametrize("finding_id", ALL)
def test_finding_names_only_figures_of_the_ledger(report, ledger, finding_id):
    assert set(report[finding_id].figures) <= set(ledger.figures["figure_id"])


@pytest.mark.parametrize("finding_id", ALL)
def test_expression_ends_with_its_value(report, finding_id):
    for step in report[finding_id].arithmetic:
        match = re.search(r"= (-?[\d,]+(?:\.(\d+))?)$", step.expression)
        if match and step.value is not None and " - " not in step.label:
            places = len(match[2] or "")
            shown = float(match[1].replace(",", ""))
            # A comparison of equal sides ends in "= right side" and has the value 0.
            is_comparison = step.value == 0 and step.expression.count("=") == 1
            assert is_comparison or abs(shown - step.value) <= 0.5 * 10**-places + 1e-9, step


def test_every_derived_row_agrees_with_its_recomputation(report, ledger):
    checks = [c for finding in report for step in finding.arithmetic for c in step.checks]
    derived = [check for check in checks if check.figure_id.startswith("D")]
    assert [check for check in derived if not check.agrees] == []
    rows = set(ledger.select(status="derived")["figure_id"])
    # D035 is not part of any finding: P101 + 0.07.
    assert rows - {check.figure_id for check in checks} == {"D035"}
    value = ledger.figure("D035").value
    assert value == pytest.approx(ledger.figure("P101").value + 0.07)


def test_the_weights_of_the_age_table_are_those_documented(ledger):
    from carekit.claims.audit.preference_by_age import age_weights

    def normalised(**which):
        weights = [w.value for w in age_weights(ledger, **which)]
        return [round(w / sum(weights), 3) for w in weights]

    assert normalised(internet=False, networks=False) == [0.131, 0.175, 0.175, 0.192, 0.156, 0.172]
    assert normalised(internet=False, networks=True) == [0.169, 0.218, 0.210, 0.193, 0.126, 0.085]
    assert normalised(internet=True, networks=True) == [0.186, 0.234, 0.217, 0.192, 0.117, 0.054]


def test_weighted_means_agree_with_numpy(ledger, report):
    import numpy as np

    from carekit.claims.audit.preference_by_age import age_weights

    ages = [ledger.figure(k).value for k in ("C075", "C076", "C077", "P138", "C079", "C074")]
    weights = [w.value for w in age_weights(ledger, internet=True, networks=True)]
    assert report["F02"].arithmetic[3].value == pytest.approx(np.average(ages, weights=weights))


def test_wilson_interval_of_f15_is_the_frozen_formula(report):
    from math import sqrt

    k, n, z = 61, 70, 1.959963984540054
    p = k / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low, high = (step.value for step in report["F15"].arithmetic[4:6])
    assert (low, high) == pytest.approx((centre - half, centre + half))


def test_f16_puts_the_seven_years_on_one_base(report):
    line = next(s for s in report["F16"].arithmetic if s.label == "on one base")
    assert line.expression == "0.055, 0.063, 0.070, 0.090, 0.060, 0.100, 0.130"


def test_f20_gives_the_range_of_every_denominator(report):
    ranges = {step.label: step.expression for step in report["F20"].arithmetic}
    assert ranges == {
        "messages judged to need an answer": "0.11 to 0.217",
        "all posts by fans": "0.28",
        "complaint threads, 34 US firms": "0.53",
        "detected questions, Facebook": "0.62 to 0.76",
        "detected questions, Twitter": "0.30 to 0.40",
        "mentions of care accounts": "0.42 to 0.60",
        "test questions answered correctly, Twitter": "0.34 to 0.48",
        "customers who say never answered": "0.21 to 0.33",
        "largest against smallest": "0.76 / 0.11 = 6.9",
    }


def test_verdicts_are_words_of_the_vocabulary(report):
    assert {finding.verdict for finding in report} <= set(VERDICTS)
