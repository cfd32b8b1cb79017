"""What is built and installed is whole: the stub, the wheel, the sdist, and what a newcomer does."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import carekit

from .scripts import load_script

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_stub_says_what_the_registries_say() -> None:
    face = load_script("docs/face.py")
    assert face.STUB.read_text("utf-8") == face.stub(), "run: python docs/face.py"
    written = set(re.findall(r"(?: as |^def )(\w+)", face.stub(), re.M)) - {"pd", "room"}
    moved = {name for names in carekit._MOVED.values() for name in names.split()}
    assert written == set(carekit.__all__) - {"__version__"} | moved


@pytest.mark.parametrize("name", ["CITATION.cff", "codemeta.json", ".zenodo.json"])
def test_whoever_cites_finds_one_version_and_one_title(name: str) -> None:
    assert "version" in PROJECT["dynamic"]
    cited = yaml.safe_load((ROOT / name).read_text("utf-8"))  # JSON is YAML
    assert cited["version"] == carekit.__version__
    assert (cited.get("title") or cited["name"]).startswith("carekit")
    assert set(cited["keywords"]) == set(PROJECT["keywords"])


def test_links_of_the_readme_where_no_file_stands_beside_it() -> None:
    setup = load_script("setup.py")
    text = "![a](figures/a.svg)\n\nSee [b](docs/b.md), [c](https://c.example), [d](#d)."
    assert setup.long_description(text, "") == "See b, [c](https://c.example), [d](#d)."
    assert setup.long_description(text, "https://h.example") == (
        "![a](https://h.example/raw/main/figures/a.svg)\n\nSee "
        "[b](https://h.example/blob/main/docs/b.md), [c](https://c.example), [d](#d)."
    )


def test_every_text_file_ends_its_lines_with_lf() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--eol"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("not a checkout with git")
    lines = tracked.stdout.splitlines()
    assert not [line for line in lines if not line.startswith(("i/lf", "i/-text", "i/none"))]
    assert all("eol=lf" in line or "attr/-text" in line for line in lines)


# ---------------------------------------------------------------- from the built wheel

# The file and its columns as docs/your-own-data.md has them.
GUIDE = (ROOT / "docs" / "your-own-data.md").read_text(encoding="utf-8")
(POSTS,) = re.findall(r"```text\n(.*?)```", GUIDE, re.S)
(MAP,) = re.findall(r"--map (\S+)", GUIDE)
# One command of each group. Empty: no DIR, so the sample.
COMMANDS = """
carekit --version
carekit import csv posts.csv --map {map} --network x --tz Europe/Paris --out mine
carekit check mine
carekit measure answer-rate mine --by brand
carekit measure first-response
carekit claims list --country CA
carekit claims show C035
carekit claims audit --only F08
carekit measured list
carekit survey share used_social_care
carekit triage flag mine
carekit share mine --out counts --min-people 1
carekit notebooks --out notebooks
carekit reproduce --only C035 --out out
carekit collect bluesky acme.example --out fresh --dry-run
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the wheel and the sdist of what is tracked here."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a checkout with git")
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--outdir", str(out), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    if "No matching distribution found for setuptools" in done.stdout + done.stderr:
        pytest.skip("setuptools, which builds the package, cannot be had from here")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return out


