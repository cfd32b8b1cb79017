"""Who wrote a row: the words that tools use for a customer, the brand, or neither.

A word that is not in the list is never guessed: `--roles WORD=brand` says what it means. "User" is
the customer in some tools and the member of staff in others: it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from carekit.errors import InputError, did_you_mean
from carekit.sources.drafts import strings
from carekit.sources.files import cells
from carekit.sources.report import counted
from carekit.sources.sites import plain

CUSTOMER = (
    "customer", "customers", "client", "cliente", "clients", "clientes", "consumer", "consommateur",
    "end_user", "enduser", "end_users", "requester", "requestor", "demandeur", "contact", "contacts",
    "lead", "visitor", "visiteur", "visiteuse", "guest", "invite", "member", "membre", "public",
    "internaute", "internautes", "abonne", "abonnee", "usager", "usagere", "particulier", "fan",
    "follower", "citizen", "citoyen", "patient", "voyageur", "passenger", "reviewer", "commenter",
    "kunde", "kundin", "kunden", "klant", "prospect", "inbound", "incoming", "in", "entrant",
    "adherent", "adherente", "assure", "assuree", "telespectateur", "telespectatrice", "auditeur",
    "societaire", "locataire", "allocataire", "beneficiaire", "voyageuse", "consommatrice", "cliente_final",
    "acheteur", "acheteuse", "plaignant", "buyer", "subscriber", "policyholder", "shopper", "complainant",
    "verbraucher", "nutzer", "anfragender", "usuario_final", "consumidor", "utente_finale", "klanten",
    "received", "recu", "requete", "question", "from_customer", "customer_message", "consumer_post",
    "consumidora", "usuaria", "clienta", "recebida", "recibido", "entrada", "entrante", "eingehend",
    "klient", "klientka", "konsument", "przychodzaca", "inkomend", "in_arrivo", "お客様", "顧客", "ユーザー",
    "受信",
)  # fmt: skip
BRAND = (
    "brand", "company", "business", "organisation", "organization", "enterprise", "entreprise",
    "agent", "agents", "agente", "support", "staff", "advisor", "adviser", "employee", "employe",
    "employee_reply", "operator", "operateur", "operatrice", "admin", "administrator",
    "administrateur", "admins", "community_manager", "cm", "moderator", "moderateur",
    "moderatrice", "modo", "teammate", "team", "equipe", "rep", "representative", "representant",
    "marque", "conseiller", "conseillere", "conseiller_client", "conseillers", "charge_de_clientele",
    "service_client", "sav", "page", "page_owner", "owner", "proprietaire", "official", "officiel",
    "developer", "developpeur", "merchant", "marchand", "seller", "vendor", "vendeur", "firm",
    "enseigne", "banque", "operateur_telecom", "collaborateur", "collaboratrice", "salarie",
    "mitarbeiter", "mitarbeiterin", "unternehmen", "marke", "medewerker", "outbound", "outgoing",
    "out", "sortant", "sent", "envoye", "reponse", "response", "answer", "reply", "author_reply",
    "empresa", "agente_de_soporte", "azienda", "teleconseiller", "teleconseillere", "conseiller_clientele",
    "conseillere_clientele", "charge_de_relation_client", "chargee_de_relation_client", "relation_client",
    "chargee_de_clientele", "gestionnaire", "animateur", "animatrice", "animateur_de_communaute",
    "gestionnaire_de_communaute", "equipe_sociale", "service_clients", "support_client", "customer_care",
    "customer_service", "customer_support", "social_care", "kundenservice", "kundendienst",
    "kundenbetreuer", "kundenbetreuerin", "servicio_al_cliente", "atencion_al_cliente", "klantenservice",
    "servizio_clienti", "operatore", "atendente", "atendimento", "suporte", "enviada", "enviado", "saida",
    "saliente", "ausgehend", "pracownik", "konsultant", "marka", "firma", "bedrijf", "wychodzaca", "uitgaand",
    "in_uscita", "asesor", "asesora", "soporte", "担当者", "オペレーター", "企業", "ブランド", "送信",
)  # fmt: skip
OTHER = (
    "other", "bot", "chatbot", "third_party", "autre", "autres", "system", "systeme", "automation",
    "workflow", "rule", "trigger", "automatique", "robot", "journalist", "partner", "partenaire",
    "influencer", "competitor", "anonymous_system", "sistema", "system_message", "automatico", "automatisch",
    "automat",
)  # fmt: skip
# Brand words that stand for somebody who works there, not for the brand itself.
PEOPLE = frozenset(
    "agent agents agente advisor adviser employee employe operator operateur operatrice admin staff "
    "administrator administrateur admins community_manager cm moderator moderateur moderatrice "
    "teammate rep representative representant conseiller conseillere conseiller_client conseillers "
    "charge_de_clientele collaborateur collaboratrice salarie mitarbeiter mitarbeiterin medewerker "
    "agente_de_soporte teleconseiller teleconseillere conseiller_clientele conseillere_clientele "
    "charge_de_relation_client chargee_de_relation_client chargee_de_clientele gestionnaire animateur "
    "animatrice kundenbetreuer kundenbetreuerin operatore atendente pracownik konsultant asesor "
    "asesora 担当者 オペレーター".split()
)
ASK = ("user", "users", "utilisateur", "utilisatrice", "utilisateurs", "usuario", "benutzer")
ROLES = {"customer": "customer", "client": "customer", "brand": "brand", "marque": "brand",
         "agent": "brand", "other": "other", "autre": "other"}  # fmt: skip
# A column such as is_agent says true of the brand; any other one says true of the customer.
_ABOUT_BRAND = re.compile(
    r"brand|agent|company|business|staff|support|outbound|employee|admin|page|owner|seller|merchant|"
    r"official|developer|outgoing|sent\b|from.?me|is.?me\b|by.?us|from.?us|\bour|answer|repl(y|ies)|marque|"
    r"conseiller|entreprise|enseigne|sortant|salari|marke|mitarbeiter|unternehmen|ausgehend|von.?uns|empresa|"
    r"marca|saliente|azienda|operatore|merk|bedrijf|medewerker|uitgaand|firma|pracownik",
    re.I,
)
# A column of yes and no says so of the customer.
_ABOUT_CUSTOMER = re.compile(
    r"inbound|incoming|received|customer|client|consumer|user|visitor|reviewer|contact|guest|entrant|reçu|"
    r"internaute|kund|nutzer|eingehend|usuari|consumid|entrada|utente|klant|inkomend|klient",
    re.I,
)
_UNDOTTED = str.maketrans("ıłŁ", "ilL")  # letters that have no accent to take off
OURS = ("author_role", "role")  # names of ours: true is the customer


def checked_roles(given: Mapping[str, str]) -> dict[str, str]:
    """Words as the user explains them → customer, brand or other."""
    made = {}
    for word, meaning in given.items():
        role = ROLES.get(plain(meaning))
        if role is None:
            raise InputError(
                f"`roles` says that {word!r} is {meaning!r}; expected customer, brand or other."
                f"{did_you_mean(plain(meaning), ROLES)} Write --roles 'WORD=brand,WORD=customer'."
            )
        made[word_key(word)] = role
    return made


def word_key(word: str) -> str:
    """A role word as it is compared; never empty for a word in another alphabet."""
    return plain(word.translate(_UNDOTTED)) or word.strip().casefold()


YES, NO = (tuple(map(word_key, words)) for words in (cells.TRUE_WORDS, cells.FALSE_WORDS))


def role_sql(cell: str, *, column: str, roles: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """SQL of the role that a cell names, null for a word that is not known; and counts for `ask_who`."""
    yes, no = YES, NO
    if _ABOUT_BRAND.search(column):
        yes, no = no, yes
    told = {
        "customer": (*CUSTOMER, *yes),
        "brand": (*BRAND, *no),
        "other": OTHER,
    }
    word = key_sql(cell)
    clear = _ABOUT_BRAND.search(column) or _ABOUT_CUSTOMER.search(column) or column in OURS
    unclear = [] if clear else [w for w in (*yes, *no) if w not in roles]
    # The words of ours first: they need no folding.
    cases = [f"WHEN {cell} = '{w}' THEN '{w}'" for w in ("customer", "brand") if w not in roles]
    for role, words in told.items():
        own = [w for w, r in roles.items() if r == role]
        rest = [w for w in words if w not in roles]
        cases.append(f"WHEN list_contains({strings([*own, *rest])}, {word}) THEN '{role}'")
    asked = [w for w in ASK if w not in roles]
    cases.append(f"WHEN list_contains({strings(asked)}, {word}) THEN 'customer'" if asked else "")
    counts = {
        "role_user": f"list_contains({strings(asked)}, {word})::INT",
        "role_yes_no": f"list_contains({strings(unclear)}, {word})::INT" if unclear else "0",
        "role_brand": f"list_contains({strings([*BRAND, *no])}, {word})::INT",
    }
    return f"CASE {' '.join(cases)} END", counts


def key_sql(cell: str) -> str:
    """SQL of `word_key`."""
    bare = f"translate(lower(strip_accents({cell})), 'ıł', 'il')"
    words = f"trim(regexp_replace({bare}, '[^a-z0-9]+', '_', 'g'), '_')"
    return f"coalesce(nullif({words}, ''), lower(trim({cell})))"


def ask_who(tallies: Mapping[str, int], *, column: str, file: str) -> None:
    """Stop where "user" may mean the member of staff, and where yes and no may be of either side."""
    if n := tallies.get("role_yes_no", 0):
        raise InputError(
            f"The column {column!r} of {file} says yes or no ({counted(n, 'row')}), and its name does not "
            "tell of whom. Say it: --roles 'true=brand,false=customer' or --roles "
            "'true=customer,false=brand' (with the words of the file)."
        )
    n = tallies.get("role_user", 0)
    if n and not tallies.get("role_brand", 0):
        raise InputError(
            f"{counted(n, f'row of {file} is', f'rows of {file} are')} by a 'user' ({column}), and no "
            "other word there names the brand: in FreeScout, Help Scout and Chatwoot a user is a member of "
            "staff, elsewhere a customer. Say which: --roles user=brand or --roles user=customer."
        )
