"""How satisfied are customers, by the words or points that they gave: CSAT, NPS, and their means.

The ratings stand in a column that an import kept (`--keep csat`; tickets bring theirs). Whoever
gave none is no dissatisfied customer: the share with a rating is told beside every estimate.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import pandas as pd

from carekit.errors import CannotAnswer, InputError, did_you_mean
from carekit.inference.rates.means import estimate_mean
from carekit.measures.registry import Told, measure
from carekit.requests.value import Requests

if TYPE_CHECKING:
    import ibis

# What tools write for satisfied and for dissatisfied; "offered" and the like are no ratings.
SATISFIED = frozenset(
    "good great happy veryhappy extremelyhappy satisfied verysatisfied amazing excellent positive "
    "satisfait tressatisfait plutotsatisfait content trescontent bien tresbien zufrieden "
    "sehrzufrieden goodwithcomment thumbsup yes oui 👍 😀 😃 🤩".split()
)
NOT_SATISFIED = frozenset(
    "bad notgood okay ok neutral unhappy veryunhappy extremelyunhappy dissatisfied verydissatisfied "
    "terrible poor negative insatisfait tresinsatisfait plutotinsatisfait neutre pascontent mauvais "
    "moyen unzufrieden sehrunzufrieden badwithcomment thumbsdown no non 👎 😐 🙁 😠".split()
)
NO_RATING = frozenset(
    "offered unoffered notoffered none na nan notrated norating pending sent nonnote expired".split()
)
# The highest point of a scale → the points that count as satisfied.
SCALES = {1: (1,), 5: (4, 5), 7: (6, 7)}
WHY = "Those who rate may differ from those who do not."


def _values(requests: Requests, column: str) -> tuple[ibis.Table, str]:
    """The requests with the column of ratings as text `given`."""
    table = requests.rows()
    if column not in table.columns:
        kept = [c for c in table.columns if c in requests.built().kept]
        raise CannotAnswer(
            f"`column` is {column!r}, and the requests have no such column; columns that were kept: "
            f"{', '.join(kept) or 'none'}.{did_you_mean(column, kept)}",
            "Import the ratings with --keep csat (or --keep csat=THEIRS), or as tickets.",
        )
    return table.mutate(given=table[column].cast("string")), column


def _word(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode() or value
    return "".join(c for c in plain.lower() if c.isalnum()) or value.strip()


def _number(value: object) -> float | None:
    """Points, also of 4/5 and of 10 - very likely."""
    cell = re.sub(r"^(\d{1,2}) ?[-–—=:.)( ] ?\D+$", r"\1", str(value).strip())
    try:
        return float(cell.replace(",", ".").split("/")[0])
    except ValueError:
        return None


def _points(counts: pd.DataFrame, column: str) -> pd.DataFrame:
    """Counts with `point` (a number) or `word`; rows without a rating have neither."""
    point = [None if v is None or v != v else _number(v) for v in counts["given"]]
    word = [
        None if v is None or v != v or _number(v) is not None else _word(str(v))
        for v in counts["given"]
    ]
    made = counts.assign(point=pd.array(point, dtype="Float64"), word=pd.array(word, dtype=object))
    none = made["word"].isin(list(NO_RATING)) | (made["word"] == "")
    return made.assign(word=made["word"].where(~none, None))


def _satisfied(rated: pd.DataFrame, column: str, satisfied: str) -> pd.Series:
    """True for ratings that count as satisfied."""
    if satisfied:
        wanted = {s.strip() for s in satisfied.split(",")}
        numbers = {n for s in wanted if (n := _number(s)) is not None}
        words = {_word(s) for s in wanted}
        return rated["point"].isin(list(numbers)) | rated["word"].isin(list(words))
    strange = sorted(set(rated["word"].dropna()) - SATISFIED - NOT_SATISFIED)
    if strange:
        raise InputError(
            f"`column` {column!r} holds ratings whose meaning is not known: "
            f"{', '.join(map(repr, strange[:6]))}; expected points, or words such as good and bad. "
            "Say which count as satisfied: satisfied='good,great' (--satisfied)."
        )
    points = rated["point"].dropna()
    chosen: tuple[int, ...] = ()
    if len(points):
        top, low = float(points.max()), float(points.min())
        scale = next((s for s in SCALES if top <= s), None)
        # Nothing but ones may be the best of 0/1, or the worst of 1 to 5.
        if scale is None or low < 0 or (scale == 1 and low != 0):
            raise InputError(
                f"`column` {column!r} holds points from {low:g} to {top:g}; expected a scale of 0/1, "
                "1 to 5 or 1 to 7. Say which points count as satisfied: satisfied='9,10' (--satisfied)."
            )
        chosen = SCALES[scale]
    return rated["point"].isin(list(chosen)) | rated["word"].isin(list(SATISFIED))


def _short_scale(points: pd.Series, satisfied: str) -> tuple[str, ...]:
    """What it means if no rating reaches the end of the scale that was taken."""
    if satisfied or points.empty or float(points.max()) in SCALES:
        return ()
    top = float(points.max())
    scale = next(s for s in SCALES if top <= s)
    return (
        f"No rating is above {top:g}: read as a scale of 1 to {scale}, of which {SCALES[scale][0]} and "
        f"{scale} are satisfied. If it ends at {top:g}, or 1 is its best, the share is wrong, most likely "
        f"too low: say which points are satisfied (--satisfied {top:g}).",
    )


@measure(
    "csat",
    "what share of those who rated were satisfied",
    "n n_satisfied n_missing estimate ci_low ci_high conf_level method flags definition",
)
def csat(requests: Requests, *, column: str = "csat", satisfied: str = "") -> Told:
    """Share of satisfied customers among those who gave a rating, with its interval.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options; `by` may name kept columns such as channel
        or agent.
    column : str
        The kept column of ratings: points (0/1, 1 to 5, 1 to 7) or words (good, bad, Very Happy,
        Satisfait …).
    satisfied : str
        Ratings that count as satisfied, separated by commas; by default the upper two of 5 or 7
        points, and the words that say so.

    Returns
    -------
    pandas.DataFrame
        One row per group: the `by` columns; n (requests with a rating, the denominator), n_satisfied,
        n_missing (requests without one); estimate (n_satisfied / n, 0 to 1), ci_low, ci_high,
        conf_level; method, flags, definition.

    Raises
    ------
    CannotAnswer
        If no such column was kept.
    InputError
        If the ratings are on a scale that is not known.

    Examples
    --------
    >>> import warnings, carekit, pandas as pd
    >>> warnings.simplefilter("ignore")  # tickets without answers
    >>> tickets = pd.DataFrame({"post_id": ["a", "b", "c"], "created_at": "2026-03-01T10:00:00Z",
    ...     "author_role": "customer", "csat": ["5", "1", None]})
    >>> data = carekit.from_frame(tickets, network="email", keep=["csat"])
    >>> carekit.csat(data)[["n", "n_satisfied", "n_missing"]].iloc[0].tolist()
    [2, 1, 1]
    """
    table, column = _values(requests, column)
    counts = _points(requests.count(table, "given"), column)
    known = counts["point"].notna() | counts["word"].notna()
    rated = counts[known]
    yes = _satisfied(rated, column, satisfied)
    rated = rated.assign(n_satisfied=rated["n"].where(yes, 0))
    made = requests.rates(rated, n_yes="n_satisfied")
    return Told(
        made.assign(n_missing=requests.sums(counts[~known], made, "n")),
        denominator="requests with a rating",
        left_out={"requests without a rating": int(counts.loc[~known, "n"].sum())},
        notes=(WHY, *_short_scale(rated["point"].dropna(), satisfied)),
    )


def _mean(requests: Requests, column: str, value: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    table, column = _values(requests, column)
    counts = _points(requests.count(table, "given"), column)
    if (counts["word"].notna()).any():
        words = ", ".join(map(repr, sorted(set(counts["word"].dropna()))[:4]))
        raise InputError(
            f"`column` {column!r} holds words ({words}); expected points. Use csat for ratings in words."
        )
    known = counts["point"].notna()
    rated = counts[known].assign(**{value: counts.loc[known, "point"].astype(float)})
    return rated, counts[~known]


@measure(
    "nps",
    "how many more would recommend than advise against",
    "n n_promoters n_detractors n_missing estimate ci_low ci_high conf_level method flags definition",
    unit="points",
)
def nps(requests: Requests, *, column: str = "nps") -> Told:
    """Net promoter score: share of 9 and 10 less share of 0 to 6, with its interval.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.csat`, with its options.
    column : str
        The kept column of points from 0 to 10.

    Returns
    -------
    pandas.DataFrame
        One row per group: the `by` columns; n (requests with a rating), n_promoters, n_detractors,
        n_missing; estimate (a difference of shares, -1 to 1; times 100 is the usual score), ci_low,
        ci_high, conf_level; method, flags, definition.

    Raises
    ------
    CannotAnswer, InputError
        As `carekit.csat`; also if a point is no whole number from 0 to 10.

    Examples
    --------
    >>> import warnings, carekit, pandas as pd
    >>> warnings.simplefilter("ignore")  # tickets without answers
    >>> asked = pd.DataFrame({"post_id": list("abcd"), "created_at": "2026-03-01T10:00:00Z",
    ...     "author_role": "customer", "nps": ["10", "9", "7", "3"]})
    >>> data = carekit.from_frame(asked, network="email", keep=["nps"])
    >>> float(carekit.nps(data).estimate[0])
    0.25
    """
    rated, missing = _mean(requests, column, "points")
    wrong = ~rated["points"].isin(range(11))
    if wrong.any():
        raise InputError(
            f"`column` {column!r} holds {rated['points'][wrong].iloc[0]:g}; expected whole points from "
            "0 to 10, as a net promoter score is asked. Use mean_rating for another scale."
        )
    top = rated["points"].max() if len(rated) else 10
    told = (
        (
            f"No rating is above {top:g}: if the scale ends there, everybody counts as a detractor and the "
            "score is too low. Use mean_rating.",
        )
        if top <= 7
        else ()
    )
    side = (rated["points"] >= 9).astype(int) - (rated["points"] <= 6).astype(int)
    rated = rated.assign(
        side=side,
        n_promoters=rated["n"].where(side > 0, 0),
        n_detractors=rated["n"].where(side < 0, 0),
    )
    made = requests.estimate(estimate_mean, rated, value="side", statistic="mean")
    sums = {c: requests.sums(rated, made, c) for c in ("n_promoters", "n_detractors")}
    return Told(
        made.assign(**sums, n_missing=requests.sums(missing, made, "n")),
        denominator="requests with a rating",
        left_out={"requests without a rating": int(missing["n"].sum())},
        notes=(WHY, *told),
    )


@measure(
    "mean-rating",
    "what did customers give on average",
    "n n_missing estimate ci_low ci_high conf_level method flags definition",
    unit="number",
)
def mean_rating(requests: Requests, *, column: str = "rating") -> Told:
    """Mean of the points that customers gave, with its interval.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.csat`, with its options.
    column : str
        `rating` (stars of reviews), or a kept column of points.

    Returns
    -------
    pandas.DataFrame
        One row per group: the `by` columns; n (requests with points), n_missing; estimate (points),
        ci_low, ci_high, conf_level; method, flags, definition.

    Examples
    --------
    >>> import carekit
    >>> stars = carekit.mean_rating(carekit.open_dataset(), where="surface = 'review'")
    >>> bool(1 <= stars.estimate[0] <= 5)
    True
    """
    rated, missing = _mean(requests, column, "points")
    made = requests.estimate(estimate_mean, rated, value="points", statistic="mean")
    return Told(
        made.assign(n_missing=requests.sums(missing, made, "n")),
        denominator="requests with points",
        left_out={"requests without points": int(missing["n"].sum())},
        notes=(WHY,),
    )
