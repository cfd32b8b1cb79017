"""English fragments from which the texts of the sample are composed; all are our own.

A fragment may hold slots: {brand}, {goods} and {service} (by sector), {when}, {span}, {amount}.
Questions stand without their question mark: half of the customers forget it.
"""

from __future__ import annotations

GOODS = {
    "telecom": ["SIM card", "router", "new handset", "TV box", "replacement phone"],
    "banking": ["debit card", "card reader", "new PIN", "credit card", "savings statement"],
    "insurance": ["policy papers", "claim form", "insurance card", "refund cheque"],
    "energy": ["smart meter", "meter reading", "paper bill", "welcome pack"],
    "retail": ["washing machine", "sofa", "winter coat", "gift card", "shoes", "lawn mower"],
    "airline": ["suitcase", "boarding pass", "pushchair", "upgrade voucher"],
    "rail": ["season ticket", "railcard", "delay voucher", "group ticket"],
    "parcels": ["parcel", "package", "registered letter", "birthday present"],
    "media": ["box set", "remote control", "decoder", "gift subscription"],
    "electronics": ["tablet", "headphones", "laptop", "charger", "smart watch"],
    "travel": ["travel documents", "hotel voucher", "tickets", "rental voucher"],
}
SERVICE = {
    "telecom": ["internet", "4G", "network", "broadband", "voicemail", "roaming"],
    "banking": ["online banking", "mobile app", "cash machine", "card payment", "login page"],
    "insurance": ["claims website", "customer area", "phone line", "mobile app"],
    "energy": ["power", "heating", "online account", "meter app", "electricity"],
    "retail": ["website", "checkout", "store app", "click and collect", "loyalty app"],
    "airline": ["online check-in", "booking site", "app", "baggage tracing"],
    "rail": ["ticket machine", "app", "on-board wifi", "journey planner"],
    "parcels": ["tracking page", "pick-up locker", "delivery app", "depot phone line"],
    "media": ["streaming", "replay service", "app", "live channel"],
    "electronics": ["cloud backup", "update server", "support site", "activation page"],
    "travel": ["booking site", "app", "reservation line", "payment page"],
}
WHEN = [
    "yesterday", "this morning", "last week", "two days ago", "on Monday", "last night",
    "at noon", "on Saturday", "a month ago", "this afternoon", "last Tuesday",
]  # fmt: skip
SINCE = [
    "yesterday", "this morning", "last week", "Monday", "last night", "noon", "Saturday",
    "last month", "Tuesday", "the day before yesterday",
]  # fmt: skip
SPAN = [
    "two days", "a week", "three weeks", "ten days", "an hour", "48 hours", "a month",
    "four days", "five hours", "ages", "six weeks", "the whole weekend",
]  # fmt: skip
GREETING = ["Hi", "Hello", "Hi there", "Hey", "Good morning", "Evening", "Dear {brand}"]

