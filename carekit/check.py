"""What is wrong or missing in a dataset, and what its data cannot answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from carekit import files
from carekit.dataset import Dataset, open_dataset
from carekit.engine import Engine, connect
from carekit.schema import ARROW, TABLES, Table

if TYPE_CHECKING:
    import ibis
    import pandas as pd

# Before this year no social network existed; a clock at zero (1970) is the usual cause.
FIRST_YEAR = 1990


class Problem(NamedTuple):
    """One thing to know: how bad, in which table, what, how many rows, which, what to do."""

    level: str
    table: str
    what: str
    n: int
    examples: str
    remedy: str


def check_dataset(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Check a dataset folder against its manifest and the contracts of its tables.

    Parameters
    ----------
    path : path
        A dataset folder.

    Returns
    -------
    pandas.DataFrame
        One row a problem: level (``error``: results on it would be wrong or impossible;
        ``warning``: results stand, but know this; ``note``: what the data cannot answer), table,
        what, n (rows or files concerned), examples (the first three ids), remedy. Errors first.

    Raises
    ------
    DatasetError
        If there is no dataset at `path`.

    Examples
    --------
    >>> from carekit.dataset import open_dataset
    >>> problems = check_dataset(open_dataset().path)
    >>> list(problems.columns)
    ['level', 'table', 'what', 'n', 'examples', 'remedy']
    """
    import pandas as pd

    dataset = open_dataset(path)
    found = list(_files(dataset))
    if not any(p.level == "error" for p in found):
        found += list(_schemas(dataset))
    if not any(p.level == "error" for p in found):
        with connect() as engine:
            for name in ("posts", "accounts", "brands", "survey"):
                if dataset.has(name):
                    found += _contract(engine.table(dataset, name), TABLES[name])
            if dataset.has("posts"):
                found += _posts(dataset, engine)
            found += _links(dataset, engine)
    found += list(_selection(dataset))
    order = {"error": 0, "warning": 1, "note": 2}
    found.sort(key=lambda p: order[p.level])
    return pd.DataFrame(found, columns=list(Problem._fields))


def _files(dataset: Dataset) -> Iterator[Problem]:
    """Files that are missing, changed, or not known to the manifest."""
    folder, manifest = dataset.path, dataset.manifest
    restore = "Restore the file from a copy, or import the source again."
    for part in manifest.parts:
        path = folder / part.file
        if not path.is_file():
            yield Problem("error", part.table, "a file is missing", 1, part.file, restore)
        elif files.checksum(path) != part.sha256:
            what = "a file is not what the manifest says (checksum)"
            yield Problem("error", part.table, what, 1, part.file, restore)
    known = {part.file for part in manifest.parts}
    stored = [*(folder / "posts").glob("*.parquet"), *(folder / f"{t}.parquet" for t in TABLES)]
    names = (p.relative_to(folder).as_posix() for p in stored if p.is_file())
    loose = sorted(name for name in names if name not in known)
    if loose:
        what = "files that the manifest does not list (an interrupted write?); they are not read"
        remedy = "Delete them, or import their source again."
        yield Problem("warning", "posts", what, len(loose), _three(loose), remedy)


def _schemas(dataset: Dataset) -> Iterator[Problem]:
    """Columns that are missing or of another type than the contract says."""
    for part in dataset.manifest.parts:
        table = TABLES[part.table]
        try:
            schema = pq.read_schema(dataset.path / part.file)
        except (OSError, pa.ArrowInvalid):
            remedy = "Restore it from a copy, or import the source again."
            yield Problem("error", part.table, "a file is no Parquet", 1, part.file, remedy)
            continue
        for column in table.columns:
            at = schema.get_field_index(column.name)
            if at < 0:
                what = f"column {column.name} is missing"
            elif schema.field(at).type != ARROW[column.type]:
                what = f"column {column.name} is {schema.field(at).type}, not {column.type}"
            else:
                continue
            remedy = f"The columns are in carekit.schema.{table.name.upper()}; import again."
            yield Problem("error", part.table, what, part.rows, part.file, remedy)


def _contract(rows: ibis.Table, table: Table) -> list[Problem]:
    """Values that a contract does not allow: empty where required, outside a closed list."""
    found = []
    for column in table.columns:
        value = rows[column.name]
        if column.required:
            bad = rows.filter(value.isnull())
            what = f"{column.name} is empty, and every row needs it"
            found += _problem("error", bad, table, what, "Fill it, or drop these rows.")
        if column.values:
            bad = rows.filter(value.notnull() & value.notin(list(column.values)))
            what = f"{column.name} holds a value outside: {', '.join(column.values)}"
            found += _problem("error", bad, table, what, "Map it to one of these values.")
    if table.name == "posts":
        bad = rows.filter(rows.rating.notnull() & ~rows.rating.between(1, 5))
        found += _problem("error", bad, table, "rating is not 1 to 5", "Rescale or empty it.")
    if table.name == "survey":
        bad = rows.filter(rows.weight < 0)
        found += _problem("error", bad, table, "weight is below 0", "Correct the weights.")
    return found


