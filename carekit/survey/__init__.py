"""A survey question: shares, ticks, trends, differences."""
