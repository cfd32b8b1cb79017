"""Hand-offs: a brand asks to continue in private, or says that it has written there.

Brand posts only. Two labels: `requested` ("please DM us") and `announced` ("we've sent you a DM").
The patterns keep to what Python's `re`, RE2 and Java have in common; apply them to lower-case text.
"""

# Patterns are read by the word, not by the line.
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from carekit.text.matching import lower_all, match_cleaned
from carekit.text.prepare import URL_PATTERN, as_texts, clean_all
from carekit.text.questions import END, START
from carekit.text.tone import language_rows

HANDOFFS = ("requested", "announced", "none")

# The private place. "3 pm" and "5 DM" are a time and a sum: a digit before is no match.
_DM = r"(?:dm['’]?s?|d\.m\.?|pm['’]?s?|p\.m\.|direct messages?|private messages?|direct msg|private msg|inbox|"
_DM += r"messenger|direct message thread|private chat|secure (?:link|chat|message)|private (?:and )?secured?[ a-z]{0,12} link)"
_VIA = r"(?:via|by|in|through|thru|over|using|with|on|into|to|from)"
_DET = r"(?:(?:a|an|the|our|your|my|us|me|it|them|this|that|these|quick|direct|private|further|some)[ ]+){0,3}"
_SOME = r"(?:[^ .!?;]+[ ]+){0,8}"

