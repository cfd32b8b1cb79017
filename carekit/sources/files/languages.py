"""Languages as tables name them (Deutsch, anglais, de-DE) → codes of two letters, as SQL."""

from __future__ import annotations

from carekit.sources.drafts import strings
from carekit.sources.files.headings import folded

NAMES = {
    "en": "english anglais englisch ingles inglese engels angielski 英語",
    "fr": "french francais franzosisch frances francese frans francuski フランス語",
    "de": "german allemand deutsch aleman alemao tedesco duits niemiecki ドイツ語",
    "es": "spanish espagnol spanisch espanol castellano espanhol spagnolo spaans hiszpanski スペイン語",
    "it": "italian italien italienisch italiano italiaans włoski イタリア語",
    "nl": "dutch neerlandais niederlandisch neerlandes holandes olandese nederlands niderlandzki holenderski",
    "pt": "portuguese portugais portugiesisch portugues portoghese portugees portugalski",
    "pl": "polish polonais polnisch polaco polones polacco pools polski ポーランド語",
    "ja": "japanese japonais japanisch japones giapponese japans japonski 日本語",
}
_CODES = {folded(name): code for code, names in NAMES.items() for name in names.split()}


def language_sql(cell: str) -> str:
    """SQL: the code of a language; what is neither a code nor a known name stays as it is."""
    plain = f"lower(strip_accents({cell}))"
    code = f"regexp_extract({plain}, '^([a-z]{{2}})([-_][a-z]{{2,4}})*$', 1)"
    place = f"list_position({strings(list(_CODES))}, {plain})"
    named = f"list_extract({strings(list(_CODES.values()))}, nullif({place}, 0))"
    known = f"coalesce(nullif({code}, ''), {named}, {cell})"
    return f"CASE WHEN {cell} IS NOT NULL THEN {known} END"
