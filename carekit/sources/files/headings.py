"""Headings that tools write, in nine languages, for the columns of posts.

A column that bears one of them needs no mapping. The names of carekit win, then these in their
order; two columns for the same thing are never both taken.
"""

from __future__ import annotations

import re
import unicodedata

# Headings over a plain yes or no; and over the state of a request, whose words must say it.
SAYS_ANSWERED = (
    "answered", "is answered", "replied", "responded", "has reply", "has response", "brand responded",
    "repondu", "beantwortet", "contestado", "respondido", "risposto", "beantwoord", "respondida",
    "odpowiedziano", "返信済み",
)  # fmt: skip
STATES = ("statut", "status", "etat", "estado", "stato", "state", "ticket status", "case status")
# Over how many answers the brand gave.
N_ANSWERS = (
    "agent interactions", "replies sent", "agent replies", "agent messages", "public replies",
    "number of replies", "agent comments", "replies count", "nb de reponses", "nombre de reponses",
    "reponses envoyees", "reponses de l agent", "anzahl antworten", "agent responses",
    "number of agent replies", "admin replies", "teammate replies", "outbound messages", "messages sent",
    "respuestas enviadas", "numero de respuestas", "risposte inviate", "aantal antwoorden",
)  # fmt: skip
HEADINGS: dict[str, tuple[str, ...]] = {
    "post_id": (
        "message id", "id message", "id du message", "identifiant", "identifiant du message",
        "id post", "post id", "id du post", "id publication", "message key", "tweet id",
        "comment id", "id commentaire", "review id", "id avis", "id de l'avis", "resource id",
        "mention id", "nachrichten-id", "beitrags-id", "nachricht-id", "uuid", "id",
        "universal message id", "content id", "bericht id", "id del mensaje", "id messaggio",
        "id bericht", "id mensaje", "post url", "url du message", "permalink", "message permalink",
        "post permalink", "message url", "lien du message",
        "id element", "id de l'élément", "item id", "id contenu", "id du contenu",
        "id elemento", "id contenido", "element id",
        "case", "case number", "dossier", "n dossier", "n° de dossier", "numéro de dossier",
        "vorgang", "vorgangsnummer", "fallnummer", "caso", "número de caso", "n° de caso",
        "request id", "id demande", "n° de demande", "anfrage-id", "id solicitud", "id consulta",
        "pratica", "zaaknummer", "id da mensagem", "id do post", "id do comentário", "id wiadomości",
        "id posta", "id komentarza", "メッセージid", "投稿id",
    ),
    "created_at": (
        "created at", "created time", "creation date", "date de création", "créé le", "date",
        "date et heure", "date/heure", "published", "published at", "publication date",
        "date de publication", "publié le", "posted at", "post date", "timestamp", "datetime",
        "date (utc)", "message date", "date du message", "received at", "received on", "date received",
        "reçu le", "date de réception", "eingegangen am", "inbound date", "sent at", "envoyé le",
        "review date",
        "date de l'avis", "erstellt am", "datum", "datum und uhrzeit", "veröffentlicht am", "time",
        "created", "created time (utc)", "created at (utc)", "date (gmt)", "fecha", "fecha y hora",
        "fecha de creación", "fecha de publicación", "data", "data e ora", "data di pubblicazione",
        "datum en tijd", "aangemaakt op", "post created at", "created datetime", "created date",
        "created on", "date created", "posted on", "publish date", "published date", "message created at",
        "customer message date", "date of message", "date of customer message", "request date",
        "question date", "inquiry date", "asked at", "asked on", "date de la demande",
        "date de la question", "date du message client", "date message client", "posée le",
        "datum der nachricht", "nachrichtendatum", "datum der anfrage", "anfragedatum",
        "eingangsdatum", "fecha del mensaje", "fecha mensaje", "fecha de la consulta",
        "fecha de la pregunta", "fecha de entrada", "customer message at", "customer message time",
        "message sent at", "data del messaggio", "datum bericht", "zeitpunkt", "data e hora",
        "data da mensagem", "data de publicação", "data de criação", "criado em", "publicado em",
        "data i godzina", "data utworzenia", "data publikacji", "data wiadomości", "日時", "投稿日時", "日付",
        "timestamp (utc)",
    ),
    "author_role": (
        "role", "rôle", "author role", "author type", "type d'auteur", "type auteur", "sender type",
        "rolle", "profil auteur", "emetteur", "émetteur", "direction", "inbound", "from", "sender",
        "author", "auteur", "type", "message type", "type de message", "who", "qui", "de", "rol",
        "ruolo", "tipo de autor", "tipo di autore", "absendertyp", "verfasser", "autortyp",
        "sens", "sens du message", "richtung", "dirección", "direzione",
        "richting", "message direction", "direction du message", "direção", "papel",
        "função", "rola", "typ autora", "kierunek", "種別", "送信者種別", "区分",
    ),
    "author_id": (
        "author id", "id auteur", "id de l'auteur", "user id", "from id", "author", "auteur",
        "auteur du message", "from", "username", "user name", "screen name", "nom d'utilisateur",
        "pseudo", "handle", "sender", "expéditeur", "autor", "benutzername", "benutzer", "reviewer",
        "reviewer name", "author username", "sender screen name", "author name",
        "nom de l'auteur", "extra author attributes name", "autore", "utente", "usuario",
        "afzender", "absender", "verfasser", "kunde", "client", "customer", "from user", "sender name",
        "customer name", "nom du client", "commenter", "fan", "contact", "usuário", "nome do autor",
        "użytkownik", "nazwa użytkownika", "nadawca", "送信者", "投稿者", "ユーザー名",
    ),
    "text": (
        "message", "text", "texte", "full text", "content", "contenu", "body", "corps", "comment",
        "commentaire", "review", "avis", "review text", "texte de l'avis", "message text",
        "texte du message", "nachricht", "inhalt", "kommentar", "bewertung", "post text",
        "verbatim", "post", "publication", "snippet", "mensaje", "texto", "comentario", "reseña",
        "messaggio", "testo", "commento", "recensione", "bericht", "tekst", "reactie",
        "content text", "first message", "message content", "message body", "inbound message",
        "tweet text", "tweet", "comment text", "texte du commentaire",
        "customer message", "customer question", "client message", "customer comment", "question",
        "inquiry", "request", "message du client", "message client", "demande",
        "demande du client", "question du client", "texte de la demande", "kundennachricht",
        "nachricht des kunden", "kundenanfrage", "anfrage", "frage", "mensaje del cliente",
        "mensaje cliente", "pregunta", "consulta", "messaggio del cliente", "bericht van de klant",
        "mensagem", "mensagem do cliente", "conteúdo", "comentário", "avaliação", "treść", "wiadomość",
        "komentarz", "treść wiadomości", "opinia", "本文", "メッセージ", "投稿内容", "コメント",
    ),
    "reply_to": (
        "reply to", "in reply to", "in reply to id", "en réponse à", "réponse à", "parent id",
        "parent", "id parent", "id du message parent", "replied to", "in response to",
        "antwort auf", "message parent", "in_reply_to_status_id", "parent message id",
        "parent content id", "in reply to message id", "in reply to post id", "parent url",
        "parent post id", "en respuesta a", "respuesta a", "in risposta a", "risposta a",
        "antwoord op", "reactie op", "antwort auf nachricht", "id du parent", "reply to id",
        "reply to message id", "in reply to message", "em resposta a", "resposta a", "w odpowiedzi na",
        "odpowiedź na", "返信先", "返信先id",
    ),
    "thread_id": (
        "thread id", "conversation id", "id conversation", "conversation", "fil", "id du fil",
        "fil de discussion", "thread", "discussion id", "unterhaltung", "konversation",
        "conversación", "id de conversación", "conversazione", "id conversazione", "gesprek",
        "gesprek id", "konversations id", "case id", "id da conversa", "conversa", "id rozmowy", "wątek",
        "会話id", "ticket id", "ticket number", "n° de ticket", "ticketnummer", "id ticket",
    ),
    "network": (
        "network", "réseau", "réseau social", "social network", "source network", "plateforme",
        "platform", "netzwerk", "plattform", "network type", "canal", "channel", "channel type",
        "kanal", "page type", "domain", "site", "red", "red social", "rete", "rete sociale",
        "canale", "kanaal", "source type", "social media", "socialnetwork", "network name", "rede",
        "rede social", "plataforma", "kanał", "sieć", "platforma", "チャネル", "媒体", "source",
    ),
    "brand": (
        "brand", "marque", "enseigne", "company", "entreprise", "société", "marke", "firma", "app",
        "app name", "nom de l'application",
    ),
    "account": (
        "account", "compte", "account name", "nom du compte", "page", "page name", "nom de la page",
        "konto", "handle de la marque", "compte de la marque", "profile", "social profile", "profil",
        "integration",
    ),
    "lang": ("lang", "language", "langue", "sprache", "reviewer language", "language code", "idioma",
             "lingua", "taal", "język", "言語"),
    "rating": (
        "rating", "stars", "star rating", "note", "étoiles", "score", "nombre d'étoiles", "sterne",
        "note sur 5", "puntuación", "valoración", "estrellas", "valutazione", "stelle",
        "beoordeling", "sterren", "calificación", "classificação", "nota", "estrelas", "voto", "ocena",
        "gwiazdki", "評価", "星",
    ),
    "visibility": (
        "visibility", "visibilité", "privacy", "public", "is public", "sichtbarkeit", "visibilidad",
        "visibilità", "zichtbaarheid", "private", "is private", "internal", "is internal",
        "interne", "note interne", "is note", "privé", "privat", "internal note", "private note",
        "nota interna", "interne notiz", "interne notitie", "notatka wewnętrzna", "dahili not", "社内メモ",
        "内部メモ", "公開", "非公開",
    ),
    "reply_text": (
        "reply text", "reply", "response", "owner response", "owner reply", "company reply",
        "réponse", "texte de la réponse", "réponse du propriétaire", "réponse de l'enseigne",
        "developer reply text", "developer response", "response text", "antwort", "antworttext",
        "respuesta", "respuesta de la empresa", "risposta", "antwoord", "antwort des unternehmens",
        "developer reply", "merchant reply", "business response", "owner answer", "brand reply",
        "réponse du commerçant", "réponse de la marque",
        "agent reply", "agent response", "agent answer", "our reply", "our response", "our answer",
        "answer", "reply message", "company response", "support reply", "staff reply",
        "réponse du conseiller", "réponse de l'agent", "réponse agent", "réponse conseiller",
        "réponse apportée", "notre réponse", "réponse du service client", "antwort des teams",
        "antwort des mitarbeiters", "unsere antwort", "antwort des agenten",
        "antwort des kundenservice", "respuesta del agente", "respuesta agente",
        "nuestra respuesta", "respuesta del equipo", "risposta dell'operatore",
        "antwoord van de medewerker", "resposta", "resposta da empresa", "resposta do proprietário",
        "nossa resposta", "respuesta del propietario", "risposta del proprietario",
        "antwoord van de eigenaar", "antwort des inhabers", "reactie van de eigenaar", "odpowiedź",
        "odpowiedź firmy", "odpowiedź właściciela", "返信", "返信内容", "オーナーからの返信",
    ),
    "reply_created_at": (
        "reply date", "date de réponse", "date de la réponse", "response date", "replied at",
        "répondu le", "owner response date", "reply time", "developer reply date and time",
        "antwortdatum", "response time stamp", "reply created at", "fecha de respuesta",
        "data risposta", "datum antwoord", "datum der antwort", "first reply at", "first reply date",
        "first response at", "first response date", "first brand reply", "responded at", "replied on",
        "réponse le", "première réponse le", "date de première réponse", "erste antwort am",
        "first agent message datetime", "developer reply date", "reply datetime",
        "agent reply date", "agent response date", "agent reply at", "agent reply time",
        "answer date", "date of reply", "date of answer", "date of response", "answered at",
        "answered on", "reply sent at", "replied date", "date réponse",
        "date de réponse du conseiller", "date réponse agent", "répondue le", "antwort am",
        "beantwortet am", "datum antwort", "fecha de la respuesta", "fecha respuesta",
        "respondido el", "contestado el", "data della risposta", "beantwoord op", "data da resposta",
        "data de resposta", "respondido em", "data odpowiedzi", "reactiedatum", "datum van antwoord",
        "返信日時", "返信日", "risposto il",
    ),
    "observed_at": (
        "observed at", "collected at", "retrieved at", "date de collecte", "exported at",
    ),
    "deleted_at": ("deleted at", "supprimé le"),
    "answered": (
        *SAYS_ANSWERED, "reply status", "response status", "statut de réponse", "antwortstatus", *STATES,
    ),
}  # fmt: skip


def folded(name: str) -> str:
    """A heading as it is compared: without accents, case, and what is no letter or digit."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return re.sub(r"[\W_]+", " ", plain).strip()


KNOWN = {ours: tuple(folded(n) for n in names) for ours, names in HEADINGS.items()}