def _problem(level: str, bad: ibis.Table, table: Table, what: str, remedy: str) -> list[Problem]:
    n = int(bad.count().execute())
    if not n:
        return []
    key = table.key[0]
    ids = bad.select(key).order_by(key).limit(3).execute()[key].tolist()
    return [Problem(level, table.name, what, n, _three(ids), remedy)]


def _posts(dataset: Dataset, engine: Engine) -> list[Problem]:
    """What the reply graph and the clocks of the posts show."""
    from ibis import _

    from carekit.measures.threads import build_threads

    table = TABLES["posts"]
    threads = engine.once(
        ("threads", dataset.state),
        lambda: build_threads(engine.table(dataset, "posts"), engine=engine),
    )
    posts = threads.posts
    found = []
    if threads.n_duplicates:
        what = "rows whose post_id came before; measures keep the one looked at last"
        remedy = "Nothing to do, unless you expected none."
        found.append(Problem("warning", "posts", what, threads.n_duplicates, "", remedy))
    ids = posts.select(known=_.post_id)
    lost = posts.filter(_.reply_to.notnull()).anti_join(ids, [("reply_to", "known")])
    what = "posts reply to a post that is not in the data: their threads are incomplete"
    found += _problem("warning", lost, table, what, "Collect these threads again, or use bounds.")
    looped = threads.members.filter(_.in_cycle)
    what = "posts run into a cycle of replies: each is a thread of its own"
    found += _problem("warning", looped, table, what, "Correct reply_to at the source.")
    early = posts.filter(_.created_at.cast("timestamp").year() < FIRST_YEAR)
    what = f"created_at is before {FIRST_YEAR}"
    found += _problem("warning", early, table, what, "A clock at zero? Correct it, or drop them.")
    late = posts.filter(_.observed_at.notnull() & (_.observed_at < _.created_at))
    what = "observed_at is before created_at: the request was followed for no time"
    found += _problem("warning", late, table, what, "State when the thread was last looked at.")
    parents = posts.select(parent=_.post_id, asked_at=_.created_at)
    backwards = posts.inner_join(parents, [("reply_to", "parent")]).filter(
        _.created_at < _.asked_at
    )
    what = "posts are dated before the post they answer; they leave every time statistic"
    found += _problem("warning", backwards, table, what, "Check the clocks of the source.")
    return found + _missing_values(dataset, posts)


def _missing_values(dataset: Dataset, posts: ibis.Table) -> list[Problem]:
    """Empty columns that close a measure."""
    from ibis import _

    table = TABLES["posts"]
    found = _problem(
        "note",
        posts.filter(_.text.isnull()),
        table,
        "posts without text: no question, hand-off or category can be read from them",
        "Import a file that holds the texts.",
    )
    if not dataset.manifest.observed_until:
        found += _problem(
            "warning",
            posts.filter(_.observed_at.isnull() & (_.author_role == "customer")),
            table,
            "no end of observation: unanswered posts are followed until the newest post",
            "Import again with --observed-at.",
        )
    found += _problem(
        "note",
        posts.filter(_.author_id.isnull() & (_.author_role == "customer")),
        table,
        "customer posts without author: each counts as another person",
        "Nothing to do if the source has none.",
    )
    roles = posts.group_by("author_role").agg(n=_.count()).execute()
    if "brand" not in set(roles["author_role"]):
        what = "no post of a brand: every answer rate is 0, and says nothing"
        remedy = "Name the brand's accounts with --accounts, or map author_role."
        found.append(Problem("error", "posts", what, int(roles["n"].sum()), "", remedy))
    return found


def _links(dataset: Dataset, engine: Engine) -> list[Problem]:
    """Rows of one table that another does not know."""
    from ibis import _

    accounts, brands = engine.table(dataset, "accounts"), engine.table(dataset, "brands")
    found = []
    if dataset.has("brands"):
        known = brands.select(known=_.brand)
        unknown = accounts.anti_join(known, [("brand", "known")])
        what = "accounts of a brand that is not in brands: no country, no sector"
        found += _problem("warning", unknown, TABLES["accounts"], what, "Add it to brands.")
        for column, closes in (("country", "answers by country"), ("timezone", "business hours")):
            empty = brands.filter(brands[column].isnull())
            what = f"brands without {column}: {closes} cannot be given for them"
            found += _problem("note", empty, TABLES["brands"], what, f"Add {column} to brands.")
    elif dataset.has("posts"):
        what = "no table of brands: nothing by country or sector, no business hours"
        remedy = "Give country, sector and timezone in the file of --accounts."
        found.append(Problem("note", "brands", what, 0, "", remedy))
    return found


def _selection(dataset: Dataset) -> Iterator[Problem]:
    """What the way in which the posts were selected closes."""
    selection = dataset.selection
    if selection.cannot_answer:
        what = f"selection {selection.kind}: {selection.why} Refused: " + ", ".join(
            selection.cannot_answer
        )
        yield Problem("note", "posts", what, 0, "", "Add --allow-selected to compute it anyway.")
    n_rejected = sum(part.n_rejected for part in dataset.manifest.parts)
    if n_rejected:
        what = "rows of the source could not be read"
        yield Problem("warning", "posts", what, n_rejected, "", "Read rejected.csv.")


def _three(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(map(str, names[:3])) + more
