"""The brand beside published figures, each under the definition of its own study. No verdict."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.claims.ledger import load_ledger
from carekit.claims.published import source_name
from carekit.inference.rates.proportions import estimate_rate
from carekit.measures.answers import count_answers
from carekit.report.asked import MIN_N
from carekit.requests.definitions import DEFINITIONS
from carekit.requests.value import Requests

# What was published of all brands together, latest of each kind and network.
MEASURES = (
    "question_response_rate", "post_response_rate", "mention_response_rate", "message_response_rate",
)  # fmt: skip
# Those whose rate of one brand is a rate of its own: a mean of brands, a business clock, and threads
# answered anywhere (zendesk, chatwoot) count nearly the same answers as another.
OURS = "direct-opening"
NAMES = (
    "direct-message", "socialbakers-2015", "quintly-7d", "sprout-72h", "simply-measured",
    "fanpage-karma",
)  # fmt: skip
COLUMNS = (
    "source year place network published definition n value ci_low ci_high comparability differs "
    "figure_id"
).split()


def figures() -> pd.DataFrame:
    """Published answer rates of all brands together: the latest of each definition and network."""
    ledger = load_ledger()
    rows = []
    for measure in MEASURES:
        for figure_id in ledger.select(measure=measure)["figure_id"]:
            f = ledger.figure(figure_id)
            if (
                f.unit != "proportion"
                or f.group != "all"
                or f.country != "world"
                or f.value is None
            ):
                continue
            if f.study.definition not in DEFINITIONS or f.corrections:
                continue
            year = f.period_start.year if f.period_start else f.study.year
            rows.append((f.study.definition, f.network, year, f.value, f.country,
                         source_name(ledger, f), f.figure_id))  # fmt: skip
    columns = ["definition", "network", "year", "published", "place", "source", "figure_id"]
    made = pd.DataFrame(rows, columns=columns)
    made = made.sort_values(["definition", "network", "year", "figure_id"], kind="stable")
    return made.groupby(["definition", "network"], as_index=False).last()


def ours(opened: pd.DataFrame) -> pd.DataFrame:
    """The brand's requests, one row each, as the small table of the definition of this report."""
    made = opened.assign(n=1, n_answered=opened["answered"].astype(int), definition=OURS)
    made["network"], made["unit"] = made["network"].astype(object), made["unit"].astype(str)
    keys = ["definition", "network", "unit"]
    return made.groupby(keys, as_index=False)[["n", "n_answered"]].sum()


def _counts(own: Requests, name: str) -> pd.DataFrame:
    """Requests and answers under a definition, by network and author."""
    asked = own.but(by=("network",), definition=DEFINITIONS[name], cluster="author_id")
    return count_answers(asked).assign(definition=name)


def against_published(own: Requests, opened: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Published figures with the brand under the same definition; and the brand under every one.

    `opened`: its requests under the definition of this report, one row each.

    The first: source, year, place, network, published, definition, n, value, ci_low, ci_high,
    comparability ("near" or "none"), differs (keys of what differs), figure_id. The second:
    definition, n, n_answered, estimate, ci_low, ci_high.
    """
    listed = [ours(opened), *(_counts(own, name) for name in NAMES)]
    counts = pd.concat(listed, ignore_index=True)
    rates: dict[str, Any] = {"cluster": "unit", "interval": "auto"}
    whole = estimate_rate(counts, by=["definition"], **rates)
    parts = estimate_rate(counts, by=["definition", "network"], **rates)
    order = {name: i for i, name in enumerate((OURS, *NAMES))}
    whole = whole.sort_values("definition", key=lambda c: c.map(order), ignore_index=True)
    rows = []
    for f in figures().to_dict("records"):
        found = whole if f["network"] == "multiple" else parts[parts["network"] == f["network"]]
        found = found[found["definition"] == f["definition"]]
        n = int(found["n"].iloc[0]) if len(found) else 0
        enough = n >= MIN_N
        row = found.iloc[0] if enough else None
        differs = ["period", "brands"]
        if f["network"] == "multiple":
            differs.append("networks")
        ends = ("estimate", "ci_low", "ci_high")
        values = [float("nan")] * 3 if row is None else [float(row[name]) for name in ends]
        year = str(f["year"])
        source = str(f["source"]).removesuffix(f" {year}")
        rows.append(
            (
                *(source, year, f["place"], f["network"], f["published"], f["definition"]),
                *(n, *values, "near" if enough else "none"),
                *(" ".join(differs if enough else ["few"]), f["figure_id"]),
            )
        )
    published = pd.DataFrame(rows, columns=COLUMNS)
    shown = whole[whole["n"] >= MIN_N]
    kept = "definition n n_answered estimate ci_low ci_high".split()
    return published, shown[kept].reset_index(drop=True)
