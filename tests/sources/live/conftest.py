"""A Mastodon server on loopback, with faults on request."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def mastodon_server() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own packages
        from mastodon_mock.testing import MockServer

        with MockServer() as server:
            yield server


@pytest.fixture
def mastodon(mastodon_server: Any) -> Any:
    mastodon_server.reset()
    return mastodon_server
