"""The client benchmark: one brand beside its peers, in French or English, as a report."""
