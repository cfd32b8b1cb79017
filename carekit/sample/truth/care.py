"""Truth of the accounts for care: displacement (H27), anger (H28), growth (F09)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.sample import expected, plan
from carekit.sample.requests import NEVER, care_accounts, seconds
from carekit.sample.roster import brands
from carekit.sample.truth.quantity import Entry, quantity, share


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
    return [*_displacement(frame), *_moods(frame), *_anger(frame), *_number_of_accounts()]


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
                made.append(
                    quantity(
                        "negative_share_on_main",
                        value,
                        definition="openings put to the main account whose true tone is negative "
                        "/ openings put to the main account",
                        recover="requests by account_kind and opened_at, with labels or triage",
                        by={**by, "when": when},
                        realised=share(negative, mine),
                    )
                )
            made.append(
                quantity(
                    "displacement_effect",
                    after - before,
                    unit="difference of proportions",
                    definition="negative share on the main account after its brand opened a care "
                    "account on that network, minus before; brands with effect 'none' lose the "
                    "same share of every tone",
                    recover="difference in differences, brands that opened none as controls",
                    by=by,
                )
            )
    return made


def _moods(o: pd.DataFrame) -> list[Entry]:
    there = o["addressed"] & o["after"] & o["effect"].isin(["displaced", "start"])
    return [
        quantity(
            "care_share",
            value,
            definition="openings of that mood put to the care account / openings of that mood put "
            "to any account of the brand, once a care account is open there (effect 'displaced', "
            "or open from the start); 'negative' leaves the angry ones out",
            recover="requests by account_kind, with labels or triage",
            by={"mood": mood},
            realised=share(o["to_care"], there & o["mood"].eq(mood)),
        )
        for mood, value in plan.CARE_SHARE["displaced"].items()
    ]


def _anger(o: pd.DataFrame) -> list[Entry]:
    made = [
        quantity(
            "anger_odds_ratio",
            plan.ANGER_ODDS,
            unit="odds ratio",
            definition="odds of naming no account of the brand, angry openings against others, "
            "within a network (H28)",
            recover="logistic model of a null account on anger and network, clustered by author",
        )
    ]
    for network, base in plan.UNADDRESSED_SHARE.items():
        for angry in (False, True) if base else ():
            made.append(
                quantity(
                    "unaddressed_share",
                    expected.unaddressed_share(network, angry),
                    definition="openings that name no account of the brand / openings",
                    recover="carekit measure surfaces --by network",
                    by={"network": network, "angry": str(angry).lower()},
                    realised=share(
                        ~o["addressed"], o["network"].eq(network) & o["angry"].eq(angry)
                    ),
                )
            )
    return made


def _number_of_accounts() -> list[Entry]:
    n = sum(bool(b.care_x_since or b.care_network == "x") for b in brands())
    return [
        quantity(
            "has_care_account",
            n / len(brands()),
            definition="brands with an account for care on X at the end / brands",
            source=("C022",),
            recover="accounts table: network x, account_kind care",
            realised={"n": len(brands()), "k": n, "value": round(n / len(brands()), 6)},
        )
    ]


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
    text = {
        "total": "openings put to care accounts on X, 1 January to 14 February 2015 against the "
        "same days of 2014, minus 1",
        "like_for_like": "the same for accounts that were open in both years",
        "accounts": "number of care accounts on X in the same two windows, minus 1",
    }
    figures = {"total": "P019", "like_for_like": "P022", "accounts": "P023"}
    made = [
        quantity(
            "mentions_growth",
            planted[name],
            unit="proportion_change",
            definition=text[name],
            source=(figures[name],),
            recover="carekit measure growth",
            by={"accounts": name},
            realised={
                "before": before,
                "after": after,
                "value": round(after / before - 1, 6) if before else None,
            },
        )
        for name, (before, after) in counts.items()
    ]
    made.append(
        quantity(
            "yearly_growth",
            plan.YEARLY_GROWTH,
            unit="proportion_change",
            definition="growth of openings of all kinds in 365 days, week days alike; the answered "
            "share does not change with time",
            recover="carekit measure growth; log-linear trend of openings by week",
        )
    )
    return made
