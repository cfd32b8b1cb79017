"""Times as people and tools spell them (12 mars 2024 à 14h05, Mar 12, 2024 2:05 PM CET), as SQL.

`plain` brings a time into one spelling: blanks, words and weekdays out, English months of three
letters, 24 hours or AM and PM, the offset at its end. Languages: English, French, German, Spanish,
Italian, Portuguese, Dutch. A zone whose letters mean several countries (CST, IST) is not read.
"""

from __future__ import annotations

_BLANKS = r"[\s\x{00A0}\x{2000}-\x{200F}\x{202F}\x{205F}\x{3000}\x{FEFF}]+"
_WEEKDAYS = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|lun(?:di|es|edì)?|"
    r"mar(?:di|tes|tedì)|mer(?:credi|coledì)?|jeu(?:di)?|ven(?:dredi|erdì)?|sam(?:edi)?|"
    r"dim(?:anche)?|mo(?:ntag)?|di(?:enstag|nsdag)?|mi(?:ttwoch)?|do(?:nnerstag|nderdag)?|"
    r"fr(?:eitag)?|sa(?:mstag)?|so(?:nntag)?|mié(?:rcoles)?|jue(?:ves)?|vie(?:rnes)?|"
    r"sáb(?:ado)?|dom(?:ingo|enica)?|gio(?:vedì)?|sab(?:ato)?|maandag|woensdag|vrijdag|zaterdag|"
    r"zondag|segunda(?:-feira)?|terça(?:-feira)?|quarta(?:-feira)?|quinta(?:-feira)?|"
    r"sexta(?:-feira)?"
)
MONTHS = {
    "jan": "jan(?:uary|vier|uari?|v|eiro)?|jän(?:ner)?|ene(?:ro)?|gen(?:naio)?",
    "feb": "feb(?:ruary|ruari?|rero|braio)?|fév(?:rier|r)?|fev(?:rier|r|ereiro)?",
    "mar": "mar(?:ch|s|zo|ço|co)?|märz|mär|mrz|maart|mrt",
    "apr": "apr(?:ile?)?|avr(?:il)?|abr(?:il)?",
    "may": "mayo?|mai|mag(?:gio)?|mei|maio",
    "jun": "june?|juin|jun(?:io?|ho)|giu(?:gno)?",
    "jul": "july?|juil(?:let)?|jul(?:io?|ho)|lug(?:lio)?",
    "aug": "aug(?:ust|ustus)?|août|aout|ago(?:sto)?",
    "sep": "sept?(?:ember|embre|iembre)?|set(?:tembre|embro)?",
    "oct": "oct(?:ober|obre|ubre)?|okt(?:ober)?|ott(?:obre)?|out(?:ubro)?",
    "nov": "nov(?:ember|embre|iembre|embro)?",
    "dec": "dec(?:ember|embre)?|déc(?:embre)?|dez(?:ember|embro)?|dic(?:iembre|embre)?",
}
# Letters of zones that mean one offset, minutes east of UTC.
ZONES = {
    "gmt": 0, "utc": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "mez": 60, "met": 60,
    "cest": 120, "mesz": 120, "mest": 120, "eet": 120, "eest": 180, "msk": 180, "edt": -240,
    "est": -300, "cdt": -300, "mdt": -360, "mst": -420, "pdt": -420, "pst": -480, "jst": 540,
    "kst": 540, "hkt": 480, "sgt": 480, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
}  # fmt: skip
_NAMES = "|".join(sorted(ZONES, key=len, reverse=True))
_TAIL = rf"(?:({_NAMES}) ?)?([+-]\d{{1,2}}(?::?\d{{2}})?)?$"
# What ends a time of day, so that the -12 of a date is no offset.
_CLOCK = r"(:\d{2}(?:[.,]\d+)?(?: [ap]m)?(?: \d{4})?) ?"
ZONED = (
    rf"{_CLOCK}(?:{_NAMES}|[+-]\d{{1,2}}(?::?\d{{2}})?|(?:{_NAMES}) ?[+-]\d{{1,2}}(?::?\d{{2}})?)$"
)
WORDS = frozenset(
    "ago il y a hier yesterday today now aujourd hui heute gestern hours hour heures heure days day "
    "jours jour minutes minute min sec weeks week semaines semaine tage tag stunden stunde vor am pm "
    "à at um de of st nd rd th er h uhr t z".split()
)

_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %I %p", " %H:%M:%S.%f")
FORMATS = (
    *(f"{date}{clock}" for date in ("%d %b %Y", "%b %d %Y", "%Y %b %d") for clock in _CLOCKS),
    *(f"%b %d{clock} %Y" for clock in _CLOCKS[1:]),
)
SHORT_YEARS = tuple(f"%d %b %y{clock}" for clock in _CLOCKS)
HAS_SHORT_YEAR = r"^\d{1,2} [a-z]{3} \d{2}( |$)"


