"""Pages of the public names: one a topic, from the registries, so that none is forgotten."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

import carekit

# Topic → beginnings of the modules whose names of the face it holds; measures have a registry.
TOPICS = {
    "Data in": "carekit.dataset carekit.sources",
    "Results": "carekit.show",
    "Published figures": "carekit.claims",
    "Definitions": "carekit.requests",
    "Errors": "carekit.errors",
}
# Rooms that are names of the face → what the site calls what else they hold.
ROOMS = {
    "dataset": "Datasets",
    "sources": "Sources",
    "measures": "Events and shared counts",
    "survey": "Surveys: estimates",
    "coding": "Coding",
    "claims": "The ledger in Python",
    "sample": "The sample",
}


def called(name: str) -> str:
    """How a measure is called, with the name of its definition in place of all that it fixes."""
    from carekit.measures.registry import measures
    from carekit.requests.definitions import Definition

    measure = measures().get(name.replace("_", "-"))
    if measure is None:
        return ""
    made = []
    for option in inspect.signature(measure.function).parameters.values():
        if option.kind is inspect.Parameter.KEYWORD_ONLY and "*" not in made:
            made.append("*")
        default = option.default
        default = default.name if isinstance(default, Definition) else default
        needed = option.default is inspect.Parameter.empty
        made.append(option.name if needed else f"{option.name}={default!r}")
    return f"({', '.join(made)})"


def api_pages() -> dict[str, str]:
    """Name of a page → its text, a page a topic."""
    said: dict[str, list[str]] = {"Measures": []}
    for module, names in carekit.MEASURES.items():
        doc = (inspect.getdoc(import_module(module)) or "").partition("\n")[0]
        said["Measures"] += [f"\n### {doc}\n"] + [f"carekit.{name}" for name in names.split()]
    for module, names in carekit._ROOMS.items():
        fits = (name for name, starts in TOPICS.items() if module.startswith(tuple(starts.split())))
        said.setdefault(next(fits, "Others"), []).extend(f"carekit.{n}" for n in names.split())
    on_the_face = {id(getattr(carekit, name)) for name in carekit.__all__}
    for room, title in ROOMS.items():
        module = import_module(f"carekit.{room}")
        names = [name for name in module.__all__ if id(getattr(module, name)) not in on_the_face]
        said[title] = [f"carekit.{room}.{name}" for name in names]
    pages = {}
    for topic, names in said.items():
        if not names:
            continue
        text = [f"# {topic}\n"]
        for name in names:
            if name.startswith("\n"):
                text.append(name)
                continue
            room, _, word = name.rpartition(".")
            item = getattr(import_module(room), word)
            if not callable(item) or inspect.ismodule(item):
                continue
            kind = "autoclass" if inspect.isclass(item) else "autofunction"
            members = "\n   :members:" if word == "Result" else ""
            text.append(f"```{{eval-rst}}\n.. {kind}:: {name}{called(word)}{members}\n```\n")
        pages[f"api-{re.sub(r'[^a-z]+', '-', topic.lower())}"] = "\n".join(text)
    return pages
