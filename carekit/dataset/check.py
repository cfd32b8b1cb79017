"""`check_dataset`: what is wrong or missing in a dataset, and what it cannot answer.

Three levels. An error breaks the contract: numbers from this dataset are not to be trusted. A
warning distorts some numbers. A note closes certain measures, or tells what a reader must know.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset import atomic as files
from carekit.dataset.folder import Dataset, open_dataset
from carekit.dataset.manifest import Manifest, Part
from carekit.dataset.schema import EXTRA_OF_POSTS, STORED, TABLES, to_arrow
from carekit.errors import SchemaError

if TYPE_CHECKING:
    import pandas as pd

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
COLUMNS = ("level", "table", "what", "n", "examples", "remedy")
_AGAIN = "Restore the file, or import the source again."
_BESIDE = "Say so beside every number from these posts."


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

    from carekit.dataset.check_posts import check_posts

    dataset = open_dataset(path)
    found = _check_files(dataset)
    broken = {f.table for f in found if f.level == "error"}
    for name in STORED[1:]:
        if dataset.has(name) and name not in broken:
            found += _check_small(dataset, name)
    if "posts" not in broken:
        found += check_posts(dataset) if dataset.has("posts") else [_no_posts()]
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
    listed = {part.file for part in dataset.manifest.parts}
    there = {p.relative_to(dataset.path).as_posix() for p in _tables_in(dataset.path)}
    if strays := sorted(there - listed):
        what = "files that the manifest does not list; they do not count"
        remedy = "Delete them; an import that was interrupted may have left them."
        examples = ", ".join(strays[:3])
        found.append(Finding("warning", "posts", what, len(strays), examples, remedy))
    return found


def _tables_in(folder: Path) -> list[Path]:
    stored = (folder / f"{name}.parquet" for name in STORED[1:])
    return [*(folder / "posts").glob("*.parquet"), *(p for p in stored if p.is_file())]


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
    frame = dataset.read(name)
    try:
        to_arrow(frame, TABLES[name])
    except SchemaError as error:
        return [Finding("error", name, str(error).split(". ")[0], 1, "", _AGAIN)]
    if name == "threads":
        return _check_threads(frame)
    if name == "brands":
        return _check_brands(frame)
    if name == "survey":
        return _check_survey(dataset, frame)
    return []


def _check_brands(frame: pd.DataFrame) -> list[Finding]:
    from zoneinfo import available_timezones

    zones = available_timezones()
    given = frame.dropna(subset=["timezone"])
    countries = frame.dropna(subset=["country"])
    columns = "Import again with these columns in --accounts."
    rows: list[tuple[Level, str, pd.Series, str]] = [
        (
            "error",
            "brands whose timezone is no IANA zone",
            given.brand[[z not in zones for z in given.timezone]],
            "Write names such as Europe/Paris.",
        ),
        (
            "error",
            "brands whose country is no ISO 3166-1 alpha-2 code",
            countries.brand[[not re.fullmatch("[A-Z]{2}", c) for c in countries.country]],
            "Write codes such as FR.",
        ),
        (
            "warning",
            "brands without a timezone: business hours cannot be computed",
            frame.brand[frame.timezone.isna()],
            columns,
        ),
        (
            "note",
            "brands without a country: no rates by country",
            frame.brand[frame.country.isna()],
            columns,
        ),
        (
            "note",
            "brands without a sector: no rates by sector",
            frame.brand[frame.sector.isna()],
            columns,
        ),
    ]
    return [
        Finding(level, "brands", what, len(which), ", ".join(which[:3]), remedy)
        for level, what, which, remedy in rows
        if len(which)
    ]


def _check_threads(frame: pd.DataFrame) -> list[Finding]:
    """Threads of which a source says that posts are missing, by its reason."""
    torn = frame[~frame.thread_complete]
    remedy = "Nothing to mend; answer rates get bounds. Collect these threads again if you can."
    found = []
    for reason, rows in torn.groupby(torn.reason.fillna("no reason given"), sort=True):
        n, unknown = int(rows.n_missing.sum()), int(rows.n_missing.isna().sum())
        size = f"{n:,} posts at least" + (f", in {unknown:,} an unknown number" if unknown else "")
        what = f"threads are incomplete, as their source says ({reason}): {size}"
        ids = ", ".join(sorted(rows.thread_id)[:3])
        found.append(Finding("warning", "threads", what, len(rows), ids, remedy))
    return found


def _check_survey(dataset: Dataset, frame: pd.DataFrame) -> list[Finding]:
    found = []
    bad = frame.respondent_id[~(frame.weight >= 0)]
    if len(bad):
        what, remedy = "weights are missing or below 0", "Correct the weights."
        found.append(Finding("error", "survey", what, len(bad), ", ".join(bad[:3]), remedy))
    known = dataset.questions()
    own = [c for c in frame.columns if c not in TABLES["survey"].names]
    # A question with several answers has one column an answer: question__answer.
    undescribed = [c for c in own if c not in known and c.split("__")[0] not in known]
    if undescribed:
        what = "questions that questions.json does not describe: their base is unknown"
        remedy = "Describe them: wording, base, kind, answers."
        examples = ", ".join(undescribed[:3])
        found.append(Finding("warning", "survey", what, len(undescribed), examples, remedy))
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
        remedy = "Read rejected.csv, mend the file or the mapping, and import it again."
        found.append(Finding("error", "manifest", what, many, ", ".join(worst[:3]), remedy))
    if few:
        what = "rows of the sources were rejected"
        remedy = "Read rejected.csv: line and reason of each."
        found.append(Finding("note", "manifest", what, few, "", remedy))
    return found


def _no_posts() -> Finding:
    remedy = "Import or collect posts; a survey alone needs none."
    return Finding("note", "posts", "the dataset holds no posts", 0, "", remedy)


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
