"""Tables of real counts add up, are explained, and a contributed one is checked in the same way."""

from __future__ import annotations

import json

import pytest

from carekit.cli import main
from carekit.dataset.contributed import check_contributed
from carekit.dataset.measured import list_measured, load_measured
from carekit.dataset.package import FILE, describe_measured
from carekit.dataset.resources import data_folder
from carekit.errors import InputError

CARD = """# Answers

- **What**: reviews.
- **How**: counted.
- **Personal data**: none. Cells under five are kept.
- **Licence**: counts are facts.
- **Corrections**: none so far.

| column | meaning |
|---|---|
| brand | firm |
| n | reviews |
| n_answered | answered |

## Known bias

- Few brands.
"""


@pytest.fixture
def table(tmp_path):
    """A function that writes a table and its card, and says what is wrong with them."""

    def write(csv: str, card: str = CARD) -> list[str]:
        (tmp_path / "mine.csv").write_text(csv, encoding="utf-8")
        (tmp_path / "mine.md").write_text(card, encoding="utf-8")
        return check_contributed(tmp_path / "mine.csv")

    return write


@pytest.mark.parametrize("name", list_measured())
def test_every_table_that_comes_with_carekit_passes(name):
    assert check_contributed(data_folder("measured") / f"{name}.csv") == []


def test_a_whole_table_is_fine(table):
    assert table("brand,n,n_answered\nA,10,5\nB,7,7\n") == []


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        ("brand,n,n_answered\nA,10,5\nA,7,7\n", "1 rows repeat the labels of another row: brand."),
        ("brand,n,n_answered\nA,10,12\n", "n_answered exceeds n in 1 rows."),
        ("brand,n,n_answered\nA,-10,-12\n", "Column 'n' holds negative counts."),
        ("brand,n,n_answered\nA,10,2.5\n", "Column 'n_answered' is called a count but holds other"),
        ("brand,rate\nA,0.5\n", "No column is a count: expected n, or events and censored."),
        ("brand,n,n_answered\nA,10,\n", "Column 'n_answered' has 1 blank cells: write 0"),
        ("brand,n,n_answered\nA,10,1\na ,10,1\n", "1 rows repeat the labels of another row"),
        ("brand,n,n_answered\n", "The table has no rows."),
        ("author_id,n\nA,10\n", "Column 'author_id' would tell of persons or texts"),
        ("brand,n,n_yes\nA,10,5\n", "The card does not explain column 'n_yes'."),
    ],
)
def test_each_fault_is_a_sentence(table, csv, said):
    assert any(sentence.startswith(said) for sentence in table(csv))


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("- **How**: counted.\n", "The card lacks **How**."),
        ("- **Licence**: counts are facts.\n", "The card lacks **Licence**."),
        ("reviews.\n- **How**", "The card says nothing under **What**."),
        ("- Few brands.\n", "The card says nothing under ## Known bias."),
    ],
)
def test_a_card_has_all_its_parts_and_says_something_in_each(table, gone, said):
    card = CARD.replace(gone, "\n- **How**" if gone.startswith("reviews") else "")
    assert table("brand,n,n_answered\nA,10,5\n", card) == [said]


def test_a_sum_that_does_not_close_is_found(table):
    waits = "wait_lt1h,wait_h1_8,wait_h8_24,wait_d1_3,wait_d3_7,wait_gt7d,wait_unknown"
    found = table(f"brand,n,n_answered,n_negative,{waits}\nA,90,9,1,1,1,1,1,1,1,1\n")
    assert any(s.startswith("n_answered is not the sum of n_negative + ") for s in found)


def test_small_cells_need_a_word_in_the_card(table):
    found = table("brand,n,n_answered\nA,10,3\n", CARD.replace(" Cells under five are kept.", ""))
    assert found == [
        "Note: 1 cells are under five; say in the card why they may stand, or suppress them."
    ]


def test_the_command_exits_with_2_for_a_fault(tmp_path, capsys):
    path = tmp_path / "mine.csv"
    path.write_text("brand,n\nA,10\n", encoding="utf-8")
    assert main(["measured", "check", str(path)]) == 2
    assert capsys.readouterr().out.startswith("mine.md is missing")
    with pytest.raises(InputError, match="which is no file"):
        check_contributed(tmp_path / "other.csv")


def test_a_table_that_is_here_is_checked_by_its_name(capsys):
    assert main(["measured", "check", "atlas/c_channels"]) == 0
    assert capsys.readouterr().out.startswith("Nothing is wrong")


def test_croissant_says_the_same_of_the_tables():
    """Written by mlcroissant (docs/croissant.py) from the package: files, checksums, columns."""
    said = json.loads((data_folder("measured") / "croissant.json").read_text(encoding="utf-8"))
    package = describe_measured()["resources"]
    files = {one["contentUrl"]: one["sha256"] for one in said["distribution"]}
    assert files == {one["path"]: one["hash"].removeprefix("sha256:") for one in package}
    types = {
        "sc:Integer": "integer",
        "sc:Float": "number",
        "sc:Boolean": "boolean",
        "sc:Text": "string",
    }
    columns = {
        records["name"]: [
            (one["name"], types[one["dataType"]], one["description"]) for one in records["field"]
        ]
        for records in said["recordSet"]
    }
    assert columns == {
        one["name"]: [(f["name"], f["type"], f["description"]) for f in one["schema"]["fields"]]
        for one in package
    }


def test_the_package_of_the_tables_is_as_committed():
    committed = json.loads((data_folder("measured") / FILE).read_text(encoding="utf-8"))
    assert committed == describe_measured()
    fields = [f for r in committed["resources"] for f in r["schema"]["fields"]]
    assert all(f["description"] for f in fields)


def test_the_atlas_holds_what_its_cards_say():
    apps, others = load_measured("atlas/a_app_reviews"), load_measured("atlas/b_other_networks")
    assert (apps.n.sum(), apps.n_answered.sum(), apps.brand.nunique()) == (254094, 140638, 63)
    assert (apps.country.nunique(), apps.sector.nunique()) == (11, 11)
    assert (others.n.sum(), others.n_answered.sum(), others.country.nunique()) == (11078, 5766, 7)
    sources = load_measured("atlas/ab_sources")
    assert set(apps.source_id) | set(others.source_id) == set(sources.source_id)
    by_source = (apps.groupby("source_id").n.sum(), others.groupby("source_id").n.sum())
    for counted in by_source:
        assert (sources.set_index("source_id").n.loc[counted.index] == counted).all()
    cases = load_measured("atlas/c_channels").groupby("source").n.sum()
    assert cases.to_dict() == {"baltimore_311": 10000, "boston_311": 62238, "sf_311": 14313}
    assert load_measured("atlas/d_cfpb_age_tag_by_channel").n.sum() == 6242
    korean = apps[apps.source_id.str.contains("app_store") & apps.country.eq("KR")]
    answers = load_measured("app_reviews_answers").query("network == 'app_store'")
    assert (korean.n.sum(), korean.n_answered.sum()) == (answers.n.sum(), answers.n_answered.sum())
