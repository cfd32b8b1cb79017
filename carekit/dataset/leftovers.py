"""What writers that were killed left behind: named by `carekit check`, cleared by `--clean`."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from carekit.dataset import atomic as files
from carekit.dataset.locking import abandoned, is_being_written, writing
from carekit.dataset.manifest import FILE, Manifest, read_manifest
from carekit.errors import DatasetError

# Names that carekit gives; what somebody else put into the folder is never deleted.
_TABLES = re.compile(
    r"posts/part-\d+\.parquet|(accounts|brands|threads|survey)(\.v\d+)?\.parquet"
    r"|questions(\.v\d+)?\.json|rejected(\.v\d+)?\.csv|CARD(\.v\d+)?\.md"
)
_TEMPORARY = re.compile(r"(posts/)?\.[^/]+\.\d+\.tmp")


def leftovers(path: str | os.PathLike[str]) -> tuple[list[str], list[str]]:
    """Files inside a dataset that its manifest does not name, and staging folders beside it.

    Nothing while somebody writes: what is prepared then is no leftover.
    """
    folder = Path(os.path.realpath(path))
    if is_being_written(folder):
        return [], []
    inside = _unnamed(folder, read_manifest(folder)) if (folder / FILE).is_file() else []
    return inside, [p.name for p in abandoned(folder)]


def clean_dataset(path: str | os.PathLike[str]) -> list[str]:
    """Delete what killed writers left in a dataset and beside it.

    Tables that the manifest does not name stay while a file that it names is missing or changed:
    they may be all that is left.

    Returns
    -------
    list of str
        What was deleted: files by their name in the dataset, folders by their own.

    Raises
    ------
    DatasetError
        If somebody is writing there, the manifest cannot be read, or there is nothing at all.
    """
    folder = Path(os.path.realpath(path))
    if not folder.exists() and not abandoned(folder):
        raise DatasetError(
            f"There is nothing at {folder} and nothing was left beside it; expected a dataset, or "
            "what a killed writer prepared for one. Check the path."
        )
    done = []
    with writing(folder):
        for left in abandoned(folder):
            shutil.rmtree(left)
            done.append(left.name)
        if (folder / FILE).is_file():
            manifest = read_manifest(folder)
            whole = all(_is_whole(folder / p.file, p.sha256) for p in manifest.parts)
            for name in _unnamed(folder, manifest):
                if whole or name in manifest.replaced or _TEMPORARY.fullmatch(name):
                    (folder / name).unlink()
                    done.append(name)
    return done


def _unnamed(folder: Path, manifest: Manifest) -> list[str]:
    named = {p.file for p in manifest.parts}
    named |= set(map(manifest.name_of, ("CARD.md", "rejected.csv", "questions.json")))
    named |= set(manifest.beside.values())
    # A folder of posts that leads elsewhere is not ours to list; the manifest may name none there.
    posts = folder / "posts"
    there = [
        *folder.iterdir(),
        *(posts.iterdir() if not posts.is_symlink() and posts.is_dir() else ()),
    ]
    names = sorted(p.relative_to(folder).as_posix() for p in there if p.is_file() or p.is_symlink())
    return [
        name
        for name in names
        if name not in named
        and (name in manifest.replaced or _TABLES.fullmatch(name) or _TEMPORARY.fullmatch(name))
    ]


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and files.checksum(path) == sha256
