"""What is planted in the two surveys: designs, questions and shares, with their sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
AGE_LIMITS = {
    "18-24": (18, 24),
    "25-34": (25, 34),
    "35-44": (35, 44),
    "45-54": (45, 54),
    "55-64": (55, 64),
    "65+": (65, 88),
}
GENDERS = ("woman", "man")


@dataclass(frozen=True)
class Design:
    """Population margins of a survey, and who is easier to reach."""

    n: int
    units: int  # sampling units in each stratum
    age: dict[str, float]
    women: float
    regions: dict[str, float]
    reach_age: dict[str, float]
    reach_gender: dict[str, float]

    def margins(self) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
        """Population shares of ages, genders and regions; each adds up to 1."""
        total = sum(self.age.values())
        ages = {a: s / total for a, s in self.age.items()}
        return ages, {"woman": self.women, "man": 1 - self.women}, self.regions


DESIGNS = {
    "US": Design(
        n=2000,
        units=25,
        # adults by age (L045) times use of social networks (L038), as in D016
        age=dict(zip(AGES, (0.169, 0.218, 0.210, 0.193, 0.126, 0.085), strict=True)),
        women=0.52,
        regions={"northeast": 0.18, "midwest": 0.22, "south": 0.37, "west": 0.23},
        reach_age=dict(zip(AGES, (0.50, 0.70, 1.0, 1.2, 1.6, 1.8), strict=True)),
        reach_gender={"woman": 1.25, "man": 1.0},
    ),
    "FR": Design(
        n=1000,
        units=12,
        age=dict(zip(AGES, (0.11, 0.155, 0.17, 0.175, 0.16, 0.23), strict=True)),
        women=0.525,
        regions={
            "ile_de_france": 0.19,
            "nord_ouest": 0.23,
            "nord_est": 0.22,
            "sud_ouest": 0.12,
            "sud_est": 0.24,
        },
        reach_age=dict(zip(AGES, (0.60, 0.80, 1.0, 1.2, 1.4, 0.8), strict=True)),
        reach_gender={"woman": 1.2, "man": 1.0},
    ),
}
CONTACTED = 0.79  # P098; whoever contacted no service used no channel
WITHIN_60_BOTH = 0.46  # of those who expect an answer: within the hour, complaint or not (ours)

USED_WOMEN = (0.60, 0.53, 0.50, 0.43, 0.36, 0.29)  # P003, ours, ours, ours, ours, P007a
USED_MEN = (0.57, 0.51, 0.48, 0.43, 0.38, 0.33)  # P004, ours, ours, ours, ours, P006
USED = {
    **{(a, "woman"): s for a, s in zip(AGES, USED_WOMEN, strict=True)},
    **{(a, "man"): s for a, s in zip(AGES, USED_MEN, strict=True)},
}
USERS = {"used_social_care": ["yes"]}
ON_X = {"deals_with_firms_on_x": ["yes"]}
EXPECTING = {**ON_X, "expects_answer": ["yes"]}


def _ask(
    country: str, kind: str, wording: str, base: str, plant: dict[str, Any], source: list[str],
    asked_if: dict[str, Any] | None = None, ordered: bool = False,
) -> dict[str, Any]:  # fmt: skip
    return {
        "wording": wording,
        "base": base,
        "kind": kind,
        "country": country,
        "asked_if": asked_if or {},
        "ordered": ordered,
        "source": source,
        "plant": plant,
    }


EVERYBODY = "all respondents: US social media users aged 18 and over"
CARE_USERS = "respondents who have used social media for customer service"
ADULTS = "all respondents: people aged 18 and over living in France"

QUESTIONS: dict[str, dict[str, Any]] = {
    "gender": {
        "wording": "Gender of the respondent",
        "base": "all respondents of both surveys",
        "kind": "single",
        "country": "US;FR",
        "asked_if": {},
        "ordered": False,
        "source": ["design"],
        "plant": {"woman": 0.52, "man": 0.48},
    },
    "used_social_care": _ask(
        "US", "single", "Have you ever used social media to get help from a company?",
        EVERYBODY, {"yes": USED}, ["C001", "P002", "P003", "P004", "P005", "P006", "P007a"],
    ),
    "care_frequency": _ask(
        "US", "single", "How often do you do so?", CARE_USERS,
        {"daily": 0.09, "weekly": 0.21, "several_times_a_month": 0.21,
         "once_a_month_or_less": 0.49},
        ["C002", "C003", "D012", "D013"], USERS, ordered=True,
    ),
    "uses_platform_for_care": _ask(
        "US", "multiple", "Where did you write to a company, or about it, to get help?",
        CARE_USERS + " (the published list does not name its base; this sample takes this one)",
        {"facebook_company_page": 0.29, "facebook_personal_page": 0.28, "company_blog": 0.15,
         "x_without_handle": 0.14, "x_with_handle": 0.13, "youtube_company_channel": 0.12,
         "youtube_personal_channel": 0.12, "other_blog": 0.11},
        ["P134", "P135", "P008", "C012b", "P009", "C014b", "C015b", "C080"], USERS,
    ),
    "prefers_social_over_phone": _ask(
        "US", "single", "To get help from a company, would you rather use social media than call?",
        EVERYBODY,
        {"yes": dict(zip(AGES, (0.37, 0.35, 0.31, 0.26, 0.24, 0.17), strict=True))},
        ["C075", "C076", "C077", "P138", "C079", "C074", "P133"],
    ),
    "brand_activity_monthly": _ask(
        "US", "multiple", "Which of these do you do on social media at least once a month?",
        EVERYBODY, {"learn_about_brands": 0.65, "complain": 0.50, "compliment": 0.53},
        ["C067", "C068", "C069"],
    ),
    "care_outcome": _ask(
        "US", "single", "The last time, how did it go?", CARE_USERS,
        {"quick_and_effective": 0.36, "quick_but_ineffective": 0.14, "slow_but_effective": 0.20,
         "slow_and_ineffective": 0.15, "no_response": 0.15},
        ["P011", "P012", "ours"], USERS,
    ),
    "would_recommend": _ask(
        "US", "single", "After that, would you recommend the company?", CARE_USERS,
        {"yes": {"care_outcome": {
            "quick_and_effective": 0.71, "quick_but_ineffective": 0.33,
            "slow_but_effective": 0.45, "slow_and_ineffective": 0.22, "no_response": 0.19}}},
        ["P013", "P014", "ours"],
        {"care_outcome": ["quick_and_effective", "quick_but_ineffective", "slow_but_effective",
                          "slow_and_ineffective", "no_response"]},
    ),
    "never_answered": _ask(
        "US", "single", "Has it happened that a company never answered you there?", CARE_USERS,
        {"yes": 0.33}, ["C031"], USERS,
    ),
    "contacts_needed": _ask(
        "US", "single", "How often did you have to write until it was dealt with?", CARE_USERS,
        {"1": 0.37, "2": 0.33, "3": 0.20, "4+": 0.10}, ["P052", "P047", "ours"], USERS,
        ordered=True,
    ),
    "channels_needed": _ask(
        "US", "single", "How many different channels did you need for your last service issue?",
        CARE_USERS, {"1": 0.39, "2": 0.41, "3+": 0.20}, ["P053a", "P053b"], USERS, ordered=True,
    ),
    "issue_resolved": _ask(
        "US", "single", "Was your issue resolved on social media?", CARE_USERS,
        {"resolved": 0.13, "followed_up": 0.09, "elsewhere_or_never": 0.78},
        ["P049a", "P049b"], USERS,
    ),
    "experience_social_media": _ask(
        "US", "single", "Customer service on social media was …", CARE_USERS,
        {"below_expectations": 0.33, "met_expectations": 0.53, "above_expectations": 0.14},
        ["P044a", "P044b", "P044c"], USERS, ordered=True,
    ),
    "used_phone_care": _ask(
        "US", "single", "Have you called a customer service in the last 12 months?", EVERYBODY,
        {"yes": 0.80}, ["ours"],
    ),
    "experience_phone": _ask(
        "US", "single", "Customer service by phone was …",
        "respondents who called a customer service in the last 12 months",
        {"below_expectations": 0.10, "met_expectations": 0.66, "above_expectations": 0.24},
        ["P045a", "P045b", "P045c"], {"used_phone_care": ["yes"]}, ordered=True,
    ),
    "preferred_channel": _ask(
        "US", "single", "Which channel do you like best to reach a customer service?", EVERYBODY,
        {"phone": 0.50, "email": 0.27, "online_chat": 0.14, "social_media": 0.02, "other": 0.07},
        ["P040", "P041", "P042", "P043"],
    ),
    "deals_with_firms_on_x": _ask(
        "US", "single", "Do you deal with companies on X, then called Twitter?", EVERYBODY,
        {"yes": 0.25}, ["ours"],
    ),
    "expects_answer": _ask(
        "US", "single", "Do you expect a company to answer what you write to it there?",
        "respondents who deal with firms on X", {"yes": 0.70}, ["P030"], ON_X,
    ),
    "expects_within_60_minutes": _ask(
        "US", "single", "Do you expect the answer within an hour?",
        "respondents who deal with firms on X and expect an answer", {"yes": 0.53},
        ["C025", "P029a"], EXPECTING,
    ),
    "expects_within_60_minutes_complaint": _ask(
        "US", "single", "And if it is a complaint: within an hour?",
        "respondents who deal with firms on X and expect an answer (the same people)",
        {"yes": 0.72}, ["C026"], EXPECTING,
    ),
    "contacted_any_service": _ask(
        "FR", "single", "Avez-vous contacté un service client ces 12 derniers mois\u202f?", ADULTS,
        {"yes": CONTACTED}, ["P098"],
    ),
    "used_channel": _ask(
        "FR", "multiple", "Par quels moyens\u202f?", ADULTS,
        {"phone": 0.59, "email": 0.53, "website": 0.50, "face_to_face": 0.19, "chat": 0.17,
         "mobile_app": 0.08,
         "social_media": dict(zip(AGES, (0.15, 0.12, 0.08, 0.055, 0.04, 0.02), strict=True))},
        ["C047", "C048", "C049", "P102", "P103", "P104", "C046"],
    ),
    "satisfied_social_media": _ask(
        "FR", "single", "Êtes-vous satisfait du service sur les réseaux sociaux\u202f?",
        "people aged 18 and over living in France who used that channel", {"yes": 0.87},
        ["C045", "D032"], {"used_channel__social_media": [True]},
    ),
    "satisfied_phone": _ask(
        "FR", "single", "Êtes-vous satisfait du service par téléphone\u202f?",
        "people aged 18 and over living in France who used that channel", {"yes": 0.67},
        ["P129"], {"used_channel__phone": [True]},
    ),
    "satisfied_mobile_app": _ask(
        "FR", "single", "Êtes-vous satisfait du service dans l’application mobile\u202f?",
        "people aged 18 and over living in France who used that channel", {"yes": 0.83},
        ["P127"], {"used_channel__mobile_app": [True]},
    ),
}  # fmt: skip
