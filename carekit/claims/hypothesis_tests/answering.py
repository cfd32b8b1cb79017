"""Who answers, where and how fast (H06, H07, H08, H14, H29, H31)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from carekit.claims.hypothesis_evidence import MOST
from carekit.claims.hypothesis_tests.printed import difference_row, percent, selected, value_of
from carekit.claims.hypothesis_tests.registry import (
    Finding,
    Inquiry,
    Lacking,
    cannot_test,
    decided,
    decides,
)
from carekit.errors import InputError
from carekit.inference.rates.means import estimate_mean

FAST = "the answer comes at once"
TONE = "the tone is different"
OTHER_CHANNELS = "requests to the same firms by phone, e-mail or letter, with their texts"

cannot_test(
    "H06",
    evidence="posts",
    test="Answer rate of large firms less that of others, clustered by brand.",
    needs="posts: requests and answers of brands whose size (staff or turnover) is known; the table "
    "of brands has no such column, and accounts of small firms are seldom collected",
    why="The size of the firms is not in a dataset; the rates quoted in support count all brands.",
)
cannot_test(
    "H31",
    evidence="posts",
    test="Answer rate and wait by type of organisation (care and social media teams joined or "
    "apart) and size of firm.",
    needs="survey: how each firm organises its care and its social media work, and its size, beside "
    "its requests and answers",
    why="How a firm is organised cannot be read from posts.",
)


@decides(
    "H07",
    evidence="figures",
    unit="share a year",
    test="Change of the answered share of questions on X, share a year; firms slower than "
    "users means below 0, since the share falls when questions grow faster than answers.",
    needs="questions and answers by quarter on the same panel of brands",
)
def answered_share_falls_in_print(inquiry: Inquiry) -> Finding:
    chosen = selected(inquiry, measure="question_response_rate", network="x", country="world")
    # One figure a quarter: the article prints again what the study printed.
    waves = chosen.drop_duplicates("period_start").dropna(subset=["value"])
    waves = waves.sort_values("period_start", ignore_index=True)
    if len(waves) < 4:
        raise Lacking("The ledger has fewer than four quarters on X.")
    year = (waves["period_start"] - waves["period_start"].iloc[0]).dt.days / 365.25
    row = _straight_line(year, waves["value"], inquiry.conf_level)
    told = ", ".join(
        f"{percent(v)} from {d:%B %Y}"
        for v, d in zip(waves["value"], waves["period_start"], strict=True)
    )
    return decided(
        row,
        claim="below",
        min_n=4,
        why=f"Of questions put to tracked brands on X: {told}. {row['n']} quarters of a panel that "
        "changed; each is a census of its panel, so that the line's own scatter is all the error.",
    )


def _straight_line(x: pd.Series, y: pd.Series, conf_level: float) -> dict[str, float]:
    """Least-squares slope of a few points, Student's t."""
    from scipy.stats import linregress

    from carekit.inference.rates.intervals import critical_value

    fitted = linregress(x.to_numpy(float), y.to_numpy(float))
    reach = float(critical_value(conf_level, len(x) - 2)) * fitted.stderr
    return {
        "estimate": fitted.slope,
        "ci_low": fitted.slope - reach,
        "ci_high": fitted.slope + reach,
        "p_value": fitted.pvalue,
        "n": len(x),
    }


@decides(
    "H07",
    evidence="posts",
    unit="log odds a year",
    test="Change of the answered share of questions on X, log odds a year; firms slower than users "
    "means below 0, since the share falls when questions grow faster than answers.",
    needs="posts on X over a year or more: questions to brands, answered or not",
)
def answered_share_falls(inquiry: Inquiry) -> Finding:
    from carekit.dataset.engine import using
    from carekit.inference.rates.rate_model import model_rates
    from carekit.measures.answers import count_answers
    from carekit.requests.value import Requests

    inquiry.dataset.refuse("answer-rate")
    with using() as engine:
        requests = Requests.of(
            inquiry.dataset,
            definition="quintly-7d",
            by="month",
            cluster="brand",
            where="network = 'x'",
            engine=engine,
        )
        counts = count_answers(requests).rename(columns={"unit": "cluster"})
    counts = counts[counts["month"].notna()]
    months = pd.PeriodIndex(counts["month"], freq="M")
    if len(months) == 0 or (months.max() - months.min()).n < 11:
        raise Lacking("The dataset holds less than twelve months of questions on X.")
    counts["year"] = (months.year - months.year.min()) + (months.month - 1) / 12
    try:
        made = model_rates(
            counts, predictors="year", cluster="cluster", conf_level=inquiry.conf_level
        )
    except InputError as reason:
        raise Lacking(str(reason)) from reason
    row = made.iloc[-1]
    return decided(
        row,
        claim="below",
        why=f"Of {int(row['n']):,} questions on X (quintly-7d: question mark, answered within 7 days) "
        f"to {int(row['clusters'])} brands, {months.min()} to {months.max()}; clustered by brand.",
    )


