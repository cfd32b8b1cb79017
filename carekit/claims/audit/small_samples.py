"""A record claimed on a few dozen people."""

from __future__ import annotations

import math
from statistics import median

from carekit.claims.audit.arithmetic import Term, Terms, root
from carekit.claims.audit.finding import (
    Finding,
    build_finding,
    comparison,
    register_finding,
    remark,
    result,
)
from carekit.claims.ledger import Ledger


def _usual_sample(ledger: Ledger, publisher: str) -> Term:
    """Median sample size of a publisher's studies: what a wave without a stated size asked."""
    studies = ledger.studies
    mine = studies["publisher"].fillna("").str.startswith(publisher)
    sizes = studies.loc[mine, "sample_size"].dropna()
    usual = float(median(sizes)) if len(sizes) else math.nan
    return Term(usual, f"{usual:,.0f}")


def _people(term: Term) -> Term:
    """A number of people, rounded as one counts them."""
    if not math.isfinite(term.value):
        return Term(math.nan, "not known", term.figures)
    return Term(float(round(term.value)), f"{term.value:,.0f}", term.figures)


@register_finding
def f15(ledger: Ledger) -> Finding:
    """Is the satisfaction of 2014 a record, and does it exceed that of 2013?"""
    from statsmodels.stats.proportion import proportion_confint

    t = Terms(ledger)
    asked = _usual_sample(ledger, "BVA")
    people = asked * t("C046")
    n, before = _people(people), _people(asked * t("P095") * t("P090"))
    satisfied = _people(t("C045") * n)
    steps = [
        result(
            "people behind the share, if this wave asked as many as others",
            people,
            places=0,
            against=t.figures("D031"),
        ),
        result("of them satisfied", t("C045") * n, places=0),
        result("people behind the share of 2013", asked * t("P095") * t("P090"), places=0),
    ]
    z = math.nan
    if n.value > 0 and before.value > 0:
        low, high = proportion_confint(satisfied.value, n.value, method="wilson")
        share = satisfied / n
        derived = t.figure("D032")
        interval = f"Wilson 95 % interval for {satisfied.text} of {n.text}"
        steps += [
            result("share", share, against=(derived,)),
            result(
                f"{interval}, low",
                Term(low, f"{low:.3f}", share.figures),
                against=(derived,),
                end="low",
            ),
            result(
                f"{interval}, high",
                Term(high, f"{high:.3f}", share.figures),
                against=(derived,),
                end="high",
            ),
        ]
        pooled = (t("C045") * n + t("P128") * before) / (n + before)
        steps.append(result("both years pooled", pooled))
        known = pooled.as_known()
        error = root(known * (1 - known) * (_inverse(n) + _inverse(before)))
        z_term = (t("C045") - t("P128")) / error
        z = z_term.value
        steps.append(result("2014 against 2013 in standard errors (z)", z_term, places=2))
    else:
        steps.append(remark("interval", "not defined without people", ("C046", "P090", "P095")))
    steps.append(comparison("click-to-call the year before, beside it", t("P126"), t("C045")))
    record = t("C045").value > t("P126").value
    rose = z > 1.96
    if record and rose:
        verdict = "consistent"
        conclusion = f"The share is the highest and its rise is beyond sampling error (z {z:.2f})."
    elif record:
        verdict = "unproven"
        conclusion = f"The highest share, and no proven rise (z {z:.2f})."
    elif rose:
        verdict = "contradicted"
        conclusion = f"A rise beyond sampling error (z {z:.2f}), and no record."
    else:
        verdict = "contradicted"
        conclusion = (
            f"Neither a record nor a proven rise: {t('P126').text} was reached before, and the "
            f"difference from 2013 is {z:.2f} standard errors."
        )
    return build_finding(
        "F15",
        title="A record on 70 people",
        claim="Satisfaction with social networks reached a record in 2014.",
        figures=("C045", "D031", "D032", "P126", "P128"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


def _inverse(people: Term) -> Term:
    return Term(1 / people.value, f"1/{people.text}", people.figures)
