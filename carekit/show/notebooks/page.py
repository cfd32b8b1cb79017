"""A notebook as a page that stands alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from carekit.show.notebooks.execution import need

TEMPLATES = Path(__file__).parent / "templates"


def to_html(notebook: Any, *, title: str, lang: str = "en") -> str:
    """One HTML page that fetches nothing: no script, figures inside, with their alt text.

    Parameters
    ----------
    notebook : nbformat.NotebookNode or path
        With its outputs.
    title : str
        Of the page.
    lang : str
        The language of the prose, as HTML's `lang` has it.

    Raises
    ------
    MissingExtraError
        Without the extra `notebooks`.
    """
    if isinstance(notebook, str | Path):
        notebook = need("nbformat").read(notebook, as_version=4)
    exporter = need("nbconvert").HTMLExporter(
        template_name="page",
        extra_template_basedirs=[str(TEMPLATES)],
        language_code=lang,
        embed_images=True,
        # The template leaves the scripts out; without addresses a new one could fetch nothing.
        mathjax_url="",
        require_js_url="",
        mermaid_js_url="",
        mermaid_layout_elk_js_url="",
        jquery_url="",
    )
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    return page


def notebook_title(notebook: Any, otherwise: str) -> str:
    """The first heading of a notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            return str(cell.source.splitlines()[0][2:].strip())
    return otherwise
