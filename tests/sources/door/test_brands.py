"""Who is the brand: words of roles, accounts on their networks, notes, machines, other brands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import carekit
from carekit.sources.sites import site_of

from .conftest import Load, lines

HEADER = "post_id,author_role,author_id,created_at,text,reply_to"


def talk(customer: str, brand: str, n: int = 12, answered: int = 5) -> str:
    """`n` requests of a customer's role, `answered` of them answered by a brand's."""
    rows = []
    for i in range(n):
        day = f"2025-05-{1 + i:02d}"
        rows.append([f"q{i}", customer, f"c{i}", f"{day} 10:00", "?", ""])
        if i < answered:
            rows.append([f"a{i}", brand, "Team", f"{day} 11:00", f"oui {i}", f"q{i}"])
    return lines(HEADER, *rows)


@pytest.mark.parametrize(
    ("customer", "brand"),
    [
        ("Client", "Conseiller"), ("Internaute", "Community manager"), ("Usager", "SAV"),
        ("end-user", "Agent"), ("Contact", "Teammate"), ("Abonné", "Modérateur"),
        ("Kundin", "Mitarbeiter"), ("visitor", "operator"), ("inbound", "outbound"),
        ("Lead", "Admin"), ("CONSUMER", "Employee"), ("particulier", "Chargé de clientèle"),
    ],
)  # fmt: skip
def test_words_of_many_tools(load: Load, customer: str, brand: str) -> None:
    assert load(talk(customer, brand), network="facebook").rate() == (5, 12)


@pytest.mark.parametrize(
    ("customer", "brand", "roles"),
    [
        ("customer", "user", "user"), ("contact", "User", "user"), ("client", "utilisateur", None),
        ("user", "user", None), ("lead", "users", None),
    ],
)  # fmt: skip
def test_user_is_asked_for_where_it_may_be_staff(
    load: Load, refusal: Callable[..., str], customer: str, brand: str, roles: str | None
) -> None:
    content = talk(customer, brand)
    assert "--roles user=brand or --roles user=customer" in refusal(content, network="email")
    if roles is not None:
        assert load(content, network="facebook", roles={roles: "brand"}).rate() == (5, 12)


def test_user_beside_an_agent_is_the_customer(load: Load) -> None:
    assert load(talk("user", "admin"), network="facebook").rate() == (5, 12)


@pytest.mark.parametrize("word", ["Ambassadeur", "客户", "N3", "Grp-Ext"])
def test_unknown_words_are_listed_and_refused(
    load: Load, refusal: Callable[..., str], word: str
) -> None:
    content = talk("Client", word)
    message = refusal(content, network="x")
    assert f"{word!r} × 5" in message
    assert f"--roles '{word}=customer'" in message
    assert load(content, network="x", roles={word: "brand"}).rate() == (5, 12)


def test_a_meaning_that_is_none_is_refused(refusal: Callable[..., str]) -> None:
    message = refusal(talk("Client", "Fan club"), network="x", roles={"Fan club": "brnad"})
    assert "expected customer, brand or other. Did you mean 'brand'?" in message


@pytest.mark.parametrize(
    ("name", "network", "private"),
    [
        ("X (Twitter)", "x", False), ("twitter.com", "x", False), ("Tweet", "x", False),
        ("Facebook Page", "facebook", False), ("Facebook Messenger", "facebook", True),
        ("Instagram DM", "instagram", True), ("LinkedIn Company Page", "linkedin", False),
        ("Message privé Instagram", "instagram", True), ("E-mail", "email", True),
        ("Google Maps", "google_my_business", False), ("WhatsApp", "whatsapp", True),
        ("YouTube comments", "youtube", False), ("Live chat", "chat", True),
        ("Forum des usagers", "forum_des_usagers", False),
    ],
)  # fmt: skip
def test_networks_as_tools_write_them(load: Load, name: str, network: str, private: bool) -> None:
    assert site_of(name)[:2] == (network, private)
    rows = [["1", "client", "c", "2025-05-01 10:00", "?", "", name]]
    made = load(lines(HEADER + ",network", *rows))
    assert list(made.posts.network) == [network]
    assert list(made.posts.visibility) == ["private" if private else "public"]


def test_an_account_counts_on_every_label_of_its_network(load: Load) -> None:
    labels = ["Facebook Page", "FB", "facebook.com", "X (formerly Twitter)", "Twitter"]
    rows = []
    for n, label in enumerate(labels):
        rows.append([f"q{n}", "", f"c{n}", "2025-05-01 10:00", "@zelt ?", "", label])
        rows.append([f"a{n}", "", "Zelt", "2025-05-01 12:00", "ja", f"q{n}", label])
    content = lines(HEADER.replace("author_role,", "x,") + ",network", *rows)
    accounts = "account,network,brand\nzelt,Facebook,Zelt\nzelt,Twitter,Zelt\n"
    assert load(content, accounts=accounts).rate() == (5, 5)


def test_an_account_that_is_listed_elsewhere_is_told(load: Load) -> None:
    rows = [["1", "", "zelt", "2025-05-01 10:00", "hallo", "", "TikTok"],
            ["2", "", "zelt", "2025-05-01 10:00", "hallo", "", "X"]]  # fmt: skip
    made = load(
        lines(HEADER.replace("author_role,", "x,") + ",network", *rows),
        accounts="account,network,brand\nzelt,x,Zelt\n",
    )
    words = "1 post on tiktok is by 'zelt', which the accounts list on x only"
    assert made.said(words)
    assert words in " ".join(carekit.answer_rate(made.dataset).facts.notes)


def test_a_rate_without_a_brand_says_so(load: Load) -> None:
    rows = [[f"q{i}", "client", f"c{i}", "2025-05-01 10:00", "?", ""] for i in range(3)]
    made = load(lines(HEADER, *rows), network="x")
    words = "No post here is by a brand: an answer rate of 0 says only that"
    assert words in " ".join(carekit.answer_rate(made.dataset).facts.notes)
    answer = ["a0", "brand", "zelt", "2025-05-01 11:00", "oui", "q0"]
    later = load(lines(HEADER, answer), network="x")
    assert words not in " ".join(carekit.answer_rate(later.dataset).facts.notes)
    # A file of reviews has a place for answers: there nobody answered.
    bare = load(lines("post_id,created_at,rating,text,reply_text,reply_created_at",
                      ["1", "2025-05-01", 2, "bof", "", ""]),
                network="trustpilot", brand="Zelt", out="e")  # fmt: skip
    assert words not in " ".join(carekit.answer_rate(bare.dataset).facts.notes)


def test_who_is_an_agent_is_not_known(load: Load) -> None:
    ticket = {"id": 1, "requester_id": 7, "created_at": "2025-05-01T10:00:00Z", "comments": [
        {"id": 11, "author_id": 7, "body": "?", "created_at": "2025-05-01T10:00:00Z"},
        {"id": 12, "author_id": 9, "body": "moi aussi", "created_at": "2025-05-01T11:00:00Z"}]}  # fmt: skip
    made = load({"tickets": [ticket]}, format="zendesk", name=".json", brand="Zelt")
    notes = " ".join(carekit.answer_rate(made.dataset).facts.notes)
    assert "if he is in copy, too many requests count as answered" in notes


@pytest.mark.parametrize("word", ["internal", "Note interne", "private note"])
def test_notes_among_colleagues_are_no_answers(load: Load, word: str) -> None:
    header = HEADER + ",visibility"
    rows = [["q", "client", "c", "2025-05-01 10:00", "?", "", "public"],
            ["n", "agent", "Ines", "2025-05-01 10:05", "voir avec N2", "q", word],
            ["r", "client", "d", "2025-05-01 10:00", "?", "", "public"],
            ["a", "agent", "Ines", "2025-05-01 10:50", "bonjour", "r", "public"]]  # fmt: skip
    made = load(lines(header, *rows), network="facebook")
    assert made.rate(definition="zendesk") == (1, 2)
    assert made.posts.author_role["facebook:n"] == "other"


@pytest.mark.parametrize(
    ("name", "hidden"), [("private", "true"), ("is_public", "False"), ("interne", "oui")]
)
def test_columns_that_say_yes_or_no_tell_notes(load: Load, name: str, hidden: str) -> None:
    shown = {"true": "false", "False": "True", "oui": "non"}[hidden]
    rows = [["q", "client", "c", "2025-05-01 10:00", "?", "", shown],
            ["n", "agent", "Ines", "2025-05-01 10:05", "voir", "q", hidden]]  # fmt: skip
    made = load(lines(f"{HEADER},{name}", *rows), network="facebook", mapping={"visibility": name})
    assert made.rate(definition="zendesk") == (0, 1)


ROBOT = "Merci de votre message ! Nos équipes vous répondent sous {h} h (dossier {n})."


@pytest.mark.parametrize(
    ("text", "seconds", "is_automatic"),
    [
        (ROBOT, 3, True),
        ("Hello {name}, we got your message and will be back soon.", 20, True),
        ("@{name} Thanks for reaching out! An agent will reply.", 1, True),
        ("Danke, wir melden uns.", 300, False),  # a person may paste, but not within seconds
        ("Réponse propre au cas {word}", 3, False),
    ],
)
def test_automatic_answers_are_found_and_can_be_left_out(
    load: Load, text: str, seconds: int, is_automatic: bool
) -> None:
    rows = []
    for i in range(20):
        day = f"2025-05-{1 + i:02d}"
        rows.append([f"q{i}", "customer", f"c{i}", f"{day} 08:00:00", "?", ""])
        words = text.format(h=24, n=100 + i, name=f"Kim{i}", word=chr(97 + i) * 4)
        minute, second = divmod(seconds, 60)
        rows.append(
            [f"r{i}", "brand", "zelt", f"{day} 08:{minute:02d}:{second:02d}", words, f"q{i}"]
        )
        if i < 4:
            rows.append([f"p{i}", "brand", "zelt", f"{day} 15:00:00", f"Votre cas {i}", f"q{i}"])
    content = lines(HEADER, *rows)
    made = load(content, network="facebook", brand="Zelt")
    assert made.rate() == (20, 20)
    sentence = "20 answers are one text within"
    assert made.said(sentence) == is_automatic
    notes = " ".join(carekit.answer_rate(made.dataset).facts.notes)
    assert ("With them 20 of 20 requests are answered (100.0%), by people 4 (20.0%)" in notes) == (
        is_automatic
    )
    left = load(content, network="facebook", brand="Zelt", without_automatic=True, out="e")
    assert left.rate() == ((4, 20) if is_automatic else (20, 20))


def test_another_brand_is_told_apart(load: Load) -> None:
    header = HEADER + ",brand"
    rows = [["q1", "customer", "c", "2025-05-01 10:00", "?", "", "Zelt"],
            ["q2", "customer", "d", "2025-05-01 10:00", "?", "", "Zelt"],
            ["q3", "customer", "e", "2025-05-01 10:00", "?", "", "Zelt"],
            ["a1", "brand", "zelt", "2025-05-01 12:00", "ja", "q1", "Zelt"],
            ["b2", "brand", "yurt", "2025-05-01 10:30", "nehmt uns", "q2", "Yurt"],
            ["b3", "brand", "yurt", "2025-05-01 10:30", "nehmt uns", "q3", "Yurt"],
            ["a3", "brand", "zelt", "2025-05-01 13:00", "hier", "q3", "Zelt"]]  # fmt: skip
    made = load(lines(header, *rows), network="facebook")
    assert made.rate() == (2, 3)
    rates = carekit.answer_rate(made.dataset)
    assert rates.facts.left_out["answers by another brand than was asked"] == 1
    # Of several repliers the brand that was asked counts, and its own time.
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 150


def test_brands_of_one_firm_are_joined_by_the_list_of_accounts(load: Load) -> None:
    header = HEADER + ",network,brand,account"
    rows = [["q1", "client", "c", "2025-05-01 10:00", "?", "", "x", "Zelt", "zelt"],
            ["q2", "client", "d", "2025-05-01 10:00", "?", "", "x", "Zeltino", "zeltino"],
            ["a2", "marque", "zelt", "2025-05-01 11:00", "ja", "q2", "x", "Zelt", "zelt"]]  # fmt: skip
    listed = "Compte;Réseau;Marque\nzelt;X;Gruppe Zelt\nzeltino;Twitter;Gruppe Zelt\n"
    made = load(lines(header, *rows), accounts=listed)
    assert set(made.posts.brand) == {"Gruppe Zelt"}
    assert made.rate(by="brand") == (1, 2)
