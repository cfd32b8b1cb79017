"""Who gets an answer? Real counts of the atlas (data/measured/atlas), brands as what is independent.

A convenience sample of files that somebody put on the web: no rate is that of a country. What is
compared are reviews of one and two stars, since many files were drawn star by star.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr

from carekit.claims.ledger import load_ledger
from carekit.dataset.measured import load_measured
from carekit.errors import InputError
from carekit.inference.rates.beta_binomial import fit_counts
from carekit.inference.rates.intervals import critical_value, wilson
from carekit.inference.rates.populations import estimate_targets
from carekit.show.facts import Facts
from carekit.show.result import Result

FEWEST = 20  # reviews of one and two stars, below which a brand has no rate here
LOW, HIGH = (1, 2), (4, 5)
GROUPS = ("network", "country", "sector", "rating")
WAITS = {
    1: ["wait_lt1h"],
    8: ["wait_lt1h", "wait_h1_8"],
    24: ["wait_lt1h", "wait_h1_8", "wait_h8_24"],
}
SOURCE = "carekit atlas (data/measured/atlas), files gathered on 29 November 2026"
CHOSEN = (
    "Real counts, of apps that people chose to scrape, often because of complaints. The market of "
    "an app, its sector, its file and how it was drawn go together: no rate is that of a country."
)
_COUNTS = ["n", "n_answered"]


def stated(measure: str, question: str, denominator: str, **more: Any) -> Facts:
    """Facts of real reviews: their source, and how their files were chosen."""
    notes = (CHOSEN, *more.pop("notes", ()))
    return Facts(measure, question, denominator, source=SOURCE, notes=notes, **more)


def reviews(stars: tuple[int, ...] = (1, 2, 3, 4, 5)) -> pd.DataFrame:
    """Store reviews of these stars, with `collection`: the repository that a file comes from."""
    reviews = load_measured("atlas/a_app_reviews")
    sources = load_measured("atlas/ab_sources").set_index("source_id")
    reviews["collection"] = reviews["source_id"].map(sources["repository"])
    reviews["drawn"] = reviews["source_id"].map(sources["drawn"])
    return reviews[reviews["rating"].isin(stars)]


def with_limits(table: pd.DataFrame, n_yes: str, conf_level: float) -> pd.DataFrame:
    """Share of `n_yes` in n, row by row, each of the n independent."""
    low, high = wilson(table[n_yes], table["n"], conf_level=conf_level)
    return table.assign(estimate=table[n_yes] / table["n"], ci_low=low, ci_high=high)


def brands(conf_level: float = 0.95) -> Result:
    """Answered share of the one- and two-star store reviews of each brand with 20 of them or more.

    One row per brand: brand, country, sector, collection, drawn, n, n_answered, estimate, ci_low, ci_high.
    """
    keys = ["brand", "country", "sector", "collection", "drawn"]
    table = reviews(LOW).groupby(keys, as_index=False)[_COUNTS].sum()
    # One brand in two collections is one brand, of the collection with more of its reviews.
    table = table.sort_values("n", ascending=False)
    sums = table.groupby("brand")[_COUNTS].sum()
    table = table.drop_duplicates("brand").drop(columns=_COUNTS).join(sums, on="brand")
    kept = table[table["n"] >= FEWEST].sort_values("brand", ignore_index=True)
    few = int(table["n"].sum() - kept["n"].sum())
    made = with_limits(kept, "n_answered", conf_level)
    facts = stated("answer rate of brands", "what share of their low-star reviews do brands answer",
                   "store reviews of one and two stars", by=("brand",), conf_level=conf_level,
                   left_out={f"reviews of brands with fewer than {FEWEST} of these": few},
                   independent_unit="review", target="these brands")  # fmt: skip
    return Result(made, facts=facts)


def spread(conf_level: float = 0.95) -> Result:
    """How much brands differ: a row for each quantity, with what it is in words."""
    table = brands(conf_level)
    rate, yes, n = (table[c].to_numpy(float) for c in ("estimate", "n_answered", "n"))
    fitted = fit_counts(yes, n)
    both = estimate_targets(table.frame[["brand", *_COUNTS]], conf_level=conf_level)
    like = both.set_index("target").loc["brands like these"]
    rows = [
        ("all reviews together", yes.sum() / n.sum(), np.nan, np.nan),
        ("mean of brands like these", like["estimate"], like["ci_low"], like["ci_high"]),
        ("one more such brand", np.nan, like["next_low"], like["next_high"]),
        ("brands that answer under 5 %", (rate < 0.05).mean(), np.nan, np.nan),
        ("brands that answer over 90 %", (rate > 0.9).mean(), np.nan, np.nan),
        ("variance that lies between brands (ICC)", fitted.rho, np.nan, np.nan),
    ]
    made = pd.DataFrame(rows, columns=["what", "estimate", "ci_low", "ci_high"])
    counts = [n.sum(), len(n), len(n), (rate < 0.05).sum(), (rate > 0.9).sum(), len(n)]
    facts = stated("how much brands differ", "how little does a rate over brands say of any brand",
                   "store reviews of one and two stars", conf_level=conf_level,
                   independent_unit="brand",
                   notes=("n: reviews in the first row, brands in the others.",))  # fmt: skip
    return Result(made.assign(n=np.array(counts, dtype=int)), facts=facts)


def rates(by: str, conf_level: float = 0.95) -> Result:
    """Answer rate by network, country (market), sector or rating: these brands, and brands like them.

    One row per group and target, as `carekit.inference.rates.populations.estimate_targets`. By rating
    all stars, each by itself; otherwise reviews of one and two stars (complaints sites have these
    alone). By network the places and firms of other networks as well.
    """
    if by not in GROUPS:
        raise InputError(f"`by` is {by!r}; expected one of: {', '.join(GROUPS)}. Name one.")
    table = reviews() if by == "rating" else reviews(LOW)
    if by == "network":
        other = load_measured("atlas/b_other_networks")
        table = pd.concat([table, other[other["rating"].isin(LOW)]])
    keys = list(dict.fromkeys([by, "brand"]))
    counts = table.groupby(keys, as_index=False)[_COUNTS].sum()
    made = estimate_targets(counts, by=by, conf_level=conf_level)
    what = "store reviews" if by != "network" else "reviews and complaints"
    stars = "" if by == "rating" else " of one and two stars"
    facts = stated("answer rate", "who gets an answer", what + stars, by=(by,),
                   units=dict.fromkeys(["brand_sd", "next_low", "next_high"], "share"),
                   conf_level=conf_level, independent_unit="brand",
                   target="these brands and brands like these")  # fmt: skip
    return Result(made, facts=facts)


def by_star(conf_level: float = 0.95) -> Result:
    """Are low stars answered more? Brands that answer at all, each compared with itself.

    Four rows. First all files with each star alike: mean rate of one and two stars less that of four
    and five, of brands with 20 reviews of each of these and an answer to both kinds, since a file
    drawn star by star does not hold the stars as the store does. Then the reviews of a kind together,
    of brands with 20 of each (`files`: all; those drawn star by star; the others). Columns: n
    (brands), n_more (that answer low stars more), estimate (mean of the differences), ci_low, ci_high
    (Student's t over brands), p_value.
    """
    table = reviews()
    apart = table["drawn"].str.contains(" star")
    alike = {"files": "all, each star alike", **_compared(_star_by_star(table), conf_level)}
    parts = {"all": table, "drawn star by star": table[apart], "drawn otherwise": table[~apart]}
    rows = [{"files": files, **_low_less_high(part, conf_level)} for files, part in parts.items()]
    rows = [alike, *rows]
    facts = stated("low stars less high stars", "are low stars answered more",
                   "brands that answer some review and have 20 of one and two and of four and five stars "
                   "(in the first row of each star, and answers to both kinds)",
                   unit="points", conf_level=conf_level, independent_unit="brand",
                   target="brands like these")  # fmt: skip
    return Result(pd.DataFrame(rows), facts=facts)


def _star_by_star(table: pd.DataFrame) -> pd.Series:
    """Low less high of each brand, the rates of its stars averaged."""
    sums: Any = table.pivot_table(index="brand", columns="rating", values=_COUNTS, aggfunc="sum")
    n, yes = (sums[c].fillna(0) for c in _COUNTS)
    low, high = list(LOW), list(HIGH)
    both = (yes[low].sum(axis=1) > 0) & (yes[high].sum(axis=1) > 0)
    kept = (n[[*low, *high]] >= FEWEST).all(axis=1) & both
    rate = (yes / n)[kept]
    return rate[low].mean(axis=1) - rate[high].mean(axis=1)


def _low_less_high(table: pd.DataFrame, conf_level: float) -> dict[str, Any]:
    kind = np.select([table["rating"].isin(LOW), table["rating"].isin(HIGH)], ["low", "high"], "")
    sums: Any = table.assign(kind=kind).pivot_table(
        index="brand", columns="kind", values=_COUNTS, aggfunc="sum"
    )
    n, yes = (sums[c][["low", "high"]].fillna(0) for c in _COUNTS)
    kept = (n >= FEWEST).all(axis="columns") & (yes.sum(axis="columns") > 0)
    return _compared((yes["low"] / n["low"] - yes["high"] / n["high"])[kept], conf_level)


def _compared(gap: pd.Series, conf_level: float) -> dict[str, Any]:
    error = float(gap.std() / np.sqrt(len(gap)))
    reach = float(critical_value(conf_level, len(gap) - 1)) * error
    ends = {"ci_low": gap.mean() - reach, "ci_high": gap.mean() + reach}
    p = 2 * float(stdtr(len(gap) - 1, -abs(gap.mean() / error)))
    more = int((gap > 0).sum())
    return {"n": len(gap), "n_more": more, "estimate": gap.mean(), **ends, "p_value": p}


def speed(conf_level: float = 0.95) -> Result:
    """Answered within 1, 8 and 24 hours: mean of brands, of all reviews and of answered ones.

    One row per hour and base: hours, base, n, n_yes, estimate, ci_low, ci_high, brands. Answers
    dated before the review or without a time are in the first base, as not within; the second is
    answers with a known time.
    """
    table = reviews(LOW)
    known = table["n_answered"] - table["n_negative"] - table["wait_unknown"]
    parts = []
    for base, n in (("all reviews", table["n"]), ("answered, time known", known)):
        for hours, bins in WAITS.items():
            counts = table.assign(n=n, n_yes=table[bins].sum(axis=1))
            counts = counts.groupby("brand", as_index=False)[["n", "n_yes"]].sum()
            row = estimate_targets(counts[counts["n"] > 0], n_yes="n_yes", conf_level=conf_level,
                                   target="like-these")  # fmt: skip
            parts.append(row.assign(hours=hours, base=base))
    made = pd.concat(parts, ignore_index=True)
    made = made[
        ["hours", "base", "n", "n_yes", "estimate", "ci_low", "ci_high", "brands", "method"]
    ]
    facts = stated("answered in time", "what share is answered within hours",
                   "store reviews of one and two stars", by=("hours",), conf_level=conf_level,
                   independent_unit="brand", target="brands like these")  # fmt: skip
    return Result(made, facts=facts)


def draws() -> Result:
    """What drawing does to a rate: files drawn star by star, as they are and with other stars.

    One row per brand of such a file: n, as_drawn (all its reviews together), and the same rates by
    star with the stars of the files of newest reviews (`as_newest`), or each star alike.
    """
    table = reviews()
    newest = table[table["drawn"].str.contains("newest") & ~table["drawn"].str.contains("star")]
    mix = newest.groupby("rating")["n"].sum()
    apart = table[table["drawn"].str.contains("of each star separately")]
    sums: Any = apart.pivot_table(index="brand", columns="rating", values=_COUNTS, aggfunc="sum")
    n, yes = sums["n"], sums["n_answered"]
    whole = n.notna().all(axis="columns")
    n, yes = n[whole], yes[whole]
    share = yes / n
    made = pd.DataFrame({
        "brand": n.index, "n": n.sum(axis=1).astype(int), "as_drawn": yes.sum(axis=1) / n.sum(axis=1),
        "as_newest": share.mul(mix / mix.sum()).sum(axis=1), "each_star_alike": share.mean(axis=1),
    }).reset_index(drop=True)  # fmt: skip
    made["estimate"] = made["as_drawn"] - made["as_newest"]
    facts = stated("what drawing does", "how does a rate move with the stars that were drawn",
                   "store reviews of brands whose five stars were drawn separately", unit="points",
                   units=dict.fromkeys(["as_drawn", "as_newest", "each_star_alike"], "share"),
                   by=("brand",))  # fmt: skip
    return Result(made, facts=facts)


def printed() -> Result:
    """The published rates of questions by country and network, which are no rates of the same thing.

    One row per value of the first quarter of 2015: place, network, published, figures (ids). Every
    tracked brand, questions on Facebook and Twitter, and no number of brands.
    """
    ledger = load_ledger()
    chosen = [
        figure for figure in map(ledger.figure, ledger.figures["figure_id"])
        if figure.measure == "question_response_rate" and figure.unit == "proportion"
        and figure.study.study_id == "socialbakers-2015-q1" and figure.group_dim == "country"
        and figure.figure_id.startswith("C")
    ]  # fmt: skip
    rows = [(f.country, f.network, f.value, f.figure_id) for f in chosen]
    made = pd.DataFrame(rows, columns=["country", "network", "published", "figures"])
    facts = Facts("published answer rate", "what was printed", "questions put to tracked brands, "
                  "first quarter of 2015", units={"published": "share"},
                  source="Socialbakers, as printed", notes=(
                      "Not comparable with reviews: other networks, questions instead of low stars, "
                      "eleven years earlier, brands that a firm tracked, and no number of brands.",
                  ))  # fmt: skip
    return Result(made, facts=facts)
