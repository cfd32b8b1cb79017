"""Changes and rates that come from the mix: more accounts, or one large sector."""

from __future__ import annotations

from carekit.claims.audit.arithmetic import Terms, log
from carekit.claims.audit.finding import (
    Finding,
    build_finding,
    register_finding,
    result,
)
from carekit.claims.ledger import Ledger


@register_finding
def f09(ledger: Ledger) -> Finding:
    """Did mentions rise because each account drew more, or because accounts were added?"""
    t = Terms(ledger)
    mentions, accounts = 1 + t("P019"), 1 + t("P023")
    per_account = mentions / accounts - 1
    share = log(accounts.as_known(2)) / log(mentions.as_known(2))
    points = t("P019") - t("P022")
    brands = t("C022") * t("C021")
    steps = [
        result("rise per account", per_account, against=t.figures("D007")),
        result("rise in accounts that existed both years, beside it", t("P022"), places=2),
        result("accounts the year before", t("C022") / accounts, against=t.figures("D005")),
        result(
            "mentions per brand and day",
            t("P024b") / (brands * t("P018")),
            places=2,
            against=t.figures("P024a", "D008"),
        ),
        result("share of the rise due to more accounts", share, places=2),
        result("points of the rise that are not like for like", points, places=2),
    ]
    by_points = points.value / t("P019").value if t("P019").value else float("nan")
    least = min(share.value, by_points)
    if least >= 0.5:
        verdict = "artefact"
        conclusion = (
            "At least half of the rise comes from more accounts, not from more demand per account: "
            f"{share.value:.2f} of it on the log scale, {points.value * 100:.0f} points of "
            f"{t('P019').value * 100:.0f} on the like-for-like figure."
        )
    elif max(share.value, by_points) < 0.5:
        verdict = "consistent"
        conclusion = "Most of the rise is demand per account."
    else:
        verdict = "undecided"
        conclusion = "Whether more accounts make up half of the rise depends on how it is split."
    return build_finding(
        "F09",
        title="Growth by composition",
        claim="Demand on each care account rose as much as the mentions of all of them.",
        figures=("C024", "P019", "P022", "P023", "D005", "D007", "D008"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f13(ledger: Ledger) -> Finding:
    """Does the pooled answer rate describe a typical brand?"""
    t = Terms(ledger)
    telecom = t("P070a") * t("P070d") / t("P070c")
    others = t("P070a") * (1 - t("P070d")) / (1 - t("P070c"))
    brands = t.high("P070b")
    by_brand = brands * telecom.as_known() + (1 - brands) * others.as_known()
    gap = t("P070a") - by_brand.as_known()
    steps = [
        result("telecom", telecom, against=t.figures("D021")),
        result("all other brands", others, against=t.figures("D022")),
        result(
            "mean over brands, if brands are alike inside each group",
            by_brand,
            against=t.figures("D023"),
        ),
        result("pooled rate minus mean over brands", gap),
    ]
    if abs(gap.value) > 0.01:
        verdict = "artefact"
        conclusion = (
            f"The pooled rate of {t('P070a').text} hides one sector at {telecom.value:.2f}; a mean "
            f"over brands would be about {by_brand.value:.2f}. Say whether a rate is pooled or a "
            "mean over brands."
        )
    else:
        verdict = "consistent"
        conclusion = "Pooled rate and mean over brands agree within a point."
    return build_finding(
        "F13",
        title="A pooled rate hides one sector",
        claim="The pooled answer rate is that of a typical brand.",
        figures=("P070a", "P070b", "P070c", "P070d", "D021", "D022", "D023"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )
