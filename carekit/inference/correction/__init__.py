"""Shares of a machine label, corrected by a coded sample."""
