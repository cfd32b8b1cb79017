"""How carekit's figures look, and how one is shown, described and saved. Sets no global option."""

from __future__ import annotations

import base64
import io
import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from carekit.dataset import atomic as files
from carekit.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHEET = Path(__file__).with_name("carekit.mplstyle")
FIGURES_VARIABLE = "CAREKIT_FIGURES"
# Okabe and Ito 2008, in the order of the style sheet; yellow last, it is pale on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
PUBLISHED = "#000000"


def new_axes(width: float = 7.2, height: float = 4.0, columns: int = 1) -> Any:
    """A figure of its own in the style of carekit: one Axes, or an array of `columns`."""
    try:
        from matplotlib import rc_context
        from matplotlib import style as styles
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "figures", "A figure") from error
    with rc_context():
        styles.use(SHEET)
        figure = Figure(figsize=(width, height))
        return figure.subplots(1, columns) if columns > 1 else figure.subplots()


def figure_of(drawn: Axes | Figure) -> Figure:
    """The figure that an Axes belongs to."""
    figure = drawn if hasattr(drawn, "savefig") else drawn.figure
    return figure  # type: ignore[return-value]


def publish(drawn: Axes | Figure, name: str, *, alt: str, caption: str) -> None:
    """Show a figure in a notebook with its alternative text and caption; save it if asked.

    Parameters
    ----------
    drawn : Axes or Figure
    name : str
        File name without ending, such as ``04-answer-rate-by-country``.
    alt : str
        What a reader who cannot see the figure must know: what is drawn, and what it shows.
    caption : str
        Source, collection date and denominator.

    Notes
    -----
    If the environment variable CAREKIT_FIGURES names a folder, the figure is also written there
    as ``NAME.svg`` and its contents as ``NAME.json``.
    """
    if not alt.strip() or not caption.strip():
        raise InputError(
            "`alt` or `caption` is empty; every figure needs both. Say in `alt` what is drawn and "
            "what it shows, in `caption` the source, the date and the denominator."
        )
    from IPython.display import Markdown, display

    figure = figure_of(drawn)
    folder = os.environ.get(FIGURES_VARIABLE)
    if folder:
        # Drawing moves the layout a little further each time: the file gets a figure of its own,
        # so that what is shown does not depend on whether it is saved as well.
        own = pickle.loads(pickle.dumps(figure))
        save_figure(own, Path(folder), name, alt=alt, caption=caption)
    # Rendered here: the kernel's own figure formatter depends on the backend and its settings.
    png = base64.b64encode(to_png(figure)).decode()
    bundle = {"image/png": png, "text/plain": alt}
    display(bundle, raw=True, metadata={"image/png": {"alt": alt}})
    display(Markdown(f"*{caption}*"))


def to_png(figure: Figure) -> bytes:
    """The figure as PNG: the same bytes for the same numbers and the same matplotlib."""
    from matplotlib import rc_context
    from matplotlib import style as styles

    buffer = io.BytesIO()
    with rc_context():
        styles.use(SHEET)
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def save_figure(
    figure: Figure, folder: Path, name: str, *, alt: str, caption: str
) -> tuple[Path, Path]:
    """Write a figure as SVG and its contents as JSON: the same bytes for the same numbers."""
    from matplotlib import rc_context
    from matplotlib import style as styles

    svg, data = folder / f"{name}.svg", folder / f"{name}.json"
    with rc_context():
        styles.use(SHEET)
        with files.replacing(svg) as temporary:
            figure.savefig(
                temporary,
                format="svg",
                metadata={"Date": None, "Title": alt, "Description": caption},
            )
    files.write_json(data, {"alt": alt, "caption": caption, "axes": describe(figure)})
    return svg, data


def describe(figure: Figure) -> list[dict[str, Any]]:
    """What a figure says, without how it looks: labels, legend and every drawn value.

    Returns
    -------
    list of dict
        One record an Axes: title, xlabel, ylabel, xticks, yticks (texts), legend, texts, lines
        (each a list of x and y), bars (left, bottom, width, height), bands (corner points).
    """
    return [_describe_axes(axes) for axes in figure.axes]


def _describe_axes(axes: Axes) -> dict[str, Any]:
    from matplotlib.patches import Rectangle

    legend = axes.get_legend()
    return {
        "title": axes.get_title(loc="left") or axes.get_title(),
        "xlabel": axes.get_xlabel(),
        "ylabel": axes.get_ylabel(),
        "xticks": [t.get_text() for t in axes.get_xticklabels()],
        "yticks": [t.get_text() for t in axes.get_yticklabels()],
        "legend": [t.get_text() for t in legend.get_texts()] if legend else [],
        "texts": [t.get_text() for t in axes.texts],
        "lines": [
            {"x": _numbers(line.get_xdata()), "y": _numbers(line.get_ydata())}
            for line in axes.lines
        ],
        "bars": [
            [_number(v) for v in (*bar.get_xy(), bar.get_width(), bar.get_height())]
            for bar in axes.patches
            if isinstance(bar, Rectangle)
        ],
        "bands": [
            [[_number(x), _number(y)] for x, y in np.asarray(path.vertices)]
            for collection in axes.collections
            for path in collection.get_paths()
        ],
    }


def _numbers(values: Any) -> list[float | None]:
    return [_number(v) for v in values]


def _number(value: Any) -> float | None:
    number = float(value)
    # Ten digits: more would be noise of the platform.
    return None if number != number else float(f"{number:.10g}")
