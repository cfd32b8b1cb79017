"""What makes the posts of a table doubtful, in sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from carekit.errors import InputError
from carekit.sources.files import cells
from carekit.sources.files.columns import DURATIONS, Columns
from carekit.sources.files.formats import Caution
from carekit.sources.files.headings import folded
from carekit.sources.files.table import TableFile
from carekit.sources.files.zones import shown
from carekit.sources.report import counted
from carekit.sources.times import Clock, order_doubt

FEW_WORDS, OFTEN, SHARE = 30, 3, 0.3  # letters of a text, rows that hold it, of those with a text


def doubts(
    counts: Mapping[str, int], columns: Columns, table: TableFile, clock: Clock
) -> list[str]:
    """Doubts beyond those about times; a `Caution` is one about every number."""
    told: list[str] = []
    file = table.name
    if order := order_doubt(counts, clock=clock, file=file):
        told.append(Caution(order))
    if n := counts.get("other_header", 0):
        raise InputError(
            f"{counted(n, 'row')} of {file} {'names' if n == 1 else 'name'} its columns in another order "
            "than the header: several exports were joined whose columns differ. Import each as a file "
            "of its own; one command takes several."
        )
    for ours in sorted(columns.daily):
        told.append(
            f"The column {columns.named[ours]!r} of {file} ({ours}) holds days without a time "
            "of day: nothing shorter than a day can be said of waits."
        )
    if columns.missing_clock:
        day = columns.named["created_at"]
        told.append(
            f"The column {columns.missing_clock!r} of {file} holds times of day and is not "
            f"read; to use it: --map 'created_at={day}+{columns.missing_clock}'."
        )
    if columns.other_time:
        told.append(
            f"{columns.named['created_at']!r} of {file} is read as when a post was written, and "
            f"{columns.other_time!r} is not read; if it should be: --map "
            f"'created_at={columns.other_time}'."
        )
    if columns.half_day:
        told.append(
            Caution(
                f"No time of {file} is later than 12:59, and some are of the night: if they are of a "
                "clock of twelve hours without AM and PM, waits and hours are wrong by half a day. "
                "Export 24 hours, or AM and PM."
            )
        )
    if columns.unclear:
        name = next(columns.named[n] for n in columns.groups)
        sign = next(iter(columns.groups.values()))
        as_, other = ("1440", "1.44") if sign else ("1.44", "1440")
        told.append(
            Caution(
                f"Numbers such as 1,440 or 1.440 in the column {name!r} of {file} were read as {as_}; if "
                f"they mean {other}, every wait is wrong by a factor of 1,000. Write them without a "
                "sign between thousands."
            )
        )
    zones = {columns.zones[n].strip("'") for n in columns.zones if n in columns.at}
    for ours in sorted(set(columns.zones) & set(columns.at)) if zones - {clock.tz} else ():
        zone = columns.zones[ours]
        where = "the zone in their row" if " THEN " in zone else shown(zone.strip("'"))
        told.append(f"Times of {columns.named[ours]!r} of {file} are read as of {where}.")
    if n := counts.get("untimed", 0):
        answers = counted(n, f"answer of {file} has", f"answers of {file} have")
        so = (
            "it counts as an answer, its wait is"
            if n == 1
            else "they count as answers, their waits are"
        )
        told.append(f"{answers} no time that can be read: {so} unknown.")
    if n := _same_words(columns):
        told.append(
            Caution(
                f"{n:,} answers of {file} are the same few words ({columns.named['reply_text']!r}) and have "
                "no time: if they say that nobody answered, the answer rate is too high. Empty such cells."
            )
        )
    if n := counts.get("terse", 0):
        answers = counted(n, f"answer of {file} has", f"answers of {file} have")
        told.append(
            Caution(
                f"{answers} a few words ({columns.named['reply_text']!r}) and no time: if they say that "
                "nobody answered, the answer rate is too high. Empty such cells, or map the time alone."
            )
        )
    if n := counts.get("own", 0):
        rows = counted(n, f"row of {file} is", f"rows of {file} are")
        so = (
            "it is a post of the brand, no request"
            if n == 1
            else "they are posts of the brand, no requests"
        )
        told.append(
            f"{rows} written by the account named there ({columns.named['account']!r}): {so}."
        )
    if n := counts.get("unsent", 0):
        answers = counted(n, f"answer of {file} was", f"answers of {file} were")
        so = "it counts as none" if n == 1 else "they count as none"
        told.append(f"{answers} not sent ({columns.named['unsent']!r}): {so}.")
    if n := counts.get("denied", 0):
        rows = counted(n, f"row of {file} says", f"rows of {file} say")
        so = "holds one: it counts" if n == 1 else "hold one: they count"
        told.append(
            f"{rows} that there was no answer ({columns.named['answered']!r}) and {so} as answered."
        )
    if n := counts.get("below", 0):
        rows = counted(n, f"row of {file} holds", f"rows of {file} hold")
        told.append(f"{rows} a wait below 0, which counts as none.")
    if n := counts.get("at_once", 0):
        answers = counted(n, f"answer of {file}", f"answers of {file}")
        told.append(
            Caution(
                f"{answers} came after 0 minutes, and nothing in {'its row' if n == 1 else 'their rows'} "
                "says that there was one: if 0 stands for no answer there, too many requests count as "
                "answered, and waits are too short. Leave such cells empty, or add a column `answered`."
            )
        )
    for name, so in (
        ("network", "they are put under 'other'; --network NAME says where they are from"),
        ("brand", "they count in no brand's figures; --brand NAME says whose they are"),
    ):
        if n := counts.get(f"no_{name}", 0):
            rows = counted(n, f"row of {file} names", f"rows of {file} name")
            column = columns.named[name]
            told.append(f"{rows} no {name} ({column!r} is empty): {so}.")
    if n := counts.get("strange", 0):
        rows = counted(n, f"row of {file} names", f"rows of {file} name")
        told.append(f"{rows} a network that carekit does not know; it was kept as it is written.")
    return told


def _same_words(columns: Columns) -> int:
    """How many of the first answers are one short text, in a table without the times of answers."""
    cell = re.fullmatch(r"c(\d+)", columns.at.get("reply_text", ""))
    if cell is None or {"reply_created_at", "answered", *DURATIONS} & set(columns.at):
        return 0
    said = [v.lower() for v in cells.filled_cells(columns.rows, int(cell[1]))]
    words = Counter(v for v in said if not re.fullmatch(cells.NO_ANSWER, folded(v)))
    text, n = next(iter(words.most_common(1)), ("", 0))
    return n if len(text) <= FEW_WORDS and n >= max(OFTEN, SHARE * sum(words.values())) else 0
