"""Questions: a flag beside the tone, for a complaint may ask.

Two definitions, always reported under their names: `mark` (a question mark outside links) and
`cues` (a question mark, or words that ask). A third of real questions carry no mark.

The patterns use what Python's `re`, RE2 (DuckDB, Arrow) and Java (Spark) have in common: no
look-around, no back-reference, no `\\b` or `\\w` (RE2 knows them for ASCII only), accents written as
they are. Apply them to lower-case text from which links were removed.
"""

# Patterns are read by the word, not by the line.
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from carekit.errors import InputError
from carekit.text.matching import match
from carekit.text.prepare import NOISE_PATTERN, as_texts

# What stands before and after a word: anything but a letter, digit or apostrophe. Alternatives
# share one opening: repeated in each of them it would multiply the states of the automaton.
_LETTER = "a-z0-9à-öø-ÿœ"
START = f"(?:^|[^{_LETTER}'’])"
END = f"(?:$|[^{_LETTER}])"
# A post, or a sentence in it, begins: after handles, greetings and fillers.
_OPEN = r"(?:^|[.!?;:…\"“«>)(*~-])[ ]*(?:#[^ ]+[ ]+)*"
_FILL_EN = (
    r"(?:(?:hi+|hello|hey+|heya?|yo|ok|okay|so|and|but|well|or|also|please|pls|plz|lol|um+|uh+|oh|ah|"
    r"yeah|yes|no|nah|guys|hm+|btw|just|then|wait|sorry|dear|anyway|anyways|now|again|seriously|"
    r"omg|man|dude|quick question|question|thanks|thank you|thx|excuse me|curious|because|cuz|cause|"
    r"there|all|everyone|everybody|team|folks|room|ladies|sir|good morning|good evening)[ ,]+){0,3}"
)
_NAME_EN = r"(?:[a-z]*u(?:ser)?[0-9]+|[0-9-]+[a-z]*user[0-9]+)?[ ,:.]*"
_BARE_EN = _OPEN + _FILL_EN
_BEGIN_EN = _BARE_EN + _NAME_EN
_YOU = r"(?:you|u|ya|ye|yall|y'all|y’all)"
_PRONOUN = (
    r"(?:i|we|they|he|she|it|there|this|that|these|those|anyone|any1|anybody|any|someone|somebody|"
    r"everyone|everybody|ppl|people|your|ur|my|our|the|his|her|its|" + _YOU + ")"
)
_BE = r"(?:is|are|r|was|were|am|isn['’]?t|aren['’]?t|wasn['’]?t|weren['’]?t|ain['’]?t)"
_DO = r"(?:do|does|did|don['’]?t|doesn['’]?t|didn['’]?t|have|has|had|haven['’]?t|hasn['’]?t)"
_MODAL = (
    r"(?:can|could|will|would|should|shall|may|might|must|can['’]?t|couldn['’]?t|won['’]?t|"
    r"wouldn['’]?t|shouldn['’]?t)"
)
_VERB = rf"(?:{_BE}|{_DO}|{_MODAL}|s)"

