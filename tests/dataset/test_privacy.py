"""Pseudonyms: keyed, stable, the same in Python and in the engine; the key stays with its owner."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from carekit.dataset import privacy
from carekit.dataset.privacy import fold_name, fold_name_sql
from carekit.errors import InputError

KEY = b"0123456789abcdef"


def test_a_pseudonym_is_the_start_of_an_hmac():
    whole = hmac.new(KEY, b"x:115712", hashlib.sha256).hexdigest()
    assert privacy.pseudonym(KEY, "x", "115712") == f"a_{whole[:16]}"


def test_another_network_or_key_gives_another_pseudonym():
    one = privacy.pseudonym(KEY, "x", "ann")
    assert one != privacy.pseudonym(KEY, "reddit", "ann")
    assert one != privacy.pseudonym(KEY + b"!", "x", "ann")


@given(
    st.binary(min_size=16, max_size=120),
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)
def test_the_engine_gives_the_same_pseudonym(key, author):
    sql = privacy.pseudonym_sql(key, "'x'", "?")
    found = duckdb.execute(f"SELECT {sql}", [author]).fetchone()
    assert found == (privacy.pseudonym(key, "x", author),)


def test_the_key_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv(privacy.KEY_VARIABLE, "a key of my own, long enough\n")
    assert privacy.load_key() == b"a key of my own, long enough"


def test_without_a_variable_a_key_is_made_once_and_only_its_owner_reads_it(monkeypatch, tmp_path):
    monkeypatch.delenv(privacy.KEY_VARIABLE)
    monkeypatch.setattr(
        privacy.platformdirs, "user_config_dir", lambda *_, **__: str(tmp_path / "c")
    )
    key = privacy.load_key()
    assert key == privacy.load_key()
    assert len(key) == 64
    if os.name != "nt":
        assert stat.S_IMODE(privacy.key_file().stat().st_mode) == 0o600


def test_a_short_key_is_refused(monkeypatch):
    monkeypatch.setenv(privacy.KEY_VARIABLE, "secret")
    with pytest.raises(InputError) as error:
        privacy.load_key()
    assert str(error.value) == (
        "The pseudonym key from environment variable CAREKIT_PSEUDONYM_KEY has 6 characters; at "
        "least 16 are needed. Use a longer one, for example 64 random hexadecimal digits."
    )
    assert "secret" not in str(error.value)


def test_a_key_has_a_name_that_reveals_nothing():
    assert privacy.key_id(KEY) == "k_7b2d60ed515b"
    assert privacy.key_id(KEY + b"x") != privacy.key_id(KEY)


@settings(deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=50))
@example(["\0É", "İ\u0307", "ΑΣ"])
def test_names_are_folded_alike_in_python_and_in_the_engine(names):
    table = pa.table({"name": names})
    with duckdb.connect() as con:
        con.register("given", table)
        for name in ("name", "(name)"):
            got = con.execute(f"SELECT {fold_name_sql(name)} FROM given").fetchall()
            assert [g for (g,) in got] == [fold_name(n) for n in names]


# Capitals of Unicode 16, which Python knows from 3.14 and DuckDB not yet: Garay and five others.
UNICODE_16 = set(map(chr, [0x1C89, 0xA7CB, 0xA7CC, 0xA7DA, 0xA7DC, *range(0x10D50, 0x10D66)]))


def test_every_letter_is_folded_alike():
    letters = [chr(i) for i in range(1, 0x110000) if not 0xD800 <= i <= 0xDFFF]
    with duckdb.connect() as con:
        con.register("given", pa.table({"name": letters}))
        got = con.execute(f"SELECT {fold_name_sql('name')} FROM given").fetchall()
    apart = {n for n, (folded,) in zip(letters, got, strict=True) if folded != fold_name(n)}
    assert apart <= UNICODE_16


def test_one_name_in_two_spellings_is_one_person(tmp_path):
    from carekit.dataset.folder import open_dataset
    from carekit.sources.files import import_files

    spellings = ["ΟΔΟΣ", "οδος", "Οδοσ", "Ode\u0301s", "ODÉS", "ode\u0301s"]
    rows = "".join(f"{n},{name},customer,2021-03-04,hi\n" for n, name in enumerate(spellings))
    (tmp_path / "a.csv").write_text("post_id,author_id,author_role,created_at,text\n" + rows)
    import_files("csv", tmp_path / "a.csv", network="facebook", out=tmp_path / "d")
    authors = open_dataset(tmp_path / "d").read("posts").author_id.tolist()
    assert len(set(authors[:3])) == len(set(authors[3:])) == 1
    assert len(set(authors)) == 2


def test_a_listed_account_is_found_however_it_is_spelled(tmp_path):
    from carekit.dataset.folder import open_dataset
    from carekit.sources.files import import_files

    (tmp_path / "acc.csv").write_text("account,network,brand\nΟΔΟΣ,facebook,Acme\n")
    names = "".join(f"{n},{name},2021-03-04,hi\n" for n, name in enumerate(["ΟΔΟΣ", "οδος", "x"]))
    (tmp_path / "a.csv").write_text("post_id,author_id,created_at,text\n" + names)
    import_files(
        "csv", tmp_path / "a.csv", network="facebook", out=tmp_path / "d",
        accounts=tmp_path / "acc.csv",
    )  # fmt: skip
    assert open_dataset(tmp_path / "d").read("posts").author_role.tolist() == [
        "brand", "brand", "customer"
    ]  # fmt: skip
