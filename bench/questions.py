"""Single questions, each in a fresh Python: processor seconds with and without loading, peak of memory.

    python bench/questions.py first-table             (200 parts of 200 posts, 60 brands by month)
    python bench/questions.py replay 400000           (all figures, on a sample of so many posts)
    python bench/questions.py categories 400000
    python bench/questions.py definitions 400000

To compare two versions, run both in turn with `--dataset` and the same folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

QUESTIONS = {
    "first-table": "carekit.answer_rate(dataset, by='brand,month')",
    "replay": "carekit.replay_all(dataset)",
    "categories": "carekit.categories(dataset, by='network')",
    "definitions": "carekit.definitions(dataset)",
}
ASK = """
import resource, sys, time
import carekit
dataset = carekit.open_dataset(sys.argv[1])
n = len({question})
print(f"{{n}} rows, {{time.process_time():.2f}} processor seconds, "
      f"{{time.perf_counter() - begin:.2f}} s of the clock, "
      f"{{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,}} MB")
"""


def parts(folder: Path, n_parts: int = 200, n: int = 200) -> None:
    """A dataset of many small parts: half of the posts ask, the other half answer."""
    from carekit.dataset.folder import create_dataset

    random = np.random.default_rng(3)
    with create_dataset(folder, title="Parts", licence="CC0") as out:
        for part in range(n_parts):
            brand = pd.Series(random.integers(0, 60, n // 2)).map("brand {:02d}".format)
            asked = pd.Timestamp("2023-01-01", tz="UTC") + pd.to_timedelta(
                random.integers(0, 455 * 86_400, n // 2), unit="s"
            )
            ids = [f"x:{part}.{i}" for i in range(n // 2)]
            same = {"network": "x", "visibility": "public", "brand": brand, "account": brand}
            question = pd.DataFrame(
                {
                    **same,
                    "post_id": ids,
                    "author_id": [f"a_{i:016x}" for i in random.integers(0, 9_000, n // 2)],
                    "author_role": "customer",
                    "created_at": asked,
                    "text": "where is it?",
                }
            )
            answer = question.assign(
                post_id=[f"{i}a" for i in ids],
                author_id=None,
                author_role="brand",
                created_at=asked + pd.to_timedelta(random.integers(60, 90_000, n // 2), unit="s"),
                reply_to=ids,
                text="on its way",
            )
            out.add_posts(pd.concat([question, answer]), source=f"part {part}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("question", choices=QUESTIONS)
    parser.add_argument("posts", type=int, nargs="?", default=400_000)
    parser.add_argument("--dataset", type=Path, help="one that is there, or that is made there")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as top:
        folder = args.dataset or Path(top) / "d"
        if not folder.exists() and args.question == "first-table":
            parts(folder)
        elif not folder.exists():
            command = [sys.executable, "-m", "carekit", "sample", "--out", str(folder)]
            subprocess.run([*command, "--posts", str(args.posts)], check=True)
        code = "import time; begin = time.perf_counter()" + ASK
        code = code.format(question=QUESTIONS[args.question])
        for _ in range(args.runs):
            subprocess.run([sys.executable, "-c", code, str(folder)], check=True)


if __name__ == "__main__":
    main()
