"""What the bounds in pyproject.toml are for: each test calls something that a version breaks.

With duckdb 2 or sqlglot 30.18, `create_table` from a frame, `drop_table`, `con.sql` and
`from_connection` fail while reading Parquet still works: so it is the former that are called.
"""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pandas as pd
import pytest
from ibis import _
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def con() -> ibis.BaseBackend:
    return ibis.duckdb.connect()


@pytest.fixture
def posts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "post_id": ["x:1", "x:2", "x:3", "x:4"],
            "reply_to": [None, "x:1", "x:2", None],
            "created_at": pd.to_datetime(
                [
                    "2017-10-31 22:10:47",
                    "2017-10-31 22:22:46",
                    "2017-11-01 00:00:00",
                    "2017-11-02 08:30:00",
                ],
                utc=True,
            ).as_unit("us"),
        }
    )


def test_table_from_a_frame_comes_back_the_same(con: ibis.BaseBackend, posts: pd.DataFrame) -> None:
    table = con.create_table("posts", posts)
    pd.testing.assert_frame_equal(table.order_by("post_id").execute(), posts)
    con.drop_table("posts")
    assert con.list_tables() == []


def test_temporary_table_from_an_expression(con: ibis.BaseBackend, posts: pd.DataFrame) -> None:
    expression = ibis.memtable(posts).filter(_.reply_to.notnull())
    table = con.create_table("replies", obj=expression, temp=True)
    assert table.count().execute() == 2


def test_table_from_arrow_and_back(con: ibis.BaseBackend, posts: pd.DataFrame) -> None:
    import pyarrow as pa

    table = con.create_table("posts", pa.Table.from_pandas(posts, preserve_index=False))
    assert table.to_pyarrow().num_rows == 4


def test_connection_of_the_user_can_be_used(posts: pd.DataFrame) -> None:
    own = duckdb.connect()
    own.register("posts", posts)
    con = ibis.duckdb.from_connection(own)
    assert con.table("posts").count().execute() == 4


def test_sql_gives_an_expression_that_goes_on(con: ibis.BaseBackend, posts: pd.DataFrame) -> None:
    con.create_table("posts", posts)
    found = con.sql("SELECT post_id FROM posts WHERE reply_to IS NULL").count().execute()
    assert found == 2


def test_recursive_sql_finds_the_roots_of_threads(
    con: ibis.BaseBackend, posts: pd.DataFrame
) -> None:
    con.create_table("posts", posts)
    roots = con.sql(
        """
        WITH RECURSIVE up(post_id, root) AS (
            SELECT post_id, post_id FROM posts WHERE reply_to IS NULL
            UNION ALL
            SELECT p.post_id, up.root FROM posts p JOIN up ON p.reply_to = up.post_id
        )
        SELECT post_id, root FROM up
        """
    )
    found = roots.order_by("post_id").execute()
    assert found["root"].tolist() == ["x:1", "x:1", "x:1", "x:4"]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"(?i)\bwhy\b", "WHY is that", True),
        (r"(?i)\bwhy\b", "whyever not", False),
        (r"^\p{L}+$", "déjà", True),
        (r"^\p{L}+$", "déjà2", False),
        ("(?i)où|’", "OÙ est", True),
    ],
)
def test_regular_expressions_of_the_common_part(
    con: ibis.BaseBackend, pattern: str, text: str, found: bool
) -> None:
    assert bool(con.execute(ibis.literal(text).re_search(pattern))) is found


def test_regular_expressions_extract_and_replace(con: ibis.BaseBackend) -> None:
    text = ibis.literal("@Fnac et @Darty")
    assert con.execute(text.re_extract(r"@(\p{L}+)", 1)) == "Fnac"
    assert con.execute(text.re_replace(r"@\p{L}+", "@x")) == "@x et @x"


def test_waits_are_whole_seconds(con: ibis.BaseBackend, posts: pd.DataFrame) -> None:
    first = ibis.timestamp("2017-10-31 22:10:47")
    table = con.create_table(
        "posts", posts.assign(created_at=posts.created_at.dt.tz_localize(None))
    )
    waits = table.order_by("post_id").select(w=_.created_at.epoch_seconds() - first.epoch_seconds())
    assert waits.execute()["w"].tolist() == [0, 719, 6553, 123553]


def test_text_becomes_a_time_or_null(con: ibis.BaseBackend) -> None:
    good, bad = (ibis.literal(t).try_cast("timestamp") for t in ("2017-10-31 22:10:47", "soon"))
    assert con.execute(good) == pd.Timestamp("2017-10-31 22:10:47")
    assert pd.isna(con.execute(bad))


def test_windows_count_those_still_waiting(con: ibis.BaseBackend) -> None:
    table = con.create_table("waits", pd.DataFrame({"k": [0, 1, 2], "n": [5, 3, 2]}))
    window = ibis.window(order_by=ibis.desc("k"), preceding=None, following=0)
    at_risk = table.mutate(at_risk=_.n.sum().over(window)).order_by("k").execute()["at_risk"]
    assert at_risk.tolist() == [10, 5, 2]


def test_installed_engine_is_within_the_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for needed in map(Requirement, project["dependencies"]):
        assert needed.specifier.contains(version(needed.name)), needed


class TestStatsmodels:
    """What is right, and what is wrong and so is not used."""

    def test_wilson_interval_without_any_request_is_nan_with_a_warning(self) -> None:
        from statsmodels.stats.proportion import proportion_confint

        with pytest.warns(RuntimeWarning):
            assert np.isnan(proportion_confint(0, 0, method="wilson")).all()

    def test_logistic_model_of_counts_is_that_of_the_rows(self) -> None:
        import statsmodels.genmod.api as glm

        x, y, n = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([30, 10, 12, 28])
        counts = glm.GLM(
            y, np.column_stack([np.ones(4), x]), family=glm.families.Binomial(), freq_weights=n
        ).fit(cov_type="HC1")
        x, y = np.repeat(x, n), np.repeat(y, n)
        rows = glm.GLM(y, np.column_stack([np.ones(80), x]), family=glm.families.Binomial()).fit(
            cov_type="HC1"
        )
        np.testing.assert_allclose(counts.params, rows.params, rtol=1e-8)
        np.testing.assert_allclose(counts.bse, rows.bse, rtol=1e-8)

    def test_weighted_survival_has_wrong_standard_errors(self) -> None:
        # If this fails, statsmodels has been mended, and can be a witness for ours.
        from statsmodels.duration.survfunc import SurvfuncRight

        time, event = np.array([1.0, 2, 3, 4]), np.array([1, 1, 0, 1])
        n = np.array([2, 3, 4, 2])
        weighted = SurvfuncRight(time, event, freq_weights=n)
        rows = SurvfuncRight(np.repeat(time, n), np.repeat(event, n))
        np.testing.assert_allclose(weighted.surv_prob, rows.surv_prob)
        # Greenwood (1926) by hand, at the second event: S = 9/11 × 6/9.
        greenwood = 9 / 11 * 6 / 9 * np.sqrt(2 / (11 * 9) + 3 / (9 * 6))
        assert rows.surv_prob_se[1] == pytest.approx(greenwood)
        assert weighted.surv_prob_se[1] > 1.2 * greenwood
