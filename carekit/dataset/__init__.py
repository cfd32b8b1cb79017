"""A dataset: its folder, manifest, schema, card, privacy key, engine, and its check."""
