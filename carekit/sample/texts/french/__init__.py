"""French fragments from which the texts of the sample are composed; all are our own.

The same keys as in `english`. Goods and services carry their article: {goods} reads "ma carte
SIM" and {the_goods} "la carte SIM". Signs that take a space before them in French are written
with a plain space here; `compose` sets the spaces that each writer uses.
"""

from __future__ import annotations

from carekit.sample.texts.french.brand import (
    BROADCAST,
    REDIRECT,
    REPLY,
    SUBSTANCE,
)
from carekit.sample.texts.french.openings import (
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
from carekit.sample.texts.french.threads import (
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
from carekit.sample.texts.french.words import (
    AMOUNTS,
    DOLLARS,
    FRANCS,
    GOODS_PAIRS,
    PERSONAL,
    PLACES,
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
    "DOLLARS",
    "EMOTION",
    "EXTRA",
    "FLAT",
    "FRANCS",
    "GOODS_PAIRS",
    "GREETING",
    "IRONY",
    "PERSONAL",
    "PLACES",
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
