"""One plate for each headline study: published, measured, and who says so, in one look.

Each works on any dataset: what it cannot measure stays a dash, and the plate says why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carekit import survey
from carekit.claims.ledger import load_ledger
from carekit.claims.published import source_name
from carekit.dataset.folder import given_dataset
from carekit.dataset.measured import load_measured
from carekit.errors import InputError
from carekit.inference.rates.proportions import estimate_rate
from carekit.measures.answers import answer_rate as answer_rate
from carekit.show.ask import ask
from carekit.show.facts import Facts, facts_of
from carekit.show.numbers import check_language, digits, interval, known, p_value, say
from carekit.show.pictures import Picture
from carekit.show.refused import Refused
from carekit.show.result import Result
from carekit.show.safe import markdown
from carekit.show.tables import ReadableTable
from carekit.show.wording import label, said

if TYPE_CHECKING:
    from carekit.claims.ledger import Figure
    from carekit.dataset.folder import Dataset

LEAST = 30  # requests without which a country of one's own data gets no line
OWN = 6  # countries or networks of one's own data beside the published ones
# Titles and sentences of the plates, in both languages.
WORDS: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(
    Path(__file__).with_name("plates.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Plate:
    """A headline study at a glance: `says` in a sentence, then a figure, then its table.

    Attributes
    ----------
    title, says : str
    result : Result
        One row per line: its name, published (or published_low and published_high), estimate,
        ci_low, ci_high, n, article, figures (ids of the ledger).
    name : str
        Of its files.
    """

    title: str
    says: str
    result: Result
    name: str
    series: str = ""

    def picture(self) -> Picture:
        """Measured with intervals, black bars at what was published."""
        lang = self.result.facts.lang
        return self.result.plot(
            self.name, series=self.series, reference="published", order="given", title=self.title,
            reference_as=WORDS["any"][lang]["published"],
        )  # fmt: skip

    def table(self) -> ReadableTable:
        """The same in numbers, with the article behind each published value."""
        lang = self.result.facts.lang
        said = [
            say(row.published, "share", lang=lang)
            if known(row.published)
            else interval(row.published_low, row.published_high, "share", lang=lang)
            for row in self.result.itertuples()
        ]
        columns = [self.result.columns[0], "published", "measured", "ci_low", "n"]
        columns += [*([self.series] if self.series else []), "article", "figures"]
        told = self.result.assign(published=said, measured=self.result["estimate"])
        return told.table(columns=columns)

    def __repr__(self) -> str:
        return f"{self.title}. {self.says}\n{self.table()!r}"

    def _ipython_display_(self) -> None:
        from IPython.display import Markdown, display

        display(Markdown(f"**{markdown(self.title)}** {markdown(self.says)}"))
        display(self.picture())
        display(self.table())


def plate(dataset: Dataset, which: str, **options: Any) -> Plate:
    """A headline study at a glance: published and measured, on any dataset.

    Parameters
    ----------
    dataset : Dataset
    which : {"places", "ages", "countries"}
        Where people complain; social media or the phone, by age; who gets an answer, by country
        and network.
    **options
        ``lang="fr"``, ``conf_level``, and those of `plate_places`, `plate_ages`, `plate_countries`.

    Returns
    -------
    Plate
        Shows itself in a notebook; `.result` is the frame, `.picture()` and `.table()` its parts.

    Raises
    ------
    InputError
        If there is no such plate.

    Examples
    --------
    >>> import carekit
    >>> carekit.plate(carekit.open_dataset(), "ages", lang="fr").result.facts.lang
    'fr'
    """
    given_dataset(dataset)
    made = {"places": plate_places, "ages": plate_ages, "countries": plate_countries}
    if which not in made:
        raise InputError(f"`which` is {which!r}; expected one of: {', '.join(made)}. Use one.")
    return made[which](dataset, **options)


def plate_places(
    dataset: Dataset,
    *,
    question: str = "uses_platform_for_care",
    conf_level: float = 0.95,
    lang: str = "en",
) -> Plate:
    """Where people complain: the published list of places beside a survey.

    Parameters
    ----------
    dataset : Dataset
    question : str
        The question of its survey, several answers allowed, whose items are the places.
    conf_level : float
    lang : {"en", "fr"}

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> print(plate_places(open_dataset()).says.partition(";")[0])
    Lines compared: 8. Measured and published lie at most 2.9 points apart
    """
    told = _words("places", lang)
    figures = _proportions(
        "uses_platform_for_care", lambda f: f.group not in {"x", "facebook_pages"}
    )
    rows = _published(figures, lambda f: f.group, "place")
    rows = rows.sort_values("published_high", ascending=False, kind="stable")
    several = ask(survey.ticked, dataset, question=question, conf_level=conf_level)
    ticked = several[several["measure"] == "share_of_respondents"].rename(columns={"item": "place"})
    return _plate("places", told, rows, ticked, dataset, lang, conf_level)


def plate_ages(
    dataset: Dataset,
    *,
    question: str = "prefers_social_over_phone",
    by: str = "age_group",
    conf_level: float = 0.95,
    lang: str = "en",
) -> Plate:
    """Social media or the phone, by age: published shares, a survey's, and its trend.

    Parameters
    ----------
    dataset : Dataset
    question : str
        A question of its survey with yes and no.
    by : str
        Column of age groups.
    conf_level : float
    lang : {"en", "fr"}

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> plate_ages(open_dataset()).result["age_group"].tolist()
    ['18-24', '25-34', '35-44', '45-54', '55-64', '65+']
    """
    told = _words("ages", lang)
    ages = _proportions("prefers_social_over_phone", lambda f: f.group[:1].isdigit())
    rows = _published(ages, lambda f: f.current.group, by).sort_values(by, kind="stable")
    share = ask(survey.answers, dataset, question=question, by=by, conf_level=conf_level)
    yes = share[share["answer"] == "yes"]
    plate = _plate("ages", told, rows, yes, dataset, lang, conf_level)
    trend = ask(survey.trend, dataset, question=question, by=by, conf_level=conf_level)
    if not len(trend):
        return plate
    slope = trend.iloc[0]
    key = "falls" if slope["ci_high"] < 0 else "flat"
    said = told[key].format(say(slope["estimate"], lang=lang), p_value(slope["p_value"], lang))
    return replace(plate, says=f"{said} {plate.says}")


def plate_countries(
    dataset: Dataset,
    *,
    definition: str = "socialbakers-2015",
    conf_level: float = 0.95,
    lang: str = "en",
    **options: Any,
) -> Plate:
    """Answer rates by country and network: the six published values, measured, and real counts.

    Parameters
    ----------
    dataset : Dataset
    definition : str
        Of a question and an answer: that of the published rates, as far as it is known.
    conf_level : float
    lang : {"en", "fr"}
    **options
        Of `carekit.answer_rate`, such as engine.

    Examples
    --------
    >>> from carekit.dataset.folder import open_dataset
    >>> plate = plate_countries(open_dataset())
    >>> int(plate.result["published"].notna().sum())
    6
    """
    told = _words("countries", lang)
    printed = _proportions(
        "question_response_rate",
        lambda f: f.study_id == "socialbakers-2015-q1" and f.status == "as_printed",
    )
    rows = _published(printed, lambda f: (f.network, f.country), "market")
    asked = {"definition": definition, "conf_level": conf_level, **options}
    parts = [ask(answer_rate, dataset, by=by, **asked) for by in ("network", "network,country")]
    found = [part.assign(country="world") if i == 0 else part for i, part in enumerate(parts)]
    own = pd.concat([part.frame for part in found if len(part)]) if any(map(len, found)) else None
    if own is not None:
        own = own[own["n"] >= LEAST].assign(
            market=list(zip(own["network"][own["n"] >= LEAST], own["country"][own["n"] >= LEAST],
                           strict=True)))  # fmt: skip
        own = _at_most(own, set(rows["market"]), OWN)
    measured: Any = parts[0] if own is None else Result(own, facts=facts_of(parts[0]))
    rows = _in_order(rows, own)
    plate = _plate("countries", told, rows, measured, dataset, lang, conf_level, name="market")
    mark = f" ({said('synthetic', lang)})" if dataset.manifest.synthetic else ""
    made = plate.result.assign(data=f"{told['own']}{mark}")
    reviews = estimate_rate(load_measured("app_reviews_answers"), by="network", cluster="brand",
                            conf_level=conf_level)  # fmt: skip
    pairs: Any = [(network, "KR") for network in reviews["network"]]
    real = reviews.assign(market=pairs, data=told["real"])
    both = pd.concat([made.frame, real[[c for c in real if c in made.columns]]], ignore_index=True)
    called = [_where(pair, told["all"], lang) for pair in both["market"]]
    both = both.assign(market=called, article=both["article"].fillna(""),
                       figures=both["figures"].fillna(""))  # fmt: skip
    return replace(plate, result=Result(both, facts=made.facts), series="data")


def _words(plate: str, lang: str) -> Mapping[str, str]:
    return {**WORDS["any"][check_language(lang)], **WORDS[plate][lang]}


def _proportions(measure: str, keep: Callable[[Figure], bool]) -> list[Figure]:
    ledger = load_ledger()
    ids = ledger.select(measure=measure).query("unit == 'proportion'")["figure_id"]
    return [f for f in map(ledger.figure, ids) if keep(f)]


def _published(figures: Iterable[Figure], line: Callable[[Figure], Any], name: str) -> pd.DataFrame:
    """One row per line: what was published of it, where, and the ids of the ledger."""
    lines: dict[Any, list[Figure]] = {}
    for figure in figures:
        lines.setdefault(line(figure), []).append(figure)
    ledger = load_ledger()
    rows = []
    for key, here in lines.items():
        first = next((f for f in here if f.article_id), here[0])
        low, high = first.current.low, first.current.high
        if first.value is not None and not first.corrections:
            low = high = first.value
        rows.append({
            name: key, "published": low if low == high else np.nan, "published_low": low,
            "published_high": high, "article": source_name(ledger, first),
            "figures": ", ".join(f.figure_id for f in here),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _plate(
    kind: str,
    told: Mapping[str, str],
    rows: pd.DataFrame,
    measured: Result | Refused,
    dataset: Dataset,
    lang: str,
    conf_level: float,
    name: str = "",
) -> Plate:
    name = name or str(rows.columns[0])
    numbers = ["estimate", "ci_low", "ci_high", "n"]
    if isinstance(measured, Refused) or not len(measured):
        made = rows.assign(**dict.fromkeys(numbers, np.nan))
        why = measured.why if isinstance(measured, Refused) else ""
        says = " ".join([told["none"], told["not"].format(why) if why else ""]).strip()
        notes: tuple[str, ...] = ()
    else:
        found = measured.frame[[name, *numbers]]
        kept = found[name].isin(list(rows[name])) | (kind != "countries")
        made = rows.merge(found[kept], on=name, how="outer" if kind != "countries" else "left")
        made = _as_before(made, rows, name)
        both = made.dropna(subset=["published_low", "ci_low"])
        gap = np.maximum(both["published_low"] - both["estimate"], 0)
        gap = np.maximum(gap, both["estimate"] - both["published_high"])
        far = digits(100 * float(gap.max()), 1, lang) if len(both) else ""
        says = told["apart"].format(len(both), far) if len(both) else told["none"]
        note = facts_of(measured).note.removeprefix("Denominator: ")
        notes = (told["measured"].format(note),) if note else ()
    manifest = dataset.manifest
    if manifest.synthetic:
        says = f"{says} {told['synthetic']}"
    facts = Facts(
        told["measure"], denominator=told["of"], by=(name,), conf_level=conf_level, notes=notes,
        synthetic=manifest.synthetic, source=manifest.title, lang=lang,
        last_date=(manifest.observed_until or "")[:10],
    )  # fmt: skip
    columns = [name, "published", "published_low", "published_high", *numbers, "article", "figures"]
    suffix = "" if lang == "en" else f"-{lang}"
    result = Result(made[columns].reset_index(drop=True), facts=facts)
    return Plate(told["title"], says, result, f"plate-{kind}{suffix}")


def _as_before(made: pd.DataFrame, rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Lines in the order of the published ones; those of one's own data after them."""
    order = {key: place for place, key in enumerate(rows[name])}
    place = [order.get(key, len(order)) for key in made[name]]
    made = made.assign(_place=place).sort_values(["_place", name], kind="stable")
    filled = {c: made[c].fillna("") for c in ("article", "figures")}
    return made.drop(columns="_place").assign(**filled)


def _at_most(own: pd.DataFrame, published: set[Any], most: int) -> pd.DataFrame:
    """Published lines, and as many of the largest others."""
    here = own["market"].isin(list(published))
    others = own[~here].nlargest(most, "n")
    return pd.concat([own[here], others])


def _in_order(rows: pd.DataFrame, own: pd.DataFrame | None) -> pd.DataFrame:
    """By network, all countries first; lines of one's own data among them."""
    known = set(rows["market"])
    extra = [] if own is None else [key for key in own["market"] if key not in known]
    more = pd.DataFrame({"market": extra}) if extra else rows.head(0)[["market"]]
    both = pd.concat([rows, more], ignore_index=True)
    place = [
        (network or "", country != "world", country or "") for network, country in both["market"]
    ]
    return both.iloc[sorted(range(len(both)), key=lambda i: place[i])].reset_index(drop=True)


def _where(pair: tuple[str, str], everywhere: str, lang: str) -> str:
    network, country = pair
    place = everywhere if country == "world" else label("country", country, lang)
    return f"{label('network', network, lang)}, {place}"
