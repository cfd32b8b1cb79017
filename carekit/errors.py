"""What carekit raises: one family, each message in three parts.

What came, what was expected, what to do. The command line prints the message and exits with 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class CarekitError(Exception):
    """Anything a user can put right: the base of all errors that carekit raises on purpose."""


class InputError(CarekitError, ValueError):
    """An argument, an option or a file is not what was expected."""


class SchemaError(InputError):
    """A table lacks a column, or a column holds values that its contract does not allow."""


class DatasetError(CarekitError):
    """A dataset folder is missing, broken or of another version."""


class SelectionError(CarekitError):
    """The dataset cannot answer this question, because of how its posts were selected."""


class MissingExtraError(CarekitError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed. "
            f"Install it with: pip install 'carekit[{extra}]'"
        )
        self.package, self.extra = package, extra


class CannotAnswer(SelectionError, InputError):
    """These data cannot answer this question: `why` says so, `needs` says what would."""

    def __init__(self, why: str, needs: str = "") -> None:
        super().__init__(f"{why} {needs}".strip())
        self.why, self.needs = why, needs


def did_you_mean(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """The end of a message on an unknown name: the known one that is nearest to it, if one is near.

    >>> did_you_mean("netwrok", ["brand", "network"])
    " Did you mean 'network'?"
    """
    near = get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=cutoff)
    return f" Did you mean {near[0]!r}?" if near else ""
