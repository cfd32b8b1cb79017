"""Who answers, where and how fast (H06, H07, H08, H14, H29, H31)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from scipy.special import bdtr

from carekit.claims.hypotheses.evidence import MOST
from carekit.claims.hypotheses.printed import difference_row, percent, selected, told
from carekit.claims.hypotheses.registry import Row, cannot_test, tests
from carekit.claims.inquiry import Inquiry
from carekit.dataset.engine import using
from carekit.dataset.measured import load_measured
from carekit.errors import CannotAnswer, InputError
from carekit.inference.rates.intervals import critical_value
from carekit.inference.rates.means import estimate_mean
from carekit.inference.rates.rate_model import model_rates
from carekit.inference.waits.logrank import compare_waits
from carekit.inference.waits.survival import estimate_waits
from carekit.measures.answers import count_answers
from carekit.measures.brands import compare_answer_rates
from carekit.measures.response_schemes import LOG, response_schemes
from carekit.measures.waits import count_waits
from carekit.requests.value import Requests

FAST = "the answer comes at once"
TONE = "the tone is different"
POINTS = "difference of shares"
SLOWER = "firms slower than users (the share falls when questions grow faster than answers)"
TWO_NETWORKS = "The dataset does not hold requests on both Facebook and X."

cannot_test(
    "H06",
    on="posts",
    measured="Answer rate of large firms less that of others, clustered by brand",
    needs="posts: requests and answers of brands whose size (staff or turnover) is known; the table "
    "of brands has no such column, and accounts of small firms are seldom collected",
    why="The size of the firms is not in a dataset; the rates quoted in support count all brands.",
)
cannot_test(
    "H31",
    on="posts",
    measured="Answer rate and wait by type of organisation (care and social media teams joined or "
    "apart) and size of firm",
    needs="survey: how each firm organises its care and its social media work, and its size, beside "
    "its requests and answers",
    why="How a firm is organised cannot be read from posts.",
)


@tests(
    "H07",
    on="figures",
    measured="Change of the answered share of questions on X",
    unit="share a year",
    means=SLOWER,
    claim="below",
    min_n=4,
    needs="questions and answers by quarter on the same panel of brands",
)
def answered_share_falls_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    chosen = selected(inquiry, measure="question_response_rate", network="x", country="world")
    # One figure a quarter: the article prints again what the study printed.
    waves = chosen.drop_duplicates("period_start").dropna(subset=["value"])
    waves = waves.sort_values("period_start", ignore_index=True)
    if len(waves) < 4:
        raise CannotAnswer("The ledger has fewer than four quarters on X.")
    year = (waves["period_start"] - waves["period_start"].iloc[0]).dt.days / 365.25
    row = _straight_line(year, waves["value"], inquiry.conf_level)
    each = ", ".join(
        f"{percent(v)} from {d:%B %Y}"
        for v, d in zip(waves["value"], waves["period_start"], strict=True)
    )
    return row, (
        f"Of questions put to tracked brands on X: {each}. {row['n']} quarters of a panel that "
        "changed, taken as a sample of quarters: the scatter about the line is the error."
    )


def _straight_line(x: pd.Series, y: pd.Series, conf_level: float) -> dict[str, Any]:
    """Least-squares slope of a few points, Student's t."""
    from scipy.stats import linregress  # slow to import, and seldom needed

    fitted = linregress(x.to_numpy(float), y.to_numpy(float))
    reach = float(critical_value(conf_level, len(x) - 2)) * fitted.stderr
    ends = {"ci_low": fitted.slope - reach, "ci_high": fitted.slope + reach}
    return {"estimate": fitted.slope, **ends, "p_value": fitted.pvalue, "n": len(x)}


