"""Posts → requests under a definition: who asked, in which groups, and what became of it.

The room is called by its own name: `carekit.requests(dataset, by="network")` gives the requests
of a dataset as one value, which every measure takes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from carekit.dataset.engine import Engine
    from carekit.dataset.folder import Dataset
    from carekit.requests.definitions import Definition
    from carekit.requests.value import Requests


class _Room(ModuleType):
    """A module that is called like the function of its name."""

    def __call__(
        self,
        dataset: Dataset,
        *,
        by: str | Sequence[str] = (),
        where: str | None = None,
        definition: str | Definition = "direct-opening",
        cluster: str | None = "auto",
        conf_level: float = 0.95,
        allow_selected: bool = False,
        engine: Engine | None = None,
        target: str = "auto",
    ) -> Requests:
        """The requests of a dataset, said once: every measure takes them.

        Parameters
        ----------
        dataset : Dataset
        by : str or sequence of str
            Columns that define groups: columns of the requests, or parts of the time (year,
            quarter, month, week, day, weekday, hour; UTC).
        where : str, optional
            Condition on the requests, such as ``"network = 'x'"``.
        definition : str or Definition
            What a request and an answer are; see `carekit.requests.definitions`.
        cluster : str or None
            The independent unit: a column, ``"none"``, or ``"auto"`` (the author for these brands,
            the brand for brands like these; a measure may have a rule of its own). Requests of one
            unit are not independent, and an interval that ignores it is too narrow.
        conf_level : float
            Nominal coverage of every interval.
        allow_selected : bool
            Compute measures that the selection of the posts makes meaningless.
        engine : Engine, optional
            Where to count; without it, the engine shared here (`carekit.dataset.engine.sharing`),
            else DuckDB in this process for as long as the value lives.
        target : {"auto", "these", "like-these", "both"}
            Of which brands the limits speak: of these very ones (their customers vary), or of
            brands like these (they are a sample of such brands; far wider). "auto": these, where
            the dataset has fewer than 30 brands, or each group is one brand; else brands like
            these. "both" is for `carekit.answer_rate`.

        Returns
        -------
        Requests
            Built when first needed, then kept. `print` says the denominator, and what was left
            out of it; `.posts()` gives the posts behind a row.

        Raises
        ------
        InputError
            If a definition is not known. Columns and conditions are read when first needed.

        Examples
        --------
        >>> import carekit
        >>> requests = carekit.requests(carekit.open_dataset(), by="network")
        >>> rates = carekit.answer_rate(requests)
        >>> row = rates.iloc[0]
        >>> bool(len(requests.posts(network=row.network, answered=True)) == row.n_answered)
        True
        """
        from carekit.requests.value import Requests

        return Requests.of(
            dataset,
            by=by,
            where=where,
            definition=definition,
            cluster=cluster,
            conf_level=conf_level,
            allow_selected=allow_selected,
            engine=engine,
            target=target,
        )

    def __getattr__(self, name: str) -> Any:
        if name == "Requests":
            from carekit.requests.value import Requests

            return Requests
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


sys.modules[__name__].__class__ = _Room
