"""Where the data that comes with carekit lives: in a checkout, or inside an installed package."""

from __future__ import annotations

from pathlib import Path

from carekit.errors import DatasetError

PACKAGE = Path(__file__).parent


def data_folder(name: str) -> Path:
    """The folder `data/NAME` of the project: claims, measured or sample.

    Raises
    ------
    DatasetError
        If this installation does not hold it.
    """
    for folder in (PACKAGE / "_data" / name, PACKAGE.parent / "data" / name):
        if folder.is_dir():
            return folder
    remedy = (
        "Write it with `carekit sample --out DIR` and set CAREKIT_DATASET to that folder."
        if name == "sample"
        else "Install carekit again, or run it from a checkout."
    )
    raise DatasetError(
        f"The data folder {name!r} is not part of this installation of carekit. {remedy}"
    )
