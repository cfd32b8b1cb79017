"""Frames → figures, tables, text, pages, notebooks."""
