"""Posts → requests under a definition: threads, answers, groups, clocks."""
