"""The sample dataset, generated from a truth that is written down."""

import carekit

__getattr__, __all__ = carekit.room(
    __name__,
    {
        "generate": "draw_sample generate_sample",
        "planted": "planted_brand_rates planted_brands planted_labels planted_values",
        "coding": "planted_codes",
        "beside": "care_kinds true_subjects with_planted with_planted_distance with_planted_share",
    },
)
