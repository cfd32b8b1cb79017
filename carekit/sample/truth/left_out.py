"""Published figures that the sample cannot hold together with those that it plants, and why."""

from __future__ import annotations

NOT_PLANTED = [
    {
        "figures": ["P026b", "P028a"],
        "why": "0.42 and 0.60 of the mentions of care accounts answered cannot go with 0.18 of "
        "the questions on X in the US (C033) unless main accounts answered next to none; care "
        "and main accounts answer alike here.",
    },
    {
        "figures": ["L001a"],
        "why": "0.53 of complaint threads in the US over several networks: the rates by network "
        "(C033, C037) are planted instead.",
    },
    {
        "figures": ["P026c", "P066c", "P066d", "P071", "P072", "L011b", "L011c", "L011d"],
        "why": "Mean waits of other years and panels, from 306 to 1994 minutes; one mean and one "
        "median of the same data (L001b, L001c) are planted over all networks.",
    },
    {
        "figures": ["P060", "P061", "P062a", "P063a", "P064", "P065a", "P066a", "P067", "P073a"],
        "why": "Question response rates of other quarters; the sample keeps the rates of the first "
        "quarter of 2015 in all its months.",
    },
    {
        "figures": ["P070b"],
        "why": "Telecom is below 0.02 of the tracked brands; of 60 brands that would be one.",
    },
    {
        "figures": ["C004", "C071"],
        "why": "A residual of classes (F06): the classes of D012 and D013 are planted instead.",
    },
    {
        "figures": ["C005", "C006", "C070"],
        "why": "Inverted or rounded (F01, F02): the six shares by age are planted, which average "
        "to P133.",
    },
]
