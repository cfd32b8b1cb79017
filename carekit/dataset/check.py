"""`check_dataset`: what is wrong or missing in a dataset, and what it cannot answer.

Three levels. An error breaks the contract: numbers from this dataset are not to be trusted. A
warning distorts some numbers. A note closes certain measures, or tells what a reader must know.
What is looked for row by row stands in `carekit.dataset.checks`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import available_timezones

import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset import atomic as files
from carekit.dataset.checks import CHECKS, EMPTY, ONCE, VIEWS, Check, Level, literal
from carekit.dataset.engine import hide_progress
from carekit.dataset.folder import Dataset, open_dataset
from carekit.dataset.leftovers import leftovers
from carekit.dataset.manifest import Manifest, Part
from carekit.dataset.schema import EXTRA_OF_POSTS, STORED, TABLES, to_arrow
from carekit.errors import DatasetError, SchemaError

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd

LEVELS: tuple[Level, ...] = ("error", "warning", "note")
COLUMNS = ("level", "table", "what", "n", "examples", "remedy")
_AGAIN = "Restore the file, or import the source again."
_BESIDE = "Say so beside every number from these posts."
_NO_POSTS = "Import or collect posts; a survey alone needs none."


class Finding(NamedTuple):
    """One thing that is wrong or missing; `n` counts rows, files or values."""

    level: Level
    table: str
    what: str
    n: int
    examples: str
    remedy: str


def check_dataset(path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Everything that is wrong or missing in a dataset.

    Parameters
    ----------
    path : path, optional
        The folder; as in `carekit.dataset.folder.open_dataset`.

    Returns
    -------
    pandas.DataFrame
        One row per finding, errors first: level (error, warning, note), table, what, n (rows,
        files or values concerned), examples (up to three ids or names, never a text), remedy.

    Raises
    ------
    DatasetError
        If there is no dataset, or its manifest cannot be read.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> import pandas as pd
    >>> from carekit.dataset.folder import create_dataset
    >>> folder = mkdtemp()
    >>> with create_dataset(folder, title="Two posts", licence="CC0") as writer:
    ...     writer.add_posts(pd.DataFrame({
    ...         "post_id": ["x:1", "x:2"], "network": "x", "author_role": ["customer", "brand"],
    ...         "created_at": pd.to_datetime(["2021-03-04", "2021-03-05"], utc=True),
    ...         "visibility": "public", "reply_to": [None, "x:9"], "brand": "Acme",
    ...     }), source="by hand")
    >>> found = check_dataset(folder)
    >>> list(found.level[found.what.str.startswith("replies to a post")])
    ['warning']
    """
    import pandas as pd

    dataset = open_dataset(path)
    found = _check_files(dataset)
    whole = set(STORED) - {f.table for f in found if f.level == "error"}
    for name in STORED[1:]:
        if dataset.has(name) and name in whole:
            found += _check_small(dataset, name)
    found += _check_rows(dataset, whole)
    if not dataset.has("posts"):
        found.append(Finding("note", "posts", "the dataset holds no posts", 0, "", _NO_POSTS))
    found += _check_manifest(dataset)
    found.sort(key=lambda f: LEVELS.index(f.level))
    return pd.DataFrame(found, columns=list(COLUMNS))


def _check_files(dataset: Dataset) -> list[Finding]:
    """Files against the manifest: there, whole, of the contract; and files it does not know."""
    found = []
    for part in dataset.manifest.parts:
        path = dataset.path / part.file
        if not path.is_file():
            found.append(Finding("error", part.table, "file is missing", 1, part.file, _AGAIN))
            continue
        if files.checksum(path) != part.sha256:
            what = "file differs from the checksum in the manifest"
            found.append(Finding("error", part.table, what, 1, part.file, _AGAIN))
        try:
            meta = pq.read_metadata(path)
            wrong = _schema_problem(pq.read_schema(path), part)
        except (OSError, pa.ArrowException):
            found.append(Finding("error", part.table, "file is damaged", 1, part.file, _AGAIN))
            continue
        if wrong:
            found.append(Finding("error", part.table, wrong, 1, part.file, _AGAIN))
        if meta.num_rows != part.rows:
            what = f"file holds {meta.num_rows:,} rows, the manifest says {part.rows:,}"
            found.append(Finding("error", part.table, what, 1, part.file, _AGAIN))
    inside, beside = leftovers(dataset.path)
    remedy = "Delete them with `carekit check DIR --clean`: an import that was killed left them."
    for names, what in (
        (inside, "files that the manifest does not list; they do not count"),
        (beside, "folders of killed imports, which may hold people in clear"),
    ):
        if names:
            found.append(
                Finding("warning", "posts", what, len(names), ", ".join(names[:3]), remedy)
            )
    return found


