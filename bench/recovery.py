"""Are the truths planted in the sample inside their 95 % intervals, seed after seed?

    python bench/recovery.py --seeds 200 [--posts 40000] [--first 1] [--folder DIR]
        [--out docs/recovery.md]

Every seed draws a sample of its own, in a process of its own; each planted quantity is measured
with the function that a reader would use. The folder keeps one CSV a seed: seeds that are there
already are not drawn again, so that a run can be stopped and resumed, and several may share one.
Prints a Markdown table: how often the interval held the truth, and the average error. An interval
says 95 %; with 200 seeds a share between 0.92 and 0.98 is what chance allows.

What is planted is the expected value over everything that was drawn, brands included. Brands are
drawn anew with each seed, but there are only 60 of them and the large ones weigh most: clustered
intervals have to bear that.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from carekit.dataset.atomic import replacing
from carekit.dataset.engine import Engine, connect
from carekit.dataset.folder import Dataset, open_dataset
from carekit.inference.rates.intervals import wilson
from carekit.inference.rates.proportions import estimate_rate
from carekit.sample import generate_sample


class Found(NamedTuple):
    """One planted quantity of one seed and what was measured."""

    name: str
    truth: float
    estimate: float
    ci_low: float
    ci_high: float


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--posts", type=int, default=40_000)
    parser.add_argument("--folder", type=Path, help="results by seed (default: a temporary folder)")
    parser.add_argument("--out", type=Path, help="also write the page there")
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        if args.seed is not None:
            one_seed(args.seed, posts=args.posts, folder=folder)
            return
        seeds = range(args.first, args.first + args.seeds)
        for seed in seeds:
            if result_file(folder, args.posts, seed).exists():
                continue
            started = time.perf_counter()
            command = [sys.executable, __file__, "--seed", str(seed), "--posts", str(args.posts)]
            subprocess.run([*command, "--folder", str(folder)], check=True)
            print(
                f"seed {seed}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True
            )
        parts = [pd.read_csv(result_file(folder, args.posts, seed)) for seed in seeds]
    page = summarise(pd.concat(parts, ignore_index=True), posts=args.posts)
    print(page)
    if args.out:
        args.out.write_text(page + "\n", encoding="utf-8")


def result_file(folder: Path, posts: int, seed: int) -> Path:
    return folder / f"recovery-{posts}-{seed:05d}.csv"


def one_seed(seed: int, *, posts: int, folder: Path) -> None:
    """Draw one sample, measure it and write what was found, all or nothing."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "sample"
        generate_sample(path, n_posts=posts, seed=seed)
        dataset = open_dataset(path)
        with connect() as engine:
            found = pd.DataFrame(measure_all(dataset, engine))
    found.insert(0, "seed", seed)
    with replacing(result_file(folder, posts, seed)) as file:
        found.to_csv(file, index=False)


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
    from carekit.measures.answers import answer_rate

    options: dict[str, Any] = {"definition": "socialbakers-2015", "engine": engine}
    world = answer_rate(dataset, by="network", **options).set_index("network")
    for network in ("x", "facebook"):
        value = planted("question_answer_rate", network=network, country="all")
        yield _of(f"question rate, {network}", value, world.loc[network])
    lands = answer_rate(dataset, by="network,country", **options)
    for (network, country), rows in lands.groupby(["network", "country"]):
        if network in {"x", "facebook"}:
            value = planted("question_answer_rate", network=str(network), country=str(country))
            yield _of(f"question rate by country, {network}", value, rows.iloc[0])
    direct = answer_rate(dataset, by="network", engine=engine).set_index("network")
    for network in direct.index:
        value = planted("direct_answer_rate", network=network)
        yield _of("direct answer rate by network", value, direct.loc[network])
    sector = answer_rate(dataset, where="sector = 'telecom' and network = 'facebook'", **options)
    value = planted("question_answer_rate", network="facebook", sector="telecom")
    yield _of("question rate, telecom on facebook", value, sector.iloc[0])


