"""Hand-offs, redirections and lengths of first answers, counted by hand."""

from __future__ import annotations

import pytest

from carekit.measures.first_answers import elsewhere, handoffs, redirects, reply_length

ANSWERS = [
    ("en", "Please send us a DM with your number"),
    ("en", "We've sent you a DM, please DM us back"),
    ("fr", "Contactez-nous en MP svp"),
    ("fr", "Le secteur privé recrute"),
    (None, "See https://example.com/help?a=0800123456 or write to help@example.com"),
    ("en", "Call us on 0 800 000 013, @u_0612345678b"),
    ("en", None),
]


def rows() -> list[dict]:
    made = []
    for i, (lang, text) in enumerate(ANSWERS):
        asked = {"id": f"q{i}", "at": i, "account": "acme", "author_id": f"u{i}"}
        answer = {"id": f"r{i}", "at": i + 5, "reply_to": f"q{i}", "account": "acme"}
        made += [asked, {**answer, "author_role": "brand", "text": text, "lang": lang}]
    # a second answer of the brand is no first answer; a request without answer has none
    later = {"id": "z", "at": 50, "reply_to": "q3", "author_role": "brand", "text": "DM us please"}
    return [*made, later, {"id": "q9", "at": 60, "account": "acme"}]


@pytest.fixture
def dataset(make_dataset):
    return make_dataset(rows())


def test_hand_offs_are_shares_of_first_answers_with_a_text(dataset):
    table = handoffs(dataset)
    assert table.handoff.tolist() == ["requested", "announced", "requested or announced"]
    assert table.n.tolist() == [6, 6, 6]
    assert table.n_yes.tolist() == [2, 1, 3]
    assert table.n_missing.tolist() == [1, 1, 1]
    assert table.estimate.tolist() == [2 / 6, 1 / 6, 3 / 6]


def test_destinations_are_told_from_links_addresses_and_numbers(dataset):
    table = redirects(dataset).set_index("destination")
    assert table.n_yes.to_dict() == {"website": 1, "email": 1, "phone": 1}


def test_lengths_are_in_characters_as_posted(dataset):
    row = reply_length(dataset, cluster="none").iloc[0]
    lengths = sorted(len(text) for _, text in ANSWERS if text)
    assert (row.n, row.n_missing) == (6, 1)
    assert row.mean_characters == pytest.approx(sum(lengths) / 6)
    assert row.median_characters == lengths[2]
    assert row.ci_low < row.mean_characters < row.ci_high


def test_groups_keep_their_answers_apart(make_dataset):
    other = [{**r, "id": f"o-{r['id']}", "account": "brix"} for r in rows()[:4]]
    for row in other:
        if "reply_to" in row:
            row["reply_to"] = f"o-{row['reply_to']}"
    dataset = make_dataset([*rows(), *other])
    table = handoffs(dataset, by="account")
    brix = table[table.account == "brix"]
    assert brix.n_yes.tolist() == [1, 1, 2]
    assert brix.n_missing.tolist() == [0, 0, 0]
    assert reply_length(dataset, by="account").n.tolist() == [6, 2]
    assert redirects(dataset, by="account").n.tolist() == [6, 6, 6, 2, 2, 2]


def test_of_two_answers_in_one_second_one_counts(make_dataset):
    twin = {"id": "r0b", "at": 5, "reply_to": "q0", "account": "acme", "author_role": "brand"}
    table = handoffs(make_dataset([*rows(), {**twin, "text": "Hello"}]))
    assert table.n[0] == 6
    assert table.n_yes[0] == 2  # r0 comes before r0b


def test_answers_that_send_elsewhere_in_any_way_are_counted_once(dataset):
    made = elsewhere(dataset)
    row = made.iloc[0]
    # five of six answers with a text: three private messages, a web address (with a mail address),
    # a number to call; the French sentence on a sector sends nobody anywhere
    assert (row["n"], row["n_yes"], row["n_missing"]) == (6, 5, 1)
    ways = [
        *handoffs(dataset).query("handoff == 'requested or announced'")["n_yes"],
        *redirects(dataset)["n_yes"],
    ]
    assert max(ways) <= row["n_yes"] <= sum(ways)