def _schema_problem(schema: pa.Schema, part: Part) -> str | None:
    contract = TABLES[part.table].arrow_schema()
    missing = [n for n in contract.names if n not in schema.names]
    if missing:
        return f"columns are missing: {', '.join(missing)}"
    other = [n for n in contract.names if schema.field(n).type != contract.field(n).type]
    if other:
        kinds = ", ".join(f"{n} is {schema.field(n).type}" for n in other)
        return f"columns have another type: {kinds}"
    known = [*contract.names, *part.kept]
    if part.table == "posts":
        known += [c.name for c in EXTRA_OF_POSTS]
    extra = [n for n in schema.names if n not in known]
    if extra and not TABLES[part.table].open_columns:
        return f"columns are not in the contract: {', '.join(extra)}"
    return None


def _check_small(dataset: Dataset, name: str) -> list[Finding]:
    """The contract of accounts, brands, threads or survey, and what is empty in it."""
    try:
        frame = dataset.read(name)
        to_arrow(frame, TABLES[name])
    except (SchemaError, DatasetError) as error:
        return [Finding("error", name, str(error).split(". ")[0], 1, "", _AGAIN)]
    if name == "threads":
        return _check_threads(frame)
    return _check_questions(dataset, frame) if name == "survey" else []


def _check_threads(frame: pd.DataFrame) -> list[Finding]:
    """Threads of which a source says that posts are missing, by its reason."""
    torn = frame[~frame.thread_complete]
    remedy = "Nothing to do; answer rates get bounds. Collect these threads again if you can."
    found = []
    for reason, rows in torn.groupby(torn.reason.fillna("no reason given"), sort=True):
        n, unknown = int(rows.n_missing.sum()), int(rows.n_missing.isna().sum())
        size = f"{n:,} posts at least" + (f", in {unknown:,} an unknown number" if unknown else "")
        what = f"threads are incomplete, as their source says ({reason}): {size}"
        ids = ", ".join(sorted(rows.thread_id)[:3])
        found.append(Finding("warning", "threads", what, len(rows), ids, remedy))
    return found


def _check_questions(dataset: Dataset, frame: pd.DataFrame) -> list[Finding]:
    known = dataset.questions()
    own = [c for c in frame.columns if c not in TABLES["survey"].names]
    # A question with several answers has one column per answer: question__answer.
    undescribed = [c for c in own if c not in known and c.split("__")[0] not in known]
    if undescribed:
        what = "questions that questions.json does not describe: their base is unknown"
        remedy = "Describe them: wording, base, kind, answers."
        examples = ", ".join(undescribed[:3])
        return [Finding("warning", "survey", what, len(undescribed), examples, remedy)]
    return []


def _check_rows(dataset: Dataset, whole: set[str]) -> list[Finding]:
    """Everything that is counted row by row, on the tables whose files are whole."""
    import duckdb

    with duckdb.connect() as con:
        hide_progress(con)
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET VARIABLE zones = $1", [sorted(available_timezones())])
        con.execute("SET VARIABLE synthetic = $1", [dataset.is_sample])
        try:
            return _rows_found(con, dataset, whole)
        except duckdb.Error as error:
            what = f"a file is damaged inside: the engine cannot read its rows ({_kind(error)})"
            return [Finding("error", "posts", what, 1, "", _AGAIN)]


def _rows_found(con: duckdb.DuckDBPyConnection, dataset: Dataset, whole: set[str]) -> list[Finding]:
    for name in STORED:
        paths = ", ".join(literal(str(p)) for p in dataset.files(name) if name in whole)
        if paths:
            con.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet([{paths}])")
        else:
            con.register(name, TABLES[name].arrow_schema().empty_table())
    if "posts" not in whole:
        return _counted(con, [c for c in CHECKS if c.rows in STORED])
    if con.execute("SELECT count(*) FROM posts").fetchall() == [(0,)] and dataset.has("posts"):
        return [Finding("warning", "posts", "there is no post", 0, "", _NO_POSTS)]
    for name, select in VIEWS.items():
        con.execute(f"CREATE TEMP TABLE {name} AS {select}")
        if name == "repeats" and con.execute("SELECT count(*) FROM repeats").fetchall() != [(0,)]:
            con.execute(ONCE)
    return [*_counted(con, CHECKS), *_closed(con), *_circles(con)]


def _counted(con: duckdb.DuckDBPyConnection, checks: Iterable[Check]) -> list[Finding]:
    """Each table is read once; examples are looked up only where there are any."""
    found = []
    for rows, group in itertools.groupby(checks, key=lambda c: c.rows):
        asked = list(group)
        sums = ", ".join(f"coalesce(sum({c.counts}) FILTER ({c.where}), 0)" for c in asked)
        counts = con.execute(f"SELECT {sums} FROM {rows}").fetchall()[0]
        for check, n in zip(asked, counts, strict=True):
            if n:
                ids = f"SELECT {check.example} FROM {rows} WHERE {check.where} ORDER BY 1 LIMIT 3"
                made = (check.level, check.table, check.what, int(n), _examples(con, ids))
                found.append(Finding(*made, check.remedy))
    return found