def _waits(dataset: Dataset, engine: Engine, planted: Planted, _: Any) -> Iterator[Found]:
    from carekit.inference.rates.means import estimate_mean
    from carekit.inference.rates.proportions import estimate_rate
    from carekit.measures.waits import count_waits
    from carekit.requests.value import Requests

    asked = Requests(dataset, definition="zendesk", cluster="brand", engine=engine)
    waits = count_waits(asked).rename(columns={"unit": "cluster"})
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
    from carekit.measures.first_answers import handoffs, redirects

    table = handoffs(dataset, definition="zendesk", engine=engine).set_index("handoff")
    for kind in ("requested", "announced"):
        yield _of(f"hand-off {kind}", planted("handoff_share", handoff=kind), table.loc[kind])
    sent = redirects(dataset, definition="zendesk", engine=engine).set_index("destination")
    for place in sent.index:
        value = planted("redirect_share", destination=place)
        yield _of("redirection to website, e-mail, phone", value, sent.loc[place])


def _places(dataset: Dataset, engine: Engine, planted: Planted, _: Any) -> Iterator[Found]:
    from carekit.measures.surfaces import ALL_OTHERS, surfaces

    labels = pd.read_parquet(dataset.path / "labels.parquet", columns=["post_id", "angry"])
    angry = labels["angry"].fillna(False).astype(bool)
    for name, posts in (("true", labels.post_id[angry]), ("false", labels.post_id[~angry])):
        table = surfaces(dataset, by="network", posts=set(posts), engine=engine)
        for row in table[table["surface"] == ALL_OTHERS].to_dict("records"):
            if row["network"] != "google_play":
                value = planted("unaddressed_share", network=row["network"], angry=name)
                yield _of("unaddressed share by network and anger", value, row)


def _growth(dataset: Dataset, engine: Engine, planted: Planted, _: Any) -> Iterator[Found]:
    from carekit.measures.growth import growth

    table = growth(
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
    from carekit.measures.care_accounts import care_accounts

    labels = pd.read_parquet(dataset.path / "labels.parquet", columns=["post_id", "tone"])
    negative = set(labels.post_id[labels.tone == "negative"])
    for kind in ("displaced", "none"):
        brands = [b["brand"] for b in truth["brands"] if b["care_effect"] == kind]
        effects = [
            planted("displacement_effect", network=n, effect=kind) for n in ("x", "facebook")
        ]
        table = care_accounts(
            dataset, network=["x", "facebook"], negative=negative, brands=brands, engine=engine
        ).set_index("analysis")
        for analysis in ("each brand-month alike", "each request alike"):
            # Planted apart for the two networks, less than 0.01 apart: their mean stands for both.
            value = sum(effects) / 2
            yield _of(f"displacement, {kind}, {analysis}", value, table.loc[analysis])


def summarise(found: pd.DataFrame, *, posts: int) -> str:
    """The page: one row a quantity."""
    covered = found["truth"].between(found["ci_low"], found["ci_high"])
    found = found.assign(
        n=1,
        n_covered=covered.astype(int),
        error=found["estimate"] - found["truth"],
        half_width=(found["ci_high"] - found["ci_low"]) / 2,
    )
    means = found.groupby("name")[["truth", "error", "half_width"]].mean()
    # Several quantities have more than one interval a seed, and one sample serves them all.
    shares = estimate_rate(found, by="name", n_yes="n_covered", cluster="seed").set_index("name")
    overall = estimate_rate(found, n_yes="n_covered", cluster="seed").iloc[0]
    lines = [
        "# Planted truths and their intervals",
        "",
        f"{found['seed'].nunique()} samples of {posts:,} posts, each drawn with a seed of its own: "
        "how often the 95 % interval of a measure held the value that was planted. The interval of "
        "that share takes the sample as the independent unit. The bias is the mean error; beside "
        "it, the same in half-widths of the interval.",
        "",
        f"`python bench/recovery.py --seeds {found['seed'].nunique()} --posts {posts}`",
        "",
        "| quantity | intervals | hold the truth | 95 % interval of that share | mean truth | bias "
        "| bias, half-widths |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in found["name"].drop_duplicates():
        share, mean = shares.loc[name], means.loc[name]
        lines.append(
            f"| {name} | {share.n:.0f} | {share.estimate:.3f} "
            f"| {share.ci_low:.3f} to {share.ci_high:.3f} | {mean.truth:.4g} | {mean.error:+.2g} "
            f"| {mean.error / mean.half_width:+.2f} |"
        )
    lines.append(
        f"| all | {overall.n:.0f} | {overall.estimate:.3f} "
        f"| {overall.ci_low:.3f} to {overall.ci_high:.3f} | | | |"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
