"""Mutated files through every importer: a CarekitError or counted rejects, never anything else.

    python bench/hostile_input.py --files 100000 --jobs 2

Each file is a sound one whose bytes were changed, dropped, doubled or cut off at random. For each
import the law of counts must hold (read + nested = posts + rejected + left out + repeats), the
dataset must hold what the report says, and a refusal must leave nothing behind. Prints one line a
format; a file that breaks a law is saved (one of each kind and hundred), and the exit is 1.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from carekit.dataset.folder import open_dataset
from carekit.errors import CarekitError
from carekit.sources.files import import_files

KEY = bytes.fromhex("00" * 32)
INSERTED = (
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xff",
    b"@",
    b'""',
    b"'",
    b"\\",
    b"\xe2\x80",
)
ANSWER = "{'id': 7, 'body': 'Sorry, we look into it', 'modified': '2021-03-06T09:00:00Z'}"


def _twcs() -> str:
    head = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n"
    return head + "".join(
        f"{n},{'Acme' if n % 2 else 5},{n % 2 == 0},Tue Oct 31 22:1{n % 10}:47 +0000 2017,"
        f'"@{5 if n % 2 else "Acme"} word, ""quoted"" é 😡\nnext",,{n - 1 or ""}\n'
        for n in range(1, 9)
    )


def _own() -> str:
    head = (
        "post_id;network;author_id;author_role;created_at;text;rating;reply_text;reply_created_at\n"
    )
    return head + "".join(
        f"{n};x;Ann {n};{'customer' if n % 3 else 'brand'};0{n}/04/2021 10:00;"
        f'"hello; @acme ?";{n % 5 + 1};;\n'
        for n in range(1, 9)
    )


def _play() -> str:
    head = "reviewId,userName,userImage,content,score,at,replyContent,repliedAt,brand\n"
    return head + "".join(
        f'gp:{n},Ann {n},http://x.example/a.png,"bad, very ""bad""\nindeed",{n % 5 + 1},'
        f"2021-03-0{n} 10:00:00,{'Sorry' if n % 2 else ''},"
        f"{f'2021-03-0{n} 12:00:00' if n % 2 else ''},Acme\n"
        for n in range(1, 9)
    )


def _apple() -> str:
    head = "date,developerResponse,review,rating,isEdited,title,userName,brand\n"
    return head + "".join(
        f"2021-03-0{n} 10:00:00,{f'{chr(34)}{ANSWER}{chr(34)}' if n % 2 else ''},"
        f"It logs me out,{n % 5 + 1},False,Why ?,ann{n},Acme\n"
        for n in range(1, 9)
    )


SEEDS = {"twcs": _twcs(), "csv": _own(), "google-play": _play(), "app-store": _apple()}


def mutated(content: bytes, rng: random.Random) -> bytes:
    """One to five times: bytes changed, put in, dropped or doubled, or the end cut off."""
    made = bytearray(content)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(made) or 1)
        match rng.randrange(9) // 2:
            case 0:
                made[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del made[at : at + rng.randrange(1, 20)]
            case 2:
                made[at:at] = rng.choice(INSERTED)
            case 3:
                made[at:at] = made[at : at + rng.randrange(1, 80)]
            case _:
                del made[at:]
    return bytes(made)


def encoded(text: str, rng: random.Random) -> bytes:
    """The text in one of the encodings that real exports have."""
    return text.encode(rng.choice(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "cp1252"]), "replace")


def outcome(format: str, content: bytes, folder: Path) -> str:
    """Import one file: `whole`, `some rejected` or `refused`; AssertionError if a law breaks."""
    path, out = folder / "hostile.csv", folder / "d"
    path.write_bytes(content)
    shutil.rmtree(out, ignore_errors=True)
    try:
        report = import_files(format, path, out=out, key=KEY, accept_rejected=True)
    except CarekitError:
        assert not out.exists(), "a refusal left a dataset behind"
        return "refused"
    apart = report.n_left_out + report.n_again + report.n_withdrawn
    assert report.n_read + report.n_nested == report.n_posts + report.n_rejected + apart, str(
        report
    )
    frame = open_dataset(out).read("posts")
    assert len(frame) == report.n_posts == frame.post_id.nunique()
    assert (out / "rejected.csv").is_file()
    return "some rejected" if report.n_rejected else "whole"


def note_fault(
    broken: Counter[str], format: str, error: Exception, content: bytes, name: str
) -> None:
    """Count what broke a law; the first file of each kind is saved, a number before its name."""
    kind = f"{format}: {type(error).__name__}: {error}"[:200]
    broken[kind] += 1
    if broken[kind] == 1:
        saved = Path(f"{len(broken)}-{name}").absolute()
        saved.write_bytes(content)
        print(f"\n{kind} ({saved})", file=sys.stderr, flush=True)


def told(
    formats: Iterable[str], total: Counter[tuple[str, str]], broken: Counter[str], *, none: str
) -> int:
    """Print a line a format and one a fault; the exit code."""
    for format in formats:
        kinds = ("whole", "some rejected", none)
        print(format, *(f"{kind}: {total[format, kind]:,}" for kind in kinds), sep="  ")
    print(f"{total.total():,} files without a fault")
    for kind, n in broken.most_common():
        print(f"broken {n:,}: {kind}")
    return 1 if broken else 0


def attack(
    seed: int, n_files: int, until: float = float("inf")
) -> tuple[Counter[tuple[str, str]], dict[str, int]]:
    """Outcomes by format of some mutated files, and what broke a law, if anything did."""
    rng = random.Random(seed)
    broken: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        for _ in range(n_files):
            if time.monotonic() > until:
                break
            format = rng.choice(list(SEEDS))
            content = mutated(encoded(SEEDS[format], rng), rng)
            try:
                found[format, outcome(format, content, Path(name))] += 1
            except Exception as error:  # the point of this script: anything else is a failure
                note_fault(broken, format, error, content, f"hostile-{format}-{seed}.csv")
    return found, broken


def _share(n_files: int, each: int) -> Iterator[int]:
    while n_files > 0:
        yield min(each, n_files)
        n_files -= each


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after")
    args = parser.parse_args()
    shares = list(_share(args.files, 100))
    total: Counter[tuple[str, str]] = Counter()
    broken: Counter[str] = Counter()
    until = time.monotonic() + args.seconds
    with ProcessPoolExecutor(args.jobs) as pool:
        seeds = range(args.seed, args.seed + len(shares))
        for found, failures in pool.map(attack, seeds, shares, [until] * len(shares)):
            total += found
            broken.update(failures)
            print(f"\r{total.total():,} of {args.files:,}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return told(SEEDS, total, broken, none="refused")


if __name__ == "__main__":
    raise SystemExit(main())
