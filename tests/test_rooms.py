"""The house: which room may import which. README of the rooms: CONTRIBUTING.md."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "carekit"
# Each room may import those named before it in its line, and errors; wings are never imported by
# the core. `cli` and the face name their rooms as text and load them when they are asked for.
MAY_IMPORT = {
    "errors": "",
    "dataset": "",
    "text": "",
    "inference": "",
    "requests": "dataset text inference",
    "show": "dataset",
    "measures": "dataset text requests inference show",
    "survey": "dataset requests inference measures show",
    "coding": "dataset text requests inference measures show sources",
    "sources": "dataset text show",
    "sample": "dataset text",
    "claims": "dataset text requests inference measures show survey coding",
    "report": "dataset text requests inference measures show coding claims",
    "cli": "dataset text requests inference measures show survey coding sources sample claims "
    "report",
}
TOP = {"__init__.py", "__main__.py", "errors.py"}


def sources(room):
    path = PACKAGE / f"{room}.py"
    return [path] if path.exists() else sorted((PACKAGE / room).rglob("*.py"))


def imported(path):
    """The rooms that a file imports, at any depth of its code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("carekit"):
            parts = node.module.split(".")
            yield from [parts[1]] if len(parts) > 1 else [name.name for name in node.names]


def test_top_level_holds_the_face_and_rooms_only():
    files = {path.name for path in PACKAGE.glob("*.py")}
    assert files == TOP
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert rooms | {"errors"} == set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_below_it(room):
    allowed = {room, "errors", *MAY_IMPORT[room].split()}
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {target}"
        for path in sources(room)
        for target in imported(path)
        if target not in allowed and target != "__version__"
    ]
    assert not wrong


def test_no_room_is_above_itself():
    def below(room, seen=()):
        assert room not in seen, f"circle: {' → '.join([*seen, room])}"
        for target in MAY_IMPORT[room].split():
            below(target, (*seen, room))

    for room in MAY_IMPORT:
        below(room)
