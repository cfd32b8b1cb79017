"""`carekit import` as the command line calls it."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from carekit.cli.importing import add_import_parser, read_mapping
from carekit.dataset.folder import open_dataset
from carekit.errors import InputError


def run(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    add_import_parser(parser.add_subparsers())
    args = parser.parse_args(["import", *arguments])
    args.run(args)


def test_the_report_goes_to_standard_output_and_the_rest_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,when,who says\n1,3/4/2021,client\n2,never,client\n", encoding="utf-8")
    out = tmp_path / "d"
    run(
        "csv", str(path), "--out", str(out), "--map", "post_id=id,created_at=when",
        "--map", "author_role=who says", "--dayfirst", "--tz", "Europe/Paris",
        "--network", "forum", "--brand", "Acme", "--licence", "CC0", "--accept-rejected",
    )  # fmt: skip
    said = capsys.readouterr()
    assert said.out == (
        f"1 post in {out}, from 2 rows of a.csv (csv); 0 accounts known.\n"
        "1 row rejected (rejected.csv): 1 × created_at is no time that can be read.\n"
        "Columns of a.csv: post_id=id, created_at=when, author_role=who says.\n"
    )
    assert said.err.startswith(
        "Reading a.csv (0.0 MB) as csv.\n"
        "Writing the posts of a.csv.\n"
        "Warning: 1 date of a.csv (such as 1/2/2017) fits both orders of day and month; read day "
        "first.\n"
    )
    row = open_dataset(out).read("posts").iloc[0]
    assert (row.post_id, row.brand) == ("forum:1", "Acme")
    assert str(row.created_at) == "2021-04-02 22:00:00+00:00"


def test_strict_is_passed_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("post_id,created_at,rating\n1,2021-01-01,9\n2,2021-01-01,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="because of --strict"):
        run("csv", str(path), "--out", str(tmp_path / "d"), "--strict")


@pytest.mark.parametrize(
    ("value", "why"),
    [("post_id", "lacks a side"), ("post_id=", "lacks a side"), ("a=b,a=c", "names it twice")],
)
def test_a_pair_that_makes_no_sense_is_explained(value: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        read_mapping([value])
    assert str(caught.value).endswith(
        f"which {why}; expected OURS=THEIRS,… such as post_id=id,created_at=time. Correct --map."
    )
