"""What an import refuses before anything is written, and why."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from carekit.dataset.folder import Dataset
from carekit.dataset.manifest import ANSWERED_ONLY, NOTHING_LEFT_OUT, Selection
from carekit.dataset.privacy import key_id
from carekit.errors import InputError
from carekit.sources.files.formats import Format
from carekit.sources.files.loading import FileLoad

PathLike = str | os.PathLike[str]


def checked_paths(files: PathLike | Sequence[PathLike]) -> list[Path]:
    listed = [files] if isinstance(files, (str, os.PathLike)) else list(files)
    if not listed:
        raise InputError("`files` is empty; expected one or more paths. Name a file to import.")
    paths = [Path(f) for f in listed]
    for path in paths:
        if path.is_dir():
            seen = (p for p in path.iterdir() if p.name[0] != "." and p.is_file())
            inside = sorted(p.name for p in seen)
            raise InputError(
                f"`files`: {path} is a folder; expected a file. Name the files to import; it "
                f"holds: {', '.join(inside[:5]) or 'no file'}{', …' if len(inside) > 5 else ''}."
            )
        if not path.is_file():
            raise InputError(
                f"`files`: there is no file {path}. Expected the path of a file to import. Check "
                "the spelling."
            )
    return paths


def microseconds(value: str | datetime) -> int:
    try:
        made = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        made = made.replace(tzinfo=UTC) if made.tzinfo is None else made.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"`observed_at` is {value!r}; expected an ISO date or time, such as 2017-12-31 or "
            "2017-12-31T18:00:00+01:00. Correct --observed-at."
        ) from None
    return round(made.timestamp() * 1_000_000)


def check_key(old: Dataset | None, key: bytes) -> None:
    held = old.manifest.pseudonym_key_id if old else None
    if held is not None and held != key_id(key):
        raise InputError(
            f"The pseudonym key is {key_id(key)}, but the dataset was made with {held}: the same "
            "person would get two pseudonyms. Set CAREKIT_PSEUDONYM_KEY to the key of the dataset, "
            "or import into a new one."
        )


def one_selection(formats: Sequence[Format]) -> Selection:
    kinds = {f.selection.kind: f.selection for f in formats}
    if len(kinds) > 1:
        raise InputError(
            f"The files differ in their selection: {', '.join(kinds)}; a dataset has one. Import "
            "them into a dataset each."
        )
    return next(iter(kinds.values()))


SELECTIONS: dict[str, Selection] = {
    "none": NOTHING_LEFT_OUT,
    "answered_only": ANSWERED_ONLY,
    "brand_threads": Selection(
        "brand_threads",
        "Threads in which the brand wrote; requests that it never answered are not among them.",
        ("answer-rate", "repeats", "definitions"),
    ),
    "complaints_only": Selection("complaints_only", "It holds complaints only."),
    "search": Selection("search", "Posts that match a search."),
}


def named_selection(selection: Selection | str | None) -> Selection | None:
    """A selection as the user names it; None if nothing is said."""
    if selection is None or isinstance(selection, Selection):
        return selection
    name = selection.strip().lower().replace("-", "_")
    if name in SELECTIONS:
        return SELECTIONS[name]
    close = get_close_matches(name, SELECTIONS, 1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise InputError(
        f"`selection` is {selection!r}; expected one of: {', '.join(SELECTIONS)}.{hint} `none` says "
        "that nothing was left out, `answered_only` that only answered requests are there."
    )


def check_selection(old: Dataset | None, chosen: Selection) -> None:
    if old is None or old.selection.detected:
        return
    if old.selection.kind != chosen.kind:
        raise InputError(
            f"The dataset has the selection {old.selection.kind!r}, the files {chosen.kind!r}; a "
            "dataset has one, because it decides which measures mean anything. Import the files "
            "into a dataset of their own."
        )


def check_new(load: FileLoad, old: Dataset | None, loads: Sequence[FileLoad]) -> None:
    for other in loads:
        if other.sha256 == load.sha256:
            raise InputError(
                f"`files`: {load.name} is the same as {other.name}. Expected each file once. "
                "Leave one out."
            )
    for part in old.manifest.parts if old else ():
        if part.input_sha256 == load.sha256:
            raise InputError(
                f"`files`: {load.name} is in the dataset already (imported "
                f"{part.finished_at or 'earlier'} as {part.file}). Expected a new file. Leave it "
                "out, or import it into another dataset."
            )


def check_strict(load: FileLoad) -> None:
    if load.rejected:
        n = sum(r.n for r in load.rejected)
        first = "; ".join(f"line {r.line}: {r.reason}" for r in load.rejected[:3])
        raise InputError(
            f"{n:,} of {load.n_rows:,} rows of {load.name} cannot be read ({first}). Expected "
            "none, because of --strict. Correct these rows, or leave --strict out. Nothing was "
            "written."
        )


def check_any(loads: Sequence[FileLoad]) -> None:
    if any(load.n_posts for load in loads):
        return
    counted = list(reasons(loads).items())[:3]
    why = "; ".join(f"{n:,} × {reason}" for reason, n in counted)
    raise InputError(
        f"No row of {', '.join(load.name for load in loads)} can be read: "
        f"{why or 'there is none after the header'}. Expected at least one post. Check that these "
        "are the right files and the right format. Nothing was written."
    )


def reasons(loads: Sequence[FileLoad]) -> dict[str, int]:
    """Why rows were rejected → how many, the most frequent first."""
    counted: Counter[str] = Counter()
    for load in loads:
        for row in load.rejected:
            counted[row.reason] += row.n
    return dict(counted.most_common())
