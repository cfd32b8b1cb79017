"""Drafts become posts: pseudonyms, mentions, accounts, prefixes."""

from __future__ import annotations

import re

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.dataset.privacy import pseudonym
from carekit.dataset.schema import ACCOUNTS, NETWORKS, POSTS
from carekit.sources.door import Door
from carekit.sources.drafts import ARROW_SCHEMA, first_problem, select, strings
from carekit.sources.mentions import Grammar

KEY = bytes.fromhex("00" * 32)
NO_ACCOUNTS = pd.DataFrame(columns=ACCOUNTS.names)


def posts(
    *drafts: dict[str, object], known: pd.DataFrame = NO_ACCOUNTS
) -> tuple[pd.DataFrame, Door]:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        table = pa.Table.from_pylist(
            [{"nested": False, "visibility": "public"} | d for d in drafts], schema=ARROW_SCHEMA
        )
        con.register("given", table)
        door = Door(con, KEY, known)
        door.learn("given")
        door.remember()
        door.open()
        made = con.execute(door.posts("given", keep="TRUE", observed_at=0)).to_arrow_table()
        assert made.schema == POSTS.arrow_schema()
        return made.to_pandas().sort_values("post_id", ignore_index=True), door


def draft(n: int, **fields: object) -> dict[str, object]:
    return {"native_id": str(n), "network": "x", "author_role": "customer"} | fields


def mentions_by_regex(text: str, known: set[str]) -> str:
    """The rule for X again, in Python."""
    text = text.replace("＠", "@") if re.search("[@＠].*[@＠]", text, re.S) else text

    def one(match: re.Match[str]) -> str:
        if match[1].lower() in known:
            return match[0]
        return match[0][0] + pseudonym(KEY, "x", match[1].lower())

    return re.sub(r"(?<![A-Za-z0-9_])@([A-Za-z0-9_]+)", one, text)


