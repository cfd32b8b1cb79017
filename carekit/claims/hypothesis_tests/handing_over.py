"""Where answers send the customer (H15, H30)."""

from __future__ import annotations

from carekit.claims.hypothesis_evidence import ALWAYS, MANY, MOST
from carekit.claims.hypothesis_tests.asked import question_of, share_asked
from carekit.claims.hypothesis_tests.printed import percent, share_row, value_of
from carekit.claims.hypothesis_tests.registry import Finding, Inquiry, Lacking, decided, decides

PATTERNS = "Told by patterns, whose errors are not in the interval."
OFTEN = f"often means more than {percent(MANY)}"
SURELY = f"always means more than {percent(ALWAYS)}, and less than {percent(MOST)} contradicts it"


@decides(
    "H15",
    evidence="figures",
    unit="share",
    test=f"Share of answers by care accounts that ask for a private message; {SURELY}.",
    needs="shares of answers by destination",
)
def asks_for_private_message_in_print(inquiry: Inquiry) -> Finding:
    row = share_row(inquiry, "P027f")
    return decided(
        row,
        claim="above",
        reference=MOST,
        extent=ALWAYS,
        why=f"Of answers by care accounts on X in June 2013 {percent(row['estimate'])} asked for a "
        f"private message and {percent(value_of(inquiry, 'P027b'))} sent the customer anywhere "
        f"else.{row['note']}",
    )


@decides(
    "H15",
    evidence="posts",
    unit="share",
    test=f"Share of first answers that ask for a private message or announce one; {SURELY}.",
    needs="texts of the brands' answers",
)
def asks_for_private_message(inquiry: Inquiry) -> Finding:
    from carekit.measures.first_answers import handoffs as measure_handoffs

    made = measure_handoffs(inquiry.dataset, cluster="brand", conf_level=inquiry.conf_level)
    row = made[made["handoff"] == "requested or announced"].iloc[0]
    if not row["n"]:
        raise Lacking("The dataset holds no text of an answer.")
    return decided(
        row,
        claim="above",
        reference=MOST,
        extent=ALWAYS,
        why=f"Of {int(row['n']):,} first answers with a text, clustered by brand. {PATTERNS} A later "
        "answer of the thread may ask for it too: only the first is read.",
    )


@decides(
    "H30",
    evidence="figures",
    unit="share",
    test=f"Share of US consumers with a service issue who needed two channels or more; {OFTEN}.",
    needs="shares of customers by number of channels needed",
)
def several_channels_in_print(inquiry: Inquiry) -> Finding:
    row = share_row(inquiry, "P053a")
    return decided(
        row,
        claim="above",
        reference=MANY,
        why=f"Of US consumers with a service issue in 2015 {percent(row['estimate'])}; and "
        f"{percent(value_of(inquiry, 'P049a'))} of those who used social media had it resolved "
        f"there.{row['note']}",
    )


@decides(
    "H30",
    evidence="figures",
    unit="share",
    test=f"Share of answers by care accounts that send the customer elsewhere; {OFTEN}.",
    needs="shares of answers by destination",
)
def redirected_in_print(inquiry: Inquiry) -> Finding:
    row = share_row(inquiry, "P027b")
    return decided(
        row,
        claim="above",
        reference=MANY,
        why=f"Of answers by care accounts on X in June 2013 {percent(row['estimate'])} sent the "
        f"customer elsewhere, a page for more information included.{row['note']}",
    )


@decides(
    "H30",
    evidence="posts",
    unit="share",
    test="Share of first answers that give a web, mail or phone address, or turn to a private "
    f"message; {OFTEN}.",
    needs="texts of the brands' answers",
)
def redirected(inquiry: Inquiry) -> Finding:
    from carekit.measures.first_answers import elsewhere as measure_elsewhere

    row = measure_elsewhere(inquiry.dataset, cluster="brand", conf_level=inquiry.conf_level).iloc[0]
    if not row["n"]:
        raise Lacking("The dataset holds no text of an answer.")
    return decided(
        row,
        claim="above",
        reference=MANY,
        why=f"Of {int(row['n']):,} first answers with a text, clustered by brand. {PATTERNS} Whether "
        "the problem was solved there is not in posts.",
    )


@decides(
    "H30",
    evidence="survey",
    unit="share",
    test=f"Share of respondents who needed two channels or more; {OFTEN}.",
    needs="a question on the number of channels needed for the last issue",
)
def several_channels(inquiry: Inquiry) -> Finding:
    question = question_of(inquiry, "P053a")
    several = [a for a in question.answers if a.rstrip("+").isdigit() and int(a.rstrip("+")) >= 2]
    if not several or "1" not in question.answers:
        raise Lacking(f"The answers to {question.name} do not count channels from 1 on.")
    row = share_asked(inquiry, question, several)
    return decided(
        row,
        claim="above",
        reference=MANY,
        why=f"Weighted, of {int(row['n']):,} respondents ({question.base}) "
        f"{percent(row['estimate'])}.",
    )
