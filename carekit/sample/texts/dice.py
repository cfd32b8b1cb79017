"""Cheap choices for one text, from random numbers that were drawn for all texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
FACES = 48  # random numbers kept for one text; a longer text uses them again, shifted


class Dice:
    """Random choices of one text; the same numbers always give the same text."""

    def __init__(self, numbers: Sequence[float]) -> None:
        self.numbers, self.used = numbers, 0

    @classmethod
    def of_number(cls, number: int) -> Dice:
        """The dice that everybody with that number shares."""
        return cls([((number + 1) * 0.618034 + (k + 1) * 0.754878) % 1.0 for k in range(FACES)])

    def roll(self) -> float:
        """The next number, from 0 to below 1."""
        turn, place = divmod(self.used, len(self.numbers))
        self.used += 1
        return (self.numbers[place] + turn * 0.381966) % 1.0

    def pick(self, things: Sequence[T]) -> T:
        return things[int(self.roll() * len(things))]

    def chance(self, p: float) -> bool:
        return self.roll() < p

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.roll() * (high - low + 1))

    def weighted(self, things: Sequence[T], shares: Sequence[float]) -> T:
        """One of `things`, with chances that add up to 1."""
        left = self.roll()
        for thing, share in zip(things, shares, strict=True):
            left -= share
            if left < 0:
                return thing
        return things[-1]