def plain(value: str) -> str:
    """SQL: a time in one spelling; anything else comes out as some other text."""
    steps = [
        (r"(\d) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日", r"\1-\2-\3"),
        (r"(\d{1,2}) ?時 ?(\d{1,2}) ?分 ?(\d{1,2}) ?秒", r"\1:\2:\3"),
        (r"(\d{1,2}) ?時 ?(\d{1,2}) ?分", r"\1:\2"),
        (_BLANKS, " "),
        (
            rf"(:\d{{2}}(?:[.,]\d+)?(?: ?[ap]m)?) ?\(((?:{_NAMES})? ?[+-]?\d{{0,2}}(?::?\d{{2}})?)\)$",
            r"\1 \2",
        ),
        (r" ?\([^()]*\)$", ""),
        (r"(\d) ?([ap])\.? ?m\b\.?", r"\1 \2m"),
        (r"^mar[.]? (\d{1,2}\.? \pL{3,})", r"\1"),  # mar. 12 mars: a Tuesday, no month
        (rf"^(?:{_WEEKDAYS})[.,]* (?:den |the )?", ""),
        (r"^(?:le|on|am|il|el) (\d)", r"\1"),
        (r"\b(\d{1,2})(?:st|nd|rd|th|er|º|ª|°)\b", r"\1"),
        (r",? (?:à|a las|a la|às|um|at|alle|ore|om|kl\.?|-|–|•|·|\|) (\d)", r" \1"),
        (r"\b(\d{1,2}) ?h ?(\d{2}) ?(?:mn?|min|:|') ?(\d{2})(?: ?s)?\b", r"\1:\2:\3"),
        (r"\b(\d{1,2}) ?h ?(\d{2})(?: ?(?:mn|min|m)\b|\b)", r"\1:\2"),
        (r"\b(\d{1,2}) ?h\b$", r"\1:00"),
        (r"(:\d{2}) uhr\b", r"\1"),
        (r" (\d{1,2}) uhr\b", r" \1:00"),
        (r" (?:(?:de|of|del) |d')", " "),
    ]
    made = f"lower(trim({value}))"
    for pattern, replacement in steps:
        made = _replace(made, pattern, replacement)
    for month, names in MONTHS.items():
        made = _replace(made, rf"(^|[ \d./,-])(?:{names})\b\.?", rf"\1{month}")
    # 12-Mar-2024, Mar 12, 2024: one blank between the parts of a date that names its month.
    dated = _replace(made, r"(\d)[-/.,]* ?([a-z]{3})[-/., ]+(\d)", r"\1 \2 \3")
    dated = _replace(dated, r"^([a-z]{3}) (\d{1,2}),? (\d)", r"\1 \2 \3")
    dated = _replace(dated, r"(^|\D)(\d{4}), ?", r"\1\2 ")
    # Tue Mar 12 14:05:33 CET 2024: the zone to the end.
    moved = _replace(dated, rf"{_CLOCK}({_NAMES}|[+-]\d{{4}}) (\d{{4}})$", r"\1 \3 \2")
    years = _replace(moved, r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b", r"\1-\2-\3")
    return f"trim({years})"


def without_zone(value: str) -> str:
    """SQL: a plain time without the offset at its end."""
    return _replace(value, _CLOCK + _TAIL, r"\1")


def minutes_east(value: str) -> str:
    """SQL: minutes of the offset at the end of a plain time."""
    name = f"regexp_extract({value}, '{_TAIL}', 1)"
    given = f"regexp_extract({value}, '{_TAIL}', 2)"
    names = " ".join(f"WHEN '{n}' THEN {minutes}" for n, minutes in ZONES.items())
    digits = f"replace(substr({given}, 2), ':', '')"
    hours = f"CASE WHEN strlen({digits}) > 2 THEN left({digits}, strlen({digits}) - 2) ELSE {digits} END"
    rest = f"CASE WHEN strlen({digits}) > 2 THEN right({digits}, 2) ELSE '0' END"
    offset = (
        f"(CASE WHEN starts_with({given}, '-') THEN -1 ELSE 1 END * (coalesce(try_cast({hours} AS "
        f"INTEGER), 0) * 60 + coalesce(try_cast({rest} AS INTEGER), 0)))"
    )
    return f"(CASE {name} {names} ELSE 0 END + {offset})"


def _replace(value: str, pattern: str, replacement: str) -> str:
    quoted = pattern.replace("'", "''")
    return f"regexp_replace({value}, '{quoted}', '{replacement}', 'g')"
