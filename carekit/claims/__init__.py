"""The ledger of published figures: load, audit, replay."""

from __future__ import annotations

from carekit.claims.audit import AuditReport, Finding, Step, audit, audit_table
from carekit.claims.figure import Figure, Study
from carekit.claims.ledger import Ledger, load_ledger

__all__ = [
    "AuditReport",
    "Figure",
    "Finding",
    "Ledger",
    "Step",
    "Study",
    "audit",
    "audit_table",
    "load_ledger",
]
