"""All posts of a dataset → flags in a table, without their text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from carekit.dataset.atomic import replacing
from carekit.dataset.folder import Dataset, given_dataset
from carekit.dataset.schema import POSTS
from carekit.errors import InputError
from carekit.show.text import format_frame
from carekit.text.checks import one_of
from carekit.text.personal_data import KINDS, redact
from carekit.text.rules import COMMENT_CLASSES, RuleTriage, comment_class
from carekit.text.tone import TONES

if TYPE_CHECKING:
    import pyarrow as pa

CHOICES = ("openings", "customer", "brand", "all")
_READ = ("post_id", "network", "surface", "brand", "author_role", "created_at")
_BATCH = 50_000
HANDOFFS = ("requested", "announced")


def flag_dataset(
    dataset: Dataset, *, posts: str = "all", columns: Sequence[str] = (), text: bool = False
) -> pd.DataFrame:
    """Flags of each post of a dataset, by carekit's rules.

    Parameters
    ----------
    dataset : Dataset
    posts : {"openings", "customer", "brand", "all"}
        Which posts: customer posts that reply to nothing, all of customers, all of brands, all.
    columns : sequence of str
        Further columns of the posts to carry along.
    text : bool, default False
        Add `text`, with personal data redacted.

    Returns
    -------
    DataFrame
        One row per post in the order of the files; a post that comes twice is flagged once:
        post_id, network, surface, brand, author_role, created_at, then the columns of
        `RuleTriage.flag`, and `comment_class` of customers' posts.

    Raises
    ------
    InputError
        Unknown `posts`, or a column that posts do not have.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> flags = flag_dataset(open_dataset(), posts="brand")
    >>> "text" in flags, sorted(flags.author_role.unique())
    (False, ['brand'])
    """
    one_of(posts, CHOICES, argument="posts", hint="Say which posts.")
    unknown = [c for c in columns if c not in POSTS.names]
    if unknown:
        raise InputError(
            f"`columns` names {', '.join(map(repr, unknown))}; expected columns of posts: "
            f"{', '.join(POSTS.names)}. Choose among these."
        )
    kept = list(dict.fromkeys([*_READ, *columns]))
    read = list(dict.fromkeys([*kept, "text", "lang", "reply_to"]))
    parts = []
    for batch in _batches(given_dataset(dataset), read):
        frame = batch.to_pandas()
        chosen = frame[_chosen(frame, posts)]
        if len(chosen):
            parts.append(_flag_batch(chosen, kept, text=text))
    if not parts:
        empty = pd.DataFrame(columns=read)
        parts = [_flag_batch(empty, kept, text=text)]
    flags = pd.concat(parts, ignore_index=True)
    return flags.drop_duplicates("post_id").reset_index(drop=True)


def _batches(dataset: Dataset, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Posts in the order of the files, or of the table of a dataset in memory."""
    import pyarrow.parquet as pq

    if dataset.tables is not None:
        yield from dataset.tables["posts"].select(columns).to_batches(max_chunksize=_BATCH)
    for file in dataset.files("posts"):
        yield from pq.ParquetFile(file).iter_batches(batch_size=_BATCH, columns=columns)


def _chosen(frame: pd.DataFrame, posts: str) -> pd.Series:
    if posts == "all":
        return pd.Series(True, index=frame.index)
    if posts == "openings":
        return (frame["author_role"] == "customer") & frame["reply_to"].isna()
    return frame["author_role"] == posts


def _flag_batch(frame: pd.DataFrame, kept: list[str], *, text: bool) -> pd.DataFrame:
    texts = frame["text"].astype(object).where(frame["text"].notna(), None)
    role = frame["author_role"].astype(object)
    flags = RuleTriage().flag(texts, lang=frame["lang"].astype(object), author_role=role)
    flags["comment_class"] = comment_class(flags).where(role.eq("customer").to_numpy())
    beside = [c for c in kept if c != "lang" and (c != "text")]
    made = pd.concat([frame[beside], flags], axis=1)
    if text:
        made["text"] = redact(texts)
    return made


def summarise_flags(flags: pd.DataFrame, *, by: str | Sequence[str] = ()) -> pd.DataFrame:
    """How many posts have each flag, of a frame as `flag_dataset` gives.

    One row per group (columns `by`) and flag value: `flag`; `value`; `n`: posts to which the flag
    applies (with a text that the rules read; personal data: with any text; hand-offs: posts of
    brands; categories: posts of customers); `n_yes`; `share`, uncorrected.
    """
    groups = [c.strip() for c in by.split(",") if c.strip()] if isinstance(by, str) else list(by)
    absent = [c for c in groups if c not in flags.columns]
    if absent:
        raise InputError(
            f"`by` names a column {absent[0]!r} that does not exist; columns: "
            f"{', '.join(map(str, flags.columns))}. Choose among these."
        )
    rows = []
    every = flags.groupby(groups, dropna=False, sort=True) if groups else [((), flags)]
    for key, part in every:
        for flag, value, applies, yes in _values(part):
            n, n_yes = int(applies.sum()), int((yes & applies).sum())
            share = n_yes / n if n else float("nan")
            rows.append((*key, flag, value, n, n_yes, share))
    return pd.DataFrame(rows, columns=[*groups, "flag", "value", "n", "n_yes", "share"])


def _values(part: pd.DataFrame) -> list[tuple[str, str, pd.Series, pd.Series]]:
    """(flag, value, to which posts it applies, which have it)."""
    text = part["tone"].notna()
    searched, kinds = part["pii_types"].notna(), part["pii_types"].fillna("").str.split("|")
    made = [("tone", t, text, (part["tone"] == t).fillna(False).astype(bool)) for t in TONES]
    for flag in ("is_question", "is_complaint", "needs_review"):
        made.append((flag, "yes", text, part[flag].astype("boolean").fillna(False).astype(bool)))
    handed = part["handoff"]
    for value in HANDOFFS:
        yes = (handed == value).fillna(False).astype(bool)
        made.append(("handoff", value, handed.notna(), yes))
    made.append(("personal_data", "any", searched, kinds.map(lambda found: found != [""])))
    for kind in KINDS:
        made.append(("personal_data", kind, searched, kinds.map(lambda f, k=kind: k in f)))
    if "comment_class" in part:
        classes = part["comment_class"]
        for name in COMMENT_CLASSES:
            yes = (classes == name).fillna(False).astype(bool)
            made.append(("category", name, classes.notna(), yes))
    return made


def write_flags(flags: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write flags as .parquet or .csv, whole or not at all."""
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in (".parquet", ".csv"):
        raise InputError(
            f"`out` is {os.fspath(path)!r}; expected a name ending in .parquet or .csv. Rename it."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as temporary:
        if ending == ".parquet":
            flags.to_parquet(temporary, index=False)
        else:
            text = format_frame(flags, format="csv")
            Path(temporary).write_text(text + "\n", encoding="utf-8-sig")
    return target
