"""truth.json against counts made another way."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest

from carekit.sample import plan
from carekit.sample.roster import brands
from carekit.sample.truth.content import jensen_shannon


def entries(truth: dict[str, Any], name: str, **by: str) -> list[dict[str, Any]]:
    return [
        q
        for q in truth["quantities"]
        if q["name"] == name and all(q["by"].get(k) == v for k, v in by.items())
    ]


def one(truth: dict[str, Any], name: str, **by: str) -> dict[str, Any]:
    found = [q for q in entries(truth, name, **by) if q["by"] == by]
    assert len(found) == 1, f"{len(found)} entries {name} {by}"
    return found[0]


def test_every_quantity_has_one_name_a_denominator_and_a_source(truth, committed):
    keys = Counter((q["name"], tuple(sorted(q["by"].items()))) for q in truth["quantities"])
    assert [key for key, n in keys.items() if n > 1] == []
    ledger = pd.read_csv(committed.path.parent / "claims" / "published_figures.csv", dtype=str)
    known = {*ledger["figure_id"], "ours"}
    for q in truth["quantities"]:
        assert q["definition"], q["name"]
        assert q["unit"], q["name"]
        assert q["recover"], q["name"]
        assert set(q["source"]) <= known, q["name"]
        if q["unit"] == "proportion" and q["value"] is not None:
            assert 0 <= q["value"] <= 1


def test_figures_left_out_are_in_the_ledger_and_nowhere_planted(truth, committed):
    ledger = pd.read_csv(committed.path.parent / "claims" / "published_figures.csv", dtype=str)
    out = {f for entry in truth["not_planted"] for f in entry["figures"]}
    assert out <= set(ledger["figure_id"])
    assert not out & {s for q in truth["quantities"] for s in q["source"]}
    assert all(entry["why"] for entry in truth["not_planted"])


def test_published_answer_rates_are_planted_as_published(truth, committed):
    ledger = pd.read_csv(committed.path.parent / "claims" / "published_figures.csv")
    printed = ledger.set_index("figure_id")["value"].astype(float)
    for network, country, figure in (
        ("x", "all", "C034"), ("facebook", "all", "C035"), ("x", "CA", "C032"),
        ("facebook", "CA", "C036"), ("x", "US", "C033"), ("facebook", "US", "C037"),
    ):  # fmt: skip
        found = one(truth, "question_answer_rate", network=network, country=country)
        assert found["value"] == pytest.approx(printed[figure])
        assert found["source"] == [figure]


def test_planted_survey_shares_are_the_published_ones(truth, committed):
    ledger = pd.read_csv(committed.path.parent / "claims" / "published_figures.csv")
    printed = ledger.set_index("figure_id")["value"].astype(float)
    us = {"country": "US"}
    for age, figure in (
        ("18-24", "C075"), ("25-34", "C076"), ("35-44", "C077"), ("45-54", "P138"),
        ("55-64", "C079"), ("65+", "C074"),
    ):  # fmt: skip
        found = one(truth, "prefers_social_over_phone", answer="yes", age_group=age, **us)
        assert found["value"] == pytest.approx(printed[figure])
    whole = one(truth, "prefers_social_over_phone", answer="yes", **us)
    assert whole["value"] == pytest.approx(printed["D016"], abs=0.002)
    used = one(truth, "used_social_care", answer="yes", **us)
    assert used["value"] == pytest.approx(printed["C001"], abs=0.005)
    for answer, figure in (("phone", "C047"), ("email", "C048"), ("website", "C049")):
        found = one(truth, "used_channel", answer=answer, country="FR")
        assert found["value"] == pytest.approx(printed[figure])
    social = one(truth, "used_channel", answer="social_media", country="FR")
    assert social["value"] == pytest.approx(printed["C046"], abs=0.003)


def test_realised_answer_rates_count_the_drawn_threads_again(drawn):
    """Another way: the brand's posts found in each thread, not the planned answers."""
    clean = drawn.clean
    by_brand = set(clean.loc[clean["role"].eq("brand") & clean["parent"].ge(0), "root"])
    country = [b.country for b in brands()]
    counts: Counter[tuple[str, str]] = Counter()
    answered: Counter[tuple[str, str]] = Counter()
    for row in clean[clean["kind"] == "opening"].itertuples():
        if row.addressed and row.marked:
            for place in (country[row.firm], "all"):
                counts[row.network, place] += 1
                answered[row.network, place] += row.key in by_brand
    for (network, place), n in counts.items():
        found = one(drawn.truth, "question_answer_rate", network=network, country=place)
        assert found["realised"]["n"] == n
        assert found["realised"]["k"] == answered[network, place]


