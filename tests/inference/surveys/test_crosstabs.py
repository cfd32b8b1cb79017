"""carekit.inference.surveys.crosstabs: Rao-Scott tests."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carekit.errors import InputError
from carekit.inference.surveys.crosstabs import rao_scott

GOLDEN = Path(__file__).parents[2] / "golden"
DESIGNS = {
    "equal": {},
    "weighted": {"weight": "weight"},
    "clustered": {"weight": "weight", "stratum": "stratum", "psu": "psu"},
}
QUANTITIES = {
    "F_statistic": "statistic",
    "F_df1": "df",
    "F_df2": "df_denominator",
    "F_p": "p_value",
    "Chisq_statistic": "chi2",
    "Chisq_p": "first_order_p_value",
    "first_order_statistic": "first_order_statistic",
    "mean_eigenvalue": "mean_deff",
}


def respondents():
    return pd.read_csv(GOLDEN / "in_survey.csv")


def test_every_frozen_rao_scott_value_is_reproduced(golden):
    reference, frame = golden("rao_scott"), respondents()
    done = {name: rao_scott(frame, "prefers", by="age", **o) for name, o in DESIGNS.items()}
    for row in reference.rows:
        name = row["case"].split()[0].removeprefix("design=")
        got = getattr(done[name], QUANTITIES[row["quantity"]])
        reference.check(row["case"], row["quantity"], got)
    assert len(reference.rows) == 24


def test_pearson_statistic_is_scipys_for_equal_weights():
    from scipy.stats import chi2_contingency

    frame = respondents()
    table = pd.crosstab(frame["age"], frame["used"])
    expected = chi2_contingency(table, correction=False).statistic
    assert rao_scott(frame, "used", by="age").chi2 == pytest.approx(expected)


def test_rows_and_columns_change_places_without_effect():
    frame = respondents()
    one = rao_scott(frame, "prefers", by="age", **DESIGNS["clustered"])
    other = rao_scott(frame, "age", by="prefers", **DESIGNS["clustered"])
    for name in set(QUANTITIES.values()):
        assert getattr(one, name) == pytest.approx(getattr(other, name))


def test_clusters_cloned_inside_make_the_test_less_sure():
    frame = respondents().assign(psu=lambda f: f["id"])
    once = rao_scott(frame, "prefers", by="age", psu="psu")
    cloned = pd.concat([frame] * 3, ignore_index=True)
    thrice = rao_scott(cloned, "prefers", by="age", psu="psu")
    assert thrice.chi2 == pytest.approx(3 * once.chi2)
    assert thrice.mean_deff == pytest.approx(3 * once.mean_deff)
    assert thrice.p_value == pytest.approx(once.p_value)


def test_empty_rows_and_columns_are_left_out_and_missing_is_counted():
    frame = respondents()
    ages = sorted(frame["age"].unique())
    wider = frame.assign(age=pd.Categorical(frame["age"], categories=["0-17", *ages]))
    one = rao_scott(wider, "prefers", by="age", answers=[0, 1, 2])
    plain = rao_scott(frame, "prefers", by="age")
    assert one.p_value == pytest.approx(plain.p_value)
    assert one.rows == tuple(ages)
    assert one.columns == (0, 1)
    gaps = frame.assign(
        prefers=frame["prefers"].where(frame["id"] > 10), age=frame["age"].where(frame["id"] < 240)
    )
    found = rao_scott(gaps, "prefers", by="age", weight="weight")
    assert (found.n, found.n_missing) == (229, 18)


def test_a_table_without_contrast_is_nan():
    found = rao_scott(respondents(), "never", by="age")
    assert np.isnan(found.p_value)
    assert (found.method, found.n) == ("none: no contrast", 247)
    assert np.isnan(rao_scott(respondents().iloc[:0], "used", by="age").statistic)


def test_one_cluster_leaves_no_degrees_of_freedom():
    found = rao_scott(respondents().assign(town="a"), "prefers", by="age", psu="town")
    assert found.method == "none: clusters do not vary"
    assert np.isnan(found.p_value)


def test_result_reads_as_a_sentence_and_input_is_unchanged():
    frame = respondents()
    before = frame.copy(deep=True)
    found = rao_scott(frame, "prefers", by="age", **DESIGNS["clustered"])
    assert str(found) == (
        "2 answers in 6 groups, n = 247: F(3.27, 29.4) = 0.871, p = 0.475 "
        "(rao-scott second order F; mean design effect 1.11)."
    )
    pd.testing.assert_frame_equal(frame, before)


def test_an_empty_cell_inside_the_table_is_refused():
    frame = pd.DataFrame({"age": list("aaabbb"), "q": ["yes", "no", "maybe", "yes", "no", "no"]})
    with pytest.raises(InputError) as error:
        rao_scott(frame, "q", by="age")
    assert str(error.value) == (
        "`frame` has no respondent in 1 cell(s) of 'age' × 'q': b × maybe; every cell of a row "
        "and a column in use must hold one. Merge groups or answers, or compare shares with "
        "`compare`."
    )
