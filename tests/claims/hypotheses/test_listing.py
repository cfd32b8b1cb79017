"""The hypotheses with their tests and the figures named in their evidence."""

from __future__ import annotations

import pytest

from carekit.claims.hypotheses import hypotheses_table
from carekit.errors import SchemaError


def test_every_hypothesis_is_listed_with_its_test(ledger):
    table = hypotheses_table(ledger)
    assert table["hypothesis_id"].tolist() == [f"H{n:02d}" for n in range(1, 32)]
    assert table["test"].notna().all()


def test_figures_of_the_evidence_are_listed(ledger):
    figures = hypotheses_table(ledger).set_index("hypothesis_id")["figures"]
    assert figures["H15"] == "P027f, P027b"
    assert figures["H11"] == "P002, P005, L018a, L018b, L018c, L018d, P106b, P106c"
    assert figures["H22"] == "C074, C075, C076, C077, C078, C079, P138"
    assert figures["H17"] == ""


def test_named_figures_exist(ledger):
    known = set(ledger.figures["figure_id"])
    for cell in hypotheses_table(ledger)["figures"]:
        assert {part for part in cell.split(", ") if part} <= known


def test_needs_are_words_separated_by_commas(ledger):
    needs = hypotheses_table(ledger).set_index("hypothesis_id")["needs"]
    assert needs["H02"] == "figures, calls"


def test_figures_are_ids_and_those_that_another_ledger_lacks_are_left_out(ledger):
    frame = ledger.hypotheses
    assert set(";".join(frame["figures"].dropna()).split(";")) <= set(ledger.figures["figure_id"])
    frame.loc[0, "figures"] = "C001;C999"
    assert hypotheses_table(ledger.replace(hypotheses=frame)).loc[0, "figures"] == "C001"
    frame.loc[0, "figures"] = "C001, C002"
    with pytest.raises(SchemaError, match=r"1 row whose `figures` are no ids of figures: H01"):
        ledger.replace(hypotheses=frame)
