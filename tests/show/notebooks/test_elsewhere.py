"""Every notebook on another dataset, at another level: no sentence, level or mark of the sample."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.manifest import ANSWERED_ONLY, NOTHING_LEFT_OUT
from carekit.show.notebooks import execute_notebooks, find_notebooks

from ...report import planted

LEVEL = 0.9
# Collects from a recording, and has no data of the user's; it says so itself.
OWN_DATA = ("13",)


def words(cell: dict[str, Any]) -> str:
    """What a cell shows, alt texts included."""
    parts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        parts += [
            "".join(data.get(kind, "")) for kind in ("text/html", "text/markdown", "text/plain")
        ]
        parts += [str(output.get("metadata", {}).get("image/png", {}).get("alt", ""))]
        parts.append("".join(output.get("text", "")))
    return re.sub(r"<style.*?</style>", "", " ".join(parts), flags=re.S).replace("\xa0", " ")


@pytest.mark.slow
@pytest.mark.parametrize("closed", [False, True])
def test_the_benchmark_speaks_of_the_data_at_hand(closed: bool, tmp_path: Path) -> None:
    """Planted banks; then their answered conversations alone, which have no rate and no score."""
    selection = ANSWERED_ONLY if closed else NOTHING_LEFT_OUT
    folder = planted.plant(tmp_path / "banks", synthetic=False, selection=selection)
    (run,) = execute_notebooks(find_notebooks("12"), dataset=folder)
    assert not run.error
    cells = json.loads(json.dumps(run.notebook))["cells"]
    said = " ".join(map(words, cells))
    assert "Banque du Ruisseau" in said
    assert not re.search("SYNTHETIC|synthetic|carekit sample|Orvalis", said)
    assert ("These data hold answered conversations only" in said) == closed
    assert ("out of 20 (" in said) != closed


@pytest.mark.slow
def test_labels_follow_the_level_and_the_data(two_brands: Path, tmp_path: Path) -> None:
    paths = [path for path in find_notebooks() if not path.name.startswith(OWN_DATA)]
    runs = execute_notebooks(paths, dataset=two_brands, parameters={"CONF_LEVEL": LEVEL})
    assert not [str(run) for run in runs if run.error]
    wrong = []
    for run in runs:
        asked = "CONF_LEVEL" in json.dumps(run.notebook)  # the first notebooks are kept simple
        for number, cell in enumerate(json.loads(json.dumps(run.notebook))["cells"], 1):
            said = words(cell)
            where = f"{run.path.stem[:5]}, cell {number}"
            if str(two_brands.parent) in said:
                wrong.append(f"{where}: a local path")
            if "carekit sample" in said:
                wrong.append(f"{where}: the sample is named")
            if asked and "Source: Test" in said and "95 % interval" in said:
                wrong.append(f"{where}: 95 % where {LEVEL:.0%} was asked")
            if "Source: Test" in said and "SYNTHETIC" in said:
                wrong.append(f"{where}: data of the user's are called synthetic")
            based = re.search("Denominator|Base:", said)  # a report calls it so
            if "Source: Test" in said and "interval" in said and not based:
                wrong.append(f"{where}: limits of an unknown denominator")
    assert not wrong, "\n".join(wrong)
