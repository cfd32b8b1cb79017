"""Truth of the contents: categories, tones, questions, coders, bursts of the same question."""

from __future__ import annotations

import math

import pandas as pd

from carekit.sample import coding, expected, plan
from carekit.sample.incidents import incidents_table
from carekit.sample.truth.quantity import Entry, change, quantity, share


def content(o: pd.DataFrame) -> list[Entry]:
    """What openings are about, and how they are worded."""
    return [*_by_network(o), *_wording(o), *_distances(), *_coders()]


def _by_network(o: pd.DataFrame) -> list[Entry]:
    made = []
    for network, shares in plan.CATEGORY_SHARE.items():
        here = o["network"].eq(network)
        by = {"network": network}
        for category, value in zip(plan.CATEGORIES, shares, strict=True):
            realised = share(o["category"].eq(category), here)
            made.append(quantity("category_share", value, {**by, "category": category}, realised))
        for tone in plan.TONES:
            value, realised = expected.share_of(network, tone=tone), share(o["tone"].eq(tone), here)
            made.append(quantity("tone_share", value, {**by, "tone": tone}, realised))
        for name, flag in (("question_share", "question"), ("question_mark_share", "marked")):
            value = expected.share_of(network, **{flag: True})
            made.append(quantity(name, value, by, share(o[flag], here)))
    return made


def _wording(o: pd.DataFrame) -> list[Entry]:
    negative, angry = o["tone"].eq("negative"), o["angry"]
    troll = o["category"].eq("troll")
    told = negative & ~angry & ~o["irony"] & ~o["category"].isin(["troll", "suggestion"])
    rows = (
        ("question_mark_on_question", plan.MARK_ON_QUESTION, o["marked"], o["question"]),
        ("question_mark_on_other", plan.MARK_ON_OTHER, o["marked"],
         negative & ~troll & ~o["question"]),
        ("angry_share", plan.ANGRY_SHARE, angry, negative & ~troll),
        ("irony_share", plan.IRONY_SHARE, o["irony"], negative & ~angry),
        ("plain_share", plan.PLAIN_SHARE, o["plain"], told),
        ("abuse_share", plan.ABUSE_SHARE, o["abuse"], angry & ~troll),
        ("personal_data_share", plan.PERSONAL_DATA_SHARE, o["exposes"], ~troll),
    )  # fmt: skip
    return [quantity(name, value, None, share(part, whole)) for name, value, part, whole in rows]


def jensen_shannon(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    """Jensen-Shannon distance of two mixes, base 2: 0 for equal, 1 for disjoint ones."""
    total = 0.0
    for p, q in zip(first, second, strict=True):
        middle = (p + q) / 2
        total += sum(v * math.log2(v / middle) / 2 for v in (p, q) if v)
    return math.sqrt(total)


def _distances() -> list[Entry]:
    base = plan.CATEGORY_SHARE["x"]
    return [
        quantity("category_distance", jensen_shannon(base, shares), {"network": network})
        for network, shares in plan.CATEGORY_SHARE.items()
        if network != "x"
    ]


def _coders() -> list[Entry]:
    made = []
    for name in ("tone", *coding.FLAG_ERROR):
        errors = coding.TONE_ERROR if name == "tone" else coding.FLAG_ERROR[name]
        by = {"label": name}
        made.append(
            quantity("coder_kappa", coding.expected_kappa(name), by, a=errors["a"], b=errors["b"])
        )
        made += [quantity("coder_error", e, {**by, "coder": c}) for c, e in errors.items()]
    return made


def bursts(o: pd.DataFrame) -> list[Entry]:
    """Bursts of near-duplicate questions, with and without a public answer (H17)."""
    table = incidents_table(o)
    answered = table["answer_at"].notna()
    made = []
    for flag, factor in ((False, 1.0), (True, plan.PUBLIC_ANSWER_FACTOR)):
        mine = table[answered == flag]
        # the question that was answered opened the burst: it is not counted
        before = int(mine["first_half"].sum()) - (len(mine) if flag else 0)
        realised = {"n_bursts": len(mine), **change(before, int(mine["second_half"].sum()))}
        by = {"public_answer": str(flag).lower()}
        made.append(quantity("burst_ratio", plan.BURST_DECAY * factor, by, realised))
    return made
