"""Truth of the contents: categories, tones, questions, coders, bursts of the same question."""

from __future__ import annotations

import math

import pandas as pd

from carekit.sample import coding, expected, plan
from carekit.sample.incidents import incidents_table
from carekit.sample.truth.quantity import Entry, quantity, share

LABELS = "labels.parquet; estimated by carekit triage with the coding sheets"


def content(o: pd.DataFrame) -> list[Entry]:
    """What openings are about, and how they are worded."""
    return [*_by_network(o), *_wording(o), *_distances(), *_coders()]


def _by_network(o: pd.DataFrame) -> list[Entry]:
    made = []
    for network, shares in plan.CATEGORY_SHARE.items():
        here = o["network"].eq(network)
        by = {"network": network}
        made += [
            quantity(
                "category_share",
                value,
                definition="openings of that category / openings",
                recover=LABELS,
                by={**by, "category": category},
                realised=share(o["category"].eq(category), here),
            )
            for category, value in zip(plan.CATEGORIES, shares, strict=True)
        ]
        made += [
            quantity(
                "tone_share",
                expected.share_of(network, tone=tone),
                definition="openings of that true tone / openings",
                recover=LABELS,
                by={**by, "tone": tone},
                realised=share(o["tone"].eq(tone), here),
            )
            for tone in plan.TONES
        ]
        made.append(
            quantity(
                "question_share",
                expected.share_of(network, question=True),
                definition="openings that ask something (true label) / openings",
                recover=LABELS,
                by=by,
                realised=share(o["question"], here),
            )
        )
        made.append(
            quantity(
                "question_mark_share",
                expected.share_of(network, marked=True),
                definition="openings whose text holds a question mark / openings",
                recover="requests.is_question",
                by=by,
                realised=share(o["marked"], here),
            )
        )
    return made


def _wording(o: pd.DataFrame) -> list[Entry]:
    negative, angry = o["tone"].eq("negative"), o["angry"]
    troll = o["category"].eq("troll")
    rows = (
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
        ("plain_share", plan.PLAIN_SHARE, o["plain"],
         negative & ~angry & ~o["irony"] & ~o["category"].isin(["troll", "suggestion"]),
         "openings worded like neutral ones / negative openings without anger and irony, trolls "
         "and suggestions left out: no reader can tell these from the text"),
        ("abuse_share", plan.ABUSE_SHARE, o["abuse"], angry & ~troll,
         "openings that insult / angry openings, trolls left out"),
        ("personal_data_share", plan.PERSONAL_DATA_SHARE, o["exposes"], ~troll,
         "openings that expose personal data / openings, trolls left out"),
    )  # fmt: skip
    return [
        quantity(name, value, definition=text, recover=LABELS, realised=share(part, whole))
        for name, value, part, whole, text in rows
    ]


def jensen_shannon(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    """Jensen-Shannon distance of two mixes, base 2: 0 for equal, 1 for disjoint ones.

    Examples
    --------
    >>> jensen_shannon((1.0, 0.0), (0.0, 1.0))
    1.0
    """
    total = 0.0
    for p, q in zip(first, second, strict=True):
        middle = (p + q) / 2
        total += sum(v * math.log2(v / middle) / 2 for v in (p, q) if v)
    return math.sqrt(total)


def _distances() -> list[Entry]:
    base = plan.CATEGORY_SHARE["x"]
    return [
        quantity(
            "category_distance",
            jensen_shannon(base, shares),
            unit="Jensen-Shannon distance, base 2",
            definition="distance between the mixes of categories on X and on that network (H12)",
            recover="carekit measure categories; distance with a permutation interval",
            by={"network": network},
        )
        for network, shares in plan.CATEGORY_SHARE.items()
        if network != "x"
    ]


def _coders() -> list[Entry]:
    made = []
    for name in ("tone", *coding.FLAG_ERROR):
        errors = coding.TONE_ERROR if name == "tone" else coding.FLAG_ERROR[name]
        made.append(
            quantity(
                "coder_kappa",
                coding.expected_kappa(name),
                unit="kappa",
                definition="Cohen's kappa of the two coders, as their error rates "
                f"({errors['a']} and {errors['b']}) make it; errors are independent given the "
                "true label",
                recover="carekit triage agree",
                by={"label": name},
            )
        )
        made += [
            quantity(
                "coder_error",
                error,
                definition="codes that differ from the true label / codes",
                recover="coding sheet against labels.parquet",
                by={"label": name, "coder": coder},
            )
            for coder, error in errors.items()
        ]
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
        after = int(mine["second_half"].sum())
        made.append(
            quantity(
                "burst_ratio",
                plan.BURST_DECAY * factor,
                unit="ratio",
                definition="near-duplicate questions in the four hours after the public answer "
                "(without one: after four hours) / those in the four hours before, the first "
                "question left out where it is the answered one",
                recover="events.csv (question_burst, public_answer); near-duplicate questions",
                by={"public_answer": str(flag).lower()},
                realised={
                    "n_bursts": len(mine),
                    "before": before,
                    "after": after,
                    "value": round(after / before, 6) if before else None,
                },
            )
        )
    return made
