"""carekit.claims.atlas: every estimate recomputed from the CSV files by a second way."""

from __future__ import annotations

import json
import math
import re
import statistics
import warnings
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import carekit
from carekit.claims import atlas, atlas_channels, atlas_country, atlas_poster
from carekit.dataset.measured import load_measured
from carekit.dataset.resources import data_folder
from carekit.errors import InputError

from .atlas_rows import FOLDER, rows, sums


@pytest.fixture(scope="module")
def low() -> dict[str, tuple[int, int]]:
    return {k[0]: (n, yes) for k, (n, yes) in sums("12", "brand").items() if n >= 20}


def test_brands_and_how_much_they_differ(low):
    made = atlas.brands()
    assert {r.brand: (r.n, r.n_answered) for r in made.itertuples()} == low
    shares = [yes / n for n, yes in low.values()]
    rows = atlas.spread().set_index("what")
    under, over = sum(s < 0.05 for s in shares), sum(s > 0.9 for s in shares)
    assert (len(shares), under, over) == (59, 16, 18)
    assert rows.n["brands that answer under 5 %"] == under
    assert rows.n["brands that answer over 90 %"] == over
    total = [sum(part) for part in zip(*low.values(), strict=True)]
    assert rows.estimate["all reviews together"] == pytest.approx(total[1] / total[0])
    mean = rows.loc["mean of brands like these"]
    plain, error = statistics.mean(shares), statistics.stdev(shares) / math.sqrt(len(shares))
    assert mean.estimate == pytest.approx(plain)
    assert [mean.ci_low, mean.ci_high] == pytest.approx(
        [plain - 2.0017 * error, plain + 2.0017 * error], abs=1e-4
    )
    # Analysis of variance of the binomial rates: close to the likelihood's share between brands.
    p = plain
    assert rows.estimate["variance that lies between brands (ICC)"] == pytest.approx(
        statistics.variance(shares) / (p * (1 - p)), abs=0.05
    )
    assert (made.facts.synthetic, made.facts.independent_unit) == (False, "review")


@pytest.mark.parametrize("by", atlas.GROUPS)
def test_rates_by_group_are_the_sums_of_the_files(by):
    tables = ("a_app_reviews", "b_other_networks") if by == "network" else ("a_app_reviews",)
    cells = sums("12345" if by == "rating" else "12", by, "brand", tables=tables)
    made = atlas.rates(by)
    assert set(made.target) == {"these brands", "brands like these"}
    for group, part in made.frame.groupby(by):
        mine = [cell for key, cell in cells.items() if key[0] == str(group)]
        n, yes = (sum(c[i] for c in mine) for i in (0, 1))
        assert (part.n == n).all()
        assert (part.n_answered == yes).all()
        these, like = (
            part.set_index("target").loc[["these brands", "brands like these"]].itertuples()
        )
        assert these.estimate == pytest.approx(yes / n)
        assert these.brands == len(mine)
        mean = statistics.mean(y / m for m, y in mine)
        assert like.estimate == pytest.approx(mean)
        if len(mine) == 1:
            assert math.isnan(like.ci_low)
        else:
            assert like.ci_low <= like.estimate <= like.ci_high
    with pytest.raises(InputError, match="expected one of: network, country"):
        atlas.rates("brand")


DRAWN = {row["source_id"]: row["drawn"] for row in rows("ab_sources")}
FILES = {
    "all": lambda row: True,
    "drawn star by star": lambda row: " star" in DRAWN[row["source_id"]],
    "drawn otherwise": lambda row: " star" not in DRAWN[row["source_id"]],
}


@pytest.mark.parametrize("files", FILES)
def test_low_stars_are_answered_more_by_most_brands_that_answer(files):
    cells: dict = defaultdict(lambda: [0, 0, 0, 0])
    for row in filter(FILES[files], rows("a_app_reviews")):
        if row["rating"] != "3":
            at = 0 if row["rating"] in "12" else 2
            cells[row["brand"]][at] += int(row["n"])
            cells[row["brand"]][at + 1] += int(row["n_answered"])
    gaps = [a / n - b / m for n, a, m, b in cells.values() if n >= 20 and m >= 20 and a + b]
    row = atlas.by_star().set_index("files").loc[files]
    assert (row.n, row.n_more) == (len(gaps), sum(g > 0 for g in gaps))
    fitted = stats.ttest_1samp(gaps, 0)
    limits = fitted.confidence_interval(0.95)
    assert row.estimate == pytest.approx(statistics.mean(gaps))
    assert [row.ci_low, row.ci_high] == pytest.approx([limits.low, limits.high])
    assert row.p_value == pytest.approx(fitted.pvalue)


