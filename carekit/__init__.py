"""carekit: check, replay and extend published figures about customer service on social networks.

Names are loaded when they are first used: `import carekit` opens no file and no connection.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import Any

__version__ = "0.1.0"

# Module → the measures that it declares, in the order in which they are listed. The registry of
# measures loads these modules, and the command line has a command for each name.
MEASURES: dict[str, str] = {
    "carekit.measures.answers": "answer_rate answer_bounds",
    "carekit.measures.waits": "first_response waits_within wait_curve wait_quantiles restricted_wait",
    "carekit.measures.contacts": "repeats contacts public_outcomes",
    "carekit.measures.first_answers": "handoffs redirects elsewhere reply_length",
    "carekit.measures.surfaces": "surfaces",
    "carekit.measures.brands": "typical_brand shrunk_rates compare_answer_rates "
    "compare_first_response",
    "carekit.measures.definitions": "definitions",
    "carekit.measures.growth": "growth",
    "carekit.measures.bypass": "bypass",
    "carekit.measures.near_duplicates": "near_duplicates",
    "carekit.measures.care_accounts": "care_accounts",
    "carekit.measures.response_schemes": "response_schemes",
    "carekit.measures.satisfaction": "csat nps mean_rating",
    "carekit.coding.categories": "categories",
    "carekit.coding.coded": "corrected_shares compare_corrected_shares",
    "carekit.coding.workload": "workload",
}
# Module → what else it gives to the face.
_ROOMS: dict[str, str] = {
    "carekit.errors": "CarekitError CannotAnswer",
    "carekit.dataset.folder": "Dataset open_dataset",
    "carekit.requests.definitions": "Definition register_definition",
    "carekit.claims.audit": "audit",
    "carekit.claims.plates": "plate",
    "carekit.claims.published": "published",
    "carekit.claims.replays": "replay replay_all",
    "carekit.sources.files": "import_files",
    "carekit.sources.frames": "from_frame",
    "carekit.sources.surveys.survey": "import_survey",
    "carekit.report.command": "benchmark",
    "carekit.report.counts_sections": "benchmark_counts",
    "carekit.show.ask": "ask stack",
    "carekit.show.measured": "load_measured",
    "carekit.show.result": "Result",
}
# Rooms that are names of the face themselves: what they hold is loaded when it is used.
_NAMESPACES = tuple("claims coding dataset measures requests sample sources survey".split())
_LAZY = {
    name: module for module, names in [*MEASURES.items(), *_ROOMS.items()] for name in names.split()
}
# Names that stood here before: room → names; a room knows them under the same word.
_MOVED = {
    "claims": "judge_hypotheses judge_hypothesis judged load_ledger verdicts",
    "dataset": "append_dataset check_dataset connect create_dataset list_measured",
    "measures": "care_event_study care_series load_events open_shared share_counts",
}
# Old names that no rule gives: name → module and name today.
_OLD = {
    **{name: (f"carekit.{room}", name) for room, names in _MOVED.items() for name in names.split()},
    "table_hypotheses": ("carekit.claims.hypotheses", "table_hypotheses"),
    "generate_sample": ("carekit.sample", "generate_sample"),
    "measure_coded": ("carekit.coding.coded", "corrected_shares"),
    "compare_coded": ("carekit.coding.coded", "compare_corrected_shares"),
    "measure_share": ("carekit.survey", "answers"),
    "measure_several": ("carekit.survey", "ticked"),
    "measure_trend": ("carekit.survey", "trend"),
    "measure_differences": ("carekit.survey", "differences"),
    "measure_paired_questions": ("carekit.survey", "pairs"),
    "measured_card": ("carekit.dataset.measured", "measured_card"),
    "publish": ("carekit.show.pictures", "publish"),
    "table_estimates": ("carekit.show.tables", "table_estimates"),
}

__all__ = ["__version__", *sorted([*_LAZY, *_NAMESPACES])]


def room(name: str, modules: dict[str, str]) -> tuple[Callable[[str], Any], list[str]]:
    """`__getattr__` and `__all__` of a room; module → names, loaded when they are first used.

    A module is named from the room on, one beside it with a point in front: ".text.tone".
    """
    known = {word: module for module, words in modules.items() for word in words.split()}

    def look_up(word: str) -> Any:
        if word not in known:
            raise AttributeError(f"module {name!r} has no attribute {word!r}")
        return getattr(importlib.import_module(f".{known[word]}", name), word)

    return look_up, sorted(known)


def __getattr__(name: str) -> Any:
    if name in _NAMESPACES:
        return importlib.import_module(f"carekit.{name}")
    plain = name.removeprefix("measure_")
    module, known = _OLD.get(name, (_LAZY.get(plain), plain))
    if module is None:
        raise AttributeError(f"module 'carekit' has no attribute {name!r}")
    from carekit.dataset.processes import seldom_searching

    with seldom_searching():  # searches take a tenth of the time of loading
        return getattr(importlib.import_module(module), known)


def __dir__() -> list[str]:
    return __all__


if os.environ.get("CAREKIT_INSIDE"):  # a person works in JupyterLab: errors in one line
    importlib.import_module("carekit.show.notebooks.workplace").quiet_errors()
