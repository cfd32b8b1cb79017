"""How much does the country explain? Less and less, as what goes with it is told apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from carekit.claims import atlas
from carekit.show.result import Result

Values = npt.NDArray[np.float64]


def explained(draws: int = 999, seed: int = 1) -> Result:
    """Share of the variance of answer rates that the country explains.

    Rows: "brands" (each brand a unit), "collections" (the mean of the brands of one repository and
    country a unit, since files of one author came together), both with `estimate` (adjusted R²) and
    `p_value` (permutation of countries over units); what it adds to the adjusted R² where sector, way
    of drawing and collection are known (`countries`: those that can still be told apart, and one);
    and of a mixed model of brands with country and collection as random effects, the share of each.
    """
    table = atlas.brands().frame
    apart = table.groupby(["collection", "country"], as_index=False)["estimate"].mean()
    rng = np.random.default_rng(seed)
    rows = []
    for unit, frame in (("brands", table), ("collections", apart)):
        rate, country = frame["estimate"].to_numpy(float), pd.factorize(frame["country"])[0]
        found = adjusted_r2(rate, country)
        chance = [adjusted_r2(rate, rng.permutation(country)) for _ in range(draws)]
        p = (1 + sum(c >= found - 1e-12 for c in chance)) / (draws + 1)
        rows.append((f"country, {unit} as units", found, p, len(frame), country.max() + 1))
    table["drawn"] = table["drawn"].str.split(",").str[0]
    for beside in (["sector"], ["sector", "drawn"], ["sector", "drawn", "collection"]):
        gain, df = beyond(table, beside)
        name = f"country, beyond {', '.join(beside)}"
        rows.append((name, gain, np.nan, len(table), df + 1))
    parts = variance_parts(table)
    for name, part in parts.items():
        rows.append((f"mixed model: {name}", part, np.nan, len(table), table["country"].nunique()))
    made = pd.DataFrame(rows, columns=["what", "estimate", "p_value", "n", "countries"])
    facts = atlas.stated(
        "explained by country",
        "how much of the difference is country",
        "brands with 20 store reviews of one and two stars",
        independent_unit="brand or collection",
        notes=(
            "All but four countries are one collection: what is said of the country is said of the "
            "file, its author, sector and time as well.",
            f"p: {draws} permutations of the countries, seed {seed}.",
        ),
    )
    return Result(made, facts=facts)


def beyond(table: pd.DataFrame, beside: list[str]) -> tuple[float, int]:
    """What the country adds to the adjusted R² of other columns, and by how many free parameters."""
    rate = table["estimate"].to_numpy(float)
    found = []
    for names in (beside, [*beside, "country"]):
        design = pd.get_dummies(table[names]).to_numpy(float)
        design = np.column_stack([np.ones(len(rate)), design])
        fit, _, rank, _ = np.linalg.lstsq(design, rate, rcond=None)
        within = ((rate - design @ fit) ** 2).sum() / (len(rate) - rank)
        found.append((1 - within / rate.var(ddof=1), int(rank)))
    return found[1][0] - found[0][0], found[1][1] - found[0][1]


def adjusted_r2(values: Values, group: npt.NDArray[np.int64]) -> float:
    """Adjusted R² of the means of groups.

    >>> round(adjusted_r2(np.array([0.0, 0.1, 0.9, 1.0]), np.array([0, 0, 1, 1])), 3)
    0.982
    """
    n, k = len(values), int(group.max()) + 1
    means = np.bincount(group, values) / np.bincount(group)
    within = ((values - means[group]) ** 2).sum()
    total = ((values - values.mean()) ** 2).sum()
    return float(1 - (within / (n - k)) / (total / (n - 1)))


def variance_parts(table: pd.DataFrame) -> dict[str, float]:
    """Shares of the variance of `estimate` by country, by collection within it, and of brands.

    Random effects by restricted maximum likelihood (the likelihood of the residuals of the mean).
    """
    from scipy.optimize import minimize

    rate = table["estimate"].to_numpy(float)
    place = pd.factorize(table["country"])[0]
    file = pd.factorize(table["country"] + " " + table["collection"])[0]
    same = [np.equal.outer(code, code).astype(float) for code in (place, file)]
    one = np.ones((len(rate), 1))

    def covariance(logs: Values) -> Values:
        country, collection, brand = np.exp(logs)
        made: Values = country * same[0] + collection * same[1] + brand * np.eye(len(rate))
        return made

    def loss(logs: Values) -> float:
        inverse = np.linalg.inv(covariance(logs))
        inside = float((one.T @ inverse @ one)[0, 0])
        mean = float((one.T @ inverse @ rate)[0]) / inside
        rest = rate - mean
        determinant = np.linalg.slogdet(covariance(logs))[1]
        return float(determinant + np.log(inside) + rest @ inverse @ rest)

    starts = [np.log(np.array(s) * rate.var()) for s in ((0.3, 0.3, 0.4), (0.05, 0.5, 0.5))]
    best = min((minimize(loss, s, method="Nelder-Mead", options={"maxiter": 2000, "xatol": 1e-6,
               "fatol": 1e-9}) for s in starts), key=lambda found: found.fun)  # fmt: skip
    parts = np.exp(best.x)
    names = ("country", "collection within it", "brand within that")
    return dict(zip(names, map(float, parts / parts.sum()), strict=True))
