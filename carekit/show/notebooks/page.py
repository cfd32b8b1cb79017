"""A notebook as a page that stands alone."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from carekit.show.notebooks.execution import need

TEMPLATES = Path(__file__).parent / "templates"


def to_html(
    notebook: Any, *, title: str, lang: str = "en", pages: Collection[str] = (), sample: bool = True
) -> str:
    """One HTML page that fetches nothing: no script, figures inside, with their alt text.

    `notebook` has its outputs; `lang` is the language of the prose, as HTML's `lang` has it. Links
    to the notebooks `pages` (names without ending), whose pages lie beside this one, lead there;
    links to others are words. Prose cells tagged `sample` are left out unless it was run on the
    `sample`.
    """
    if isinstance(notebook, str | Path):
        notebook = need("nbformat").read(notebook, as_version=4)
    notebook = _for_readers(notebook, pages, sample)
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


def _for_readers(notebook: Any, pages: Collection[str], sample: bool) -> Any:
    """A copy whose links lead to pages, without what is true of the sample alone."""
    notebook = need("nbformat").from_dict(notebook)
    kept = []
    for cell in notebook.cells:
        if not sample and "sample" in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\[([^\]]+)\]\(([\w-]+)\.ipynb(#[\w-]*)?\)", lambda m: _link(m, pages),
                                 cell.source)  # fmt: skip
        kept.append(cell)
    notebook.cells = kept
    return notebook


def _link(found: re.Match[str], pages: Collection[str]) -> str:
    words, stem, place = found.groups()
    return f"[{words}]({stem}.html{place or ''})" if stem in pages else words


def notebook_title(notebook: Any, otherwise: str) -> str:
    """The first heading of a notebook."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            return str(cell.source.splitlines()[0][2:].strip())
    return otherwise
