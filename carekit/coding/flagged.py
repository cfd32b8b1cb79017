"""Requests of a dataset with the flags of their texts: what the shares of categories count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from carekit.coding.policy import assess_risk
from carekit.errors import InputError, SelectionError
from carekit.requests.threads import distinct_posts
from carekit.requests.value import AUTO, NONE, Requests, column_tuple
from carekit.text.rules import RuleTriage, comment_class

if TYPE_CHECKING:
    import pandas as pd

    from carekit.dataset.folder import Dataset

# What strata and policies may refer to, beside the columns that were asked for.
PLACES = ("request_id", "network", "surface", "brand", "account", "country", "sector", "author_id")
# Columns that come from the text rather than from the request.
TOLD = ("lang", "tone", "is_question", "is_complaint", "comment_class", "risk")
CHUNK = 50_000


@dataclass(frozen=True)
class FlaggedRequests:
    """One row per request, with its flags, ordered by request_id.

    `frame`: `PLACES`, the columns asked for, those of `carekit.text.rules.RuleTriage.flag`,
    comment_class and risk; flags of a request without text are missing. The groups of `requests`,
    as they were counted, may also name what the texts tell (`TOLD`).
    """

    frame: pd.DataFrame
    requests: Requests

    @property
    def by(self) -> tuple[str, ...]:
        """Columns that define the groups."""
        return self.requests.by

    def units(self) -> pd.Series:
        """The independent unit of each row, never missing.

        Requests without an author are a unit each; those without a brand are one together.
        """
        unit = self.requests.unit
        if unit is None:
            return self.frame["request_id"]
        other = self.frame["request_id"] if unit == "author_id" else "unknown"
        return self.frame[unit].astype(object).fillna(other)

    def regrouped(self, by: str | Sequence[str], *, cluster: str | None = AUTO) -> FlaggedRequests:
        """The same requests in other groups; nothing is flagged again."""
        asked = column_tuple(by)
        unit = None if cluster in (None, NONE) else cluster
        if cluster == AUTO:
            of_requests = tuple(c for c in asked if c not in TOLD)
            unit = self.requests.but(by=of_requests, cluster=AUTO).unit
        for name in (*asked, *([unit] if unit else [])):
            if name not in self.frame:
                raise InputError(
                    f"`by` or `cluster` names a column {name!r} that was not kept; found: "
                    f"{', '.join(self.frame.columns)}. Name it when the requests are flagged."
                )
        return replace(self, requests=self.requests.but(by=asked, cluster=unit))

    def count(self, rows: pd.DataFrame, *what: str, **yes: pd.Series) -> pd.DataFrame:
        """Rows of the frame by group, unit and `what`: n, and the sums of 0/1 values of each."""
        values = {name: value.astype(int) for name, value in yes.items()}
        table = rows.assign(n=1, **values, unit=self.units())
        keys = list(dict.fromkeys([*what, *self.by, "unit"]))
        return table.groupby(keys, dropna=False, as_index=False)[["n", *yes]].sum()

    def only(self, rows: pd.Series) -> FlaggedRequests:
        """The requests for which `rows`, a boolean column as long as the frame, is true."""
        return replace(self, frame=self.frame[rows.to_numpy(bool)].reset_index(drop=True))

    def with_text(self) -> pd.DataFrame:
        """The rows whose flags are known; SelectionError if no request has a text that is read."""
        known = self.frame[self.frame["tone"].notna()]
        if known.empty and self.frame["pii_types"].notna().any():
            raise SelectionError(
                f"None of {len(self.frame):,} requests has a text in English or French; expected "
                "texts that the rules read. Correct the column `lang`, if that is not so."
            )
        if known.empty:
            raise SelectionError(
                f"None of {len(self.frame):,} requests has a text; expected texts to sort. Import "
                "the posts with their texts."
            )
        return known


def flag_requests(
    dataset: Dataset | Requests, *, text: bool = False, **options: Any
) -> FlaggedRequests:
    """Flag the text of every request by carekit's rules.

    Parameters
    ----------
    dataset : Dataset or Requests
        A dataset with the options of `carekit.requests`, or the requests that it gives; `by` may
        also name one of `TOLD` (lang, tone, ...).
    text : bool, default False
        Keep the text in the frame; it is dropped as soon as it is flagged otherwise.

    Returns
    -------
    FlaggedRequests

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> flagged = flag_requests(open_dataset(), by="network", where="network = 'youtube'")
    >>> flagged.frame.network.unique().tolist()
    ['youtube']
    """
    import pandas as pd

    asked = dataset if isinstance(dataset, Requests) else Requests.of(dataset, **options)
    of_requests = tuple(c for c in asked.by if c not in TOLD)
    counted = asked.but(by=of_requests)
    posts = asked.on.table(asked.dataset, "posts")
    if counted.built().n_duplicates:
        posts, _ = distinct_posts(posts, asked.on)
    texts = posts.select(text_of="post_id", text="text", given_lang="lang")
    columns = list(dict.fromkeys([*PLACES, *of_requests, counted.unit or "request_id"]))
    joined = counted.rows().select(*columns).left_join(texts, [("request_id", "text_of")])
    joined = joined.select(*columns, "text", "given_lang")
    parts = [
        _flagged(batch.to_pandas(), keep_text=text)
        for batch in joined.to_pyarrow_batches(chunk_size=CHUNK)
        if batch.num_rows
    ]
    if not parts:
        parts = [_flagged(pd.DataFrame(columns=[*columns, "text", "given_lang"]), keep_text=text)]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.sort_values("request_id", kind="stable", ignore_index=True)
    return FlaggedRequests(frame, asked.but(cluster=counted.unit))


def flagged_as(requests: Requests, flagged: FlaggedRequests | None) -> FlaggedRequests:
    """The flags of requests: those given, in the groups that are asked for, or told now."""
    if flagged is None:
        return flag_requests(requests)
    return flagged.regrouped(requests.by, cluster=requests.cluster)


def _flagged(frame: pd.DataFrame, *, keep_text: bool) -> pd.DataFrame:
    """The frame with flags; its text stays only if asked for."""
    import pandas as pd

    texts = frame["text"].astype(object).where(frame["text"].notna(), None)
    flags = RuleTriage().flag(texts, lang=frame["given_lang"].astype(object))
    flags["comment_class"] = comment_class(flags)
    flags["risk"] = assess_risk(flags).mask(flags["tone"].isna())
    kept = frame.drop(columns=["given_lang"] if keep_text else ["text", "given_lang"])
    return pd.concat([kept, flags.drop(columns="handoff")], axis=1)
