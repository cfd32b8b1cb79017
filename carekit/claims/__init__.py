"""The ledger of published figures: load it, audit its arithmetic, replay it on a dataset.

Names are loaded when they are first used. The functions `audit` and `replay` share their names with
the modules that hold them: call them as `carekit.audit` and `carekit.replay`, or import them from
`carekit.claims.audit` and `carekit.claims.replay`.
"""

from __future__ import annotations

import importlib
from typing import Any

# public name → module that defines it
_LAZY: dict[str, str] = {
    "age_weights": "carekit.claims.audit.preference_by_age",
    "channel_use": "carekit.claims.published",
    "expectation_points": "carekit.claims.published",
    "AuditReport": "carekit.claims.audit",
    "Finding": "carekit.claims.audit",
    "Step": "carekit.claims.audit",
    "audit_table": "carekit.claims.audit",
    "Evidence": "carekit.claims.hypothesis_evidence",
    "HypothesisVerdict": "carekit.claims.hypothesis_evidence",
    "Decision": "carekit.claims.decision",
    "decide_verdict": "carekit.claims.decision",
    "Figure": "carekit.claims.figure",
    "Study": "carekit.claims.figure",
    "hypotheses_table": "carekit.claims.hypotheses",
    "judge_hypotheses": "carekit.claims.judging",
    "judge_hypothesis": "carekit.claims.judging",
    "Ledger": "carekit.claims.ledger",
    "load_ledger": "carekit.claims.ledger",
    "Measurement": "carekit.claims.measurement",
    "Verdict": "carekit.claims.replay",
    "register_measure": "carekit.claims.measurement",
    "registered_measures": "carekit.claims.replay",
    "replay_all": "carekit.claims.replay",
}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'carekit.claims' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
