"""Patterns of personal data. Each starts where a word starts and repeats a bounded number of times:
the time they take grows with the length of the text and no faster.
"""

# Patterns are read by the word, not by the line.
from __future__ import annotations

import re

_I = re.IGNORECASE

# jo@example.org; jo (at) example (dot) org; jo arobase example point fr. A domain ends in letters.
_AT = r"(?:@|%40|\(a\)|[ ]?[(\[{<][ ]?(?:@|at|arobase|arobas|à|chez)[ ]?[)\]}>][ ]?|[ ](?:arobase|arobas)[ ])"
_DOT = r"(?:\.|[ ]?[(\[{<][ ]?(?:\.|dot|point)[ ]?[)\]}>][ ]?|[ ](?:dot|point)[ ])"
_LOCAL = r"(?<![\w.%+@-])[\w%+-](?:[\w.%+-]|\[\.\]){0,63}"
_SITE = rf"[^\W_][\w-]{{0,62}}(?:{_DOT}[\w-]{{1,63}}){{0,3}}{_DOT}[^\W\d_]{{2,10}}"
_MAIL_ONLY = r"(?:gmail|hotmail|outlook|yahoo|wanadoo|icloud|laposte|aol|msn|proton)"
_MAILERS = (
    r"(?:gmail|hotmail|outlook|yahoo|orange|free|sfr|wanadoo|icloud|live|laposte|aol|msn|proton)"
)
_ENDS = r"(?:com|fr|net|org|be|ch|ca|de|eu|me|co[.,]uk)"
EMAIL = re.compile(
    rf"{_LOCAL}{_AT}{_SITE}(?![\w-])|{_LOCAL}[ ](?:at|chez|à)[ ]{_MAILERS}{_DOT}[a-z]{{2,4}}(?![\w-])|"
    # As people mistype them, told by who serves mail: jo @gmail.com, jo@gmail,com, jo@gmail.
    rf"{_LOCAL}[ ]?@[ ]?{_MAIL_ONLY}[ ]?[.,]?[ ]?{_ENDS}(?![\w-])|{_LOCAL}@{_MAILERS}(?:[ ]?[.,][ ]?{_ENDS})?(?![\w-])|"
    rf"{_LOCAL}-at-{_MAILERS}{_DOT}{_ENDS}(?![\w-])|{_LOCAL}@\[\d{{1,3}}(?:\.\d{{1,3}}){{3}}\]|"
    rf"(?<![\w.-])(?=[\w-]{{1,30}}[._-]|[a-z]+\d)[\w.-]{{1,60}}[ ]at[ ][\w-]{{1,40}}[ ]dot[ ]{_ENDS}(?!\w)",
    _I,
)

IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][ ]?[A-Za-z][ ]?\d[ ]?\d(?:[ ./-]?[A-Za-z0-9]){11,30}")
RIB = re.compile(
    r"(?<!\d)(\d{5})[ -]?(?:guichet[ ])?(\d{5})[ -]?(?:compte[ ])?(\d{11})[ -]?(?:cl[ée][ ])?(\d\d)(?!\d)",
    _I,
)
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22,
    "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MA": 28, "MC": 27, "MT": 31, "NL": 18,
    "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24,
    "TR": 26,
}  # fmt: skip

