"""The list of accounts that a user gives."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from carekit.dataset.schema import ACCOUNTS, BRANDS, to_arrow
from carekit.errors import InputError
from carekit.sources.accounts import read_accounts


def written(folder: Path, content: str) -> Path:
    path = folder / "accounts.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_accounts_and_brands_fulfil_the_contract(tmp_path: Path) -> None:
    known = read_accounts(
        written(
            tmp_path,
            "Account;Network;Brand;account_kind;opened_at;country;sector;timezone\n"
            "@acme;Twitter;Acme;main;;FR;toys;Europe/Paris\n"
            "acme_care;x;Acme;CARE;2014-03-01;;;\n"
            ";;;;;;;\n",
        )
    )
    assert to_arrow(known.accounts, ACCOUNTS).num_rows == 2
    assert to_arrow(known.brands, BRANDS).num_rows == 1
    assert list(known.accounts.account) == ["acme", "acme_care"]
    assert list(known.accounts.network) == ["x", "x"]
    assert list(known.accounts.account_kind) == ["main", "care"]
    assert known.accounts.opened_at[1] == pd.Timestamp("2014-03-01", tz="UTC")
    assert known.brands.iloc[0].to_dict() == {
        "brand": "Acme",
        "country": "FR",
        "sector": "toys",
        "timezone": "Europe/Paris",
    }


def test_the_network_may_come_from_the_import(tmp_path: Path) -> None:
    known = read_accounts(written(tmp_path, "account,brand\nacme,Acme\n"), network="facebook")
    assert known.accounts.network[0] == "facebook"
    assert len(known.brands) == 0


def refusal(folder: Path, content: str) -> str:
    with pytest.raises(InputError) as caught:
        read_accounts(written(folder, content))
    return str(caught.value)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, "who,brand\na,A\n") == (
        "`accounts` accounts.csv has no column 'account', 'network'; found: who, brand. "
        "Expected the columns: account, network, brand, account_kind, opened_at, country, sector, "
        "timezone. Rename the columns of that file."
    )


def test_lines_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    content = (
        "account,network,brand,account_kind,opened_at\n"
        "a,x,A,,\n"
        "A,twitter,A,,\n"
        "b,x,,,\n"
        "c,x,C,second,\n"
        "d,x,D,,once\n"
    )
    assert refusal(tmp_path, content) == (
        "`accounts` accounts.csv has 4 of 5 rows that cannot be used (line 3: the account comes "
        "twice; line 4: account, network or brand is empty; line 5: account_kind is 'second'). "
        "Expected account, network, brand, account_kind (one of: main, care, or empty) and "
        "opened_at (such as 2014-03-01, or empty). Correct these lines."
    )


def test_a_brand_has_one_country(tmp_path: Path) -> None:
    content = "account,network,brand,country\na,x,A,FR\nb,x,A,DE\n"
    assert "line 3: country of the brand differs from an earlier line" in refusal(tmp_path, content)


def test_a_missing_or_broken_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        read_accounts(tmp_path / "nothing.csv")
    assert refusal(tmp_path, "").startswith("`accounts`: accounts.csv has no readable header.")
    assert refusal(tmp_path, "account,network,brand\na,x\n") == (
        "`accounts`: line 2 of accounts.csv cannot be read (expected 3 fields, found 2). Correct "
        "that line."
    )
