"""Of which network the rows of a table are, and whether others can read there, as SQL."""

from __future__ import annotations

from carekit.sources.drafts import text
from carekit.sources.files import cells
from carekit.sources.files.columns import Columns, Preset
from carekit.sources.files.formats import Options
from carekit.sources.files.frequent import by_word
from carekit.sources.files.table import TableFile
from carekit.sources.sites import is_private, known_sql, plain, plain_sql, private_sql, site_sql


def network_of(
    columns: Columns, options: Options, preset: Preset, table: TableFile, warnings: list[str]
) -> tuple[str, str, str]:
    """SQL of the network, of whether it is a private channel, and of whether its name is strange."""
    at, given = columns.at, preset.network or options.network
    if "network" not in at:
        if given is None:
            given = "other"
            warnings.append(
                f"{table.name} does not say of which network its posts are; they were put under "
                "'other'. Give --network NAME."
            )
        return text(given), str(is_private(given, plain(given))).upper(), "FALSE"
    words = plain_sql(f"coalesce({cells.filled(at['network'])}, {text(given or 'other')})")
    # DuckDB computes the words once for all that is said of them.
    site = f"list_transform([{words}], lambda w: {site_sql('w')})[1]"
    private = f"list_transform([{words}], lambda w: {private_sql(site_sql('w'), 'w')})[1]"
    strange = f"list_transform([{words}], lambda w: NOT {known_sql('w')} AND w <> 'other')[1]"
    site, private, strange = by_word(at["network"], columns.rows, site, private, strange)
    return site, private, strange
