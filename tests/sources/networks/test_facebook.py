"""Facebook: posts and comments of the Graph API, nested and paged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from carekit.dataset.privacy import pseudonym
from carekit.sources.networks.facebook import FAILED, SEED

KEY = bytes.fromhex("00" * 32)
PAGE = {"id": "100", "name": "Acme"}
TIME = "2024-05-01T12:00:00+0000"


def item(
    name: str, who: dict[str, str] | None = None, *nested: Any, **changes: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {"id": name, "message": f"text of {name}", "created_time": TIME}
    if who is not None:
        made["from"] = who
    if nested:
        made["comments"] = {"data": list(nested), "paging": {"cursors": {"after": "x"}}}
    return made | changes


ANN = {"id": "7", "name": "Ann Onymous"}
BOB = {"id": "8", "name": "Bob Smith"}
COMMENTS = {
    "data": [
        item("55_1", ANN, item("55_2", PAGE), comment_count=3),
        item("55_3", None, comment_count=0),
    ],
    "paging": {"next": "https://graph.facebook.com/…"},
}


def test_comments_of_a_post_with_their_answers(imported: Callable) -> None:
    made = imported("auto", COMMENTS, brand="Acme", accounts="100,facebook,Acme")
    assert made.report.format == "facebook"
    assert made.column("reply_to") == {"facebook:55_2": "facebook:55_1"}
    assert made.posts.author_role["facebook:55_2"] == "brand"
    assert made.posts.author_role["facebook:55_3"] == "customer"
    assert set(made.posts.brand) == {"Acme"}
    assert made.posts.isna().author_id["facebook:55_3"]
    assert made.posts.author_id["facebook:55_1"] == pseudonym(KEY, "facebook", "7")
    assert made.threads == {"facebook:55_1": (False, 2, "reply_count")}
    assert made.holds("Ann Onymous") == []


def test_the_page_may_be_listed_among_the_accounts(imported: Callable) -> None:
    made = imported("auto", COMMENTS, accounts="100,facebook,Acme Ltd")
    assert made.posts.author_role["facebook:55_2"] == "brand"
    assert made.posts.brand["facebook:55_2"] == "Acme Ltd"
    page = imported("auto", COMMENTS, brand="100", out="page")
    assert page.posts.author_role["facebook:55_2"] == "brand"


def test_a_name_proves_nothing(imported: Callable) -> None:
    namesake = {"id": "7777", "name": "Acme"}
    post = item("100_66", BOB, item("66_1", namesake))
    for options in ({}, {"brand": "Acme"}, {"accounts": "Acme,facebook,Acme"}):
        made = imported("auto", {"data": [post]}, out=f"d{len(str(options))}", **options)
        assert made.posts.author_role["facebook:66_1"] == "customer"
    named = imported("auto", {"data": [post]}, brand="Acme", out="named")
    assert any("bears the name of the brand" in w for w in named.report.warnings)


def test_what_was_asked_for_by_ids(imported: Callable) -> None:
    post = item("100_55", PAGE, shares={"count": 3})
    by_id = {
        "100_55": post | {"comments": {"data": [item("55_1", ANN)]}},
        "100_66": item("100_66", BOB),
    }
    made = imported("auto", by_id)
    assert made.report.format == "facebook"
    assert sorted(made.posts.index) == ["facebook:100_55", "facebook:100_66", "facebook:55_1"]
    comments = {"100_55": {"data": [item("55_1", ANN), item("55_2", PAGE)]}}
    made = imported("auto", comments, out="comments")
    assert list(made.posts.author_role) == ["customer", "brand"]
    assert set(made.posts.account) == {"100"}


FACEPAGER = """path;id;parent_id;level;object_id;object_type;query_status;query_time;query_type;message;\
created_time;from.name;from.id;comments.summary.total_count;error.message
1;1;;0;acme;seed;;;;;;;;;
1/2;2;1;1;100_5;data;OK<page>/posts;News;2024-03-01T08:00:00+0000;Acme;100;2;
1/2/3;3;2;2;5_1;data;OK<post>/comments;Why?;2024-03-01T09:00:00+0000;;;1;
1/2/3/4;4;3;3;5_2;data;OK<comment>/comments;Sorry;2024-03-01T10:00:00+0000;Acme;100;0;
1/2/5;5;2;2;5_3;data;OK<post>/comments;And?;2024-03-01T09:30:00+0000;Acme;7777;0;
1/2/6;6;2;2;;data;error (400);2024-03-20 10:00:00;Facebook:/<post>/comments;;;;;;limit
1/2/7;7;2;2;9;data;fetched (200);2024-03-20 10:00:00;YouTube:/comments;And?;2024-03-01T09:30:00+0000;;;;
1/2/8;8;2;2;5;offcut;OK<post>/comments;;;;;;
""".replace("\\\n", "").replace("OK", "fetched (200);2024-03-20 10:00:00;Facebook:/")


def test_a_table_of_facepager_is_read_as_the_json_of_the_page(imported: Callable) -> None:
    made = imported("auto", FACEPAGER)
    assert made.report.format == "facepager"
    assert made.posts.author_role.str[0].to_dict() == {
        "facebook:100_5": "b", "facebook:5_1": "c", "facebook:5_2": "b", "facebook:5_3": "c"
    }  # fmt: skip
    assert made.column("reply_to") == {"facebook:5_2": "facebook:5_1"}
    assert dict(made.report.left_out) == {SEED: 2, FAILED: 1}
    assert made.rejected == [("8", "a row of Facepager that is not of Facebook")]
    assert str(made.posts.observed_at["facebook:5_1"]) == "2024-03-20 10:00:00+00:00"


def test_comments_under_the_page_s_own_post_open_threads(imported: Callable) -> None:
    post = item("100_55", PAGE, item("55_1", ANN, item("55_2", PAGE)), shares={"count": 3})
    visit = item("100_66", BOB, item("66_1", PAGE), item("66_2", ANN))
    made = imported("auto", {"data": [post, visit]})
    assert made.column("reply_to") == {
        "facebook:55_2": "facebook:55_1",
        "facebook:66_1": "facebook:100_66",
        "facebook:66_2": "facebook:100_66",
    }
    roles = made.posts.author_role.str[0].to_dict()
    assert roles == {
        "facebook:100_55": "b",
        "facebook:55_1": "c",
        "facebook:55_2": "b",
        "facebook:100_66": "c",
        "facebook:66_1": "b",
        "facebook:66_2": "c",
    }
    assert set(made.posts.account) == {"100"}
    assert set(made.posts.brand) == {"Acme"}


def test_a_post_of_which_only_the_comments_were_asked_for(imported: Callable) -> None:
    made = imported(
        "auto", {"id": "100_55", "comments": {"data": [item("55_1", PAGE), item("55_2")]}}
    )
    assert list(made.posts.author_role) == ["brand", "customer"]
    assert set(made.posts.account) == {"100"}
    assert set(made.posts.brand) == {"Acme"}


def test_a_list_of_replies_that_goes_on_is_a_gap(imported: Callable) -> None:
    long = item("55_1", ANN)
    long["comments"] = {"data": [item("55_2", BOB)], "paging": {"next": "https://…"}}
    made = imported("auto", [long])
    assert made.threads == {"facebook:55_1": (False, None, "paging")}


def test_people_named_in_a_text_become_pseudonyms(imported: Callable) -> None:
    text = "Thanks Bob Smith and Acme"
    tags = [
        {"id": "8", "name": "Bob Smith", "type": "user", "offset": 7, "length": 9},
        {"id": "100", "name": "Acme", "type": "page", "offset": 21, "length": 4},
    ]
    for shape in (tags, {"7": tags[:1], "21": tags[1:]}):
        post = item("100_5", PAGE, item("5_1", ANN, message=text, message_tags=shape))
        made = imported("auto", [post], out=f"d{len(shape)}{isinstance(shape, dict)}")
        bob = pseudonym(KEY, "facebook", "8")
        assert made.posts.text["facebook:5_1"] == f"Thanks @{bob} and Acme"


def test_flat_lists_name_what_a_reply_answers(imported: Callable) -> None:
    made = imported("auto", "\n".join(
        map(json.dumps, [item("55_1", ANN), item("55_2", PAGE, parent={"id": "55_1"}), {"x": 1}, 3])
    ), brand="Acme")  # fmt: skip
    assert made.column("reply_to") == {"facebook:55_2": "facebook:55_1"}
    assert [line for line, _ in made.rejected] == ["3", "4"]


def test_long_chains_of_replies(imported: Callable) -> None:
    text, end = "", ""  # json.dumps has the limit that the importer must not have
    for n in range(2000):
        one = json.dumps(item(f"55_{n}", ANN))
        text += one[:-1] + ', "comments": {"data": ['
        end = "]}}" + end
    made = imported("auto", text + end)
    assert len(made.posts) == 2000
    assert made.posts.reply_to["facebook:55_1999"] == "facebook:55_1998"
