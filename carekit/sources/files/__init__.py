"""One importer a file format."""

from carekit.sources.files.importing import import_files
from carekit.sources.report import ImportReport

__all__ = ["ImportReport", "import_files"]
