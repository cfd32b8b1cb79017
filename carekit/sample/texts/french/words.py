"""French. Words that fill the slots: goods, services, times, sums, places, personal data."""

from __future__ import annotations

# (with the possessive of the customer, with the article)
GOODS_PAIRS = {
    "telecom": [
        ("ma carte SIM", "la carte SIM"), ("ma box", "la box"),
        ("mon nouveau portable", "le nouveau portable"), ("mon décodeur", "le décodeur"),
    ],
    "banking": [
        ("ma carte bancaire", "la carte bancaire"), ("mon chéquier", "le chéquier"),
        ("mon code secret", "le code secret"), ("mon relevé", "le relevé"),
    ],
    "insurance": [
        ("mon contrat", "le contrat"), ("ma carte de tiers payant", "la carte de tiers payant"),
        ("mon attestation", "l'attestation"), ("mon remboursement", "le remboursement"),
    ],
    "energy": [
        ("mon compteur", "le compteur"), ("mon relevé", "le relevé"),
        ("ma facture papier", "la facture papier"), ("mon contrat", "le contrat"),
    ],
    "retail": [
        ("mon canapé", "le canapé"), ("ma machine à laver", "la machine à laver"),
        ("mon manteau", "le manteau"), ("mes chaussures", "les chaussures"),
        ("ma carte cadeau", "la carte cadeau"),
    ],
    "airline": [
        ("ma valise", "la valise"), ("ma carte d'embarquement", "la carte d'embarquement"),
        ("ma poussette", "la poussette"), ("mon bon d'achat", "le bon d'achat"),
    ],
    "rail": [
        ("mon abonnement", "l'abonnement"), ("ma carte de réduction", "la carte de réduction"),
        ("mon billet", "le billet"), ("mon bon de retard", "le bon de retard"),
    ],
    "parcels": [
        ("mon colis", "le colis"), ("mon paquet", "le paquet"),
        ("ma lettre recommandée", "la lettre recommandée"), ("mon cadeau", "le cadeau"),
    ],
    "media": [
        ("mon coffret", "le coffret"), ("ma télécommande", "la télécommande"),
        ("mon décodeur", "le décodeur"), ("mon abonnement cadeau", "l'abonnement cadeau"),
    ],
    "electronics": [
        ("ma tablette", "la tablette"), ("mon casque", "le casque"),
        ("mon ordinateur", "l'ordinateur"), ("mon chargeur", "le chargeur"),
    ],
    "travel": [
        ("mes billets", "les billets"), ("mon bon d'hôtel", "le bon d'hôtel"),
        ("mes documents de voyage", "les documents de voyage"),
    ],
}  # fmt: skip

SERVICE = {
    "telecom": ["internet", "la 4G", "le réseau", "la fibre", "la messagerie vocale"],
    "banking": ["le site", "l'application", "le distributeur", "le paiement par carte"],
    "insurance": ["l'espace client", "le site", "l'application", "la ligne sinistres"],
    "energy": ["le courant", "le chauffage", "l'espace client", "l'application"],
    "retail": ["le site", "le paiement en ligne", "l'application", "le retrait en magasin"],
    "airline": ["l'enregistrement en ligne", "le site", "l'application", "le suivi des bagages"],
    "rail": ["la borne", "l'application", "le wifi à bord", "le site de réservation"],
    "parcels": ["le suivi", "la consigne", "l'application", "le site"],
    "media": ["le replay", "l'application", "le direct", "la vidéo à la demande"],
    "electronics": ["la sauvegarde", "le site d'assistance", "la mise à jour", "l'activation"],
    "travel": ["le site de réservation", "l'application", "la page de paiement"],
}

WHEN = [
    "hier", "ce matin", "la semaine dernière", "avant-hier", "lundi", "hier soir", "à midi",
    "samedi", "il y a un mois", "cet après-midi", "mardi dernier",
]  # fmt: skip

SINCE = [
    "hier", "ce matin", "la semaine dernière", "avant-hier", "lundi", "hier soir", "midi",
    "samedi", "le mois dernier", "mardi",
]  # fmt: skip

SPAN = [
    "deux jours", "une semaine", "trois semaines", "dix jours", "une heure", "48 heures",
    "un mois", "quatre jours", "cinq heures", "une éternité", "six semaines", "tout le week-end",
]  # fmt: skip

PERSONAL = {
    "phone": ["Mon numéro : {phone}", "appelez-moi au {phone}", "joignable au {phone}"],
    "email": ["écrivez-moi à {email}", "mon mail : {email}", "répondez à {email}"],
    "order": ["commande n° {order}", "mon numéro de commande est {order}", "réf. {order}"],
    "iban": ["mon IBAN : {iban}", "remboursez sur {iban}"],
    "card": ["mon numéro de carte : {card}", "carte {card}"],
    "address": ["j'habite {address}", "mon adresse : {address}"],
}

PLACES = ["rue des Tilleuls Bleus", "allée du Vieux Lavoir", "chemin des Trois Pies"]

TOWNS = ["Valbrune-sur-Orge", "Saint-Lormel-le-Haut", "Montfauvel"]

AMOUNTS = ["{n} euros", "{n} €", "{n}€"]

DOLLARS = ["{n} $", "{n} dollars"]

FRANCS = ["{n} francs", "CHF {n}"]
