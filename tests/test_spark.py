"""Every measure gives the same integers on Spark as on DuckDB.

One local session serves the whole file. It listens on the loopback address alone.
"""

from __future__ import annotations

import inspect
import os
import pkgutil
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pandas as pd
import pytest

import carekit.measures
from carekit.dataset.engine import Engine, connect
from carekit.dataset.folder import Dataset, open_dataset
from carekit.errors import InputError
from carekit.measures.answer_bounds import measure_answer_bounds
from carekit.measures.answer_rate import measure_answer_rate
from carekit.measures.answers import count_answers, count_waits
from carekit.measures.contacts import count_contacts, count_unknown
from carekit.measures.first_answers import (
    count_elsewhere,
    count_handoffs,
    count_lengths,
    count_redirects,
    first_answers,
)
from carekit.measures.first_response import measure_first_response
from carekit.measures.main_accounts import count_main_openings, opening_texts
from carekit.measures.sharing import open_shared, share_counts
from carekit.measures.side_by_side import measure_definitions
from carekit.measures.volumes import comparable_periods, count_volumes, span
from carekit.requests.addressing import count_addressing, own_accounts
from carekit.requests.build import TIME_UNITS, Requests, build_requests, with_groups
from carekit.requests.business_waits import brand_hours, count_business_waits
from carekit.requests.definitions import DEFINITIONS
from carekit.requests.places import count_surfaces, keep_posts
from carekit.requests.threads import Threads, build_threads
from carekit.sample import generate_sample

