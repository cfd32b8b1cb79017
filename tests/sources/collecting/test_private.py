"""Nobody is named outside raw/, and raw/ is for its owner alone and holds no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from carekit.errors import CarekitError

from .conftest import gather, raw_text


def written(folder: Path) -> dict[str, str]:
    """Every file that was written outside raw/, tables decoded."""
    made = {}
    for path in folder.rglob("*"):
        if not path.is_file() or "raw" in path.relative_to(folder).parts:
            continue
        if path.suffix == ".parquet":
            made[path.name] = pq.read_table(path).to_pandas().to_csv()
        else:
            made[path.name] = path.read_bytes().decode("utf-8", "replace")
    return made


@pytest.mark.parametrize("raw", [True, False])
def test_nobody_is_named_outside_raw(bluesky, login, tmp_path, raw, capsys) -> None:
    root = bluesky.post("ann.test", "@acme.test late, cc @bob.test, ＠carl.test", minute=0)
    bluesky.post("acme.test", "Sorry @ann.test", minute=9, to=root)
    bluesky.post("dora.test", "Same here", minute=10, to=root)
    gather(bluesky, tmp_path / "d", raw=raw)
    bluesky.delete(root)
    gather(bluesky, tmp_path / "d", refresh=True, raw=raw)
    found = written(tmp_path / "d")
    assert {"manifest", "CARD", "collection", "accounts"} <= {name.split(".")[0] for name in found}
    # How far every query has come is for the owner alone, as raw/ is: it names what was asked.
    state = found.pop("collection.sqlite")
    assert (tmp_path / "d" / "collection.sqlite").stat().st_mode & 0o077 == 0
    assert not any(secret in state for secret in login.values())
    people = ["ann", "bob", "carl", "dora"]
    forbidden = [f"{p}.test" for p in people] + [f"Name of {p.upper()}" for p in people]
    forbidden += [
        "cdn.invalid",
        "avatar",
        "at://",
        login["password"],
        login["token"],
        "us.test",
        "00" * 32,
    ]
    for name, text in found.items():
        for word in forbidden:
            assert word not in text, f"{word} in {name}"
    said = capsys.readouterr()
    assert not any(word in said.out + said.err for word in forbidden)
    if raw:
        text = raw_text(tmp_path / "d")
        assert login["password"] not in text
        assert login["token"] not in text
        assert "dora.test" in text


def test_raw_is_private_and_never_in_a_repository(bluesky, tmp_path) -> None:
    bluesky.talk(2, answered=1)
    gather(bluesky, tmp_path / "d")
    assert (tmp_path / "d" / "raw").stat().st_mode & 0o077 == 0
    assert (tmp_path / "d" / "raw" / ".gitignore").read_text() == "*\n"


def test_a_damaged_raw_page_is_found(bluesky, tmp_path) -> None:
    bluesky.talk(2, answered=1)
    gather(bluesky, tmp_path / "d")
    file = next((tmp_path / "d" / "raw" / "bluesky").glob("pages-*"))
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(data)
    with pytest.raises(CarekitError, match="differs from its checksum"):
        gather(bluesky, tmp_path / "d", resume=True)


def test_raw_pages_hold_the_request_and_no_secret(bluesky, login, tmp_path) -> None:
    bluesky.talk(2, answered=1)
    gather(bluesky, tmp_path / "d")
    lines = [json.loads(line) for line in raw_text(tmp_path / "d").splitlines()]
    assert {line["query"]["kind"] for line in lines} == {"feed", "mentions", "thread"}
    assert all(set(line["request"]) == {"method", "url", "params"} for line in lines)
    assert all(line["status"] == 200 for line in lines)
    assert not any("authorization" in {h.lower() for h in line["headers"]} for line in lines)


def test_a_wrong_password_is_named_and_not_shown(bluesky, login, tmp_path, monkeypatch) -> None:
    bluesky.talk(2, answered=1)
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", "wrong-one-xyz")
    with pytest.raises(CarekitError, match="refuses the login of BLUESKY_HANDLE") as caught:
        gather(bluesky, tmp_path / "d")
    assert "wrong-one-xyz" not in str(caught.value)
