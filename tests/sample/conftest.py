"""The sample, drawn once for all its tests, and the one that comes with the project."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from carekit.dataset.folder import Dataset, open_dataset
from carekit.dataset.resources import data_folder
from carekit.sample import draw_sample
from carekit.sample.generate import Drawn


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    return draw_sample()


@pytest.fixture(scope="session")
def committed() -> Dataset:
    return open_dataset(data_folder("sample"))


@pytest.fixture(scope="session")
def truth(committed: Dataset) -> dict[str, Any]:
    return json.loads((committed.path / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def posts(committed: Dataset) -> pd.DataFrame:
    """Every row as it lies in the files: posts that were looked at twice occur twice."""
    return committed.read("posts")


@pytest.fixture(scope="session")
def labels(committed: Dataset) -> pd.DataFrame:
    return pd.read_parquet(committed.path / "labels.parquet")


@pytest.fixture(scope="session")
def latest(posts: pd.DataFrame) -> pd.DataFrame:
    """One row a post, as it was seen last."""
    return posts.sort_values("observed_at").groupby("post_id", as_index=False).last()
