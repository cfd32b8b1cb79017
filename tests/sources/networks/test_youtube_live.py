"""YouTube comments from a fake of the Data API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.errors import InputError
from carekit.measures.answers import answer_rate
from carekit.sources.collecting.collect import collect, estimate

KEY = "key-5d21-not-to-be-written"
CHANNEL = "UCacme"


def comment(name: str, author: str, parent: str | None = None) -> dict[str, Any]:
    snippet: dict[str, Any] = {
        "channelId": CHANNEL,
        "textDisplay": f"text {name}",
        "authorDisplayName": f"@{author}-name",
        "authorChannelId": {"value": author},
        "publishedAt": "2024-05-01T12:00:00Z",
    }
    if parent:
        snippet["parentId"] = parent
    return {"kind": "youtube#comment", "etag": "e", "id": name, "snippet": snippet}


REPLIES = {f"c{n}": [comment(f"c{n}.{r}", CHANNEL if r == 6 else "UCeve", f"c{n}") for r in range(7)]
           for n in (1, 3)}  # fmt: skip
VIDEOS = {"v1": ["c1", "c2", "c3"], "v2": ["c4"], "v3": None}


class Api:
    def __init__(self) -> None:
        self.deleted: set[str] = set()
        self.spent = False

    def __call__(self, asked: Any) -> Any:
        method, p = asked.path.removeprefix("/youtube/v3/"), asked.params
        assert p["key"] == KEY
        if self.spent and method.startswith("comment"):
            return 403, {"error": {"errors": [{"reason": "quotaExceeded"}]}}
        return getattr(self, method)(p)

    def channels(self, p: dict[str, str]) -> Any:
        if p.get("forHandle") != "@acme":
            return {"items": []}
        uploads = {"relatedPlaylists": {"uploads": "UUacme"}}
        return {"items": [{"id": CHANNEL, "contentDetails": uploads,
                           "statistics": {"videoCount": "3"}}]}  # fmt: skip

    def playlistItems(self, p: dict[str, str]) -> Any:
        names = list(VIDEOS)
        at = int(p.get("pageToken", 0))
        made: dict[str, Any] = {
            "items": [{"contentDetails": {"videoId": v}} for v in names[at : at + 2]]
        }
        return made | ({"nextPageToken": str(at + 2)} if at + 2 < len(names) else {})

    def commentThreads(self, p: dict[str, str]) -> Any:
        assert p["textFormat"] == "plainText"
        tops = VIDEOS[p["videoId"]]
        if tops is None:
            return 403, {"error": {"errors": [{"reason": "commentsDisabled"}]}}
        at = int(p.get("pageToken", 0))
        items = []
        for name in tops[at : at + 2]:
            replies = REPLIES.get(name, [])
            snippet = {"channelId": CHANNEL, "topLevelComment": comment(name, "UCann"),
                       "totalReplyCount": len(replies)}  # fmt: skip
            items.append({"kind": "youtube#commentThread", "id": name, "snippet": snippet}
                         | ({"replies": {"comments": replies[:5]}} if replies else {}))  # fmt: skip
        return {"items": items} | ({"nextPageToken": str(at + 2)} if at + 2 < len(tops) else {})

    def comments(self, p: dict[str, str]) -> Any:
        if "id" in p:
            names = [i for i in p["id"].split(",") if i not in self.deleted]
            return {"items": [comment(i, "UCann") for i in names]}
        return {"items": REPLIES[p["parentId"]]}


@pytest.fixture
def api(fake: Any, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setenv("YOUTUBE_API_KEY", KEY)
    fake.answer = made = Api()
    return made


def gather(fake: Any, out: Path, *targets: str, **options: Any) -> Any:
    return collect("youtube", targets or ("@acme",), out=out, base_url=fake.url, pace=0, **options)


def test_threads_come_with_all_their_replies(api: Api, fake: Any, tmp_path: Path) -> None:
    report = gather(fake, tmp_path / "d", brand="Acme")
    assert (report.stopped, report.n_incomplete) == (None, 0)
    dataset = open_dataset(tmp_path / "d")
    posts = dataset.read("posts").set_index("post_id")
    assert len(posts) == 4 + 14
    assert posts.author_role["youtube:c1.6"] == "brand"
    assert posts.reply_to["youtube:c1.6"] == "youtube:c1"
    assert set(posts.brand) == {"Acme"}
    # The answer of the channel is the seventh reply: the list of threads shows five.
    rate = answer_rate(dataset)
    assert (rate.n[0], rate.n_answered[0]) == (4, 2)


def test_neither_the_key_nor_a_name_is_written(api: Api, fake: Any, tmp_path: Path) -> None:
    gather(fake, tmp_path / "d", raw=False)
    for file in (tmp_path / "d").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [w for w in (KEY, "UCann", "UCeve") if w.encode() in content], file


def test_deleted_comments_are_found_by_a_refresh(api: Api, fake: Any, tmp_path: Path) -> None:
    gather(fake, tmp_path / "d")
    api.deleted = {"c4"}
    VIDEOS["v2"] = []
    try:
        report = gather(fake, tmp_path / "d", refresh=True)
    finally:
        VIDEOS["v2"] = ["c4"]
    assert report.n_deleted == 1
    posts = open_dataset(tmp_path / "d").read("posts").set_index("post_id")
    assert posts.deleted_at.notna().sum() == 1
    assert posts.isna().text["youtube:c4"]


def test_a_spent_quota_stops_and_keeps_what_came(api: Api, fake: Any, tmp_path: Path) -> None:
    gather(fake, tmp_path / "d", max_pages=3)
    api.spent = True
    report = gather(fake, tmp_path / "d", resume=True)
    assert report.stopped == "the calls of the YouTube API key are spent for today (quotaExceeded)"
    api.spent = False
    assert gather(fake, tmp_path / "d", resume=True).stopped is None
    assert open_dataset(tmp_path / "d").manifest.rows("posts") == 18


def test_the_estimate_counts_the_videos(api: Api, fake: Any) -> None:
    made = estimate("youtube", ["@acme"], base_url=fake.url, pace=0)
    assert str(made) == (
        "Estimate: about 4 pages, 1 s, no fee. 3 videos, a page each at least; a key has 10,000 "
        "calls a day."
    )


def test_without_a_key_or_with_an_unknown_channel_nothing_is_asked(
    fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        InputError, match="YouTube needs an API key, and YOUTUBE_API_KEY is neither"
    ):
        gather(fake, tmp_path / "d")
    monkeypatch.setenv("YOUTUBE_API_KEY", KEY)
    fake.answer = Api()
    with pytest.raises(InputError, match="YouTube knows no channel '@other'"):
        gather(fake, tmp_path / "d", "@other")