@tests(
    "H07",
    on="posts",
    measured="Change of the answered share of questions on X",
    unit="log odds a year",
    means=SLOWER,
    claim="below",
    needs="posts on X over a year or more: questions to brands, answered or not",
)
def answered_share_falls(inquiry: Inquiry) -> tuple[Row, str]:
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
        raise CannotAnswer("The dataset holds less than twelve months of questions on X.")
    counts["year"] = (months.year - months.year.min()) + (months.month - 1) / 12
    row = model_rates(
        counts, predictors="year", cluster="cluster", conf_level=inquiry.conf_level
    ).iloc[-1]
    return dict(row), (
        f"Of {int(row['n']):,} questions on X (quintly-7d: question mark, answered within 7 days) "
        f"to {int(row['clusters'])} brands, {months.min()} to {months.max()}; clustered by brand."
    )


@tests(
    "H08",
    on="figures",
    measured="Answered share of detected questions on Facebook less that on X, mean over printed "
    "pairs of the same country and quarter",
    unit=POINTS,
    means="more on Facebook",
    claim="above",
    min_n=3,
    needs="answer rates of both networks in the same country and quarter",
)
def facebook_answers_more_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    chosen = selected(inquiry, measure="question_response_rate")
    chosen = chosen[(chosen["group_dim"] == "country") & (chosen["unit"] == "proportion")]
    chosen = chosen.drop_duplicates(["network", "country", "period_start"])
    keys = ["country", "period_start", "period_end"]
    wide = chosen.pivot_table(index=keys, columns="network", values="value")
    if not {"facebook", "x"} <= set(wide.columns) or len(wide.dropna()) < 3:
        raise CannotAnswer("The ledger has fewer than three pairs of the two networks.")
    wide = wide.dropna().reset_index()
    # The world holds the countries printed for the same quarter.
    whole = wide["country"].eq("world") & wide["period_start"].duplicated(keep=False)
    pairs: Any = wide[~whole].assign(gap=lambda t: t["facebook"] - t["x"], n=1)
    row = estimate_mean(pairs, value="gap", conf_level=inquiry.conf_level).iloc[0]
    positive = int((pairs["gap"] > 0).sum())
    fewer = min(positive, len(pairs) - positive)
    sign_test = min(1.0, 2 * float(bdtr(fewer, len(pairs), 0.5)))
    each = ", ".join(
        f"{pair.country} {pair.period_start:%Y-%m}: {percent(pair.facebook)} and {percent(pair.x)}"
        for pair in pairs.itertuples()
    )
    return dict(row), (
        f"Of questions put to tracked brands, Facebook and X: {each}. {positive} of {len(pairs)} "
        f"pairs above 0 (sign test p = {sign_test:.2g}). "
        "Pairs are taken for independent, though brands recur."
    )


@tests(
    "H08",
    on="figures",
    measured="Test questions answered correctly on Facebook less on X, British firms, two years "
    "together",
    unit=POINTS,
    means="more on Facebook",
    claim="above",
    needs="test questions sent to firms on both networks",
)
def facebook_answers_tests_better(inquiry: Inquiry) -> tuple[Row, str]:
    years = [difference_row(inquiry, a, b) for a, b in (("L006a", "L005a"), ("L008a", "L007a"))]
    # Two years of the same size: the mean has half the error of their sum.
    estimate = sum(row["estimate"] for row in years) / 2
    below = sum((row["estimate"] - row["ci_low"]) ** 2 for row in years) ** 0.5 / 2
    above = sum((row["ci_high"] - row["estimate"]) ** 2 for row in years) ** 0.5 / 2
    ends = {"ci_low": estimate - below, "ci_high": estimate + above}
    return {"estimate": estimate, **ends, "n": sum(row["n"] for row in years)}, (
        "Of 100 test questions a network and year, right answers on Facebook and X: "
        f"{told(inquiry, 'L006a')} and {told(inquiry, 'L005a')} in 2016, {told(inquiry, 'L008a')} "
        f"and {told(inquiry, 'L007a')} in 2017. The same firms were asked on both: their pairing "
        "was not published."
    )


