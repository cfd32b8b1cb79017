"""Packages of the wheel: carekit, and its data folders as `carekit/_data/NAME`.

Everything else is in pyproject.toml, which cannot both find packages and map folders into them.
"""

from setuptools import find_packages, setup

# data/NAME of the checkout → carekit/_data/NAME; carekit.dataset.resources looks in both.
SHIPPED = ("claims", "measured")

setup(
    packages=[*find_packages(include=["carekit*"]), *(f"carekit._data.{name}" for name in SHIPPED)],
    package_dir={f"carekit._data.{name}": f"data/{name}" for name in SHIPPED},
)
