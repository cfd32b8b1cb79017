"""English. What customers write later, and what bystanders and bots write."""

from __future__ import annotations

AGAIN = [
    "Still waiting for an answer", "Hello, anybody there", "Nothing yet, it has been {span}",
    "I am still waiting", "No answer so far", "Day after day and no reply", "Up",
    "Second message, same problem", "You answer others but not me",
]  # fmt: skip

AGAIN_QUESTIONS = [
    "any news", "is anyone reading this", "can someone please answer", "when will you reply",
    "have you seen my message", "do you ever answer here",
]  # fmt: skip

THANKS = [
    "Thanks, that worked.", "Perfect, thank you!", "Great, all sorted now.", "Cheers for the help.",
    "Thank you for the quick reply.", "Brilliant, problem solved.", "OK thanks.",
]  # fmt: skip

STILL = [
    "It still does not work.", "I already tried that.", "That is not what I asked.",
    "Same problem again today.", "I did that {when}, nothing changed.", "Copy and paste answer.",
    "Your link is broken.", "Nobody called me.",
]  # fmt: skip

STILL_QUESTIONS = [
    "what now", "any other idea", "can you check again", "so when will it be fixed",
    "could a real person look at it",
]  # fmt: skip

DETAILS = [
    "It is the {goods} I ordered {when}.", "I am in the north of the city.",
    "It happens on my phone and on my computer.", "It started {when}.",
    "I use the latest version of the app.", "Sent you the details.", "Yes, that is right.",
    "No, it is the other contract.",
]  # fmt: skip

BYSTANDER = {
    "negative": [
        "Same here, for {span}.", "They did the same to me.", "Me too, shocking.",
        "Don't expect an answer from {brand}.", "I left {brand} for that reason.",
        "Exactly my experience.",
    ],
    "neutral": [
        "Try to restart it.", "Which town are you in", "Mine works.", "You can do that in the app.",
        "Call them in the morning, it is quicker.", "It is on their help page.",
    ],
    "positive": ["Agree, they are great.", "Good to hear!", "Same, very happy with {brand}."],
}  # fmt: skip

COMMENT = {
    "negative": [
        "Answer your customers first.", "Nice ad, bad service.", "And my refund of {amount}.",
        "Still no {service} here.", "More expensive every year.",
    ],
    "neutral": [
        "Is that for existing customers too", "How long does the offer last",
        "Where can I find it", "Interesting.", "Tagging my sister.", "Do you ship it",
    ],
    "positive": [
        "Love it!", "Great idea.", "Ordered mine {when}, delighted.", "Looks good!", "Well done.",
    ],
}  # fmt: skip

BOT = [
    "Top 10 deals on a {goods} today {link}", "Win a free {goods}, click {link}",
    "Compare {brand} and save up to 60 % {link}", "Breaking: {brand} in the news {link}",
    "Follow for follow {link}",
]  # fmt: skip
