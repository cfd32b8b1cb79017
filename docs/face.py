"""The public names: `python docs/face.py` writes carekit/__init__.pyi, from which editors complete.

Names come from the registries (`carekit.MEASURES`, `carekit._ROOMS`), the options of a measure from
its declaration; a test holds the file to what this gives.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import carekit
from carekit.measures.registry import REQUIRED, Measure, measures

STUB = Path(carekit.__file__).with_suffix(".pyi")
HEAD = '''\
"""Written by `python docs/face.py` from the registries: do not edit."""

import os
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

'''
TYPES = {
    "by": "str | Sequence[str]",
    "where": "str | None",
    "definition": "str | Definition",
    "cluster": "str | None",
    "conf_level": "float",
    "allow_selected": "bool",
    "engine": "Any",
    "target": "str",
}
KNOWN = set(
    "str int float bool None tuple Any os PathLike pd DataFrame Sequence Collection "
    "Definition".split()
)


def typed(annotation: str) -> str:
    """An annotation as it is written, or Any where it names what the stub does not import."""
    return annotation if set(re.findall(r"[A-Za-z_]+", annotation)) <= KNOWN else "Any"


def declared(name: str, parameters: list[str], result: str) -> str:
    """A function, its parameters side by side in lines of 100; none is broken."""
    whole = ", ".join(parameter.replace(" ", "\0") for parameter in parameters) + ","
    indented = {"initial_indent": "    ", "subsequent_indent": "    "}
    lines = textwrap.fill(whole, 100, break_long_words=False, break_on_hyphens=False, **indented)
    return f"def {name}(\n{lines}\n) -> {result}: ...\n".replace("\0", " ")


def signature(measure: Measure) -> str:
    """How a measure is called; options that must be given have no default."""
    own = [(n, typed(p.annotation), p.default is REQUIRED) for n, p in measure.own.items()]
    common = [(n, TYPES[n], d is REQUIRED) for n, d in measure.options.items()]
    options = [f"{n}: {kind}" + ("" if needed else " = ...") for n, kind, needed in own + common]
    made = measure.function.__annotations__.get("return", "")
    result = "Result" if made in ("Told", "pd.DataFrame") else "Any"
    name = measure.name.replace("-", "_")
    return declared(name, ["dataset: Dataset | Requests", "*", *options], result)


def requests() -> str:
    """The room that is called by its own name."""
    common = [f"{name}: {kind} = ..." for name, kind in TYPES.items()]
    return declared("requests", ["dataset: Dataset", "*", *common], "Requests")


def stub() -> str:
    """The text of carekit/__init__.pyi."""
    rooms = [name for name in carekit._NAMESPACES if name != "requests"]
    lines = [f"from carekit import {name} as {name}" for name in rooms]
    for module, names in sorted(carekit._ROOMS.items()):
        lines += [f"from {module} import {name} as {name}" for name in sorted(names.split())]
    # Names that stood on the face before still lead to their rooms.
    moved = " ".join(carekit._MOVED.values()).split()
    lines += [f"from {getattr(carekit, n).__module__} import {n} as {n}" for n in moved]
    lines.append("from carekit.requests.value import Requests")
    head = HEAD + "\n".join(lines) + "\n\n__version__: str\nMEASURES: dict[str, str]\n\n"
    head += "def room(name: str, modules: dict[str, str]) -> tuple[Any, list[str]]: ...\n"
    return head + requests() + "".join(signature(measure) for measure in measures().values())


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8", newline="\n")
