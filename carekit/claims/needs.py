"""What data each measure needs: the sentence that an untestable figure comes with."""

from __future__ import annotations

from typing import Final

from carekit.claims.figure import Figure
from carekit.claims.vocabulary import MEASURES

_ASKED = ", asked of: {base}"

# measure → kind of data, what it must hold. `{base}`, `{group}` and `{place}` come from the figure.
_NEEDS: Final[dict[str, tuple[str, str]]] = {
    **{
        measure: ("survey", question + _ASKED)
        for measure, question in {
            "used_social_care": "a question on having used social media for customer service",
            "care_frequency": "a question on how often social care is used, with the class {group}",
            "uses_platform_for_care": "a question with several answers on the places used for "
            "social care, {group} among them",
            "channels_per_person": "a question with several answers on the channels used",
            "used_channel": "a question with several answers on the channels used to contact a "
            "service, {group} among them",
            "contacted_any_service": "a question on having contacted a customer service",
            "contacted_brand_on_social": "a question on having dealt with a brand on social media",
            "brand_activity_monthly": "a question on what people do about brands on social media "
            "and how often, {group} among the acts",
            "prefers_social_over_phone": "a choice between social media and the phone",
            "prefers_phone_over_social": "a choice between social media and the phone",
            "age_gap": "a choice between social media and the phone, with the age of each person",
            "preferred_channel": "a question on the preferred channel in the wording of the "
            "source, {group} among the answers",
            "complained_on_social": "a question on having complained on social media",
            "complaint_channel": "a question on the channel used to complain",
            "complaint_motive": "a question on why people complained",
            "expects_any_answer": "a question on expecting an answer",
            "expects_answer_within": "a question on the delay within which an answer is expected "
            "({group})",
            "wanted_response_time": "a question on the delay wanted",
            "waits_longer_than": "a question on the usual wait",
            "never_answered": "a question on never having got an answer",
            "contacts_needed": "a question on the number of contacts needed",
            "channels_needed": "a question on the number of channels needed",
            "experience_below_expectations": "a question on experience against expectations",
            "experience_met_expectations": "a question on experience against expectations",
            "experience_above_expectations": "a question on experience against expectations",
            "care_outcome": "a question on how the last contact went",
            "issue_resolved": "a question on whether the problem was solved",
            "satisfied_with_channel": "a question on satisfaction with the channel {group}",
            "would_recommend": "questions on the outcome and on recommending the brand",
            "reaction_to_silence": "a question on reactions when no timely answer comes",
            "people_told": "a question on the number of people told",
            "firm_satisfaction_with_social": "a question to firms on their social media work",
            "uses_social_networks": "a question on using social networks",
            "uses_internet": "a question on using the internet",
            "enterprises_using_social": "a question to enterprises on using social media",
        }.items()
    },
    **{
        measure: ("posts", content + "{place}")
        for measure, content in {
            "mentions_volume": "posts that mention care accounts, and the posts of these accounts",
            "mentions_growth": "posts that mention care accounts over two comparable windows",
            "average_response_under_8h": "posts to and by care accounts, several brands, with "
            "their times",
            "first_response_time": "requests and the brands' answers with their times",
            "response_time_growth": "requests and answers with their times, two windows",
            "question_response_rate": "questions to brands, answered or not, with the answers",
            "message_response_rate": "messages to brands judged to need an answer, answered or not",
            "post_response_rate": "all posts on brand pages, answered or not, with the answers",
            "mention_response_rate": "mentions of care accounts, answered or not, with the answers",
            "complaint_response_rate": "complaints to brands, answered or not, with the answers",
            "response_rate_growth": "requests, answered or not, over two comparable windows",
            "question_volume": "questions to the brands tracked, and their answers",
            "question_volume_growth": "questions to the same brands over two comparable windows",
            "sector_share": "questions to brands with their sector, and the answers",
            "redirects_reply": "answers of care accounts with their texts",
        }.items()
    },
    **{
        measure: ("accounts", content)
        for measure, content in {
            "has_care_account": "the accounts of the ranked brands with their `account_kind`",
            "care_account_growth": "the accounts of the ranked brands with `account_kind` and "
            "`opened_at`",
        }.items()
    },
    "share_of_contacts": ("calls", "contact logs by channel: {base}"),
    "correct_answer_rate": ("tests", "test questions sent to firms and the answers, marked"),
    "mystery_score": ("tests", "mystery tests by firm and channel, scored"),
    "mystery_score_growth": ("tests", "mystery tests of two years, scored by the same rules"),
    "mystery_rules": ("document", "the rules of the award; a rule is no measure"),
    "care_team_created": ("document", "a statement of the firm; an event is no measure"),
    "response_rate_threshold": ("document", "the rules of the label; a bar is no measure"),
    "population_size": ("official count", "a count of {group} by its publisher"),
    "study_sample_size": ("document", "the method note of the study"),
    "study_period_days": ("document", "the method note of the study"),
}


def needs_of(figure: Figure) -> str:
    """The data that a test of this figure needs, in a sentence.

    Examples
    --------
    >>> from carekit import load_ledger
    >>> print(needs_of(load_ledger().figure("C035")))
    posts: questions to brands, answered or not, with the answers, on facebook.
    >>> print(needs_of(load_ledger().figure("P109")))  # doctest: +ELLIPSIS
    survey: a question on having contacted a customer service, asked of: all French people aged...
    """
    kind, text = _NEEDS[figure.measure]
    group = figure.group.replace("_", " ")
    filled = text.format(
        base=figure.base.removeprefix("printed as: "), group=group, place=_place(figure)
    )
    return f"{kind}: {filled}."


def _place(figure: Figure) -> str:
    network = {None: "", "multiple": " on several networks"}.get(
        figure.network, f" on {figure.network}"
    )
    country = "" if figure.country in {None, "world"} else f" in {figure.country}"
    place = (network + country).strip()
    return f", {place}" if place else ""


def measures_without_needs() -> list[str]:
    """Measures of the vocabulary that no sentence covers: none, as a test makes sure."""
    return sorted(set(MEASURES) ^ set(_NEEDS))
