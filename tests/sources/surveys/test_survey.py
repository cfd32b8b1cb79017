"""Surveys from files: what becomes an answer, what is missing, what is refused."""

from __future__ import annotations

import json
import sys

import pandas as pd
import pytest

from carekit.cli import main
from carekit.dataset.folder import open_dataset
from carekit.errors import InputError, MissingExtraError, SchemaError
from carekit.sources.surveys.ages import read_bands
from carekit.sources.surveys.survey import import_survey
from carekit.survey import answers

PEOPLE = "id,w,age,uses,like\n1,0.5,19,1,good\n2,1.5,64,2,bad\n3,1,70,8,good\n4,1,99,9,\n"
MAP = {"respondent_id": "id", "weight": "w"}
CODES = {"answers": {"1": "yes", "2": "no"}, "missing": {"8": "don't know", "9": "refused"}}


@pytest.fixture
def load(tmp_path):
    """`load(text, codebook=…)` → the dataset and the report."""
    number = iter(range(99))

    def run(text, *, codebook=None, name="people.csv", **options):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        book = None
        if codebook is not None:
            book = tmp_path / "codebook.json"
            book.write_text(json.dumps(codebook), encoding="utf-8")
        out = tmp_path / f"out-{next(number)}"
        report = import_survey(file, out=out, codebook=book, **options)
        return open_dataset(out), report

    return run


def test_weights_ages_and_codes_become_answers_and_counts(load):
    book = {"uses": {**CODES, "wording": "Do you use it?"}, "age": {"missing": {"99": "refused"}}}
    dataset, report = load(PEOPLE, codebook=book, mapping=MAP)
    frame = dataset.read("survey")
    assert frame["uses"].fillna("-").tolist() == ["yes", "no", "-", "-"]
    assert frame["weight"].tolist() == [0.5, 1.5, 1.0, 1.0]
    assert frame["age_group"].tolist()[:3] == ["18-29", "50-64", "65+"]
    assert pd.isna(frame["age_group"][3])
    assert pd.isna(frame["age"][3])
    questions = dataset.questions()
    assert questions["uses"]["n_missing"] == {"don't know": 1, "refused": 1}
    assert questions["uses"]["answers"] == ["yes", "no"]
    assert questions["uses"]["wording"] == "Do you use it?"
    assert questions["like"]["n_missing"] == {"empty": 1}
    assert "1 × don't know; 1 × refused" in str(report)
    assert "Age: 1 × refused (99), now empty." in str(report)


def test_respondents_of_weight_zero_are_kept_and_counted_aloud(load):
    dataset, report = load(PEOPLE.replace("1,0.5,", "1,0,"), codebook={"uses": CODES}, mapping=MAP)
    assert dataset.read("survey")["weight"].tolist() == [0.0, 1.5, 1.0, 1.0]
    assert "1 respondent has weight 0: kept in the table, outside every estimate." in str(report)
    made = answers(dataset, "uses")
    assert made["n"].tolist() == [1, 1]
    assert made.attrs["note"].endswith("3 were asked “uses” (weighted). Left out: 1 of weight 0.")


def test_without_a_codebook_codes_stay_as_they_are_and_doubtful_ages_are_named(load):
    dataset, report = load(PEOPLE, mapping=MAP)
    assert dataset.questions()["uses"]["answers"] == ["1", "2", "8", "9"]
    assert "Age: 1 × 98 or 99, codes that many surveys use" in str(report)


def test_ages_of_98_and_99_are_codes_where_they_outnumber_the_very_old(load):
    ages = [30, 45, 91, 99, 99, 98, 70]
    text = "age\n" + "".join(f"{a}\n" for a in ages)
    dataset, report = load(text)
    assert dataset.read("survey")["age_group"].isna().sum() == 3
    assert "Age: 3 × 98 or 99, too many beside 1 from 90 to 97" in str(report)
    kept, _ = load(text, codebook={"age": {"answers": ["98", "99"]}})
    assert kept.read("survey")["age_group"].isna().sum() == 0


def test_a_code_that_the_codebook_lists_as_an_answer_is_kept_in_the_base(load):
    book = {
        "missing": {"8": "don't know", "9": "refused"},
        "questions": {"uses": {"answers": {"1": "yes", "2": "no", "8": "don't know"}}},
    }
    dataset, report = load(PEOPLE, codebook=book, mapping=MAP)
    assert dataset.read("survey")["uses"].tolist()[:3] == ["yes", "no", "don't know"]
    assert "1 question keeps an answer such as don't know" in str(report)


