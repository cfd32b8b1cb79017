"""The thin layer over nbval, which compares text exactly and figures not at all.

Here decimal numbers have a tolerance and figures are compared by pixel. Structure (a stripped or
reordered notebook, alt text) has its own tests, in tests/notebooks.
"""

import base64
import io
import math
import os
import re
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell
from PIL import Image, ImageChops, ImageStat

ROOT = Path(__file__).resolve().parent.parent
FAILED_FIGURES = ROOT / "out" / "failed-figures"
MATPLOTLIB = re.search(r"\nmatplotlib==(\S+)", (ROOT / "constraints.txt").read_text("ascii"))[1]
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
    """Root mean square over the pixels of the channel that differs most; infinite for two sizes."""
    a, b = (Image.open(io.BytesIO(png)).convert("RGBA") for png in (new, old))
    return max(ImageStat.Stat(ImageChops.difference(a, b)).rms) if a.size == b.size else math.inf


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
            stem = f"{self.path.stem}-cell-{self.cell_num}-figure-{n}"
            for png, which in zip(pair, ("new", "committed"), strict=True):
                (FAILED_FIGURES / f"{stem}-{which}.png").write_bytes(png)
            self.comparison_traceback.append(f"figure {n} differs: {FAILED_FIGURES / stem}-*.png")
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
    here = version("matplotlib")
    how = "compared" if here == MATPLOTLIB else f"not compared with those of {MATPLOTLIB}"
    return f"figures in notebooks: drawn by matplotlib {here}, {how}"
