"""What a ledger must satisfy before anything is computed from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pandas as pd

from carekit.claims.ledger.columns import (
    GROUP_DIMS,
    KEYS,
    MODES,
    NEEDS,
    REQUIRED,
    STATUSES,
    UNITS,
    count_rows,
    measures,
    some_ids,
    split_words,
)
from carekit.dataset.schema import ACCOUNT_KINDS, NETWORKS
from carekit.requests.definitions import DEFINITIONS


def _words() -> dict[str, dict[str, Iterable[str]]]:
    """File → column → the words allowed in it."""
    return {
        "published_figures": {
            "measure": measures(),
            "group_dim": GROUP_DIMS,
            "unit": UNITS,
            "status": STATUSES,
            "verified": ("yes", "partly", "no"),
            "denominator_type": (
                "single exclusive multi_response cumulative question_pool independent_groups"
            ).split(),
            "counted_answer": ("phone", "social_media"),
            "network": (*NETWORKS, "multiple"),  # several networks
        },
        "studies": {
            "mode": MODES,
            "definition": DEFINITIONS,
            "account_kind": ACCOUNT_KINDS,
        },
        "hypotheses": {"current_view": ("supported", "contradicted", "mixed", "open")},
    }


_ID = {
    "published_figures": re.compile(r"[CPLD]\d{3}[a-z]?"),
    "hypotheses": re.compile(r"H\d{2,3}"),
}
_COUNTRY = re.compile(r"[A-Z]{2}|world")
_CONDITION = re.compile(r"\w+=\w+")
# unit → lowest and highest value allowed
_RANGES = {
    "proportion": (0.0, 1.0),
    "proportion_change": (-1.0, float("inf")),
    "score_20": (0.0, 20.0),
    "minutes": (0.0, float("inf")),
    "count": (0.0, float("inf")),
    "rank": (1.0, float("inf")),
}


_Note = Callable[[pd.Series, str], None]


def find_faults(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Every rule that a ledger breaks: one sentence a rule, with the count and three ids.

    Parameters
    ----------
    tables : dict of DataFrame
        The four typed frames of a ledger by file name.

    Returns
    -------
    list of str
        Empty when the ledger is sound.
    """
    faults: list[str] = []
    for name, frame in tables.items():
        key = frame[KEYS[name]]

        def note(wrong: pd.Series, what: str, name: str = name, key: pd.Series = key) -> None:
            ids = key[wrong.fillna(False).astype(bool)].fillna("(no id)").tolist()
            if ids:
                faults.append(f"{name}.csv: {count_rows(len(ids))} {what}: {some_ids(ids)}")

        for column in REQUIRED[name]:
            note(frame[column].isna(), f"without `{column}`")
        note(key.notna() & key.duplicated(), f"with a repeated `{KEYS[name]}`")
        if name in _ID:
            note(_misfits(key, _ID[name]), f"whose `{KEYS[name]}` has another form")
        for column, words in _words().get(name, {}).items():
            cells = frame[column]
            strange = cells.notna() & ~cells.isin(list(words))
            note(strange, f"whose `{column}` is not in the vocabulary")
        if name in ("published_figures", "hypotheses"):
            _refers(frame["article_id"], tables["articles"], "articles", note)
        _OTHER.get(name, lambda tables, note: None)(tables, note)
    return faults


def _misfits(cells: pd.Series, pattern: re.Pattern[str]) -> pd.Series:
    """Cells that hold a word of another form."""
    wrong = [not all(map(pattern.fullmatch, split_words(cell))) for cell in cells]
    return pd.Series(wrong, index=cells.index, dtype=bool)


def _strangers(cells: pd.Series, known: Iterable[str]) -> pd.Series:
    """Cells with a word, among several, that is not known."""
    kept = set(known)
    wrong = [not set(split_words(cell)) <= kept for cell in cells]
    return pd.Series(wrong, index=cells.index, dtype=bool)


def _refers(cells: pd.Series, table: pd.DataFrame, file: str, note: _Note) -> None:
    wrong = cells.notna() & ~cells.isin(table[KEYS[file]])
    note(wrong, f"whose `{cells.name}` is not in {file}.csv")


def _check_figures(tables: dict[str, pd.DataFrame], note: _Note) -> None:
    frame = tables["published_figures"]
    note(
        _misfits(frame["country"], _COUNTRY),
        "whose `country` is neither a two-letter code nor `world`",
    )
    _refers(frame["study_id"], tables["studies"], "studies", note)
    wrong = frame["corrected_by"].notna() & ~frame["corrected_by"].isin(frame["figure_id"])
    note(wrong, "whose `corrected_by` is not a figure")
    note(_in_a_circle(frame), "whose corrections run in a circle")
    values = frame[["value", "value_low", "value_high"]]
    note(values.isna().all(axis=1), "without any value")
    ends = pd.DataFrame(_RANGES, index=["low", "high"]).T.reindex(frame["unit"])
    low, high = (ends[name].set_axis(frame.index) for name in ends)
    outside = values.lt(low, axis=0).any(axis=1) | values.gt(high, axis=0).any(axis=1)
    note(outside, "with a value that its unit does not allow")
    crossed = (
        (frame["value_low"] > frame["value_high"])
        | (frame["value"] < frame["value_low"])
        | (frame["value"] > frame["value_high"])
    )
    note(crossed, "whose value and bracket contradict each other")
    ranks, shares = frame["unit"] == "rank", frame["unit"] == "proportion"
    note(ranks & (values % 1 > 0).any(axis=1), "with a rank in fractions")
    note(
        frame["unit"].isin(UNITS) & (frame["denominator_type"].notna() != shares),
        "where `denominator_type` is missing from a proportion, or stands without one",
    )
    for size in ("sample_size", "assumed_n"):
        note(frame[size] < 1, f"whose `{size}` is below one")
    note(
        frame["unit"].isin(UNITS) & ((frame["out_of"].notna() != ranks) | (frame["out_of"] < 1)),
        "where `out_of` is missing from a rank, or stands without one",
    )
    gaps = frame["measure"] == "age_gap"
    note(
        frame["counted_answer"].notna() != gaps,
        "where `counted_answer` is missing from an `age_gap`, or stands without one",
    )
    note(
        _misfits(frame["asked_if"], _CONDITION), "whose `asked_if` is not of the form column=answer"
    )
    note(frame["period_end"] < frame["period_start"], "whose period ends before it starts")


def _in_a_circle(frame: pd.DataFrame) -> pd.Series:
    following = dict(zip(frame["figure_id"], frame["corrected_by"], strict=True))

    def circles(start: str) -> bool:
        seen = set()
        at = start
        while at in following and at is not pd.NA:
            if at in seen:
                return True
            seen.add(at)
            at = following[at]
        return False

    return pd.Series([circles(key) for key in frame["figure_id"]], index=frame.index, dtype=bool)


def _check_articles(tables: dict[str, pd.DataFrame], note: _Note) -> None:
    unknown = _strangers(tables["articles"]["studies"], tables["studies"]["study_id"])
    note(unknown, "whose `studies` are not all in studies.csv")


def _check_hypotheses(tables: dict[str, pd.DataFrame], note: _Note) -> None:
    frame = tables["hypotheses"]
    note(_strangers(frame["needs"], NEEDS), "whose `needs` is not in the vocabulary")
    note(
        _misfits(frame["figures"], _ID["published_figures"]),
        "whose `figures` are no ids of figures",
    )


_OTHER = {
    "published_figures": _check_figures,
    "articles": _check_articles,
    "hypotheses": _check_hypotheses,
}
