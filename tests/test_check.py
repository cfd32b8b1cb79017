"""`carekit check`: what is wrong, what is missing, what cannot be answered."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from carekit import files
from carekit.check import check_dataset
from carekit.errors import DatasetError
from carekit.manifest import ANSWERED_ONLY

GOOD = [
    {"id": "q", "text": "why?", "author_id": "a_1", "observed_at": 99},
    {"id": "r", "at": 5, "reply_to": "q", "author_role": "brand", "text": "so", "observed_at": 99},
]
BRANDS = [{"brand": "Acme", "country": "FR", "timezone": "Europe/Paris"}]
ACCOUNTS = [{"account": "acme", "network": "x", "brand": "Acme"}]


def problems(dataset) -> dict[str, tuple[str, int]]:
    found = check_dataset(dataset.path)
    return {row.what: (row.level, row.n) for row in found.itertuples()}


def of(found: dict[str, tuple[str, int]], start: str) -> tuple[str, int]:
    (key,) = [what for what in found if what.startswith(start)]
    return found[key]


def test_a_good_dataset_has_no_problem(make_dataset):
    dataset = make_dataset(GOOD, accounts=ACCOUNTS, brands=BRANDS)
    assert check_dataset(dataset.path).empty


def test_every_doubt_about_posts_is_counted(make_dataset):
    rows = [
        *GOOD,
        {"id": "lost", "reply_to": "gone", "text": "x", "author_id": "a", "observed_at": 9},
        {"id": "loop", "reply_to": "loop", "text": "x", "author_id": "a", "observed_at": 9},
        {"id": "early", "at": -60 * 24 * 365 * 40, "text": None, "author_id": None},
        {"id": "late", "at": 50, "observed_at": 10, "text": "x", "author_id": "a"},
        {"id": "back", "at": -9, "reply_to": "q", "author_role": "brand", "text": "x"},
        {"id": "stars", "rating": 9, "text": "x", "author_id": "a"},
    ]
    found = problems(make_dataset(rows, copies=GOOD[:1], brands=BRANDS))
    assert of(found, "rating is not 1 to 5") == ("error", 1)
    assert of(found, "rows whose post_id came before") == ("warning", 1)
    assert of(found, "posts reply to a post that is not in the data") == ("warning", 1)
    assert of(found, "posts run into a cycle") == ("warning", 1)
    assert of(found, "created_at is before 1990") == ("warning", 1)
    assert of(found, "observed_at is before created_at") == ("warning", 1)
    assert of(found, "posts are dated before the post they answer") == ("warning", 1)
    assert of(found, "posts without text") == ("note", 1)
    assert of(found, "customer posts without author") == ("note", 1)
    assert of(found, "no end of observation") == ("warning", 2)


def test_no_post_of_a_brand_is_an_error(make_dataset):
    assert of(problems(make_dataset(GOOD[:1])), "no post of a brand") == ("error", 1)


def test_what_the_selection_closes_is_said(make_dataset):
    found = problems(make_dataset(GOOD, selection=ANSWERED_ONLY))
    assert of(found, "selection answered_only: Every conversation")[0] == "note"


def test_accounts_and_brands_that_do_not_fit_are_found(make_dataset):
    accounts = [*ACCOUNTS, {"account": "brix", "network": "x", "brand": "Brix"}]
    found = problems(make_dataset(GOOD, accounts=accounts, brands=[{"brand": "Acme"}]))
    assert of(found, "accounts of a brand that is not in brands") == ("warning", 1)
    assert of(found, "brands without country") == ("note", 1)


def test_files_that_are_missing_changed_or_loose_are_found(make_dataset):
    dataset = make_dataset(GOOD, brands=BRANDS)
    (part,) = dataset.files("posts")
    (part.parent / "part-00009.parquet").write_bytes(part.read_bytes())
    part.write_bytes(b"PAR1")
    dataset.files("brands")[0].unlink()
    found = problems(dataset)
    assert of(found, "a file is missing") == ("error", 1)
    assert of(found, "a file is not what the manifest says") == ("error", 1)
    assert of(found, "files that the manifest does not list") == ("warning", 1)


def test_a_column_of_another_type_is_found(make_dataset):
    import json

    dataset = make_dataset(GOOD)
    (part,) = dataset.files("posts")
    table = pq.read_table(part)
    at = table.schema.get_field_index("rating")
    pq.write_table(table.set_column(at, "rating", pa.array(["5", "5"])), part)
    manifest = dataset.path / "manifest.json"
    raw = json.loads(manifest.read_text())
    raw["parts"][0]["sha256"] = files.checksum(part)
    manifest.write_text(json.dumps(raw))
    assert of(problems(dataset), "column rating is string, not integer") == ("error", 2)


def test_no_dataset_is_one_clear_message(tmp_path):
    with pytest.raises(DatasetError, match="There is no dataset folder"):
        check_dataset(tmp_path / "none")


def test_the_result_is_a_tidy_frame(make_dataset):
    found = check_dataset(make_dataset(GOOD[:1]).path)
    assert list(found.columns) == ["level", "table", "what", "n", "examples", "remedy"]
    assert isinstance(found.index, pd.RangeIndex)
    assert found.level.iloc[0] == "error"
