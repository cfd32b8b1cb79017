"""The requests of the report, materialised once: every brand compared, one row per request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from carekit.measures.contacts import customer_posts
from carekit.report.trend import periods_of
from carekit.requests.build import waits_anywhere
from carekit.requests.clock import whole_seconds
from carekit.requests.definitions import OPENING_UNITS
from carekit.requests.threads import dataset_threads
from carekit.requests.value import Requests

if TYPE_CHECKING:
    from carekit.dataset.engine import Engine
    from carekit.dataset.folder import Dataset
    from carekit.report.asked import Asked
    from carekit.report.peers import Compared
    from carekit.requests.threads import Threads

DAY = 86_400  # seconds
RECONTACT = 7 * DAY


def quoted(text: str) -> str:
    """A text as a condition of `where` writes it."""
    return "'" + text.replace("'", "''") + "'"


def period_condition(asked: Asked, zone: str) -> list[str]:
    """The period as conditions on the time of a request, its days those of the zone."""
    first, last = asked.dates
    parts = []
    if first:
        parts.append(f"created_at >= '{_instant(first, zone)}'")
    if last:
        end = (pd.Timestamp(last) + pd.Timedelta(days=1)).strftime("%Y-%m-%d")
        parts.append(f"created_at < '{_instant(end, zone)}'")
    return parts


def _instant(day: str, zone: str) -> str:
    local = pd.Timestamp(day).tz_localize(zone, nonexistent="shift_forward", ambiguous=True)
    return local.tz_convert("UTC").strftime("%Y-%m-%d %H:%M:%S")


def requests_of(
    dataset: Dataset, engine: Engine, asked: Asked, *conditions: str, by: str = "brand"
) -> Requests:
    """The requests that meet the conditions, under the definition of the dataset."""
    return Requests.of(
        dataset,
        by=by,
        where=" AND ".join(c for c in conditions if c) or None,
        allow_selected=asked.allow_selected,
        engine=engine,
    )


def of_brands(compared: Compared) -> str:
    """The condition that a request is to a brand that is compared."""
    return f"brand IN ({', '.join(map(quoted, compared.all))})"


def read_requests(requests: Requests, brand: str) -> pd.DataFrame:
    """One row per request: what the report counts.

    Columns: request_id (of the client only), brand, network, unit (the author, as a number),
    known (the author is known), created_at, answered, wait (seconds, missing where unanswered or
    dated before its request), followed (seconds an unanswered request was looked at), wait_thread
    (as wait, an answer anywhere in the thread counted), complete (no post of its thread is missing),
    unsure (unanswered, and a post of its thread is missing or it was deleted), again (posts of its
    author that followed), again_after (seconds to the first of them).
    """
    import ibis
    from ibis import _

    opens = requests.definition.unit in OPENING_UNITS
    plain = requests.rows(threads=not opens)
    table = plain.select(
        "brand", "network", "created_at", "answered", "unit", "author_id",
        id="request_id", wait=_.first_response_seconds, followed=_.observed_seconds,
        **({} if opens else {"complete": ibis.coalesce(_.thread_complete, True)}),
    )  # fmt: skip
    threads = dataset_threads(requests.dataset, engine=requests.on)
    if opens:
        table = _with_repeats(table, requests, threads)
    else:
        table = table.mutate(
            again=ibis.null("int64"), again_after=ibis.null("int64"), wait_thread=_.wait
        )
    gone = threads.posts.filter(_.deleted_at.notnull()).select(gone=_.post_id)
    table = table.left_join(gone, [("id", "gone")]).select(*table.columns, "gone")
    rows = (
        table.mutate(
            request_id=ibis.ifelse(_.brand == brand, _.id, ibis.null("string")),
            known=_.author_id.notnull(),
            unit=_.unit.hash(),
            at=whole_seconds(_.created_at),
            unsure=~_.answered & (~_.complete | _.gone.notnull()),
            tie=_.id.hash(),
        )
        .drop("author_id", "created_at", "gone", "id")
        .order_by("brand", "at", "tie")
        .drop("tie")
    )
    made = coded(rows, "brand", "network")
    made["unit"] = pd.factorize(made["unit"])[0]
    made["created_at"] = pd.to_datetime(made.pop("at"), unit="s", utc=True)
    for column in ("wait", "followed", "wait_thread", "again", "again_after"):
        made[column] = made[column].astype(float)
    made["backwards"] = made["wait"] < 0
    made.loc[made["backwards"], "wait"] = np.nan
    return made


def coded(table: Any, *names: str) -> pd.DataFrame:
    """The rows of a table; of these columns every name is held once, in order."""
    arrow = table.to_pyarrow()
    for name in names:
        place = arrow.schema.get_field_index(name)
        arrow = arrow.set_column(place, name, arrow[name].dictionary_encode().unify_dictionaries())
    made = arrow.to_pandas()
    for name in names:
        made[name] = made[name].cat.reorder_categories(sorted(made[name].cat.categories))
    return made


def counted_waits(table: pd.DataFrame) -> pd.DataFrame:
    """The requests as `carekit.measures.waits.count_waits` counts them, a row each."""
    seconds = table["wait"].where(table["answered"], table["followed"]).clip(lower=0)
    made = pd.DataFrame(
        {"brand": table["brand"].cat.remove_unused_categories(), "unit": table["unit"],
         "seconds": seconds.where(~table["backwards"], 0.0),
         "events": (table["answered"] & ~table["backwards"]).astype(int),
         "censored": (~table["answered"]).astype(int), "backwards": table["backwards"].astype(int)}
    )  # fmt: skip
    made.attrs.update(n_without=0, n_coarse=0)
    return made


def _with_repeats(table: Any, requests: Requests, threads: Threads) -> Any:
    """Adds what is known of a thread; a request opens its thread, so that both have one id."""
    import ibis
    from ibis import _

    anywhere = requests.answered_anywhere("who asks again is told from").definition
    waits = waits_anywhere(requests.dataset, anywhere, requests.on)
    whole = threads.table.select(root_id=_.thread_id, complete=_.thread_complete)
    told = waits.left_join(whole, [("request_id", "root_id")]).select(
        there=_.request_id,
        wait_thread=_.first_response_seconds,
        complete=ibis.coalesce(_.complete, True),
    )
    facts = requests.on.keep(told)  # all joins in one query want more memory than `MEMORY`
    written = customer_posts(threads).filter(_.post_id != _.root)
    later = (
        table.select("author_id", rid=_.id, asked_at=whole_seconds(_.created_at))
        .inner_join(written, [("rid", "root"), ("author_id", "writer")])
        .select("rid", "asked_at", "post_id", "written_at")
        .filter(_.written_at >= _.asked_at)
        .group_by("rid")
        .agg(again=_.count(), again_after=(_.written_at - _.asked_at).min())
        .select("again", "again_after", same=_.rid)
    )
    for known, key in ((facts, "there"), (later, "same")):
        more = [name for name in known.columns if name != key]
        table = table.left_join(known, [("id", key)]).select(*table.columns, *more)
    return table.mutate(again=ibis.coalesce(_.again, 0))


def threads_of(requests: Requests, brand: str, ids: pd.Series) -> Dataset:
    """The dataset with the threads of one brand alone, in memory: to count them under many
    definitions costs a fraction then."""
    import ibis
    from ibis import _

    dataset = requests.dataset
    threads = dataset_threads(dataset, engine=requests.on)
    members = threads.members.select(member=_.post_id, root=_.thread_id)
    asked = ibis.memtable(pd.DataFrame({"asked": ids.astype("str")}))
    roots = members.semi_join(asked, [("member", "asked")]).select("root").distinct()
    own = members.semi_join(roots, [("root", "root")]).select("member")
    posts = threads.posts
    named = posts.filter(_.brand == brand).select(member=_.post_id)
    kept = posts.semi_join(own.union(named), [("post_id", "member")])
    table = kept.order_by("post_id").to_pyarrow()
    tables = {
        "posts": table,
        **{
            name: pa.Table.from_pandas(dataset.read(name), preserve_index=False)
            for name in ("accounts", "brands", "threads")
            if dataset.has(name)
        },
    }
    path = dataset.path.with_name(f"{dataset.path.name}#threads of one brand")
    return replace(dataset, path=path, tables=tables)


def asked_again(table: pd.DataFrame) -> pd.Series:
    """Whether the author wrote again in the thread before any answer in it."""
    before = table["wait_thread"].isna() | (table["again_after"] < table["wait_thread"])
    return (table["again"] > 0) & before


def local_time(table: pd.DataFrame, zone: str) -> pd.Series:
    """Times of the requests in a zone."""
    return table["created_at"].dt.tz_convert(zone)


def followed_for(table: pd.DataFrame, seconds: float, end: pd.Timestamp) -> pd.Series:
    """Which requests can be judged after so long: unanswered ones were looked at for that long.

    Answered ones belong where they are old enough: to keep young ones that were answered and leave
    out young ones that were not would flatter.
    """
    old = (end - table["created_at"]).dt.total_seconds() >= seconds
    seen = table["followed"].isna() | (table["followed"] >= seconds)
    return old & seen


def listed(
    table: pd.DataFrame, local: pd.Series, brand: str, facts: Mapping[str, Any]
) -> pd.DataFrame:
    """The client's requests as `data/requests.csv` lists them."""
    mine = (table["brand"] == brand).to_numpy()
    rows, at = table[mine], local[mine]
    labels = facts.get("labels")
    about = facts.get("trend") or {"unit": "month"}
    flags = np.select(
        [rows["backwards"], ~rows["complete"].fillna(value=True).astype(bool)],
        ["backwards", "incomplete"],
        "",
    )
    listed = pd.DataFrame(
        {
            "request_id": rows["request_id"],
            "network": rows["network"].astype(str),
            "created_at": at.dt.strftime("%Y-%m-%d %H:%M:%S"),
            "weekday": at.dt.day_of_week + 1,
            "hour": at.dt.hour,
            "period": periods_of(at, about["unit"]).astype(object) if len(at) else "",
            "category": "" if labels is None else rows["request_id"].map(labels).fillna(""),
            "answered": rows["answered"].astype(bool),
            "minutes": (rows["wait"] / 60).round(2),
            "asked_again": asked_again(rows).astype(bool),
            "flags": flags,
        }
    )
    return listed.sort_values(["created_at", "request_id"], kind="stable", ignore_index=True)
