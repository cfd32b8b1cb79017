"""Does a public answer prevent similar questions?

Near-duplicate questions to one brand form a group. Their rate in the hours after the first public
answer to the group is compared with their rate before it, and that with groups that nobody
answered, read at the same age: bursts fade by themselves.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import check_conf_level
from carekit.inference.rates.rate_ratios import compare_rate_changes
from carekit.measures.events import load_events
from carekit.measures.question_groups import (
    ANSWERED,
    SIMILAR,
    UNANSWERED,
    count_around_answers,
    group_near_duplicates,
)
from carekit.measures.registry import Told, measure
from carekit.requests.clock import whole_seconds
from carekit.requests.value import Requests
from carekit.text.questions import flag_questions

HORIZON_HOURS = 48.0
BURST = "question_burst"


@measure(
    "near-duplicates",
    "do similar questions stop after a public answer",
    "arm n_groups n rate_before rate_after estimate std_error ci_low ci_high conf_level p_value "
    "ratio ratio_low ratio_high clusters method flags definition",
    unit="number",
    units={"ratio": "ratio"},
    refused_as="answer-rate",
    cluster="brand",
)
def near_duplicates(
    requests: Requests,
    *,
    events: str | os.PathLike[str] | pd.DataFrame | None = None,
    event: str = BURST,
    window_hours: float = 4.0,
    similarity: float = SIMILAR,
) -> Told:
    """Near-duplicate questions after a public answer against before it, and against silence.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options and a definition of openings; of these the
        questions, found by the rules of carekit.text. Near-duplicates that differ in the `by`
        columns count by the first question. `cluster` is the brand, and can be no other. With
        `allow_selected`, on a dataset of answered conversations, there are no silent groups to
        compare with.
    events : path or DataFrame, optional
        When incidents began that made many ask the same (an outage log), as
        `carekit.measures.events.load_events` reads them. Then only groups that began within two
        windows after an incident of their brand are read, both arms from that moment on. Without it
        a group begins with its first question.
    event : str
        Kind of these events.
    window_hours : float
        How long before and after the answer near-duplicates are counted. Before the first question
        of a group there are none by definition: that time is not counted.
    similarity : float
        Least cosine of near-duplicates: see `carekit.measures.near_duplicates`.

    Returns
    -------
    pandas.DataFrame
        Three rows a group: the `by` columns; arm ("answered", "unanswered", "answered / unanswered"),
        n_groups (groups of near-duplicates with one or more in the windows), n (near-duplicates in
        the windows, the first question of each group not counted; of silent groups the mean over
        the delays at which they are read), rate_before, rate_after (near-duplicates a group and
        day), estimate (log of rate after / rate before; in the last row the log of the ratio of the
        two ratios), std_error, ci_low, ci_high, conf_level, p_value, ratio, ratio_low, ratio_high,
        clusters (brands), method, flags, definition.

    Raises
    ------
    SelectionError
        If the dataset holds only answered conversations, unless `allow_selected`.
    InputError
        If the definition counts no openings, or an argument is out of range.
    MissingExtraError
        If scikit-learn is not installed.

    Notes
    -----
    A ratio of ratios below 1 says that near-duplicates became rarer after an answer than they do by
    themselves. Who is answered is not dealt at random: brands answer what is asked most, and that
    fades most as well. Groups are compared within themselves, so that large ones do not decide by
    their size. Where incidents are known to begin before the first question, pass them: else silent
    bursts seem younger than they are, and to fade sooner.

    Examples
    --------
    >>> import carekit
    >>> table = carekit.near_duplicates(carekit.open_dataset(), where="network = 'x'")
    >>> table.arm.tolist()
    ['answered', 'unanswered', 'answered / unanswered']
    """
    check_conf_level(requests.conf_level)
    if requests.cluster != "brand":
        raise InputError(
            f"`cluster` is {requests.cluster!r}; near-duplicates are clustered by brand: expected "
            "one of auto, brand. Leave it out."
        )
    requests.need_openings("a reply in a thread is no new question")
    asked = _openings(requests)
    flag = flag_questions(asked["text"], lang=asked["lang"].fillna("und"))
    questions = asked[flag.fillna(False).astype(bool)].reset_index(drop=True)
    grouped = group_near_duplicates(
        questions, horizon_hours=max(HORIZON_HOURS, 2 * window_hours), similarity=similarity
    )
    kept = [c for c in requests.by if c != "brand"]
    about = questions[["question_id", "answered_at", *kept]]
    joined = grouped.merge(about, on="question_id", how="left")
    end = int(asked["at"].max()) if len(asked) else 0
    starts, known = None, ""
    if events is not None:
        incidents = load_events(events, event=event)
        starts = _starts(joined, incidents, window_hours)
        known = f"{len(starts)} of {len(incidents)} incidents hold a group of near-duplicates."
    counts = count_around_answers(joined, window_hours=window_hours, end=end, starts=starts)
    if kept:
        counts = counts.join(questions.set_index("question_id")[kept], on="group")
    made = _results(counts, questions, list(requests.by), requests.conf_level)
    cut = grouped.attrs["n_cut"]
    return Told(
        made.assign(definition=requests.definition.name),
        f"{len(questions):,} questions among {len(asked):,} openings, in "
        f"{grouped['group'].nunique():,} groups of near-duplicates",
        {"openings without a text": int(asked["text"].isna().sum())},
        notes=(
            f"{cut} questions were compared with the last thousand before them only.",
            f"Windows of {window_hours:g} hours.",
            known,
        ),
    )


def _starts(groups: pd.DataFrame, incidents: pd.DataFrame, window_hours: float) -> dict[str, int]:
    """The largest group of each incident → when the incident began."""
    sizes = groups.groupby("group").agg(
        brand=("brand", "first"), first=("at", "min"), n=("at", "size")
    )
    # A group that only begins after the answer would have come counts as well.
    both = 2 * 3600 * window_hours
    made: dict[str, int] = {}
    for row in incidents.to_dict("records"):
        began = int(row["at"].timestamp())
        mine = sizes[
            sizes["brand"].eq(row["brand"])
            & sizes["first"].between(began, began + both)
            & (sizes["n"] > 1)
            & ~sizes.index.isin(list(made))
        ]
        if len(mine):
            best = mine.sort_values(["n", "first"], ascending=[False, True], kind="stable")
            made[str(best.index[0])] = began
    return made


def _openings(requests: Requests) -> pd.DataFrame:
    """Openings with their text, their time and that of their first public answer."""
    from ibis import _

    texts = requests.on.table(requests.dataset, "posts").select(
        post=_.post_id, text=_.text, lang=_.lang
    )
    columns = ["brand", "at", "answered_at", *(c for c in requests.by if c != "brand")]
    timed = (
        requests.but(cluster=None)
        .rows()
        .mutate(
            at=whole_seconds(_.created_at),
            answered_at=whole_seconds(_.created_at) + _.first_response_seconds,
        )
        .select("request_id", *columns)
    )
    joined = timed.left_join(texts.distinct(on="post"), [("request_id", "post")])
    frame = joined.select("request_id", *columns, "text", "lang").execute()
    return frame.rename(columns={"request_id": "question_id"})


def _results(
    counts: pd.DataFrame, questions: pd.DataFrame, by: list[str], conf_level: float
) -> pd.DataFrame:
    groups: list[tuple[Any, pd.DataFrame]] = [((), counts)]
    if by:
        keys = questions[by].drop_duplicates().sort_values(by, ignore_index=True)
        groups = [
            (tuple(key), counts[_equal(counts, by, key)])
            for key in keys.itertuples(index=False, name=None)
        ]
    parts = []
    for key, mine in groups:
        made = compare_rate_changes(
            mine,
            arm="arm",
            treated=ANSWERED,
            control=UNANSWERED,
            cluster="brand",
            weight="weight",
            conf_level=conf_level,
        )
        useful = mine[mine["n_before"] + mine["n_after"] > 0]
        n_groups = useful.groupby("arm")["group"].nunique()
        both = int(n_groups.sum())
        made["n_groups"] = [int(n_groups.get(arm, both)) if arm in n_groups.index else
                            (both if arm not in (ANSWERED, UNANSWERED) else 0)
                            for arm in made["arm"]]  # fmt: skip
        parts.append(made.assign(**dict(zip(by, key, strict=True))))
    return pd.concat(parts, ignore_index=True)


def _equal(counts: pd.DataFrame, by: list[str], key: tuple[Any, ...]) -> np.ndarray:
    same = np.full(len(counts), True)
    for name, value in zip(by, key, strict=True):
        column = counts[name]
        same &= (column.isna() if pd.isna(value) else column.eq(value)).to_numpy(bool)
    return same
