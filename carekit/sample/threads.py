"""Threads of the sample: what follows each opening, until it was last looked at."""

from __future__ import annotations

import numpy as np
import pandas as pd

from carekit.sample import expected, plan
from carekit.sample.requests import NEVER, seconds
from carekit.sample.roster import brands

INHERITED = ["root", "firm", "network", "surface", "account", "lang", "category", "observed_at"]


def draw_threads(rng: np.random.Generator, openings: pd.DataFrame) -> pd.DataFrame:
    """Every post of every thread, one row per post; none later than the last look at its thread.

    `key`, `parent` (key of the post answered, -1 for none), `root`, `kind`, `role`, `author`, and
    what texts and labels need.
    """
    first = openings.copy()
    first["key"] = np.arange(len(first))
    first["parent"], first["root"] = -1, first["key"]
    first["kind"], first["role"] = "opening", "customer"
    first["author"] = "c" + first["author"].astype(str)
    first["rating"] = _ratings(rng, first)
    stages = [first]
    following = len(first)

    def add(stage: pd.DataFrame) -> pd.DataFrame:
        nonlocal following
        stage = stage.copy()
        stage["key"] = np.arange(following, following + len(stage))
        following += len(stage)
        stages.append(stage)
        return stage

    again, indirect = _asks_again(rng, first)
    again = add(again)
    answers = add(_first_answers(rng, first, again, indirect))
    add(_self_replies(rng, answers))
    for turn, share in enumerate(plan.FOLLOW_UP_SHARE):
        customers = add(_follow_ups(rng, answers, first, share))
        answers = add(_later_answers(rng, customers, turn + 2))
    add(_bystanders(rng, first))
    posts = pd.concat(stages, ignore_index=True)
    return posts[posts["at"] <= posts["observed_at"]].reset_index(drop=True)


def _later(rng: np.random.Generator, n: int, median: float, sigma: float) -> np.ndarray:
    """Lognormal delays in whole seconds; the median is in minutes."""
    drawn = median * np.exp(sigma * rng.standard_normal(n))
    return np.maximum((drawn * 60).astype(np.int64), 4)


def _ratings(rng: np.random.Generator, first: pd.DataFrame) -> np.ndarray:
    drawn = rng.random(len(first))
    stars = np.where(drawn < 0.75, 1, 2)
    stars = np.where(first["tone"] == "neutral", np.where(drawn < 0.6, 3, 4), stars)
    stars = np.where(first["tone"] == "positive", np.where(drawn < 0.25, 4, 5), stars)
    return np.where(first["network"] == "google_play", stars, np.nan)


def _reply(parents: pd.DataFrame, at: np.ndarray, kind: str, role: str) -> pd.DataFrame:
    """Posts that reply to `parents`, one each."""
    made = parents[INHERITED].copy()
    made["parent"] = parents["key"].to_numpy()
    made["at"] = at
    made["kind"], made["role"] = kind, role
    return made


def _asks_again(
    rng: np.random.Generator, first: pd.DataFrame
) -> tuple[pd.DataFrame, dict[int, int]]:
    """Customers who write again while they wait.

    Also returns, for openings that the brand answers under such a second post instead of under
    the opening, the row of that post.
    """
    n = len(first)
    at, answer = first["at"].to_numpy(), first["answer_at"].to_numpy()
    impatient = rng.random(n) < plan.ASKS_AGAIN_SHARE
    goes_on = rng.random((4, n))
    asked = at + _later(rng, n, plan.ASKS_AGAIN_MEDIAN, plan.ASKS_AGAIN_SIGMA)
    indirect = (answer < NEVER) & (rng.random(n) >= plan.DIRECT_SHARE)
    between = at + np.maximum(((answer - at) * rng.uniform(0.2, 0.8, n)).astype(np.int64), 1)
    asked = np.where(indirect & (answer - at >= 3), between, asked)
    indirect &= answer - at >= 3
    until = np.minimum(answer, first["deleted_at"].to_numpy())
    waiting = (impatient | indirect) & (asked < until)
    parts, where = [], {}
    row = 0
    for turn in range(4):
        chosen = np.flatnonzero(waiting)
        part = _reply(first.iloc[chosen], asked[chosen], "again", "customer")
        part["author"] = first["author"].to_numpy()[chosen]
        part["tone"] = "negative"
        part["question"] = rng.random(len(chosen)) < 0.5
        if turn == 0:
            where = {int(i): row + k for k, i in enumerate(chosen) if indirect[i]}
        row += len(chosen)
        parts.append(part)
        asked = asked + _later(rng, n, plan.ASKS_AGAIN_MEDIAN, plan.ASKS_AGAIN_SIGMA)
        waiting = waiting & (goes_on[turn] < plan.ASKS_AGAIN_NEXT) & (asked < until)
    return pd.concat(parts, ignore_index=True), where


