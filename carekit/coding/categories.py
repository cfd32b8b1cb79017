"""What do customers write? Shares of the categories and flags, corrected when a sample is coded."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pandas as pd

from carekit.coding.coded import correct, join_codes
from carekit.coding.flagged import FlaggedRequests, flagged_as
from carekit.errors import InputError
from carekit.measures.registry import Told, measure
from carekit.requests.value import Requests
from carekit.text.rules import COMMENT_CLASSES

FLAGS = ("is_question", "is_complaint", "needs_review", "personal_data")
UNCORRECTED = "rules, uncorrected"
# The code of a sheet that says what a flag says; personal data are not coded.
CODE_OF = {"is_question": "is_question", "is_complaint": "is_complaint", "needs_review": "is_abuse"}


@measure(
    "categories",
    "what do customers write: categories and flags",
    "category n n_yes estimate ci_low ci_high conf_level uncorrected n_coded n_missing method flags "
    "definition",
)
def categories(
    requests: Requests,
    *,
    coded: str | os.PathLike[str] | pd.DataFrame | None = None,
    flagged: FlaggedRequests | None = None,
) -> Told:
    """Share of requests in each category of the scheme, and with each flag.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options; `by` may also name `lang`. `allow_selected`
        has no effect: the shares describe the posts of the dataset, and the note repeats its
        selection.
    flagged : FlaggedRequests, optional
        These requests with their flags, where they were flagged before
        (`carekit.coding.flagged`); `definition` and `where` are then its own.
    coded : path or DataFrame, optional
        A coded sheet of a random sample of these requests (`carekit triage sample`), or its codes.
        Without it the shares are those of the rules, uncorrected: their interval shows chance
        alone, not the errors of the rules.

    Returns
    -------
    pandas.DataFrame
        For each group nine rows: the `by` columns; `category`: question, troll, negative, positive,
        neutral (exclusive, they add up to 1; `carekit.text.rules.comment_class` has the rule),
        then the flags is_question, is_complaint, needs_review, personal_data, which may overlap;
        `n` (requests with a text, the denominator), `n_yes` (those that the rules put there);
        `estimate`, `ci_low`, `ci_high`, `conf_level`: corrected by PPI++ where a sample is coded;
        `uncorrected`: n_yes / n; `n_coded`; `n_missing` (requests without a text,
        or in another language than French and English); `method`,
        `flags`, `definition`.

    Raises
    ------
    InputError
        As `carekit.answer_rate`; the sheet cannot be read or none of its posts is a
        request of the dataset.
    SelectionError
        No request has a text.

    Examples
    --------
    >>> import carekit
    >>> table = carekit.categories(carekit.open_dataset(), where="network = 'forum'")
    >>> table.category.to_list()[:3], bool(table.method.str.contains("uncorrected").all())
    (['question', 'troll', 'negative'], True)
    """
    flagged = flagged_as(requests, flagged)
    flagged.with_text()
    frame = with_categories(flagged)
    known = frame["tone"].notna()
    rates = _uncorrected(frame[known], flagged, requests.conf_level)
    rates["n_missing"] = _missing(rates, frame[~known], flagged.by)
    if coded is not None:
        rates = _corrected(rates, flagged, coded, requests.conf_level)
    selection = requests.dataset.selection.kind
    closed = f"Selection of the dataset: {selection}." if selection != "none" else ""
    how = (
        "Counted by the rules and not corrected for their errors: code a sample (carekit triage "
        "sample) and give it as `coded`."
        if coded is None
        else "Corrected by the coded sample (PPI++), but personal_data, which is not coded."
    )
    without = frame["pii_types"].isna()  # personal data is looked for in every language
    lost = {
        "requests without a text": int(without.sum()),
        "requests in languages that the rules do not read": int((~known & ~without).sum()),
    }
    return Told(rates, left_out=lost, notes=(how, closed), requests=flagged.requests)


def with_categories(flagged: FlaggedRequests) -> pd.DataFrame:
    """The frame of the requests, with the flags that are counted as 0/1 columns."""
    frame = flagged.frame.copy()
    frame["personal_data"] = (frame["pii_types"].fillna("") != "").astype(float)
    for flag in FLAGS[:3]:
        frame[flag] = frame[flag].astype("boolean").fillna(False).astype(float)
    return frame


def _uncorrected(frame: pd.DataFrame, flagged: FlaggedRequests, conf_level: float) -> pd.DataFrame:
    asked = flagged.requests.but(conf_level=conf_level)
    yes = {f"n_{name}": frame["comment_class"] == name for name in COMMENT_CLASSES}
    yes |= {f"n_{name}": frame[name] for name in FLAGS}
    counts = flagged.count(frame, **yes)
    parts = {
        name.removeprefix("n_"): asked.rates(counts.assign(n_yes=counts[name]), n_yes="n_yes")
        for name in yes
    }
    made = asked.stacked(parts, "category")
    made["method"] = made["method"] + f"; {UNCORRECTED}"
    made["uncorrected"] = made["n_yes"] / made["n"].where(made["n"] > 0)
    return made.assign(n_coded=0)


def _corrected(
    rates: pd.DataFrame,
    flagged: FlaggedRequests,
    coded: str | os.PathLike[str] | pd.DataFrame,
    conf_level: float,
) -> pd.DataFrame:
    """The rates with corrected shares in place of those that the sheet codes."""
    joined = join_codes(flagged, coded)
    found: list[pd.DataFrame] = [correct(joined, column="category", conf_level=conf_level)]
    for flag, code in CODE_OF.items():
        if code in joined.frame:
            found.append(correct(joined, column=code, conf_level=conf_level).assign(category=flag))
    shares = pd.concat(found, ignore_index=True)
    keys = [*flagged.by, "category"]
    taken = ["estimate", "ci_low", "ci_high", "method", "n_coded", "flags"]
    merged = rates.merge(
        shares[[*keys, *taken]], on=keys, how="left", suffixes=("", "_new"), validate="one_to_one"
    )
    known = merged["method_new"].notna()
    out = merged.copy()
    for name in taken:
        out[name] = np.where(known, merged[f"{name}_new"], merged[name])
    out["n_coded"] = out["n_coded"].astype(int)
    return out


def _missing(rates: pd.DataFrame, missing: pd.DataFrame, by: tuple[str, ...]) -> Any:
    if not by:
        return len(missing)
    unknown = [c for c in by if c not in missing]
    if unknown:
        raise InputError(f"`by` names {unknown[0]!r}, which is no column of the requests.")
    sizes = missing.groupby(list(by), dropna=False).size().rename("k").reset_index()
    joined = rates[list(by)].merge(sizes, on=list(by), how="left")["k"]
    return joined.fillna(0).astype(int)
