"""Threads come from reply_to alone; nothing is dropped without being counted."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.dataset.engine import connect
from carekit.errors import InputError
from carekit.requests.threads import build_threads

WAYS = ("arrays", "jumping")


@pytest.fixture(scope="module")
def engine():
    with connect() as opened:
        yield opened


def posts(pairs: list[tuple[str, str | None]], **more: list) -> ibis.Table:
    frame = pd.DataFrame(pairs, columns=["post_id", "reply_to"]).astype("object")
    frame = frame.assign(author_role="customer", **more)
    schema = {"post_id": "string", "reply_to": "string", "author_role": "string"}
    for clock in ("observed_at", "deleted_at"):
        if clock not in frame:
            frame[clock] = pd.Series([pd.NaT] * len(frame), dtype="datetime64[us, UTC]")
        schema[clock] = "timestamp('UTC')"
    if "thread_id" in frame:
        schema["thread_id"] = "string"
    return ibis.memtable(frame, schema=ibis.schema(schema))


def roots(threads) -> dict[str, str]:
    members = threads.members.execute()
    return dict(zip(members["post_id"], members["thread_id"], strict=True))


@pytest.mark.parametrize("way", WAYS)
def test_a_reply_belongs_to_the_thread_of_the_first_post(engine, way):
    threads = build_threads(posts([("c", "b"), ("b", "a"), ("a", None)]), engine=engine, way=way)
    assert roots(threads) == {"a": "a", "b": "a", "c": "a"}
    assert threads.n_threads == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_missing_parent_makes_the_thread_incomplete(engine, way):
    threads = build_threads(posts([("a", None), ("b", "gone")]), engine=engine, way=way)
    complete = threads.table.execute().set_index("thread_id")["thread_complete"]
    assert complete.to_dict() == {"a": True, "b": False}
    assert threads.n_missing_parents == 1


@pytest.mark.parametrize("way", WAYS)
def test_posts_that_run_into_a_cycle_are_threads_of_their_own(engine, way):
    graph = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "c"), ("self", "self"), ("e", None)]
    threads = build_threads(posts(graph), engine=engine, way=way)
    assert roots(threads) == {k: k for k in ("a", "b", "c", "d", "self", "e")}
    assert (threads.n_cycle_posts, threads.n_threads) == (5, 6)
    assert not threads.table.filter(threads.table.thread_id == "d").execute().thread_complete[0]


@pytest.mark.parametrize("most", [0, 1_000_000])
@pytest.mark.parametrize("way", WAYS)
def test_of_repeated_posts_the_one_looked_at_last_stays(engine, way, most, monkeypatch):
    monkeypatch.setattr("carekit.requests.threads.SORTED_UP_TO", most)  # of more the engine counts
    monkeypatch.setattr("carekit.requests.threads.POSTS_KEPT", most)
    times = pd.to_datetime(["2024-01-02", "2024-01-01", "2024-01-01"], utc=True).astype(
        "datetime64[us, UTC]"
    )
    repeated = posts([("a", None), ("a", "b"), ("b", None)], observed_at=times)
    threads = build_threads(repeated, engine=engine, way=way)
    assert (threads.n_rows, threads.n_posts, threads.n_duplicates) == (3, 2, 1)
    assert roots(threads) == {"a": "a", "b": "b"}


@pytest.mark.parametrize("way", WAYS)
def test_a_long_chain_is_one_thread(engine, way):
    chain = [("p0", None), *((f"p{i}", f"p{i - 1}") for i in range(1, 300))]
    threads = build_threads(posts(chain), engine=engine, way=way)
    assert set(roots(threads).values()) == {"p0"}


@pytest.mark.parametrize("way", WAYS)
def test_chains_and_cycles_of_any_length_side_by_side(engine, way):
    chain = [("p0", None), *((f"p{i}", f"p{i - 1}") for i in range(1, 60))]
    rings = [(f"r{k}.{i}", f"r{k}.{(i + 1) % k}") for k in range(1, 9) for i in range(k)]
    graph = [*chain, ("side", "p40"), *rings, ("c", "r3.0"), ("lost", "gone")]
    threads = build_threads(posts(graph), engine=engine, way=way)
    found = roots(threads)
    assert {found[f"p{i}"] for i in range(60)} | {found["side"]} == {"p0"}
    alone = [*(a for a, _ in rings), "c", "lost"]
    assert {k: found[k] for k in alone} == {k: k for k in alone}
    assert (threads.n_cycle_posts, threads.n_missing_parents) == (len(rings) + 1, 1)
    assert threads.n_threads == threads.table.count().execute() == len(alone) + 1


@pytest.mark.parametrize("way", WAYS)
def test_no_posts_are_no_threads(engine, way):
    threads = build_threads(posts([]), engine=engine, way=way)
    assert (threads.n_posts, threads.n_threads, threads.n_missing_parents) == (0, 0, 0)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.none() | st.integers(0, 15)), max_size=20))
def test_both_ways_agree_with_a_walk_by_hand_on_any_graph(edges):
    pairs = [(f"p{a}", None if b is None else f"p{b}") for a, b in dict(edges).items()]
    parent = dict(pairs)

    def walk(post: str) -> str:
        seen, at = [post], post
        while parent[at] in parent:
            at = parent[at]
            if at in seen:
                return post
            seen.append(at)
        return at

    want = {post: walk(post) for post in parent}
    with connect(threads=1) as own:
        for way in WAYS:
            threads = build_threads(posts(pairs), engine=own, way=way)
            assert roots(threads) == want
            assert threads.n_missing_parents == sum(
                p is not None and p not in parent for p in parent.values()
            )


def test_an_unknown_way_is_refused(engine):
    with pytest.raises(InputError) as error:
        build_threads(posts([]), engine=engine, way="fast")
    assert str(error.value) == "`way` is 'fast'; expected one of: auto, arrays, jumping."


@pytest.mark.parametrize("way", WAYS)
def test_a_thread_is_torn_if_its_source_says_so_of_any_post_of_it(engine, way):
    graph = [("a", None), ("b", "a"), ("c", None), ("d", None), ("e", None), ("f", "e")]
    stored = ["a", "a", "c", "lost", "e", "e"]
    torn = ibis.memtable({"thread_id": ["b", "lost", "elsewhere"]})
    threads = build_threads(posts(graph, thread_id=stored), engine=engine, way=way, torn=torn)
    complete = threads.table.execute().set_index("thread_id")["thread_complete"]
    assert complete.to_dict() == {"a": False, "c": True, "d": False, "e": True}
    none = torn.filter(torn.thread_id == "nobody")
    threads = build_threads(posts(graph, thread_id=stored), engine=engine, way=way, torn=none)
    assert threads.table.execute().thread_complete.all()
