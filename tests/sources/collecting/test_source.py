"""Secrets, estimates and recordings."""

from __future__ import annotations

from pathlib import Path

import httpx
import keyring
import pytest
from keyring.backend import KeyringBackend

from carekit.errors import InputError
from carekit.sources.collecting.recorded import play, record
from carekit.sources.collecting.source import Estimate, secret


class Ring(KeyringBackend):
    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return {"carekit": {"MASTODON_TOKEN": "from the ring"}}.get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


def test_a_secret_comes_from_the_environment_then_from_the_keyring(monkeypatch) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    try:
        assert secret("MASTODON_TOKEN") == "from the ring"
        monkeypatch.setenv("MASTODON_TOKEN", " mine ")
        assert secret("MASTODON_TOKEN") == "mine"
        assert secret("BLUESKY_HANDLE") is None
    finally:
        keyring.set_keyring(before)


def test_an_estimate_reads_as_a_sentence() -> None:
    assert str(Estimate(1200, 7300, 6.0, "Why.")) == (
        "Estimate: about 1,200 pages, 2.0 h, about $6.00. Why."
    )
    assert str(Estimate(None, None, 0.0, "Why.")) == (
        "Estimate: an unknown number of pages, no fee. Why."
    )


def test_a_recording_gives_back_what_came_in_its_order(tmp_path: Path, bluesky) -> None:
    root = bluesky.post("ann.test", "one", minute=0)
    url = f"{bluesky.url}/xrpc/app.bsky.feed.getPostThread"
    asked = {"uri": root, "depth": 6}
    with record(tmp_path / "r.jsonl") as client:
        first = client.get(url, params=asked).text
        bluesky.edit(root, "two")
        second = client.get(url, params=asked).text
        client.post(f"{bluesky.url}/login", json={"identifier": "us.test", "password": "x"})
    with play(tmp_path / "r.jsonl") as client:
        again = [client.get(url, params=asked) for _ in range(3)]
        assert [r.text for r in again] == [first, second, second]
        assert client.get(url, params={"uri": "other"}).status_code == 404
        assert client.post("http://any.test/login", json={}).json() == {"accessJwt": "recorded"}
    assert "us.test" not in (tmp_path / "r.jsonl").read_text()
    with pytest.raises(InputError, match="There is no recording at"):
        play(tmp_path / "none.jsonl")
    assert isinstance(again[0], httpx.Response)
