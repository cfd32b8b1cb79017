"""The sample dataset as a whole: bytes, size, what it is made of."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
from packaging.markers import Marker

from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import key_id
from carekit.errors import DatasetError, InputError
from carekit.sample import draw_sample, generate_sample, plan

ROOT = Path(__file__).parents[2]


def checksums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def locked(package: str) -> str:
    """The version of a package that constraints.txt asks for on this Python."""
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        requirement, _, marker = line.partition(";")
        name, _, wanted = requirement.strip().partition("==")
        if name == package and (not marker or Marker(marker.strip()).evaluate()):
            return wanted
    raise AssertionError(f"constraints.txt does not lock {package}")


def test_the_committed_sample_is_regenerated_byte_for_byte(committed, tmp_path):
    for package in ("numpy", "pandas", "pyarrow"):
        if version(package) != locked(package):
            pytest.skip(f"{package} is {version(package)}, the sample was written with another")
    generate_sample(tmp_path / "sample")
    made, wanted = checksums(tmp_path / "sample"), checksums(committed.path)
    assert made.keys() == wanted.keys()
    assert [name for name in made if made[name] != wanted[name]] == []


def test_the_committed_sample_holds_what_the_generator_draws(committed, drawn, posts):
    """Also where other versions of Parquet writers give other bytes."""
    whole = pd.concat([drawn.posts, drawn.again], ignore_index=True)
    for name in ("post_id", "reply_to", "thread_id", "author_id", "text", "account"):
        left, right = whole[name].fillna(""), posts[name].fillna("")
        assert left.tolist() == right.tolist(), name
    for name in ("created_at", "observed_at", "deleted_at"):
        assert whole[name].astype("int64").tolist() == posts[name].astype("int64").tolist(), name


CODE = (
    "import sys; from carekit.sample import generate_sample; "
    "generate_sample(sys.argv[1], n_posts=2000)"
)


def test_bytes_do_not_depend_on_hash_seed_time_zone_or_own_key(tmp_path):
    made = []
    for seed, zone, key in (("1", "UTC", "a" * 32), ("2", "Asia/Tokyo", "b" * 32)):
        settings = {"PYTHONHASHSEED": seed, "TZ": zone, "CAREKIT_PSEUDONYM_KEY": key}
        environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
        folder = tmp_path / seed
        subprocess.run(
            [sys.executable, "-c", CODE, str(folder)], env=environment, check=True, timeout=120
        )
        made.append(checksums(folder))
    assert made[0] == made[1]


def test_another_seed_gives_other_posts_from_the_same_truth():
    one, two = (draw_sample(n_posts=2000, seed=seed, texts=False) for seed in (1, 2))
    assert one.posts["created_at"].tolist() != two.posts["created_at"].tolist()
    values = [[q["value"] for q in d.truth["quantities"]] for d in (one, two)]
    assert values[0] == values[1]


def test_leaving_the_texts_out_changes_no_number():
    bare, full = (draw_sample(n_posts=2000, texts=texts) for texts in (False, True))
    assert set(bare.posts["text"].dropna()) == {"?", "."}
    customer = full.posts["author_role"] == "customer"
    marks = [d.posts.loc[customer, "text"].str.contains("?", regex=False) for d in (bare, full)]
    assert marks[0].equals(marks[1])
    assert bare.truth["quantities"] == full.truth["quantities"]
    for name in ("post_id", "reply_to", "created_at", "author_id"):
        assert bare.posts[name].equals(full.posts[name])


def test_the_folder_stays_under_six_megabytes(committed):
    assert sum(p.stat().st_size for p in committed.path.rglob("*") if p.is_file()) < 6_000_000


def test_the_sample_is_marked_synthetic_with_its_public_key(committed):
    manifest = committed.manifest
    assert manifest.synthetic
    assert manifest.selection.kind == "none"
    assert manifest.selection.cannot_answer == ()
    assert manifest.pseudonym_key_id == key_id(plan.PUBLIC_KEY)
    assert manifest.observed_until == plan.SECOND_LOOK


def test_the_sample_has_the_promised_size_and_variety(committed, posts):
    assert len(posts) == pytest.approx(40_000, rel=0.03)
    brands = committed.read("brands")
    assert len(brands) == 60
    assert set(brands["country"]) == {"US", "CA", "GB", "IE", "AU", "FR", "BE", "CH"}
    assert posts["network"].nunique() == 7
    assert set(posts["lang"].dropna()) == {"fr", "en"}
    months = posts["created_at"].dt.strftime("%Y-%m")
    assert set(pd.period_range("2014-01", "2015-03", freq="M").astype(str)) <= set(months)
    survey = committed.read("survey")
    assert survey["country"].value_counts().to_dict() == {"US": 2000, "FR": 1000}


def test_every_account_of_a_post_is_in_the_accounts_table(committed, posts):
    accounts = committed.read("accounts")
    known = set(zip(accounts["network"], accounts["account"], strict=True))
    used = posts.dropna(subset=["account"])
    assert set(zip(used["network"], used["account"], strict=True)) <= known
    assert not accounts.duplicated(["network", "account"]).any()


def test_no_customer_writes_to_a_care_account_before_it_opened(committed, posts):
    care = committed.read("accounts").query("account_kind == 'care'")
    both = posts[posts["author_role"] == "customer"].merge(care, on=["network", "account"])
    assert len(both) > 1000
    assert (both["created_at"] >= both["opened_at"]).all()


def test_events_name_the_dates_of_accounts_and_schemes(committed, truth):
    events = pd.read_csv(committed.path / "events.csv")
    counts = events["event"].value_counts().to_dict()
    assert counts["care_account_opened"] == 16
    assert counts["response_scheme_adopted"] == 12
    assert counts["question_burst"] == 2 * counts["public_answer"] == plan.INCIDENTS
    opened = committed.read("accounts").query("account_kind == 'care'")
    middle = opened[opened["opened_at"] > pd.Timestamp(plan.START)]
    assert len(middle) == 16
    told = {(b["brand"], b["care_opened_at"]) for b in truth["brands"] if b["care_opened_at"]}
    assert told == {
        (r.brand, r.opened_at.strftime("%Y-%m-%dT%H:%M:%SZ")) for r in middle.itertuples()
    }


def test_too_few_posts_are_refused_with_the_reason(tmp_path):
    message = (
        "`n_posts` is 10; the sample needs 2000 posts or more, or some of its traps would be "
        "missing. Ask for more posts."
    )
    with pytest.raises(InputError, match="^" + re.escape(message) + "$"):
        generate_sample(tmp_path / "sample", n_posts=10)
    assert not (tmp_path / "sample").exists()


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DatasetError, match="is not an empty folder"):
        generate_sample(tmp_path, n_posts=2000)
    assert [p.name for p in tmp_path.iterdir()] == ["note.txt"]


def test_a_small_sample_opens_and_reads(tmp_path):
    generate_sample(tmp_path / "small", n_posts=3000, seed=7)
    dataset = open_dataset(tmp_path / "small")
    assert len(dataset.read("posts")) == pytest.approx(3000, rel=0.1)
    assert set(dataset.questions()) >= {"used_social_care", "used_channel"}
