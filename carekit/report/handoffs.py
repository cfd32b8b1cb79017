"""First answers that turn to private messages, of brands whose language the patterns read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from carekit.measures.first_answers import NO_TEXT, first_answers, handoff
from carekit.report.asked import MIN_N
from carekit.report.gaps import rates_of
from carekit.report.requests_table import coded
from carekit.text.handoffs import HANDOFF_PATTERNS
from carekit.text.language import code_of, detect_language

if TYPE_CHECKING:
    from carekit.requests.value import Requests

LOOKED_AT = 2_000  # first answers whose language is told, drawn by their ids


def handoffs_of(requests: Requests, n: int) -> tuple[pd.DataFrame, list[str]]:
    """Share of first answers by brand: brand, n, n_yes, estimate, ci_low, ci_high; and the brands that
    are left out because most of their answers are in a language that the patterns do not read.

    `n`: how many answers there are, about.
    """
    import ibis
    from ibis import _

    answers = first_answers(requests)
    # One query reads everything: to join the answers takes most of the time.
    looked = _.answer_id.hash() % max(n // LOOKED_AT, 1) == 0
    none = ibis.null("string")
    told = answers.mutate(says=handoff(answers)).filter(_.says != NO_TEXT).select(
        "brand", unit=_.unit.hash(), yes=_.says != "none",
        text=ibis.ifelse(looked, _.answer_text, none), lang=ibis.ifelse(looked, _.answer_lang, none),
    )  # fmt: skip
    rows = coded(told, "brand")
    unread = unread_brands(rows[rows["text"].notna()])
    kept = rates_of(rows[~rows["brand"].isin(unread)], ["brand"], "yes")
    kept = kept.rename(columns={"n_answered": "n_yes"})[
        "brand n n_yes estimate ci_low ci_high".split()
    ]
    kept.loc[kept["n"] < MIN_N, ["estimate", "ci_low", "ci_high"]] = np.nan
    return kept.sort_values("estimate", ascending=False, kind="stable", ignore_index=True), unread


def unread_brands(looked: pd.DataFrame) -> list[str]:
    """Brands of whose answers, as far as their language can be told, most are in another.

    `looked`: brand, text, lang (as a network says it, or missing).
    """
    given = looked["lang"].map(code_of, na_action="ignore").astype(object)
    lang = given.where(given.notna(), detect_language(looked["text"]).astype(object))
    known = lang != "und"
    other = ~lang[known].isin(list(HANDOFF_PATTERNS))
    share = other.groupby(looked["brand"][known], observed=True).mean()
    return sorted(map(str, share.index[share > 0.5]))
