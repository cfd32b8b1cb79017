"""A coded sheet and the requests it was drawn from → corrected shares, by group and compared."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carekit.coding.coding_sheet import read_coding_sheet, read_design
from carekit.coding.coding_workflow import find_sheets
from carekit.coding.flagged import PLACES, FlaggedRequests, flagged_as
from carekit.coding.sampling import strata_of
from carekit.errors import InputError
from carekit.inference.correction.prevalence import compare_groups, corrected_prevalence
from carekit.measures.registry import REQUIRED, Told, measure
from carekit.requests.value import Requests
from carekit.text.checks import one_of
from carekit.text.rules import COMMENT_CLASSES, comment_class
from carekit.text.tone import TONES

CODED = ("category", "tone", "is_question", "is_complaint", "is_abuse")
# The machine's word for each code.
MACHINE = {
    "category": "comment_class",
    "tone": "tone",
    "is_question": "is_question",
    "is_complaint": "is_complaint",
    "is_abuse": "needs_review",
}
NOTHING_CODED, COLLAPSED = "too_few_coded", "collapsed_strata"
EVEN = 1.05
"""Weights that differ by less are equal: the strata then need no weighting."""


@dataclass(frozen=True)
class CodedRequests:
    """Requests with a text, their flags, and the codes of those that a person coded.

    `frame`: one row per request; a column a code (`category` derived from the others), missing where
    the request was not coded; `machine_<code>` beside it; `stratum`, which counts if `stratified`.
    """

    frame: pd.DataFrame
    requests: Requests
    stratified: bool
    note: str
    left_out: dict[str, int]

    @property
    def by(self) -> tuple[str, ...]:
        """Columns that define the groups."""
        return self.requests.by

    def told(self, frame: pd.DataFrame, note: str = "") -> Told:
        """A result on these requests, with what was joined and left out."""
        notes = (self.note, note)
        return Told(frame, left_out=self.left_out, notes=notes, requests=self.requests)


@measure(
    "corrected-shares",
    "what do customers write, corrected by a coded sample",
    "category estimate std_error ci_low ci_high conf_level df n n_coded n_eff clusters method "
    "ppi_lambda human_estimate human_ci_low human_ci_high naive rogan_gladen rogan_gladen_se "
    "sensitivity specificity flags",
    units={"human_estimate": "share", "naive": "share", "rogan_gladen": "share"},
    independent="request",
    without="definition cluster allow_selected",
)
def corrected_shares(
    requests: Requests,
    *,
    coded: str | os.PathLike[str] | pd.DataFrame | None = None,
    column: str = "category",
    stratum: str | None = None,
    flagged: FlaggedRequests | None = None,
) -> Told:
    """Corrected share of each category by group, beside the naive and the coded-only ones.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options but definition, cluster and allow_selected.
        The sample must be random within each group, as a random sample of everything is.
    coded : path or DataFrame, optional
        A coded sheet of a random sample of the dataset's requests (`carekit triage sample`), or its
        codes with the columns of `carekit.coding.read_coding_sheet`. Default: the first sheet in
        the dataset's folder `coding`.
    column : {"category", "tone", "is_question", "is_complaint", "is_abuse"}
        The code; "category" is derived from the others, as the rules derive theirs.
    stratum : str, optional
        Column in whose values samples were drawn apart. Default: read from the sheet.
    flagged : FlaggedRequests, optional
        These requests with their flags, where they were flagged before
        (`carekit.coding.flagged`); `where` is then its own.

    Returns
    -------
    pandas.DataFrame
        The `by` columns, and those of
        `carekit.inference.correction.prevalence.corrected_prevalence`. A group with too few coded
        posts has no estimate and the flag `too_few_coded`; strata with fewer than two coded posts
        in it are put together, with the flag `collapsed_strata`.

    Raises
    ------
    InputError
        Unknown `column`; the sheet cannot be read, lacks the code, or holds no request of the
        dataset; its strata are weighted unequally and no column tells them.
    SelectionError
        No sheet is given and the dataset holds none.
    """
    joined = _joined(requests, coded, stratum, flagged)
    return joined.told(correct(joined, column=column, conf_level=requests.conf_level))


@measure(
    "compare-corrected-shares",
    "how do corrected shares differ between groups",
    "category group_1 group_2 estimate std_error ci_low ci_high conf_level statistic p_value "
    "p_adjusted n_family estimate_1 estimate_2 naive method flags",
    unit="points",
    units={"estimate_1": "share", "estimate_2": "share", "naive": "points"},
    independent="request",
    without="definition cluster allow_selected",
    by=REQUIRED,
)
def compare_corrected_shares(
    requests: Requests,
    *,
    coded: str | os.PathLike[str] | pd.DataFrame | None = None,
    column: str = "category",
    reference: str | None = None,
    stratum: str | None = None,
    flagged: FlaggedRequests | None = None,
) -> Told:
    """Differences between groups in corrected shares.

    Parameters
    ----------
    dataset, coded, column, stratum, flagged
        As in `carekit.corrected_shares`; `by` names one column or several.
    reference : str, optional
        Compare every group with this one; default: all pairs.

    Returns
    -------
    pandas.DataFrame
        The columns of `carekit.inference.correction.prevalence.compare_groups`. Groups with too few
        coded posts are left out, and the note names them.

    Raises
    ------
    InputError
        As `carekit.corrected_shares`; fewer than two groups have enough coded posts.
    """
    joined = _joined(requests, coded, stratum, flagged)
    frame, options = _prepared(joined, column)
    frame = frame.assign(group=strata_of(frame, joined.by))
    parts = {name: _collapsed(part, options)[0] for name, part in frame.groupby("group")}
    thin = [name for name, part in parts.items() if _too_few(part)]
    kept = [part for name, part in parts.items() if name not in thin]
    result = compare_groups(
        pd.concat(kept) if kept else frame[:0],
        code="code",
        machine="machine",
        group="group",
        reference=reference,
        conf_level=requests.conf_level,
        **options,
    )
    result["category"] = _renamed(result["category"], column)
    left = f"Too few coded posts in {', '.join(map(str, thin))}: left out." if thin else ""
    return joined.told(result, left)


def _joined(
    requests: Requests,
    coded: str | os.PathLike[str] | pd.DataFrame | None,
    stratum: str | None,
    flagged: FlaggedRequests | None,
) -> CodedRequests:
    """The requests asked for, with the codes of the sheet given, else the first in the dataset."""
    sheet = find_sheets(requests.dataset)[0] if coded is None else coded
    return join_codes(flagged_as(requests.but(cluster=None), flagged), sheet, stratum=stratum)


def correct(joined: CodedRequests, *, column: str, conf_level: float = 0.95) -> pd.DataFrame:
    """`corrected_prevalence` of one code, group by group."""
    frame, options = _prepared(joined, column)
    by = list(joined.by)
    groups: list[tuple[Any, pd.DataFrame]] = (
        list(frame.groupby(by, dropna=False, sort=True)) if by else [((), frame)]
    )
    parts = []
    for key, group in groups:
        part, collapsed = _collapsed(group, options)
        if _too_few(part):
            found = _without_codes(part, options["categories"], conf_level)
        else:
            found = corrected_prevalence(
                part, code="code", machine="machine", conf_level=conf_level, **options
            )
            if collapsed:
                found["flags"] = found["flags"].map(
                    lambda f: ", ".join(filter(None, [f, COLLAPSED]))
                )
        for at, (name, value) in enumerate(zip(by, key, strict=True)):
            found.insert(at, name, value)
        parts.append(found)
    result = pd.concat(parts, ignore_index=True)
    result["category"] = _renamed(result["category"], column)
    return result


def _prepared(joined: CodedRequests, column: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Columns code and machine, and what else `corrected_prevalence` needs."""
    one_of(column, CODED, argument="column", hint="Choose a code of the sheet.")
    if column not in joined.frame:
        needed = "tone, is_question, is_complaint and is_abuse" if column == "category" else column
        raise InputError(
            f"`coded` has no {needed}; expected a sheet in which this was coded. Choose another "
            "`column`, or code it."
        )
    frame = joined.frame.assign(
        code=joined.frame[column], machine=joined.frame[f"machine_{column}"]
    )
    categories: Sequence[Any] = {"category": COMMENT_CLASSES, "tone": TONES}.get(column, (1,))
    options: dict[str, Any] = {"categories": list(categories)}
    if joined.stratified:
        options["stratum"] = "stratum"
    return frame, options


