"""Contracts of the tables."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.dataset.schema import ACCOUNTS, BRANDS, POSTS, SURVEY, TABLES, to_arrow
from carekit.errors import SchemaError

POST = {
    "post_id": ["x:1", "x:2"],
    "network": "x",
    "author_role": ["customer", "brand"],
    "created_at": pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True),
    "visibility": "public",
}


def test_absent_columns_become_null_in_the_order_of_the_contract():
    made = to_arrow(pd.DataFrame(POST), POSTS)
    assert made.column_names == POSTS.names
    assert made.column("text").null_count == 2


def test_every_column_has_a_meaning_and_a_legal_name():
    for table in TABLES.values():
        for column in table.columns:
            assert column.name.isidentifier()
            assert column.meaning


def test_a_survey_may_have_columns_of_its_own():
    frame = pd.DataFrame({"respondent_id": ["1"], "weight": [1.0], "prefers_social": [True]})
    assert to_arrow(frame, SURVEY).column_names[-1] == "prefers_social"


def test_a_missing_column_is_named_with_what_was_found():
    with pytest.raises(SchemaError) as error:
        to_arrow(pd.DataFrame({"account": ["a"]}), ACCOUNTS)
    assert str(error.value) == (
        "`accounts` has no column 'network', 'brand'; found: account. "
        "The columns are in carekit.dataset.schema.ACCOUNTS."
    )


def test_a_value_outside_the_list_is_counted_with_the_first_ids():
    with pytest.raises(SchemaError) as error:
        to_arrow(pd.DataFrame(POST | {"author_role": ["customer", "agent"]}), POSTS)
    assert str(error.value) == (
        "`posts`, column 'author_role' holds ['agent']; allowed: customer, brand, other in 1 of 2 "
        "rows (first: x:2). Correct or drop these rows. The columns are in carekit.dataset.schema.POSTS."
    )


def test_an_empty_required_cell_and_a_repeated_key_are_refused():
    with pytest.raises(
        SchemaError, match=r"column 'network' is empty in 2 of 2 rows \(first: x:1, x:2\)"
    ):
        to_arrow(pd.DataFrame(POST | {"network": None}), POSTS)
    with pytest.raises(SchemaError, match="repeats a key in 1 of 2 rows"):
        to_arrow(pd.DataFrame({"brand": ["a", "a"]}), BRANDS)


def test_a_message_never_holds_the_text_of_a_post():
    frame = pd.DataFrame(POST | {"rating": ["my secret", "x"]})
    with pytest.raises(SchemaError) as error:
        to_arrow(frame, POSTS)
    assert "my secret" not in str(error.value)
    assert "'rating' holds values that are not of type integer" in str(error.value)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", "\ud800 my secret"),
        ("text", 7),
        ("rating", 2**70),
        ("rating", 1.5),
        ("rating", "my secret"),
        ("created_at", "my secret"),
    ],
)
def test_values_of_another_type_are_counted_with_the_first_ids(column, value):
    kept = pd.Series(POST.get(column, [None, None]), dtype=object)
    kept[1] = value
    with pytest.raises(
        SchemaError, match=r"not of type \w+ in 1 of 2 rows \(first: x:2\)"
    ) as error:
        to_arrow(pd.DataFrame(POST | {column: kept}), POSTS)
    assert "my secret" not in str(error.value)


def test_a_fraction_among_numbers_is_counted_too():
    with pytest.raises(SchemaError, match=r"not of type integer in 1 of 2 rows \(first: x:2\)"):
        to_arrow(pd.DataFrame(POST | {"rating": [float("nan"), 1.5]}), POSTS)


def test_an_id_that_cannot_be_written_is_shown_all_the_same():
    ids = pd.Series(["x:1", "x:\ud800"], dtype=object)
    with pytest.raises(SchemaError, match=r"\(first: x:\\ud800\)"):
        to_arrow(pd.DataFrame(POST | {"post_id": ids}), POSTS)


def test_a_column_the_contract_does_not_know_is_refused():
    with pytest.raises(SchemaError, match="has columns that its contract does not know: likes"):
        to_arrow(pd.DataFrame(POST).assign(likes=1), POSTS)