def _check_rejected(manifest: Manifest) -> list[Finding]:
    """Rows of the sources that are not in the dataset; many of one file are an error."""
    few, many = 0, 0
    worst: list[str] = []
    for part in manifest.parts:
        if part.is_one_sided:
            many += part.n_rejected
            worst.append(f"{part.query.get('file', part.file)} ({part.rejected_share:.1%})")
        else:
            few += part.n_rejected
    found = []
    if many:
        what = "rows of the sources were rejected, more than 1 % of a file: rates and waits lean"
        remedy = "Read rejected.csv, correct the file or the mapping, and import it again."
        found.append(Finding("error", "manifest", what, many, ", ".join(worst[:3]), remedy))
    if few:
        what = "rows of the sources were rejected"
        remedy = "Read rejected.csv: line and reason of each."
        found.append(Finding("note", "manifest", what, few, "", remedy))
    return found


def _closed(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    """What empty columns close."""
    asked = ", ".join(
        f"count(*) FILTER ({e.whose}), count(*) FILTER ({e.whose} AND {e.column} IS NULL)"
        for e in EMPTY
    )
    counts = con.execute(f"SELECT {asked} FROM posts").fetchall()[0]
    found = []
    for empty, of, n in zip(EMPTY, counts[::2], counts[1::2], strict=True):
        if n:
            kind = "posts" if empty.whose == "TRUE" else "customer posts"
            share = "all" if n == of else f"{n / of:.0%} of the"
            what = f"{empty.column} is empty in {share} {kind}: {empty.why}"
            found.append(Finding("note", "posts", what, n, "", "Nothing to do if it is unknown."))
    return found


def _circles(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Posts whose replies run in a circle."""
    import numpy as np

    known = con.execute("SELECT child, parent FROM edges WHERE parent IS NOT NULL").fetchnumpy()
    n_posts = con.execute("SELECT count(*) FROM ids").fetchall()[0][0]
    lost = without_root(n_posts, np.asarray(known["child"]), np.asarray(known["parent"]))
    if not len(lost):
        return []
    rows = ", ".join(str(int(i)) for i in lost[:3])
    ids = _examples(con, f"SELECT post_id FROM ids WHERE rowid IN ({rows}) ORDER BY post_id")
    what = "posts hang on replies that run in a circle: their threads have no beginning"
    remedy = "Nothing to do; measures count them apart."
    return [Finding("warning", "posts", what, len(lost), ids, remedy)]


def _examples(con: duckdb.DuckDBPyConnection, query: str) -> str:
    return ", ".join(str(i) for (i,) in con.execute(query).fetchall())


def _kind(error: Exception) -> str:
    return type(error).__name__


def without_root(n: int, child: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """Posts from which no first post can be reached, because replies run in a circle.

    Parameters
    ----------
    n : int
        Number of posts, numbered from 0.
    child, parent : numpy.ndarray of int
        One reply each; a post replies to one other at most.

    Returns
    -------
    numpy.ndarray of int
        Their numbers, ascending; posts that reply to themselves included.

    Examples
    --------
    >>> import numpy as np
    >>> without_root(5, np.array([1, 2, 3, 4]), np.array([0, 3, 2, 2])).tolist()
    [2, 3, 4]
    """
    import numpy as np

    # Each round doubles the distance walked; n steps reach every root.
    up = np.arange(n)
    up[child] = parent
    is_root = np.ones(n, dtype=bool)
    is_root[child] = False
    for _ in range(max(n, 2).bit_length()):
        if is_root[up].all():
            break
        up = up[up]
    return np.flatnonzero(~is_root[up])


def _check_manifest(dataset: Dataset) -> list[Finding]:
    manifest, found = dataset.manifest, []
    if manifest.licence.strip().lower() in ("", "not stated"):
        remedy = "Find out and import again with --licence; until then, do not pass it on."
        found.append(Finding("warning", "manifest", "the licence is not stated", 1, "", remedy))
    found += _check_rejected(manifest)
    for caution in manifest.cautions:
        found.append(Finding("warning", "manifest", caution.rstrip("."), 1, "", _BESIDE))
    if manifest.synthetic:
        what = "the posts are synthetic: results recover a planted truth and are no evidence"
        found.append(Finding("note", "manifest", what, 1, "", "Use real data for evidence."))
    refused = manifest.selection.cannot_answer
    if refused:
        what = f"the selection is {manifest.selection.kind!r}. {manifest.selection.why}".strip()
        remedy = "Refused because of it: " + ", ".join(refused) + "."
        found.append(Finding("note", "manifest", what, len(refused), "", remedy))
    return found
