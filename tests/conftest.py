"""Fixtures for every test: frozen reference values, no network beyond loopback, figures closed."""

from __future__ import annotations

import csv
import math
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import hypothesis
import pytest

GOLDEN = Path(__file__).parent / "golden"


class Golden:
    """Reference values of one file of tests/golden: `golden.value(case, quantity)`."""

    def __init__(self, name: str) -> None:
        with (GOLDEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))

    def value(self, case: str, quantity: str) -> float:
        found = [r for r in self.rows if r["case"] == case and r["quantity"] == quantity]
        assert len(found) == 1, f"{len(found)} golden rows for {case!r}, {quantity!r}"
        return float(found[0]["value"])

    def check(self, case: str, quantity: str, got: float, rel: float = 1e-6) -> None:
        """Fail unless `got` equals the frozen value to `rel` (or both are NaN)."""
        want = self.value(case, quantity)
        if math.isnan(want):
            assert math.isnan(got), f"{case} {quantity}: {got} instead of NaN"
        else:
            assert got == pytest.approx(want, rel=rel, abs=1e-9), f"{case} {quantity}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a slow test go first: none of them is left to one worker at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file stays with one worker, and so do all that share the Bluesky servers."""
    from xdist.scheduler import LoadScopeScheduling

    class ByStack(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            shared = nodeid.startswith(
                ("tests/servers/test_bluesky", "tests/servers/test_recorded")
            )
            return "tests/servers" if shared else str(super()._split_scope(nodeid))

    return ByStack(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a program that this system lacks; under CI=true, fail instead.

    A suite that silently never runs would look like one that passes.
    """
    for mark in item.iter_markers("needs_system"):
        package = mark.kwargs["package"]
        if not any(map(shutil.which, mark.args)):
            reason = f"needs {' or '.join(mark.args)}; install the system package {package}"
            if os.environ.get("CI") == "true":
                pytest.fail(f"{reason} (under CI=true a missing program fails)", pytrace=False)
            pytest.skip(reason)


@pytest.fixture(scope="session")
def golden() -> type[Golden]:
    return Golden


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anything but this machine is an error in every test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "local"
        if self.family != socket.AF_UNIX and host not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {host!r}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    import sys

    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(autouse=True)
def own_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """No test reads or writes the user's own pseudonym key."""
    monkeypatch.setenv("CAREKIT_PSEUDONYM_KEY", "00" * 32)
    monkeypatch.delenv("CAREKIT_DATASET", raising=False)


class _References(HTMLParser):
    """What a browser would fetch to show a page. A link that is only followed does not count."""

    FETCHED = frozenset({"src", "srcset", "poster", "data", "href", "xlink:href"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_style = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_style = tag == "style"
        for name, value in attrs:
            if name == "style":
                self._read_css(value or "")
            elif name in self.FETCHED and tag != "a" and value:
                self._note(value)

    def handle_data(self, data: str) -> None:
        if self.in_style:
            self._read_css(data)

    def _read_css(self, css: str) -> None:
        css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
        for match in re.finditer(r"@import\s+[\"']([^\"']+)|url\(\s*[\"']?([^\"')]+)", css):
            self._note(match[1] or match[2])

    def _note(self, address: str) -> None:
        if not address.startswith(("data:", "#")):
            self.found.append(address)


@pytest.fixture(scope="session")
def external_references() -> Callable[[str], list[str]]:
    """What a page of HTML would fetch from elsewhere: `external_references(html)`."""
    return lambda page: _References(page).found


def posts_frame(rows: list[dict[str, Any]]) -> Any:
    """Posts from short rows: `id`, `at` (minutes after noon), and any column of the contract."""
    import pandas as pd

    noon = pd.Timestamp("2024-03-01 12:00", tz="UTC")
    made = []
    for row in rows:
        full = {"network": "x", "author_role": "customer", "visibility": "public", **row}
        full["post_id"] = full.pop("id")
        full["created_at"] = noon + pd.Timedelta(minutes=full.pop("at", 0))
        for clock in ("observed_at", "deleted_at"):
            if clock in full:
                full[clock] = noon + pd.Timedelta(minutes=full[clock])
        made.append(full)
    return pd.DataFrame(made)


def _maker(folder: Path) -> Callable[..., Any]:
    """`make(rows, accounts=…, brands=…, threads=…, selection=…)` → an open dataset in `folder`."""
    import itertools

    import pandas as pd

    from carekit.dataset.folder import create_dataset, open_dataset
    from carekit.dataset.manifest import NOTHING_LEFT_OUT

    numbers = itertools.count()

    def make(rows, *, accounts=(), brands=(), threads=(), selection=NOTHING_LEFT_OUT, copies=()):
        path = folder / f"dataset-{next(numbers)}"
        with create_dataset(path, title="Test", licence="CC0-1.0", selection=selection) as out:
            out.add_posts(posts_frame(rows), source="test")
            if copies:
                out.add_posts(posts_frame(list(copies)), source="test, again")
            if accounts:
                out.set_table("accounts", pd.DataFrame(list(accounts)), source="test")
            if brands:
                out.set_table("brands", pd.DataFrame(list(brands)), source="test")
            if threads:
                out.set_table("threads", pd.DataFrame(list(threads)), source="test")
        return open_dataset(path)

    return make


@pytest.fixture
def make_dataset(tmp_path: Path) -> Callable[..., Any]:
    return _maker(tmp_path)


@pytest.fixture(scope="module")
def make_shared(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """The same, for datasets that the tests of a file read and leave as they are."""
    return _maker(tmp_path_factory.mktemp("shared"))


# No test has a deadline: how long an example takes says how busy the machine is. CI must give the
# same answer twice; a person's own run explores further.
hypothesis.settings.register_profile("own", deadline=None)
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "own")
