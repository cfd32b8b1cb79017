"""Truth of the threads: asking again, redirections, hand-offs, what the collection missed."""

from __future__ import annotations

import pandas as pd

from carekit.sample import plan
from carekit.sample.requests import NEVER, seconds
from carekit.sample.truth.quantity import Entry, every, quantity, share

FIGURES = dict(zip(plan.REDIRECT_SHARE, ("P027c", "P027d", "P027e", "P027f", "P027g"), strict=True))


def threads(posts: pd.DataFrame, o: pd.DataFrame, first: pd.DataFrame) -> list[Entry]:
    """Of all `posts`, their openings `o` and the brands' `first` answers."""
    again = o["key"].isin(posts.loc[posts["kind"] == "again", "root"])
    made = [
        quantity(
            "asks_again_propensity",
            plan.ASKS_AGAIN_SHARE,
            definition="customers who write again if they wait long enough (after a lognormal "
            f"time, median {plan.ASKS_AGAIN_MEDIAN:.0f} minutes, sigma {plan.ASKS_AGAIN_SIGMA}) / "
            "customers",
            recover="carekit measure repeats, with the answer as a competing event",
        ),
        quantity(
            "asked_again_share",
            None,
            definition="openings whose author wrote again before the first answer, or before the "
            "last look if there was none / openings",
            recover="carekit measure repeats",
            realised=share(again, every(o)),
        ),
        quantity(
            "follow_up_share",
            plan.FOLLOW_UP_SHARE[0],
            definition="first answers under which the customer writes back / first answers, but "
            "for those that came too late to be seen",
            recover="customer posts that reply to a first answer",
            realised=share(
                first["key"].isin(
                    posts.loc[posts["kind"].isin(list(plan.FOLLOW_UP_KIND)), "parent"]
                ),
                every(first),
            ),
        ),
    ]
    return [*made, *_redirections(first), *_looks(o)]


def _redirections(first: pd.DataFrame) -> list[Entry]:
    text = "first answers that send the customer there / first answers; several may hold"
    measure = "labels.parquet, column redirects; carekit measure handoffs"
    made = [
        quantity(
            "redirect_share",
            value,
            definition=text,
            source=(FIGURES[kind],),
            recover=measure,
            by={"destination": kind},
            realised=share(first["redirects"].str.contains(kind), every(first)),
        )
        for kind, value in plan.REDIRECT_SHARE.items()
    ]
    made.append(
        quantity(
            "redirect_share",
            plan.REDIRECT_ANY,
            definition=text,
            source=("P027b",),
            recover=measure,
            by={"destination": "any"},
            realised=share(first["redirects"] != "", every(first)),
        )
    )
    made += [
        quantity(
            "handoff_share",
            value,
            definition=f"first answers in which a private message is {kind} / first answers",
            source=(source,),
            recover="carekit measure handoffs",
            by={"handoff": kind},
            realised=share(first["handoff"].eq(kind), every(first)),
        )
        for kind, value, source in (
            ("requested", plan.REDIRECT_SHARE["private_message"], "P027f"),
            ("announced", plan.ANNOUNCED_SHARE, "ours"),
        )
    ]
    return made


def _looks(o: pd.DataFrame) -> list[Entry]:
    return [
        quantity(
            "early_look_share",
            plan.EARLY_LOOK_SHARE,
            definition="openings whose thread was last looked at before the end (lognormal time "
            f"after the opening, median {plan.EARLY_LOOK_MEDIAN:.0f} minutes) / openings; those "
            "of the last days come out at the end all the same",
            recover="observed_at before the end of observation",
            realised=share(o["observed_at"] < seconds(plan.END), every(o)),
        ),
        quantity(
            "deleted_share",
            plan.DELETED_SHARE,
            definition="openings that are deleted one day or other / openings; `realised` counts "
            "those deleted before the last look",
            recover="deleted_at",
            realised=share(o["deleted_at"] < NEVER, every(o)),
        ),
    ]
