"""Hypotheses on posts made by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.claims.hypotheses.judge import judge_hypotheses

BRANDS = [f"b{i}" for i in range(8)]


def requests(network, n, answered, *, text="Where is it?", surface=None, length=20, wait=30):
    """For each brand n openings, of which some answered after `wait` minutes."""
    rows = []
    for b, brand in enumerate(BRANDS):
        for i in range(n):
            name = f"{network}{surface}{brand}{i}"
            rows.append(
                {"id": name, "at": 100 * i + b, "network": network, "brand": brand, "account": brand,
                 "author_id": name, "text": text, "surface": surface, "observed_at": 90_000}
            )  # fmt: skip
            # some brands answer one request more, and not the same on every network
            if i < answered + ((b + len(network)) % 3 == 0):
                rows.append(
                    {"id": f"{name}r", "at": 100 * i + b + wait, "network": network,
                     "reply_to": name, "brand": brand, "account": brand, "author_role": "brand",
                     "text": "x" * length, "lang": "en"}
                )  # fmt: skip
    return rows


@pytest.fixture
def judge(make_dataset, ledger):
    def make(rows, *keys, **options):
        table = judge_hypotheses(make_dataset(rows, **options), only=keys, ledger=ledger)
        return table[table["evidence"] == "posts"].reset_index(drop=True)

    return make


def test_brands_are_compared_with_themselves_on_two_networks(judge):
    row = judge(requests("facebook", 10, 7) + requests("x", 10, 3), "H08").iloc[0]
    assert row["estimate"] == pytest.approx((59 - 26) / 80)
    assert (row["n"], row["verdict"]) == (160, "holds")
    other = judge(requests("facebook", 10, 3) + requests("x", 10, 7), "H08").iloc[0]
    assert other["verdict"] == "contradicted"
    alone = judge(requests("x", 10, 7), "H08").iloc[0]
    assert (alone["verdict"], alone["why"]) == (
        "untestable",
        "The dataset does not hold requests on both Facebook and X.",
    )


def test_at_once_is_within_an_hour_for_most(judge):
    slow = judge(requests("x", 10, 8, wait=90), "H14")
    row = slow[slow["n"].notna()].iloc[0]
    assert (row["estimate"], row["verdict"]) == (0.0, "contradicted")
    fast = judge(requests("x", 10, 8, wait=30), "H14")
    row = fast[fast["n"].notna()].iloc[0]
    assert row["estimate"] == pytest.approx(66 / 80)
    assert row["verdict"] == "holds"


def test_answers_are_compared_with_those_of_another_channel(judge):
    rows = requests("x", 10, 8, length=20) + requests("zendesk", 10, 8, length=300)
    row = judge(rows, "H13").iloc[0]
    assert row["estimate"] == pytest.approx(-280)
    networks = judge(requests("x", 10, 8) + requests("facebook", 10, 8), "H13").iloc[0]
    assert networks["verdict"] == "untestable"
    assert networks["why"].startswith(
        "Mean length of first answers in characters: facebook 20, x 20"
    )


def test_always_is_more_than_most(judge):
    rows = requests("x", 30, 25)
    asked = [
        {**r, "text": "Please send us a DM"} if r.get("author_role") == "brand" else r for r in rows
    ]
    row = judge(asked, "H15").iloc[0]
    # Every brand of a few did the same: the limits are those of that many brands.
    assert (row["estimate"], row["n"], row["verdict"]) == (1.0, 202, "undecided")
    assert judge(rows, "H15").iloc[0]["verdict"] == "undecided"  # a lower bound of what may move
    assert judge(asked, "H30").iloc[0]["verdict"] == "holds"


def test_contacts_on_other_blogs_are_counted_among_requests(judge):
    rows = requests("blog", 1, 0, surface="external_blog")
    rows += requests("x", 40, 0, surface="mention")
    table = judge(rows, "H23")
    row = table[table["n"].notna()].iloc[0]
    assert row["estimate"] == pytest.approx(8 / 328)
    assert row["verdict"] == "undecided"  # few brands say little of brands like these
    # that blogs do damage stays open, and so does the whole
    assert set(table["overall"]) == {"undecided"}


def test_care_accounts_are_counted_by_brand(judge):
    accounts = [
        {"account": b, "network": "x", "brand": b, "account_kind": "main", "opened_at": None}
        for b in BRANDS
    ] + [
        {"account": f"{b}care", "network": "x", "brand": b, "account_kind": "care",
         "opened_at": pd.Timestamp("2024-01-01", tz="UTC")}
        for b in BRANDS[:2]
    ]  # fmt: skip
    row = judge(requests("x", 1, 0), "H05", accounts=accounts).iloc[0]
    assert (row["estimate"], row["n"], row["verdict"]) == (0.25, 8, "undecided")  # 8 are few


def test_the_answered_share_is_followed_over_a_year(judge):
    rows = []
    for month in range(14):
        for b, brand in enumerate(BRANDS):
            for i in range(6):
                name = f"{brand}{month}-{i}"
                at = 43_200 * month + 100 * i + b
                rows.append(
                    {"id": name, "at": at, "brand": brand, "account": brand, "author_id": name,
                     "text": "Where?", "observed_at": 43_200 * 16}
                )  # fmt: skip
                if i < 5 - month // 4 + (b % 2):
                    rows.append(
                        {"id": f"{name}r", "at": at + 30, "reply_to": name, "brand": brand,
                         "account": brand, "author_role": "brand", "text": "Here."}
                    )  # fmt: skip
    row = judge(rows, "H07").iloc[0]
    assert (row["n"], row["verdict"]) == (14 * 8 * 6, "holds")
    assert row["estimate"] < 0
    short = judge([r for r in rows if r["at"] < 43_200 * 6], "H07").iloc[0]
    assert (short["verdict"], short["why"]) == (
        "untestable",
        "The dataset holds less than twelve months of questions on X.",
    )
