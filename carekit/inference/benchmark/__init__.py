"""One brand among others: scores, ranks, funnels, shrinkage."""
