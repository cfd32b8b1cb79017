"""The demo of the site: JupyterLite, whose notebooks run in the reader's browser.

`python run.py docs --lite` puts it into site/lite, with carekit's wheel (the sample is in it) and
those of its packages that Pyodide has not. Pyodide itself comes from its own address when a
notebook is opened: the one request to elsewhere.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
# The versions in Pyodide's own lock file: `python .ci/pyodide_lock.py` brings them up to date.
LOCK: dict[str, Any] = json.loads((DOCS / "pyodide.json").read_text(encoding="utf-8"))
# Packages of pure Python that Pyodide has not: they come along as wheels.
PURE = ("atpublic", "filelock", "ibis-framework", "parsy", "pyarrow-hotfix", "sqlglot")
NOTEBOOKS = ("00", "02", "03", "04")
INSTALL = '%pip install -q "carekit[figures]"  # the wheel of this site: a minute, once a session'
SETTINGS = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "carekit",
        "litePluginSettings": {
            "@jupyterlite/pyodide-kernel-extension:kernel": {"disablePyPIFallback": True}
        },
    },
}


def books() -> list[Path]:
    return [path for n in NOTEBOOKS for path in sorted((ROOT / "notebooks").glob(f"{n}-*.ipynb"))]


def demo_book(path: Path) -> dict[str, Any]:
    """A notebook that first installs carekit, for the kernel of the browser."""
    book = json.loads(path.read_text(encoding="utf-8"))
    book["metadata"]["kernelspec"] = {"name": "python", "display_name": "Python (Pyodide)"}
    install = {
        "cell_type": "code",
        "execution_count": None,
        "id": "install-carekit",
        "metadata": {},
        "outputs": [],
        "source": INSTALL,
    }
    for one in book["cells"]:
        # Text in one piece: JupyterLite's table of contents fails at a list of lines.
        one["source"] = "".join(one["source"])
        for data in (output.get("data", {}) for output in one.get("outputs", [])):
            data |= {kind: "".join(v) for kind, v in data.items() if isinstance(v, list)}
    first = next(i for i, one in enumerate(book["cells"]) if one["cell_type"] == "code")
    book["cells"].insert(first, install)
    return book


def links() -> str:
    """What leads from the page of the demo to each of its notebooks."""
    items = [
        f'<li><a href="lite/lab/index.html?path={path.name}">{path.stem}</a></li>'
        for path in books()
    ]
    return "\n## Open a notebook\n\n<ul>\n" + "\n".join(items) + "\n</ul>\n"


def wheels(folder: Path) -> None:
    """The wheel of this checkout, and those in PURE in their locked versions."""
    quiet = ["--disable-pip-version-check", "--quiet"]
    lock = ["-c", str(ROOT / "constraints.txt")]
    with tempfile.TemporaryDirectory() as scratch:
        # From a copy: a build leaves files beside what it builds.
        kept = shutil.ignore_patterns("__pycache__", "conftest.py", ".ipynb_checkpoints")
        for name in ("carekit", "data", "notebooks"):
            shutil.copytree(ROOT / name, Path(scratch) / name, ignore=kept)
        for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, scratch)
        what = [*quiet, *lock, "--no-deps", "-w", str(folder), scratch, *PURE]
        subprocess.run([sys.executable, "-m", "pip", "wheel", *what], check=True)


def build(out: Path) -> None:
    """The demo in the folder `out`."""
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        (here / "contents").mkdir()
        for path in books():
            text = json.dumps(demo_book(path), ensure_ascii=False)
            (here / "contents" / path.name).write_text(text, encoding="utf-8")
        wheels(here / "pypi")  # where JupyterLite looks for wheels of its own
        (here / "jupyter-lite.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
        command = [sys.executable, "-m", "jupyter", "lite", "build"]
        options = ["--lite-dir", scratch, "--contents", "contents", "--output-dir", str(out)]
        options += ["--apps", "lab", "--no-sourcemaps", "--no-unused-shared-packages"]
        done = subprocess.run(
            [*command, *options], cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if done.returncode:
            sys.stderr.buffer.write(done.stdout)
            raise SystemExit("the demo could not be built; JupyterLite's own words are above")
