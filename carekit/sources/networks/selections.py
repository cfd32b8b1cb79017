"""How the posts of a network come to be in a file or a collection, where that limits what they tell."""

from __future__ import annotations

from carekit.dataset.manifest import Selection

_NO_REQUESTS = ("answer-rate", "first-response", "repeats", "definitions", "handoffs")

BRAND_THREADS = Selection(
    kind="brand_threads",
    why="Only conversations that the account began or joined are in it: posts that mention it and "
    "got no reply are missing.",
    cannot_answer=("answer-rate", "repeats", "definitions"),
)
CHANNEL_POSTS = Selection(
    kind="channel_posts_only",
    why="It holds what channels announced; what readers wrote there is not shown.",
    cannot_answer=_NO_REQUESTS,
)
COMPLAINTS = Selection(
    kind="complaints_only",
    why="It holds complaints to a regulator; what the company answered is told in one word.",
    cannot_answer=_NO_REQUESTS,
)
OWN_POSTS = Selection(
    kind="own_posts_only",
    why="It holds what one account wrote; what others wrote to it is missing.",
    cannot_answer=_NO_REQUESTS,
)
PAGE_POSTS = Selection(
    kind="page_posts_only",
    why="It holds what pages posted; what customers wrote there was never exported.",
    cannot_answer=_NO_REQUESTS,
)
REVIEWS_ALONE = Selection(
    kind="reviews_without_answers",
    why="The feed of the store holds reviews alone; what developers answered is not in it.",
    cannot_answer=_NO_REQUESTS,
)
FOUND = Selection(kind="search", why="Posts that a search found, with their threads.")
TAGGED = Selection(kind="hashtag", why="Posts with a hashtag, with their threads.")
LAST_WEEK = Selection(kind="search", why="Posts of the last seven days that match a search.")