@decides(
    "H08",
    evidence="figures",
    unit="difference of shares",
    test="Answered share of detected questions on Facebook less that on X, mean over printed pairs "
    "of the same country and quarter, difference of shares; more on Facebook means above 0.",
    needs="answer rates of both networks in the same country and quarter",
)
def facebook_answers_more_in_print(inquiry: Inquiry) -> Finding:
    chosen = selected(inquiry, measure="question_response_rate")
    chosen = chosen[(chosen["group_dim"] == "country") & (chosen["unit"] == "proportion")]
    chosen = chosen.drop_duplicates(["network", "country", "period_start"])
    wide = chosen.pivot_table(
        index=["country", "period_start", "period_end"], columns="network", values="value"
    )
    if not {"facebook", "x"} <= set(wide.columns) or len(wide.dropna()) < 3:
        raise Lacking("The ledger has fewer than three pairs of the two networks.")
    wide = wide.dropna().reset_index()
    # The world holds the countries printed for the same quarter.
    whole = wide["country"].eq("world") & wide["period_start"].duplicated(keep=False)
    wide = wide[~whole].set_index(["country", "period_start", "period_end"])
    pairs = wide.assign(gap=lambda t: t["facebook"] - t["x"], n=1)
    row = dict(estimate_mean(pairs, value="gap", conf_level=inquiry.conf_level).iloc[0])
    positive = int((pairs["gap"] > 0).sum())
    told = ", ".join(
        f"{country} {start:%Y-%m}: {percent(a)} and {percent(b)}"
        for (country, start, _), a, b in zip(
            pairs.index, pairs["facebook"], pairs["x"], strict=True
        )
    )
    return decided(
        row,
        claim="above",
        min_n=3,
        why=f"Of questions put to tracked brands, Facebook and X: {told}. {positive} of "
        f"{len(pairs)} pairs above 0 (sign test p = {_sign_test(positive, len(pairs)):.2g}). "
        "Pairs are taken for independent, though brands recur.",
    )


def _sign_test(positive: int, n: int) -> float:
    from scipy.stats import binomtest

    return float(binomtest(positive, n).pvalue)


@decides(
    "H08",
    evidence="figures",
    unit="difference of shares",
    test="Test questions answered correctly on Facebook less on X, British firms, two years "
    "together, difference of shares; more on Facebook means above 0.",
    needs="test questions sent to firms on both networks",
)
def facebook_answers_tests_better(inquiry: Inquiry) -> Finding:
    years = [difference_row(inquiry, a, b) for a, b in (("L006a", "L005a"), ("L008a", "L007a"))]
    # Two years of the same size: the mean has half the error of their sum.
    estimate = sum(row["estimate"] for row in years) / 2
    below = sum((row["estimate"] - row["ci_low"]) ** 2 for row in years) ** 0.5 / 2
    above = sum((row["ci_high"] - row["estimate"]) ** 2 for row in years) ** 0.5 / 2
    return decided(
        {"estimate": estimate, "ci_low": estimate - below, "ci_high": estimate + above},
        claim="above",
        n=sum(row["n"] for row in years),
        why="Of 100 test questions a network and year, right answers on Facebook and X: "
        f"{percent(value_of(inquiry, 'L006a'))} and {percent(value_of(inquiry, 'L005a'))} in 2016, "
        f"{percent(value_of(inquiry, 'L008a'))} and {percent(value_of(inquiry, 'L007a'))} in 2017. "
        "The same firms were asked on both: their pairing was not published.",
    )