def _first_answers(
    rng: np.random.Generator, first: pd.DataFrame, again: pd.DataFrame, indirect: dict[int, int]
) -> pd.DataFrame:
    """The brand's first answer to each answered opening, with its redirections."""
    chosen = first[first["answer_at"] < NEVER]
    made = _reply(chosen, chosen["answer_at"].to_numpy(), "answer", "brand")
    under = again["key"].to_numpy()
    made["parent"] = [int(under[indirect[k]]) if k in indirect else int(k) for k in chosen["key"]]
    made["to_tone"], made["to_question"] = chosen["tone"], chosen["question"]
    made["irony"] = False
    made = _by_brand(made)
    n = len(made)
    names = list(plan.REDIRECT_SHARE)
    first_kind = rng.choice(len(names), n, p=list(expected.redirect_first().values()))
    second = _other_kind(rng, first_kind, list(expected.redirect_first().values()))
    redirects = rng.random(n) < plan.REDIRECT_ANY
    twice = redirects & (rng.random(n) < expected.second_redirect_share())
    announced = ~redirects & (rng.random(n) < plan.ANNOUNCED_SHARE / (1 - plan.REDIRECT_ANY))
    kinds = []
    for k in range(n):
        if not redirects[k]:
            kinds.append("")
        elif twice[k]:
            pair = sorted((int(first_kind[k]), int(second[k])))
            kinds.append(";".join(names[i] for i in pair))
        else:
            kinds.append(names[first_kind[k]])
    made["redirects"] = kinds
    requested = made["redirects"].str.contains("private_message")
    made["handoff"] = None
    made.loc[announced, "handoff"] = "announced"
    made.loc[requested, "handoff"] = "requested"
    return made


def _other_kind(rng: np.random.Generator, first: np.ndarray, share: list[float]) -> np.ndarray:
    """A second kind, different from the first, with chances in proportion to `share`."""
    second = np.zeros(len(first), dtype=int)
    for kind in range(len(share)):
        rest = np.array(share)
        rest[kind] = 0
        rows = np.flatnonzero(first == kind)
        second[rows] = rng.choice(len(share), len(rows), p=rest / rest.sum())
    return second


def _by_brand(made: pd.DataFrame) -> pd.DataFrame:
    """The brand writes: from the account addressed, else from its main account."""
    handles = np.array([b.handle for b in brands()], dtype=object)
    own = made["account"].isna()
    made["account"] = made["account"].where(~own, handles[made["firm"]])
    made["author"] = made["account"]
    made["tone"] = "neutral"
    return made


def _self_replies(rng: np.random.Generator, answers: pd.DataFrame) -> pd.DataFrame:
    chosen = answers[rng.random(len(answers)) < plan.SELF_REPLY_SHARE]
    at = chosen["at"].to_numpy() + _later(rng, len(chosen), 1.0, 0.8)
    return _by_brand(_reply(chosen, at, "self_reply", "brand"))


def _follow_ups(
    rng: np.random.Generator, answers: pd.DataFrame, first: pd.DataFrame, share: float
) -> pd.DataFrame:
    """The customer writes back under an answer."""
    chosen = answers[rng.random(len(answers)) < share]
    n = len(chosen)
    made = _reply(chosen, chosen["at"].to_numpy() + _later(rng, n, 40, 1.2), "", "customer")
    made["author"] = first["author"].to_numpy()[chosen["root"]]
    kinds = list(plan.FOLLOW_UP_KIND)
    pick = rng.choice(len(kinds), n, p=list(plan.FOLLOW_UP_KIND.values()))
    made["kind"] = np.array(kinds, dtype=object)[pick]
    tones = {"thanks": "positive", "still": "negative", "details": "neutral"}
    made["tone"] = made["kind"].map(tones)
    made["question"] = (made["kind"] == "still") & (rng.random(n) < 0.45)
    asked = (
        chosen["handoff"].eq("requested").to_numpy()
        if "handoff" in chosen
        else np.zeros(n, dtype=bool)
    )
    # asked for a private message, some write their data in public
    likely = np.where(asked, 0.30, 0.06)
    made["exposes"] = (made["kind"] == "details") & (rng.random(n) < likely)
    return made


