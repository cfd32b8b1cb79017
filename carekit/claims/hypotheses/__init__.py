"""The hypotheses of the articles: tests declared once, evidence of four kinds, one verdict each."""

from carekit.claims.hypotheses.evidence import Evidence, HypothesisVerdict
from carekit.claims.hypotheses.judge import (
    hypotheses_table,
    judge_hypotheses,
    judge_hypothesis,
    table_hypotheses,
)
from carekit.claims.hypotheses.registry import cannot_test, tests

__all__ = [
    "Evidence",
    "HypothesisVerdict",
    "cannot_test",
    "hypotheses_table",
    "judge_hypotheses",
    "judge_hypothesis",
    "table_hypotheses",
    "tests",
]
