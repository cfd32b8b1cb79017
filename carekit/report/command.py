"""`carekit.benchmark`: the options, the run, and the folder that it leaves."""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from carekit.dataset.folder import given_dataset
from carekit.errors import InputError, MissingExtraError
from carekit.report.asked import (
    ACCENT,
    FORMATS,
    Asked,
    call_of,
    check_accent,
    check_period,
    check_quotes,
    read_logo,
    read_weights,
)

if TYPE_CHECKING:
    import pandas as pd

    from carekit.dataset.folder import Dataset
    from carekit.report.model import Report

NEEDED = {
    "": ("babel",), "html": ("jinja2", "matplotlib"), "pdf": ("typst", "matplotlib"),
    "xlsx": ("xlsxwriter",), "pptx": ("pptx", "xlsxwriter", "matplotlib"),
}  # fmt: skip
MEMORY = "400MB"  # of the engine; beyond it, it uses the disk
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, repr=False)
class Benchmark:
    """A report that was made: `report` is the data, `write` makes the files."""

    report: Report

    @property
    def main_points(self) -> list[str]:
        """The sentences of the first page."""
        from carekit.report.model import Bullets
        from carekit.report.words import say

        section = self.report.section("main")
        found = [m for b in section.blocks if isinstance(b, Bullets) for m in b.items]
        return [say(m, self.report.meta.lang) for m in found]

    def frame(self, name: str) -> pd.DataFrame:
        """A table of the report as a frame, such as rates, differences, ranks or scores."""
        if name not in self.report.tables:
            raise InputError(
                f"`name` is {name!r}; the tables of this report are: "
                f"{', '.join(self.report.tables)}. Name one of them."
            )
        return self.report.tables[name].frame.copy()

    def said(self, section: str) -> Any:
        """The sentences of a section, such as score or limits; shows itself in a notebook."""
        from carekit.report.reading import sentences

        return sentences(self.report, section)

    def table(self, name: str) -> Any:
        """A table for reading, such as scores, or the reason why the report has none."""
        from carekit.report.reading import table

        return table(self.report, name)

    def draw(self, chart: str, file: str = "") -> Any:
        """A chart under its headline, such as rate, diff, rank, scores; or why there is none.

        `file` names the files that `CAREKIT_FIGURES` asks for.
        """
        from carekit.report.reading import picture

        return picture(self.report, chart, file)

    def write(
        self,
        out: str | os.PathLike[str],
        *,
        formats: str | Sequence[str] = FORMATS,
        told: Callable[[str], object] = lambda _step: None,
    ) -> list[Path]:
        """Write the folder `out`: the report in these formats, report.json, figures and data.

        A folder that holds a report of carekit is replaced as a whole; another is refused.
        """
        return write_folder(self.report, Path(out), check_formats(formats), told)

    def __repr__(self) -> str:
        from carekit.report.words import say

        title = say(self.report.meta.title, self.report.meta.lang)
        return "\n".join([title, *(f"- {line}" for line in self.main_points)])

    def _repr_html_(self) -> str:
        title, *lines = (escape(line.removeprefix("- ")) for line in repr(self).splitlines())
        return f"<h3>{title}</h3><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


