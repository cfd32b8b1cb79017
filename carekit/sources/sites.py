"""Networks and channels as tools write them: X (Twitter), Facebook Page, Instagram DM, E-mail.

A name is taken apart into words. If they name one site, and what is left over says what kind of
post it is, the site is known, and whether others can read there.
"""

from __future__ import annotations

import re
import unicodedata

from carekit.dataset.schema import NETWORKS

SITES: tuple[tuple[str, str], ...] = (
    ("google_play", "google_play|play_store|playstore|googleplay|play_console|android"),
    ("app_store", "app_store|appstore|apple_app_store|itunes|ios"),
    (
        "google_my_business",
        "google_my_business|google_business_profile|google_business|gmb|google_maps?|google_avis|"
        "google_reviews?|avis_google|googlemaps|google",
    ),
    ("x", "x|twitter|tweets?|twitter_com|x_com"),
    ("facebook", "facebook|fb|facebook_com|facebook_messenger|messenger"),
    ("instagram", "instagram|insta|ig|instagram_com"),
    ("youtube", "youtube|yt|youtube_com"),
    ("linkedin", "linkedin|linked_in|linkedin_com"),
    ("tiktok", "tiktok|tik_tok|tiktok_com"),
    ("bluesky", "bluesky|bsky|bsky_app"),
    ("mastodon", "mastodon"),
    ("threads", "threads|threads_net"),
    ("reddit", "reddit|subreddit|reddit_com"),
    ("telegram", "telegram"),
    ("whatsapp", "whatsapp|whats_app|wa"),
    ("trustpilot", "trustpilot|trust_pilot|trustpilot_com"),
    ("tripadvisor", "tripadvisor|trip_advisor"),
    (
        "email",
        "email|e_mail|e_mails|emails|mail|mails|courriel|courriels|gmail|outlook|correo|correo_electronico|"
        "posta_elettronica|correio_eletronico|poczta",
    ),
    (
        "chat",
        "apple_business_chat|apple_messages(?:_for_business)?|chat|chats|livechat|live_chat|web_chat|webchat|"
        "web_widget|widget|chatbot|tchat|czat",
    ),
    (
        "phone",
        "phone|telephone|tel|telefon|telefono|telefone|telefoon|call|calls|voice|appel|appels|phone_call",
    ),
    ("sms", "sms|text_message"),
    (
        "web",
        "web|web_form|portal|website|formulaire|formulaire_web|site_web|help_center|api|formulario|"
        "formulario_web|formulario_de_contacto|kontaktformular|webformular|modulo_web|contactformulier|"
        "webformulier|formularz",
    ),
)
_PRIVATE_SITES = frozenset({"whatsapp", "email", "chat", "phone", "sms", "web"})
_PRIVATE = (
    "dm|dms|direct|direct_messages?|private|prive|prives|privee|pm|mp|inbox|messenger|"
    "private_messages?|messages?_prives?|messagerie|message_direct|direktnachricht(?:en)?|privat|pn|pns|"
    "privatnachricht(?:en)?|directo|directos|privado|privados|privada|privadas|direta|diretas|diretto|"
    "diretti|privato|privati|privebericht(?:en)?|prywatna|prywatne|bezposrednia|inmail"
)
_KINDS = (
    "page|pages|company|business|profile|account|compte|public|official|posts?|comments?|mentions?|"
    "messages?|reviews?|avis|repl(?:y|ies)|ads?|story|stories|reels?|wall|timeline|channel|app|com|"
    "www|https?|formerly|ex|the|fr|net|org|status|feed|videos?|reader|favorites?|commentaires?|"
    f"publications?|mur|entreprise|wall_post|user|brand|social|socialmedia|social_media|kommentar(?:e)?|beitrag|beitraege|seite|"
    f"unternehmensseite|fanpage|pagina|perfil|profil|profilo|comentarios?|commenti|commento|nachricht(?:en)?|"
    "rezension(?:en)?|bewertung(?:en)?|erwahnung(?:en)?|mensajes?|resenas?|menciones|mencion|mensagem|mensagens|"
    "avaliacao|avaliacoes|messaggi|messaggio|recension[ei]|opinion[ei]|menzion[ei]|berichten|bericht|reacties|"
    "reactie|recensies|beoordeling(?:en)?|wiadomosc|wiadomosci|komentarz|komentarze|opinia|opinie|wpis|"
    f"de|del|do|da|di|der|sur|su|op|w|auf|bei|von|en|{_PRIVATE}"
)
_ANY = "|".join(names for _, names in SITES)


def plain(name: str) -> str:
    """Words of a name, in lower case, without accents, joined by `_`; other letters as they are."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")
    return words or re.sub(r"\s+", "_", name.strip().lower())


def site_of(name: str) -> tuple[str, bool, bool]:
    """The network of a name, whether it is a private channel, and whether the name was known."""
    words = plain(name)
    if words in NETWORKS:
        return words, False, True
    for network, names in SITES:
        if re.fullmatch(_pattern(names), words):
            return network, is_private(network, words), True
    return words, False, False


def is_private(network: str, words: str) -> bool:
    """True if what is written there is read by two sides only."""
    return (
        network in _PRIVATE_SITES or re.search(f"(?:^|_)(?:{_PRIVATE})(?:_|$)", words) is not None
    )


def is_kind(words: str) -> bool:
    """True for a plain name that says what kind of post it is: comment, mention, private_message."""
    return (
        re.fullmatch(f"(?:(?:{_KINDS}|{_ANY}|tagged|retweets?|questions?)_?)+", words) is not None
    )


def private_kind_sql(words: str) -> str:
    """SQL: the plain name of a kind of post is one that two sides read."""
    return f"coalesce(regexp_matches({words}, '(?:^|_)(?:{_PRIVATE})(?:_|$)'), FALSE)"


def _pattern(names: str) -> str:
    """A name that holds one of these and else only kinds of posts, or other names of the site."""
    return f"(?:(?:{_KINDS})_)*(?:{names})(?:_(?:{names}|{_KINDS}))*"


def plain_sql(name: str) -> str:
    """SQL of `plain`."""
    words = f"regexp_replace(lower(strip_accents({name})), '[^a-z0-9]+', '_', 'g')"
    other = f"regexp_replace(lower(trim({name})), '\\s+', '_', 'g')"
    return f"coalesce(nullif(trim({words}, '_'), ''), {other})"


def site_sql(words: str) -> str:
    """SQL of the network of a plain name."""
    known = ", ".join(f"'{n}'" for n in NETWORKS)
    cases = " ".join(
        f"WHEN regexp_full_match({words}, '{_pattern(names)}') THEN '{network}'"
        for network, names in SITES
    )
    return f"CASE WHEN {words} IN ({known}) THEN {words} {cases} ELSE {words} END"


def private_sql(network: str, words: str) -> str:
    """SQL of `is_private`."""
    sites = ", ".join(f"'{n}'" for n in sorted(_PRIVATE_SITES))
    known = ", ".join(f"'{n}'" for n in NETWORKS)
    # Of an OR DuckDB computes both sides, of a CASE what is needed.
    return (
        f"CASE WHEN {words} IN ({known}) THEN {words} IN ({sites}) ELSE {network} IN ({sites}) "
        f"OR regexp_matches({words}, '(?:^|_)(?:{_PRIVATE})(?:_|$)') END"
    )


def known_sql(words: str) -> str:
    """SQL: the plain name is one that carekit knows."""
    known = ", ".join(f"'{n}'" for n in NETWORKS)
    return f"CASE WHEN {words} IN ({known}) THEN TRUE ELSE regexp_full_match({words}, '{_pattern(_ANY)}') END"
