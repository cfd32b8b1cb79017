"""Truth of the accounts for care: displacement (H27), anger (H28), growth (F09)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.sample import expected, plan
from carekit.sample.requests import NEVER, care_accounts, seconds
from carekit.sample.roster import brands
from carekit.sample.truth.quantity import Entry, change, portion, quantity, share


def care(o: pd.DataFrame) -> list[Entry]:
    """Where the openings go once a brand has an account for care."""
    known = {
        (i, network): (seconds(moment), b.care_effect if network == b.care_network else "start")
        for i, b in enumerate(brands())
        for network, moment in care_accounts(b)
    }
    found = [known.get(p, (NEVER, "")) for p in zip(o["firm"], o["network"], strict=True)]
    frame = o.assign(
        effect=[effect for _, effect in found],
        after=o["at"] >= np.array([moment for moment, _ in found]),
    )
    n, k = len(brands()), sum(bool(b.care_x_since or b.care_network == "x") for b in brands())
    accounts = quantity("has_care_account", k / n, realised=portion(k, n))
    return [*_displacement(frame), *_moods(frame), *_anger(frame), accounts]


def _displacement(o: pd.DataFrame) -> list[Entry]:
    negative = o["tone"].eq("negative")
    main = o["addressed"] & ~o["to_care"]
    made = []
    for network in ("facebook", "x"):
        for effect in ("displaced", "none"):
            by = {"network": network, "effect": effect}
            rows = main & o["effect"].eq(effect) & o["network"].eq(network)
            before = expected.negative_share_on_main(network, None)
            after = expected.negative_share_on_main(network, effect)
            for when, value, mine in (
                ("before", before, rows & ~o["after"]),
                ("after", after, rows & o["after"]),
            ):
                realised = share(negative, mine)
                group = {**by, "when": when}
                made.append(quantity("negative_share_on_main", value, group, realised))
            made.append(quantity("displacement_effect", after - before, by))
    return made


def _moods(o: pd.DataFrame) -> list[Entry]:
    there = o["addressed"] & o["after"] & o["effect"].isin(["displaced", "start"])
    return [
        quantity("care_share", v, {"mood": m}, share(o["to_care"], there & o["mood"].eq(m)))
        for m, v in plan.CARE_SHARE["displaced"].items()
    ]


def _anger(o: pd.DataFrame) -> list[Entry]:
    made = [quantity("anger_odds_ratio", plan.ANGER_ODDS)]
    for network in [name for name, base in plan.UNADDRESSED_SHARE.items() if base]:
        for angry in (False, True):
            value = expected.unaddressed_share(network, angry)
            by = {"network": network, "angry": str(angry).lower()}
            rows = o["network"].eq(network) & o["angry"].eq(angry)
            made.append(quantity("unaddressed_share", value, by, share(~o["addressed"], rows)))
    return made


def growth(o: pd.DataFrame) -> list[Entry]:
    """Growth of what care accounts on X get, and its split by accounts and by demand."""
    planted = expected.care_growth()
    old = np.array([bool(b.care_x_since) for b in brands()])
    mine = o["network"].eq("x") & o["to_care"]
    windows = [
        mine & o["at"].ge(seconds(low)) & o["at"].lt(seconds(high))
        for low, high in expected.growth_windows()
    ]
    since = pd.Series(old[o["firm"]], index=o.index)
    n_old, n_new = int(old.sum()), sum(b.care_network == "x" for b in brands())
    counts = {
        "total": [int(w.sum()) for w in windows],
        "like_for_like": [int((w & since).sum()) for w in windows],
        "accounts": [n_old, n_old + n_new],
    }
    made = [
        quantity(
            f"mentions_growth:{name}",
            planted[name],
            {"accounts": name},
            change(before, after, less=1),
        )
        for name, (before, after) in counts.items()
    ]
    return [*made, quantity("yearly_growth", plan.YEARLY_GROWTH)]
