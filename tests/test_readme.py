"""What README, its French twin and the pages of docs show is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
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
    french = [plain(code) for code in blocks("README.fr.md", "python", "")]
    assert french == [plain(code) for code in blocks("README.md", "python", "")]


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


@pytest.mark.parametrize("name", [name for name in DOCS if blocks(f"docs/{name}", "python")])
def test_the_python_of_a_page_runs_in_order(name: str, tmp_path: Path) -> None:
    code = "\n".join(blocks(f"docs/{name}", "python")).replace(
        'open_dataset("DIR")', "open_dataset()"
    )
    if "spark" in code:
        pytest.skip("needs a Spark cluster: tests/test_spark.py goes the same way")
    (tmp_path / "page.py").write_text(code, encoding="utf-8")
    # In a Python of its own: a page may add definitions, tests and replays.
    env = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}
    command = [sys.executable, "page.py"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("page", ["your-own-data.md", "how-to.md"])
def test_the_commands_of_a_guide_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from carekit.cli import main

    monkeypatch.chdir(tmp_path)
    for table in blocks(f"docs/{page}", "text"):
        Path("posts.csv").write_text(table, encoding="utf-8")
    lines = "".join(blocks(f"docs/{page}", "sh")).splitlines()
    assert lines
    for line in lines:
        assert main(shlex.split(line)[1:]) == 0, (line, capsys.readouterr().err)


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
