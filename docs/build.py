"""The site: `python run.py docs` writes it to the folder site; a warning is an error.

Pages are made from what exists: the documents, the notebooks with their committed outputs, the
ledger, the registries of measures and definitions, the cards of the data; example reports are
made beside them. `--sources DIR` writes the sources alone, `--lite` adds the demo that runs in a
browser.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lite
from api_pages import api_pages
from registry_pages import (
    definitions_page,
    findings_page,
    glossary_page,
    hypotheses_table,
    ledger_page,
    methods_page,
)

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
# File of the checkout → page of the site.
DOCUMENTS = {
    **{f"docs/{path.name}": path.stem for path in sorted(DOCS.glob("*.md"))},
    **{f"data/measured/{p.name}": f"card-{p.stem}" for p in (ROOT / "data/measured").glob("*.md")},
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
}
# Folder under examples/, before its language → what the report is of.
EXAMPLES = {
    "sample": "an invented telecom firm, on the synthetic sample",
    "bank": "a bank among eight, from real counts",
}
LANGUAGES = {"fr": "French", "en": "English"}
FOLDERS = {"data/claims": "ledger", "data/measured": "data-measured", "notebooks": "notebooks"}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


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


def gallery_page(notebooks: Sequence[Path]) -> str:
    """The figures of each notebook, with what they show."""
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


# ---------------------------------------------------------------- example reports


def examples(folder: Path) -> None:
    """Each example in both languages and in every format: folder/NAME-LANG/report.*"""
    import carekit

    for lang in LANGUAGES:
        made = {
            "sample": carekit.benchmark(carekit.open_dataset(), lang=lang),
            "bank": carekit.benchmark_counts(
                "app_reviews_answers", brand="K bank", waits="app_reviews_waits", lang=lang
            ),
        }
        for name in EXAMPLES:
            made[name].write(folder / f"{name}-{lang}")


def listed_examples() -> str:
    """Links to the reports, as HTML: they are put beside the pages when the site is made."""
    lines = []
    for name, of in EXAMPLES.items():
        for lang, called in LANGUAGES.items():
            files = ", ".join(
                f'<a href="examples/{name}-{lang}/report.{kind}">{kind.upper()}</a>'
                for kind in ("html", "pdf", "xlsx", "pptx")
            )
            lines.append(f"- {called}, {of}: {files}\n")
    return f"\n\n## Example reports\n\n{''.join(lines)}"


# ---------------------------------------------------------------- the site


def sources(folder: Path) -> None:
    """All sources of the site."""
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    for name, page in DOCUMENTS.items():
        if not (ROOT / name).is_file():
            continue
        text = relinked((ROOT / name).read_text(encoding="utf-8"), name)
        text += hypotheses_table() if page == "hypotheses" else ""
        text += listed_examples() if page in {"benchmark", "index"} else ""
        written(folder, page, text)
    made = {
        "ledger": ledger_page(),
        "findings": findings_page(),
        "definitions": definitions_page(),
        "glossary": glossary_page(),
        "methods": methods_page(),
        "gallery": gallery_page(notebooks),
    }
    api = api_pages()
    for page, text in {**made, **api}.items():
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
        "in-your-browser",
        "how-to",
        "benchmark",
        "benchmark-on-counts",
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
             *api],
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
    parser.add_argument("--examples", metavar="DIR", help="write the example reports there alone")
    parser.add_argument("--lite", action="store_true", help="with the demo, in the folder lite")
    args = parser.parse_args(arguments)
    if args.examples:
        examples(Path(args.examples))
        return 0
    if args.sources:
        Path(args.sources).mkdir(parents=True)
        sources(Path(args.sources))
        return 0
    out = Path(args.out)
    if out.exists() and any(out.iterdir()) and not (out / "objects.inv").is_file():
        parser.error(f"{out} holds other things than a site; give a new folder, or an older site.")
    with tempfile.TemporaryDirectory() as folder:
        # Sphinx and its extensions write beside the site as well: all of it goes with the folder.
        source, made = Path(folder) / "source", Path(folder) / "made" / "site"
        source.mkdir()
        sources(source)
        if args.lite:
            with (source / "in-your-browser.md").open("a", encoding="utf-8") as page:
                page.write(lite.links())
        # Beside Sphinx: the reports need none of its pages, and it needs one core.
        shown = made.parent / "examples"
        reports = subprocess.Popen([sys.executable, __file__, "--examples", str(shown)])
        options = ["-b", "html", "-W", "--keep-going", "-q", "-d", str(Path(folder) / "doctrees")]
        failed = subprocess.call([sys.executable, "-m", "sphinx", *options, str(source), str(made)])
        failed = reports.wait() or failed
        if made.is_dir() and shown.is_dir():
            shutil.move(shown, made / "examples")
        if made.is_dir():
            if args.lite:
                lite.build(made / "lite")
            shutil.rmtree(out, ignore_errors=True)
            shutil.move(made, out)
        return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