_EN_ASK = "|".join(
    [
        # send us a DM, shoot me a private message, drop us a quick note via DM
        rf"(?:send|sending|shoot|shooting|drop|dropping|pop|popping|slide|give|leave|write|forward|provide|"
        rf"share|message|submit|pass|include|put|reply|respond|get back to us|reach out|reach us|contact us|"
        rf"get in touch|follow[ -]?up|continue|chat|talk|speak|move|take|connect|join|meet|find|details|"
        rf"info|information|number|name|address|email|e-mail|reservation|confirmation)[ ,:]+{_SOME}"
        rf"(?:{_VIA}[ ]+)?{_DET}{_DM}",
        # DM us, PM me your number, please DM, DM'ing us, inbox us
        r"(?:dm|pm|d\.m\.|direct message|private message|privately message|inbox|private msg|privately msg)"
        r"(?:[ ]?['’]?ing)?[ ]+(?:us|me|@?[a-z0-9_]*(?:help|care|support)[a-z]*|you[r]?|ur|the|with|over|"
        r"which|what|where|when|any|all|some|full|details|a |an |account|order|info|back|so|if|and|to us|here|"
        r"for|more|to|w|our|please|pls|thanks)",
        r"(?:please|pls|plz|kindly|can you|could you|can u|feel free to|you can|you may|just|then|and|to|or|"
        r"you['’]ll need to|also|lets|let['’]s)[ ]+(?:dm|pm|direct message|private message|inbox)",
        rf"(?:messag(?:e|ing) (?:us|me)|send (?:us|me)|write (?:to )?us|contact us|chat with us|reach us|"
        rf"speak (?:to|with) us)[ ]+{_SOME}(?:privately|in private|confidentially)",
        rf"(?:in|via|by|through|using|over|into)[ ]+{_DET}(?:dm|pm|direct message|private message|"
        rf"direct messages|private messages|direct msg|dms)",
        r"(?:private|direct) messages? (?:us|me|button|link)",
        r"(?:click|use|tap|follow|select|hit|press)[ ]+(?:[^ .!?;]+[ ]+){0,5}(?:link|button|below|message)"
        r"[ ]+(?:[^ .!?;]+[ ]+){0,6}(?:dm|direct message|private message|messenger|message us|private)",
        rf"{_DM}[ ]+(?:link|button)[ ]+below",
        r"(?:private|secured?)[ ]+(?:[a-z]+[ ]+){0,2}(?:link|chat|channel|conversation)",
        # On the networks of short posts "message us" is the private way; "message us again here" is not.
        r"(?:please|pls|plz|kindly|can you|could you|can u|feel free to|have (?:him|her|them|your [a-z]+))[ ]+"
        r"message (?:us|me)(?:$|[ ]*[.!,?:;(]|[ ]+(?:with|your|the|so|and|at|via|for|when|directly|about|if|any|a|details|more))",
        r"send (?:us|me) a message(?:[ ]+(?:by|so|with|via|and|directly|below|through|using|there|containing)|[.!,:])",
        r"(?:just|only|always) a (?:dm|pm|direct message|private message) away",
        r"(?:click|tap|press|hit|use)[ ]+(?:the |on |on the )?['’‘\"“]?message(?:['’\"”]| us| button| icon)",
    ]
)
_EN_TELL = "|".join(
    [
        # we've sent you a DM, just DM'd you, I have replied to your private message
        rf"(?:we|i|i['’]m|we['’]re|we['’]ve|i['’]ve|we['’]ll|i['’]ll|ive|weve|team has|team have|has|have|just)[ ]+"
        rf"(?:have |has |will |be |been |just |now |already |also |are |am |both |since |only )*"
        rf"(?:sent|sending|send|resend|resent|replying|responding|dm['’]?e?d|pm['’]?e?d|messaged|replied|responded|answered|written|dropped|shot|"
        rf"reached out|followed up|got back|reply|respond|received|see|seen|got|found|followed|"
        # No comma between: "we have new terms, send us a DM" asks.
        rf"continue|assist|meet|help|reaching out)[ ]+(?:[^ .!?;,]+[ ]+){{0,6}}?(?:{_VIA}[ ]+)?{_DET}{_DM}",
        # "we have your DM" tells; "can I have you DM me" asks.
        rf"(?:we|i|we['’]ve|i['’]ve)[ ]+(?:now |already |both )*(?:have|has|got)[ ]+(?:your|ur|the|that|this)[ ]+"
        rf"(?:[a-z]+[ ]+){{0,2}}{_DM}",
        r"(?:we|i|we['’]ve|i['’]ve|just|have|has)[ ]+(?:just |now |already |also )*(?:dm|pm)['’]?e?d[ ]+you",
        rf"(?:check|see|view|read|look at|look in|look out for|watch for|take a look at)[ ]+(?:(?:out|on|in|at|into|now|again|please|both|all|of|back|for)[ ]+){{0,2}}"
        rf"(?:(?:our|my|the|that) (?:[a-z]+ )?(?:reply|response|answer|message|instructions)[ ]+(?:in|via|to|on|by)[ ]+)?"
        rf"(?:your|ur|the|our|for (?:a|our|my|the))?[ ]*(?:new |latest |last |recent |direct |private |twitter )*"
        rf"{_DM}",
        rf"(?:thanks|thank you|thx|cheers|appreciate)[ ]+(?:[^ .!?;]+[ ]+){{0,4}}{_DET}{_DM}",
        rf"{_DM}[ ]+(?:has been |have been |was |is |just |now |already )*(?:sent|received|responded|replied|"
        rf"answered|on its way|on the way|coming)",
        rf"(?:sent|replied|responded|answered)[ ]+(?:[^ .!?;]+[ ]+){{0,4}}?(?:(?:via|by|in|through|over|to|on)[ ]+)?"
        rf"{_DET}{_DM}",
        rf"(?:reply|respond|response|replies|answer)[ ]+(?:[^ .!?;]+[ ]+){{0,3}}(?:to|in) (?:our|the|my) (?:last |"
        rf"latest |previous |recent )*{_DM}",
    ]
)
_MP = (
    r"(?:mps?|m\.p\.?|dms?|pvs?|privés?|prive|inbox|messagerie(?: privée| privee| instantanée)?|messenger|"
    r"messages? (?:privés?|prive|directs?|perso[a-z]*)|msg (?:privés?|prive|directs?)|"
    r"conversations? (?:privées?|privee)|discussions? (?:privées?|privee)|message en privé)"
)
_FR_VIA = r"(?:en|par|via|dans|sur|depuis|avec|à|a|au)"
_FR_SOME = r"(?:[^ .!?;]+[ ]+){0,9}"

