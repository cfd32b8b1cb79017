"""Numbers → estimates: rates, waits, surveys, panels, corrections, benchmarks. No dataset here.

Functions take a small table of counts (or one row per respondent) and give a tidy frame, or one
frozen result whose `str()` is a sentence. What the same argument means everywhere:

- `by`: columns that define groups; none gives one row; a missing value is a group of its own.
- `cluster`: column of what was drawn independently: the author when one brand is described, the
  brand when brands in general are; without it every unit counts as independent.
- `n`, `n_yes`: columns of whole counts, all units and those that count as yes.
- `time`, `unit`: column of the wait, counted from the request, and its unit: seconds, minutes,
  hours or days; `events`, `censored`: columns of the counts of requests answered after that wait,
  and last seen unanswered after it (with `cluster` they may hold sums of sampling weights).
- `conf_level`: nominal coverage of each interval by itself; `draws`, `seed`: of a simulation.

Columns of results: `estimate`, `std_error`, `ci_low`, `ci_high`, `conf_level`, `df`, `n`, `n_eff`,
`clusters`, `deff`, `method`, and `flags`, names joined by ", " (`n0`, `one_cluster`, `zero_var`,
`few_clusters` and `small_n` below 30). Wrong tables are an InputError or SchemaError that says what
came, what was expected and what to do. How often each interval covers:
docs/coverage-of-intervals.md.
"""
