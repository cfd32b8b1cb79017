"""A report made by hand: every block, every chart, invented banks. The writers are tried on it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.report import model as m
from carekit.report.format import clean

BRAND = "Crédit Côtier"
PEERS = (
    "Nova Banque", "Caisse Régionale du Ponant", "L'Épargne d'Armor", "Banque du Littoral",
    "Société Altaïs", "Mutuelle & Fils",
)  # fmt: skip
RATES = (0.7443, 0.8893, 0.7214, 0.6807, 0.6211, 0.5108, 0.3174)
HEADINGS = {
    "brand": ("Marque", "Brand"),
    "n": ("Demandes", "Requests"),
    "n_answered": ("Réponses", "Answers"),
    "estimate": ("Estimation", "Estimate"),
    "ci_low": ("Borne basse", "Low"),
    "ci_high": ("Borne haute", "High"),
    "rank": ("Rang", "Rank"),
    "best_rank": ("Au mieux", "At best"),
    "worst_rank": ("Au pire", "At worst"),
    "median": ("Médiane", "Median"),
}


def say(message: m.Message, lang: str = "fr") -> str:
    """The text that a message of this module carries."""
    return clean(message.values[lang].value)


def text(fr: str, en: str) -> m.Message:
    return m.Message("handmade", {"fr": m.Value("text", fr), "en": m.Value("text", en)})


def finding(fr: str, en: str, *evidence: m.Evidence) -> m.Finding:
    return m.Finding(
        "handmade",
        {"fr": m.Value("text", fr), "en": m.Value("text", en)},
        evidence,
        "established",
    )


def report(
    lang: str = "fr",
    *,
    names: tuple[str, ...] = (BRAND, *PEERS),
    accent: str = "#0b5cad",
    logo: str = "",
    ids: bool = True,
    synthetic: bool = False,
) -> m.Report:
    """Seven invented banks, or as many as there are `names` (the first is the client)."""
    brand, random = names[0], np.random.default_rng(3)
    rates = [RATES[i % len(RATES)] for i in range(len(names))]
    n = np.array([2530, 1840, 920, 1150, 2070, 1610, 1380])[np.arange(len(names)) % 7]
    rate = pd.DataFrame({"brand": names, "n": n, "estimate": rates})
    rate["n_answered"] = (rate["n"] * rate["estimate"]).round().astype(int)
    half = 1.96 * np.sqrt(rate["estimate"] * (1 - rate["estimate"]) / rate["n"])
    rate["ci_low"], rate["ci_high"] = rate["estimate"] - half, rate["estimate"] + half
    gap = rate.iloc[1:][["brand", "n"]].assign(estimate=rate["estimate"][1:] - rates[0])
    gap["ci_low"], gap["ci_high"] = gap["estimate"] - 0.03, gap["estimate"] + 0.03
    gap["established"] = (gap["estimate"].abs() > 0.03).to_numpy()
    order = rate["estimate"].rank(ascending=False).astype(int)
    ranks = pd.DataFrame({"brand": names, "rank": order})
    ranks["best_rank"] = (order - (order == 3)).clip(1)
    ranks["worst_rank"] = (order + (order == 2)).clip(upper=len(names))
    minutes = np.geomspace(5, 4320, 300)
    curve = pd.concat(
        pd.DataFrame({"brand": name, "minutes": minutes}).assign(
            estimate=r * (1 - np.exp(-minutes / 120)),
            ci_low=lambda t: (t["estimate"] - 0.02).clip(0),
            ci_high=lambda t: (t["estimate"] + 0.02).clip(0, 1),
        )
        for name, r in zip(names, rates, strict=True)
    )
    hours = [(d, h) for d in range(1, 8) for h in range(24)]
    heat = pd.DataFrame(hours, columns=["weekday", "hour"])
    heat["n"] = random.poisson(np.where((heat["hour"] > 7) & (heat["weekday"] < 6), 40, 9))
    heat["estimate"] = np.where(heat["n"] >= 10, 0.74 + random.normal(0, 0.05, len(heat)), np.nan)
    months = [f"2026-{k:02d}" for k in range(1, 7)]
    trend = pd.DataFrame({"period": months, "estimate": [0.73, 0.76, 0.72, 0.75, 0.79, 0.74]})
    trend = trend.assign(
        ci_low=trend["estimate"] - 0.04,
        ci_high=trend["estimate"] + 0.04,
        limit_low=0.66,
        limit_high=0.82,
        peers=[0.62, 0.63, 0.61, 0.64, 0.63, 0.62],
    )
    nets = pd.DataFrame(
        [(net, who, 0.5 + 0.1 * i + 0.05 * j, 300 + 90 * i)
         for i, net in enumerate(("facebook", "instagram", "x"))
         for j, who in enumerate((brand, "Médiane" if lang == "fr" else "Median"))],
        columns=["network", "who", "estimate", "n"],
    )  # fmt: skip
    nets = nets.assign(ci_low=nets["estimate"] - 0.04, ci_high=nets["estimate"] + 0.04)
    defs = pd.DataFrame(
        {
            "definition": ["D1", "D2", "D3"],
            "estimate": [0.74, 0.57, 0.86],
            "published": [0.62, np.nan, 0.7],
        }
    )
    defs = defs.assign(ci_low=defs["estimate"] - 0.02, ci_high=defs["estimate"] + 0.02)
    funnel = rate.assign(
        target=0.64, low_95=0.55, high_95=0.73, low_998=0.5, high_998=0.78
    )  # fmt: skip

    def column(name: str, kind: str) -> m.Column:
        return m.Column(name, kind, name, "left" if kind == "text" else "right")  # type: ignore[arg-type]

    limits = [("estimate", "share"), ("ci_low", "share"), ("ci_high", "share")]
    tables = {
        "rate": m.Table(
            "rate",
            rate,
            tuple(column(*c) for c in
                  [("brand", "text"), ("n", "count"), ("n_answered", "count"), *limits]),
            text("Taux de réponse par marque.", "Answer rate by brand."),
            brand,
            ("brand",),
        ),
        "gaps": m.Table(
            "gaps",
            gap,
            tuple(column(*c) for c in [
                ("brand", "text"), ("n", "count"), ("estimate", "points"), ("ci_low", "points"),
                ("ci_high", "points")]),
            text("Écarts avec la marque, en points.", "Differences to the brand, in points."),
        ),
        "ranks": m.Table(
            "ranks",
            ranks,
            tuple(column(*c) for c in [
                ("brand", "text"), ("rank", "rank"), ("best_rank", "rank"),
                ("worst_rank", "rank")]),
            text("Rangs que les données permettent.", "Places that the data allow."),
            brand,
        ),
        "waits": m.Table(
            "waits",
            rate[["brand", "n"]].assign(median=[89.2, 22, 95, 130, 400, 1500, np.nan][: len(rate)]
                                        + [60.0] * max(0, len(rate) - 7)),
            tuple(column(*c) for c in [("brand", "text"), ("n", "count"), ("median", "minutes")]),
            text("Délai médian, demandes sans réponse comprises.",
                 "Median wait, requests without an answer included."),
            brand,
        ),
    }  # fmt: skip
    source = text(
        "Source : export de la boîte sociale. Base : 11 500 demandes. Intervalles à 95 %.",
        "Source: export of the inbox. Base: 11,500 requests. 95% intervals.",
    )

    def chart(id_: str, kind: str, frame: pd.DataFrame, native: str | None = None,
              **encoding: object) -> m.Chart:  # fmt: skip
        return m.Chart(
            id_,
            kind,  # type: ignore[arg-type]
            frame,
            encoding,
            finding(f"{brand} répond à 74 % des demandes", f"{brand} answers 74% of requests",
                    m.Evidence("rate-0", "rate", 0)),
            text("Part des demandes qui ont reçu une réponse publique, 1er semestre 2026",
                 "Share of requests that got a public answer, first half of 2026"),
            source,
            text(f"Graphique {kind} : de 31,7 % à 88,9 % ; {brand} 74,4 %.",
                 f"Chart {kind}: from 31.7% to 88.9%; {brand} 74.4%."),
            native,  # type: ignore[arg-type]
        )  # fmt: skip

    who = {"name": "brand", "accent": brand}
    sections = (
        m.Section("main", text("Ce qu'il faut retenir", "Main points"), (
            m.Tiles((
                (text("Taux de réponse", "Answer rate"), m.Value("share", rates[0],
                                                                rate["ci_low"][0],
                                                                rate["ci_high"][0])),
                (text("Délai médian", "Median wait"), m.Value("minutes", 89.2, 83, 99)),
                (text("Note sur 20", "Score out of 20"), m.Value("score", 14.38, 14.12, 14.64)),
            )),
            m.Bullets((
                finding(f"Sur 2 530 demandes, 1 883 ont reçu une réponse : 74 %. {brand}",
                        f"Of 2,530 requests, 1,883 got an answer: 74%. {brand}",
                        m.Evidence("rate-0", "rate", 0)),
                finding("2e sur 7 ; les données permettent les rangs 2 à 3.",
                        "2nd of 7; the data allow places 2 to 3.",
                        m.Evidence("ranks-0", "ranks", 0)),
            )),
            m.Callout((text("Des lignes n'ont pas été lues.", "Rows could not be read."),),
                      "warning"),
        )),
        m.Section("rate", text("Taux de réponse", "Answer rate"), (
            chart("rates", "estimates", rate, "bars", unit="share", **who), tables["rate"])),
        m.Section("gaps", text("Écarts et rang", "Gaps and rank"), (
            chart("gaps", "differences", gap, "bars", unit="points", **who), tables["gaps"],
            chart("ranks", "rank_sets", ranks, "ranges", unit="rank", **who), tables["ranks"])),
        m.Section("networks", text("Par réseau", "By network"), (
            chart("networks", "estimates", nets, "clusters", unit="share", name="network",
                  series="who", accent=brand),)),
        m.Section("waits", text("Délais", "Waits"), (
            chart("curves", "curves", curve, unit="share", series="brand", accent=brand),
            tables["waits"])),
        m.Section("hours", text("Heures et jours", "Hours and days"), (
            chart("heat", "heat", heat),)),
        m.Section("trend", text("Tendance", "Trend"), (
            chart("trend", "trend", trend, "line", period="period", unit="share"),)),
        m.Section("published", text("Face aux chiffres publiés", "Against published figures"), (
            chart("defs", "definitions", defs, name="definition", name_kind="text"),
            chart("funnel", "funnel", funnel, **who))),
        m.Section("glossary", text("Glossaire", "Glossary"), (
            m.Paragraph((text("Toutes les demandes ont été comptées.", "All were counted."),)),
            m.Callout((text("Un ordre de grandeur.", "An order of magnitude."),)),
            finding("Aucun mois ne sort de la variation ordinaire.",
                    "No month leaves ordinary variation."),
            m.Terms(((text("Demande", "Request"),
                      text("publication d'un client qui ne répond à rien.",
                           "a post of a customer that replies to nothing.")),) * 3),
            m.Quotes(text("Ce que les clients écrivent", "What customers write"),
                     ("Toujours rien pour ma carte !", "Merci à l'équipe")))),
    )  # fmt: skip
    requests = pd.DataFrame(
        {
            "request_id": [f"x:{1000 + i}" for i in range(40)],
            "network": ["x", "facebook"] * 20,
            "brand": [brand] * 40,
            "created_at": pd.date_range("2026-01-01 08:00", periods=40, freq="3h"),
            "answered": [True, False] * 20,
            "hour": [8, 11] * 20,
            "minutes": [12.5, np.nan] * 20,
        }
    )
    meta = m.Meta(
        brand,
        names[1:],
        lang,  # type: ignore[arg-type]
        text(f"Relation client sur les réseaux sociaux : {brand}",
             f"Customer care on social media: {brand}"),
        text("Comparaison avec six banques, 1er semestre 2026",
             "Compared with six banks, first half of 2026"),
        "2026-01-01",
        "2026-06-30",
        "Europe/Paris",
        True,
        "2026-07-01T08:00:00+02:00",
        author="Agence",
        accent=accent,
        logo=logo,
        synthetic=synthetic,
        dataset="Banks",
        versions={"carekit": "0"},
        command="carekit benchmark",
    )  # fmt: skip
    return m.Report(meta, (), sections, tables, requests if ids else None)
