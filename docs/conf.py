"""Settings of the site. `python run.py docs` writes its sources (docs/build.py) and builds them."""

import carekit

project = "carekit"
author = "The carekit maintainers"
copyright = author
release = version = carekit.__version__
extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx_design"]

# Notebooks are shown with their committed outputs: the tests hold those to a fresh run.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# Notebooks go from a title to a third level, ids of the ledger are no references.
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type"]
exclude_patterns = ["**/.ipynb_checkpoints"]

autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# Nothing is fetched from elsewhere: no fonts, no scripts, no analytics.
html_theme = "pydata_sphinx_theme"
html_title = "carekit"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["ledger.js", "scroll.js"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": False,
}
