"""Terms carry value, text and figures together: what is shown is what is computed."""

from __future__ import annotations

import ast
import math
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.claims.audit.arithmetic import Term, constant, log, root, total
from carekit.claims.audit.finding import Working
from carekit.errors import InputError

_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def calculate(text):
    """Value of a written sum, by an independent reading of it."""

    def value(node):
        if isinstance(node, ast.BinOp):
            return _OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return -value(node.operand)
        return node.value

    return value(ast.parse(text.replace("×", "*").replace(",", ""), mode="eval").body)


terms = st.recursive(
    st.integers(1, 999).map(lambda n: Term(n / 100, f"{n / 100:.2f}", (f"C{n:03d}",))),
    lambda inner: st.tuples(inner, inner, st.sampled_from("+-*/")).map(
        lambda parts: {
            "+": operator.add,
            "-": operator.sub,
            "*": operator.mul,
            "/": operator.truediv,
        }[parts[2]](parts[0], parts[1])
    ),
    max_leaves=8,
)


@given(terms)
def test_the_text_of_a_term_computes_to_its_value(term):
    if not math.isfinite(term.value):
        return
    try:
        again = calculate(term.text)
    except ZeroDivisionError:
        return
    assert again == pytest.approx(term.value, rel=1e-6, abs=1e-6)


def test_terms_know_their_figures_once_and_in_order(ledger):
    t = Working(ledger)
    term = t("C022") * t("P020") + t("C022")
    assert term.figures == ("C022", "P020")
    assert term.text == "0.43 × 0.63 + 0.43"


def test_brackets_appear_where_they_are_needed(ledger):
    t = Working(ledger)
    assert ((1 + t("P019")) / (1 + t("P023")) - 1).text == "(1 + 0.41) / (1 + 0.19) - 1"
    assert (t("C022") - (t("P020") - 1)).text == "0.43 - (0.63 - 1)"
    assert (t("C022") / (t("P020") / 2)).text == "0.43 / (0.63 / 2)"
    assert (2 * t("C022")).text == "2 × 0.43"
    assert t("C041").text == "(-0.0156)"


def test_division_by_zero_is_not_a_number():
    assert math.isnan((constant(1) / constant(0)).value)
    assert math.isnan(log(constant(0)).value)
    assert math.isnan(root(constant(-1)).value)


def test_total_adds_in_order():
    assert total([constant(1), constant(2), constant(3)]).text == "1 + 2 + 3"


def test_ends_of_a_bracket_fall_back_on_the_value(ledger):
    t = Working(ledger)
    assert (t.low("C014b").value, t.high("C014b").value) == (0.11, 0.13)
    assert (t.low("C022").value, t.high("C022").value) == (0.43, 0.43)
    assert (t.size("P020").text, t.size("C046").text) == ("43", "1,000")  # the latter is assumed


def test_an_empty_cell_names_figure_and_column(ledger):
    with pytest.raises(InputError) as caught:
        Working(ledger)("C014b")
    assert str(caught.value) == (
        "the audit needs `value` of figure C014b, which is empty; expected a number. Fill the cell "
        "in published_figures.csv."
    )
