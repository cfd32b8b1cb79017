"""Made-up files through the door: what was said, what is answered, what was lost."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import carekit
from carekit.dataset.folder import Dataset, open_dataset
from carekit.errors import CarekitError
from carekit.sources.files import ImportReport, import_files

KEY = bytes.fromhex("00" * 32)


def lines(header: str, *rows: Sequence[object], delimiter: str = ",") -> str:
    """A delimited text: the header as it is, the rows quoted where they need it."""
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return header + "\n" + made.getvalue()


@dataclass(frozen=True)
class Made:
    """A dataset that was imported, and what the import said."""

    report: ImportReport
    dataset: Dataset

    def rate(self, **options: Any) -> tuple[int, int]:
        """Answered requests, and all."""
        row = carekit.answer_rate(self.dataset, **options).iloc[0]
        return int(row.n_answered), int(row.n)

    @property
    def posts(self) -> pd.DataFrame:
        return self.dataset.read("posts").set_index("post_id")

    @property
    def rejected(self) -> list[str]:
        with (self.dataset.file("rejected.csv")).open(encoding="utf-8", newline="") as file:
            return [r["reason"] for r in csv.DictReader(file)]

    def said(self, words: str) -> bool:
        """Whether a warning says so."""
        return any(words in w for w in self.report.warnings)


Load = Callable[..., Made]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """`load(content, …)`: content is text, bytes, JSON, a path, or a list of several of these."""
    numbers = itertools.count()

    def placed(content: Any, name: str) -> Path:
        if isinstance(content, Path):
            return content
        path = tmp_path / f"file-{next(numbers)}{name}"
        if not isinstance(content, str | bytes):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(
        *contents: Any,
        format: str = "csv",
        accounts: str | None = None,
        out: str = "d",
        name: str = ".csv",
        **options: Any,
    ) -> Made:
        if accounts is not None:
            options["accounts"] = placed(accounts, "-accounts.csv")
        paths = [placed(c, name) for c in contents]
        report = import_files(format, paths, out=tmp_path / out, key=KEY, **options)
        apart = report.n_left_out + report.n_again + report.n_withdrawn
        assert report.n_read + report.n_nested == report.n_posts + report.n_rejected + apart
        return Made(report, open_dataset(tmp_path / out))

    return run


@pytest.fixture
def refusal(load: Load, tmp_path: Path) -> Callable[..., str]:
    """`refusal(content, …)`: the message of an import that stops, and writes nothing."""

    def run(*contents: Any, **options: Any) -> str:
        with pytest.raises(CarekitError) as caught:
            load(*contents, out="refused", **options)
        assert not (tmp_path / "refused").exists()
        return str(caught.value)

    return run
