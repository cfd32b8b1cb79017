"""Reviews with the answers of owners: tables and interfaces of many sites, all read alike."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

import carekit
from carekit.errors import CarekitError
from carekit.sources.networks.reviews import BARE


def table(head: str, *rows: str, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A table of a head and rows, both split at |."""
    out = io.StringIO(newline="")
    made = csv.writer(out, delimiter=delimiter)
    made.writerows(line.split("|") for line in (head, *rows))
    return out.getvalue().encode(encoding)


CONSOLE = (
    "Package Name|App Version Code|App Version Name|Reviewer Language|Device|"
    "Review Submit Date and Time|Review Submit Millis Since Epoch|Review Last Update Date and Time|"
    "Review Last Update Millis Since Epoch|Star Rating|Review Title|Review Text|"
    "Developer Reply Date and Time|Developer Reply Millis Since Epoch|Developer Reply Text|Review Link"
)
LINK = (
    "http://play.google.com/console/developers/1/app/2/user-feedback/review-details?reviewId={}&c=P"
)


def console(n: int, text: str, reply: str = "", link: str | None = None) -> str:
    at = f"2024-03-{n:02d}T08:00:00Z"
    answered = f"2024-03-{n:02d}T10:00:00Z" if reply else ""
    link = (LINK.format(f"gp%3A{n}") if text else "") if link is None else link
    return (
        f"com.acme.app|12|1.2|fr|a06|{at}|1|{at}|1|{n % 5 + 1}||{text}|{answered}||{reply}|{link}"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_the_play_console_gives_reviews_and_sets_bare_ratings_apart(
    encoding: str, delimiter: str, imported: Callable
) -> None:
    content = table(
        CONSOLE, console(1, "it crashes", "sorry"), console(2, "good"), console(3, ""), console(4, ""),
        console(5, "old", "thanks", "https://p.test/?account=1#ReviewDetailsPlace:p=a&reviewid=gp:5"),
        delimiter=delimiter, encoding=encoding,
    )  # fmt: skip
    made = imported("auto", content)
    assert made.report.format == "play-console"
    assert dict(made.report.left_out) == {BARE: 2}
    assert sorted(made.posts.index) == [
        f"google_play:gp:{n}" for n in ("1", "1#reply", "2", "5", "5#reply")
    ]
    assert made.column("reply_to") == {
        "google_play:gp:1#reply": "google_play:gp:1", "google_play:gp:5#reply": "google_play:gp:5"
    }  # fmt: skip
    assert set(made.posts.brand) == {"com.acme.app"}
    assert set(made.posts.surface) == {"review"}
    assert imported("auto", content, brand="Acme", out="b").posts.brand.unique() == ["Acme"]


def test_a_review_of_the_console_without_its_link_has_an_id_of_its_own(imported: Callable) -> None:
    rows = [console(1, "text", link=""), console(2, "text", link=""), console(1, "text", link="")]
    made = imported("auto", table(CONSOLE, *rows))
    assert len(made.posts) == 2
    assert made.posts.index.str.fullmatch(r"google_play:r_[0-9a-f]{16}").all()


OUTSCRAPER = (
    "name|review_id|author_title|review_text|owner_answer|owner_answer_timestamp_datetime_utc|"
    "review_rating|review_datetime_utc"
)
APIFY = "title|reviewId|name|text|publishedAtDate|stars|responseFromOwnerText|responseFromOwnerDate"
TRUSTPILOT = (
    "Review Id|Review Created (UTC)|Review Consumer User Id|Review Title|Review Content|Review Stars|"
    "Domain URL|Company Reply Date (UTC)"
)
SCRAPED = "id|published_date|reviewer_name|title|text|rating|company_reply_text|company_reply_date|company"


@pytest.mark.parametrize(
    ("head", "rows", "network"),
    [
        (
            OUTSCRAPER,
            [
                "Acme|r1|Ann|slow|Sorry|2024-03-01 10:00:00|1|2024-03-01 08:00:00",
                "Acme|r2|Bob|fine|||5|2024-03-02 08:00:00",
                "Acme|r3|Eve||||4|2024-03-03 08:00:00",
            ],
            "google_maps",
        ),
        (
            APIFY,
            [
                "Acme|r1|Ann|slow|2024-03-01T08:00:00.000Z|1|Sorry|2024-03-01T10:00:00.000Z",
                "Acme|r2|Bob|fine|2024-03-02T08:00:00.000Z|5||",
                "Acme|r3|Eve||2024-03-03T08:00:00.000Z|4||",
            ],
            "google_maps",
        ),
        (
            TRUSTPILOT,
            [
                "r1|2024-03-01 08:00:00|u1|Bad|slow|1|Acme|2024-03-01 10:00:00",
                "r2|2024-03-02 08:00:00|u2|Fine||5|Acme|",
                "r3|2024-03-03 08:00:00|u3|||4|Acme|",
            ],
            "trustpilot",
        ),
        (
            SCRAPED,
            [
                "r1|2024-03-01T08:00:00Z|Ann|Bad|slow|1|Sorry|2024-03-01T10:00:00Z|Acme",
                "r2|2024-03-02T08:00:00Z|Bob||fine|5|||Acme",
                "r3|2024-03-03T08:00:00Z|Eve|||4|||Acme",
            ],
            "trustpilot",
        ),
    ],
)
def test_tables_of_review_sites(
    head: str, rows: list[str], network: str, imported: Callable
) -> None:
    made = imported("auto", table(head, *rows))
    assert made.report.format == "reviews"
    bare = {f"{network}:r3"} if network == "google_maps" else set()  # its owner can answer it
    assert set(made.posts.index) - bare == {
        f"{network}:r1", f"{network}:r1#reply", f"{network}:r2"
    }  # fmt: skip
    assert set(made.posts.brand) == {"Acme"}
    assert made.posts.author_role[f"{network}:r1#reply"] == "brand"
    reply = made.posts.created_at[f"{network}:r1#reply"] - made.posts.created_at[f"{network}:r1"]
    assert reply.total_seconds() == 7200
    counted = dict(made.report.left_out) | dict(made.report.rejected)
    assert counted.get(BARE, 0) == 1 - len(bare)
    assert bare <= set(made.posts.index)


def test_repeats_without_ids_are_one_review(imported: Callable) -> None:
    head = "published_date|reviewer_name|title|text|rating|company_reply_text|company_reply_date|company"
    row = "2024-03-01T08:00:00Z|Ann|Bad|slow|1|||Acme"
    made = imported("auto", table(head, row, row, row.replace("Ann", "Bob")))
    assert len(made.posts) == 2
    assert made.posts.text.iloc[0] == "Bad\nslow"


GOOGLE = {"reviews": [
    {"reviewId": "r1", "reviewer": {"displayName": "Ann"}, "starRating": "ONE", "comment": "slow",
     "createTime": "2024-03-01T08:00:00Z",
     "reviewReply": {"comment": "Sorry", "updateTime": "2024-03-01T10:00:00Z"}},
    {"name": "accounts/1/locations/2/reviews/r2", "starRating": "FIVE", "comment": "fine",
     "reviewer": {"displayName": "A Google user"}, "createTime": "2024-03-02T08:00:00Z"},
    {"reviewId": "r3", "starRating": "FOUR", "createTime": "2024-03-03T08:00:00Z"},
]}  # fmt: skip
APPLE = {"data": [
    {"type": "customerReviews", "id": "r1", "attributes": {"rating": 1, "title": "Bad", "body": "slow",
     "reviewerNickname": "Ann", "createdDate": "2024-03-01T08:00:00-07:00"},
     "relationships": {"response": {"data": {"type": "customerReviewResponses", "id": "a1"}}}},
    {"type": "customerReviews", "id": "r2", "attributes": {"rating": 5, "body": "fine",
     "reviewerNickname": "Bob", "createdDate": "2024-03-02T08:00:00-07:00"}},
    {"type": "customerReviews", "id": "r3", "attributes": {"rating": 5, "createdDate":
     "2024-03-02T08:00:00-07:00"}},
], "included": [{"type": "customerReviewResponses", "id": "a1", "attributes": {
    "responseBody": "Sorry", "lastModifiedDate": "2024-03-01T10:00:00-07:00"}}]}  # fmt: skip
TRUST = {"reviews": [
    {"id": "r1", "stars": 1, "title": "Bad", "text": "slow", "language": "en",
     "createdAt": "2024-03-01T08:00:00Z", "consumer": {"id": "u1", "displayName": "Ann"},
     "companyReply": {"text": "Sorry", "createdAt": "2024-03-01T10:00:00Z"}},
    {"id": "r2", "stars": 5, "title": "Fine", "createdAt": "2024-03-02T08:00:00Z",
     "consumer": {"id": "u2"}},
    {"id": "r3", "stars": 5, "createdAt": "2024-03-02T08:00:00Z", "consumer": {"id": "u3"}},
]}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "network"), [(GOOGLE, "google_maps"), (APPLE, "app_store"), (TRUST, "trustpilot")]
)
def test_interfaces_of_owners(content: Any, network: str, imported: Callable) -> None:
    made = imported("auto", content, brand="Acme")
    assert made.report.format == "reviews-json"
    bare = {f"{network}:r3"} if network == "google_maps" else set()  # its owner can answer it
    assert set(made.posts.index) - bare == {
        f"{network}:r1", f"{network}:r1#reply", f"{network}:r2"
    }  # fmt: skip
    assert bare <= set(made.posts.index)
    assert dict(made.report.left_out) == ({} if bare else {BARE: 1})
    assert set(made.posts.rating.dropna()) == {1, 5} | ({4} if bare else set())
    assert made.holds("Ann", "Bob", "A Google user") == []


