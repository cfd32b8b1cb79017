"""Kinds of files that went wrong in silence once, by other tools and in other languages."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

import carekit

from .conftest import Load, lines
from .test_tools import FB, HEADER, K, N, ask, day, each, reply, so, talk

X: dict[str, Any] = {"brand": "Zelt", "network": "x"}
H = "id,created_at,author_role,author_id,text,reply_to"
BASE = talk(HEADER, ask, reply)


def notes(made: Any) -> str:
    return " ".join(carekit.answer_rate(made.dataset).facts.notes)


def archive(files: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return made.getvalue()


def encoded(words: tuple[str, str, str, str], letters: str, encoding: str) -> bytes:
    """A table with these headings (id, date, role, text), and texts in the letters of the encoding."""
    rows = [[f"m{i}", f"{day(i)} 10:00", "client", f"{letters} {i}"] for i in range(N)]
    return lines(",".join(words), *rows).encode(encoding)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(BASE.encode("utf-16-le"), ".csv", id="UTF-16 without a mark"),
        pytest.param(BASE.encode("utf-16-be"), ".csv", id="UTF-16, the other way round"),
        pytest.param(BASE.replace(",", "\t"), ".csv", id="tabs under the name of commas"),
        pytest.param("sep=;\n" + BASE.replace(",", ";"), ".csv", id="a line about the delimiter"),
        pytest.param(BASE.replace("\n", "\r"), ".csv", id="returns alone"),
        pytest.param(gzip.compress(BASE.encode()), ".csv.gz", id="gzip"),
        pytest.param(archive({"export.csv": BASE, "__MACOSX/._export.csv": "x"}), ".zip", id="zip of a Mac"),
    ],
)  # fmt: skip
def test_wrappings_of_a_table(load: Load, content: Any, name: str) -> None:
    made = load(content, name=name, **X)
    assert made.rate() == (K, N)
    assert carekit.first_response(made.dataset).answered_median_minutes[0] == 90


@pytest.mark.parametrize(
    ("encoding", "letters"),
    [
        ("cp1250", "Dzień dobry, proszę o pomoc, paczka jeszcze nie dotarła"),
        ("shift_jis", "荷物がまだ届いていません。どうすればよいですか"),
        ("koi8-r", "Здравствуйте, где моя посылка, она не пришла"),
        ("cp1253", "Καλημέρα σας, πού είναι το δέμα μου παρακαλώ"),
        ("gb18030", "你好，我的包裹还没有到，请帮助我"),
        ("iso-8859-15", "Où est mon colis à 30 €, déçu, l'œuvre cassée"),
    ],
)
def test_texts_in_other_letters_are_read_or_their_encoding_is_asked_for(
    load: Load, encoding: str, letters: str
) -> None:
    content = encoded(("id", "date", "role", "text"), letters, encoding)
    told = load(content, **X, mapping={"author_role": "role"}, encoding=encoding)
    assert set(told.posts.text) == {f"{letters} {i}" for i in range(N)}
    found = load(content, **X, mapping={"author_role": "role"}, out="found")
    assert set(found.posts.text) == set(told.posts.text) or found.said("--encoding")


@pytest.mark.parametrize(
    ("header", "row", "options"),
    [
        ("Bewertungs-ID;ID;Datum;Sterne;Bewertung;Antwort des Inhabers;Datum der Antwort",
         lambda i: [i, f"r{i}", f"{1 + i}.03.2025", 2, f"x {i}", so(i, "ok"), so(i, f"{1 + i}.03.2025")],
         {"network": "google_my_business"}),
        ("ID reseña;ID;Fecha;Estrellas;Reseña;Respuesta;Fecha de respuesta",
         lambda i: [i, f"r{i}", f"{13 + i}/03/2025", 2, f"x {i}", so(i, "ok"), so(i, f"{13 + i}/03/2025")],
         {"network": "trustpilot"}),
        ("ID,Date,Rating,Review,Reply,Reply date",
         lambda i: [f"r{i}", f"{day(i)} 23:00", 2, f"x {i}", so(i, "ok"), so(i, day(i))],
         {"network": "app_store"}),
        ("Ticket ID,Date created,First reply date,Agent",
         lambda i: [i, day(i), so(i, day(i)), "Ana"], {"format": "tickets"}),
    ],
)  # fmt: skip
def test_of_days_nothing_is_said_below_a_day(
    load: Load, header: str, row: Callable[[int], list[object]], options: dict[str, Any]
) -> None:
    content = each(header, row, ";" if ";" in header else ",")
    made = load(content, brand="Zelt", **options)
    waits = carekit.first_response(made.dataset)
    assert made.rate() == (K, N)
    assert waits[["within_60_minutes", "answered_median_minutes"]].isna().all(axis=None)
    assert made.said("nothing shorter than a day can be said")


@pytest.mark.parametrize("network", ["facebook", "instagram", "linkedin", "tiktok"])
@pytest.mark.parametrize("header", [H, "ID;Datum;Rolle;Autor;Text;Antwort auf"])
def test_comments_under_a_page_s_own_post_are_requests(
    load: Load, network: str, header: str
) -> None:
    rows: list[list[object]] = [["p", f"{day(0)} 08:00", "marque", "zelt", "Neu!", ""]]
    rows += [[f"c{i}", f"{day(i)} 10:00", "client", f"k{i}", "?", "p"] for i in range(N)]
    rows += [[f"a{i}", f"{day(i)} 11:30", "marque", "zelt", "!", f"c{i}"] for i in range(K)]
    made = load(
        lines(header, *rows, delimiter=";" if ";" in header else ","), network=network, brand="Zelt"
    )
    assert made.rate() == (K, N)
    assert made.said("12 comments of customers stand under posts of a brand")


def machine(under: str) -> str:
    """An automatic answer to each of 20 requests; people answer 8, below `under`."""
    rows: list[list[object]] = []
    for i in range(20):
        rows.append([f"q{i}", f"{day(i)} 08:00:00", "customer", f"c{i}", "?", ""])
        rows.append(
            [f"b{i}", f"{day(i)} 08:00:03", "brand", "zelt", "Wir melden uns bald.", f"q{i}"]
        )
        if i < 8:
            words = f"Ihr Fall {chr(97 + i) * 3} ist da"
            rows.append([f"h{i}", f"{day(i)} 13:00:00", "brand", "zelt", words, f"{under}{i}"])
    return lines(H, *rows)


@pytest.mark.parametrize("under", ["q", "b"])
def test_people_answer_the_request_also_below_an_automatic_answer(load: Load, under: str) -> None:
    made = load(machine(under), **FB)
    assert made.rate() == (20, 20)
    assert "by people 8 (40.0%)" in notes(made)
    alone = load(machine(under), **FB, without_automatic=True, out="alone")
    assert alone.rate() == (8, 20)
    assert carekit.first_response(alone.dataset).answered_median_minutes[0] == 300


def thread(*between: list[object], under: str) -> str:
    """Requests with one post more below each; the brand answers that post."""
    rows: list[list[object]] = []
    for i in range(N):
        rows.append([f"q{i}", f"{day(i)} 10:00", "customer", f"c{i}", "?", ""])
        rows += [[f"p{i}", f"{day(i)} 10:00:05", *(f"c{i}" if c == "own" else c for c in b), f"q{i}"]
                 for b in between]  # fmt: skip
        if i < K:
            rows.append([f"a{i}", f"{day(i)} 11:30", "brand", "zelt", f"! {i}", f"{under}{i}"])
    return lines(H, *rows)


def test_answers_below_a_robot_s_post_are_said_and_read_when_told(load: Load) -> None:
    content = thread(["bot", "robo", "Danke!"], under="p")
    made = load(content, **FB)
    assert made.rate() == (0, N)
    assert "the answer rate is too low if these stand between" in notes(made)
    told = load(content, **FB, roles={"bot": "brand"}, without_automatic=True, out="told")
    assert told.rate() == (K, N)
    assert load(thread(["bot", "robo", "Danke!"], under="q"), **FB, out="q").rate() == (K, N)


def test_answers_below_a_second_post_of_the_customer_are_said(load: Load) -> None:
    made = load(thread(["customer", "own", "hier ein Bild"], under="p"), **FB)
    assert made.rate() == (0, N)
    assert "5 requests are answered below a later post of the same customer only" in notes(made)
    assert made.rate(definition="zendesk") == (K, N)
    other = load(thread(["customer", "ines", "ich auch"], under="p"), **FB, out="other")
    assert "a later post of the same customer" not in notes(other)


@pytest.mark.parametrize(
    ("asked", "answers"),
    [("Zelt", "ZELT"), ("Zelt ", "zelt"), ("Crédit Nord", "Credit-Nord"), ("L’Orée", "L’OREE")],
)
def test_spellings_of_one_brand_are_one(load: Load, asked: str, answers: str) -> None:
    rows = [[f"q{i}", f"{day(i)} 10:00", "customer", f"c{i}", "?", "", asked] for i in range(N)]
    rows += [
        [f"a{i}", f"{day(i)} 11:30", "brand", "z", f"! {i}", f"q{i}", answers] for i in range(K)
    ]
    made = load(lines(f"{H},brand", *rows), network="x")
    assert made.rate(by="brand") == (K, N)
    assert made.said("Spellings of one brand were joined")
    assert set(made.dataset.read("accounts").brand) == {asked.strip()}


@pytest.mark.parametrize("other", ["Zelt+", "Zelt AG", "Zeltino"])
def test_names_that_are_more_than_a_spelling_stay_two_and_are_said(load: Load, other: str) -> None:
    rows = [[f"q{i}", f"{day(i)} 10:00", "customer", f"c{i}", "?", "", "Zelt"] for i in range(N)]
    rows += [[f"a{i}", f"{day(i)} 11:30", "brand", "z", f"! {i}", f"q{i}", other] for i in range(K)]
    content = lines(f"{H},brand", *rows)
    made = load(content, network="x")
    assert made.rate() == (0, N)
    assert f"by another brand than was asked ({other}, and not Zelt)" in notes(made)
    joined = load(content, network="x", accounts="account,network,brand\nz,x,Zelt\n", out="one")
    assert joined.rate() == (K, N)


NOBODIES = (
    "[deleted]", "Facebook User", "Utilisateur Facebook", "Usuario de Facebook", "Utente di Facebook",
    "Facebook-Nutzer", "Usuário do Facebook", "Gebruiker van Facebook", "Gelöschter Nutzer",
    "Usuario eliminado", "Utente eliminato", "Verwijderde gebruiker", "Użytkownik Google", "匿名",
    "Silinmiş kullanıcı", "削除されたユーザー", "Guest", "Gość", "ゲスト",
)  # fmt: skip


@pytest.mark.parametrize("name", NOBODIES)
def test_who_hides_is_nobody_in_any_language(load: Load, name: str) -> None:
    rows = [[f"q{i}", f"{day(i)} 10:00", "customer", name, "?", ""] for i in range(3)]
    made = load(lines(H, *rows), **FB)
    assert made.posts.author_id.isna().all()


@pytest.mark.parametrize(
    ("told", "stars"),
    [
        ("4/5", 4), ("4 / 5", 4), ("2 étoiles", 2), ("3 Sterne", 3), ("1 estrella", 1), ("★★★★☆", 4),
        ("⭐⭐", 2), ("FIVE", 5), ("3 out of 5", 3), ("4,0 von 5", 4), ("5 stelle su 5", 5), ("2.0", 2),
    ],
)  # fmt: skip
def test_ratings_as_tools_write_them(load: Load, told: str, stars: int) -> None:
    rows = [[f"r{i}", day(i), told, f"x {i}", ""] for i in range(3)]
    made = load(
        lines("Review ID,Date,Rating,Review,Reply", *rows), brand="Zelt", network="trustpilot"
    )
    assert set(made.posts.rating) == {stars}


@pytest.mark.parametrize("told", ["9", "4.5", "4/10", "50", "0"])
def test_ratings_of_another_scale_are_refused(refusal: Callable[..., str], told: str) -> None:
    rows = [[f"r{i}", day(i), told if i else "3", f"x {i}", ""] for i in range(3)]
    content = lines("Review ID,Date,Rating,Review,Reply", *rows)
    mapping = {"rating": "Rating"}
    message = refusal(content, brand="Zelt", network="trustpilot", mapping=mapping)
    assert "rating is no whole number from 1 to 5" in message


@pytest.mark.parametrize(
    ("name", "network", "private"),
    [
        ("Instagram Kommentar", "instagram", False), ("Nachricht (Facebook)", "facebook", False),
        ("Mensagem direta do Instagram", "instagram", True), ("Privébericht Facebook", "facebook", True),
        ("FB-PN", "facebook", True), ("Google-Rezension", "google_my_business", False),
        ("Reseña de Google", "google_my_business", False), ("Correo electrónico", "email", True),
        ("Posta elettronica", "email", True), ("Telefono", "phone", True), ("Kontaktformular", "web", True),
        ("LinkedIn InMail", "linkedin", True), ("Apple Business Chat", "chat", True),
        ("Trustpilot-Bewertung", "trustpilot", False), ("Mensaje directo", "mensaje_directo", True),
        ("Wiadomość prywatna", "wiadomosc_prywatna", True), ("インスタグラム", "インスタグラム", False),
    ],
)  # fmt: skip
def test_networks_in_further_languages(load: Load, name: str, network: str, private: bool) -> None:
    made = load(lines(H + ",network", ["1", f"{day(0)} 10:00", "client", "c", "?", "", name]))
    assert list(made.posts.network) == [network]
    assert list(made.posts.visibility) == ["private" if private else "public"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("Deutsch", "de"), ("anglais", "en"), ("Español", "es"), ("pt-BR", "pt"), ("FR", "fr"),
     ("zh_Hant", "zh"), ("日本語", "ja"), ("Klingon", "Klingon")],
)  # fmt: skip
def test_languages_by_name_become_codes(load: Load, name: str, code: str) -> None:
    made = load(
        lines(f"{H},Language", ["1", f"{day(0)} 10:00", "client", "c", "?", "", name]), **FB
    )
    assert list(made.posts.lang) == [code]


@pytest.mark.parametrize(
    "text",
    [
        "Paczka nadal nie dotarła i nikt nie odpowiada na moje wiadomości",
        "A encomenda ainda não chegou e ninguém responde às minhas mensagens",
        "Il pacco non è ancora arrivato e nessuno risponde ai miei messaggi",
        "荷物がまだ届いていませんし、誰も返事をくれません",
    ],
)
def test_languages_without_rules_are_missing_and_never_neutral(load: Load, text: str) -> None:
    rows = [[f"q{i}", f"{day(i)} 10:00", "client", f"c{i}", t, ""]
            for i, t in enumerate([text] * 6 + ["This is terrible, my parcel never came"] * 6)]  # fmt: skip
    made = load(lines(H, *rows), **FB)
    tone = carekit.categories(made.dataset).set_index("category").loc["negative"]
    assert (int(tone.n), int(tone.n_missing), float(tone.estimate)) == (6, 6, 1.0)


@pytest.mark.parametrize(
    "above",
    [
        "Rapport : mentions\nMarque : Zelt\nPériode : du 01/03/2025 au 31/03/2025\n\n",
        "Talkwalker Export,,,,\nProjekt,Zelt,,,\nZeitraum,März 2025,,,\n,,,,\n",
        "Sprinklr Reporting\n\"Exported by\",\"Ana\"\n\"Time zone\",\"UTC\"\n\n\n",
        "Informe de mensajes\nCuenta: Zelt\n",
    ],
)  # fmt: skip
def test_lines_above_the_header_in_further_languages(load: Load, above: str) -> None:
    made = load(above + BASE, **X)
    assert made.rate() == (K, N)
    assert made.said("its header was found in line")


@pytest.mark.parametrize(
    ("header", "marks"),
    [(f"{H},is_retweet", ("FALSE", "TRUE")), (f"{H},Type", ("Tweet", "Retweet")), (H, ("", "RT @k: "))],
)  # fmt: skip
def test_what_only_passes_on_is_no_request(load: Load, header: str, marks: tuple[str, str]) -> None:
    rows: list[list[object]] = []
    for i in range(N):
        mark = marks[i >= 6]
        words, more = (f"{mark}@zelt ?", []) if header == H else ("@zelt ?", [mark])
        rows.append([f"q{i}", f"{day(i)} 10:00", "customer", f"c{i}", words, "", *more])
    rows += [[f"a{i}", f"{day(i)} 11:30", "brand", "zelt", f"! {i}", f"q{i}", *[marks[0]] * (header != H)]
             for i in range(3)]  # fmt: skip
    assert load(lines(header, *rows), **X).rate() == (3, 6)
