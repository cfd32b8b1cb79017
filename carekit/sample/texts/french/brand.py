"""French. What brands write: answers, redirections, posts of their own."""

from __future__ import annotations

BROADCAST = [
    "Nouveau dans nos boutiques : venez découvrir {the_goods}.",
    "Cette semaine seulement : 20 % de remise.",
    "Maintenance cette nuit de 2 h à 4 h : {service} sera indisponible.",
    "Notre équipe vous répond de 9 h à 18 h, du lundi au vendredi.",
    "Racontez votre meilleur souvenir avec {brand} et gagnez un cadeau.",
    "Cinq conseils pour mieux profiter de nos services.",
    "Nous recrutons ! Rejoignez {brand}.",
    "Toute l'équipe de {brand} vous souhaite une belle saison.",
]

REPLY = {
    "greeting": ["Bonjour,", "Bonsoir,", "Bonjour et merci de votre message.", "Bonjour !", ""],
    "apology": [
        "Nous sommes désolés.",
        "Désolé pour ce souci.",
        "Toutes nos excuses pour la gêne.",
        "Veuillez nous excuser pour l'attente.",
        "Nous sommes navrés de l'apprendre.",
    ],
    "thanks": [
        "Merci pour ces mots !",
        "Cela fait plaisir à lire, merci.",
        "Nous transmettons à l'équipe, merci !",
        "Merci d'avoir pris le temps d'écrire.",
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
        "Merci pour ces précisions, nous regardons.",
        "Ravis que cela fonctionne !",
        "Nous avons transmis au service technique.",
        "Vous verrez le changement sous 24 heures.",
        "Nous revenons vers vous dès que nous en savons plus.",
        "Avec plaisir !",
        "Pouvez-vous essayer avec un autre navigateur ?",
        "C'est fait, vérifiez à nouveau.",
        "Le remboursement est parti aujourd'hui.",
        "Un collègue prend la suite.",
        "Il faut parfois attendre demain pour le voir.",
        "Merci de votre patience.",
        "Pouvez-vous redémarrer encore une fois ?",
        "Nous avons ouvert un nouveau dossier.",
    ],
    "self": [
        "(2/2) Vous recevrez une confirmation par mail.",
        "Correction : c'est jusqu'à vendredi.",
        "Et voici le bon lien : {link}",
        "PS : nos lignes sont ouvertes jusqu'à 18 h.",
    ],
    "announced": [
        "Nous venons de vous répondre en MP.",
        "MP envoyé.",
        "Vous avez reçu un message privé de notre part.",
        "Consultez vos MP, nous vous avons écrit.",
    ],
}

SUBSTANCE: dict[str, list[str]] = {
    "billing": [
        "Ce montant est la part du mois avant votre changement.",
        "Le remboursement prend cinq jours ouvrés.",
        "La facture est corrigée.",
        "Le nouveau tarif figurait sur la facture du mois dernier.",
        "Le prélèvement passe le premier jour ouvré.",
        "L'avoir figurera sur la prochaine facture.",
    ],
    "delivery": [
        "L'envoi a quitté l'entrepôt aujourd'hui.",
        "Le transporteur repassera demain.",
        "Le suivi est mis à jour chaque soir.",
        "Un nouvel envoi est parti.",
        "L'adresse est modifiée.",
        "Le point relais garde l'envoi sept jours.",
    ],
    "outage": [
        "Nos techniciens sont à l'œuvre.",
        "Le service est rétabli presque partout.",
        "Une panne est connue, la réparation est prévue cette nuit.",
        "Essayez de redémarrer.",
        "Une nouvelle version arrive cette semaine.",
        "La ligne sera testée demain matin.",
    ],
    "account": [
        "L'accès est débloqué.",
        "Le mail est peut-être dans vos indésirables.",
        "Un nouveau code arrive.",
        "Le changement peut prendre une journée.",
        "La réinitialisation se fait depuis la page de connexion.",
        "Votre profil est à jour.",
    ],
    "product_info": [
        "C'est disponible dans toutes nos boutiques.",
        "Oui, cela marche aussi à l'étranger.",
        "L'offre est valable jusqu'à la fin du mois.",
        "Nous livrons aussi le samedi.",
        "Le prix est le même en boutique et en ligne.",
        "Les deux modèles sont en stock.",
    ],
    "cancellation": [
        "Le préavis est d'un mois.",
        "Le retour est possible en boutique sous 14 jours.",
        "Votre résiliation est enregistrée.",
        "Il n'y a pas de frais.",
        "Le remboursement revient sur la carte utilisée.",
        "Votre contrat s'arrête à la fin du mois.",
    ],
    "staff": [
        "Ce n'est pas l'accueil que nous voulons.",
        "Le responsable de l'équipe est prévenu.",
        "Quelqu'un va vous rappeler.",
        "Nous réécoutons l'appel et revenons vers vous.",
        "Merci de nous l'avoir signalé.",
    ],
    "praise": ["Toute l'équipe est touchée.", "Voilà qui fait sourire tout le monde."],
    "suggestion": [
        "Votre idée est notée pour la prochaine version.",
        "Bonne remarque, on la garde.",
        "Vous n'êtes pas seul à le demander, cela aide.",
    ],
    "troll": [""],
}

REDIRECT = {
    "website": [
        "Toutes les étapes sont ici : {link}",
        "Remplissez le formulaire sur {link}",
        "La réponse se trouve sur notre site : {link}",
    ],
    "more_information": [
        "Pouvez-vous nous donner plus de détails ?",
        "De quel modèle s'agit-il ?",
        "Que s'est-il passé exactement ?",
        "Depuis quand cela se produit-il ?",
    ],
    "email": [
        "Écrivez-nous à {mail}",
        "Pouvez-vous envoyer un courriel à {mail} ?",
        "Notre équipe répond à {mail}",
    ],
    "private_message": [
        "Envoyez-nous un message privé avec votre numéro.",
        "Pouvez-vous passer en MP ?",
        "Merci de nous écrire en DM pour que nous regardions le dossier.",
        "Utilisez la messagerie privée pour nous donner vos références.",
    ],
    "phone": [
        "Appelez-nous au {line}, c'est gratuit.",
        "Nos conseillers répondent au {line}.",
        "Un appel au {line} et nous réglons cela.",
    ],
}
