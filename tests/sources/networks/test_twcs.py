"""The importer for Customer Support on Twitter, on the real file and on made-up ones."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import pseudonym
from carekit.dataset.schema import POSTS
from carekit.errors import InputError
from carekit.sources.files import import_files

KEY = bytes.fromhex("00" * 32)
HEADER = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id"
ROWS = (
    "1,AcmeHelp,False,Tue Oct 31 22:10:47 +0000 2017,@115712 Sorry to hear that.,2,3.0",
    "2,115712,True,Tue Oct 31 22:11:45 +0000 2017,@AcmeHelp and now ?,,1.0",
    "3,115712,True,Tue Oct 31 22:08:27 +0000 2017,@AcmeHelp it is broken,1,",
)


def real_file() -> Path:
    """The real file lies beside the checkout, or where CAREKIT_SHARED_DATA points."""
    places = [os.environ.get("CAREKIT_SHARED_DATA")]
    places += [str(p / "shared" / "data") for p in Path(__file__).resolve().parents]
    for place in places:
        if place and (path := Path(place) / "twcs" / "twcs_5000.csv").is_file():
            return path
    pytest.skip("the real file twcs_5000.csv is not on this machine (CAREKIT_SHARED_DATA)")


def written(folder: Path, *lines: str, name: str = "t.csv", end: str = "\n") -> Path:
    path = folder / name
    path.write_text(end.join(lines) + end, encoding="utf-8", newline="")
    return path


def posts(out: Path) -> pd.DataFrame:
    return open_dataset(out).read("posts")


def rejected(out: Path) -> list[dict[str, str]]:
    with (out / "rejected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("real") / "dataset"
    import_files("twcs", real_file(), out=out, key=KEY)
    return out


def test_real_file_gives_the_counts_of_its_card(real: Path) -> None:
    # Counted by hand in the description of the file: 5,000 posts, 76 support accounts, 2,778 posts
    # of customers, 1,285 openings, 1,154 of them with a direct reply of a brand.
    frame = posts(real)
    customers = frame[frame.author_role == "customer"]
    openings = customers[customers.reply_to.isna()]
    answered = set(frame.reply_to[frame.author_role == "brand"])
    assert len(frame) == 5_000
    assert len(open_dataset(real).read("accounts")) == 76
    assert (len(customers), len(openings)) == (2_778, 1_285)
    assert openings.post_id.isin(answered).sum() == 1_154
    assert customers.post_id.isin(answered).sum() == 2_083
    assert rejected(real) == []


def test_real_file_keeps_no_author_and_every_word(real: Path) -> None:
    frame = posts(real).set_index("post_id")
    with real_file().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    handles = set(open_dataset(real).read("accounts").account.str.lower())
    for row in rows:
        post = frame.loc[f"x:{row['tweet_id']}"]

        def named(match: re.Match[str]) -> str:
            kept = match[1].lower() in handles
            return match[0] if kept else "@" + pseudonym(KEY, "x", match[1].lower())

        assert post.text == re.sub(r"(?<![A-Za-z0-9_])@([A-Za-z0-9_]+)", named, row["text"])
        assert post.author_id == pseudonym(KEY, "x", row["author_id"].lower())


def test_real_file_is_answered_only_under_its_own_licence(real: Path) -> None:
    manifest = open_dataset(real).manifest
    assert manifest.selection.kind == "answered_only"
    assert "answer-rate" in manifest.selection.cannot_answer
    assert manifest.licence == "CC BY-NC-SA 4.0"
    assert manifest.observed_until == "2017-12-03T18:52:36Z"
    (part,) = [p for p in manifest.parts if p.table == "posts"]
    assert (part.source, part.n_read, part.n_rejected) == ("twcs", 5_000, 0)
    assert part.query["file"] == "twcs_5000.csv"


def test_a_small_file_by_hand(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, *ROWS)
    before = path.read_bytes()
    report = import_files("twcs", path, out=tmp_path / "d", key=KEY)
    assert path.read_bytes() == before
    assert str(report) == (
        f"3 posts in {tmp_path / 'd'}, from 3 rows of t.csv (twcs); 1 account known."
    )
    frame = posts(tmp_path / "d")
    person = pseudonym(KEY, "x", "115712")
    assert list(frame.columns) == POSTS.names
    assert list(frame.post_id) == ["x:1", "x:2", "x:3"]
    assert list(frame.reply_to.fillna("-")) == ["x:3", "x:1", "-"]
    assert list(frame.author_role) == ["brand", "customer", "customer"]
    assert list(frame.author_id) == [pseudonym(KEY, "x", "acmehelp"), person, person]
    assert list(frame.account) == ["AcmeHelp"] * 3 == list(frame.brand)
    assert list(frame.surface.fillna("-")) == ["-", "mention", "mention"]
    assert frame.text[0] == f"@{person} Sorry to hear that."
    assert frame.text[1] == "@AcmeHelp and now ?"
    assert frame.created_at[2] == pd.Timestamp("2017-10-31 22:08:27", tz="UTC")
    assert set(frame.observed_at) == {pd.Timestamp("2017-10-31 22:11:45", tz="UTC")}
    assert set(frame.network) == {"x"}
    assert set(frame.visibility) == {"public"}


def test_the_parquet_part_fulfils_the_contract(tmp_path: Path) -> None:
    import_files("twcs", written(tmp_path, HEADER, *ROWS), out=tmp_path / "d", key=KEY)
    (part,) = (tmp_path / "d" / "posts").iterdir()
    assert pq.read_schema(part).remove_metadata() == POSTS.arrow_schema()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@AcmeHelp @555 hi", "@AcmeHelp @{555} hi"),
        ("hi @555's friend", "hi @{555}'s friend"),
        (".@555 @ACMEHELP @777", ".@{555} @ACMEHELP @{777}"),
        ("mail bob@example.org", "mail bob@example.org"),
        ("mail bob@example.org or @555", "mail bob@example.org or @{555}"),
        ("@555@777 both", "@{555}@{777} both"),
        ("＠555 wide", "@{555} wide"),
        ("meet @ 5, @@555", "meet @ 5, @@{555}"),
        ("日本@555語", "日本@{555}語"),
        ("@", "@"),
    ],
)
def test_mentions_become_pseudonyms_and_known_handles_stay(
    text: str, expected: str, tmp_path: Path
) -> None:
    row = f"9,1,True,2017-10-31 22:10:47,{chr(34)}{text}{chr(34)},,"
    import_files("twcs", written(tmp_path, HEADER, *ROWS, row), out=tmp_path / "d", key=KEY)
    frame = posts(tmp_path / "d").set_index("post_id")
    made = re.sub(r"\{(\d+)\}", lambda m: pseudonym(KEY, "x", m[1]), expected)
    assert frame.text["x:9"] == made


def test_the_brand_is_that_of_the_first_known_account_mentioned(tmp_path: Path) -> None:
    accounts = written(
        tmp_path,
        "account,network,brand,account_kind,opened_at,country,timezone",
        "acmehelp,x,Acme,care,2014-03-01,FR,Europe/Paris",
        "@Zeta,twitter,Zeta Ltd,,,GB,",
        name="accounts.csv",
    )
    rows = (
        "4,7,True,2017-10-31 22:10:47,@nobody @zeta @acmehelp help,,",
        "5,7,True,2017-10-31 22:10:48,nobody named,,",
    )
    out = tmp_path / "d"
    import_files(
        "twcs", written(tmp_path, HEADER, *ROWS, *rows), out=out, accounts=accounts, key=KEY
    )
    frame = posts(out).set_index("post_id")
    assert frame.brand["x:4"] == "Zeta Ltd"
    assert frame.account["x:4"] == "Zeta"
    assert frame.brand.isna()["x:5"]
    assert frame.brand["x:1"] == "Acme"
    listed = open_dataset(out).read("accounts")
    assert list(listed.account) == ["Zeta", "acmehelp"]
    assert list(listed.account_kind.fillna("-")) == ["-", "care"]
    brands = open_dataset(out).read("brands").set_index("brand")
    assert brands.country.to_dict() == {"Acme": "FR", "Zeta Ltd": "GB"}


def rows_of(tmp_path: Path, *rows: str, header: str = HEADER, **options: object) -> list[str]:
    """Post ids that an import of these rows keeps."""
    out = tmp_path / "d"
    options.setdefault("accept_rejected", True)
    import_files("twcs", written(tmp_path, header, *rows), out=out, key=KEY, **options)  # type: ignore[arg-type]
    return list(posts(out).post_id)


def test_ids_beyond_2_to_the_53_stay_exact(tmp_path: Path) -> None:
    kept = rows_of(
        tmp_path,
        "9007199254740993,1,TRUE,2017-10-31 22:10:47,a,,",
        "9007199254740995,B,false,2017-10-31 22:10:47,b,,9007199254740993.0",
    )
    assert kept == ["x:9007199254740993", "x:9007199254740995"]
    assert posts(tmp_path / "d").reply_to[1] == "x:9007199254740993"


def test_an_index_column_and_another_order_do_no_harm(tmp_path: Path) -> None:
    header = ",text,Inbound,tweet_id,author_id,in_response_to_tweet_id,created_at,Unnamed: 7"
    assert rows_of(tmp_path, "0,hi,1,7.0,5,nan,1509487847,0", header=header) == ["x:7"]
    frame = posts(tmp_path / "d")
    assert frame.reply_to.isna().all()
    assert frame.created_at[0] == pd.Timestamp("2017-10-31 22:10:47", tz="UTC")


def test_rows_that_cannot_be_read_are_named_by_line_and_reason(tmp_path: Path) -> None:
    kept = rows_of(
        tmp_path,
        *ROWS,
        '4,9,True,2017-10-31 22:10:47,"two\nlines",,',
        "x,9,True,2017-10-31 22:10:47,a,,",
        "1.23E+17,9,True,2017-10-31 22:10:47,a,,",
        "5,9,perhaps,2017-10-31 22:10:47,a,,",
        "6,9,True,yesterday,a,,",
        "7,,True,2017-10-31 22:10:47,a,,",
        "8,9,True,2017-10-31 22:10:47,a,,1.5",
        "2,9,True,2017-10-31 22:10:47,another person's,,",
        "9,9,True",
        ",,,,,,",
        "",
        ",,,,,,",
        "10,9,True,2017-10-31 22:10:47,last,,",
    )
    assert kept == ["x:1", "x:2", "x:3", "x:4", "x:10"]
    assert [(r["line"], r["n"], r["reason"]) for r in rejected(tmp_path / "d")] == [
        ("7", "1", "tweet_id is no whole number"),
        ("8", "1", "tweet_id in scientific notation: its last digits are lost"),
        ("9", "1", "inbound is neither true nor false"),
        ("10", "1", "created_at is no time that can be read"),
        ("11", "1", "author_id is empty"),
        ("12", "1", "in_response_to_tweet_id is no whole number"),
        ("14", "1", "expected 7 fields, found 3"),
        ("", "1", "its id is that of another post: 'x:2'"),
    ]
    (part,) = [p for p in open_dataset(tmp_path / "d").manifest.parts if p.table == "posts"]
    assert (part.n_read, part.rows, part.n_rejected) == (16, 5, 8)
    assert part.left_out == {"empty row": 3}


def test_a_file_cut_inside_a_quoted_field_loses_its_last_row_only(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, *ROWS, '4,9,True,2017-10-31 22:10:47,"the end is')
    path.write_bytes(path.read_bytes() + b"missing\nhere")
    report = import_files("twcs", path, out=tmp_path / "d", key=KEY, accept_rejected=True)
    assert (report.n_read, report.n_posts, report.n_rejected) == (4, 3, 1)
    assert [r["line"] for r in rejected(tmp_path / "d")] == ["5"]


def test_a_missing_quotation_mark_does_not_swallow_the_next_rows(tmp_path: Path) -> None:
    kept = rows_of(
        tmp_path,
        ROWS[0],
        '4,9,True,2017-10-31 22:10:47,"it ends here,,',
        *ROWS[1:],
        '5,9,True,2017-10-31 22:10:47,"all well",,',
    )
    assert kept == ["x:1", "x:2", "x:3", "x:5"]
    assert [r["line"] for r in rejected(tmp_path / "d")] == ["3"]


def test_a_million_empty_rows_are_counted_and_no_rejections(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, *ROWS)
    path.write_bytes(path.read_bytes() + b",,,,,,\n\n" * 500_000)
    report = import_files("twcs", path, out=tmp_path / "d", key=KEY)
    assert (report.n_posts, report.n_rejected, report.n_read) == (3, 0, 1_000_003)
    assert report.left_out == {"empty row": 1_000_000}
    assert rejected(tmp_path / "d") == []


@pytest.mark.parametrize(
    ("encode", "warning"),
    [
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-16-le", None),
        (
            "cp1252",
            "t.csv is no valid UTF-8; it was read as Windows-1252. If accents look wrong, name its "
            "encoding with --encoding.",
        ),
    ],
)
def test_other_encodings_are_read(encode: str, warning: str | None, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    body = "\n".join([HEADER, *ROWS, "4,9,True,2017-10-31 22:10:47,déçu,,"])
    path.write_bytes(body.encode(encode))
    report = import_files("twcs", path, out=tmp_path / "d", key=KEY)
    assert posts(tmp_path / "d").text[3] == "déçu"
    assert report.warnings == ((warning,) if warning else ())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(end: str, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, *ROWS, end=end)
    report = import_files("twcs", path, out=tmp_path / "d", key=KEY)
    assert (report.n_posts, report.n_rejected) == (3, 0)


def test_an_empty_file_a_lone_header_and_missing_columns_are_errors(tmp_path: Path) -> None:
    def message(*lines: str) -> str:
        path = tmp_path / "t.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        with pytest.raises(InputError) as caught:
            import_files("twcs", path, out=tmp_path / "d", key=KEY)
        assert not (tmp_path / "d").exists()
        return str(caught.value)

    assert message() == (
        "`files`: t.csv is empty. Expected a table with a row that names its columns. Check that "
        "this is the right file, or say in which line the header stands (--header-row)."
    )
    assert message(HEADER) == (
        "No row of t.csv can be read: there is none after the header. Expected at least one post. "
        "Check that these are the right files and the right format. Nothing was written."
    )
    assert message("id,text", "1,a") == (
        "t.csv has no column 'tweet_id', 'author_id', 'inbound', 'created_at', "
        "'in_response_to_tweet_id', which the format 'twcs' needs; found: id, text. Check the "
        "format, or import it with `carekit import csv t.csv --map OURS=THEIRS,…`."
    )