@tests(
    "H08",
    on="posts",
    measured="Answer rate on Facebook less that on X, brands compared with themselves",
    unit=POINTS,
    means="more on Facebook",
    claim="above",
    needs="posts: requests to the same brands on Facebook and X, answered or not",
)
def facebook_answers_more(inquiry: Inquiry) -> tuple[Row, str]:
    try:
        made = compare_answer_rates(
            inquiry.dataset,
            by="network",
            reference="x",
            where="network in ('x', 'facebook')",
            conf_level=inquiry.conf_level,
        )
    except InputError as reason:
        raise CannotAnswer(TWO_NETWORKS) from reason
    if made.empty:
        raise CannotAnswer(TWO_NETWORKS)
    row = made.iloc[0]
    return dict(row), (
        f"Answered openings: {percent(row['rate_a'])} of {int(row['n_a']):,} on Facebook and "
        f"{percent(row['rate_b'])} of {int(row['n_b']):,} on X; {int(row['clusters'])} brands, "
        "clustered by brand."
    )


@tests(
    "H29",
    on="posts",
    measured="Change of the log wait of answered requests after a brand adopted a written response "
    "scheme, less that of brands without one (difference in differences)",
    unit="log ratio",
    means="shortening",
    claim="below",
    needs="dates on which brands adopted a response scheme (events.csv: brand, event, at), with "
    "requests and answers before and after, of four such brands or more and of others",
)
def schemes_shorten_waits(inquiry: Inquiry) -> tuple[Row, str]:
    made: Any = response_schemes(inquiry.dataset, conf_level=inquiry.conf_level)
    rows = made[made["outcome"] == LOG].set_index("analysis")
    row, trend = rows.loc["each request alike"], rows.loc["pre-trend"]
    return {**row, "n": int(row["n_requests"])}, (
        f"{int(row['treated'])} brands that adopted one against {int(row['controls'])} others, "
        f"{int(row['n_requests']):,} answered openings by brand and month: waits times "
        f"{row['ratio']:.2f} ({row['ratio_low']:.2f} to {row['ratio_high']:.2f}), clustered by "
        f"brand. Placebo before it: times {trend['ratio']:.2f} ({trend['ratio_low']:.2f} to "
        f"{trend['ratio_high']:.2f})."
    )


cannot_test(
    "H14",
    on="posts",
    part=TONE,
    measured="Negative share of requests by channel",
    needs="posts or tickets: requests to the same firms by phone, e-mail or letter, with their "
    "texts",
    why="A dataset of posts holds networks only: nothing to compare their tone with.",
)


@tests(
    "H14",
    on="figures",
    part=FAST,
    measured="Median of the published mean waits on social networks",
    unit="minutes",
    means="at once means below 60",
    needs="waits of all requests, answered or not",
)
def published_waits(inquiry: Inquiry) -> tuple[Row, str]:
    chosen = selected(inquiry, measure="first_response_time")
    chosen = chosen[chosen["network"].notna() & chosen["value"].notna()]
    means = chosen[chosen["group"] == "mean"]["value"]
    medians = chosen[chosen["group"] == "median"]["value"]
    if means.empty:
        raise CannotAnswer("The ledger has no published wait.")
    beside = f"; a median of {medians.iloc[0]:.0f} minutes stands beside one of them" * bool(
        len(medians)
    )
    return {"estimate": float(means.median()), "n": len(means)}, (
        f"{len(means)} published means over answered requests lie between {means.min():.0f} and "
        f"{means.max():.0f} minutes{beside}. A mean over the answered says neither how long most "
        "waited nor how many still wait."
    )


