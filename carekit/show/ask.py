"""Ask a dataset a question in a notebook: a table and a figure, or the reason why there is none.

A notebook runs on any dataset, and not every dataset can answer every question. `ask` turns a
refusal into a sentence instead of an error, so that the rest of the notebook still runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from carekit.dataset.folder import Dataset
from carekit.errors import SelectionError
from carekit.show.tables import ReadableTable, percent, table_estimates

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Reason:
    """Why a dataset cannot answer; reads as a sentence."""

    text: str

    def __repr__(self) -> str:
        return f"No answer from this dataset: {self.text}"


@dataclass(frozen=True)
class Answer:
    """What a measure gave on a dataset: a tidy frame, or the reason why there is none.

    Attributes
    ----------
    frame : pandas.DataFrame
        Without rows where the dataset cannot answer.
    reason : str
        Why it cannot; empty where it can.
    note : str
        The denominator in words, and what was left out.
    """

    frame: pd.DataFrame
    reason: str = ""
    note: str = ""

    def then(self, step: Callable[..., pd.DataFrame], **options: Any) -> Answer:
        """Apply a further step to the frame; where there is none, the reason stays.

        Parameters
        ----------
        step : callable
            From a frame to a frame, which is handed the options.

        Examples
        --------
        >>> import pandas as pd
        >>> answer = Answer(pd.DataFrame({"n": [1, 2]}), note="Of all posts.")
        >>> answer.then(pd.DataFrame.tail, n=1)
        Answer(frame=   n
        1  2, reason='', note='Of all posts.')
        >>> Answer(pd.DataFrame(), reason="no posts.").then(pd.DataFrame.tail, n=1).reason
        'no posts.'
        """
        return self if self.reason else replace(self, frame=step(self.frame, **options))

    def table(
        self, caption: str, *, columns: Sequence[str] | None = None, unit: str = "share"
    ) -> ReadableTable | Reason:
        """The frame for reading, under a caption that ends with the denominator."""
        if self.reason:
            return Reason(self.reason)
        caption = f"{caption} {self.note}"
        return table_estimates(self.frame, caption=caption, columns=columns, unit=unit)

    def figure(
        self, plot: Callable[..., Any], name: str, *, alt: str, caption: str, **options: Any
    ) -> Reason | None:
        """Draw the frame with `plot`, show it with its alternative text and caption."""
        if self.reason:
            return Reason(self.reason)
        from carekit.show.style import publish

        publish(plot(self.frame, **options), name, alt=alt, caption=caption)
        return None


def ask(measure: Callable[..., pd.DataFrame], dataset: Dataset, **options: Any) -> Answer:
    """Apply a measure to a dataset; a refusal because of its selection becomes a reason.

    Parameters
    ----------
    measure : callable
        Such as `carekit.measure_answer_rate`.
    dataset : Dataset
    **options
        Handed to the measure as they are.

    Returns
    -------
    Answer

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> import carekit
    >>> answer = ask(carekit.answer_rate, open_dataset())
    >>> answer.reason, len(answer.frame)
    ('', 1)
    """
    import pandas as pd

    try:
        frame = measure(dataset, **options)
    except SelectionError as refusal:
        return Answer(pd.DataFrame(), str(refusal))
    if frame.empty:
        return Answer(frame, "it holds no request of this kind.")
    return Answer(frame, note=frame.attrs.get("note", ""))


def describe_rates(frame: pd.DataFrame, *, label: str | Sequence[str], limit: int = 12) -> str:
    """Rates in words, for the alternative text of a figure.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"network": ["x", "facebook"], "estimate": [0.3, 0.74]})
    >>> describe_rates(rates, label="network")
    'x 30.0\\xa0%, facebook 74.0\\xa0%'
    """
    names = [label] if isinstance(label, str) else list(label)
    rows = [
        f"{' '.join(str(row[n]) for n in names)} {percent(row['estimate'])}"
        for row in frame.head(limit).to_dict("records")
    ]
    more = len(frame) - len(rows)
    return ", ".join(rows) + (f", and {more} more" if more > 0 else "")
