"""Answers that never went out: drafts, and those that a network or a colleague turned down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from carekit.sources.drafts import strings
from carekit.sources.files.headings import folded
from carekit.sources.files.roles import key_sql, word_key
from carekit.sources.files.table import TableFile

if TYPE_CHECKING:
    from carekit.sources.files.columns import Columns

REASON = "an answer that was not sent: a draft, or one that was turned down or failed"
_CLEAR = tuple(
    "draft drafted brouillon entwurf borrador bozza rascunho concept taslak szkic 下書き send_failed "
    "delivery_failed undelivered not_delivered not_sent unsent non_envoye non_envoyee non_distribue "
    "nicht_gesendet nicht_zugestellt no_enviado non_inviato nao_enviado niet_verzonden nie_wyslano 送信失敗 "
    "pending_publish pending_approval awaiting_approval en_attente_de_validation zur_freigabe "
    "freigabe_ausstehend pendiente_de_aprobacion in_approvazione aguardando_aprovacao "
    "wacht_op_goedkeuring 承認待ち".split()
)
# Said of an answer only beside a word that others went out: an SLA fails, too.
_UNCLEAR = tuple(
    "failed failure bounced echec echoue fehlgeschlagen fallido falhou mislukt rejected declined refused "
    "rejete rejetee refuse refusee abgelehnt rechazado rifiutato rejeitado afgewezen odrzucono 却下 "
    "in_review pending_review a_valider".split()
)
UNSENT = (*_CLEAR, *_UNCLEAR)
_SENT = frozenset(
    "sent delivered read seen published posted approved live publie publiee envoye envoyee approuve "
    "approuvee valide validee distribue gesendet zugestellt gelesen veroffentlicht freigegeben "
    "genehmigt enviado entregado publicado aprobado leido inviato consegnato pubblicato approvato "
    "publicada entregue aprovado verzonden geleverd gepubliceerd goedgekeurd wyslano opublikowano "
    "送信済み 公開 承認済み".split()
)
# A heading that speaks of the answer, in a row that holds a request and its answer.
_OF_ANSWER = re.compile(
    r"repl(y|ies)|respon|answer|antwort|repon|respuest|rispost|respost|antwoord|odpow|返信|回答"
)
_MOST_WORDS = 12


def find_unsent(
    table: TableFile, found: Columns, rows: list[list[str]], used: set[int], *, in_row: bool
) -> None:
    """A column of few words, some of which say that an answer is a draft or was not sent."""
    for place, name in enumerate(table.header.names):
        if place in used or (in_row and not _OF_ANSWER.search(folded(name))):
            continue
        words = {word_key(row[place]) for row in rows if row[place].strip()}
        told = words & {*_CLEAR} or (words & {*_UNCLEAR} and words & _SENT)
        if told and len(words) <= _MOST_WORDS:
            found.at["unsent"], found.named["unsent"] = f"c{place}", name
            return


def is_unsent(cell: str | None) -> str:
    """SQL: the cell says that the answer was not sent; false without such a column."""
    if cell is None:
        return "FALSE"
    return f"coalesce(list_contains({strings(UNSENT)}, {key_sql(cell)}), FALSE)"