# 8 digits or more with the usual separators between them; what they are is decided on the digits.
PHONE = re.compile(
    r"(?<![\w.,/#€£$-])(?:\+[ ]?|00[ ]?)?[(]?\d(?:[ .\-\u2010-\u2013\u00a0\u202f()]{0,3}\d){7,16}(?![\w%€£$])"
)
# Pairs with a sign between them that a number in general may not have, Belgian numbers, links.
PHONE_PAIRS = re.compile(
    r"(?:(?<![\w.,/:])|(?<=tel)|(?<=tél)|(?<=sms))[0oO][1-79]([ ]?[ ./_|*,·-][ ]?)\d\d(?:\1\d\d){3}(?![\w/]|[.,]\d)|"
    r"(?<![\w./])0\d{2,3}/\d{2,3}(?:[ .]?\d\d){2}(?![\w/.])|"
    r"(?<=wa\.me/)\+?\d{8,15}|(?<=phone=)(?:\+|%2B)?\d{8,15}|(?<=tel:)\+?\d{8,15}"
)
PHONE_WORDS = re.compile(
    r"(?<![^\W_])(?:t[ée]l[ée]?(?:phone)?s?|phone|mobile|portable|cell|call(?: me| us)?|ring(?: me)?|appele[rz](?:[- ]moi)?|"
    r"rappele[rz](?:[- ]moi)?|joindre|joignable|whatsapp|text me|sms|my number|mon num[ée]ro|num(?:ber|[ée]ro)?|"
    r"contact(?:ez)?(?:[- ]moi| me)?|reach me|n°)[^\d]{0,25}$",
    _I,
)

CARD = re.compile(r"(?<![\w.,/#-])\d(?:[ ._-]?\d){12,18}(?![\w])")

# Carriers' and shops' own formats, told without a word before them.
TRACKING = re.compile(
    r"(?<![A-Za-z0-9-])(?:1Z(?:[ ]?[0-9A-Z]){16}|\d{3}([- ])\d{7}\1\d{7}|[A-Z]{2}\d{9}[A-Z]{2}|\d[A-Z](?:[ ]?\d){11}|"
    r"[A-Z]{2}[ ]\d{4}[ ]\d{4}[ ]\d[A-Z]{2}|JD\d{16,18}|TBA\d{12}|\d{2}-\d{5}-\d{5})(?![A-Za-z0-9-])|"
    r"(?<![\w#])#[ ]\d{6,12}(?!\w)"
)
# The number of social security: sex, year, month, department; with its key.
NIR = re.compile(
    r"(?<![\w.,-])([12](?:[ ]?\d\d){2}[ ]?(?:\d\d|2[AB])[ ]?\d{3}[ ]?\d{3})[ ]?(\d\d)(?![\w])"
)
_DAY = r"\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d\d)(?!\w)"
# What a word before it gives away: (kind, pattern), the group `id` is what goes.
NAMED = (
    ("card", re.compile(
        r"(?<!\w)(?:cvv2?|cvc2?|cryptogramme|security code|code de s[ée]curit[ée])[ :=]{0,3}(?P<id>\d{3,4})(?!\w)", _I)),
    ("account", re.compile(
        r"(?<!\w)(?:mot de passe|mdp|password|passwd|pwd|passcode|code (?:secret|confidentiel))"
        r"(?:[ ]?[:=]|[ ](?:est|is)(?:[ ]?:)?)[ ]?(?P<id>(?=[^ ]{0,39}[\d!@#$%&*_])[^ ]{4,40}|[^ ]{4,40}(?=[ ]?$))", _I)),
    ("account", re.compile(
        r"(?<!\w)(?:login|identifiant|user(?:name)?)[ :]{1,3}[^ ]{2,40},?[ ](?:et[ ]|and[ ])?"
        r"(?:mot de passe|mdp|password|pwd|pass)[ :]{1,3}(?!oubli|perdu|forgot|lost|reset|incorrect|refus|invalid|expir)"
        r"(?P<id>[^ ]{4,40})", _I)),
    ("account", re.compile(
        r"(?<!\w)(?:code[ ]pin|pin[ ]code|pin)(?:[ ]est|[ ]is)?[ :=]{1,3}(?P<id>\d{4,6})(?!\w)", _I)),
    ("account", re.compile(
        r"(?<!\w)ip(?:[ ]address)?(?:[ ]est|[ ]is)?[ :=]{1,3}(?P<id>\d{1,3}(?:\.\d{1,3}){3})(?![\w.]\d)", _I)),
    ("account", re.compile(
        r"(?<!\w)(?:plaque|immatricul[ée]+e?|immatriculation|licen[cs]e plate|number plate|registration)"
        r"(?:[ ]est|[ ]is)?[ :=]{1,3}(?P<id>(?=[A-Z -]*\d)[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4}){1,2})(?!\w)", _I)),
    ("account", re.compile(
        r"(?<!\w)(?:n°[ ])?(?:s[ée]cu|nir)[ :=]{1,3}(?P<id>[12](?:[ ]?\d){12,14})(?!\w)", _I)),
    ("account", re.compile(r"(?<![\w-])(?P<id>\d{3}-\d{2}-\d{4})(?![\w-])")),
    ("account", re.compile(
        r"(?<![\w-])(?P<id>[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2})(?![\w-])")),
    ("account", re.compile(
        rf"(?<!\w)(?:n[ée]e?s? le|born on|date of birth|date de naissance|dob)[ :]{{1,3}}(?P<id>{_DAY})", _I)),
)  # fmt: skip

