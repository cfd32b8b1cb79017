"""Headings that stand over one thing in one tool and another elsewhere: the cells decide, or it is said."""

from __future__ import annotations

import pytest

from .conftest import Load, lines

N = 12


def inbox(extra: str, cells: list[str]) -> str:
    """Requests of as many people, every second one answered."""
    rows = [
        (i, f"2025-05-13 {i:02}:00", f"ann{i}", "?", f"2025-05-13 {i:02}:30" if i % 2 else "", c)
        for i, c in enumerate(cells)
    ]
    return lines(f"ID,Date,Author,Message,First reply at,{extra}", *rows)


@pytest.mark.parametrize("of", ["ann{}", "https://x.com/ann{}"])
def test_profiles_of_people_are_no_accounts_of_the_brand(load: Load, of: str) -> None:
    made = load(inbox("Profile", [of.format(i) for i in range(N)]), network="x", brand="Zelt")
    assert made.rate() == (6, 12)
    assert made.report.n_accounts == 0
    assert made.posts.account.isna().all()


def test_the_profiles_of_a_brand_are_its_accounts(load: Load) -> None:
    made = load(inbox("Profile", ["Zelt", "Zelt Care"] * 6), network="x", brand="Zelt")
    assert set(made.posts.account.dropna()) == {"Zelt", "Zelt Care"}


@pytest.mark.parametrize(("versions", "given"), [(True, None), (False, "Zelt")])
def test_an_app_is_a_brand_only_if_it_has_a_name_and_none_is_given(
    load: Load, versions: bool, given: str | None
) -> None:
    cells = [f"5.{i % 3}" if versions else ("iPhone", "Android")[i % 2] for i in range(N)]
    made = load(inbox("App", cells), network="x", brand=given)
    assert set(made.posts.brand.dropna()) == ({"Zelt"} if given else set())


def thread(extra: str, *cells: str) -> str:
    """Six requests, each answered in the next row; the further cell alternates."""
    rows = [
        (10 + i, f"2025-05-13 {i:02}:00", "inbound" if i % 2 == 0 else "outbound", "?",
         "" if i % 2 == 0 else 9 + i, cells[i % len(cells)])
        for i in range(N)
    ]  # fmt: skip
    return lines(f"ID,Date,Direction,Message,Reply to,{extra}", *rows)


def test_a_source_is_a_network_only_if_every_word_is_one(load: Load) -> None:
    apps = thread("Source", "Twitter for iPhone", "Sprinklr")
    made = load(apps, network="x", brand="Zelt")
    assert set(made.posts.network) == {"x"}
    assert made.rate() == (6, 6)
    made = load(thread("Source", "Twitter"), brand="Zelt", out="e")
    assert set(made.posts.network) == {"x"}


def test_who_is_called_a_user_is_nobody_until_it_is_said(load: Load) -> None:
    made = load(thread("User", "", "Ines Roth"), network="x", brand="Zelt")
    assert made.report.n_accounts == 0
    assert not made.posts.account.eq("Ines Roth").any()


@pytest.mark.parametrize("heading", ["Client", "Kunde", "Contact"])
def test_one_customer_of_all_rows_is_the_brand(load: Load, heading: str) -> None:
    made = load(thread(heading, "Zelt"), network="x", brand="Zelt")
    assert made.posts.author_id.isna().all()


def test_a_second_time_of_a_post_is_said(load: Load) -> None:
    rows = [
        (i, f"2025-05-13 {i:02}:40", f"2025-05-13 {i:02}:00", "?", "yes" if i % 2 else "no")
        for i in range(1, 7)
    ]
    header = "ID,Sent at,Received at,Message,Answered"
    made = load(lines(header, *rows), network="facebook", brand="Zelt")
    assert made.posts.created_at.min().minute == 0
    assert made.said(
        "'Received at' of file-0.csv is read as when a post was written, and 'Sent at' is not read"
    )
    same = [(i, at, at, *rest) for i, _, at, *rest in rows]
    made = load(lines(header, *same), network="facebook", brand="Zelt", out="same")
    assert not made.said("is not read")


def test_zero_is_an_answered_post_where_one_is_called_so(load: Load) -> None:
    rows = [(i, w, f"2025-05-13 1{i}:00", "?", to) for i, w, to in
            [(0, "customer", ""), (1, "brand", 0), (2, "customer", ""), (3, "brand", 2)]]  # fmt: skip
    made = load(lines("id,author_role,created_at,text,parent id", *rows), network="x", brand="Zelt")
    assert made.rate() == (2, 2)
