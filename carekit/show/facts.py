"""What a result knows of itself: from here come captions, axis labels, alt texts and footnotes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from carekit.errors import InputError
from carekit.show.numbers import UNITS, check_language, number
from carekit.show.wording import glossary, heading, label, said

if TYPE_CHECKING:
    import pandas as pd


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
    target : str
        Of which brands the limits speak: "these brands", "brands like these".
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
    lang : {"en", "fr"}
        Language of what is written around the numbers; the other texts are in it.
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
    lang: str = "en"
    target: str = ""

    def __post_init__(self) -> None:
        check_language(self.lang)
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

    def say(self, key: str, *values: Any) -> str:
        """A phrase in the language of the facts."""
        return said(key, self.lang, *values)

    @property
    def note(self) -> str:
        """The denominator in words, and what was left out of it."""
        return " ".join([*self._denominator(), *self._left_out(), *self.notes])

    @property
    def data(self) -> str:
        """Where the numbers come from, with dates, and whether they are generated."""
        dates = list(dict.fromkeys(d for d in (self.first_date, self.last_date) if d))
        when = [self.say("dates", *dates)] if len(dates) == 2 else dates
        source = [self.say("source", ", ".join([self.source, *when]))] if self.source else []
        return " ".join([*source, *([self.say("SYNTHETIC")] if self.synthetic else [])])

    @property
    def level(self) -> str:
        """The interval as it is called: "95 % interval"."""
        if self.conf_level is None:
            return self.say("no_level")
        return self.say("interval", f"{100 * self.conf_level:g}")

    @property
    def heading(self) -> str:
        """Measure, question and groups in one line."""
        mark = f" ({self.say('synthetic')})" if self.synthetic else ""
        named = f"{self.measure or self.say('result')}{mark}"
        named = named[:1].upper() + named[1:]
        if self.question:
            ends = _closed(self.question)
            asked = self.question if ends else self.say("asks", self.question)
            named = self.say("named", named, asked)
        groups = ", ".join(heading(c, self.lang) for c in self.by)
        end = "" if _closed(named) else "."
        return f"{named}{end} {self.say('by', groups)}" if groups else f"{named}{end}"

    def sentences(self, flags: Iterable[str] = ()) -> list[str]:
        """What stands below the numbers: one sentence an item, only what is known."""
        limits = []
        if self.conf_level is not None:
            unit = [self.say("unit", self.independent_unit)] if self.independent_unit else []
            of = (
                [self.say("target", label("target", self.target, self.lang))] if self.target else []
            )
            limits = [self.say("limits", "; ".join([self.level, *unit, *of]))]
        defined = [self.say("definition", self.definition)] if self.definition else []
        known = glossary(self.lang)
        raised = [self.say("named", flag, known.get(flag, self.say("see"))) for flag in flags]
        given = [*self._denominator(), *self._left_out(), *self.notes, *defined, *limits, *raised]
        return [s for s in [*given, self.data] if s]

    def caption(self, flags: Iterable[str] = ()) -> str:
        """Everything that a copied figure or table must say, in one paragraph."""
        return " ".join([self.heading, *self.sentences(flags)])

    def _denominator(self) -> list[str]:
        return [self.say("of", self.denominator)] if self.denominator else []

    def _left_out(self) -> list[str]:
        some = [f"{number(n, self.lang)} {name}" for name, n in self.left_out.items() if n]
        return [self.say("left_out", "; ".join(some))] if some else []


def _closed(sentence: str) -> bool:
    """Whether it ends with a mark, a quotation that does so included."""
    return sentence.rstrip("”»\u00a0").endswith(("?", "."))


def facts_of(frame: pd.DataFrame) -> Facts:
    """What a frame knows of itself: of a plain one, its interval level and its note."""
    known = getattr(frame, "_facts", None)
    levels = set(frame["conf_level"].dropna()) if "conf_level" in frame.columns else set()
    level = levels.pop() if len(levels) == 1 else None
    if isinstance(known, Facts):
        unsaid = known.conf_level is None and level is not None
        return replace(known, conf_level=level) if unsaid else known
    note = frame.attrs.get("note", "")
    return Facts(conf_level=level, notes=(note,) if note else ())


def flags_of(frame: pd.DataFrame) -> list[str]:
    """The flags that its rows carry, each once."""
    if "flags" not in frame.columns:
        return []
    parts = (str(f).replace("|", " ").replace(",", " ").split() for f in frame["flags"].dropna())
    return list(dict.fromkeys(flag for part in parts for flag in part))
