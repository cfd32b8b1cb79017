"""The thin layer over nbval, which compares text exactly and figures not at all.

Here decimal numbers are compared within a tolerance and figures by their pixels. Structure (a
stripped or reordered notebook, alt text) has its own tests, in tests/notebooks.
"""

import base64
import io
import os
import re
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import numpy as np
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
FAILED_FIGURES = ROOT / "out" / "failed-figures"
MATPLOTLIB = re.search(r"^matplotlib==(\S+)", (ROOT / "constraints.txt").read_text("ascii"), re.M)[
    1
]
PIXEL_LIMIT = 2  # root mean square, on a scale of 0 to 255
FLOAT = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+(?:e[-+]?\d+)?|e[-+]?\d+)(?![\w.])", re.I)
os.environ.pop("CAREKIT_DATASET", None)  # committed outputs are those of the sample


def near(a, b):
    """Equal to a millionth, or to one unit in the last place printed if six digits are."""
    x, y = Decimal(a), Decimal(b)
    many_digits = min(len(v.as_tuple().digits) for v in (x, y)) >= 6
    last_place = Decimal(1).scaleb(max(v.as_tuple().exponent for v in (x, y)))
    return abs(x - y) <= max(abs(x) / 10**6, last_place if many_digits else 0)


class Approx(str):
    """Text that equals another if the words are the same and the decimal numbers near."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other):
        same_words = FLOAT.sub("#", self).split() == FLOAT.sub("#", other).split()
        return same_words and all(map(near, FLOAT.findall(self), FLOAT.findall(other)))

    def __ne__(self, other):
        return not self == other


def difference(new, old):
    """Root mean square over the pixels of two PNGs; infinite if their sizes differ."""
    a, b = (np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), float) for png in (new, old))
    return np.sqrt(np.mean((a - b) ** 2)) if a.shape == b.shape else np.inf


def figures(outputs):
    encoded = [output.get("data", {}).get("image/png") for output in outputs]
    return [base64.b64decode(png) for png in encoded if png]


def compare(self, test, ref, skip_compare=None, texts=IPyNbCell.compare_outputs):
    same = texts(self, test, ref, skip_compare)
    new, old = figures(test), figures(ref)
    if len(new) != len(old):
        self.comparison_traceback.append(f"{len(old)} figures were committed, {len(new)} came out")
        return False
    for n, pair in enumerate(zip(new, old, strict=True), 1):
        if version("matplotlib") == MATPLOTLIB and difference(*pair) > PIXEL_LIMIT:
            FAILED_FIGURES.mkdir(parents=True, exist_ok=True)
            stem = FAILED_FIGURES / f"{self.path.stem}-cell-{self.cell_num}-figure-{n}"
            stem.with_name(f"{stem.name}-new.png").write_bytes(pair[0])
            stem.with_name(f"{stem.name}-committed.png").write_bytes(pair[1])
            self.comparison_traceback.append(f"figure {n} differs: see {stem}-*.png")
            same = False
    return same


def sanitize(self, value, rules=IPyNbCell.sanitize):
    return Approx(rules(self, value)) if isinstance(value, str) else value


def execute(self, code, allow_stdin=None):
    # With history, as JupyterLab does: without it a trailing semicolon does not silence a cell.
    return self.kc.execute(code, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)


IPyNbCell.compare_outputs, IPyNbCell.sanitize = compare, sanitize
RunningKernel.execute_cell_input = execute


def pytest_itemcollected(item):
    # Bytes that change from run to run (SVG), text that escapes the rules (LaTeX).
    item.parent.skip_compare = {*item.parent.skip_compare, "image/svg+xml", "text/latex"}


def pytest_report_header():
    here, how = version("matplotlib"), "compared by pixel"
    how = how if here == MATPLOTLIB else f"not compared, they were drawn by {MATPLOTLIB}"
    return f"figures in notebooks: {how}; matplotlib {here} is installed"