def test_low_and_high_stars_are_compared_star_by_star():
    cells = {star: sums(star, "brand") for star in "1245"}
    gaps = []
    for key in set.intersection(*(set(c) for c in cells.values())):
        each = {star: cells[star][key] for star in "1245"}
        low, high = ([each[s] for s in stars] for stars in ("12", "45"))
        enough = all(n >= 20 for n, _ in each.values())
        if enough and any(y for _, y in low) and any(y for _, y in high):
            rate = {star: y / n for star, (n, y) in each.items()}
            gaps.append((rate["1"] + rate["2"] - rate["4"] - rate["5"]) / 2)
    row = atlas.by_star().set_index("files").loc["all, each star alike"]
    limits = stats.ttest_1samp(gaps, 0).confidence_interval(0.95)
    assert (row.n, row.n_more) == (len(gaps), sum(g > 0 for g in gaps)) == (27, 16)
    assert row.estimate == pytest.approx(statistics.mean(gaps))
    assert [row.ci_low, row.ci_high] == pytest.approx([limits.low, limits.high])
    assert (round(row.estimate, 2), round(row.ci_high - row.estimate, 2)) == (0.2, 0.14)


def test_the_printed_counts_of_brands_by_star():
    made = atlas.by_star().set_index("files")
    assert (made.n["all"], made.n_more["all"]) == (49, 32)
    assert (made.n["drawn otherwise"], made.n_more["drawn otherwise"]) == (27, 16)


def test_speed_counts_the_bins_of_the_files():
    made = atlas.speed().frame.set_index(["base", "hours"])
    bins = ["wait_lt1h", "wait_h1_8", "wait_h8_24"]
    mine = [r for r in rows("a_app_reviews") if r["rating"] in "12"]
    for hours, k in ((1, 1), (8, 2), (24, 3)):
        within = sum(int(r[b]) for r in mine for b in bins[:k])
        for base in ("all reviews", "answered, time known"):
            assert made.n_yes[base, hours] == within
    everything = sum(int(r["n"]) for r in mine)
    known = sum(int(r["n_answered"]) - int(r["n_negative"]) - int(r["wait_unknown"]) for r in mine)
    assert made.n["all reviews", 1] == everything
    assert made.n["answered, time known", 1] == known
    for hours, k in ((1, 1), (8, 2), (24, 3)):
        each: dict = defaultdict(lambda: [0, 0, 0])
        for r in mine:
            each[r["brand"]][0] += int(r["n"])
            each[r["brand"]][1] += sum(int(r[b]) for b in bins[:k])
            each[r["brand"]][2] += (
                int(r["n_answered"]) - int(r["n_negative"]) - int(r["wait_unknown"])
            )
        of_all = [yes / n for n, yes, _ in each.values()]
        of_answered = [yes / known for _, yes, known in each.values() if known]
        for base, shares in (("all reviews", of_all), ("answered, time known", of_answered)):
            assert made.brands[base, hours] == len(shares)
            assert made.estimate[base, hours] == pytest.approx(statistics.mean(shares))


def test_drawing_star_by_star_moves_the_rate():
    made = atlas.draws().set_index("brand")
    stars = {k[0]: v for k, v in sums("12345", "rating", "brand").items()}
    assert len(stars) == 5
    for brand in made.index:
        cells = [sums(star, "brand")[(brand,)] for star in "12345"]
        assert made.n[brand] == sum(n for n, _ in cells)
        assert made.as_drawn[brand] == pytest.approx(sum(y for _, y in cells) / made.n[brand])
        assert made.each_star_alike[brand] == pytest.approx(
            statistics.mean(y / n for n, y in cells)
        )
    mix = dict.fromkeys("12345", 0)
    for row in rows("a_app_reviews"):
        if "newest" in DRAWN[row["source_id"]] and "star" not in DRAWN[row["source_id"]]:
            mix[row["rating"]] += int(row["n"])
    total = sum(mix.values())
    for brand in made.index:
        cells = [sums(star, "brand")[(brand,)] for star in "12345"]
        newest = sum(y / n * k / total for (n, y), k in zip(cells, mix.values(), strict=True))
        assert made.as_newest[brand] == pytest.approx(newest)
        assert made.estimate[brand] == pytest.approx(made.as_drawn[brand] - newest)
    assert made.estimate["FamPay"] > 0.2


def test_the_country_explains_less_when_files_are_the_units():
    made = atlas_country.explained(draws=199).set_index("what")
    brands = made.loc["country, brands as units"]
    files = made.loc["country, collections as units"]
    assert brands.estimate == pytest.approx(0.515, abs=0.005)
    assert (brands.n, brands.countries) == (59, 11)
    assert brands.p_value < 0.01
    assert files.estimate < brands.estimate
    assert files.p_value > 0.05
    # The same by statsmodels' regression on dummies.
    import statsmodels.formula.api as smf
    from statsmodels.tools.sm_exceptions import SingularMatrixWarning

    fitted = smf.ols("estimate ~ C(country)", atlas.brands().frame).fit()
    assert brands.estimate == pytest.approx(fitted.rsquared_adj)
    table = atlas.brands().frame.assign(way=lambda t: t["drawn"].str.split(",").str[0])
    apart = table.groupby(["collection", "country"], as_index=False)["estimate"].mean()
    assert files.estimate == pytest.approx(
        smf.ols("estimate ~ C(country)", apart).fit().rsquared_adj
    )
    terms = ["C(sector)", "C(way)", "C(collection)"]
    for k, names in enumerate(("sector", "sector, drawn", "sector, drawn, collection"), 1):
        beside = " + ".join(terms[:k])
        with warnings.catch_warnings():
            # Sectors, ways and collections overlap: the fit leaves out what says nothing new.
            warnings.simplefilter("ignore", SingularMatrixWarning)
            gain = (
                smf.ols(f"estimate ~ {beside} + C(country)", table).fit().rsquared_adj
                - smf.ols(f"estimate ~ {beside}", table).fit().rsquared_adj
            )
        assert made.estimate[f"country, beyond {names}"] == pytest.approx(gain)
    assert abs(made.estimate["country, beyond sector, drawn, collection"]) < 0.1
    parts = made.estimate[[name for name in made.index if name.startswith("mixed")]]
    assert parts.sum() == pytest.approx(1)


