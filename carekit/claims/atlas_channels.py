"""Real channels: which ones cases and complaints come by, who is behind them, and how a rate is made."""

from __future__ import annotations

import pandas as pd

from carekit.claims import atlas
from carekit.dataset.measured import load_measured
from carekit.show.facts import Facts
from carekit.show.result import Result

# Not chosen by a citizen, or said of less than a handful.
NOT_CHANNELS = ("staff", "api", "other")
INDEPENDENT = (
    "Cases count as independent of each other, so that the limits are the narrowest possible."
)


def shares(conf_level: float = 0.95) -> Result:
    """Share of each channel in the cases that citizens brought to three cities, 2008 to 2019.

    One row per place and channel: place, channel, n (cases of the place), n_yes, estimate, ci_low,
    ci_high. Cases that staff or a program entered are left out and counted.
    """
    cases = load_measured("atlas/c_channels")
    kept = cases[~cases["channel"].isin(NOT_CHANNELS)]
    made = kept.groupby(["place", "channel"], as_index=False).agg(n_yes=("n", "sum"))
    made["n"] = made.groupby("place")["n_yes"].transform("sum")
    facts = Facts("share of channels", "by which channel do requests come",
                  "cases brought by citizens", by=("channel",), conf_level=conf_level,
                  independent_unit="case", source="311 cases of three cities (atlas/c_channels)",
                  left_out={"cases entered by staff or programs, or by another channel":
                            int(cases["n"].sum() - kept["n"].sum())},
                  notes=(f"Real counts. {INDEPENDENT} The Boston file is a part: animals and what goes "
                         "with them. Cities, no firms.",))  # fmt: skip
    return Result(atlas.with_limits(made, "n_yes", conf_level), facts=facts)


def older(conf_level: float = 0.95) -> Result:
    """Share of complainants who say that they are 62 or older, by channel of the complaint.

    One row per extract and channel with 20 such complaints or more: extract, channel, n (complaints
    with the tag known), n_yes, estimate, ci_low, ci_high.
    """
    tags, known = _tags()
    known = known.assign(n_yes=known["n"].where(known["older_american_tag"] == "yes", 0))
    made = known.groupby(["source", "submitted_via"], as_index=False)[["n", "n_yes"]].sum()
    made = made.rename(columns={"submitted_via": "channel", "source": "extract"})
    kept = made[made["n"] >= atlas.FEWEST].reset_index(drop=True)
    few = int(made["n"].sum() - kept["n"].sum())
    years = known["year_received"]
    facts = Facts("older people by channel", "by which channel do older people complain",
                  "complaints to the US Consumer Financial Protection Bureau, tag known",
                  by=("channel",), conf_level=conf_level, independent_unit="complaint",
                  source=f"two public extracts, {years.min()} to {years.max()} "
                         "(atlas/d_cfpb_age_tag_by_channel)",
                  left_out={"complaints whose tag is not known": int(tags["n"].sum() - known["n"].sum()),
                            f"complaints by a channel with fewer than {atlas.FEWEST} in its extract": few},
                  notes=(f"Real counts. {INDEPENDENT} The tag is self-declared: who does not give it may "
                         "be as old. The extracts are not random, and social networks are no channel "
                         "there.",))  # fmt: skip
    return Result(atlas.with_limits(kept, "n_yes", conf_level), facts=facts)


def _tags() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Complaints to the authority, and those of them whose age tag is known."""
    tags = load_measured("atlas/d_cfpb_age_tag_by_channel")
    return tags, tags[tags["older_american_tag"].isin(["yes", "no"])]


def by_tag() -> pd.DataFrame:
    """Complaints whose age tag is known, by tag: n, and n_phone, those that came by phone."""
    _, known = _tags()
    phone = known["n"].where(known["submitted_via"] == "Phone", 0)
    return known.assign(n_phone=phone).groupby("older_american_tag", as_index=False)[
        ["n", "n_phone"]
    ].sum()  # fmt: skip


def complaints(conf_level: float = 0.95) -> Result:
    """Share of each channel in complaints about banks to a US authority.

    One row per extract and channel: extract, channel, n (complaints of the extract), n_yes,
    estimate, ci_low, ci_high. Social networks are no channel there.
    """
    given = load_measured("atlas/d_cfpb_age_tag_by_channel")
    made = given.rename(columns={"submitted_via": "channel", "source": "extract"})
    made = made.groupby(["extract", "channel"], as_index=False).agg(n_yes=("n", "sum"))
    made["n"] = made.groupby("extract")["n_yes"].transform("sum")
    years = given["year_received"]
    facts = Facts("channels of complaints", "by which channel do complaints come",
                  "complaints to the US Consumer Financial Protection Bureau",
                  by=("channel",), conf_level=conf_level, independent_unit="complaint",
                  source=f"three public extracts, {years.min()} to {years.max()} "
                         "(atlas/d_cfpb_age_tag_by_channel)",
                  notes=(f"Real counts. {INDEPENDENT} The extracts are not random, and social "
                         "networks are no channel there.",))  # fmt: skip
    return Result(atlas.with_limits(made, "n_yes", conf_level), facts=facts)


def definitions() -> Result:
    """One set of real reviews, many answer rates: each row changes one thing.

    One row per definition: definition, n, n_answered, estimate. Store reviews of all stars.
    """
    table = atlas.reviews()
    low = table[table["rating"].isin(atlas.LOW)]
    brands = table.groupby("brand")[["n", "n_answered"]].sum()
    few = int(brands["n"].sum())
    brands = brands[brands["n"] >= atlas.FEWEST]
    few -= int(brands["n"].sum())
    within = table[atlas.WAITS[24]].sum(axis=1).sum()
    rows = [
        ("all reviews together", table["n"].sum(), table["n_answered"].sum()),
        ("reviews of one and two stars", low["n"].sum(), low["n_answered"].sum()),
        ("answered within 24 hours", table["n"].sum(), within),
        ("older than 7 days", table["n_mature7d"].sum(), table["n_answered_mature7d"].sum()),
        ("without answers dated before the review", table["n"].sum(),
         (table["n_answered"] - table["n_negative"]).sum()),
    ]  # fmt: skip
    made = pd.DataFrame(rows, columns=["definition", "n", "n_answered"])
    mean = (brands["n_answered"] / brands["n"]).mean()
    last = {"definition": "mean of brands with 20 reviews", "n": len(brands), "estimate": mean}
    made = made.assign(estimate=made["n_answered"] / made["n"])
    made = pd.concat([made, pd.DataFrame([last])], ignore_index=True)
    made["n_answered"] = made["n_answered"].astype("Int64")
    facts = atlas.stated(
        "answer rates of the same reviews",
        "how far do definitions move a rate",
        "store reviews, in the last row brands",
        left_out={f"reviews of brands with fewer than {atlas.FEWEST} (in the last row)": few},
    )
    return Result(made, facts=facts)
