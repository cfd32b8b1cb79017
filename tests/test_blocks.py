"""Every block of code of README, CONTRIBUTING and docs runs, or a line here says why not."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import carekit
from carekit.cli import main

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
PAGES = ["README.md", "README.fr.md", "CONTRIBUTING.md", *DOCS]
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.S | re.M)
KINDS = {"python", "sh", "json", "text"}  # text: what comes out, a file, or a synopsis

# Pages whose blocks run in another test, which names the page.
ELSEWHERE = {
    "README.fr.md": "tests/test_readme.py",  # the same commands and code as in README.md
    "docs/benchmark-on-counts.md": "tests/report/test_counts_page.py",
    "docs/spark.md": "tests/test_spark.py",
}
# How a line begins that no test types, and why.
NOT_RUN = {
    "python run.py": "tests/test_run.py; what they start is this suite itself",
    "python .ci/mutation.py": "takes hours; the weekly job runs it",
    "python -m pip install": "installs into the environment of the tests",
    "pip install": "installs into the environment of the tests: tests/test_packaging.py",
    "uv pip compile": "asks the package index",
    "shtab ": "tests/cli/test_completion.py",
    "carekit collect": "asks a network: tests/sources/collecting",
    'carekit benchmark mine --brand "Acme"': "the same as in README.md",
    "carekit reproduce": "runs every notebook: tests/claims/test_reproduce.py, test_packaging.py",
}


def blocks(page: str, *kinds: str) -> list[str]:
    found = BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    return [code for kind, code in found if kind in kinds]


def lines(page: str) -> list[str]:
    """The commands of a page, without remarks; a line that ends in a backslash goes on."""
    text = re.sub(r"\\\n\s*", "", "".join(blocks(page, "sh")))
    return [re.sub(r" +# .*", "", line) for line in text.splitlines() if line]


def unrun(line: str) -> bool:
    return any(line.startswith(start) for start in NOT_RUN)


@pytest.mark.parametrize("page", PAGES)
def test_no_block_is_left_out(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert {kind for kind, _ in BLOCK.findall(text)} <= KINDS
    assert len(re.findall(r"^ *(?:```|~~~)", text, re.M)) == 2 * len(BLOCK.findall(text))
    # Markdown's other kind of block, indented, has no name of what it holds.
    bare = re.sub(r"^( *)```.*?^ *```$", "", text, flags=re.S | re.M)
    assert not re.search(r"^[^-\d\s][^\n]*\n\n    \S", bare, re.M)
    for line in lines(page):
        assert line.startswith("carekit ") or unrun(line), line


def test_what_runs_elsewhere_is_named_there_and_no_reason_is_idle() -> None:
    for page, test in ELSEWHERE.items():
        assert Path(page).name in (ROOT / test).read_text(encoding="utf-8")
    every = [line for page in PAGES for line in lines(page)]
    for start in NOT_RUN:
        assert any(line.startswith(start) for line in every), start


# ---------------------------------------------------------------- Python


@pytest.mark.parametrize("page", [p for p in DOCS if blocks(p, "python") and p not in ELSEWHERE])
def test_the_python_of_a_page_runs_in_order(page: str, tmp_path: Path) -> None:
    code = "\n".join(blocks(page, "python"))
    (tmp_path / "page.py").write_text(code, encoding="utf-8")
    if '"mine"' in code:
        (tmp_path / "mine").symlink_to(carekit.open_dataset().path.resolve())
    # In a Python of its own: a page may add definitions, tests and replays.
    env = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}
    command = [sys.executable, "page.py"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


# ---------------------------------------------------------------- commands


def write_posts(names: dict[str, str], brand: str) -> None:
    """Posts of the sample's banks as an export of one's own, the first bank under another name."""
    posts = carekit.open_dataset().read("posts")
    posts = posts[posts.brand.isin(["Shannock Bank", "Harrowgild Bank"])]
    posts = posts.assign(brand=posts.brand.replace("Shannock Bank", brand))
    posts["created_at"] = posts.created_at.dt.strftime("%Y-%m-%d %H:%M:%S")
    kept = ["post_id", "created_at", "author_role", "author_id", "brand", "reply_to", "text"]
    posts[[*kept, "network"]].rename(columns=names).to_csv("posts.csv", index=False)


def write_export() -> None:
    """A table with the columns that docs/importing.md names."""
    head = "id,time,from_agent,message,parent_id"
    rows = ["1,2026-03-01 09:00,customer,Where is it?,", "2,2026-03-01 09:30,brand,On its way,1"]
    Path("export.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    write_tweets()


def write_tweets() -> None:
    """Posts that hold ids, their users in a file of their own, and whose accounts these are."""
    said = {"text": "Where is it?", "created_at": "2026-03-01T09:00:00Z"}
    asked = {"id": "11", "author_id": "51", **said}
    answer = {
        "id": "12",
        "author_id": "77",
        **said,
        "created_at": "2026-03-01T09:30:00Z",
        "referenced_tweets": [{"type": "replied_to", "id": "11"}],
    }
    users = [{"id": "51", "username": "ann"}, {"id": "77", "username": "AcmeHelp"}]
    users = [{**u, "name": u["username"]} for u in users]
    Path("tweets.json").write_text(json.dumps({"data": [asked, answer]}), encoding="utf-8")
    Path("users.json").write_text(json.dumps({"data": users}), encoding="utf-8")
    if not Path("accounts.csv").exists():
        listed = "account,network,brand\nAcmeHelp,x,Acme\n"
        Path("accounts.csv").write_text(listed, encoding="utf-8")


def write_answers() -> None:
    """Answers of 40 people, for the codebook of docs/surveys.md."""
    (codebook,) = blocks("docs/surveys.md", "json")
    Path("codebook.json").write_text(codebook, encoding="utf-8")
    people = [
        {
            "id": n,
            "wt": 1 + n % 3 / 10,
            "age": 20 + n,
            "q1": [1, 2, 2, 9][n % 4],
            "q2[phone]": n % 2,
            "q2[chat]": n % 5 == 0,
        }
        for n in range(40)
    ]
    table = pd.DataFrame(people).astype({"q2[chat]": int})
    table.to_csv("answers.csv", index=False)
    pyreadstat = pytest.importorskip("pyreadstat")  # names of SPSS have no brackets
    pyreadstat.write_sav(table.drop(columns=["q2[phone]", "q2[chat]"]), "answers.sav")


@pytest.mark.parametrize("page", [p for p in PAGES if lines(p) and p not in ELSEWHERE])
def test_the_commands_of_a_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = [line for line in lines(page) if not unrun(line)]
    monkeypatch.chdir(tmp_path)
    given(page, run)
    for line in run:
        words = shlex.split(line.replace("QUESTION", "prefers_social"))[1:]
        if words[0] == "benchmark":
            words += ["--formats", "html"]  # the others: tests/report
        assert main(words) in (0, None), (line, capsys.readouterr().err)


def given(page: str, run: list[str]) -> None:
    """The files that a page takes for granted."""
    text = "\n".join(run)
    if page == "docs/your-own-data.md":
        (table,) = blocks(page, "text")
        Path("posts.csv").write_text(table, encoding="utf-8")
    elif "import csv posts.csv" in text:
        write_posts({"post_id": "id", "created_at": "time"}, "Acme")
    elif " mine" in text:
        write_posts({}, "Crédit Côtier" if "Crédit Côtier" in text else "Acme")
        assert main("import csv posts.csv --tz Europe/Paris --out mine".split()) == 0
    if "export.csv" in text:
        write_export()
    if "import survey" in text:
        write_answers()
        if "answers.sav" in text:
            codebook = json.loads(Path("codebook.json").read_text(encoding="utf-8"))
            del codebook["questions"]["used"]
            Path("codebook.json").write_text(json.dumps(codebook), encoding="utf-8")


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "json")])
def test_the_json_of_a_page_is_json(page: str) -> None:
    for code in blocks(page, "json"):
        assert json.loads(code)
