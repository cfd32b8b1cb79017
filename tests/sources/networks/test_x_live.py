"""X, API v2, from a fake that speaks one dialect or the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.errors import InputError
from carekit.measures.answers import answer_rate
from carekit.sources.collecting.collect import collect, estimate

TOKEN = "bearer-77aa-not-to-be-written"
N = 250


def tweet(n: int) -> dict[str, Any]:
    """Every third post is an answer of the brand to the one before it."""
    by_brand = n % 3 == 1
    made: dict[str, Any] = {
        "id": str(1000 + n),
        "author_id": "9" if by_brand else str(100 + n % 7),
        "created_at": f"2024-05-01T12:{n // 60:02d}:{n % 60:02d}.000Z",
        "text": f"@acme post {n}" if not by_brand else f"@someone answer {n}",
        "conversation_id": str(1000 + n - by_brand),
        "public_metrics": {"reply_count": int(n % 3 == 0)},
        "lang": "en",
    }
    if by_brand:
        made["refs"] = [{"type": "replied_to", "id": str(1000 + n - 1)}]
    return made


class Api:
    def __init__(self, dialect: str = "tweet") -> None:
        self.dialect = dialect
        self.deleted: set[str] = set()
        self.broke = False

    def __call__(self, asked: Any) -> Any:
        assert asked.headers["authorization"] == f"Bearer {TOKEN}"
        p = asked.params
        if asked.path == "/2/users/by/username/acme":
            return {"data": {"id": "9", "username": "acme"}}
        if asked.path.startswith("/2/users"):
            return {"errors": [{"title": "Not Found Error"}]}
        if asked.path == "/2/tweets/counts/recent":
            return {"data": [], "meta": {"total_tweet_count": N}}
        if self.broke:
            return 402, {"title": "CreditsDepleted"}
        if f"{self.dialect}.fields" not in p:
            return 400, {"errors": [{"message": "The query parameter is not one of [...]"}]}
        if asked.path == "/2/tweets":
            there = [i for i in p["ids"].split(",") if i not in self.deleted]
            gone = [{"resource_type": "tweet", "resource_id": i} for i in p["ids"].split(",")
                    if i in self.deleted]  # fmt: skip
            return {"data": [self.spoken(int(i) - 1000) for i in there], "errors": gone}
        assert p["query"] == "(from:acme OR to:acme OR @acme) -is:retweet"
        at = int(p.get("next_token", 0))
        data = [self.spoken(n) for n in range(at, min(at + int(p["max_results"]), N))]
        meta = {"result_count": len(data)}
        return {
            "data": data,
            "meta": meta | ({"next_token": str(at + 100)} if at + 100 < N else {}),
        }

    def spoken(self, n: int) -> dict[str, Any]:
        made = tweet(n)
        refs = made.pop("refs", None)
        return made | ({f"referenced_{self.dialect}s": refs} if refs else {})


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", TOKEN)


def gather(fake: Any, out: Path, **options: Any) -> Any:
    return collect("x", ["@acme"], out=out, base_url=fake.url, pace=0, brand="Acme", **options)


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("dialect", ["tweet", "post"])
def test_both_dialects_give_the_planted_answer_rate(
    dialect: str, fake: Any, tmp_path: Path
) -> None:
    fake.answer = Api(dialect)
    report = gather(fake, tmp_path / "d")
    assert report.stopped is None
    assert report.cost == pytest.approx(N * 0.005 + 0.010)
    dataset = open_dataset(tmp_path / "d")
    assert dataset.manifest.rows("posts") == N
    # Of 250 posts, those with the numbers 1, 4, 7 … are answers: 83; all others are openings.
    rate = answer_rate(dataset)
    assert (rate.n[0], rate.n_answered[0]) == (N - 83, 83)
    # The other dialect was asked once, and never again.
    n_wrong = sum(
        f"{dialect}.fields" not in a.params for a in fake.asked if a.path.endswith("recent")
    )
    assert n_wrong == (0 if dialect == "tweet" else 1)
    for file in (tmp_path / "d").rglob("*"):
        assert not file.is_file() or TOKEN.encode() not in file.read_bytes()


@pytest.mark.usefixtures("token")
def test_money_is_estimated_capped_and_can_run_out(fake: Any, tmp_path: Path) -> None:
    fake.answer = api = Api()
    made = estimate("x", ["@acme"], base_url=fake.url, pace=0)
    assert str(made) == (
        "Estimate: about 3 pages, 3 s, about $1.26. 250 posts at $0.005 and 1 users at $0.010."
    )
    report = gather(fake, tmp_path / "d", max_cost=1.1)
    assert "the cap of $1.10" in report.stopped
    assert open_dataset(tmp_path / "d").manifest.rows("posts") == 200
    api.broke = True
    assert gather(fake, tmp_path / "d", resume=True).stopped == (
        "the credits of the X account are spent"
    )
    api.broke = False
    assert gather(fake, tmp_path / "d", resume=True).stopped is None
    assert open_dataset(tmp_path / "d").manifest.rows("posts") == N


@pytest.mark.usefixtures("token")
def test_a_refresh_finds_deletions(fake: Any, tmp_path: Path) -> None:
    fake.answer = api = Api()
    gather(fake, tmp_path / "d")
    api.deleted = {"1000"}
    api.spoken = lambda n: Api.spoken(api, n)  # type: ignore[method-assign]
    kept = fake.answer

    def without(asked: Any) -> Any:
        found = kept(asked)
        if asked.path.endswith("search/recent") and isinstance(found, dict):
            found["data"] = [t for t in found["data"] if t["id"] not in api.deleted]
        return found

    fake.answer = without
    report = gather(fake, tmp_path / "d", refresh=True)
    assert report.n_deleted == 1
    posts = open_dataset(tmp_path / "d").read("posts").set_index("post_id")
    assert posts.isna().text["x:1000"]
    assert posts.deleted_at.notna().sum() == 1


def test_without_a_token_or_with_an_unknown_account_it_says_so(
    fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="X needs a bearer token, and X_BEARER_TOKEN is neither"):
        gather(fake, tmp_path / "d")
    monkeypatch.setenv("X_BEARER_TOKEN", TOKEN)
    fake.answer = Api()
    with pytest.raises(InputError, match="X knows no account '@other'"):
        collect("x", ["@other"], out=tmp_path / "d", base_url=fake.url, pace=0)
