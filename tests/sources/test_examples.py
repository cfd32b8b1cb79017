"""Examples of functions of carekit/sources that are not on the face."""

import json

import pandas as pd

from carekit.sources.accounts import fold, network_name
from carekit.sources.collecting.limits import asked_wait, seconds_until
from carekit.sources.collecting.purging import purge_json
from carekit.sources.collecting.raw_files import file_name
from carekit.sources.collecting.secrets import Secrets
from carekit.sources.collecting.source import secret
from carekit.sources.drafts import select
from carekit.sources.files.encodings import guess
from carekit.sources.files.headers import Header
from carekit.sources.files.headings import folded
from carekit.sources.files.json_items import PER_LINE, place
from carekit.sources.files.records import read_records
from carekit.sources.files.rejecting import shown
from carekit.sources.files.text import decode, encoding
from carekit.sources.found import guarded, sound
from carekit.sources.gaps import whole
from carekit.sources.glance import Glance, bounds_of
from carekit.sources.identities import safe_id
from carekit.sources.json_text import decode_deep, dumps, loads
from carekit.sources.networks import app_store, google_play
from carekit.sources.networks.fourcat import network_of
from carekit.sources.networks.mastodon import posts as mastodon
from carekit.sources.networks.mastodon.posts import full_handle, instance_of
from carekit.sources.networks.telegram import text_of
from carekit.sources.networks.values import (
    address,
    ident,
    inner,
    language,
    moment,
    number,
    plain_text,
    records,
    somebody,
    unescaped,
    utc,
    words,
)
from carekit.sources.sites import plain, site_of
from carekit.sources.surveys.ages import read_bands
from carekit.sources.surveys.identifiers import is_identifier
from carekit.sources.surveys.naming import slug
from carekit.sources.surveys.questions import read_numbers
from carekit.sources.surveys.sets import common_wording
from carekit.sources.surveys.ticks import find_blocks, guess_separator, read_ticks, whole_options


def test_example_of_fold():
    assert (fold("x", "SprintCare"), fold("youtube", "UCxY")) == ("sprintcare", "UCxY")


def test_example_of_network_name():
    assert (network_name(" Twitter ")) == "x"


def test_example_of_seconds_until():
    assert (seconds_until("30", now=0), seconds_until("1700000060", now=1_700_000_000)) == (
        30.0,
        60.0,
    )
    assert (seconds_until("2023-11-14T22:14:20Z", now=1_700_000_000)) == 60.0
    assert (seconds_until("Tue, 14 Nov 2023 22:14:20 GMT", now=1_700_000_000)) == 60.0


def test_example_of_asked_wait():
    assert (asked_wait({"retry-after": "2", "ratelimit-reset": "60"}, now=0)) == 2.0
    assert (asked_wait({}, '{"backoff": 10}', now=0)) == 10.0


def test_example_of_purge_json():
    assert (
        purge_json('[{"id": "a\\/1", "text": "Help"}, {"id": "2"}]', {"a/1"}, id_fields=["id"])
    ) == '[{"id": "a/1", "purged": true}, {"id": "2"}]'


def test_example_of_file_name():
    assert (file_name(3)) == "pages-00003.jsonl.gz"


def test_example_of_secrets():
    made = Secrets()
    made.know("ab/cdef")
    assert (
        made.without("key ab/cdef, ab\\/cdef, %61b%2Fcdef")
    ) == "key [secret], [secret], [secret]"


def test_example_of_secret(monkeypatch):
    monkeypatch.setenv("CAREKIT_EXAMPLE_TOKEN", " t ")
    assert (secret("CAREKIT_EXAMPLE_TOKEN")) == "t"


def test_example_of_select():
    assert (
        (select({"native_id": "c0"}, "t")[:75])
        == 'SELECT NULL::BIGINT AS "line", FALSE AS "nested", c0 AS "native_id", NULL::'
    )


def test_example_of_guess():
    assert (guess("Réponse reçue à la réclamation".encode("mac_roman"))) == "mac_roman"
    assert (guess("Ужасный сервис, жду неделю".encode("cp1251"))) == "cp1251"


def test_example_of_folded():
    assert (folded("Date de création"), folded("in_reply_to"), folded("ID-Auteur")) == (
        "date de creation",
        "in reply to",
        "id auteur",
    )


def test_example_of_place():
    assert (place(12 * PER_LINE), place(PER_LINE + 4)) == ("12", "1, item 5")


