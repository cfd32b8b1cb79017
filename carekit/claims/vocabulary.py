"""The words that a ledger row may use: measures, units, statuses and the rest of the codebook."""

from __future__ import annotations

from typing import Final

from carekit.dataset.schema import NETWORKS as SITES

# measure → (section of the codebook, what is measured)
MEASURES: Final[dict[str, tuple[str, str]]] = {
    name: (section, meaning)
    for section, entries in {
        "use and preference": {
            "used_social_care": "has used social media for customer service",
            "care_frequency": "how often social-care users use it",
            "uses_platform_for_care": "place used for social care: share, or rank",
            "channels_per_person": "mean number of channels or places per person of the base",
            "used_channel": "contacted a service through the channel",
            "contacted_any_service": "contacted a service through any channel",
            "contacted_brand_on_social": "dealt with a brand on social media, for any reason",
            "brand_activity_monthly": "does something about brands on social media monthly or more",
            "prefers_social_over_phone": "choice between two, social media chosen",
            "prefers_phone_over_social": "choice between two, phone chosen",
            "age_gap": "difference of that preference between an age and everyone",
            "preferred_channel": "channel preferred in a list, open or with several answers",
            "complained_on_social": "has complained on social media",
            "complaint_channel": "channel used to complain",
            "complaint_motive": "reason given for complaining",
        },
        "expectation and experience": {
            "expects_any_answer": "expects an answer",
            "expects_answer_within": "expects an answer within a delay",
            "wanted_response_time": "delay wanted, in minutes",
            "waits_longer_than": "usually waits longer than a delay",
            "never_answered": "never got an answer",
            "contacts_needed": "number of contacts needed",
            "channels_needed": "number of channels needed",
            "experience_below_expectations": "experience below expectations",
            "experience_met_expectations": "experience that met expectations",
            "experience_above_expectations": "experience above expectations",
            "care_outcome": "how the last contact went",
            "issue_resolved": "problem resolved or followed up",
            "satisfied_with_channel": "users of a channel satisfied with it",
            "would_recommend": "would recommend the brand after an outcome",
            "reaction_to_silence": "reaction when no timely answer comes",
            "people_told": "mean number of people told",
        },
        "what firms do": {
            "has_care_account": "brand has an account for care only",
            "care_account_growth": "relative change of the number of brands with a care account",
            "care_team_created": "a team was created (event)",
            "mentions_volume": "mentions of care accounts and related counts",
            "mentions_growth": "relative change of the mentions of care accounts",
            "average_response_under_8h": "the brand's mean response time is below eight hours",
            "first_response_time": "minutes to the first answer, mean or median",
            "response_time_growth": "relative change of the response time",
            "question_response_rate": "detected questions that were answered, or rank of a country",
            "message_response_rate": "answered share of messages judged to need an answer",
            "post_response_rate": "answered share of all posts",
            "mention_response_rate": "answered share of mentions of care accounts",
            "complaint_response_rate": "answered share of complaints",
            "correct_answer_rate": "test questions answered correctly",
            "response_rate_growth": "relative change of a response rate",
            "response_rate_threshold": "bar set by a label",
            "question_volume": "questions asked or answered",
            "question_volume_growth": "relative change of the questions asked or answered",
            "sector_share": "share of a sector in brands, questions or answers",
            "redirects_reply": "answers that send the customer elsewhere",
            "share_of_contacts": "share of a channel in the contacts of contact centres",
            "mystery_score": "mean score of mystery tests",
            "mystery_score_growth": "change of the mystery score",
            "mystery_rules": "rules of the mystery tests",
            "firm_satisfaction_with_social": "firms content with their social media work",
            "enterprises_using_social": "enterprises that use social media",
        },
        "context and method": {
            "uses_social_networks": "share of users of social networks in a population",
            "uses_internet": "share of internet users in a population",
            "population_size": "people, members or firms",
            "study_sample_size": "size of a study, or of a group in it",
            "study_period_days": "length of a study, in days",
        },
    }.items()
    for name, meaning in entries.items()
}

UNITS: Final = ("proportion", "proportion_change", "score_20", "minutes", "count", "rank")

STATUSES: Final[dict[str, str]] = {
    "as_printed": "printed in an article",
    "primary": "reported for the study behind an article",
    "later": "other study, used for comparison",
    "inferred": "deduced without a published number",
    "derived": "arithmetic on other rows",
}

VERIFIED: Final = ("yes", "partly", "no")

DENOMINATOR_TYPES: Final = (
    "single",
    "exclusive",
    "multi_response",
    "cumulative",
    "question_pool",
    "independent_groups",
)

GROUP_DIMS: Final = (
    "total",
    "accounts",
    "activity",
    "age",
    "age_x_channel",
    "age_x_gender",
    "channel",
    "channels",
    "company",
    "contacts",
    "country",
    "delay",
    "destination",
    "frequency",
    "generation",
    "generation_x_channel",
    "message_type_x_delay",
    "motive",
    "outcome",
    "platform",
    "population",
    "purpose",
    "reaction",
    "reading",
    "rule",
    "satisfaction",
    "sector",
    "sector_x_share",
    "statistic",
    "volume",
    "weighting",
)

# "multiple" is for figures over several networks.
NETWORKS: Final = (*SITES, "multiple")

NEEDS: Final = ("posts", "survey", "figures", "calls")

VIEWS: Final = ("supported", "contradicted", "mixed", "open")
