"""The tables of the report: which columns of which frame are shown, under which names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from carekit.report.asked import Asked
from carekit.report.frames import Frames
from carekit.report.gaps import nearest
from carekit.report.model import Column, Evidence, Kind, Message, Table, Value
from carekit.report.peers import Compared, rounded

# Column of a frame → kind and heading; `*` marks headings that differ by table.
_N = "n:count:n"
_RATE = "estimate:share:rate ci_low:share:low ci_high:share:high"
_SHARE = "estimate:share:share ci_low:share:low ci_high:share:high"
LAYOUT: dict[str, str] = {
    "rates": f"brand:text:brand {_N} n_answered:count:n_answered {_RATE} "
    "bound_low:share:bound_low bound_high:share:bound_high",
    "differences": f"brand:text:brand {_N} estimate:points:gap ci_low:points:low "
    "ci_high:points:high level:code:level",
    "ranks": f"brand:text:brand {_N} estimate:share:rate rank:rank:rank best_rank:rank:best_rank "
    "worst_rank:rank:worst_rank",
    "networks": f"network:network:network {_N} n_answered:count:n_answered {_RATE} "
    "peers_median:share:peers_median n_peers:count:n_peers",
    "stars": f"rating:rating:rating {_N} n_answered:count:n_answered {_RATE} "
    "peers_median:share:peers_median n_peers:count:n_peers",
    "waits": f"brand:text:brand {_N} within_60:share:within_60 within_480:share:within_480 "
    "within_1440:share:within_1440 median_minutes:minutes:median ci_low:minutes:low "
    "ci_high:minutes:high answered_median_minutes:minutes:answered_median",
    "curves": "brand:text:brand minutes:minutes:minutes estimate:share:share ci_low:share:low "
    "ci_high:share:high",
    "heat": f"weekday:weekday:weekday hour:hour:hour {_N} n_answered:count:n_answered "
    "estimate:share:rate",
    "repeats": f"brand:text:brand repeat:code:repeat {_N} n_yes:count:n_yes {_SHARE}",
    "handoffs": f"brand:text:brand n:count:n_answers n_yes:count:n_yes {_SHARE}",
    "categories": f"category:category:category {_N} n_yes:count:n_yes {_SHARE} "
    "n_coded:count:n_coded",
    "category_rates": f"category:category:category {_N} n_answered:count:n_answered {_RATE}",
    "csat": f"split:code:split part:code:portion {_N} n_yes:count:n_yes {_SHARE} mean:number:mean "
    "mean_low:number:mean_low mean_high:number:mean_high n_missing:count:n_missing",
    "scores": f"brand:text:brand {_N} estimate:score:score ci_low:score:low ci_high:score:high "
    "rank:rank:rank best_rank:rank:best_rank worst_rank:rank:worst_rank draw_low:score:draw_low "
    "draw_high:score:draw_high",
    "criteria": f"criterion:criterion:criterion weight:share:weight {_N} {_SHARE} "
    "contribution:score:contribution",
    "trend": f"period:month:period {_N} n_answered:count:n_answered {_RATE} "
    "limit_low:share:limit_low limit_high:share:limit_high peers:share:peers_median "
    "signal:code:signal",
    "published": "source:text:source year:text:year network:network:network "
    "definition:definition:definition "
    "published:share:published n:count:n value:share:rate ci_low:share:low ci_high:share:high "
    "comparability:code:comparability",
    "definitions": f"definition:definition:definition {_N} n_answered:count:n_answered {_RATE}",
    "actions": f"action:code:action part:network:part like:network:like {_N} "
    "estimate:points:gap ci_low:points:low ci_high:points:high",
    "funnel": f"brand:text:brand {_N} estimate:share:rate low_95:share:low_95 "
    "high_95:share:high_95 low_998:share:low_998 high_998:share:high_998",
    "shrunk": f"brand:text:brand {_N} raw:share:raw {_RATE} prior_weight:share:prior_weight",
}
# The columns that select, in data/requests.csv, the requests behind a row.
KEYS = {
    "networks": ("network",), "heat": ("weekday", "hour"), "categories": ("category",),
    "category_rates": ("category",), "trend": ("period",),
}  # fmt: skip
LEFT = frozenset(
    "text network category definition weekday criterion rating code month date hour".split()
)
COUNTS = ("n", "n_answered", "n_yes")
FEWEST_PEERS = 3  # without their names, of whom a median is shown


# Sentences of public posts that have another wording where private messages are requests as well.
PRIVATE_TOO = frozenset(
    "rate method.request term.request.is term.answer.is limit.private limit.population "
    "sub.rate title".split()
)


@dataclass
class Book:
    """The frames as they are shown, under the names that are shown; tables are made when used."""

    frames: Frames
    asked: Asked
    compared: Compared
    tables: dict[str, Table] = field(default_factory=dict)
    shown: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, frame in self.frames.tables.items():
            self.shown[name] = self._renamed(frame)

    @property
    def brand(self) -> str:
        """The client's name."""
        return self.compared.brand

    @cached_property
    def near(self) -> frozenset[str]:
        """Whom charts show: everybody, or the client and the brands nearest to it by rate."""
        if not self.has("rates"):
            return frozenset(self.compared.names.values())
        return frozenset(nearest(self.frame("rates").set_index("brand")["estimate"], self.brand))

    @property
    def client(self) -> Value:
        """The client's name as a value."""
        return Value("text", self.compared.brand)

    def worded(self, key: str) -> str:
        """The key of a sentence, in the words of tickets where private messages are requests."""
        any_ = self.frames.facts.get("private_too") and key in PRIVATE_TOO
        return f"{key}.any" if any_ else key

    def has(self, name: str) -> bool:
        """True if the frame holds rows."""
        return len(self.shown.get(name, ())) > 0

    def frame(self, name: str) -> pd.DataFrame:
        """A frame as it is shown."""
        return self.shown[name]

    def table(self, name: str, **values: Value) -> Table:
        """The table of a frame, made once; `values` fill its caption."""
        if name not in self.tables:
            frame = self.shown[name]
            if name == "criteria":
                frame = frame[frame["brand"] == self.brand].reset_index(drop=True)
                self.shown[name] = frame
            columns = tuple(
                self._column(spec) for spec in LAYOUT[name].split() if spec.split(":")[0] in frame
            )
            kept = frame.reset_index(drop=True)
            caption = Message(f"tab.{name}", values or {"brand": self.client})
            mine = self.brand if columns[0].name == "brand" else ""
            self.tables[name] = Table(name, kept, columns, caption, mine, KEYS.get(name, ()))
        return self.tables[name]

    def _column(self, spec: str) -> Column:
        name, kind, heading = spec.split(":")
        about = self.frames.facts.get("trend")
        if kind == "month" and about and about["unit"] == "week":
            kind = "date"
        return Column(name, kind, heading, "left" if kind in LEFT else "right")  # type: ignore[arg-type]

    def row(self, name: str, **keys: Any) -> tuple[dict[str, Any], Evidence]:
        """The first row of a table with these values, and the evidence that it is."""
        self.table(name)
        frame = self.shown[name].reset_index(drop=True)
        mask = pd.Series(data=True, index=frame.index)
        for key, value in keys.items():
            mask &= frame[key] == value
        at = int(mask.to_numpy().argmax())
        if not mask.any():
            raise KeyError(f"{name}: {keys}")
        return dict(frame.iloc[at]), row_at(name, at)

    def mine(self, name: str, **keys: Any) -> tuple[dict[str, Any], Evidence]:
        """The client's row."""
        return self.row(name, brand=self.brand, **keys)

    def _renamed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Shown names; with letters, counts of peers to two figures and rows in their order."""
        nullable = [c for c in frame.columns if str(frame[c].dtype) == "Int64"]
        frame = frame.assign(
            **{c: frame[c].astype(object).where(frame[c].notna(), None) for c in nullable}
        )
        if self.asked.anonymise_peers and "n_peers" in frame.columns:
            # On a network of one or two peers the median is theirs, and who they are is known.
            few = frame["n_peers"] < FEWEST_PEERS
            frame["peers_median"] = frame["peers_median"].where(~few)
            frame["n_peers"] = frame["n_peers"].astype(object).where(~few, None)
        if "brand" not in frame.columns:
            return frame.reset_index(drop=True)
        names: Mapping[str, str] = self.compared.names
        made = frame[frame["brand"].isin(names)].copy()
        mine = made["brand"] == self.brand
        made["brand"] = made["brand"].map(names).astype(object)
        if self.asked.anonymise_peers:
            for column in COUNTS:
                if column in made:
                    made[column] = made[column].where(mine, made[column].map(rounded))
            # More decimals, or the number of authors, would give the exact counts away.
            exact = [c for c in made.columns if made[c].dtype == float and "minutes" not in c]
            exact = [c for c in exact if c not in COUNTS]
            made[exact] = made[exact].where(mine, made[exact].round(3))
            made = made.drop(columns="df", errors="ignore")
            if "n_yes" in made:  # a share of few people would give their number away
                few = ~mine & made["n_yes"].isna()
                made.loc[few, ["estimate", "ci_low", "ci_high"]] = float("nan")
            made = made.assign(_mine=~mine).sort_values(
                ["_mine", "brand"], key=_lettered, kind="stable"
            )
            made = made.drop(columns="_mine")
        return made.reset_index(drop=True)


def _lettered(column: pd.Series) -> pd.Series:
    """An order in which B comes before AA."""
    if column.name != "brand":
        return column
    return column.map(lambda name: f"{len(str(name).rpartition(' ')[2]):03d}{name}")


def interval(kind: Kind, row: Mapping[str, Any], value: str = "estimate") -> Value:
    """A value of a row with its interval."""
    low, high = row.get("ci_low"), row.get("ci_high")
    return Value(kind, plain(row[value]), plain(low), plain(high))


def plain(value: Any) -> Any:
    """A number as Python has it; None where it is missing."""
    if value is None or value is pd.NA or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def count(value: Any) -> Value:
    """A count."""
    return Value("count", int(value))


def row_at(table: str, row: Any) -> Evidence:
    """The row of a table as evidence."""
    return Evidence(f"{table}.{int(row)}", table, int(row))


def end_of(values: pd.Series, least: bool) -> Any:
    """The label of the least, or of the greatest, of some values."""
    return values.idxmin() if least else values.idxmax()


def span(book: Book) -> Value:
    """The first and the last day of the report; that all is counted, where days are not known."""
    if "first" not in book.frames.facts:
        return Value("code", "whole_table")
    first, last = (book.frames.facts[k].strftime("%Y-%m-%d") for k in ("first", "last"))
    return Value("dates", f"{first}/{last}")
