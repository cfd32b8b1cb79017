"""Where requests stand."""

from __future__ import annotations

from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.measures.surfaces import surfaces

PLACES = ["mention"] * 4 + ["no_mention"] * 2 + ["brand_page", "personal_page"] + [None]
ROWS = [
    {"id": f"q{i}", "at": i, "surface": s, "brand": "abc"[i % 3], "author_id": f"u{i}"}
    for i, s in enumerate(PLACES)
]


def test_shares_are_of_requests_whose_surface_is_known(make_dataset):
    table = surfaces(make_dataset(ROWS), cluster="none").set_index("surface")
    assert table.n_yes.to_dict() == {
        "brand_page": 1,
        "mention": 4,
        "no_mention": 2,
        "personal_page": 1,
        "addressed to the brand": 5,
        "not addressed to the brand": 3,
    }
    assert set(table.n) == {8}
    assert set(table.n_missing) == {1}
    assert table.estimate[:4].sum() == 1


def test_only_the_posts_named_count(make_dataset):
    table = surfaces(make_dataset(ROWS), cluster="none", posts={"q0", "q4", "none"})
    assert table.set_index("surface").n_yes["no_mention"] == 1
    assert table.n[0] == 2


def test_groups_have_all_surfaces(make_dataset):
    table = surfaces(make_dataset(ROWS), by="brand", cluster="none")
    assert len(table) == 3 * 6
    a = table[table.brand == "a"].set_index("surface")
    assert (a.n["mention"], a.n_yes["mention"], a.n_yes["brand_page"]) == (3, 2, 1)


def test_a_selection_is_named_in_the_note(make_dataset):
    frame = surfaces(make_dataset(ROWS, selection=ANSWERED_ONLY), cluster="none")
    assert frame.attrs["note"].endswith("Selection of the dataset: answered_only.")
