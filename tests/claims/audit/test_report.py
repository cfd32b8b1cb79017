"""The audit as a report: table, text, HTML, one finding by its id."""

from __future__ import annotations

import re

import pytest

from carekit.claims.audit import VERDICTS, AuditReport, Finding, Step, audit
from carekit.claims.audit.arithmetic import constant
from carekit.claims.audit.finding import Working, agree, ids
from carekit.claims.audit.report import CHOSEN
from carekit.claims.replays.real_counts import real_counts
from carekit.claims.text import audit_text, figure_text, finding_text
from carekit.errors import InputError


def test_table_has_one_row_per_finding(ledger):
    table = audit(ledger).table
    assert table.columns.tolist() == [
        "finding_id", "title", "claim", "figures", "arithmetic", "verdict", "conclusion", "kind",
        "numbers", "outside",
    ]  # fmt: skip
    assert table["finding_id"].is_unique
    assert len(table) == 28
    assert table.notna().all().all()
    row = table.set_index("finding_id").loc["F23"]
    assert row["arithmetic"].startswith("ratio as announced: 0.25 / 0.03 = 8.3; base of L028a: UK")
    assert row["figures"] == "L028a, L028b"


def test_only_keeps_the_findings_asked_for(ledger):
    report = audit(ledger, only=["F16", "F08"])
    assert [finding.finding_id for finding in report] == ["F16", "F08"]
    assert report.table["finding_id"].tolist() == ["F16", "F08"]


def test_an_unknown_finding_is_refused(ledger):
    with pytest.raises(InputError) as caught:
        audit(ledger, only=["F08", "F99"])
    text = str(caught.value)
    assert text.startswith(
        "`finding_id` is 'F99', which is not a finding here; expected one of: F0"
    )
    assert text.endswith("F28. List them with `carekit claims audit`.")
    with pytest.raises(InputError, match="which is not a finding here; expected one of: F08\\."):
        audit(ledger, only=["F08"])["F16"]


def test_str_counts_the_claims_and_says_with_which_numbers_they_are_contradicted(ledger):
    assert str(audit(ledger)) == (
        "25 claims: 8 contradicted, 1 implausible, 5 undecided, 2 unproven, 3 artefact, 6 not "
        "comparable. Contradicted by arithmetic: 2 on their own numbers, 3 with the report of the "
        "study quoted, 3 with numbers from elsewhere. From elsewhere came: F01: the age table of "
        "another article and the study's own total (C074, C075, P133); F02: the US census of 2010 and "
        "Pew surveys of 2012 and 2013 (L038, L045, L046); F17: counts of the ITU for 2013 and of "
        "LinkedIn for January 2013 (L044, L047). 3 rules for readers: F22, F26, F28. What is audited "
        "was chosen because it looked suspicious: no rate of trust follows from it."
    )


def test_what_a_finding_needs_from_elsewhere_is_in_its_sums(ledger):
    for finding in audit(ledger):
        named = re.findall(r"[CPLD]\d{3}", finding.outside)
        used = {figure[:4] for step in finding.arithmetic for figure in step.figures}
        assert set(named) <= used
        assert bool(named) == (finding.numbers == "outside")


def test_html_escapes_what_the_ledger_says(ledger):
    frame = ledger.figures
    frame.loc[frame["figure_id"] == "L028a", "base"] = "<b>all</b>"
    html = audit(ledger.replace(figures=frame), only=["F23"])._repr_html_()
    assert "<b>all</b>" not in html
    assert "&lt;b&gt;all&lt;/b&gt;" in html
    assert "0.25 / 0.03 = 8.3" in html


def test_text_fits_its_width(ledger):
    for width in (80, 100):
        lines = audit_text(audit(ledger), width=width).splitlines()
        assert max(map(len, lines)) <= width
    assert (
        max(
            map(
                len,
                figure_text(ledger.figure("C023"), real_counts(["C023"]), width=70).splitlines(),
            )
        )
        <= 70
    )


def test_text_of_a_finding(ledger):
    assert finding_text(audit(ledger, only=["F23"]).findings[0]) == (
        "F23  Base switch in an announcement"
        "                                                   not comparable\n"
        "     Claim: Complaints on social media rose eightfold.\n"
        "     - ratio as announced: 0.25 / 0.03 = 8.3\n"
        "     - base of L028a: UK social media users, last three months\n"
        "     - base of L028b: all UK consumers\n"
        "     => The ratio of 8.3 divides a share of one base by a share of another. Refuse ratios "
        "when bases\n"
        "        differ.\n"
        "     Figures: L028a, L028b\n"
        "     not comparable: the figures share a word or a number and count different things"
    )


def test_a_verdict_outside_the_vocabulary_is_refused():
    with pytest.raises(InputError) as caught:
        Finding("F99", "t", "c", (), (), "wrong", "c")
    assert str(caught.value) == (
        f"`verdict` is 'wrong'; expected one of: {', '.join(VERDICTS)}. Choose one of these words."
    )


@pytest.mark.parametrize(
    ("left", "right", "expression"), [(1, 2, "1 < 2"), (2, 1, "2 > 1"), (2, 2, "2 = 2")]
)
def test_a_comparison_shows_the_sign_that_holds(left, right, expression):
    step = Working(None).compare("x", constant(left), constant(right))
    assert (step.expression, step.value) == (expression, left - right)


def test_a_result_says_whether_a_figure_agrees(ledger):
    step = Working(ledger).show("x", constant(0.2) + 0.071, against="D006")
    assert str(step) == "x: 0.2 + 0.071 = 0.271 (D006: 0.271, agrees)"
    step = Working(ledger).show("x", constant(0.3), against="D006")
    assert str(step) == "x: 0.3 = 0.300 (D006: 0.271, differs)"


def test_agreement_is_within_half_of_the_last_place():
    assert agree(0.2749999, 0.27, rounding=0.005)
    assert agree(0.285, 0.28, rounding=0.005)
    assert not agree(0.2751, 0.27, rounding=0.005)


def test_an_empty_report_is_a_report():
    report = AuditReport(())
    assert str(report) == CHOSEN
    assert report.table.empty


def test_ids_are_read_with_their_ranges():
    assert ids("C070 C074:C076 P044a") == ("C070", "C074", "C075", "C076", "P044a")


def test_steps_read_as_label_and_sum():
    assert str(Step("a", "1 + 1 = 2", 2.0)) == "a: 1 + 1 = 2"
