"""Figures that are old, unsourced or cannot bear the claim, and texts that hold other texts."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from carekit.claims.audit.arithmetic import constant
from carekit.claims.audit.finding import Working, finding, ids
from carekit.claims.ledger.columns import split_words
from carekit.errors import InputError

# Measures that need to see what was not answered.
_NEEDS_SILENCE = (
    "question_response_rate",
    "message_response_rate",
    "post_response_rate",
    "mention_response_rate",
    "complaint_response_rate",
    "never_answered",
)
_REPOSTED = "wordpress-2013"


@finding(
    "F17",
    "Old or unsourced counts",
    claim="The counts printed in 2013 were those of 2013.",
    figures="C060:C064 L044 L047",
    numbers="outside",
    outside="counts of the ITU for 2013 and of LinkedIn for January 2013 (L044, L047)",
)
def old_counts(t: Working) -> tuple[str, str]:
    printed = ids("C060:C064")
    users = t.show("internet users as printed, of those of 2013", t("C060") / t("L044"), places=2)
    members = t.show(
        "LinkedIn members as printed, of those of January 2013", t("C062") / t("L047"), places=2
    )
    content = t("C063") + t("C064")
    t.show("firms content with their social media work", content, places=2)
    t.show("remainder that is not described", 1 - content.as_known(2), places=2)
    unseen = [key for key in printed if t.figure(key).verified == "no"]
    t.note(
        "figures not seen elsewhere or contradicted",
        f"{len(unseen)} of {len(printed)}",
        printed,
        float(len(unseen)),
    )
    counts = (("internet users", users), ("LinkedIn members", members))
    old = [name for name, step in counts if (step.value or 0.0) < 0.9]
    if old:
        return "contradicted", (
            f"Out of date: {' and '.join(old)}. Keep as specimens, cite for nothing."
        )
    if unseen:
        return "unproven", "The counts are not out of date, and their source was not found."
    return "consistent", "The counts agree with those of 2013."


@finding(
    "F18",
    "Large and small firms",
    claim="Outside large firms, the effort to answer is much weaker.",
    figures="C032:C037",
)
def large_and_small(t: Working) -> tuple[str, str]:
    quoted = ids("C032:C037")
    dims = {key: t.figure(key).group_dim for key in quoted}
    by_size = [key for key, dim in dims.items() if dim == "firm_size"]
    t.note(
        "quoted rates that name a size of firm",
        f"{len(by_size)} of {len(quoted)}",
        quoted,
        float(len(by_size)),
    )
    t.note("what they are cut by", ", ".join(sorted(set(dims.values()))), quoted)
    world = t("C035") - t("C034")
    t.show("what they do show: Facebook minus Twitter, world", world, places=2)
    t.show("Facebook minus Twitter, Canada", t("C036") - t("C032"), places=2)
    t.show("Facebook minus Twitter, United States", t("C037") - t("C033"), places=2)
    if by_size:
        verdict = "undecided"
        conclusion = "Some of the rates name a size of firm: compare those alone."
    else:
        verdict = "unproven"
        conclusion = "No evidence on size: the rates are over all tracked brands."
    frame = t.ledger.hypotheses
    for needs in frame.loc[frame["hypothesis_id"] == "H06", "needs"]:
        conclusion += f" Test it with {' and '.join(split_words(needs))} (H06)."
    return verdict, conclusion


@finding(
    "F26",
    "Data that hold only answered threads",
    claim="A set of answered conversations can give a reply rate.",
    figures="P027f P027b",
    is_claim=False,
)
def only_answered(t: Working) -> tuple[str, str]:
    rates = t.ledger.select(
        measure=_NEEDS_SILENCE, status=("as_printed", "primary", "later", "inferred")
    )
    shares = rates[(rates["unit"] == "proportion") & rates["value"].notna()]
    answered = shares[shares["measure"] != "never_answered"].sort_values("value", kind="stable")
    if answered.empty:
        raise InputError(
            "the audit needs a published answer rate and the ledger has none; expected a value "
            f"for one of: {', '.join(_NEEDS_SILENCE[:-1])}. Add one to published_figures.csv."
        )
    highest = t(str(answered["figure_id"].iloc[-1]))
    t.compare(
        "reply rate where every conversation has a reply, against the highest published",
        constant(1),
        highest,
    )
    n = len(rates)
    t.note("figures of the ledger that need unanswered posts", str(n), highest.figures, float(n))
    always = "against always (H15)"
    t.compare(f"answers that go to private messages, {always}", t("P027f"), constant(1))
    t.compare(f"answers that go anywhere else, {always}", t("P027b"), constant(1))
    if highest.value >= 1:
        return "undecided", "A published rate reaches 1: such a set would not stand out from it."
    return "reading_rule", (
        "Every published rate is below what such a set shows by construction. It serves for "
        "delay given a reply, length, tone and private-message requests (H15), never for a "
        "reply rate."
    )


@finding("F28", "Reposted text", claim=f"The figures of {_REPOSTED} are its own.", is_claim=False)
def reposted(t: Working) -> tuple[str, str]:
    frame = t.ledger.figures
    articles = t.ledger.articles.set_index("article_id")["studies"]
    relied_on = split_words(articles.get(_REPOSTED))
    mine = frame[frame["article_id"] == _REPOSTED]
    leaked = mine.loc[~mine["study_id"].isin(relied_on), "figure_id"].tolist()

    def counts(cells: pd.Series) -> str:
        return ", ".join(f"{key} {n}" for key, n in sorted(Counter(cells).items()))

    t.note("figures by article", counts(frame["article_id"].dropna()))
    t.note(
        f"figures of {_REPOSTED} by study",
        counts(mine["study_id"]),
        tuple(mine["figure_id"]),
        float(len(mine)),
    )
    t.note(
        "of these, from a study that the article does not rely on",
        str(len(leaked)),
        tuple(leaked),
        float(len(leaked)),
    )
    if leaked:
        return "contradicted", (
            f"Check {', '.join(leaked)}: they may come from the reposted texts."
        )
    return "reading_rule", (
        "Unrelated posts follow its list of sources, with figures of their own: cut the text "
        "there before any extraction. No such figure is in the ledger."
    )
