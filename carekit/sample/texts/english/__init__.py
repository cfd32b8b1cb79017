"""English fragments from which the texts of the sample are composed; all are our own.

A fragment may hold slots: {brand}, {goods} and {service} (by sector), {when}, {span}, {amount}.
Questions stand without their question mark: half of the customers forget it.
"""

from __future__ import annotations

from carekit.sample.texts.english.brand import (
    BROADCAST,
    REDIRECT,
    REPLY,
    SUBSTANCE,
)
from carekit.sample.texts.english.openings import (
    ABUSE,
    CORES,
    EMOTION,
    EXTRA,
    FLAT,
    GREETING,
    IRONY,
    QUESTIONS,
    RHETORICAL,
    TAGS,
)
from carekit.sample.texts.english.threads import (
    AGAIN,
    AGAIN_QUESTIONS,
    BOT,
    BYSTANDER,
    COMMENT,
    DETAILS,
    STILL,
    STILL_QUESTIONS,
    THANKS,
)
from carekit.sample.texts.english.words import (
    AMOUNTS,
    EUROS,
    GOODS,
    PERSONAL,
    PLACES,
    POUNDS,
    SERVICE,
    SINCE,
    SPAN,
    TOWNS,
    WHEN,
)

__all__ = [
    "ABUSE",
    "AGAIN",
    "AGAIN_QUESTIONS",
    "AMOUNTS",
    "BOT",
    "BROADCAST",
    "BYSTANDER",
    "COMMENT",
    "CORES",
    "DETAILS",
    "EMOTION",
    "EUROS",
    "EXTRA",
    "FLAT",
    "GOODS",
    "GREETING",
    "IRONY",
    "PERSONAL",
    "PLACES",
    "POUNDS",
    "QUESTIONS",
    "REDIRECT",
    "REPLY",
    "RHETORICAL",
    "SERVICE",
    "SINCE",
    "SPAN",
    "STILL",
    "STILL_QUESTIONS",
    "SUBSTANCE",
    "TAGS",
    "THANKS",
    "TOWNS",
    "WHEN",
]
