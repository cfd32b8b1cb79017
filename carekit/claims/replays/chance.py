"""What a table of verdicts says as a whole, and what chance alone would make it say."""

from __future__ import annotations

import pandas as pd


def summary(verdicts: pd.DataFrame) -> str:
    """What a table of verdicts says as a whole, and what chance alone would make it say.

    Parameters
    ----------
    verdicts : DataFrame
        As `replay_all` gives it.

    Returns
    -------
    str
        How many figures got which verdict; how many of those compared would be said to differ if
        nothing had changed; which estimate decides several figures at once.

    Examples
    --------
    >>> from carekit import open_dataset, replay_all
    >>> print(summary(replay_all(open_dataset(), only=["C001", "C065", "C020"])))
    3 figures: 2 equivalent, 1 untestable.
    2 were compared, on 1 estimate. Had nothing changed, chance alone would still make up to 5 % of \
them differ, 0.1 on average; 0 do.
    One estimate decides 2 figures at once: C001, C065. They stand or fall together.
    """
    counts = verdicts["verdict"].value_counts()
    told = ", ".join(f"{n} {str(word).replace('_', ' ')}" for word, n in counts.items())
    lines = [f"{len(verdicts)} figures: {told}."]
    compared = verdicts[~verdicts["verdict"].isin(["untestable", "not_comparable"])]
    if compared.empty:
        return lines[0]
    same = compared.groupby(["estimate", "ci_low", "ci_high", "n"], dropna=False)["figure_id"]
    groups = sorted((list(ids) for _, ids in same), key=len, reverse=True)
    alpha = 1 - float(compared["conf_level"].min())
    differ = compared["verdict"].isin(["differs", "differs_slightly", "contradicted"]).sum()
    estimates = f"{len(groups)} estimate{'s' * (len(groups) > 1)}"
    lines.append(
        f"{len(compared)} were compared, on {estimates}. Had nothing changed, chance alone would "
        f"still make up to {100 * alpha:.3g} % of them differ, {alpha * len(compared):.1f} on "
        f"average; {differ} do."
    )
    for ids in groups[:3]:
        if len(ids) > 1:
            lines.append(
                f"One estimate decides {len(ids)} figures at once: {', '.join(ids)}. They stand or "
                "fall together."
            )
    return "\n".join(lines)
