"""English. Words that fill the slots: goods, services, times, sums, places, personal data."""

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

PERSONAL = {
    "phone": ["My number is {phone}", "call me on {phone}", "you can reach me at {phone}"],
    "email": ["write to me at {email}", "my mail is {email}", "reply to {email}"],
    "order": ["order no {order}", "my order number is {order}", "ref {order}"],
    "iban": ["my IBAN is {iban}", "please refund to {iban}"],
    "card": ["my card number is {card}", "card {card}"],
    "address": ["I live at {address}", "my address: {address}"],
}

PLACES = ["Alder Lane", "Mill Row", "Foxglove Close", "Harbour Steps", "Quarry Street"]

TOWNS = ["Northwick Vale", "Greyhollow", "Ashbourne Cross", "Millstead"]

AMOUNTS = ["{n} dollars", "${n}", "{n} bucks"]

POUNDS = ["£{n}", "{n} pounds", "{n} quid"]

EUROS = ["€{n}", "{n} euros"]
