"""What a result knows of itself: from here come captions, axis labels, alt texts and footnotes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carekit.errors import InputError
from carekit.show.numbers import NO_BREAK, UNITS, number

if TYPE_CHECKING:
    import pandas as pd

SYNTHETIC = "SYNTHETIC DATA: generated, no evidence"


@cache
def words() -> dict[str, dict[str, str]]:
    """The glossary of flags, and how units and columns are called: words.json, read once."""
    path = Path(__file__).with_name("words.json")
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def glossary() -> dict[str, str]:
    """Every flag that a result may carry, in one sentence each.

    Examples
    --------
    >>> glossary()["n0"]
    'Nothing was counted here, so there is no estimate.'
    """
    return dict(words()["flags"])


@dataclass(frozen=True)
class Facts:
    """What a result is of. Empty fields are not known, and nothing is said of them.

    Attributes
    ----------
    measure : str
        Its name for a reader, such as "answer rate".
    question : str
        What it answers, without a question mark: "which share of requests was answered".
    denominator : str
        Of what, in words, without "Denominator:".
    unit : str
        Of `estimate` and its limits: share (0 to 1), points (a difference of shares, -1 to 1),
        minutes, count, number, ratio or rank.
    units : mapping of str to str
        Units of further columns, where their names do not tell.
    by : tuple of str
        Columns that define the groups.
    definition : str
        Of a request and an answer.
    conf_level : float or None
        Nominal coverage of the intervals; None where there are none.
    independent_unit : str
        What was drawn independently, in words: "brand", "author", "request".
    left_out : mapping of str to int
        What the denominator does not hold → how many: {"repeated rows": 313}.
    notes : tuple of str
        Further sentences that a reader of the numbers needs.
    synthetic : bool
        The data were generated: a result is no evidence.
    source : str
        Title of the dataset.
    first_date, last_date : str
        Of the posts or of the fieldwork (ISO dates).
    """

    measure: str = ""
    question: str = ""
    denominator: str = ""
    unit: str = "share"
    units: Mapping[str, str] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    definition: str = ""
    conf_level: float | None = None
    independent_unit: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    synthetic: bool = False
    source: str = ""
    first_date: str = ""
    last_date: str = ""

    def __post_init__(self) -> None:
        wrong = sorted({self.unit, *self.units.values()} - set(UNITS))
        if wrong:
            raise InputError(
                f"`unit` is {wrong[0]!r}; expected one of: {', '.join(UNITS)}. Use one of these."
            )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        made = asdict(self)
        made |= {"by": list(self.by), "notes": list(self.notes)}
        return made | {"units": dict(self.units), "left_out": dict(self.left_out)}

    @property
    def note(self) -> str:
        """The denominator in words, and what was left out of it."""
        of = [f"Denominator: {self.denominator}."] if self.denominator else []
        return " ".join([*of, *self._left_out(), *self.notes])

    @property
    def data(self) -> str:
        """Where the numbers come from, with dates, and whether they are generated."""
        named = self.source or ("a dataset without a title" if self.synthetic else "")
        dates = " to ".join(dict.fromkeys(d for d in (self.first_date, self.last_date) if d))
        said = f"Source: {named}{f', {dates}' if dates else ''}." if named else ""
        return f"{said} {SYNTHETIC}.".strip() if self.synthetic else said

    @property
    def level(self) -> str:
        """The interval as it is called: "95 % interval"."""
        return f"{interval_level(self.conf_level)}interval"

    @property
    def heading(self) -> str:
        """Measure, question and groups in one line."""
        asked = f"{self.question}?" if self.question and self.question[-1] not in "?." else ""
        named = f"{self.measure or 'result'}{' (synthetic data)' if self.synthetic else ''}"
        said = ": ".join(p for p in (named[:1].upper() + named[1:], asked or self.question) if p)
        groups = ", ".join(c.replace("_", " ") for c in self.by)
        return f"{said} By {groups}." if groups else said

    def sentences(self, flags: Iterable[str] = ()) -> list[str]:
        """What stands below the numbers: one sentence an item, only what is known."""
        of = [f"Denominator: {self.denominator}."] if self.denominator else []
        method = []
        if self.conf_level is not None:
            unit = f"; independent unit: {self.independent_unit}" if self.independent_unit else ""
            method = [f"Limits: {self.level}{unit}."]
        defined = [f"Definition: {self.definition}."] if self.definition else []
        raised = [f"{flag}: {words()['flags'].get(flag, 'see the method.')}" for flag in flags]
        given = [*of, *self._left_out(), *self.notes, *defined, *method, *raised, self.data]
        return [s for s in given if s]

    def caption(self, flags: Iterable[str] = ()) -> str:
        """Everything that a copied figure or table must say, in one paragraph."""
        return " ".join([self.heading, *self.sentences(flags)])

    def _left_out(self) -> list[str]:
        some = [f"{number(n)} {name}" for name, n in self.left_out.items() if n]
        return [f"Left out: {'; '.join(some)}."] if some else []


def interval_level(conf_level: float | None) -> str:
    """`0.95` → "95 % " (with its space), "" where no level is known."""
    return "" if conf_level is None else f"{100 * conf_level:g}{NO_BREAK}% "


def facts_of(frame: pd.DataFrame) -> Facts:
    """What a frame knows of itself: of a plain one, its interval level and its note."""
    known = getattr(frame, "_facts", None)
    if isinstance(known, Facts):
        return known
    levels = set(frame["conf_level"].dropna()) if "conf_level" in frame.columns else set()
    note = frame.attrs.get("note", "")
    return Facts(conf_level=levels.pop() if len(levels) == 1 else None,
                 notes=(note,) if note else ())  # fmt: skip


def flags_of(frame: pd.DataFrame) -> list[str]:
    """The flags that its rows carry, each once."""
    if "flags" not in frame.columns:
        return []
    parts = (str(f).replace("|", " ").replace(",", " ").split() for f in frame["flags"].dropna())
    return list(dict.fromkeys(flag for part in parts for flag in part))
