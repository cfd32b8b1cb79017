"""Figures draw what the table holds, say what it is, and compute nothing."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError, SchemaError
from carekit.inference.waits.survival import survival_curve
from carekit.show.pictures import publish, save_figure, to_png
from carekit.show.plots import (
    plot_definitions,
    plot_differences,
    plot_estimates,
    plot_rank_sets,
    plot_sums,
)
from carekit.show.plots_many import plot_against, plot_funnel, plot_heat
from carekit.show.plots_time import plot_curves, plot_trend
from carekit.show.result import Facts, Result
from carekit.show.style import figure_of

FACTS = Facts("answer rate", denominator="customer posts", by=("country",), conf_level=0.9,
              source="Two brands", synthetic=True)  # fmt: skip
RATES = Result(
    {
        "country": ["FR", "FR", "US"],
        "network": ["x", "facebook", "x"],
        "n": [1200, 40, 9],
        "estimate": [0.3, 0.7, 0.2],
        "ci_low": [0.27, 0.55, 0.05],
        "ci_high": [0.33, 0.82, 0.5],
        "published": [0.31, None, 0.18],
    },
    facts=FACTS,
)
DIFFERENCES = pd.DataFrame(
    {
        "brand": ["all", "some", "few"],
        "estimate": [-0.15, -0.18, 0.02],
        "ci_low": [-0.22, -0.25, None],
        "ci_high": [-0.09, -0.12, None],
        "established": [True, True, False],
        "n": [16, 12, 3],
    }
)


def texts(axes):
    from matplotlib.text import Text

    return [t.get_text() for t in figure_of(axes).findobj(Text) if t.get_text()]


def drawn_x(axes):
    return {float(v) for line in axes.lines for v in np.asarray(line.get_xdata(), float)}


def names(axes):
    return [t.get_text() for t in axes.get_yticklabels()]


def test_every_estimate_is_drawn_with_its_interval_its_value_and_its_n():
    axes = plot_estimates(RATES, series="network")
    for column in ("estimate", "ci_low", "ci_high"):
        assert set(RATES[column]) <= drawn_x(axes)
    written = " ".join(texts(axes))
    assert "30.0\u00a0%   n = 1\u202f200" in written
    assert {"X (Twitter)", "Facebook"} <= set(texts(axes))


def test_what_a_copied_drawing_says_of_itself():
    written = " ".join(texts(plot_estimates(RATES))).replace("\n", " ")
    for words in ("customer posts", "90\u00a0% interval", "Two brands", "SYNTHETIC", "answer rate"):
        assert words in written
    real = RATES.with_facts(synthetic=False)
    assert "SYNTHETIC" not in " ".join(texts(plot_estimates(real)))


def test_a_figure_in_french_is_french():
    french = RATES.with_facts(lang="fr", measure="taux de réponse", denominator="publications")
    written = " ".join(texts(plot_estimates(french)))
    assert "30,0\u00a0%" in written
    assert "intervalle à 90\u00a0%" in written
    assert "SYNTHÉTIQUE" in written
    assert "États-Unis" in written


def test_lines_are_sorted_by_value_unless_order_means_something():
    rates = RATES[RATES["network"] == "x"].sort_values("estimate")
    assert names(plot_estimates(rates)) == ["France", "United States"]
    assert names(plot_estimates(rates, order="given")) == ["United States", "France"]
    ages = rates.assign(age_group=["65+", "18-24"])
    assert names(plot_estimates(ages, name="age_group")) == ["65+", "18-24"]


def test_no_mark_is_cut_and_none_is_moved():
    ends = pd.DataFrame({"brand": ["a", "b"], "n": [9, 9], "estimate": [0.0, 1.0]})
    axes = plot_estimates(ends)
    low, high = axes.get_xlim()
    assert low < 0 < 1 < high
    assert {0.0, 1.0} <= drawn_x(axes)
    narrow = plot_estimates(ends.assign(estimate=[0.01, 0.03])).get_xlim()
    assert narrow[1] < 0.05, "the axis is as wide as the data need"


def test_published_values_are_black_bars_and_ranges():
    axes = plot_estimates(RATES, series="network", reference="published")
    assert {0.31, 0.18} <= drawn_x(axes)
    assert "published" in texts(axes)
    ranged = RATES.assign(published_low=[0.3, None, 0.1], published_high=[0.35, None, 0.2])
    assert {0.35, 0.1} <= drawn_x(plot_estimates(ranged, reference="published"))


def test_differences_stand_against_zero_and_open_ones_are_hollow():
    axes = plot_differences(DIFFERENCES, established="established", name="brand")
    assert [0.0, 0.0] in [list(line.get_xdata()) for line in axes.lines]
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert [list(line.get_xdata()) for line in hollow] == [[0.02]]
    assert "−15.0\u00a0points" in " ".join(texts(axes))
    without = plot_estimates(DIFFERENCES, unit="points")
    assert [list(line.get_xdata()) for line in without.lines
            if line.get_markerfacecolor() == "white"] == [[0.02]]  # fmt: skip


def test_definitions_keep_their_order():
    rates = RATES.assign(definition=["b", "c", "a"])
    assert names(plot_definitions(rates)) == ["b", "c", "a"]


def test_minutes_get_an_axis_of_time():
    waits = Result({"brand": ["a", "b"], "n": [5, 6], "estimate": [3.0, 4000.0]},
                   facts=Facts("wait", unit="minutes"))  # fmt: skip
    axes = plot_estimates(waits)
    assert axes.get_xscale() == "log"
    assert {"1\u00a0h", "1\u00a0d"} <= {t.get_text() for t in axes.get_xticklabels()}
    assert any("2.8\u00a0d" in t for t in texts(axes))


def test_rank_sets_are_said_as_places():
    ranks = pd.DataFrame({"brand": ["a", "b"], "rank": [1, 2], "best_rank": [1, 1],
                          "worst_rank": [1, 2]})  # fmt: skip
    written = texts(plot_rank_sets(ranks))
    assert {"1st", "1st to 2nd"} <= set(written)


def test_sums_are_as_long_as_their_parts():
    parts = pd.DataFrame({"bar": ["a", "a", "b"], "part": [1, 2, 3], "share": [0.5, 0.7, 0.4]})
    axes = plot_sums(parts, bar="bar", part="part", value="share")
    assert [bar.get_width() for bar in axes.patches] == [0.5, 0.7, 0.4]
    assert {"120.0\u00a0%", "40.0\u00a0%", "a whole: 100.0\u00a0%"} <= set(texts(axes))


WAITS = pd.DataFrame(
    {"network": ["x", "x", "y"], "seconds": [3600, 7200, 60], "events": [1, 1, 1],
     "censored": [1, 0, 1]}
)  # fmt: skip
EXPECTED = pd.DataFrame(
    {"source": ["published", "survey"], "name": ["C025", "complaint"], "minutes": [60, 60],
     "estimate": [0.53, 0.73], "ci_low": [None, 0.67], "ci_high": [None, 0.78]}
).astype({"ci_low": float, "ci_high": float})  # fmt: skip


def test_curves_are_the_share_answered_and_named_at_their_ends():
    axes = plot_curves(survival_curve(WAITS, by="network"), series="network", points=EXPECTED)
    x = axes.lines[0]
    for minutes, share in zip(x.get_xdata(), x.get_ydata(), strict=True):
        answered = 1 if minutes >= 120 else 1 / 3 if minutes >= 60 else 0
        assert share == pytest.approx(answered)
    assert {"C025", "complaint", "X (Twitter)", "y", "1\u00a0h"} <= set(texts(axes))
    many = pd.concat([WAITS.assign(network=f"n{i}") for i in range(9)])
    with pytest.raises(InputError, match="has 9 values of 'network'; at most 8 curves"):
        plot_curves(survival_curve(many, by="network"), series="network")
    quiet = plot_curves(survival_curve(many, by="network"), series="network", accent=["n3"])
    assert sum(line.get_color() == "#a8b3bd" for line in quiet.lines) == 8


def test_trends_keep_the_distances_of_numbers_and_join_only_what_may_be_joined():
    waves = pd.DataFrame(
        {"year": [2012, 2015], "mode": ["phone", "web"], "estimate": [0.2, 0.4],
         "ci_low": [0.1, 0.3], "ci_high": [0.3, 0.5], "printed": [0.2, 0.5]}
    )  # fmt: skip
    axes = plot_trend(waves, period="year", series="mode", joined=False, reference="printed")
    assert list(axes.get_xticks()) == [2012, 2015]
    assert all(len(line.get_xdata()) == 1 for line in axes.lines if line.get_marker() in "os")
    assert {"phone", "web", "published"} <= set(texts(axes))
    months = pd.DataFrame({"month": ["2014-02", "2014-01"], "estimate": [0.2, 0.4],
                           "ci_low": [0.1, None], "ci_high": [0.3, None]})  # fmt: skip
    axes = plot_trend(months)
    assert [t.get_text() for t in axes.get_xticklabels()] == ["2014-01", "2014-02"]
    assert any(line.get_markerfacecolor() == "white" for line in axes.lines)


def test_a_heat_map_has_no_rate_where_few_are_counted():
    cells = pd.DataFrame({"weekday": [1, 1], "hour": [9, 10], "n": [50, 3], "estimate": [0.4, 1]})
    written = texts(plot_heat(cells, frame=[(1, 9)]))
    assert "40" in written
    assert "100" not in written
    assert "Monday" in written


def test_a_funnel_names_who_lies_outside():
    funnel = pd.DataFrame(
        {"brand": ["in", "out"], "n": [100, 200], "estimate": [0.5, 0.9], "target": 0.5,
         "inner_low": 0.4, "inner_high": 0.6, "outer_low": 0.3, "outer_high": 0.7}
    )  # fmt: skip
    written = texts(plot_funnel(funnel))
    assert "out" in written
    assert "in" not in written


def test_names_in_a_funnel_do_not_cover_one_another_and_the_accent_comes_first():
    funnel = pd.DataFrame(
        {"brand": ["one", "two", "mine", "far"], "n": [100, 120, 110, 5000],
         "estimate": [0.0, 0.01, 0.02, 0.01], "target": 0.5, "inner": 0.95, "outer": 0.998,
         "inner_low": 0.4, "inner_high": 0.6, "outer_low": 0.3, "outer_high": 0.7}
    )  # fmt: skip
    axes = plot_funnel(funnel, accent=["mine"])
    written = {text.get_text() for text in axes.texts}
    assert written == {"mine", "far"}
    assert all(name in figure_of(axes).carekit_alt for name in funnel["brand"])
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["95\u00a0%", "99.8\u00a0%"]


def test_the_words_of_a_heat_map_name_the_day():
    cells = pd.DataFrame({"weekday": [1, 5], "hour": [9, 21], "n": [3, 50], "estimate": [1, 0.4]})
    assert "50 (Friday, 21)" in figure_of(plot_heat(cells)).carekit_alt


def test_one_point_a_brand():
    brands = pd.DataFrame({"brand": ["a", "b"], "mean": [100.0, 900.0], "share": [0.3, 0.2],
                           "n": [50, 10]})  # fmt: skip
    axes = plot_against(brands, x="mean", y="share", lines={"8 h": 480})
    assert {100.0, 900.0, 480.0} <= drawn_x(axes)


@pytest.mark.parametrize("plot", [plot_estimates, plot_differences])
def test_drawing_changes_neither_the_table_nor_a_global_option(plot):
    import matplotlib

    before, options = RATES.copy(), dict(matplotlib.rcParams)
    plot(RATES, reference="published")
    pd.testing.assert_frame_equal(RATES, before)
    assert dict(matplotlib.rcParams) == options


def test_a_missing_column_is_named():
    with pytest.raises(SchemaError, match=r"`table` has no column 'estimate'; found: n, c\."):
        plot_estimates(pd.DataFrame({"n": [1], "c": [1]}), name="c")
    with pytest.raises(InputError) as error:
        plot_estimates(RATES.head(0))
    assert str(error.value) == "`table` has no rows; a figure needs at least one row to draw."


def test_hostile_names_are_text():
    name = r"$\frac{1}{0}$ \input{x} <b>" + "é" * 90
    odd = pd.DataFrame({"brand": [name, "\U0001f600 ‮x"], "n": [1, 2], "estimate": [0.2, 0.3]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = plot_estimates(odd)
        assert to_png(figure_of(axes))
    assert any(t.startswith(r"$\frac{1}{0}$") for t in names(axes))
    assert all(len(t) <= 40 for t in names(axes))


def test_the_words_are_the_values_and_not_the_caption():
    picture = RATES.plot("rates")
    assert "France" in picture.alt
    assert "30.0\u00a0% (27.0 to 33.0\u00a0%)" in picture.alt
    assert picture.alt != picture.caption
    assert "customer posts" in picture.caption


def test_the_same_numbers_give_the_same_bytes(tmp_path):
    first, second = (to_png(figure_of(plot_estimates(RATES))) for _ in range(2))
    assert first == second
    for folder in ("a", "b"):
        save_figure(figure_of(plot_estimates(RATES)), tmp_path / folder, "r", alt="a", caption="c")
    for name in ("r.svg", "r.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    svg = (tmp_path / "a" / "r.svg").read_text()
    assert "SYNTHETIC" in svg, "letters are letters, not outlines"
    assert len(svg) < 25_000


def test_a_figure_shows_the_same_whether_it_is_saved_or_not(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle))
    for folder in ("", str(tmp_path)):
        monkeypatch.setenv("CAREKIT_FIGURES", folder)
        RATES.plot("rates", series="network")._ipython_display_()
    first, _, second, _ = shown
    assert first["image/png"] == second["image/png"]
    assert (tmp_path / "rates.svg").is_file()
    table = pd.read_csv(tmp_path / "rates.csv")
    assert sorted(table["estimate"]) == [0.2, 0.3, 0.7]
    assert not any(math.isnan(v) for v in table["estimate"])


def test_a_figure_without_alternative_text_is_refused():
    with pytest.raises(InputError, match="`alt` or `caption` is empty; every figure needs both"):
        publish(plot_estimates(RATES), "rates", alt=" ", caption="c")


@pytest.mark.parametrize("brand", ["A $$ B", r"$\foo$ bar", "Ca$h 4 Ca$h"])
def test_dollars_in_a_name_are_drawn_as_they_are_written(brand):
    """Matplotlib would read them as formulas: drop them, or stop at one that is none."""
    axes = plot_estimates(RATES.assign(country=[brand, "FR", "US"]), name="country")
    assert to_png(figure_of(axes))
    (label,) = [t for t in axes.get_yticklabels() if t.get_text() == brand]
    assert not label.get_parse_math()
