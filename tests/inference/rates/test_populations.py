"""carekit.inference.rates.populations: these brands, and brands like these."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from carekit.errors import InputError
from carekit.inference.rates.beta_binomial import population_of
from carekit.inference.rates.intervals import clopper_pearson, wilson
from carekit.inference.rates.populations import estimate_targets
from carekit.inference.rates.proportions import estimate_rate, mean_of_rates

BANKS = pd.DataFrame(
    {"brand": list("abcdefgh"), "n": 300, "n_answered": [240, 60, 180, 270, 30, 150, 210, 200]}
)


def both(table, **given):
    out = estimate_targets(table, **given).set_index("target")
    return out.loc["these brands"], out.loc["brands like these"]


def requests(rates, authors=40, each=2, seed=1):
    """One row an author of each brand, `each` requests, all answered alike."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"b{i}", f"{i}-{j}", each, each * int(rng.random() < p))
        for i, p in enumerate(rates)
        for j in range(authors)
    ]
    return pd.DataFrame(rows, columns=["brand", "author", "n", "n_answered"])


def test_eight_banks_are_known_themselves_and_say_little_of_others():
    these, like = both(BANKS)
    assert these["estimate"] == pytest.approx(1340 / 2400)
    assert these["ci_high"] - these["ci_low"] < 0.04
    assert like["ci_high"] - like["ci_low"] > 0.3
    assert (like["brands"], these["brands"]) == (8, 8)
    assert 0.2 < like["brand_sd"] < 0.35
    assert like["next_low"] < 0.1 < 0.9 < like["next_high"]
    assert "few_clusters" in like["flags"]
    assert "few_clusters" not in these["flags"]


def test_these_brands_vary_within_brands_only_counted_by_hand():
    # a: 3 of 10, b: 9 of 10. v = Σ n p (1 - p) n / (n - 1) / 20² = (2.1 + 0.9) 10/9 / 400.
    table = pd.DataFrame({"brand": ["a", "b"], "n": 10, "n_answered": [3, 9]})
    these, _ = both(table)
    assert these["estimate"] == 0.6
    assert these["std_error"] == pytest.approx(np.sqrt(3 * 10 / 9 / 400))
    # Welch: two variances of 9 degrees of freedom each.
    assert these["df"] == pytest.approx(9 * 3**2 / (2.1**2 + 0.9**2))
    assert these["std_error"] < np.sqrt(0.24 / 20)


def test_authors_are_the_units_within_brands():
    table = requests([0.3, 0.7, 0.5])
    by_request, _ = both(table)
    by_author, _ = both(table, unit="author")
    assert by_author["std_error"] == pytest.approx(np.sqrt(2) * by_request["std_error"], rel=0.02)
    shared = table.assign(author=table["author"].str[2:])  # each writes to all three brands
    joined, _ = both(shared, unit="author")
    assert joined["estimate"] == by_author["estimate"]
    assert joined["std_error"] != pytest.approx(by_author["std_error"], rel=1e-6)


def test_one_author_one_brand_and_nobody():
    table = pd.DataFrame(
        {
            "network": list("xxyyz"),
            "brand": list("abaab"),
            "author": list("ppqrs"),
            "n": [9, 8, 4, 5, 0],
            "n_answered": [3, 4, 0, 0, 0],
        }
    )
    out = estimate_targets(table, by="network", unit="author").set_index(["network", "target"])
    alone = out.loc[("x", "these brands")]
    assert alone["ci_low"] < alone["estimate"] < alone["ci_high"]
    other = out.loc[("y", "brands like these")]
    assert np.isnan(other["ci_low"])
    assert "one_cluster" in other["flags"]
    assert other["method"] == "none: one brand says nothing of others"
    assert out.loc[("z", "these brands"), "flags"] == "n0"
    assert out.loc[("z", "brands like these"), "flags"] == "n0"


def test_nobody_answered_is_one_limit_in_rates_and_waits():
    from carekit.inference.waits.survival import estimate_waits

    table = pd.DataFrame({"brand": list("abcde"), "n": 60, "n_answered": 0})
    these, like = both(table)
    assert these["ci_high"] == pytest.approx(float(clopper_pearson(0, 300)[1]))
    assert like["ci_high"] == pytest.approx(1 - 0.025 ** (1 / 5))
    rate = estimate_rate(table, cluster="brand").iloc[0]
    waits = pd.DataFrame({"brand": list("abcde"), "minutes": 14400, "events": 0, "censored": 60})
    options = {"time": "minutes", "unit": "minutes", "within": [1440]}
    wait = estimate_waits(waits, cluster="brand", **options).iloc[0]
    for limit in (rate["ci_high"], wait["within_1440_minutes_high"]):
        assert limit == pytest.approx(like["ci_high"])
    requests_alike = estimate_waits(waits, **options).iloc[0]
    assert requests_alike["within_1440_minutes_high"] == pytest.approx(these["ci_high"])
    uneven = table.assign(n=[10, 20, 60, 200, 400])
    rate = estimate_rate(uneven, cluster="brand").iloc[0]
    wait = estimate_waits(waits.assign(censored=uneven["n"]), cluster="brand", **options).iloc[0]
    assert rate["ci_high"] == pytest.approx(wait["within_1440_minutes_high"])
    everybody = estimate_rate(table.assign(n_answered=60), cluster="brand").iloc[0]
    assert everybody["ci_low"] == pytest.approx(1 - like["ci_high"])


