"""Frames → findings: which sentence the numbers allow, with its evidence. None is written by hand."""

from __future__ import annotations

from typing import Any

from carekit.report.asked import MIN_N
from carekit.report.frames import TORN
from carekit.report.model import Evidence, Finding, Level, Message, Value
from carekit.report.tables import Book, count, end_of, interval, plain, row_at

MIX_FROM = 0.01  # a mix of networks that moves the rate by less is not printed
UNKNOWN = 0.05  # share of unknown authors from which it is said
DAY = 1440

# Why nothing is counted of the texts → what is said.
NO_TEXTS = {"texts": "texts.none", "language": "texts.language"}


def rate(book: Book) -> Finding:
    """Of how many requests how many were answered."""
    row, at = book.mine("rates")
    values = {"n": count(row["n"]), "k": count(row["n_answered"]), "rate": interval("share", row)}
    return Finding(book.worded("rate"), values, (at,), "established")


def rate_head(book: Book) -> Finding:
    """The rate as a headline."""
    row, at = book.mine("rates")
    return Finding("rate.head", {"brand": book.client, "rate": interval("share", row)}, (at,))


def peers_range(book: Book) -> list[Finding]:
    """The median rate of the peers, and between which it lies."""
    rates = book.frame("rates")
    peers = rates[(rates["brand"] != book.brand) & (rates["n"] >= MIN_N)]
    if peers.empty:
        return [Finding("no.peers")]
    value = {
        "k": count(len(peers)),
        "median": Value("share", float(peers["estimate"].median())),
        "least": Value("share", float(peers["estimate"].min())),
        "most": Value("share", float(peers["estimate"].max())),
    }
    evidence = tuple(row_at("rates", i) for i in peers.index)
    return [Finding("peers.range", value, evidence)]


def bounds(book: Book) -> list[Finding]:
    """What torn and deleted threads leave open, where that is more than two in a hundred."""
    found = book.frames.facts.get("bounds")
    drawn = [Finding("bounds.drawn")] if "bound_low" in book.frame("rates") else []
    if not found or found["share"] <= TORN:
        return drawn
    share = Value("share", None, found["low"], found["high"])
    return [Finding("bounds", {"n": count(found["n"]), "share": share}), *drawn]


def unknown_authors(book: Book) -> list[Finding]:
    """How many requests have no known author, each taken for a person of its own."""
    unknown = 1 - book.frames.facts["known"]
    return (
        [Finding("limit.authors", {"share": Value("share", unknown)})] if unknown > UNKNOWN else []
    )


def gap(book: Book, row: dict[str, Any], at: Evidence, m: int) -> Finding:
    """One gap, as far as it is established."""
    low, high = float(row["ci_low"]), float(row["ci_high"])
    values = {
        "brand": book.client,
        "peer": Value("text", row["brand"]),
        "d": interval("points", row),
        "max": Value("points", max(abs(low), abs(high))),
        "m": count(m),
    }
    level: Level = row["level"]
    if level == "established":
        key = "diff.more" if row["estimate"] > 0 else "diff.less"
    elif level == "level":
        key = "diff.level"
    else:
        key = "diff.undecided" if low <= 0 <= high else "diff.together"
    return Finding(key, values, (at,), level)


def gaps(book: Book) -> list[Finding]:
    """Every gap, in the order of the table."""
    if not book.has("differences"):
        return []
    book.table("differences")
    frame = book.frame("differences")
    return [
        gap(book, {str(k): v for k, v in row.items()}, row_at("differences", i), len(frame))
        for i, row in enumerate(frame.to_dict("records"))
    ]


