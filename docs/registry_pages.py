"""Pages made from the ledger, the audit, and the registries of definitions, words and methods."""

from __future__ import annotations

import html
import inspect
import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import carekit

ROOT = Path(__file__).resolve().parents[1]


def cell(value: Any) -> str:
    """A value in a table of Markdown."""
    return str(value).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines) + "\n"


def ledger_page() -> str:
    """Every published figure: study, base, findings of the audit, hypotheses that use it."""
    from carekit.claims.ledger.columns import measures
    from carekit.claims.replays import REPLAYS
    from carekit.claims.shown import (
        beside_in_words,
        claim_in_words,
        place_in_words,
        published_in_words,
    )

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
    counts = carekit.claims.real_counts()
    beside = {row["figure_id"]: row for row in counts.to_dict("records")}
    columns = "figure published who where when base audit evidence hypotheses id".split()
    rows, choices = [], {"measure": {}, "country": {}, "network": {}, "audit": {}, "evidence": {}}
    for row in ledger.figures.to_dict("records"):
        figure = ledger.figure(row["figure_id"])
        audit = found.get(figure.figure_id, [])
        keys = {
            "measure": [measures()[figure.measure].label],
            "country": [str(row["country"])] if isinstance(row["country"], str) else ["not stated"],
            "network": [str(row["network"])] if isinstance(row["network"], str) else ["none"],
            "audit": [one.verdict.replace("_", " ") for one in audit] or ["not examined"],
            "evidence": [kind_of_evidence(figure, beside, REPLAYS)],
        }
        evidence = keys["evidence"][0]
        if real := beside.get(figure.figure_id):
            others = ", ".join(re.findall(r"Other (\w+):", real["why"]))
            evidence += f": {beside_in_words(figure, beside)}"
            evidence += f" (other {others})" if others else ""
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
            evidence,
            ", ".join(used.get(figure.figure_id, [])),
            figure.figure_id,
        ]
        data = "".join(f' data-{k}="{html.escape("|".join(v))}"' for k, v in keys.items())
        shown = zip(columns, cells, strict=True)
        tds = "".join(f'<td data-head="{h}">{html.escape(str(c))}</td>' for h, c in shown)
        rows.append(f"<tr{data}>{tds}</tr>")
    selects = "".join(
        f'<label>{name} <select name="{name}"><option value="">all</option>'
        + "".join(f"<option>{html.escape(v)}</option>" for v in sorted(values))
        + "</select></label>"
        for name, values in choices.items()
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    return (
        "# The ledger\n\nEvery published figure that carekit keeps, with the study behind it, what "
        "the audit found, what evidence carekit has beside it ([real counts](measured.md), or a recovery "
        "on the sample at most), and the hypotheses that use it. "
        "Search words, or choose. On your own data "
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


def kind_of_evidence(figure: Any, beside: Mapping[str, Any], replayed: Container[str]) -> str:
    """The best that carekit has beside a figure."""
    if figure.figure_id in beside:
        return "real counts"
    return "recovery at most" if figure.measure in replayed else "none yet"


def real_counts_table() -> str:
    """Which figures have real counts beside them, which a recovery at most, which nothing yet."""
    from carekit.claims.replays import REPLAYS

    ledger, counts = carekit.claims.load_ledger(), carekit.claims.real_counts()
    beside = set(counts["figure_id"])
    rows = []
    for (measure, name, verdict), part in counts.groupby(
        ["measure", "table", "verdict"], sort=False
    ):
        word = verdict.replace("_", " ")
        rows.append([measure, len(part), f"`{name}`", word, ", ".join(part["figure_id"])])
    columns = ["measure of the ledger", "figures", "real counts beside it", "verdict", "ids"]
    parts = [f"{len(beside)} figures have real counts beside them.", table(columns, sorted(rows))]
    others: dict[str, dict[str, int]] = {}
    for figure in map(ledger.figure, ledger.figures["figure_id"]):
        kind = kind_of_evidence(figure, beside, REPLAYS)
        if figure.figure_id not in beside:
            measures = others.setdefault(kind, {})
            measures[figure.measure] = measures.get(figure.measure, 0) + 1
    said = {
        "recovery at most": "have a recovery on the sample at most",
        "none yet": "have nothing yet: no replay is known",
    }
    for kind, words in said.items():
        measures = sorted(others[kind].items(), key=lambda one: (-one[1], one[0]))
        told = ", ".join(f"{name} ({n})" for name, n in measures)
        parts.append(f"{sum(others[kind].values())} {words}: {told}.\n")
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


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
