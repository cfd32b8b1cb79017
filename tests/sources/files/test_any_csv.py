"""The importer for tables with columns of the user's own."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import pseudonym
from carekit.dataset.schema import NEVER_SAID
from carekit.errors import InputError
from carekit.sources.files import ImportReport, import_files

KEY = bytes.fromhex("00" * 32)
MAPPING = {
    "post_id": "id",
    "created_at": "time",
    "author_id": "who",
    "author_role": "inbound",
    "text": "body",
    "reply_to": "parent",
}

SILENT = (
    "No post of client.csv is by a brand: everybody counts as a customer, and nobody is answered. "
    "List the brands' accounts (--accounts CSV), unless that is so."
)


def imported(folder: Path, content: str, **options: object) -> tuple[ImportReport, pd.DataFrame]:
    path = folder / "client.csv"
    path.write_text(content, encoding="utf-8", newline="")
    options.setdefault("network", "facebook")
    options.setdefault("accept_rejected", True)
    report = import_files("csv", path, out=folder / "d", key=KEY, **options)  # type: ignore[arg-type]
    return report, open_dataset(folder / "d").read("posts")


def refusal(folder: Path, content: str, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        imported(folder, content, **options)
    assert not (folder / "d").exists()
    return str(caught.value)


def reasons(folder: Path) -> list[tuple[str, str]]:
    with (folder / "d" / "rejected.csv").open(encoding="utf-8", newline="") as file:
        return [(r["line"], r["reason"]) for r in csv.DictReader(file)]


def test_a_mapping_names_the_columns(tmp_path: Path) -> None:
    content = (
        "id;who;inbound;time;body;parent\n"
        '7;Ann;TRUE;2021-03-04 10:00:00;"hello; you";\n'
        "8;Acme;FALSE;2021-03-04 10:05:00;hello Ann;7\n"
    )
    report, posts = imported(tmp_path, content, mapping=MAPPING, brand="Acme Ltd")
    assert (report.n_read, report.n_posts, report.n_accounts) == (2, 2, 1)
    assert list(posts.post_id) == ["facebook:7", "facebook:8"]
    assert list(posts.reply_to.fillna("-")) == ["-", "facebook:7"]
    assert list(posts.author_role) == ["customer", "brand"]
    assert list(posts.brand) == ["Acme Ltd", "Acme Ltd"]
    assert posts.author_id[0] == pseudonym(KEY, "facebook", "ann")
    assert posts.text[0] == "hello; you"


def test_columns_with_our_names_need_no_mapping(tmp_path: Path) -> None:
    content = (
        "post_id\tnetwork\tauthor_role\tcreated_at\tlang\tsurface\tvisibility\n"
        "x:1\tTwitter\tclient\t2021-03-04T10:00:00Z\tfr\tBrand_Page\tPRIVATE\n"
    )
    report, posts = imported(tmp_path, content, network=None)
    row = posts.iloc[0]
    assert (row.post_id, row.network, row.lang) == ("x:1", "x", "fr")
    assert (row.surface, row.visibility) == ("brand_page", "private")
    assert report.warnings == (SILENT,)


def test_one_long_name_does_not_lose_the_column_of_brands(tmp_path: Path) -> None:
    long = (
        "Vereinigte Kabel- und Glasfasernetzgesellschaft Oberlausitz-Niederschlesien mbH & Co. KG"
    )
    content = "post_id,created_at,author_role,Marke,text\n" + "".join(
        f"{i},2026-03-0{i}T10:00:00Z,{role},{name},Hallo\n"
        for i, (role, name) in enumerate(
            [("customer", long), ("customer", "Funk"), ("brand", long)], 1
        )
    )
    _, posts = imported(tmp_path, content)
    assert set(posts["brand"]) == {long, "Funk"}


def test_accounts_decide_who_is_the_brand(tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("account,network,brand\nacme_care,facebook,Acme\n", encoding="utf-8")
    content = (
        "id,who,time,body\n"
        "1,Ann,2021-03-04 10:00,@Acme_Care help\n"
        "2,ACME_care,2021-03-05 11:00,hi\n"
    )
    mapping = {"post_id": "id", "author_id": "who", "created_at": "time", "text": "body"}
    _, posts = imported(tmp_path, content, mapping=mapping, accounts=accounts)
    assert list(posts.author_role) == ["customer", "brand"]
    assert list(posts.brand) == ["Acme", "Acme"]
    assert list(posts.account) == ["acme_care", "acme_care"]


def test_people_who_work_for_a_brand_are_people(tmp_path: Path) -> None:
    content = (
        "post_id,network,author_id,author_role,account,brand,created_at,text\n"
        "1,x,Ann,customer,@Acme,,2021-03-04,hello @Zeta and @Bob\n"
        "2,x,Jane Doe,agent,acme,Acme Ltd,2021-03-04,hello @ann\n"
    )
    report, posts = imported(tmp_path, content, network=None)
    posts = posts.set_index("post_id")
    assert report.n_accounts == 1
    assert posts.author_id["x:2"] == pseudonym(KEY, "x", "jane doe")
    assert list(posts.account) == ["acme", "acme"]
    assert set(posts.brand) == {"Acme Ltd"}
    for file in (tmp_path / "d").rglob("*.*"):
        assert b"Jane" not in file.read_bytes()


def test_many_accounts_beside_few_people_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carekit.sources.door.MANY_ACCOUNTS", 2)
    rows = "".join(f"{n},x,Ann {n},brand,2021-03-04\n" for n in range(3))
    assert refusal(tmp_path, "post_id,network,author_id,author_role,created_at\n" + rows) == (
        "3 accounts of brands were found beside 3 authors; accounts stay readable, people must "
        "not. Check which column says who is the brand (--map author_role=…)."
    )


def test_true_in_a_column_about_the_agent_means_the_brand(tmp_path: Path) -> None:
    content = "id,is_agent,time\n1,true,2021-03-04 10:00\n2,false,2021-03-04 11:00\n"
    mapping = {"post_id": "id", "author_role": "is_agent", "created_at": "time"}
    _, posts = imported(tmp_path, content, mapping=mapping)
    assert list(posts.author_role) == ["brand", "customer"]


def test_answers_inside_a_row_become_posts_of_their_own(tmp_path: Path) -> None:
    content = (
        "id,brand,stars,at,review,answer,answered\n"
        "1,Acme,2,2021-03-04 10:00,bad,sorry,2021-03-05 10:00\n"
        "2,Acme,5.0,2021-03-04 11:00,good,,\n"
        "3,Acme,1,2021-03-06 12:00,worse,backdated,2021-03-05 12:00\n"
        "4,Acme,1,2021-03-06 12:00,lost,no date,\n"
        "5,Acme,6,2021-03-06 12:00,six stars,,\n"
    )
    mapping = {
        "post_id": "id",
        "rating": "stars",
        "created_at": "at",
        "text": "review",
        "reply_text": "answer",
        "reply_created_at": "answered",
    }
    report, posts = imported(tmp_path, content, mapping=mapping, network="google_play")
    assert (report.n_read, report.n_posts, report.n_nested, report.n_rejected) == (5, 7, 3, 1)
    assert report.n_read + report.n_nested == report.n_posts + report.n_rejected
    frame = posts.set_index("post_id")
    answer = frame.loc["google_play:1#reply"]
    assert (answer.author_role, answer.brand, answer.text) == ("brand", "Acme", "sorry")
    assert answer.reply_to == answer.thread_id == "google_play:1"
    assert frame.rating["google_play:2"] == 5
    assert frame.created_at["google_play:3#reply"] < frame.created_at["google_play:3"]
    # An answer without a time is an answer: it came between the review and the last look.
    late = frame.loc["google_play:4#reply"]
    assert late.created_at == frame.created_at["google_play:4"]
    assert f"{late.created_until:%Y-%m-%d}" == NEVER_SAID  # of a look nothing is said
    assert reasons(tmp_path) == [("6", "rating is no whole number from 1 to 5: '6'")]
    assert report.warnings[0] == (
        "1 answer of client.csv has no time that can be read: it counts as an answer, its wait is "
        "unknown."
    )


def test_local_times_become_utc_and_the_doubtful_ones_are_counted(tmp_path: Path) -> None:
    content = "post_id,author_role,created_at\n" + "".join(
        f"{n},customer,{time}\n"
        for n, time in enumerate(
            ("2021-07-01 12:00", "2021-10-31 02:30", "2021-03-28 02:30", "2021-07-01T12:00:00Z")
        )
    )
    report, posts = imported(tmp_path, content, tz="Europe/Paris")
    shown = [t.strftime("%m-%d %H:%M") for t in posts.created_at]
    assert shown == ["07-01 10:00", "10-31 01:30", "03-28 01:30", "07-01 12:00"]
    assert report.warnings == (
        "1 time of client.csv falls in the hour that Europe/Paris has twice in autumn; read as its "
        "second pass.",
        "1 time of client.csv falls in the hour that Europe/Paris skips in spring; read as if the "
        "clock had not moved.",
        SILENT,
    )


def test_day_and_month_are_said_or_told_by_other_rows(tmp_path: Path) -> None:
    content = "post_id,author_role,created_at\n1,customer,03/04/2021 10:00\n"
    later = content + "2,customer,31/12/2021 10:00\n"
    report, posts = imported(tmp_path, content)
    assert posts.created_at[0] == pd.Timestamp("2021-03-04 10:00", tz="UTC")
    assert report.warnings == (
        SILENT,
        "1 date of client.csv (such as 1/2/2017) fits both orders of day and month; read month "
        "first. If the day comes first, waits past midnight, months and weekdays are wrong "
        "(--dayfirst).",
    )
    (tmp_path / "b").mkdir()
    assert refusal(tmp_path / "b", later, dayfirst=False) == (
        "1 date of client.csv only makes sense in the other order of day and month (such as "
        "31/12/2017), and none in the order that was asked for. Add --dayfirst."
    )
    report, posts = imported(tmp_path / "b", later)
    assert posts.created_at[0] == pd.Timestamp("2021-04-03 10:00", tz="UTC")
    assert report.warnings[0] == (
        "Dates of client.csv are read day first: some only make sense so (such as 31/12/2017), and "
        "none the other way round."
    )
    (tmp_path / "c").mkdir()
    both = later + "3,customer,12/31/2021 10:00\n"
    report, posts = imported(tmp_path / "c", both, accept_rejected=True)
    assert posts.created_at[0] == pd.Timestamp("2021-03-04 10:00", tz="UTC")
    assert report.n_rejected == 1


def test_a_wrong_mapping_is_explained(tmp_path: Path) -> None:
    content = "key,moment,who\n1,2021-03-04,customer\n"
    assert refusal(tmp_path, content, mapping={"id": "id"}).startswith(
        "`mapping` names 'id', which is none of our columns; expected: post_id, network, surface,"
    )
    assert refusal(tmp_path, content, mapping={"post_id": "keys"}) == (
        "`mapping`: client.csv has no column 'keys' for post_id; found: key, moment, who. Did you "
        "mean 'key'? Correct --map."
    )
    assert refusal(tmp_path, content) == (
        "client.csv has no column 'post_id', 'created_at', which the format 'csv' needs; found: "
        "key, moment, who. Say which column it is: --map post_id=THEIRS,created_at=THEIRS."
    )
    assert refusal(tmp_path, content, mapping={"post_id": "key", "created_at": "moment"}) == (
        "client.csv does not say who writes: no column 'author_role'; found: key, moment, who. Map "
        "a column that says customer or brand (true or false count as inbound: --map "
        "author_role=inbound), or list the accounts of the brands (--accounts CSV) and map "
        "author_id."
    )


def test_an_unknown_network_is_said(tmp_path: Path) -> None:
    content = "post_id,created_at,author_role\n1,2021-03-04 10:00,customer\n"
    report, posts = imported(tmp_path, content, network=None)
    assert posts.post_id[0] == "other:1"
    assert report.warnings == (
        "client.csv does not say of which network its posts are; they were put under 'other'. Give "
        "--network NAME.",
        SILENT,
    )


@pytest.mark.parametrize(
    ("network", "text", "expected"),
    [
        ("instagram", "thanks @jane.doe-x!", "thanks @{instagram:jane.doe-x}!"),
        (
            "mastodon",
            "hi @bob@example.org, @ann",
            "hi @{mastodon:bob@example.org}, @{mastodon:ann}",
        ),
        ("bluesky", "@jane.bsky.social ok", "@{bluesky:jane.bsky.social} ok"),
        ("blog", "merci @Élodie.", "merci @{blog:Élodie}."),
        ("youtube", "bob@example.org", "bob@example.org"),
    ],
)
def test_mentions_follow_the_grammar_of_the_network(
    network: str, text: str, expected: str, tmp_path: Path
) -> None:
    content = 'post_id,created_at,author_role,text\n1,2021-03-04,customer,"' + text + '"\n'
    _, posts = imported(tmp_path, content, network=network)
    before, _, rest = expected.partition("{")
    made = before
    while rest:
        name, _, rest = rest.partition("}")
        site, _, handle = name.partition(":")
        plain, brace, rest = rest.partition("{")
        made += pseudonym(KEY, site, handle) + plain
        if not brace:
            break
    assert posts.text[0] == made


def test_several_networks_in_one_file_keep_their_rules(tmp_path: Path) -> None:
    content = (
        "post_id,network,author_id,author_role,created_at,text\n"
        "1,x,Ann,customer,2021-03-04,@Acme hi\n"
        "2,youtube,Ann,customer,2021-03-04,@Acme hi @bob\n"
        "3,x,ACME,brand,2021-03-04,@ann hello\n"
    )
    _, posts = imported(tmp_path, content, network=None)
    posts = posts.sort_values("post_id", ignore_index=True).loc[[0, 2, 1]].reset_index()
    assert posts.author_id[0] == pseudonym(KEY, "x", "ann")
    assert posts.author_id[1] == pseudonym(KEY, "youtube", "Ann")
    assert list(posts.account.fillna("-")) == ["ACME", "-", "ACME"]
    assert posts.text[0] == "@Acme hi"
    acme, bob = pseudonym(KEY, "youtube", "Acme"), pseudonym(KEY, "youtube", "bob")
    assert posts.text[1] == f"@{acme} hi @{bob}"


def test_an_exported_dataset_comes_back_with_the_same_ids(tmp_path: Path) -> None:
    content = (
        "post_id,network,author_role,created_at,reply_to,thread_id\n"
        "x:1,x,customer,2021-03-04,,x:1\nx:2,x,brand,2021-03-05,x:1,x:1\n"
    )
    _, posts = imported(tmp_path, content, network=None)
    buffer = io.StringIO()
    posts.to_csv(buffer, index=False)
    (tmp_path / "again").mkdir()
    _, again = imported(tmp_path / "again", buffer.getvalue(), network=None)
    for column in ("post_id", "reply_to", "thread_id", "created_at", "observed_at", "author_role"):
        pd.testing.assert_series_equal(posts[column], again[column])


def test_words_looked_up_beforehand_mean_what_they_mean_row_by_row(tmp_path: Path) -> None:
    # 1,200 rows: the words of networks and roles are looked up; as 12 tables each row is worked out.
    networks = ["Facebook Page", "X (Twitter)", "", "E-mail", "Forum d'Annecy", "facebook"]
    roles = ["Client", "conseillère", "bot"]
    rows = [f'{i},2024-05-01 10:00:00,"{networks[i % 6]}",{roles[i % 3]},a\n' for i in range(1_199)]
    rows.append("1199,2024-05-01 10:00:00,Instagram DM,Kunde,a\n")
    header = "id,created_at,network,role,text\n"
    mapping = {"post_id": "id", "author_role": "role"}
    told: dict[str, object] = {"mapping": mapping, "network": None}
    (tmp_path / "whole").mkdir()
    _, whole = imported(tmp_path / "whole", header + "".join(rows), **told)
    parts = []
    for at in range(0, 1_200, 300):
        (tmp_path / str(at)).mkdir()
        _, part = imported(tmp_path / str(at), header + "".join(rows[at : at + 300]), **told)
        parts.append(part)
    columns = ["post_id", "network", "author_role", "visibility"]
    apart = pd.concat(parts, ignore_index=True)[columns]
    pd.testing.assert_frame_equal(whole[columns], apart)
    assert set(whole.network) == {"facebook", "x", "other", "email", "forum_d_annecy", "instagram"}
    assert whole.visibility.iloc[-1] == "private"


def test_a_word_beyond_the_first_rows_is_worked_out(tmp_path: Path) -> None:
    rows = [f"{i},2024-05-01 10:00:00,Facebook Page,Client,a\n" for i in range(2_100)]
    rows.append("x1,2024-05-01 10:00:00,X (Twitter),marque,a\n")
    mapping = {"post_id": "id", "author_role": "role"}
    content = "id,created_at,network,role,text\n" + "".join(rows)
    _, posts = imported(tmp_path, content, mapping=mapping, network=None)
    last = posts[posts.post_id == "x:x1"].iloc[0]
    assert (last.network, last.author_role) == ("x", "brand")


@pytest.mark.parametrize(
    ("time", "tz", "said"),
    [
        ("2024-05-01 10:00:00", "UTC", "1 time of client.csv without a zone: read as of UTC"),
        (
            "1/5/2024 10:00",
            "Europe/Paris",
            "1 time of client.csv without a zone: read as of Europe",
        ),
        ("2024-05-01T10:00:00Z", "UTC", ""),
        ("2024-05-01T10:00:00+02:00", "UTC", ""),
    ],
)
def test_the_import_says_how_times_without_a_zone_are_read(
    tmp_path: Path, time: str, tz: str, said: str
) -> None:
    told: list[str] = []
    content = f"post_id,created_at,author_role,text\n1,{time},customer,a\n"
    imported(tmp_path, content, tz=tz, progress=told.append)
    notes = [sentence for sentence in told if "zone" in sentence]
    assert bool(notes) == bool(said)
    assert not said or notes[0].startswith(said)
