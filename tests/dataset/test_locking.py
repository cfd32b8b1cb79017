"""One writer at a time, in real processes: nothing is lost beside another, or by a kill."""

from __future__ import annotations

import logging
import multiprocessing
import os
import stat
import subprocess
import sys
import textwrap
import threading
import time

import pandas as pd
import pytest

from carekit.cli import main
from carekit.dataset.check import check_dataset
from carekit.dataset.folder import create_dataset, open_dataset
from carekit.dataset.locking import is_being_written, staging, writing
from carekit.errors import DatasetError, InputError

POSIX = pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a signal of POSIX systems")
POSTS = """
import sys, os, signal
import pandas as pd
from carekit.dataset.folder import append_dataset, create_dataset, open_dataset
from carekit.dataset.locking import writing

def posts(name, n=3):
    return pd.DataFrame({
        "post_id": [f"x:{name}-{i}" for i in range(n)], "network": "x",
        "author_role": "customer", "visibility": "public",
        "created_at": pd.to_datetime("2024-01-01", utc=True)})
"""


def started(code):
    code = POSTS + textwrap.dedent(code)
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def make(path):
    frame = pd.DataFrame(
        {
            "post_id": ["x:0"],
            "network": "x",
            "author_role": "customer",
            "visibility": "public",
            "created_at": pd.to_datetime(["2024-01-01"], utc=True),
        }
    )
    with create_dataset(path, title="T", licence="CC0") as out:
        out.add_posts(frame, source="test")
    return path


def holding(path):
    """A process that holds the lock until it is killed."""
    process = started(
        f"""
        import time
        with writing({str(path)!r}):
            print("held", flush=True)
            time.sleep(600)
        """
    )
    assert process.stdout.readline() == "held\n", process.stderr.read()
    return process


def errors(path):
    found = check_dataset(path)
    return list(found.what[found.level == "error"])


def test_four_processes_that_append_at_once_lose_nothing(tmp_path):
    path = make(tmp_path / "d")
    writers = [
        started(
            f"""
            for n in range(5):
                with append_dataset({str(path)!r}) as out:
                    out.add_posts(posts(f"{writer}-{{n}}"), source="test")
                    old = open_dataset({str(path)!r}).read("brands").brand
                    brands = pd.DataFrame({{"brand": [*old, f"{writer}-{{n}}"]}})
                    out.set_table("brands", brands, source="test")
            """
        )
        for writer in range(4)
    ]
    for writer in writers:
        _, err = writer.communicate(timeout=300)
        assert writer.returncode == 0, err
    dataset = open_dataset(path)
    assert dataset.read("posts").post_id.nunique() == len(dataset.read("posts")) == 61
    assert len(dataset.read("brands")) == 20
    assert len(dataset.manifest.files("posts")) == 21
    assert errors(path) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d"]


def test_of_four_processes_that_create_at_once_one_wins_and_the_others_say_so(tmp_path):
    path = tmp_path / "below" / "d"
    writers = [
        started(
            f"""
            with create_dataset({str(path)!r}, title="{n}", licence="CC0") as out:
                out.add_posts(posts("{n}"), source="test")
            """
        )
        for n in range(4)
    ]
    said = [w.communicate(timeout=300)[1] for w in writers]
    assert sorted(w.returncode for w in writers) == [0, 1, 1, 1]
    lost = [told for told, w in zip(said, writers, strict=True) if w.returncode]
    assert all("DatasetError: " in t and "already exists and is not an empty" in t for t in lost)
    assert len(open_dataset(path).read("posts")) == 3
    assert errors(path) == []