def test_example_of_read_records():
    records = read_records(['1,"a\n', 'b"\n', ",\n", "2\n"], delimiter=",", n_fields=2)
    assert [(r.line, r.fields, r.problem) for r in records] == [
        (1, ["1", "a\nb"], None),
        (3, None, "empty row"),
        (4, None, "expected 2 fields, found 1"),
    ]


def test_example_of_shown():
    assert (shown("created_at is no time that can be read", "31 février 2024")) == "31 février 2024"
    assert (shown("created_at is no time that can be read", "Paul Martin 2")) == ""


def test_example_of_encoding():
    assert (encoding("id,text".encode("utf-16")), encoding(b"id,text")) == ("utf-16", "utf-8")


def test_example_of_decode():
    assert (decode("é".encode()), decode("é".encode("cp1252")), decode("é".encode() + b"\xff")) == (
        ("é", None),
        ("é", "cp1252"),
        ("é\ufffd", "replaced"),
    )


def test_example_of_guarded():
    assert (
        repr(guarded(lambda item: iter([{"native_id": item["id"]}]), ["no", "object"]))
        == "[Problem(reason='an item built in a way that the format does not know')]"
    )


def test_example_of_sound():
    assert (
        sound({"native_id": "1", "author": ["ann"], "n_replies": 2**70, "text": "a\ud800"})
    ) == {"native_id": "1", "author": None, "n_replies": None, "text": "a\ufffd"}


def test_example_of_whole():
    assert (whole("reddit", "t3_a").n_missing) == 0


def test_example_of_bounds_of():
    assert (bounds_of(Glance(n=10, n_answered=4), 2)) == (0.3333333333333333, 0.6)


def test_example_of_safe_id():
    key = b"0123456789abcdef"
    assert (
        safe_id(key, "x", "1440000000000000001"),
        safe_id(key, "bluesky", "at://did:plc:u/post/k"),
    ) == ("1440000000000000001", "p_c2e66ec966b68872")


def test_example_of_loads():
    assert (len(loads("[" * 5000 + "]" * 5000)), loads("9" * 20)) == (1, "99999999999999999999")


def test_example_of_dumps():
    text = '{"a": [' * 3000 + "1" + "]}" * 3000
    assert dumps(loads(text)) == text


def test_example_of_decode_deep():
    assert (
        repr(decode_deep('[{"a": 1}, {"b": 2, "c', 0))
        == "Deep(value=[{'a': 1}, {'b': 2, '\\x00torn': True}], end=22, broken=True, item=11)"
    )


def test_example_of_an_answer_of_the_app_store():
    assert (
        (
            app_store.answer_of("{'id': 1, 'body': 'Merci', 'modified': '2021-01-06T13:00:00Z'}")[
                "body"
            ]
        )
        == "Merci"
    )


def test_example_of_network_of():
    assert (network_of(Header(("id", "body", "replied_to_post"), ",", 1, True))) == "bluesky"


def test_example_of_an_answer_of_google_play():
    inside = json.dumps([[["r1"]], None, [None, "next"]])
    assert (
        google_play.answer_of(")]}'\n\n" + json.dumps([["wrb.fr", google_play.MARK, inside]]))
    ) == ([["r1"]], "next")


def test_example_of_full_handle():
    assert (
        full_handle("ann", "social.example"),
        full_handle("@Bob@other.example", "social.example"),
    ) == ("ann@social.example", "Bob@other.example")


def test_example_of_instance_of():
    assert (
        instance_of({"account": {"acct": "ann", "url": "https://social.example/@ann"}})
    ) == "social.example"


def test_example_of_the_words_of_a_status():
    assert (
        mastodon.plain_text(
            '<p><a href="u">@<span>ann</span></a> one<br>two &amp; three</p>',
            {"u": "ann@social.example"},
        )
    ) == "@ann@social.example one\ntwo & three"


def test_example_of_text_of():
    assert (
        text_of(["Hello ", {"type": "mention_name", "text": "Ann", "user_id": 7}, " !"])
    ) == "Hello @user7 !"


def test_example_of_inner():
    assert (inner({"a": {"b": 1}}, "a", "b"), inner({"a": [1]}, "a", "b")) == (1, None)


def test_example_of_ident():
    assert (ident(1440000000000000001), ident(" t3_a "), ident(3.0), ident(1.44e18), ident("")) == (
        "1440000000000000001",
        "t3_a",
        "3",
        None,
        None,
    )


