"""The tests of the hypotheses, by subject: one small function each."""
