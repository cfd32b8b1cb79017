"""Text → flags: language, questions, tone, complaints, abuse, personal data; coding, policy.

Every flag stands alone: a complaint may ask, a thank-you may hold a phone number. Names are loaded
when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

# public name → module that defines it
_LAZY: dict[str, str] = {
    "EmbeddingClassifier": "carekit.coding.embeddings",
    "HANDOFF_PATTERNS": "carekit.text.handoffs",
    "QUESTION_PATTERNS": "carekit.text.questions",
    "RuleTriage": "carekit.text.rules",
    "TrainedTriage": "carekit.coding.trained",
    "ways_of_counting": "carekit.coding.ways",
    "apply_policy": "carekit.coding.policy",
    "assess_risk": "carekit.coding.policy",
    "check_policy": "carekit.coding.policy",
    "comment_class": "carekit.text.rules",
    "detect_language": "carekit.text.language",
    "draw_sample": "carekit.coding.coding_workflow",
    "evaluate": "carekit.coding.evaluation",
    "find_personal_data": "carekit.text.personal_data",
    "flag_requests": "carekit.coding.flagged",
    "flag_dataset": "carekit.coding.flagging",
    "flag_handoffs": "carekit.text.handoffs",
    "flag_questions": "carekit.text.questions",
    "load_codebook": "carekit.coding.coding_sheet",
    "load_policy": "carekit.coding.policy",
    "measure_agreement": "carekit.coding.coding_workflow",
    "measure_coders": "carekit.coding.coding_workflow",
    "read_coding_sheet": "carekit.coding.coding_sheet",
    "redact": "carekit.text.personal_data",
    "sample_for_coding": "carekit.coding.sampling",
    "score_abuse": "carekit.text.abuse",
    "score_tone": "carekit.text.tone",
    "summarise_flags": "carekit.coding.flagging",
    "summarise_workload": "carekit.coding.policy",
    "train": "carekit.coding.evaluation",
    "write_coding_sheet": "carekit.coding.coding_sheet",
    "write_policy": "carekit.coding.policy",
    "write_sheets": "carekit.coding.coding_workflow",
}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'carekit.coding' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
