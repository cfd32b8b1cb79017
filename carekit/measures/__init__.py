"""Tables of posts → small tables of integers → results: one question, one file.

The measures themselves stand on the face (`carekit.answer_rate`, …); here is what goes with them.
"""

import carekit

__getattr__, __all__ = carekit.room(
    __name__,
    {
        "care_accounts": "care_event_study care_series",
        "events": "load_events",
        "sharing": "open_shared share_counts",
    },
)
