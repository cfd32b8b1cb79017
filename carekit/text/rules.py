"""RuleTriage: every flag of a post from word lists and patterns; no training, no extra."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from carekit.text.abuse import REVIEW_AT, abuse_of
from carekit.text.checks import need_columns, one_a_post
from carekit.text.handoffs import brand_posts, handoffs_of
from carekit.text.language import CODES, code_of, other_script, vote
from carekit.text.matching import lower_all, match_cleaned
from carekit.text.personal_data import kinds_of
from carekit.text.prepare import URL_PATTERN, as_texts, clean_all, without_noise
from carekit.text.questions import PATTERNS
from carekit.text.tokens import TokenTable, vocabulary
from carekit.text.tone import (
    BATCH,
    NEGATIVE_AT,
    score_table,
    tone_frame,
)

COMMENT_CLASSES = ("question", "troll", "negative", "positive", "neutral")
"""The five categories of the comment-management scheme, in the order in which they are tried."""

COMPLAINT_AT = -1.1
# Letters of neither language, of which a post tells that says too little to be counted.
NEITHER = re.compile("[ñßáíóúìòãõşğıłżźćńęąřšžčůåøđäöő¿¡]")
READ = ("en", "fr", "und")
"""Languages whose posts are judged; "und" says too little to tell, and is read as both."""


class RuleTriage:
    """Flags of posts from carekit's own word lists and patterns, French and English.

    Parameters
    ----------
    lang : str, optional
        Language of all posts. Default: told for each post from its function words, or given to
        `flag` as a column.
    fallback : str, default "und"
        Language of posts that say too little to tell; "und" reads them with both lexicons.

    Notes
    -----
    A share counted on these flags carries the classifier's errors: correct it with a coded sample
    (`carekit.inference.correction.prevalence.corrected_prevalence`).

    Examples
    --------
    >>> rules = RuleTriage()
    >>> flags = rules.flag(["Where is my parcel? 5 days late!", "Merci pour votre aide !"])
    >>> flags[["lang", "tone", "is_question", "is_complaint"]].values.tolist()
    [['en', 'negative', True, True], ['fr', 'positive', False, False]]
    """

    def __init__(self, *, lang: str | None = None, fallback: str = "und") -> None:
        self.lang, self.fallback = lang, fallback

    def __repr__(self) -> str:
        return f"RuleTriage(lang={self.lang!r}, fallback={self.fallback!r})"

    def flag(
        self,
        texts: Iterable[Any],
        *,
        lang: pd.Series | str | None = None,
        author_role: pd.Series | str = "customer",
    ) -> pd.DataFrame:
        """All flags of each post; each stands alone.

        Parameters
        ----------
        texts : Series or list of str
            Posts; missing allowed.
        lang : str or Series of str, optional
            Language of the posts, where known, as networks write it (en, FR, en-US); missing values
            and words that name no language are told from the text.
        author_role : str or Series of str, default "customer"
            "brand" posts get the hand-off flag; others get a missing one.

        Returns
        -------
        DataFrame
            One row per post, with the index of `texts`. Missing text gives missing flags; so does, but
            for `lang` and `pii_types`, a language that the rules do not read (all but `READ`).

            - `lang`: code, or `fallback`.
            - `tone`: negative, neutral, positive; `tone_score`: -1 to 1.
            - `is_question`: a question mark outside links, or words that ask.
            - `is_complaint`: a negative tone that names a fault of the service, or a strongly
              negative one.
            - `abuse_score`: 0 to 1; `needs_review`: it is `abuse.REVIEW_AT` or more.
            - `handoff`: requested, announced, none; missing unless the author is a brand.
            - `pii_types`: kinds of personal data found, joined by `|`, "" when none.
            - `has_issue`: names a fault of the service.

        Raises
        ------
        InputError
            `texts` holds something else than text, or a Series has another length.
        """
        series = as_texts(texts)
        brand = brand_posts(author_role, series)
        given = self._given(lang, series)
        cleaned = clean_all(series)
        parts = [
            self._flag_batch(cleaned[i : i + BATCH], given[i : i + BATCH], brand[i : i + BATCH])
            for i in range(0, max(len(cleaned), 1), BATCH)
        ]
        frame = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
        frame.index = series.index
        missing = series.isna().to_numpy()
        if missing.any():
            frame.loc[missing, [c for c in frame.columns if c != "lang"]] = pd.NA
        unread = ~frame["lang"].isin(READ).to_numpy()
        if unread.any():
            frame.loc[unread, [c for c in frame.columns if c not in ("lang", "pii_types")]] = pd.NA
        return frame

    def _told(self, cleaned: list[str], given: np.ndarray, table: TokenTable) -> np.ndarray:
        """The language of each post: as given, else told from its words or its script."""
        unknown = pd.isna(given)
        if not unknown.any():
            return given
        told = vote(table)
        foreign = [bool(NEITHER.search(text)) for text in cleaned]
        told[other_script(cleaned) | ((told == "und") & np.array(foreign, dtype=bool))] = "other"
        return np.where(unknown, np.where(told == "und", self.fallback, told), given)

    def _given(self, lang: pd.Series | str | None, texts: pd.Series) -> np.ndarray:
        """The language known beforehand of each post, or None."""
        lang = self.lang if lang is None else lang
        if lang is None or isinstance(lang, str):
            return np.array([code_of(lang or "")] * len(texts), dtype=object)
        one_a_post(lang, texts, argument="lang", one="language code")
        codes = {tag: code_of(tag) for tag in lang.dropna().unique()}
        values = lang.astype(object).map(codes)
        return values.where(values.notna(), None).to_numpy()

    def _flag_batch(self, cleaned: list[str], given: np.ndarray, brand: np.ndarray) -> pd.DataFrame:
        import pyarrow.compute as pc

        bare = without_noise(cleaned)
        table = vocabulary().tokenise(cleaned, bare=bare)
        codes = self._told(cleaned, given, table)
        rows = np.where(codes == "en", 0, np.where(codes == "fr", 1, 2))
        scores = score_table(table, rows)
        frame = tone_frame(scores, pd.Series(cleaned, dtype=object))
        lowered = pc.utf8_lower(bare)
        handoff = np.full(len(cleaned), None, dtype=object)
        if brand.any():
            mine = np.flatnonzero(brand)
            linkless = lower_all([cleaned[i] for i in mine], drop=URL_PATTERN)
            handoff[mine] = handoffs_of(linkless, rows[mine])
        abuse = abuse_of(table, rows)
        issue = scores["issues"] > 0
        raw = scores["raw"]
        complaint = ((raw <= COMPLAINT_AT) & issue) | (raw <= 3 * NEGATIVE_AT)
        return pd.DataFrame(
            {
                "lang": pd.Series(codes, dtype="string"),
                "tone": frame["tone"],
                "tone_score": frame["tone_score"],
                "is_question": pd.array(
                    match_cleaned(lowered, patterns=PATTERNS, rows=rows), dtype="boolean"
                ),
                "is_complaint": pd.array(complaint, dtype="boolean"),
                "abuse_score": abuse,
                "needs_review": pd.array(abuse >= REVIEW_AT, dtype="boolean"),
                "handoff": pd.Series(handoff, dtype="string"),
                "pii_types": pd.Series(kinds_of(cleaned), dtype="string"),
                "has_issue": pd.array(issue, dtype="boolean"),
            }
        )


def comment_class(flags: pd.DataFrame) -> pd.Series:
    """The five categories of the comment-management scheme, derived from the flags.

    The first rule that applies decides:

    1. *troll*: `needs_review` and no fault of the service named (`has_issue` false);
    2. *question*: `is_question`, unless the post complains;
    3. *negative*: `is_complaint`, or a negative tone;
    4. *positive*: a positive tone;
    5. *neutral*: everything else.

    A complaint that asks ("where is my parcel? 5 days late") is negative: it needs the answer to a
    complaint. Keep the flags: five exclusive classes lose that it asked.

    Parameters
    ----------
    flags : DataFrame
        As `RuleTriage.flag` returns it: columns tone, is_question, is_complaint, needs_review,
        has_issue.

    Returns
    -------
    Series of str
        One of `COMMENT_CLASSES`; missing where the tone is missing.

    Raises
    ------
    InputError
        A column is missing.

    Examples
    --------
    >>> comment_class(RuleTriage().flag(["what time do you open", "thanks, great shop!"])).to_list()
    ['question', 'positive']
    """
    needed = ["tone", "is_question", "is_complaint", "needs_review", "has_issue"]
    hint = "Pass the frame that RuleTriage().flag returns."
    need_columns(flags, needed, argument="flags", hint=hint)
    is_ = {c: flags[c].astype("boolean").fillna(False).to_numpy(bool) for c in needed[1:]}
    tone = flags["tone"].astype(object)
    choice = np.select(
        [
            is_["needs_review"] & ~is_["has_issue"],
            is_["is_question"] & ~is_["is_complaint"],
            is_["is_complaint"] | (tone == "negative").to_numpy(),
            (tone == "positive").to_numpy(),
        ],
        ["troll", "question", "negative", "positive"],
        default="neutral",
    )
    found = pd.Series(choice, index=flags.index, dtype="string", name="comment_class")
    return found.mask(tone.isna().to_numpy())


__all__ = ["CODES", "COMMENT_CLASSES", "RuleTriage", "comment_class"]
