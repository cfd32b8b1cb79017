"""The site: `python run.py docs` writes it to the folder site; a warning is an error.

Pages are made from what exists: the documents, the notebooks with their committed outputs, the
ledger, the registries of measures and definitions, the cards of the data. `--sources DIR` writes
the sources alone.
"""

from __future__ import annotations

import argparse
import html
import inspect
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import carekit

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
# File of the checkout → page of the site.
DOCUMENTS = {
    "README.md": "index",
    "README.fr.md": "fr",
    "CHANGELOG.md": "changelog",
    "CONTRIBUTING.md": "maintaining",
    "CORRECTIONS.md": "corrections",
    "DECISIONS.md": "decisions",
    "data/claims/README.md": "data-ledger",
    "data/measured/README.md": "data-measured",
    "data/recorded/CARD.md": "data-recorded",
    "data/sample/CARD.md": "data-sample",
    **{f"docs/{path.name}": path.stem for path in sorted(DOCS.glob("*.md"))},
    **{f"data/measured/{p.name}": f"card-{p.stem}" for p in (ROOT / "data/measured").glob("*.md")},
}
DOCUMENTS["data/measured/README.md"] = "data-measured"
FOLDERS = {"data/claims": "ledger", "data/measured": "data-measured", "notebooks": "notebooks"}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
# Topic → beginnings of the modules whose names of the face it holds; measures have a registry.
TOPICS = {
    "Data in": "carekit.dataset carekit.sources",
    "Results": "carekit.show",
    "Published figures": "carekit.claims",
    "Definitions": "carekit.requests",
    "Errors": "carekit.errors",
}
# Rooms that are names of the face → what the site calls what else they hold.
ROOMS = {
    "dataset": "Datasets",
    "sources": "Sources",
    "measures": "Events and shared counts",
    "survey": "Surveys: estimates",
    "coding": "Coding",
    "claims": "The ledger in Python",
    "sample": "The sample",
}


def relinked(text: str, place: str) -> str:
    """Links of a document to other files, as links to their pages; else the words alone."""

    def link(match: re.Match[str]) -> str:
        image, words, target = match.groups()
        target, _, part = target.partition("#")
        if re.match(r"[a-z]+:", target) or not target:
            return match[0] if not part or target else words
        path = (ROOT / place).parent.joinpath(target).resolve()
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
        if image:
            return f"![{words}](_static/figures/{path.name})"
        if name.endswith(".ipynb"):
            return f"[{words}](notebooks/{path.stem}.ipynb)"
        page = DOCUMENTS.get(name) or FOLDERS.get(name)
        return f"[{words}]({page}.md)" if page else words

    return LINK.sub(link, text)


def written(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.md").write_text(text, encoding="utf-8", newline="\n")


# ---------------------------------------------------------------- pages made from registries


def cell(value: Any) -> str:
    """A value in a table of Markdown."""
    return str(value).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines) + "\n"