# After it, no unit: "booking for 12345 people" counts people.
_UNIT = (
    r"(?![ ]?(?:people|persons?|adults?|times|days?|hours?|minutes?|mins?|weeks?|months?|years?|euros?|"
    r"dollars?|pounds?|items?|customers?|personnes?|fois|jours?|heures?|semaines?|mois|ans|"
    r"clients?|articles?|abonn[ée]e?s|followers|signatures|vues|views|likes|x)(?![^\W\d_]))"
)
# A number is also written in groups, "7741 2288 90": three groups or more, or two of four digits.
_GROUPS = r"\d{3}[ ]\d{7}[ ]\d{7}|\d{2,4}(?:[ ]\d{2,4}){2,5}(?![\w%€£$/:h])|\d{4}[ ]\d{4}(?![ ]?[\w%€£$/:])"
_ID = rf"(?P<id>{_GROUPS}|(?=[A-Z_./-]{{0,12}}\d)[A-Z0-9](?:[-_/.]?[A-Z0-9]){{3,29}})(?![\w%€£$]){_UNIT}"
_LINK = (
    r"(?:[ ]{0,3}[(\[]?[ ]{0,3}(?:(?:n[°o.º]{0,2}|num(?:[ée]ro|ber)?|nbr|nr|no|ref(?:erence)?|r[ée]f(?:[ée]rence)?|"
    r"id|code|client|commande|dossier|suivi|abonn[ée]|contrat|is|est|was|le|la|de|du|porte|sous|my|mon|ma|"
    r"the|for|colis|produit|article|product|voici|it['’]s|it|c['’]est|cust(?:omer)?|order)(?![^\W\d_])|"
    r"[:#=,-]|\.(?=[ ]))[ ]{0,3}[:#.]{0,2}){0,5}[ ]{0,3}"
)
_B = r"(?<![^\W_])"


def _keyed(words: str) -> re.Pattern[str]:
    return re.compile(rf"{_B}(?:{words})(?![^\W\d_]){_LINK}(?:#|n°)?[ ]?{_ID}", _I)


