"""The ledger that comes with carekit, loaded once for all tests of claims."""

from __future__ import annotations

import pytest

from carekit.claims.ledger import Ledger, load_ledger


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return load_ledger()