CORES: dict[str, dict[str, list[str]]] = {
    "billing": {
        "negative": [
            "You charged me {amount} twice and nobody owns up to it",
            "My bill went up by {amount} without a word of warning",
            "I was promised a refund of {amount} {when} and got nothing",
            "Overcharged again, {amount} this time",
            "{amount} taken from my account for a service I never ordered",
            "Still paying for the {service} that I cancelled {when}",
            "Your hidden fees cost me {amount} this month",
            "Third wrong invoice in a row",
            "A late fee of {amount} although I paid on time",
            "Billed {amount} for {service} that has been down for {span}",
        ],
        "neutral": [
            "I have a query about my last invoice",
            "There is a line of {amount} on my bill that I don't recognise",
            "I would like to move my payment date",
            "My bill says {amount} and I expected less",
            "I paid {when} and my account still shows the old balance",
            "I need a copy of the invoice from {when}",
            "Just got my statement and the total looks different",
        ],
    },
    "delivery": {
        "negative": [
            "Waited in all day for my {goods} and nobody came",
            "My {goods} is {span} late and tracking shows nothing",
            "The {goods} arrived broken and the box was soaked",
            "You delivered my {goods} to the wrong address",
            "Was told my {goods} would be here {when}. It is not",
            "My {goods} has been lost and no one seems to care",
            "Paid for express delivery, waited {span} for my {goods}",
            "Driver left my {goods} in the rain and took off",
            "Fourth missed delivery slot for one {goods}",
        ],
        "neutral": [
            "I ordered a {goods} {when}",
            "I am expecting a {goods} this week",
            "My {goods} was sent {when} according to your mail",
            "I have to change the address for my {goods}",
            "I missed the delivery of my {goods} {when}",
            "The tracking of my {goods} has not changed for {span}",
        ],
    },
    "outage": {
        "negative": [
            "No {service} for {span} and not one update",
            "{service} down again, third time this month",
            "The {service} crashes every time I open it",
            "I work from home and your {service} has been dead for {span}",
            "Your {service} is painfully slow since {since}",
            "Error after error on the {service}, unusable",
            "{service} keeps cutting out, so tired of it",
            "Paying full price for a {service} that never works",
            "Another evening without {service}",
            "The last update broke the {service} completely",
        ],
        "neutral": [
            "The {service} seems to be down in my area",
            "I get an error on the {service} since {since}",
            "Looks like the {service} has a problem right now",
            "The {service} does not load on my phone",
            "{service} stopped working {when}",
            "I restarted everything and the {service} is still off",
        ],
    },
    "account": {
        "negative": [
            "Locked out of my account for {span} now",
            "Your reset link never arrives and I am stuck",
            "My account was closed {when} without my consent",
            "I have typed that security code eleven times, it never works",
            "Your {service} lost all my details",
            "Somebody changed my e-mail address and you let them",
            "Cannot log in to your {service}, useless help pages",
        ],
        "neutral": [
            "I cannot log in to the {service} since {since}",
            "I changed my phone number and need to update my profile",
            "I forgot my password and the mail has not come yet",
            "I would like to add my partner to my account",
            "My {service} asks for a code I don't have",
            "I opened an account {when} and it still shows as pending",
            "I moved house {when} and want to update my address",
        ],
    },
    "product_info": {
        "negative": [
            "Impossible to find one clear price on your website",
            "Your shop says one thing about the {goods}, your site another",
            "The description of the {goods} is misleading",
        ],
        "neutral": [
            "I am looking at the {goods} on your site",
            "Thinking of switching to {brand} next month",
            "I saw your offer for new customers",
            "I want to order the {goods} as a present",
            "I am moving to a new flat next month",
            "Comparing your {goods} with another one",
            "I read about your {service} in the news {when}",
            "I am travelling abroad next week",
        ],
        "positive": [
            "Your new {goods} looks great",
            "Love the look of the {goods} in your window",
            "Really tempted by your {goods}",
        ],
    },
    "cancellation": {
        "negative": [
            "I cancelled {when} and you keep taking {amount} a month",
            "You make it impossible to leave, {span} of calls already",
            "Closing my account, {span} of this is enough",
            "My cancellation letter was ignored twice",
            "Still no refund of {amount} for what I cancelled {when}",
            "Cancelled my {goods} {when}, you sent it anyway",
            "Being charged {amount} to leave after ten years as a customer",
        ],
        "neutral": [
            "I would like to cancel my contract",
            "I have to cancel my order of a {goods}",
            "I want to send the {goods} back",
            "My contract ends next month and I will not renew",
            "I asked for a refund {when}",
            "I changed my mind about the {goods}",
        ],
    },
    "staff": {
        "negative": [
            "Your agent hung up on me after {span} on hold",
            "Rudest person I ever dealt with at your counter {when}",
            "Passed around five departments, nobody knows anything",
            "The man in your shop laughed at my complaint",
            "On hold for {span}, then cut off",
            "Your adviser promised to call back {when}. Silence",
            "Every agent tells me a different story about my {goods}",
            "Zero respect from your team {when}",
        ],
        "neutral": [
            "I spoke to one of your agents {when}",
            "Your colleague asked me to write here",
            "I was told {when} that somebody would call me",
        ],
    },
    "praise": {
        "positive": [
            "Thank you so much for sorting my {goods} {when}",
            "Great service from your team {when}",
            "The lady on the phone was wonderful, fixed it in minutes",
            "{goods} arrived a day early, delighted",
            "Ten years with {brand} and never let down",
            "Best {service} I have had so far",
            "Your staff went out of their way for us {when}",
            "Impressed by how quickly you replaced my {goods}",
            "Smooth, quick and friendly, well done",
            "Happy customer here, the new {service} is excellent",
        ],
    },
    "suggestion": {
        "negative": [
            "You should really fix the search on your {service}, it is awful",
            "Please stop wrapping a {goods} in so much plastic, it is a waste",
            "Bring back the old {service}, the new one is a mess",
        ],
        "neutral": [
            "It would help if the {service} sent a reminder",
            "Suggestion: let us choose an evening slot for a {goods}",
            "An option to pause the {service} would be useful",
            "Please consider a dark mode for the {service}",
            "Maybe show the price per month next to the {goods}",
            "A student rate would make sense",
        ],
        "positive": [
            "Love the {service}, a weekly summary would make it perfect",
            "Nice work on the {service}. A widget would be the cherry on top",
        ],
    },
    "troll": {
        "negative": [
            "{brand} is run by clowns",
            "Only morons buy from {brand}",
            "{brand} fans are idiots, discuss",
            "Get lost {brand}, you bunch of losers",
            "What a pathetic little company, full of fools",
            "lol imagine working for {brand}, brain-dead lot",
        ],
    },
}
QUESTIONS: dict[str, list[str]] = {
    "billing": [
        "can you explain this charge",
        "when will I get my money back",
        "why is it more than last month",
        "who do I contact about an invoice",
        "could someone check my bill",
        "is this amount correct",
        "how can I get a copy",
    ],
    "delivery": [
        "when will it arrive",
        "where is my {goods}",
        "can you tell me what is going on",
        "is it possible to change the slot",
        "could you check the tracking",
        "any idea when it will be here",
        "do I have to be at home",
    ],
    "outage": [
        "when will it be back",
        "is there a problem in my area",
        "any news on the {service}",
        "how long will this take",
        "are you aware of it",
        "what should I do",
        "can you look into it",
    ],
    "account": [
        "how do I reset it",
        "can you unlock it",
        "what do I need to send you",
        "is there another way to log in",
        "could you resend the mail",
        "who can help me with that",
        "how long does it take",
    ],
    "product_info": [
        "how much is it",
        "does it work abroad",
        "is the {goods} still available",
        "do you deliver on Saturdays",
        "what is the difference with the older one",
        "can I try it before I buy",
        "which one would you recommend",
        "are there any discounts for students",
        "until when is the offer valid",
    ],
    "cancellation": [
        "how do I cancel",
        "what is the notice period",
        "can I return it in a shop",
        "when do I get the refund",
        "is there a fee for that",
        "where do I send the letter",
        "do I need the original box",
    ],
    "staff": [
        "who can I complain to",
        "could a manager call me back",
        "is that how you treat people",
        "when will somebody call",
        "can you listen to the recording",
    ],
    "praise": ["could you pass on my thanks", "who can I send a thank you card to"],
    "suggestion": ["would that be possible", "is it planned", "have you thought of that"],
    "troll": ["who would work for you"],
}
RHETORICAL = [
    "Seriously?", "Is this a joke?", "Really?", "You call that service?", "What a surprise, eh?",
    "Do you even care?", "Who trains these people?",
]  # fmt: skip
EMOTION = {
    "negative": [
        "Not impressed.", "Very disappointed.", "So frustrating.", "Please sort this out.",
        "This is getting tiring.", "I expected better.", "Poor service.", "Not good enough.",
        "I am fed up.", "Really annoying.", "Such a waste of time.", "Had enough of waiting.",
    ],
    "angry": [
        "This is a disgrace!", "WORST service ever!!", "Absolutely furious.", "Shame on you!",
        "You are thieves!!!", "I will never buy from you again!", "Disgusting. DISGUSTING.",
        "I am beyond angry!", "See you in court!", "What a scam!!",
    ],
    "positive": [
        "Thanks!", "Keep it up!", "You made my day.", "Much appreciated.", "Cheers!",
        "Five stars from me.", "So pleased.",
    ],
    "neutral": ["Thanks in advance.", "Thank you.", "Cheers.", "Thanks for your help.", ""],
}  # fmt: skip
FLAT = [  # said by people who are cross and by people who are not
    "Please advise.", "Waiting for your answer.", "Let me know.", "I look forward to your reply.",
    "Just so you know.", "For your information.", "Tell me what to do.", "I will wait.",
    "Not sure what to think.", "That is all I know.",
]  # fmt: skip
IRONY = [
    "Well done {brand}, another masterpiece:", "Brilliant work as always.", "Love it.",
    "Oh great, what a treat.", "Top marks for {brand}.", "Fantastic service, really.",
    "Thanks a million for nothing.", "How lovely.",
]  # fmt: skip
ABUSE = [
    "You bunch of idiots.", "Useless morons.", "Liars and crooks, all of you.", "Stupid clowns.",
    "Are you all brain-dead or what.", "Damn fools.", "Complete muppets.",
]  # fmt: skip
EXTRA = [
    "I have been a customer for years.", "I already wrote to you {when}.",
    "I tried three times since {since}.", "I followed every step on your site.",
    "My neighbours have the same thing.", "I called {when} and got no help.",
    "I attach a photo.", "It used to work well.", "I have all the papers here.",
    "It has been going on for {span}.", "I was told to wait {span}.",
]  # fmt: skip
TAGS = ["#fail", "#customerservice", "#help", "#waiting", "#service", "#notimpressed"]
GOOD_TAGS = ["#thankyou", "#happy", "#service", "#top"]
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
BROADCAST = [
    "New in our shops: the {goods} you have been waiting for.",
    "This week only: 20 % off every {goods}.",
    "Maintenance tonight: the {service} will be unavailable from 2 to 4 am.",
    "Our team is here for you from 9 am to 6 pm, Monday to Friday.",
    "Tell us your best memory with {brand} and win a {goods}.",
    "Five tips to get more out of your {service}.",
    "We are hiring! Join {brand}.", "Happy new season from all of us at {brand}.",
]  # fmt: skip
REPLY = {
    "greeting": ["Hi,", "Hello,", "Hi there,", "Good morning,", "Thanks for your message.", ""],
    "apology": [
        "We are sorry to hear that.", "Sorry about this.", "We apologise for the trouble.",
        "So sorry for the wait.", "Apologies for the inconvenience.",
    ],
    "thanks": [
        "Thank you for the kind words!", "That is lovely to hear, thank you.",
        "We will pass it on to the team, thanks!", "Thanks for taking the time to write.",
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
        "Thanks for the details, we are looking into it.", "Glad that it works!",
        "We have passed it to the technical team.", "You should see the change within 24 hours.",
        "We will come back to you as soon as we know more.", "You are welcome!",
        "Could you try once more with another browser?", "Done, please check again.",
    ],
    "self": [
        "(2/2) You will get a confirmation by mail.", "Correction: that is until Friday.",
        "And here is the right link: {link}", "PS: our lines are open until 6 pm.",
    ],
    "announced": [
        "We have sent you a DM.", "We've just replied to you by private message.",
        "Please check your inbox, we sent you a direct message.",
    ],
}  # fmt: skip
SUBSTANCE: dict[str, list[str]] = {
    "billing": [
        "The charge is the share of the month before your change.",
        "The refund takes five working days.", "We have corrected the invoice.",
        "The price change was announced in your bill of last month.",
    ],
    "delivery": [
        "Your {goods} left the depot today.", "We have asked the carrier to try again tomorrow.",
        "The tracking is updated every evening.", "A new {goods} is on its way.",
    ],
    "outage": [
        "Our engineers are working on the {service}.", "The {service} is back in most areas.",
        "There is a known fault, repair is planned for tonight.", "Please try to restart it.",
    ],
    "account": [
        "We have unlocked the access.", "The reset mail may be in your spam folder.",
        "A new code is on its way.", "The change can take up to a day to show.",
    ],
    "product_info": [
        "The {goods} is available in all our shops.", "Yes, it works abroad too.",
        "The offer is valid until the end of the month.", "We deliver on Saturdays as well.",
    ],
    "cancellation": [
        "The notice period is one month.", "You can return it in any shop within 14 days.",
        "Your cancellation has been recorded.", "There is no fee for that.",
    ],
    "staff": [
        "This is not how we want to treat you.", "We have told the manager of the team.",
        "Somebody will call you back.",
    ],
    "praise": ["It means a lot to the team."],
    "suggestion": ["We have noted your idea for the next version.",
        "Good point, we keep it in mind."],
    "troll": [""],
}  # fmt: skip
REDIRECT = {
    "website": [
        "All the steps are here: {link}", "Please fill in the form on {link}",
        "You will find the answer on our website: {link}",
    ],
    "more_information": [
        "Could you give us more details?", "Which model is it, please?",
        "Can you tell us more about what happened?", "Since when does it happen?",
    ],
    "email": [
        "Please write to {mail}", "Could you send us an e-mail at {mail}?",
        "Our team answers at {mail}",
    ],
    "private_message": [
        "Please send us a private message with your number.", "Could you DM us your details?",
        "Send us a DM so that we can look at your account.",
        "Please follow us and drop us a direct message.",
    ],
    "phone": [
        "Please call us on {line}, it is free.", "Our advisers can help on {line}.",
        "Give us a ring on {line} and we will sort it.",
    ],
}  # fmt: skip
PERSONAL = {
    "phone": ["My number is {phone}", "call me on {phone}", "you can reach me at {phone}"],
    "email": ["write to me at {email}", "my mail is {email}", "reply to {email}"],
    "order": ["order no {order}", "my order number is {order}", "ref {order}"],
    "iban": ["my IBAN is {iban}", "please refund to {iban}"],
    "card": ["my card number is {card}", "card {card}"],
    "address": ["I live at {address}", "my address: {address}"],
}
BOT = [
    "Top 10 deals on a {goods} today {link}", "Win a free {goods}, click {link}",
    "Compare {brand} and save up to 60 % {link}", "Breaking: {brand} in the news {link}",
    "Follow for follow {link}",
]  # fmt: skip
PLACES = ["Alder Lane", "Mill Row", "Foxglove Close", "Harbour Steps", "Quarry Street"]
TOWNS = ["Northwick Vale", "Greyhollow", "Ashbourne Cross", "Millstead"]
AMOUNTS = ["{n} dollars", "${n}", "{n} bucks"]
POUNDS = ["£{n}", "{n} pounds", "{n} quid"]
EUROS = ["€{n}", "{n} euros"]
