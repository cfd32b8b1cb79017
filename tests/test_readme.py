"""What README and its French twin show is what happens; links of all pages lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.S | re.M)


def blocks(name: str, *kinds: str) -> list[str]:
    found = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    return [code for kind, code in found if kind in kinds]


@pytest.mark.parametrize("name", ["README.md", "README.fr.md"])
def test_the_lines_of_python_run_and_give_what_is_shown(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = blocks(name, "python")
    assert len(code.splitlines()) <= 12
    exec(compile(code, name, "exec"), {})
    out = capsys.readouterr().out
    assert re.search(r"answered within 60\smin", out)
    assert re.search(r"^C035 \w+ \(synthetic\): measured", out, re.M)
    (shown,) = blocks(name, "text")
    for line in shown.splitlines():
        assert line.rstrip(" …") in out.replace("\xa0", " ").replace("\u202f", " "), line


def plain(code: str) -> str:
    """Code without its remarks: these are in the language of the page."""
    return re.sub(r"\s+#.*|<!--.*?-->|\"folder\"|\"dossier\"", "", code)


def test_both_languages_show_the_same_commands_and_code() -> None:
    french = [plain(code) for code in blocks("README.fr.md", "python", "sh")]
    assert french == [plain(code) for code in blocks("README.md", "python", "sh")]


@pytest.mark.parametrize("name", ["README.md", "README.fr.md", *(f"docs/{n}" for n in DOCS)])
def test_the_command_lines_are_understood(name: str) -> None:
    from carekit.cli import build_parser

    text = re.sub(r"\\\n\s*", "", (ROOT / name).read_text(encoding="utf-8"))
    lines = re.findall(r"^ {0,4}carekit (.+)$", text, re.M)
    assert lines or name not in ("README.md", "README.fr.md")
    for line in lines:
        if re.search(r"[\[\]…|]|\.\.\.|--\w+ (?:DIR|FILE|CSV|URL)\b|^[A-Z]+ ", line):
            continue  # a synopsis
        words = shlex.split(line, comments=True)
        build_parser(words[0]).parse_args(words)


@pytest.mark.parametrize(
    "name",
    ["README", "README.fr", "CONTRIBUTING", "DECISIONS", "CHANGELOG", "CORRECTIONS"]
    + [f"docs/{name.removesuffix('.md')}" for name in DOCS],
)
def test_links_between_files_lead_somewhere(name: str) -> None:
    path = ROOT / f"{name}.md"
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_version_is_the_same_everywhere() -> None:
    import yaml

    import carekit

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+?),", changelog, re.M)
    assert newest
    assert {citation["version"], newest[1]} == {carekit.__version__}
