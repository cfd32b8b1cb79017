"""Google Play reviews as google-play-scraper writes them, with a column for the brand."""

from __future__ import annotations

from carekit.sources.files.any_csv import Preset, plan
from carekit.sources.files.formats import Drafts, Format, Options, Sample
from carekit.sources.files.table import TableFile

BRAND_COLUMNS = (
    "brand", "company", "firm", "app", "app_name", "appName", "app_id", "appId", "package",
    "package_name",
)  # fmt: skip
# The name that Google shows for everybody who hides theirs, in the languages of the store.
NOBODY = (
    "A Google user", "Un utilisateur de Google", "Ein Google-Nutzer", "Un usuario de Google",
    "Um usuário do Google", "Un utente di Google", "Een Google-gebruiker",
)  # fmt: skip

PRESET = Preset(
    columns={
        "post_id": ("reviewId",),
        "author_id": ("userName",),
        "text": ("content",),
        "rating": ("score",),
        "created_at": ("at",),
        "reply_text": ("replyContent",),
        "reply_created_at": ("repliedAt",),
        "brand": BRAND_COLUMNS,
    },
    needed=("post_id", "created_at", "rating", "reply_text", "reply_created_at"),
    network="google_play",
    surface="review",
    role="customer",
    anonymous=NOBODY,
)


def recognises(sample: Sample) -> bool:
    """True if the header holds the id, the stars and the answer of a review."""
    names = ("reviewId", "score", "replyContent", "repliedAt")
    return sample.header is not None and all(sample.header.find(n) is not None for n in names)


def drafts(table: TableFile, options: Options) -> Drafts:
    """The rows as drafts; `userImage` is left out, names that stand for many people too."""
    return plan(table, options, PRESET, format="google-play")


FORMAT = Format(
    name="google-play",
    what="Google Play reviews with answers (CSV)",
    recognises=recognises,
    drafts=drafts,
    title="Google Play reviews",
    network="google_play",
)
