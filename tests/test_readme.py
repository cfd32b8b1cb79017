"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_lines_of_python_run(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(code.splitlines()) <= 12
    exec(compile(code, "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert re.search(r"answered within 60\smin", out)
    assert re.search(r"^C035 \w+ \(synthetic\): measured", out, re.M)


def test_the_command_lines_are_understood() -> None:
    from carekit.cli import build_parser

    parser = build_parser()
    lines = re.findall(r"^carekit (.+)$", README, re.M)
    assert lines
    for line in lines:
        parser.parse_args(line.split())


@pytest.mark.parametrize(
    "name", ["README", "CONTRIBUTING", "DECISIONS", "CHANGELOG", "CORRECTIONS"]
)
def test_links_between_files_lead_somewhere(name: str) -> None:
    text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (ROOT / target).exists(), target


def test_version_is_the_same_everywhere() -> None:
    import tomllib

    import yaml

    import carekit

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+?),", changelog, re.M)
    assert newest
    assert {project["version"], citation["version"], newest[1]} == {carekit.__version__}
