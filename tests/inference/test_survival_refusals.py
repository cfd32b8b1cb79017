"""Kaplan-Meier waits: wrong input is refused."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from carekit.errors import InputError, SchemaError
from carekit.inference.waits.survival import estimate_waits

SIX = pd.DataFrame(
    {"seconds": [600, 1200, 2400, 3600], "events": [1, 2, 1, 0], "censored": [0, 1, 0, 1]}
)


@pytest.mark.parametrize(
    ("change", "arguments", "error", "message"),
    [
        (
            {},
            {"time": "minutes"},
            SchemaError,
            "`table` has no column 'minutes'; found: seconds, events, censored. "
            "Name a column that exists, or add it to the table.",
        ),
        (
            {},
            {"unit": "weeks"},
            InputError,
            "`unit` is 'weeks'; one of 'seconds', 'minutes', 'hours', 'days' was expected. "
            "Say in which unit the column 'seconds' counts.",
        ),
        (
            {"seconds": [-1, 5, math.nan, 4]},
            {},
            InputError,
            "`table` column 'seconds' is not a wait in 2 rows (first: 0, 2); finite numbers from "
            "0 on were expected, none missing. Leave out waits that run backwards and count them.",
        ),
        (
            {"events": [1, -2, 1, 0]},
            {},
            InputError,
            "`table` column 'events' is not a count in 1 row (first: 1); finite numbers from 0 on "
            "were expected, none missing. Count again, or leave these rows out and say so.",
        ),
        (
            {"events": [1, 0.5, 1, 0]},
            {},
            InputError,
            "`table` holds counts that are not whole numbers in 1 row (first: 1); without "
            "clusters whole numbers were expected, since only sampling weights give others and "
            "those need the units that were drawn. Name their column in `cluster` (author, brand, "
            "or one name a request).",
        ),
        (
            {"author": ["a", None, "b", None]},
            {"cluster": "author"},
            InputError,
            "`cluster` 'author' is missing in 2 rows (first: 1, 3); every count must belong to "
            "one cluster. Name these clusters, or leave the rows out and say so.",
        ),
        (
            {},
            {"conf_level": 95},
            InputError,
            "`conf_level` is 95; it must lie between 0 and 1, both excluded. "
            "Write 0.95 for a 95 % interval.",
        ),
        (
            {},
            {"limits": "plain"},
            InputError,
            "`limits` is 'plain'; one of 'log-log', 'log' was expected. "
            "Leave it out for carekit's default, 'log-log'.",
        ),
        (
            {},
            {"within": [60, 60]},
            InputError,
            "`within` is [60, 60]; a list of different numbers of minutes above 0 was expected. "
            "Write, for example, within=[60, 480, 1440].",
        ),
        (
            {"n": "a"},
            {"by": "n"},
            InputError,
            "`by` names 'n', which is also a column of the result. "
            "Rename that column of your table before grouping by it.",
        ),
    ],
)
def test_wrong_input_is_refused_in_full_sentences(change, arguments, error, message):
    with pytest.raises(error) as caught:
        estimate_waits(SIX.assign(**change), **arguments)
    assert str(caught.value) == message
