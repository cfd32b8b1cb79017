"""Truth of the answer rates: by country and network, telecom against others, between brands."""

from __future__ import annotations

import pandas as pd

from carekit.sample import expected, plan
from carekit.sample.roster import brands
from carekit.sample.truth.quantity import OURS, Entry, every, quantity, share

QUESTION = (
    "openings put to an account of the brand whose text holds a question mark, answered by at "
    "least one public post of the brand anywhere in the thread / all such openings; some answers "
    "(under 1 in 100) come after a deletion or after the last look and are not seen"
)
SOCIALBAKERS = "carekit measure answer-rate --definition socialbakers-2015 --by {by}"


def answer_rates(o: pd.DataFrame) -> list[Entry]:
    """Rates of openings `o`: questions by network and country, all openings by network."""
    asked = o["addressed"] & o["marked"]
    made = []
    for network in plan.NETWORK_SHARE:
        here = asked & o["network"].eq(network)
        world, figure = plan.WORLD_RATE.get(network, (expected.world_rate(network), "ours"))
        made.append(
            quantity(
                "question_answer_rate",
                world,
                definition=QUESTION,
                source=(figure,),
                recover=SOCIALBAKERS.format(by="network"),
                by={"network": network, "country": "all"},
                realised=share(o["answered"], here),
            )
        )
        for country in plan.COUNTRY_SHARE:
            known = plan.PUBLISHED_RATE.get((network, country))
            made.append(
                quantity(
                    "question_answer_rate",
                    expected.question_rate(network, country),
                    definition=QUESTION,
                    source=(known[1],) if known else OURS,
                    recover=SOCIALBAKERS.format(by="country,network"),
                    by={"network": network, "country": country},
                    realised=share(o["answered"], here & o["country"].eq(country)),
                )
            )
        made.append(
            quantity(
                "direct_answer_rate",
                expected.answered_share(network) * plan.DIRECT_SHARE,
                definition="openings (customer posts that reply to nothing) to which a brand post "
                "replies directly / all openings, whether they name an account or not",
                recover="carekit measure answer-rate --definition direct-opening --by network",
                by={"network": network},
                realised=share(o["direct"], o["network"].eq(network)),
            )
        )
    return [*made, *_other_rates(o)]


def _other_rates(o: pd.DataFrame) -> list[Entry]:
    return [
        quantity(
            "direct_answer_rate",
            sum(s * expected.answered_share(n) for n, s in plan.NETWORK_SHARE.items())
            * plan.DIRECT_SHARE,
            definition="openings to which a brand post replies directly / all openings",
            recover="carekit measure answer-rate --definition direct-opening",
            by={"network": "all"},
            realised=share(o["direct"], every(o)),
        ),
        quantity(
            "direct_share",
            plan.DIRECT_SHARE,
            definition="openings whose first answer replies to the opening itself / answered "
            "openings; the others are answered under a second post of the customer",
            recover="answered under direct-opening against anywhere in the thread",
            realised=share(o["direct"], o["answered"]),
        ),
        quantity(
            "unaddressed_answer_rate",
            plan.UNADDRESSED_RATE,
            definition="openings that name no account (column account is null), answered / all "
            "such openings",
            recover="carekit measure answer-rate --by surface",
            realised=share(o["answered"], ~o["addressed"]),
        ),
        quantity(
            "brand_correlation",
            plan.BRAND_CORRELATION,
            unit="correlation",
            definition="intra-brand correlation of the answers to questions on one network: the "
            "rate of a brand is Beta(m M, (1 - m) M) with M = 1 / rho - 1, drawn once for each "
            "brand and network; the rates drawn are in `brands`",
            recover="beta-binomial fit of answered questions by brand, one network and country",
        ),
    ]


def telecom(o: pd.DataFrame) -> list[Entry]:
    """The sector that hides behind a pooled rate (F13), on Facebook."""
    here = o["addressed"] & o["marked"] & o["network"].eq("facebook")
    is_telecom = o["telecom"]
    n = sum(b.telecom for b in brands())
    by = {"network": "facebook"}
    made = [
        quantity(
            "question_answer_rate",
            expected.sector_rate("facebook", flag),
            definition=QUESTION,
            source=("P070c", "P070d", "C035"),
            recover=SOCIALBAKERS.format(by="network,sector"),
            by={**by, "sector": name},
            realised=share(o["answered"], here & is_telecom.eq(flag)),
        )
        for name, flag in (("telecom", True), ("all_but_telecom", False))
    ]
    return [
        *made,
        quantity(
            "telecom_question_share",
            plan.TELECOM_QUESTION_SHARE,
            definition="questions put to telecom brands / all questions put to accounts",
            source=("P070c",),
            recover="count questions by sector",
            by=by,
            realised=share(is_telecom, here),
        ),
        quantity(
            "telecom_answer_share",
            plan.TELECOM_ANSWER_SHARE,
            definition="answered questions of telecom brands / all answered questions",
            source=("P070d",),
            recover="count answered questions by sector",
            by=by,
            realised=share(is_telecom, here & o["answered"]),
        ),
        quantity(
            "telecom_brand_share",
            n / len(brands()),
            definition="telecom brands / brands; published (P070b) is below 0.02, which 60 brands "
            "cannot show",
            recover="count brands by sector",
            realised={"n": len(brands()), "k": n, "value": round(n / len(brands()), 6)},
        ),
    ]
