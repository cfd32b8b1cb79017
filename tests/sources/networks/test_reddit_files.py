"""Reddit: listings, trees, stubs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import pseudonym
from carekit.sources.files import import_files
from carekit.sources.networks.reddit import OTHER, STUB

KEY = bytes.fromhex("00" * 32)


def thing(kind: str, **data: Any) -> dict[str, Any]:
    return {"kind": kind, "data": data}


def listing(*children: Any) -> dict[str, Any]:
    return thing("Listing", children=list(children), after=None)


def comment(n: int, parent: str, *replies: Any, **changes: Any) -> dict[str, Any]:
    data = {
        "name": f"t1_c{n}",
        "id": f"c{n}",
        "author": f"user{n}",
        "body": f"comment {n}",
        "created_utc": 1_600_000_000.0 + n,
        "parent_id": parent,
        "link_id": "t3_p",
        "replies": listing(*replies) if replies else "",
    }
    return {"kind": "t1", "data": data | changes}


def more(parent: str, count: int) -> dict[str, Any]:
    return thing("more", count=count, parent_id=parent, id="_" if not count else "x", children=[])


POST = thing(
    "t3",
    name="t3_p",
    id="p",
    author="Ann_P",
    title="My phone is dead",
    selftext="since /u/Acme_Help updated it, u/bob_1 says so too",
    created_utc=1_600_000_000,
    num_comments=9,
)
TREE = [
    listing(POST),
    listing(
        comment(1, "t3_p", comment(2, "t1_c1", more("t1_c2", 0)), author="Acme_Help"),
        comment(3, "t3_p", body="[deleted]", author="[deleted]"),
        more("t3_p", 4),
    ),
]


def test_a_tree_with_stubs(imported: Callable) -> None:
    made = imported("auto", TREE, accounts="acme_help,reddit,Acme")
    assert made.report.format == "reddit"
    assert sorted(made.posts.index) == [
        "reddit:t1_c1",
        "reddit:t1_c2",
        "reddit:t1_c3",
        "reddit:t3_p",
    ]
    assert made.column("reply_to") == {
        "reddit:t1_c1": "reddit:t3_p",
        "reddit:t1_c2": "reddit:t1_c1",
        "reddit:t1_c3": "reddit:t3_p",
    }
    assert dict(made.report.left_out) == {STUB: 2}
    # Counted by hand: stubs hide 4 and an unknown number; the post counts 9, of which 3 came.
    assert made.threads == {"reddit:t3_p": (False, 6, "reply_count stub")}
    assert made.posts.author_role["reddit:t1_c1"] == "brand"
    assert made.posts.loc["reddit:t1_c3", ["text", "author_id"]].isna().all()


def test_names_of_people_in_texts_become_pseudonyms(imported: Callable) -> None:
    made = imported("reddit", TREE, accounts="acme_help,reddit,Acme")
    bob = pseudonym(KEY, "reddit", "bob_1")
    assert made.posts.text["reddit:t3_p"] == (
        f"My phone is dead\nsince /u/@Acme_Help updated it, u/@{bob} says so too"
    )
    assert made.posts.brand["reddit:t3_p"] == "Acme"
    assert made.holds("Ann_P", "bob_1", "user2") == []


def test_a_tree_that_is_whole_is_no_gap(imported: Callable) -> None:
    post = thing("t3", **(POST["data"] | {"num_comments": 2}))
    made = imported("auto", [listing(post), listing(comment(1, "t3_p"), comment(2, "t3_p"))])
    assert made.threads == {"reddit:t3_p": (True, 0, None)}


def test_a_post_without_its_comments_is_incomplete(imported: Callable) -> None:
    made = imported("auto", listing(POST))
    assert made.threads == {"reddit:t3_p": (False, 9, "reply_count")}


def test_more_comments_and_other_things(imported: Callable) -> None:
    body = {"json": {"errors": [], "data": {"things": [comment(7, "t1_c2"), more("t1_c7", 2)]}}}
    other = thing("t5", display_name="acme", id="5")
    made = imported("auto", "\n".join(map(json.dumps, [body, other, {"id": 4}, {"a": 1}, [3]])))
    assert dict(made.report.left_out) == {STUB: 1, OTHER: 2}
    assert made.threads == {"reddit:t3_p": (False, 2, "stub")}
    assert made.rejected == [
        ("4", "it is neither a post nor a comment"),
        ("5", "it is no object"),
    ]


def test_plain_comments_of_archives(imported: Callable) -> None:
    rows = [
        {"id": "p", "title": "t", "selftext": "[removed]", "author": "ann", "subreddit": "s",
         "created_utc": 1_600_000_000, "num_comments": 1},
        {"id": "c1", "body": "b", "author": "bob", "subreddit": "s", "link_id": "t3_p",
         "parent_id": "t3_p", "created_utc": "1600000001"},
        {"id": "c2", "body": "b", "author": "bob", "subreddit": "s", "link_id": "p",
         "parent_id": "c1", "created_utc": None},
    ]  # fmt: skip
    made = imported("auto", "\n".join(map(json.dumps, rows)))
    assert made.column("reply_to") == {"reddit:t1_c1": "reddit:t3_p"}
    assert made.posts.text["reddit:t3_p"] == "t"
    assert made.rejected == [("3", "created_at is no time that can be read")]


def test_a_dump_in_two_files_misses_nothing_that_is_in_the_other(
    imported: Callable, tmp_path: Path
) -> None:
    def post(name: str, n: int) -> str:
        return json.dumps({"id": name, "title": "t", "author": "ann", "subreddit": "s",
                           "created_utc": 1_600_000_000, "num_comments": n})  # fmt: skip

    def answer(name: str, parent: str) -> str:
        return json.dumps({"id": name, "body": "b", "author": "bob", "subreddit": "s",
                           "link_id": f"t3_{parent}", "parent_id": f"t3_{parent}",
                           "created_utc": 1_600_000_100})  # fmt: skip

    posts = "\n".join([post("p", 2), post("q", 3), post("r", 0)])
    answers = "\n".join([answer("c1", "p"), answer("c2", "p"), answer("c3", "q")])
    whole = {"reddit:t3_p": (True, 0, None), "reddit:t3_q": (False, 2, "reply_count")}
    assert imported("auto", posts + "\n" + answers).threads == whole
    files = [tmp_path / "posts.ndjson", tmp_path / "answers.ndjson"]
    for order in (1, -1):
        for file, content in zip(files, (posts, answers), strict=True):
            file.write_text(content)
        import_files("auto", files[::order], out=tmp_path / f"d{order}", key=KEY)
        threads = open_dataset(tmp_path / f"d{order}").read("threads")
        found = dict(zip(threads.thread_id, threads.n_missing, strict=True))
        assert found == {"reddit:t3_p": 0, "reddit:t3_q": 2}


def test_what_a_stub_hides_may_come_from_elsewhere(imported: Callable) -> None:
    stub = thing("more", count=3, parent_id="t3_p", children=["c7", "c8", "c9"], name="t1_c7")
    tree = [listing(comment(1, "t3_p"), stub)]
    body = {"json": {"data": {"things": [comment(7, "t3_p"), comment(8, "t3_p")]}}}
    made = imported("auto", "\n".join(map(json.dumps, [tree, body])))
    assert made.threads == {"reddit:t3_p": (False, 1, "stub")}


def test_an_unknown_wrapper_does_not_hide_what_is_in_it(imported: Callable) -> None:
    lower = {"kind": "listing", "data": {"children": [comment(1, "t3_p")]}}
    strange = {"kind": "bundle", "data": {"children": [comment(2, "t3_p"), 7]}}
    made = imported("reddit", [lower, strange])
    assert sorted(made.posts.index) == ["reddit:t1_c1", "reddit:t1_c2"]
    assert made.rejected == [("1, item 3", "it is no object")]


@pytest.mark.parametrize("author", ["[deleted]", "[removed]", None, "", {"name": "x"}])
def test_nobody_is_nobody(author: Any, imported: Callable) -> None:
    post = comment(1, "t3_p")
    post["data"]["author"] = author
    made = imported("reddit", [post])
    assert made.posts.author_id.isna().all()


def test_a_deep_tree(imported: Callable) -> None:
    depth = 1_500
    text = end = ""
    for n in range(depth):
        one = json.dumps(comment(n, f"t1_c{n - 1}" if n else "t3_p") | {})
        assert one.endswith('"replies": ""}}')
        text += one[: -len('""}}')] + '{"kind": "Listing", "data": {"children": ['
        end = "]}}}}" + end
    made = imported("auto", f"[{json.dumps(listing(POST))}, {json.dumps(listing())[:-1]}, "
                    f'"x": 0}}, {text}{end}]')  # fmt: skip
    assert len(made.posts) == depth + 1
    assert made.posts.reply_to[f"reddit:t1_c{depth - 1}"] == f"reddit:t1_c{depth - 2}"


def test_a_tree_of_the_size_that_is_met(imported: Callable) -> None:
    # 1,431 comments and 235 stubs, each of which hides three.
    comments = [
        comment(n, "t3_p", *([more(f"t1_c{n}", 3)] if n < 235 else [])) for n in range(1431)
    ]
    made = imported("auto", [listing(POST), listing(*comments)])
    assert (made.report.n_posts, made.report.n_left_out, made.report.n_rejected) == (1432, 235, 0)
    assert made.threads == {"reddit:t3_p": (False, 705, "stub")}
