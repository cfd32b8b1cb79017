"""French fragments from which the texts of the sample are composed; all are our own.

The same keys as in `english`. Goods and services carry their article: {goods} reads "ma carte
SIM" and {the_goods} "la carte SIM". Signs that take a space before them in French are written
with a plain space here; `compose` sets the spaces that each writer uses.
"""

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
GREETING = ["Bonjour", "Bonsoir", "Bonjour {brand}", "Hello", "Salut", "Bjr", "Madame, Monsieur"]

CORES: dict[str, dict[str, list[str]]] = {
    "billing": {
        "negative": [
            "Vous m'avez prélevé {amount} deux fois et personne ne l'admet",
            "Ma facture a pris {amount} sans prévenir",
            "On m'a promis un remboursement de {amount} {when}, toujours rien",
            "Encore une erreur de facture, {amount} cette fois",
            "{amount} débités pour un service jamais commandé",
            "Je paie encore pour un contrat résilié {when}",
            "Vos frais cachés me coûtent {amount} ce mois-ci",
            "Troisième facture fausse d'affilée",
            "Des frais de retard de {amount} alors que j'ai payé à temps",
            "{amount} facturés alors que rien ne marche depuis {span}",
        ],
        "neutral": [
            "J'ai une question sur ma dernière facture",
            "Il y a une ligne de {amount} que je ne comprends pas sur ma facture",
            "Je voudrais changer ma date de prélèvement",
            "Ma facture indique {amount}, je pensais payer moins",
            "J'ai payé {when} et mon compte affiche encore l'ancien solde",
            "Il me faut un duplicata de facture",
            "Je viens de recevoir mon relevé, le total a changé",
        ],
    },
    "delivery": {
        "negative": [
            "J'ai attendu {goods} toute la journée, personne n'est venu",
            "J'attends {goods} depuis {span} et le suivi ne bouge pas",
            "J'ai reçu {goods} en morceaux, carton trempé",
            "Vous avez livré {goods} à la mauvaise adresse",
            "On m'avait dit que je recevrais {goods} {when}. Rien du tout",
            "Vous avez perdu {goods} et tout le monde s'en moque",
            "Livraison express payée, {span} d'attente pour {goods}",
            "Le livreur a jeté {goods} sous la pluie et il est parti",
            "Quatrième rendez-vous manqué pour {goods}",
        ],
        "neutral": [
            "J'ai commandé {when} et j'attends {goods}",
            "Je dois recevoir {goods} cette semaine",
            "D'après votre mail, {goods} devait partir {when}",
            "Je dois changer l'adresse de livraison pour {goods}",
            "J'étais absent {when} au passage du livreur",
            "Le suivi pour {goods} n'a pas bougé depuis {span}",
        ],
    },
    "outage": {
        "negative": [
            "Plus rien depuis {span}, et aucune information : {service} en panne",
            "Encore une panne, {service} ne marche plus, la troisième ce mois-ci",
            "Ça plante à chaque fois, {service} est inutilisable",
            "Je travaille de chez moi et {service} ne répond plus depuis {span}",
            "Une lenteur pénible depuis {since}, {service} rame",
            "Erreur sur erreur avec {service}",
            "Coupures sans arrêt avec {service}, j'en ai assez",
            "Je paie plein tarif et {service} ne fonctionne jamais",
            "Encore une soirée gâchée, {service} en panne",
            "Depuis la mise à jour {service} ne marche plus du tout",
        ],
        "neutral": [
            "Il semble que {service} soit en panne dans mon secteur",
            "J'ai un message d'erreur avec {service} depuis {since}",
            "On dirait que {service} a un souci en ce moment",
            "Sur mon téléphone {service} ne s'ouvre pas",
            "Depuis {since} {service} ne répond plus",
            "J'ai tout redémarré et {service} ne revient pas",
        ],
    },
    "account": {
        "negative": [
            "Compte bloqué depuis {span} maintenant",
            "Votre lien de réinitialisation n'arrive jamais, je suis coincé",
            "Mon compte a été fermé {when} sans mon accord",
            "J'ai tapé ce code onze fois, il ne marche jamais",
            "Vous avez perdu toutes mes données",
            "Quelqu'un a changé mon adresse mail et vous avez laissé faire",
            "Impossible de me connecter, votre aide en ligne ne sert à rien",
        ],
        "neutral": [
            "Je n'arrive pas à me connecter depuis {since}",
            "J'ai changé de numéro et je dois mettre à jour mon profil",
            "J'ai oublié mon mot de passe et le mail n'arrive pas",
            "Je voudrais ajouter mon conjoint sur mon compte",
            "On me demande un code que je n'ai pas",
            "J'ai ouvert un compte {when}, il est toujours en attente",
            "J'ai déménagé {when} et je veux changer d'adresse",
        ],
    },
    "product_info": {
        "negative": [
            "Impossible de trouver un prix clair sur votre site",
            "Le magasin dit une chose, votre site le contraire",
            "La description est trompeuse pour {the_goods}",
        ],
        "neutral": [
            "Je regarde {the_goods} sur votre site",
            "Je pense passer chez {brand} le mois prochain",
            "J'ai vu votre offre pour les nouveaux clients",
            "Je veux offrir un cadeau de chez {brand}",
            "J'emménage dans un nouvel appartement le mois prochain",
            "Je compare votre offre avec une autre",
            "J'ai lu un article sur {brand} {when}",
            "Je pars à l'étranger la semaine prochaine",
        ],
        "positive": [
            "Très jolie nouveauté",
            "J'adore {the_goods} dans votre vitrine",
            "Vraiment envie de passer chez {brand}",
        ],
    },
    "cancellation": {
        "negative": [
            "J'ai résilié {when} et vous prélevez encore {amount} par mois",
            "Impossible de partir de chez vous, déjà {span} d'appels",
            "Je ferme mon compte, {span} que ça dure, ça suffit",
            "Ma lettre de résiliation ignorée deux fois",
            "Toujours pas remboursé des {amount}, annulation faite {when}",
            "Commande annulée {when}, expédiée quand même",
            "{amount} de frais pour partir après dix ans de fidélité",
        ],
        "neutral": [
            "Je voudrais résilier mon contrat",
            "Je dois annuler ma commande",
            "Je souhaite renvoyer {the_goods}",
            "Mon contrat se termine le mois prochain et je ne renouvelle pas",
            "J'ai demandé un remboursement {when}",
            "J'ai changé d'avis pour {the_goods}",
        ],
    },
    "staff": {
        "negative": [
            "Votre conseiller m'a raccroché au nez après {span} d'attente",
            "Accueil odieux à votre guichet {when}",
            "Baladé entre cinq services, personne ne sait rien",
            "En magasin on a ri de ma réclamation",
            "{span} en attente au téléphone puis coupure",
            "On devait me rappeler {when}. Silence radio",
            "Chaque conseiller me raconte une histoire différente",
            "Aucun respect de votre équipe {when}",
        ],
        "neutral": [
            "J'ai parlé à un de vos conseillers {when}",
            "Votre collègue m'a dit d'écrire ici",
            "On m'a dit {when} que quelqu'un me rappellerait",
        ],
    },
    "praise": {
        "positive": [
            "Merci beaucoup d'avoir réglé mon problème {when}",
            "Super accueil de votre équipe {when}",
            "La dame au téléphone a été formidable, réglé en deux minutes",
            "Livré un jour plus tôt, ravie",
            "Dix ans chez {brand} et jamais déçu",
            "Le meilleur service que j'aie eu",
            "Votre équipe s'est pliée en quatre pour nous {when}",
            "Épaté par la rapidité de l'échange",
            "Simple, rapide, aimable, bravo à tous",
            "Cliente heureuse, la nouvelle formule est excellente",
        ],
    },
    "suggestion": {
        "negative": [
            "Il faudrait vraiment revoir la recherche sur votre site, elle est nulle",
            "Arrêtez tout ce plastique dans vos colis, quel gâchis",
            "Rendez-nous l'ancienne version, la nouvelle est affreuse",
        ],
        "neutral": [
            "Un rappel par SMS serait utile",
            "Suggestion : proposer un créneau le soir",
            "Une option pour suspendre le contrat serait pratique",
            "Pensez à un mode sombre dans l'application",
            "On pourrait afficher le prix par mois",
            "Un tarif étudiant aurait du sens",
        ],
        "positive": [
            "J'aime beaucoup l'application, un résumé par semaine et elle serait parfaite",
            "Beau travail sur le site. Il manque juste une liste d'envies",
        ],
    },
    "troll": {
        "negative": [
            "{brand} c'est une bande de clowns",
            "Faut être débile pour acheter chez {brand}",
            "Les clients de {brand} sont des abrutis",
            "Dégagez {brand}, bande de nazes",
            "Quelle boîte minable, pleine d'imbéciles",
            "mdr travailler chez {brand}, quels crétins",
        ],
    },
}
QUESTIONS: dict[str, list[str]] = {
    "billing": [
        "pouvez-vous m'expliquer ce montant",
        "quand serai-je remboursé",
        "pourquoi c'est plus cher que le mois dernier",
        "à qui dois-je m'adresser pour une facture",
        "est-ce que quelqu'un peut vérifier ma facture",
        "est-ce que ce montant est normal",
        "comment obtenir une copie",
    ],
    "delivery": [
        "quand est-ce que ça arrive",
        "où est passé mon envoi",
        "pouvez-vous me dire ce qui se passe",
        "est-il possible de changer le créneau",
        "vous pouvez vérifier le suivi",
        "savez-vous quand ce sera livré",
        "faut-il être présent",
    ],
    "outage": [
        "quand est-ce que ça revient",
        "y a-t-il un problème dans mon secteur",
        "avez-vous des nouvelles de la panne",
        "ça va durer combien de temps",
        "êtes-vous au courant",
        "que dois-je faire",
        "pouvez-vous regarder",
    ],
    "account": [
        "comment le réinitialiser",
        "pouvez-vous le débloquer",
        "que faut-il vous envoyer",
        "est-ce qu'il y a un autre moyen de se connecter",
        "pourriez-vous renvoyer le mail",
        "qui peut m'aider",
        "combien de temps ça prend",
    ],
    "product_info": [
        "combien ça coûte",
        "est-ce que ça marche à l'étranger",
        "est-ce encore disponible",
        "livrez-vous le samedi",
        "quelle différence avec l'ancien modèle",
        "peut-on essayer avant d'acheter",
        "lequel me conseillez-vous",
        "y a-t-il une réduction pour les étudiants",
        "je voudrais savoir si l'offre est encore valable",
    ],
    "cancellation": [
        "comment résilier",
        "quel est le préavis",
        "puis-je le rendre en magasin",
        "quand serai-je remboursé",
        "y a-t-il des frais",
        "où envoyer le courrier",
        "faut-il la boîte d'origine",
    ],
    "staff": [
        "à qui puis-je me plaindre",
        "est-ce qu'un responsable peut me rappeler",
        "c'est comme ça que vous traitez les gens",
        "quand va-t-on me rappeler",
        "pouvez-vous écouter l'enregistrement",
    ],
    "praise": ["pouvez-vous transmettre mes remerciements", "à qui envoyer une carte"],
    "suggestion": ["est-ce que ce serait possible", "est-ce prévu", "y avez-vous pensé"],
    "troll": ["qui voudrait travailler chez vous"],
}
RHETORICAL = [
    "Sérieusement ?", "C'est une blague ?", "Vraiment ?", "Vous appelez ça un service ?",
    "Vous vous moquez de qui ?", "Vous trouvez ça normal ?", "Qui forme ces gens ?",
]  # fmt: skip
EMOTION = {
    "negative": [
        "Très déçu.", "Franchement décevant.", "C'est agaçant.", "Merci de régler ça.",
        "Ça devient lassant.", "Je m'attendais à mieux.", "Service médiocre.", "Pas sérieux.",
        "J'en ai marre.", "Vraiment pénible.", "Quelle perte de temps.", "Assez d'attendre.",
    ],
    "angry": [
        "C'est une honte !", "PIRE service du monde !!", "Je suis furieux.", "Honte à vous !",
        "Vous êtes des voleurs !!!", "Plus jamais chez vous !", "Scandaleux. SCANDALEUX.",
        "Je suis hors de moi !", "On se verra au tribunal !", "Quelle arnaque !!",
    ],
    "positive": [
        "Merci !", "Continuez !", "Vous avez sauvé ma journée.", "Très apprécié.",
        "Cinq étoiles.", "Super contente.", "Chapeau.",
    ],
    "neutral": ["Merci d'avance.", "Merci.", "Cordialement.", "Merci de votre aide.", ""],
}  # fmt: skip
FLAT = [  # said by people who are cross and by people who are not
    "Merci de me répondre.", "J'attends votre réponse.", "Tenez-moi au courant.",
    "Dans l'attente de vous lire.", "Pour info.", "À toutes fins utiles.", "Dites-moi quoi faire.",
    "Je patiente.", "Je ne sais pas quoi penser.", "C'est tout ce que je sais.",
]  # fmt: skip
IRONY = [
    "Bravo {brand}, encore un chef-d'œuvre.", "Du grand art comme toujours.", "J'adore.",
    "Quel bonheur.", "Vingt sur vingt pour {brand}.", "Service fantastique, vraiment.",
    "Merci mille fois pour rien.", "Formidable.",
]  # fmt: skip
ABUSE = [
    "Bande d'incapables.", "Bande d'abrutis.", "Menteurs et escrocs.", "Quels crétins.",
    "Vous êtes débiles ou quoi.", "Imbéciles.", "Des guignols, tous.",
]  # fmt: skip
EXTRA = [
    "Je suis client depuis des années.", "Je vous ai déjà écrit {when}.",
    "J'ai essayé trois fois depuis {since}.", "J'ai suivi toutes les étapes du site.",
    "Mes voisins ont la même chose.", "J'ai appelé {when}, sans résultat.",
    "Je joins une photo.", "Avant ça marchait bien.", "J'ai tous les papiers.",
    "Ça dure depuis {span}.", "On m'a dit d'attendre {span}.",
]  # fmt: skip
TAGS = ["#fail", "#serviceclient", "#aide", "#patience", "#SAV", "#deception"]
GOOD_TAGS = ["#merci", "#top", "#serviceclient", "#content"]
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
BROADCAST = [
    "Nouveau dans nos boutiques : venez découvrir {the_goods}.",
    "Cette semaine seulement : 20 % de remise.",
    "Maintenance cette nuit de 2 h à 4 h : {service} sera indisponible.",
    "Notre équipe vous répond de 9 h à 18 h, du lundi au vendredi.",
    "Racontez votre meilleur souvenir avec {brand} et gagnez un cadeau.",
    "Cinq conseils pour mieux profiter de nos services.",
    "Nous recrutons ! Rejoignez {brand}.",
    "Toute l'équipe de {brand} vous souhaite une belle saison.",
]  # fmt: skip
REPLY = {
    "greeting": ["Bonjour,", "Bonsoir,", "Bonjour et merci de votre message.", "Bonjour !", ""],
    "apology": [
        "Nous sommes désolés.", "Désolé pour ce souci.", "Toutes nos excuses pour la gêne.",
        "Veuillez nous excuser pour l'attente.", "Nous sommes navrés de l'apprendre.",
    ],
    "thanks": [
        "Merci pour ces mots !", "Cela fait plaisir à lire, merci.",
        "Nous transmettons à l'équipe, merci !", "Merci d'avoir pris le temps d'écrire.",
    ],
    "troll": ["Merci de rester courtois ici.", "Nous répondons volontiers à toute question."],
    "close": ["Merci.", "Bonne journée.", "Nous restons à votre écoute.", "À bientôt.", ""],
    "detail": [
        "Nous avons vérifié auprès du service concerné, qui s'en occupe.",
        "La plupart des cas de ce genre sont réglés en deux jours ouvrés.",
        "Si rien ne change d'ici là, répondez ici et nous irons plus loin.",
        "Un redémarrage après le changement aide souvent.",
        "Nous avons noté votre dossier pour que vous n'ayez pas à tout répéter.",
        "La même réponse figure maintenant sur notre page d'aide, pour les autres clients.",
    ],
    "later": [
        "Merci pour ces précisions, nous regardons.", "Ravis que cela fonctionne !",
        "Nous avons transmis au service technique.", "Vous verrez le changement sous 24 heures.",
        "Nous revenons vers vous dès que nous en savons plus.", "Avec plaisir !",
        "Pouvez-vous essayer avec un autre navigateur ?", "C'est fait, vérifiez à nouveau.",
    ],
    "self": [
        "(2/2) Vous recevrez une confirmation par mail.", "Correction : c'est jusqu'à vendredi.",
        "Et voici le bon lien : {link}", "PS : nos lignes sont ouvertes jusqu'à 18 h.",
    ],
    "announced": [
        "Nous venons de vous répondre en MP.", "MP envoyé.",
        "Vous avez reçu un message privé de notre part.",
        "Consultez vos MP, nous vous avons écrit.",
    ],
}  # fmt: skip
SUBSTANCE: dict[str, list[str]] = {
    "billing": [
        "Ce montant est la part du mois avant votre changement.",
        "Le remboursement prend cinq jours ouvrés.", "La facture est corrigée.",
        "Le nouveau tarif figurait sur la facture du mois dernier.",
    ],
    "delivery": [
        "L'envoi a quitté l'entrepôt aujourd'hui.", "Le transporteur repassera demain.",
        "Le suivi est mis à jour chaque soir.", "Un nouvel envoi est parti.",
    ],
    "outage": [
        "Nos techniciens sont à l'œuvre.", "Le service est rétabli presque partout.",
        "Une panne est connue, la réparation est prévue cette nuit.", "Essayez de redémarrer.",
    ],
    "account": [
        "L'accès est débloqué.", "Le mail est peut-être dans vos indésirables.",
        "Un nouveau code arrive.", "Le changement peut prendre une journée.",
    ],
    "product_info": [
        "C'est disponible dans toutes nos boutiques.", "Oui, cela marche aussi à l'étranger.",
        "L'offre est valable jusqu'à la fin du mois.", "Nous livrons aussi le samedi.",
    ],
    "cancellation": [
        "Le préavis est d'un mois.", "Le retour est possible en boutique sous 14 jours.",
        "Votre résiliation est enregistrée.", "Il n'y a pas de frais.",
    ],
    "staff": [
        "Ce n'est pas l'accueil que nous voulons.", "Le responsable de l'équipe est prévenu.",
        "Quelqu'un va vous rappeler.",
    ],
    "praise": ["Toute l'équipe est touchée."],
    "suggestion": ["Votre idée est notée pour la prochaine version.",
        "Bonne remarque, on la garde."],
    "troll": [""],
}  # fmt: skip
REDIRECT = {
    "website": [
        "Toutes les étapes sont ici : {link}", "Remplissez le formulaire sur {link}",
        "La réponse se trouve sur notre site : {link}",
    ],
    "more_information": [
        "Pouvez-vous nous donner plus de détails ?", "De quel modèle s'agit-il ?",
        "Que s'est-il passé exactement ?", "Depuis quand cela se produit-il ?",
    ],
    "email": [
        "Écrivez-nous à {mail}", "Pouvez-vous envoyer un courriel à {mail} ?",
        "Notre équipe répond à {mail}",
    ],
    "private_message": [
        "Envoyez-nous un message privé avec votre numéro.", "Pouvez-vous passer en MP ?",
        "Merci de nous écrire en DM pour que nous regardions le dossier.",
        "Utilisez la messagerie privée pour nous donner vos références.",
    ],
    "phone": [
        "Appelez-nous au {line}, c'est gratuit.", "Nos conseillers répondent au {line}.",
        "Un appel au {line} et nous réglons cela.",
    ],
}  # fmt: skip
PERSONAL = {
    "phone": ["Mon numéro : {phone}", "appelez-moi au {phone}", "joignable au {phone}"],
    "email": ["écrivez-moi à {email}", "mon mail : {email}", "répondez à {email}"],
    "order": ["commande n° {order}", "mon numéro de commande est {order}", "réf. {order}"],
    "iban": ["mon IBAN : {iban}", "remboursez sur {iban}"],
    "card": ["mon numéro de carte : {card}", "carte {card}"],
    "address": ["j'habite {address}", "mon adresse : {address}"],
}
BOT = [
    "Top 10 des promos du jour {link}", "Gagnez un cadeau gratuit, cliquez {link}",
    "Comparez {brand} et économisez 60 % {link}", "En bref : {brand} dans l'actualité {link}",
    "Abonne-toi, je m'abonne {link}",
]  # fmt: skip
PLACES = ["rue des Tilleuls Bleus", "allée du Vieux Lavoir", "chemin des Trois Pies"]
TOWNS = ["Valbrune-sur-Orge", "Saint-Lormel-le-Haut", "Montfauvel"]
AMOUNTS = ["{n} euros", "{n} €", "{n}€"]
DOLLARS = ["{n} $", "{n} dollars"]
FRANCS = ["{n} francs", "CHF {n}"]
