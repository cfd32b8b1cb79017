"""Every definition on 32 posts counted by hand: who is in its denominator, who is answered."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import InputError, SelectionError
from carekit.measures.definitions import definitions, differences
from carekit.requests.definitions import (
    DEFINITIONS,
    Definition,
    get_definition,
    register_definition,
)

DAY = 1440
BRAND = {"author_role": "brand"}
LONG = {"observed_at": 20 * DAY}
FB = {"network": "facebook", "surface": "brand_page", "account": "acme-fb"}
ACME, BRIX = {"account": "acme", **LONG}, {"account": "brix", **LONG}
PM = {"visibility": "private", **BRIX, "author_id": "v3"}
ROWS = [
    {"id": "o1", "at": 0, "author_id": "u1", "text": "Where is my parcel?", **ACME},
    {"id": "a1", "at": 30, "reply_to": "o1", "text": "@u1 on its way", **BRAND, **ACME},
    {"id": "o2", "at": 10, "author_id": "u2", "text": "Broken again", **ACME},
    {"id": "o3", "at": 20, "author_id": "u3", "text": "so slow?", "brand": "Acme", **LONG},
    {"id": "o4", "at": 40, "author_id": "u4", "text": "When do you open?", **ACME},
    {"id": "c4", "at": 45, "author_id": "u5", "reply_to": "o4", "text": "same?", **ACME},
    {"id": "a4", "at": 100, "reply_to": "c4", "text": "At nine", **BRAND, **ACME},
    {"id": "o5", "at": 50, "author_id": "u6", "text": "Refund?", **ACME},
    {"id": "a5", "at": 50 + 5 * DAY, "reply_to": "o5", "text": "Done", **BRAND, **ACME},
    {"id": "o6", "at": 60, "author_id": "u7", "text": "Any news?", "account": "acme",
     "observed_at": 60 + 2 * DAY},
    {"id": "a6", "at": 120, "reply_to": "o6", "text": None, **BRAND, **ACME},
    {"id": "p1", "at": 70, "author_id": "u8", "text": "Love your shop", **FB, **LONG},
    {"id": "ap1", "at": 71, "reply_to": "p1", "text": "Thanks", **BRAND, **FB, **LONG},
    {"id": "p2", "at": 80, "author_id": "u9", "text": "Do you deliver?", **FB, **LONG},
    {"id": "b1", "at": 90, "text": "Our new shop", **BRAND, **FB, **LONG},
    {"id": "t1", "at": 95, "author_id": "u10", "reply_to": "b1", "text": "nice", **FB, **LONG},
    {"id": "o7", "at": 120, "author_id": "u1", "text": "thanks", **ACME},
    {"id": "o8", "at": 3 * DAY, "author_id": "u1", "text": "hello again", **ACME},
    {"id": "a8", "at": 3 * DAY + 10, "reply_to": "o8", "text": "@u1 @u9 see our site", **BRAND,
     **ACME},
    {"id": "o9", "at": 5, "author_id": "v1", "text": "Is it open?", **BRIX},
    {"id": "a9", "at": 0, "reply_to": "o9", "text": "Yes", **BRAND, **BRIX},
    {"id": "o10", "at": 15, "author_id": "v2", "text": "savez vous quand ça rouvre", **BRIX},
    {"id": "m1", "at": 25, "text": "My number is wrong?", **PM},
    {"id": "am1", "at": 35, "reply_to": "m1", "text": "Sorry", **PM, **BRAND},
    {"id": "m2", "at": 40, "reply_to": "am1", "text": "ok?", **PM},
    {"id": "m3", "at": 2 * DAY, "text": "still wrong", **PM},
    {"id": "r1", "at": 30, "author_id": "v4", "text": "Crashes", "network": "google_play",
     "surface": "review", "account": "brix-app", **LONG},
    {"id": "ar1", "at": 90, "reply_to": "r1", "network": "google_play", "surface": "review",
     "account": "brix-app", **BRAND, **LONG},
    {"id": "lost", "at": 130, "author_id": "u11", "reply_to": "gone", "text": "now?", **ACME},
    {"id": "bot", "at": 5, "author_role": "other", "text": "ad?", **ACME},
    {"id": "o11", "at": 55, "author_id": "v5", "text": "ok?", **BRIX},
    {"id": "a11", "at": 60, "reply_to": "o11", **BRAND, **BRIX, "visibility": "private"},
]  # fmt: skip
ACCOUNTS = [
    {"account": account, "network": network, "brand": brand}
    for account, network, brand in (
        ("acme", "x", "Acme"),
        ("acme-fb", "facebook", "Acme"),
        ("brix", "x", "Brix"),
        ("brix-app", "google_play", "Brix"),
    )
]
BRANDS = [{"brand": b, "country": "FR", "timezone": "Europe/Paris"} for b in ("Acme", "Brix")]

# n, answered, set apart, median, mean (NaN: not reported, or nothing to report)
NAN = math.nan
COUNTED = {
    "direct-opening": (14, 7, 0, 45.0, NAN),
    "direct-message": (17, 8, 0, 55.0, NAN),
    "socialbakers-2015": (7, 5, 0, NAN, 7350 / 4),
    "socially-devoted": (0, 0, 0, NAN, 7350 / 4),
    "quintly-7d": (8, 4, 1, 55.0, NAN),
    "sprout-72h": (11, 5, 1, NAN, 25.0),
    "facebook-page": (2, 1, 0, NAN, NAN),
    "simply-measured": (16, 8, 0, NAN, 7416 / 7),
    "fanpage-karma": (2, 1, 0, 1.0, NAN),
    "zendesk": (16, 10, 0, 30.0, NAN),
    "zendesk-business-hours": (16, 10, 0, 30.0, NAN),
    "chatwoot": (16, 10, 0, NAN, 7436 / 9),
}


@pytest.fixture
def corpus(make_dataset):
    def make(rows=ROWS, **options):
        return make_dataset(rows, accounts=ACCOUNTS, brands=BRANDS, **options)

    return make


def test_every_numerator_and_denominator_is_the_one_counted_by_hand(corpus):
    table = definitions(corpus())
    assert list(table.definition) == list(DEFINITIONS) == list(COUNTED)
    for row in table.itertuples():
        n, n_answered, n_apart, median, mean = COUNTED[row.definition]
        assert (row.n, row.n_answered, row.n_set_apart) == (n, n_answered, n_apart), row.definition
        assert row.median_minutes == pytest.approx(median, nan_ok=True), row.definition
        assert row.mean_minutes == pytest.approx(mean, nan_ok=True), row.definition
        expected = n_answered / n if n else NAN
        assert row.estimate == pytest.approx(expected, nan_ok=True), row.definition


def test_measured_together_or_one_at_a_time_is_the_same(make_dataset):
    dataset = make_dataset(ROWS, accounts=ACCOUNTS)
    names = ["socialbakers-2015", "socially-devoted", "zendesk", "chatwoot", "quintly-7d"]
    together = definitions(dataset, definitions=names)
    alone = [definitions(dataset, definitions=[name]) for name in names]
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True))


def test_a_definition_made_for_private_messages_says_when_public_posts_stand_for_them(corpus):
    public = [row for row in ROWS if row.get("visibility") != "private"]
    row = definitions(corpus(public), definitions=["facebook-page"]).iloc[0]
    # o7 comes two hours after o1 by the same author; six of seven answers are kept: 216 minutes
    assert (row.n, row.n_answered, row.mean_minutes) == (15, 8, 36.0)
    assert "public posts to the brand stand for them" in row.comparable


def test_comparable_names_every_difference(corpus):
    table = definitions(corpus(), definitions=["direct-opening", "quintly-7d", "zendesk"])
    assert list(table.comparable) == [
        "yes",
        "no: counts customer posts that name an account of the brand and hold a question mark, "
        "opening or not; within 168 hours; answers that name several people do not count",
        "no: counts customer posts that open a thread, public or private; an answer anywhere in "
        "the thread counts; posts of any visibility",
    ]
    other = definitions(corpus(), definitions=["zendesk"], definition="chatwoot")
    assert other.comparable[0] == "yes"


def test_groups_keep_their_own_counts(corpus):
    table = definitions(corpus(), by="brand", definitions=["quintly-7d", "zendesk"])
    assert table[["brand", "definition", "n", "n_answered", "n_set_apart"]].to_numpy().tolist() == [
        ["Acme", "quintly-7d", 6, 3, 1],
        ["Acme", "zendesk", 10, 6, 0],
        ["Brix", "quintly-7d", 2, 1, 0],
        ["Brix", "zendesk", 6, 4, 0],
    ]


def test_a_definition_of_ones_own_takes_one_call(corpus):
    options = {"source": "our contract", "year": "2026", "unit": "mention", "window_minutes": 45}
    mine = register_definition(name="ours", **options)
    try:
        assert register_definition(name="ours", **options) is not mine  # the same again is no error
        # A cell of a notebook that is changed and run again: the last one holds.
        other = register_definition(name="ours", **{**options, "unit": "opening"})
        assert DEFINITIONS["ours"] is other
        register_definition(name="ours", **options)
        row = definitions(corpus()).set_index("definition").loc["ours"]
    finally:
        del DEFINITIONS["ours"]
    assert (row.n, row.n_answered) == (16, 4)  # o1, p1, o8 and the backdated o9
    with pytest.raises(InputError) as error:
        register_definition(name="zendesk", **options)
    assert str(error.value) == (
        "`name` is 'zendesk', which is the name of another definition: Zendesk, first reply time, "
        "current. Choose a name of your own."
    )
    with pytest.raises(InputError, match="`typo` was given sauce, year; expected source, year and"):
        register_definition("typo", sauce="us", year="2026")


def test_what_posts_cannot_tell_is_refused():
    with pytest.raises(InputError, match="requests can be built by: opening, message, "):
        register_definition(name="c", source="us", year="2026", unit="complaint")
    with pytest.raises(InputError) as error:
        register_definition(
            name="c", source="us", year="1", unit="message", answered_by="anywhere in the thread"
        )
    assert str(error.value) == (
        "`definition` is 'c', by message and answered anywhere in the thread; only a post that "
        "opens a thread can be answered so (opening, question, page post, review, ticket). Use "
        "answered_by='direct reply'."
    )


def test_answered_conversations_only_are_refused(corpus):
    with pytest.raises(SelectionError, match="definitions is refused"):
        definitions(corpus(selection=ANSWERED_ONLY))


def test_every_published_definition_has_a_source_a_year_and_a_degree_of_certainty():
    for definition in DEFINITIONS.values():
        assert definition.source
        assert definition.year
        assert definition.sure in {"high", "medium", "low"}
        assert definition.source == "carekit" or definition.note
        window = definition.window_minutes
        assert window is None or definition.follow_up_minutes >= window
        assert not differences(definition, definition)


def test_an_unknown_name_is_refused_with_all_names():
    with pytest.raises(InputError, match="expected one of: direct-opening, direct-message, "):
        get_definition(definition="socialbakers")
    assert isinstance(get_definition("zendesk"), Definition)