def gap_count(book: Book) -> list[Finding]:
    """How many gaps are established, and which way; with one peer, its gap."""
    if not book.has("differences"):
        return []
    book.table("differences")
    frame = book.frame("differences")
    if len(frame) == 1:
        return gaps(book)
    found = frame[frame["level"] == "established"]
    evidence = tuple(row_at("differences", i) for i in frame.index)
    if found.empty:
        return [Finding("diff.none", {"m": count(len(frame))}, evidence, "undecided")]
    more, less = int((found["estimate"] > 0).sum()), int((found["estimate"] < 0).sum())
    values = {"m": count(len(frame)), "n": count(len(found))}
    if more and less:
        values |= {"more": count(more), "less": count(less)}
    key = "both" if more and less else "more" if more else "less"
    return [Finding(f"diff.count.{key}", values, evidence, "established")]


def best_gap(book: Book) -> list[Finding]:
    """The best-established gap; that none is, where none is."""
    if not book.has("differences"):
        return []
    book.table("differences")
    frame = book.frame("differences")
    found = frame[frame["level"] == "established"]
    if found.empty:
        return gap_count(book)
    at = end_of((found["estimate"] / found["std_error"]).abs(), False)
    return [gap(book, dict(frame.loc[at]), row_at("differences", at), len(frame))]


def rank(book: Book) -> list[Finding]:
    """The place of the client by itself, and those that the data allow."""
    if not book.has("ranks"):
        n = len(book.compared.ranked)
        return [Finding("rank.few", {"k": count(n)})] if n > 1 else []
    row, at = book.mine("ranks")
    k, best, worst = len(book.frame("ranks")), int(row["own_best"]), int(row["own_worst"])
    if best == 1 and worst == k:
        return [Finding("rank.none", {"brand": book.client}, (at,), "undecided")]
    values = {
        "rank": Value("rank", int(row["rank"]), best, worst), "k": count(k),
        "best": count(best), "worst": count(worst),
    }  # fmt: skip
    one = best == worst
    return [Finding("rank.one" if one else "rank.set", values, (at,), "established" if one else
                    "undecided")]  # fmt: skip


def top3(book: Book) -> list[Finding]:
    """The chance of the first three places, as chances in 100."""
    if not book.has("ranks"):
        return []
    row, at = book.mine("ranks")
    chance = plain(row["top3"])
    if chance is None or (int(row["own_worst"]) <= 3) or (int(row["own_best"]) > 3):
        return []
    hundred = round(100 * chance)
    if hundred in (0, 100):
        return []
    return [Finding("top3", {"c": count(hundred)}, (at,))]


def together(book: Book) -> list[Finding]:
    """Why the chart shows more places of the client than its headline."""
    row, _ = book.mine("ranks")
    same = (row["own_best"], row["own_worst"]) == (row["best_rank"], row["worst_rank"])
    return [] if same else [Finding("rank.together")]


def networks(book: Book) -> list[Finding]:
    """From which to which rate, by network; and the rate with the mix of all."""
    if not book.has("networks"):
        return []
    book.table("networks")
    frame = book.frame("networks")
    known = frame[frame["estimate"].notna()]
    said = []
    if known.empty:
        return [Finding("networks.none")]
    if len(known) == 1:
        name = Value("network", str(known.iloc[0]["network"]))
        said.append(Finding("networks.one", {"name": name}, (row_at("networks", known.index[0]),)))
    else:
        low, high = (end_of(known["estimate"], least) for least in (True, False))
        values = {
            "least": interval("share", dict(known.loc[low])),
            "most": interval("share", dict(known.loc[high])),
            "low_name": Value("network", str(known.loc[low, "network"])),
            "high_name": Value("network", str(known.loc[high, "network"])),
        }
        evidence = (row_at("networks", low), row_at("networks", high))
        ends = (round(100 * float(known.loc[i, "estimate"])) for i in (low, high))
        same = len(set(ends)) == 1
        values |= {"n": count(len(known))} if same else {}
        said.append(Finding("networks.same" if same else "networks.range", values, evidence))
    mix = book.frames.facts.get("mix")
    if mix and len(known) > 1:
        if abs(mix["rate"] - mix["raw"]) > MIX_FROM:
            rate_ = Value("share", mix["rate"], mix["low"], mix["high"])
            said.append(Finding("mix", {"rate": rate_, "raw": Value("share", mix["raw"])}))
        else:
            said.append(Finding("mix.same"))
    return said