def _later_answers(rng: np.random.Generator, customers: pd.DataFrame, turn: int) -> pd.DataFrame:
    share = customers["kind"].map(plan.SECOND_ANSWER).astype(float).to_numpy()
    chosen = customers[rng.random(len(customers)) < share]
    at = chosen["at"].to_numpy() + _later(rng, len(chosen), 55, 1.4)
    made = _by_brand(_reply(chosen, at, "later_answer", "brand"))
    made["to_tone"], made["to_kind"] = chosen["tone"], chosen["kind"]
    made["turn"] = turn
    return made


def _bystanders(rng: np.random.Generator, first: pd.DataFrame) -> pd.DataFrame:
    """Other customers reply under an opening."""
    mean = np.array([plan.BYSTANDERS[n] for n in first["network"]])
    chosen = first.loc[first.index.repeat(rng.poisson(mean))]
    n = len(chosen)
    made = _reply(
        chosen, chosen["at"].to_numpy() + _later(rng, n, 180, 1.3), "bystander", "customer"
    )
    made["author"] = [f"o{i}" for i in rng.integers(0, max(1, len(first) // 4), n)]
    made["tone"] = np.where(rng.random(n) < 0.6, chosen["tone"].to_numpy(), "neutral")
    return made


def draw_broadcasts(rng: np.random.Generator, n: int, *, next_key: int) -> pd.DataFrame:
    """Posts that brands write unasked, the comments under them, and answers to these."""
    firms = brands()
    share = np.array([b.share for b in firms])
    made = pd.DataFrame({"firm": rng.choice(len(firms), n, p=share / share.sum())})
    networks = np.array(["facebook", "instagram", "x", "youtube"], dtype=object)
    made["network"] = networks[rng.choice(4, n, p=[0.5, 0.2, 0.2, 0.1])]
    start, end = seconds(plan.START), seconds(plan.END)
    made["at"] = np.sort(rng.integers(start, end - 86400, n))
    made["account"] = np.array([b.handle for b in firms], dtype=object)[made["firm"]]
    made["author"] = made["account"]
    made["surface"] = "brand_page"
    french = np.array([b.french_share for b in firms])[made["firm"]]
    made["lang"] = np.where(french > 0.5, "fr", "en")
    made["category"], made["tone"] = "broadcast", "neutral"
    made["kind"], made["role"] = "broadcast", "brand"
    made["observed_at"] = end
    made["key"] = np.arange(next_key, next_key + n)
    made["parent"], made["root"] = -1, made["key"]

    wrote = made.loc[made.index.repeat(rng.poisson(plan.COMMENTS_PER_BROADCAST, n))]
    at = wrote["at"].to_numpy() + _later(rng, len(wrote), 200, 1.5)
    comments = _reply(wrote, at, "comment", "customer")
    comments["author"] = [f"o{i}" for i in rng.integers(0, 4 * n, len(wrote))]
    comments["tone"] = rng.choice(list(plan.TONES), len(wrote), p=[0.3, 0.3, 0.4])
    comments["category"] = np.where(comments["tone"] == "positive", "praise", "product_info")
    comments["question"] = (comments["tone"] == "neutral") & (rng.random(len(wrote)) < 0.7)
    comments["key"] = np.arange(next_key + n, next_key + n + len(comments))
    answered = comments[rng.random(len(comments)) < plan.COMMENT_ANSWERED]
    at = answered["at"].to_numpy() + _later(rng, len(answered), 90, 1.3)
    replies = _by_brand(_reply(answered, at, "later_answer", "brand"))
    replies["to_tone"], replies["turn"] = answered["tone"], 2
    replies["key"] = np.arange(len(replies)) + next_key + n + len(comments)
    posts = pd.concat([made, comments, replies], ignore_index=True)
    return posts[posts["at"] <= posts["observed_at"]].reset_index(drop=True)
