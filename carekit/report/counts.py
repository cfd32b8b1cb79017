"""A report from a table of counts: what it answers is measured, what it leaves open is said."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit.errors import CannotAnswer, InputError
from carekit.inference.rates.intervals import wilson
from carekit.inference.rates.proportions import estimate_rate
from carekit.inference.waits.answered_waits import answered_waits
from carekit.inference.waits.survival import estimate_waits, survival_curve
from carekit.report import gaps
from carekit.report.asked import MIN_N
from carekit.report.frames import Frames, thinned
from carekit.requests.definitions import DEFAULT

if TYPE_CHECKING:
    from carekit.report.peers import Compared

# Minutes until which a class of waits reaches, by the column that counts it.
CLASSES = {
    60: "wait_lt1h", 480: "wait_h1_8", 1440: "wait_h8_24", 4320: "wait_d1_3", 10080: "wait_d3_7",
}  # fmt: skip
UNTIMED = ("n_negative", "wait_unknown")
OPEN = ("hours", "contacts", "reasons", "score", "trend", "published")
# Column of times → minutes at which its requests stand: hours and days at their end.
TIMES: dict[str, Callable[[pd.Series], pd.Series]] = {
    "minute": lambda v: v, "hour": lambda v: 60 * (v + 1), "day": lambda v: 1440 * (v + 1),
}  # fmt: skip
EXPECTED = (
    "the name of a measured table (`carekit measured list`), a CSV file of counts, a folder that "
    "`carekit share` wrote, or a frame"
)


@dataclass(frozen=True)
class Counted:
    """Counts by brand, and what their card or their manifest says of them."""

    answers: pd.DataFrame
    waits: pd.DataFrame | None = None
    title: str = ""
    unit: str = ""  # what n counts, in words
    answered: str = ""
    synthetic: bool = False
    observed_until: str = ""
    definition: str = ""
    pooled: int = 0  # requests of rows that name no brand of their own
    waits_refused: str = ""  # why there are no waits

    @property
    def manifest(self) -> SimpleNamespace:
        """What a dataset says of itself, as far as a table does."""
        about = {n: getattr(self, n) for n in ("title", "synthetic", "observed_until")}
        return SimpleNamespace(**about, timezone=None, parts=[])

    @property
    def state(self) -> tuple[str, str]:
        """What changes with the counts: the key by which peers without a name get letters."""
        text = self.answers.to_csv(index=False)
        return "", hashlib.sha256(text.encode()).hexdigest()

    def read(self, _name: str) -> pd.DataFrame:
        """What is known of the brands, as a dataset has it."""
        table = self.answers.drop_duplicates("brand")
        known = {c: table.get(c) for c in ("country", "sector")}
        return pd.DataFrame({"brand": table["brand"], **known, "timezone": None})


def read_counts(counts: Any, waits: Any = None, where: str = "") -> Counted:
    """A table of counts from its name, file, folder or frame, with the rows that `where` keeps."""
    answers, about = _read(counts, "counts")
    if "definition" in answers.columns:
        answers, about["definition"] = _one_definition(answers)
    needed = {"brand", "n", "n_answered"}
    if not needed <= set(answers.columns):
        raise InputError(
            f"`counts` has the columns {', '.join(map(str, answers.columns))}; expected brand, n "
            "and n_answered among them. Rename its columns, or count again."
        )
    answers = _filtered(answers, where)
    columns = ["n", "n_answered"]
    answers[columns] = answers[columns].apply(pd.to_numeric, errors="coerce")
    bad = ~(answers["n"].ge(answers["n_answered"]) & answers["n_answered"].ge(0))
    bad |= answers[columns].mod(1).ne(0).any(axis=1)
    if bad.any():
        raise InputError(
            f"`counts` has {int(bad.sum())} of {len(bad)} rows whose n and n_answered are not "
            "whole numbers with n_answered between 0 and n. Correct the table, or count again."
        )
    named = answers["brand"].notna() & ~answers["brand"].astype(str).str.startswith("(")
    pooled = int(answers.loc[~named, "n"].sum())
    answers = answers[named].astype({"n": int, "n_answered": int, "brand": str})
    timed, refused = _waits(about.pop("waits", None) if waits is None else waits, where,
                            explicit=waits is not None)  # fmt: skip
    return Counted(answers.reset_index(drop=True), timed, pooled=pooled, waits_refused=refused,
                   **about)  # fmt: skip


def _read(given: Any, option: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table, and what is known of it: title, unit, answered, synthetic …"""
    from carekit.dataset.measured import list_measured, load_measured, measured_card
    from carekit.show.facts import facts_of

    if isinstance(given, pd.DataFrame):
        facts = facts_of(given)
        about = {"title": facts.measure or "counts", "unit": facts.denominator}
        return pd.DataFrame(given, copy=True), about | {"synthetic": facts.synthetic}
    if str(given) in list_measured():
        return load_measured(str(given)), _of_card(measured_card(str(given)))
    path = Path(given)
    if path.is_dir():
        return _shared(path)
    if path.suffix.lower() != ".csv" or not path.is_file():
        raise InputError(f"`{option}` is {str(given)!r}; expected {EXPECTED}.")
    card = path.with_suffix(".md")
    about = _of_card(card.read_text(encoding="utf-8")) if card.is_file() else {"title": path.stem}
    return pd.read_csv(path), about


