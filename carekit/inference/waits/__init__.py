"""Times to a first answer, with censoring."""
