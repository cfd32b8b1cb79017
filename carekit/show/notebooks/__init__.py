"""The notebooks: run them, rewrite their committed outputs, find unstable ones, make pages."""

from carekit.show.notebooks.execution import Execution, execute_notebooks, find_notebooks
from carekit.show.notebooks.outputs import clean, refresh_notebooks, unstable_cells
from carekit.show.notebooks.page import notebook_title, to_html

__all__ = [
    "Execution",
    "clean",
    "execute_notebooks",
    "find_notebooks",
    "notebook_title",
    "refresh_notebooks",
    "to_html",
    "unstable_cells",
]
