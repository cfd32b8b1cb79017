"""What do customers write? Shares of the categories and flags, corrected when a sample is coded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.coding.flagged import FlaggedRequests, flag_requests
from carekit.dataset.engine import Engine
from carekit.errors import InputError
from carekit.inference.rates.proportions import estimate_rate
from carekit.requests.definitions import DEFAULT, Definition
from carekit.requests.setting import AUTO

if TYPE_CHECKING:
    from carekit.dataset.folder import Dataset

FLAGS = ("is_question", "is_complaint", "needs_review", "personal_data")
COLUMNS = (
    "category n n_yes estimate ci_low ci_high conf_level uncorrected n_coded n_missing method "
    "definition"
).split()
UNCORRECTED = "rules, uncorrected"
# The code of a sheet that says what a flag says; personal data are not coded.
CODE_OF = {"is_question": "is_question", "is_complaint": "is_complaint", "needs_review": "is_abuse"}


def measure_categories(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    definition: str | Definition = DEFAULT,
    cluster: str | None = AUTO,
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    coded: str | os.PathLike[str] | pd.DataFrame | None = None,
    flagged: FlaggedRequests | None = None,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Share of requests in each category of the scheme, and with each flag.

    Parameters
    ----------
    dataset, by, definition, cluster, conf_level, where, engine
        As in `carekit.measure_answer_rate`; `by` may also name `lang`.
    allow_selected : bool
        Has no effect: the shares describe the posts of the dataset, and the note repeats its
        selection.
    flagged : FlaggedRequests, optional
        These requests with their flags, where they were flagged before
        (`carekit.coding.flagged`); `definition` and `where` are then its own.
    coded : path or DataFrame, optional
        A coded sheet of a random sample of these requests (`carekit triage sample`), or its codes.
        Without it the shares are those of the rules, uncorrected: their interval shows chance alone, not the
        errors of the rules.

    Returns
    -------
    pandas.DataFrame
        For each group nine rows: the `by` columns; `category`: question, troll, negative, positive,
        neutral (exclusive, they add up to 1; `carekit.text.rules.comment_class` has the rule), then the
        flags is_question, is_complaint, needs_review, personal_data, which may overlap;
        `n` (requests with a text, the denominator), `n_yes` (those that the rules put there);
        `estimate`, `ci_low`, `ci_high`, `conf_level`: corrected by PPI++ where a sample is coded;
        `uncorrected`: n_yes / n; `n_coded`; `n_missing` (requests without a text); `method`,
        `definition`.

    Raises
    ------
    InputError
        As `carekit.measure_answer_rate`; the sheet cannot be read or none of its posts is a
        request of the dataset.
    SelectionError
        No request has a text.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = measure_categories(open_dataset(), where="network = 'forum'")
    >>> table.category.to_list()[:3], bool(table.method.str.contains("uncorrected").all())
    (['question', 'troll', 'negative'], True)
    """
    if flagged is None:
        flagged = flag_requests(
            dataset, by=by, definition=definition, cluster=cluster, where=where, engine=engine
        )
    else:
        flagged = flagged.regrouped(by, cluster=cluster)
    flagged.with_text()
    frame = with_categories(flagged)
    named = frame["tone"].notna()
    rates = _uncorrected(frame[named], flagged, conf_level)
    rates["n_missing"] = _missing(rates, frame[~named], flagged.by)
    if coded is not None:
        rates = _corrected(rates, flagged, coded, conf_level)
    rates["definition"] = flagged.setting.definition.name
    result = rates[[*flagged.by, *COLUMNS]]
    selection = dataset.selection
    closed = f" Selection of the dataset: {selection.kind}." if selection.kind != "none" else ""
    how = (
        "Counted by the rules and not corrected for their errors: code a sample (carekit triage "
        "sample) and give it as `coded`."
        if coded is None
        else "Corrected by the coded sample (PPI++), but personal_data, which is not coded."
    )
    result.attrs["note"] = f"{flagged.note} {how}{closed}"
    return result


def with_categories(flagged: FlaggedRequests) -> pd.DataFrame:
    """The frame of the requests, with the flags that are counted as 0/1 columns."""
    frame = flagged.frame.copy()
    frame["personal_data"] = (frame["pii_types"].fillna("") != "").astype(float)
    for flag in FLAGS[:3]:
        frame[flag] = frame[flag].astype("boolean").fillna(False).astype(float)
    return frame


def _uncorrected(frame: pd.DataFrame, flagged: FlaggedRequests, conf_level: float) -> pd.DataFrame:
    from carekit.text.rules import COMMENT_CLASSES

    by = list(flagged.by)
    unit = flagged.cluster
    named = frame.assign(cluster=flagged.units() if unit else 0)
    parts = []
    for place, category in enumerate((*COMMENT_CLASSES, *FLAGS)):
        yes = named[category] if category in FLAGS else named["comment_class"] == category
        counts = (
            named.assign(n=1, n_yes=yes.astype(int))
            .groupby([*by, "cluster"], dropna=False, as_index=False)[["n", "n_yes"]]
            .sum()
        )
        rates = estimate_rate(
            counts, by=by, cluster="cluster" if unit else None, n_yes="n_yes", conf_level=conf_level
        )
        rates.insert(len(by), "category", category)
        parts.append(rates.assign(place=place))
    made = pd.concat(parts, ignore_index=True)
    made = made.sort_values([*by, "place"], kind="stable", ignore_index=True).drop(columns="place")
    made["method"] = flagged.setting.name_methods(made) + f"; {UNCORRECTED}"
    made["uncorrected"] = made["n_yes"] / made["n"].where(made["n"] > 0)
    made["n_coded"] = 0
    return made


def _corrected(
    rates: pd.DataFrame,
    flagged: FlaggedRequests,
    coded: str | os.PathLike[str] | pd.DataFrame,
    conf_level: float,
) -> pd.DataFrame:
    """The rates with corrected shares in place of those that the sheet codes."""
    from carekit.coding.coded import correct, join_codes

    joined = join_codes(flagged, coded)
    found: list[pd.DataFrame] = [correct(joined, column="category", conf_level=conf_level)]
    for flag, code in CODE_OF.items():
        if code in joined.frame:
            found.append(correct(joined, column=code, conf_level=conf_level).assign(category=flag))
    shares = pd.concat(found, ignore_index=True)
    keys = [*flagged.by, "category"]
    taken = ["estimate", "ci_low", "ci_high", "method", "n_coded", "flags"]
    merged = rates.drop(columns=["flags"]).merge(
        shares[[*keys, *taken]], on=keys, how="left", suffixes=("", "_new"), validate="one_to_one"
    )
    known = merged["method_new"].notna()
    out = merged.copy()
    for name in ("estimate", "ci_low", "ci_high", "n_coded"):
        out[name] = np.where(known, merged[f"{name}_new"], merged[name])
    flags = merged["flags"].fillna("").map(lambda f: f" [{f}]" if f else "")
    out["method"] = np.where(known, merged["method_new"].fillna("") + flags, merged["method"])
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
