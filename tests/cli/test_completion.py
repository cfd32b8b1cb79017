"""The shell completes commands and options, as docs/how-to.md says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to.md"
TRY = """
source {script}
COMP_WORDS=({words}); COMP_CWORD={last}
$(complete -p carekit | sed 's/.*-F \\([^ ]*\\).*/\\1/')
echo "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command of the how-to writes."""
    pytest.importorskip("shtab", reason="needs the extra completion")
    (options,) = re.findall(r"^shtab (.+) >", HOW_TO.read_text("utf-8"), re.M)
    command = [sys.executable, "-m", "shtab", *options.split()]
    path = tmp_path_factory.mktemp("completion") / "carekit"
    path.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
    return path


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("carekit surv", "survey"),
        ("carekit measure answer-r", "answer-rate"),
        ("carekit measure answer-rate --wh", "--where"),
        ("carekit claims aud", "audit"),
    ],
)
def test_bash_completes(words: str, completed: str, script: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    code = TRY.format(script=script, words=words, last=len(words.split()) - 1)
    done = subprocess.run([bash, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == [completed], done.stderr
