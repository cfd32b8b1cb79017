"""Shares of respondents under a design, and published percentages."""
