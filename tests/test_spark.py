"""Every measure gives the same integers on Spark as on DuckDB.

One local session serves the whole file. It listens on the loopback address alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import carekit
from carekit.dataset.engine import Engine, connect
from carekit.dataset.folder import Dataset, open_dataset
from carekit.errors import InputError
from carekit.measures.answers import count_answers
from carekit.measures.care_accounts import count_main_openings
from carekit.measures.registry import REQUIRED, measures
from carekit.measures.sharing import open_shared, share_counts
from carekit.measures.waits import count_waits
from carekit.requests.definitions import DEFINITIONS
from carekit.requests.groups import TIME_UNITS
from carekit.requests.threads import Threads, build_threads, dataset_threads
from carekit.requests.value import Requests
from carekit.sample import generate_sample

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,  # so that it starts first: three minutes on one worker
    pytest.mark.needs_system("java", package="default-jre-headless"),
    # pyspark 4.3 says so of pandas 3; nothing here goes through its pandas functions.
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning:pyspark.*"),
]
OLDEST_JAVA = 17
Counted = Callable[[Dataset, Engine], Any]


def missing(reason: str) -> None:
    """A suite that cannot run is skipped; under CI=true it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (under CI=true this fails)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    java = os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else None
    told = subprocess.run(
        [java or shutil.which("java"), "-version"], capture_output=True, text=True
    )
    version = re.search(r'version "(\d+)', told.stderr)
    if version is None or int(version[1]) < OLDEST_JAVA:
        missing(f"needs Java {OLDEST_JAVA} or newer; install default-jre-headless")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        missing("needs pyspark; install it with: python -m pip install 'carekit[spark]'")
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        # On little data, planning and compiling take longer than running: less of both.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        "spark.sql.session.timeZone": "America/St_Johns",  # the engine must set it to UTC
    }
    builder = SparkSession.builder.master("local[2]").appName("carekit")
    for name, value in options.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A small sample, with every trap that the large one holds."""
    path = tmp_path_factory.mktemp("spark") / "sample"
    generate_sample(path, n_posts=4_000)
    return open_dataset(path)


@pytest.fixture(scope="module")
def spark(session: Any) -> Iterator[Engine]:
    with connect(spark=session) as engine:
        yield engine


@pytest.fixture(scope="module")
def duck() -> Iterator[Engine]:
    with connect() as engine:
        yield engine


def plain(value: Any) -> Any:
    """Frames, tuples and numbers as Python values; a number that is no integer is a fault."""
    if isinstance(value, pd.DataFrame):
        columns = {c: [plain(v) for v in value[c].astype(object)] for c in value.columns}
        return {"columns": list(columns), "rows": list(zip(*columns.values(), strict=True))}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if isinstance(value, (str, bool, pd.Timestamp)):
        return value
    assert int(value) == value, f"{value!r} is no integer"
    return int(value)


def threads(dataset: Dataset, engine: Engine) -> Threads:
    return dataset_threads(dataset, engine=engine)


def thread_sizes(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    columns = ["n_posts", "n_customer_posts", "thread_complete"]
    sizes = threads(dataset, engine).table
    return sizes.group_by(columns).agg(n=sizes.count()).order_by(columns).execute()


def thread_members(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    columns = ["post_id", "thread_id", "in_cycle", "customer", "missing"]
    return threads(dataset, engine).members.select(columns).order_by("post_id").execute()


def every_request(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    """Each row of the requests, all columns but the times in minutes."""
    asked = Requests(dataset, definition="direct-message", engine=engine)
    table = asked.built(threads=True).table
    table = table.mutate(created_at=table.created_at.epoch_seconds())
    return table.drop("first_response_minutes", "observed_minutes").order_by("request_id").execute()


def counted(count: Callable[[Requests], Any], **options: Any) -> Counted:
    return lambda dataset, engine: count(Requests(dataset, **options, engine=engine))


def main_openings(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    labels = pd.read_parquet(dataset.path / "labels.parquet", columns=["post_id", "tone"])
    negative = set(labels.post_id[labels.tone == "negative"])
    return count_main_openings(dataset, network="x", negative=negative, unit="day", engine=engine)


def posts_behind(requests: Requests) -> pd.DataFrame:
    found = requests.posts(network="x", answered=True, month="2014-07")
    return found[["post_id", "answered", "text"]]


# Definitions that count other posts than the ones before them, or call others answered.
COUNTED_APART = {d.rows: name for name, d in reversed(DEFINITIONS.items())}.values()
WHO = {"by": ("network", "country"), "cluster": "brand"}
COUNTS: dict[str, Counted] = {
    "threads": thread_sizes,
    "members of threads": thread_members,
    "every request": every_request,
    "main accounts": main_openings,
    "posts behind a row": counted(posts_behind),
    **{f"answers, {d}": counted(count_answers, definition=d, **WHO) for d in COUNTED_APART},
    **{
        f"waits, {d}": counted(count_waits, definition=d, by=("network",), cluster=None)
        for d in ("direct-opening", "quintly-7d", "zendesk", "zendesk-business-hours")
    },
    "answers by parts of the time": counted(
        count_answers, by=tuple(TIME_UNITS), cluster="author_id", where="network <> 'x'"
    ),
}
MEASURES = measures()
# What a measure is asked here, where its own defaults leave out what an engine could get wrong.
ASKED: dict[str, dict[str, Any]] = {
    "answer-bounds": {"definition": "socialbakers-2015", **WHO},
    "bypass": {"by": "network"},
    "care-accounts": {"network": ["facebook", "x"]},
    "contacts": {"definition": "socialbakers-2015", **WHO},
    "corrected-shares": {},
    "csat": {"by": "network", "column": "rating", "where": "surface = 'review'"},
    "definitions": {"definitions": ["direct-opening", "facebook-page", "sprout-72h"]},
    "growth": {"by": "country"},
    "nps": {"by": "network", "column": "rating", "where": "surface = 'review'"},
    "response-schemes": {"where": "network = 'x'"},
    "shrunk-rates": {},
    "workload": {},
}


@pytest.mark.parametrize("name", COUNTS)
def test_same_integers_on_spark_and_duckdb(name, dataset, duck, spark):
    here, there = (plain(COUNTS[name](dataset, engine)) for engine in (duck, spark))
    assert there == here
    assert here  # two empty tables would agree as well


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_is_the_same_on_spark_because_its_counts_are(name, dataset, duck, spark):
    measure = MEASURES[name]
    required = any(p.default is REQUIRED for p in measure.own.values())
    asked = ASKED.get(name, {} if required else {"by": "network"})
    here, there = (measure.function(dataset, engine=engine, **asked) for engine in (duck, spark))
    if not isinstance(here, pd.DataFrame):
        assert str(there) == str(here)
        return
    assert len(here)
    assert there.attrs == here.attrs
    pd.testing.assert_frame_equal(there, here, check_exact=True, check_dtype=False)


def test_fractions_of_a_second_count_alike(make_dataset, duck, spark):
    rows = [
        {"id": "q", "at": 1 / 64},
        {"id": "r", "at": 11 / 64, "reply_to": "q", "author_role": "brand"},
        {"id": "later", "at": 1 / 64, "observed_at": 8 / 64},
    ]
    fractions = make_dataset(rows)
    here, there = (
        plain(count_waits(Requests(fractions, cluster=None, engine=engine)))
        for engine in (duck, spark)
    )
    assert there == here


def test_traps_of_the_sample_are_met(dataset, spark):
    found = threads(dataset, spark)
    assert found.n_duplicates > 0
    assert found.n_missing_parents > 0
    assert found.n_cycle_posts > 0


def test_threads_are_the_same_by_number(dataset, duck, spark):
    assert str(threads(dataset, spark)) == str(threads(dataset, duck))


def test_notes_and_requests_set_apart_are_the_same(dataset, duck, spark):
    for name in DEFINITIONS:
        asked = (
            carekit.requests(dataset, definition=name, engine=engine) for engine in (duck, spark)
        )
        here, there = ((requests.note, requests.left_out) for requests in asked)
        assert there == here


def test_shared_counts_are_the_same_files(dataset, duck, spark, tmp_path):
    for engine in (duck, spark):
        share_counts(dataset, out=tmp_path / engine.kind, engine=engine)
    here, there = (
        open_shared(tmp_path / kind).manifest["tables"] for kind in ("duckdb", "pyspark")
    )
    assert there == here


def test_the_session_of_the_user_stays_open(session):
    with connect(spark=session) as engine:
        assert engine.kind == "pyspark"
    assert session.sql("SELECT 1 AS one").collect()[0].one == 1


def test_roots_by_arrays_need_duckdb(dataset, spark):
    posts = spark.table(dataset, "posts")
    with pytest.raises(InputError, match="'arrays' on pyspark; it needs DuckDB"):
        build_threads(posts, engine=spark, way="arrays")


def test_the_page_on_spark_runs(session, dataset, capsys):
    page = (Path(__file__).parents[1] / "docs" / "spark.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.S)
    code = code.replace("/path/that/every/worker/sees", str(dataset.path))
    exec(compile(code, "spark.md", "exec"), {})
    assert str(carekit.answer_rate(dataset, by="network")) in capsys.readouterr().out
