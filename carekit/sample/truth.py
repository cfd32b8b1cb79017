"""truth.json: every planted quantity, what it is a share of, where it comes from, how to find it.

`value` is the parameter from which all samples are drawn; `realised` is what this very sample
holds before the traps were laid. An interval should cover `value`; a count should equal
`realised` up to the traps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from carekit.sample import coding, expected, plan
from carekit.sample.requests import NEVER, seconds
from carekit.sample.roster import brands


def quantity(
    name: str, value: float | None, unit: str, definition: str, source: str | list[str],
    recover: str, *, realised: dict[str, Any] | None = None, published: float | None = None,
    **keys: str,
) -> dict[str, Any]:  # fmt: skip
    """One entry of truth.json."""
    return {
        "name": name,
        "by": keys,
        "value": None if value is None else round(float(value), 6),
        "published": published,
        "unit": unit,
        "definition": definition,
        "source": source,
        "recover": recover,
        "realised": realised,
    }


def share(part: Any, whole: Any) -> dict[str, Any]:
    """Realised share of the rows of `whole` where `part` holds (two boolean series)."""
    n, k = int(np.sum(whole)), int(np.sum(np.asarray(part, bool) & np.asarray(whole, bool)))
    return {"n": n, "k": k, "value": round(k / n, 6) if n else None}


def post_quantities(posts: pd.DataFrame, firms: pd.DataFrame) -> list[dict[str, Any]]:
    """Everything planted in the posts; `posts` are the drawn ones, before the traps."""
    opening = posts[posts["kind"] == "opening"].reset_index(drop=True)
    # other kinds of post lack these, so that they came as objects
    flags = ["addressed", "angry", "question", "marked", "irony", "abuse", "exposes"]
    opening = opening.astype(dict.fromkeys(flags, bool))
    opening["answered"] = opening["answer_at"] < NEVER
    opening["minutes"] = ((opening["answer_at"] - opening["at"]) / 60).where(opening["answered"])
    opening["country"] = np.array([b.country for b in brands()])[opening["firm"]]
    opening["telecom"] = np.array([b.telecom for b in brands()])[opening["firm"]]
    first = posts[posts["kind"] == "answer"]
    opening["direct"] = opening["key"].isin(first.loc[first["parent"] == first["root"], "root"])
    return [
        *_rates(opening),
        *_telecom(opening),
        *_waits(opening, firms),
        *_care(opening),
        *_content(opening),
        *_threads(posts, opening, first),
        *_growth(opening),
        *_coding(),
    ]


QUESTION = (
    "openings put to an account of the brand whose text holds a question mark, answered by at "
    "least one public post of the brand anywhere in the thread / all such openings"
)


def _rates(o: pd.DataFrame) -> list[dict[str, Any]]:
    asked = o["addressed"] & o["marked"]
    how = "carekit measure answer-rate --definition socialbakers-2015 --by {by}"
    made = []
    for network, (published, figure) in plan.WORLD_RATE.items():
        made.append(
            quantity(
                "question_answer_rate", published, "proportion", QUESTION, [figure],
                how.format(by="network"), published=published, network=network, country="all",
                realised=share(o["answered"], asked & o["network"].eq(network)),
            )
        )  # fmt: skip
    for network in plan.NETWORK_SHARE:
        for country in plan.COUNTRY_SHARE:
            known = plan.PUBLISHED_RATE.get((network, country))
            here = asked & o["network"].eq(network) & o["country"].eq(country)
            made.append(
                quantity(
                    "question_answer_rate", expected.question_rate(network, country),
                    "proportion", QUESTION, [known[1]] if known else "ours",
                    how.format(by="country,network"), published=known[0] if known else None,
                    network=network, country=country, realised=share(o["answered"], here),
                )
            )  # fmt: skip
    for network in plan.NETWORK_SHARE:
        here = o["network"].eq(network)
        made.append(
            quantity(
                "direct_answer_rate", expected.answered_share(network) * plan.DIRECT_SHARE,
                "proportion",
                "openings (customer posts that reply to nothing) to which a brand post replies "
                "directly / all openings, whether they name an account or not",
                "ours", "carekit measure answer-rate --definition direct-opening --by network",
                network=network, realised=share(o["direct"], here),
            )
        )  # fmt: skip
    made.append(
        quantity(
            "unaddressed_answer_rate", plan.UNADDRESSED_RATE, "proportion",
            "openings that name no account (column account is null), answered / all such openings",
            "ours", "carekit measure answer-rate --by surface",
            realised=share(o["answered"], ~o["addressed"]),
        )
    )  # fmt: skip
    made.append(
        quantity(
            "brand_correlation", plan.BRAND_CORRELATION, "correlation",
            "intra-brand correlation of the answers to questions on one network: the rate of a "
            "brand is Beta(m M, (1 - m) M) with M = 1 / rho - 1, drawn once for each brand and "
            "network; the rates drawn are in `brands`",
            "ours", "carekit.inference: beta-binomial partial pooling of counts by brand",
        )
    )  # fmt: skip
    return made


def _telecom(o: pd.DataFrame) -> list[dict[str, Any]]:
    asked = o["addressed"] & o["marked"] & o["network"].eq("facebook")
    telecom = o["telecom"]
    mix = plan.COUNTRY_SHARE.items()
    made = []
    for name, flag, whole in (("telecom", True, 0.30), ("all_but_telecom", False, 0.70)):
        rate = sum(s * expected.group_rate("facebook", c, flag) for c, s in mix)
        made.append(
            quantity(
                "question_answer_rate", rate, "proportion", QUESTION,
                ["P070c", "P070d", "C035"],
                "carekit measure answer-rate --definition socialbakers-2015 --by network,sector",
                network="facebook", sector=name,
                realised=share(o["answered"], asked & telecom.eq(flag)),
            )
        )  # fmt: skip
        if flag:
            made.append(
                quantity(
                    "telecom_question_share", whole, "proportion",
                    "questions put to accounts of telecom brands on Facebook / all questions put "
                    "to accounts on Facebook", ["P070c"], "count questions by sector",
                    network="facebook", published=whole, realised=share(telecom, asked),
                )
            )  # fmt: skip
            made.append(
                quantity(
                    "telecom_answer_share", plan.TELECOM_ANSWER_SHARE, "proportion",
                    "answered questions of telecom brands on Facebook / all answered questions on "
                    "Facebook", ["P070d"], "count answered questions by sector",
                    network="facebook", published=plan.TELECOM_ANSWER_SHARE,
                    realised=share(telecom, asked & o["answered"]),
                )
            )  # fmt: skip
    n = sum(b.telecom for b in brands())
    made.append(
        quantity(
            "telecom_brand_share", n / len(brands()), "proportion",
            "telecom brands / all brands (published: below 0.02, which 60 brands cannot show)",
            "ours", "count brands by sector", realised={"n": len(brands()), "k": n},
        )
    )  # fmt: skip
    return made


def _waits(o: pd.DataFrame, firms: pd.DataFrame) -> list[dict[str, Any]]:
    base = (
        "first answers by the brand, elapsed time since the opening; expected over brands and "
        "opening hours, before censoring"
    )
    how = "carekit measure first-response --definition direct-opening"
    made = []
    for network in (None, "x", "facebook"):
        keys = {"network": network or "all"}
        waits = o.loc[o["answered"] & (o["network"].eq(network) if network else True), "minutes"]
        n = len(waits)
        for name, value, got, source in (
            ("mean_wait", expected.wait_mean(network), waits.mean(), ["L001b"]),
            ("median_wait", expected.wait_quantile(0.5, network), waits.median(), ["L001c"]),
            ("p90_wait", expected.wait_quantile(0.9, network), waits.quantile(0.9), "ours"),
        ):
            made.append(
                quantity(
                    name, value, "minutes", base, source if network is None else "ours", how,
                    realised={"n": n, "value": round(float(got), 4)}, **keys,
                )
            )  # fmt: skip
        for limit in (60, 480, 1440):
            made.append(
                quantity(
                    f"answered_within_{limit}_minutes", expected.wait_within(limit, network),
                    "proportion", f"first answers that came within {limit} minutes / first answers",
                    "ours", how, realised=share(waits <= limit, np.ones(n)), **keys,
                )
            )  # fmt: skip
    pace = firms["pace"].to_numpy()
    slow = expected.wait_mean("x") / np.exp(plan.BRAND_SIGMA**2 / 2) * pace
    made.append(
        quantity(
            "brand_mean_under_8_hours", expected.brand_mean_under(480, "x"), "proportion",
            "brands whose expected wait on X is below eight hours / brands; the mean of a brand's "
            "own few answers is below it more often, because long waits are rare",
            ["P020"], "mean wait by brand, network x", published=0.63, network="x",
            realised=share(slow < 480, np.ones(len(slow))),
        )
    )  # fmt: skip
    made.append(
        quantity(
            "brand_pace_sigma", plan.BRAND_SIGMA, "log minutes",
            "standard deviation between brands of the log of their waits; the factor drawn for "
            "each brand is in `brands`", "ours", "mixed model of log waits by brand",
            realised={"n": len(pace), "value": round(float(np.log(pace).std(ddof=1)), 6)},
        )
    )  # fmt: skip
    adopted = {b.brand: b.scheme_at for b in brands() if b.scheme_at}
    made.append(
        quantity(
            "response_scheme_factor", plan.SCHEME_FACTOR, "ratio",
            "waits after a brand adopted a written response scheme / waits before, same brand "
            f"({len(adopted)} brands, dates in events.csv); 1 for all other brands",
            "ours", "difference in differences of log waits; interrupted series; log-rank",
        )
    )  # fmt: skip
    return made


def _care(o: pd.DataFrame) -> list[dict[str, Any]]:
    made = []
    opened = {
        (i, network): (seconds(moment), b.care_effect if network == b.care_network else "start")
        for i, b in enumerate(brands())
        for network, moment in _care_of(b)
    }
    pairs = list(zip(o["firm"], o["network"], strict=True))
    since = np.array([opened.get(p, (NEVER, ""))[0] for p in pairs])
    effect = np.array([opened.get(p, (NEVER, ""))[1] for p in pairs])
    after = o["at"].to_numpy() >= since
    handles = np.array([b.care_handle for b in brands()])[o["firm"]]
    care = o["account"].to_numpy() == handles
    negative, to_account = o["tone"].eq("negative"), o["addressed"]
    how = "carekit measure: negative share of openings by account_kind before and after opened_at"
    for network in ("facebook", "x"):
        for kind in ("displaced", "none"):
            mine = to_account & (effect == kind) & o["network"].eq(network) & ~care
            before = expected.negative_share_on_main(network, None)
            then = expected.negative_share_on_main(network, kind)
            for when, value, rows in (
                ("before", before, mine & ~after),
                ("after", then, mine & after),
            ):
                made.append(
                    quantity(
                        "negative_share_on_main", value, "proportion",
                        "openings put to the main account whose true tone is negative / openings "
                        "put to the main account", "ours", how, network=network, effect=kind,
                        when=when, realised=share(negative, rows),
                    )
                )  # fmt: skip
            made.append(
                quantity(
                    "displacement_effect", then - before, "difference of proportions",
                    "negative share on the main account after a care account opened, minus before "
                    "(brands with effect 'none' lose the same share of every tone, so theirs is 0)",
                    "ours", "difference in differences by brand, brands without an opening as "
                    "controls", network=network, effect=kind,
                )
            )  # fmt: skip
    for mood in ("negative", "angry", "neutral", "positive"):
        rows = to_account & after & o["mood"].eq(mood) & np.isin(effect, ["displaced", "start"])
        made.append(
            quantity(
                "care_share", plan.CARE_SHARE["displaced"][mood], "proportion",
                "openings of that mood put to the care account / openings of that mood put to any "
                "account of the brand, once a care account is open (effect 'displaced', and care "
                "accounts that were open from the start); negative means negative and not angry",
                "ours", how, mood=mood, realised=share(care, rows),
            )
        )  # fmt: skip
    for network, rate in plan.UNADDRESSED_SHARE.items():
        if rate:
            for angry in (False, True):
                rows = o["network"].eq(network) & o["angry"].eq(angry)
                made.append(
                    quantity(
                        "unaddressed_share", expected.unaddressed_share(network, angry),
                        "proportion",
                        "openings that name no account of the brand / openings", "ours",
                        "carekit measure surfaces --by network", network=network,
                        angry=str(angry).lower(), realised=share(~to_account, rows),
                    )
                )  # fmt: skip
    made.append(
        quantity(
            "anger_odds_ratio", plan.ANGER_ODDS, "odds ratio",
            "odds of naming no account, angry openings against others, within a network (H28)",
            "ours", "logistic model of account being null on anger, network as factor, clustered "
            "by author",
        )
    )  # fmt: skip
    n = sum(bool(b.care_x_since or b.care_network == "x") for b in brands())
    made.append(
        quantity(
            "has_care_account", n / len(brands()), "proportion",
            "brands with an account for care on X at the end / brands", ["C022"],
            "accounts table, network x, account_kind care", published=0.43,
            realised={"n": len(brands()), "k": n, "value": round(n / len(brands()), 6)},
        )
    )  # fmt: skip
    return made


def _care_of(brand: Any) -> list[tuple[str, str]]:
    from carekit.sample.requests import care_accounts

    return care_accounts(brand)


def _content(o: pd.DataFrame) -> list[dict[str, Any]]:
    made = []
    for network, shares in plan.CATEGORY_SHARE.items():
        here = o["network"].eq(network)
        for category, value in zip(plan.CATEGORIES, shares, strict=True):
            made.append(
                quantity(
                    "category_share", value, "proportion",
                    "openings of that category (labels.parquet) / openings", "ours",
                    "labels.parquet; triage cannot tell all of them from the text",
                    network=network, category=category,
                    realised=share(o["category"].eq(category), here),
                )
            )  # fmt: skip
        for tone in plan.TONES:
            made.append(
                quantity(
                    "tone_share", expected.share_of(network, tone=tone), "proportion",
                    "openings of that true tone / openings", "ours",
                    "carekit triage prevalence (corrected by the coding sheets)",
                    network=network, tone=tone, realised=share(o["tone"].eq(tone), here),
                )
            )  # fmt: skip
        for name, keys, part in (
            ("question_share", {"question": True}, o["question"]),
            ("question_mark_share", {"marked": True}, o["marked"]),
        ):
            made.append(
                quantity(
                    name, expected.share_of(network, **keys), "proportion",
                    "openings that ask something (true label) / openings"
                    if name == "question_share"
                    else "openings whose text holds a question mark / openings",
                    "ours", "carekit triage flag; requests.is_question", network=network,
                    realised=share(part, here),
                )
            )  # fmt: skip
    negative, angry = o["tone"].eq("negative"), o["angry"]
    troll = o["category"].eq("troll")
    for name, value, part, whole, text in (
        ("question_mark_on_question", plan.MARK_ON_QUESTION, o["marked"], o["question"],
         "true questions whose text holds a question mark / true questions"),
        ("question_mark_on_other", plan.MARK_ON_OTHER, o["marked"],
         negative & ~troll & ~o["question"],
         "negative openings that ask nothing but hold a question mark / negative openings that "
         "ask nothing, trolls left out"),
        ("angry_share", plan.ANGRY_SHARE, angry, negative & ~troll,
         "angry openings / negative openings, trolls left out"),
        ("irony_share", plan.IRONY_SHARE, o["irony"], negative & ~angry,
         "ironic openings / negative openings that are not angry"),
        ("abuse_share", plan.ABUSE_SHARE, o["abuse"], angry & ~troll,
         "openings that insult / angry openings, trolls left out"),
        ("personal_data_share", plan.PERSONAL_DATA_SHARE, o["exposes"], ~troll,
         "openings that expose personal data / openings, trolls left out"),
    ):  # fmt: skip
        made.append(
            quantity(
                name, value, "proportion", text, "ours", "labels.parquet; carekit triage flag",
                realised=share(part, whole),
            )
        )  # fmt: skip
    return made


def _threads(p: pd.DataFrame, o: pd.DataFrame, first: pd.DataFrame) -> list[dict[str, Any]]:
    again = set(p.loc[p["kind"] == "again", "root"])
    made = [
        quantity(
            "direct_share", plan.DIRECT_SHARE, "proportion",
            "openings whose first answer replies to the opening itself / answered openings",
            "ours", "answered under direct-opening against anywhere in the thread",
            realised=share(o["direct"], o["answered"]),
        ),
        quantity(
            "asks_again_propensity", plan.ASKS_AGAIN_SHARE, "proportion",
            "customers who would write again if they waited for ever (after a lognormal time, "
            "median 360 minutes, sigma 1.2) / customers; `realised` counts those who did before "
            "the first answer or the last look",
            "ours", "carekit measure repeats", realised=share(o["key"].isin(again), o["key"] >= 0),
        ),
    ]  # fmt: skip
    figures = dict(
        zip(plan.REDIRECT_SHARE, ("P027c", "P027d", "P027e", "P027f", "P027g"), strict=True)
    )
    every = np.ones(len(first), dtype=bool)
    text = "first answers that send the customer there / first answers; several answers possible"
    how = "carekit measure handoffs; labels.parquet, column redirects"
    for kind, value in plan.REDIRECT_SHARE.items():
        made.append(
            quantity(
                "redirect_share", value, "proportion", text, [figures[kind]], how,
                published=value, destination=kind,
                realised=share(first["redirects"].str.contains(kind), every),
            )
        )  # fmt: skip
    made.append(
        quantity(
            "redirect_share", plan.REDIRECT_ANY, "proportion", text, ["P027b"], how,
            published=plan.REDIRECT_ANY, destination="any",
            realised=share(first["redirects"] != "", every),
        )
    )  # fmt: skip
    for kind, value, source in (
        ("requested", plan.REDIRECT_SHARE["private_message"], ["P027f"]),
        ("announced", plan.ANNOUNCED_SHARE, "ours"),
    ):
        made.append(
            quantity(
                "handoff_share", value, "proportion",
                f"first answers in which a private message is {kind} / first answers", source,
                "carekit measure handoffs", handoff=kind,
                realised=share(first["handoff"] == kind, every),
            )
        )  # fmt: skip
    return made


def _growth(o: pd.DataFrame) -> list[dict[str, Any]]:
    growth = expected.care_growth()
    old = np.array([bool(b.care_x_since) for b in brands()])
    handles = np.array([b.care_handle for b in brands()])
    to_care = o["network"].eq("x") & (o["account"].to_numpy() == handles[o["firm"]])
    counts = []
    for low, high in expected.growth_windows():
        inside = to_care & (o["at"] >= seconds(low)) & (o["at"] < seconds(high))
        counts.append((int(inside.sum()), int((inside & old[o["firm"]]).sum())))
    (all_before, old_before), (all_after, old_after) = counts
    made = []
    for name, value, figure, published, realised in (
        ("total", growth["total"], "P019", 0.41, {"before": all_before, "after": all_after}),
        ("like_for_like", growth["like_for_like"], "P022", 0.16,
         {"before": old_before, "after": old_after}),
        ("accounts", growth["accounts"], "P023", 0.19,
         {"before": int(old.sum()), "after": int(old.sum()) + 4}),
    ):  # fmt: skip
        before, after = realised["before"], realised["after"]
        realised["value"] = round(after / before - 1, 6) if before else None
        made.append(
            quantity(
                "mentions_growth" if name != "accounts" else "care_account_growth", value,
                "proportion_change",
                "openings put to care accounts on X, 1 January to 14 February 2015 against 2014"
                + {"like_for_like": ", accounts open in both years",
                   "accounts": ": number of care accounts"}.get(name, ""),
                [figure], "carekit measure growth", published=published, accounts=name,
                realised=realised,
            )
        )  # fmt: skip
    return made


def _coding() -> list[dict[str, Any]]:
    made = []
    for name in ("tone", *coding.FLAG_ERROR):
        errors = coding.TONE_ERROR if name == "tone" else coding.FLAG_ERROR[name]
        made.append(
            quantity(
                "coder_kappa", coding.expected_kappa(name), "kappa",
                "Cohen's kappa of the two coders, expected from their error rates "
                f"({errors['a']} and {errors['b']}), which are independent given the true label",
                "ours", "carekit triage agree", label=name,
            )
        )  # fmt: skip
    return made


def survey_quantities(frame: pd.DataFrame, questions: dict[str, Any]) -> list[dict[str, Any]]:
    """Every share planted in the surveys, by age where it is planted by age."""
    from carekit.sample import survey_plan

    made = []
    for name, question in survey_plan.QUESTIONS.items():
        if name == "gender":
            continue
        people = frame[frame["country"] == question["country"]]
        ages, genders, _ = survey_plan.DESIGNS[question["country"]].margins()
        for answer, value in question["plant"].items():
            column = f"{name}__{answer}" if question["kind"] == "multiple" else name
            hit = people[column].eq(True if question["kind"] == "multiple" else answer)
            groups = _planted_groups(value, ages, genders)
            for keys, number in groups.items():
                rows = people[column].notna()
                if "age_group" in dict(keys):
                    rows &= people["age_group"].eq(dict(keys)["age_group"])
                if "gender" in dict(keys):
                    rows &= people["gender"].eq(dict(keys)["gender"])
                if "care_outcome" in dict(keys):
                    rows &= people["care_outcome"].eq(dict(keys)["care_outcome"])
                weight = people["weight"]
                realised = {
                    "n": int(rows.sum()),
                    "k": int((hit & rows).sum()),
                    "value": round(
                        float(weight[hit & rows].sum() / max(weight[rows].sum(), 1e-12)), 6
                    ),
                }
                made.append(
                    quantity(
                        name, number, "proportion",
                        f"weighted share of that answer; base: {question['base']}",
                        question["source"], f"carekit survey share {name}", answer=answer,
                        country=question["country"], realised=realised, **dict(keys),
                    )
                )  # fmt: skip
    return made


def _planted_groups(
    value: Any, ages: dict[str, float], genders: dict[str, float]
) -> dict[tuple[tuple[str, str], ...], float]:
    """The share of everybody (no key) and of each group for which one is planted."""
    if not isinstance(value, dict):
        return {(): float(value)}
    first = next(iter(value))
    if isinstance(first, tuple):
        groups = {(("age_group", a), ("gender", g)): s for (a, g), s in value.items()}
        whole = sum(ages[a] * genders[g] * s for (a, g), s in value.items())
        by_age = {(("age_group", a),): sum(genders[g] * value[a, g] for g in genders) for a in ages}
        return {(): whole, **by_age, **groups}
    if first in ages:
        whole = sum(ages[a] * s for a, s in value.items())
        return {(): whole, **{(("age_group", a),): s for a, s in value.items()}}
    (name, by_answer), *_ = value.items()
    return {((name, a),): s for a, s in by_answer.items()}
