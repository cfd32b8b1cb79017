"""Do angrier customers bypass the channel that the firm prescribes?

Prescribed is an account of the brand; where it runs an account for care, that one. The odds that
an opening names no account, or the main account instead of the one for care, are compared between
moods within each network.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.dataset.engine import Engine, using
from carekit.errors import InputError
from carekit.inference.rates.counts import check_conf_level
from carekit.inference.rates.rate_model import model_rates
from carekit.requests.addressing import MAIN, UNNAMED, count_addressing, own_accounts
from carekit.requests.build import build_requests, with_groups
from carekit.requests.definitions import DEFAULT, OPENING_UNITS, Definition
from carekit.requests.setting import column_tuple, independent_unit

if TYPE_CHECKING:
    import ibis

    from carekit.dataset.folder import Dataset

ANGRY, NEGATIVE, NOT_NEGATIVE = "angry", "negative", "not negative"
# Below this tone score the rules call a post angry: 0.63 of such posts of the sample are.
ANGRY_AT = -0.9
# From here on, corrections for few clusters change nothing that is shown.
MANY_CLUSTERS = 2000
MODEL = (
    "estimate std_error ci_low ci_high conf_level p_value odds_ratio odds_ratio_low odds_ratio_high"
).split()
COLUMNS = [
    *"outcome mood reference n n_reference rate rate_reference".split(),
    *MODEL,
    *"n_missing clusters method definition".split(),
]


def measure_bypass(
    dataset: Dataset,
    *,
    by: str | Sequence[str] = (),
    angry: Collection[str] | None = None,
    negative: Collection[str] | None = None,
    angry_at: float = ANGRY_AT,
    definition: str | Definition = DEFAULT,
    cluster: str | None = "auto",
    conf_level: float = 0.95,
    where: str | None = None,
    allow_selected: bool = False,
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Odds of bypassing the prescribed account by mood, against openings that are merely negative.

    Parameters
    ----------
    dataset : Dataset
        With posts that name no account among them: a collection of mentions alone has none, and
        the first outcome says nothing then.
    by : str or sequence of str
        Columns of the requests that define groups.
    angry, negative : collection of str, optional
        post_ids of angry openings and of negative ones (angry or not), as coded; both or neither.
        By default the rules of `carekit.text.rules.RuleTriage` tell them. Errors of a classifier that do
        not depend on the account pull odds ratios towards 1.
    angry_at : float
        Tone score at or below which the rules call an opening angry (-1 to 1).
    definition : str or Definition
        A definition of openings.
    cluster : str or None
        The independent unit: "auto" is the author; "none": every opening.
    where, conf_level, engine
        As in `carekit.measure_answer_rate`.
    allow_selected : bool
        Has no effect: the odds are those of the posts that the dataset holds.

    Returns
    -------
    DataFrame
        Four rows a group: the `by` columns; outcome ("names no account", of all openings; "main
        account instead of care account", of openings that name an account of a brand whose care
        account was open on that network); mood ("angry", "not negative"), reference ("negative":
        negative openings that are not angry); n, n_reference (openings of each); rate,
        rate_reference (their shares that bypass, over all networks); estimate (log odds ratio
        within networks), std_error, ci_low, ci_high, conf_level, p_value; odds_ratio,
        odds_ratio_low, odds_ratio_high; n_missing (openings without a text or code, left out);
        clusters, method, definition. Numbers are missing where there is nothing to compare, and
        `method` says why.

    Raises
    ------
    InputError
        If only one of `angry` and `negative` is given, or the definition counts no openings.

    Notes
    -----
    Networks on which nobody, or everybody, bypasses carry no information and are left out of the
    odds. Angry posts without an account are also those that a keyword search finds worst: rates by
    mood depend on how the posts were collected.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> table = measure_bypass(open_dataset())
    >>> table[["outcome", "mood"]].to_numpy().tolist()[0]
    ['names no account', 'angry']
    """
    check_conf_level(conf_level)
    if (angry is None) != (negative is None):
        raise InputError(
            "`angry` and `negative` belong together; only one was given. Give both, or none."
        )
    columns = column_tuple(by)
    with using(engine) as opened:
        requests = build_requests(dataset, definition=definition, engine=opened, with_threads=False)
        chosen = requests.definition
        if chosen.unit not in OPENING_UNITS:
            raise InputError(
                f"`definition` {chosen.name!r} counts {chosen.denominator}; openings were expected, "
                "since an answer need not name an account again. Use direct-opening."
            )
        table = with_groups(requests.table, columns, where=where)
        unit = "author_id" if cluster == "auto" else independent_unit(table, columns, cluster)
        table = own_accounts(dataset, table, opened)
        if angry is None or negative is None:
            moods = _told_by_rules(dataset, table, angry_at, opened)
        else:
            moods = _as_coded(table, set(angry), set(negative))
        counts = count_addressing(table, moods, by=columns, cluster=unit or "request_id")
    result = _results(counts, list(columns), conf_level)
    result["definition"] = chosen.name
    result["method"] += "" if unit else ", openings independent"
    result = result[[*columns, *COLUMNS]]
    who = "told by the rules of carekit.coding" if angry is None else "as coded"
    result.attrs["note"] = (
        f"Denominator: {chosen.denominator}, by mood, {who}. {requests.count_note()} Odds within "
        "networks."
    )
    return result


