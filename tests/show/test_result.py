"""A result says what it is wherever it goes."""

from __future__ import annotations

import copy
import csv
import json
import pickle
import zipfile

import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.show.facts import facts_of
from carekit.show.result import Facts, Result, glossary

FACTS = Facts(
    "answer rate",
    "which share of requests was answered",
    "customer posts that reply to nothing",
    by=("brand",),
    definition="direct-opening",
    conf_level=0.9,
    independent_unit="brand",
    left_out={"repeated rows": 1313, "posts without a time": 0},
    notes=("Times in UTC.",),
    synthetic=True,
    source="Two brands",
    first_date="2026-01-01",
    last_date="2026-02-01",
)
HOSTILE = '=HYPERLINK("http://x.test")|<script>$x$\\input{a}\u202e'


@pytest.fixture
def rates():
    frame = pd.DataFrame(
        {
            "brand": [HOSTILE, "Brix"],
            "n": [1200, 3],
            "estimate": [0.301, None],
            "ci_low": [0.276, None],
            "ci_high": [0.328, None],
            "conf_level": [0.9, 0.9],
            "method": ["wilson", "wilson"],
            "flags": ["", "n0, few_clusters"],
            "definition": ["direct-opening"] * 2,
        }
    )
    return Result(frame, facts=FACTS)


SAID = (
    "Answer rate", "which share of requests was answered?", "By brand", "direct-opening",
    "customer posts that reply to nothing", "1\u202f313 repeated rows", "Times in UTC.",
    "90\u00a0% interval", "independent unit: brand", "Two brands, 2026-01-01 to 2026-02-01",
    "SYNTHETIC", "few_clusters: Fewer than 30 independent units",
)  # fmt: skip


@pytest.mark.parametrize(
    "step",
    [
        lambda r: r.query("n > 1"),
        lambda r: r.head(1),
        lambda r: r.sort_values("n"),
        lambda r: r[["brand", "n", "estimate"]],
        lambda r: r[r["n"] > 5],
        lambda r: r.loc[[0]],
        lambda r: r.iloc[:1],
        lambda r: r.assign(more=1),
        lambda r: r.rename(columns={"brand": "firm"}),
        lambda r: r.drop(columns="method"),
        lambda r: r.reset_index(drop=True),
        lambda r: r.copy(),
        copy.deepcopy,
        lambda r: pickle.loads(pickle.dumps(r)),
        Result,
    ],
)
def test_facts_survive_what_selects_or_orders(rates, step):
    made = step(rates)
    assert isinstance(made, Result)
    assert made.facts == FACTS


def test_what_makes_other_numbers_has_no_facts_but_works(rates):
    total = rates.groupby("brand")["n"].sum()
    assert total.sum() == 1203
    joined = rates.merge(pd.DataFrame({"brand": ["Brix"], "x": [1]}), on="brand")
    assert len(joined) == 1
    both = pd.concat([rates, rates])
    assert len(both) == 4
    assert repr(both.frame) == repr(pd.DataFrame(both))


def test_a_step_that_makes_a_frame_keeps_the_facts(rates):
    made = rates.pipe(lambda frame: pd.DataFrame({"n": frame["n"] * 2}))
    assert isinstance(made, Result)
    assert made.facts == FACTS
    assert rates.pipe(len) == 2
    assert made.with_facts(unit="count").facts.unit == "count"
    assert made.facts.unit == "share"


def test_a_planted_value_beside_an_interval_is_counted_in_a_sentence(rates):
    said = rates.assign(planted=[0.3, 0.5])._repr_html_()
    assert "The interval holds the planted value in 1 of 1 rows." in said
    assert "planted" not in rates._repr_html_()


def test_real_counts_say_that_they_are_real():
    from carekit import load_measured

    said = repr(load_measured("app_reviews_answers").head(2))
    assert "Source: 1,963 reviews of eight Korean banking apps" in said
    assert "Real counts." in said
    assert "SYNTHETIC" not in said


def test_the_plain_frame_is_plain(rates):
    assert type(rates.frame) is pd.DataFrame
    assert not hasattr(pd.DataFrame(rates), "facts")
    pd.testing.assert_frame_equal(pd.DataFrame(rates), rates.frame)
    assert rates.attrs["note"] == FACTS.note


