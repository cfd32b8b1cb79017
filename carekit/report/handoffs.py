"""First answers that turn to private messages, of brands whose language the patterns read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

LOOKED_AT = 50  # first answers of each brand whose language is told


def handoffs_of(requests: Requests) -> tuple[pd.DataFrame, list[str]]:
    """Share of first answers by brand: brand, n, n_yes, estimate, ci_low, ci_high; and the brands that
    are left out because most of their answers are in a language that the patterns do not read."""
    from ibis import _

    answers = first_answers(requests)
    unread = unread_brands(answers)
    said = answers.mutate(says=handoff(answers)).filter(_.says != NO_TEXT)
    if unread:
        said = said.filter(_.brand.notin(unread))
    told = said.select("brand", unit=_.unit.hash(), yes=_.says != "none")
    kept = rates_of(coded(told, "brand"), ["brand"], "yes")
    kept = kept.rename(columns={"n_answered": "n_yes"})[
        "brand n n_yes estimate ci_low ci_high".split()
    ]
    kept.loc[kept["n"] < MIN_N, ["estimate", "ci_low", "ci_high"]] = np.nan
    return kept.sort_values("estimate", ascending=False, kind="stable", ignore_index=True), unread


def unread_brands(answers: Any) -> list[str]:
    """Brands of whose first answers, as far as their language can be told, most are in another."""
    import ibis
    from ibis import _

    texts = answers.filter(_.answer_text.notnull()).select(
        "brand", "answer_text", "answer_lang",
        place=ibis.row_number().over(group_by="brand", order_by=[_.answer_id.hash(), _.answer_id]),
    )  # fmt: skip
    looked = texts.filter(_.place < LOOKED_AT).execute()
    given = looked["answer_lang"].map(code_of, na_action="ignore")
    lang = given.where(given.notna(), detect_language(looked["answer_text"]).astype(object))
    known = pd.DataFrame({"brand": looked["brand"], "lang": lang})
    known = known[(known["lang"] != "und") & known["brand"].notna()]
    other = ~known["lang"].isin(list(HANDOFF_PATTERNS))
    share = other.groupby(known["brand"]).mean()
    return sorted(str(brand) for brand in share.index[share > 0.5])
