"""Categories by the rules, and corrected by a coded sheet: counted by hand, and against the estimator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from carekit.coding.categories import UNCORRECTED, categories
from carekit.coding.coded import coded_class, compare_corrected_shares, corrected_shares
from carekit.coding.flagged import flag_requests
from carekit.coding.policy import load_policy
from carekit.coding.workload import workload
from carekit.errors import InputError, SelectionError
from carekit.inference.correction.prevalence import corrected_prevalence

ASK, PRAISE, BLAME = "what time do you open", "thank you, great shop!", "my parcel is late again"
PRIVATE = "my order 88471209 is late, call 06 39 98 12 45"
ROWS = [
    {"id": "x:1", "brand": "acme", "account": "acme", "text": ASK, "surface": "mention"},
    {"id": "x:2", "brand": "acme", "account": "acme", "text": PRAISE, "surface": "mention"},
    {"id": "x:3", "brand": "acme", "account": "acme", "text": BLAME, "surface": "mention"},
    {"id": "x:4", "brand": "bolt", "account": "bolt", "text": PRIVATE, "surface": "mention"},
    {"id": "x:5", "brand": "bolt", "account": "bolt", "text": None, "surface": "mention"},
    {"id": "x:6", "reply_to": "x:1", "author_role": "brand", "brand": "acme", "text": "At 8."},
]


@pytest.fixture
def dataset(make_dataset):
    return make_dataset(ROWS)


@pytest.fixture
def many(make_dataset):
    """Two brands of 200 requests: acme asks in half of them, bolt in a quarter."""
    rows = []
    for b, (brand, every) in enumerate((("acme", 2), ("bolt", 4))):
        for i in range(200):
            text = f"{ASK if i % every == 0 else BLAME} {i}"
            row = {"id": f"x:{1000 * b + i}", "brand": brand, "account": brand, "text": text}
            rows.append(row | {"author_id": f"{brand}{i}"})
    return make_dataset(rows)


def codes_of(dataset, *, n: int = 80, wrong: int = 8) -> pd.DataFrame:
    """The first n requests of each brand, coded as the rules see them but for some."""
    frame = flag_requests(dataset, by="brand").frame
    parts = []
    for _, part in frame.groupby("brand"):
        chosen = part.sort_values("request_id").head(n)
        asks = chosen["comment_class"].eq("question").to_numpy(bool)
        asks[:wrong] = ~asks[:wrong]
        parts.append(
            pd.DataFrame(
                {
                    "post_id": chosen["request_id"].to_numpy(),
                    "tone": np.where(asks, "neutral", "negative"),
                    "is_question": np.where(asks, "yes", "no"),
                    "is_complaint": np.where(asks, "no", "yes"),
                    "is_abuse": "no",
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_shares_of_the_rules_are_counted_and_say_that_they_are_uncorrected(dataset):
    found = categories(dataset)
    assert found.columns[-3:].to_list() == ["method", "flags", "definition"]
    by_name = found.set_index("category")
    assert by_name.loc[["question", "positive", "negative"], "n_yes"].to_list() == [1, 1, 2]
    assert by_name.loc[["is_complaint", "personal_data"], "n_yes"].to_list() == [2, 1]
    assert (found["n"] == 4).all()
    assert (found["n_missing"] == 1).all()
    assert (found["n_coded"] == 0).all()
    assert found["method"].str.endswith(UNCORRECTED).all()
    assert "not corrected" in found.attrs["note"]


def test_the_five_categories_add_up_to_one_in_each_group(many):
    found = categories(many, by="brand")
    exclusive = found[~found["category"].str.contains("_")]
    assert exclusive.groupby("brand")["estimate"].sum().to_numpy() == pytest.approx([1, 1])


def test_groups_may_be_languages(dataset):
    found = categories(dataset, by="lang")
    assert set(found["lang"]) == {"en"}
    assert found["n"].iloc[0] == 4


def test_corrected_shares_equal_the_estimator_on_the_same_codes(many):
    codes = codes_of(many)
    found = corrected_shares(many, coded=codes, column="is_question", by="brand")
    frame = flag_requests(many, by="brand").frame.rename(columns={"request_id": "post_id"})
    frame = frame.merge(
        codes[["post_id", "is_question"]], on="post_id", how="left", suffixes=("", "_code")
    )
    for brand, part in frame.groupby("brand"):
        direct = corrected_prevalence(
            pd.DataFrame(
                {
                    "code": part["is_question_code"].map({"yes": 1.0, "no": 0.0}),
                    "machine": part["is_question"].astype(float),
                }
            ),
            code="code",
            machine="machine",
        ).iloc[0]
        mine = found[found["brand"] == brand].iloc[0]
        for name in ("estimate", "ci_low", "ci_high", "naive", "human_estimate", "n", "n_coded"):
            assert mine[name] == pytest.approx(direct[name]), name
    assert found["category"].to_list() == ["is_question", "is_question"]


def test_a_coded_sheet_replaces_the_shares_of_the_rules(many, tmp_path):
    sheet = tmp_path / "coded.csv"
    codes_of(many).to_csv(sheet, index=False)
    found = categories(many, coded=sheet)
    direct = corrected_shares(many, coded=sheet).set_index("category")
    by_name = found.set_index("category")
    for category in ("question", "negative"):
        assert by_name.loc[category, "estimate"] == direct.loc[category, "estimate"]
    assert (by_name.loc[["question", "is_complaint"], "n_coded"] == 160).all()
    assert by_name.loc["personal_data", "n_coded"] == 0
    assert by_name.loc["personal_data", "method"].endswith(UNCORRECTED)
    assert by_name.loc["question", "uncorrected"] == pytest.approx(150 / 400)


def test_groups_compare_with_each_other(many):
    found = compare_corrected_shares(
        many, coded=codes_of(many), by="brand", column="is_question"
    ).iloc[0]
    shares = corrected_shares(many, coded=codes_of(many), by="brand", column="is_question")
    assert found["estimate"] == pytest.approx(shares["estimate"][0] - shares["estimate"][1])
    assert (found["group_1"], found["group_2"]) == ("acme", "bolt")


def test_a_group_without_coded_posts_has_no_estimate_and_says_why(many):
    codes = codes_of(many)
    of_acme = codes[codes["post_id"].str[2:].astype(int) < 1000]
    found = corrected_shares(many, coded=of_acme, by="brand", column="tone")
    bolt = found[found["brand"] == "bolt"]
    assert bolt["estimate"].isna().all()
    assert (bolt["flags"] == "too_few_coded").all()
    assert bolt["naive"].notna().all()


def test_strata_with_unequal_weights_are_found_among_the_columns(many, tmp_path):
    codes = codes_of(many)
    of_bolt = codes["post_id"].str[2:].astype(int) >= 1000
    # 80 of acme's 200 and 20 of bolt's 200: bolt's codes count four times.
    chosen = codes[~of_bolt | (codes.groupby(of_bolt).cumcount() < 20)].copy()
    bolt = chosen["post_id"].str[2:].astype(int) >= 1000
    chosen["stratum"] = np.where(bolt, "bolt", "acme")
    chosen["weight"] = np.where(bolt, 10.0, 2.5)
    sheet = tmp_path / "coded.csv"
    chosen.to_csv(sheet, index=False)
    found = corrected_shares(many, coded=sheet, column="is_question")
    assert "drawn by brand" in found.attrs["note"]
    by_hand = sum((chosen.loc[part, "is_question"] == "yes").mean() / 2 for part in (bolt, ~bolt))
    assert found["human_estimate"][0] == pytest.approx(by_hand)


def test_unequal_weights_without_a_column_are_an_error(many, tmp_path):
    codes = codes_of(many).assign(stratum="s", weight=1.0)
    codes.loc[0, ["stratum", "weight"]] = ["t", 9.0]
    sheet = tmp_path / "coded.csv"
    codes.to_csv(sheet, index=False)
    with pytest.raises(InputError) as error:
        corrected_shares(many, coded=sheet)
    assert str(error.value) == (
        "`coded` was drawn with unequal weights, and no column of the requests gives its strata "
        "(s, t); expected one of network, surface, brand, account, country, sector, author_id, "
        "lang. Name it (--stratum)."
    )


def test_a_sheet_of_other_posts_is_an_error(dataset):
    codes = pd.DataFrame({"post_id": ["x:99"], "tone": ["neutral"]})
    with pytest.raises(InputError, match="holds 1 posts, none of which is a request"):
        corrected_shares(dataset, coded=codes, column="tone")


def test_a_code_that_the_sheet_lacks_is_an_error(dataset):
    codes = pd.DataFrame({"post_id": ["x:1"], "tone": ["neutral"]})
    with pytest.raises(InputError) as error:
        corrected_shares(dataset, coded=codes)
    assert str(error.value) == (
        "`coded` has no tone, is_question, is_complaint and is_abuse; expected a sheet in which "
        "this was coded. Choose another `column`, or code it."
    )


def test_a_post_coded_in_part_has_no_category():
    codes = pd.DataFrame(
        {
            "tone": ["negative", "negative", None],
            "is_question": ["yes", "yes", "no"],
            "is_complaint": ["yes", None, "no"],
            "is_abuse": ["no", "no", "no"],
        }
    )
    assert coded_class(codes).to_list() == ["negative", None, None]


def test_the_workload_counts_each_request_once(dataset):
    found = workload(dataset, policy=load_policy(lang="en"))
    every = found[found["owner"] == "all"].iloc[0]
    assert every["n"] == found[found["owner"] != "all"]["n"].sum() == 4
    # The one that shows personal data must leave the network; the thanks are answered.
    assert (every["n_to_do"], every["n_leaving"], every["share_leaving"]) == (4, 1, 0.25)
    assert 0 <= every["ci_low"] <= 0.25 <= every["ci_high"] <= 1
    lost = found.facts.left_out
    assert lost["requests without a rule (no text, or an unknown surface)"] == 1


def test_flags_keep_no_text_unless_asked(dataset):
    assert "text" not in flag_requests(dataset).frame
    assert "text" in flag_requests(dataset, text=True).frame


def test_strata_with_one_coded_post_are_put_together_and_flagged(many, tmp_path):
    codes = codes_of(many)
    of_bolt = codes["post_id"].str[2:].astype(int) >= 1000
    chosen = codes[~of_bolt | (codes.groupby(of_bolt).cumcount() < 1)].copy()
    bolt = chosen["post_id"].str[2:].astype(int) >= 1000
    chosen["stratum"], chosen["weight"] = np.where(bolt, "bolt", "acme"), np.where(bolt, 200, 2.5)
    sheet = tmp_path / "coded.csv"
    chosen.to_csv(sheet, index=False)
    found = corrected_shares(many, coded=sheet, column="is_question").iloc[0]
    assert found["flags"].endswith("collapsed_strata")
    assert found["human_estimate"] == pytest.approx((chosen["is_question"] == "yes").mean())


def test_a_sample_with_many_small_strata_still_gives_shares(many):
    # Strata of one post each, as a sample of few posts over many brands has them.
    codes = codes_of(many, n=40)
    found = corrected_shares(many, coded=codes, column="is_question", stratum="author_id")
    assert found["estimate"].notna().all()
    assert found["n_coded"][0] == 80


def test_requests_flagged_once_are_grouped_often(many):
    flagged = flag_requests(many)
    once = categories(many, by="brand")
    again = categories(many, by="brand", flagged=flagged)
    pd.testing.assert_frame_equal(once, again)
    assert flagged.by == ()
    with pytest.raises(InputError, match="names a column 'beauty' that was not kept"):
        flagged.regrouped("beauty")


def test_posts_without_text_are_refused_with_the_reason(make_dataset):
    dataset = make_dataset([{"id": "x:1", "brand": "a", "text": None}])
    with pytest.raises(SelectionError, match="None of 1 requests has a text; expected texts"):
        categories(dataset)


def test_requests_in_other_languages_are_missing_and_counted(make_dataset):
    texts = {"en": "my parcel is late again", "fr": "mon colis est encore en retard",
             "de": "mein Paket ist schon wieder zu spät", "es": "mi paquete llega tarde otra vez",
             "nl": "mijn pakket is weer te laat"}  # fmt: skip
    found = categories(make_dataset([
        {"id": f"x:{lang}{i}", "brand": "acme", "account": "acme", "text": text, "lang": lang}
        for lang, text in texts.items() for i in range(4)
    ]))  # fmt: skip
    row = found[found.category == "negative"].iloc[0]
    assert (row.n, row.n_yes, row.n_missing) == (8, 8, 12)
    assert found.facts.left_out["requests in languages that the rules do not read"] == 12


def test_a_request_without_text_is_so_in_every_language(make_dataset):
    found = categories(make_dataset([
        {"id": "x:1", "brand": "a", "account": "a", "text": "my parcel is late", "lang": "en"},
        {"id": "x:2", "brand": "a", "account": "a", "text": None, "lang": "es"},
        {"id": "x:3", "brand": "a", "account": "a", "text": "llega tarde otra vez", "lang": "es"},
    ]))  # fmt: skip
    left_out = found.facts.left_out
    assert left_out["requests without a text"] == 1
    assert left_out["requests in languages that the rules do not read"] == 1


def test_posts_in_other_languages_alone_are_refused_with_the_reason(make_dataset):
    dataset = make_dataset([{"id": "x:1", "brand": "a", "text": "llega tarde", "lang": "es"}])
    with pytest.raises(SelectionError, match="None of 1 requests has a text in English or French"):
        categories(dataset)
