"""What the sample is generated from: every number of plan.json, as a name of this module.

Shares and rates come from the published figures where there are any (the figure ids stand beside
them); all others are ours. Nothing here draws a random number.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

# A key that is public on purpose: the bytes of the sample must not depend on the user's own key.
PUBLIC_KEY = b"carekit sample, public key, protects nobody"


def read_plan(name: str) -> Any:
    """What a JSON file beside this module holds."""
    return json.loads(resources.files("carekit.sample").joinpath(name).read_text("utf-8"))


_PLANTED = {name: entry["value"] for name, entry in read_plan("plan.json").items()}


def __getattr__(name: str) -> Any:
    if name in _PLANTED:
        return _PLANTED[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