_FR_ASK = "|".join(
    [
        rf"(?:envoye[rz]|envoie|envoies|envoi|transmett(?:re|ez)|transmets|communique[rz]|indique[rz]|écri(?:re|vez|s)|ecri(?:re|vez)|"
        rf"adresse[rz]|fai(?:re|tes|s)|passe[rz]|laisse[rz]|contacte[rz]|joindre|rejoi(?:ndre|gnez|ns)|réponds?|"
        rf"répond(?:re|ez)|précise[rz]|donne[rz]|fourni(?:r|ssez)|échange[rz]|échangeons|continue[rz]|continuons|"
        rf"poursuiv(?:re|ez|ons)|retrouv(?:er|ez|ons)|discut(?:er|ez|ons)|parl(?:er|ez|ons)|voi[rt]|revenir|"
        rf"revenez|mett(?:re|ez)|partage[rz]|confi(?:er|ez)|déplac(?:er|ez|ons)|bascul(?:er|ez|ons)|propose[rz]|"
        rf"pass(?:er|ez|ons)|coordonnées|numéro|adresse|détails|informations|infos|références|demande|"
        rf"message)[ ,:]+{_FR_SOME}(?:(?:{_FR_VIA})[ ]+)?(?:un |une |le |la |nos |notre |votre |vos |petit |en )*{_MP}",
        r"(?:en|par|via)[ ]+(?:un |une |le |la |nos |notre |votre |tes |vos )?(?:mps?|dms?|pv|privé|message privé|"
        r"messages privés|message direct|messagerie privée|messagerie|msg privé|inbox|messenger|message prive|"
        r"prive)",
        rf"utilis(?:er|ez|ons|es|e|ant)[ ]+{_FR_SOME}(?:la |notre |votre |les )?{_MP}",
        r"(?:mp|dm)[ -](?:nous|moi|us)",
        rf"{_MP}[ ]+(?:svp|s['’]il vous plaît|stp|avec|contenant|précisant|en indiquant|pour que|afin)",
        r"(?:contacte[rz]|écri(?:re|vez)|joindre)[ -]+(?:nous |moi )?(?:[^ .!?;]+[ ]+){0,3}(?:confidentiellement|"
        r"en toute confidentialité|de façon confidentielle)",
    ]
)
_FR_TELL = "|".join(
    [
        # nous vous avons envoyé un MP, je te réponds en privé; "de nous envoyer un MP" asks.
        rf"(?:nous|je|on|j['’]ai|l['’]équipe|nous vous|je vous|je t['’]|je te|on vous|on t['’]|vous)[ ]*"
        rf"(?:(?:vous|t['’]|te|y|l['’]|lui)[ ]*)?(?:avons|ai|a|as|avez)?[ ]*(?:(?:vous|déjà|bien|aussi|"
        rf"justement|également|t['’])[ ]*)*(?:envoyé|envoie|envoyons|répondu|réponds|répondons|écrit|écris|"
        rf"écrivons|contacté|contacte|contactons|adressé|adressons|transmis|laissé|reçu|recontacté|"
        rf"recontactons|reviens|revenons|répond|revenu|revenue|revenus)[ ]+{_FR_SOME}(?:(?:{_FR_VIA})[ ]+)?"
        rf"(?:un |une |le |la |nos |notre |votre |vos |ton |tes |petit )*{_MP}",
        rf"(?:viens|venons|vient|vais|allons|va)[ ]+(?:de |d['’])?(?:vous |t['’]|te |l['’]|y )*(?:envoyer|"
        rf"répondre|écrire|contacter|adresser|laisser|transmettre)[ ]+{_FR_SOME}(?:(?:{_FR_VIA})[ ]+)?"
        rf"(?:un |une |le |la |nos |notre |votre |vos |ton |tes |petit )*{_MP}",
        rf"(?:regard(?:ez|e|er)|consult(?:ez|e|er)|vérifi(?:ez|e|er)|verifi(?:ez|e|er)|voir|cf\.?|voyez|allez voir|va voir|lisez|lis|"
        rf"jet(?:ez|te) un (?:œil|oeil|coup d['’](?:œil|oeil)) (?:à|a|sur|dans)|check(?:ez|e)?)[ ]+(?:vos|tes|votre|"
        rf"ton|en|dans vos|dans tes|notre|nos|le|les|mon)[ ]+{_MP}",
        rf"(?:vous avez|tu as|t['’]as)[ ]+(?:reçu[ ]+|eu[ ]+)?(?:un|une|notre|mon|le)[ ]+(?:nouveau[ ]+)?{_MP}",
        rf"{_MP}[ ]+(?:vous a été |t['’]a été |a été |est |vient d['’]être |bien |déjà |vous )*(?:envoyée?s?|reçue?s?|"
        rf"adressée?s?|transmis|répondu|parti)",
        rf"(?:répondu|échange)[ ]+{_FR_SOME}(?:en|par|via|dans)[ ]+(?:vos |tes |votre |ton |un |nos )?{_MP}",
        rf"(?:réponse|suite)[ ]+(?:[^ .!?;]+[ ]+){{0,2}}(?:en|par|via|dans)[ ]+(?:vos |tes |votre |ton |un |nos )?{_MP}",
        rf"(?:merci|reçu|réponse)[ ]+(?:bien |à |pour |de |par )*(?:votre|ton|vos|le|notre|nos)[ ]+{_MP}",
    ]
)

