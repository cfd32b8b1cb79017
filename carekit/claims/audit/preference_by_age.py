"""Who prefers social media to the phone: direction, total, bands and margins of one age table."""

from __future__ import annotations

from statistics import NormalDist

from carekit.claims.audit.arithmetic import Term, constant, people, root, total
from carekit.claims.audit.finding import Working, finding
from carekit.claims.ledger import Ledger
from carekit.errors import InputError

# The six bands of the published table, youngest first; P138 is the corrected 45-54 band.
_BANDS = ("C075", "C076", "C077", "P138", "C079", "C074")

# Census bands inside each of them, with the bands of the two Pew surveys that they fall into. Pew
# cuts at 30 and at 50, so 25-34 and 45-54 are split.
_CENSUS = (
    (("L045a", "L046a", "L038a"),),
    (("L045b", "L046a", "L038a"), ("L045c", "L046b", "L038b")),
    (("L045d", "L046b", "L038b"),),
    (("L045e", "L046b", "L038b"), ("L045f", "L046c", "L038c")),
    (("L045g", "L046c", "L038c"),),
    (("L045h", "L046d", "L038d"),),
)


def age_weights(ledger: Ledger, *, internet: bool, networks: bool) -> list[Term]:
    """Size of the six ages in adults, or in those who use the internet or social networks."""
    t = Working(ledger)

    def size(residents: str, online: str, social: str) -> Term:
        count = t(residents)
        if internet:
            count = count * t(online)
        return count * t(social) if networks else count

    return [total(size(*part) for part in parts) for parts in _CENSUS]


def _weighted_mean(values: list[Term], weights: list[Term]) -> Term:
    """Mean with normalised weights; the text shows the weights, rounded to a thousandth."""
    whole = sum(weight.value for weight in weights)
    if not whole:
        raise InputError(
            "the weights of the age table add up to 0; expected the numbers of people in "
            "L045a to L045h. Fill these rows of published_figures.csv."
        )
    shares = [Term(w.value / whole, f"{w.value / whole:.3f}", w.figures) for w in weights]
    return total(share * value for share, value in zip(shares, values, strict=True))


@finding(
    "F01",
    "Phone or social media?",
    claim="A third of social media users prefer the phone to social media.",
    figures="C005 C006 C007 C008 C070 P133",
    numbers="outside",
    outside="the age table of another article and the study's own total (C074, C075, P133)",
)
def phone_or_social(t: Working) -> tuple[str, str]:
    gap = t("C075") - t("C074")
    old = sorted((t(band) - t("P133") for band in ("P138", "C079", "C074")), key=lambda x: x.value)
    young_above = t.figure("C007").low >= 0
    old_below = t.figure("C008").high <= 0
    t.compare("the same third, in opposite directions (C005 and C070)", t("C005"), t("C070"))
    t.compare("the other number, and what the study says (C006 and P133)", t("C006"), t("P133"))
    t.show("preference for social media, 18-24 minus 65 and over", gap, places=2)
    t.show("18-24 against everyone", t("C075") - t("P133"), places=2, against="D018")
    t.show("farthest of 45 and over", old[0], places=2, against="D019", end="low")
    t.show("nearest of 45 and over", old[-1], places=2, against="D019", end="high")
    t.note(
        "signs printed for the phone",
        f"18-24 {'above' if young_above else 'not above'} everyone, "
        f"45 and over {'below' if old_below else 'not below'}",
        ("C007", "C008"),
    )
    if young_above and old_below and gap.value > 0:
        return "contradicted", (
            f"{t('P133').text} prefer social media to the phone, among all social media users. "
            "C005 and C006 are inverted and their base is wrong: the signs printed for the phone "
            "are those of the table for social media; a taste for the phone would run the other "
            "way."
        )
    if young_above and old_below and gap.value < 0:
        return "consistent", (
            "The signs printed for the phone are the reverse of those for social media."
        )
    return "undecided", "The ages do not tell which of the two directions was printed wrongly."


@finding(
    "F02",
    "30 % or one third?",
    claim="One social media user in three prefers social media to the phone.",
    figures="C070 C074:C079 P138 P133 D014:D017",
    numbers="outside",
    outside="the US census of 2010 and Pew surveys of 2012 and 2013 (L038, L045, L046)",
)
def one_in_three(t: Working) -> tuple[str, str]:
    ages = [t(band) for band in _BANDS]
    online = age_weights(t.ledger, internet=True, networks=False)
    both = age_weights(t.ledger, internet=True, networks=True)
    rows = (
        ("equal weights", [constant(1)] * 6, "D014"),
        ("adults (L045)", age_weights(t.ledger, internet=False, networks=False), "D015"),
        (
            "adults × network use (L045 × L038)",
            age_weights(t.ledger, internet=False, networks=True),
            "D016",
        ),
        ("adults × internet use × network use (L045 × L046 × L038)", both, "D017"),
    )
    means = []
    for label, weights, derived in rows:
        mean = _weighted_mean(ages, weights)
        means.append(mean.value)
        t.show(label, mean, against=derived)
    used, whole = sum(w.value for w in both), sum(w.value for w in online)
    in_millions = Term(
        used / whole,
        f"{used / 1e6:.1f} million / {whole / 1e6:.1f} million",
        tuple(f for weight in both for f in weight.figures),
    )
    t.show("check: network use among internet users", in_millions, against="L038e")
    lowest, highest = min(means), max(means)

    def within(figure_id: str) -> bool:
        slack = max(t.figure(figure_id).rounding, 0.005)
        return lowest - slack <= t(figure_id).value <= highest + slack

    third, printed = within("C070"), within("P133")
    t.note(
        "range of the four means",
        f"{lowest:.3f} to {highest:.3f}: {t('P133').text} is "
        f"{'inside' if printed else 'outside'}, {t('C070').text} is "
        f"{'inside' if third else 'outside'}",
        ("P133", "C070"),
        highest - lowest,
    )
    if printed and third:
        return "undecided", "The table fits both numbers within rounding."
    if printed:
        return "contradicted", (
            f"The table reproduces {t('P133').text}, not {t('C070').text}: "
            '"one in three" is rounding.'
        )
    if third:
        return "consistent", f"The table reproduces {t('C070').text}."
    return "undecided", "The table fits neither number under these weights."


def _band(label: str) -> tuple[int, int]:
    """First and last year of an age label: `45-55`, `65+`."""
    first, separator, last = label.partition("-")
    if separator and first.isdigit() and last.isdigit():
        return int(first), int(last)
    if label.endswith("+") and label[:-1].isdigit():
        return int(label[:-1]), 120
    raise InputError(
        f"the audit needs the ages of a band and found the group {label!r}; expected a label like "
        "'45-54' or '65+'. Correct `group` in published_figures.csv."
    )


@finding(
    "F05",
    "Overlapping ages",
    claim="The printed age bands exclude each other.",
    figures="C078 C079 P138",
)
def overlapping_ages(t: Working) -> tuple[str, str]:
    following, mended = t.figure("C079"), t.figure("P138")
    start = _band(following.group)[0]
    shared = []
    for key in ("C078", "P138"):
        group = t.figure(key).group
        years = _band(group)[1] - start + 1
        shared.append(max(0, years))
        t.note(
            f"years shared by {group} and {following.group}",
            f"{_band(group)[1]} - {start} + 1 = {years}",
            (key, "C079"),
            float(shared[-1]),
        )
    t.compare("same share under both labels", t("C078"), t("P138"))
    if shared[0] and not shared[1]:
        return "contradicted", (
            f"Read {mended.group}: people of {start} cannot be in two bands. The article copied "
            "the slip from a report, not from the study."
        )
    if shared[0]:
        return "undecided", (
            "The bands overlap and the correction in the ledger does not settle it."
        )
    return "consistent", "The bands follow each other without overlap."


def _margin(share: Term, size: Term) -> Term:
    """Half-width of the simple 95 % interval, 1.96 √(p(1-p)/n): the margin that surveys print."""
    z = Term(NormalDist().inv_cdf(0.975), "1.96")
    return z * root(share * (1 - share) / size)


@finding(
    "F27",
    "Ages are separate samples",
    claim="The margin of each age share is known.",
    figures="C074:C079 P138 D020",
)
def separate_samples(t: Working) -> tuple[str, str]:
    sized = [band for band in _BANDS if t.figure(band).sample_size is not None]

    def oldest(*, internet: bool) -> Term:
        weights = age_weights(t.ledger, internet=internet, networks=True)
        share = weights[-1].value / sum(weight.value for weight in weights)
        return t("P001") * Term(share, f"{share:.3f}", weights[-1].figures)

    fewest, most = oldest(internet=True), oldest(internet=False)
    t.note(
        "ages with a published group size",
        f"{len(sized)} of {len(_BANDS)}",
        _BANDS,
        float(len(sized)),
    )
    t.show("margin of the total", _margin(t("P133"), t("P001")))
    t.show("people of 65 and over, fewest", fewest, places=0, against="D020", end="low")
    t.show("people of 65 and over, most", most, places=0, against="D020", end="high")
    wide = t.show("margin at 65 and over, fewest people", _margin(t("C074"), people(fewest)))
    narrow = t.show("margin at 65 and over, most people", _margin(t("C074"), people(most)))
    if not sized:
        return "undecided", (
            f"The margin at 65 and over is {narrow.value:.3f} or {wide.value:.3f}, depending "
            "on the group size assumed, and the ages are separate samples. Draw bars with assumed "
            "sizes, repeat the trend test over several assumptions, never draw a pie."
        )
    if len(sized) < len(_BANDS):
        return "undecided", (
            "Only some ages have a published size: state an assumption for the others."
        )
    return "consistent", "Every age has its size: margins follow without an assumption."