def test_the_mixed_model_is_that_of_statsmodels():
    import statsmodels.formula.api as smf

    rng = np.random.default_rng(3)
    import pandas as pd

    table = pd.DataFrame({"country": np.repeat(list("abcdefgh"), 12)})
    table["collection"] = np.tile(np.repeat(["p", "q", "r"], 4), 8)
    place = dict(zip("abcdefgh", rng.normal(0, 0.3, 8), strict=True))
    file = {key: rng.normal(0, 0.2) for key, _ in table.groupby(["country", "collection"])}
    table["estimate"] = [
        place[c] + file[c, f] + e
        for c, f, e in zip(table.country, table.collection, rng.normal(0, 0.3, 96), strict=True)
    ]
    mine = atlas_country.variance_parts(table)
    model = smf.mixedlm("estimate ~ 1", table, groups="country", re_formula="1",
                        vc_formula={"file": "0 + C(collection)"}).fit()  # fmt: skip
    parts = np.array([float(model.cov_re.iloc[0, 0]), float(model.vcomp[0]), model.scale])
    assert list(mine.values()) == pytest.approx(list(parts / parts.sum()), abs=0.01)


def test_every_function_of_the_atlas_is_recomputed_here():
    tests = Path(__file__).parent.glob("test_atlas*.py")
    own = "".join(path.read_text(encoding="utf-8") for path in tests)
    for module in (atlas, atlas_channels, atlas_country):
        for name, made in vars(module).items():
            if getattr(made, "__module__", "") == module.__name__ and not name.startswith("_"):
                assert f"{module.__name__.rpartition('.')[2]}.{name}(" in own or name in HELPERS


HELPERS = {"stated", "reviews", "with_limits", "beyond", "adjusted_r2"}


def test_what_was_printed_is_said_not_to_be_comparable():
    made = atlas.printed()
    assert dict(zip(made.figures, made.published, strict=True)) == {
        "C032": 0.26, "C033": 0.18, "C034": 0.3, "C035": 0.74, "C036": 0.69, "C037": 0.59,
    }  # fmt: skip
    assert "Not comparable" in made.facts.note


def test_the_poster_shows_every_brand_and_no_country_rate():
    picture = atlas_poster.poster()
    shown = picture.figure.carekit_table
    assert len(shown) == 59
    assert "no rate is that of a country" in picture.caption
    assert carekit.load_measured("atlas/a_app_reviews").n.sum() == 254_094


def test_what_is_too_few_for_a_row_is_counted():
    low = load_measured("atlas/a_app_reviews").query("rating <= 2").groupby("brand")["n"].sum()
    left = atlas.brands().facts.left_out
    assert left == {"reviews of brands with fewer than 20 of these": low[low < 20].sum()}
    tags = load_measured("atlas/d_cfpb_age_tag_by_channel")
    known = tags[tags["older_american_tag"].isin(["yes", "no"])]
    sizes = known.groupby(["source", "submitted_via"])["n"].sum()
    few = "complaints by a channel with fewer than 20 in its extract"
    assert atlas_channels.older().facts.left_out[few] == sizes[sizes < 20].sum() > 0


def test_no_sentence_calls_the_atlas_a_rate_of_a_country():
    for made in (atlas.brands(), atlas.spread(), atlas.rates("country"), atlas.by_star(),
                 atlas.speed(), atlas.draws(), atlas_channels.definitions()):  # fmt: skip
        assert "no rate is that of a country" in made.facts.note
    root = Path(data_folder("measured")).parents[1]
    markets = (
        "India|Indonesia|Brazil|South Korea|Germany|Ethiopia|Nigeria|Saudi Arabia|United States"
    )
    wrong = re.compile(
        rf"(?:rate (?:of|in) (?:the )?(?:{markets})\b)|(?:(?:{markets}) answers? )"
        r"|(?:Indian|Korean|German|Brazilian|Indonesian|American) (?:firms|brands|companies) answer"
    )
    pages = [root / "README.md", *root.glob("docs/*.md"), *FOLDER.glob("*.md")]
    texts = {page: page.read_text(encoding="utf-8") for page in pages if page.exists()}
    for page in root.glob("notebooks/*.ipynb"):
        cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
        texts[page] = " ".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    assert len(texts) > 3
    assert {
        page.name: wrong.findall(text) for page, text in texts.items() if wrong.search(text)
    } == {}
