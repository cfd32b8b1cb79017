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


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("carekit surv", "survey"),
        ("carekit measure answer-r", "answer-rate"),
        ("carekit measure answer-rate --wh", "--where"),
        ("carekit claims aud", "audit"),
    ],
)
def test_bash_completes(words: str, completed: str, tmp_path: Path) -> None:
    pytest.importorskip("shtab", reason="needs the extra completion")
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    (options,) = re.findall(r"^shtab (.+) >", HOW_TO.read_text("utf-8"), re.M)
    script = tmp_path / "carekit"
    command = [sys.executable, "-m", "shtab", *options.split()]
    script.write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
    code = TRY.format(script=script, words=words, last=len(words.split()) - 1)
    done = subprocess.run([bash, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == [completed], done.stderr
