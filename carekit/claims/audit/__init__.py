"""The arithmetic audit: every finding recomputed from the ledger's own rows, no data needed.

Each finding is a small pure function of a ledger (`f01` for F01). It shows its sums, decides a
verdict among `VERDICTS` by comparing numbers, and draws the conclusion that goes with that verdict:
change a number in the ledger and the finding changes with it.
"""

from __future__ import annotations

from carekit.claims.audit import (
    composition,
    levels_and_growth,
    preference_by_age,
    same_word,
    series,
    small_samples,
    sources,
    sums_and_bases,
)
from carekit.claims.audit.finding import REGISTRY, VERDICTS, Check, Finding, Step
from carekit.claims.audit.report import AuditReport, audit, audit_table

# Importing a module registers its findings.
_MODULES = (
    composition,
    levels_and_growth,
    preference_by_age,
    same_word,
    series,
    small_samples,
    sources,
    sums_and_bases,
)

__all__ = [
    "REGISTRY",
    "VERDICTS",
    "AuditReport",
    "Check",
    "Finding",
    "Step",
    "audit",
    "audit_table",
]