def ledger_page() -> str:
    """Every published figure: study, base, findings of the audit, hypotheses that use it."""
    from carekit.claims.ledger.columns import measures
    from carekit.claims.shown import claim_in_words, place_in_words, published_in_words

    ledger, findings = carekit.claims.load_ledger(), list(carekit.audit())
    found: dict[str, list[Any]] = {}
    for finding in findings:
        for figure_id in finding.figures:
            found.setdefault(figure_id, []).append(finding)
    used: dict[str, list[str]] = {}
    for row in ledger.hypotheses.to_dict("records"):
        for figure_id in re.findall(r"[A-Z]\d+[a-z]?", str(row["figures"])):
            used.setdefault(figure_id, []).append(row["hypothesis_id"])
    titles = ledger.studies.set_index("study_id")
    heads = "figure published who where,+when base audit hypotheses id".replace(",", "").split()
    heads = [head.replace("+", " ") for head in heads]
    rows, choices = [], {"measure": {}, "country": {}, "network": {}, "audit": {}}
    for row in ledger.figures.to_dict("records"):
        figure = ledger.figure(row["figure_id"])
        audit = found.get(figure.figure_id, [])
        keys = {
            "measure": [measures()[figure.measure].label],
            "country": [str(row["country"])] if isinstance(row["country"], str) else ["not stated"],
            "network": [str(row["network"])] if isinstance(row["network"], str) else ["none"],
            "audit": [one.verdict.replace("_", " ") for one in audit] or ["not examined"],
        }
        for name, values in keys.items():
            choices[name].update(dict.fromkeys(values))
        study = titles.loc[row["study_id"]] if row["study_id"] in titles.index else None
        who = f"{study['publisher']}, {study['title']}" if study is not None else ""
        who = who.replace("<NA>", "").strip(", ")
        judged = "; ".join(f"{one.finding_id} {one.verdict.replace('_', ' ')}" for one in audit)
        cells = [
            claim_in_words(figure),
            published_in_words(figure),
            who,
            place_in_words(figure),
            str(row["period_end"])[:4].replace("NaT", ""),
            "" if not isinstance(row["base"], str) else row["base"],
            judged,
            ", ".join(used.get(figure.figure_id, [])),
            figure.figure_id,
        ]
        data = "".join(f' data-{k}="{html.escape("|".join(v))}"' for k, v in keys.items())
        shown = zip([*heads[:3], "where", "when", *heads[-4:]], cells, strict=True)
        tds = "".join(f'<td data-head="{h}">{html.escape(str(c))}</td>' for h, c in shown)
        rows.append(f"<tr{data}>{tds}</tr>")
    selects = "".join(
        f'<label>{name} <select name="{name}"><option value="">all</option>'
        + "".join(f"<option>{html.escape(v)}</option>" for v in sorted(values))
        + "</select></label>"
        for name, values in choices.items()
    )
    columns = "figure published who where when base audit hypotheses id".split()
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    return (
        "# The ledger\n\nEvery published figure that carekit keeps, with the study behind it, what "
        "the audit found, and the hypotheses that use it. Search words, or choose. On your own data "
        "`carekit claims replay ID --dataset mine` measures one again; "
        "[how a verdict is reached](how-a-verdict-is-reached.md).\n\n"
        '<div class="ledger-tools"><label>words <input id="ledger-words" type="search"></label>'
        f'{selects}</div>\n<p id="ledger-count" role="status"></p>\n'
        f'<div class="ledger-scroll" tabindex="0"><table class="ledger"><thead><tr>{head}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>\n"
    )


def findings_page() -> str:
    parts = ["# What arithmetic settles\n\n" + str(carekit.audit()) + "\n"]
    for one in carekit.audit():
        steps = "".join(f"- {step.label}: `{step.expression}`\n" for step in one.arithmetic)
        kind = "Claim" if one.is_claim else "Rule for readers, against the claim"
        parts.append(
            f"## {one.finding_id} {one.title}\n\n*{kind}:* {one.claim}\n\n{steps}\n"
            f"**{one.verdict.replace('_', ' ').capitalize()}.** {one.conclusion} "
            f"Figures: {', '.join(one.figures)}.\n"
        )
    return "\n".join(parts)


def hypotheses_table() -> str:
    rows = carekit.claims.load_ledger().hypotheses.fillna("").to_dict("records")
    made = [[r["hypothesis_id"], r["statement"], r["current_view"], r["test"]] for r in rows]
    return "\n## All hypotheses\n\n" + table(["id", "statement", "view today", "test"], made)


def definitions_page() -> str:
    from carekit.requests.definitions import DEFINITIONS

    rows = [
        [f"`{d.name}`", f"{d.source}, {d.year}", d.denominator, d.answered_by,
         "no limit" if d.window_minutes is None else f"{d.window_minutes:,} minutes",
         d.pooling, d.time_statistic, d.clock]
        for d in DEFINITIONS.values()
    ]  # fmt: skip
    columns = "name,source,a request is,answered by,within,pooled,reported time,clock".split(",")
    return (
        "# Definitions side by side\n\nThe same posts give as many answer rates as there are "
        "definitions: each names its own denominator. [Notebook 06]"
        "(notebooks/06-one-corpus-many-answer-rates.ipynb) measures them on one corpus.\n\n"
        + table(columns, rows)
    )


def glossary_page() -> str:
    words = json.loads((ROOT / "carekit/show/words.json").read_text(encoding="utf-8"))
    flags = [[f"`{k}`", v["en"], v.get("fr", "")] for k, v in words["flags"].items()]
    units = [[k, v["en"], v.get("fr", "")] for k, v in words["units"].items()]
    columns = [[f"`{k}`", v["en"], v.get("fr", "")] for k, v in words["columns"].items()]
    from carekit.requests.definitions import Definition

    known = [f.name for f in fields(Definition)]
    return (
        "# Glossary\n\n## Flags\n\nA flag stands in the column `flags` of a result.\n\n"
        + table(["flag", "what it says", "en français"], flags)
        + "\n## Units\n\n"
        + table(["unit", "English", "français"], units)
        + "\n## Columns\n\n"
        + table(["column", "English", "français"], columns)
        + "\n## What a definition fixes\n\n"
        + ", ".join(f"`{name}`" for name in known)
        + ". See [definitions](definitions.md).\n"
    )


