"""Reddit through praw, from a fake on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.errors import InputError
from carekit.measures.answers import answer_rate
from carekit.sources.collecting.collect import collect

pytest.importorskip("praw", reason="praw (carekit[reddit]) is not installed")

TOKEN, SECRET = "reddit-token-31ce", "reddit-secret-44aa"
NOON = 1_714_564_800


def post(n: int, n_comments: int) -> dict[str, Any]:
    data = {
        "name": f"t3_p{n}",
        "id": f"p{n}",
        "author": f"ann_{n}",
        "title": f"my phone {n} is dead?",
        "selftext": "since /u/bob_the_user said so",
        "created_utc": NOON - n * 3600,
        "num_comments": n_comments,
        "subreddit": "acme",
    }
    return {"kind": "t3", "data": data}


def comment(n: int, author: str) -> dict[str, Any]:
    data = {
        "name": f"t1_c{n}",
        "id": f"c{n}",
        "author": author,
        "body": f"comment {n}",
        "created_utc": NOON - n * 3600 + 600,
        "parent_id": f"t3_p{n}",
        "link_id": f"t3_p{n}",
        "replies": "",
    }
    return {"kind": "t1", "data": data}


def listing(children: list[Any], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": children, "after": after}}


class Api:
    """150 posts, of which every second has an answer of the brand; every tenth hides some."""

    def __init__(self) -> None:
        self.deleted: set[str] = set()
        self.logins = 0
        self.fail: list[int] = []

    def __call__(self, asked: Any) -> Any:
        if asked.path == "/api/v1/access_token":
            self.logins += 1
            assert asked.headers["authorization"].startswith("Basic ")
            return {"access_token": TOKEN, "expires_in": 3600, "token_type": "bearer", "scope": "*"}
        assert asked.headers["authorization"] == f"bearer {TOKEN}"
        assert asked.headers["user-agent"].startswith("python:carekit")
        if self.fail:
            return self.fail.pop(), {"error": "x"}
        if asked.path == "/r/acme/new":
            at = int((asked.params.get("after") or "0").removeprefix("t3_p"))
            end = at + int(asked.params["limit"])
            after = f"t3_p{end}" if end < 150 else None
            return listing([post(n, self.comments(n)) for n in range(at, min(end, 150))], after)
        if asked.path == "/api/info":
            names = asked.params["id"].split(",")
            return listing([self.thing(i) for i in names if i not in self.deleted])
        if asked.path.startswith("/comments/p"):
            n = int(asked.path.removeprefix("/comments/p").rstrip("/"))
            children = [comment(n, "AcmeHelp")] if n % 2 == 0 else []
            if n % 10 == 0:
                more = {"count": 3, "parent_id": f"t3_p{n}", "id": "m", "children": ["x"]}
                children.append({"kind": "more", "data": more})
            return [listing([post(n, self.comments(n))]), listing(children)]
        return 404, {"error": 404}

    def comments(self, n: int) -> int:
        return (n % 2 == 0) + 3 * (n % 10 == 0)

    def thing(self, name: str) -> Any:
        n = int(name[4:])
        return post(n, self.comments(n)) if name.startswith("t3_") else comment(n, "AcmeHelp")


@pytest.fixture
def api(fake: Any, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setenv("REDDIT_CLIENT_ID", "client")
    monkeypatch.setenv("REDDIT_CLIENT_SECRET", SECRET)
    fake.answer = made = Api()
    return made


def gather(fake: Any, out: Path, *targets: str, **options: Any) -> Any:
    listed = out.parent / "accounts.csv"
    listed.write_text("account,network,brand\nacmehelp,reddit,Acme\n", encoding="utf-8")
    options = {"accounts": listed} | options
    return collect("reddit", targets or ("r/acme",), out=out, base_url=fake.url, **options)


def test_a_subreddit_with_its_threads(api: Api, fake: Any, tmp_path: Path) -> None:
    report = gather(fake, tmp_path / "d", since="2024-04-30T16:00:00")
    assert report.stopped is None
    dataset = open_dataset(tmp_path / "d")
    posts = dataset.read("posts").set_index("post_id")
    # 21 posts in the range, 11 answered; three threads hide three comments each.
    rate = answer_rate(dataset)
    assert (rate.n[0], rate.n_answered[0]) == (21, 11)
    threads = dataset.read("threads").set_index("thread_id")
    short = threads[~threads.thread_complete]
    assert short.n_missing.to_dict() == {f"reddit:t3_p{n}": 3 for n in (0, 10, 20)}
    assert posts.author_role["reddit:t1_c2"] == "brand"
    assert api.logins == 1
    # One page of the list; a thread for each of the 11 posts with comments.
    assert len(fake.asked) == 1 + 1 + 11


def test_no_token_secret_or_name_is_written_outside_the_raw_pages(
    api: Api, fake: Any, tmp_path: Path
) -> None:
    gather(fake, tmp_path / "d", since="2024-05-01T09:00:00")
    for file in (tmp_path / "d").rglob("*"):
        if file.is_file():
            words = [TOKEN, SECRET]
            words += [] if "raw" in file.parts else ["ann_1", "bob_the_user"]
            content = file.read_bytes()
            assert not [w for w in words if w.encode() in content], file


def test_a_refresh_finds_what_was_deleted(api: Api, fake: Any, tmp_path: Path) -> None:
    gather(fake, tmp_path / "d", since="2024-05-01T09:00:00")
    api.deleted = {"t3_p1"}
    original = api.__call__

    def without(asked: Any) -> Any:
        found = original(asked)
        if asked.path == "/r/acme/new":
            children = found["data"]["children"]
            found["data"]["children"] = [
                c for c in children if c["data"]["name"] not in api.deleted
            ]
        return found

    fake.answer = without
    report = gather(fake, tmp_path / "d", refresh=True, since="2024-05-01T09:00:00")
    assert report.n_deleted == 1
    posts = open_dataset(tmp_path / "d").read("posts").set_index("post_id")
    assert posts.isna().text["reddit:t3_p1"]


def test_errors_of_the_server_stop_and_a_resume_goes_on(
    api: Api, fake: Any, tmp_path: Path
) -> None:
    since = {"since": "2024-05-01T09:00:00"}
    gather(fake, tmp_path / "d", max_pages=1, **since)
    api.fail = [403]
    report = gather(fake, tmp_path / "d", resume=True, **since)
    assert "refuses the request" in report.stopped
    assert gather(fake, tmp_path / "d", resume=True, **since).stopped is None
    assert open_dataset(tmp_path / "d").manifest.rows("posts") == 4 + 2


def test_without_an_app_it_says_what_is_needed(fake: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Reddit needs an app of type script"):
        gather(fake, tmp_path / "d")
