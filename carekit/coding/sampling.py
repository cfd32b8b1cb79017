"""The coding workflow: draw posts at random, let people code them in a spreadsheet, read it back.

The sample is what makes a share trustworthy: drawn at random, with known weights, before anyone has
seen what the classifier says. The sheet therefore shows no machine label.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.text.checks import need_columns, one_of
from carekit.text.prepare import as_texts

ALLOCATIONS = ("proportional", "equal")


def sample_for_coding(
    posts: pd.DataFrame,
    *,
    n: int,
    by: str | Sequence[str] | None = None,
    allocation: str = "proportional",
    keep: Sequence[str] = (),
    seed: int = 0,
) -> pd.DataFrame:
    """A random sample of `n` posts (all if there are fewer) with known weights, in random order.

    Posts without text are not drawn. `by`: columns whose combinations are strata, a random sample
    in each; `allocation` "proportional": by their size, two at least; "equal": the same number, as
    far as they have them, for comparing groups. Returns post_id, text, the columns of `by` and
    `keep`, `stratum` (values joined by " / "; "all" without `by`), `stratum_size` (posts with text
    in it), `stratum_n` (posts drawn), `weight` = size / drawn: how many posts it stands for,
    `seed`.
    """
    columns = [by] if isinstance(by, str) else list(by or [])
    need_columns(
        posts,
        ["text", "post_id", *columns, *keep],
        argument="posts",
        hint="Name the columns of your frame.",
    )
    if n < 1:
        raise InputError(f"`n` is {n}; expected 1 or more. Ask for at least one post.")
    hint = "Use 'equal' to compare groups."
    one_of(allocation, ALLOCATIONS, argument="allocation", hint=hint)
    repeated = posts["post_id"][posts["post_id"].duplicated()]
    if len(repeated):
        raise InputError(
            f"`post_id` repeats in {len(repeated)} rows, first {list(map(str, repeated[:3]))}; "
            "expected one row per post. Remove the duplicates."
        )
    texts = as_texts(posts["text"], argument="text")
    filled = texts.notna() & (texts.fillna("").str.strip() != "")
    frame = posts[filled.to_numpy()]
    if frame.empty:
        raise InputError(
            f"`text` holds no text in {len(posts)} posts; expected text to code. "
            "Choose the column of the text."
        )
    strata = strata_of(frame, columns)
    wanted = _allocate(strata.value_counts().sort_index(), n, allocation)
    rng = np.random.default_rng(seed)
    # Sorted by id first, the draw depends on the posts and the seed, not on the order of rows.
    order = frame["post_id"].astype(str).argsort(kind="stable").to_numpy()
    drawn: list[int] = []
    for name, size in wanted.items():
        mine = order[(strata.to_numpy()[order] == name)]
        drawn += list(rng.choice(mine, size=size, replace=False))
    rows = rng.permutation(np.array(drawn, dtype=int))
    names = list(dict.fromkeys(["post_id", "text", *columns, *keep]))
    out = frame.iloc[rows][names].reset_index(drop=True)
    out["stratum"] = strata.to_numpy()[rows]
    sizes = strata.value_counts()
    out["stratum_size"] = out["stratum"].map(sizes).astype(int)
    out["stratum_n"] = out["stratum"].map(pd.Series(wanted)).astype(int)
    out["weight"] = out["stratum_size"] / out["stratum_n"]
    out["seed"] = seed
    return out


def strata_of(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The values of some columns in words, joined by " / "; "all" without columns."""
    parts = [
        frame[c].astype(object).where(frame[c].notna(), "missing").astype(str) for c in columns
    ]
    if not parts:
        return pd.Series("all", index=frame.index)
    return reduce(lambda one, other: one + " / " + other, parts)


def _allocate(sizes: pd.Series, n: int, allocation: str) -> dict[str, int]:
    """Posts to draw in each stratum."""
    n = min(n, int(sizes.sum()))
    if allocation == "equal":
        wanted = dict.fromkeys(sizes.index, 0)
        # Small strata give what they have; the rest is shared among the others.
        open_ = list(sizes.index)
        left = n
        while left and open_:
            share = max(left // len(open_), 1)
            for name in list(open_):
                take = min(share, int(sizes[name]) - wanted[name], left)
                wanted[name] += take
                left -= take
                if wanted[name] == sizes[name]:
                    open_.remove(name)
        return {k: v for k, v in wanted.items() if v}
    exact = sizes * n / sizes.sum()
    floor = np.floor(exact).astype(int)
    # Largest remainders get the posts that rounding left over.
    for name in (
        (exact - floor).sort_values(ascending=False, kind="stable").index[: n - floor.sum()]
    ):
        floor[name] += 1
    # Two posts a stratum, to see how they vary, where the stratum has them and n allows it.
    least = np.minimum(sizes, 2) if 2 * len(sizes) <= n else np.minimum(sizes, 0)
    short = np.maximum(least - floor, 0)
    wanted = floor + short
    for _ in range(int(wanted.sum() - n)):
        spare = wanted - least
        wanted[spare.idxmax()] -= 1
    return {str(k): int(v) for k, v in wanted.items() if v}
