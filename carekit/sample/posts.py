"""From drawn posts to the posts table: ids, pseudonyms, texts and the labels that go with them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.dataset.privacy import pseudonym
from carekit.sample import plan
from carekit.sample.requests import NEVER
from carekit.sample.roster import brands
from carekit.sample.texts.compose import LONGEST, Post, write
from carekit.sample.texts.dice import FACES, Dice
from carekit.sample.traps import OUTSIDE

X_EPOCH = 1_288_834_974_657  # milliseconds; ids of X count from here
LOST_ON_X = 410_000_000_000_000_000
FLAGS = ["question", "marked", "irony", "abuse", "exposes", "plain"]
WORDS = ["mood", "to_tone", "redirects"]
LABELS = [
    "post_id", "kind", "tone", "is_question", "question_mark", "is_complaint", "category", "angry",
    "irony", "plain", "is_abuse", "handoff", "redirects", "pii_types", "incident", "trap",
]  # fmt: skip


def finish_posts(
    rng: np.random.Generator, posts: pd.DataFrame, *, texts: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The posts table and its labels, one row per post in both, sorted by time, of drawn posts with
    traps.

    `rng` decides the wording only; without `texts` stands "?" or "." in place of each.
    """
    posts = posts.sort_values(["at", "key"], kind="stable", ignore_index=True)
    posts = _complete(rng, posts)
    ids = _native_ids(posts)
    by_key = pd.Series(ids, index=posts["key"])
    firms = brands()
    table = pd.DataFrame({"post_id": ids, "network": posts["network"], "surface": posts["surface"]})
    table["author_id"] = _pseudonyms(posts)
    table["author_role"] = posts["role"]
    table["brand"] = np.array([b.brand for b in firms], dtype=object)[posts["firm"]]
    table["account"] = posts["account"]
    table["created_at"] = _moments(posts["at"])
    if texts:
        written, pii = _texts(rng, posts, table["author_id"])
        table["text"] = written
    else:
        table["text"] = np.where(posts["marked"], "?", ".")
        pii = [""] * len(posts)
    table["lang"] = posts["lang"]
    table["reply_to"] = _parents(posts, by_key)
    table["thread_id"] = _threads(posts, table)
    table["visibility"] = "public"
    table["rating"] = posts["rating"].astype("Int64")
    table["observed_at"] = _moments(posts["observed_at"])
    table["deleted_at"] = _moments(posts["deleted_at"])
    labels = _labels(posts, table, pii)
    return table, labels


def _complete(rng: np.random.Generator, posts: pd.DataFrame) -> pd.DataFrame:
    """Fills what only some kinds of post have; question marks of the shorter posts are drawn."""
    posts = posts.copy()
    mark = rng.random(len(posts)) < plan.MARK_ON_QUESTION
    for name in FLAGS:
        posts[name] = posts[name].eq(True)
    later = posts["kind"] != "opening"
    posts.loc[later, "marked"] = (posts["question"] & mark)[later]
    posts["mood"] = posts["mood"].where(posts["mood"].notna(), posts["tone"])
    for name in WORDS[1:]:
        posts[name] = posts[name].where(posts[name].notna(), "")
    for name in ("handoff", "account", "also", "trap"):
        posts[name] = posts[name].astype(object).where(posts[name].notna(), None)
    posts["incident"] = posts["incident"].fillna(-1).astype("int64")
    posts["deleted_at"] = posts["deleted_at"].fillna(NEVER).astype("int64")
    return posts


def _moments(at: pd.Series) -> pd.Series:
    known = at.where(at < NEVER).astype("Int64")
    return pd.to_datetime(known, unit="s", utc=True).astype("datetime64[us, UTC]")


