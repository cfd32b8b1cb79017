"""truth.json: every planted quantity, what it is a share of, where it comes from, how to find it.

`value` is the parameter from which all samples are drawn; `realised` is what this very sample
holds before its traps. An interval should cover `value`; a count should come near `realised`,
and meet the counts of `tables` exactly.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.sample.requests import NEVER
from carekit.sample.roster import brands
from carekit.sample.truth.answers import answer_rates, telecom
from carekit.sample.truth.care import care, growth
from carekit.sample.truth.content import bursts, content
from carekit.sample.truth.quantity import Entry
from carekit.sample.truth.surveys import survey_quantities
from carekit.sample.truth.tables import count_tables
from carekit.sample.truth.threads import threads
from carekit.sample.truth.waits import waits

__all__ = ["count_tables", "post_quantities", "survey_quantities"]

# other kinds of post lack these, so that they come as objects
FLAGS = "addressed angry question marked irony plain abuse exposes to_care".split()


def post_quantities(posts: pd.DataFrame, firms: pd.DataFrame) -> list[Entry]:
    """Everything planted in the drawn `posts`, before the traps; `firms`: drawn for each brand."""
    opening = posts[posts["kind"] == "opening"].reset_index(drop=True)
    opening = opening.astype(dict.fromkeys(FLAGS, bool))
    first = posts[posts["kind"] == "answer"]
    opening["answered"] = opening["answer_at"] < NEVER
    opening["minutes"] = ((opening["answer_at"] - opening["at"]) / 60).where(opening["answered"])
    opening["country"] = np.array([b.country for b in brands()])[opening["firm"]]
    opening["telecom"] = np.array([b.telecom for b in brands()])[opening["firm"]]
    opening["direct"] = opening["key"].isin(first.loc[first["parent"] == first["root"], "root"])
    return [
        *answer_rates(opening),
        *telecom(opening),
        *waits(opening, firms),
        *care(opening),
        *growth(opening),
        *content(opening),
        *bursts(opening),
        *threads(posts, opening, first),
    ]
