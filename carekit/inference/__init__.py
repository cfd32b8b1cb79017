"""Small tables of counts → estimates with their intervals. Knows numbers and frames only."""
