"""The branch coverage of each room, from what `python run.py test --cov` left: a table."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

COUNTED = ("covered_lines", "num_statements", "covered_branches", "num_branches")


def main() -> int:
    from coverage import Coverage

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "coverage.json"
        data = Coverage()
        data.load()
        data.json_report(outfile=str(out))
        files = json.loads(out.read_text(encoding="utf-8"))["files"]
    rooms: dict[str, Counter[str]] = defaultdict(Counter)
    for name, found in files.items():
        inside = Path(name).parts[Path(name).parts.index("carekit") + 1 :]
        for room in (inside[0] if len(inside) > 1 else "the face", "carekit"):
            rooms[room].update({key: found["summary"][key] for key in COUNTED})
    print("| room | statements | lines | branches | both |\n|---|---|---|---|---|")
    for room, n in sorted(rooms.items(), key=lambda item: (item[0] == "carekit", item[0])):
        lines, every, branches, all_branches = (n[key] for key in COUNTED)
        shares = (
            f"{100 * part / whole:.1f} %" if whole else "none"
            for part, whole in [
                (lines, every),
                (branches, all_branches),
                (lines + branches, every + all_branches),
            ]
        )
        print(f"| {room} | {every:,} | {' | '.join(shares)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
