"""Text → flags: language, questions, tone, complaints, abuse, personal data; coding, policy.

Every flag stands alone: a complaint may ask, a thank-you may hold a phone number. Names are loaded
when they are first used.
"""

import carekit

__getattr__, __all__ = carekit.room(
    __name__,
    {
        "coding_sheet": "load_codebook read_coding_sheet write_coding_sheet",
        "coding_workflow": "draw_sample measure_agreement measure_coders write_sheets",
        "embeddings": "EmbeddingClassifier",
        "evaluation": "evaluate train",
        "flagged": "flag_requests",
        "flagging": "flag_dataset summarise_flags",
        "policy": "apply_policy assess_risk check_policy load_policy summarise_workload "
        "write_policy",
        "sampling": "sample_for_coding",
        "trained": "TrainedTriage",
        "ways": "ways_of_counting",
        ".text.abuse": "score_abuse",
        ".text.handoffs": "HANDOFF_PATTERNS flag_handoffs",
        ".text.language": "detect_language",
        ".text.personal_data": "find_personal_data redact",
        ".text.questions": "QUESTION_PATTERNS flag_questions",
        ".text.rules": "RuleTriage comment_class",
        ".text.tone": "score_tone",
    },
)


def __dir__() -> list[str]:
    return __all__