LAYOUTS = {
    "columns": "phone,chat\nPhone,\nPhone,Chat\n,\n,Chat\n",
    "block": "phone,chat\n1,0\n1,1\n,\n0,1\n",
    "words": "phone,chat\nyes,no\nyes,yes\n,\nno,yes\n",
}
TICKS = [[True, False], [True, True], [None, None], [False, True]]


def ticks(dataset):
    frame = dataset.read("survey")[["used__phone", "used__chat"]].astype("object")
    return frame.where(frame.notna(), None).to_numpy().tolist()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_three_layouts_of_several_answers_are_one_question(load, layout):
    book = {"used": {"columns": {"phone": "phone", "chat": "chat"}, "kind": "multiple"}}
    text = "".join(f"{line},x\n" for line in LAYOUTS[layout].splitlines())
    dataset, _ = load(text.replace(",x", ",n", 1), codebook=book)
    assert ticks(dataset) == TICKS
    assert dataset.questions()["used"]["n_missing"] == {"empty": 1}


@pytest.mark.parametrize("between", [";", "; ", " | ", ","])
def test_a_cell_with_several_answers_is_split(load, between):
    cells = ["phone", between.join(["phone", "chat"]), "", "chat"]
    text = "id,used\n" + "".join(f'{i},"{c}"\n' for i, c in enumerate(cells))
    book = {"used": {"kind": "multiple", "answers": ["phone", "chat"]}}
    dataset, _ = load(text, codebook=book, mapping={"respondent_id": "id"})
    assert ticks(dataset) == TICKS
    assert dataset.questions()["used"]["layout"] == "list"


def test_an_option_that_holds_the_separator_is_put_together_again(load):
    text = 'id,used\n1,"chat, or messages, phone"\n2,phone\n'
    book = {"used": {"kind": "multiple", "answers": ["phone", "chat, or messages"]}}
    dataset, _ = load(text, codebook=book, mapping={"respondent_id": "id"})
    assert dataset.read("survey")["used__chat_or_messages"].tolist() == [True, False]


def test_layouts_are_recognised_without_a_codebook(load):
    text = "a[x],a[y],b\n1,0,p;q\n0,0,p\n1,1,q;p\n0,1,q\n"
    dataset, _ = load(text)
    questions = dataset.questions()
    assert {n: q["kind"] for n, q in questions.items()} == {"a": "multiple", "b": "multiple"}
    assert questions["b"]["columns"] == ["b__p", "b__q"]


def test_open_answers_are_left_out_and_named(load):
    rows = "".join(f"{i},my name is number {i}\n" for i in range(60))
    dataset, report = load("id,comment\n" + rows, mapping={"respondent_id": "id"})
    assert "comment" not in dataset.questions()
    assert "Left out as open answers, which may name people: comment." in str(report)


def test_a_codebook_as_csv_says_the_same(load, tmp_path):
    book = tmp_path / "book.csv"
    book.write_text(
        "column,question,wording,code,label,missing\n"
        "*,,,9,,refused\n"
        "uses,uses_site,Do you use it?,1,yes,\n"
        "uses,uses_site,,2,no,\n"
        "uses,uses_site,,8,,don't know\n",
        encoding="utf-8",
    )
    file = tmp_path / "p.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    import_survey(file, out=tmp_path / "o", codebook=book, mapping=MAP)
    asked = open_dataset(tmp_path / "o").questions()["uses_site"]
    assert (asked["answers"], asked["wording"]) == (["yes", "no"], "Do you use it?")
    assert asked["n_missing"] == {"refused": 1, "don't know": 1}


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_labels_of_statistics_files_become_answers(tmp_path, ending):
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"q1": [1.0, 2.0, 8.0], "age": [18.0, 66.0, 30.0], "weight": [1, 2, 1.5]})
    labels = {"q1": {1: "Yes", 2: "No", 8: "Don't know"}}
    more = {"missing_ranges": {"q1": [8]}} if ending == "sav" else {}
    path = tmp_path / f"f.{ending}"
    getattr(pyreadstat, f"write_{ending}")(
        frame,
        str(path),
        column_labels={"q1": "Use it?"},
        variable_value_labels=labels,
        **more,
    )
    report = import_survey(path, out=tmp_path / "o")
    dataset = open_dataset(tmp_path / "o")
    asked = dataset.questions()["q1"]
    assert asked["wording"] == "Use it?"
    if ending == "sav":
        assert (asked["answers"], asked["n_missing"]) == (["Yes", "No"], {"Don't know": 1})
    else:
        assert asked["answers"] == ["Yes", "No", "Don't know"]
        assert "--missing" in str(report)
    assert dataset.read("survey")["age_group"].tolist() == ["18-29", "65+", "30-49"]