def methods_page() -> str:
    """What each room of the inference holds: first sentences, and the references they name."""
    parts = [
        "# Methods\n\nWhat is computed, and after whom. Simulated coverage: "
        "[coverage of the intervals](coverage-of-intervals.md); planted truths: "
        "[recovery](recovery.md).\n"
    ]
    references: set[str] = set()
    for path in sorted((ROOT / "carekit/inference").rglob("*.py")):
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        doc = inspect.getdoc(module)
        if path.name == "__init__.py" or not doc:
            continue
        parts.append(f"## {path.stem.replace('_', ' ').capitalize()}\n\n{doc.strip()}\n")
        for name, item in vars(module).items():
            if inspect.isfunction(item) and item.__module__ == module.__name__ and name[0] != "_":
                said = inspect.getdoc(item) or ""
                parts.append(f"- `{name}`: {' '.join(said.partition(chr(10) * 2)[0].split())}")
                cited = said.partition("References\n----------\n")[2]
                references |= {" ".join(x.split()) for x in re.split(r"\.\. \[\d+\]", cited)}
        parts.append("")
    listed = "".join(f"- {one}\n" for one in sorted(references) if one)
    return "\n".join(parts) + (f"\n## References\n\n{listed}" if listed else "")


def called(name: str) -> str:
    """How a measure is called, with the name of its definition in place of all that it fixes."""
    from carekit.measures.registry import measures
    from carekit.requests.definitions import Definition

    measure = measures().get(name.replace("_", "-"))
    if measure is None:
        return ""
    made = []
    for option in inspect.signature(measure.function).parameters.values():
        if option.kind is inspect.Parameter.KEYWORD_ONLY and "*" not in made:
            made.append("*")
        default = option.default
        default = default.name if isinstance(default, Definition) else default
        needed = option.default is inspect.Parameter.empty
        made.append(option.name if needed else f"{option.name}={default!r}")
    return f"({', '.join(made)})"


def _names(said: dict[str, list[str]]) -> list[str]:
    return [name for names in said.values() for name in names if name[0] != "\n"]


def api_pages(folder: Path) -> list[str]:
    """A page a topic; names come from the registries, so none is forgotten."""
    said: dict[str, list[str]] = {"Measures": []}
    for module, names in carekit.MEASURES.items():
        doc = (inspect.getdoc(import_module(module)) or "").partition("\n")[0]
        said["Measures"] += [f"\n### {doc}\n"] + [f"carekit.{name}" for name in names.split()]
    for module, names in carekit._ROOMS.items():
        fits = [
            topic for topic, starts in TOPICS.items() if module.startswith(tuple(starts.split()))
        ]
        said.setdefault(*(fits or ["Others"]), []).extend(f"carekit.{n}" for n in names.split())
    on_the_face = {id(getattr(carekit, name.removeprefix("carekit."))) for name in _names(said)}
    for room, title in ROOMS.items():
        module = import_module(f"carekit.{room}")
        names = [name for name in module.__all__ if id(getattr(module, name)) not in on_the_face]
        said[title] = [f"carekit.{room}.{name}" for name in names]
    pages = []
    for topic, names in said.items():
        if not names:
            continue
        text = [f"# {topic}\n"]
        for name in names:
            if name.startswith("\n"):
                text.append(name)
                continue
            room, _, word = name.rpartition(".")
            item = getattr(import_module(room), word)
            if not callable(item) or inspect.ismodule(item):
                continue
            kind = "autoclass" if inspect.isclass(item) else "autofunction"
            members = "\n   :members:" if word == "Result" else ""
            text.append(f"```{{eval-rst}}\n.. {kind}:: {name}{called(word)}{members}\n```\n")
        page = f"api-{re.sub(r'[^a-z]+', '-', topic.lower())}"
        written(folder, page, "\n".join(text))
        pages.append(page)
    return pages