def benchmark(
    dataset: Dataset,
    *,
    brand: str = "",
    peers: str | Sequence[str] = "auto",
    lang: str = "",
    period: str = "",
    title: str = "",
    author: str = "",
    logo: str | os.PathLike[str] | None = None,
    accent: str = ACCENT,
    hours: str = "",
    coded: Any = None,
    weights: str | os.PathLike[str] | Mapping[str, float] | None = None,
    anonymise_peers: bool = False,
    quotes: int = 0,
    no_ids: bool = False,
    allow_selected: bool = False,
    command: str = "",
    told: Callable[[str], object] = lambda _step: None,
) -> Benchmark:
    """One brand beside its peers, as a report that can be handed over.

    Parameters
    ----------
    dataset : Dataset
    brand : str
        The client, as the dataset writes it; 30 requests or more. By default the brand with the
        most requests in the sector with the most brands.
    peers : str or sequence of str
        ``"sector"``, ``"country"``, ``"all"``, or names; ``"auto"``: the sector, else all. Peers
        below 30 requests stay in the tables and are not ranked.
    lang : {"fr", "en"}, optional
        By default French where the locale is French, else English.
    period : str
        First and last local day, such as ``"2026-01-01:2026-06-30"``; empty: all.
    title, author : str
    logo : path, optional
        SVG or PNG, at most 500 KB.
    accent : str
        Colour of the client, at least 4.5:1 on white.
    hours : str
        Opening hours of the brand in its zone, such as ``"1-5 09:00-18:00; 6 09:00-12:00"``.
    coded : path or DataFrame, optional
        Coded sheet that corrects the categories (`carekit triage sample`).
    weights : path or mapping, optional
        Of the score: criterion → weight (answered, within_1h, within_24h, not_again; sum 1).
    anonymise_peers : bool
        Letters for peers, their counts rounded to two figures.
    quotes : int
        So many posts of customers, without personal data.
    no_ids : bool
        No list of the client's requests: public post ids lead to people.
    allow_selected : bool
        Rates although the selection of the posts makes them meaningless.

    Returns
    -------
    Benchmark
        `print` says the main points, `.said(section)` the sentences of a section; `.draw(chart)`
        and `.table(name)` show one part, `.frame(name)` gives its numbers, `.write(out)` the files,
        and `.report` is the whole report as data.

    Raises
    ------
    InputError
        The brand is not known (with the nearest names) or has fewer than 30 requests; an option
        cannot be read.
    CannotAnswer
        More than a tenth of the rows, or of the brand's, could not be read, or nobody asked.

    Examples
    --------
    >>> import carekit
    >>> made = carekit.benchmark(carekit.open_dataset(), brand="Aerolind Airways", lang="en")
    >>> print(made.main_points[0].replace("\\xa0", " "))
    Of 308 requests, 55 got a public answer: 18% (14% to 23%).
    """
    given_dataset(dataset)
    from carekit.report.client import default_brand

    need_extra("")
    brand = brand or default_brand(dataset)
    named, weights_name = read_weights(weights)
    asked = Asked(
        brand=brand, peers=peers, lang=check_lang(lang), period=check_period(period), title=title,
        author=author, logo=read_logo(logo), accent=check_accent(accent), hours=check_hours(hours),
        coded=coded, weights=named, weights_name=weights_name, anonymise_peers=anonymise_peers,
        quotes=check_quotes(quotes), no_ids=no_ids, allow_selected=allow_selected,
    )  # fmt: skip
    return Benchmark(_made(dataset, asked, command, told))


def _made(dataset: Dataset, asked: Asked, command: str, told: Callable[[str], object]) -> Report:
    from carekit.dataset.engine import connect, sharing
    from carekit.dataset.processes import seldom_searching
    from carekit.report import frames, preflight, sections
    from carekit.report.meta import meta_of
    from carekit.report.peers import choose, zone_of
    from carekit.report.requests_table import period_condition, requests_of
    from carekit.report.tables import Book

    zone = zone_of(dataset, asked.brand) or "UTC"
    with (
        seldom_searching(),
        _unmerged(),
        TemporaryDirectory() as spill,
        connect(memory_limit=MEMORY, spill_folder=spill) as engine,
        sharing(engine),
    ):
        told("preflight")
        rows = requests_of(dataset, engine, asked, *period_condition(asked, zone)).rows()
        sized = rows.group_by("brand").agg(n=rows.count()).execute().dropna()
        sizes = {str(b): int(n) for b, n in zip(sized["brand"], sized["n"], strict=True)}
        compared = choose(dataset, sizes, asked)
        found = preflight.look(dataset, engine, asked, compared)
        made = frames.measure(dataset, engine, asked, compared, found, told)
        made.facts["source"] = dataset.manifest.title
        made.facts["definition"] = dataset.manifest.definition or "direct-opening"
        told("report")
        book = Book(made, asked, compared)
        meta = meta_of(book, found, dataset, command or call_of(asked))
        return sections.compose(book, found, meta)


@contextmanager
def _unmerged() -> Iterator[None]:
    """Ibis does not merge the steps of a query, which DuckDB does as well in a tenth of the time."""
    import ibis

    merged = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = False
    try:
        yield
    finally:
        ibis.options.sql.fuse_selects = merged


def check_lang(lang: str) -> Any:
    """fr or en; without a word, that of the locale."""
    import locale

    if not lang:
        given = os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
        return "fr" if given.lower().startswith("fr") else "en"
    if lang not in {"fr", "en"}:
        raise InputError(f"`lang` is {lang!r}; fr or en was expected. Write one of these.")
    return lang


