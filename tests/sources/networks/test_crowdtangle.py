"""CrowdTangle: posts of pages, whose comments are counted and never given."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.errors import SelectionError
from carekit.measures.answers import answer_rate

ROW = {
    "Page Name": "Acme",
    "User Name": "acmehelp",
    "Facebook Id": "100",
    "Post Created": "2021-04-05 13:44:54 EDT",
    "Type": "Status",
    "Total Interactions": "1,234",
    "Likes": "3",
    "Comments": "1,050",
    "URL": "https://www.facebook.com/100/posts/55",
    "Message": "We are sorry",
}


def table(*rows: dict[str, Any]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def test_times_of_both_halves_of_the_year(imported: Callable) -> None:
    winter = ROW | {
        "Post Created": "2021-01-05 13:44:54 EST",
        "URL": "https://x.test/100/posts/56/",
    }
    old = ROW | {"URL": "https://www.facebook.com/story.php?story_fbid=57&id=100", "Comments": "0"}
    made = imported("auto", table(ROW, winter, old))
    assert made.report.format == "crowdtangle"
    assert made.posts.created_at.astype(str).to_dict() == {
        "facebook:55": "2021-04-05 17:44:54+00:00",
        "facebook:56": "2021-01-05 18:44:54+00:00",
        "facebook:57": "2021-04-05 17:44:54+00:00",
    }
    assert set(made.posts.author_role) == {"brand"}
    assert set(made.posts.account) == {"acmehelp"}
    assert set(made.posts.brand) == {"Acme"}
    assert made.threads == {
        "facebook:55": (False, 1050, "reply_count"),
        "facebook:56": (False, 1050, "reply_count"),
    }


def test_instagram_and_rows_that_cannot_be_read(imported: Callable) -> None:
    photo = ROW | {"URL": "https://www.instagram.com/p/CODE/"}
    rows = [photo, ROW | {"URL": ""}, ROW | {"Post Created": "2021-04-05 13:44:54 CET"}, photo]
    made = imported("crowdtangle", table(*rows))
    assert list(made.posts.index) == ["instagram:CODE"]
    assert made.rejected == [
        ("3", "URL does not end in the id of a post"),
        ("4", "Post Created names a time zone other than EST and EDT"),
    ]
    assert (made.report.n_again, made.report.n_seen_again) == (1, 1)


def test_answer_rates_are_refused(imported: Callable) -> None:
    made = imported("crowdtangle", table(ROW))
    with pytest.raises(SelectionError, match="its selection is 'page_posts_only'"):
        answer_rate(open_dataset(made.path))
