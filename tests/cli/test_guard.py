"""Whatever the system does to a command: one sentence on standard error, exit code 2."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys

import pytest

from carekit.cli import main
from carekit.cli.guard import Inert, sentence

POSIX = pytest.mark.skipif(os.name == "nt", reason="streams and links as on POSIX systems")
CSV = "post_id,author_id,author_role,created_at,text\n1,ann,customer,2021-03-04,hi\n"


@pytest.fixture
def held(tmp_path, monkeypatch, capsys):
    """A folder with a dataset, a CSV file and a file that is no folder, to be in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(CSV)
    assert main(["import", "csv", "a.csv", "--network", "x", "--out", "d"]) == 0
    capsys.readouterr()
    return tmp_path


def refused(capsys, *argv):
    """What a refusal says: one sentence, no traceback."""
    assert main(list(argv)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    told = [line for line in err.splitlines() if not line.startswith(("Reading", "Writing"))]
    assert len(told) == 1
    assert told[0].startswith("carekit: ")
    return told[0]


LONG = "o" * 300
IMPORT = ("import", "csv", "a.csv", "--network", "x")
CASES = {
    "a name that is too long": ((*IMPORT, "--out", LONG), "the name is too long"),
    "a folder below a file": ((*IMPORT, "--out", "a.csv/d"), "a part of the path is no folder"),
    "an empty name": ((*IMPORT, "--out", ""), "already exists and is not an empty folder"),
    "a device": ((*IMPORT, "--out", "/dev/null"), "already exists and is not an empty folder"),
    "a loop": (("import", "csv", "loop", "--network", "x", "--out", "e"), "there is no file loop"),
    "sample below a file": (("sample", "--out", "a.csv/s"), "a part of the path is no folder"),
    "share below a file": (("share", "d", "--out", "a.csv/s"), "a part of the path is no folder"),
    "a part that is a folder": (("measure", "answer-rate", "d"), "check"),
    "accounts that are a folder": ((*IMPORT, "--out", "e", "--accounts", "."), "."),
}


@POSIX
@pytest.mark.parametrize("case", CASES)
def test_an_error_of_the_system_is_one_sentence(held, case, capsys):
    argv, words = CASES[case]
    (held / "loop").symlink_to("loop")
    if case == "a part that is a folder":
        (held / "d" / "posts" / "part-00001.parquet").unlink()
        (held / "d" / "posts" / "part-00001.parquet").mkdir()
    assert words in refused(capsys, *argv)


@pytest.mark.parametrize("number", ["ENOSPC", "EACCES", "EROFS", "EDQUOT", "EIO", "EMFILE"])
def test_every_number_has_its_words(number):
    told = sentence(OSError(getattr(errno, number), "x", "a\nb\x1b[2J"))
    assert told.startswith(r"'a\nb\x1b[2J' cannot be read or written: ")
    assert told.count(". ") == 2
    assert sentence(OSError()).startswith("A file or stream cannot be read or written: ")


def test_the_engine_is_not_quoted():
    import duckdb

    with pytest.raises(duckdb.ConversionException) as caught:
        duckdb.sql("SELECT CAST('my number is 0612' AS INTEGER)").fetchall()
    assert "0612" not in sentence(caught.value)
    assert "The engine stopped (ConversionException)" in sentence(caught.value)
    assert sentence(KeyError("x")) is None  # a fault of ours is not dressed up


def run(*argv, **options):
    given = {"capture_output": True, "text": True, "check": False} | options
    return subprocess.run([sys.executable, "-m", "carekit", *argv], **given)


@POSIX
def test_a_full_standard_output_is_told(held):
    with open("/dev/full", "w") as full:
        done = run("check", "d", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.endswith(
        "carekit: A file or stream cannot be read or written: there is no space left on the disk. "
        "Make room and run the command again. What was finished before stands.\n"
    )


@POSIX
@pytest.mark.parametrize(("closed", "code"), [(1, 2), (2, 0)])
def test_a_closed_stream_ends_in_no_traceback(held, closed, code):
    command = f"exec {sys.executable} -m carekit check d {closed}>&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "remarks" not in done.stdout  # a message is never part of a result
    if closed == 1:
        assert done.stderr.startswith("carekit: standard output is closed;")


@POSIX
@pytest.mark.parametrize(
    "argv",
    [
        ("import", "csv", b"caf\xe9.csv", "--network", "x", "--out", "e"),
        (*IMPORT, "--out", b"caf\xe9"),
        (*IMPORT, "--out", "e", "--title", b"caf\xe9"),
        (*IMPORT, "--out", "e", "--brand", b"caf\xe9"),
    ],
)
def test_a_name_that_is_no_utf8_is_one_sentence(held, argv):
    (held / os.fsdecode(b"caf\xe9.csv")).write_text(CSV)
    done = run(*argv, env={**os.environ, "LC_ALL": "POSIX"})
    assert done.returncode == 2
    assert "is no UTF-8; carekit keeps names in files that are. Rename" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (held / "e").exists()


def test_control_signs_are_shown_and_not_sent():
    stream = io.StringIO()
    print("a\x1b[2J\x07\x9b\r b\tc\x7f", file=Inert(stream))
    assert stream.getvalue() == "a\\x1b[2J\\x07\\x9b\\r b\tc\\x7f\n"


def test_no_title_or_path_sends_a_sign_to_the_terminal(held, capsys):
    (held / "b\x1b[31m.csv").write_text(CSV.replace("1,ann", "2,ann"))
    argv = ["import", "csv", "b\x1b[31m.csv", "--network", "x", "--out", "f\x1b]0;x\x07"]
    assert main([*argv, "--title", "T\x1b[2J"]) == 0
    folder = argv[-1]
    main(["check", folder])
    main(["check", folder, "--clean"])
    main(["measure", "answer-rate", folder])
    main(["share", folder, "--out", "counts"])
    main(["measure", "answer-rate", "none\x1b[2J"])
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    assert "\x07" not in out + err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--observed-at", "9999-12-31T23:59:59-14:00"),
        ("--observed-at", "0001-01-01T00:00:00+14:00"),
        ("--observed-at", "2021-03-04T10:00:00+99:00"),
        ("--tz", "localtime"),
        ("--tz", "../etc/passwd"),
    ],
)
def test_a_time_or_zone_that_cannot_be_is_refused(held, option, value, capsys):
    assert repr(value) in refused(capsys, *IMPORT, "--out", "e", option, value)
    assert not (held / "e").exists()
