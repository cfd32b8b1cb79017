"""Where answers send the customer (H15, H30)."""

from __future__ import annotations

from carekit.claims.hypotheses.asked import question_of, share_asked
from carekit.claims.hypotheses.evidence import ALWAYS, MANY, MOST
from carekit.claims.hypotheses.printed import assumption, percent, share_row, told
from carekit.claims.hypotheses.registry import Row, tests
from carekit.claims.inquiry import Inquiry
from carekit.errors import CannotAnswer
from carekit.measures.first_answers import elsewhere, handoffs

PATTERNS = "Told by patterns, whose errors are not in the interval."
NO_TEXT = "The dataset holds no text of an answer."


@tests(
    "H15",
    on="figures",
    measured="Share of answers by care accounts that ask for a private message, the least share of "
    "conversations that move",
    unit="share",
    means="always",
    claim="above",
    reference=MOST,
    extent=ALWAYS,
    at_least=True,
    needs="shares of conversations, all their answers read",
)
def asks_for_private_message_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    return share_row(inquiry, "P027f"), (
        f"Of answers by care accounts on X in June 2013 {told(inquiry, 'P027f')} asked for a "
        f"private message and {told(inquiry, 'P027b')} sent the customer anywhere else."
        f"{assumption(inquiry, 'P027f')}"
    )


@tests(
    "H15",
    on="posts",
    measured="Share of first answers that ask for a private message or announce one, the least "
    "share of conversations that move",
    unit="share",
    means="always",
    claim="above",
    reference=MOST,
    extent=ALWAYS,
    at_least=True,
    needs="texts of all answers of a conversation, and whether it went on in private",
)
def asks_for_private_message(inquiry: Inquiry) -> tuple[Row, str]:
    made = handoffs(inquiry.dataset, cluster="brand", conf_level=inquiry.conf_level)
    row = made[made["handoff"] == "requested or announced"].iloc[0]
    if not row["n"]:
        raise CannotAnswer(NO_TEXT)
    return dict(row), (
        f"Of {int(row['n']):,} first answers with a text, clustered by brand. {PATTERNS} A later "
        "answer of the thread may ask for it too: only the first is read."
    )


@tests(
    "H30",
    on="figures",
    measured="Share of US consumers with a service issue who needed two channels or more",
    unit="share",
    means="often",
    claim="above",
    reference=MANY,
    needs="shares of customers by number of channels needed",
)
def several_channels_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    return share_row(inquiry, "P053a"), (
        f"Of US consumers with a service issue in 2015 {told(inquiry, 'P053a')}; and "
        f"{told(inquiry, 'P049a')} of those who used social media had it resolved there."
        f"{assumption(inquiry, 'P053a')}"
    )


@tests(
    "H30",
    on="figures",
    measured="Share of answers by care accounts that send the customer elsewhere",
    unit="share",
    means="often",
    claim="above",
    reference=MANY,
    needs="shares of answers by destination",
)
def redirected_in_print(inquiry: Inquiry) -> tuple[Row, str]:
    return share_row(inquiry, "P027b"), (
        f"Of answers by care accounts on X in June 2013 {told(inquiry, 'P027b')} sent the "
        f"customer elsewhere, a page for more information included.{assumption(inquiry, 'P027b')}"
    )


@tests(
    "H30",
    on="posts",
    measured="Share of first answers that give a web, mail or phone address, or turn to a private "
    "message",
    unit="share",
    means="often",
    claim="above",
    reference=MANY,
    needs="texts of the brands' answers",
)
def redirected(inquiry: Inquiry) -> tuple[Row, str]:
    row = elsewhere(inquiry.dataset, cluster="brand", conf_level=inquiry.conf_level).iloc[0]
    if not row["n"]:
        raise CannotAnswer(NO_TEXT)
    return dict(row), (
        f"Of {int(row['n']):,} first answers with a text, clustered by brand. {PATTERNS} Whether "
        "the problem was solved there is not in posts."
    )


@tests(
    "H30",
    on="survey",
    measured="Share of respondents who needed two channels or more",
    unit="share",
    means="often",
    claim="above",
    reference=MANY,
    needs="a question on the number of channels needed for the last issue",
)
def several_channels(inquiry: Inquiry) -> tuple[Row, str]:
    question = question_of(inquiry, "P053a")
    several = [a for a in question.answers if a.rstrip("+").isdigit() and int(a.rstrip("+")) >= 2]
    if not several or "1" not in question.answers:
        raise CannotAnswer(f"The answers to {question.name} do not count channels from 1 on.")
    row = share_asked(inquiry, question, several)
    people = f"{int(row['n']):,} respondents ({question.base})"
    return row, f"Weighted, of {people} {percent(row['estimate'])}."
