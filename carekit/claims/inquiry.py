"""What replays and tests may look at, and what they compute once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from carekit.claims.ledger import Ledger
from carekit.dataset.folder import Dataset, given_dataset

Result = TypeVar("Result")


@dataclass(frozen=True)
class Inquiry:
    """A dataset held against a ledger."""

    dataset: Dataset
    ledger: Ledger
    conf_level: float = 0.95
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        given_dataset(self.dataset)

    def once(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """What `compute` gives, computed once for all that ask under this key."""
        if key not in self._kept:
            self._kept[key] = compute()
        return self._kept[key]
