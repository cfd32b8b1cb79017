"""carekit: check, replay and extend published figures about customer service on social networks.

Names are loaded when they are first used: `import carekit` opens no file and no connection.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# public name → module that defines it
_LAZY: dict[str, str] = {
    "Answer": "carekit.asking",
    "CarekitError": "carekit.errors",
    "Dataset": "carekit.dataset",
    "Definition": "carekit.measures.definitions",
    "append_dataset": "carekit.dataset",
    "ask": "carekit.asking",
    "audit": "carekit.claims.audit",
    "check_dataset": "carekit.check",
    "compare_answer_rates": "carekit.estimates.answer_groups",
    "compare_first_response": "carekit.estimates.answer_groups",
    "connect": "carekit.engine",
    "create_dataset": "carekit.dataset",
    "describe_rates": "carekit.asking",
    "generate_sample": "carekit.sample",
    "import_files": "carekit.sources.files",
    "import_survey": "carekit.sources.files.survey",
    "judge_hypotheses": "carekit.claims.judging",
    "judge_hypothesis": "carekit.claims.judging",
    "load_events": "carekit.estimates.events",
    "list_measured": "carekit.measured",
    "load_ledger": "carekit.claims.ledger",
    "load_measured": "carekit.measured",
    "measure_answer_rate": "carekit.estimates.answer_rate",
    "measure_answer_bounds": "carekit.estimates.answer_bounds",
    "measure_categories": "carekit.estimates.categories",
    "measure_coded": "carekit.estimates.coded",
    "compare_coded": "carekit.estimates.coded",
    "measure_workload": "carekit.estimates.workload",
    "measure_bypass": "carekit.estimates.bypass",
    "measure_care_accounts": "carekit.estimates.care_accounts",
    "measure_contacts": "carekit.estimates.contacts",
    "measure_definitions": "carekit.estimates.definitions",
    "measure_first_response": "carekit.estimates.first_response",
    "measure_growth": "carekit.estimates.growth",
    "measure_handoffs": "carekit.estimates.handoffs",
    "measure_paired_questions": "carekit.estimates.paired_questions",
    "measure_public_outcomes": "carekit.estimates.contacts",
    "measure_elsewhere": "carekit.estimates.handoffs",
    "measure_redirects": "carekit.estimates.handoffs",
    "measure_near_duplicates": "carekit.estimates.near_duplicates",
    "measure_repeats": "carekit.estimates.repeats",
    "measure_reply_length": "carekit.estimates.reply_length",
    "measure_response_schemes": "carekit.estimates.response_schemes",
    "measure_restricted_wait": "carekit.estimates.answer_groups",
    "measure_shrunk_rates": "carekit.estimates.answer_groups",
    "measure_surfaces": "carekit.estimates.surfaces",
    "measure_differences": "carekit.estimates.survey",
    "measure_several": "carekit.estimates.survey",
    "measure_share": "carekit.estimates.survey",
    "measure_trend": "carekit.estimates.survey",
    "measure_typical_brand": "carekit.estimates.answer_groups",
    "measure_wait_curve": "carekit.estimates.wait_curves",
    "measure_wait_quantiles": "carekit.estimates.wait_curves",
    "measure_waits_within": "carekit.estimates.wait_curves",
    "measured_card": "carekit.measured",
    "open_dataset": "carekit.dataset",
    "open_shared": "carekit.sharing",
    "plot_rates": "carekit.figures",
    "plot_sums": "carekit.figures",
    "plot_waits": "carekit.figures",
    "publish": "carekit.style",
    "register_definition": "carekit.measures.definitions",
    "replay": "carekit.claims.replay",
    "replay_all": "carekit.claims.replay",
    "share_counts": "carekit.sharing",
    "table_estimates": "carekit.tables",
    "table_hypotheses": "carekit.claims.judging",
}

__all__ = ["__version__", *sorted(_LAZY)]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'carekit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
