"""Published figures on customer service: a ledger, its audit, replays on data, hypotheses.

`carekit.audit`, `replay`, `replay_all`, `plate` and `published` stand on the face.
"""

import carekit

__getattr__, __all__ = carekit.room(
    __name__,
    {
        "audit.preference_by_age": "age_weights",
        "hypotheses": "judge_hypotheses judge_hypothesis",
        "ledger": "load_ledger",
        "published": "channel_use expectation_points",
        "replays.real_counts": "real_counts",
        "shown": "judged verdicts",
    },
)
