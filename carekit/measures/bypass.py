"""Do angrier customers bypass the channel that the firm prescribes?

Prescribed is an account of the brand; where it runs an account for care, that one. The odds that
an opening names no account, or the main account instead of the one for care, are compared between
moods within each network.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.errors import InputError
from carekit.inference.rates.counts import check_conf_level
from carekit.inference.rates.rate_model import model_rates
from carekit.measures.registry import Told, measure
from carekit.requests.clock import whole_seconds
from carekit.requests.value import Requests, count_rows
from carekit.text.rules import RuleTriage

if TYPE_CHECKING:
    import ibis

UNNAMED, MAIN = "names no account", "main account instead of care account"
ANGRY, NEGATIVE, NOT_NEGATIVE = "angry", "negative", "not negative"
# Below this tone score the rules call a post angry: 0.63 of such posts of the sample are.
ANGRY_AT = -0.9
# From here on, corrections for few clusters change nothing that is shown.
MANY_CLUSTERS = 2000
MODEL = (
    "estimate std_error ci_low ci_high conf_level p_value odds_ratio odds_ratio_low odds_ratio_high"
).split()


@measure(
    "bypass",
    "do angrier customers avoid the account meant for them",
    f"outcome mood reference n n_reference rate rate_reference {' '.join(MODEL)} n_missing clusters "
    "method flags definition",
    unit="number",
    units={"rate": "share", "rate_reference": "share", "odds_ratio": "ratio"},
    cluster="author_id",
)
def bypass(
    requests: Requests,
    *,
    angry: Collection[str] | None = None,
    negative: Collection[str] | None = None,
    angry_at: float = ANGRY_AT,
) -> Told:
    """Odds of bypassing the prescribed account by mood, against openings that are merely negative.

    Parameters
    ----------
    dataset : Dataset or Requests
        As in `carekit.answer_rate`, with its options and a definition of openings. It should hold
        posts that name no account: a collection of mentions alone has none, and the first outcome
        says nothing then. `cluster` is the author by default; `allow_selected` has no effect, since
        the odds are those of the posts that the dataset holds.
    angry, negative : collection of str, optional
        post_ids of angry openings and of negative ones (angry or not), as coded; both or neither.
        By default the rules of `carekit.text.rules.RuleTriage` tell them. Errors of a
        classifier that do not depend on the account pull odds ratios towards 1.
    angry_at : float
        Tone score at or below which the rules call an opening angry (-1 to 1).

    Returns
    -------
    pandas.DataFrame
        Four rows a group: the `by` columns; outcome ("names no account", of all openings; "main
        account instead of care account", of openings that name an account of a brand whose care
        account was open on that network); mood ("angry", "not negative"), reference ("negative":
        negative openings that are not angry); n, n_reference (openings of each); rate,
        rate_reference (their shares that bypass, over all networks); estimate (log odds ratio
        within networks), std_error, ci_low, ci_high, conf_level, p_value; odds_ratio,
        odds_ratio_low, odds_ratio_high; n_missing (openings without a text or code, left out);
        clusters, method, flags, definition. Numbers are missing where there is nothing to compare, and
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
    >>> import carekit
    >>> table = carekit.bypass(carekit.open_dataset())
    >>> table[["outcome", "mood"]].to_numpy().tolist()[0]
    ['names no account', 'angry']
    """
    check_conf_level(requests.conf_level)
    if (angry is None) != (negative is None):
        raise InputError(
            "`angry` and `negative` belong together; only one was given. Give both, or none."
        )
    requests.need_openings("an answer need not name an account again")
    single = requests.unit is None
    asked = requests.but(cluster="request_id") if single else requests
    if angry is None or negative is None:
        moods = _told_by_rules(asked, angry_at)
    else:
        moods = _as_coded(asked, set(angry), set(negative))
    counts = count_addressing(asked, moods)
    made = _results(counts, list(asked.by), asked.conf_level)
    made["method"] += ", openings independent" if single else ""
    who = "found by the rules of carekit.text" if angry is None else "as coded"
    unknown = counts["mood"].isna() & counts["outcome"].eq(UNNAMED)
    return Told(
        made.assign(definition=asked.definition.name),
        f"{asked.definition.denominator}, by mood, {who}",
        {"openings without a text or code": int(counts.loc[unknown, "n"].sum())},
        notes=("Odds within networks.",),
        requests=requests,
    )


def own_accounts(requests: Requests) -> ibis.Table:
    """Requests with the account that the customer named, which is not always that of the answer.

    Adds named (true if the post names an account) and care_since (seconds since 1970 at which the
    brand's first care account on that network was open; null without one, or at an unknown date).
    """
    from ibis import _

    named = (
        requests.on.table(requests.dataset, "posts")
        .filter(_.account.notnull())
        .select(named_id=_.post_id)
        .distinct()
    )
    care = (
        requests.on.table(requests.dataset, "accounts")
        .filter((_.account_kind == "care") & _.opened_at.notnull())
        .group_by(["network", "brand"])
        .agg(care_since=whole_seconds(_.opened_at).min())
        .select(care_network=_.network, care_brand=_.brand, care_since=_.care_since)
    )
    table = requests.rows()
    told = table.left_join(named, [("request_id", "named_id")]).select(*table.columns, "named_id")
    joined = told.left_join(care, [("network", "care_network"), ("brand", "care_brand")]).select(
        *told.columns, "care_since"
    )
    return joined.mutate(named=_.named_id.notnull()).drop("named_id")


def count_addressing(requests: Requests, moods: pd.DataFrame) -> pd.DataFrame:
    """Openings by mood, and how many bypass the account that the brand prescribes.

    `moods` has request_id and mood; requests that are not in it have no mood. One row per outcome,
    group, network, unit and mood (null: not told): outcome ("names no account": of all openings;
    "main account instead of care account": of those that name an account of a brand whose care
    account was open there), n, n_yes.
    """
    import ibis
    from ibis import _

    named = own_accounts(requests)
    told = ibis.memtable(moods.rename(columns={"request_id": "told_id"}))
    table = named.left_join(told, [("request_id", "told_id")]).select(*named.columns, "mood")
    keys = list(dict.fromkeys([*requests.by, "network", "unit", "mood"]))
    there = table.filter(
        _.named
        & _.account_kind.isin(["main", "care"])
        & (whole_seconds(_.created_at) >= _.care_since)
    )
    parts = [
        count_rows(table, keys, n_yes=~_.named).assign(outcome=UNNAMED),
        count_rows(there, keys, n_yes=_.account_kind == "main").assign(outcome=MAIN),
    ]
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return frame.sort_values(
        ["outcome", *keys], na_position="last", kind="stable", ignore_index=True
    )


def _told_by_rules(requests: Requests, angry_at: float) -> pd.DataFrame:
    from ibis import _

    texts = (
        requests.on.table(requests.dataset, "posts")
        .filter(_.text.notnull())
        .select(post=_.post_id, text=_.text, lang=_.lang)
    )
    frame = (
        requests.rows()
        .select("request_id")
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


def _as_coded(requests: Requests, angry: set[str], negative: set[str]) -> pd.DataFrame:
    ids = requests.rows().select("request_id").execute()["request_id"].astype("str")
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
    clusters = int(used["unit"].nunique())
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
            "flags": "",
        }
        if fitted is not None:
            row |= {c: fitted[c] for c in (*MODEL, "method", "flags")}
        rows.append(row)
    return rows


def _model(used: pd.DataFrame, conf_level: float) -> dict[str, Any]:
    """Term of the model → its row."""
    several = len(used["network"].unique()) > 1
    made = model_rates(
        used,
        predictors=["mood", "network"] if several else ["mood"],
        cluster="unit",
        n_yes="n_yes",
        reference={"mood": NEGATIVE},
        correction="cr2" if used["unit"].nunique() <= MANY_CLUSTERS else "hc1",
        conf_level=conf_level,
    )
    return {str(row["term"]): row for row in made.to_dict("records")}
