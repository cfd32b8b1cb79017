"""Loading, checking, selecting and looking up the ledger of published figures."""

from __future__ import annotations

import csv
import shutil

import pandas as pd
import pytest

from carekit.claims.ledger import Ledger, load_ledger
from carekit.claims.ledger.columns import STATUSES, measures
from carekit.dataset.resources import data_folder
from carekit.errors import InputError, SchemaError


@pytest.fixture
def folder(tmp_path):
    """A copy of the ledger that a test may break."""
    return shutil.copytree(data_folder("claims"), tmp_path / "claims")


def rewrite(path, change):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def set_cells(folder, column, new, *ids):
    def change(rows):
        at = rows[0].index(column)
        for row in rows[1:]:
            if row[0] in ids:
                row[at] = new

    rewrite(folder / "published_figures.csv", change)


def message(call):
    with pytest.raises((InputError, SchemaError)) as caught:
        call()
    return str(caught.value)


FRAME = (
    " The codebook (README.md of the ledger) says what each column may hold: correct these rows."
)


def test_the_ledger_has_every_row_of_its_files(ledger):
    for name, frame in (
        ("published_figures", ledger.figures),
        ("studies", ledger.studies),
        ("articles", ledger.articles),
        ("hypotheses", ledger.hypotheses),
    ):
        with (data_folder("claims") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert frame.iloc[:, 0].tolist() == [next(iter(row.values())) for row in rows]
    assert len(ledger) == 440


def test_cells_keep_their_text_and_numbers(ledger):
    with (data_folder("claims") / "published_figures.csv").open(encoding="utf-8") as file:
        rows = {row["figure_id"]: row for row in csv.DictReader(file)}
    frame = ledger.figures.set_index("figure_id")
    for key, row in rows.items():
        for column in ("value", "value_low", "value_high", "sample_size"):
            cell = frame.loc[key, column]
            assert (pd.isna(cell)) if row[column] == "" else cell == float(row[column])
        for column in ("base", "note", "period_start"):
            cell = frame.loc[key, column]
            cell = cell.strftime("%Y-%m-%d") if isinstance(cell, pd.Timestamp) else cell
            assert (pd.isna(cell)) if row[column] == "" else cell == row[column]


def test_columns_are_typed(ledger):
    types = ledger.figures.dtypes
    assert types["value"] == "float64"
    assert types["sample_size"] == "Int64"
    assert types["figure_id"] == "string"
    assert pd.api.types.is_datetime64_any_dtype(types["period_start"])
    assert isinstance(ledger.figures.index, pd.RangeIndex)


def test_the_vocabulary_is_that_of_the_codebook(ledger):
    import re

    text = (data_folder("claims") / "README.md").read_text(encoding="utf-8")
    section = text.split("## Vocabulary of measures")[1].split("Dimensions (")[0]
    named = {
        word
        for line in section.splitlines()
        if line.startswith("| `")
        for word in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert named == set(measures())
    assert set(ledger.figures["measure"]) == set(measures())
    assert set(ledger.figures["status"]) == set(STATUSES)


def test_a_ledger_hands_out_copies(ledger):
    frame = ledger.figures
    frame.loc[0, "value"] = 0.99
    assert ledger.figures.loc[0, "value"] == 0.47
    with pytest.raises(AttributeError):
        ledger.figures = frame


def test_building_a_ledger_leaves_the_frames_alone(ledger):
    frames = {
        "figures": ledger.figures,
        "studies": ledger.studies,
        "articles": ledger.articles,
        "hypotheses": ledger.hypotheses,
    }
    before = {name: frame.copy(deep=True) for name, frame in frames.items()}
    Ledger(**frames)
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_repr_counts_the_ledger(ledger):
    assert repr(ledger) == (
        "<Ledger: 440 figures (21 corrected), 68 studies, 5 articles, 31 hypotheses>"
    )


def test_a_ledger_without_figures_is_a_ledger(ledger):
    empty = ledger.replace(figures=ledger.figures.iloc[:0])
    assert len(empty) == 0
    assert empty.select(corrected=False).empty


def test_row_order_changes_no_figure(ledger):
    turned = ledger.replace(figures=ledger.figures.iloc[::-1])
    assert all(turned.figure(key) == ledger.figure(key) for key in ("C005", "P133", "D010"))


# --- select


def test_select_filters_by_every_condition(ledger):
    rows = ledger.select(measure="question_response_rate", country="CA", network="facebook")
    assert rows["figure_id"].tolist() == ["C036"]
    assert ledger.select(study="itu-2013")["figure_id"].tolist() == ["L044"]
    assert len(ledger.select(article="jdn-2014")) == 10


def test_select_takes_several_values(ledger):
    both = ledger.select(status=["as_printed", "inferred"])
    assert len(both) == 64 + 9


def test_select_splits_on_correction(ledger):
    standing, replaced = ledger.select(corrected=False), ledger.select(corrected=True)
    assert len(standing) + len(replaced) == len(ledger)
    assert standing["corrected_by"].isna().all()
    assert len(replaced) == 21


def test_select_without_condition_keeps_all_rows(ledger):
    pd.testing.assert_frame_equal(ledger.select(), ledger.figures)


def test_select_names_the_values_that_exist(ledger):
    assert message(lambda: ledger.select(network="twitter")) == (
        "`network` is 'twitter', which no figure has; expected one of: blog, facebook, instagram, "
        "linkedin, multiple, x, youtube."
    )


# --- what if


def test_with_figure_changes_one_number_in_a_new_ledger(ledger):
    changed = ledger.with_figure("C022", value=0.5)
    assert changed.figure("C022").value == 0.5
    assert ledger.figure("C022").value == 0.43
    others = changed.figures["figure_id"] != "C022"
    pd.testing.assert_frame_equal(changed.figures[others], ledger.figures[others])


def test_with_figure_is_checked_again(ledger):
    assert message(lambda: ledger.with_figure("C022", value=1.5)) == (
        "the ledger breaks 1 rule of its codebook. published_figures.csv: 1 row with a value that "
        "its unit does not allow: C022." + FRAME
    )


# --- broken ledgers


def test_a_missing_folder_is_named(tmp_path):
    path = tmp_path / "nowhere"
    assert message(lambda: load_ledger(path)) == (
        f"the ledger folder {str(path)!r} has no file 'published_figures.csv'; expected the files "
        "published_figures.csv, studies.csv, articles.csv, hypotheses.csv. Name the folder that "
        "holds them, or leave `folder` out for the ledger that comes with carekit."
    )


def test_a_missing_column_is_named(folder):
    def drop(rows):
        for row in rows:
            del row[4]

    rewrite(folder / "articles.csv", drop)
    assert message(lambda: load_ledger(folder)) == (
        "articles.csv lacks 'outlet_or_site'; expected the columns: article_id, name, author, title, "
        "outlet_or_site, published, language, studies, note. Rename or remove columns to match."
    )


def test_ragged_rows_are_counted(folder):
    def lengthen(rows):
        for row in rows[2:6]:
            row.append("more")

    rewrite(folder / "hypotheses.csv", lengthen)
    assert message(lambda: load_ledger(folder)) == (
        "hypotheses.csv has 4 rows with another number of cells than its header: H02, H03, H04, …; "
        "expected 8 cells a row. Quote the cells that hold commas."
    )


def test_a_file_that_is_not_utf8_is_refused(folder):
    path = folder / "studies.csv"
    path.write_bytes(path.read_bytes() + "é".encode("latin-1"))
    assert message(lambda: load_ledger(folder)).startswith("studies.csv cannot be read ('utf-8'")


def test_a_byte_order_mark_and_blank_lines_do_no_harm(folder, ledger):
    path = folder / "studies.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n\r\n")
    pd.testing.assert_frame_equal(load_ledger(folder).studies, ledger.studies)


def test_an_empty_file_lacks_its_columns(folder):
    (folder / "articles.csv").write_text("", encoding="utf-8")
    assert message(lambda: load_ledger(folder)).startswith("articles.csv lacks 'article_id', ")


BROKEN = {
    "vocabulary": ("measure", "answer_rate", "whose `measure` is not in the vocabulary"),
    "unit": ("unit", "percent", "whose `unit` is not in the vocabulary"),
    "dimension": ("group_dim", "cohort", "whose `group_dim` is not in the vocabulary"),
    "country": ("country", "Canada", "whose `country` is neither a two-letter code nor `world`"),
    "study": ("study_id", "nielsen-1812", "whose `study_id` is not in studies.csv"),
    "correction": ("corrected_by", "Z999", "whose `corrected_by` is not a figure"),
    "number": ("value", "0,47", "whose `value` is not a number"),
    "infinite": ("value", "inf", "whose `value` is not a number"),
    "size": ("sample_size", "12.5", "whose `sample_size` is not a whole number"),
    "date": ("period_start", "07/2012", "whose `period_start` is not a date like 2015-01-31"),
    "order": ("period_end", "2001-01-01", "whose period ends before it starts"),
    "base": ("base", "", "without `base`"),
    "range": ("value", "47", "with a value that its unit does not allow"),
    "bracket": ("value_low", "0.6", "whose value and bracket contradict each other"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_rows_are_counted_and_three_are_named(folder, case):
    column, cell, what = BROKEN[case]
    set_cells(folder, column, cell, "C001", "C002", "C022", "P025")
    assert message(lambda: load_ledger(folder)) == (
        "the ledger breaks 1 rule of its codebook. published_figures.csv: 4 rows "
        f"{what}: C001, C002, C022, …." + FRAME
    )


def test_repeated_ids_are_named(folder):
    rewrite(folder / "published_figures.csv", lambda rows: rows.append(list(rows[1])))
    assert "1 row with a repeated `figure_id`: C001" in message(lambda: load_ledger(folder))


def test_corrections_in_a_circle_are_refused(folder):
    set_cells(folder, "corrected_by", "C005", "P133")
    text = message(lambda: load_ledger(folder))
    assert "4 rows whose corrections run in a circle: C005, C006, C070, …" in text


def test_a_share_without_denominator_type_is_refused(folder):
    set_cells(folder, "denominator_type", "", "C001")
    set_cells(folder, "denominator_type", "single", "C011")
    text = message(lambda: load_ledger(folder))
    assert "2 rows where `denominator_type` is missing from a proportion, or stands" in text


def test_all_faults_come_in_one_message(folder):
    set_cells(folder, "unit", "percent", "C001")
    set_cells(folder, "status", "seen", "C002")

    rewrite(folder / "hypotheses.csv", lambda rows: rows[1].__setitem__(4, "polls"))
    text = message(lambda: load_ledger(folder))
    assert text.startswith("the ledger breaks 3 rules of its codebook. ")
    assert "hypotheses.csv: 1 row whose `needs` is not in the vocabulary: H01" in text


def test_a_frame_without_a_column_is_refused(ledger):
    assert message(lambda: ledger.replace(articles=pd.DataFrame({"article_id": []}))) == (
        "the frame of articles has no column 'name', 'author', 'title', 'outlet_or_site', 'published', "
        "'language', 'studies', 'note'; found: article_id. Its columns are in "
        "carekit.claims.ledger.columns.COLUMNS['articles']."
    )


@pytest.mark.parametrize("call", ["figure", "study"])
def test_unknown_ids_are_refused(ledger, call):
    text = message(lambda: getattr(ledger, call)("nothing"))
    assert text.startswith(f"`{call}_id` is 'nothing', which is not in the ledger; expected one of")


def test_the_ledger_of_carekit_is_read_once():
    assert load_ledger() is load_ledger()


def test_a_ledger_whose_files_changed_is_read_again(monkeypatch, tmp_path):
    import os
    import shutil

    from carekit.dataset.resources import data_folder

    home = tmp_path / "claims"
    shutil.copytree(data_folder("claims"), home)
    monkeypatch.setattr("carekit.claims.ledger.ledger.data_folder", lambda name: home)
    first = load_ledger()
    os.utime(home / "published_figures.csv", ns=(1, 1))
    assert load_ledger() is not first
    assert load_ledger() is load_ledger()


def test_a_folder_that_is_named_is_read_each_time():
    from carekit.dataset.resources import data_folder

    folder = data_folder("claims")
    assert load_ledger(folder) is not load_ledger(folder)
