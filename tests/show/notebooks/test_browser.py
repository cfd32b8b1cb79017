"""JupyterLab, in a real browser: a notebook runs to the end, other data, an interrupt, no traces."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "token-of-the-test"
READY_SECONDS, RUN_SECONDS = 60, 120
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.needs_system("chromium", "chromium-browser", "google-chrome", package="chromium"),
]

KERNEL_IS_IDLE = """() => {
  const session = window.jupyterapp?.shell.currentWidget?.sessionContext?.session;
  return session?.kernel?.status === 'idle';
}"""
# The model and not the page: JupyterLab draws only the cells on screen.
CELLS = """() => Array.from(window.jupyterapp.shell.currentWidget.content.model.cells)
  .filter(cell => cell.type === 'code' && cell.sharedModel.getSource().trim())
  .map(cell => ({
    ran: cell.executionCount !== null && cell.executionState !== 'running',
    outputs: cell.outputs.toJSON(),
  }))"""
# An error stops the run: the cells after it stay as they were.
RUN_IS_OVER = f"""() => {{
  const cells = ({CELLS})();
  const failed = cells.some(cell => cell.outputs.some(one => one.output_type === 'error'));
  return failed || (cells.every(cell => cell.ran) && ({KERNEL_IS_IDLE})());
}}"""
IMAGES = """() => Array.from(document.querySelectorAll('.jp-RenderedImage img'))
  .map(image => image.complete && image.naturalWidth > 0)"""


@pytest.fixture
def notebook(toy: Any, tmp_path: Path) -> Path:
    """The first notebook, else a small one: a copy without outputs, so that new ones are seen."""
    first = sorted((ROOT / "notebooks").glob("00-*.ipynb"))
    opened = nbformat.read(first[0], as_version=4) if first else toy
    for cell in opened.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    folder = tmp_path / "notebooks"
    folder.mkdir()
    nbformat.write(opened, folder / "opened.ipynb")
    return folder / "opened.ipynb"


@pytest.fixture
def jupyter(notebook: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab of its own, without the user's settings."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={notebook.parent}"]
    with serving(command, tmp_path) as address:
        yield address


@pytest.fixture
def lab(two_brands: Path, tmp_path: Path) -> Iterator[str]:
    """The address of what `run.py lab` starts, on copies elsewhere and on other data."""
    start = (
        "import sys, pathlib, carekit.show.notebooks.workplace as w;"
        f"w.WORKPLACE = pathlib.Path({str(tmp_path / 'work')!r});"
        "sys.exit(w.open_lab(sys.argv[1:]))"
    )
    env = {"CAREKIT_DATASET": os.path.relpath(two_brands, tmp_path)}
    with serving([sys.executable, "-c", start], tmp_path, **env) as address:
        yield address


@contextmanager
def serving(command: list[str], tmp_path: Path, **more: str) -> Iterator[str]:
    """Start a JupyterLab, wait until it answers, stop it afterwards."""
    config = tmp_path / "config"
    names = {"CONFIG_DIR": config, "DATA_DIR": tmp_path / "data"}
    env = os.environ | {f"JUPYTER_{name}": str(folder) for name, folder in names.items()}
    env |= {
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        **more,
    }
    # The question whether to fetch news would cover the page.
    quiet = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}
    overrides = config / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": quiet}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "jupyter.log"
    command = [
        *[*command, "--no-browser", "--allow-root", "--ip=127.0.0.1"],
        *[f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"],
        *["--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"],
        *["--LabApp.news_url=None"],
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, env=env, cwd=tmp_path, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_for_server(server, f"{address}/api/status?token={TOKEN}", log)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for_server(server: subprocess.Popen[bytes], status: str, log: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(status, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")


@contextmanager
def browser_page() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, PROGRAMS)))
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 2000})
        try:
            yield page
        except BaseException:
            # Kept in `out`, which continuous integration uploads when something fails.
            (ROOT / "out").mkdir(exist_ok=True)
            page.screenshot(path=ROOT / "out" / "jupyterlab-at-failure.png")
            raise
        finally:
            browser.close()


def test_notebook_runs_in_jupyterlab(jupyter: str, notebook: Path) -> None:
    with browser_page() as page:
        run_all_cells(page, f"{jupyter}/lab/tree/{notebook.name}?token={TOKEN}&reset")
        check_cells(page)


def tracked() -> str:
    """What git says of the checkout."""
    command = ["git", "-C", str(ROOT), "status", "--porcelain"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


# A long call, where the time goes into Ibis and DuckDB; only the first round is waited for.
LONG = "while True:\n    carekit.definitions(dataset)\n    print('one round')"
LAST = f"{CELLS.replace('.filter(', '.slice(-1).filter(')}"
COMMAND = "name => { window.jupyterapp.commands.execute(name); }"
ADD = """source => {
  const content = window.jupyterapp.shell.currentWidget.content;
  const model = content.model.sharedModel;
  model.insertCell(model.cells.length, {cell_type: 'code', source});
  content.activeCellIndex = model.cells.length - 1;
}"""


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a checkout under git")
def test_the_workplace_opens_on_other_data_stops_in_one_line_and_leaves_no_trace(lab: str) -> None:
    before = tracked()
    with browser_page() as page:
        run_all_cells(page, f"{lab}/?token={TOKEN}")
        assert "/00-start-here.ipynb" in page.url
        check_cells(page)
        shown = json.dumps(page.evaluate(CELLS))
        assert "Dataset('Test'" in shown
        assert "carekit sample" not in shown
        page.evaluate(ADD, LONG)
        page.evaluate(COMMAND, "notebook:run-cell")
        seen = f"() => JSON.stringify(({LAST})()).includes('one round')"
        page.wait_for_function(seen, timeout=RUN_SECONDS * 1000)
        page.evaluate(COMMAND, "notebook:interrupt-kernel")
        page.wait_for_function(KERNEL_IS_IDLE, timeout=RUN_SECONDS * 1000)
        (cell,) = page.evaluate(LAST)
        said = "".join(
            "".join(one.get("text", one.get("traceback", ""))) + "\n" for one in cell["outputs"]
        )
        # The line that says how far a call has come is written over, and stands in what is kept.
        told = [line for line in said.splitlines() if line.strip() and "definitions: " not in line]
        assert set(told) == {"one round", "Stopped."}
        assert told[-1] == "Stopped."
    assert tracked() == before


def run_all_cells(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".jp-NotebookPanel:visible .jp-Notebook", timeout=READY_SECONDS * 1000)
    # A click before the kernel is there is lost.
    page.wait_for_function(KERNEL_IS_IDLE, timeout=READY_SECONDS * 1000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(RUN_IS_OVER, timeout=RUN_SECONDS * 1000)


def check_cells(page: Any) -> None:
    cells = page.evaluate(CELLS)
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert outputs
    assert [output for output in outputs if output["output_type"] == "error"] == []
    drawn = page.evaluate(IMAGES)
    assert all(drawn)
    if any("image/png" in output.get("data", {}) for output in outputs):
        assert drawn