def test_statistics_files_name_the_extra_they_need(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    (tmp_path / "f.sav").write_bytes(b"$FL2")
    with pytest.raises(MissingExtraError, match=r"pip install 'carekit\[survey\]'"):
        import_survey(tmp_path / "f.sav", out=tmp_path / "o")


def test_a_broken_statistics_file_is_an_input_error(tmp_path):
    pytest.importorskip("pyreadstat")
    (tmp_path / "f.sav").write_bytes(b"no statistics file")
    with pytest.raises(InputError, match=r"f\.sav cannot be read as a SPSS file"):
        import_survey(tmp_path / "f.sav", out=tmp_path / "o")


def refusal(load, text, **options):
    with pytest.raises(InputError) as caught:
        load(text, **options)
    return str(caught.value)


def test_negative_and_missing_weights_are_refused_with_their_ids(load, tmp_path):
    text = "id,w,q\na,-1,x\nb,,y\nc,1,x\nd,oops,x\n"
    assert refusal(load, text, mapping=MAP) == (
        "`weight`: column 'w' of people.csv is negative, missing or no number in 3 rows (first: a, "
        "b, d); numbers from 0 on were expected. Give these respondents a weight, or leave them "
        "out of the file and say so."
    )
    assert not list(tmp_path.glob("out-*"))


def test_a_codebook_that_does_not_fit_is_refused(load):
    assert refusal(load, PEOPLE, mapping=MAP, codebook={"uses": {"answers": {"1": "yes"}}}) == (
        "`codebook` lists the codes 1 for 'uses', and people.csv holds 2, 8, 9 too, in 3 rows. "
        "Add them to `answers`, or name them in `missing`."
    )
    assert refusal(load, PEOPLE, mapping=MAP, codebook={"use": {"wording": "?"}}) == (
        "`codebook` names 1 column(s) that people.csv does not have (first: 'use' of the question "
        "'use'); its columns are: id, w, age, uses, like. Correct the names, or use the codebook "
        "of this file."
    )
    assert "has 'lable'; expected only: wording" in refusal(
        load, PEOPLE, codebook={"uses": {"lable": "x"}}
    )
    assert "is of kind 'many'; expected one of: single" in refusal(
        load, PEOPLE, codebook={"uses": {"kind": "many"}}
    )


def test_columns_that_are_not_there_and_ages_that_are_none_are_refused(load):
    assert "names the column 'wt' for 'weight', which people.csv does not have" in refusal(
        load, PEOPLE, mapping={"weight": "wt"}
    )
    assert "`--map` names 'sex', which a survey does not have" in refusal(
        load, PEOPLE, mapping={"sex": "id"}
    )
    assert refusal(load, "age\n30\n18-24\n1984\n") == (
        "`age`: column 'age' of people.csv is no whole number from 0 to 120 in 2 rows (first: r2, "
        "r3) ('18-24', '1984'). Name missing codes in the codebook, or map a column of classes to "
        "age_group."
    )
    with pytest.raises(SchemaError, match="repeats a key"):
        load("id\n1\n1\n", mapping={"respondent_id": "id"})


def test_overlapping_bands_are_refused():
    with pytest.raises(InputError) as caught:
        read_bands("18-24,45-55,55-64")
    assert str(caught.value) == (
        "`--age-groups`: 45-55 and 55-64 overlap; expected each age in one band at most. "
        "Correct one of them."
    )


def test_rows_that_cannot_be_read_are_counted_not_lost(load):
    broken = "id,q\n1,a\n2\n3,b\n"
    assert "1 of 3 rows of" in refusal(load, broken)
    dataset, report = load(broken, mapping={"respondent_id": "id"}, accept_rejected=True)
    assert (report.n_read, report.n_respondents, report.n_rejected) == (3, 2, 1)
    assert (dataset.path / "rejected.csv").read_text(encoding="utf-8").count("\n") == 2
    assert "--strict allows none" in refusal(
        load, "id,q\n1,a\n2\n", strict=True, accept_rejected=True
    )


def test_the_command_imports_and_refuses_options_of_posts(tmp_path, capsys):
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    line = ["import", "survey", str(file), "--out", str(tmp_path / "o")]
    maps = ["--map", "respondent_id=id,weight=w", "--age-groups", "18-64,65+"]
    assert main([*line, *maps]) == 0
    assert "4 respondents and 2 questions" in capsys.readouterr().out
    assert open_dataset(tmp_path / "o").read("survey")["age_group"].tolist()[0] == "18-64"
    assert main(line) == 2
    assert "holds a survey already" in capsys.readouterr().err
    assert main([*line, "--brand", "Acme"]) == 2
    assert "`--brand` is given, and posts alone have it" in capsys.readouterr().err
