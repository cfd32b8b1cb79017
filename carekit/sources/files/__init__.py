"""One importer a file format."""
