"""The main path on a large file: CSV → dataset → threads → answer rates → waits → questions.

    python bench/main_path.py [--posts 3000000] [--runs 3] [--folder DIR]
    python bench/main_path.py --posts 30000000 --peers carekit --memory-limit 1GB --runs 1

The same work in carekit, in hand-written DuckDB SQL and in idiomatic pandas: read a file in the
format of "Customer Support on Twitter", replace author ids and mentions in texts by keyed
pseudonyms, write Parquet, find the first post of every thread, then by brand the answer rate, the
waits of answered requests (median, 90th percentile) and the requests that hold a question mark.
The peer `checked` is the same SQL with what an import of carekit checks: every cell of every row,
rows against the lines of the file, its checksum, ids that repeat. Each runs in a process of its
own, in turn; the table shows the median of the runs by the clock and of processor time, the peak of
resident memory and the ratio of carekit to each peer. They must agree on every count, or it stops.
A limit of memory is that of DuckDB, in carekit and by hand.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

KEY = "a key for the benchmark, no secret"
PEERS = ("carekit", "duckdb", "checked", "pandas")


def make_file(path: Path, n_posts: int) -> None:
    """A file of `n_posts` rows: 100 brands, openings, answers and follow-ups, some unanswered."""
    import duckdb

    duckdb.connect().execute(
        f"""
        COPY (
        WITH n AS (SELECT i, i % 3 AS kind, hash(i // 3) AS h FROM range(3, {n_posts} + 3) t(i)),
        p AS (SELECT i, kind, 'brand' || (h % 100) AS brand, 100000 + h % 700000 AS customer,
            (h % 10) < 7 AS answered, hash(i) AS own,
            TIMESTAMP '2017-10-01' + to_seconds((h % 5000000)::BIGINT) AS start FROM n)
        SELECT i AS tweet_id,
            CASE WHEN kind = 1 AND answered THEN brand ELSE customer::VARCHAR END AS author_id,
            CASE WHEN kind = 1 AND answered THEN 'False' ELSE 'True' END AS inbound,
            strftime(start + to_seconds((kind * (60 + own % 40000))::BIGINT),
                '%a %b %d %H:%M:%S +0000 %Y') AS created_at,
            CASE WHEN kind = 1 AND answered
                THEN '@' || customer || ' Sorry to hear that, please send us your order number.'
                WHEN own % 5 < 2 THEN '@' || brand || ' where is my order? It was due on Monday'
                ELSE '@' || brand || ', the app says "error" again and nobody helps' END AS text,
            '' AS response_tweet_id,
            CASE WHEN kind = 0 THEN '' ELSE ((i - 1)::VARCHAR || '.0') END
                AS in_response_to_tweet_id
        FROM p) TO '{path}' (HEADER, DELIMITER ',')
        """
    )


def run_carekit(file: Path, folder: Path, memory_limit: str | None) -> dict:
    from carekit.dataset.engine import connect
    from carekit.dataset.folder import open_dataset
    from carekit.measures.answers import answer_rate
    from carekit.measures.waits import first_response
    from carekit.requests.build import build_requests
    from carekit.requests.threads import dataset_threads
    from carekit.sources.files import import_files

    import_files("twcs", [file], out=folder / "dataset", memory_limit=memory_limit)
    lap("import")
    dataset = open_dataset(folder / "dataset")
    options = {"by": "brand", "allow_selected": True, "cluster": "none"}
    spill = str(folder / "spill") if memory_limit else None
    with connect(memory_limit=memory_limit, spill_folder=spill) as engine:
        threads = dataset_threads(dataset, engine=engine)
        lap("threads")
        rates = answer_rate(dataset, engine=engine, **options)
        lap("answer rates")
        waits = first_response(dataset, engine=engine, **options)
        lap("waits")
        table = build_requests(dataset, engine=engine, with_threads=False).table
        asked = table.group_by("brand").agg(n=table.is_question.cast("int64").sum()).execute()
        lap("questions")
    return {
        "threads": threads.n_threads,
        "requests": int(rates["n"].sum()),
        "answered": int(rates["n_answered"].sum()),
        "questions": int(asked["n"].sum()),
        "medians": round(float(waits["answered_median_minutes"].sum()), 6),
        "p90s": round(float(waits["answered_p90_minutes"].sum()), 6),
    }


def check_cells(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """What an import of carekit checks of the rows of such a file before it writes them."""
    digest, n_lines = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while chunk := opened.read(1 << 22):
            digest.update(chunk)
            n_lines += chunk.count(b"\n")
    number = r"[0-9]+(\.0+)?"
    bad, rows, breaks = con.execute(
        rf"""
        SELECT count(*) FILTER (NOT coalesce(regexp_full_match(tweet_id, '{number}'), FALSE)
            OR coalesce(trim(author_id), '') = ''
            OR NOT coalesce(lower(inbound) IN ('true', 'false'), FALSE)
            OR try_strptime(created_at, '%a %b %d %H:%M:%S %z %Y') IS NULL
            OR NOT coalesce(in_response_to_tweet_id = ''
                OR regexp_full_match(in_response_to_tweet_id, '{number}'), TRUE)
            OR strlen(text) > 131072
            OR (contains(text, chr(10)) AND regexp_matches(text, '\n[0-9]+,[^,\n]*,(True|False),'))),
            count(*), sum(strlen(text) - strlen(replace(text, chr(10), '')))
        FROM raw
        """
    ).fetchone()
    if bad or rows + breaks + 1 != n_lines:
        sys.exit(f"{bad} rows cannot be read; {rows} rows, {breaks} breaks, {n_lines} lines")


def run_checked(file: Path, folder: Path, memory_limit: str | None) -> dict:
    return run_duckdb(file, folder, memory_limit, checks=True)


def run_duckdb(file: Path, folder: Path, memory_limit: str | None, *, checks: bool = False) -> dict:
    import duckdb

    from carekit.dataset.privacy import pseudonym_sql  # HMAC in SQL: the same work for both

    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"SET temp_directory = '{folder}/spill'")
    if memory_limit:
        con.execute(f"SET memory_limit = '{memory_limit}'")
    con.execute("SET enable_progress_bar = false")
    key = KEY.encode()
    con.execute(
        "CREATE TABLE raw AS SELECT * FROM "
        f"read_csv('{file}', header = true, all_varchar = true, delim = ',', quote = '\"')"
    )
    if checks:
        check_cells(con, file)
    con.execute(
        "CREATE TABLE brands AS SELECT DISTINCT author_id FROM raw WHERE lower(inbound) = 'false'"
    )
    con.execute(
        f"CREATE TABLE people AS SELECT a, {pseudonym_sql(key, repr('x'), 'a')} AS p FROM ("
        "SELECT DISTINCT author_id a FROM raw"
        " UNION SELECT DISTINCT regexp_extract(text, '@(\\w+)', 1) FROM raw)"
    )
    con.execute(
        f"""
        COPY (SELECT 'x:' || tweet_id AS post_id, 'x' AS network, people.p AS author_id,
            CASE WHEN lower(inbound) = 'false' THEN 'brand' ELSE 'customer' END AS author_role,
            coalesce(own.author_id, named.author_id) AS brand,
            strptime(created_at, '%a %b %d %H:%M:%S %z %Y') AS created_at,
            CASE WHEN named.author_id IS NULL
                THEN replace(text, '@' || m, '@' || coalesce(told.p, m)) ELSE text END AS text,
            CASE WHEN in_response_to_tweet_id <> ''
                THEN 'x:' || split_part(in_response_to_tweet_id, '.', 1) END AS reply_to
        FROM (SELECT *, regexp_extract(text, '@(\\w+)', 1) AS m FROM raw) r
        JOIN people ON people.a = r.author_id
        LEFT JOIN people told ON told.a = r.m
        LEFT JOIN brands own ON lower(r.inbound) = 'false' AND own.author_id = r.author_id
        LEFT JOIN brands named ON named.author_id = r.m)
        TO '{folder}/posts.parquet' (COMPRESSION zstd)
        """
    )
    con.execute("DROP TABLE raw")
    con.execute(f"CREATE VIEW posts AS FROM '{folder}/posts.parquet'")
    if (
        checks
        and con.execute("SELECT count(*) <> count(DISTINCT post_id) FROM posts").fetchone()[0]
    ):
        sys.exit("an id came twice")
    lap("import")
    con.execute(
        "CREATE TABLE edges AS SELECT p.post_id, q.post_id AS parent FROM posts p"
        " LEFT JOIN posts q ON p.reply_to = q.post_id"
    )
    con.execute(
        "CREATE TABLE roots AS WITH RECURSIVE down AS (SELECT post_id, post_id AS root FROM edges"
        " WHERE parent IS NULL UNION ALL SELECT e.post_id, d.root FROM edges e"
        " JOIN down d ON e.parent = d.post_id) FROM down"
    )
    threads = con.execute("SELECT count(DISTINCT root) FROM roots").fetchone()
    lap("threads")
    con.execute(
        """
        CREATE TABLE requests AS
        SELECT p.post_id, coalesce(p.brand, r.brand) AS brand, r.first IS NOT NULL AS answered,
            r.first - epoch(p.created_at)::BIGINT AS wait, contains(p.text, '?') AS question
        FROM posts p LEFT JOIN (SELECT reply_to, min(epoch(created_at)::BIGINT) AS first,
            arg_min(brand, created_at) AS brand FROM posts
            WHERE author_role = 'brand' AND reply_to IS NOT NULL GROUP BY 1) r
            ON p.post_id = r.reply_to
        WHERE p.author_role = 'customer' AND p.reply_to IS NULL
        """
    )
    row = con.execute(
        """
        SELECT sum(n), sum(k), sum(q), sum(median), sum(p90) FROM (
            SELECT count(*) n, count(*) FILTER (answered) k, count(*) FILTER (question) q,
                quantile_cont(wait / 60, 0.5) median, quantile_cont(wait / 60, 0.9) p90
            FROM requests GROUP BY brand)
        """
    ).fetchone()
    lap("rates, waits, questions")
    names = ("requests", "answered", "questions")
    counts = {n: int(v) for n, v in zip(names, row[:3], strict=True)}
    sums = {"medians": round(row[3], 6), "p90s": round(row[4], 6)}
    return {"threads": threads[0], **counts, **sums}


def run_pandas(file: Path, folder: Path, memory_limit: str | None) -> dict:
    """`memory_limit` means nothing to pandas."""
    import pandas as pd

    from carekit.dataset.privacy import pseudonym

    folder.mkdir(parents=True, exist_ok=True)
    key = KEY.encode()
    raw = pd.read_csv(file, dtype=str)
    raw["post_id"] = "x:" + raw["tweet_id"]
    raw["reply_to"] = "x:" + raw["in_response_to_tweet_id"].str.split(".").str[0]
    raw["created_at"] = pd.to_datetime(raw["created_at"], format="%a %b %d %H:%M:%S %z %Y")
    raw["author_role"] = raw["inbound"].str.lower().map({"true": "customer", "false": "brand"})
    brands = set(raw.loc[raw["author_role"] == "brand", "author_id"])
    mention = raw["text"].str.extract(r"@(\w+)")[0]
    everybody = pd.unique(pd.concat([raw["author_id"], mention.dropna()]))
    names = {a: pseudonym(key, "x", a) for a in everybody}
    shown = {a: a if a in brands else p for a, p in names.items()}
    raw["text"] = raw["text"].str.replace(
        r"@(\w+)", lambda m: "@" + shown.get(m[1], m[1]), regex=True
    )
    raw["brand"] = raw["author_id"].where(
        raw["author_role"] == "brand", mention.where(mention.isin(brands))
    )
    raw["author_id"] = raw["author_id"].map(names)
    columns = ["post_id", "author_id", "author_role", "brand", "created_at", "text", "reply_to"]
    posts = raw[columns].copy()
    del raw
    posts.to_parquet(folder / "posts.parquet", compression="zstd")
    lap("import")
    parent = posts["reply_to"].where(posts["reply_to"].isin(posts["post_id"]), posts["post_id"])
    up = pd.Series(parent.to_numpy(), index=posts["post_id"])
    while True:
        further = pd.Series(up.reindex(up.to_numpy()).to_numpy(), index=up.index)
        if further.equals(up):
            break
        up = further
    threads = int(up.nunique())
    lap("threads")
    answers = posts[(posts["author_role"] == "brand") & posts["reply_to"].notna()]
    first = answers.sort_values("created_at").groupby("reply_to")[["created_at", "brand"]].first()
    asked = posts[(posts["author_role"] == "customer") & posts["reply_to"].isna()]
    asked = asked.merge(first, left_on="post_id", right_index=True, how="left", suffixes=("", "_r"))
    asked["brand"] = asked["brand"].fillna(asked["brand_r"])
    asked["wait"] = (asked["created_at_r"] - asked["created_at"]).dt.total_seconds() / 60
    asked["question"] = asked["text"].str.contains("?", regex=False)
    grouped = asked.groupby("brand", dropna=False)
    found = {
        "threads": threads,
        "requests": len(asked),
        "answered": int(asked["wait"].notna().sum()),
        "questions": int(grouped["question"].sum().sum()),
        "medians": round(float(grouped["wait"].quantile(0.5).sum()), 6),
        "p90s": round(float(grouped["wait"].quantile(0.9).sum()), 6),
    }
    lap("rates, waits, questions")
    return found


LAPS: dict[str, float] = {}
"""Step → processor seconds since the start of the process at its end."""


def lap(name: str) -> None:
    """Note the processor time at which a step of the path ended."""
    LAPS[name] = time.process_time()


def one(peer: str, file: Path, folder: Path, memory_limit: str | None) -> None:
    """Run a peer in this process; print seconds, peak memory and its results as JSON."""
    os.environ["CAREKIT_PSEUDONYM_KEY"] = KEY
    started, began = time.perf_counter(), time.process_time()
    run = {
        "carekit": run_carekit,
        "duckdb": run_duckdb,
        "checked": run_checked,
        "pandas": run_pandas,
    }[peer]
    found = run(file, folder, memory_limit)
    ends = [began, *LAPS.values()]
    laps = {n: b - a for n, a, b in zip(LAPS, ends, ends[1:], strict=False)}
    used = resource.getrusage(resource.RUSAGE_SELF)
    result = {
        "seconds": time.perf_counter() - started,
        "processor": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,  # in kB on Linux
        "found": found,
        "laps": laps,
    }
    print(json.dumps(result))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=3_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--memory-limit", help="of DuckDB, such as 1GB")
    parser.add_argument("--one", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        one(args.one, args.file, args.folder, args.memory_limit)
        return
    with tempfile.TemporaryDirectory(dir=args.folder) as temporary:
        folder = Path(temporary)
        file = folder / "posts.csv"
        make_file(file, args.posts)
        print(f"{args.posts:,} posts, {file.stat().st_size / 1e6:.0f} MB of CSV\n", flush=True)
        results: dict[str, list[dict]] = {peer: [] for peer in args.peers}
        for run in range(args.runs):
            for peer in args.peers:
                work = folder / f"{peer}-{run}"
                command = [sys.executable, __file__, "--one", peer, "--file", str(file)]
                command += ["--folder", str(work)]
                if args.memory_limit:
                    command += ["--memory-limit", args.memory_limit]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                results[peer].append(json.loads(done.stdout.splitlines()[-1]))
                shutil.rmtree(work)
    report(results)


def report(results: dict[str, list[dict]]) -> None:
    """Print the table, or stop if the peers do not agree."""
    found = {peer: runs[0]["found"] for peer, runs in results.items()}
    if len({json.dumps(f, sort_keys=True) for f in found.values()}) != 1:
        sys.exit(f"The peers do not agree: {json.dumps(found, indent=1)}")
    medians = {
        name: {p: statistics.median(r[name] for r in runs) for p, runs in results.items()}
        for name in ("seconds", "processor", "peak_mb")
    }
    first = next(iter(results))  # carekit, if it ran
    print(
        f"| | seconds | processor s | peak MB | {first} to it, time | processor | memory |"
        " steps, processor s |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for peer, runs in results.items():
        steps = ", ".join(f"{name} {value:.1f}" for name, value in runs[-1]["laps"].items())
        cells = [
            f"{medians[n][peer]:.{d}f}"
            for n, d in (("seconds", 1), ("processor", 1), ("peak_mb", 0))
        ]
        cells += [f"{values[first] / values[peer]:.2f}" for values in medians.values()]
        print(f"| {peer} | {' | '.join(cells)} | {steps} |")


if __name__ == "__main__":
    main()
