"""A dataset: its folder, manifest, schema, card, privacy key, engine, and its check."""

import carekit

__getattr__, __all__ = carekit.room(
    __name__,
    {
        "folder": "Dataset append_dataset create_dataset open_dataset",
        "engine": "connect",
        "check": "check_dataset",
        "measured": "list_measured",
    },
)
