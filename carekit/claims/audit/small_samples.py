"""A record claimed on a few dozen people."""

from __future__ import annotations

import math

from carekit.claims.audit.arithmetic import Term, people, root
from carekit.claims.audit.finding import Working, finding
from carekit.inference.rates.intervals import wilson


@finding(
    "F15",
    "A record on 70 people",
    claim="Satisfaction with social networks reached a record in 2014.",
    figures="C045 D031 D032 P126 P128",
)
def record(t: Working) -> tuple[str, str]:
    size = t.size("C046")
    asked = Term(size.value, size.text)
    n = people(asked * t("C046"))
    before = people(asked * t("P095") * t("P090"))
    satisfied = people(t("C045") * n)
    t.show(
        "people behind the share, if this wave asked as many as others",
        asked * t("C046"),
        places=0,
        against="D031",
    )
    t.show("of them satisfied", t("C045") * n, places=0)
    t.show("people behind the share of 2013", asked * t("P095") * t("P090"), places=0)
    z = math.nan
    if n.value > 0 and before.value > 0:
        low, high = (float(end) for end in wilson(satisfied.value, n.value))
        share = satisfied / n
        t.show("share", share, against="D032")
        interval = f"Wilson 95 % interval for {satisfied.text} of {n.text}"
        for name, limit in (("low", low), ("high", high)):
            term = Term(limit, f"{limit:.3f}", share.figures)
            t.show(f"{interval}, {name}", term, against="D032", end=name)  # type: ignore[arg-type]
        pooled = (t("C045") * n + t("P128") * before) / (n + before)
        t.show("both years pooled", pooled)
        known = pooled.as_known()
        error = root(known * (1 - known) * (_inverse(n) + _inverse(before)))
        z_term = (t("C045") - t("P128")) / error
        z = z_term.value
        t.show("2014 against 2013 in standard errors (z)", z_term, places=2)
    else:
        t.note("interval", "not defined without people", ("C046", "P090", "P095"))
    t.compare("click-to-call the year before, beside it", t("P126"), t("C045"))
    rose = z > 1.96
    if rose:
        return "consistent", f"A rise beyond sampling error (z {z:.2f})."
    return "unproven", (
        f"A record is not shown, nor is it excluded: the difference from 2013 is {z:.2f} standard "
        f"errors. That another channel had {t('P126').text} the year before excludes nothing."
    )


def _inverse(of: Term) -> Term:
    return Term(1 / of.value, f"1/{of.text}", of.figures)
