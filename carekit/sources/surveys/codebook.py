"""A codebook: what the columns of a survey file ask, and what their codes mean.

JSON: `{"missing": {"9": "refused"}, "questions": {NAME: {…}}}`, or the questions alone, as in the
questions.json of a dataset. For a fixed column (age) only its `missing` codes are read. A question has

- `column`, or for several answers `columns`: a list, or a mapping of answer to column;
- `wording`, `base`, `kind` (single, multiple, scale, number), `ordered`;
- `answers`: a mapping of code to label, or a list of labels that are the codes;
- `missing`: a mapping of code to reason (don't know, refused, not asked …), or a list of codes;
- `separator` for several answers in one cell;
- `asked_if` (question or item to the answers that lead here), `country`, `year`, and what the question
  replays: `measure`, `group`, `network`, `source` (see `carekit.claims.replays.survey`).

CSV: one row per code, columns `column`, `question`, `item`, `code`, `label`, `missing`, and any of
wording, base, kind, ordered, separator, country, measure, group, network. A row with a text in
`missing` names a missing code and the reason. The column `*` stands for every column.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from carekit.errors import InputError

KINDS = ("single", "multiple", "scale", "number")
EVERY = "*"
_TEXTS = (
    "wording", "base", "kind", "separator", "country", "measure", "group", "network", "year",
)  # fmt: skip
_KNOWN = (*_TEXTS, "column", "columns", "answers", "missing", "ordered", "asked_if", "source")
_IGNORED = ("n_missing", "layout", "points")  # what an import adds to questions.json
_CSV = ("column", "question", "item", "code", "label", "missing", "ordered", *_TEXTS)


@dataclass(frozen=True)
class Asked:
    """One question of a codebook.

    `columns` maps each column of the file to the answer it stands for ('' for a question in one
    column). `answers` and `missing` map codes to labels and reasons; `rest` goes to questions.json
    as it is.
    """

    name: str
    columns: Mapping[str, str]
    kind: str | None = None
    wording: str = ""
    base: str = ""
    answers: Mapping[str, str] | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    separator: str | None = None
    ordered: bool = False
    rest: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Codebook:
    """Questions by name, and missing codes that hold for every column."""

    questions: tuple[Asked, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)

    def for_column(self, column: str) -> Asked | None:
        """The question that a column of the file belongs to."""
        return next((q for q in self.questions if column in q.columns), None)


def read_codebook(path: Path) -> Codebook:
    """Read a codebook, JSON or CSV."""
    if not path.is_file():
        raise InputError(
            f"`codebook`: there is no file {path}. Give the path of a JSON or CSV file."
        )
    made = _json(path) if path.suffix.lower() == ".json" else _csv(path)
    seen: dict[str, str] = {}
    for question in made.questions:
        for column in question.columns:
            if column in seen:
                raise InputError(
                    f"`codebook`: {path.name} names the column {column!r} in {seen[column]!r} and "
                    f"in {question.name!r}; expected each column in one question. Remove one."
                )
            seen[column] = question.name
    return made


def _json(path: Path) -> Codebook:
    try:
        held = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"`codebook`: {path.name} is no JSON ({error}). Expected an object of questions; "
            "correct it, or write the codebook as CSV."
        ) from None
    if not isinstance(held, dict):
        raise InputError(
            f"`codebook`: {path.name} holds a {type(held).__name__}; expected an object of "
            'questions such as {"questions": {"web1a": {"answers": {"1": "yes"}}}}.'
        )
    listed = held.get("questions", {k: v for k, v in held.items() if k != "missing"})
    if not isinstance(listed, dict) or not all(isinstance(v, dict) for v in listed.values()):
        raise InputError(
            f"`codebook`: the questions of {path.name} are not an object of objects; expected "
            'question names, each with its description, such as {"web1a": {"wording": "…"}}.'
        )
    everywhere = _codes(held.get("missing", {}), path.name, "missing")
    return Codebook(
        tuple(_question(name, spec, path.name) for name, spec in listed.items()), everywhere
    )


def _question(name: str, spec: Mapping[str, Any], file: str) -> Asked:
    unknown = [k for k in spec if k not in _KNOWN and k not in _IGNORED]
    if unknown:
        raise InputError(
            f"`codebook`: {name!r} in {file} has {', '.join(map(repr, unknown))}; expected only: "
            f"{', '.join(_KNOWN)}. Rename or remove the key."
        )
    kind = spec.get("kind")
    if kind is not None and kind not in KINDS:
        raise InputError(
            f"`codebook`: {name!r} in {file} is of kind {kind!r}; expected one of: "
            f"{', '.join(KINDS)}. Correct it."
        )
    answers = spec.get("answers")
    labels = None if answers is None else _codes(answers, file, f"answers of {name!r}")
    columns = _columns(name, spec, labels)
    if len(columns) > 1 and kind not in (None, "multiple"):
        raise InputError(
            f"`codebook`: {name!r} in {file} has {len(columns)} columns and is of kind {kind!r}; "
            "expected kind 'multiple' for several columns. Correct one of them."
        )
    rest = {k: spec[k] for k in ("asked_if", "source") if k in spec}
    rest |= {k: spec[k] for k in ("country", "measure", "group", "network") if spec.get(k)}
    block = any(columns.values())
    return Asked(
        name,
        columns,
        "multiple" if block else kind,
        str(spec.get("wording") or ""),
        str(spec.get("base") or ""),
        # In a block the answers name the columns, not the codes, unless they are codes.
        None if block and not isinstance(answers, dict) else labels,
        _codes(spec.get("missing", {}), file, f"missing of {name!r}"),
        spec.get("separator") or None,
        bool(spec.get("ordered", kind == "scale")),
        rest,
    )


def _columns(
    name: str, spec: Mapping[str, Any], answers: Mapping[str, str] | None
) -> dict[str, str]:
    given = spec.get("columns", spec.get("column", name))
    if isinstance(given, str):
        return {given: ""}
    if isinstance(given, dict):
        return {str(column): str(item) for item, column in given.items()}
    names = [str(c) for c in given]
    if len(names) == 1 and spec.get("kind") != "multiple":
        return {names[0]: ""}
    listed = isinstance(spec.get("answers"), list) and answers is not None
    items = list(answers or ()) if listed and len(answers or ()) == len(names) else names
    return dict(zip(names, items, strict=True))


def _codes(given: Any, file: str, what: str) -> dict[str, str]:
    if isinstance(given, dict):
        return {_code(k): str(v).strip() for k, v in given.items()}
    if isinstance(given, list) and not any(isinstance(v, (dict, list)) for v in given):
        return {_code(v): str(v).strip() for v in given}
    raise InputError(
        f"`codebook`: the {what} in {file} is {type(given).__name__}; expected a mapping of code "
        'to label, such as {"1": "yes"}, or a list of labels.'
    )


def _code(value: Any) -> str:
    """1, 1.0 and '1' name the same code."""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).strip()


def _csv(path: Path) -> Codebook:
    from carekit.sources.files.table import read_small

    rows = read_small(path, what="codebook")
    held = set(rows[0][1]) if rows else set()
    if "column" not in held:
        found = ", ".join(sorted(held)) or "none"
        raise InputError(
            f"`codebook`: {path.name} has no column 'column'; found: {found}. Expected some of: "
            f"{', '.join(_CSV)}."
        )
    unknown = sorted(held - set(_CSV) - {""})
    if unknown:
        raise InputError(
            f"`codebook`: {path.name} has the columns {', '.join(map(repr, unknown))}; expected "
            f"only: {', '.join(_CSV)}. Rename or remove them."
        )
    everywhere: dict[str, str] = {}
    specs: dict[str, dict[str, Any]] = {}
    for line, row in rows:
        cells = {k: (v or "").strip() for k, v in row.items()}
        column, code = cells["column"], cells.get("code", "")
        if not column:
            raise InputError(
                f"`codebook`: line {line} of {path.name} names no column; expected a column of the "
                f"survey file, or {EVERY!r} for all. Fill it."
            )
        reason = cells.get("missing", "")
        if column == EVERY:
            if not code or not reason:
                raise InputError(
                    f"`codebook`: line {line} of {path.name} is for every column and lacks a code "
                    "or a reason; expected both in `code` and `missing`. Fill them."
                )
            everywhere[code] = reason
            continue
        name = cells.get("question") or column
        spec = specs.setdefault(name, {"columns": {}, "answers": {}, "missing": {}})
        spec["columns"][column] = cells.get("item", "")
        for key in _TEXTS:
            if cells.get(key):
                spec[key] = cells[key]
        if cells.get("ordered"):
            spec["ordered"] = cells["ordered"].casefold() in {"yes", "true", "1"}
        if code:
            kind = "missing" if reason else "answers"
            spec[kind][code] = reason or cells.get("label") or code
    return Codebook(
        tuple(_from_rows(name, spec, path.name) for name, spec in specs.items()), everywhere
    )


def _from_rows(name: str, spec: dict[str, Any], file: str) -> Asked:
    columns: dict[str, str] = spec["columns"]
    if len(columns) == 1 and not any(columns.values()):
        spec["columns"] = next(iter(columns))
    else:
        spec["columns"] = {item or column: column for column, item in columns.items()}
    if not spec["answers"]:
        del spec["answers"]
    return _question(name, spec, file)
