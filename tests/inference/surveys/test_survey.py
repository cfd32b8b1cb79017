"""carekit.inference.surveys.survey: weighted shares of answers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carekit.errors import InputError, SchemaError
from carekit.inference.rates.intervals import wilson_effective
from carekit.inference.rates.proportions import estimate_rate
from carekit.inference.surveys.survey import share

GOLDEN = Path(__file__).parents[2] / "golden"
DESIGNS = {
    "equal": {},
    "weighted": {"weight": "weight"},
    "clustered": {"weight": "weight", "stratum": "stratum", "psu": "psu"},
}
COLUMNS = {
    "n": ("beta", "n"),
    "estimate": ("beta", "estimate"),
    "se": ("beta", "std_error"),
    "df": ("beta", "df"),
    "deff_replace": ("beta", "deff"),
    "n_effective": ("beta", "n_eff"),
    "mean_low": ("wald", "ci_low"),
    "mean_high": ("wald", "ci_high"),
    "logit_low": ("logit", "ci_low"),
    "logit_high": ("logit", "ci_high"),
    "xlogit_low": ("logit", "ci_low"),
    "xlogit_high": ("logit", "ci_high"),
    "beta_low": ("beta", "ci_low"),
    "beta_high": ("beta", "ci_high"),
    "wilson_t_low": ("wilson", "ci_low"),
    "wilson_t_high": ("wilson", "ci_high"),
    "zero_variance_low": ("logit", "ci_low"),
    "zero_variance_high": ("logit", "ci_high"),
}


def respondents():
    return pd.read_csv(GOLDEN / "in_survey.csv")


def people(answers, **columns):
    return pd.DataFrame({"answer": answers, **columns}).rename(columns={"answer": "q"})


def test_every_frozen_share_error_and_limit_of_a_survey_is_reproduced(golden):
    reference, frame, done = golden("survey_proportion"), respondents(), {}
    for golden_row in reference.rows:
        case, quantity = golden_row["case"], golden_row["quantity"]
        given_ = dict(part.split("=", 1) for part in case.split())
        column, _, value = given_["domain"].partition("=")
        by = () if column == "all" else column

        def row(interval, case=case, given_=given_, by=by, value=value):
            if (case, interval) not in done:
                options = {**DESIGNS[given_["design"]], "by": by, "answers": [0, 1]}
                out = share(frame, given_["y"], interval=interval, **options)
                out = out[out["answer"] == 1]
                done[case, interval] = (out[out[by] == value] if by else out).iloc[0]
            return done[case, interval]

        if quantity.startswith("wilson_neff"):  # the normal quantile: not offered by `share`
            found = row("beta")
            low, high = wilson_effective(found["estimate"], found["n_eff"])
            got = low if quantity.endswith("low") else high
        else:
            interval, name = COLUMNS[quantity]
            got = row(interval)[name]
        reference.check(case, quantity, float(got))
    assert len(reference.rows) == 328


def test_weighted_share_counted_by_hand():
    # Weights 1, 2, 3 say yes, yes, no: p = 3/6. u = w(y - p)/6 = 1/12, 2/12, -3/12.
    # v = 3/2 · (1 + 4 + 9)/144 = 7/48.
    out = share(people(["yes", "yes", "no"], weight=[1, 2, 3]), "q", weight="weight")
    assert out["answer"].tolist() == ["no", "yes"]
    assert out["estimate"].tolist() == [0.5, 0.5]
    assert out["std_error"].tolist() == pytest.approx([np.sqrt(7 / 48)] * 2)
    assert out["df"].tolist() == [2, 2]
    assert out["deff"].tolist() == pytest.approx([7 / 48 * 2 / 0.25] * 2)


def test_stratified_variance_counted_by_hand():
    # Strata a: 1, 0 and b: 1, 1, 0, 0: p = 1/2, u = ±1/12.
    # Stratum a: 2/1 · 2/144; stratum b: 4/3 · 4/144.
    frame = people([1, 0, 1, 1, 0, 0], stratum=list("aabbbb"))
    out = share(frame, "q", stratum="stratum")
    assert out["std_error"][1] == pytest.approx(np.sqrt((4 + 16 / 3) / 144))
    assert out["df"][1] == 4


def test_equal_weights_without_design_give_the_same_as_counts():
    frame = respondents()
    survey = share(frame, "prefers", by="age").query("answer == 1").reset_index(drop=True)
    counts = frame.groupby("age")["prefers"].agg(n="size", n_answered="sum").reset_index()
    rates = estimate_rate(counts, by="age")
    same = ["age", "n", "estimate", "std_error", "ci_low", "ci_high", "n_eff", "deff", "method"]
    pd.testing.assert_frame_equal(survey[same], rates[same], rtol=1e-12)
    constant = share(frame.assign(w=3.0), "prefers", by="age", weight="w")
    pd.testing.assert_frame_equal(
        constant.query("answer == 1").reset_index(drop=True), survey, rtol=1e-12
    )


def test_clusters_of_one_respondent_change_nothing():
    frame = respondents()
    with_ids = share(frame, "prefers", by="sex", weight="weight", psu="id")
    pd.testing.assert_frame_equal(with_ids, share(frame, "prefers", by="sex", weight="weight"))


def test_missing_answers_are_outside_the_base_and_counted():
    frame = people(
        ["yes", None, "no", "don't know", "yes", None],
        group=list("aabbba"),
        weight=[1.0, 1.0, 2.0, 3.0, 2.0, 0.0],
    )
    out = share(frame, "q", by="group", weight="weight", missing=["don't know"])
    assert out[["group", "answer"]].to_numpy().tolist() == [
        ["a", "no"],
        ["a", "yes"],
        ["b", "no"],
        ["b", "yes"],
    ]
    assert out["n"].tolist() == [1, 1, 2, 2]
    assert out["n_missing"].tolist() == [1, 1, 1, 1]  # the weightless row counts nowhere
    assert out["estimate"].tolist() == [0, 1, 0.5, 0.5]


def test_an_answer_nobody_gave_has_a_row_with_exact_limits():
    frame = respondents()
    out = share(frame, "never", answers=[0, 1], weight="weight", psu="psu")
    assert out["estimate"].tolist() == [1, 0]
    assert out["flags"].tolist() == ["zero_var, few_clusters"] * 2
    assert out["method"].tolist() == ["clopper-pearson on kish n_eff: no variance"] * 2
    assert out["ci_low"][0] == pytest.approx(1 - out["ci_high"][1])
    categorical = frame.assign(never=pd.Categorical(frame["never"], categories=[0, 1]))
    pd.testing.assert_frame_equal(
        share(categorical, "never", weight="weight", psu="psu")[out.columns[1:]],
        out[out.columns[1:]],
    )


def test_a_group_in_one_cluster_has_an_estimate_and_no_limits():
    frame = people([1, 0, 1, 1, 0, 0], town=list("aabbcc"), group=list("xxyyyy"))
    out = share(frame, "q", by="group", psu="town").query("answer == 1")
    assert out["flags"].tolist() == ["one_cluster, few_clusters, small_n", "few_clusters, small_n"]
    assert out["method"].tolist() == ["none: one town", "korn-graubard"]
    first = out.iloc[0]
    assert first["estimate"] == 0.5
    assert first[["std_error", "ci_low", "ci_high", "df"]].isna().all()
    one_town = share(people([1, 0, 1], town=["a"] * 3), "q", psu="town")
    assert one_town["method"].tolist() == ["none: one town"] * 2


def test_a_group_with_one_respondent_is_defined():
    frame = people([1, 0, 1, 0], group=list("xyyy"), weight=[1, 1, 2, 3])
    weighted = share(frame, "q", by="group", weight="weight").query("answer == 1").iloc[0]
    assert (weighted["estimate"], weighted["flags"]) == (1, "one_cluster, small_n")
    assert weighted["method"] == "none: one respondent"
    plain = share(frame, "q", by="group").query("answer == 1").iloc[0]
    assert (plain["ci_high"], plain["method"]) == (1, "wilson")


def test_one_cluster_in_each_stratum_of_a_group_leaves_no_degrees_of_freedom():
    frame = people([1, 0, 1, 0, 1, 1, 0, 0], s=list("aaaabbbb"), c=list("ppqqrrss"))
    frame["group"] = ["x", "x", "y", "y"] * 2
    out = share(frame, "q", by="group", stratum="s", psu="c").query("answer == 1").iloc[0]
    assert (out["df"], out["method"]) == (0, "none: one c a stratum")
    assert out["std_error"] > 0
    assert np.isnan(out["ci_low"])


def test_groups_without_answers_are_rows_of_nan():
    frame = people([None, None, "no", "yes"], group=list("aabb"))
    out = share(frame, "q", by="group")
    assert out["flags"].tolist() == ["n0", "n0", "small_n", "small_n"]
    assert (
        out[["estimate", "std_error", "ci_low", "ci_high", "n_eff"]].head(2).isna().all(axis=None)
    )
    assert out["n_missing"].tolist() == [2, 2, 0, 0]
    nobody = share(frame.iloc[:0], "q", by="group")
    assert len(nobody) == 0
    assert nobody.columns.tolist() == out.columns.tolist()
    assert share(frame.iloc[:0], "q", answers=["yes"], weight=None)["n"].tolist() == [0]


def test_a_missing_group_is_a_group_of_its_own_and_comes_last():
    frame = people(["yes"] * 4, group=["b", None, "a", None])
    assert share(frame, "q", by="group")["group"].fillna("?").tolist() == ["a", "b", "?"]
    both = share(frame.assign(other=1), "q", by=["group", "other"])
    assert both["group"].fillna("?").tolist() == ["a", "b", "?"]


def test_age_groups_keep_the_order_of_their_categories():
    ages = pd.Categorical(["18-24", "65+", "25-34"], categories=["18-24", "25-34", "35-44", "65+"])
    out = share(people([1, 1, 1], age=ages), "q", by="age")
    assert out["age"].tolist() == ["18-24", "25-34", "65+"]


def test_a_lonely_stratum_is_refused_or_centred():
    frame = people([1, 0, 1, 1, 0, 1], s=list("aaaabb"), c=list("ppqqrr"), w=[1, 2, 1, 1, 3, 1])
    with pytest.raises(InputError) as error:
        share(frame, "q", stratum="s", psu="c", weight="w")
    assert str(error.value) == (
        "`stratum` 's' holds 1 stratum/strata with one cluster (first: b); two or more were "
        "expected, one alone shows no variation. Merge it with a stratum like it, or pass "
        "lonely='center'."
    )
    out = share(frame, "q", stratum="s", psu="c", weight="w", lonely="center").iloc[1]
    p, total = 4 / 9, 9  # U: p (1-p) + 2(0-p); q 2(1-p); r 3(0-p) + (1-p)
    u = np.array([1 - 3 * p, 2 - 2 * p, 1 - 4 * p]) / total
    expected = 2 * ((u[:2] - u[:2].mean()) ** 2).sum() + u[2] ** 2
    assert out["std_error"] == pytest.approx(np.sqrt(expected))


frames = st.lists(
    st.tuples(
        st.sampled_from(["yes", "no", "maybe", None]),
        st.sampled_from("ab"),
        st.sampled_from([0.0, 0.5, 1.0, 2.25]),
        st.sampled_from("uv"),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=40,
).map(lambda rows: pd.DataFrame(rows, columns=["q", "group", "weight", "stratum", "psu"]))


@settings(deadline=None, max_examples=20)
@given(frames, st.randoms(), st.sampled_from([(), ("psu",), ("stratum",), ("stratum", "psu")]))
def test_shares_add_up_limits_hold_them_and_row_order_is_irrelevant(frame, random, design):
    frame.loc[0, "weight"] = 1.0
    before = frame.copy(deep=True)
    options = {name: name for name in design} | {"lonely": "center", "weight": "weight"}
    for interval in ("auto", "logit", "wilson"):
        out = share(frame, "q", by="group", interval=interval, **options)
        order = list(range(len(frame)))
        random.shuffle(order)
        shuffled = share(frame.iloc[order], "q", by="group", interval=interval, **options)
        pd.testing.assert_frame_equal(out, shuffled, rtol=1e-9, atol=1e-12)
        sums = out[out["n"] > 0].groupby("group")["estimate"].sum()
        assert np.allclose(sums, 1)
        shown = out.dropna(subset=["ci_low"])
        assert (shown["ci_low"] <= shown["estimate"] + 1e-9).all()
        assert (shown["estimate"] <= shown["ci_high"] + 1e-9).all()
        assert shown["ci_low"].ge(0).all()
        assert shown["ci_high"].le(1).all()
        rows = (frame["weight"] > 0).sum()
        assert (out["n"] + out["n_missing"]).groupby(out["group"]).first().sum() in (rows, 0)
    pd.testing.assert_frame_equal(frame, before)


def test_weights_times_a_constant_change_nothing():
    frame = respondents()
    once = share(frame, "used", by="age", weight="weight", stratum="stratum", psu="psu")
    frame["weight"] *= 1e6
    again = share(frame, "used", by="age", weight="weight", stratum="stratum", psu="psu")
    pd.testing.assert_frame_equal(once, again, rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"weight": "bad"},
            "`weight` 'bad' is negative or missing in 2 rows (first: r2, r3); numbers from 0 on "
            "were expected. Give these respondents a weight, or leave them out and say so.",
        ),
        (
            {"weight": "zero"},
            "`weight` 'zero' is 0 in all 3 rows; some weight above 0 was expected. Check that "
            "this is the right column.",
        ),
        (
            {"psu": "gap"},
            "`psu` 'gap' is missing in 1 row (first: r2); every respondent must belong to one. "
            "Fill the column, or leave these rows out and say so.",
        ),
        (
            {"answers": ["yes", "perhaps"]},
            "`question` 'q' holds 'no' in 1 row (first: r2); `answers` lists: yes, perhaps. Add "
            "the answer, or name it in `missing`.",
        ),
        (
            {"answers": ["yes", "yes"]},
            "`answers` is ['yes', 'yes']; each possible answer once was expected. List every "
            "answer one time.",
        ),
        (
            {"interval": "exact"},
            "`interval` is 'exact'; one of 'auto', 'beta', 'logit', 'wilson', 'wald' was "
            "expected. Use 'auto' unless you reproduce a published interval.",
        ),
        (
            {"lonely": "drop"},
            "`lonely` is 'drop'; one of 'error', 'center' was expected. Use 'error' to refuse "
            "strata of one cluster.",
        ),
        (
            {"by": "n"},
            "`by` names 'n', which is also a column of the result. Rename that column of your "
            "table before grouping by it.",
        ),
    ],
)
def test_wrong_input_is_refused_with_its_reason(options, message):
    frame = people(
        ["yes", "no", None],
        respondent_id=["r1", "r2", "r3"],
        bad=[1.0, -1.0, np.nan],
        zero=[0, 0, 0],
        gap=["a", None, "b"],
        n=[1, 1, 1],
    )
    with pytest.raises(InputError) as error:
        share(frame, "q", **options)
    assert str(error.value) == message


def test_an_unknown_question_is_named():
    with pytest.raises(SchemaError) as error:
        share(people([1, 2]), "prefers", weight="w")
    assert str(error.value) == (
        "`frame` has no column 'w'; found: q. Name a column that exists, or add it to the table."
    )


def test_requests_clustered_by_brand_equal_the_frozen_limits(golden):
    messages, reference = pd.read_csv(GOLDEN / "in_messages.csv"), golden("pooled_rate")
    for interval, name in (("logit", "xlogit"), ("wald", "mean"), ("beta", "beta")):
        out = share(messages, "answered", psu="brand", interval=interval).query("answer == 1")
        for side in ("low", "high"):
            got = out[f"ci_{side}"].iloc[0]
            reference.check("in_messages cluster=brand", f"{name}_{side}", got)


def test_rare_answers_of_weighted_respondents_fall_back_to_kishs_effective_n():
    frame = respondents().assign(rare=lambda f: (f["id"] % 40 == 0).astype(int))
    out = share(frame, "rare", weight="weight").query("answer == 1").iloc[0]
    assert out["method"] == "wilson on kish n_eff: few gave this answer, or few did not"
    low, high = wilson_effective(out["estimate"], 190.3750938, df=246)
    assert (out["ci_low"], out["ci_high"]) == pytest.approx((low.item(), high.item()))
    asked = share(frame, "rare", weight="weight", interval="beta").query("answer == 1").iloc[0]
    assert asked["method"] == "korn-graubard"
    common = share(frame, "prefers", weight="weight")
    assert common["method"].unique().tolist() == ["korn-graubard"]
