"""`import_files`: datasets made, extended, refused; hostile files."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carekit.dataset.folder import open_dataset
from carekit.dataset.manifest import Selection
from carekit.dataset.privacy import key_id
from carekit.errors import CarekitError, DatasetError, InputError
from carekit.sources.files import import_files
from carekit.sources.files.formats import MODULES

from ...scripts import load_script

KEY = bytes.fromhex("00" * 32)
TWCS = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n"
ONE = TWCS + "1,Acme,False,Tue Oct 31 22:10:47 +0000 2017,@5 hi,,2\n"
TWO = TWCS + "2,5,True,Tue Oct 31 22:00:47 +0000 2017,@acme help,1,\n"


def written(folder: Path, content: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8", newline="")
    return path


def posts(out: Path) -> pd.DataFrame:
    return open_dataset(out).read("posts").sort_values("post_id", ignore_index=True)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_second_import_appends(tmp_path: Path) -> None:
    out = tmp_path / "d"
    import_files("twcs", written(tmp_path, ONE), out=out, key=KEY)
    report = import_files("twcs", written(tmp_path, TWO, "b.csv"), out=out, key=KEY)
    assert (report.n_posts, report.n_accounts) == (1, 1)
    frame = posts(out)
    assert list(frame.post_id) == ["x:1", "x:2"]
    assert frame.account[1] == "Acme"  # known from the first file
    assert len([p for p in open_dataset(out).manifest.parts if p.table == "posts"]) == 2


def test_files_of_one_import_know_each_other(tmp_path: Path) -> None:
    out = tmp_path / "d"
    files = [written(tmp_path, TWO, "b.csv"), written(tmp_path, ONE)]
    report = import_files("twcs", files, out=out, key=KEY)
    assert report.files == ("b.csv", "a.csv")
    frame = posts(out)
    assert frame.account[1] == "Acme"
    assert frame.author_id[1] in frame.text[0]


def test_posts_that_the_dataset_has_are_seen_again(tmp_path: Path) -> None:
    out = tmp_path / "d"
    import_files("twcs", written(tmp_path, ONE), out=out, key=KEY)
    both = written(tmp_path, ONE + TWO.removeprefix(TWCS), "b.csv")
    report = import_files("twcs", both, out=out, key=KEY)
    assert (report.rejected, report.n_seen_again, report.n_posts) == ({}, 1, 2)
    assert list(posts(out).post_id) == ["x:1", "x:2"]


def test_the_same_file_is_refused_under_any_name(tmp_path: Path) -> None:
    out = tmp_path / "d"
    import_files("twcs", written(tmp_path, ONE), out=out, key=KEY)
    before = snapshot(out)
    with pytest.raises(InputError, match=r"`files`: copy.csv is in the dataset already"):
        import_files("twcs", written(tmp_path, ONE, "copy.csv"), out=out, key=KEY)
    files = [written(tmp_path, TWO, "b.csv"), written(tmp_path, TWO, "c.csv")]
    with pytest.raises(InputError, match=r"`files`: c.csv is the same as b.csv"):
        import_files("twcs", files, out=out, key=KEY)
    assert snapshot(out) == before


def test_strict_names_the_rows_and_writes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, ONE + "x,5,True,2017-10-31,a,,\n,,,,,,\n")
    with pytest.raises(InputError) as caught:
        import_files("twcs", path, out=tmp_path / "d", key=KEY, strict=True)
    assert str(caught.value) == (
        "1 of 3 rows of a.csv cannot be read (line 3: tweet_id is no whole number). Expected none, "
        "because of --strict. Correct these rows, or leave --strict out. Nothing was written."
    )
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    made = import_files("twcs", path, out=tmp_path / "d", key=KEY, accept_rejected=True)
    assert made.n_posts == 1


def test_a_file_without_a_readable_row_writes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, TWCS + "x,5,True,2017-10-31,a,,\nx,5,True,2017-10-31,b,,\n1,5\n")
    with pytest.raises(InputError) as caught:
        import_files("twcs", path, out=tmp_path / "d", key=KEY)
    assert str(caught.value) == (
        "No row of a.csv can be read: 2 × tweet_id is no whole number; 1 × expected 7 fields, "
        "found 2. Expected at least one post. Check that these are the right files and the right "
        "format. Nothing was written."
    )
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_another_key_or_selection_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "d"
    import_files("twcs", written(tmp_path, ONE), out=out, key=KEY)
    other = written(tmp_path, TWO, "b.csv")
    with pytest.raises(InputError, match="the same person would get two pseudonyms"):
        import_files("twcs", other, out=out, key=b"1" * 32)
    with pytest.raises(InputError, match="The dataset has the selection 'answered_only'"):
        import_files("twcs", other, out=out, key=KEY, selection=Selection("mine", "A choice."))


def test_options_reach_the_manifest(tmp_path: Path) -> None:
    out = tmp_path / "d"
    import_files(
        "twcs",
        written(tmp_path, ONE),
        out=out,
        key=KEY,
        observed_at="2018-01-01T12:00:00+01:00",
        title="Mine",
        licence="CC0",
    )
    manifest = open_dataset(out).manifest
    assert (manifest.title, manifest.licence) == ("Mine", "CC0")
    assert manifest.observed_until == "2018-01-01T11:00:00Z"
    assert manifest.pseudonym_key_id == key_id(KEY)
    part = manifest.parts[0]
    assert part.query["file"] == "a.csv"
    assert part.query["observed_at"] == "2018-01-01T11:00:00Z"
    assert part.input_sha256 is not None
    assert set(part.versions) == {"carekit", "duckdb", "pyarrow"}
    assert str(tmp_path) not in (out / "manifest.json").read_text(encoding="utf-8")
    assert KEY.hex() not in (out / "manifest.json").read_text(encoding="utf-8")
    assert posts(out).observed_at[0] == pd.Timestamp("2018-01-01 11:00", tz="UTC")


def test_times_after_today_do_not_end_the_observation(tmp_path: Path) -> None:
    content = ONE + "2,5,True,2199-01-01 00:00:00,a,,\n"
    import_files("twcs", written(tmp_path, content), out=tmp_path / "d", key=KEY)
    assert open_dataset(tmp_path / "d").manifest.observed_until == "2017-10-31T22:10:47Z"


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_packed_files_are_unpacked(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv.packed"
    if kind == "gzip":
        path.write_bytes(gzip.compress(ONE.encode()))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("inner/a.csv", ONE)
    report = import_files("auto", path, out=tmp_path / "d", key=KEY)
    assert (report.n_posts, report.files) == (1, ("a.csv.packed",))


def test_damaged_and_crowded_archives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(ONE.encode())[:-9])
    with pytest.raises(InputError, match=r"a.gz cannot be unpacked \(EOFError\)"):
        import_files("twcs", path, out=tmp_path / "d", key=KEY)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", ONE)
        archive.writestr("b.csv", TWO)
    with pytest.raises(InputError, match=r"two.zip holds 2 files \(a.csv, b.csv\); expected one"):
        import_files("twcs", tmp_path / "two.zip", out=tmp_path / "d", key=KEY)


def test_wrong_arguments_are_explained(tmp_path: Path) -> None:
    path = written(tmp_path, ONE)

    def refusal(format: str, files: object, **options: object) -> str:
        with pytest.raises(CarekitError) as caught:
            import_files(format, files, out=tmp_path / "d", key=KEY, **options)  # type: ignore[arg-type]
        return str(caught.value)

    assert refusal("xls", path) == (
        f"`format` is 'xls'; expected one of: auto, {', '.join(MODULES)}. Choose one of these, or "
        "`csv` with --map for any other table."
    )
    assert refusal("twcs", []) == (
        "`files` is empty; expected one or more paths. Name a file to import."
    )
    assert refusal("twcs", tmp_path) == (
        f"`files`: {tmp_path} is a folder; expected a file. Name the files to import; it holds: "
        "a.csv."
    )
    assert "there is no file" in refusal("twcs", tmp_path / "b.csv")
    assert refusal("twcs", path, memory_limit="much") == (
        "`memory_limit` is 'much'; expected a size such as 512MB or 1GB. Correct --memory-limit."
    )
    assert refusal("twcs", path, observed_at="soon") == (
        "`observed_at` is 'soon'; expected an ISO date or time, such as 2017-12-31 or "
        "2017-12-31T18:00:00+01:00. Correct --observed-at."
    )


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "d"
    out.mkdir()
    (out / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DatasetError, match="already exists and is not an empty folder"):
        import_files("twcs", written(tmp_path, ONE), out=out, key=KEY)
    assert [p.name for p in out.iterdir()] == ["thesis.txt"]


def test_strange_paths_do_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "it's [a] *fold?r*; 100%"
    folder.mkdir()
    report = import_files("twcs", written(folder, ONE), out=folder / "d'x", key=KEY)
    assert report.n_posts == 1


def test_progress_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    import_files("twcs", written(tmp_path, ONE), out=tmp_path / "d", key=KEY, progress=said.append)
    assert said == ["Reading a.csv (0.0 MB) as twcs.", "Writing the posts of a.csv."]


def test_the_careful_way_and_the_fast_way_write_the_same_posts(tmp_path: Path) -> None:
    rng = random.Random(5)
    words = ["@acme", "@7", "@8", "a@b.org", "why ?", '"x"', "déjà", "two\nlines", "😡", "@Acme,"]
    rows = [
        [n, rng.choice(["Acme", "7", "8"]), "", f"2017-10-31 22:{n % 60:02d}:00",
         " ".join(rng.choices(words, k=rng.randrange(6))), "", rng.choice(["", f"{n - 1}.0"])]
        for n in range(1, 200)
    ]  # fmt: skip
    for row in rows:
        row[2] = str(row[1] != "Acme")
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    clean = written(tmp_path, TWCS + buffer.getvalue())
    dirty = written(tmp_path, TWCS + buffer.getvalue() + "not a row\n", "b.csv")
    import_files("twcs", clean, out=tmp_path / "fast", key=KEY)
    report = import_files("twcs", dirty, out=tmp_path / "careful", key=KEY, accept_rejected=True)
    assert report.rejected == {"expected 7 fields, found 1": 1}
    pd.testing.assert_frame_equal(posts(tmp_path / "fast"), posts(tmp_path / "careful"))


CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0@＠\r"), max_size=20
)  # a bare CR inside a field is a space


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(CELL, min_size=1, max_size=8))
def test_any_text_comes_through_unchanged(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    with (folder / "a.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(["post_id", "author_role", "created_at", "text"])
        rows.writerows([n, "customer", "2021-03-04", text] for n, text in enumerate(texts))
    report = import_files("csv", folder / "a.csv", out=folder / "d", key=KEY, network="blog")
    assert (report.n_read, report.n_posts, report.n_rejected) == (len(texts), len(texts), 0)
    made = posts(folder / "d").set_index("post_id").text.fillna("")
    assert [made[f"blog:{n}"] for n in range(len(texts))] == texts


def test_mutated_files_are_imported_or_refused() -> None:
    # The laws are those of bench/hostile_input.py, which runs many more files.
    bench = load_script("bench/hostile_input.py")
    outcomes, failure = bench.attack(20171031, 40)
    assert not failure
    assert outcomes.total() == 40
    assert {kind for _, kind in outcomes} == {"whole", "some rejected", "refused"}