def _native_ids(posts: pd.DataFrame) -> list[str]:
    """Ids in the manner of each network; those of X are beyond what a float can hold."""
    made = []
    for row, (network, at, firm) in enumerate(
        zip(posts["network"], posts["at"], posts["firm"], strict=True)
    ):
        if network == "x":
            native = str((((at * 1000 + row % 1000) - X_EPOCH) << 22) | (row & 0xFFF))
        elif network == "facebook":
            native = f"{100_200_300 + firm * 7919}_{10_150_000_000_000 + row * 7}"
        elif network == "youtube":
            native = f"Ugz{row:06x}"
        elif network == "google_play":
            native = f"gp-{row:08x}"
        else:
            native = str(9_000_000 + row * 3)
        made.append(f"{network}:{native}")
    return made


def _pseudonyms(posts: pd.DataFrame) -> list[str]:
    known: dict[tuple[str, str], str] = {}
    made = []
    for pair in zip(posts["network"], posts["author"], strict=True):
        if pair not in known:
            known[pair] = pseudonym(plan.PUBLIC_KEY, pair[0], pair[1].lower())
        made.append(known[pair])
    return made


def _parents(posts: pd.DataFrame, by_key: pd.Series) -> list[str | None]:
    """post_id answered; of a post that is not there, an id of the same form."""
    known = by_key.to_dict()
    made: list[str | None] = []
    for network, parent, key in zip(posts["network"], posts["parent"], posts["key"], strict=True):
        if parent == -1:
            made.append(None)
        elif parent in known:
            made.append(known[parent])
        else:
            # one id for each lost post, so that all who answered it still meet there
            lost = int(key if parent == OUTSIDE else parent)
            native = LOST_ON_X + (lost << 22) if network == "x" else 800_000_000 + lost
            made.append(f"{network}:{native}")
    return made


def _threads(posts: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """post_id of the first post known of the thread: the opening, else the earliest."""
    first = table["post_id"].where(posts["key"] == posts["root"])
    opening = first.groupby(posts["root"]).transform("first")
    earliest = table["post_id"].groupby(posts["root"]).transform("first")
    return opening.where(opening.notna(), earliest)


def _texts(
    rng: np.random.Generator, posts: pd.DataFrame, author_id: pd.Series
) -> tuple[list[str], list[str]]:
    firms = brands()
    numbers = rng.random((len(posts), FACES)).tolist()
    writer = dict(zip(posts["key"], author_id, strict=True))
    texts, pii = [], []
    fields = [posts[name].tolist() for name in Post._fields if name != "to"]
    place = Post._fields.index("to")
    for row, (firm, parent, also) in enumerate(
        zip(posts["firm"], posts["parent"], posts["also"], strict=True)
    ):
        known = [column[row] for column in fields]
        known.insert(place, writer.get(parent, ""))
        post = Post(*known)
        made = write(firms[firm], post, Dice(numbers[row]))
        text = made.text
        if also and len(text) + len(also) + 5 <= LONGEST.get(post.network, 4000):
            text = f"{text} cc @{also}"
        texts.append(text)
        pii.append("|".join(made.pii))
    return texts, pii


def _labels(posts: pd.DataFrame, table: pd.DataFrame, pii: list[str]) -> pd.DataFrame:
    """What is true of each text; the answers that triage is scored against."""
    troll = posts["category"] == "troll"
    made = pd.DataFrame({"post_id": table["post_id"], "kind": posts["kind"], "tone": posts["tone"]})
    made["is_question"], made["question_mark"] = posts["question"], posts["marked"]
    made["is_complaint"] = posts["tone"].eq("negative") & ~troll & posts["role"].eq("customer")
    made["category"] = posts["category"]
    made["angry"] = posts["mood"].eq("angry")
    made["irony"], made["plain"] = posts["irony"], posts["plain"]
    made["is_abuse"] = posts["abuse"]
    made["incident"] = posts["incident"].where(posts["incident"] >= 0).astype("Int64")
    by_brand = posts["role"] == "brand"
    made["handoff"] = posts["handoff"].where(posts["handoff"].notna() | ~by_brand, "none")
    made["redirects"], made["trap"] = posts["redirects"], posts["trap"]
    made["pii_types"] = pii
    return made[LABELS]