@decides(
    "H08",
    evidence="posts",
    unit="difference of shares",
    test="Answer rate on Facebook less that on X, brands compared with themselves, difference of "
    "shares; more on Facebook means above 0.",
    needs="posts: requests to the same brands on Facebook and X, answered or not",
)
def facebook_answers_more(inquiry: Inquiry) -> Finding:
    from carekit.measures.brands import compare_answer_rates

    try:
        made = compare_answer_rates(
            inquiry.dataset,
            by="network",
            reference="x",
            where="network in ('x', 'facebook')",
            conf_level=inquiry.conf_level,
        )
    except InputError as reason:
        raise Lacking("The dataset does not hold requests on both Facebook and X.") from reason
    if made.empty:
        raise Lacking("The dataset does not hold requests on both Facebook and X.")
    row = made.iloc[0]
    return decided(
        row,
        claim="above",
        why=f"Answered openings: {percent(row['rate_a'])} of {int(row['n_a']):,} on Facebook and "
        f"{percent(row['rate_b'])} of {int(row['n_b']):,} on X; {int(row['clusters'])} brands, "
        "clustered by brand.",
    )


@decides(
    "H29",
    evidence="posts",
    unit="log ratio",
    test="Change of the log wait of answered requests after a brand adopted a written response "
    "scheme, less that of brands without one (difference in differences); shortening means below 0.",
    needs="dates on which brands adopted a response scheme (events.csv: brand, event, at), with "
    "requests and answers before and after, of four such brands or more and of others",
)
def schemes_shorten_waits(inquiry: Inquiry) -> Finding:
    from carekit.measures.response_schemes import LOG
    from carekit.measures.response_schemes import response_schemes as measure_response_schemes

    try:
        made: Any = measure_response_schemes(inquiry.dataset, conf_level=inquiry.conf_level)
    except InputError as reason:
        raise Lacking(str(reason)) from reason
    rows = made[made["outcome"] == LOG].set_index("analysis")
    row, trend = rows.loc["each request alike"], rows.loc["pre-trend"]
    return decided(
        row,
        claim="below",
        n=int(row["n_requests"]),
        why=f"{int(row['treated'])} brands that adopted one against {int(row['controls'])} others, "
        f"{int(row['n_requests']):,} answered openings by brand and month: waits times "
        f"{row['ratio']:.2f} ({row['ratio_low']:.2f} to {row['ratio_high']:.2f}), clustered by "
        f"brand. Placebo before it: times {trend['ratio']:.2f} ({trend['ratio_low']:.2f} to "
        f"{trend['ratio_high']:.2f}).",
    )


cannot_test(
    "H14",
    evidence="posts",
    part=TONE,
    test="Negative share of requests by channel.",
    needs=f"posts or tickets: {OTHER_CHANNELS}",
    why="A dataset of posts holds networks only: nothing to compare their tone with.",
)


@decides(
    "H14",
    evidence="figures",
    unit="minutes",
    part=FAST,
    test="Median of the published mean waits on social networks, minutes; at once means below 60.",
    needs="published waits on social networks, means and medians",
)
def published_waits(inquiry: Inquiry) -> Finding:
    chosen = selected(inquiry, measure="first_response_time")
    chosen = chosen[chosen["network"].notna() & chosen["value"].notna()]
    means = chosen[chosen["group"] == "mean"]["value"]
    medians = chosen[chosen["group"] == "median"]["value"]
    if means.empty:
        raise Lacking("The ledger has no published wait.")
    told = f"; a median of {medians.iloc[0]:.0f} minutes stands beside one of them" * bool(
        len(medians)
    )
    return Finding(
        "undecided",
        f"{len(means)} published means over answered requests lie between {means.min():.0f} and "
        f"{means.max():.0f} minutes{told}. A mean over the answered says neither how long most "
        "waited nor how many still wait.",
        float(means.median()),
        n=len(means),
        needs="waits of all requests, answered or not",
    )