@pytest.mark.slow
def test_the_population_of_brands_equals_a_long_simulation():
    """Importance sampling of mean and rho: no grid."""
    from scipy.special import betaln

    yes, units = np.array([3.0, 0, 1, 0, 5]), np.full(5, 60.0)
    rng = np.random.default_rng(1)
    mean, rho = rng.beta(0.5, 0.5, (400_000, 1)), rng.random((400_000, 1))
    m = 1 / rho - 1
    a, b = np.maximum(mean * m, 1e-12), np.maximum((1 - mean) * m, 1e-12)
    log_weight = (betaln(a + yes, b + units - yes) - betaln(a, b)).sum(axis=1)
    weight = np.exp(log_weight - log_weight.max())
    kept = rng.choice(len(weight), 200_000, p=weight / weight.sum())
    found = population_of(yes, units, 0.95)
    assert found.mean == pytest.approx(mean[kept].mean(), abs=0.003)
    low, high = np.quantile(mean[kept], [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.002)
    assert found.high == pytest.approx(high, abs=0.01)
    assert found.next_high == pytest.approx(np.quantile(rng.beta(a, b)[kept], 0.975), abs=0.03)


def test_exchanging_yes_and_no_mirrors_both_and_the_table_stays_unchanged():
    before = BANKS.copy()
    these, like = both(BANKS)
    pd.testing.assert_frame_equal(BANKS, before)
    turned = BANKS.assign(n_answered=BANKS["n"] - BANKS["n_answered"])
    for one, other in zip((these, like), both(turned), strict=True):
        assert one["estimate"] == pytest.approx(1 - other["estimate"], abs=1e-6)
        assert one["ci_low"] == pytest.approx(1 - other["ci_high"], abs=1e-4)
    shuffled = both(BANKS.sample(frac=1, random_state=3))
    assert shuffled[0]["ci_low"] == pytest.approx(these["ci_low"])


def test_wide_limits_say_why():
    table = pd.DataFrame({"brand": ["a", "b"], "n": 50, "n_answered": [5, 40]})
    _, like = both(table)
    assert like["ci_high"] - like["ci_low"] > 0.5
    assert like["method"] == (
        "beta-binomial over brands, integrated; 2 brands say little of how others differ"
    )


@pytest.mark.slow  # all six; the quick suite does without
@pytest.mark.parametrize("model", ["beta", "logit-normal"])
@pytest.mark.parametrize(("k", "rate"), [(3, 0.1), (5, 0.05), (8, 0.9)])
def test_limits_for_brands_like_these_cover_where_linearised_ones_did_not(model, k, rate):
    # ICC about 0.3. bench/coverage_targets.py has the long run; linearised limits: 55 to 88 %.
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(80):
        if model == "beta":
            rates, true = rng.beta(rate * 7 / 3, (1 - rate) * 7 / 3, k), rate
        else:
            shift = np.log(rate / (1 - rate)) * 1.6
            rates = expit(shift + 2.2 * rng.normal(size=k))
            true = expit(shift + 2.2 * np.random.default_rng(0).normal(size=100_000)).mean()
        n = np.maximum(5, rng.lognormal(4, 0.8, k)).astype(int)
        table = pd.DataFrame({"brand": range(k), "n": n, "n_answered": rng.binomial(n, rates)})
        row = estimate_targets(table, target="like-these").iloc[0]
        held += row["ci_low"] <= true <= row["ci_high"]
        for made in (
            estimate_rate(table, cluster="brand").iloc[0],
            mean_of_rates(table, cluster="brand").iloc[0],
        ):
            assert not made["ci_low"] > made["estimate"]
            assert not made["ci_high"] < made["estimate"]
    assert held >= 72


@pytest.mark.slow
def test_limits_for_these_brands_cover_their_own_rate():
    rng = np.random.default_rng(2)
    runs, k = 300, 4
    rates = rng.beta(0.9, 2.1, (runs, k))
    authors = rng.integers(10, 60, (runs, k))
    run = np.repeat(np.repeat(np.arange(runs), k), authors.ravel())
    own = np.repeat(rates.ravel(), authors.ravel())
    n = 1 + rng.poisson(0.4, len(run))
    alike = rng.beta(np.maximum(4 * own, 1e-6), np.maximum(4 * (1 - own), 1e-6))
    table = pd.DataFrame(
        {
            "run": run,
            "brand": np.repeat(np.tile(np.arange(k), runs), authors.ravel()),
            "author": np.arange(len(run)),
            "n": n,
            "n_answered": rng.binomial(n, alike),
        }
    )
    out = estimate_targets(table, by="run", unit="author", target="these")
    true = np.bincount(run, n * own) / np.bincount(run, n)
    covered = ((out["ci_low"] <= true) & (true <= out["ci_high"])).mean()
    assert 0.92 <= covered <= 0.99


def test_a_rate_of_a_few_brands_that_do_not_differ_is_wider_than_its_requests_say():
    table = pd.DataFrame({"brand": range(6), "n": 200, "n_answered": [60, 61, 59, 60, 62, 58]})
    these, like = both(table)
    assert like["ci_low"] < these["ci_low"] < these["ci_high"] < like["ci_high"]
    low, high = wilson(360, 1200)
    assert these["ci_high"] - these["ci_low"] == pytest.approx(float(high - low), rel=0.03)


def test_errors_say_what_came_what_was_expected_and_what_to_do():
    with pytest.raises(InputError) as error:
        estimate_targets(BANKS, target="all")
    assert str(error.value) == (
        "`target` is 'all'; one of 'both', 'these', 'like-these' was expected. Say of which brands "
        "you speak."
    )
    with pytest.raises(InputError) as error:
        estimate_targets(BANKS, by="brand")
    assert str(error.value) == (
        "`by` names 'brand', which is also `brand`; a group of one brand says nothing of others. "
        "Use carekit.inference.rates.proportions.estimate_rate with its authors as clusters."
    )


@pytest.mark.parametrize("yes", [(2, 0, 30, 41), (0, 0, 1, 0), (9, 60, 58, 44)])
def test_limits_of_yes_and_no_are_mirror_images(yes):
    """So what is simulated at a rate of .02 or .1 holds at .98 and .9."""
    n = np.array([20, 60, 90, 45])
    table = pd.DataFrame({"brand": list("abcd"), "n": n, "n_answered": yes})
    other = table.assign(n_answered=n - np.array(yes))

    def limits(counts):
        two = estimate_targets(counts)
        two = two.rename(columns={"next_low": "ci_low", "next_high": "ci_high"}).iloc[:1]
        frames = [estimate_targets(counts)[["ci_low", "ci_high"]]]
        frames += [two.loc[:, ~two.columns.duplicated(keep="last")][["ci_low", "ci_high"]]]
        frames += [
            estimate(counts, cluster="brand")[["ci_low", "ci_high"]]
            for estimate in (estimate_rate, mean_of_rates)
        ]
        return np.vstack([frame.to_numpy() for frame in frames])

    np.testing.assert_allclose(limits(table), 1 - limits(other)[:, ::-1], atol=2e-4)


def test_nobody_answered_has_the_same_limits_whichever_way_it_is_asked():
    none = pd.DataFrame({"brand": list("abcde"), "n": [60, 60, 30, 90, 60], "n_answered": 0})
    pooled = estimate_rate(none, cluster="brand").iloc[0]
    typical = mean_of_rates(none, cluster="brand").iloc[0]
    like = both(none)[1]
    assert typical["ci_high"] == pooled["ci_high"] == like["ci_high"] > 0.4
    assert typical["ci_low"] == 0
    assert typical["method"].startswith("clopper-pearson on kish's number of brand")


def test_many_brands_are_not_called_few():
    _, like = both(pd.DataFrame({"brand": range(60), "n": 40, "n_answered": 20}))
    assert "few_clusters" not in like["flags"]


def test_degrees_of_freedom_weigh_brands_by_their_squares():
    # Three authors of two requests in one brand answer 0, 1 and 2 of them; in the other 0, 0 and 2.
    # v = Σ (yes - 2 p)² / (1 - 1/3): a: (1 + 0 + 1) 3/2, b: 2 (2/3)² + (4/3)² = 8/3 times 3/2.
    table = pd.DataFrame(
        {
            "brand": list("aaabbb"),
            "author": list("pqrstu"),
            "n": 2,
            "n_answered": [0, 1, 2, 0, 0, 2],
        }
    )
    these, _ = both(table, unit="author")
    assert these["df"] == pytest.approx((3 + 4) ** 2 / (3**2 / 2 + 4**2 / 2))