def gallery_page(notebooks: Sequence[Path]) -> str:
    """The first figure of each notebook, with what it shows."""
    parts = ["# Gallery\n\nFigures of the notebooks; each leads to its page.\n\n"]
    parts.append('<div class="gallery">\n')
    for path in notebooks:
        title = path.stem
        for one in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(one["source"])
            if text.startswith("# "):
                title = text.partition("\n")[0].removeprefix("# ")
                break
        for figure in sorted((ROOT / "figures").glob(f"{path.stem[:2]}-*.svg")):
            words = figure.stem.partition("-")[2].replace("-", " ")
            parts.append(
                f'<figure><a href="notebooks/{path.stem}.html"><img loading="lazy" '
                f'src="_static/figures/{figure.name}" alt="{html.escape(words)}"></a>'
                f"<figcaption>{html.escape(words.capitalize())}: {html.escape(title)}</figcaption>"
                "</figure>\n"
            )
    return "".join(parts) + "</div>\n"


def notebook_page(path: Path) -> dict[str, Any]:
    """A notebook with the alt texts of its figures where myst-nb looks for them."""
    book = json.loads(path.read_text(encoding="utf-8"))
    for one in book["cells"]:
        if one["cell_type"] == "markdown":
            text = relinked("".join(one["source"]), f"notebooks/{path.name}")
            text = re.sub(r"\]\(notebooks/", "](", text)
            one["source"] = re.sub(r"\]\((?!https?:|#|[\w-]+\.ipynb)", "](../", text)
        for output in one.get("outputs", []):
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            if alt:
                one["metadata"]["mystnb"] = {"image": {"alt": alt}}
    return book


# ---------------------------------------------------------------- the site


def sources(folder: Path) -> None:
    """All sources of the site."""
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    for name, page in DOCUMENTS.items():
        if not (ROOT / name).is_file():
            continue
        text = relinked((ROOT / name).read_text(encoding="utf-8"), name)
        text += hypotheses_table() if page == "hypotheses" else ""
        written(folder, page, text)
    made = {
        "ledger": ledger_page(),
        "findings": findings_page(),
        "definitions": definitions_page(),
        "glossary": glossary_page(),
        "methods": methods_page(),
        "gallery": gallery_page(notebooks),
    }
    for page, text in made.items():
        written(folder, page, text)
    (folder / "notebooks").mkdir()
    for path in notebooks:
        target = folder / "notebooks" / path.name
        target.write_text(json.dumps(notebook_page(path)), encoding="utf-8")
    shutil.copytree(DOCS / "site", folder / "_static")
    drawn = folder / "_static" / "figures"
    shutil.copytree(ROOT / "figures", drawn, ignore=shutil.ignore_patterns("*.csv"))
    books = [f"notebooks/{path.stem}" for path in notebooks]
    cards = sorted(p for p in DOCUMENTS.values() if p.startswith("card-"))
    guides = [
        "your-own-data",
        "how-to",
        "benchmark",
        "importing",
        "collecting",
        "surveys",
        "triage",
        "spark",
    ]
    kept = {*guides, "hypotheses", "how-a-verdict-is-reached", "coverage-of-intervals", "recovery"}
    more = [path.stem for path in sorted(DOCS.glob("*.md")) if path.stem not in kept | {"speed"}]
    trees = {
        "guides": ("How-tos", [*guides, *more]),
        "notebooks": ("Notebooks", ["gallery", *books]),
        "figures-and-claims": (
            "Published figures",
            ["ledger", "findings", "hypotheses", "how-a-verdict-is-reached"],
        ),
        "reference": (
            "Reference",
            ["definitions", "methods", "coverage-of-intervals", "recovery", "glossary", "speed",
             *api_pages(folder)],
        ),
        "data": ("Data", ["data-sample", "data-ledger", "data-measured", "data-recorded", *cards]),
        "project": ("The project", ["maintaining", "decisions", "corrections", "changelog"]),
    }  # fmt: skip
    for page, (title, pages) in trees.items():
        listed = "\n".join(pages)
        written(folder, page, f"# {title}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n")
    french = ["fr"] if (folder / "fr.md").is_file() else []
    start = (folder / "index.md").read_text(encoding="utf-8")
    listed = "\n".join([*french, *trees])
    written(folder, "index", f"{start}\n\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n")
    # The theme's own settings and search page stay inside the site.
    shutil.copy(DOCS / "conf.py", folder / "conf.py")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=str(ROOT / "site"), metavar="DIR")
    parser.add_argument("--sources", metavar="DIR", help="write the sources there, build nothing")
    args = parser.parse_args(arguments)
    if args.sources:
        Path(args.sources).mkdir(parents=True)
        sources(Path(args.sources))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.mkdir()
        sources(source)
        shutil.rmtree(args.out, ignore_errors=True)
        options = ["-b", "html", "-W", "--keep-going", "-q", "-d", str(Path(folder) / "doctrees")]
        command = [sys.executable, "-m", "sphinx", *options, str(source), args.out]
        return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
