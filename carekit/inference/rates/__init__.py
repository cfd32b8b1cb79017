"""Shares, means and ratios of counts, with intervals."""
