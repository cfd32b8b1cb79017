"""Where do customers write, and is it addressed to the brand?"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from carekit.measures.registry import Told, measure
from carekit.requests.value import Requests

if TYPE_CHECKING:
    import pandas as pd

ADDRESSED = ("brand_page", "mention", "brand_blog", "review", "regulator")
NOT_ADDRESSED = ("personal_page", "no_mention", "external_blog")
ALL_OF_THE_BRAND, ALL_OTHERS = "addressed to the brand", "not addressed to the brand"


def count_surfaces(requests: Requests) -> pd.DataFrame:
    """One row per group, unit and surface (null where it is unknown): n."""
    return requests.count(requests.rows(), "surface")


@measure(
    "surfaces",
    "where do requests stand, and do they address the brand",
    "surface n n_yes estimate ci_low ci_high conf_level n_missing method flags definition",
)
def surfaces(requests: Requests, *, posts: Collection[str] | None = None) -> Told:
    """Share of requests on each surface, and of those addressed to the brand or not.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options; `allow_selected` has no effect. A dataset of
        answered conversations says little about places where brands do not answer, and the note
        repeats its selection.
    posts : collection of str, optional
        Only these post_ids, such as the complaints that triage found
        (`carekit.text.rules.RuleTriage`).

    Returns
    -------
    pandas.DataFrame
        For each group one row for each surface that occurs, then "addressed to the brand" and "not
        addressed to the brand": the `by` columns; surface; n (requests whose surface is known, the
        denominator), n_yes, estimate, ci_low, ci_high, conf_level; n_missing (surface unknown);
        method, flags, definition.

    Notes
    -----
    These are shares of *requests*: they add up to 1 over surfaces. Published lists of places are
    often shares of *people*, who tick several.

    Examples
    --------
    >>> import carekit
    >>> carekit.surfaces(carekit.open_dataset()).surface.tolist()[-2:]
    ['addressed to the brand', 'not addressed to the brand']
    """
    counts = count_surfaces(requests if posts is None else requests.only(posts))
    missing = counts["surface"].isna()
    names = sorted(counts.loc[~missing, "surface"].unique())
    rows: dict[str, Collection[str]] = {str(name): (str(name),) for name in names}
    rows |= {ALL_OF_THE_BRAND: ADDRESSED, ALL_OTHERS: NOT_ADDRESSED}
    selection = requests.dataset.selection.kind
    closed = f"Selection of the dataset: {selection}." if selection != "none" else ""
    return Told(
        requests.shares(counts, "surface", rows),
        left_out={"requests whose surface is unknown": int(counts.loc[missing, "n"].sum())},
        notes=("Shares of requests, not of people.", closed),
    )
