"""Kernels of notebooks as copies of one Python that has loaded the libraries: Linux only.

Loading them takes two of the ten seconds of a notebook. Three processes take part: the *template*
loads and copies itself (`serve`); each *kernel* is such a copy; a *stand-in*, light and started by
Jupyter, is what Jupyter watches: when it dies, its kernel does. This file is run by path as the
stand-in, so that it loads nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

# Beside what `import carekit` offers: what kernels and measures load when they begin.
LOADED = "ibis.backends.duckdb ipykernel.kernelapp matplotlib.backends.backend_svg scipy.optimize"


@contextmanager
def template(folder: str, env: Mapping[str, str]) -> Iterator[list[str] | None]:
    """A template inside the block: the command that starts a kernel, or None where there is none."""
    if sys.platform != "linux":  # elsewhere libraries of the system do not survive a copy
        yield None
        return
    import subprocess

    path = os.path.join(folder, "kernels")
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(path)
        except OSError:  # the name of the folder is too long for a socket
            yield None
            return
        listener.listen(64)
        command = [sys.executable, "-m", __name__, str(listener.fileno())]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            command,
            env=dict(env),
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,
            stdout=quiet,
            stderr=quiet,
            start_new_session=True,
        )
        try:
            yield [sys.executable, "-S", "-E", __file__, path]
        finally:
            process.communicate()  # closes its input: it ends


def serve(listener: socket.socket) -> None:
    """Load everything, then become a kernel for each stand-in that asks, until the input ends."""
    import gc
    import importlib
    import selectors
    import warnings

    # What the kernel sets before notebooks load matplotlib.
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    import pandas as pd

    import carekit

    pd.set_option("display.max_columns", 20)  # as pandas chooses where it is loaded in a kernel
    for name in dir(carekit):
        getattr(carekit, name)
    for name in LOADED.split():
        importlib.import_module(name)
    gc.freeze()  # kernels need not look for garbage in what is loaded
    with selectors.DefaultSelector() as ready:
        ready.register(listener, selectors.EVENT_READ)
        ready.register(0, selectors.EVENT_READ)
        while True:
            asked = [key.fileobj for key, _ in ready.select(timeout=1)]
            while _ended():
                pass
            if 0 in asked:
                return
            if listener not in asked:
                continue
            stand_in, _ = listener.accept()
            with warnings.catch_warnings(action="ignore"):  # of threads of OpenBLAS: it copes
                child = os.fork()
            if not child:
                ready.close()
                listener.close()
                _become_kernel(stand_in)
                return
            stand_in.close()


def _ended() -> bool:
    """Whether a kernel that had ended was taken note of."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] > 0
    except ChildProcessError:
        return False


def _become_kernel(stand_in: socket.socket) -> None:
    """Run a kernel in this copy, in the folder and environment of its stand-in."""
    import threading

    from ipykernel.kernelapp import IPKernelApp

    with stand_in.makefile("r", encoding="utf-8") as lines:
        asked = json.loads(lines.readline())
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["folder"])
    os.environ.clear()
    # The kernel ends when its parent does.
    os.environ.update(asked["env"] | {"JPY_PARENT_PID": str(os.getppid())})

    def watch() -> None:
        stand_in.recv(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    IPKernelApp.launch_instance(argv=asked["arguments"])


def stand_in(path: str, arguments: list[str]) -> None:
    """Ask for a kernel, and live as long as it does."""
    with socket.socket(socket.AF_UNIX) as kernel:
        kernel.connect(path)
        asked = {"folder": os.getcwd(), "env": dict(os.environ), "arguments": arguments}
        kernel.sendall(json.dumps(asked).encode() + b"\n")
        kernel.recv(1)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        del sys.path[0]  # as a kernel does: the folder where it was started
        with socket.socket(fileno=int(sys.argv[1])) as given:
            serve(given)
    else:
        stand_in(sys.argv[1], sys.argv[2:])
