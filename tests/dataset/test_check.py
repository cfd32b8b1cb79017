"""What `check_dataset` finds in datasets that were broken on purpose."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.dataset.check import COLUMNS, check_dataset, without_root
from carekit.dataset.folder import append_dataset, create_dataset
from carekit.dataset.schema import POSTS, to_arrow
from carekit.errors import DatasetError

WHO = "a_0123456789abcdef"


def post(n: int, role: str = "customer", **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "post_id": f"x:{n}",
        "network": "x",
        "surface": "mention",
        "author_id": WHO,
        "author_role": role,
        "brand": "Acme",
        "account": "acme",
        "created_at": pd.Timestamp("2021-03-04 10:00", tz="UTC") + pd.Timedelta(minutes=n),
        "text": "hello ?",
        "lang": "en",
        "visibility": "public",
        "observed_at": pd.Timestamp("2021-04-01", tz="UTC"),
    }
    return row | changes


def dataset(folder: Path, *rows: dict[str, object], **manifest: object) -> Path:
    """A dataset without a fault, but for what the rows and the manifest say."""
    out = folder / "d"
    frame = pd.DataFrame(list(rows) or [post(1), post(2, "brand", reply_to="x:1")])
    described = {"title": "t", "licence": "CC0"} | manifest
    with create_dataset(out, **described) as writer:  # type: ignore[arg-type]
        writer.add_posts(frame, source="test")
        writer.set_table(
            "accounts",
            pd.DataFrame(
                {"account": ["acme"], "network": "x", "brand": "Acme", "account_kind": "main"}
            ),
            source="test",
        )
        writer.set_table(
            "brands",
            pd.DataFrame(
                {"brand": ["Acme"], "country": "FR", "sector": "toys", "timezone": "Europe/Paris"}
            ),
            source="test",
        )
    return out


def raw_posts(out: Path, *rows: dict[str, object]) -> None:
    """Replace the posts without asking the contract, and make the manifest agree."""
    from carekit.dataset.atomic import checksum

    (part,) = (out / "posts").iterdir()
    schema = POSTS.arrow_schema()
    full = [dict.fromkeys(POSTS.names) | r for r in rows]
    pq.write_table(pa.Table.from_pylist(full, schema=schema), part)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["parts"]:
        if entry["table"] == "posts":
            entry |= {"sha256": checksum(part), "rows": len(rows)}
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def found(out: Path) -> dict[str, tuple[str, int, str]]:
    frame = check_dataset(out)
    return {r.what: (r.level, r.n, r.examples) for r in frame.itertuples()}


def test_a_sound_dataset_has_no_finding(tmp_path: Path) -> None:
    frame = check_dataset(dataset(tmp_path))
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 0


def test_no_dataset_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="There is no dataset folder"):
        check_dataset(tmp_path / "nothing")


def test_missing_changed_damaged_and_stray_files_are_found(tmp_path: Path) -> None:
    out = dataset(tmp_path)
    (part,) = (out / "posts").iterdir()
    stray = out / "posts" / "part-00009.parquet"
    stray.write_bytes(part.read_bytes())
    (out / "accounts.parquet").unlink()
    pq.write_table(to_arrow(pd.DataFrame([post(1)]), POSTS), part)
    (out / "brands.parquet").write_bytes(b"PAR1 no more")
    assert found(out) == {
        "file differs from the checksum in the manifest": ("error", 1, "brands.parquet"),
        "file is damaged": ("error", 1, "brands.parquet"),
        "file holds 1 rows, the manifest says 2": ("error", 1, f"posts/{part.name}"),
        "file is missing": ("error", 1, "accounts.parquet"),
        "files that the manifest does not list; they do not count": (
            "warning",
            1,
            "posts/part-00009.parquet",
        ),
    }


@pytest.mark.parametrize(
    ("column", "kind", "message"),
    [
        ("text", None, "columns are missing: text"),
        ("rating", pa.string(), "columns have another type: rating is string"),
        ("mood", pa.string(), "columns are not in the contract: mood"),
    ],
)
def test_another_schema_is_an_error(
    column: str, kind: pa.DataType | None, message: str, tmp_path: Path
) -> None:
    out = dataset(tmp_path)
    (part,) = (out / "posts").iterdir()
    table = pq.read_table(part)
    if column in table.column_names:
        table = table.drop_columns([column])
    if kind is not None:
        table = table.append_column(column, pa.nulls(len(table), kind))
    pq.write_table(table, part)
    assert found(out)[message][0] == "error"


def test_values_against_the_contract_are_errors_with_ids_and_no_text(tmp_path: Path) -> None:
    out = dataset(tmp_path)
    raw_posts(
        out,
        post(1, text="secret words"),
        post(1),
        post(3, visibility="hidden"),
        post(4, surface="billboard", rating=9),
        post(5, created_at=None),
        post(6, post_id="6"),
        post(7, author_id="Jane"),
    )
    findings = found(out)
    expected = {
        "visibility is none of: public, private": ("error", 1, "x:3"),
        "surface is none of: brand_page, personal_page, mention, no_mention, brand_blog, "
        "external_blog, review, regulator": ("error", 1, "x:4"),
        "rating is not from 1 to 5": ("error", 1, "x:4"),
        "created_at is empty, but every post needs it": ("error", 1, "x:5"),
        "post_id does not begin with its network": ("error", 1, "6"),
        "author_id of a customer is no pseudonym": ("error", 1, "x:7"),
        "rows repeat the id of another; measures keep the one looked at last": (
            "warning",
            1,
            "x:1",
        ),
    }
    assert {k: findings.get(k) for k in expected} == expected
    assert {k for k, v in findings.items() if v[0] == "error"} < set(expected)
    assert "secret" not in check_dataset(out).to_csv()


def test_times_that_cannot_be_are_warnings(tmp_path: Path) -> None:
    def day(text: str) -> pd.Timestamp:
        return pd.Timestamp(text, tz="UTC")

    out = dataset(
        tmp_path,
        post(1, created_at=day("2199-01-01"), observed_at=day("2199-02-01")),
        post(2, created_at=day("1970-01-01")),
        post(3, observed_at=day("2020-01-01")),
        post(4, deleted_at=day("2020-01-01")),
        post(5, "brand", reply_to="x:4", created_at=day("2021-01-01")),
    )
    assert found(out) == {
        "created_at lies in the future": ("warning", 1, "x:1"),
        "created_at lies before 1990": ("warning", 1, "x:2"),
        "observed_at lies before created_at: these requests were never followed": (
            "warning",
            1,
            "x:3",
        ),
        "deleted_at lies before created_at": ("warning", 1, "x:4"),
        "posts were found deleted": ("note", 1, "x:4"),
        "answers of a brand are dated before the request": ("note", 1, "x:5"),
    }


def test_threads_with_holes_and_circles_are_counted(tmp_path: Path) -> None:
    out = dataset(
        tmp_path,
        post(1, reply_to="x:99"),
        post(2, reply_to="x:2"),
        post(3, reply_to="x:4"),
        post(4, reply_to="x:3"),
        post(5, reply_to="x:3"),
        post(6, reply_to="x:1"),
    )
    assert found(out) == {
        "replies to a post that is not in the dataset: these threads are incomplete": (
            "warning",
            1,
            "x:1",
        ),
        "posts reply to themselves": ("warning", 1, "x:2"),
        "posts hang on replies that run in a circle: their threads have no beginning": (
            "warning",
            4,
            "x:2, x:3, x:4",
        ),
    }


def test_what_is_empty_closes_measures(tmp_path: Path) -> None:
    out = dataset(tmp_path, post(1, text=None, observed_at=None, surface="review"), post(2))
    assert found(out) == {
        "text is empty in 50% of the posts: questions, hand-offs, triage and reply length leave "
        "these out": ("note", 1, ""),
        "observed_at is empty in 50% of the customer posts: how long these requests were followed "
        "is unknown; if unanswered, waits leave them out": ("note", 1, ""),
        "rating is empty in all customer posts: nothing by rating for these": ("note", 1, ""),
    }


def test_brands_and_accounts_unknown_to_their_tables_are_warnings(tmp_path: Path) -> None:
    out = dataset(tmp_path, post(1, brand="Zeta"), post(2, "brand", account="zeta"))
    findings = found(out)
    assert list(findings.values()) == [("warning", 1, "Zeta"), ("warning", 1, "x:zeta")]
    assert list(check_dataset(out).table) == ["brands", "accounts"]


def test_licence_selection_and_rejected_rows_are_told(tmp_path: Path) -> None:
    from carekit.dataset.manifest import ANSWERED_ONLY

    out = dataset(tmp_path, licence="not stated", selection=ANSWERED_ONLY)
    frame = check_dataset(out)
    assert list(frame.what) == [
        "the licence is not stated",
        "the selection is 'answered_only'. Every conversation in it holds at least one reply of "
        "the brand.",
    ]
    assert frame.remedy[1] == "Refused because of it: answer-rate, repeats, definitions."


def test_a_survey_needs_weights_and_described_questions(tmp_path: Path) -> None:
    with create_dataset(tmp_path / "s", title="t", licence="CC0") as writer:
        writer.set_table(
            "survey",
            pd.DataFrame({"respondent_id": ["1", "2"], "weight": [1.0, -1.0], "q1": ["a", "b"]}),
            source="test",
        )
    assert found(tmp_path / "s") == {
        "weights are missing or below 0": ("error", 1, "2"),
        "questions that questions.json does not describe: their base is unknown": (
            "warning",
            1,
            "q1",
        ),
        "the dataset holds no posts": ("note", 0, ""),
    }


@given(st.lists(st.integers(0, 30), min_size=1, max_size=31))
def test_posts_without_a_root_are_those_that_a_walk_never_leaves(parents: list[int]) -> None:
    n = len(parents)
    links = {i: p for i, p in enumerate(parents) if p < n and p % 3}

    def reaches_a_root(post: int) -> bool:
        for _ in range(n + 1):
            if post not in links:
                return True
            post = links[post]
        return False

    made = without_root(n, np.array(list(links), dtype=int), np.array([*links.values()], dtype=int))
    assert made.tolist() == [i for i in range(n) if not reaches_a_root(i)]


def test_threads_that_are_incomplete_are_counted_by_reason(tmp_path: Path) -> None:
    out = dataset(tmp_path)
    threads = pd.DataFrame(
        {
            "thread_id": ["x:1", "x:7", "x:8", "x:9"],
            "thread_complete": [False, False, False, True],
            "n_missing": [3, None, 2, 0],
            "reason": ["stub", "stub", "paging", None],
        }
    )
    with append_dataset(out) as writer:
        writer.set_table("threads", threads, source="test")
    found = check_dataset(out).query("table == 'threads'")
    assert found[["level", "what", "n", "examples"]].to_numpy().tolist() == [
        [
            "warning",
            "threads are incomplete, as their source says (paging): 2 posts at least",
            1,
            "x:8",
        ],
        [
            "warning",
            "threads are incomplete, as their source says (stub): 3 posts at least, in 1 an "
            "unknown number",
            2,
            "x:1, x:7",
        ],
    ]
