"""Answers of real servers, recorded by the test suites of two clients, go through our readers.

The recordings hold real people: they are downloaded when the test runs, and never committed.
"""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import tarfile
import venv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from carekit.sources.found import Gone, LeftOut, Problem, Remark
from carekit.sources.gaps import Gap
from carekit.sources.networks import reddit
from carekit.sources.networks.mastodon import posts as mastodon

pytestmark = [pytest.mark.servers, pytest.mark.slow]

SDISTS = Path(__file__).resolve().parents[2] / "build" / "sdists"
SEEN = datetime(2026, 1, 1, tzinfo=UTC)


def pip_python() -> str:
    """A Python that has pip: environments made by uv have none."""
    # Asked of the list of packages: looking for the module trips over whoever imported distutils.
    if any(importlib.metadata.distributions(name="pip")):
        return sys.executable
    home = SDISTS.parent / "pip"
    if not home.is_dir():
        venv.create(home, with_pip=True)
    return str(home / ("Scripts" if sys.platform == "win32" else "bin") / "python")


def sdist(package: str, version: str, unavailable: Any) -> Path:
    """The source archive of a package, downloaded once."""
    SDISTS.mkdir(parents=True, exist_ok=True)
    pattern = f"{package.lower().replace('.', '?')}-{version}.tar.gz"
    if not list(SDISTS.glob(pattern)):
        command = [pip_python(), "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", package, "--dest", str(SDISTS), f"{package}=={version}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            unavailable(f"{package} {version} cannot be downloaded: {done.stderr[-300:]}")
    return next(SDISTS.glob(pattern))


def bodies(archive: Path, suffix: str, read: Any) -> Iterator[tuple[str, Any]]:
    """Address and decoded body of every GET that was answered with JSON."""
    with tarfile.open(archive) as tar:
        for member in tar:
            if "/cassettes/" not in member.name or not member.name.endswith(suffix):
                continue
            file = tar.extractfile(member)
            assert file is not None
            for one in (read(file.read()) or {}).get("interactions", []):
                if one["request"]["method"] != "GET" or one["response"]["status"]["code"] != 200:
                    continue
                try:
                    yield one["request"]["uri"], json.loads(one["response"]["body"]["string"])
                except (KeyError, TypeError, ValueError):
                    continue


def test_statuses_of_a_real_mastodon_are_read(unavailable: Any) -> None:
    archive = sdist("Mastodon.py", "2.3.3", unavailable)
    n_statuses = n_drafts = n_left_out = n_hidden = 0
    for _, body in bodies(archive, ".yaml", lambda text: yaml.load(text, yaml.CSafeLoader)):
        listed = body if isinstance(body, list) else [body]
        found = [
            s
            for s in listed
            if isinstance(s, dict) and {"content", "account", "visibility"} <= set(s)
        ]
        hidden = [
            s for s in found if s.get("reblog") or s["visibility"] not in ("public", "unlisted")
        ]
        n_hidden += len(hidden)
        n_statuses += len(found) - len(hidden)
        for each in mastodon.statuses(found, instance="localhost:3000", seen_at=SEEN):
            if isinstance(each, LeftOut):
                n_left_out += 1
                continue
            n_drafts += 1
            assert each["problem"] is None
            assert "<p>" not in each["text"]
    assert n_statuses == n_drafts > 50
    assert n_hidden == n_left_out


def test_pages_of_the_real_reddit_are_read(unavailable: Any) -> None:
    archive = sdist("praw", "8.0.3", unavailable)
    ids: set[str] = set()
    stubs = n_pages = 0
    for uri, body in bodies(archive, ".json", json.loads):
        if "/comments/" not in uri and "/morechildren" not in uri:
            continue
        n_pages += 1
        for each in reddit.read(body, seen_at=SEEN):
            assert isinstance(each, dict | Gap | Gone | LeftOut | Remark | Problem)
            if isinstance(each, dict):
                ids.add(each["native_id"])
                assert each["native_id"].startswith(("t1_", "t3_"))
            stubs += isinstance(each, LeftOut) and each.reason == reddit.STUB
    assert n_pages > 30
    assert len(ids) > 1_000
    assert stubs > 100
