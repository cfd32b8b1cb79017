"""A measure is declared once: what it asks, of what, and what it gives.

`@measure(...)` above a function of `Requests` makes it callable with a dataset as well, gives it
its word on the command line with its own options, its row in the docs, and the columns and units of
its result. A new measure is one function in one file, and its name in `carekit.MEASURES`: wings are
named there as text, and loaded when somebody asks, so that the core imports none.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from typing import Any

import pandas as pd

import carekit
from carekit.dataset.engine import using
from carekit.dataset.folder import Dataset
from carekit.dataset.processes import seldom_searching
from carekit.errors import InputError
from carekit.inference.rates.populations import TARGETS
from carekit.requests.clock import clocks
from carekit.requests.definitions import DEFAULT, get_definition
from carekit.requests.value import AUTO, Requests
from carekit.requests.where import unmet
from carekit.show.facts import Facts
from carekit.show.result import Result
from carekit.show.tables import column_unit

REQUIRED = inspect.Parameter.empty
# What every measure may be told beside its own options, and what holds if it is not.
COMMON: dict[str, Any] = {
    "by": (),
    "where": None,
    "definition": get_definition(DEFAULT),
    "cluster": AUTO,
    "conf_level": 0.95,
    "allow_selected": False,
    "engine": None,
    "target": AUTO,
}
# What is drawn independently says of which brands the limits speak.
_OF = {"brand": TARGETS["like-these"], **dict.fromkeys(["author", "request"], TARGETS["these"])}


@dataclass(frozen=True)
class Measure:
    """How the command line, the docs and the tests know a measure.

    Attributes
    ----------
    name : str
        Word of the command line; with underscores, the name of the function.
    question : str
    columns : tuple of str
        Of its result, after those of the groups.
    unit : str
        Of the estimate and its limits, as `carekit.show.facts.Facts` knows units.
    units : mapping of str to str
        Units of columns whose names do not tell.
    independent : str or None
        What is independent, in words, where the measure decides it; None: the unit of the requests.
    options : dict
        The common options that it takes, with their defaults.
    own : dict of str to inspect.Parameter
        Its own options.
    function : callable
    """

    name: str
    question: str
    columns: tuple[str, ...]
    unit: str
    units: Mapping[str, str]
    independent: str | None
    options: dict[str, Any]
    own: dict[str, inspect.Parameter]
    function: Callable[..., Any]

    def unit_of(self, column: str) -> str:
        """The unit of a column of the result."""
        return column_unit(column, self.unit, self.units)


@dataclass(frozen=True)
class Told:
    """What a measure gives beside its frame, where the requests alone do not tell it.

    Attributes
    ----------
    frame : DataFrame
    denominator : str
        In words, where it is not all requests of the definition.
    left_out : mapping of str to int
        What this measure left out of the requests: words → number.
    notes : tuple of str
        Sentences that a reader of the numbers needs; empty ones are not said.
    requests : Requests or None
        What it was made of, where that is not what was asked for.
    target : str
        Of which brands the limits speak, where its unit does not say it.
    """

    frame: Any
    denominator: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    requests: Requests | None = None
    target: str = ""


_KNOWN: dict[str, Measure] = {}


def measures() -> dict[str, Measure]:
    """Every measure by its word on the command line, in order; loads all of them."""
    for module in carekit.MEASURES:
        import_module(module)
    places = {name: i for i, name in enumerate(" ".join(carekit.MEASURES.values()).split())}
    made = sorted(_KNOWN.values(), key=lambda m: places.get(m.name.replace("-", "_"), len(places)))
    return {m.name: m for m in made}


def measure(
    name: str,
    question: str,
    columns: str,
    *,
    unit: str = "share",
    units: Mapping[str, str] | None = None,
    independent: str | None = None,
    refused_as: str = "",
    without: str = "",
    **defaults: Any,
) -> Callable[..., Any]:
    """Declare the function below as the measure `name`; its rows have these columns, in order.

    Parameters
    ----------
    name, question, columns, unit, units, independent
        As in `Measure`; columns separated by spaces.
    refused_as : str
        The word under which the selection of a dataset closes it; empty: never closed.
    without : str
        Common options that it does not take.
    **defaults
        Common options whose default is another, such as ``cluster="brand"``; ``by=REQUIRED`` where
        groups must be named.
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        own = {
            p.name: p
            for p in inspect.signature(function).parameters.values()
            if p.kind is inspect.Parameter.KEYWORD_ONLY
        }
        # Where the unit is fixed, so is what can be said of others.
        left = [*without.split(), *(["target"] if independent or "cluster" in without else [])]
        options = {k: v for k, v in {**COMMON, **defaults}.items() if k not in left}

        @wraps(function)
        def measured(dataset: Dataset | Requests, **given: Any) -> Any:
            kept = {k: given.pop(k) for k in own if k in given}
            if unknown := [k for k in given if k not in options]:
                raise TypeError(
                    f"{function.__name__}() takes no {unknown[0]!r}; its options are: "
                    f"{', '.join([*own, *options])}"
                )
            known = dataset.on if isinstance(dataset, Requests) else None
            with seldom_searching(), using(given.pop("engine", None) or known) as engine:
                requests = _requests(dataset, {**given, "engine": engine}, made)
                if refused_as:
                    requests.dataset.refuse(refused_as, allow_selected=requests.allow_selected)
                requests.need_accounts()
                return told(function(requests, **kept), requests, made)

        about = (name, question, tuple(columns.split()), unit, units or {}, independent)
        made = Measure(*about, options, own, measured)
        measured.__signature__ = _signature(made)  # type: ignore[attr-defined]
        _KNOWN[name] = made
        return measured

    return declare