_ENGLISH_OPENING = "|".join(
    [
        # how are you, what is, where's, who wants: a sentence that opens with an asking word.
        rf"(?:why|whys|where|wheres|whose|whom|who|whos|whois|wher|wy|whats|wats|wuts|hows|howz|whens){END}",
        rf"(?:where|why|who|what|how|when)['’](?:s|re|d|ll|m){END}",
        r"(?:what|wat|wut|wht|wot|whats|wats|whatcha|watcha|wassup|whatsup|sup)(?:$|[ ]+"
        r"(?:is|are|r|was|were|do|does|did|can|could|will|would|should|has|have|had|happened|kind|type|"
        r"time|day|part|about|abt|if|for|else|up|the (?:hell|heck|fuck|point|difference|status|best)|you|"
        r"u|ya|your|my|going|goin|makes?|am|i['’]m|ya['’]ll|color|colour|size|one|in the|now|size|age|"
        r"state|city|country|song|music|room|game|movie|school|number|name|[a-z]+ing|[a-z]+ (?:is|are|do|"
        r"does|did|you|u))" + END + ")",
        r"(?:how|hows|howz|howd|wheres)(?:$|[ ]+(?:is|are|r|was|were|do|does|did|can|could|"
        r"will|would|should|come|long|much|many|often|old|far|tall|big|soon|late|early|fast|to|u|you|ya|"
        r"bout|about|abt|the (?:hell|heck|fuck)|has|have|had|am|might|may|ur|your|everyone|everybody|"
        r"things|life|dare|exactly|else|in the|hard|bad|good is|it going|goes)" + END + ")",
        r"when(?:s|[ ]+(?:is|are|r|was|were|do|does|did|can|could|will|would|should|has|have|"
        r"the (?:hell|heck|fuck)|u gonna|you gonna|am))" + END,
        r"which[ ]+[a-z]+",
        # are you, does it, can someone: verb before its subject.
        rf"(?:are|r|were|am|aren['’]?t|weren['’]?t|{_MODAL})[ ]+{_PRONOUN}{END}",
        # is user12 a bot; user12 you still there
        r"(?:is|was|are|does|did|has|can|will|where)[ ]+(?:[0-9-]+[a-z]*user|[a-z]*u(?:ser)?)[0-9]+"
        + END,
        rf"{_YOU}[ ]+(?:from|married|single|gonna|an?|in (?:school|college)|live (?:in|near)|still "
        rf"(?:there|here|up|on|awake|around|alive)){END}",
        r"(?:got|have)[ ]+(?:(?:a|any|ur|your|some)[ ]+)?(?:pics?|msn|yahoo|cam|webcam|aim|kids|any)"
        + END,
        rf"(?:does|did|don['’]?t|doesn['’]?t|didn['’]?t|hasn['’]?t|haven['’]?t)[ ]+"
        rf"(?:i|we|they|he|she|it|anyone|any1|anybody|someone|somebody|everyone|that|this|the|your|my|"
        rf"ur|{_YOU}){END}",
        rf"(?:do|have)[ ]+(?:i|we|they|anyone|any1|anybody|{_YOU}){END}",
        r"any(?:one|body|1| ?one)[ ]+(?:know|knows|here|else|have|has|from|want|wants|wanna|"
        r"got|up|play|in|there|heard|seen|like|care|interested|having|can|else)" + END,
        r"any[ ]+(?:[a-z]+[ ]+){0,3}(?:wanna|want|wants|here|from|around|on|in|out there|up "
        r"for|available|yet|know)" + END,
        r"(?:wanna|want|u|you|ya|y['’]?all)[ ]+(?:wanna|want to|chat|pm|talk|like|ok|okay|there|"
        r"here|sure|mean|alright|serious|kidding|guys (?:have|know|ever|still))" + END,
        rf"(?:wanna|asl|a/s/l|remember me|guess what|mind if){END}",
        r"(?:huh|eh|really|right|ready)[ .!]*$",
    ]
)
# "user12 is my friend" states what "is my friend" would ask: no name before these.
_ENGLISH_BARE = rf"(?:is|was|isn['’]?t|wasn['’]?t|ain['’]?t|has|had)[ ]+{_PRONOUN}{END}"
_ENGLISH_INSIDE = "|".join(
    [
        # the same inside a sentence, with "you", which hardly ever states.
        rf"(?:how|what|where|why|who|when)[ ]+(?:are|r|do|did|can|could|would|will|have|should)"
        rf"[ ]+(?:{_YOU}|i|we){END}",
        rf"(?:how|what|where|why)[ ]+(?:r|do|did|can)[ ]+(?:{_YOU}|i|we|they){END}",
        rf"(?:can|could|would|will|do|did|r|are)[ ]+{_YOU}[ ]+(?:please|pls|plz|guys|all|have|know|"
        r"help|tell|check|confirm|explain|advise|assist|send|dm|call|follow|fix|let|give|get|add|make|"
        r"offer|accept|like|want|mean|think|remember|live|work|play|see|hear|still|ever|really|not|even|"
        r"going|gonna|from|sure|ok|okay|there|here|kidding|serious|able|aware|having|doing|looking)"
        + END,
        rf"(?:can|could|does|did|has|is|will|would)[ ]+(?:anyone|any1|anybody|someone|somebody)"
        rf"{END}",
        r"any[ ]+(?:idea|ideas|update|updates|news|chance|clue|tips|suggestions|recommendations|"
        r"thoughts|advice|word|eta|luck|reason|plans|way (?:to|i|you|we))" + END,
        rf"(?:what|how) about (?:you|u|ya|me|that|this|it|the|a){END}",
        # the verb before its subject needs no full stop before it: "... upstairs how long will it take"
        rf"how (?:long|much|many|often|far|soon)(?: [a-z]+)?[ ](?:will|does|do|did|is|are|can|would|should|has){END}",
        rf"(?:what|where)[ ](?:is|are|was)[ ](?:the|your|my|this|that|it|a|an){END}",
        rf"(?:why|when)[ ](?:is|are|will|does|do|did|can|can['’]?t|won['’]?t|isn['’]?t|don['’]?t)[ ](?:the|your|my|it|i|we|you|this|that|they|there|he|she){END}",
        rf"(?:are there|is there)[ ](?:any|a|an|anyone|anything|some|something|someone){END}",
        rf"(?:do|did|have)[ ]{_YOU}[ ](?:sell|ship|deliver|plan|want|thought|considered|planned|tried|any|got|checked|heard|seen|take|need){END}",
        rf"(?:can|could|may|should)[ ]i[ ][a-z]+{END}",
        rf"any other (?:idea|ideas|suggestion|suggestions|option|options|way){END}",
        # asked in a statement: i was wondering if, please advise.
        rf"(?:not sure|unsure)[ ]+(?:if|whether|how to|when|where){END}",
        r"(?:wondering|curious|wonder|asking)[ ]+(?:if|whether|why|how|what|when|"
        r"where|who|which|about)" + END,
        r"(?:like|want|need|love|trying|try)[ ]+to (?:know|find out|understand|ask)[ ]+(?:if|"
        r"whether|why|how|what|when|where|who|which)" + END,
        r"(?:tell|advise|explain|confirm|clarify) (?:me|us)[ ]+(?:please[ ]+)?(?:if|"
        r"whether|why|how|what|when|where|who|which)" + END,
        rf"(?:please|pls|plz|kindly)[ ]+(?:advise|explain|confirm|clarify){END}",
        rf"(?:do|does|did|anyone|anybody)[ ]+(?:{_YOU}[ ]+)?know[ ]+(?:if|whether|why|how|what|when|"
        r"where|who|which|of|any)" + END,
    ]
)
_ENGLISH_ANYWHERE = "|".join(
    [
        r"\?",
        r"[, ](?:huh|eh|innit|or what|or not|or no|yes or no|isn['’]?t it|aren['’]?t you|don['’]?t you|"
        r"doesn['’]?t it|didn['’]?t you|won['’]?t you|can['’]?t you)[ .!)*]*$",
        r",[ ]*(?:right|is it|are you|do you|are they|no)[ .!)*]*$",
    ]
)
_ENGLISH = f"{_ENGLISH_ANYWHERE}|{_BEGIN_EN}(?:{_ENGLISH_OPENING})|{_BARE_EN}{_ENGLISH_BARE}|{START}(?:{_ENGLISH_INSIDE})"

