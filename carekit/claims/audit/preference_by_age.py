"""Who prefers social media to the phone: direction, total, bands and margins of one age table."""

from __future__ import annotations

from statistics import NormalDist

from carekit.claims.audit.arithmetic import Term, Terms, constant, root, total
from carekit.claims.audit.finding import (
    Finding,
    Step,
    build_finding,
    comparison,
    register_finding,
    remark,
    result,
    span,
)
from carekit.claims.ledger import Ledger
from carekit.errors import InputError

# The six bands of the published table, youngest first; P138 is the mended 45-54 band.
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
    t = Terms(ledger)

    def size(residents: str, online: str, social: str) -> Term:
        people = t(residents)
        if internet:
            people = people * t(online)
        return people * t(social) if networks else people

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


@register_finding
def f01(ledger: Ledger) -> Finding:
    """Do a third prefer the phone, or social media?"""
    t = Terms(ledger)
    gap = t("C075") - t("C074")
    young = t("C075") - t("P133")
    old = [t(band) - t("P133") for band in ("P138", "C079", "C074")]
    printed_young, printed_old = t.figure("C007"), t.figure("C008")
    young_above = printed_young.low >= 0
    old_below = printed_old.high <= 0
    mended_young, mended_old = t.figure("D018"), t.figure("D019")
    lowest, highest = min(old, key=_by_value), max(old, key=_by_value)
    steps = [
        comparison("the same third, in opposite directions (C005 and C070)", t("C005"), t("C070")),
        comparison(
            "the other number, and what the study says (C006 and P133)", t("C006"), t("P133")
        ),
        result("preference for social media, 18-24 minus 65 and over", gap, places=2),
        result("18-24 against everyone", young, places=2, against=(mended_young,)),
        result("farthest of 45 and over", lowest, places=2, against=(mended_old,), end="low"),
        result("nearest of 45 and over", highest, places=2, against=(mended_old,), end="high"),
        remark(
            "signs printed for the phone",
            f"18-24 {'above' if young_above else 'not above'} everyone, "
            f"45 and over {'below' if old_below else 'not below'}",
            ("C007", "C008"),
        ),
    ]
    if young_above and old_below and gap.value > 0:
        verdict = "contradicted"
        conclusion = (
            f"{t('P133').text} prefer social media to the phone, among all social media users. "
            "C005 and C006 are inverted and their base is wrong: the signs printed for the phone "
            "are those of the table for social media; a taste for the phone would run the other "
            "way."
        )
    elif young_above and old_below and gap.value < 0:
        verdict = "consistent"
        conclusion = "The signs printed for the phone are the reverse of those for social media."
    else:
        verdict = "undecided"
        conclusion = "The ages do not tell which of the two directions was printed wrongly."
    return build_finding(
        "F01",
        title="Phone or social media?",
        claim="A third of social media users prefer the phone to social media.",
        figures=("C005", "C006", "C007", "C008", "C070", "P133"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


def _by_value(term: Term) -> float:
    return term.value


@register_finding
def f02(ledger: Ledger) -> Finding:
    """Does the age table give 0.30 or one third?"""
    t = Terms(ledger)
    ages = [t(band) for band in _BANDS]
    adults = age_weights(ledger, internet=False, networks=False)
    on_networks = age_weights(ledger, internet=False, networks=True)
    online = age_weights(ledger, internet=True, networks=False)
    online_on_networks = age_weights(ledger, internet=True, networks=True)
    rows = [
        ("equal weights", [constant(1)] * 6, "D014"),
        ("adults (L045)", adults, "D015"),
        ("adults × network use (L045 × L038)", on_networks, "D016"),
        ("adults × internet use × network use (L045 × L046 × L038)", online_on_networks, "D017"),
    ]
    steps = [
        result(label, _weighted_mean(ages, weights), against=t.figures(derived))
        for label, weights, derived in rows
    ]
    used = sum(weight.value for weight in online_on_networks)
    whole = sum(weight.value for weight in online)
    sources = [f for weight in online_on_networks for f in weight.figures]
    in_millions = Term(
        used / whole, f"{used / 1e6:.1f} million / {whole / 1e6:.1f} million", tuple(sources)
    )
    steps.append(
        result("check: network use among internet users", in_millions, against=t.figures("L038e"))
    )
    means = [step.value for step in steps[:4] if step.value is not None]
    lowest, highest = min(means), max(means)

    def within(figure_id: str) -> bool:
        figure = t.figure(figure_id)
        value = t(figure_id).value
        slack = max(figure.rounding, 0.005)
        return lowest - slack <= value <= highest + slack

    third, printed = within("C070"), within("P133")
    steps.append(
        remark(
            "range of the four means",
            f"{lowest:.3f} to {highest:.3f}: {t('P133').text} is "
            f"{'inside' if printed else 'outside'}, {t('C070').text} is "
            f"{'inside' if third else 'outside'}",
            ("P133", "C070"),
            highest - lowest,
        )
    )
    verdict, conclusion = {
        (True, False): (
            "contradicted",
            f"The table reproduces {t('P133').text}, not {t('C070').text}: "
            '"one in three" is rounding.',
        ),
        (False, True): ("consistent", f"The table reproduces {t('C070').text}."),
        (True, True): ("undecided", "The table fits both numbers within rounding."),
        (False, False): ("undecided", "The table fits neither number under these weights."),
    }[printed, third]
    return build_finding(
        "F02",
        title="30 % or one third?",
        claim="One social media user in three prefers social media to the phone.",
        figures=("C070", *span("C", 74, 79), "P138", "P133", *span("D", 14, 17)),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


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


@register_finding
def f05(ledger: Ledger) -> Finding:
    """Do two neighbouring age bands overlap?"""
    t = Terms(ledger)
    printed, following, mended = (t.figure(key) for key in ("C078", "C079", "P138"))
    start = _band(following.group)[0]

    def shared_years(group: str) -> int:
        return max(0, _band(group)[1] - start + 1)

    overlap = shared_years(printed.group)
    steps = [
        remark(
            f"years shared by {printed.group} and {following.group}",
            f"{_band(printed.group)[1]} - {start} + 1 = {_band(printed.group)[1] - start + 1}",
            ("C078", "C079"),
            float(overlap),
        ),
        remark(
            f"years shared by {mended.group} and {following.group}",
            f"{_band(mended.group)[1]} - {start} + 1 = {_band(mended.group)[1] - start + 1}",
            ("P138", "C079"),
            float(shared_years(mended.group)),
        ),
        comparison("same share under both labels", t("C078"), t("P138")),
    ]
    if overlap and not shared_years(mended.group):
        verdict = "contradicted"
        conclusion = (
            f"Read {mended.group}: people of {start} cannot be in two bands. The article copied "
            "the slip from a report, not from the study."
        )
    elif overlap:
        verdict = "undecided"
        conclusion = "The bands overlap and the correction in the ledger does not mend it."
    else:
        verdict = "consistent"
        conclusion = "The bands follow each other without overlap."
    return build_finding(
        "F05",
        title="Overlapping ages",
        claim="The printed age bands exclude each other.",
        figures=("C078", "C079", "P138"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


def _margin(share: Term, size: Term) -> Term:
    """Half-width of the simple 95 % interval, 1.96 √(p(1-p)/n): the margin that surveys print."""
    z = Term(NormalDist().inv_cdf(0.975), "1.96")
    return z * root(share * (1 - share) / size)


@register_finding
def f27(ledger: Ledger) -> Finding:
    """How wide are the margins of an age table without group sizes?"""
    t = Terms(ledger)
    sized = [band for band in _BANDS if t.figure(band).sample_size is not None]
    whole = t("P001")
    derived = t.figure("D020")

    def oldest(weights: list[Term]) -> Term:
        share = weights[-1].value / sum(weight.value for weight in weights)
        return Term(share, f"{share:.3f}", weights[-1].figures)

    with_internet = whole * oldest(age_weights(ledger, internet=True, networks=True))
    without = whole * oldest(age_weights(ledger, internet=False, networks=True))
    steps: list[Step] = [
        remark(
            "ages with a published group size",
            f"{len(sized)} of {len(_BANDS)}",
            _BANDS,
            float(len(sized)),
        ),
        result("margin of the total", _margin(t("P133"), whole)),
        result(
            "people of 65 and over, fewest", with_internet, places=0, against=(derived,), end="low"
        ),
        result("people of 65 and over, most", without, places=0, against=(derived,), end="high"),
        result("margin at 65 and over, fewest people", _margin(t("C074"), _rounded(with_internet))),
        result("margin at 65 and over, most people", _margin(t("C074"), _rounded(without))),
    ]
    if not sized:
        verdict = "undecided"
        conclusion = (
            f"The margin at 65 and over is {steps[5].value:.3f} or {steps[4].value:.3f}, depending "
            "on the group size assumed, and the ages are separate samples. Draw bars with assumed "
            "sizes, repeat the trend test over several assumptions, never draw a pie."
        )
    elif len(sized) < len(_BANDS):
        verdict = "undecided"
        conclusion = "Only some ages have a published size: state an assumption for the others."
    else:
        verdict = "consistent"
        conclusion = "Every age has its size: margins follow without an assumption."
    return build_finding(
        "F27",
        title="Ages are separate samples",
        claim="The margin of each age share is known.",
        figures=(*span("C", 74, 79), "P138", "D020"),
        arithmetic=steps,
        verdict=verdict,
        conclusion=conclusion,
    )


def _rounded(people: Term) -> Term:
    return Term(float(round(people.value)), f"{people.value:,.0f}", people.figures)
