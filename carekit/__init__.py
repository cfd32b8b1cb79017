"""carekit: check, replay and extend published figures about customer service on social networks.

Names are loaded when they are first used: `import carekit` opens no file and no connection.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

__version__ = "0.1.0"

# public name → module that defines it
_LAZY: dict[str, str] = {
    "CarekitError": "carekit.errors",
    "Dataset": "carekit.dataset.folder",
    "Definition": "carekit.requests.definitions",
    "append_dataset": "carekit.dataset.folder",
    "ask": "carekit.show.ask",
    "audit": "carekit.claims.audit",
    "check_dataset": "carekit.dataset.check",
    "compare_answer_rates": "carekit.measures.brands_compared",
    "compare_first_response": "carekit.measures.brands_compared",
    "connect": "carekit.dataset.engine",
    "create_dataset": "carekit.dataset.folder",
    "generate_sample": "carekit.sample",
    "import_files": "carekit.sources.files",
    "import_survey": "carekit.sources.surveys.survey",
    "judged": "carekit.claims.shown",
    "judge_hypotheses": "carekit.claims.hypotheses",
    "judge_hypothesis": "carekit.claims.hypotheses",
    "load_events": "carekit.measures.events",
    "list_measured": "carekit.dataset.measured",
    "load_ledger": "carekit.claims.ledger",
    "load_measured": "carekit.show.measured",
    "measure_answer_rate": "carekit.measures.answer_rate",
    "measure_answer_bounds": "carekit.measures.answer_bounds",
    "measure_categories": "carekit.coding.categories",
    "measure_coded": "carekit.coding.coded",
    "compare_coded": "carekit.coding.coded",
    "measure_workload": "carekit.coding.workload",
    "measure_bypass": "carekit.measures.bypass",
    "measure_care_accounts": "carekit.measures.care_accounts",
    "measure_contacts": "carekit.measures.contact_estimates",
    "measure_definitions": "carekit.measures.side_by_side",
    "measure_first_response": "carekit.measures.first_response",
    "measure_growth": "carekit.measures.growth",
    "measure_handoffs": "carekit.measures.handoffs",
    "measure_paired_questions": "carekit.survey",
    "measure_public_outcomes": "carekit.measures.contact_estimates",
    "measure_elsewhere": "carekit.measures.handoffs",
    "measure_redirects": "carekit.measures.handoffs",
    "measure_near_duplicates": "carekit.measures.near_duplicate_estimates",
    "measure_repeats": "carekit.measures.repeats",
    "measure_reply_length": "carekit.measures.reply_length",
    "measure_response_schemes": "carekit.measures.response_schemes",
    "measure_restricted_wait": "carekit.measures.brands_compared",
    "measure_shrunk_rates": "carekit.measures.brands_compared",
    "measure_surfaces": "carekit.measures.surfaces",
    "measure_differences": "carekit.survey",
    "measure_several": "carekit.survey",
    "measure_share": "carekit.survey",
    "measure_trend": "carekit.survey",
    "measure_typical_brand": "carekit.measures.brands_compared",
    "measure_wait_curve": "carekit.measures.wait_curves",
    "measure_wait_quantiles": "carekit.measures.wait_curves",
    "measure_waits_within": "carekit.measures.wait_curves",
    "measured_card": "carekit.dataset.measured",
    "open_dataset": "carekit.dataset.folder",
    "open_shared": "carekit.measures.sharing",
    "plot_rates": "carekit.show.old_plots",
    "plot_sums": "carekit.show.old_plots",
    "plot_waits": "carekit.show.old_plots",
    "publish": "carekit.show.pictures",
    "plate_ages": "carekit.claims.plates",
    "plate_countries": "carekit.claims.plates",
    "plate_places": "carekit.claims.plates",
    "published": "carekit.claims.published",
    "register_definition": "carekit.requests.definitions",
    "replay": "carekit.claims.replays",
    "replay_all": "carekit.claims.replays",
    "share_counts": "carekit.measures.sharing",
    "table_estimates": "carekit.show.tables",
    "verdicts": "carekit.claims.shown",
    "table_hypotheses": "carekit.claims.hypotheses",
}

__all__ = ["__version__", *sorted(_LAZY)]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'carekit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__


if os.environ.get("CAREKIT_INSIDE"):  # a person works in JupyterLab: errors in one line
    importlib.import_module("carekit.show.notebooks.workplace").quiet_errors()