_FILL_FR = (
    r"(?:(?:bonjour|bonsoir|salut|hello|hey|coucou|bjr|bsr|slt|re|et|mais|ou|alors|donc|or|car|bon|bah|"
    r"ben|euh|heu|ok|oui|non|sinon|dites|dis|dites moi|dis moi|svp|stp|s'il vous plaît|s'il te plaît|"
    r"pardon|excusez[- ]moi|question|petite question|une question|merci|enfin|du coup|par contre|au "
    r"fait|mesdames|monsieur|madame|messieurs|à tous|tout le monde|l'équipe|les gars|là|sérieusement|"
    r"franchement|eh|hé|oh|ah|mdr|lol|ptdr|allo|allô|puis|et puis|ensuite|aussi|cher|chère)[ ,]+){0,3}"
)
_BEGIN_FR = _OPEN + _FILL_FR
_HYPHEN = r"[ ]?[-‐‑–][ ]?"
_SUBJECT = r"(?:vous|tu|je|il|elle|on|nous|ils|elles|ce)"

_FRENCH_OPENING = "|".join(
    [
        # pourquoi, comment, combien; "quelle honte !" and "que de monde" exclaim, "quand je" tells.
        rf"(?:pour ?quoi|pq|pk|pkoi|prq|prquoi|comment|commment|cmt|coment|combien|cb|lequel|"
        rf"laquelle|lesquels|lesquelles|est[- ]ce|esce|es ce|es[- ]tu|à quoi|a quoi|de quoi|en quoi|sur "
        rf"quoi|avec quoi|jusqu['’]à quand|depuis quand|à quand|a quand|d['’]où|pour quand|où|quid){END}",
        r"qu['’]?[ ]?(?:est|en)[- ](?:ce|est|penses?z?)",
        r"qu['’](?:est|en|attendez|attends|attendent|y a|allez|avez|as|ont|a)(?:$|[- ])",
        rf"que[ ]+(?:faire|faut|se passe|puis|dois|devons|doit|pensez|penses|pense|devient|"
        rf"deviennent|fait|font|faites|fais|faisons|dit|disent|dites|dis|signifie|veut|veulent|voulez|"
        rf"veux|peut|peuvent|pouvez|peux|pouvons|vaut|propose|proposez|comptez|sait|savez|contient|"
        rf"représente|reste|va|vont|vas|sera|sont|deviendra|mange|mangent|signifient){END}",
        rf"(?:(?:à|a|de|dans|en|sur|pour|par|avec|depuis|vers|chez|sous|contre|d['’]après|selon|"
        rf"pendant|durant|après|avant)[ ]+)?quel(?:le)?s?[ ]+(?:est|sont|était|étaient|serait|seraient|"
        rf"sera|seront|fut|furent|a été|ont été|peut|peuvent|en est){END}",
        rf"(?:à|a|de|dans|en|sur|pour|par|avec|depuis|vers|chez|sous|contre|d['’]après|selon|"
        rf"pendant|durant|après|avant)[ ]+(?:quel(?:le)?s?|qui|quoi|combien){END}",
        rf"quel(?:le)?s?[ ]+[^ .!?;,]+(?:[ ]+[^ .!?;,]+){{0,4}}[ ]+(?:est|sont|a|ont|était|"
        rf"étaient|fut|sera|seront|avez|faut|peut|pouvez|dois|faire|allez|va|vont|doit|avait|fait|"
        rf"[^ .!?;,]+[-‐‑](?:t[-‐‑])?{_SUBJECT}){END}",
        rf"quel(?:le)?s?[ ]+(?:heure|jour|âge|délai|délais|numéro|adresse|tarif|prix|"
        rf"différence|date|taille|type|sorte|genre){END}",
        rf"qui[ ]+(?:est|sont|était|étaient|a|ont|avait|peut|pourrait|peuvent|sait|veut|va|"
        rf"vont|fut|furent|sera|seront|fait|dit|connaît|connait|dois|doit|contacter|aurait|en|d['’]autre|"
        rf"suis|serait|paie|paye|vient|vit|joue|possède|dirige|détient|gagne|remporta|créa|écrivit|"
        rf"inventa|découvrit|[^ .!?;,]+a|[^ .!?;,]+it){END}",
        rf"quand[ ]+(?:est|sera|seront|serons|aurons|aurez|aura|allez|allons|va|vont|vas|"
        rf"pourr[a-z]+|comptez|comptes|pensez|arrive|reviendr[a-z]+|sont|était|étaient|fut|a|ont|avez|"
        rf"as|peut|pouvez|faut|doit|dois|recevr[a-z]+|ouvre|ouvrez|commence|se|eut|[^ .!?;,]+[-‐‑](?:t"
        rf"[-‐‑])?{_SUBJECT}){END}",
        rf"(?:avez|êtes|etes|savez|allez|faites|voulez|comptez|connaissez|proposez|acceptez|"
        rf"pensez|livrez|vendez|prenez)[ ]vous{END}",
        rf"(?:as|es|peux|veux|vas|sais|fais|connais|aurais|pourrais|penses)[ ]tu{END}",
        r"(?:possible|moyen|normal|des nouvelles|une idée|quoi de neuf|quoi|hein|ça va|ca va)"
        r"(?:[ ]+(?:de|d['’]|pour|que|qu['’]|sur)[^.!]*)?[ .!]*$",
    ]
)
_FRENCH_INSIDE = "|".join(
    [
        # the verb before its subject, with its hyphen; a hyphenless "vous" only after certain verbs.
        rf"[a-zà-öø-ÿœ]+{_HYPHEN}(?:t{_HYPHEN})?(?:il|elle|on|ils|elles|je|tu){END}",
        rf"(?:pouvez|pourriez|pouriez|avez|aviez|auriez|aurez|êtes|etes|étiez|seriez|serez|savez|"
        rf"sauriez|allez|faites|voulez|voudriez|comptez|devez|devriez|connaissez|proposez|acceptez|"
        rf"pensez|livrez|vendez|prenez|remboursez|comprenez|trouvez|envisagez|prévoyez|confirmez|"
        rf"disposez|voyez|croyez|aimez|utilisez|souhaitez|parlez|travaillez){_HYPHEN}vous{END}",
        rf"(?:pouvez|pourriez|pouriez|auriez|sauriez|voudriez|seriez)[ -]v(?:ou)?s{END}",
        rf"quel(?:le)?s?[ ](?:est|sont)[ ](?:le|la|les|l['’]|votre|vos|mon|ma){END}",
        rf"(?:est|était|serait|sera|sont|étaient|seraient|seront|soit|fut|fût|furent)"
        rf"{_HYPHEN}ce{END}",
        rf"(?:avons|pouvons|devons|sommes|allons|faisons|pourrions|aurions|serons){_HYPHEN}nous"
        rf"{END}",
        rf"(?:peux|peut|pourrais|pourrait|aurais|voudrais|sais|veux)[ ]tu{END}",
        # inside a sentence
        r"(?:est|es)[- ]ce[- ]?qu",
        rf"qu['’]?est[- ]ce{END}",
        rf"(?:c['’]est|c|cest)[ ]+(?:quoi|quand|où|qui|combien|pour quand|normal ou|possible de|"
        rf"pour quoi){END}",
        rf"(?:ça|ca|cela)[ ]+(?:coûte|coute|vaut|fait|prend|dure)[ ]+combien{END}",
        r"(?:vous|tu|on|je|il|elle|ils|elles)[ ]+[^ .!?;,]+(?:[ ]+[^ .!?;,]+)?[ ]+(?:où|quand|"
        r"comment|combien|pourquoi|quoi|à quelle heure|quel jour)[ .!]*$",
        rf"(?:savoir|demande|demander|demandais|comprendre|dire|sais|sait|savez|indiquer|préciser|"
        rf"expliquer|confirmer|expliquez|dites|dis|dites[- ]moi|dis[- ]moi|me dire|nous dire|ignore|"
        rf"explique|connaître)[ ]+(?:nous[ ]+|moi[ ]+|svp[ ]+|stp[ ]+)?(?:si|s['’]il|s['’]ils|pourquoi|"
        rf"comment|quand|où|combien|quel|quelle|quels|quelles|lequel|à quelle|à quel|ce qu['’]il|quoi)"
        rf"{END}",
        rf"(?:quelqu['’]un|qqun|qqn|qq1|kelkun|quelqun|personne)[ ]+(?:sait|peut|pourrait|a|aurait|"
        rf"connaît|connait|pour|d['’]autre|à|saurait|utilise|est|ici){END}",
        r"(?:une idée|une solution|une explication|un avis|des infos)[ ]*(?:sur|de|"
        r"pour|svp|stp|merci|[.!]*$)",
        rf"y a[ ]t[-' ]il{END}",
    ]
)
_FRENCH_ANYWHERE = "|".join(
    [
        r"\?",
        r"[, ](?:hein|n['’]est[- ]ce pas|ou pas|ou non|ou quoi)[ .!]*$",
        r",[ ]*(?:non|pas vrai|c['’]est ça)[ .!]*$",
    ]
)
_FRENCH = f"{_FRENCH_ANYWHERE}|{_BEGIN_FR}(?:{_FRENCH_OPENING})|{START}(?:{_FRENCH_INSIDE})"

