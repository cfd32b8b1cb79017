"""Text → flags: language, questions, tone, complaints, abuse, personal data; coding, policy.

Every flag stands alone: a complaint may ask, a thank-you may hold a phone number. Names are loaded
when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

# public name → module that defines it
_LAZY: dict[str, str] = {
    "EmbeddingClassifier": "carekit.triage.embeddings",
    "HANDOFF_PATTERNS": "carekit.triage.handoffs",
    "QUESTION_PATTERNS": "carekit.triage.questions",
    "RuleTriage": "carekit.triage.rules",
    "TrainedTriage": "carekit.triage.trained",
    "apply_policy": "carekit.triage.policy",
    "assess_risk": "carekit.triage.policy",
    "check_policy": "carekit.triage.policy",
    "comment_class": "carekit.triage.rules",
    "detect_language": "carekit.triage.language",
    "draw_sample": "carekit.triage.coding_workflow",
    "evaluate": "carekit.triage.evaluation",
    "find_personal_data": "carekit.triage.personal_data",
    "flag_dataset": "carekit.triage.flagging",
    "flag_handoffs": "carekit.triage.handoffs",
    "flag_questions": "carekit.triage.questions",
    "load_codebook": "carekit.triage.coding_sheet",
    "load_policy": "carekit.triage.policy",
    "measure_agreement": "carekit.triage.coding_workflow",
    "measure_coders": "carekit.triage.coding_workflow",
    "read_coding_sheet": "carekit.triage.coding_sheet",
    "redact": "carekit.triage.personal_data",
    "sample_for_coding": "carekit.triage.coding",
    "score_abuse": "carekit.triage.abuse",
    "score_tone": "carekit.triage.tone",
    "summarise_flags": "carekit.triage.flagging",
    "summarise_workload": "carekit.triage.policy",
    "train": "carekit.triage.evaluation",
    "write_coding_sheet": "carekit.triage.coding_sheet",
    "write_policy": "carekit.triage.policy",
    "write_sheets": "carekit.triage.coding_workflow",
}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'carekit.triage' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
