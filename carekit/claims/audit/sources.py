"""Figures that are old, unsourced or cannot bear the claim, and texts that hold other texts."""

from __future__ import annotations

from collections import Counter

from carekit.claims.audit.arithmetic import Terms, constant
from carekit.claims.audit.finding import (
    Finding,
    build_finding,
    comparison,
    register_finding,
    remark,
    result,
    span,
)
from carekit.claims.ledger import Ledger
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
_SIZE_WORDS = ("large", "small", "size", "staff", "employees")


@register_finding
def f17(ledger: Ledger) -> Finding:
    """Were the counts up to date, and do the classes add up?"""
    t = Terms(ledger)
    people, members = t("C060") / t("L044"), t("C062") / t("L047")
    content = t("C063") + t("C064")
    printed = span("C", 60, 64)
    unseen = [key for key in printed if t.figure(key).verified == "no"]
    steps = [
        result("internet users as printed, of those of 2013", people, places=2),
        result("LinkedIn members as printed, of those of January 2013", members, places=2),
        result("firms content with their social media work", content, places=2),
        result("remainder that is not described", 1 - content.as_known(2), places=2),
        remark(
            "figures not seen elsewhere or contradicted",
            f"{len(unseen)} of {len(printed)}",
            printed,
            float(len(unseen)),
        ),
    ]
    old = [
        name
        for name, ratio in (("internet users", people), ("LinkedIn members", members))
        if ratio.value < 0.9
    ]
    if old:
        verdict = "contradicted"
        conclusion = f"Out of date: {' and '.join(old)}. Keep as specimens, cite for nothing."
    elif unseen:
        verdict = "unproven"
        conclusion = "The counts are not out of date, and their source was not found."
    else:
        verdict = "consistent"
        conclusion = "The counts agree with those of 2013."
    return build_finding(
        "F17",
        title="Old or unsourced counts",
        claim="The counts printed in 2013 were those of 2013.",
        figures=(*printed, "L044", "L047"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f18(ledger: Ledger) -> Finding:
    """Do the quoted rates tell large firms from small ones?"""
    t = Terms(ledger)
    quoted = span("C", 32, 37)
    by_size = [
        key
        for key in quoted
        if any(word in f"{t.figure(key).group} {t.figure(key).base}" for word in _SIZE_WORDS)
    ]
    frame = ledger.hypotheses
    needs = frame.loc[frame["hypothesis_id"] == "H06", "needs"].tolist()
    steps = [
        remark(
            "quoted rates that name a size of firm",
            f"{len(by_size)} of {len(quoted)}",
            quoted,
            float(len(by_size)),
        ),
        remark(
            "what they are cut by",
            ", ".join(sorted({t.figure(key).group_dim for key in quoted})),
            quoted,
        ),
        result("what they do show: Facebook minus Twitter, world", t("C035") - t("C034"), places=2),
        result("Facebook minus Twitter, Canada", t("C036") - t("C032"), places=2),
        result("Facebook minus Twitter, United States", t("C037") - t("C033"), places=2),
    ]
    if not by_size:
        verdict = "unproven"
        conclusion = "No evidence on size: the rates are over all tracked brands."
    else:
        verdict = "undecided"
        conclusion = "Some of the rates name a size of firm: compare those alone."
    if needs:
        conclusion += f" Test it with {' and '.join(needs[0].split(';'))} (H06)."
    return build_finding(
        "F18",
        title="Large and small firms",
        claim="Outside large firms, the effort to answer is much weaker.",
        figures=quoted,
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f26(ledger: Ledger) -> Finding:
    """What would a set of answered conversations say of reply rates?"""
    t = Terms(ledger)
    rates = ledger.select(
        measure=_NEEDS_SILENCE, status=("as_printed", "primary", "later", "inferred")
    )
    shares = rates[(rates["unit"] == "proportion") & rates["value"].notna()]
    answered = shares[shares["measure"] != "never_answered"].sort_values("value", kind="stable")
    if answered.empty:
        raise InputError(
            "the audit needs a published answer rate and the ledger has none; expected a value "
            f"for one of: {', '.join(_NEEDS_SILENCE[:-1])}. Add one to published_figures.csv."
        )
    highest_id = str(answered["figure_id"].iloc[-1])
    highest = t(highest_id)
    steps = [
        comparison(
            "reply rate where every conversation has a reply, against the highest published",
            constant(1),
            highest,
        ),
        remark(
            "figures of the ledger that need unanswered posts",
            str(len(rates)),
            (highest_id,),
            float(len(rates)),
        ),
        comparison(
            "answers that go to private messages, against always (H15)", t("P027f"), constant(1)
        ),
        comparison("answers that go anywhere else, against always (H15)", t("P027b"), constant(1)),
    ]
    if highest.value < 1:
        verdict = "reading_rule"
        conclusion = (
            "Every published rate is below what such a set shows by construction. It serves for "
            "delay given a reply, length, tone and private-message requests (H15), never for a "
            "reply rate."
        )
    else:
        verdict = "undecided"
        conclusion = "A published rate reaches 1: such a set would not stand out from it."
    return build_finding(
        "F26",
        title="Data that hold only answered threads",
        claim="A set of answered conversations can give a reply rate.",
        figures=("P027f", "P027b"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


@register_finding
def f28(ledger: Ledger) -> Finding:
    """Did figures of reposted texts get into the ledger?"""
    article_id = "wordpress-2013"
    frame = ledger.figures
    per_article = Counter(frame["article_id"].dropna())
    articles = ledger.articles.set_index("article_id")
    relies_on = str(articles["note"].get(article_id, "")).lower()
    mine = frame[frame["article_id"] == article_id]
    studies = Counter(mine["study_id"])

    def named(study_id: str) -> bool:
        publisher = ledger.study(study_id).publisher or study_id
        return publisher.split(" and ")[0].lower() in relies_on

    strangers = [study for study in studies if not named(study)]
    leaked = mine.loc[mine["study_id"].isin(strangers), "figure_id"].tolist()
    steps = [
        remark(
            "figures by article",
            ", ".join(f"{key} {count}" for key, count in sorted(per_article.items())),
        ),
        remark(
            f"figures of {article_id} by study",
            ", ".join(f"{key} {count}" for key, count in sorted(studies.items())),
            tuple(mine["figure_id"]),
            float(len(mine)),
        ),
        remark(
            "of these, from a study that the article does not rely on",
            str(len(leaked)),
            tuple(leaked),
            float(len(leaked)),
        ),
    ]
    if leaked:
        verdict = "contradicted"
        conclusion = f"Check {', '.join(leaked)}: they may come from the reposted texts."
    else:
        verdict = "reading_rule"
        conclusion = (
            "Unrelated posts follow its list of sources, with figures of their own: cut the text "
            "there before any extraction. No such figure is in the ledger."
        )
    return build_finding(
        "F28",
        title="Reposted text",
        claim=f"The figures of {article_id} are its own.",
        figures=tuple(mine["figure_id"]),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )
