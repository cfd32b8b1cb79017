"""4CAT: a CSV of any of its sources.

The CSV of X says that a post is a reply, not to which post: it is put under the first post of its
conversation, and counted in a warning. That of Bluesky gives the web link of the post answered.
Of other sources, `--network` says which one it is. The NDJSON of 4CAT, the items of a network as they
came, says more: prefer it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from carekit.sources.files.any_csv import Preset, plan
from carekit.sources.files.cells import EMPTY_WORDS, TRUE_WORDS
from carekit.sources.files.formats import Derived, Drafts, Format, Options, Sample, need_columns
from carekit.sources.files.json_items import json_format
from carekit.sources.files.records import read_records
from carekit.sources.files.table import Header, TableFile
from carekit.sources.files.text import Lines
from carekit.sources.found import Found, NoPost, Problem
from carekit.sources.identities import safe_id
from carekit.sources.networks import bluesky, mastodon, telegram, x, youtube
from carekit.sources.networks.values import PLACEHOLDERS, first_item, read_item, records, somebody
from carekit.sources.networks.x.posts import RETWEET
from carekit.sources.report import counted

PARENTS = (
    "reply_to_tweet_id", "in_reply_to_status_id", "in_reply_to_id", "reply_to_id", "parent_id",
    "parent",
)  # fmt: skip
_BLUESKY_LINK = "bsky.app/profile/"


def network_of(header: Header) -> str | None:
    """The network of a CSV, by columns that only its source has; None if none tells."""
    signs = {
        "bluesky": ("replied_to_post",),
        "x": ("is_retweet",),
        "reddit": ("subreddit",),
        "telegram": ("author_is_bot",),
        "youtube": ("video_id",),
    }
    found = (n for n, names in signs.items() if any(header.find(c) is not None for c in names))
    return next(found, None)


def _derived(network: str | None, people: Mapping[str, str], key: bytes) -> Derived:
    """Ids, parents and numbers of a row, whose column names are in lower case."""

    def make(row: Mapping[str, str]) -> tuple[str, ...]:
        if _says_yes(row.get("is_retweet")):
            raise NoPost(RETWEET)
        native, thread = _cell(row, "id"), _cell(row, "thread_id")
        parent = next((p for name in PARENTS if (p := _cell(row, name))), "")
        if link := _cell(row, "replied_to_post"):
            parent = _from_link(link, people)
        only_thread = ""
        if not parent and thread and thread != native:
            # The conversation is known, the post answered is not.
            parent, only_thread = thread, "1"
        if network == "reddit":
            native, thread, parent = (
                _prefixed(v, row, v == native) for v in (native, thread, parent)
            )
        native, thread, parent = (
            safe_id(key, network or "other", v) or "" for v in (native, thread, parent)
        )
        stamp = _cell(row, "unix_timestamp") or _cell(row, "timestamp_unix")
        time = stamp or _cell(row, "created_at") or _cell(row, "timestamp")
        handle, number = somebody(_cell(row, "author")) or "", _cell(row, "author_id")
        count = _cell(row, "reply_count").removesuffix(".0")
        lines = (_cell(row, "subject"), row.get("body", ""))
        text = "\n".join(line for line in lines if line and line.strip() not in PLACEHOLDERS)
        return native, thread, parent, time, number or handle, handle, count, text, only_thread

    names = (
        "post_id", "thread_id", "reply_to", "created_at", "author_id", "author_handle",
        "n_replies", "text", "only_thread",
    )  # fmt: skip
    return Derived(names, make)


def _cell(row: Mapping[str, str], name: str) -> str:
    value = row.get(name, "").strip()
    return "" if value.lower() in EMPTY_WORDS else value


def _says_yes(value: str | None) -> bool:
    return value is not None and value.strip().lower() in TRUE_WORDS


def _from_link(link: str, people: Mapping[str, str]) -> str:
    """https://bsky.app/profile/HANDLE/post/KEY → the address of that post."""
    _, _, rest = link.partition(_BLUESKY_LINK)
    parts = rest.split("/")
    if len(parts) < 3:
        return link if link.startswith("at://") else f"at://unknown/{link.rsplit('/', 1)[-1]}"
    # A post whose author is not in the file is unknown; the handle must not stay in its address.
    who = parts[0] if parts[0].startswith("did:") else people.get(parts[0].lower(), "unknown")
    return f"at://{who}/app.bsky.feed.post/{parts[2]}"


