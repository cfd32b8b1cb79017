"""The policy table: every cell has one rule, exceptions win, faults are named."""

from __future__ import annotations

import csv
import io
import itertools

import pandas as pd
import pytest

from carekit.coding.policy import (
    ACTIONS,
    CATEGORIES,
    LEAVES_NETWORK,
    RISKS,
    SURFACES,
    apply_policy,
    assess_risk,
    check_policy,
    load_policy,
    summarise_workload,
    write_policy,
)
from carekit.errors import InputError, SchemaError
from carekit.text.rules import RuleTriage, comment_class


def _table(**changes: str) -> pd.DataFrame:
    row = {
        "rule_id": "a",
        "category": "*",
        "surface": "*",
        "risk": "*",
        "owner": "care",
        "action": "answer",
        "deadline_minutes": "60",
        "why": "",
    }
    return pd.DataFrame([{**row, **changes}])


def _save(tmp_path, *rows: pd.DataFrame, sep: str = ","):
    path = tmp_path / "policy.csv"
    pd.concat(rows).to_csv(path, index=False, sep=sep)
    return path


def test_shipped_tables_cover_every_cell_once_and_agree_in_both_languages():
    french, english = load_policy(lang="fr"), load_policy(lang="en")
    codes = ["rule_id", "category", "surface", "risk", "action", "deadline_minutes"]
    pd.testing.assert_frame_equal(french[codes], english[codes])
    assert check_policy(french).empty
    cells = pd.DataFrame(
        itertools.product(CATEGORIES, SURFACES, RISKS), columns=["comment_class", "surface", "risk"]
    )
    assert apply_policy(cells, policy=french)["rule_id"].notna().all()
    assert set(french["action"]) == set(ACTIONS)


def test_a_troll_is_always_read_by_a_person():
    cells = pd.DataFrame(itertools.product(["troll"], SURFACES, RISKS))
    cells.columns = ["comment_class", "surface", "risk"]
    assert set(apply_policy(cells, policy=load_policy())["action"]) == {"human_review"}


def test_the_rule_with_more_named_fields_wins(tmp_path):
    path = _save(
        tmp_path,
        _table(),
        _table(rule_id="b", surface="review", owner="shop"),
        _table(rule_id="c", surface="review", risk="high", owner="legal"),
        sep=";",
    )
    posts = pd.DataFrame(
        {
            "comment_class": ["neutral"] * 4,
            "surface": ["mention", "review", "review", None],
            "risk": ["low", "low", "high", "low"],
        },
        index=[5, 6, 7, 8],
    )
    found = apply_policy(posts, policy=load_policy(path))
    assert found["rule_id"].to_list()[:3] == ["a", "b", "c"]
    assert found.loc[8].isna().all()
    assert found.index.to_list() == [5, 6, 7, 8]


def test_gaps_and_conflicts_are_named(tmp_path):
    path = _save(
        tmp_path,
        _table(category="neutral"),
        _table(rule_id="b", category="neutral", owner="pr"),
    )
    with pytest.raises(SchemaError) as error:
        load_policy(path)
    assert str(error.value) == (
        "`policy` has 120 cells without one clear rule: gap at question, brand_page, low; gap at "
        "question, brand_page, medium; gap at question, brand_page, high; expected "
        "exactly one best "
        "rule for each category, surface and risk. Add a general rule, or name more "
        "fields in one of "
        "two rules that contradict each other."
    )
    same = pd.concat([_table(), _table(rule_id="b")], ignore_index=True)
    assert check_policy(same).empty
    other = pd.concat([_table(), _table(rule_id="b", action="leave")], ignore_index=True)
    faults = check_policy(other)
    assert set(faults["kind"]) == {"conflict"}
    assert faults["rule_ids"][0] == "a, b"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"action": "shout"},
            "`policy` holds 1 unknown values of action (a: 'shout'); expected one of answer, "
            "apologise, correct, redirect_to_care, move_to_private, escalate_pr, leave, "
            "human_review. Mend these rows.",
        ),
        (
            {"risk": "huge"},
            "`policy` holds 1 unknown values of risk (a: 'huge'); expected one of low, "
            "medium, high, "
            "*. Mend these rows.",
        ),
        (
            {"deadline_minutes": "soon"},
            "`policy` holds 1 deadlines that are no number of minutes (a: 'soon'); expected 0 or "
            "more, or nothing. Mend these rows.",
        ),
        (
            {"owner": " "},
            "`policy` has 1 rules without id or owner, and ids that repeat: none; "
            "expected both for "
            "each rule, and each id once. Complete these rows.",
        ),
    ],
)
def test_values_that_are_not_allowed_are_listed(tmp_path, changes, message):
    with pytest.raises(SchemaError) as error:
        load_policy(_save(tmp_path, _table(**changes)))
    assert str(error.value) == message


def test_missing_columns_and_files_are_errors(tmp_path):
    with pytest.raises(SchemaError, match="has no column 'owner'"):
        load_policy(_save(tmp_path, _table().drop(columns="owner")))
    with pytest.raises(InputError, match="is no file; expected a policy table"):
        load_policy(tmp_path / "none.csv")
    with pytest.raises(InputError, match="`lang` is 'de'; expected fr or en"):
        load_policy(lang="de")
    with pytest.raises(InputError, match="has no column 'surface', 'risk'"):
        apply_policy(pd.DataFrame({"comment_class": ["neutral"]}), policy=load_policy())


def test_workload_counts_what_is_to_do_and_what_leaves_the_network():
    posts = pd.DataFrame(
        {
            "text": ["where is my parcel", "my parcel is lost", "nice day", "call 06 12 34 56 78"],
            "surface": "mention",
        }
    )
    flags = RuleTriage().flag(posts["text"])
    posts = posts.assign(comment_class=comment_class(flags), risk=assess_risk(flags))
    before = posts.copy(deep=True)
    applied = apply_policy(posts, policy=load_policy(lang="en"))
    found = summarise_workload(applied, category=posts["comment_class"])
    total = found[found["owner"] == "all"].iloc[0]
    assert total["n"] == 4
    assert total["n_to_do"] == (applied["action"] != "leave").sum()
    assert total["n_leaving"] == applied["action"].isin(LEAVES_NETWORK).sum() == 1
    assert found[found["owner"] != "all"]["n"].sum() == 4
    assert found["share"].iloc[:-1].sum() == pytest.approx(1)
    assert total[[f"n_{c}" for c in CATEGORIES]].sum() == 4
    pd.testing.assert_frame_equal(posts, before)


@pytest.mark.parametrize("owner", ["=1+1", "+33", "@care", "-x", "＝1", "a\r=1+1"])
def test_a_written_table_runs_no_formula_and_reads_back(tmp_path, owner):
    table = load_policy(lang="en").assign(owner=owner)
    text = write_policy(table, tmp_path / "p.csv").read_bytes().decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "＝")) for cell in cells)
    assert "\r" not in text.replace('"a\r=1+1"', "")
    pd.testing.assert_frame_equal(load_policy(tmp_path / "p.csv"), table)
