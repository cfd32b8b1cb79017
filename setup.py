"""Packages of the wheel: carekit, and its data folders as `carekit/_data/NAME`.

Everything else is in pyproject.toml, which cannot both find packages and map folders into them.
"""

import re
from pathlib import Path

from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py

# The address of the repository, such as https://example.org/carekit, once it has one: then the
# links of the README lead there from an index of packages. Without it they become plain words.
HOME = ""
ROOT = Path(__file__).resolve().parent
# Folder of the checkout → carekit/_data/NAME; carekit.dataset.resources looks in both.
SHIPPED = {
    "claims": "data/claims",
    "measured": "data/measured",
    "measured.atlas": "data/measured/atlas",
    "notebooks": "notebooks",
    "recorded": "data/recorded",
    "sample": "data/sample",
    "sample.coding": "data/sample/coding",
    "sample.posts": "data/sample/posts",
}
PACKAGES = {f"carekit._data.{name}": folder for name, folder in SHIPPED.items()}


class BuildPy(build_py):
    """Data folders hold no modules: conftest.py of the notebooks is a test."""

    def find_package_modules(self, package: str, package_dir: str) -> list:
        return [] if package in PACKAGES else super().find_package_modules(package, package_dir)


def long_description(text: str, home: str = HOME) -> str:
    """The README where no file stands beside it: links lead to `home`, or are words alone."""
    if home:
        text = re.sub(r"!\[([^]]*)\]\((?!https?:|#)([^)]+)\)", rf"![\1]({home}/raw/main/\2)", text)
        return re.sub(
            r"(?<!!)\[([^]]+)\]\((?!https?:|#)([^)]+)\)", rf"[\1]({home}/blob/main/\2)", text
        )
    text = re.sub(r"!\[[^]]*\]\((?!https?:)[^)]+\)\n*", "", text)
    return re.sub(r"\[([^]]+)\]\((?!https?:|#)[^)]+\)", r"\1", text)


if __name__ == "__main__":
    setup(
        packages=[*find_namespace_packages(include=["carekit", "carekit.*"]), *PACKAGES],
        package_dir=PACKAGES,
        cmdclass={"build_py": BuildPy},
        long_description=long_description((ROOT / "README.md").read_text(encoding="utf-8")),
        long_description_content_type="text/markdown",
    )
