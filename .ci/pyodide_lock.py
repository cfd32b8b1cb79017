"""docs/pyodide.json from the lock file of the npm package `pyodide`: names and versions alone.

`python .ci/pyodide_lock.py [VERSION]`: the version that JupyterLite's kernel loads, unless one is
given. Needs npm. Then `python run.py quick --pyodide`.
"""

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "docs" / "pyodide.json"


def main(arguments: list[str]) -> None:
    if arguments:
        (version,) = arguments
    else:
        from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION as version
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not here: install Node, and run this again.")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", f"pyodide@{version}"]
        subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as file:
            held = file.extractfile("package/pyodide-lock.json")
            assert held
            lock = json.load(held)
    packages = {
        name: entry["version"]
        for name, entry in sorted(lock["packages"].items())
        if not name.endswith("-tests")
    }
    known = {"pyodide": version, "python": lock["info"]["python"], "packages": packages}
    TARGET.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
