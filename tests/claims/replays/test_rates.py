"""Figures measured on a dataset small enough to count by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.claims.ledger import load_ledger
from carekit.claims.replays import REPLAYS, replay
from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.inference.rates.intervals import wilson

BRANDS = [f"b{i}" for i in range(8)]
DAY = 1440


def corpus() -> tuple[list[dict], list[dict], list[dict]]:
    """Eight brands on X, four with a care account that gets six mentions each."""
    rows, accounts, brands = [], [], []
    for i, brand in enumerate(BRANDS):
        brands.append({"brand": brand, "country": "US", "sector": "telecom" if i < 2 else "bank"})
        accounts.append({"account": brand, "network": "x", "brand": brand, "account_kind": "main"})
        if i >= 4:
            continue
        care = f"{brand}care"
        accounts.append({"account": care, "network": "x", "brand": brand, "account_kind": "care",
                         "opened_at": pd.Timestamp("2020", tz="UTC")})  # fmt: skip
        for k in range(6):
            name = f"{brand}-{k}"
            rows.append({"id": name, "at": k * 200 * DAY // 5, "account": care, "author_id": name,
                         "text": "why?", "observed_at": 400 * DAY})  # fmt: skip
            if k <= i + 1:
                text = "Please send us a DM" if k == 0 else "See https://example.com"
                wait = 60 * (4 if i < 3 else 10)
                rows.append({"id": f"{name}-r", "at": k * 200 * DAY // 5 + wait, "reply_to": name,
                             "account": care, "author_role": "brand", "text": text,
                             "lang": "en", "observed_at": 400 * DAY})  # fmt: skip
    return rows, accounts, brands


@pytest.fixture
def dataset(make_dataset):
    rows, accounts, brands = corpus()
    return make_dataset(rows, accounts=accounts, brands=brands)


def test_a_share_of_brands_comes_with_wilsons_interval(dataset):
    verdict = replay("C022", dataset, min_n=1)
    assert (verdict.estimate, verdict.n) == (4 / 8, 8)
    assert (verdict.ci_low, verdict.ci_high) == wilson(4, 8)


def test_brands_under_eight_hours_are_counted_among_their_own_base(dataset):
    of_care = replay("P020", dataset, min_n=1)  # b3 takes ten hours, the others four
    assert (of_care.estimate, of_care.n) == (3 / 4, 4)
    of_all = replay("D006", dataset, min_n=1)
    assert (of_all.estimate, of_all.n) == (3 / 8, 8)


def test_mentions_of_care_accounts_and_where_their_answers_send_people(dataset):
    answered = 2 + 3 + 4 + 5
    assert replay("P026b", dataset).estimate == pytest.approx(answered / 24)
    assert replay("P027f", dataset).estimate == pytest.approx(4 / answered)
    assert replay("P027c", dataset).estimate == pytest.approx((answered - 4) / answered)
    other = replay("P027d", dataset)
    assert other.verdict == "untestable"
    assert "coded by hand" in other.needs


def test_waits_of_answered_requests_have_an_interval(dataset):
    mean = replay("P066d", dataset, min_n=1)
    assert mean.estimate == pytest.approx((240 * 9 + 600 * 5) / 14)
    assert mean.ci_low < mean.estimate < mean.ci_high


def test_times_are_measured_under_the_definition_of_their_study(dataset):
    definitions = {
        "P026c": "simply-measured: mean wait over answered customer posts that name an account",
        "P066d": "socialbakers-2015: mean wait over answered customer posts that reply to nothing",
        "L013b": "sprout-72h: mean wait over answered customer posts that name an account",
    }
    for figure, words in definitions.items():
        verdict = replay(figure, dataset, min_n=1)
        assert verdict.definition.startswith(words)
        assert verdict.n == 14


def test_posts_by_fans_stand_on_a_page_of_the_brand(make_dataset):
    rows, accounts, brands = corpus()
    pages = [{**r, "network": "facebook", "surface": "brand_page"} for r in rows]
    pages[0]["surface"] = "mention"
    shops = [{**a, "network": "facebook"} for a in accounts]
    verdict = replay("L009", make_dataset(pages, accounts=shops, brands=brands), min_n=1)
    assert verdict.n == 23
    assert verdict.definition.startswith("fanpage-karma")


def test_times_of_complaints_need_somebody_who_says_which_they_are(dataset):
    assert replay("L001c", dataset).verdict == "untestable"
    labels = pd.DataFrame({"post_id": ["b0-0", "b3-0", "b1-1"], "is_complaint": [True, True, None]})
    labels.to_parquet(dataset.path / "labels.parquet")
    verdict = replay("L001c", dataset, min_n=1)
    assert (verdict.n, verdict.estimate) == (2, 240)  # four and ten hours: the lower middle
    assert "complaints by labels.parquet" in verdict.definition


def test_messages_that_need_an_answer_are_judged_within_72_hours(dataset):
    verdict = replay("L010", dataset, min_n=1)
    assert (verdict.n, verdict.estimate) == (24, pytest.approx(14 / 24))
    assert "sprout-72h" in verdict.definition


def test_complaints_need_somebody_who_says_which_they_are(dataset):
    verdict = replay("L001a", dataset)
    assert verdict.verdict == "untestable"
    assert "coded as complaints, in labels.parquet" in verdict.needs
    labels = pd.DataFrame({"post_id": ["b0-0", "b3-5", "b1-1"], "is_complaint": [True, True, None]})
    labels.to_parquet(dataset.path / "labels.parquet")
    assert (replay("L001a", dataset, min_n=1).n, replay("L001a", dataset).estimate) == (2, 0.5)


def test_sectors_have_shares_of_brands_questions_and_answers(dataset, make_dataset):
    rows, accounts, brands = corpus()
    facebook = [{**r, "network": "facebook"} for r in rows]
    shops = [{**a, "network": "facebook"} for a in accounts]
    other = make_dataset(facebook, accounts=shops, brands=brands)
    assert replay("P070b", other, min_n=1).estimate == 2 / 8
    assert replay("P070c", other, min_n=1).estimate == pytest.approx(12 / 24)
    assert replay("P070d", other, min_n=1).estimate == pytest.approx(5 / 14)
    assert replay("D023", other, min_n=1).estimate == pytest.approx(sum((2, 3, 4, 5)) / 6 / 4)
    assert replay("P070c", dataset).verdict == "untestable"  # no question on Facebook


def test_growth_is_measured_on_the_dataset_s_own_periods(dataset):
    verdict = replay("P023", dataset, min_n=1)
    assert verdict.estimate == 0  # four care accounts in both
    assert replay("P022", dataset, min_n=1).estimate == pytest.approx(0.0)


def test_a_dataset_without_accounts_leaves_care_figures_untestable(make_dataset):
    dataset = make_dataset(corpus()[0])
    for figure in ("C022", "P020", "P026b"):
        assert replay(figure, dataset).verdict == "untestable"


def test_answered_conversations_leave_rates_untestable_and_say_why(make_dataset):
    rows, accounts, brands = corpus()
    dataset = make_dataset(rows, accounts=accounts, brands=brands, selection=ANSWERED_ONLY)
    verdict = replay("L010", dataset)
    assert verdict.verdict == "untestable"
    assert "answered_only" in verdict.why
    assert replay("P027f", dataset, min_n=1).estimate is not None


def test_every_registered_measure_has_figures_in_the_ledger():
    measures = set(load_ledger().figures["measure"])
    assert set(REPLAYS) <= measures


def test_a_mean_wait_of_few_brands_has_no_limit_below_zero(make_dataset):
    rows, accounts, brands = corpus()
    for row in rows:  # five answers of one brand take two days more
        row["at"] += 2 * DAY * (row["account"] == "b3care" and "reply_to" in row)
    verdict = replay("L011d", make_dataset(rows, accounts=accounts, brands=brands), min_n=1)
    assert verdict.estimate == pytest.approx((9 * 240 + 5 * (600 + 2 * DAY)) / 14)
    assert verdict.ci_low == 0  # Student's limit lies below
