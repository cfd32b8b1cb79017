"""The arithmetic audit: every finding recomputed from the ledger's own rows, no data needed.

Each finding is a small function of a ledger. It shows its sums, decides a verdict among `VERDICTS`
by comparing numbers, and draws the conclusion that goes with that verdict: change a number in the
ledger and the finding changes with it.
"""

from carekit.claims.audit.finding import REGISTRY, VERDICTS, Check, Finding, Step
from carekit.claims.audit.report import AuditReport, audit

__all__ = ["REGISTRY", "VERDICTS", "AuditReport", "Check", "Finding", "Step", "audit"]