def _requests(asked: Dataset | Requests, given: dict[str, Any], made: Measure) -> Requests:
    """The requests that a measure is called with; its own defaults hold where nothing was said."""
    if isinstance(asked, Requests):
        requests = asked.but(**given)
    else:
        requests = Requests.of(asked, **given)
    requests.check_target()
    own = {
        name: value
        for name, value in made.options.items()
        if value is not REQUIRED
        and value != COMMON[name] == getattr(requests, name)
        and not (name == "cluster" and requests.target != AUTO)
    }
    requests = requests.but(**own) if own else requests
    for name in ("by", "where", "definition", "cluster", "target"):
        if name not in made.options and getattr(requests, name) != COMMON[name]:
            raise InputError(
                f"`{name}` of the requests is {getattr(requests, name)!r}, and {made.name} does "
                "not take it. Ask for requests without it."
            )
    if made.options.get("by") is REQUIRED and not requests.by:
        raise InputError(
            f"`by` names no column; {made.name} compares groups. Name one, such as brand."
        )
    return requests


def told(made: Any, requests: Requests, asked: Measure) -> Any:
    """What a measure hands back: its columns in order, flags in words, and what it is of."""
    given = made if isinstance(made, Told) else Told(made)
    frame = given.frame
    if not isinstance(frame, pd.DataFrame):
        return frame
    if "flags" in frame:
        frame = frame.assign(flags=frame["flags"].fillna(""))
    groups = [c for c in requests.by if c in frame and c not in asked.columns]
    of, manifest = given.requests or requests, requests.dataset.manifest
    empty = "n" in frame and not frame["n"].sum()
    nothing = (
        unmet(of.but(where=None).in_groups(of.built().table), of.where)
        if of.where and empty
        else ""
    )
    independent = asked.independent
    if independent is None:
        independent = {None: "request", "author_id": "author"}.get(of.unit, str(of.unit))
    facts = Facts(
        measure=asked.name.replace("-", " "),
        question=asked.question,
        denominator=given.denominator or of.definition.denominator,
        unit=asked.unit,
        units=dict(asked.units),
        by=tuple(groups),
        definition=of.definition.name,
        conf_level=requests.conf_level if "ci_low" in asked.columns else None,
        independent_unit=independent,
        target=given.target or (_OF.get(independent, "") if asked.independent else of.speaks_of),
        left_out={**of.left_out, **given.left_out},
        notes=tuple(filter(None, (nothing, *given.notes, clocks(of.zones), *manifest.cautions))),
        synthetic=manifest.synthetic,
        source=manifest.title,
        last_date=(manifest.observed_until or "")[:10],
    )
    return Result(frame[[*groups, *asked.columns]].reset_index(drop=True), facts=facts)


def _signature(asked: Measure) -> inspect.Signature:
    first = inspect.Parameter("dataset", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    common = [
        inspect.Parameter(k, inspect.Parameter.KEYWORD_ONLY, default=v)
        for k, v in asked.options.items()
    ]
    own = sorted(asked.own.values(), key=lambda p: p.default is not REQUIRED)
    return inspect.Signature([first, *own, *common])