def test_four_imports_into_one_folder_at_once_are_as_if_one_followed_the_other(tmp_path):
    head = "post_id,author_id,author_role,created_at,text\n"
    for k in range(4):
        rows = "".join(f"{k}{n},u{n},customer,2021-03-04,text\n" for n in range(50))
        (tmp_path / f"t{k}.csv").write_text(head + rows)
    made = [
        subprocess.Popen(
            [sys.executable, "-m", "carekit", "import", "csv", str(tmp_path / f"t{k}.csv"),
             "--network", "x", "--out", str(tmp_path / "two")],
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for k in range(4)
    ]  # fmt: skip
    for process in made:
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
    assert open_dataset(tmp_path / "two").read("posts").post_id.nunique() == 200
    assert errors(tmp_path / "two") == []


@POSIX
def test_twenty_killed_appends_lose_nothing_and_stop_nobody(tmp_path):
    path = make(tmp_path / "d")
    # One process that has loaded everything, and a child of it for each kill.
    parent = started(
        f"""
        import os, sys
        def dying(function, n):
            def run(*args, **options):
                global calls
                calls += 1
                if calls > n:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*args, **options)
            return run
        for n in range(20):
            child = os.fork()
            if child == 0:
                calls = 0
                for name in ("replace", "fsync", "unlink", "rmdir"):
                    setattr(os, name, dying(getattr(os, name), n))
                with append_dataset({str(path)!r}) as out:
                    out.add_posts(posts(str(n)), source="test")
                os._exit(0)
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
            sys.stdin.readline()
        """
    )
    whole = 1
    ends = []
    for _ in range(20):
        ends.append(parent.stdout.readline().strip())
        dataset = open_dataset(path)
        held = len(dataset.read("posts"))
        assert held - whole in (0, 3)
        whole = held
        assert errors(path) == []
        parent.stdin.write("\n")
        parent.stdin.flush()
    assert parent.communicate(timeout=300)[1] == ""
    assert "-9" in ends
    assert set(ends) <= {"-9", "0"}
    append = started(
        f"""
        with append_dataset({str(path)!r}) as out:
            out.add_posts(posts("last"), source="test")
        """
    )
    told = append.communicate(timeout=300)[1]
    assert append.returncode == 0, told
    assert len(open_dataset(path).read("posts")) == whole + 3
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d"]


@POSIX
def test_the_second_waits_a_stated_time_with_a_message_and_refuses(tmp_path, monkeypatch, capsys):
    path = make(tmp_path / "d")
    (tmp_path / "a.csv").write_text("post_id,author_role,created_at\n1,customer,2021-03-04\n")
    first = holding(path)
    monkeypatch.setenv("CAREKIT_LOCK_WAIT", "0.3")
    assert is_being_written(path)
    began = time.monotonic()
    got = main(["import", "csv", str(tmp_path / "a.csv"), "--network", "x", "--out", str(path)])
    assert got == 2
    assert time.monotonic() - began > 0.3
    told = capsys.readouterr().err
    assert "is being written by another process, for longer than 0.3 s." in told
    assert "Traceback" not in told
    first.kill()
    first.communicate()
    assert not is_being_written(path)
    assert (
        main(["import", "csv", str(tmp_path / "a.csv"), "--network", "x", "--out", str(path)]) == 0
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "d"]


@POSIX
def test_the_wait_is_told_on_standard_error(tmp_path):
    path = make(tmp_path / "d")
    first = holding(path)
    second = started(
        f"""
        with append_dataset({str(path)!r}) as out:
            out.add_posts(posts("second"), source="test")
        """
    )
    told = second.stderr.readline()
    first.kill()
    first.communicate()
    assert "is being written by another process: waiting, at most 120 s." in told
    second.communicate(timeout=300)
    assert second.returncode == 0
    assert len(open_dataset(path).read("posts")) == 4


def test_readers_need_no_lock(tmp_path):
    path = make(tmp_path / "d")
    with writing(path):
        assert len(open_dataset(path).read("posts")) == 1


def test_a_block_in_a_block_is_free_and_another_thread_waits(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("CAREKIT_LOCK_WAIT", "0.05")
    refused = []

    def second():
        with pytest.raises(DatasetError) as error, writing(tmp_path / "d"):
            pass
        refused.append(str(error.value))

    with (
        caplog.at_level(logging.WARNING),
        writing(tmp_path / "d"),
        writing(tmp_path / "." / "d"),
    ):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert len(refused) == 1
    with writing(tmp_path / "d"):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork is a call of POSIX systems")
def test_a_child_of_the_writer_is_no_writer(tmp_path, monkeypatch):
    monkeypatch.setenv("CAREKIT_LOCK_WAIT", "0")
    context = multiprocessing.get_context("fork")
    answers = context.Queue()

    def child():
        try:
            with writing(tmp_path / "d"):
                answers.put("wrote")
        except DatasetError:
            answers.put("refused")

    with writing(tmp_path / "d"):
        process = context.Process(target=child)
        process.start()
        assert answers.get(timeout=60) == "refused"
        process.join()


@pytest.mark.parametrize("given", ["soon", "-1", "nan", "inf", ""])
def test_a_wait_that_is_no_number_is_refused(tmp_path, monkeypatch, given):
    monkeypatch.setenv("CAREKIT_LOCK_WAIT", given)
    with pytest.raises(InputError, match="expected the seconds to wait"), writing(tmp_path / "d"):
        pass


def test_folders_made_for_a_lock_go_again_if_nothing_came_of_it(tmp_path):
    with writing(tmp_path / "a" / "b" / "d"):
        pass
    assert list(tmp_path.iterdir()) == []


@POSIX
def test_what_is_prepared_is_private_and_goes_after_a_kill(tmp_path):
    path = make(tmp_path / "d")
    killed = started(
        f"""
        with append_dataset({str(path)!r}) as out:
            (out.staging / "people.parquet").write_text("Ann Smith")
            print("staged", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    killed.communicate()
    left = [p for p in tmp_path.iterdir() if p.name.endswith(".partial")]
    assert [stat.S_IMODE(p.stat().st_mode) for p in left] == [0o700]
    others = tmp_path / ".dd.77.partial"
    others.mkdir()
    with staging(path) as mine:
        assert {p.name for p in tmp_path.glob("*.partial")} == {mine.name, others.name}
    assert sorted(p.name for p in tmp_path.iterdir()) == [others.name, "d"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o755 == 0o755
