"""`carekit share`: nothing but counts, none of them small, ready for inference."""

from __future__ import annotations

import json

import pytest

from carekit.cli import main
from carekit.dataset.manifest import ANSWERED_ONLY
from carekit.errors import DatasetError, InputError
from carekit.inference.rates.proportions import estimate_rate
from carekit.inference.waits.survival import estimate_waits
from carekit.measures.answers import answer_rate
from carekit.measures.sharing import open_shared, share_counts

SECRET = "my number is 0612345678"
SIZES = {"acme": (40, 25), "brix": (30, 8), "cobo": (3, 1)}


def rows() -> list[dict]:
    made = []
    for brand, (n, answered) in SIZES.items():
        for i in range(n):
            name = f"{brand}{i}"
            made.append({"id": name, "at": i, "account": brand, "brand": brand, "text": SECRET,
                         "author_id": f"person-{name}", "surface": "mention"})  # fmt: skip
            if i < answered:
                made.append({"id": f"{name}-r", "at": 3 * i + 2, "reply_to": name, "brand": brand,
                             "account": brand, "author_role": "brand", "text": "Hello",
                             "lang": "en"})  # fmt: skip
    return made


@pytest.fixture
def shared(make_dataset, tmp_path):
    dataset = make_dataset(rows())
    return dataset, share_counts(dataset, out=tmp_path / "counts")


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
    assert "- Smallest cell: 5." in card
    assert "## waits.csv" in card
    again = open_shared(counts.path)
    assert again.manifest == json.loads((counts.path / "manifest.json").read_text())
    assert str(again).startswith("Shared counts of Test: answers (")


def test_a_changed_table_is_refused(shared):
    _, counts = shared
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
    assert "smallest cell 9" in capsys.readouterr().out
    assert open_shared(out).manifest["min_cell"] == 9
    assert main(["share", str(dataset.path), "--out", str(out)]) == 2