def check_hours(hours: str) -> str:
    """Opening hours that can be read."""
    if hours:
        from carekit.requests.business_hours import parse_schedule

        parse_schedule(hours)
    return hours


def check_formats(formats: str | Sequence[str]) -> list[str]:
    """Known formats whose packages are there."""
    listed = formats.split(",") if isinstance(formats, str) else list(formats)
    wanted = [f.strip().lower() for f in listed if f.strip()]
    if unknown := [f for f in wanted if f not in FORMATS]:
        raise InputError(
            f"`formats` names {unknown[0]!r}; expected some of {', '.join(FORMATS)}. Separate them "
            "with commas."
        )
    for name in wanted:
        need_extra(name)
    return wanted


def need_extra(name: str) -> None:
    """Raise where a package of the extra `report` is missing: before any work begins."""
    for package in NEEDED[name]:
        if find_spec(package) is None:
            raise MissingExtraError(package, "report", "A benchmark report")


def write_folder(
    report: Report, out: Path, formats: Sequence[str], told: Callable[[str], object]
) -> list[Path]:
    """Everything beside `out` first, then in its place: a kill leaves the old one or the new one."""
    from carekit.report import model

    check_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.parent / f".{out.name}.{secrets.token_hex(4)}"
    beside.mkdir()
    try:
        (beside / "data").mkdir()
        (beside / "report.json").write_text(model.to_json(report), encoding="utf-8")
        for name, table in report.tables.items():
            _write_csv(beside / "data" / f"{name}.csv", table.frame, report.meta.lang)
        if report.requests is not None:
            _write_csv(beside / "data" / "requests.csv", report.requests, report.meta.lang)
        if set(formats) - {"xlsx"}:
            _write_figures(report, beside / "figures")
        _write_formats(report, beside, formats, told)
        old = out.parent / f".{out.name}.{secrets.token_hex(4)}"
        if out.exists():
            out.rename(old)
        beside.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return [out / f"report.{name}" for name in [*formats, "json"]]


def _write_formats(
    report: Report, folder: Path, formats: Sequence[str], told: Callable[[str], object]
) -> None:
    """Each in turn; typst sets the PDF in a thread while Python writes the others."""
    with ThreadPoolExecutor(1) as typesetter:
        pages = None
        for name in formats:
            told(name)
            if name == "pdf":
                from carekit.report.pdf import compiling

                pages = typesetter.submit(compiling(report))
            else:
                _writer(name)(report, folder / f"report.{name}")
        if pages is not None:
            (folder / "report.pdf").write_bytes(pages.result())


def _writer(name: str) -> Callable[[Report, Path], object]:
    from importlib import import_module

    write: Callable[[Report, Path], object] = import_module(f"carekit.report.{name}").write
    return write


def check_replaceable(out: Path) -> None:
    """Raise unless `out` is new, empty, or a report of carekit."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    try:
        made = json.loads((out / "report.json").read_text(encoding="utf-8"))
        if str(made["format"]).startswith("carekit-benchmark"):
            return
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise InputError(
        f"`out` {out} exists and is no report of carekit; a new folder, or one that holds such a "
        "report, was expected. Choose another folder."
    )


def _write_figures(report: Report, folder: Path) -> None:
    from carekit.report.charts import svg

    folder.mkdir()
    meta = report.meta
    for chart in report.charts():
        text = svg(chart, meta.lang, meta.accent, synthetic=meta.synthetic)
        (folder / f"{chart.id}.svg").write_text(text, encoding="utf-8")


def _write_csv(path: Path, frame: pd.DataFrame, lang: str) -> None:
    """A frame as CSV that a spreadsheet opens; text that looks like a formula stays text."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if lang == "fr" else ",", lineterminator="\r\n")
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False, name=None):
        writer.writerow([_cell(value, lang) for value in row])
    bom = "\ufeff" if lang == "fr" else ""
    path.write_bytes((bom + buffer.getvalue()).encode())


def _cell(value: Any, lang: str) -> str:
    from carekit.report.format import clean, missing

    if missing(value):
        return ""
    if isinstance(value, str):
        text = clean(value)
        return f"'{text}" if text.startswith(_FORMULA) else text
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return text.replace(".", ",") if lang == "fr" and isinstance(value, float) else text
