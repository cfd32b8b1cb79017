"""Ask a dataset a question in a notebook: a result, or the reason why there is none.

A notebook runs on any dataset, and not every dataset can answer every question. `ask` turns a
refusal into a sentence instead of an error, so that the rest of the notebook still runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from carekit.errors import SelectionError
from carekit.show.facts import facts_of
from carekit.show.refused import Refused
from carekit.show.result import Result


def ask(measure: Callable[..., Any], /, *args: Any, **options: Any) -> Any:
    """Apply a measure; a refusal becomes a sentence that stands where the result would.

    Parameters
    ----------
    measure : callable
        Such as `carekit.answer_rate`, or a function of your own that gives a frame.
    *args, **options
        Handed to the measure as they are; the first is a dataset or requests, unless the measure
        is a method of one.

    Returns
    -------
    Result or Refused
        The result says where its numbers come from, also where the measure itself did not.

    Examples
    --------
    >>> import carekit
    >>> answer = ask(carekit.answer_rate, carekit.open_dataset())
    >>> len(answer), answer.facts.synthetic
    (1, True)
    """
    data = args[0] if args else getattr(measure, "__self__", None)
    if isinstance(data, Refused):
        return data
    try:
        frame = measure(*args, **options)
    except SelectionError as refusal:
        path = str(getattr(getattr(data, "dataset", data), "path", "")) or " "
        return Refused(str(refusal).replace(path, "the dataset"))
    if not isinstance(frame, pd.DataFrame):  # one comparison, which reads as a sentence
        return frame
    if frame.empty:
        return Refused("it holds nothing of this kind.")
    if isinstance(data, Result) and not isinstance(frame, Result):
        return Result(frame, facts=data.facts)
    facts = facts_of(frame)
    called = getattr(measure, "__name__", "<").removeprefix("measure_").replace("_", " ")
    if not facts.measure and not called.startswith("<"):
        facts = replace(facts, measure=called)
    manifest = getattr(getattr(data, "dataset", data), "manifest", None)
    if manifest is not None and not facts.source:
        facts = replace(facts, source=manifest.title, synthetic=manifest.synthetic,
                        last_date=(manifest.observed_until or "")[:10])  # fmt: skip
    return Result(frame, facts=facts)


def stack(results: Mapping[str, Any], by: str) -> Any:
    """Results one below the other, told apart by a new first column; refused ones are left out.

    Parameters
    ----------
    results : mapping of str to Result or Refused
        What each is called, in order.
    by : str
        Name of the new column.

    Returns
    -------
    Result or Refused
        With the facts of the first, and the denominators of all where they differ; the first
        refusal if nothing was answered.

    Examples
    --------
    >>> import pandas as pd
    >>> from carekit.show.facts import Facts
    >>> one = Result(pd.DataFrame({"n": [3]}), facts=Facts(denominator="requests"))
    >>> stack({"all": one, "none": Refused("no survey.")}, "posts")["posts"].tolist()
    ['all']
    """
    held = {name: one for name, one in results.items() if len(one)}
    if not held:
        return next(iter(results.values()), Refused("nothing was asked."))
    facts = [facts_of(one) for one in held.values()]
    of = list(dict.fromkeys(f.denominator for f in facts if f.denominator))
    notes = list(dict.fromkeys(note for f in facts for note in f.notes))
    parts = [pd.DataFrame(one).assign(**{by: name}) for name, one in held.items()]
    both = pd.concat(parts, ignore_index=True)
    both.insert(0, by, both.pop(by))
    said = replace(facts[0], denominator="; ".join(of), notes=tuple(notes), by=(by, *facts[0].by))
    if len({f.definition for f in facts}) > 1:
        said = replace(said, definition="")
    return Result(both, facts=said)
