"""What the plan implies, checked by simulation and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from carekit.sample import expected, plan
from carekit.sample.roster import brands


def test_brand_shares_add_up_and_telecom_holds_its_part():
    firms = brands()
    assert sum(b.share for b in firms) == pytest.approx(1)
    assert sum(b.share for b in firms if b.telecom) == pytest.approx(plan.TELECOM_QUESTION_SHARE)
    for country, share in plan.COUNTRY_SHARE.items():
        assert sum(b.share for b in firms if b.country == country) == pytest.approx(share)


@pytest.mark.parametrize("network", list(plan.NETWORK_SHARE))
def test_cells_of_a_network_add_up_to_one(network):
    assert sum(c.share for c in expected.cells(network)) == pytest.approx(1)


@pytest.mark.parametrize(("network", "world"), [("x", 0.30), ("facebook", 0.74)])
def test_country_rates_average_to_the_world_rate(network, world):
    rates = [s * expected.question_rate(network, c) for c, s in plan.COUNTRY_SHARE.items()]
    assert sum(rates) == pytest.approx(world, abs=1e-12)


def test_telecom_gets_37_percent_of_answers_with_30_percent_of_questions():
    telecom, other = (expected.sector_rate("facebook", flag) for flag in (True, False))
    assert 0.30 * telecom + 0.70 * other == pytest.approx(0.74)
    assert 0.30 * telecom / 0.74 == pytest.approx(0.37)


def test_waits_have_the_published_mean_and_median():
    """Monte Carlo from the parts, against the closed form."""
    rng = np.random.default_rng(1)
    n = 400_000
    fast, slow = expected.wait_medians()
    quick = rng.random(n) < expected.fast_share()
    wait = np.where(
        quick,
        fast * np.exp(plan.FAST_SIGMA * rng.standard_normal(n)),
        slow * np.exp(plan.SLOW_SIGMA * rng.standard_normal(n)),
    )
    wait *= np.exp(plan.BRAND_SIGMA * rng.standard_normal(n))
    networks = list(expected.answered_mix())
    pick = rng.choice(len(networks), n, p=list(expected.answered_mix().values()))
    wait *= np.array([plan.NETWORK_PACE[k] for k in networks])[pick]
    wait *= np.where(rng.random(n) < expected.scheme_share(), plan.SCHEME_FACTOR, 1.0)
    assert wait.mean() == pytest.approx(504, rel=0.03)
    assert np.median(wait) == pytest.approx(46, rel=0.02)
    assert expected.wait_mean() == pytest.approx(504, abs=1e-6)
    assert expected.wait_quantile(0.5) == pytest.approx(46, abs=1e-6)
    assert expected.wait_within(60) == pytest.approx((wait <= 60).mean(), abs=0.005)


def test_63_percent_of_brands_answer_within_eight_hours_on_average_on_x():
    """P020: the mean of a brand is below eight hours, its expected mean that is."""
    assert expected.brand_mean_under(480, "x") == pytest.approx(0.63, abs=0.003)
    rng = np.random.default_rng(2)
    pace = np.exp(plan.BRAND_SIGMA * rng.standard_normal(200_000))
    own = expected.wait_mean_without_scheme("x") * pace / pace.mean()
    assert (own < 480).mean() == pytest.approx(0.63, abs=0.01)


def test_redirections_have_the_published_shares():
    """All ways of one or two destinations, added up by hand."""
    first, second = expected.redirect_first(), expected.second_redirect_share()
    for kind, wanted in plan.REDIRECT_SHARE.items():
        both = sum(first[j] * first[kind] / (1 - first[j]) for j in first if j != kind)
        assert plan.REDIRECT_ANY * (first[kind] + second * both) == pytest.approx(wanted)


def test_growth_splits_into_accounts_and_demand():
    growth = expected.care_growth()
    assert growth["total"] == pytest.approx(0.41, abs=0.005)
    assert growth["like_for_like"] == pytest.approx(0.16, abs=0.005)
    assert growth["accounts"] == pytest.approx(4 / 22)


def test_a_care_account_without_effect_leaves_the_negative_share_alone():
    for network in ("x", "facebook"):
        before = expected.negative_share_on_main(network, None)
        assert expected.negative_share_on_main(network, "none") == pytest.approx(before)
        assert expected.negative_share_on_main(network, "displaced") < before - 0.1


def test_anger_doubles_the_odds_of_naming_no_account():
    calm, angry = (expected.unaddressed_share("x", flag) for flag in (False, True))
    assert angry / (1 - angry) / (calm / (1 - calm)) == pytest.approx(plan.ANGER_ODDS)
