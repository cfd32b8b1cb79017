"""Sheets drawn from a dataset, and the agreement of those that come back."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from carekit.coding.coding_sheet import read_design
from carekit.coding.coding_workflow import draw_sample, measure_agreement, write_sheets
from carekit.errors import InputError


@pytest.fixture
def drawn(make_dataset):
    rows = [
        {"id": f"x:{i}", "brand": "ab"[i % 4 == 0], "text": f"call 06 39 98 12 45, {i}"}
        for i in range(40)
    ]
    return draw_sample(make_dataset(rows), n=20, by="brand", allocation="equal", seed=3)


def test_a_sample_carries_its_weights_and_no_personal_data(drawn):
    weights = drawn.groupby("brand")["weight"].agg(["size", "first"])
    assert weights.loc["a"].to_list() == [10, 3.0]
    assert weights.loc["b"].to_list() == [10, 1.0]
    assert (drawn["strata"] == "brand").all()
    assert drawn["text"].str.startswith("call [phone]").all()


def test_the_design_is_found_beside_each_coders_sheet(drawn, tmp_path):
    *sheets, design = write_sheets(drawn, tmp_path / "s.csv", coders=["anna", "ben"], lang="en")
    assert [p.name for p in sheets] == ["s.anna.csv", "s.ben.csv"]
    assert "text" not in pd.read_csv(design)
    for sheet in sheets:
        read = read_design(sheet)
        assert read is not None
        assert sorted(read["post_id"]) == sorted(drawn["post_id"])
        assert set(read["strata"]) == {"brand"}


def test_names_in_the_design_run_no_formula_and_read_back(drawn, tmp_path):
    names = ["=1+1", "＝1", "@SUM(A1)", "x\r=1+1", "-1+1"]
    odd = drawn.assign(stratum=[names[i % 5] for i in range(len(drawn))])
    sheet, design = write_sheets(odd, tmp_path / "s.csv", lang="en")
    text = design.read_bytes().decode()
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not any(cell.startswith(("=", "＝", "@", "-")) for cell in cells)
    assert not any(line.startswith("=") for line in text.replace('"x\r=1+1"', "").splitlines())
    read = read_design(sheet)
    assert sorted(set(read["stratum"])) == sorted(names)


@pytest.mark.parametrize("coders", [["a/b"], [""], ["anna", "anna"]])
def test_a_coder_whose_name_is_no_file_name_is_an_error(drawn, tmp_path, coders):
    with pytest.raises(InputError, match="expected distinct names of letters, digits, _ and -"):
        write_sheets(drawn, tmp_path / "s.csv", coders=coders)


def coded(folder, name, tones):
    file = folder / f"{name}.csv"
    rows = [f"p{i},{tone}" for i, tone in enumerate(tones)]
    file.write_text("\n".join(["post_id,tone", *rows]), encoding="utf-8")
    return file


def test_agreement_is_measured_on_the_posts_of_both(tmp_path):
    files = [
        coded(tmp_path, "a", ["neg", "pos", "neg", "pos"]),
        coded(tmp_path, "b", ["neg", "pos", "pos"]),
    ]
    found = measure_agreement(files).set_index("measure")
    assert found.loc["percent_agreement", ["n", "estimate"]].to_list() == [3, pytest.approx(2 / 3)]
    assert found["column"].unique().tolist() == ["tone"]
    assert "3 of 4 posts are in all sheets" in measure_agreement(files).attrs["note"]


def test_one_sheet_or_a_code_that_one_lacks_is_an_error(tmp_path):
    files = [coded(tmp_path, "a", ["neg"]), coded(tmp_path, "b", ["pos"])]
    with pytest.raises(InputError, match="`files` names 1 sheet; expected two or more"):
        measure_agreement(files[:1])
    with pytest.raises(
        InputError, match="`column` is 'is_abuse'; expected one that all sheets code: tone"
    ):
        measure_agreement(files, column="is_abuse")


def test_a_dataset_without_coded_sheets_or_labels_says_what_to_do(make_dataset):
    from carekit.coding.coding_workflow import find_sheets, measure_coders
    from carekit.errors import SelectionError
    from carekit.sample.coding import planted_codes

    dataset = make_dataset([{"id": "x:1", "text": "hello"}])
    with pytest.raises(SelectionError, match="has no coded sheet in its folder coding; expected"):
        find_sheets(dataset)
    with pytest.raises(SelectionError, match="is not synthetic, with labels; expected one"):
        planted_codes(dataset)
    (dataset.path / "coding").mkdir()
    coded(dataset.path / "coding", "anna", ["neg"])
    (dataset.path / "coding" / "anna.design.csv").write_text("post_id,stratum,weight\n")
    assert [p.name for p in find_sheets(dataset)] == ["anna.csv"]
    with pytest.raises(SelectionError, match=r"has one coded sheet, anna\.csv; expected two"):
        measure_coders(dataset)