KEYED = (
    (
        "account",
        _keyed(
            r"(?:num[ée]ro|n°|no|ref|r[ée]f(?:[ée]rence)?)[ ](?:de[ ])?(?:client|compte|contrat|abonn[ée]|adh[ée]rent|"
            r"soci[ée]taire|carte de fid[ée]lit[ée]|s[ée]curit[ée] sociale|police|allocataire)|"
            r"client(?:e)?|compte(?: client)?|contrat|abonn[ée]e?|abonnement|adh[ée]rente?|identifiant(?: client)?|"
            r"carte (?:de )?fid[ée]lit[ée]|ligne|imei|police d['’]assurance|soci[ée]taire|"
            r"account|acct|a/c|acc|customer(?: id| number| no| ref)?|member(?:ship)?(?: id| number| no)?|contract|"
            r"policy|loyalty(?: card| number)?|frequent flyer|ff(?: number| no)?|rewards?(?: number| card)?|"
            r"aadvantage|skymiles|rapid rewards|username|user id|login|iban|rib|sort code|social security|ssn|passport|"
            r"passeport|permis(?: de conduire)?|driving licen[cs]e"
        ),
    ),
    (
        "order",
        _keyed(
            r"commandes?|cde|cmd|colis|suivi|num[ée]ro de suivi|r[ée]f(?:[ée]rence)?s?|dossier|ticket|r[ée]clamation|"
            r"facture|r[ée]servation|r[ée]sa|billet|e-?billet|bagage|livraison|exp[ée]dition|sinistre|incident|"
            r"intervention|demande|bon de commande|pnr|num[ée]ro de s[ée]rie|"
            r"orders?(?:[ ]?no| id| number| no| ref| num)?|tracking(?: id| number| no| code| num)?|ref(?:erence)?(?: number| no| code| id)?|"
            r"booking(?: ref(?:erence)?| code| number| id)?|reservation(?: number| code)?|confirmation(?: number| code)?|"
            r"conf(?: number| code| no)?|case(?: id| number| no| ref)?|tickets?(?: number| no| id)?|e-?ticket|invoice|"
            r"claim(?: number| no| ref)?|record locator|locator|consignment|parcel|package|shipment|serial(?: number| no)?|"
            r"s/n|bag(?:gage)? (?:tag|claim|ref)|file ref|complaint(?: number| ref)?|incident(?: number)?|receipt|"
            r"delivery(?: number| ref)?|order id|item(?: number| no)|transaction(?: id| number)?|return(?: number| id)|rma"
        ),
    ),
)

