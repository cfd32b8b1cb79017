"""Peers without their names: nobody is told apart by a count, a rank or a network."""

from dataclasses import replace

import numpy as np

import carekit
from carekit.report.model import to_json
from carekit.report.words import say

from . import planted

BRAND = planted.BANKS[0].name


def test_peers_get_letters_and_rounded_counts(tmp_path):
    banks = carekit.open_dataset(planted.plant(tmp_path / "d"))
    made = carekit.benchmark(banks, brand=BRAND, lang="fr", anonymise_peers=True)
    text = to_json(made.report)
    for bank in planted.BANKS[1:]:
        assert bank.name not in text
    rates = made.frame("rates")
    assert rates["brand"].tolist() == [BRAND, *(f"Concurrent {c}" for c in "ABCD")]
    assert all(str(n).rstrip("0").__len__() <= 2 for n in rates["n"][1:])
    assert not any(part.sha256 in text for part in banks.manifest.parts)  # the key of the letters


def test_few_people_of_a_peer_without_its_name_are_not_counted(tmp_path):
    banks = (*planted.BANKS[:2], planted.Bank("Rare", 40, 0.05), planted.Bank("Minime", 3))
    dataset = carekit.open_dataset(planted.plant(tmp_path / "d", banks))
    made = carekit.benchmark(dataset, brand=BRAND, lang="en", anonymise_peers=True)
    rates = made.frame("rates").iloc[1:]
    counts = rates[["n", "n_answered"]].to_numpy(float)
    assert np.isnan(counts).sum() == 3
    assert not (counts < 5).any()
    assert "df" not in rates.columns
    np.testing.assert_array_equal(rates["estimate"], rates["estimate"].round(3))
    said = [say(f, "en") for f in made.report.findings() if f.key == "pre.small"]
    assert len(said) == 1
    assert "–" in said[0]
    made.write(tmp_path / "out", formats="html,xlsx")


def test_on_a_network_of_one_or_two_peers_no_median_of_theirs_is_shown(tmp_path):
    alone = planted.Bank("Seule", 400, 0.8, networks=("tiktok", "x"))
    both = replace(planted.BANKS[0], networks=("tiktok", "x"))
    banks = (both, alone, *(replace(b, networks=("x",)) for b in planted.BANKS[1:4]))
    dataset = carekit.open_dataset(planted.plant(tmp_path / "d", banks))
    rows = {
        hidden: carekit.benchmark(dataset, brand=BRAND, lang="en", peers="all",
                                  anonymise_peers=hidden).frame("networks").set_index("network")
        for hidden in (False, True)
    }  # fmt: skip
    assert rows[False].loc["tiktok", "n_peers"] == 1
    assert rows[True].loc["tiktok", ["n_peers", "peers_median"]].isna().all()
    assert rows[True].loc["x", "n_peers"] == 4


def test_a_share_of_few_people_of_a_hidden_peer_is_not_shown(tmp_path):
    banks = (*planted.BANKS[:2], planted.Bank("Rare", 60, 0.6, again=0.03))
    dataset = carekit.open_dataset(planted.plant(tmp_path / "d", banks))
    rows = carekit.benchmark(dataset, brand=BRAND, lang="en", anonymise_peers=True).frame("repeats")
    hidden = rows[(rows["brand"] != BRAND) & rows["n_yes"].isna()]
    assert len(hidden)
    assert hidden["estimate"].isna().all()
