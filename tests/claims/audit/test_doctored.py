"""Change one value of the ledger and the finding changes: no conclusion is stored."""

from __future__ import annotations

import dataclasses

import pytest

from carekit.claims.audit import REGISTRY
from carekit.claims.ledger import Ledger

# finding, table, key, column, new value, verdict afterwards
DOCTORED = [
    ("F01", "figures", "C075", "value", 0.10, "consistent"),
    ("F02", "figures", "C074", "value", 0.60, "consistent"),
    ("F03", "figures", "C009a", "value", 0.0, "consistent"),
    ("F04", "figures", "C001", "value", 0.10, "contradicted"),
    ("F05", "figures", "C078", "group", "45-54", "consistent"),
    ("F06", "figures", "P010", "value", 1.0, "consistent"),
    ("F07", "figures", "C068", "value", 0.40, "undecided"),
    ("F08", "figures", "P020", "value", 1.0, "consistent"),
    ("F09", "figures", "P022", "value", 0.40, "undecided"),
    ("F10", "figures", "P030", "value_low", 1.0, "consistent"),
    ("F11", "figures", "C031", "value", 0.10, "undecided"),
    ("F12", "figures", "P070e", "value", 0.03, "contradicted"),
    ("F13", "figures", "P070d", "value", 0.30, "consistent"),
    ("F14", "figures", "C041", "value", 0.0, "consistent"),
    ("F15", "figures", "C045", "value", 0.99, "consistent"),
    ("F16", "figures", "P080", "value", 0.70, "consistent"),
    ("F17", "figures", "C060", "value", 2.7e9, "contradicted"),
    ("F18", "figures", "C034", "group_dim", "firm_size", "undecided"),
    ("F19", "figures", "P125a", "value", 0.56, "consistent"),
    ("F20", "figures", "P070a", "value", 0.90, "not_comparable"),
    ("F21", "figures", "P133", "value", 0.02, "consistent"),
    ("F22", "figures", "L001b", "value", 90.0, "consistent"),
    ("F23", "figures", "L028b", "asked_if", "uses_social_networks=yes", "consistent"),
    ("F24", "studies", "ccmc-2013", "mode", "online survey", "consistent"),
    ("F25", "figures", "L022e", "value", 0.259, "not_comparable"),
    ("F26", "figures", "P070a", "value", 1.0, "undecided"),
    ("F27", "figures", "C074", "sample_size", 108, "undecided"),
    ("F28", "figures", "C061", "study_id", "bva-2014", "contradicted"),
]


def doctored(ledger, table, key, column, new):
    frame = getattr(ledger, table)
    first = frame.columns[0]
    assert (frame[first] == key).sum() == 1
    frame.loc[frame[first] == key, column] = new
    return ledger.replace(**{table: frame})


def test_every_finding_is_doctored_once():
    assert [case[0] for case in DOCTORED] == sorted(REGISTRY)


@pytest.mark.parametrize(
    ("finding_id", "table", "key", "column", "new", "verdict"),
    DOCTORED,
    ids=[case[0] for case in DOCTORED],
)
def test_one_doctored_value_changes_the_finding(
    ledger, finding_id, table, key, column, new, verdict
):
    before = REGISTRY[finding_id](ledger)
    after = REGISTRY[finding_id](doctored(ledger, table, key, column, new))
    assert after.verdict == verdict
    # F23 goes by the condition on the base, which is in no sum.
    assert after.arithmetic != before.arithmetic or finding_id == "F23"
    assert after.conclusion != before.conclusion or finding_id in {"F20", "F25"}
    assert REGISTRY[finding_id](ledger) == before


class OneChanged:
    """A ledger whose figure `key` has its numbers pushed by `factor`."""

    def __init__(self, ledger: Ledger, key: str, factor: float) -> None:
        self._ledger, self._key, self._factor = ledger, key, factor

    def figure(self, figure_id):
        figure = self._ledger.figure(figure_id)
        if figure_id != self._key:
            return figure
        pushed = {
            name: None if number is None else number * self._factor
            for name, number in (
                ("value", figure.value),
                ("value_low", figure.value_low),
                ("value_high", figure.value_high),
            )
        }
        return dataclasses.replace(figure, **pushed)

    def __getattr__(self, name):
        return getattr(self._ledger, name)


# Figures named for their words (base, mode, label, verified), not for their number; those of F20
# and F21 inside a range; zero stays zero when it is pushed.
WORDS = {
    "F01": {"C007", "C008"},
    "F05": {"C079"},
    "F20": {"L011a", "L012", "P069a", "P065a", "P068a", "L003a", "L004a", "P051"},
    "F21": {"L024b", "L023a", "L023b", "L025c", "L026c"},
    "F10": {"C025", "C026"},
    "F17": {"C061"},
    "F24": {"L038e", "L039a", "P080", "P097"},
    "F27": {"C075", "C076", "C077", "P138", "C079"},
}


# The figures of F28 enter by their study, not by their number.
@pytest.mark.parametrize("finding_id", sorted(set(REGISTRY) - {"F28"}))
def test_every_figure_in_a_sum_moves_its_finding(ledger, finding_id):
    finding = REGISTRY[finding_id](ledger)
    used = {key for step in finding.arithmetic for key in step.figures}
    used -= WORDS.get(finding_id, set())
    still = {key for key in used if REGISTRY[finding_id](OneChanged(ledger, key, 0.7)) == finding}
    assert used
    assert still == set()


@pytest.mark.parametrize("finding_id", sorted(REGISTRY))
def test_a_zero_in_the_ledger_stops_no_finding(ledger, finding_id):
    for key in {key for step in REGISTRY[finding_id](ledger).arithmetic for key in step.figures}:
        assert REGISTRY[finding_id](OneChanged(ledger, key, 0.0)).arithmetic
