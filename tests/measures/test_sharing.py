"""`carekit share`: nothing but counts, none of a few people, ready for inference."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from carekit.cli import main
from carekit.dataset.contributed import check_contributed
from carekit.dataset.folder import open_dataset
from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import DatasetError, InputError
from carekit.inference.rates.proportions import estimate_rate
from carekit.inference.waits.survival import estimate_waits
from carekit.measures.answers import answer_rate
from carekit.measures.sharing import open_shared, share_counts

from . import attack

SECRET = "my number is 0612345678"
SIZES = {"acme": (40, 25), "brix": (30, 8), "cobo": (3, 1)}
LISTED = [{"brand": brand} for brand in SIZES]


def rows(**changes) -> list[dict]:
    made = []
    for brand, (n, answered) in SIZES.items():
        for i in range(n):
            name = f"{brand}{i}"
            made.append({"id": name, "at": i, "account": brand, "brand": brand, "text": SECRET,
                         "author_id": f"person-{name}", "surface": "mention", **changes})  # fmt: skip
            if i < answered:
                made.append({"id": f"{name}-r", "at": 3 * i + 2, "reply_to": name, "brand": brand,
                             "account": brand, "author_role": "brand", "text": "Hello",
                             "lang": "en"})  # fmt: skip
    return made


@pytest.fixture(scope="module")
def shared(make_shared, tmp_path_factory):
    dataset = make_shared(rows(), brands=LISTED)
    return dataset, share_counts(dataset, out=tmp_path_factory.mktemp("shared") / "counts")


def test_the_rate_of_the_counts_is_that_of_the_posts(shared):
    dataset, counts = shared
    answers = counts.read("answers")
    assert sorted(answers.definition.unique()) == ["direct-message", "direct-opening"]
    opening = answers[answers.definition == "direct-opening"]
    assert set(opening.brand) == {"acme", "(other brands)"}  # cobo is small, brix joins it
    got = estimate_rate(opening, cluster="brand").iloc[0]
    want = answer_rate(dataset).iloc[0]
    assert (got.n, got.n_answered, got.estimate) == (want.n, want.n_answered, want.estimate)


def test_no_count_is_small_nor_any_that_a_difference_gives(shared):
    _, counts = shared
    for name in counts.tables():
        table = counts.read(name)
        if "n" in table and "n_answered" in table:
            table["rest"] = table["n"] - table["n_answered"]
        for column in set(table) & {
            "n",
            "n_answered",
            "n_unanswered",
            "rest",
            "events",
            "censored",
        }:
            values = table[column]
            assert not ((values > 0) & (values < 5)).any(), (name, column)


def test_waits_can_be_estimated_from_the_counts(shared):
    _, counts = shared
    waits = counts.read("waits")
    assert waits.events.sum() == 34
    row = estimate_waits(waits, time="minute", unit="minutes", cluster="brand").iloc[0]
    assert row.n == 73


def test_nothing_of_a_person_is_in_the_folder(shared):
    _, counts = shared
    for path in counts.path.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "person-" not in text
        assert "0612345678" not in text
        assert "acme0" not in text


def test_the_card_and_the_manifest_say_what_was_done(shared):
    _, counts = shared
    card = (counts.path / "CARD.md").read_text(encoding="utf-8")
    assert "- Smallest cell: 5 people, not requests." in card
    assert "## waits.csv" in card
    again = open_shared(counts.path)
    assert again.manifest == json.loads((counts.path / "manifest.json").read_text())
    assert str(again).startswith("Shared counts of Test: answers (")


def test_each_table_and_its_card_are_ready_to_be_contributed(shared):
    _, counts = shared
    assert len(counts.tables()) > 3
    for name in counts.tables():
        found = check_contributed(counts.path / f"{name}.csv")
        assert [one for one in found if not one.startswith("Note: ")] == [], name


def test_a_changed_table_is_refused(shared, tmp_path):
    counts = open_shared(shutil.copytree(shared[1].path, tmp_path / "counts"))
    path = counts.path / "waits.csv"
    path.write_text(path.read_text() + "x,acme,9,9,9\n")
    with pytest.raises(DatasetError, match="was changed since it was shared"):
        counts.read("waits")
    with pytest.raises(InputError, match="`name` is 'posts'; expected one of: answers"):
        counts.read("posts")
    with pytest.raises(DatasetError, match=r"holds no manifest.json of shared counts"):
        open_shared(counts.path.parent)


def test_answered_conversations_share_no_rate(make_dataset, tmp_path):
    dataset = make_dataset(rows(), selection=ANSWERED_ONLY)
    counts = share_counts(dataset, out=tmp_path / "counts")
    assert counts.tables() == ["handoffs", "surfaces", "waits"]
    assert counts.read("waits").censored.sum() == 0


def test_a_folder_that_holds_something_is_left_alone(make_dataset, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(DatasetError, match="already exists and is not an empty folder"):
        share_counts(make_dataset(rows()), out=tmp_path / "full")
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_the_command_writes_the_folder_and_says_so(make_dataset, tmp_path, capsys):
    dataset = make_dataset(rows())
    pytest.importorskip("carekit.cli.importing")
    out = tmp_path / "counts"
    assert main(["share", str(dataset.path), "--out", str(out), "--min-cell", "9"]) == 0
    assert "smallest cell 9 people, no request withheld" in capsys.readouterr().out
    assert open_shared(out).manifest["min_cell"] == 9
    assert main(["share", str(dataset.path), "--out", str(out)]) == 2


def crowd(seed: int) -> tuple[list[dict], list[dict]]:
    """Posts of a few networks and brands, with everything that a difference could give away."""
    draw = np.random.default_rng(seed)
    posts, n = [], 0
    sizes = dict(zip("abcdef", draw.integers(3, 60, 6), strict=True))
    for network in ("x", "facebook", "reddit"):
        for brand, size in sizes.items():
            size = size // 8 if network == "reddit" else size
            for _ in range(size):
                n += 1
                who = f"{brand}-{draw.integers(size) if brand < 'e' else 1}"
                if draw.random() < 0.1:
                    who = f"anybody-{draw.integers(9)}"
                post = {
                    "id": f"{network}:{n}", "network": network, "author_id": who, "brand": brand,
                    "account": brand, "at": int(draw.integers(90_000)), "observed_at": 200_000,
                    "text": draw.choice(["why?", "no", "where is it?"]),
                    "surface": draw.choice(["mention", "brand_page", None], p=[0.6, 0.35, 0.05]),
                }  # fmt: skip
                posts.append(post)
                if draw.random() < 0.6:
                    wait = int(draw.integers(1, 900)) if draw.random() < 0.95 else -5
                    said = draw.choice(["Hello", "Please send us a DM", "We sent you a DM"])
                    posts.append({
                        "id": f"{network}:{n}r", "network": network, "author_role": "brand",
                        "brand": brand, "account": brand, "at": post["at"] + wait, "lang": "en",
                        "reply_to": post["id"], "text": said if draw.random() < 0.95 else None,
                    })  # fmt: skip
                if draw.random() < 0.15:
                    later = {"id": f"{network}:{n}s", "at": post["at"] + 40, "reply_to": post["id"]}
                    posts.append(post | later)
                    if draw.random() < 0.3:
                        posts.append({
                            "id": f"{network}:{n}t", "network": network, "author_role": "brand",
                            "brand": brand, "account": brand, "at": post["at"] + 50, "lang": "en",
                            "reply_to": later["id"], "text": "Hello",
                        })  # fmt: skip
    return posts, [{"brand": brand} for brand in sizes]


@pytest.mark.parametrize("seed", range(2))
def test_no_small_cell_is_found_by_adding_and_subtracting(make_dataset, tmp_path, seed):
    posts, brands = crowd(seed)
    dataset = make_dataset(posts, brands=brands)
    counts = share_counts(dataset, out=tmp_path / "counts", min_people=5 + seed)
    known = attack.requests_of(dataset)
    cells = attack.small_cells(known, 5)
    assert len(cells) > 40  # there is something to find
    assert attack.found(counts, known) == []
    assert attack.thin(counts, known) == 0
    assert len(counts.read("answers")) > 3  # and something was shared


def test_the_attacker_finds_what_is_not_protected(make_dataset, tmp_path):
    posts, brands = crowd(1)
    dataset = make_dataset(posts, brands=brands)
    counts = share_counts(dataset, out=tmp_path / "counts", min_cell=1, min_people=1)
    assert len(attack.found(counts, attack.requests_of(dataset), min_cell=5)) > 40


def test_no_two_numbers_of_the_sample_differ_by_a_few(tmp_path):
    counts = share_counts(open_dataset(), out=tmp_path / "counts")
    answers = counts.read("answers").assign(open=lambda t: t.n - t.n_answered)
    wide = answers.pivot_table(
        index=["network", "brand"], columns="definition", values=["n", "n_answered", "open"]
    )
    named = wide[[brand != "(other brands)" for _, brand in wide.index]]
    waits = counts.read("waits").groupby(["network", "brand"])[["events", "censored"]].sum()
    opening = answers[answers.definition == "direct-opening"].set_index(["network", "brand"])
    differences = [opening.n_answered - waits.events, opening.open - waits.censored]
    names = ["direct-opening", "direct-message", "socialbakers-2015"]
    for value in ("n", "n_answered", "open"):
        for one in names:
            for other in names:
                differences.append(named[value][one] - named[value][other])
    totals = opening.groupby("network")[["n", "n_answered", "open"]].sum()
    for name, column, whole in (
        ("answers_by_month", "n", "n"), ("answers_by_month", "n_answered", "n_answered"),
        ("contacts", "n_answered", "n_answered"), ("contacts", "n_unanswered", "open"),
        ("handoffs", "n", "n_answered"), ("surfaces", "n", "n"),
        ("waits", "events", "n_answered"), ("waits", "censored", "open"),
    ):  # fmt: skip
        differences.append(totals[whole] - counts.read(name).groupby("network")[column].sum())
    for difference in differences:
        few = difference.dropna().abs().between(1, 4)
        assert not few.any()
    assert len(opening) > 150
    assert counts.manifest["withheld"] == 0


def test_ten_requests_of_one_person_are_no_brand(make_dataset, tmp_path):
    tiny = [
        {"id": f"t{i}", "at": 100 * i, "account": "tiny", "brand": "tiny", "author_id": "only one"}
        for i in range(10)
    ]
    dataset = make_dataset([*rows(), *tiny], brands=[*LISTED, {"brand": "tiny"}])
    counts = share_counts(dataset, out=tmp_path / "counts")
    for name in counts.tables():
        assert "tiny" not in (counts.path / f"{name}.csv").read_text()
    assert set(counts.read("answers").brand) == {"acme", "(other brands)"}
    alone = share_counts(make_dataset(tiny), out=tmp_path / "alone")
    assert all(alone.read(name).empty for name in alone.tables())
    assert alone.manifest["withheld"] == 10
    assert "Withheld, because nothing was left to pool it with: at most 10 requests." in (
        alone.path / "CARD.md"
    ).read_text(encoding="utf-8")


def test_a_name_that_only_answers_may_be_an_employee(make_dataset, tmp_path):
    posts = rows(brand=None, account=None)
    dataset = make_dataset(posts)
    counts = share_counts(dataset, out=tmp_path / "counts")
    assert set(counts.read("answers").brand) == {"(other brands)"}
    # Whom many customers address, or somebody listed, is a brand.
    asked = share_counts(make_dataset(rows()), out=tmp_path / "asked")
    assert "acme" in set(asked.read("answers").brand)
    listed = share_counts(make_dataset(posts, brands=LISTED), out=tmp_path / "listed")
    assert "acme" in set(listed.read("answers").brand)


def test_without_any_author_each_request_is_a_person_and_some_without_are_one(
    make_dataset, tmp_path
):
    nobody = make_dataset(rows(author_id=None), brands=LISTED)
    counts = share_counts(nobody, out=tmp_path / "nobody")
    assert "acme" in set(counts.read("answers").brand)
    some = [*rows(author_id=None), {"id": "known", "author_id": "p", "brand": "acme"}]
    counts = share_counts(make_dataset(some, brands=LISTED), out=tmp_path / "some")
    assert all(counts.read(name).empty for name in counts.tables())


def test_a_formula_in_a_name_is_text_in_the_file_and_itself_when_read(make_dataset, tmp_path):
    name = '=HYPERLINK("http://x.example")\r=1+1\x1b[2J'
    posts = [p | {"brand": name} if p["brand"] == "acme" else p for p in rows()]
    dataset = make_dataset(posts, brands=[*LISTED, {"brand": name}])
    counts = share_counts(dataset, out=tmp_path / "counts")
    text = (counts.path / "answers.csv").read_bytes().decode()
    assert "\x1b" not in text
    assert not any(line.startswith("=") or ",=" in line for line in text.split("\n"))
    quoted = '"\'=HYPERLINK(""http://x.example"")\r=1+1\ufffd[2J"'
    assert quoted in text
    read = counts.read("answers").brand.replace("\r\n", "\r", regex=True)
    assert name.replace("\x1b", "\ufffd") in set(read)