def played(n: int, *, node: bool) -> dict[str, Any]:
    """Review n as a scraper of Google Play writes it; every third is answered."""
    at, answered = f"2024-03-{n:02d}T08:00:00", n % 3 == 0
    reply, time = ("Sorry", f"2024-03-{n:02d}T10:00:00") if answered else (None, None)
    if node:
        return {"id": f"g{n}", "userName": "Ann", "date": f"{at}.000Z", "score": 1 + n % 5, "title":
                None, "text": "slow", "replyDate": time, "replyText": reply, "version": "2"}  # fmt: skip
    return {"reviewId": f"g{n}", "userName": "Ann", "content": "slow", "score": 1 + n % 5,
            "thumbsUpCount": 0, "at": at.replace("T", " "), "replyContent": reply, "repliedAt": time,
            "appId": "com.acme.app"}  # fmt: skip


@pytest.mark.parametrize("node", [False, True])
def test_scrapers_of_google_play_write_json_too(node: bool, imported: Callable) -> None:
    reviews = [played(n, node=node) for n in range(1, 13)]
    again = [*reviews, *reviews[:6]]  # pages that come twice
    content = {"data": again, "nextPaginationToken": None} if node else again
    made = imported("auto", content, brand="Acme" if node else None)
    assert (made.report.format, made.report.n_seen_again) == ("reviews-json", 8)
    posts = made.posts
    assert (posts.author_role.eq("customer").sum(), posts.author_role.eq("brand").sum()) == (12, 4)
    assert set(posts.network) == {"google_play"}
    assert set(posts.brand) == {"Acme" if node else "com.acme.app"}
    reply = posts.created_at["google_play:g3#reply"] - posts.created_at["google_play:g3"]
    assert reply.total_seconds() == 7200


