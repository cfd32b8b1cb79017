"""Coding from a dataset: the sheets that go out, and the agreement of those that come back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from carekit.coding.coding_sheet import CODE_COLUMNS, read_coding_sheet, write_coding_sheet
from carekit.coding.flagged import flag_requests
from carekit.coding.sampling import sample_for_coding
from carekit.dataset.csv_files import csv_text
from carekit.errors import InputError, SelectionError
from carekit.inference.rates.agreement import compare_coders
from carekit.text.personal_data import redact

if TYPE_CHECKING:
    from carekit.coding.flagged import FlaggedRequests
    from carekit.dataset.folder import Dataset

DESIGN = ("post_id", "stratum", "strata", "stratum_size", "stratum_n", "weight", "seed")


def draw_sample(
    dataset: Dataset,
    *,
    n: int = 200,
    by: str | Sequence[str] = (),
    allocation: str = "proportional",
    where: str | None = None,
    redacted: bool = True,
    seed: int = 0,
    flagged: FlaggedRequests | None = None,
) -> pd.DataFrame:
    """A random sample of the dataset's requests, to be coded.

    Parameters
    ----------
    dataset : Dataset
    n : int
        Number of posts.
    by : str or sequence of str
        Strata: columns of the requests, or `lang`.
    allocation : {"proportional", "equal"}
        As in `sample_for_coding`.
    where : str, optional
        Condition on the requests.
    redacted : bool, default True
        Replace personal data in the texts.
    seed : int
    flagged : FlaggedRequests, optional
        The requests, where they were flagged before and their texts kept; `where` is then its own.

    Returns
    -------
    DataFrame
        As `sample_for_coding` returns it, with `strata` (the columns of `by`, joined by a comma)
        and network, brand and lang.

    Raises
    ------
    InputError
        As `sample_for_coding`; unknown columns.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> drawn = draw_sample(open_dataset(), n=20, by="network", allocation="equal")
    >>> len(drawn), drawn.strata.unique().tolist()
    (20, ['network'])
    """
    if flagged is None:
        flagged = flag_requests(dataset, by=by, where=where, cluster=None, text=True)
    else:
        flagged = flagged.regrouped(by, cluster=None)
    frame = flagged.frame.rename(columns={"request_id": "post_id"})
    frame["post_id"] = frame["post_id"].astype(str)
    drawn = sample_for_coding(
        frame,
        n=n,
        by=list(flagged.by) or None,
        allocation=allocation,
        keep=[c for c in ("network", "brand", "lang") if c not in flagged.by],
        seed=seed,
    )
    drawn["strata"] = ",".join(flagged.by)
    if redacted:
        drawn["text"] = redact(drawn["text"])
    return drawn


def write_sheets(
    drawn: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    lang: str = "fr",
    coders: Sequence[str] = (),
    columns: Sequence[str] = CODE_COLUMNS,
) -> list[Path]:
    """One sheet a coder, and the design of the sample beside it.

    `sheet.xlsx` becomes `sheet.first.xlsx` for the coder "first". Returns the sheets, then
    `<name>.design.csv`: strata and weights of the posts that `draw_sample` drew, without their
    texts; `carekit triage prevalence` looks for it beside the coded sheet. A file that exists stays
    as it is: it may hold codes.
    """
    target = Path(path)
    odd = [c for c in coders if not c or not all(ch.isalnum() or ch in "_-" for ch in c)]
    if odd or len(set(coders)) < len(coders):
        raise InputError(
            f"`coders` is {list(coders)}; expected distinct names of letters, digits, _ and -. "
            "Rename them."
        )
    names = [f"{target.stem}.{c}{target.suffix}" for c in coders] or [target.name]
    design = target.with_name(f"{target.stem}.design.csv")
    sheets = [target.with_name(name) for name in names]
    taken = [p for p in [*sheets, design] if p.exists()]
    if taken:
        raise InputError(
            f"`out`: {', '.join(map(str, taken))} exists and may hold codes; expected a new name. "
            "Move it away, or choose another one."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    for sheet, coder in zip(sheets, coders or [""], strict=True):
        write_coding_sheet(drawn, sheet, lang=lang, columns=columns, coder=coder)
    text = csv_text(drawn[[c for c in DESIGN if c in drawn]])
    design.write_text(text, encoding="utf-8", newline="")
    return [*sheets, design]


def find_sheets(dataset: Dataset) -> list[Path]:
    """The coded sheets in the folder `coding` of a dataset, by name; SelectionError if there is
    none.
    """
    folder = dataset.path / "coding"
    beside = (".design.csv", ".codebook.csv")
    found = [
        p
        for p in sorted(folder.glob("*"))
        if p.suffix.lower() in (".csv", ".xlsx") and not p.name.endswith(beside)
    ]
    if not found:
        raise SelectionError(
            f"{dataset.path} has no coded sheet in its folder coding; expected a random sample of "
            "its posts, coded by people. Draw one with carekit triage sample, and put what comes "
            "back there."
        )
    return found


def measure_coders(
    dataset: Dataset, *, column: str | None = None, conf_level: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """`measure_agreement` of the coders whose sheets lie in the dataset's folder `coding`.

    Raises
    ------
    SelectionError
        There are fewer than two sheets.
    """
    sheets = find_sheets(dataset)
    if len(sheets) < 2:
        raise SelectionError(
            f"{dataset.path} has one coded sheet, {sheets[0].name}; expected two or more of the "
            "same posts. Let a second person code them."
        )
    return measure_agreement(sheets, column=column, conf_level=conf_level, seed=seed)


def measure_agreement(
    files: Sequence[str | os.PathLike[str]],
    *,
    column: str | None = None,
    conf_level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Agreement of two coders or more, code by code (or of one `column`).

    `files` are coded sheets of the same posts, one a coder, named by their names. Returns `column`,
    then the columns of `carekit.inference.rates.agreement.compare_coders`; `seed` is that of the
    bootstrap of alpha's interval.
    """
    if len(files) < 2:
        raise InputError(
            f"`files` names {len(files)} sheet; expected two or more, one a coder. Let a second "
            "person code the same posts."
        )
    sheets = {}
    for file in files:
        codes = read_coding_sheet(file).codes
        name = Path(file).stem
        sheets[name if name not in sheets else str(file)] = codes.set_index("post_id")
    shared = [c for c in CODE_COLUMNS if all(c in s for s in sheets.values())]
    wanted = shared if column is None else [column]
    if not shared or (column is not None and column not in shared):
        raise InputError(
            f"`column` is {column!r}; expected one that all sheets code: "
            f"{', '.join(shared) or 'there is none'}. Choose among these."
        )
    parts = []
    for name in wanted:
        codes = pd.DataFrame({coder: sheet[name] for coder, sheet in sheets.items()})
        if not (codes.notna().sum(axis=1) > 1).any():
            raise InputError(
                f"`files` hold no post whose {name} two coders coded; expected the same posts in "
                "each sheet. Let both code the same sample."
            )
        found = compare_coders(codes, coders=list(sheets), conf_level=conf_level, seed=seed)
        found.insert(0, "column", name)
        parts.append(found)
    result = pd.concat(parts, ignore_index=True)
    posts = sorted(set.union(*(set(s.index) for s in sheets.values())))
    both = set.intersection(*(set(s.index) for s in sheets.values()))
    result.attrs["note"] = (
        f"{len(sheets)} coders ({', '.join(sheets)}); {len(both):,} of {len(posts):,} posts are in "
        "all sheets. Alpha of .80 or more is usual for firm conclusions, .67 for tentative ones "
        "(Krippendorff 2004)."
    )
    return result
