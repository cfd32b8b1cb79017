"""How many times a customer wrote until the answer, and what became of the request in public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.errors import InputError
from carekit.measures.answers import count_answers
from carekit.measures.contacts import count_contacts
from carekit.measures.first_answers import NEEDED as OF_ANSWERS
from carekit.measures.first_answers import NO_TEXT, count_handoffs, first_answers
from carekit.measures.repeats import NEEDED as OF_THREADS
from carekit.measures.shares import category_shares
from carekit.requests.definitions import DEFAULT, OPENING_UNITS, Definition, get_definition
from carekit.requests.setting import AUTO, Setting, prepare

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

NAME = "repeats"
SHARE = "n n_yes estimate ci_low ci_high conf_level method definition".split()
IN_PUBLIC, HANDED, UNTOLD, NEVER = (
    "answered in public",
    "answered, sent to a private message",
    "answered, text not known",
    "no answer",
)


def measure_contacts(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    most: int = 4,
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """How many posts the customer wrote until the brand answered, of answered requests.

    Parameters
    ----------
    dataset, by, cluster, conf_level, where, engine
        As in `carekit.measure_answer_rate`.
    allow_selected : bool
        Has no effect: the share is one of answered requests, which such datasets hold.
    most : int
        The last class is this many contacts or more.
    definition : str or Definition
        As in `carekit.measure_repeats`: it must open a thread, and an answer anywhere in the thread
        counts.

    Returns
    -------
    pandas.DataFrame
        For each group, one row for each number of contacts ("1", "2", … and the last with a plus):
        the `by` columns; contacts (posts of the request's author in its thread until the first
        answer, the request included); n (answered requests, the denominator), n_yes, estimate,
        ci_low, ci_high, conf_level; method, definition.

    Raises
    ------
    InputError
        If the definition does not open a thread, or `most` is below 2.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> made = measure_contacts(open_dataset(), most=3)
    >>> made.contacts.tolist(), round(float(made.estimate.sum()), 6)
    (['1', '2', '3+'], 1.0)
    """
    if most < 2:
        raise InputError(
            f"`most` is {most!r}; a whole number of 2 or more was expected. Write 4 to tell apart 1, "
            "2, 3 and 4 or more contacts."
        )
    used = get_definition(definition)
    if used.unit not in OPENING_UNITS:
        raise InputError(
            f"`definition` is {used.name!r}, by {used.unit}; contacts are counted from the post "
            f"that opens a thread. Choose a definition by {', '.join(OPENING_UNITS)}."
        )
    used = replace(used, answered_by="anywhere in the thread")
    with using(engine) as opened:
        setting = prepare(
            dataset,
            by=by,
            definition=used,
            cluster=cluster,
            where=where,
            engine=opened,
            keep=OF_THREADS,
        )
        counts = count_contacts(
            setting.requests, setting.table, by=setting.by, cluster=setting.cluster
        )
    answered = counts[counts["answered"].astype(bool)]
    names = [str(k) for k in range(1, most)] + [f"{most}+"]
    written = answered["contacts"].clip(upper=most).map(dict(enumerate(names, 1)))
    result = _shares(
        answered.drop(columns=["answered", "complete"]).assign(contacts=written),
        setting,
        category="contacts",
        names=names,
        conf_level=conf_level,
    )
    result.attrs["note"] = (
        f"Denominator: answered ones of {used.denominator}. {setting.requests.count_note()} An "
        "answer anywhere in the thread counts."
    )
    return result


def measure_public_outcomes(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """What became of a request in public, by its first answer.

    Posts do not say whether a problem was solved. They bound it: what got no public answer, or one
    that sends the customer to private messages, was not settled in public by that answer.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, allow_selected, engine
        As in `carekit.measure_answer_rate`.

    Returns
    -------
    pandas.DataFrame
        Five rows a group: the `by` columns; outcome: "answered in public", "answered, sent to a
        private message" (requested or announced), "answered, text not known", "no answer", and
        "not settled in public" (the second and the fourth: a lower bound); n (all requests, the
        denominator), n_yes, estimate, ci_low, ci_high, conf_level; method, definition.

    Notes
    -----
    Hand-offs are told by the patterns of `carekit.text.handoffs`; see `measure_handoffs`.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> outcomes = measure_public_outcomes(open_dataset()).set_index("outcome").estimate
    >>> bool(outcomes["not settled in public"] > outcomes["no answer"])
    True
    """
    dataset.refuse(NAME, allow_selected=allow_selected)
    with using(engine) as opened:
        setting = prepare(
            dataset,
            by=by,
            definition=definition,
            cluster=cluster,
            where=where,
            engine=opened,
            keep=OF_ANSWERS,
        )
        every = count_answers(setting.table, by=setting.by, cluster=setting.cluster)
        answers = first_answers(setting.requests, setting.table)
        told = count_handoffs(answers, by=setting.by, cluster=setting.cluster)
    outcomes = {"none": IN_PUBLIC, NO_TEXT: UNTOLD, "requested": HANDED, "announced": HANDED}
    silent = every.assign(n=every["n"] - every["n_answered"], outcome=NEVER)
    counts = pd.concat(
        [
            told.assign(outcome=told["handoff"].map(outcomes)).drop(columns="handoff"),
            silent.drop(columns="n_answered"),
        ],
        ignore_index=True,
    )
    result = _shares(
        counts,
        setting,
        category="outcome",
        names=[IN_PUBLIC, HANDED, UNTOLD, NEVER],
        conf_level=conf_level,
        together={"not settled in public": (HANDED, NEVER)},
    )
    result.attrs["note"] = setting.note
    return result


def _shares(
    counts: pd.DataFrame,
    setting: Setting,
    *,
    category: str,
    names: Sequence[str],
    conf_level: float,
    together: dict[str, tuple[str, ...]] | None = None,
) -> pd.DataFrame:
    result = category_shares(
        counts,
        category=category,
        rows={**{name: (name,) for name in names}, **(together or {})},
        by=setting.by,
        cluster="cluster" if setting.cluster else None,
        conf_level=conf_level,
    )
    result["method"] = setting.name_methods(result)
    result["definition"] = setting.definition.name
    return result[[*setting.by, category, *SHARE]]
