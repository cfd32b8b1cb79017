"""What the data cannot say, and how the numbers were made: the last pages of the report."""

from __future__ import annotations

from carekit.report import findings as say
from carekit.report.meta import made_with
from carekit.report.model import Bullets, Finding, Message, Meta, Value
from carekit.report.preflight import Found
from carekit.report.tables import Book, count

LIMITS = "export private deleted solved population cause".split()
LEFT_OUT = {
    "repeated rows": "limit.repeated",
    "customer posts that reply to a post outside the dataset": "limit.orphans",
    "answers by another brand than was asked": "limit.other",
    "answers that may have come too late for the definition, and count": "limit.late",
}


def limits(book: Book, found: Found) -> Bullets:
    said = [*found.sentences, *(Message(book.worded(f"limit.{name}")) for name in LIMITS)]
    said += say.unknown_authors(book)
    for words, n in book.frames.facts["left_out"].items():
        if n:  # the rest are requests followed for less than the definition asks
            said.append(Finding(LEFT_OUT.get(words, "limit.young"), {"n": count(n)}))
    return Bullets(tuple(said))


def method(book: Book, meta: Meta) -> Bullets:
    definition = Value("definition", book.frames.facts["definition"])
    names = "unit gaps ranks waits score trend seed".split()
    if book.frames.facts["closed"]:
        names = ["unit", "waits", "seed"]
    said = [Message(book.worded("method.request"), {"definition": definition})]
    if book.compared.peers:
        said.append(Message(f"method.peers.{book.compared.how}"))
    said += [Message(f"method.{name}") for name in names]
    return Bullets((*said, *made_with(meta)))
