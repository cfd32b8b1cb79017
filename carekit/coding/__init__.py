"""Text → flags: language, questions, tone, complaints, abuse, personal data; coding, policy.

Every flag stands alone: a complaint may ask, a thank-you may hold a phone number. Names are loaded
when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

# Module → the names that it gives.
_ROOMS: dict[str, str] = {
    "carekit.coding.coding_sheet": "load_codebook read_coding_sheet write_coding_sheet",
    "carekit.coding.coding_workflow": "draw_sample measure_agreement measure_coders write_sheets",
    "carekit.coding.embeddings": "EmbeddingClassifier",
    "carekit.coding.evaluation": "evaluate train",
    "carekit.coding.flagged": "flag_requests",
    "carekit.coding.flagging": "flag_dataset summarise_flags",
    "carekit.coding.policy": "apply_policy assess_risk check_policy load_policy summarise_workload "
    "write_policy",
    "carekit.coding.sampling": "sample_for_coding",
    "carekit.coding.trained": "TrainedTriage",
    "carekit.coding.ways": "ways_of_counting",
    "carekit.text.abuse": "score_abuse",
    "carekit.text.handoffs": "HANDOFF_PATTERNS flag_handoffs",
    "carekit.text.language": "detect_language",
    "carekit.text.personal_data": "find_personal_data redact",
    "carekit.text.questions": "QUESTION_PATTERNS flag_questions",
    "carekit.text.rules": "RuleTriage comment_class",
    "carekit.text.tone": "score_tone",
}
_LAZY = {name: module for module, names in _ROOMS.items() for name in names.split()}

__all__ = sorted(_LAZY)


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'carekit.coding' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
