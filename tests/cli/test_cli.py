"""The command line: results on standard output, messages on standard error, exit codes 0 and 2."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from carekit.cli import main
from carekit.dataset.manifest import ANSWERED_ONLY

ROWS = [
    {"id": "q", "account": "acme", "brand": "acme", "text": "why?"},
    {"id": "r", "at": 5, "reply_to": "q", "author_role": "brand", "brand": "acme"},
    {"id": "p", "at": 9, "account": "acme", "brand": "acme"},
]


def run(capsys, *argv) -> tuple[int, str, str]:
    code = main([str(a) for a in argv])
    out, err = capsys.readouterr()
    return code, out, err


def test_measure_prints_json_alone_on_standard_output(make_dataset, capsys):
    path = make_dataset(ROWS).path
    code, out, err = run(
        capsys, "measure", "answer-rate", path, "--by", "brand", "--format", "json"
    )
    assert code == 0
    (row,) = json.loads(out)
    assert list(row) == [
        "brand",
        "n",
        "n_answered",
        "estimate",
        "ci_low",
        "ci_high",
        *("target", "brands", "brand_sd", "next_low", "next_high"),
        *("other_target", "other_estimate", "other_low", "other_high"),
        "conf_level",
        "method",
        "flags",
        "definition",
    ]
    assert (row["n"], row["n_answered"], row["estimate"]) == (2, 1, 0.5)
    assert err.startswith("Denominator: customer posts that reply to nothing.")


def test_first_response_has_the_columns_of_the_contract(make_dataset, capsys):
    code, out, _ = run(
        capsys, "measure", "first-response", make_dataset(ROWS).path, "--format", "json"
    )
    assert code == 0
    assert list(json.loads(out)[0]) == [
        "n",
        "n_answered",
        "n_censored",
        "n_negative",
        "median_minutes",
        "ci_low",
        "ci_high",
        "within_60_minutes",
        "within_480_minutes",
        "within_1440_minutes",
        "answered_median_minutes",
        "answered_p90_minutes",
        "answered_mean_minutes",
        "method",
        "flags",
        "definition",
    ]


def test_a_refusal_is_one_message_and_exit_2_and_can_be_overruled(make_dataset, capsys):
    path = make_dataset(ROWS, selection=ANSWERED_ONLY).path
    code, out, err = run(capsys, "measure", "answer-rate", path)
    assert (code, out) == (2, "")
    assert err.startswith("carekit: answer-rate is refused on ")
    code, out, _ = run(capsys, "measure", "answer-rate", path, "--allow-selected")
    assert code == 0
    assert "0.5000" in out


@pytest.mark.parametrize(
    "argv",
    [
        ("measure", "answer-rate", "nowhere"),
        ("check", "nowhere"),
        ("import", "twcs", "nowhere.csv", "--out", "new"),
        ("import", "excel", __file__, "--out", "new"),
        ("import", "twcs", __file__, "--out", "new", "--map", "post_id"),
        ("claims", "show", "Z999"),
        ("reproduce", "--dataset", "nowhere", "--out", "out"),
    ],
)
def test_bad_input_is_one_message_and_exit_2(argv, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *argv)
    assert (code, out) == (2, "")
    assert err.startswith("carekit: ")
    assert "Traceback" not in err


@pytest.mark.parametrize("argv", [("measure",), ("measure", "beauty", "d"), ("fly",)])
def test_wrong_usage_is_exit_2(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        main(list(argv))
    assert stop.value.code == 2


def test_check_is_exit_2_where_results_would_be_wrong(make_dataset, capsys):
    good = [{**row, "id": f"x:{row['id']}"} for row in ROWS if row["id"] != "r"]
    assert run(capsys, "check", make_dataset(good).path)[0] == 0
    code, out, err = run(capsys, "check", make_dataset(ROWS[:1]).path, "--format", "csv")
    assert code == 2
    start = (
        "level,table,what,n,examples,remedy\nerror,posts,post_id does not begin with its network"
    )
    assert out.startswith(start)
    assert err.startswith("1 errors, ")


def test_a_reader_that_stops_reading_is_no_error(make_dataset):
    command = [sys.executable, "-m", "carekit", "claims", "list", "--format", "csv"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert b"Error" not in process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0


class TestWithoutDir:
    """The dataset of CAREKIT_DATASET, else the sample; and which of them is said."""

    @pytest.mark.parametrize(
        "words",
        [
            ("measure", "answer-rate"),
            ("check",),
            ("share", "--out", "counts", "--min-people", "1"),
            ("triage", "flag"),
        ],
    )
    def test_the_dataset_of_the_environment(
        self, words, make_dataset, capsys, monkeypatch, tmp_path
    ):
        path = make_dataset([{**row, "id": f"x:{row['id']}"} for row in ROWS if row["id"] != "r"])
        monkeypatch.setenv("CAREKIT_DATASET", str(path.path))
        monkeypatch.chdir(tmp_path)
        code, out, err = run(capsys, *words)
        assert code == 0
        assert out
        assert err.startswith(f"No DIR is given: the dataset of CAREKIT_DATASET, {path.path}.\n")

    def test_the_sample(self, capsys):
        code, _, err = run(capsys, "survey", "share", "used_social_care", "--by", "age_group")
        assert code == 0
        assert err.startswith("No DIR is given: the sample that comes with carekit.\nSynthetic")

    def test_nothing_is_said_where_dir_is_given(self, capsys, make_dataset):
        assert "No DIR" not in run(capsys, "measure", "answer-rate", make_dataset(ROWS).path)[2]


def test_notebooks_are_copied_and_what_was_changed_is_kept(capsys, tmp_path):
    folder = tmp_path / "nb"
    folder.mkdir()
    (folder / "0-mine.ipynb").write_text("{}")  # is not where the series starts
    code, out, _ = run(capsys, "notebooks", "--out", folder)
    assert code == 0
    assert out == f"{folder / '00-start-here.ipynb'}\n"
    (folder / "00-start-here.ipynb").write_text("{}")
    assert run(capsys, "notebooks", "--out", folder)[0] == 0
    assert (folder / "00-start-here.ipynb").read_text() == "{}"
    assert len(list(folder.glob("*.ipynb"))) >= 14
