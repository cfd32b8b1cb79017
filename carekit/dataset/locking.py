"""One writer at a time: a lock beside a folder, which ends with the process that holds it."""

from __future__ import annotations

import errno
import functools
import itertools
import logging
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from carekit.errors import DatasetError, InputError

WAIT_VARIABLE = "CAREKIT_LOCK_WAIT"
WAIT_SECONDS = 120.0
Written = TypeVar("Written", bound=Callable[..., Any])
_HELD = threading.local()
_LOG = logging.getLogger("carekit")


@contextmanager
def writing(folder: str | os.PathLike[str]) -> Iterator[None]:
    """The only writer of a folder while the block runs; blocks of one thread may be nested.

    What is read inside the block stays true until its end. Readers need no lock: they see the
    last state that was finished.

    Raises
    ------
    DatasetError
        If another process or thread writes there for longer than CAREKIT_LOCK_WAIT seconds (120).
    """
    path = _lock_file(folder)
    # A process that was forked inside the block holds nothing.
    key = (os.getpid(), str(path))
    held = _HELD.__dict__.setdefault("locks", set())
    if key in held:
        yield
        return
    new = _new_parents(path)
    lock = _acquired(path, Path(folder))
    held.add(key)
    try:
        yield
    finally:
        held.discard(key)
        if os.name != "nt":  # there it goes by itself
            with suppress(OSError):
                path.unlink()  # while it is held: who waits for this inode sees that it is gone
        lock.release()
        for parent in new:
            with suppress(OSError):
                parent.rmdir()  # empty if nothing came of it


def _lock_file(folder: str | os.PathLike[str]) -> Path:
    real = Path(os.path.realpath(folder))
    return real.parent / f".{real.name}.lock"


def _new_parents(path: Path) -> list[Path]:
    """The folders above `path` that were made for it, the deepest first."""
    new = list(itertools.takewhile(lambda p: not p.exists(), path.parents))
    above = path.parents[len(new)]
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(above))
    path.parent.mkdir(parents=True, exist_ok=True)
    return new


def _acquired(path: Path, folder: Path) -> Any:
    import filelock

    lock = filelock.FileLock(path, mode=0o666)  # another user may find the lock of a killed process
    seconds = _wait()
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        _LOG.warning(
            "%s is being written by another process: waiting, at most %g s.", folder, seconds
        )
        try:
            lock.acquire(timeout=seconds, poll_interval=0.1)
        except filelock.Timeout:
            raise DatasetError(
                f"{folder} is being written by another process, for longer than {seconds:g} s. One "
                f"process at a time may write. Try again later, or set {WAIT_VARIABLE} to the "
                "seconds to wait."
            ) from None
    return lock


def _wait() -> float:
    given = os.environ.get(WAIT_VARIABLE, str(WAIT_SECONDS))
    with suppress(ValueError):
        if 0 <= float(given) < 1e6:
            return float(given)
    raise InputError(
        f"{WAIT_VARIABLE} is {given!r}; expected the seconds to wait for another writer, 0 or "
        "more. Correct it, or unset it."
    )


def is_being_written(folder: str | os.PathLike[str]) -> bool:
    """True if another process or thread holds the lock; False where that cannot be found out."""
    import filelock

    path = _lock_file(folder)
    if not path.exists():
        return False
    try:
        with filelock.FileLock(path, mode=0o666).acquire(timeout=0):
            return False
    except filelock.Timeout:
        return True
    except OSError:
        return False


def one_writer(function: Written) -> Written:
    """Run a function with the argument `out`, a folder, as the only writer of that folder."""

    @functools.wraps(function)
    def alone(*args: Any, out: Any, **options: Any) -> Any:
        with writing(out):
            return function(*args, out=out, **options)

    return alone  # type: ignore[return-value]


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A private folder beside `folder`, for its only writer, that goes with the block.

    It may hold people as they are, before pseudonyms. One that a killed process left goes too.
    """
    with writing(folder):
        for left in abandoned(folder):
            shutil.rmtree(left, ignore_errors=True)
        made = staging_path(folder)
        made.mkdir(mode=0o700)
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)


def staging_path(folder: Path) -> Path:
    """Where this process prepares what goes to `folder`."""
    return folder.parent / f".{folder.name}.{os.getpid()}.partial"


def abandoned(folder: Path) -> list[Path]:
    """Staging folders of `folder`; without a writer, those of processes that were killed."""
    name = re.compile(re.escape(f".{folder.name}.") + r"\d+\.partial")
    with suppress(OSError):
        found = sorted(p for p in folder.parent.iterdir() if name.fullmatch(p.name))
        return [p for p in found if p.is_dir() and not p.is_symlink()]
    return []
