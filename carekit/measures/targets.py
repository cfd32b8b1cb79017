"""Which brands does a rate speak of? These brands, or brands like these: both, each by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from carekit.errors import CannotAnswer
from carekit.inference.rates.populations import TARGETS, estimate_targets
from carekit.measures.registry import Told
from carekit.requests.value import AUTO, HANDFUL, UNIT, Requests, count_rows

if TYPE_CHECKING:
    import ibis
    import pandas as pd

THESE, LIKE = TARGETS["these"], TARGETS["like-these"]
COLUMNS = (
    "target brands brand_sd next_low next_high other_target other_estimate other_low other_high"
)
UNITS = dict.fromkeys(
    "brand_sd next_low next_high other_estimate other_low other_high".split(), "share"
)
# Fitting how brands differ takes some 30 ms a group.
MOST_GROUPS = 150
FEWER = (
    f"What can be said of brands like these is worked out for up to {MOST_GROUPS} groups; ask for "
    "fewer."
)


def rates_of_targets(requests: Requests, **sums: ibis.Value) -> Told:
    """The rate of one flag, `n_…=value`, for these brands and for brands like these.

    With `cluster` left alone and a target, or fewer than 30 brands, as `estimate_targets`; else as
    `Requests.rates`, with what `estimate_targets` says beside it.
    """
    (n_yes,) = sums
    if requests.one_brand:
        return _one_brand(requests, n_yes, **sums)
    by = list(requests.by)
    people = requests.but(cluster="author_id", target=AUTO)
    counts = count_rows(people.rows(), [*by, "brand", UNIT], **sums)
    counts["brand"] = counts["brand"].fillna("unknown")
    many = bool(by) and counts[by].drop_duplicates().shape[0] > MOST_GROUPS
    asked = requests.target
    if many and asked in ("both", "like-these"):
        raise CannotAnswer(FEWER, "Take a coarser column, or a condition.")
    own = requests.cluster != AUTO or (asked == AUTO and requests.all_brands >= HANDFUL)
    both = estimate_targets(
        counts, by=by, unit=UNIT, n_yes=n_yes, conf_level=requests.conf_level,
        target="these" if many else "both",
    )  # fmt: skip
    both["method"] = both["method"].str.replace("by unit", "by author_id")
    if own:
        rates = requests.rates(requests.count(requests.rows(), **sums), n_yes)
        rates["target"] = requests.speaks_of
    else:
        kept = [THESE, LIKE] if asked == "both" else [LIKE if asked == "like-these" else THESE]
        rates = both[both["target"].isin(kept)].reset_index(drop=True)
        rates["definition"] = requests.definition.name
    return Told(
        _beside(rates, both, by, known=not many),
        target=" and ".join(rates["target"].unique()),
        notes=(*_words(rates, by_request=own), *([FEWER] if many else [])),
        requests=people if not own and asked != "like-these" else None,
    )


def _one_brand(requests: Requests, n_yes: str, **sums: ibis.Value) -> Told:
    if requests.target in ("both", "like-these"):
        raise CannotAnswer(
            "Each group is one brand, which says nothing of others.",
            "Ask by a column whose groups hold several brands, or for target='these'.",
        )
    rates = requests.rates(requests.count(requests.rows(), **sums), n_yes)
    empty = dict.fromkeys(UNITS, np.nan)
    made = rates.assign(target=THESE, brands=(rates["n"] > 0).astype(int), other_target="", **empty)
    return Told(made, target=THESE)


def _beside(rates: pd.DataFrame, both: pd.DataFrame, by: list[str], *, known: bool) -> pd.DataFrame:
    """The rates with the rows of the other target, and what is known of how brands differ."""
    made = rates.drop(columns=["brands", "brand_sd", "next_low", "next_high"], errors="ignore")
    # Limits by another column speak of other units: beside them stand brands like these.
    of = dict.fromkeys(made["target"], LIKE) | {LIKE: THESE}
    made = made.assign(other_target=made["target"].map(of))
    ends = {"estimate": "other_estimate", "ci_low": "other_low", "ci_high": "other_high"}
    other = both.rename(columns={"target": "other_target", **ends})
    shared = both.drop_duplicates(by) if by else both.head(1)
    for part, keys in (
        (other[[*by, "other_target", *ends.values()]], [*by, "other_target"]),
        (shared[[*by, "brands", "brand_sd", "next_low", "next_high"]], by),
    ):
        made = made.merge(part, on=keys or None, how="left" if keys else "cross")
    if not known:
        made[["brand_sd", "next_low", "next_high"]] = np.nan
    return made


def _words(rates: pd.DataFrame, *, by_request: bool) -> list[str]:
    """What a reader of the limits must know, for each target that the rows speak of."""
    each = "each request counting alike" if by_request else "each counting once"
    said = {
        THESE: "These brands: which of their customers wrote is left to chance, the brands are not; "
        "target='like-these' speaks of others.",
        LIKE: "Brands like these: the brands are taken as drawn at random from such brands, "
        f"{each}.",
    }
    return [text for name, text in said.items() if name in set(rates["target"])]
