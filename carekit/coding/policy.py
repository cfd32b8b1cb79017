"""Who answers what, how, and by when: a table that a communication team edits, applied to flags.

One row per rule: category × surface × risk → owner, action, deadline. `*` stands for any value. For
each post the rule with the most named fields wins, so that exceptions stand beside the general
case; of two that name as many, the one that names the surface.
"""

from __future__ import annotations

import io
import itertools
import os
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from carekit.dataset.atomic import replacing
from carekit.dataset.csv_files import csv_text, plain_cell
from carekit.errors import InputError, SchemaError
from carekit.text.checks import need_columns
from carekit.text.rules import COMMENT_CLASSES

CATEGORIES = COMMENT_CLASSES
SURFACES = tuple(
    "brand_page personal_page mention no_mention brand_blog external_blog review regulator".split()
)
RISKS = ("low", "medium", "high")
ACTIONS = tuple(
    "answer apologise correct redirect_to_care move_to_private escalate_pr leave human_review".split()
)
LEAVES_NETWORK = ("move_to_private", "redirect_to_care")
"""Actions after which the conversation goes on elsewhere than under the post."""

COLUMNS = ("rule_id", "category", "surface", "risk", "owner", "action", "deadline_minutes", "why")
_ALLOWED = {"category": CATEGORIES, "surface": SURFACES, "risk": RISKS, "action": ACTIONS}
_KEYS = ("category", "surface", "risk")


def load_policy(
    path: str | os.PathLike[str] | None = None, *, lang: str = "fr", complete: bool = True
) -> pd.DataFrame:
    """A policy table, checked.

    Parameters
    ----------
    path : path, optional
        A CSV (comma or semicolon) with the columns `COLUMNS`; default: the one that carekit ships.
    lang : {"fr", "en"}
        Language of the shipped table; categories, surfaces, risks and actions are codes in both.
    complete : bool, default True
        Gaps and contradictions are an error; False leaves them to `check_policy`.

    Returns
    -------
    DataFrame
        One row per rule: `rule_id`, `category`, `surface`, `risk` (`*`: any), `owner`, `action` (one
        of `ACTIONS`), `deadline_minutes` (missing: none), `why`.

    Raises
    ------
    SchemaError
        A column is missing, a value is not allowed, a deadline is no number ≥ 0, an owner or id is
        empty, ids repeat, or the rules leave gaps or contradict each other (`check_policy`).
    InputError
        The file is missing, or unknown `lang`.

    Examples
    --------
    >>> policy = load_policy(lang="en")
    >>> sorted(policy.action.unique())[:3]
    ['answer', 'apologise', 'correct']
    """
    if path is None:
        if lang not in ("fr", "en"):
            raise InputError(f"`lang` is {lang!r}; expected fr or en. Use 'fr' or 'en'.")
        file = resources.files("carekit.coding").joinpath("policies", f"policy_{lang}.csv")
        text = file.read_text("utf-8")
    else:
        if not Path(path).is_file():
            raise InputError(
                f"`path` {os.fspath(path)!r} is no file; expected a policy table (CSV). "
                "Check the name."
            )
        text = _decoded(Path(path))
    head = text.split("\n", 1)[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    frame = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, keep_default_na=False)
    frame.columns = [c.strip() for c in frame.columns]
    policy = _checked(frame)
    faults = check_policy(policy)
    if complete and len(faults):
        shown = "; ".join(
            f"{kind} at {category}, {surface}, {risk}" + (f" ({ids})" if ids else "")
            for kind, category, surface, risk, ids in faults.head(3).to_numpy()
        )
        raise SchemaError(
            f"`policy` has {len(faults)} cells without one clear rule: {shown}; expected exactly "
            "one best rule for each category, surface and risk. Add a general rule, or name more "
            "fields in one of two rules that contradict each other."
        )
    return policy


