"""Truth of the finished tables: what anyone must count in them, traps included."""

from __future__ import annotations

from typing import Any

import pandas as pd

from carekit.sample.roster import brands

WEEK = 7 * 86400


def count_tables(posts: pd.DataFrame, again: pd.DataFrame) -> dict[str, Any]:
    """Counts of the posts as delivered: a first collection and a second look at some.

    A post that was looked at twice counts once, as it was seen last.
    """
    whole = pd.concat([posts, again], ignore_index=True)
    last = whole.sort_values("observed_at", kind="stable").drop_duplicates("post_id", keep="last")
    opening = last[last["author_role"].eq("customer") & last["reply_to"].isna()]
    by_brand = last[last["author_role"].eq("brand") & last["reply_to"].notna()]
    first = by_brand.groupby("reply_to")["created_at"].min()
    reply = opening["post_id"].map(first)
    wait = (reply - opening["created_at"]).dt.total_seconds()
    known = set(last["post_id"])
    answered = reply.notna()
    return {
        "rows": len(whole),
        "posts": len(last),
        "duplicated_rows": len(whole) - len(last),
        "openings": len(opening),
        "openings_answered_directly": int(answered.sum()),
        "openings_by_network": opening["network"].value_counts(sort=False).sort_index().to_dict(),
        "openings_answered_directly_by_network": opening["network"][answered]
        .value_counts(sort=False)
        .sort_index()
        .to_dict(),
        "openings_answered_before_they_were_written": int((wait < 0).sum()),
        "openings_answered_after_7_days": int((wait > WEEK).sum()),
        "openings_answered_across_a_clock_change": _across_clock_change(opening, reply),
        "replies_to_posts_not_collected": int(
            (last["reply_to"].notna() & ~last["reply_to"].isin(known)).sum()
        ),
        "customer_replies_to_posts_not_collected": int(
            (
                last["reply_to"].notna()
                & ~last["reply_to"].isin(known)
                & last["author_role"].eq("customer")
            ).sum()
        ),
        "posts_without_text": int(last["text"].isna().sum()),
        "posts_deleted": int(last["deleted_at"].notna().sum()),
        "threads": int(last["thread_id"].nunique()),
        "authors": int(last["author_id"].nunique()),
    }


def _across_clock_change(opening: pd.DataFrame, reply: pd.Series) -> int:
    """Answered openings with a change to or from summer time before their answer, brand's zone."""
    zones = {b.brand: b.timezone for b in brands()}
    count = 0
    for zone, rows in opening.groupby(opening["brand"].map(zones), sort=True):
        answers = reply.loc[rows.index].dropna()
        asked = rows.loc[answers.index, "created_at"]
        count += int((_offset(asked, str(zone)) != _offset(answers, str(zone))).sum())
    return count


def _offset(moments: pd.Series, zone: str) -> pd.Series:
    """Local time minus UTC."""
    local = moments.dt.tz_convert(zone).dt.tz_localize(None)
    return local - moments.dt.tz_localize(None)