TOKENS = st.lists(
    st.sampled_from(
        ["@acme", "@Acme", "@7", "@jane_d", "jane@example.org", " ", ",", "é", "@", "x"]
    ),
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(st.lists(TOKENS.map("".join), min_size=1, max_size=30))
def test_mentions_are_replaced_as_a_regular_expression_would(texts: list[str]) -> None:
    # Chains such as @a@b are the one difference: the door takes both for mentions.
    texts = [t for t in texts if not re.search(r"@\w+@", t)]
    brand = draft(1_000, author="ACME", author_role="brand", text="")
    frame, _ = posts(brand, *(draft(n, author="7", text=t) for n, t in enumerate(texts)))
    made = dict(zip(frame.post_id, frame.text, strict=True))
    for n, text in enumerate(texts):
        assert made[f"x:{n}"] == mentions_by_regex(text, {"acme"})


def test_a_known_account_keeps_its_name_and_gives_its_brand() -> None:
    known = pd.DataFrame([{"account": "AcmeHelp", "network": "x", "brand": "Acme"}])
    known = known.reindex(columns=ACCOUNTS.names)
    frame, door = posts(
        draft(1, author="7", text="hi @acmehelp"),
        draft(2, author="acmehelp", author_role=None, text="hi"),
        draft(3, author="8", author_role=None, text="hi"),
        known=known,
    )
    assert list(frame.author_role) == ["customer", "brand", "customer"]
    assert list(frame.account.fillna("-")) == ["AcmeHelp", "AcmeHelp", "-"]
    assert list(frame.brand.fillna("-")) == ["Acme", "Acme", "-"]
    assert list(frame.surface.fillna("-")) == ["mention", "-", "-"]
    assert door.accounts() == [{"account": "AcmeHelp", "network": "x", "brand": "Acme"}]


def test_ids_get_the_prefix_of_their_network() -> None:
    frame, _ = posts(
        draft(1, thread="1"),
        draft(2, network="reddit", reply_to="9", thread="9"),
    )
    assert list(frame.post_id) == ["reddit:2", "x:1"]
    assert list(frame.reply_to.fillna("-")) == ["reddit:9", "-"]
    assert list(frame.thread_id) == ["reddit:9", "x:1"]


def test_an_unknown_author_has_no_pseudonym_and_time_of_observation_is_kept() -> None:
    own = pd.Timestamp("2021-03-04", tz="UTC")
    frame, _ = posts(draft(1, observed_at=own), draft(2, author="Ann"))
    assert list(frame.author_id.isna()) == [True, False]
    assert list(frame.observed_at) == [own, pd.Timestamp(0, tz="UTC")]


def test_drafts_know_their_fields() -> None:
    with pytest.raises(KeyError, match="no such field of a draft: handle"):
        select({"handle": "c0"}, "t")
    assert first_problem(("a", "it's bad")) == "CASE WHEN a THEN 'it''s bad' END"
    assert strings([]) == "[]::VARCHAR[]"


def test_an_author_given_by_its_id_is_the_account_that_its_handle_is_known_as() -> None:
    known = pd.DataFrame([{"account": "acme.test", "network": "bluesky", "brand": "Acme"}])
    made, door = posts(
        draft(
            1, network="bluesky", author="did:plc:1", author_handle="Acme.test", author_role=None
        ),
        draft(2, network="bluesky", author="did:plc:2", author_handle="ann.test", author_role=None),
        draft(3, network="bluesky", author="did:plc:2", text="@acme.test hello", author_role=None),
        known=known.reindex(columns=ACCOUNTS.names),
    )
    assert list(made["author_role"]) == ["brand", "customer", "customer"]
    assert list(made["account"])[::2] == ["acme.test", "acme.test"]
    assert list(made["brand"])[::2] == ["Acme", "Acme"]
    assert list(made["author_id"])[1:] == [pseudonym(KEY, "bluesky", "did:plc:2")] * 2
    assert [a["account"] for a in door.accounts()] == ["acme.test"]
    assert "ann.test" not in made.to_csv()


@pytest.mark.parametrize(
    ("network", "text", "gone"),
    [
        ("x", "@\u200bann_smith hi", "ann_smith"),
        ("x", "@\u2060ann_smith", "ann_smith"),
        ("x", "@ann\u00adsmith", "smith"),
        ("x", "@ann\u200b_\u200bsmith hi", "smith"),
        ("x", "@bob @ann\u200b_\u200bsmith hi", "smith"),
        ("mastodon", "@ann\u200b_\u200bsmith@social.test", "smith"),
        ("reddit", "u/ann\u200b_\u200bsmith", "smith"),
        ("reddit", "u/\u200bann_smith", "ann_smith"),
        ("x", "﹫ann_smith", "ann_smith"),
        ("mastodon", "＠ann_smith hi", "ann_smith"),
        ("mastodon", "@ann\u200dsmith@social.test", "smith"),
        ("youtube", "@राहुल_शर्मा नमस्ते", "ाहुल"),
        ("youtube", "@นิดหน่อย", "หน่อย"),
        ("youtube", "@Andre\u0301_smith", "\u0301"),
        ("reddit", "see /u/ann_smith, u/bob_jones", "ann_smith"),
        ("reddit", "see /u/ann_smith, u/bob_jones", "bob_jones"),
        ("reddit", "u/ann_smith 👍🏽", "ann_smith"),
    ],
)
def test_no_spelling_of_a_mention_keeps_the_name(network: str, text: str, gone: str) -> None:
    frame, _ = posts(draft(1, network=network, author="7", text=text))
    assert gone not in frame.text[0]
    assert "@a_" in frame.text[0]


def test_what_is_no_mention_stays_as_it_came() -> None:
    texts = ["👩‍👩‍👧 @acme", "menu/list", "a@\u200b b", "tu/ne/sais", "u/@ann"]
    drafts = [draft(n, network="reddit", author="7", text=t) for n, t in enumerate(texts)]
    brand = draft(9, network="reddit", author="acme", author_role="brand", text="")
    frame, _ = posts(*drafts, brand)
    made = dict(zip(frame.post_id, frame.text, strict=True))
    assert [made[f"reddit:{n}"] for n in range(4)] == texts[:4]
    assert made["reddit:4"].startswith("u/@a_")


def test_each_way_of_reading_a_handle_stands_once_however_many_networks_share_it() -> None:
    # Nested once a network, the query for seven networks was of megabytes and did not end.
    few, many = Grammar(KEY), Grammar(KEY)
    few._networks = {"x", "mastodon", "youtube"}
    many._networks = {*NETWORKS, "x", "mastodon", "youtube"}
    for part in ("_pseudonymous", "_first_known", "_split_ready", "_unlinked"):
        assert len(getattr(many, part)()) < 4 * len(getattr(few, part)()), part
