"""English. What brands write: answers, redirections, posts of their own."""

from __future__ import annotations

BROADCAST = [
    "New in our shops: the {goods} you have been waiting for.",
    "This week only: 20 % off every {goods}.",
    "Maintenance tonight: the {service} will be unavailable from 2 to 4 am.",
    "Our team is here for you from 9 am to 6 pm, Monday to Friday.",
    "Tell us your best memory with {brand} and win a {goods}.",
    "Five tips to get more out of your {service}.",
    "We are hiring! Join {brand}.",
    "Happy new season from all of us at {brand}.",
]

REPLY = {
    "greeting": ["Hi,", "Hello,", "Hi there,", "Good morning,", "Thanks for your message.", ""],
    "apology": [
        "We are sorry to hear that.",
        "Sorry about this.",
        "We apologise for the trouble.",
        "So sorry for the wait.",
        "Apologies for the inconvenience.",
    ],
    "thanks": [
        "Thank you for the kind words!",
        "That is lovely to hear, thank you.",
        "We will pass it on to the team, thanks!",
        "Thanks for taking the time to write.",
    ],
    "troll": ["Please keep it polite here.", "We are glad to help with any question on service."],
    "close": ["Thanks.", "Have a nice day.", "We are here if you need us.", "Speak soon.", ""],
    "detail": [
        "We have checked with the team in charge and they are on it.",
        "Most cases like this one are settled within two working days.",
        "If nothing changes by then, just reply here and we will go further.",
        "A short restart after the change usually helps.",
        "We have added a note to your file so that you need not explain it twice.",
        "The same answer is now on our help page, so that others find it.",
    ],
    "later": [
        "Thanks for the details, we are looking into it.",
        "Glad that it works!",
        "We have passed it to the technical team.",
        "You should see the change within 24 hours.",
        "We will come back to you as soon as we know more.",
        "You are welcome!",
        "Could you try once more with another browser?",
        "Done, please check again.",
        "The refund left today.",
        "A colleague will take it from here.",
        "It may take until tomorrow to show.",
        "Thank you for your patience.",
        "Could you restart it once more?",
        "We have opened a new file for you.",
    ],
    "self": [
        "(2/2) You will get a confirmation by mail.",
        "Correction: that is until Friday.",
        "And here is the right link: {link}",
        "PS: our lines are open until 6 pm.",
    ],
    "announced": [
        "We have sent you a DM.",
        "We've just replied to you by private message.",
        "Please check your inbox, we sent you a direct message.",
    ],
}

SUBSTANCE: dict[str, list[str]] = {
    "billing": [
        "The charge is the share of the month before your change.",
        "The refund takes five working days.",
        "We have corrected the invoice.",
        "The price change was announced in your bill of last month.",
        "Your direct debit is taken on the first working day.",
        "The credit will show on your next bill.",
    ],
    "delivery": [
        "Your {goods} left the depot today.",
        "We have asked the carrier to try again tomorrow.",
        "The tracking is updated every evening.",
        "A new {goods} is on its way.",
        "The address has been changed.",
        "The depot keeps it for seven days.",
    ],
    "outage": [
        "Our engineers are working on the {service}.",
        "The {service} is back in most areas.",
        "There is a known fault, repair is planned for tonight.",
        "Please try to restart it.",
        "A new version of the app comes out this week.",
        "The line will be tested tomorrow morning.",
    ],
    "account": [
        "We have unlocked the access.",
        "The reset mail may be in your spam folder.",
        "A new code is on its way.",
        "The change can take up to a day to show.",
        "You can reset it from the login page.",
        "Your profile is up to date now.",
    ],
    "product_info": [
        "The {goods} is available in all our shops.",
        "Yes, it works abroad too.",
        "The offer is valid until the end of the month.",
        "We deliver on Saturdays as well.",
        "The price is the same in shops and online.",
        "Both models are in stock.",
    ],
    "cancellation": [
        "The notice period is one month.",
        "You can return it in any shop within 14 days.",
        "Your cancellation has been recorded.",
        "There is no fee for that.",
        "The refund goes back to the card you paid with.",
        "Your contract ends at the end of the month.",
    ],
    "staff": [
        "This is not how we want to treat you.",
        "We have told the manager of the team.",
        "Somebody will call you back.",
        "We will listen to the call and come back to you.",
        "Thank you for telling us.",
    ],
    "praise": ["It means a lot to the team.", "The whole team is smiling."],
    "suggestion": [
        "We have noted your idea for the next version.",
        "Good point, we keep it in mind.",
        "You are not the first to ask, which helps.",
    ],
    "troll": [""],
}

REDIRECT = {
    "website": [
        "All the steps are here: {link}",
        "Please fill in the form on {link}",
        "You will find the answer on our website: {link}",
    ],
    "more_information": [
        "Could you give us more details?",
        "Which model is it, please?",
        "Can you tell us more about what happened?",
        "Since when does it happen?",
    ],
    "email": [
        "Please write to {mail}",
        "Could you send us an e-mail at {mail}?",
        "Our team answers at {mail}",
    ],
    "private_message": [
        "Please send us a private message with your number.",
        "Could you DM us your details?",
        "Send us a DM so that we can look at your account.",
        "Please follow us and drop us a direct message.",
    ],
    "phone": [
        "Please call us on {line}, it is free.",
        "Our advisers can help on {line}.",
        "Give us a ring on {line} and we will sort it.",
    ],
}