def _too_few(part: pd.DataFrame) -> bool:
    """Fewer than two coded posts: how they vary cannot be seen."""
    return int(part["code"].notna().sum()) < 2


def _collapsed(part: pd.DataFrame, options: dict[str, Any]) -> tuple[pd.DataFrame, bool]:
    """The rows of a group, its strata with fewer than two coded posts put together.

    One coded post does not show how its stratum varies. Such strata count as one; if that still
    holds fewer than two coded posts, the smallest of the others joins it.
    """
    if "stratum" not in options or _too_few(part):
        return part, False
    coded = part["code"].notna().groupby(part["stratum"]).sum()
    thin = list(coded.index[coded < 2])
    if not thin:
        return part, False
    others = coded.drop(thin).sort_values(kind="stable")
    if coded[thin].sum() < 2 and len(others):
        thin.append(others.index[0])
    return part.assign(stratum=part["stratum"].where(~part["stratum"].isin(thin), "others")), True


def _without_codes(part: pd.DataFrame, categories: list[Any], conf_level: float) -> pd.DataFrame:
    """The rows of a group that cannot be corrected: naive shares, no estimate."""
    frame = part.assign(code=np.nan if categories == [1] else None)
    rows = corrected_prevalence(
        frame, code="code", machine="machine", categories=categories, conf_level=conf_level
    )
    rows["n_coded"] = int(part["code"].notna().sum())
    rows["method"], rows["flags"] = "too few coded posts", NOTHING_CODED
    return rows