@pytest.mark.parametrize("form", ["repr", "html"])
def test_the_repr_says_everything(rates, form):
    said = repr(rates) if form == "repr" else rates._repr_html_()
    for words in SAID:
        assert words in said, words
    assert "posts without a time" not in said, "what was never left out is not said"


def test_a_long_result_says_how_long_it_is(rates):
    long = Result(pd.DataFrame({"n": range(100)}), facts=FACTS)
    assert "The first 40 of 100 rows." in repr(long)


@pytest.mark.parametrize("ending", ["csv", "json", "md", "tex", "html", "xlsx", "svg", "png"])
def test_it_is_saved_as_its_name_says(rates, ending, tmp_path):
    path = rates.save(tmp_path / f"rates.{ending}")
    assert path.stat().st_size > 100
    if ending in {"md", "tex", "html"}:
        text = path.read_text(encoding="utf-8")
        assert "SYNTHETIC" in text
        assert "<script>" not in text
        assert "\u202e" not in text
    if ending == "json":
        made = json.loads(path.read_text(encoding="utf-8"))
        assert made["facts"]["left_out"] == {"repeated rows": 1313, "posts without a time": 0}
        assert made["rows"][1]["estimate"] is None
        assert set(made["facts"]["flags"]) == {"n0", "few_clusters"}
    if ending == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            assert next(csv.DictReader(file))["brand"].startswith("'=")
        beside = json.loads((tmp_path / "rates.facts.json").read_text(encoding="utf-8"))
        assert beside["synthetic"] is True


def test_names_are_inert(rates, tmp_path):
    assert "<script" not in rates._repr_html_()
    assert r"\textbackslash{}input\{a\}" in rates.to_latex()
    assert r"\$x\$" in rates.to_latex()
    line = next(row for row in rates.to_markdown().splitlines() if "HYPERLINK" in row)
    assert "<" not in line
    assert "http:" not in line
    assert line.count("|") - line.count(r"\|") == len(rates.table().headings) + 1
    with zipfile.ZipFile(rates.save(tmp_path / "r.xlsx")) as book:
        sheets = "".join(book.read(n).decode() for n in book.namelist() if "worksheets/" in n)
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets.lower()


def test_the_axis_takes_the_level_of_the_result(rates):
    drawn = rates.query("n > 100").plot()
    assert "90\u00a0% interval" in drawn.axes.get_xlabel()


def test_it_can_be_cited(rates):
    from carekit import __version__

    cited = rates.cite()
    assert cited.endswith(f"Computed with carekit {__version__}.")
    assert "SYNTHETIC" in cited


def test_facts_as_json_and_glossary():
    assert json.loads(json.dumps(FACTS.as_dict()))["by"] == ["brand"]
    assert all(text.endswith(".") for text in glossary().values())


def test_every_flag_that_the_code_raises_is_in_the_glossary():
    import ast
    from pathlib import Path

    import carekit

    package, raised = Path(carekit.__file__).parent, set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "join_flags":
                keys = [k for d in ast.walk(node) if isinstance(d, ast.Dict) for k in d.keys]
                raised |= {k.value for k in keys if isinstance(k, ast.Constant)}
    assert {"n0", "few_clusters", "small_n"} <= raised
    assert raised <= set(glossary())


def test_a_plain_frame_tells_its_level_and_note():
    frame = pd.DataFrame({"conf_level": [0.8]})
    frame.attrs["note"] = "Of all."
    assert facts_of(frame) == Facts(conf_level=0.8, notes=("Of all.",))


def test_errors_say_what_to_do(rates, tmp_path):
    with pytest.raises(InputError) as unit:
        Facts(unit="euro")
    assert str(unit.value) == (
        "`unit` is 'euro'; expected one of: share, points, minutes, count, number, ratio, rank, "
        "p. Use one of these."
    )
    with pytest.raises(InputError, match=r"which ends in '\.doc'; expected one of: \.csv"):
        rates.save(tmp_path / "r.doc")


def test_a_question_that_ends_in_quotation_marks_gets_no_second_mark():
    asked = Facts(measure="difference", question="“within an hour?” less “at all?”")
    assert asked.heading == "Difference: “within an hour?” less “at all?”"
