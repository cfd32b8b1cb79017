"""Findings around the rate: change over time, published figures, definitions, the next step."""

from __future__ import annotations

import pandas as pd

from carekit.report.asked import MIN_N
from carekit.report.model import Finding, Kind, Value
from carekit.report.tables import Book, count, end_of, interval, row_at
from carekit.report.trend import is_run, stretches


def trend(book: Book) -> list[Finding]:
    """What may be said of change: ordinary variation first, never first against last."""
    about = book.frames.facts.get("trend", {"kind": "short", "n": 0, "unit": "month"})
    unit, n = about["unit"], count(about["n"])
    if about["kind"] == "small":
        return [Finding("trend.small", {"min": count(MIN_N)})]
    if not book.has("trend"):
        return [Finding(f"trend.short.{unit}", {"n": n})]
    book.table("trend")
    frame = book.frame("trend")
    kind: Kind = "month" if unit == "month" else "date"
    if about["kind"] == "equal":
        p = about["p_value"]
        if p is None:
            return [Finding("trend.untested", {"n": n})]
        if p >= 0.05:
            return [Finding(f"trend.equal.{unit}", {"n": n}, (), "undecided")]
        low, high = (end_of(frame["estimate"], least) for least in (True, False))
        values = {
            "n": n,
            "least": interval("share", dict(frame.loc[low])),
            "most": interval("share", dict(frame.loc[high])),
            "low_name": Value(kind, str(frame.loc[low, "period"])),
            "high_name": Value(kind, str(frame.loc[high, "period"])),
        }
        evidence = (row_at("trend", low), row_at("trend", high))
        return [Finding(f"trend.differ.{unit}", values, evidence, "established")]
    return _signals(frame, unit, kind)


def _signals(frame: pd.DataFrame, unit: str, kind: Kind) -> list[Finding]:
    said = []
    for i, row in frame[frame["signal"] == "outside"].iterrows():
        rate_ = Value("share", row["estimate"], row["limit_low"], row["limit_high"])
        values = {"period": Value(kind, str(row["period"])), "rate": rate_}
        key = "trend.point" if unit == "month" else "trend.point.week"
        said.append(Finding(key, values, (row_at("trend", i),), "established"))
    for _, run in frame.groupby(stretches(frame)):
        if not is_run(run):
            continue
        values = {
            "start": Value(kind, str(run["period"].iloc[0])),
            "end": Value(kind, str(run["period"].iloc[-1])),
            "centre": Value("share", float(run["centre"].iloc[0])),
        }
        evidence = (row_at("trend", run.index[0]), row_at("trend", run.index[-1]))
        said.append(Finding("trend.run", values, evidence, "established"))
    return said or [Finding(f"trend.none.{unit}", {}, (), "undecided")]


def published(book: Book) -> list[Finding]:
    """Each published figure beside the client under the same definition: no verdict."""
    said = [Finding("norm.first")]
    if not book.has("published"):
        return said
    book.table("published")
    for i, row in book.frame("published").iterrows():
        values = {
            "source": Value("text", row["source"]), "year": Value("text", str(row["year"])),
            "network": Value("network", row["network"]), "brand": book.client,
            "published": Value("share", float(row["published"])),
        }  # fmt: skip
        if row["comparability"] == "none":
            said.append(Finding("norm.none", values, (row_at("published", i),)))
            continue
        near = "near_networks" if "networks" in row["differs"] else "near_brands"
        values["value"] = interval("share", dict(row), "value")
        values["comparability"] = Value("code", near)
        values["definition"] = Value("definition", row["definition"])
        said.append(Finding("norm", values, (row_at("published", i),)))
    return said


def definitions(book: Book) -> list[Finding]:
    """From which to which rate the same posts go, by definition."""
    if not book.has("definitions") or len(book.frame("definitions")) < 2:
        return []
    book.table("definitions")
    frame = book.frame("definitions")
    least, most = float(frame["estimate"].min()), float(frame["estimate"].max())
    values = {"n": count(len(frame)), "least": Value("share", least), "most": Value("share", most)}
    ends = (frame["estimate"].idxmin(), frame["estimate"].idxmax())
    key = "norm.definitions" if round(100 * least) < round(100 * most) else "norm.definitions.same"
    return [Finding(key, values, tuple(row_at("definitions", i) for i in ends))]


def action(book: Book) -> list[Finding]:
    """The change that would move most, by arithmetic; nothing where none is established."""
    if not book.has("actions"):
        return []
    row, at = book.row("actions")
    values = {"gain": Value("points", float(row["estimate"]), float(row["ci_low"]),
                            float(row["ci_high"]))}  # fmt: skip
    if row["action"] == "off_hours":
        if not book.asked.hours:  # the brand's hours are not known: evenings are those of everybody
            return [Finding("action.evenings", values, (at,))]
        values["hours"] = Value("text", book.asked.hours)
    else:
        values["part"] = Value("network", row["part"])
        values["like"] = Value("network", row["like"])
    return [Finding(f"action.{row['action']}", values, (at,))]
