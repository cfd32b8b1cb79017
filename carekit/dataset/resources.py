"""Where the data that comes with carekit lives: in a checkout, or inside an installed package."""

from __future__ import annotations

from pathlib import Path

from carekit.errors import DatasetError

PACKAGE = Path(__file__).resolve().parents[1]


def data_folder(name: str) -> Path:
    """The folder `data/NAME` of the project: claims, measured or sample.

    An installed package carries its data in `carekit/_data/NAME`; a checkout keeps them in
    `data/NAME` beside the package. A folder called `data` next to an installed package may belong
    to anyone, so it only counts where `pyproject.toml` shows that this is the checkout.

    Raises
    ------
    DatasetError
        If this installation does not hold it.

    Examples
    --------
    >>> from carekit.dataset.resources import data_folder
    >>> sorted(path.name for path in data_folder("claims").glob("*.csv"))
    ['articles.csv', 'hypotheses.csv', 'measures.csv', 'published_figures.csv', 'studies.csv']
    """
    homes = [PACKAGE / "_data"]
    if (PACKAGE.parent / "pyproject.toml").is_file():
        homes.append(PACKAGE.parent / "data")
    for home in homes:
        # A bare name: "" or "../elsewhere" would leave the data of carekit.
        if name in {path.name for path in home.glob("*") if path.is_dir()}:
            return home / name
    remedy = (
        "Write it with `carekit sample --out DIR` and set CAREKIT_DATASET to that folder."
        if name == "sample"
        else "Install carekit again, or run it from a checkout."
    )
    raise DatasetError(
        f"The data folder {name!r} is not part of this installation of carekit. {remedy}"
    )


def notebooks_folder() -> Path:
    """Where the notebooks are: in the checkout, or inside an installed package."""
    inside = PACKAGE / "_data" / "notebooks"
    return inside if inside.is_dir() else PACKAGE.parent / "notebooks"
