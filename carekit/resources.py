"""Folders of the data that ship with carekit, in a checkout and once installed."""

from __future__ import annotations

from pathlib import Path

from carekit.errors import InputError

_PACKAGE = Path(__file__).resolve().parent


def data_folder(name: str, *, package: Path = _PACKAGE) -> Path:
    """The folder of one of carekit's own data collections.

    An installed package carries its data in `carekit/_data/NAME`; a checkout keeps them in
    `data/NAME` beside the package. A folder called `data` next to an installed package may belong
    to anyone, so it only counts where `pyproject.toml` shows that this is the checkout.

    Parameters
    ----------
    name : str
        Name of the collection, such as ``"claims"`` or ``"measured"``.
    package : Path
        Folder of the package `carekit`; only tests have a reason to name another one.

    Returns
    -------
    Path
        An existing folder.

    Raises
    ------
    InputError
        If there is no such folder; the message lists the collections that exist.

    Examples
    --------
    >>> from carekit.resources import data_folder
    >>> sorted(path.name for path in data_folder("claims").glob("*.csv"))
    ['articles.csv', 'hypotheses.csv', 'published_figures.csv', 'studies.csv']
    """
    homes = [package / "_data"]
    if (package.parent / "pyproject.toml").is_file():
        homes.append(package.parent / "data")
    found = {
        path.name: path
        for home in reversed(homes)
        if home.is_dir()
        for path in home.iterdir()
        if path.is_dir()
    }
    if name in found:
        return found[name]
    raise InputError(
        f"`name` is {name!r}, which is not a data collection of carekit; "
        f"expected one of: {', '.join(sorted(found)) or 'none found'}. "
        "If the name is right, the installation is incomplete: install carekit again."
    )
