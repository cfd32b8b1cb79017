"""Figures in a notebook and in files: shown with words and a caption, saved with their table."""

from __future__ import annotations

import base64
import io
import os
import pickle
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.dataset.atomic import replacing, write_text
from carekit.errors import InputError
from carekit.show import safe
from carekit.show.notebooks.drawn import FIGURES_VARIABLE
from carekit.show.style import figure_of, style_sheet
from carekit.show.text import format_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


UNSAID = {"Date": None, "Creator": None, "Format": None, "Type": None}  # of every drawing


@dataclass(frozen=True)
class Picture:
    """A drawn result: as the last line of a cell it shows itself, with its words and its caption.

    Attributes
    ----------
    axes : Axes
    alt : str
        For those who cannot see it: what is drawn, and its values.
    caption : str
        Measure, denominator, what was left out, interval, source, synthetic or not.
    name : str
        Of the files NAME.svg and NAME.csv, written where CAREKIT_FIGURES names a folder.
    """

    axes: Axes
    alt: str
    caption: str
    name: str = ""

    @property
    def figure(self) -> Figure:
        return figure_of(self.axes)

    def __repr__(self) -> str:
        return f"{self.alt}\n{self.caption}"

    def _ipython_display_(self) -> None:
        publish(self.axes, self.name, alt=self.alt, caption=self.caption)

    def save(self, path: str | Path) -> Path:
        """Write the drawing as the ending of the name says (.svg, .png, .pdf)."""
        with replacing(Path(path)) as temporary:
            render(self.figure, temporary, format=Path(path).suffix[1:])
        return Path(path)


def publish(drawn: Axes | Figure, name: str, *, alt: str, caption: str) -> None:
    """Show a figure in a notebook with its alternative text and caption; save it if asked."""
    if not alt.strip() or not caption.strip():
        raise InputError(
            "`alt` or `caption` is empty; every figure needs both. Say in `alt` what is drawn and "
            "what it shows, in `caption` the source, the date and the denominator."
        )
    from IPython.display import Markdown, display

    figure, alt = figure_of(drawn), safe.clean(alt)
    folder = os.environ.get(FIGURES_VARIABLE)
    if folder and name:
        # Drawing moves the layout a little further each time: the file gets a figure of its own,
        # so that what is shown does not depend on whether it is saved as well.
        own = pickle.loads(pickle.dumps(figure))
        save_figure(own, Path(folder), name, alt=alt, caption=caption)
    # Rendered here: the kernel's own figure formatter depends on the backend and its settings.
    png = base64.b64encode(to_png(figure)).decode()
    bundle = {"image/png": png, "text/plain": alt}
    display(bundle, raw=True, metadata={"image/png": {"alt": alt}})
    display(Markdown(f"*{safe.markdown(caption)}*"))


def render(figure: Figure, file: Any, **options: Any) -> None:
    """Write a figure under the style sheet; signs that the font lacks become boxes, in silence."""
    with style_sheet(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(file, **options)


def to_png(figure: Figure) -> bytes:
    """The figure as PNG: the same bytes for the same numbers and the same matplotlib."""
    buffer = io.BytesIO()
    render(figure, buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def small(svg: str) -> str:
    """A drawing of matplotlib in half the bytes: hundredths of a point, one font, no groups but for looks.

    >>> small('<g id="axes_1"><path d="M 0.123456 7"/></g>')
    '<path d="M 0.12 7"/>'
    """
    svg = _ungrouped(re.sub(r'(?<=<g) id="[^"]*"', "", svg))
    if font := re.search(r"font-family: ([^;\"]+); ", svg):
        svg = svg.replace(font[0], "")
        svg = svg.replace("*{stroke", f"text{{font-family: {font[1]}}}*{{stroke", 1)
    svg = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", svg)
    svg = re.sub(r"\s*\n\s*(?=[^<\s])", " ", svg)  # inside a path
    svg = re.sub(r"\n\s+", "\n", svg)  # and where groups were
    svg = re.sub(r'style="[^"]*"', lambda found: re.sub(r"([:;]) ", r"\1", found[0]), svg)
    return re.sub(r' (?:d|x|y|points|transform)="[^"]*"', _hundredths, svg)


def _ungrouped(svg: str) -> str:
    """The same without groups that have no attributes."""
    kept, looks = [], []
    for part in re.split(r"(</?g\b[^>]*>)", svg):
        plain = part in {"<g>", "<g/>"}
        if part.startswith("<g") and not part.endswith("/>"):
            looks.append(not plain)
        if not plain and (part != "</g>" or looks.pop()):
            kept.append(part)
    return "".join(kept)


def _hundredths(attribute: re.Match[str]) -> str:
    return re.sub(
        r"\d+\.\d{3,}",
        lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."),
        attribute[0],
    )


def save_figure(figure: Figure, folder: Path, name: str, *, alt: str, caption: str) -> Path:
    """Write a figure as NAME.svg and what it draws as NAME.csv: the same bytes each time."""
    svg, said = folder / f"{name}.svg", {"Title": safe.clean(alt), "Description": caption}
    with io.StringIO() as drawn:
        render(figure, drawn, format="svg", metadata={**UNSAID, **said})
        write_text(svg, small(drawn.getvalue()))
    table = getattr(figure, "carekit_table", None)
    if table is None:
        return svg
    table = table.copy()
    for column in table.select_dtypes("float"):
        # Ten digits: more would be noise of the platform.
        table[column] = [float(f"{v:.10g}") for v in table[column]]
    write_text(folder / f"{name}.csv", format_frame(table, format="csv") + "\n")
    return svg
