"""Redaction at the door: what `--redact` promises is not in the Parquet, everything else is."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from carekit.cli import main
from carekit.dataset.folder import open_dataset
from carekit.sources.files import import_files
from carekit.sources.surveys.survey import import_survey

KEY = bytes(32)
# What each kind looks like in a post; none of it belongs to anyone.
SECRETS = {
    "email": "jo.martin@example.org",
    "phone": "06 39 98 12 45",
    "iban": "FR76 3000 6000 0112 3456 7890 189",
    "card": "4111 1111 1111 1111",
    "order": "88471209",
}
TEXTS = {
    "email": f"Write to {SECRETS['email']} please, the parcel is late",
    "phone": f"Rappelez-moi au {SECRETS['phone']} merci",
    "iban": f"Remboursez sur {SECRETS['iban']}",
    "card": f"you charged my card {SECRETS['card']} twice",
    "order": f"my order {SECRETS['order']} never came @Acme @someone",
    "none": "@Acme my parcel is 3 days late, at 15:30 I gave up",
    "null": "",
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """The same posts in three formats."""
    made = {}
    made["csv"] = tmp_path / "posts.csv"
    with made["csv"].open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["post_id", "author_id", "author_role", "created_at", "text", "network"])
        for i, text in enumerate(TEXTS.values()):
            rows.writerow([i, f"u{i}", "customer", "2024-05-01T10:00:00Z", text, "x"])
    made["twcs"] = tmp_path / "twcs.csv"
    with made["twcs"].open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            "tweet_id author_id inbound created_at text response_tweet_id "
            "in_response_to_tweet_id".split()
        )
        for i, text in enumerate(TEXTS.values(), start=1):
            rows.writerow([i, 100 + i, "True", "Tue Oct 31 22:10:47 +0000 2017", text, "", ""])
        rows.writerow([99, "Acme", "False", "Tue Oct 31 23:10:47 +0000 2017", "@101 hi", "", "1"])
    made["google-play"] = tmp_path / "reviews.csv"
    with made["google-play"].open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        head = "reviewId userName content score at replyContent repliedAt brand".split()
        rows.writerow(head)
        for i, text in enumerate(TEXTS.values()):
            rows.writerow([i, f"u{i}", text, 1, "2024-05-01 10:00:00", "", "", "Acme"])
    return made


def everything(out: Path) -> bytes:
    """Every byte of the dataset that a reader could find a secret in."""
    texts = [str(open_dataset(out).read("posts").to_csv())]
    beside = [p.read_bytes() for p in out.rglob("*") if p.is_file() and p.suffix != ".parquet"]
    return "".join(texts).encode() + b"".join(beside)


@pytest.mark.parametrize("name", ["csv", "twcs", "google-play"])
def test_no_personal_data_survive_an_import_that_redacts(files, name, tmp_path):
    out = tmp_path / "d"
    import_files(name, files[name], out=out, key=KEY, redact=True)
    kept = everything(out)
    for kind, secret in SECRETS.items():
        assert secret.encode() not in kept, kind
    texts = open_dataset(out).read("posts")["text"].dropna()
    for kind in SECRETS:
        assert texts.str.contains(f"[{kind}]", regex=False).sum() == 1


def test_what_is_not_personal_stays_as_it_came(files, tmp_path):
    plain, redacted = tmp_path / "plain", tmp_path / "redacted"
    import_files("csv", files["csv"], out=plain, key=KEY)
    import_files("csv", files["csv"], out=redacted, key=KEY, redact=True)
    one, two = (open_dataset(p).read("posts") for p in (plain, redacted))
    assert one.drop(columns="text").equals(two.drop(columns="text"))
    same = one["text"].fillna("") == two["text"].fillna("")
    assert same.to_list() == [False] * 5 + [True, True]
    schemas = [pq.read_schema(open_dataset(p).files("posts")[0]) for p in (plain, redacted)]
    assert schemas[0].equals(schemas[1])


def test_handles_link_whether_redacted_or_not(files, tmp_path):
    out = tmp_path / "d"
    import_files("twcs", files["twcs"], out=out, key=KEY, redact=True)
    posts = open_dataset(out).read("posts").set_index("post_id")
    customer = posts.loc["x:1", "author_id"]
    assert posts.loc["x:99", "text"] == f"@{customer} hi"
    assert "@Acme" in posts.loc["x:5", "text"]


def test_the_manifest_says_that_texts_were_redacted(files, tmp_path, capsys):
    out = tmp_path / "d"
    argv = ["import", "csv", str(files["csv"]), "--out", str(out), "--redact"]
    assert main(argv) == 0
    assert "Personal data redacted in 5 posts of posts.csv." in capsys.readouterr().err
    (part,) = [p for p in open_dataset(out).manifest.parts if p.table == "posts"]
    assert part.query["redact"] is True


def test_respondents_who_are_named_by_their_address_get_a_pseudonym(tmp_path):
    file = tmp_path / "s.csv"
    rows = [
        f"p{i}@example.org,{'phone' if i % 2 else 'ask jo.martin@example.org'}" for i in range(6)
    ]
    file.write_text("\n".join(["id,channel", *rows]), encoding="utf-8")
    out = tmp_path / "d"
    import_survey(file, out=out, mapping={"respondent_id": "id"}, redact=True)
    survey = open_dataset(out).read("survey")
    assert survey["respondent_id"].str.fullmatch("a_[0-9a-f]{16}").all()
    assert survey["respondent_id"].is_unique
    kept = survey.to_csv() + (out / "questions.json").read_text("utf-8")
    assert "example.org" not in kept
    assert "[email]" in kept