def tracked(*folders: str) -> set[str]:
    done = subprocess.run(
        ["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines())


@pytest.mark.slow
def test_wheel_holds_every_file_of_the_package_and_its_data(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert tracked("carekit") <= held
    data = {f"carekit/_data/{name.removeprefix('data/')}" for name in tracked("data")}
    data |= {f"carekit/_data/{name}" for name in tracked("notebooks/*.ipynb")}
    assert data == {name for name in held if name.startswith("carekit/_data/")}
    text = zipfile.ZipFile(wheel).read(f"carekit-{carekit.__version__}.dist-info/METADATA")
    assert not re.search(rb"\]\((?!https?:|#)", text)


@pytest.mark.slow
def test_sdist_holds_every_tracked_file(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as file:
        held = {name.partition("/")[2] for name in file.getnames()}
    left_out = {name for name in tracked() if name.startswith((".git", ".pre-commit"))}
    assert tracked() - left_out <= held


def clean() -> dict[str, str]:
    """The environment without what points to this checkout; what is compiled is kept."""
    ours = {"PYTHONPATH", "CAREKIT_DATASET", "PYTHONDONTWRITEBYTECODE"}
    return {k: v for k, v in os.environ.items() if k not in ours}


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment, outside the checkout, with the wheel and its core dependencies."""
    home = tmp_path_factory.mktemp("installed")
    (wheel,) = built.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
    program = home / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    what = ["--quiet", "-c", ROOT / "constraints.txt", f"carekit[figures] @ {wheel.as_uri()}"]
    what.append("jinja2")  # for pages; the rest of the extra `notebooks` stays out
    pip = [program, "-m", "pip", "--disable-pip-version-check", "install", "--no-compile", *what]
    uv = ["uv", "pip", "install", "--python", program, *what]
    ways = [uv, pip] if shutil.which("uv") else [pip]
    for way in ways:
        done = subprocess.run(way, env=clean(), capture_output=True, text=True)
        if done.returncode == 0:
            break
    if done.returncode:
        pytest.skip(f"the packages cannot be had from here: {done.stderr.strip()[-300:]}")
    return home


def call(home: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program of the fresh environment in its empty folder."""
    work = home / "work"
    work.mkdir(exist_ok=True)
    program = home / "venv" / ("Scripts" if os.name == "nt" else "bin") / words[0]
    command = [program, *words[1:]]
    return subprocess.run(command, cwd=work, env=clean(), capture_output=True, text=True)


@pytest.mark.slow
def test_the_ten_lines_run_from_the_wheel(installed: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", readme, re.S))
    done = call(installed, ["python", "-c", code])
    assert done.returncode == 0, done.stderr[-2000:]
    where = call(installed, ["python", "-c", "import carekit; print(carekit.__file__)"]).stdout
    assert str(installed) in where


@pytest.mark.slow
def test_one_command_of_each_group_and_a_figure_from_a_users_file(installed: Path) -> None:
    (installed / "work").mkdir(exist_ok=True)
    (installed / "work" / "posts.csv").write_text(POSTS, encoding="utf-8")
    needs_extra = []
    for line in COMMANDS.strip().splitlines():
        done = call(installed, line.format(map=MAP).split())
        assert "Traceback" not in done.stderr, (line, done.stderr[-2000:])
        if done.returncode and "pip install 'carekit[" in done.stderr:
            needs_extra.append(line)
            continue
        assert done.returncode == 0, (line, done.stderr[-2000:])
    assert needs_extra == ["carekit collect bluesky acme.example --out fresh --dry-run"]
    code = (
        "import carekit; rates = carekit.answer_rate(carekit.open_dataset('mine'), by='brand');"
        "rates.to_csv('rates.csv', index=False); rates.save('figure.svg')"
    )
    done = call(installed, ["python", "-c", code])
    assert done.returncode == 0, done.stderr[-2000:]
    work = installed / "work"
    rows = list(csv.DictReader((work / "rates.csv").read_text(encoding="utf-8").splitlines()))
    assert [(r["brand"], r["n"], r["n_answered"]) for r in rows] == [
        ("acme", "2", "1"),
        ("brio", "2", "1"),
    ]
    assert (work / "figure.svg").read_text("utf-8").count("<svg") == 1


@pytest.mark.slow
def test_what_an_extra_lacks_is_said_before_work_begins(installed: Path) -> None:
    done = call(installed, ["carekit", "reproduce", "--out", "pages"])
    assert done.returncode == 2
    assert "pip install 'carekit[notebooks]'" in done.stderr
    assert not (installed / "work" / "pages").exists()