def _told_by_rules(
    dataset: Dataset, table: ibis.Table, angry_at: float, engine: Engine
) -> pd.DataFrame:
    from ibis import _

    from carekit.text.rules import RuleTriage

    texts = (
        engine.table(dataset, "posts")
        .filter(_.text.notnull())
        .select(post=_.post_id, text=_.text, lang=_.lang)
    )
    frame = (
        table.select("request_id")
        .inner_join(texts, [("request_id", "post")])
        .select("request_id", "text", "lang")
        .execute()
        .drop_duplicates("request_id", ignore_index=True)
    )
    flags = RuleTriage().flag(frame["text"], lang=frame["lang"])
    mood = np.where(
        flags["tone_score"].to_numpy(float, na_value=np.nan) <= angry_at,
        ANGRY,
        np.where(flags["tone"].eq("negative").fillna(False), NEGATIVE, NOT_NEGATIVE),
    )
    told = pd.DataFrame({"request_id": frame["request_id"].astype("str"), "mood": mood})
    return told[flags["tone"].notna().to_numpy()].astype("str").reset_index(drop=True)


def _as_coded(table: ibis.Table, angry: set[str], negative: set[str]) -> pd.DataFrame:
    ids = table.select("request_id").execute()["request_id"].astype("str")
    mood = np.where(ids.isin(angry), ANGRY, np.where(ids.isin(negative), NEGATIVE, NOT_NEGATIVE))
    return pd.DataFrame({"request_id": ids, "mood": mood}).astype("str")


def _results(counts: pd.DataFrame, by: list[str], conf_level: float) -> pd.DataFrame:
    groups = list(counts.groupby(by, dropna=False)) if by else [((), counts)]
    rows = []
    for key, mine in groups:
        for outcome in (UNNAMED, MAIN):
            part = mine[mine["outcome"] == outcome]
            rows += [
                {**dict(zip(by, key, strict=True)), **row}
                for row in _odds(part, outcome, conf_level)
            ]
    return pd.DataFrame(rows)


def _odds(counts: pd.DataFrame, outcome: str, conf_level: float) -> list[dict[str, Any]]:
    """Two rows: angry and not negative openings, each against negative ones."""
    known = counts[counts["mood"].notna()]
    sums = known.groupby("mood")[["n", "n_yes"]].sum()
    made: dict[str, Any] = {}
    # Where nobody or everybody bypasses, odds within the network are 0 or infinite for all.
    on = known.groupby("network")[["n", "n_yes"]].sum()
    telling = on[(on["n_yes"] > 0) & (on["n_yes"] < on["n"])].index
    used = known[known["network"].isin(telling)]
    reason = ""
    if used.empty:
        reason = "none: nobody or everybody bypasses"
    elif NEGATIVE not in set(used["mood"]) or used["mood"].nunique() < 2:
        reason = "none: one mood only"
    else:
        try:
            made = _model(used, conf_level)
        except InputError:
            reason = "none: a mood in which nobody or everybody bypasses"
    clusters = int(used["cluster"].nunique())
    rows = []
    for mood in (ANGRY, NOT_NEGATIVE):
        n, yes = (int(sums[c].get(mood, 0)) for c in ("n", "n_yes"))
        of, others = (int(sums[c].get(NEGATIVE, 0)) for c in ("n", "n_yes"))
        fitted = made.get(f"mood[{mood}]")
        row = {
            "outcome": outcome,
            "mood": mood,
            "reference": NEGATIVE,
            "n": n,
            "n_reference": of,
            "rate": yes / n if n else np.nan,
            "rate_reference": others / of if of else np.nan,
            **dict.fromkeys(MODEL, np.nan),
            "conf_level": conf_level,
            "n_missing": int(counts.loc[counts["mood"].isna(), "n"].sum()),
            "clusters": clusters,
            "method": reason or "none: no such opening",
        }
        if fitted is not None:
            row |= {c: fitted[c] for c in MODEL}
            row["method"] = fitted["method"] + (f" [{fitted['flags']}]" if fitted["flags"] else "")
        rows.append(row)
    return rows


def _model(used: pd.DataFrame, conf_level: float) -> dict[str, Any]:
    """Term of the model → its row."""
    several = len(used["network"].unique()) > 1
    made = model_rates(
        used,
        predictors=["mood", "network"] if several else ["mood"],
        cluster="cluster",
        n_yes="n_yes",
        reference={"mood": NEGATIVE},
        correction="cr2" if used["cluster"].nunique() <= MANY_CLUSTERS else "hc1",
        conf_level=conf_level,
    )
    return {str(row["term"]): row for row in made.to_dict("records")}
