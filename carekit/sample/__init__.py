"""The sample dataset, generated from a truth that is written down."""

from carekit.sample.generate import draw_sample, generate_sample

__all__ = ["draw_sample", "generate_sample"]