@decides(
    "H14",
    evidence="measured",
    unit="difference of shares",
    part=FAST,
    test="Share of cases closed within a day, Twitter less phone, street cleaning cases of one city, "
    "difference of shares; faster means above 0.",
    needs="the measured table sf311_days_to_close",
)
def city_cases_closed(inquiry: Inquiry) -> Finding:
    from carekit.dataset.measured import load_measured
    from carekit.inference.waits.logrank import compare_waits
    from carekit.inference.waits.survival import estimate_waits

    cases = load_measured("sf311_days_to_close")
    cases = cases[
        (cases["category"] == "Street and Sidewalk Cleaning")
        & cases["channel"].isin(["Twitter", "Voice In"])
    ]
    closed: Any = estimate_waits(
        cases, by="channel", time="day", unit="days", within=(1440,), conf_level=inquiry.conf_level
    ).set_index("channel")
    test = compare_waits(cases, group="channel", time="day", unit="days")
    social, phone = closed.loc["Twitter"], closed.loc["Voice In"]
    name = "within_1440_minutes"
    gap = social[name] - phone[name]
    # Newcombe's way of joining two intervals, from the limits of the two curves.
    below = (
        (social[name] - social[f"{name}_low"]) ** 2 + (phone[f"{name}_high"] - phone[name]) ** 2
    ) ** 0.5
    above = (
        (social[f"{name}_high"] - social[name]) ** 2 + (phone[name] - phone[f"{name}_low"]) ** 2
    ) ** 0.5
    n = int(social["n"] + phone["n"])
    return decided(
        {"estimate": gap, "ci_low": gap - below, "ci_high": gap + above, "p_value": test.p_value},
        claim="above",
        n=n,
        why=f"Real counts. Of {int(social['n']):,} cases by Twitter {percent(social[name])} and of "
        f"{int(phone['n']):,} by phone {percent(phone[name])} were closed within a day (p: log-rank over "
        "all days, open cases censored). Closing a case is resolution, not a first answer.",
    )


@decides(
    "H14",
    evidence="measured",
    unit="share",
    part=FAST,
    test="Share of app reviews answered within an hour, unanswered ones censored; at once means "
    f"more than {percent(MOST)}.",
    needs="waits of requests on social networks, answered or not",
)
def reviews_answered_at_once(inquiry: Inquiry) -> Finding:
    from carekit.dataset.measured import load_measured
    from carekit.inference.waits.survival import estimate_waits

    waits = load_measured("app_reviews_waits")
    waits = waits[waits["network"] == "google_play"]
    row = estimate_waits(
        waits,
        cluster="brand",
        time="hour",
        unit="hours",
        within=(60,),
        conf_level=inquiry.conf_level,
    ).iloc[0]
    name = "within_60_minutes"
    made = decided(
        {"estimate": row[name], "ci_low": row[f"{name}_low"], "ci_high": row[f"{name}_high"]},
        claim="above",
        reference=MOST,
        n=int(row["n"]),
        why=f"Real counts. Of {int(row['n']):,} reviews of eight Korean banking apps on Google Play, "
        "clustered by brand; whole hours, so that an answer within two may count as within one.",
    )
    # Reviews are not what the statement is about: they can hint, not decide.
    why = f"{made.why} Reviews in a store are no questions on a social network."
    return replace(made, verdict="undecided", why=why)


@decides(
    "H14",
    evidence="posts",
    unit="share",
    part=FAST,
    test="Share of requests answered within an hour, unanswered ones censored; at once means more "
    f"than {percent(MOST)}.",
    needs="posts: requests with the times of their answers, answered or not",
)
def requests_answered_at_once(inquiry: Inquiry) -> Finding:
    from carekit.dataset.engine import using
    from carekit.inference.waits.survival import estimate_waits
    from carekit.measures.waits import count_waits
    from carekit.requests.value import Requests

    inquiry.dataset.refuse("answer-rate")
    with using() as engine:
        waits = count_waits(Requests.of(inquiry.dataset, cluster="brand", engine=engine))
    waits = waits.rename(columns={"unit": "cluster"})
    waits = waits[waits["events"] + waits["censored"] > 0]
    if waits.empty:
        raise Lacking("The dataset holds no request.")
    row = estimate_waits(
        waits, cluster="cluster", within=(60,), conf_level=inquiry.conf_level
    ).iloc[0]
    name = "within_60_minutes"
    return decided(
        {"estimate": row[name], "ci_low": row[f"{name}_low"], "ci_high": row[f"{name}_high"]},
        claim="above",
        reference=MOST,
        n=int(row["n"]),
        why=f"Of {int(row['n']):,} openings to {int(row['clusters'])} brands (direct-opening, "
        "Kaplan-Meier, clustered by brand).",
    )