@tests(
    "H14",
    on="measured",
    part=FAST,
    measured="Share of cases closed within a day, Twitter less phone, street cleaning cases of one "
    "city",
    unit=POINTS,
    means="faster would mean above 0",
    needs="first answers by firms, by channel",
)
def city_cases_closed(inquiry: Inquiry) -> tuple[Row, str]:
    cases = load_measured("sf311_days_to_close")
    cases = cases[
        (cases["category"] == "Street and Sidewalk Cleaning")
        & cases["channel"].isin(["Twitter", "Voice In"])
    ]
    closed: Any = estimate_waits(
        cases, by="channel", time="day", unit="days", within=(1440,), conf_level=inquiry.conf_level
    ).set_index("channel")
    test = compare_waits(cases, group="channel", time="day", unit="days")
    names = [f"within_1440_minutes{end}" for end in ("", "_low", "_high")]
    social, phone = (tuple(map(float, closed.loc[c, names])) for c in ("Twitter", "Voice In"))
    row = joined(social, phone)
    n_social, n_phone = int(closed.loc["Twitter", "n"]), int(closed.loc["Voice In", "n"])
    return {**row, "p_value": test.p_value, "n": n_social + n_phone}, (
        f"Real counts. Of {n_social:,} cases by Twitter {percent(social[0])} and of "
        f"{n_phone:,} by phone {percent(phone[0])} were closed within a day (p: log-rank over "
        "all days, open cases censored). Closing a case is resolution, not a first answer."
    )


def joined(first: Sequence[float], other: Sequence[float]) -> dict[str, float]:
    """Difference of two estimates with their limits, joined in Newcombe's way."""
    (a, a_low, a_high), (b, b_low, b_high) = first, other
    below = ((a - a_low) ** 2 + (b_high - b) ** 2) ** 0.5
    above = ((a_high - a) ** 2 + (b - b_low) ** 2) ** 0.5
    return {"estimate": a - b, "ci_low": a - b - below, "ci_high": a - b + above}


def _within_an_hour(waits: pd.DataFrame, inquiry: Inquiry, **options: Any) -> dict[str, Any]:
    """Share answered within an hour, unanswered ones censored, clustered by brand."""
    made = estimate_waits(waits, within=(60,), conf_level=inquiry.conf_level, **options).iloc[0]
    ends = {"estimate": "", "ci_low": "_low", "ci_high": "_high"}
    row = {name: made[f"within_60_minutes{end}"] for name, end in ends.items()}
    return {**row, "n": int(made["n"]), "clusters": int(made["clusters"])}


@tests(
    "H14",
    on="measured",
    part=FAST,
    measured="Share of app reviews answered within an hour, unanswered ones censored",
    unit="share",
    means="at once means more than half",
    needs="waits of requests on social networks, answered or not",
)
def reviews_answered_at_once(inquiry: Inquiry) -> tuple[Row, str]:
    waits = load_measured("app_reviews_waits").query("network == 'google_play'")
    row = _within_an_hour(waits, inquiry, cluster="brand", time="hour", unit="hours")
    return row, (
        f"Real counts. Of {row['n']:,} reviews of eight Korean banking apps on Google Play, "
        "clustered by brand; whole hours, so that an answer within two may count as within one. "
        "Reviews in a store are no questions on a social network."
    )


@tests(
    "H14",
    on="posts",
    part=FAST,
    measured="Share of requests answered within an hour, unanswered ones censored",
    unit="share",
    means="at once",
    claim="above",
    reference=MOST,
    needs="posts: requests with the times of their answers, answered or not",
)
def requests_answered_at_once(inquiry: Inquiry) -> tuple[Row, str]:
    inquiry.dataset.refuse("answer-rate")
    with using() as engine:
        waits = count_waits(Requests.of(inquiry.dataset, cluster="brand", engine=engine))
    waits = waits.rename(columns={"unit": "cluster"})
    waits = waits[waits["events"] + waits["censored"] > 0]
    if waits.empty:
        raise CannotAnswer("The dataset holds no request.")
    row = _within_an_hour(waits, inquiry, cluster="cluster")
    return row, (
        f"Of {row['n']:,} openings to {row['clusters']} brands (direct-opening, "
        "Kaplan-Meier, clustered by brand)."
    )