_NAME = r"[A-ZÀ-Ÿ0-9][\w'’.-]{0,29}"
_SMALL = r"(?:de la|de l['’]|des|de|du|d['’]|la|le|les|l['’]|à|aux|au|et|sur|sous|en|of|the|saint|sainte|st|ste)"
_FR_STREET = (
    r"(?:rue|avenue|av|ave|boulevard|bd|bld|bvd|place|pl|chemin|che|allée|allées|allee|impasse|imp|route|rte|quai|"
    r"cours|square|passage|résidence|residence|lotissement|hameau|ruelle|sentier|villa|faubourg|fbg|esplanade|"
    r"promenade|rond-point|cité|montée|traverse|voie)"
)
_FR_CODE = r"(?:\b(?:F-?)?(?:0[1-9]|[1-8]\d|9[0-578])[ ]?\d{3}\b)"
_EN_STREET = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|close|crescent|cres|terrace|place|pl|"
    r"way|square|sq|gardens|gdns|grove|hill|mews|parkway|pkwy|circle|cir|trail|highway|hwy|row|walk|view|rise|park)"
)
_UK_CODE = r"(?:[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2})"
_US_STATE = (
    r"(?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|"
    r"OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC)"
)
_NO = r"(?<![\w.,/€£$:-])\d{1,5}(?:[ ]?(?:bis|ter|quater|[a-dA-D])(?![\w]))?"
_CITY = r"(?:[ ]+[A-ZÀ-Ÿ][a-zA-ZÀ-ÿ'’-]{1,29}){0,3}"
ADDRESS = (
    # 12 bis rue des Lilas, 69003 Lyon: a number, a kind of street, a name.
    re.compile(
        # "voiture 14 place 63" is a seat: a bare number is no name of a street.
        rf"{_NO}[ ]?,?[ ](?i:{_FR_STREET})\.?[ ](?!\d{{1,4}}(?:[^\w ]|$))(?:(?i:{_SMALL})[ ]?){{0,3}}{_NAME}(?:[ ](?:(?i:{_SMALL})[ ]?){{0,2}}{_NAME}){{0,4}}"
        rf"(?:[ ]?[,-]?[ ]{{1,2}}{_FR_CODE}{_CITY})?"
    ),
    # the same in small letters, when a postcode proves it
    re.compile(
        rf"{_NO}[ ]?,?[ ](?:{_FR_STREET}|r|ch)\.?(?:[ ][\w'’-]{{1,20}}){{1,6}}[ ]?[,-]?[ ]{{1,2}}{_FR_CODE}(?:[ ][\w'’-]{{2,29}}){{0,2}}",
        _I,
    ),
    # 221b Baker Street, London NW1 6XE; 12 Main St, Springfield, IL 62701
    re.compile(
        rf"{_NO}[ ](?:{_NAME}[ ]){{1,4}}(?i:{_EN_STREET})(?![\w'’])\.?"
        rf"(?:,?[ ](?i:apt|flat|unit|suite)\.?[ ]?#?\w{{1,5}})?"
        rf"(?:,[ ]?[A-Z][a-zA-Z'’-]{{2,29}}(?:[ ][A-Z][a-zA-Z'’-]{{2,29}}){{0,2}})?"
        rf"(?:,?[ ](?:{_UK_CODE}|{_US_STATE}(?:[ ]\d{{5}}(?:-\d{{4}})?)?))?"
    ),
    # small letters, proved by a British postcode or a US state and code
    re.compile(
        rf"{_NO}(?:[ ][\w'’-]{{1,20}}){{1,4}}[ ]{_EN_STREET}\.?(?:,?[ ][\w'’-]{{2,29}}){{0,4}},?[ ]"
        rf"(?:{_UK_CODE}|{_US_STATE}[ ]\d{{5}})(?!\w)",
        _I,
    ),
    re.compile(
        rf"(?i:(?:post ?code|zip ?code|zip|my address|address)(?: is)?|i live (?:at|in)|i['’]?m (?:at|in))[ :]{{1,3}}{_UK_CODE}(?!\w)"
    ),
    # 12, rue des lilas: small letters, told by the words between
    re.compile(
        rf"{_NO}[ ]?,?[ ](?:rue|avenue|av\.?|boulevard|bd|allée|impasse|chemin|ch\.|quai|r\.)[ ]"
        rf"(?:de[ ]la|des|du|de|d['’])[ ]?[\w'’-]{{3,30}}(?:,?[ ]{_FR_CODE}{_CITY})?",
        _I,
    ),
    # the number behind: rue des Lilas 12, 1000 Bruxelles; Hauptstraße 12, 10115 Berlin
    re.compile(
        rf"(?<!\w)(?:(?i:{_FR_STREET})\.?(?:[ ][\w'’-]{{1,30}}){{1,5}}|\w{{3,30}}(?:stra(?:ß|ss)e|str\.))"
        rf"[ ]\d{{1,4}}[a-z]?,?[ ](?:[BD]-)?\d{{4,5}}[ ]{_NAME}"
    ),
    re.compile(
        rf"(?<!\w)(?i:lieu[- ]dit|hameau|lotissement|résidence|residence)(?:[ ][\w'’-]{{1,30}}){{1,5}},?[ ]{_FR_CODE}{_CITY}"
    ),
    re.compile(
        rf"(?<!\w)(?i:j['’]habite|nous habitons|mon adresse(?: est)?)[ :]{{1,3}}(?P<where>(?i:{_FR_STREET})"
        rf"(?:[ ](?i:{_SMALL}))?(?:[ ]{_NAME}){{1,3}}(?:,?[ ](?:au[ ])?\d{{1,4}})?)"
    ),
    # Where a phone says that it is.
    re.compile(r"(?<![\w.])-?\d{1,2}\.\d{4,8}[ ]?[,;][ ]?-?\d{1,3}\.\d{4,8}(?![\w.])"),
    re.compile(rf"(?<![\w])(?i:p\.?o\.? box|bp)[ ]\d{{2,6}}(?:[ ,]{{1,2}}{_FR_CODE}{_CITY})?"),
)
TRAILING = re.compile(r"[\s.,'’-]*$")

HANDLE = re.compile(
    r"(?<![\w@.])@[A-Za-z0-9_](?:[\w.-]{0,48}\w)?(?:@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,3})?"
)