def _prefixed(value: str, row: Mapping[str, str], own: bool) -> str:
    if not value or value[:3] in ("t1_", "t3_"):
        return value
    is_comment = own and _cell(row, "thread_id") not in ("", value)
    return f"t1_{value}" if is_comment else f"t3_{value}"


def _people(table: TableFile) -> dict[str, str]:
    """Handle → id of every author of a file."""
    header = table.header
    author, number = header.find("author"), header.find("author_id")
    if author is None or number is None:
        return {}
    lines = islice(Lines(table.path), header.n_lines, None)
    rows = read_records(lines, delimiter=header.delimiter, n_fields=len(header.names))
    return {r.fields[author].lower(): r.fields[number] for r in rows if r.fields is not None}


def recognises(sample: Sample) -> bool:
    """True if the header holds the columns that every CSV of 4CAT has."""
    header = sample.header
    if header is None or any(header.find(n) is None for n in ("id", "thread_id", "body", "author")):
        return False
    return header.find("timestamp") is not None or header.find("created_at") is not None


def drafts(table: TableFile, options: Options) -> Drafts:
    """The rows as drafts; who is the brand, the list of accounts says."""
    need_columns(
        table.header, ("id", "thread_id", "body", "author"), file=table.name, format="4cat"
    )
    network = options.network or network_of(table.header)
    people = _people(table) if network == "bluesky" else {}
    derived = _derived(network, people, options.key)
    preset = Preset(
        columns={"lang": ("language_guess", "lang", "language"), "observed_at": ("collected_at",)},
        network=network,
        by_account=True,
        derived=derived,
    )
    made = plan(table, options, preset, format="4cat")
    place = f"d{derived.names.index('only_thread')}"

    def warn(counts: Mapping[str, int]) -> list[str]:
        told = made.warn(counts)
        if n := counts["only_thread"]:
            told.append(
                f"{counted(n, 'reply', 'replies')} of {table.name} {'does' if n == 1 else 'do'} not say "
                f"which post {'it answers; it was' if n == 1 else 'they answer; they were'} put under the "
                f"first post of {'its' if n == 1 else 'their'} conversation. The NDJSON of 4CAT says it."
            )
        return told

    tallies = {**made.tallies, "only_thread": f"({place} IS NOT NULL)::INT"}
    return replace(made, tallies=tallies, warn=warn)


OTHER = "an item of a network that carekit does not read from 4CAT"
MARKS = ("4CAT_metadata", "__import_meta", "timestamp_collected")
_Reader = Callable[[Any, Options], Iterator[Found]]
_READERS: tuple[tuple[Callable[[Sample], bool], _Reader], ...] = (
    (x.recognises, x.read),
    (bluesky.recognises, bluesky.read),
    (youtube.recognises, youtube.read),
    (mastodon.recognises, mastodon.read),
    (telegram.recognises, telegram.read),
)


def read(value: Any, options: Options) -> Iterator[Found]:
    """What one line holds: every item goes to the reader of its network."""
    for item in records(value):
        yield from read_item(_item, item, options)


def _item(item: Mapping[str, Any], options: Options) -> Iterator[Found]:
    sample = Sample(path=None, header=None, head="", json=item)  # type: ignore[arg-type]
    reader = next((read for recognises, read in _READERS if recognises(sample)), None)
    if reader is None:
        yield Problem(OTHER)
    else:
        yield from reader(item, options)


def recognises_items(sample: Sample) -> bool:
    """True if the first item holds what 4CAT, or Zeeschuimer before it, notes of its coming."""
    first = first_item(sample.json)
    return any(mark in first for mark in MARKS) or "author_user" in first


FORMATS = (
    Format("4cat", "4CAT (CSV)", recognises, drafts=drafts, title="Posts collected with 4CAT"),
    json_format(
        "4cat-ndjson",
        "4CAT items as they came (NDJSON)",
        recognises_items,
        read,
        title="Posts collected with 4CAT",
    ),
)