QUESTION_PATTERNS: dict[str, str] = {"en": f"(?:{_ENGLISH})", "fr": f"(?:{_FRENCH})"}
"""Words or marks that ask, by language; for lower-case text without links."""

QUESTION_PATTERN = f"(?:{_ENGLISH}|{_FRENCH})"
"""Both languages together: for engines that do not know the language of a post."""

PATTERNS = {**QUESTION_PATTERNS, "und": QUESTION_PATTERN}

DEFINITIONS = ("cues", "mark")


def flag_questions(
    texts: Iterable[Any], *, lang: pd.Series | str = "und", definition: str = "cues"
) -> pd.Series:
    """Whether each post asks something, under `definition` "cues" or "mark"; missing for missing text.

    "mark": a question mark outside links and handles; "cues": that, or words that ask, by the patterns
    of `lang` ("en", "fr", else both).
    """
    if definition not in DEFINITIONS:
        raise InputError(
            f"`definition` is {definition!r}; expected one of {', '.join(DEFINITIONS)}. "
            "Use 'cues' to find questions without a question mark."
        )
    series = as_texts(texts)
    if definition == "mark":
        return match(series, patterns={"und": r"\?"}, lang="und", drop=NOISE_PATTERN).rename(
            "is_question"
        )
    return match(series, patterns=PATTERNS, lang=lang, drop=NOISE_PATTERN).rename("is_question")
