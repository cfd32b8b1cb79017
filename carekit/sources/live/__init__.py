"""One collector a network."""