def _decoded(path: Path) -> str:
    """The text of a table as a spreadsheet program saved it."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def write_policy(policy: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write a policy table as CSV, to be edited in a spreadsheet and read with `load_policy`.

    A file of that name stays as it is: it may hold edits.
    """
    target = Path(path)
    if target.exists():
        raise InputError(
            f"`out`: {os.fspath(path)} exists and may hold edits; expected a new name. Move it "
            "away, or choose another one."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as temporary:
        whole = policy.assign(
            deadline_minutes=policy["deadline_minutes"].map("{:g}".format, na_action="ignore")
        )
        # The byte order mark lets spreadsheet programs read the accents.
        temporary.write_text(csv_text(whole), encoding="utf-8-sig", newline="")
    return target


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    absent = [c for c in COLUMNS if c not in frame.columns and c != "why"]
    if absent:
        raise SchemaError(
            f"`policy` has no column {', '.join(map(repr, absent))}; found: "
            f"{', '.join(map(str, frame.columns))}. Keep the columns of the shipped table."
        )
    out = pd.DataFrame({c: frame[c] if c in frame.columns else "" for c in COLUMNS})
    out = out.map(lambda v: plain_cell(v.strip()) if isinstance(v, str) else v)
    for column, allowed in _ALLOWED.items():
        named = (*allowed, "*") if column in _KEYS else allowed
        wrong = out[~out[column].isin(named)]
        if len(wrong):
            shown = ", ".join(
                f"{r.rule_id}: {getattr(r, column)!r}" for r in wrong[:3].itertuples()
            )
            raise SchemaError(
                f"`policy` holds {len(wrong)} unknown values of {column} ({shown}); expected one "
                f"of {', '.join(named)}. Mend these rows."
            )
    minutes = pd.to_numeric(out["deadline_minutes"].replace("", None), errors="coerce")
    wrong = out[(minutes.isna() & (out["deadline_minutes"] != "")) | (minutes < 0)]
    if len(wrong):
        shown = ", ".join(f"{r.rule_id}: {r.deadline_minutes!r}" for r in wrong[:3].itertuples())
        raise SchemaError(
            f"`policy` holds {len(wrong)} deadlines that are no number of minutes ({shown}); "
            "expected 0 or more, or nothing. Mend these rows."
        )
    out["deadline_minutes"] = minutes.astype("Float64")
    empty = out[(out["rule_id"] == "") | (out["owner"] == "")]
    repeated = out["rule_id"][out["rule_id"].duplicated()]
    if len(empty) or len(repeated):
        raise SchemaError(
            f"`policy` has {len(empty)} rules without id or owner, and ids that repeat: "
            f"{', '.join(repeated[:3]) or 'none'}; expected both for each rule, and each id once. "
            "Complete these rows."
        )
    return out


def check_policy(policy: pd.DataFrame) -> pd.DataFrame:
    """Cells of category × surface × risk that no rule covers, or that several cover equally well.

    One row per fault: `kind` ("gap" or "conflict"), `category`, `surface`, `risk`, `rule_ids` (those
    in conflict, joined by ", "). Rules that agree on owner, action and deadline do not conflict.
    """
    rows = []
    outcomes = policy[["owner", "action", "deadline_minutes"]].astype(object)
    outcome = outcomes.apply(lambda row: tuple(map(str, row)), axis=1).to_list()
    ids = policy["rule_id"].to_list()
    for cell, best in zip(_CELLS, _best_rules(policy), strict=True):
        if len(best) == 0 or len({outcome[i] for i in best}) > 1:
            kind = "conflict" if len(best) else "gap"
            rows.append((kind, *cell, ", ".join(ids[i] for i in best)))
    return pd.DataFrame(rows, columns=["kind", *_KEYS, "rule_ids"])


_CELLS = list(itertools.product(CATEGORIES, SURFACES, RISKS))


def _best_rules(policy: pd.DataFrame) -> list[np.ndarray]:
    """For each of `_CELLS` the positions of the rules that fit and name most (surface first)."""
    columns = {key: policy[key].to_numpy(object) for key in _KEYS}
    named = sum((column != "*") * (5 if key == "surface" else 4) for key, column in columns.items())
    best = []
    for cell in _CELLS:
        fits = np.ones(len(policy), dtype=bool)
        for key, value in zip(_KEYS, cell, strict=True):
            fits &= (columns[key] == value) | (columns[key] == "*")
        top = named[fits].max() if fits.any() else 0
        best.append(np.flatnonzero(fits & (named == top)))
    return best


def assess_risk(flags: pd.DataFrame) -> pd.Series:
    """Risk of leaving a post without care, from the flags that `RuleTriage.flag` gives.

    "high": personal data in the post, abuse to be reviewed, or a complaint with a tone score of
    -0.9 or less; "medium": any other complaint; "low": everything else. Replace it by your own
    column where you know more (reach of the author, legal words, safety).
    """
    complaint = flags["is_complaint"].astype("boolean").fillna(False).to_numpy(bool)
    review = flags["needs_review"].astype("boolean").fillna(False).to_numpy(bool)
    personal = (flags["pii_types"].fillna("") != "").to_numpy(bool)
    grave = complaint & (pd.to_numeric(flags["tone_score"]).fillna(0) <= -0.9).to_numpy(bool)
    risk = np.where(personal | review | grave, "high", np.where(complaint, "medium", "low"))
    return pd.Series(risk, index=flags.index, dtype="string", name="risk")


def apply_policy(posts: pd.DataFrame, *, policy: pd.DataFrame) -> pd.DataFrame:
    """Owner, action and deadline of each post, by its comment_class, surface and risk.

    One row per post, index of `posts`: `owner`, `action`, `deadline_minutes`, `rule_id` (why); all
    missing where no rule applies: values outside the policy's, and missing ones, get no rule.
    """
    scales = {"comment_class": CATEGORIES, "surface": SURFACES, "risk": RISKS}
    hint = "Derive them with comment_class and assess_risk."
    need_columns(posts, scales, argument="posts", hint=hint)
    place = np.full(len(posts), 0)
    known = np.ones(len(posts), dtype=bool)
    for column, values in scales.items():
        codes = pd.Categorical(posts[column].astype(object), categories=list(values)).codes
        known &= codes >= 0
        place = place * len(values) + codes
    rows = np.full(len(posts), -1)
    lookup = np.array([best[0] if len(best) else -1 for best in _best_rules(policy)])
    rows[known] = lookup[place[known]]
    wanted = policy[["owner", "action", "deadline_minutes", "rule_id"]].reset_index(drop=True)
    out = wanted.reindex(rows)
    out.index = posts.index
    return out.astype({"owner": "string", "action": "string", "rule_id": "string"})


def summarise_workload(
    applied: pd.DataFrame, *, by: str = "owner", category: pd.Series | None = None
) -> pd.DataFrame:
    """Posts by owner, action or rule_id, as `apply_policy` gives them, and how many must leave.

    One row per value of `by`, most posts first, then "all": `n` posts; `share` of all posts that have
    a rule; `n_to_do` (action other than "leave"); `n_leaving`: action moves the conversation
    elsewhere (`LEAVES_NETWORK`); `share_leaving` of `n_to_do` (NaN when 0);
    `median_deadline_minutes` of `n_to_do`; `n_<category>` where `category` (those of the same
    posts) is given.
    """
    if by not in ("owner", "action", "rule_id") or by not in applied.columns:
        raise InputError(
            f"`by` is {by!r}; expected owner, action or rule_id, a column of "
            f"{', '.join(map(str, applied.columns))}. Pass the result of apply_policy."
        )
    ruled = applied[applied["rule_id"].notna()]
    names = None if category is None else category.loc[ruled.index]
    values = list(ruled[by].value_counts().index)
    rows = []
    for value in [*values, "all"]:
        mine = ruled if value == "all" else ruled[ruled[by] == value]
        to_do = mine[mine["action"] != "leave"]
        leaving = int(to_do["action"].isin(LEAVES_NETWORK).sum())
        deadlines = pd.to_numeric(to_do["deadline_minutes"]).dropna().astype(float)
        row = {
            by: value,
            "n": len(mine),
            "share": len(mine) / len(ruled) if len(ruled) else np.nan,
            "n_to_do": len(to_do),
            "n_leaving": leaving,
            "share_leaving": leaving / len(to_do) if len(to_do) else np.nan,
            "median_deadline_minutes": float(deadlines.median()) if len(deadlines) else np.nan,
        }
        if names is not None:
            counts = names.loc[mine.index].value_counts()
            row |= {f"n_{c}": int(counts.get(c, 0)) for c in CATEGORIES}
        rows.append(row)
    return pd.DataFrame(rows)