def feed(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"feed": {"author": {"name": {"label": "iTunes Store"}}, "entry": list(entries)}}


def entry(n: int, text: str = "slow") -> dict[str, Any]:
    labels = {"updated": f"2024-03-{n:02d}T08:00:00-07:00", "im:rating": str(1 + n % 5),
              "id": f"9{n}", "title": f"Bad {n}", "content": text}  # fmt: skip
    made: dict[str, Any] = {name: {"label": label} for name, label in labels.items()}
    return made | {"author": {"name": {"label": "Ann"}, "uri": {"label": "u"}}}


def test_the_public_feed_of_the_app_store_has_no_answers(imported: Callable) -> None:
    app = {"im:name": {"label": "Acme"}, "id": {"label": "1"}, "title": {"label": "Acme"}}
    made = imported("auto", feed(app, entry(1), entry(2), entry(3), entry(2)), brand="Acme")
    assert (made.report.format, made.report.n_seen_again) == ("app-store-rss", 1)
    assert set(made.posts.index) == {"app_store:91", "app_store:92", "app_store:93"}
    assert made.posts.text["app_store:91"] == "Bad 1\nslow"
    assert made.posts.rating["app_store:92"] == 3
    assert dict(made.report.left_out) == {"the app itself, no review": 1}
    with pytest.raises(CarekitError, match="holds reviews alone"):
        carekit.answer_rate(carekit.open_dataset(made.report.out))


def test_one_odd_review_costs_one_review(imported: Callable) -> None:
    odd = GOOGLE["reviews"] + [{"starRating": ["x"]}, 7, {"reviewId": "r9", "starRating": 9}]
    made = imported("reviews-json", json.dumps({"reviews": odd}))
    assert len(made.posts) == 4
    assert len(made.rejected) == 3
