"""docs/benchmark-on-counts.md: each command runs, and gives what the page says that it gives."""

import re
from pathlib import Path

import pytest

import carekit
from carekit.cli import main
from carekit.report.command import Benchmark
from carekit.report.model import from_json

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "benchmark-on-counts.md").read_text("utf-8")
BLOCKS = re.findall(r"```(sh|text|python)\n(.*?)```", PAGE, re.S)
SHELL = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
# A command of the page → the text that follows it, if it shows one.
SHOWN = [(one[1].strip(), next_[1] if next_[0] == "text" else "")
         for one, next_ in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True) if one[0] == "sh"]  # fmt: skip


def run(line, folder):
    import shlex

    words = shlex.split(line)
    assert words.pop(0) == "carekit"
    more = ["--formats", "html"] if words[0] == "benchmark" else []
    words = [
        str(folder / w) if w in {"bank", "drawn", "low", "counts", "report"} else w for w in words
    ]
    words = [str(carekit.open_dataset().path) if w == "mine" else w for w in words]
    assert main([*words, *more]) in (0, None)


@pytest.mark.parametrize(("line", "text"), [pair for pair in SHOWN if "\n" not in pair[0]])
def test_a_command_gives_what_the_page_shows(line, text, tmp_path):
    run(line, tmp_path)
    (out,) = tmp_path.iterdir()
    made = Benchmark(from_json((out / "report.json").read_text("utf-8")))
    assert (out / "report.html").is_file()
    assert repr(made).replace("\u00a0", " ") == text.strip()


def test_counts_that_were_shared_are_reported_on(tmp_path):
    lines = [line for line in SHELL if "counts counts" in line or line.startswith("carekit share")]
    assert len(lines) == 2
    for line in lines:
        run(line, tmp_path)
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert 'lang="fr-FR"' in page
    assert "Harrowgild Bank" in page


def test_numbers_of_the_prose_are_those_of_the_reports():
    bank = carekit.benchmark_counts(
        "app_reviews_answers", brand="K bank", waits="app_reviews_waits", lang="en"
    )
    answered = next(line for line in bank.said("waits").lines if "answered requests alone" in line)
    assert "the median is 2 d 4 h" in answered.replace("\u00a0", " ")
    assert "over the answered alone it is 2 d 4 h" in PAGE
    drawn = carekit.benchmark_counts(
        "atlas/a_app_reviews", brand="PhonePe", where="country = 'IN'", lang="en"
    )
    assert "the rate would be 33.5%" in drawn.said("stars").lines[0]
    assert "the rate would be 33.5 %" in PAGE


def test_the_example_in_python_runs():
    (code,) = [block for kind, block in BLOCKS if kind == "python"]
    exec(code, {})  # of the page


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--counts", "app_reviews_answers", "--quotes", "3"], "`--quotes` needs posts"),
        (["--where", "rating = 1"], "`--where` needs `--counts TABLE`"),
        (["mine", "--counts", "app_reviews_answers"], "Both a dataset"),
    ],
)
def test_options_of_the_other_kind_are_refused(words, message, tmp_path, capsys):
    assert main(["benchmark", *words, "--brand", "Toss", "--out", str(tmp_path / "x")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
