"""Are the truths planted in the sample inside their 95 % intervals, seed after seed?

    python bench/recovery.py --seeds 200 [--posts 40000] [--first 1] [--out docs/recovery.md]

Every seed draws a sample of its own into a temporary folder; each planted quantity is measured
with the function that a reader would use. Prints a Markdown table: how often the interval held the
truth, and the average error. An interval says 95 %; with 200 seeds a share between 0.92 and 0.98 is
what chance allows.

What is planted is the expected value over everything that was drawn, brands included. Brands are
drawn anew with each seed, but there are only 60 of them and the large ones weigh most: clustered
intervals have to bear that.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from carekit.dataset import Dataset, open_dataset
from carekit.engine import Engine, connect
from carekit.inference.intervals import wilson
from carekit.sample import generate_sample


class Found(NamedTuple):
    """One planted quantity of one seed and what was measured."""

    name: str
    truth: float
    estimate: float
    ci_low: float
    ci_high: float

    @property
    def covered(self) -> bool:
        return self.ci_low <= self.truth <= self.ci_high


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--posts", type=int, default=40_000)
    parser.add_argument("--out", type=Path, help="also write the table there")
    args = parser.parse_args(argv)
    found: list[Found] = []
    for seed in range(args.first, args.first + args.seeds):
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sample"
            generate_sample(path, n_posts=args.posts, seed=seed)
            dataset = open_dataset(path)
            with connect() as engine:
                found += measure_all(dataset, engine)
        print(f"seed {seed}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    table = summarise(found, seeds=args.seeds, posts=args.posts)
    print(table)
    if args.out:
        args.out.write_text(table + "\n", encoding="utf-8")


def measure_all(dataset: Dataset, engine: Engine) -> Iterator[Found]:
    """Every planted quantity that posts can answer, measured on one sample."""
    truth = json.loads((dataset.path / "truth.json").read_text(encoding="utf-8"))
    quantities = truth["quantities"]

    def planted(name: str, **by: str) -> float:
        values = [q["value"] for q in quantities if q["name"] == name and q["by"] == by]
        if len(values) != 1:
            raise ValueError(f"{len(values)} planted values for {name} {by}")
        return float(values[0])

    for step in (_rates, _waits, _answers, _places, _growth, _care):
        yield from step(dataset, engine, planted, truth)


Planted = Callable[..., float]


def _of(name: str, truth: float, row: Any, value: str = "estimate") -> Found:
    return Found(name, truth, float(row[value]), float(row["ci_low"]), float(row["ci_high"]))


def _rates(dataset: Dataset, engine: Engine, planted: Planted, _: Any) -> Iterator[Found]:
    from carekit.estimates.answer_rate import measure_answer_rate

    options: dict[str, Any] = {"definition": "socialbakers-2015", "engine": engine}
    world = measure_answer_rate(dataset, by="network", **options).set_index("network")
    for network in ("x", "facebook"):
        value = planted("question_answer_rate", network=network, country="all")
        yield _of(f"question rate, {network}", value, world.loc[network])
    lands = measure_answer_rate(dataset, by="network,country", **options)
    for (network, country), rows in lands.groupby(["network", "country"]):
        if network in {"x", "facebook"}:
            value = planted("question_answer_rate", network=str(network), country=str(country))
            yield _of(f"question rate by country, {network}", value, rows.iloc[0])
    direct = measure_answer_rate(dataset, by="network", engine=engine).set_index("network")
    for network in direct.index:
        value = planted("direct_answer_rate", network=network)
        yield _of("direct answer rate by network", value, direct.loc[network])
    sector = measure_answer_rate(
        dataset, where="sector = 'telecom' and network = 'facebook'", **options
    )
    value = planted("question_answer_rate", network="facebook", sector="telecom")
    yield _of("question rate, telecom on facebook", value, sector.iloc[0])


def _waits(dataset: Dataset, engine: Engine, planted: Planted, _: Any) -> Iterator[Found]:
    from carekit.inference.means import estimate_mean
    from carekit.inference.proportions import estimate_rate
    from carekit.measures.answers import count_waits
    from carekit.measures.requests import build_requests

    requests = build_requests(dataset, definition="zendesk", engine=engine)
    waits = count_waits(requests.table, cluster="brand")
    waits["minutes"] = waits["seconds"] / 60
    for statistic in ("mean", "median"):
        row = estimate_mean(
            waits, value="minutes", n="events", cluster="cluster", statistic=statistic
        ).iloc[0]
        yield _of(f"{statistic} wait, answered", planted(f"{statistic}_wait", network="all"), row)
    for limit in (60, 480, 1440):
        yes = waits["events"].where(waits["minutes"] <= limit, 0)
        row = estimate_rate(
            waits.assign(n=waits["events"], n_yes=yes), cluster="cluster", n_yes="n_yes"
        ).iloc[0]
        value = planted(f"answered_within_{limit}_minutes", network="all")
        yield _of(f"answered within {limit} minutes, of answered", value, row)


def _answers(dataset: Dataset, engine: Engine, planted: Planted, _: Any) -> Iterator[Found]:
    from carekit.estimates.handoffs import measure_handoffs, measure_redirects

    table = measure_handoffs(dataset, definition="zendesk", engine=engine).set_index("handoff")
    for kind in ("requested", "announced"):
        yield _of(f"hand-off {kind}", planted("handoff_share", handoff=kind), table.loc[kind])
    sent = measure_redirects(dataset, definition="zendesk", engine=engine).set_index("destination")
    for place in sent.index:
        value = planted("redirect_share", destination=place)
        yield _of("redirection to website, e-mail, phone", value, sent.loc[place])


def _places(dataset: Dataset, engine: Engine, planted: Planted, _: Any) -> Iterator[Found]:
    from carekit.estimates.surfaces import ALL_OTHERS, measure_surfaces

    labels = pd.read_parquet(dataset.path / "labels.parquet", columns=["post_id", "angry"])
    angry = labels["angry"].fillna(False).astype(bool)
    for name, posts in (("true", labels.post_id[angry]), ("false", labels.post_id[~angry])):
        table = measure_surfaces(dataset, by="network", posts=set(posts), engine=engine)
        for row in table[table["surface"] == ALL_OTHERS].to_dict("records"):
            if row["network"] != "google_play":
                value = planted("unaddressed_share", network=row["network"], angry=name)
                yield _of("unaddressed share by network and anger", value, row)


def _growth(dataset: Dataset, engine: Engine, planted: Planted, _: Any) -> Iterator[Found]:
    from carekit.estimates.growth import measure_growth

    table = measure_growth(
        dataset,
        before=("2014-01-01", "2014-02-15"),
        after=("2015-01-01", "2015-02-15"),
        where="network = 'x' and account_kind = 'care'",
        engine=engine,
    ).set_index("component")
    for name, accounts in (("total", "total"), ("like for like", "like_for_like")):
        value = planted("mentions_growth", accounts=accounts)
        yield _of(f"growth of mentions, {name}", value, table.loc[name])
    accounts = dataset.read("accounts").query("network == 'x'")
    kinds = accounts.groupby("brand")["account_kind"].agg(lambda kinds: (kinds == "care").any())
    low, high = wilson(int(kinds.sum()), len(kinds))
    share = float(kinds.mean())
    yield Found("brands with a care account", planted("has_care_account"), share, low, high)


def _care(dataset: Dataset, engine: Engine, planted: Planted, truth: Any) -> Iterator[Found]:
    from carekit.estimates.care_accounts import measure_care_accounts

    labels = pd.read_parquet(dataset.path / "labels.parquet", columns=["post_id", "tone"])
    negative = set(labels.post_id[labels.tone == "negative"])
    for kind in ("displaced", "none"):
        brands = [b["brand"] for b in truth["brands"] if b["care_effect"] == kind]
        effects = [
            planted("displacement_effect", network=n, effect=kind) for n in ("x", "facebook")
        ]
        table = measure_care_accounts(
            dataset, network=["x", "facebook"], negative=negative, brands=brands, engine=engine
        ).set_index("analysis")
        for analysis in ("each brand-month alike", "each request alike"):
            # Planted apart for the two networks, less than 0.01 apart: their mean stands for both.
            value = sum(effects) / 2
            yield _of(f"displacement, {kind}, {analysis}", value, table.loc[analysis])


def summarise(found: list[Found], *, seeds: int, posts: int) -> str:
    """The Markdown table."""
    frame = pd.DataFrame(found)
    frame["covered"] = [f.covered for f in found]
    frame["error"] = frame["estimate"] - frame["truth"]
    frame["width"] = frame["ci_high"] - frame["ci_low"]
    rows = frame.groupby("name", sort=False).agg(
        n=("covered", "size"),
        covered=("covered", "mean"),
        truth=("truth", "mean"),
        error=("error", "mean"),
        width=("width", "mean"),
    )
    lines = [
        f"Planted truths inside their 95 % intervals, {seeds} samples of {posts:,} posts.",
        "",
        "| quantity | intervals | hold the truth | truth | mean error | mean width |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {row.n} | {row.covered:.3f} | {row.truth:.4g} | {row.error:+.4g} "
        f"| {row.width:.4g} |"
        for name, row in rows.iterrows()
    ]
    total = frame["covered"].mean()
    lines.append(f"| all | {len(frame)} | {total:.3f} | | | |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
