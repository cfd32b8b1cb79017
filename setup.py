"""Packages of the wheel: carekit, and its data folders as `carekit/_data/NAME`.

Everything else is in pyproject.toml, which cannot both find packages and map folders into them.
"""

from setuptools import find_packages, setup

# data/NAME of the checkout → carekit/_data/NAME; carekit.dataset.resources looks in both.
SHIPPED = (
    "claims",
    "measured",
    "measured/atlas",
    "recorded",
    "sample",
    "sample/coding",
    "sample/posts",
)
PACKAGES = {f"carekit._data.{name.replace('/', '.')}": f"data/{name}" for name in SHIPPED}

setup(
    packages=[*find_packages(include=["carekit*"]), *PACKAGES],
    package_dir=PACKAGES,
)
