"""Truth of the answer rates: by country and network, telecom against others, between brands."""

from __future__ import annotations

import pandas as pd

from carekit.sample import expected, plan
from carekit.sample.roster import brands
from carekit.sample.truth.quantity import OURS, Entry, portion, quantity, share


def answer_rates(o: pd.DataFrame) -> list[Entry]:
    """Rates of openings `o`: questions by network and country, all openings by network."""
    asked, rate = o["addressed"] & o["marked"], "question_answer_rate"
    made = []
    for network in plan.NETWORK_SHARE:
        here = asked & o["network"].eq(network)
        world, figure = plan.WORLD_RATE.get(network, (expected.world_rate(network), "ours"))
        by, realised = {"network": network, "country": "all"}, share(o["answered"], here)
        made.append(quantity(rate, world, by, realised, source=[figure], groups="network"))
        for country in plan.COUNTRY_SHARE:
            known = plan.PUBLISHED_RATE.get(network, {}).get(country)
            source = OURS if known is None else known[1:]
            value, by = expected.question_rate(network, country), {**by, "country": country}
            realised = share(o["answered"], here & o["country"].eq(country))
            made.append(
                quantity(rate, value, by, realised, source=source, groups="country,network")
            )
        direct = expected.answered_share(network) * plan.DIRECT_SHARE
        realised = share(o["direct"], o["network"].eq(network))
        made.append(quantity("direct_answer_rate:network", direct, {"network": network}, realised))
    answered = sum(s * expected.answered_share(n) for n, s in plan.NETWORK_SHARE.items())
    direct = answered * plan.DIRECT_SHARE
    return [
        *made,
        quantity("direct_answer_rate:all", direct, {"network": "all"}, share(o["direct"])),
        quantity("direct_share", plan.DIRECT_SHARE, None, share(o["direct"], o["answered"])),
        quantity(
            "unaddressed_answer_rate",
            plan.UNADDRESSED_RATE,
            realised=share(o["answered"], ~o["addressed"]),
        ),
        quantity("brand_correlation", plan.BRAND_CORRELATION),
    ]


def telecom(o: pd.DataFrame) -> list[Entry]:
    """The sector that hides behind a pooled rate (F13), on Facebook."""
    here = o["addressed"] & o["marked"] & o["network"].eq("facebook")
    is_telecom, by = o["telecom"], {"network": "facebook"}
    n = sum(b.telecom for b in brands())
    made = [
        quantity(
            "question_answer_rate",
            expected.sector_rate("facebook", flag),
            {**by, "sector": name},
            share(o["answered"], here & is_telecom.eq(flag)),
            source=("P070c", "P070d", "C035"),
            groups="network,sector",
        )
        for name, flag in (("telecom", True), ("all_but_telecom", False))
    ]
    questions, answers = plan.TELECOM_QUESTION_SHARE, plan.TELECOM_ANSWER_SHARE
    return [
        *made,
        quantity("telecom_question_share", questions, by, share(is_telecom, here)),
        quantity("telecom_answer_share", answers, by, share(is_telecom, here & o["answered"])),
        quantity("telecom_brand_share", n / len(brands()), realised=portion(n, len(brands()))),
    ]
