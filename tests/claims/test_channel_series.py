"""Channel use by year on one base, against the arithmetic of finding F16."""

from __future__ import annotations

import pytest

from carekit import load_ledger
from carekit.claims.channel_series import channel_series
from carekit.errors import InputError
from carekit.inference.rates.intervals import wilson


def test_social_series_is_that_of_the_finding():
    made = channel_series(load_ledger(), channel="social_media")
    assert made["year"].tolist() == [2012, 2013, 2014, 2015, 2016, 2017, 2020]
    # F16: 5.5, 6.3, 7, 9, 6, 10, 13 % on one base; 12, 11, … as printed.
    assert (100 * made["estimate"]).round(1).tolist() == [5.5, 6.3, 7.0, 9.0, 6.0, 10.0, 13.0]
    assert (100 * made["printed"]).round(0).tolist() == [12, 11, 7, 9, 6, 10, 13]
    derived = load_ledger()
    assert made["estimate"][0] == pytest.approx(derived.figure("D001").value)
    assert made["estimate"][1] == pytest.approx(derived.figure("D002").value)


def test_modes_and_assumed_sizes_are_told():
    made = channel_series(load_ledger(), channel="social_media", assumed_n=500)
    assert made.loc[made["year"] == 2012, "mode"].tolist() == ["telephone survey"]
    assert made.loc[made["n_source"] == "assumed", "n"].unique().tolist() == [500]
    low, high = wilson(0.13 * 1000, 1000)
    last = made.iloc[-1]
    assert (last["n_source"], last["ci_low"], last["ci_high"]) == (
        "published",
        pytest.approx(float(low)),
        pytest.approx(float(high)),
    )


def test_corrected_figures_are_replaced_by_their_corrections():
    made = channel_series(load_ledger(), channel="email").set_index("year")
    assert (made.loc[2023, "figure_id"], made.loc[2023, "estimate"]) == ("P125b", 0.52)


def test_an_unknown_channel_lists_those_there_are():
    with pytest.raises(InputError, match=r"`channel` is 'fax' for 'FR'; expected one of: .*phone"):
        channel_series(load_ledger(), channel="fax")
