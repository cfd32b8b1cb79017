"""The hypotheses with their tests and the figures named in their evidence."""

from __future__ import annotations

from carekit.claims.hypotheses import hypotheses_table


def test_every_hypothesis_is_listed_with_its_test(ledger):
    table = hypotheses_table(ledger)
    assert table["hypothesis_id"].tolist() == [f"H{n:02d}" for n in range(1, 32)]
    assert table["test"].notna().all()


def test_figures_are_read_from_the_evidence(ledger):
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


def test_a_figure_that_does_not_exist_is_not_counted(ledger):
    frame = ledger.hypotheses
    frame.loc[0, "known_evidence"] = "See C999, and C001 to P999."
    table = hypotheses_table(ledger.replace(hypotheses=frame))
    assert table.loc[0, "figures"] == "C001"
    assert table.loc[0, "n_figures"] == 1
