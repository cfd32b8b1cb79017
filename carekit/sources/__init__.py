"""The outside world → tables: files, frames, surveys, and what servers are asked for."""

import carekit

__getattr__, __all__ = carekit.room(
    __name__,
    {
        "collecting.collect": "collect estimate",
        "collecting.recorded": "recording",
    },
)
