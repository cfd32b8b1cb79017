"""`carekit claims`: what is printed, in three formats, and what is refused."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from carekit.cli.claims import add_claims_parser
from carekit.dataset.folder import Dataset
from carekit.dataset.manifest import Manifest
from carekit.dataset.resources import data_folder
from carekit.errors import InputError


def empty(path):
    """A synthetic dataset without rows."""
    made = Manifest("Empty", "CC0-1.0", "2026-01-01T00:00:00Z", synthetic=True)
    return Dataset(Path("empty"), made)


@pytest.fixture
def claims(capsys):
    """Runs `carekit claims ...`; returns standard output and standard error."""

    def run(*words):
        parser = argparse.ArgumentParser(prog="carekit")
        add_claims_parser(parser.add_subparsers(required=True))
        args = parser.parse_args(["claims", *words])
        args.run(args)
        captured = capsys.readouterr()
        return captured.out, captured.err

    return run


def test_claims_alone_lists_every_figure(claims):
    out, err = claims("--format", "json")
    assert len(json.loads(out)) == 440
    assert err == "440 of 440 figures.\n"


def test_list_filters(claims):
    out, err = claims("list", "--country", "CA", "--network", "x", "--status", "later",
                      "--format", "json")  # fmt: skip
    assert [row["figure_id"] for row in json.loads(out)] == ["L037a", "L037b"]
    assert err == "2 of 440 figures.\n"
    out, _ = claims("list", "--corrected", "yes", "--format", "json")
    assert len(json.loads(out)) == 21


def test_json_has_null_for_missing_cells_and_plain_dates(claims):
    row = json.loads(claims("list", "--study", "lithium-2013", "--format", "json")[0])[0]
    assert (row["country"], row["value_low"], row["value"]) == (None, None, 0.53)
    assert row["period_start"] == "2013-01-01"


def test_csv_is_the_ledger_again(claims):
    out, _ = claims("list", "--study", "itu-2013", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    with (data_folder("claims") / "published_figures.csv").open(encoding="utf-8") as file:
        (stored,) = (r for r in csv.DictReader(file) if r["figure_id"] == "L044")
    assert float(row.pop("value")) == float(stored.pop("value"))
    assert row == stored


def test_table_shows_what_was_published_and_what_to_use_instead(claims):
    out, _ = claims("list", "--measure", "prefers_phone_over_social")
    lines = [line.split() for line in out.splitlines() if line.strip().startswith("C0")]
    assert [(line[0], line[-1]) for line in lines] == [("C005", "P133"), ("C006", "P133")]


def test_show_a_figure(claims):
    out, _ = claims("show", "c023")
    assert out.startswith("C023\npublished        1\n")
    assert "use instead      P020: 0.63 (base: brands with a care account)" in out
    (row,) = json.loads(claims("show", "C023", "--format", "json")[0])
    assert (row["value"], row["use_instead"], row["use_instead_value"]) == (1.0, "P020", 0.63)
    assert (row["study_sample_size"], row["period_end"]) == (100, "2015-03-31")


def test_a_figure_is_shown_with_the_real_counts_beside_it(claims):
    told = " ".join(claims("show", "L007b")[0].split())
    assert "real counts 3.3 h (35.3 min to 6.0 h): undecided. twcs_head_waits: openings" in told
    (row,) = json.loads(claims("show", "L007b", "--format", "json")[0])
    assert (row["real_counts_verdict"], row["real_counts_n"]) == ("undecided", 113)
    assert "none that come with carekit touch it" in claims("show", "C001")[0]
    (row,) = json.loads(claims("show", "C001", "--format", "json")[0])
    assert row["real_counts_verdict"] is None


def test_show_a_finding_and_a_hypothesis(claims):
    assert "0.43 × 0.63 = 0.271" in claims("show", "F08")[0]
    assert json.loads(claims("show", "f08", "--format", "json")[0])[0]["verdict"] == "contradicted"
    assert claims("show", "H15")[0].startswith("hypothesis id   H15\n")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("show", "C999"), "`figure_id` is 'C999', which is not in the ledger"),
        (("show", "F99"), "`finding_id` is 'F99', which is not a finding here"),
        (("show", "H99"), "`ID` is 'H99', which is not a hypothesis of the ledger"),
        (("show", ""), "`figure_id` is '', which is not in the ledger"),
        (("list", "--measure", "answers"), "`measure` is 'answers', which no figure has"),
        (("audit", "--only", "F8"), "`finding_id` is 'F8'"),
    ],
)
def test_unknown_words_are_refused(claims, words, text):
    with pytest.raises(InputError) as caught:
        claims(*words)
    assert str(caught.value).startswith(text)


def test_audit_prints_every_finding_with_its_arithmetic(claims):
    out, _ = claims("audit")
    for number in range(1, 29):
        assert f"\nF{number:02d}  " in "\n" + out
    assert "0.43 × 0.63 = 0.271" in out
    assert max(map(len, out.splitlines())) <= 100
    records = json.loads(claims("audit", "--only", "F08,F16", "--format", "json")[0])
    assert [(r["finding_id"], r["verdict"]) for r in records] == [
        ("F08", "contradicted"),
        ("F16", "artefact"),
    ]


def test_one_number_in_a_ledger_file_changes_the_audit(claims, tmp_path):
    folder = shutil.copytree(data_folder("claims"), tmp_path / "claims")
    path = folder / "published_figures.csv"
    text = path.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("P020,"))
    assert line.count(",0.63,") == 1
    path.write_text(text.replace(line, line.replace(",0.63,", ",0.90,")), encoding="utf-8")
    out, _ = claims("audit", "--only", "F08", "--ledger", str(folder))
    assert "0.43 × 0.90 = 0.387 [D006: 0.271, differs]" in " ".join(out.split())
    assert "About 39 brands of 100" in out


def test_options_may_stand_before_or_after_the_action(claims):
    before = claims("--format", "json", "audit", "--only", "F08")[0]
    assert before == claims("audit", "--only", "F08", "--format", "json")[0]


def test_replay_prints_a_verdict_for_each_figure(claims, monkeypatch):
    import carekit.dataset.folder

    monkeypatch.setattr(carekit.dataset.folder, "open_dataset", empty)
    monkeypatch.setattr("carekit.claims.replays.verdict.REPLAYS", {})
    out, err = claims("replay", "--dataset", "somewhere", "--only", "C032,C005", "--format", "json")
    rows = json.loads(out)
    assert [(row["figure_id"], row["evidence"], row["verdict"]) for row in rows] == [
        ("C032", "dataset", "untestable"),
        ("C032", "measured", "not_comparable"),
        ("C005", "dataset", "untestable"),
    ]
    assert rows[0]["estimate"] is None
    assert rows[1]["estimate"] == pytest.approx(0.528, abs=0.001)
    assert rows[1]["why"].startswith("Other quantity: the figure is of questions put to")
    assert "Replayed as printed; the ledger corrects it to P133 (0.30" in rows[2]["why"]
    assert err == (
        "The dataset is synthetic: the replay recovers a planted truth and is no evidence.\n"
        "2 figures: 2 untestable.\n"
        "Real counts that come with carekit touch 1 of 2: 1 not comparable (why: "
        "carekit.claims.real_counts).\n"
    )
    table, _ = claims("replay", "--only", "C032")
    assert "untestable" in table
    assert re.search(r"measured +52.8\s%", table)


def test_the_table_of_a_replay_says_once_that_the_data_are_synthetic(claims, monkeypatch):
    import carekit.dataset.folder
    from carekit.claims.replays.registry import Measurement
    from carekit.claims.replays.verdict import PLANTED

    monkeypatch.setattr(carekit.dataset.folder, "open_dataset", empty)
    measured = Measurement(0.27, 0.25, 0.29, 1000, "as asked")
    monkeypatch.setattr(
        "carekit.claims.replays.verdict.REPLAYS", {"question_response_rate": lambda f, i: measured}
    )
    out, err = claims("replay", "--only", "C032")
    assert PLANTED in err
    assert "synthetic" not in out
    assert "equivalent" in out
    assert "26.0" in out
    assert "chance alone would still make up to 5 % of them differ" in err
    out, _ = claims("replay", "c032", "--format", "json")
    rows = json.loads(out)  # ids as words, as for `show` and `judge`
    assert [(row["evidence"], row["synthetic"]) for row in rows] == [
        ("dataset", True),
        ("measured", False),
    ]


def test_commands_load_nothing_heavy_until_they_run():
    import subprocess

    code = (
        "import sys, carekit.cli.claims as c; "
        "heavy = {'pandas', 'statsmodels', 'matplotlib', 'ibis', 'rich'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_hypotheses_are_listed(claims):
    out, err = claims("hypotheses")
    assert "H31" in out
    assert err == "31 hypotheses; test them with `carekit claims judge`.\n"
    rows = json.loads(claims("hypotheses", "--format", "json")[0])
    assert len(rows) == 31
    assert rows[8]["test"].startswith("Paired comparison within respondents: McNemar")


def test_judge_prints_a_row_for_each_test(claims):
    out, err = claims("judge", "h06", "H20", "--format", "json")
    rows = json.loads(out)
    assert [(r["hypothesis_id"], r["evidence"], r["overall"]) for r in rows] == [
        ("H06", "posts", "untestable"),
        ("H20", "figures", "contradicted"),
        ("H20", "measured", "contradicted"),
        ("H20", "survey", "contradicted"),
    ]
    assert [r["synthetic"] for r in rows] == [False, False, False, True]
    assert err == (
        "The dataset is synthetic: the replay recovers a planted truth and is no evidence.\n"
        "All evidence together: 1 untestable, 1 contradicted.\n"
    )
    table, _ = claims("judge", "H20")
    assert "synthetic" not in table
    assert "contradicted" in table


def test_judge_takes_a_confidence_level(claims):
    wide, narrow = (
        json.loads(claims("judge", "H03", "--conf", conf, "--format", "json")[0])[0]
        for conf in ("0.99", "0.5")
    )
    assert wide["ci_low"] < narrow["ci_low"] < narrow["ci_high"] < wide["ci_high"]
    assert narrow["conf_level"] == 0.5


def test_a_figure_can_be_cited_as_bibtex(claims):
    out, _ = claims("show", "c035", "--format", "bibtex")
    assert out.startswith("@misc{socialbakers-2015-q1,\n  author = {{Socialbakers}},\n")
    assert "C035: 74.0\u00a0\\%, of questions put to tracked brand profiles." in out
    assert "@misc{pr-blog-2015," in out
    assert out.count("{") == out.count("}")
    assert claims("show", "H15", "--format", "bibtex")[0].startswith("@misc{jdn-2014,")
    assert claims("show", "F08", "--format", "bibtex")[0].count("@misc{") == 2
    with pytest.raises(InputError, match="`ID` is 'H99', which is not a hypothesis"):
        claims("show", "H99", "--format", "bibtex")
