"""Truth of the threads: asking again, redirections, hand-offs, what the collection missed."""

from __future__ import annotations

import pandas as pd

from carekit.sample import plan
from carekit.sample.requests import NEVER, seconds
from carekit.sample.truth.quantity import Entry, quantity, share


def threads(posts: pd.DataFrame, o: pd.DataFrame, first: pd.DataFrame) -> list[Entry]:
    """Of all `posts`, their openings `o` and the brands' `first` answers."""
    again = o["key"].isin(posts.loc[posts["kind"] == "again", "root"])
    followed = posts.loc[posts["kind"].isin(list(plan.FOLLOW_UP_KIND)), "parent"]
    to, handoff = first["redirects"], first["handoff"]
    shares = plan.REDIRECT_SHARE
    early = share(o["observed_at"] < seconds(plan.END))
    return [
        quantity(
            "asks_again_propensity",
            plan.ASKS_AGAIN_SHARE,
            median=plan.ASKS_AGAIN_MEDIAN,
            sigma=plan.ASKS_AGAIN_SIGMA,
        ),
        quantity("asked_again_share", None, None, share(again)),
        quantity(
            "follow_up_share", plan.FOLLOW_UP_SHARE[0], None, share(first["key"].isin(followed))
        ),
        *(
            quantity(f"redirect_share:{k}", v, {"destination": k}, share(to.str.contains(k)))
            for k, v in shares.items()
        ),
        quantity("redirect_share:any", plan.REDIRECT_ANY, {"destination": "any"}, share(to != "")),
        *(
            quantity(f"handoff_share:{kind}", v, {"handoff": kind}, share(handoff.eq(kind)))
            for kind, v in (
                ("requested", shares["private_message"]),
                ("announced", plan.ANNOUNCED_SHARE),
            )
        ),
        quantity(
            "early_look_share", plan.EARLY_LOOK_SHARE, None, early, median=plan.EARLY_LOOK_MEDIAN
        ),
        quantity("deleted_share", plan.DELETED_SHARE, None, share(o["deleted_at"] < NEVER)),
    ]
