"""Seconds that `import carekit` adds to Python's own start: at most 0.15.

Both are started in turn, so that a busy machine slows both; medians are compared.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

LIMIT_SECONDS = 0.15
ROUNDS = 21


def seconds(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - started


def main() -> int:
    seconds("import carekit")  # compiles what is not compiled yet
    rounds = [(seconds("pass"), seconds("import carekit")) for _ in range(ROUNDS)]
    bare, full = (statistics.median(times) for times in zip(*rounds, strict=True))
    print(
        f"Python alone {bare:.3f} s, with `import carekit` {full:.3f} s (× {full / bare:.2f}): "
        f"{full - bare:.3f} s more, medians of {ROUNDS}; the limit is {LIMIT_SECONDS} s."
    )
    return int(full - bare > LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
