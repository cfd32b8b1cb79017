"""Examples of functions of carekit/coding that are not on the face."""

import pandas as pd

from carekit.coding.coded import coded_class
from carekit.coding.coding_workflow import find_sheets
from carekit.coding.flagging import summarise_flags
from carekit.coding.labels import map_labels
from carekit.coding.policy import (
    apply_policy,
    assess_risk,
    check_policy,
    load_policy,
    summarise_workload,
)
from carekit.coding.sampling import sample_for_coding


def test_example_of_coded_class():
    codes = pd.DataFrame(
        {"tone": ["neutral"], "is_question": ["yes"], "is_complaint": ["no"], "is_abuse": ["no"]}
    )
    assert (coded_class(codes).to_list()) == ["question"]


def test_example_of_find_sheets():
    from carekit.dataset.folder import open_dataset

    assert ([sheet.name for sheet in find_sheets(open_dataset())]) == ["coder_a.csv", "coder_b.csv"]


def test_example_of_summarise_flags():
    from carekit.text.rules import RuleTriage

    flags = RuleTriage().flag(["where is my parcel", "thank you, great help"])
    table = summarise_flags(flags)
    assert (table[table.flag == "is_question"][["value", "n", "n_yes"]].values.tolist()) == [
        ["yes", 2, 1]
    ]


def test_example_of_map_labels():
    mapped = map_labels(pd.Series(["neg", "Positif", "neutre"]))
    assert (mapped.task, mapped.values.to_list()) == ("tone", ["negative", "positive", "neutral"])


def test_example_of_check_policy():
    assert (len(check_policy(load_policy(lang="fr")))) == 0


def test_example_of_assess_risk():
    from carekit.text.rules import RuleTriage

    flags = RuleTriage().flag(["hello", "my parcel is late", "call 06 12 34 56 78"])
    assert (assess_risk(flags).to_list()) == ["low", "medium", "high"]


def test_example_of_apply_policy():
    posts = pd.DataFrame(
        {"comment_class": ["negative"], "surface": ["mention"], "risk": ["medium"]}
    )
    assert (
        apply_policy(posts, policy=load_policy(lang="en"))[["owner", "action"]].values.tolist()
    ) == [["care", "apologise"]]


def test_example_of_summarise_workload():
    applied = pd.DataFrame(
        {
            "owner": ["care", "care"],
            "action": ["answer", "move_to_private"],
            "deadline_minutes": [240, 60],
            "rule_id": ["a", "b"],
        }
    )
    assert (summarise_workload(applied)[["owner", "n", "share_leaving"]].values.tolist()) == [
        ["care", 2, 0.5],
        ["all", 2, 0.5],
    ]


def test_example_of_sample_for_coding():
    posts = pd.DataFrame({"post_id": list("abcdef"), "text": "t", "brand": list("xxxxyy")})
    drawn = sample_for_coding(posts, n=4, by="brand", allocation="equal")
    assert (drawn.groupby("stratum").weight.agg(["size", "first"]).values.tolist()) == [
        [2.0, 2.0],
        [2.0, 1.0],
    ]