def _renamed(categories: pd.Series, column: str) -> pd.Series:
    return categories.astype(object).where(categories != 1, column)


def join_codes(
    flagged: FlaggedRequests,
    coded: str | os.PathLike[str] | pd.DataFrame,
    *,
    stratum: str | None = None,
) -> CodedRequests:
    """Requests that hold a text, with the codes of the sheet beside the machine's."""
    codes, design = (
        (coded, None)
        if isinstance(coded, pd.DataFrame)
        else (read_coding_sheet(coded).codes, read_design(coded))
    )
    every = flagged.with_text().reset_index(drop=True)
    given = codes.set_index(codes["post_id"].astype(str)).drop(columns="post_id")
    found = given.index.isin(set(every["request_id"].astype(str)))
    if not found.any():
        raise InputError(
            f"`coded` holds {len(codes)} posts, none of which is a request of the dataset (a "
            "customer post that replies to nothing, with a text); expected a sheet drawn from it. "
            "Draw one with carekit triage sample."
        )
    mine = given.reindex(every["request_id"].astype(str)).reset_index(drop=True)
    frame = every.copy()
    for name in CODED[1:]:
        frame[f"machine_{name}"] = _number(every[MACHINE[name]], name)
        if name in mine:
            frame[name] = _number(mine[name], name)
    frame["machine_category"] = every["comment_class"].astype(object)
    if set(CODED[1:]) <= set(mine.columns):
        frame["category"] = coded_class(mine)
    frame, stratified, how = _with_strata(frame, design, stratum)
    n_coded = int(mine.notna().any(axis=1).sum())
    note = f"{n_coded:,} of {len(frame):,} requests with a text are coded{how}."
    left_out = {
        "requests without a text": len(flagged.frame) - len(frame),
        "posts of the sheet that are no such requests": int((~found).sum()),
    }
    return CodedRequests(frame, flagged.requests, stratified, note, left_out)


def _number(values: pd.Series, name: str) -> pd.Series:
    """yes/no and true/false as 1 and 0; tones as they are."""
    plain = values.astype(object).where(values.notna(), None)
    if name == "tone":
        return plain
    return plain.map({"yes": 1.0, "no": 0.0, True: 1.0, False: 0.0}).astype(float)


def coded_class(codes: pd.DataFrame) -> pd.Series:
    """The five categories from codes, by the rule of `carekit.text.rules.comment_class`."""
    flags = pd.DataFrame(
        {
            "tone": codes["tone"],
            **{c: (codes[c] == "yes").fillna(False) for c in ("is_question", "is_complaint")},
            "needs_review": (codes["is_abuse"] == "yes").fillna(False),
            # A person who codes a complaint has seen the fault of the service that it names.
            "has_issue": (codes["is_complaint"] == "yes").fillna(False),
        }
    )
    whole = codes[["tone", "is_question", "is_complaint", "is_abuse"]].notna().all(axis=1)
    classes = comment_class(flags).astype(object)
    return classes.where(whole & classes.notna(), None)


def _with_strata(
    frame: pd.DataFrame, design: pd.DataFrame | None, stratum: str | None
) -> tuple[pd.DataFrame, bool, str]:
    """The frame with the stratum of every request, where the sample's weights need it."""
    if stratum is not None:
        if stratum not in frame:
            raise InputError(
                f"`stratum` is {stratum!r}, which is no column; expected one of "
                f"{', '.join(c for c in (*PLACES[1:], 'lang') if c in frame)}. Name the column in "
                "whose values the sample was drawn."
            )
        return frame.assign(stratum=strata_of(frame, (stratum,))), True, f", drawn by {stratum}"
    if design is None:
        return frame, False, ", as one random sample"
    weights = pd.to_numeric(design["weight"], errors="coerce").dropna()
    if weights.empty or weights.max() <= weights.min() * EVEN:
        return frame, False, ", as one random sample"
    told = frame["request_id"].astype(str).map(design.set_index("post_id")["stratum"])
    columns = [c for c in (*PLACES[1:], "lang") if c in frame]
    named = str(design["strata"].iloc[0]) if "strata" in design else ""
    tried = [tuple(named.split(","))] if named else [(c,) for c in columns]
    for names in tried:
        if set(names) <= set(frame.columns):
            own = strata_of(frame, names)
            if (own[told.notna()] == told[told.notna()]).all():
                return frame.assign(stratum=own), True, f", drawn by {','.join(names)}"
    raise InputError(
        "`coded` was drawn with unequal weights, and no column of the requests gives its strata "
        f"({', '.join(sorted(map(str, design['stratum'].unique()))[:5])}); expected one of "
        f"{', '.join(columns)}. Name it (--stratum)."
    )
