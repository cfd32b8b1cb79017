"""Tables format and never calculate."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from carekit.errors import InputError, SchemaError
from carekit.show.tables import duration, percent, table_estimates

FRAME = pd.DataFrame(
    {
        "brand": ["<b>Acme</b>", "Brix"],
        "n": [12345, 3],
        "estimate": [0.1234, None],
        "ci_low": [0.1, None],
        "ci_high": [0.15, None],
        "conf_level": [0.9, 0.9],
    }
)


def test_shares_are_per_cents_and_the_interval_is_one_cell():
    table = table_estimates(FRAME, caption="Of requests.")
    assert table.headings == ("brand", "n", "estimate", "90\u00a0% interval", "interval level")
    assert table.rows[0][1:4] == ("12\u202f345", "12.3\u00a0%", "10.0 to 15.0\u00a0%")
    assert table.rows[1][2:4] == ("–", "–")


def test_networks_and_whole_numbers_are_said_as_people_read_them():
    rates = pd.DataFrame(
        {"network": ["x"], "n": [1200], "estimate": [0.301], "ci_low": [0.276], "ci_high": [0.328]}
    )
    assert table_estimates(rates, caption="Of requests on X").rows == (
        ("X (Twitter)", "1\u202f200", "30.1\xa0%", "27.6 to 32.8\xa0%"),
    )


def test_text_is_escaped_in_html_and_the_caption_stands_above():
    html = table_estimates(FRAME, caption="Of <all> requests.")._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt;Acme" in html
    assert html.index("Of &lt;all&gt; requests.") < html.index("<table")


def test_long_cells_stand_below_their_row():
    why = "Other period: the figure is of 2015, the posts are of 2026. " * 2
    made = table_estimates(
        pd.DataFrame({"who": ["a", "b"], "why": [why, "&"], "n": [1, 2]}), caption="c"
    )
    html = made._repr_html_()
    assert re.findall("<th [^>]*>(.*?)</th>", html) == ["who", "n"]
    rows = re.findall("<tr>(.*?)</tr>", html)[1:]
    assert [len(re.findall("<td", row)) for row in rows] == [2, 1, 2, 1]
    assert rows[1].startswith('<td colspan="2"')
    assert why.strip() in rows[1]
    assert "&amp;" in rows[3]
    assert made.headings == ("who", "why", "n")  # text, Markdown and LaTeX have it in its place


def test_what_stands_below_a_row_is_left_out_where_there_is_nothing():
    frame = pd.DataFrame({"who": ["a", "b"], "real counts": ["69 %", None]})
    html = table_estimates(frame, caption="c")._repr_html_()
    assert html.count("<tr>") == 4  # head, a, what is below a, b
    assert "<em>real counts:</em> 69 %" in html


def test_times_are_said_as_people_say_them():
    waits = pd.DataFrame({"median_minutes": [30.0], "ci_low": [12.0], "ci_high": [float("nan")]})
    table = table_estimates(waits, caption="c")
    assert table.rows == (("30.0\u00a0min", "12.0\u00a0min to –"),)
    for name in ("wait_minutes", "restricted_mean_minutes"):
        renamed = table_estimates(waits.rename(columns={"median_minutes": name}), caption="c")
        assert renamed.rows == table.rows
    beside = table_estimates(waits.assign(estimate=0.3, ci_low=0.2, ci_high=0.4), caption="c")
    assert "20.0 to 40.0\u00a0%" in beside.rows[0]
    assert duration(180) == "3.0\u00a0h"
    assert percent(1) == "100.0\u00a0%"


def test_bounds_are_shares():
    bounds = pd.DataFrame({"lower_bound": [0.2], "upper_bound": [0.25]})
    assert table_estimates(bounds, caption="c").rows == (("20.0\u00a0%", "25.0\u00a0%"),)


def test_columns_are_chosen_and_ordered():
    table = table_estimates(FRAME, caption="c", columns=["n", "brand"])
    assert table.headings == ("n", "brand")
    with pytest.raises(SchemaError, match="`frame` has no column 'town'"):
        table_estimates(FRAME, caption="c", columns=["town"])


def test_the_frame_is_left_as_it_was():
    before = FRAME.copy()
    table_estimates(FRAME, caption="c")
    pd.testing.assert_frame_equal(FRAME, before)


def test_outside_a_notebook_it_is_plain_text():
    assert repr(table_estimates(FRAME, caption="Of requests.")).startswith("Of requests.\n")


def test_a_number_is_no_per_cent():
    kappa = pd.DataFrame({"n": [600], "estimate": [0.732], "ci_low": [0.685], "ci_high": [0.78]})
    table = table_estimates(kappa, caption="Cohen's kappa", unit="number")
    assert table.rows == (("600", "0.732", "0.685 to 0.780"),)
    with pytest.raises(InputError, match=r"`unit` is 'odds'; expected one of: share, points, "):
        table_estimates(kappa, caption="", unit="odds")


def test_a_share_that_would_read_as_0_or_100_says_that_it_is_not():
    frame = pd.DataFrame({"estimate": [0.0, 1e-6, 0.99999, 1.0], "mcnemar_p_value": [0.0] * 4})
    frame["ci_low"], frame["ci_high"] = 0.0, [1e-6, 0.4, 0.99999, 1.0]
    shown = table_estimates(frame, caption="c").rows
    assert [row[0].replace("\xa0", " ") for row in shown] == [
        "0.0 %",
        "<0.1 %",
        ">99.9 %",
        "100.0 %",
    ]
    assert "<0.001" in shown[0]
    assert any("0.0 to <0.1" in cell.replace("\xa0", " ") for cell in shown[0])
