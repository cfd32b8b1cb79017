"""Pseudonyms: keyed, stable, the same in Python and in the engine; the key stays with its owner."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carekit.dataset import privacy
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