def test_realised_counts_of_care_accounts_come_from_the_tables_too(drawn, committed):
    """Growth counted in the finished table; lost openings are the only difference."""
    care = committed.read("accounts").query("account_kind == 'care' and network == 'x'")
    posts = drawn.posts[drawn.posts["author_role"].eq("customer") & drawn.posts["reply_to"].isna()]
    mine = posts[posts["network"].eq("x") & posts["account"].isin(care["account"])]
    total = one(drawn.truth, "mentions_growth", accounts="total")["realised"]
    for name, low, high in (
        ("before", "2014-01-01", "2014-02-15"),
        ("after", "2015-01-01", "2015-02-15"),
    ):
        inside = mine["created_at"].ge(pd.Timestamp(low, tz="UTC"))
        inside &= mine["created_at"].lt(pd.Timestamp(high, tz="UTC"))
        assert total[name] - 8 <= inside.sum() <= total[name]


def test_tables_are_counted_again_row_by_row(truth, posts):
    seen: dict[str, Any] = {}
    for row in posts.itertuples():
        if row.post_id not in seen or row.observed_at > seen[row.post_id].observed_at:
            seen[row.post_id] = row
    first_reply: dict[str, pd.Timestamp] = {}
    lost = 0
    for row in seen.values():
        if isinstance(row.reply_to, str):
            lost += row.reply_to not in seen
            if row.author_role == "brand":
                other = first_reply.get(row.reply_to, row.created_at)
                first_reply[row.reply_to] = min(other, row.created_at)
    opening = [
        r for r in seen.values() if r.author_role == "customer" and not isinstance(r.reply_to, str)
    ]
    answered = [r for r in opening if r.post_id in first_reply]
    waits = [(first_reply[r.post_id] - r.created_at).total_seconds() for r in answered]
    tables = truth["tables"]
    assert tables["rows"] == len(posts)
    assert tables["posts"] == len(seen)
    assert tables["openings"] == len(opening)
    assert tables["openings_answered_directly"] == len(answered)
    assert tables["openings_by_network"] == Counter(r.network for r in opening)
    assert tables["openings_answered_directly_by_network"] == Counter(r.network for r in answered)
    assert tables["openings_answered_before_they_were_written"] == sum(w < 0 for w in waits)
    assert tables["openings_answered_after_7_days"] == sum(w > 7 * 86400 for w in waits)
    assert tables["replies_to_posts_not_collected"] == lost
    assert tables["posts_deleted"] == sum(not pd.isna(r.deleted_at) for r in seen.values())
    assert tables["posts_without_text"] == sum(not isinstance(r.text, str) for r in seen.values())


# drawn for each opening or respondent by itself, so that the count is binomial (nearly, for
# people of one sampling unit); answer rates and waits vary with the brand and are not here
INDEPENDENT = (
    "category_share tone_share question_share question_mark_share question_mark_on_question "
    "question_mark_on_other angry_share irony_share plain_share abuse_share personal_data_share "
    "care_share unaddressed_share redirect_share handoff_share direct_share follow_up_share "
    "early_look_share telecom_question_share prefers_social_over_phone used_social_care "
    "care_frequency uses_platform_for_care contacts_needed used_channel preferred_channel"
).split()


@pytest.mark.parametrize("name", INDEPENDENT)
def test_realised_shares_scatter_around_the_planted_ones(truth, name):
    found = [q for q in entries(truth, name) if q["realised"] and q["realised"]["n"] >= 30]
    assert found
    for q in found:
        n, value = q["realised"]["n"], q["value"]
        allowed = 4.5 * math.sqrt(value * (1 - value) / n * 1.5) + 2 / n
        assert abs(q["realised"]["value"] - value) <= allowed, q["by"]


def test_answers_and_waits_scatter_between_brands_as_planted(truth):
    pace = np.log([b["pace"] for b in truth["brands"]])
    assert pace.std(ddof=1) == pytest.approx(plan.BRAND_SIGMA, rel=0.35)
    assert abs(pace.mean()) < 4 * plan.BRAND_SIGMA / math.sqrt(60)
    mean, median = (
        one(truth, n, network="all")["realised"]["value"] for n in ("mean_wait", "median_wait")
    )
    assert mean / median > 5  # published: 504 against 46 minutes


def test_displacement_is_planted_for_some_brands_and_absent_for_others(truth):
    for network in ("x", "facebook"):
        real = one(truth, "displacement_effect", network=network, effect="displaced")
        none = one(truth, "displacement_effect", network=network, effect="none")
        assert real["value"] < -0.15
        assert none["value"] == 0
    effects = Counter(b["care_effect"] for b in truth["brands"])
    assert effects["displaced"] == 12
    assert effects["none"] == 4


def test_jensen_shannon_distance_agrees_with_scipy():
    from scipy.spatial.distance import jensenshannon

    first, second = plan.CATEGORY_SHARE["x"], plan.CATEGORY_SHARE["forum"]
    assert jensen_shannon(first, second) == pytest.approx(jensenshannon(first, second, base=2))
    assert jensen_shannon(first, first) == 0
