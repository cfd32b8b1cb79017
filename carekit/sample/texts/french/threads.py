"""French. What customers write later, and what bystanders and bots write."""

from __future__ import annotations

AGAIN = [
    "Toujours pas de réponse", "Bonjour, il y a quelqu'un", "Rien depuis {span}",
    "J'attends toujours", "Aucune réponse à ce jour", "Les jours passent et rien", "Up",
    "Deuxième message, même problème", "Vous répondez aux autres mais pas à moi",
]  # fmt: skip

AGAIN_QUESTIONS = [
    "des nouvelles", "est-ce que quelqu'un lit ces messages", "pouvez-vous me répondre svp",
    "quand allez-vous répondre", "avez-vous vu mon message", "vous répondez parfois ici",
]  # fmt: skip

THANKS = [
    "Merci, ça marche.", "Parfait, merci !", "Super, tout est réglé.", "Merci pour votre aide.",
    "Merci pour la réponse rapide.", "Génial, problème résolu.", "Ok merci.",
]  # fmt: skip

STILL = [
    "Ça ne marche toujours pas.", "J'ai déjà essayé.", "Ce n'est pas ma question.",
    "Même problème aujourd'hui.", "Je l'ai fait {when}, rien n'a changé.", "Réponse copiée-collée.",
    "Votre lien ne marche pas.", "Personne ne m'a appelé.",
]  # fmt: skip

STILL_QUESTIONS = [
    "et maintenant", "une autre idée", "pouvez-vous revérifier", "alors ce sera réglé quand",
    "est-ce qu'un humain peut regarder",
]  # fmt: skip

DETAILS = [
    "C'est la commande passée {when}.", "Je suis au nord de la ville.",
    "Sur mon téléphone et sur mon ordinateur.", "Ça a commencé {when}.",
    "J'ai la dernière version de l'application.", "Je vous ai envoyé les détails.",
    "Oui, c'est bien ça.", "Non, c'est l'autre contrat.",
]  # fmt: skip

BYSTANDER = {
    "negative": [
        "Pareil ici depuis {span}.", "Ils m'ont fait la même chose.", "Moi aussi, scandaleux.",
        "N'attendez pas de réponse de {brand}.", "J'ai quitté {brand} pour ça.",
        "Exactement ce que j'ai vécu.",
    ],
    "neutral": [
        "Essayez de redémarrer.", "Vous êtes dans quelle ville", "Chez moi ça marche.",
        "On peut le faire dans l'application.", "Appelez le matin, c'est plus rapide.",
        "C'est sur leur page d'aide.",
    ],
    "positive": ["D'accord, ils sont super.", "Content pour vous !", "Pareil, ravi de {brand}."],
}  # fmt: skip

COMMENT = {
    "negative": [
        "Répondez d'abord à vos clients.", "Belle pub, mauvais service.",
        "Et mon remboursement de {amount}.", "Toujours en panne ici.", "Plus cher chaque année.",
    ],
    "neutral": [
        "C'est aussi pour les anciens clients", "L'offre dure combien de temps",
        "On le trouve où", "Intéressant.", "Je le montre à ma sœur.", "Vous livrez en Corse",
    ],
    "positive": [
        "J'adore !", "Bonne idée.", "Commandé {when}, ravie.", "Très joli !", "Bravo.",
    ],
}  # fmt: skip

BOT = [
    "Top 10 des promos du jour {link}", "Gagnez un cadeau gratuit, cliquez {link}",
    "Comparez {brand} et économisez 60 % {link}", "En bref : {brand} dans l'actualité {link}",
    "Abonne-toi, je m'abonne {link}",
]  # fmt: skip
