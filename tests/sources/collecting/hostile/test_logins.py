"""No server gets a login that is not its own, and none is kept or shown."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.dataset.folder import open_dataset
from carekit.errors import CarekitError, InputError
from carekit.sources.collecting.collect import collect
from carekit.sources.collecting.secrets import Secrets

from .conftest import KEY, TIME, TOKEN, bluesky, everything, gather, post


def test_a_password_goes_to_no_other_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUESKY_HANDLE", "us.test")
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", TOKEN)
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, request.content.decode()))
        return httpx.Response(307, headers={"location": "http://thief.test/take"})

    with pytest.raises(CarekitError):
        gather(tmp_path / "d", answer)
    assert {host for host, _ in seen} == {"a.test"}


@pytest.mark.parametrize("name", ["x", "youtube"])
def test_a_token_follows_no_redirect_to_another_host(name: str, tmp_path: Path) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"location": f"http://thief.test{request.url.path}"})

    with pytest.raises(CarekitError, match="sends the login on to another host"):
        gather(tmp_path / "d", answer, name, "words" if name == "x" else "UCacme")
    assert set(seen) == {"a.test"}


def test_a_redirect_without_a_login_is_followed_but_not_for_ever(tmp_path: Path) -> None:
    plain = bluesky(lambda params: {"feed": [{"post": post(1)}]})

    def moved(request: httpx.Request) -> httpx.Response:
        if request.url.host == "a.test":
            where = str(request.url.copy_with(host="b.test"))
            return httpx.Response(301, headers={"location": where})
        return plain(request)

    assert gather(tmp_path / "d", moved).n_posts == 1
    again = {"location": "http://a.test/round"}
    with pytest.raises(CarekitError, match="one redirect after the other in 2 attempts"):
        gather(tmp_path / "e", lambda request: httpx.Response(302, headers=again))


def spellings(secret: str) -> list[str]:
    return [
        secret,
        secret.replace("/", "\\/"),
        secret.replace("t", "\\u0074"),
        secret.replace("/", "%2F").replace("+", "%2B"),
        secret.replace("/", "&#47;"),
    ]


@pytest.mark.parametrize("nth", range(5))
def test_a_token_that_comes_back_is_kept_and_shown_nowhere(
    nth: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spelled = spellings(TOKEN)[nth]
    good = (
        f'{{"data": [{{"id": "1", "author_id": "7", "created_at": "{TIME}", "text": "see {spelled}",'
        f' "conversation_id": "1"}}], "meta": {{"result_count": 1, "next_token": "n"}}}}'
    )
    bad = f'{{"errors": [{{"message": "no such token: {spelled}"}}]}}'

    def answer(request: httpx.Request) -> httpx.Response:
        is_second = "next_token" in dict(request.url.params)
        headers = {"content-type": "application/json", "etag": TOKEN}
        return httpx.Response(
            400 if is_second else 200, text=bad if is_second else good, headers=headers
        )

    report = gather(tmp_path / "d", answer, "x", "words", tell=print)
    assert report.failures
    text = open_dataset(tmp_path / "d").read("posts").text[0]
    assert text == "see [secret]"
    said = capsys.readouterr()
    told = f"{report} {report.warnings} {said.out} {said.err}".encode()
    for hidden in spellings(TOKEN):
        assert hidden.encode() not in everything(tmp_path / "d") + told


def test_a_token_that_cannot_be_sent_is_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", "clé")
    with pytest.raises(InputError, match="X_BEARER_TOKEN holds characters that no key"):
        collect("x", ["words"], out="nowhere", key=KEY)


@given(st.text(min_size=6, max_size=20).filter(lambda t: len(t.strip()) == len(t)), st.text())
def test_secrets_are_taken_out_of_any_text(secret: str, around: str) -> None:
    made = Secrets()
    made.know(secret)
    assert secret not in made.without(around + secret + around).replace("[secret]", "")