def test_example_of_words():
    assert (words("a\ud800b\0"), words(3)) == ("a\ufffdb", None)


def test_example_of_somebody():
    assert (somebody("ann"), somebody("[deleted]"), somebody(" Utilisateur anonyme ")) == (
        "ann",
        None,
        None,
    )


def test_example_of_number():
    assert (number("12"), number(3.0), number(-1), number(True), number("many")) == (
        12,
        3,
        None,
        None,
        None,
    )


def test_example_of_moment():
    assert (str(moment("2024-05-01T12:00:00.123456789+0200")), str(moment("2024-05-01 12:00"))) == (
        "2024-05-01 10:00:00.123456+00:00",
        "2024-05-01 12:00:00",
    )
    assert (
        str(moment("Tue Oct 31 22:10:47 +0000 2017")),
        str(moment(1509487847)),
        moment("soon"),
    ) == ("2017-10-31 22:10:47+00:00", "2017-10-31 22:10:47+00:00", None)


def test_example_of_utc():
    assert (str(utc("2024-05-01t12:00:00.123456789+02:00")), utc(12)) == (
        "2024-05-01 10:00:00.123456+00:00",
        None,
    )


def test_example_of_language():
    assert (language("fr"), language("pt-BR"), language("und"), language(None)) == (
        "fr",
        "pt",
        None,
        None,
    )


def test_example_of_plain_text():
    assert (plain_text("<p>one<br>two &amp; three</p><p>four</p>")) == "one\ntwo & three\nfour"


def test_example_of_unescaped():
    assert (unescaped("a &amp; b &#" + "9" * 5000)[:7]) == "a & b &"


def test_example_of_address():
    assert (address("https://a.test/b").path, address("https://[").path) == ("/b", "")


def test_example_of_records():
    assert (list(records({"data": [{"id": 1}, [{"id": 2}]]}, "data"))) == [
        {"id": 1},
        {"id": 2},
    ]


def test_example_of_plain():
    assert (plain(" X (Twitter) "), plain("Message privé")) == ("x_twitter", "message_prive")


def test_example_of_site_of():
    assert (site_of("X (Twitter)"), site_of("Instagram DM"), site_of("Our board")) == (
        ("x", False, True),
        ("instagram", True, True),
        ("our_board", False, False),
    )


def test_example_of_read_bands():
    assert repr(read_bands("18-29, 30+")) == "[('18-29', 18, 29.0), ('30+', 30, inf)]"


def test_example_of_is_identifier():
    assert (
        is_identifier("IPAddress", pd.Series(["10.0.0.1"])),
        is_identifier("Q1", pd.Series(["Oui"])),
    ) == (True, False)


def test_example_of_slug():
    assert (slug("Réseaux sociaux (Facebook…)"), slug("2 ou 3")) == (
        "reseaux_sociaux_facebook",
        "n2_ou_3",
    )


def test_example_of_read_numbers():
    assert repr(read_numbers(pd.Series(["1,5", "2", None, "x"])).tolist()) == "[1.5, 2.0, nan, nan]"


def test_example_of_common_wording():
    assert (common_wording(["Channels used: phone", "Channels used: post"])) == "Channels used: "


def test_example_of_find_blocks():
    cells = pd.DataFrame({"used[phone]": ["1", "0"], "used[chat]": ["0", "0"], "x": ["a", "b"]})
    assert (find_blocks(cells, list(cells))) == {
        "used": {"used[phone]": "phone", "used[chat]": "chat"}
    }


def test_example_of_read_ticks():
    cells = pd.DataFrame({"phone": ["Phone", None, None], "chat": [None, "Chat", None]})
    ticks, layout = read_ticks(cells, question="used", argument="codebook")
    assert repr((layout, ticks["phone"].tolist())) == "('columns', [True, False, <NA>])"


def test_example_of_guess_separator():
    assert (guess_separator(pd.Series(["phone; chat", "chat", "phone;mail", "mail; chat"]))) == ";"
    assert guess_separator(pd.Series(["Paris, France", "Lyon, France"])) is None


def test_example_of_whole_options():
    cells = pd.Series(["phone", "phone, e-mail, post", "e-mail, post", "web (app, site)"] * 3)
    assert (sorted(whole_options(cells, ","))) == ["e-mail, post", "phone", "web (app, site)"]
