"""Figures draw what the table holds, and nothing else."""

from __future__ import annotations

import pandas as pd
import pytest

from carekit.errors import InputError, SchemaError
from carekit.inference.waits.survival import survival_curve
from carekit.show.plots import plot_rates, plot_sums, plot_waits, plot_weightings
from carekit.show.style import describe, figure_of, publish, to_png

RATES = pd.DataFrame(
    {
        "country": ["FR", "FR", "US"],
        "network": ["x", "facebook", "x"],
        "n": [1200, 40, 9],
        "estimate": [0.3, 0.7, 0.2],
        "ci_low": [0.27, 0.55, 0.05],
        "ci_high": [0.33, 0.82, 0.5],
        "published": [0.31, None, 0.18],
    }
)


def drawn(axes):
    return describe(figure_of(axes))[0]


def test_every_estimate_is_drawn_with_its_interval_and_its_n():
    contents = drawn(plot_rates(RATES, label="country", series="network"))
    points = [x for line in contents["lines"] for x in line["x"]]
    for column in ("estimate", "ci_low", "ci_high"):
        assert set(RATES[column]) <= set(points)
    assert sorted(contents["texts"]) == ["n = 1 200", "n = 40", "n = 9"]
    assert contents["yticks"] == ["FR", "US"]
    assert contents["legend"] == ["x", "facebook"]
    assert contents["xlabel"] == "share of requests answered (95 % interval)"


def test_published_values_are_drawn_beside_the_estimates():
    contents = drawn(plot_rates(RATES, label="country", series="network", published="published"))
    assert {0.31, 0.18} <= {x for line in contents["lines"] for x in line["x"]}
    assert "published" in contents["legend"]


def test_drawing_leaves_the_table_as_it_was():
    before = RATES.copy()
    plot_rates(RATES, label="country", series="network")
    pd.testing.assert_frame_equal(RATES, before)


def test_a_missing_column_is_named():
    with pytest.raises(
        SchemaError, match=r"`table` has no column 'ci_low', 'ci_high'; found: n, estimate, c\."
    ):
        plot_rates(pd.DataFrame({"n": [1], "estimate": [0.5], "c": [1]}), label="c")
    with pytest.raises(InputError, match="`table` has no rows"):
        plot_rates(RATES.head(0), label="country")


WAITS = pd.DataFrame(
    {
        "network": ["x", "x", "y"],
        "seconds": [3600, 7200, 60],
        "events": [1, 1, 1],
        "censored": [1, 0, 1],
    }
)


def test_waits_are_drawn_as_the_share_answered():
    contents = drawn(plot_waits(survival_curve(WAITS, by="network"), series="network", hours=24))
    (x, y) = contents["lines"]
    assert x["y"][0] == 0
    assert x["y"][1] == pytest.approx(1 / 3)
    assert y["x"][1] == pytest.approx(1 / 60)
    assert contents["xlabel"] == "hours since the request"
    assert len(contents["bands"]) == 2


def test_more_curves_than_can_be_told_apart_are_refused():
    many = pd.concat([WAITS.assign(network=f"n{i}") for i in range(9)])
    with pytest.raises(InputError, match="has 9 values of 'network'; at most 8 curves"):
        plot_waits(survival_curve(many, by="network"), series="network")


def test_sums_are_as_long_as_their_parts():
    parts = pd.DataFrame({"bar": ["a", "a", "b"], "part": [1, 2, 3], "share": [0.5, 0.7, 0.4]})
    contents = drawn(plot_sums(parts, bar="bar", part="part", value="share", xlabel="sum"))
    assert [bar[2] for bar in contents["bars"]] == [0.5, 0.7, 0.4]
    assert {"1.20", "0.40", "a whole: 1"} <= set(contents["texts"])


def test_weightings_show_their_value_and_the_published_lines():
    table = pd.DataFrame({"weights": ["equal"], "share": [0.283]})
    axes = plot_weightings(table, label="weights", value="share", lines={"study": 0.3}, xlabel="s")
    contents = drawn(axes)
    assert contents["texts"] == ["0.283"]
    assert contents["legend"] == ["study: 0.3"]


def test_the_same_numbers_give_the_same_png():
    first, second = (to_png(figure_of(plot_rates(RATES, label="country"))) for _ in range(2))
    assert first == second


def test_a_figure_shows_the_same_whether_it_is_saved_or_not(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle))
    long = RATES.assign(country=["a very long name", "FR", "US"])
    for folder in ("", str(tmp_path)):
        monkeypatch.setenv("CAREKIT_FIGURES", folder)
        axes = plot_rates(long, label="country", series="network", published="published")
        publish(axes, "rates", alt="a", caption="c")
    first, _, second, _ = shown
    assert first["image/png"] == second["image/png"]
    assert (tmp_path / "rates.svg").is_file()


def test_drawing_sets_no_global_option():
    import matplotlib

    before = dict(matplotlib.rcParams)
    plot_rates(RATES, label="country", series="network")
    assert dict(matplotlib.rcParams) == before


def test_a_figure_without_alternative_text_is_refused():
    with pytest.raises(InputError, match="`alt` or `caption` is empty; every figure needs both"):
        publish(plot_rates(RATES, label="country"), "rates", alt=" ", caption="c")
