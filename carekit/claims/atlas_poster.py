"""The atlas as one picture: a dot a brand, a row a market, and the printed rates below."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from carekit.claims import atlas
from carekit.show.facts import facts_of
from carekit.show.numbers import say
from carekit.show.plots import axis_label
from carekit.show.style import (
    MUTED,
    PALETTE,
    PUBLISHED,
    legend_above,
    needs,
    new_axes,
    note_drawn,
    styled,
    unit_axis,
)
from carekit.show.wording import label

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

POSTER = "04-atlas-of-answers"
TITLE = "Who gets an answer? Ask which brand, not which country"


def poster() -> object:
    """The picture of `carekit.claims.atlas.brands`, to print."""
    titled: Any = plot_markets  # `styled` gives it a title
    return atlas.brands().with_facts(conf_level=None).draw(partial(titled, title=TITLE), POSTER)


@styled
def plot_markets(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """A row a market: each brand a dot (larger with more reviews), their mean a line.

    `table` is that of `carekit.claims.atlas.brands`. Below stand the rates that were printed in 2015,
    which came without a number of brands.
    """
    needs(table, "brand", "country", "n", "estimate")
    facts, told = facts_of(table), atlas.printed()
    means = table.groupby("country")["estimate"].agg(["mean", "size"]).sort_values("mean")
    networks = list(dict.fromkeys(told["network"]))
    ax = ax or new_axes(1.6 + 0.33 * (len(means) + len(networks)))
    above = len(networks)
    for at, (country, row) in enumerate(means.iterrows(), above):
        here = table[table["country"] == country].sort_values("estimate")
        spread = np.resize([0.0, 0.17, -0.17], len(here))
        ax.hlines(at, 0, 1, color=MUTED, linewidth=0.4, alpha=0.4)
        ax.scatter(here["estimate"], at + spread, s=9 + 9 * np.log10(here["n"]), color=PALETTE[0],
                   alpha=0.65, linewidths=0, label="one brand", zorder=3)  # fmt: skip
        ax.vlines(row["mean"], at - 0.36, at + 0.36, color=PALETTE[1], linewidth=2.2,
                  label="mean of these brands", zorder=4)  # fmt: skip
    for at, network in enumerate(reversed(networks)):
        for row in told[told["network"] == network].to_dict("records"):
            ax.plot(row["published"], at, "D", color=PUBLISHED, markerfacecolor="white",
                    label="printed 2015, brands not said")  # fmt: skip
            side = 1 if row["country"] == "world" else -1
            ax.annotate(str(row["country"]), (row["published"], at), (6 * side, -2.5), fontsize=7,
                        textcoords="offset points", ha="left" if side > 0 else "right",
                        color=MUTED)  # fmt: skip
    ax.axhline(above - 0.5, color=MUTED, linewidth=0.8)
    named = [f"{label('country', c, facts.lang)} ({k})" for c, k in means["size"].items()]
    ax.set_yticks(
        range(above + len(means)), [*(label("network", n) for n in networks[::-1]), *named]
    )
    ax.set_ylim(-0.6, above + len(means) - 0.4)
    unit_axis(ax, [0.0, 1.0], "share", facts.lang)
    ax.set_xlabel(axis_label(facts, "share", bounded=False))
    legend_above(ax)
    said = "; ".join(
        f"{c}: {r['size']:.0f} brands, mean {say(r['mean'], 'share', lang=facts.lang)}"
        for c, r in means[::-1].iterrows()
    )
    return note_drawn(ax, table[["country", "brand", "n", "estimate"]].sort_values(
        ["country", "brand"]), f"Answered share of low-star reviews, a dot a brand. {said}.")  # fmt: skip
