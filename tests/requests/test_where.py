"""A condition is parsed, never run."""

from __future__ import annotations

import datetime as dt

import ibis
import pytest

from carekit.errors import InputError
from carekit.requests.where import condition

TABLE = ibis.memtable(
    {
        "n": [1, 2, 3, 4],
        "network": ["x", "x", "blog", None],
        "answered": [True, False, True, False],
        "created_at": [dt.datetime(2024, 1, d, tzinfo=dt.UTC) for d in (1, 2, 3, 4)],
    }
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n = 2", [2]),
        ("n <> 2", [1, 3, 4]),
        ("n >= 2 and not network = 'x'", [3]),
        ("network is null or n < 2", [1, 4]),
        ("network is not null", [1, 2, 3]),
        ("network in ('x', 'blog')", [1, 2, 3]),
        ("network not in ('x')", [3]),
        ("network like 'b%'", [3]),
        ("answered", [1, 3]),
        ("answered = false", [2, 4]),
        ("answered is true", [1, 3]),
        ("n between 2 and 3", [2, 3]),
        ("created_at >= '2024-01-03'", [3, 4]),
        ("'2024-01-02' > created_at", [1]),
        ("created_at between '2024-01-02' and '2024-01-03 12:00'", [2, 3]),
        ("(n = 1 or n = 4) and n > -1", [1, 4]),
    ],
)
def test_the_rows_for_which_it_holds(text, expected):
    rows = TABLE.filter(condition(TABLE, text)).execute()
    assert sorted(rows["n"]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "n =",
        "n + 1",
        "drop table posts",
        "1 = 1; delete from posts",
        "n = (select 1)",
        "read_text('key') = 'a'",
        "n = network",
        "created_at > 'yesterday'",
        "network = 3",
        "other.n = 1",
        "town = 'Lyon'",
        'network = "x"',
        "n in (select n from t)",
        "n like 3",
        pytest.param("(" * 900 + "n = 1" + ")" * 900, id="too deep"),
    ],
)
def test_anything_else_is_refused_with_one_message(text):
    with pytest.raises(InputError, match=r"^`where` "):
        condition(TABLE, text)


def test_the_message_says_what_came_what_was_expected_and_what_to_do():
    with pytest.raises(InputError) as error:
        condition(TABLE, "n + 1")
    assert str(error.value) == (
        "`where` is 'n + 1': 'n + 1' is not allowed here. Expected a condition on columns, such as "
        "\"country = 'FR' and created_at >= '2024-01-01'\", made of = <> < <= > >= and or not in "
        "between like is null, with text in single quotes."
    )


@pytest.mark.parametrize(
    "text",
    [
        "created_at in (1)",
        "created_at in ('x')",
        "'2024-01-01' in (created_at, 'x')",
        "network = 1",
        "n between 'a' and 'b'",
        "created_at = TRUE",
        "n > 1 and " * 2000 + "n > 1",
        "(" * 3000 + "n > 1" + ")" * 3000,
        "n > 1e400",
        "n > " + "9" * 400,
    ],
)
def test_kinds_that_do_not_fit_and_endless_conditions_are_refused(text):
    with pytest.raises(InputError) as error:
        condition(TABLE, text)
    assert len(str(error.value)) < 800
