"""What real collections do to posts: bots, orphans, cycles, backdated and second looks.

`plant` works on the drawn posts, before their texts; `spoil` on the finished table.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from carekit.sample import plan
from carekit.sample.requests import NEVER, seconds
from carekit.sample.roster import brands

OUTSIDE = -2  # parent of a post that answers something that was never collected
DAY = 86400


@dataclass
class Traps:
    """The drawn posts with their traps, and how many of each there are."""

    posts: pd.DataFrame
    counts: dict[str, int] = field(default_factory=dict)


def plant(rng: np.random.Generator, posts: pd.DataFrame, n_posts: int) -> Traps:
    """Adds the traps that belong to posts and threads; `posts` itself is not changed."""
    made = Traps(posts.copy())
    made.posts["trap"] = None
    scale = n_posts / 40_000
    _hyperactive(rng, made, round(plan.HYPERACTIVE_OPENINGS * scale))
    _backdate(rng, made)
    _second_brands(rng, made, scale)
    _orphans(rng, made, round(plan.ORPHANS * scale))
    _cycles(rng, made, max(1, round(plan.CYCLES * scale)))
    _bots(rng, made, round(plan.BOT_SHARE * n_posts))
    _truncate(rng, made)
    made.posts = made.posts.reset_index(drop=True)
    return made


def _append(made: Traps, extra: pd.DataFrame) -> pd.DataFrame:
    extra = extra.copy()
    start = int(made.posts["key"].max()) + 1
    extra["key"] = np.arange(start, start + len(extra))
    made.posts = pd.concat([made.posts, extra], ignore_index=True)
    return extra


def _choose(rng: np.random.Generator, rows: np.ndarray, n: int) -> np.ndarray:
    return np.sort(rng.choice(rows, min(n, len(rows)), replace=False))


def _hyperactive(rng: np.random.Generator, made: Traps, n: int) -> None:
    """One customer of one brand writes a great many openings."""
    posts = made.posts
    busiest = posts.loc[(posts["kind"] == "opening") & (posts["network"] == "x"), "firm"].mode()[0]
    mine = posts[
        (posts["kind"] == "opening") & (posts["network"] == "x") & (posts["firm"] == busiest)
    ]
    keys = _choose(rng, mine["key"].to_numpy(), n)
    own = posts["key"].isin(keys) | (
        posts["root"].isin(keys) & posts["kind"].isin(["again", "thanks", "still", "details"])
    )
    made.posts.loc[own, "author"] = "hyperactive"
    made.counts["hyperactive_customer"] = len(keys)


def _backdate(rng: np.random.Generator, made: Traps) -> None:
    """Answers whose clock says that they came before the opening."""
    posts = made.posts
    first = posts["kind"].eq("answer") & (posts["parent"] == posts["root"])
    chosen = posts.index[first][rng.random(first.sum()) < plan.BACKDATED_SHARE]
    opened = posts.set_index("key")["at"].loc[posts.loc[chosen, "parent"]].to_numpy()
    early = np.exp(rng.uniform(np.log(60), np.log(20 * DAY), len(chosen))).astype(np.int64)
    made.posts.loc[chosen, "at"] = opened - early
    made.posts.loc[chosen, "trap"] = "backdated"
    made.counts["backdated_answer"] = len(chosen)


def _second_brands(rng: np.random.Generator, made: Traps, scale: float) -> None:
    """Openings that name a second brand; some are answered by that brand too, or only by it."""
    posts = made.posts
    here = (posts["kind"] == "opening") & (posts["network"] == "x") & posts["account"].notna()
    here &= posts["author"] != "hyperactive"
    answered = set(posts.loc[posts["kind"] == "answer", "root"])
    both = posts.index[here & posts["key"].isin(answered)].to_numpy()
    only = posts.index[here & ~posts["key"].isin(answered) & (posts["deleted_at"] == NEVER)]
    too = _choose(rng, both, round(60 * scale))
    alone = _choose(rng, only.to_numpy(), round(20 * scale))
    silent = _choose(rng, np.setdiff1d(both, too), round(70 * scale))
    firms = brands()
    chosen = np.concatenate([too, alone, silent])
    other = np.zeros(len(chosen), dtype=int)
    for k, own in enumerate(posts.loc[chosen, "firm"]):
        country = firms[own].country
        rivals = [i for i, firm in enumerate(firms) if firm.country == country and i != own]
        other[k] = rivals[rng.integers(len(rivals))]
    made.posts["also"] = None
    made.posts.loc[chosen, "also"] = [firms[i].handle for i in other]
    made.posts.loc[chosen, "trap"] = "second_brand"
    n_reply = len(too) + len(alone)
    asked = posts.loc[chosen[:n_reply]]
    answer_at = asked["answer_at"].where(asked["answer_at"] < NEVER, asked["at"]).astype("int64")
    reply = asked[["root", "network", "surface", "lang", "category", "observed_at"]].copy()
    reply["parent"], reply["firm"] = asked["key"], other[:n_reply]
    reply["account"] = [firms[i].handle for i in other[:n_reply]]
    reply["author"] = reply["account"]
    reply["at"] = answer_at + rng.integers(600, 5 * 3600, n_reply)
    reply["kind"], reply["role"], reply["tone"] = "later_answer", "brand", "neutral"
    reply["trap"] = ["other_brand_too"] * len(too) + ["other_brand_only"] * len(alone)
    reply = _append(made, reply[reply["at"] <= reply["observed_at"]])
    made.counts["second_brand_named"] = len(chosen)
    made.counts["second_brand_answers_too"] = int((reply["trap"] == "other_brand_too").sum())
    made.counts["only_second_brand_answers"] = int((reply["trap"] == "other_brand_only").sum())


def _bystanders(
    rng: np.random.Generator, chosen: pd.DataFrame, trap: str, *, within: int
) -> pd.DataFrame:
    """Posts of other customers, up to so many seconds after those chosen."""
    kept = "firm network surface account lang category observed_at tone at".split()
    made = chosen[kept].assign(kind="bystander", role="customer", trap=trap)
    made["at"] += rng.integers(60, within, len(made))
    return made


def _orphans(rng: np.random.Generator, made: Traps, n: int) -> None:
    """Customer posts that answer a post outside the collection."""
    posts = made.posts
    source = posts[posts["kind"].eq("opening") & posts["network"].isin(["x", "facebook"])]
    chosen = source.loc[_choose(rng, source.index.to_numpy(), n)]
    extra = _bystanders(rng, chosen, "orphan", within=7200)
    extra = extra[extra["at"] <= extra["observed_at"]]
    extra["parent"], extra["root"] = OUTSIDE, -1
    extra["author"] = [f"q{i}" for i in range(len(extra))]
    extra = _append(made, extra)
    made.posts.loc[made.posts["trap"] == "orphan", "root"] = extra["key"].to_numpy()
    made.counts["reply_to_outside_post"] = len(extra)


def _cycles(rng: np.random.Generator, made: Traps, n: int) -> None:
    """Customer posts that answer each other in a circle: pairs, one of three, one of itself."""
    sizes = [2] * max(0, n - 2) + [3, 1]
    source = made.posts[made.posts["kind"].eq("opening") & made.posts["network"].eq("forum")]
    chosen = source.iloc[: sum(sizes)]
    extra = _bystanders(rng, chosen, "cycle", within=3600)
    extra["author"] = [f"z{i}" for i in range(len(extra))]
    extra["parent"], extra["root"] = -1, -1
    extra = _append(made, extra)
    keys = extra["key"].to_numpy()
    parent, root, start = [], [], 0
    for size in sizes:
        ring = keys[start : start + size]
        parent += list(np.roll(ring, -1))
        root += [ring[0]] * size
        start += size
    chosen_rows = made.posts["key"].isin(keys)
    made.posts.loc[chosen_rows, "parent"] = parent
    made.posts.loc[chosen_rows, "root"] = root
    made.counts["reply_cycle"] = len(sizes)
    made.counts["posts_in_cycles"] = sum(sizes)


def _bots(rng: np.random.Generator, made: Traps, n: int) -> None:
    """Three accounts that are no customers and post day and night."""
    firms = brands()
    share = np.array([b.share for b in firms])
    extra = pd.DataFrame({"firm": rng.choice(len(firms), n, p=share / share.sum())})
    extra["network"], extra["surface"] = "x", "mention"
    extra["account"] = np.array([b.handle for b in firms], dtype=object)[extra["firm"]]
    extra["author"] = np.array(["bot1", "bot2", "bot3"], dtype=object)[rng.integers(0, 3, n)]
    extra["at"] = np.sort(rng.integers(seconds(plan.START), seconds(plan.END), n))
    french = np.array([b.french_share for b in firms])[extra["firm"]]
    extra["lang"] = np.where(french > 0.5, "fr", "en")
    extra["observed_at"] = seconds(plan.END)
    extra["kind"], extra["role"], extra["trap"] = "bot", "other", "bot"
    extra["category"], extra["tone"], extra["parent"] = "spam", "neutral", -1
    extra = _append(made, extra)
    made.posts.loc[made.posts["trap"] == "bot", "root"] = extra["key"].to_numpy()
    made.counts["bot_post"] = n
    made.counts["bot_account"] = 3


def _truncate(rng: np.random.Generator, made: Traps) -> None:
    """Posts that the collection missed although posts that answer them are there."""
    posts = made.posts
    parents = set(posts.loc[posts["parent"] >= 0, "parent"])
    has_reply = posts["key"].isin(parents) & posts["trap"].isna()
    openings = has_reply & (posts["kind"] == "opening")
    answers = has_reply & (posts["kind"] == "answer") & (posts["parent"] == posts["root"])
    lost = np.zeros(len(posts), dtype=bool)
    lost[np.flatnonzero(openings)] = rng.random(openings.sum()) < plan.LOST_OPENING_SHARE
    gone = posts.loc[lost, "key"]
    answers &= ~posts["root"].isin(gone)
    lost[np.flatnonzero(answers)] = rng.random(answers.sum()) < plan.LOST_ANSWER_SHARE
    made.counts["lost_opening"] = len(gone)
    made.counts["lost_first_answer"] = int(lost.sum()) - len(gone)
    keys = set(posts.loc[lost, "key"])
    made.posts = posts[~lost]
    made.counts["reply_to_lost_post"] = int(made.posts["parent"].isin(keys).sum())


def spoil(rng: np.random.Generator, table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Texts and languages go missing, in a copy; deleted posts lose their texts more often."""
    made = table.copy()
    deleted = made["deleted_at"].notna().to_numpy()
    chance = np.where(deleted, 0.5, np.where(made["author_role"] == "customer", 0.01, 0.0))
    empty = rng.random(len(made)) < chance
    made.loc[empty, "text"] = None
    further = made["author_role"].eq("customer") & made["reply_to"].notna()
    untold = further.to_numpy() & (rng.random(len(made)) < plan.NO_LANGUAGE_SHARE)
    made.loc[untold, "lang"] = None
    return made, {
        "lang_missing": int(untold.sum()),
        "null_text": int(empty.sum()),
        "deleted_post": int(deleted.sum()),
        "deleted_post_without_text": int((empty & deleted).sum()),
    }


def second_look(rng: np.random.Generator, table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Posts that were collected again later: the same ids, and some are deleted by then."""
    chosen = table[rng.random(len(table)) < plan.SECOND_LOOK_SHARE].copy()
    chosen["observed_at"] = pd.Timestamp(plan.SECOND_LOOK)
    gone = chosen["deleted_at"].isna() & chosen["author_role"].eq("customer")
    gone &= rng.random(len(chosen)) < plan.DELETED_SINCE_SHARE
    chosen.loc[gone, "deleted_at"] = pd.Timestamp(plan.END) + pd.Timedelta(hours=7)
    chosen.loc[gone, "text"] = None
    return chosen, int(gone.sum())
