"""`carekit triage`: every action, its contract, its refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from carekit.cli import main
from carekit.cli.coding import read_codes
from carekit.errors import InputError

ASK, PRAISE, BLAME = "what time do you open", "thank you, great shop!", "my parcel is late again"
SECRET = "jo.martin@example.org"


def run(capsys, *argv) -> tuple[int, str, str]:
    code = main(["triage", *[str(a) for a in argv]])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def dataset(make_dataset):
    rows = []
    for i in range(60):
        text = f"{(ASK, PRAISE, BLAME)[i % 3]} {i}" + (f" {SECRET}" if i == 2 else "")
        row = {"id": f"x:{i}", "brand": "ab"[i % 2], "text": text, "surface": "mention"}
        rows.append(row | {"account": "ab"[i % 2], "author_id": f"u{i}"})
    rows.append(
        {
            "id": "x:r",
            "author_role": "brand",
            "brand": "a",
            "reply_to": "x:0",
            "text": "Please DM us",
        }
    )
    return make_dataset(rows)


@pytest.fixture
def coded(tmp_path) -> Path:
    file = tmp_path / "coded.csv"
    tones = {"pos": PRAISE, "neg": BLAME, "neu": ASK}
    with file.open("w", encoding="cp1252", newline="") as out:
        rows = csv.writer(out, delimiter=";")
        rows.writerow(["Texte", "Avis", "marque"])
        for i in range(60):
            tone = list(tones)[i % 3]
            rows.writerow([f"{tones[tone]} é{chr(97 + i % 26)}{i}", tone, "abc"[i // 20]])
    return file


def test_evaluate_prints_one_record_a_model_in_the_agreed_order(coded, capsys):
    pytest.importorskip("sklearn")
    argv = ("--text", "Texte", "--label", "Avis", "--group", "marque", "--format", "json")
    code, out, err = run(capsys, "evaluate", coded, *argv)
    assert code == 0
    records = json.loads(out)
    columns = ["model", "n", "accuracy", "macro_f1", "f1_negative", "f1_neutral", "f1_positive"]
    assert [list(r) for r in records] == [columns, columns]
    assert [(r["model"], r["n"]) for r in records] == [("rules", 60), ("trained", 60)]
    assert all(0 <= r["macro_f1"] <= 1 for r in records)
    assert "coded.csv is no valid UTF-8; it was read as Windows-1252. If accents look" in err
    assert "--encoding" not in err  # which this command has not
    assert "trained: 3 times, groups of marque held out." in err


def test_evaluate_trains_on_embeddings_and_says_what_the_rules_did_not_read(
    coded, capsys, monkeypatch
):
    pytest.importorskip("sklearn")
    from carekit.coding import embeddings

    seen = []

    def encode(texts):
        seen.extend(texts)
        return [[len(t), t.count("!")] for t in texts]

    monkeypatch.setattr(embeddings, "default_encoder", lambda: encode)
    with coded.open("a", encoding="cp1252") as out:
        out.write("Todavía no ha llegado mi pedido y nadie responde;neg;a\n")
    argv = ("evaluate", coded, "--text", "Texte", "--label", "Avis", "--embeddings")
    code, _, err = run(capsys, *argv, "--folds", 2)
    assert code == 0
    assert len(set(seen)) == 61
    assert "1 in languages that the rules do not read, wrong for them." in err
    code, _, err = run(capsys, *argv, "--save", coded.with_name("m.zip"))
    assert code == 2
    assert "--save came with --embeddings; expected one of the two" in err


def test_evaluate_says_which_codes_it_does_not_know_and_takes_a_mapping(tmp_path, capsys):
    pytest.importorskip("sklearn")
    file = tmp_path / "c.csv"
    rows = [f"{t} {w},{c}" for t, c in ((PRAISE.replace(",", ""), "yay"), (BLAME, "boo"), (ASK, "spam"))
            for w in "abcdefghij"]  # fmt: skip
    file.write_text("\n".join(["text,code", *rows]), encoding="utf-8")
    argv = ("evaluate", file, "--text", "text", "--label", "code")
    code, out, err = run(capsys, *argv)
    assert (code, out) == (2, "")
    assert "`code` holds codes that are not known: " in err
    assert "--map" in err
    mapping = ("--map", "yay=positive,boo=negative,spam=")
    code, out, err = run(capsys, *argv, *mapping, "--format", "json")
    assert code == 0
    assert [r["n"] for r in json.loads(out)] == [20, 20]
    assert "f1_neutral" not in out  # no post is coded neutral
    assert "10 rows without text or code left out" in err


def test_evaluate_saves_a_classifier_trained_on_everything(coded, tmp_path, capsys):
    pytest.importorskip("sklearn")
    from carekit.coding.trained import TrainedTriage

    file = tmp_path / "model.zip"
    code, _, _ = run(
        capsys, "evaluate", coded, "--text", "Texte", "--label", "Avis", "--save", file
    )
    assert code == 0
    model = TrainedTriage.load(file)
    assert (model.card["n"], model.card["task"]) == (60, "tone")


def test_flag_prints_shares_and_writes_flags_without_text(dataset, tmp_path, capsys):
    out_file = tmp_path / "flags.parquet"
    code, out, err = run(capsys, "flag", dataset.path, "--out", out_file, "--format", "json")
    assert code == 0
    rows = {(r["flag"], r["value"]): r for r in json.loads(out)}
    assert (rows["handoff", "requested"]["n"], rows["handoff", "requested"]["n_yes"]) == (1, 1)
    assert rows["category", "question"]["n_yes"] == 20
    assert rows["personal_data", "email"]["n_yes"] == 1
    flags = pd.read_parquet(out_file)
    assert len(flags) == 61
    assert "text" not in flags
    assert "uncorrected" in err


def test_flag_writes_texts_only_when_asked_and_then_redacted(dataset, tmp_path, capsys):
    out_file = tmp_path / "flags.csv"
    assert run(capsys, "flag", dataset.path, "--out", out_file, "--text")[0] == 0
    content = out_file.read_text("utf-8-sig")
    assert "[email]" in content
    assert SECRET not in content
    code, out, err = run(capsys, "flag", dataset.path, "--text")
    assert (code, out) == (2, "")
    assert "Texts are never printed" in err


def test_from_the_sample_to_the_corrected_share(dataset, tmp_path, capsys):
    sheet = tmp_path / "sheet.csv"
    argv = ("sample", dataset.path, "--out", sheet, "--n", 40, "--by", "brand", "--lang", "en")
    code, out, _ = run(capsys, *argv, "--coder", "anna", "--coder", "ben", "--format", "json")
    assert code == 0
    assert [(r["stratum"], r["n"], r["n_posts"]) for r in json.loads(out)] == [
        ("a", 20, 30),
        ("b", 20, 30),
    ]
    sheets = [tmp_path / f"sheet.{name}.csv" for name in ("anna", "ben")]
    for file in sheets:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        assert not frame["text"].str.contains(SECRET).any()
        asks = frame["text"].str.startswith(ASK)
        frame["tone"] = ["neutral" if a else "negative" for a in asks]
        frame["is_question"] = ["oui" if a else "non" for a in asks]
        frame["is_complaint"], frame["is_abuse"] = "no", "no"
        frame.to_csv(file, index=False)
    code, out, err = run(capsys, "agree", *sheets, "--column", "tone", "--format", "json")
    assert code == 0
    assert {r["estimate"] for r in json.loads(out)} == {1.0}
    assert "40 of 40 posts are in all sheets" in err
    argv = ("prevalence", dataset.path, "--coded", sheets[0], "--column", "is_question")
    code, out, err = run(capsys, *argv, "--format", "json")
    assert code == 0
    (row,) = json.loads(out)
    assert (row["n"], row["n_coded"]) == (60, 40)
    assert row["human_ci_low"] <= 1 / 3 <= row["human_ci_high"]
    assert "40 of 60 requests with a text are coded, as one random sample." in err
    code, out, _ = run(capsys, *argv, "--by", "brand", "--compare", "--format", "json")
    assert [(r["group_1"], r["group_2"]) for r in json.loads(out)] == [("a", "b")]


def test_a_sheet_that_may_hold_codes_is_never_overwritten(dataset, tmp_path, capsys):
    sheet = tmp_path / "sheet.csv"
    argv = ("sample", dataset.path, "--out", sheet, "--n", 5)
    assert run(capsys, *argv)[0] == 0
    before = sheet.read_bytes()
    code, out, err = run(capsys, *argv)
    assert (code, out) == (2, "")
    assert "exists and may hold codes" in err
    assert sheet.read_bytes() == before


def test_policy_shows_the_shipped_table_and_writes_it_for_editing(tmp_path, capsys):
    file = tmp_path / "policy.csv"
    code, out, _ = run(capsys, "policy", "--lang", "fr", "--out", file, "--format", "json")
    assert code == 0
    rules = json.loads(out)
    assert {r["owner"] for r in rules} >= {"service client", "communication"}
    code, again, _ = run(capsys, "policy", "--file", file, "--format", "json")
    assert code == 0
    assert json.loads(again) == rules
    assert run(capsys, "policy", "--out", file)[0] == 2


def test_a_policy_with_a_gap_and_a_conflict_lists_them_and_is_exit_2(tmp_path, capsys):
    from carekit.coding.policy import load_policy

    policy = load_policy(lang="en")
    edited = policy[policy["rule_id"] != "t-any"].copy()
    edited.loc[edited["rule_id"] == "q-any", "risk"] = "medium"
    file = tmp_path / "edited.csv"
    edited.to_csv(file, index=False, sep=";")
    code, out, err = run(capsys, "policy", "--file", file, "--format", "json")
    assert code == 2
    assert {r["kind"] for r in json.loads(out)} == {"gap", "conflict"}
    assert "have no rule (gap)" in err


def test_policy_on_a_dataset_gives_the_workload(dataset, capsys):
    code, out, err = run(capsys, "policy", dataset.path, "--lang", "en", "--format", "json")
    assert code == 0
    every = json.loads(out)[-1]
    assert (every["owner"], every["n"], every["n_leaving"]) == ("all", 60, 1)
    assert "uncorrected" in err


@pytest.mark.parametrize(
    "argv",
    [
        ("flag", "nowhere"),
        ("agree", "nowhere.csv"),
        ("agree", "nowhere.csv", "nor_there.csv"),
        ("evaluate", "nowhere.csv", "--text", "t", "--label", "l"),
        ("prevalence", "nowhere", "--coded", "c.csv"),
        ("policy", "nowhere"),
        ("policy", "--file", "nowhere.csv"),
        ("sample", "nowhere", "--out", "s.csv"),
    ],
)
def test_bad_input_is_one_message_and_exit_2(argv, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *argv)
    assert (code, out) == (2, "")
    assert err.startswith("carekit: ")
    assert "Traceback" not in err


def test_an_unknown_column_of_the_file_is_named_with_those_it_has(coded, capsys):
    code, _, err = run(capsys, "evaluate", coded, "--text", "text", "--label", "Avis")
    assert code == 2
    assert "`text` is 'text', which is no column; found: Texte, Avis, marque." in err


def test_a_mapping_that_is_no_pair_is_an_error():
    with pytest.raises(InputError) as error:
        read_codes(["angry"])
    assert str(error.value) == (
        "`--map` got 'angry', which is no pair; expected THEIRS=OURS,… such as "
        "angry=negative,irrelevant=. Correct --map."
    )


def test_every_action_explains_itself(capsys):
    for action in ("flag", "sample", "agree", "evaluate", "prevalence", "policy"):
        with pytest.raises(SystemExit) as stop:
            main(["triage", action, "--help"])
        assert stop.value.code == 0
        assert "--format" in capsys.readouterr().out
