"""What may go wrong around a command: closed and full streams, errors of the system and the engine.

Each is one sentence on standard error and exit code 2; never a traceback, never what a file says.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from typing import Any

from carekit.errors import CarekitError, InputError

# Control signs would move the cursor of a terminal, colour it or open a link: shown, not sent.
CONTROLS = {c: repr(chr(c))[1:-1] for c in (*range(32), *range(127, 160)) if chr(c) not in "\t\n"}
_REASONS = {
    errno.ENOSPC: ("there is no space left on the disk", "Make room and run the command again."),
    errno.EDQUOT: ("your quota of disk is used up", "Make room and run the command again."),
    errno.EFBIG: ("the file would be larger than allowed", "Raise the limit, or split the work."),
    errno.EROFS: ("it cannot be written: the disk is read-only", "Choose another place."),
    errno.EACCES: ("permission is denied", "Change its permissions, or choose another path."),
    errno.EPERM: ("permission is denied", "Change its permissions, or choose another path."),
    errno.ENOENT: ("there is no such file or folder", "Check the path."),
    errno.ENOTDIR: ("a part of the path is no folder", "Check the path."),
    errno.EISDIR: ("it is a folder; a file was expected", "Check the path."),
    errno.EEXIST: ("it is there already", "Choose another path, or move it away."),
    errno.ENOTEMPTY: ("it is there already", "Choose another path, or move it away."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter one."),
    errno.ELOOP: ("its links lead in a circle", "Check the path."),
}


class Inert:
    """A text stream that shows control signs instead of sending them to the terminal."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text.translate(CONTROLS))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def guarded(run: Callable[[], int | None]) -> int:
    """Run a command; its exit code, or that of what went wrong."""
    if sys.stderr is None:  # closed: without it, messages would end up in the result
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        print(
            "carekit: standard output is closed; expected somewhere to write the result. Nothing "
            "was done. Send it to a file or to /dev/null.",
            file=sys.stderr,
        )
        return 2
    for stream in (sys.stdout, sys.stderr):
        # A Windows console in a local code page would fail on the first accent.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    with redirect_stdout(Inert(sys.stdout)), redirect_stderr(Inert(sys.stderr)):
        try:
            code = run() or 0
            sys.stdout.flush()  # here, not at the exit of the interpreter
            return code
        except BrokenPipeError:
            _forget_output()  # the reader (head, less) has gone: nothing more to say
            return 0
        except KeyboardInterrupt:
            print("carekit: stopped; nothing half-written was kept.", file=sys.stderr)
            return 130
        except Exception as error:
            told = sentence(error)
            if told is None:
                raise
            print(f"carekit: {told}", file=sys.stderr)
            if isinstance(error, OSError):
                _forget_output()
            return 2


def _forget_output() -> None:
    """What is left in the buffer goes nowhere: flushing it at the exit would fail again."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def sentence(error: Exception) -> str | None:
    """An error that a user can put right, in three parts; None for a fault of carekit."""
    if isinstance(error, CarekitError):
        return str(error)
    kind = type(error).__name__
    if isinstance(error, OSError):
        return _of_the_system(error)
    if isinstance(error, UnicodeError):
        return (
            "A name or a text holds signs that are no UTF-8, perhaps from an old archive. Expected "
            "UTF-8. Rename the file, or correct the text."
        )
    if isinstance(error, MemoryError):
        return (
            "The memory ran out. Expected enough for the files given. Give fewer, or more memory."
        )
    if isinstance(error, RecursionError):
        return (
            "An expression or a file is nested more deeply than carekit follows. Expected a "
            "shallow one. Simplify it."
        )
    if isinstance(error, sqlite3.Error):
        return (
            f"The state of the collection cannot be read or written ({error}). Make room, or "
            "restore collection.sqlite, and run the command again."
        )
    if type(error).__module__.split(".")[0] in ("duckdb", "_duckdb", "pyarrow"):
        return (
            f"The engine stopped ({kind}): {_engine_reason(str(error))}. Run `carekit check DIR` to "
            "see whether a file is damaged; restore it, or import the source again."
        )
    return None


def _of_the_system(error: OSError) -> str:
    what = error.filename2 or error.filename
    named = f"{os.fsdecode(what)!r}" if isinstance(what, str | bytes) else "A file or stream"
    known = os.strerror(error.errno) if error.errno else type(error).__name__
    reason, remedy = _REASONS.get(error.errno or 0, (known, "Check the path and the disk."))
    return f"{named} cannot be read or written: {reason}. {remedy} What was finished before stands."


def _engine_reason(text: str) -> str:
    """Why, without the engine's own words: they may quote a post."""
    for sign, reason in (
        ("Out of Memory", "the memory ran out"),
        ("No space left", "there is no space left on the disk"),
        ("Permission denied", "permission is denied"),
        ("No such file", "a file is gone"),
    ):
        if sign.lower() in text.lower():
            return reason
    return "it cannot read or write a file, or a value in it"


def sound_arguments(argv: Sequence[str]) -> list[str]:
    """The arguments, if each is text.

    Raises
    ------
    InputError
        If one is no UTF-8, such as the name of a file from an old archive.
    """
    for place, argument in enumerate(argv, 1):
        if any("\ud800" <= c <= "\udfff" for c in argument):
            shown = argument.encode("utf-8", "backslashreplace").decode()
            raise InputError(
                f"Argument {place}, {shown}, is no UTF-8; carekit keeps names in files that are. "
                "Rename the file or folder."
            )
    return list(argv)
