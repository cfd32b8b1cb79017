"""What the sample is generated from: every number that is planted, and what follows from it.

Shares and rates come from the published figures where there are any (the figure ids stand beside
them); all others are ours. Nothing here draws a random number.
"""

from __future__ import annotations

START = "2014-01-01T00:00:00Z"
END = "2015-04-01T12:00:00Z"  # the collection stops; what is unanswered then is censored
SECOND_LOOK = "2015-04-03T12:00:00Z"

# A key that is public on purpose: the bytes of the sample must not depend on the user's own key.
PUBLIC_KEY = b"carekit sample, public key, protects nobody"

NETWORK_SHARE = {
    "x": 0.40,
    "facebook": 0.34,
    "google_play": 0.07,
    "instagram": 0.05,
    "youtube": 0.05,
    "forum": 0.05,
    "blog": 0.04,
}
COUNTRY_SHARE = {
    "US": 0.22,
    "FR": 0.22,
    "GB": 0.16,
    "CA": 0.14,
    "AU": 0.09,
    "BE": 0.07,
    "CH": 0.05,
    "IE": 0.05,
}

# Answered share of questions put to an account, before calibration to the world figure.
PUBLISHED_RATE = {
    ("x", "US"): (0.18, "C033"),
    ("x", "CA"): (0.26, "C032"),
    ("facebook", "US"): (0.59, "C037"),
    ("facebook", "CA"): (0.69, "C036"),
}
WORLD_RATE = {"x": (0.30, "C034"), "facebook": (0.74, "C035")}
OUR_RATE = {  # relative levels of the other countries; the world figure fixes their height
    "x": {"FR": 0.35, "GB": 0.38, "AU": 0.34, "BE": 0.30, "CH": 0.28, "IE": 0.37},
    "facebook": {"FR": 0.81, "GB": 0.82, "AU": 0.79, "BE": 0.77, "CH": 0.78, "IE": 0.80},
}
OTHER_NETWORK_RATE = {
    "google_play": 0.38,
    "instagram": 0.42,
    "youtube": 0.24,
    "forum": 0.55,
    "blog": 0.48,
}
TELECOM_QUESTION_SHARE = 0.30  # P070c
TELECOM_ANSWER_SHARE = 0.37  # P070d, Facebook only
BRAND_CORRELATION = 0.03  # intra-brand correlation of answers, beta-binomial

# Answer probability relative to that of a question put to the same account.
ANSWER_FACTOR = {"question": 1.0, "negative": 0.85, "other": 0.55, "troll": 0.15}
UNADDRESSED_RATE = 0.03  # posts that name no account of the brand
DIRECT_SHARE = 0.96  # of answered openings: the first answer replies to the opening itself

CATEGORIES = (
    "billing delivery outage account product_info cancellation staff praise suggestion troll"
).split()
CATEGORY_SHARE = {
    "x": (0.13, 0.14, 0.19, 0.10, 0.12, 0.07, 0.08, 0.09, 0.06, 0.02),
    "facebook": (0.13, 0.15, 0.10, 0.10, 0.20, 0.07, 0.07, 0.11, 0.06, 0.01),
    "instagram": (0.05, 0.14, 0.05, 0.05, 0.38, 0.03, 0.04, 0.20, 0.05, 0.01),
    "youtube": (0.06, 0.06, 0.14, 0.06, 0.30, 0.04, 0.06, 0.15, 0.10, 0.03),
    "google_play": (0.08, 0.04, 0.38, 0.20, 0.04, 0.03, 0.02, 0.14, 0.07, 0.00),
    "blog": (0.10, 0.08, 0.06, 0.06, 0.30, 0.06, 0.06, 0.12, 0.15, 0.01),
    "forum": (0.18, 0.10, 0.22, 0.15, 0.18, 0.10, 0.03, 0.01, 0.03, 0.00),
}
TONES = ("negative", "neutral", "positive")
TONE_SHARE = {
    "billing": (0.72, 0.28, 0.0),
    "delivery": (0.70, 0.30, 0.0),
    "outage": (0.75, 0.25, 0.0),
    "account": (0.55, 0.45, 0.0),
    "product_info": (0.05, 0.85, 0.10),
    "cancellation": (0.70, 0.30, 0.0),
    "staff": (0.90, 0.10, 0.0),
    "praise": (0.0, 0.0, 1.0),
    "suggestion": (0.20, 0.60, 0.20),
    "troll": (1.0, 0.0, 0.0),
}
ANGRY_SHARE = 0.28  # of negative openings that are no troll; trolls are all angry
IRONY_SHARE = 0.08  # of negative openings that are not angry
ABUSE_SHARE = 0.12  # of angry openings that are no troll; trolls always insult
PERSONAL_DATA_SHARE = 0.03  # of openings

QUESTION_SHARE = {"product_info": 0.92, "suggestion": 0.10, "praise": 0.03, "troll": 0.0}
QUESTION_SHARE_ELSE = {"neutral": 0.85, "negative": 0.38, "angry": 0.25}
MARK_ON_QUESTION = 0.70  # TRIAGE: about a third of real questions have no question mark
MARK_ON_OTHER = 0.06  # of negative openings that ask nothing: rhetorical