def _shared(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    from carekit.measures.sharing import open_shared

    shared = open_shared(path)
    if "answers" not in shared.tables():
        raise CannotAnswer(
            f"{path.name} holds no table of answers: its data were answered conversations only.",
            "Share counts of data that hold unanswered requests as well.",
        )
    about = {name: shared.manifest[name] or "" for name in ("title", "observed_until")}
    about["synthetic"] = bool(shared.manifest["synthetic"])
    about["waits"] = shared.read("waits") if "waits" in shared.tables() else None
    return shared.read("answers"), about


def _of_card(card: str) -> dict[str, Any]:
    def cell(column: str) -> str:
        found = re.search(rf"^\| {column} \| (.+?) \|$", card, re.M)
        return found[1] if found else ""

    title = card.partition("\n")[0].removeprefix("# ")
    synthetic = "**Synthetic.**" in card
    return {
        "title": title,
        "unit": cell("n"),
        "answered": cell("n_answered"),
        "synthetic": synthetic,
    }


def _one_definition(answers: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows of one definition: the plain one, or the only one."""
    found = list(dict.fromkeys(answers["definition"].astype(str)))
    if DEFAULT not in found and len(found) > 1:
        raise InputError(
            f"`counts` holds the definitions {', '.join(found)}; a report is on one. Choose it "
            "with `where`, such as \"definition = '…'\"."
        )
    chosen = DEFAULT if DEFAULT in found else found[0]
    return answers[answers["definition"] == chosen].copy(), chosen


def _filtered(table: pd.DataFrame, where: str) -> pd.DataFrame:
    if not where:
        return table.copy()
    import ibis

    from carekit.requests.where import condition

    rows = ibis.memtable(table.assign(_row=range(len(table))))
    kept = rows.filter(condition(rows, where)).select("_row").execute()["_row"]
    if not len(kept):
        raise InputError(f"`where` is {where!r}: no row of the table meets it. Widen it.")
    return table.iloc[sorted(kept)].reset_index(drop=True)


def _waits(given: Any, where: str, *, explicit: bool) -> tuple[pd.DataFrame | None, str]:
    """Waits as brand, minutes, events and censored; and why there are none."""
    if given is None:
        return None, "waits"
    table, _ = _read(given, "waits")
    time = next((name for name in TIMES if name in table.columns), "")
    if not time or not {"brand", "events", "censored"} <= set(table.columns):
        raise InputError(
            f"`waits` has the columns {', '.join(map(str, table.columns))}; expected brand, events, "
            f"censored and one of {', '.join(TIMES)}. Give a table of waits."
        )
    try:
        table = _filtered(table, where)
    except InputError as error:
        if explicit:
            raise InputError(
                f"`where` cannot be applied to the table of waits: {error} Leave out `waits`."
            ) from error
        return None, "waits.where"
    table["minutes"] = TIMES[time](table[time])
    kept = table.groupby(["brand", "minutes"], as_index=False)[["events", "censored"]].sum()
    return kept.assign(whole_hours=time == "hour"), ""


# ------------------------------------------------------------------------------- what is measured


def measure(counted: Counted, compared: Compared) -> Frames:
    """The frames that counts give, named and shaped as those of a dataset."""
    made = Frames()
    table = counted.answers[counted.answers["brand"].isin(compared.all)]
    mine = table[table["brand"] == compared.brand]
    made.facts.update(
        closed=False, left_out={}, known=1.0,  # that nobody is known, the method says of all
        source=counted.title, n=int(mine["n"].sum()),
        n_all=int(table["n"].sum()), caption="caption.counts", unit=counted.unit,
        answered=counted.answered, pooled=counted.pooled,
        definition=counted.definition,
    )  # fmt: skip
    rates = _rates(table, ["brand"])
    ordered = rates.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)
    enough = ordered[ordered["n"] >= MIN_N].reset_index(drop=True)
    limits = ["estimate", "std_error", "ci_low", "ci_high"]
    ordered.loc[ordered["n"] < MIN_N, limits] = np.nan
    made.tables["rates"] = ordered
    if len(enough) > 1:
        alone = enough[["brand"]].assign(unit=range(len(enough)))  # who wrote to two is not known
        made.tables["differences"] = gaps.differences(enough, alone, compared.brand)
    if len(enough) >= 3:
        made.tables["ranks"] = gaps.ranks(enough, compared.brand)
        made.tables.update(gaps.many(enough, compared.brand))
    for column, name in (("network", "networks"), ("rating", "stars")):
        if column in table.columns:
            _by(made, table, column, name, compared, set(enough["brand"]))
        elif name == "networks":
            made.missing[name] = name
    if set(CLASSES.values()) <= set(table.columns):
        _classes(made, table, compared)
    elif counted.waits is not None:
        _timed(made, counted.waits, table, compared)
    else:
        made.missing["waits"] = counted.waits_refused
    made.missing.update({name: name for name in OPEN})
    if {"n_mature7d", "n_answered_mature7d"} <= set(table.columns):
        old = mine[["n_mature7d", "n_answered_mature7d"]].sum()
        if old["n_mature7d"] >= MIN_N:
            made.facts["mature"] = _rate(int(old["n_answered_mature7d"]), int(old["n_mature7d"]))
    return made


def _rates(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Rates by group, every request taken as independent (Wilson)."""
    made = estimate_rate(table, by=by)
    made = made[made["n"] > 0].reset_index(drop=True)
    made["std_error"] = gaps._error(made)
    return made[[*by, *gaps.RATE]]


def _rate(yes: int, n: int) -> dict[str, Any]:
    low, high = (float(v) for v in wilson(yes, n, conf_level=0.95))
    return {"n": n, "estimate": yes / n, "ci_low": low, "ci_high": high}


def _by(
    made: Frames, table: pd.DataFrame, column: str, name: str, compared: Compared, enough: set[str]
) -> None:
    """The client by network or by stars, beside the median of its peers."""
    cells = _rates(table, ["brand", column])
    cells[column] = cells[column].astype(str)
    rows = gaps.against_peers(cells, compared.brand, column, MIN_N, compared.peers)
    if column == "rating":
        rows = rows.sort_values(column, ignore_index=True)
    made.tables[name] = rows
    mix = gaps.equal_mix(cells[cells["brand"].isin(enough)], compared.brand, column)
    made.facts["mix" if name == "networks" else f"mix_{name}"] = mix


def _classes(made: Frames, table: pd.DataFrame, compared: Compared) -> None:
    """Shares within classes of waits, of all requests, and the curve through their ends."""
    columns = [*CLASSES.values(), *(c for c in UNTIMED if c in table.columns), "n", "n_answered"]
    sums = table.groupby("brand", as_index=False)[columns].sum()
    untimed = [c for c in UNTIMED if c in sums]
    made.facts["classes"] = True
    mine = sums[sums["brand"] == compared.brand]
    made.facts["untimed"] = int(mine[untimed].to_numpy().sum())
    waits = sums[["brand", "n", "n_answered"]].assign(
        median_minutes=np.nan, ci_low=np.nan, ci_high=np.nan, answered_median_minutes=np.nan
    )
    small = sums["n"] < MIN_N
    within, steps = np.zeros(len(sums)), []
    for minutes, column in CLASSES.items():
        within = within + sums[column].to_numpy(float)
        low, high = wilson(within, sums["n"], conf_level=0.95)
        share = within / sums["n"].to_numpy(float)
        steps.append(pd.DataFrame({"brand": sums["brand"], "minutes": float(minutes),
                                   "estimate": share, "ci_low": low, "ci_high": high})[~small])  # fmt: skip
        if minutes <= 1440:
            for values, end in ((share, ""), (low, "_low"), (high, "_high")):
                waits[f"within_{minutes}{end}"] = np.where(small, np.nan, values)
    _keep_waits(made, waits, pd.concat(steps, ignore_index=True))


def _timed(made: Frames, counts: pd.DataFrame, table: pd.DataFrame, compared: Compared) -> None:
    """Waits over all requests (Kaplan-Meier) from counts of events and censored."""
    counts = counts[counts["brand"].isin(compared.all)]
    if compared.brand not in set(counts["brand"]):
        made.missing["waits"] = "waits"
        return
    in_minutes: dict[str, Any] = {"by": "brand", "time": "minutes", "unit": "minutes"}
    every = estimate_waits(counts, within=(60, 480, 1440), **in_minutes)
    answered = answered_waits(counts, **in_minutes)
    waits = every[["brand", "n", "n_answered", "median_minutes", "ci_low", "ci_high"]].merge(
        answered[["brand", "answered_median_minutes"]], on="brand", how="left"
    )
    waits["n"], waits["n_answered"] = waits["n"].astype(int), waits["n_answered"].astype(int)
    few = waits["n_answered"] < MIN_N
    waits["answered_median_minutes"] = waits["answered_median_minutes"].mask(few)
    small = waits["n"] < MIN_N
    waits.loc[small, ["median_minutes", "ci_low", "ci_high"]] = np.nan
    for minutes in (60, 480, 1440):
        for end in ("", "_low", "_high"):
            values = every[f"within_{minutes}_minutes{end}"]
            waits[f"within_{minutes}{end}"] = values.mask(small)
    if "n_negative" in table:
        made.facts["backwards"] = int(table["n_negative"].sum())
    made.facts["whole_hours"] = bool(counts["whole_hours"].any())
    curve = survival_curve(counts, **in_minutes)
    curve = curve[~curve["brand"].isin(waits.loc[small, "brand"])]
    steps = pd.DataFrame({"brand": curve["brand"], "minutes": curve["minutes"],
                          "estimate": 1 - curve["survival"], "ci_low": 1 - curve["ci_high"],
                          "ci_high": 1 - curve["ci_low"]})  # fmt: skip
    _keep_waits(made, waits, steps)


def _keep_waits(made: Frames, waits: pd.DataFrame, steps: pd.DataFrame) -> None:
    made.tables["waits"] = waits.sort_values(
        ["median_minutes", "within_1440"], ascending=[True, False], na_position="last",
        kind="stable", ignore_index=True,
    )  # fmt: skip
    if len(steps):
        parts = [thinned(part) for _, part in steps.groupby("brand", sort=True)]
        made.tables["curves"] = pd.concat(parts, ignore_index=True)
