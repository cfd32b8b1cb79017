"""carekit.claims.atlas_channels: every estimate recomputed from the CSV files by a second way."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict

import pytest

import carekit
from carekit.claims import atlas_channels
from carekit.claims.ledger import load_ledger

from .atlas_rows import rows, sums


def shares_by(name: str, keys: tuple[str, ...], yes, kept=lambda row: True) -> dict:
    """n and yes of a table of the atlas by keys, counted row by row."""
    found: dict = defaultdict(lambda: [0, 0])
    for row in filter(kept, rows(name)):
        cell = found[tuple(row[k] for k in keys)]
        cell[0] += int(row["n"])
        cell[1] += int(row["n"]) * yes(row)
    return dict(found)


def wilson(yes: int, n: int, z: float = 1.959964) -> list[float]:
    """Wilson's interval, as its author wrote it."""
    p, d = yes / n, 1 + z**2 / n
    half = z / d * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    middle = (p + z**2 / (2 * n)) / d
    return [middle - half, middle + half]


def test_channels_of_cases_are_the_sums_of_the_file():
    brought = [r for r in rows("c_channels") if r["channel"] not in ("staff", "api", "other")]
    cells: dict = defaultdict(int)
    for row in brought:
        cells[row["place"], row["channel"]] += int(row["n"])
    places = {p: sum(n for (q, _), n in cells.items() if q == p) for p, _ in cells}
    made = atlas_channels.shares()
    assert {(r.place, r.channel): r.n_yes for r in made.itertuples()} == cells
    for row in made.itertuples():
        assert row.n == places[row.place]
        assert row.estimate == pytest.approx(cells[row.place, row.channel] / row.n)
        assert [row.ci_low, row.ci_high] == pytest.approx(wilson(row.n_yes, row.n), abs=1e-8)
    everything = sum(int(r["n"]) for r in rows("c_channels"))
    assert everything == 86_551
    assert list(made.facts.left_out.values()) == [everything - sum(places.values())]


def test_channels_of_complaints_are_the_sums_of_the_file():
    keys = ("source", "submitted_via")
    cells = shares_by("d_cfpb_age_tag_by_channel", keys, lambda row: True)
    made = atlas_channels.complaints()
    assert {(r.extract, r.channel): r.n_yes for r in made.itertuples()} == {
        key: n for key, (n, _) in cells.items()
    }
    for row in made.itertuples():
        assert row.n == sum(n for (source, _), (n, _) in cells.items() if source == row.extract)
        assert row.estimate == pytest.approx(row.n_yes / row.n)
        assert [row.ci_low, row.ci_high] == pytest.approx(wilson(row.n_yes, row.n), abs=1e-8)
    assert set(made.extract) == {r["source"] for r in rows("d_cfpb_age_tag_by_channel")}
    assert len(set(made.extract)) == 3


def test_older_people_by_channel_are_the_sums_of_the_file():
    tags = shares_by(
        "d_cfpb_age_tag_by_channel",
        ("source", "submitted_via"),
        lambda row: row["older_american_tag"] == "yes",
        lambda row: row["older_american_tag"] in ("yes", "no"),
    )
    made = atlas_channels.older()
    wanted = {key: cell for key, cell in tags.items() if cell[0] >= 20}
    assert {(r.extract, r.channel): [r.n, r.n_yes] for r in made.itertuples()} == wanted
    for row in made.itertuples():
        assert row.estimate == pytest.approx(row.n_yes / row.n)
        assert [row.ci_low, row.ci_high] == pytest.approx(wilson(row.n_yes, row.n), abs=1e-8)


def test_the_rates_of_one_set_of_reviews_are_the_sums_of_the_file():
    def total(*columns: str, stars: str = "12345") -> int:
        chosen = (r for r in rows("a_app_reviews") if r["rating"] in stars)
        return sum(int(r[c]) for r in chosen for c in columns)

    within = total("wait_lt1h", "wait_h1_8", "wait_h8_24")
    brands = [yes / n for n, yes in sums("12345", "brand").values() if n >= 20]
    wanted = {
        "all reviews together": (total("n"), total("n_answered")),
        "reviews of one and two stars": (total("n", stars="12"), total("n_answered", stars="12")),
        "answered within 24 hours": (total("n"), within),
        "older than 7 days": (total("n_mature7d"), total("n_answered_mature7d")),
        "without answers dated before the review": (
            total("n"),
            total("n_answered") - total("n_negative"),
        ),
    }
    made = atlas_channels.definitions().set_index("definition")
    assert len(made) == len(wanted) + 1
    for name, (n, yes) in wanted.items():
        assert (made.n[name], made.n_answered[name]) == (n, yes)
        assert made.estimate[name] == pytest.approx(yes / n)
    last = made.loc["mean of brands with 20 reviews"]
    assert (last.n, last.estimate) == (len(brands), pytest.approx(statistics.mean(brands)))


def test_care_accounts_of_the_atlas_are_those_of_the_file():
    named: dict = defaultdict(int)
    for row in rows("e_care_accounts"):
        named[row["brand"]] = max(named[row["brand"]], int(row["dedicated_care_name"]))
    assert sum(1 for _ in rows("e_care_accounts")) == 87
    from carekit.claims.hypotheses.real_counts import care_accounts_on_twitter
    from carekit.claims.inquiry import Inquiry

    row, why = care_accounts_on_twitter(Inquiry(carekit.open_dataset(), load_ledger()))
    yes = sum(named.values())
    assert (row["n"], row["n_answered"]) == (len(named), yes)
    assert row["estimate"] == pytest.approx(yes / len(named))
    assert f"Of {len(named)} brands" in why
    assert f"{yes} answer by an account" in why


def test_complaints_by_tag_are_sums_of_the_file():
    mine = defaultdict(lambda: [0, 0])
    for row in rows("d_cfpb_age_tag_by_channel"):
        if row["older_american_tag"] != "unknown":
            mine[row["older_american_tag"]][0] += int(row["n"])
            mine[row["older_american_tag"]][1] += int(row["n"]) * (row["submitted_via"] == "Phone")
    made = atlas_channels.by_tag().set_index("older_american_tag")
    assert made.T.to_dict("list") == dict(mine)
