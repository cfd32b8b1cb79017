"""Changes and rates that come from the mix: more accounts, or one large sector."""

from __future__ import annotations

from carekit.claims.audit.arithmetic import log
from carekit.claims.audit.finding import Working, finding


@finding(
    "F09",
    "Growth by composition",
    claim="Demand on each care account rose as much as the mentions of all of them.",
    figures="C024 P019 P022 P023 D005 D007 D008",
)
def growth_by_composition(t: Working) -> tuple[str, str]:
    mentions, accounts = 1 + t("P019"), 1 + t("P023")
    share = log(accounts.as_known(2)) / log(mentions.as_known(2))
    per_account = mentions / accounts - 1
    brands = t("C022") * t("C021")
    t.show("rise per account", per_account, against="D007")
    t.show("rise in accounts that existed both years, beside it", t("P022"), places=2)
    t.show("accounts the year before", t("C022") / accounts, against="D005")
    daily = t("P024b") / (brands * t("P018"))
    t.show("mentions per brand and day", daily, places=2, against="P024a D008")
    t.show("share of the rise due to more accounts", share, places=2)
    half = t.figure("P019").rounding
    least = log(accounts - half) / log(mentions + half)
    most = log(accounts + half) / log(mentions - half)
    t.show("the same, at least, after rounding", least)
    t.show("the same, at most, after rounding", most)
    t.show("points of the rise that are not like for like", t("P019") - t("P022"), places=2)
    # What was printed of one account, against what was printed of all, each at its rounding.
    apart = t("P019").value - max(per_account.value, t("P022").value)
    if apart <= 2 * half or not least.value > 0:
        return "undecided", "Within rounding, demand on each account rose as much as all mentions."
    return "artefact", (
        f"About half of the rise ({least.value:.3f} to {most.value:.3f} of it on the log scale) "
        f"comes from more accounts: demand on each rose by {t('P022').value * 100:.0f} to "
        f"{per_account.value * 100:.0f} %, all mentions by {t('P019').value * 100:.0f} %."
    )


@finding(
    "F13",
    "A pooled rate hides one sector",
    claim="The pooled answer rate is that of a typical brand.",
    figures="P070a P070b P070c P070d D021 D022 D023",
)
def pooled_rate(t: Working) -> tuple[str, str]:
    telecom = t("P070a") * t("P070d") / t("P070c")
    others = t("P070a") * (1 - t("P070d")) / (1 - t("P070c"))
    brands = t.high("P070b")
    by_brand = brands * telecom.as_known() + (1 - brands) * others.as_known()
    t.show("telecom", telecom, against="D021")
    t.show("all other brands", others, against="D022")
    t.show("mean over brands, if brands are alike inside each group", by_brand, against="D023")
    gap = t.show("pooled rate minus mean over brands", t("P070a") - by_brand.as_known())
    if abs(gap.value or 0.0) > 0.01:
        return "artefact", (
            f"The pooled rate of {t('P070a').text} hides one sector at {telecom.value:.2f}; a mean "
            f"over brands would be about {by_brand.value:.2f}. Say whether a rate is pooled or a "
            "mean over brands."
        )
    return "consistent", "Pooled rate and mean over brands agree within a point."