def wait(book: Book) -> list[Finding]:
    """The median wait over all requests, as far as there is one."""
    missing = book.frames.missing
    if missing.get("waits") == "midnight":
        return [Finding("wait.midnight")]
    if missing.get("waits_all") == "selection":
        return [Finding("wait.selected")]
    row, at = book.mine("waits")
    median, within = plain(row["median_minutes"]), plain(row.get("within_1440"))
    if median is not None:
        m = interval("minutes", {**row, "estimate": median})
        key = "wait.median" if m.high is not None else "wait.median.open"
        return [Finding(key, {"m": m}, (at,), "established")]
    classes = book.frames.facts.get("classes")
    if within is None or (row["n_answered"] * 2 >= row["n"] and not classes):
        return [Finding("wait.unknown", {}, (at,))]
    share = Value("share", within, plain(row["within_1440_low"]), plain(row["within_1440_high"]))
    values = {"h": Value("minutes", DAY), "share": share}
    return [Finding("wait.within" if classes else "wait.notreached", values, (at,))]


def wait_answered(book: Book) -> list[Finding]:
    """The median among answered requests, and what is wrong with it."""
    if not book.has("waits"):
        return []
    row, at = book.mine("waits")
    median = plain(row["answered_median_minutes"])
    said = (
        [] if median is None else [Finding("wait.answered", {"m": Value("minutes", median)}, (at,))]
    )
    if backwards := book.frames.facts.get("backwards"):
        said.append(Finding("wait.backwards", {"n": count(backwards)}))
    return said


def hours(book: Book) -> list[Finding]:
    """The busiest hour."""
    if not book.has("heat"):
        return [Finding("hours.none")]
    table = book.frame("hours")
    at = end_of(table["n"], False)
    hour = int(table.loc[at, "hour"])
    values = {
        "start": Value("hour", hour), "zone": zone(book),
        "n": count(table.loc[at, "n"]), "total": count(table["n"].sum()),
    }  # fmt: skip
    return [Finding("hours.peak", values)]


def zone(book: Book) -> Value:
    """The zone of the clock."""
    return Value("text", book.compared.zone)


def repeats(book: Book) -> list[Finding]:
    """Who writes again before an answer, at any time, and in a new thread."""
    if not book.has("repeats"):
        why = str(book.frames.missing.get("repeats"))
        if why == "authors":
            return [
                Finding("repeat.authors", {"share": Value("share", book.frames.facts["known"])})
            ]
        return [Finding("selection" if why == "selection" else "repeat.none")]
    before, at = book.mine("repeats", repeat="before")
    ever, at2 = book.mine("repeats", repeat="any")
    if plain(before["estimate"]) is None:
        return [Finding("small", {"n": count(before["n"]), "min": count(MIN_N)}, (at,))]
    values = {"share": interval("share", before), "any": interval("share", ever)}
    said = [Finding("repeat", values, (at, at2))]
    try:
        new, at3 = book.mine("repeats", repeat="new_thread")
    except KeyError:
        return said
    if plain(new["estimate"]) is not None:
        said.append(Finding("repeat.new", {"share": interval("share", new)}, (at3,)))
    return said


def handoff(book: Book) -> list[Finding]:
    """How many first answers turn to private messages."""
    facts = book.frames.facts
    names = sorted(
        book.compared.names[b] for b in facts.get("unread", ()) if b != book.compared.brand
    )
    others = (
        [Finding("handoff.others", {"names": Value("text", ", ".join(names))})] if names else []
    )
    if book.compared.brand in facts.get("unread", ()):
        return [Finding("handoff.language", {"brand": book.client}), *others]
    if not book.has("handoffs") and not facts.get("unread"):
        return [Finding("texts.none")]
    if not book.has("handoffs") or book.brand not in set(book.frame("handoffs")["brand"]):
        return [Finding("handoff.unanswered", {"brand": book.client}), *others]
    row, at = book.mine("handoffs")
    if plain(row["estimate"]) is None:
        values = {"n": count(row["n"]), "min": count(MIN_N)}
        return [Finding("handoff.small", values, (at,))]
    said = [Finding("handoff", {"share": interval("share", row)}, (at,))]
    return [*said, Finding("handoff.patterns"), *others]


def categories(book: Book) -> list[Finding]:
    """The most frequent category; and whether hands corrected the count."""
    book.table("categories")
    frame = book.frame("categories")
    top = frame.sort_values("estimate", ascending=False, kind="stable")
    first, second = dict(top.iloc[0]), dict(top.iloc[1])
    said = []
    # Named only where its interval lies above that of the next.
    if first["ci_low"] > second["ci_high"]:
        values = {"name": Value("category", first["category"]), "share": interval("share", first)}
        said.append(Finding("cat.first", values, (row_at("categories", top.index[0]),)))
    n = int(book.frames.facts.get("n_coded") or 0)
    said.append(Finding("cat.ok", {"n": count(n)}) if n else Finding("cat.raw"))
    if unread := book.frames.facts.get("unread_requests"):
        said.append(Finding("cat.unread", {"n": count(unread)}))
    if drawn := book.frames.facts.get("drawn"):
        said.append(Finding("cat.drawn", {"n": count(drawn)}))
    return said


def score(book: Book) -> list[Finding]:
    """The score, always with its interval, its sensitivity and its places."""
    if not book.has("scores"):
        why = book.frames.missing.get("score", "weight")
        keys = {"selection": "selection", "follow-up": "score.follow"}
        return [Finding(keys.get(why, "score.weight"))]
    row, at = book.mine("scores")
    s = interval("score", row)
    moved = Value("score", None, plain(row["draw_low"]), plain(row["draw_high"]))
    said = [Finding("score", {"s": s, "d": moved}, (at,))]
    k, place = len(book.frame("scores")), plain(row["rank"])
    if k < 3:
        return said
    if place is None:
        return [*said, Finding("score.rank.none", {}, (at,), "undecided")]
    best, worst = int(row["best_rank"]), int(row["worst_rank"])
    values = {"rank": Value("rank", int(place), best, worst), "k": count(k),
              "best": count(best), "worst": count(worst)}  # fmt: skip
    key = "score.rank.one" if best == worst else "score.rank.set"
    return [*said, Finding(key, values, (at,))]


def score_head(book: Book) -> Finding:
    """The score as a headline."""
    row, at = book.mine("scores")
    return Finding("score.head", {"brand": book.client, "s": interval("score", row)}, (at,))


def csat(book: Book) -> list[Finding]:
    """How many of those who rated were satisfied, and how few rated."""
    frame = book.frame("csat")
    whole, at = book.row("csat", split="all")
    rated, missing = int(whole["n"]), int(whole["n_missing"])
    if plain(whole["estimate"]) is None:
        return [Finding("csat.few", {"n": count(rated), "min": count(MIN_N)}, (at,))]
    values = {
        "n": count(rated), "share": interval("share", whole),
        "rated": Value("share", rated / (rated + missing)),
    }  # fmt: skip
    found = [Finding("csat", values, (at,), "established"), Finding("csat.who")]
    if plain(whole["mean"]) is not None:
        ends = (plain(whole["mean_low"]), plain(whole["mean_high"]))
        found.append(
            Finding("csat.mean", {"m": Value("number", plain(whole["mean"]), *ends)}, (at,))
        )
    if len(frame[(frame["split"] == "visibility") & (frame["n"] > 0)]) > 1:
        found.append(Finding("csat.apart"))
    return found


def small(book: Book) -> list[Message]:
    """Peers with too few requests, named."""
    rates = book.shown.get("rates")
    if rates is None:
        return []
    rows = rates[~(rates["n"] >= MIN_N) & (rates["brand"] != book.brand)]
    return [
        Finding(
            "pre.small", {"name": Value("text", r["brand"]), "n": Value("count", plain(r["n"]))}
        )
        for r in rows.to_dict("records")
    ]
