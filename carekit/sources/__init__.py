"""The outside world → tables."""
