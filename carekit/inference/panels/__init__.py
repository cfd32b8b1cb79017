"""Brands over time: what changed when something began."""
