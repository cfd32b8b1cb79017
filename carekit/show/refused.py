"""Why data cannot answer, where a result would stand."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from carekit.show.safe import clean


class Refused:
    """Why a dataset cannot answer. Whatever is done with it gives it again, and it shows itself.

    >>> nothing = Refused("it holds no survey.")
    >>> nothing.query("n > 30").plot("figure")
    These data cannot answer this: it holds no survey.
    >>> len(nothing[nothing["n"] > 30])
    0
    """

    def __init__(self, why: str) -> None:
        self.why = clean(why)

    def _again(self, *_: Any, **__: Any) -> Refused:
        return self

    __call__ = __getitem__ = _again
    __lt__ = __le__ = __gt__ = __ge__ = _again
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __truediv__ = __and__ = __or__ = _again
    __invert__ = __neg__ = _again

    def __getattr__(self, name: str) -> Refused:
        if name.startswith("_"):  # what Jupyter, pickle and copy look for
            raise AttributeError(name)
        return self

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __repr__(self) -> str:
        return f"These data cannot answer this: {self.why}"

    def _repr_html_(self) -> str:
        return f"<p><em>{escape(repr(self))}</em></p>"
