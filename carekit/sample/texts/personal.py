"""Made-up personal data in realistic forms: none of it can belong to anybody.

Telephone numbers come from ranges that regulators keep for fiction (Arcep, Ofcom, ACMA, 555-01xx),
e-mail addresses from example.com, .org and .net (RFC 2606), card numbers are published test
numbers, and IBANs pass their checksum but name a bank that does not exist.
"""

from __future__ import annotations

from carekit.sample.texts.dice import Dice

TEST_CARDS = [
    "4242 4242 4242 4242",
    "4111 1111 1111 1111",
    "5555 5555 5555 4444",
    "5105 1051 0510 5100",
    "4000056655665556",
    "5200828282828210",
]
AREA = {"US": ["202", "312", "415", "617"], "CA": ["416", "514", "613", "604"]}
IBAN_BODY = {"FR": "99999{d11}{d2}", "BE": "999{d9}", "CH": "99999{d9}000", "GB": "ZZZZ99{d12}"}
KINDS = ["phone", "email", "order", "address", "iban", "card"]
KIND_SHARE = [0.30, 0.20, 0.30, 0.08, 0.06, 0.06]
SHORT_SHARE = [0.40, 0.25, 0.35, 0.0, 0.0, 0.0]


def digits(dice: Dice, n: int) -> str:
    """A string of so many random digits."""
    return "".join(str(dice.number(0, 9)) for _ in range(n))


def phone(dice: Dice, country: str) -> str:
    """A number that is reserved for fiction, written as people of that country write it."""
    if country in AREA:
        area, end = dice.pick(AREA[country]), dice.number(100, 199)
        form = dice.pick(["({a}) 555-0{e}", "{a}-555-0{e}", "+1 {a} 555 0{e}", "{a}.555.0{e}"])
        return form.format(a=area, e=end)
    if country in ("GB", "IE"):
        forms = ["020 7946 0{e}", "+44 20 7946 0{e}", "07700 900{e}", "02079460{e}"]
        form = forms[1] if country == "IE" else dice.pick(forms)
        return form.format(e=dice.number(100, 999))
    if country == "AU":
        return dice.pick(["0491 570 156", "0491 570 157", "0491570158", "+61 491 570 159"])
    a, b = f"{dice.number(0, 99):02d}", f"{dice.number(0, 99):02d}"
    if country == "FR":
        form = dice.pick(
            ["01 99 00 {a} {b}", "0199 00 {a} {b}", "06 39 98 {a} {b}", "06.39.98.{a}.{b}"]
        )
    else:
        form = dice.pick(["+33 1 99 00 {a} {b}", "+33 6 39 98 {a} {b}"])
    return form.format(a=a, b=b)


def email(dice: Dice, lang: str) -> str:
    """An address in a domain that is reserved for examples; some hide the @."""
    name = dice.pick(["client", "customer", "moi", "contact", "perso", "home"])
    made = (
        f"{name}{dice.number(10, 9999)}@{dice.pick(['example.com', 'example.org', 'example.net'])}"
    )
    if dice.chance(0.15):
        return made.replace("@", " arobase " if lang == "fr" else " (at) ")
    return made


def order(dice: Dice) -> str:
    """An order number in one of the forms that shops use."""
    form = dice.number(0, 3)
    if form == 0:
        return digits(dice, 8)
    if form == 1:
        return f"{dice.pick('ABCDEFGHJK')}{digits(dice, 2)}-{digits(dice, 6)}"
    if form == 2:
        return f"#{digits(dice, 6)}"
    return f"{digits(dice, 3)}-{digits(dice, 7)}"


def iban(dice: Dice, country: str) -> str:
    """An IBAN of a bank that does not exist; its check digits are right."""
    where = country if country in IBAN_BODY else "FR"
    body = IBAN_BODY[where]
    for length in (2, 9, 11, 12):
        body = body.replace(f"{{d{length}}}", digits(dice, length))
    if where == "FR":
        body = body[:5] + digits(dice, 5) + body[5:]
    made = where + check_digits(where, body) + body
    if dice.chance(0.7):
        return " ".join(made[i : i + 4] for i in range(0, len(made), 4))
    return made


def check_digits(country: str, body: str) -> str:
    """Check digits of an IBAN (ISO 13616, mod 97)."""
    number = "".join(str(int(c, 36)) for c in body + country + "00")
    return f"{98 - int(number) % 97:02d}"


def value(
    dice: Dice, kind: str, *, lang: str, country: str, places: list[str], towns: list[str]
) -> str:
    """Made-up personal data of one kind."""
    if kind == "phone":
        return phone(dice, country)
    if kind == "email":
        return email(dice, lang)
    if kind == "order":
        return order(dice)
    if kind == "iban":
        return iban(dice, country)
    if kind == "card":
        return dice.pick(TEST_CARDS)
    street, town = dice.pick(places), dice.pick(towns)
    if lang == "fr":
        return f"{dice.number(2, 98)} {street}, 99{digits(dice, 3)} {town}"
    return f"{dice.number(2, 198)} {street}, {town}"