# Share of openings that name no account, for customers who are not angry; and how much higher
# the odds are when they are (H28).
UNADDRESSED_SHARE = {
    "x": 0.25,
    "facebook": 0.20,
    "instagram": 0.30,
    "youtube": 0.40,
    "google_play": 0.0,
    "blog": 0.42,
    "forum": 0.55,
}
ANGER_ODDS = 2.0
SURFACES = {  # network → (addressed, unaddressed)
    "x": ("mention", "no_mention"),
    "facebook": ("brand_page", "personal_page"),
    "instagram": ("mention", "no_mention"),
    "youtube": ("brand_page", "personal_page"),
    "google_play": ("review", "review"),
    "blog": ("brand_blog", "external_blog"),
    "forum": ("mention", "no_mention"),
}
# Where an account for care is open: share of addressed openings that go to it (H27, H28).
CARE_SHARE = {
    "displaced": {"negative": 0.70, "angry": 0.40, "neutral": 0.20, "positive": 0.05},
    "none": {"negative": 0.30, "angry": 0.30, "neutral": 0.30, "positive": 0.30},
}
YEARLY_GROWTH = 0.1696  # gives P022 (0.16) between the two windows of P018

WEEKDAY_WEIGHT = (1.10, 1.10, 1.05, 1.05, 1.00, 0.70, 0.60)  # Monday first, local time
HOUR_WEIGHT = (
    2, 1, 1, 1, 1, 1, 2, 4, 6, 8, 8, 8, 8, 7, 7, 7, 7, 8, 8, 8, 8, 7, 5, 3,
)  # fmt: skip
OPENING_HOURS = (9, 18)  # Monday to Friday, local time
FAST_SHARE = {"open": 0.75, "closed": 0.40}
FAST_SIGMA, SLOW_SIGMA, BRAND_SIGMA = 0.90, 1.35, 0.70
NETWORK_PACE = {  # waits relative to X
    "x": 1.0,
    "facebook": 1.06,  # the height of the others puts P020 on X
    "instagram": 1.1,
    "youtube": 1.4,
    "google_play": 1.4,
    "forum": 1.2,
    "blog": 1.3,
}
MEAN_WAIT, MEDIAN_WAIT = 504.0, 46.0  # L001b, L001c, minutes
SCHEME_FACTOR = 0.60  # waits after a written response scheme was adopted (H29)

ASKS_AGAIN_SHARE = 0.35
ASKS_AGAIN_MEDIAN, ASKS_AGAIN_SIGMA = 360.0, 1.2  # minutes
ASKS_AGAIN_NEXT = 0.40
SELF_REPLY_SHARE = 0.06
FOLLOW_UP_SHARE = (0.42, 0.40, 0.35, 0.30)  # customer after the brand's 1st, 2nd, … answer
FOLLOW_UP_KIND = {"thanks": 0.35, "still": 0.35, "details": 0.30}
SECOND_ANSWER = {"thanks": 0.35, "still": 0.65, "details": 0.75}
BYSTANDERS = {
    "x": 0.06,
    "facebook": 0.22,
    "instagram": 0.10,
    "youtube": 0.20,
    "google_play": 0.0,
    "blog": 0.20,
    "forum": 0.50,
}
REDIRECT_ANY = 0.46  # P027b, of first answers
REDIRECT_SHARE = {  # P027c to P027g
    "website": 0.20,
    "more_information": 0.12,
    "email": 0.09,
    "private_message": 0.06,
    "phone": 0.05,
}
ANNOUNCED_SHARE = 0.02  # of first answers: "we have sent you a private message"

EARLY_LOOK_SHARE = 0.08
EARLY_LOOK_MEDIAN, EARLY_LOOK_SIGMA = 2160.0, 1.0  # minutes after the opening
DELETED_SHARE = 0.012
DELETED_MEDIAN, DELETED_SIGMA = 1440.0, 1.5
RETURNING_SHARE = 0.25  # of openings: written by an author who wrote to that brand before
OPENINGS_PER_POST = 0.42  # the rest of the posts follow from the openings
BROADCASTS_PER_POST = 0.03
COMMENTS_PER_BROADCAST = 1.2
COMMENT_ANSWERED = 0.25

# Traps: shares of the posts concerned, or numbers at 40,000 posts.
HYPERACTIVE_OPENINGS = 60
BACKDATED_SHARE = 0.006
ORPHANS = 120
CYCLES = 6
BOT_SHARE = 0.012
LOST_OPENING_SHARE = 0.02
LOST_ANSWER_SHARE = 0.04
SECOND_LOOK_SHARE = 0.008
DELETED_SINCE_SHARE = 0.08
NO_LANGUAGE_SHARE = 0.03  # of customer posts that answer something

# Bursts of near-duplicate questions (H17), ours.
INCIDENTS = 60
INCIDENT_DAYS = ("2014-03-03T00:00:00Z", "2014-12-15T00:00:00Z")
BURST_DECAY = 0.90  # questions of the second four hours against the first, without an answer
PUBLIC_ANSWER_FACTOR = 0.40  # the same ratio, with a public answer against without

TYPO_SHARE = 0.07  # of posts by customers
SHORTHAND_SHARE = 0.06
PLAIN_SHARE = 0.20  # of negative openings: worded like a neutral one