HANDOFF_PATTERNS: dict[str, dict[str, str]] = {
    "en": {
        "requested": f"{START}(?:{_EN_ASK}){END}",
        "announced": f"{START}(?:{_EN_TELL}){END}",
    },
    "fr": {
        "requested": f"{START}(?:{_FR_ASK}){END}",
        "announced": f"{START}(?:{_FR_TELL}){END}",
    },
}
"""By language: what a brand writes to ask for a private message, or to announce one. A post that
announces counts as announced, whatever else it says; for lower-case text without links."""

HANDOFF_PATTERN: dict[str, str] = {
    kind: f"{START}(?:{en}|{fr}){END}"
    for kind, en, fr in (("requested", _EN_ASK, _FR_ASK), ("announced", _EN_TELL, _FR_TELL))
}
"""Both languages together."""


def flag_handoffs(
    texts: Iterable[Any],
    *,
    author_role: pd.Series | str = "brand",
    lang: pd.Series | str = "und",
) -> pd.Series:
    """Whether each brand post moves the conversation to private messages.

    "requested", "announced" or "none"; missing for posts that are not a brand's and for missing text. A
    post that announces is "announced" even if it also asks: the private conversation is open already.
    `lang` "en" or "fr" uses the patterns of that language, anything else those of both.
    """
    series = as_texts(texts)
    lowered = lower_all(clean_all(series), drop=URL_PATTERN)
    found = handoffs_of(lowered, language_rows(lang, series))
    found[series.isna().to_numpy()] = None
    found[~brand_posts(author_role, series)] = None
    return pd.Series(found, index=series.index, dtype="string", name="handoff")


def handoffs_of(lowered: Any, rows: np.ndarray) -> np.ndarray:
    """`flag_handoffs` on an Arrow array of lower-case texts."""
    found = np.array(["none"] * len(lowered), dtype=object)
    for kind in ("requested", "announced"):
        patterns = {lang: HANDOFF_PATTERNS[lang][kind] for lang in HANDOFF_PATTERNS}
        patterns["und"] = HANDOFF_PATTERN[kind]
        found[match_cleaned(lowered, patterns=patterns, rows=rows)] = kind
    return found


def brand_posts(author_role: pd.Series | str, texts: pd.Series) -> np.ndarray:
    """True where the author is a brand."""
    from carekit.errors import InputError

    if isinstance(author_role, str):
        return np.full(len(texts), author_role == "brand")
    if len(author_role) != len(texts):
        raise InputError(
            f"`author_role` has {len(author_role)} values for {len(texts)} posts; expected one a "
            "post. Pass one role, or a Series as long as `texts`."
        )
    return (author_role.astype(object).to_numpy() == "brand").astype(bool)