pytestmark = [
    pytest.mark.spark,
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


def requests(dataset: Dataset, engine: Engine, definition: str) -> Requests:
    """Requests under a definition, built once an engine."""
    return engine.once(
        ("test", definition), lambda: build_requests(dataset, definition=definition, engine=engine)
    )


def on_requests(
    count: Callable[..., Any], definition: str = "direct-opening", **options: Any
) -> Counted:
    """A measure that takes requests alone."""

    def counted(dataset: Dataset, engine: Engine) -> Any:
        table = requests(dataset, engine, definition).table
        return count(with_groups(table, options.get("by", ())), **options)

    return counted


def on_threads(count: Callable[..., Any], definition: str, **options: Any) -> Counted:
    """A measure that takes requests, their threads, and the rows to count."""

    def counted(dataset: Dataset, engine: Engine) -> Any:
        made = requests(dataset, engine, definition)
        return count(made, with_groups(made.table, options.get("by", ())), **options)

    return counted


def on_first_answers(count: Callable[..., Any], **options: Any) -> Counted:
    """A measure that takes the first answers."""

    def counted(dataset: Dataset, engine: Engine) -> Any:
        made = requests(dataset, engine, "zendesk")
        answers = engine.once(
            ("test", "answers"), lambda: engine.keep(first_answers(made, made.table))
        )
        return count(answers, **options)

    return counted


def threads(dataset: Dataset, engine: Engine) -> Threads:
    posts = engine.table(dataset, "posts")
    return engine.once(("threads", dataset.state), lambda: build_threads(posts, engine=engine))


def thread_sizes(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    columns = ["n_posts", "n_customer_posts", "thread_complete"]
    sizes = threads(dataset, engine).table
    return sizes.group_by(columns).agg(n=sizes.count()).order_by(columns).execute()


def thread_members(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    columns = ["post_id", "thread_id", "in_cycle", "customer", "missing"]
    return threads(dataset, engine).members.select(columns).order_by("post_id").execute()


def every_request(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    """Each row of the requests, all columns but the times in minutes."""
    table = requests(dataset, engine, "direct-message").table
    table = table.mutate(created_at=table.created_at.epoch_seconds())
    return table.drop("first_response_minutes", "observed_minutes").order_by("request_id").execute()


def volumes(dataset: Dataset, engine: Engine) -> Any:
    table = requests(dataset, engine, "direct-opening").table
    ends = span(table)
    assert ends is not None
    before, after = comparable_periods(*ends)
    counts = count_volumes(
        dataset, table, before=before, after=after, by=("country",), engine=engine
    )
    return ends, counts


def complaints(dataset: Dataset) -> set[str]:
    labels = pd.read_parquet(dataset.path / "labels.parquet", columns=["post_id", "tone"])
    return set(labels.post_id[labels.tone == "negative"])


def complained_places(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    table = requests(dataset, engine, "direct-opening").table
    return count_surfaces(keep_posts(table, complaints(dataset)), by=("network",))


def main_openings(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    return count_main_openings(
        dataset, network="x", negative=complaints(dataset), unit="day", engine=engine
    )


def texts(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    return opening_texts(dataset, network="facebook", engine=engine).sort_values("request_id")


def addressing(dataset: Dataset, engine: Engine) -> pd.DataFrame:
    labels = pd.read_parquet(dataset.path / "labels.parquet", columns=["post_id", "tone"])
    moods = labels.rename(columns={"post_id": "request_id", "tone": "mood"}).dropna()
    table = own_accounts(dataset, requests(dataset, engine, "direct-opening").table, engine)
    return count_addressing(table, moods, cluster="brand")


def business_waits(dataset: Dataset, engine: Engine) -> Any:
    table = requests(dataset, engine, "zendesk-business-hours").table
    return count_business_waits(table, hours=brand_hours(dataset), by=("country",))


WHO = {"by": ("network", "country"), "cluster": "brand"}
MEASURES: dict[str, Counted] = {
    "threads": thread_sizes,
    "members of threads": thread_members,
    "every request": every_request,
    **{f"answers, {d}": on_requests(count_answers, d, **WHO) for d in DEFINITIONS},
    **{
        f"waits, {d}": on_requests(count_waits, d, by=("network",))
        for d in ("direct-opening", "quintly-7d", "zendesk")
    },
    **{
        f"answers by {unit}": on_requests(count_answers, by=(unit,), cluster="author_id")
        for unit in TIME_UNITS
    },
    "business waits": business_waits,
    "contacts": on_threads(count_contacts, "socialbakers-2015", **WHO),
    "unknown outcomes": on_threads(count_unknown, "socialbakers-2015", **WHO),
    "hand-offs": on_first_answers(count_handoffs, **WHO),
    "redirections": on_first_answers(count_redirects, by=("network",)),
    "sent elsewhere": on_first_answers(count_elsewhere, by=("network",)),
    "accounts named, by mood": addressing,
    "reply length": on_first_answers(count_lengths, by=("network",), cluster="brand"),
    "surfaces": on_requests(count_surfaces, by=("network",), cluster="brand"),
    "surfaces of complaints": complained_places,
    "volumes": volumes,
    "main accounts": main_openings,
    "texts for triage": texts,
}


@pytest.mark.parametrize("name", MEASURES)
def test_same_integers_on_spark_and_duckdb(name, dataset, duck, spark):
    here, there = (plain(MEASURES[name](dataset, engine)) for engine in (duck, spark))
    assert there == here
    assert here  # two empty tables would agree as well


def test_fractions_of_a_second_count_alike(make_dataset, duck, spark):
    rows = [
        {"id": "q", "at": 1 / 64},
        {"id": "r", "at": 11 / 64, "reply_to": "q", "author_role": "brand"},
        {"id": "later", "at": 1 / 64, "observed_at": 8 / 64},
    ]
    fractions = make_dataset(rows)
    here, there = (
        plain(count_waits(build_requests(fractions, engine=engine).table))
        for engine in (duck, spark)
    )
    assert there == here


def first_argument(function: Callable[..., Any]) -> str:
    """The type of the data that a function takes, as it is written."""
    return str(next(iter(inspect.signature(function).parameters.values())).annotation)


def test_every_count_of_the_measures_is_compared():
    """A new measure has to be added to this file."""
    here = set(re.findall(r"\b(?:count|build)_\w+", inspect.getsource(inspect.getmodule(plain))))
    for module in pkgutil.iter_modules(carekit.measures.__path__):
        functions = vars(import_module(f"carekit.measures.{module.name}"))
        public = {n for n in functions if n.startswith(("count_", "build_"))}
        frames = {n for n in public if first_argument(functions[n]) == "pd.DataFrame"}
        public -= frames  # these know no engine
        assert public <= here, f"not compared: {', '.join(sorted(public - here))}"


def test_traps_of_the_sample_are_met(dataset, spark):
    found = threads(dataset, spark)
    assert found.n_duplicates > 0
    assert found.n_missing_parents > 0
    assert found.n_cycle_posts > 0


def test_threads_are_the_same_by_number(dataset, duck, spark):
    assert str(threads(dataset, spark)) == str(threads(dataset, duck))


def test_notes_and_requests_set_apart_are_the_same(dataset, duck, spark):
    for name in DEFINITIONS:
        here, there = (requests(dataset, engine, name) for engine in (duck, spark))
        assert there.count_note() == here.count_note()
        assert there.n_apart == here.n_apart


@pytest.mark.parametrize(
    "measure", [measure_answer_rate, measure_first_response, measure_answer_bounds]
)
def test_estimates_are_the_same_because_counts_are(measure, dataset, duck, spark):
    options = {"by": "network", "where": "country in ('FR', 'US')"}
    here, there = (measure(dataset, engine=engine, **options) for engine in (duck, spark))
    pd.testing.assert_frame_equal(there, here, check_exact=True, check_dtype=False)


def test_definitions_side_by_side_are_the_same(dataset, duck, spark):
    few = ["direct-opening", "facebook-page", "sprout-72h"]
    here, there = (
        measure_definitions(dataset, definitions=few, engine=engine) for engine in (duck, spark)
    )
    pd.testing.assert_frame_equal(there, here, check_exact=True, check_dtype=False)


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


def test_roots_by_recursion_need_duckdb(dataset, spark):
    posts = spark.table(dataset, "posts")
    with pytest.raises(InputError, match="'recursion' on pyspark; it needs DuckDB"):
        build_threads(posts, engine=spark, way="recursion")