# Quick looks, in RE2 syntax: a text is searched for a family of kinds only if its look matches. Links
# and handles are taken out before; they are full of digits.
NOT_LOOKED_AT = r"https?://[^ ]+|(?:^|[ (\[.])@[A-Za-z0-9_]+"
LOOKS = {
    "email": r"(?i)(?:[^ @] ?@ ?[^ ]|%40|[(\[{<] ?(?:@|at|a\)|arobas|à|chez)|arobas|[ -](?:at|chez|à)[ -](?:gmail|"
    r"hotmail|outlook|yahoo|orange|free|sfr|wanadoo|icloud|live|laposte|aol|msn|proton)|"
    r" at [^ ]+ dot |  ?[.,] ?(?:com|fr|net|org|be|ch|ca|de))",
    "number": r"[0-9](?:[^0-9]{0,3}[0-9]){7}|1Z[ 0-9A-Z]{16}",
    "named": r"(?i)(?:cvv|cvc|cryptogramme|s[ée]curit|passe|mdp|passw|pwd|passcode|code|login|identifiant|user|pin|"
    r"ip |address|plaque|immat|plate|registration|n[ée]e? le|born|birth|naissance|dob|nir)|[A-Z]{2}-[0-9]{3}-[A-Z]{2}|[0-9]{3}-[0-9]{2}-[0-9]{4}",
    "keyed": r"(?i)(?:ref|code|pnr|locator|num[ée]ro|number|n°|order|booking|reservation|conf|ac+(?:oun)?t|a/c|"
    r"acc|case|ticket|commande|cde|cmd|colis|dossier|suivi|client|compte|r[ée]f|r[ée]sa|r[ée]servation|"
    r"billet|user|login|identifiant|abonn|adh[ée]rent|contra[ct]t?|facture|invoice|imei|bag|policy|"
    r"police|member|customer|claim|parcel|package|shipment|consignment|tracking|serial|s/n|passport|"
    r"passeport|sinistre|incident|intervention|demande|livraison|exp[ée]dition|delivery|receipt|"
    r"transaction|return|rma|permis|licen|loyalty|fid[ée]lit[ée]|reward|ssn|social|frequent|skymiles|aadvantage|rapid|"
    r"soci[ée]taire|r[ée]clamation|complaint|ligne|sort code|rib|iban|item|ff|s[ée]rie|no|allocataire)"
    r"[^0-9]{0,45}(?:[a-z][-_./]?[0-9]|[0-9](?:[^ ]{3}|[0-9]{1,3} [0-9]))",
    "address": r"(?i)(?:lieu[- ]dit|hameau|lotissement|r[ée]sidence|habit|adresse|str\.|stra(?:ß|ss)e|[0-9]\.[0-9]{4}|"
    r"(?:rue|avenue|boulevard|place|chemin|quai) [^0-9]{0,80}[0-9]|[0-9][a-d]?(?: ?(?:bis|ter|quater))? ?,? (?:[^ ]+ ){0,4}(?:rue|avenue|ave?|boulevard|"
    r"b[lv]?d|place|pl|chemin|che|all[ée]es?|impasse|imp|route|rte|quai|cours|square|passage|"
    r"r[ée]sidence|lotissement|hameau|ruelle|sentier|villa|faubourg|fbg|esplanade|promenade|rond-point|"
    r"cité|montée|traverse|voie|st|street|road|rd|lane|ln|drive|dr|blvd|court|ct|close|crescent|cres|"
    r"terrace|way|sq|gardens|gdns|grove|hill|mews|parkway|pkwy|circle|cir|trail|highway|hwy|row|walk|"
    r"view|rise|park|r|ch)(?:[^a-z]|$)|(?:post ?code|zip ?code|zip|live (?:at|in)|address(?: is)?|i['’]?m (?:at|in)|code is)[ :]+"
    r"[a-z]{1,2}[0-9]|(?:box|bp) [0-9]{2})",
}
